"""Starting containers of a built image: what they print, and how they end on a signal."""

import subprocess
import time
from pathlib import Path

from tests.builds.images import docker


def built(dockerfile: bytes, context: Path) -> str:
    """Builds an image and gives its name."""
    flags = ("build", "--quiet", "--no-cache", "--network=host", "--file", "-")
    return docker(*flags, str(context), data=dockerfile).decode().strip()


def printed(dockerfile: bytes, context: Path, *arguments: str) -> str:
    """What a container prints until it ends; its exit code does not matter."""
    name = built(dockerfile, context)
    try:
        return subprocess.run(
            ["docker", "run", "--rm", "--network=none", name, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        ).stdout.strip()
    finally:
        docker("image", "rm", "--force", name)


def code(dockerfile: bytes, context: Path, *arguments: str) -> int:
    """The exit code of a container."""
    name = built(dockerfile, context)
    try:
        return subprocess.run(
            ["docker", "run", "--rm", "--network=none", name, *arguments],
            capture_output=True,
            check=False,
            timeout=120,
        ).returncode
    finally:
        docker("image", "rm", "--force", name)


def stopped(dockerfile: bytes, context: Path, *, patience: int = 3) -> int:
    """The exit code of a container that `docker stop` ends after it said `ready`.

    137 means that it was killed after `patience` seconds: it did not hear the signal.
    """
    name = built(dockerfile, context)
    container = docker("run", "--detach", "--network=none", name).decode().strip()
    try:
        for _ in range(200):
            logs = subprocess.run(
                ["docker", "logs", container], capture_output=True, text=True, check=True
            )
            if "ready" in logs.stdout + logs.stderr:
                break
            time.sleep(0.1)
        else:
            raise AssertionError("the container never said that it is ready")
        docker("stop", "--time", str(patience), container)
        return int(docker("wait", container))
    finally:
        docker("rm", "--force", container)
        docker("image", "rm", "--force", name)
