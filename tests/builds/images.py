"""Building an image with a real builder, and what is in it: config and every file."""

import hashlib
import io
import json
import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What differs between two builds of one and the same Dockerfile.
NOISE = re.compile(
    r"var/log/|var/cache/apt/(?:src)?pkgcache\.bin$|var/cache/ldconfig/|.*/__pycache__/.*\.pyc$|"
    r"var/lib/rpm/|root/\.rpmdb/|var/lib/dnf/history\.sqlite|root/\.npm/_logs/|"
    # The engine makes these for a container, not the build for an image.
    r"dev/|proc/|sys/|etc/(?:hostname|hosts|resolv\.conf|mtab)$|\.dockerenv$"
)
_FIELDS = (
    "User", "Env", "Cmd", "Entrypoint", "WorkingDir", "Labels", "ExposedPorts", "Volumes",
    "StopSignal", "Healthcheck", "OnBuild", "Shell",
)  # fmt: skip


@dataclass(frozen=True)
class Image:
    """A built image: its config, and each path with type, mode, owner, content and link."""

    config: dict[str, Any]
    files: dict[str, tuple[object, ...]]
    layers: int

    def differences(self, other: "Image") -> list[str]:
        """What differs in files, one path a line."""
        return [
            f"{path}: {self.files.get(path)} -> {other.files.get(path)}"
            for path in sorted(self.files.keys() | other.files.keys())
            if self.files.get(path) != other.files.get(path)
        ]


def docker(*arguments: str, data: bytes | None = None) -> bytes:
    """Runs the client; raises CalledProcessError with what it printed."""
    return subprocess.run(
        ["docker", *arguments], input=data, capture_output=True, check=True, timeout=600
    ).stdout


def exists(name: str) -> bool:
    """Whether the engine has an image of this name."""
    return bool(docker("image", "ls", "--quiet", name).strip())


def builds(dockerfile: bytes, context: Path) -> bool:
    """Whether the file builds at all."""
    try:
        name = _build(dockerfile, context)
    except subprocess.CalledProcessError:
        return False
    docker("image", "rm", name)
    return True


def _build(dockerfile: bytes, context: Path) -> str:
    flags = ("build", "--quiet", "--no-cache", "--network=host", "--file", "-")
    return docker(*flags, str(context), data=dockerfile).decode().strip()


def build(dockerfile: bytes, context: Path) -> Image:
    """Builds, reads and removes an image."""
    name = _build(dockerfile, context)
    try:
        [record] = json.loads(docker("image", "inspect", name))
        container = docker("create", name, "x").decode().strip()
        try:
            archive = docker("export", container)
        finally:
            docker("rm", container)
    finally:
        docker("image", "rm", name)
    config = {field: record["Config"].get(field) for field in _FIELDS}
    return Image(config, _files(archive), len(record["RootFS"]["Layers"]))


def run(dockerfile: bytes, context: Path, *arguments: str) -> str:
    """Builds, and gives what a container of it prints."""
    name = _build(dockerfile, context)
    try:
        return docker("run", "--rm", "--network=none", name, *arguments).decode()
    finally:
        docker("image", "rm", name)


def _files(archive: bytes) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if NOISE.match(member.name):
                continue
            content: object = None
            if member.isreg():
                stream = tar.extractfile(member)
                content = hashlib.sha256(stream.read() if stream else b"").hexdigest()
            if member.name == "etc/shadow":
                content = None  # holds the day of a password's change
            found[member.name] = (
                member.type,
                oct(member.mode),
                member.uid,
                member.gid,
                content,
                member.linkname,
            )
    return found
