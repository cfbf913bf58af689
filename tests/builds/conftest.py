"""The suite needs a Docker Engine with a few images, and a way to Debian's packages."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.builds.stand_ins import local_debian

#: The images that its files begin with; two of them are names of one.
IMAGES = ("debian:12", "debian:bookworm", "busybox:1.35")


def _missing() -> str:
    if shutil.which("docker") is None:
        return "no docker client on the PATH"
    asked = subprocess.run(
        ["docker", "image", "inspect", *IMAGES], capture_output=True, text=True, check=False
    )
    if asked.returncode == 0:
        return ""
    return f"no Docker Engine with the images {', '.join(IMAGES)}: {asked.stderr.strip()[:200]}"


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """Skips the real builds, and says why, where they cannot run."""
    missing = _missing()
    if missing:
        pytest.skip(f"REAL BUILDS ARE NOT TESTED: {missing}")


@pytest.fixture(scope="session")
def debian(engine: None) -> Iterator[None]:
    """The stand-in for Debian with an archive of its own."""
    with local_debian():
        yield
