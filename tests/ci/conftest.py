"""What the tests of hooks, actions and templates share: dfix as pip would get it, and where to run it."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

from tests.ci.checkout import clone


@dataclass(frozen=True, slots=True)
class Machine:
    """A folder that a job works in, and a pip that asks nobody over the network."""

    work: Path
    temporary: Path
    source: Path
    """The project, as a checkout of it."""
    wheels: Path
    """Where pip finds dfix as if it were on PyPI."""

    def bash(self, script: str, variables: Mapping[str, str], *options: str) -> tuple[int, str]:
        """Runs a script as a runner does; gives the exit code and all that was printed."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", *options, "-c", script],
            cwd=self.work,
            env={
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": str(self.temporary),
                "LC_ALL": "C.UTF-8",
                "NO_COLOR": "1",
                "PYTHONPATH": sysconfig.get_path("purelib"),  # what dfix needs is there already
                "PIP_NO_INDEX": "1",
                "PIP_NO_DEPS": "1",
                "PIP_NO_BUILD_ISOLATION": "0",  # pip takes this for "no isolation"
                "PIP_FIND_LINKS": str(self.wheels),
                "PIP_IGNORE_INSTALLED": "1",
                "DFIX_STATE_DIR": str(self.temporary / "state"),
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout

    def write(self, name: str, text: str) -> None:
        """Puts a file into the work folder."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A checkout of the project, and a folder with its wheel."""
    if int(metadata.version("setuptools").partition(".")[0]) < 77:
        pytest.skip("setuptools is older than 77: pip install -e '.[test]'")
    source, wheels = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheels")
    clone(source)
    copy = tmp_path_factory.mktemp("copy")
    clone(copy)
    pip = ["-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([sys.executable, *pip, "-w", str(wheels), str(copy)], timeout=300, check=True)
    yield source, wheels


@pytest.fixture
def machine(published: tuple[Path, Path], tmp_path: Path) -> Machine:
    (tmp_path / "work").mkdir()
    (tmp_path / "temporary").mkdir()
    return Machine(tmp_path / "work", tmp_path / "temporary", *published)
