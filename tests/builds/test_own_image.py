"""dfix's own image: built by its own Dockerfile, and used as docs/ci.md says."""

import re
import subprocess
from pathlib import Path

import pytest

from dfix.version import __version__
from tests.ci.checkout import clone

#: What pip says where it reaches nobody.
NO_WAY = re.compile(r"Could not find a version|No matching distribution|NewConnectionError")
BASE = "python:3.13-slim"
pytestmark = pytest.mark.builds


def docker(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *arguments], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image, built in a clone of the project."""
    if docker("image", "inspect", BASE).returncode and docker("pull", "-q", BASE).returncode:
        pytest.skip(f"DFIX'S OWN IMAGE IS NOT TESTED: {BASE} is not there and cannot be pulled")
    folder = tmp_path_factory.mktemp("project")
    clone(folder)
    # The clone's own `# syntax=` would ask a registry for the frontend, which is built in as well.
    file = folder / "Dockerfile"
    file.write_text(file.read_text().partition("\n")[2])
    built = docker(
        "build", "--progress=plain", "--network=host", "-t", "dfix-own-test", ".", folder=folder
    )
    if built.returncode and "pip install" in built.stderr and NO_WAY.search(built.stderr):
        pytest.skip("DFIX'S OWN IMAGE IS NOT TESTED: pip in the image has no way to PyPI")
    assert built.returncode == 0, built.stderr
    return "dfix-own-test"


def test_it_runs_dfix(image: str) -> None:
    done = docker("run", "--rm", "--network", "none", image, "--version")
    assert done.stdout == f"dfix {__version__}\n"


def test_it_runs_as_nobody_of_name(image: str) -> None:
    done = docker("run", "--rm", "--network", "none", "--entrypoint", "id", image, "-u")
    assert done.stdout == "65532\n"


def test_it_rewrites_what_is_mounted(image: str, tmp_path: Path) -> None:
    text = "FROM debian:12\nENV a b\n"
    done = subprocess.run(
        [
            "docker",
            "run",
            "--rm",
            "-i",
            "--network",
            "none",
            image,
            "--select",
            "key-value-form",
            "-",
        ],
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "FROM debian:12\nENV a=b\n"
