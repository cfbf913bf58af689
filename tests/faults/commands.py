"""Faults that the other commands meet: campaigns, builds, plans, and what `undo` is asked for."""

import shutil
import subprocess
from collections.abc import Callable

from tests.faults.machine import no_git
from tests.faults.scene import ADD, Done, Fault, Scene
from tests.faults.table import pipe, sparse

_OUT = ("--out", "out")
_REPOSITORY = ("migrate", "repository", *_OUT)


def _commit(scene: Scene, name: str) -> None:
    """A repository with one commit of one file."""
    scene.write({f"{name}/Dockerfile": ADD})
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "a")):
        subprocess.run(["git", *words], cwd=scene.folder / name, check=True)


def _repository(scene: Scene) -> None:
    _commit(scene, "repository")


def _damaged_repository(scene: Scene) -> None:
    _repository(scene)
    _commit(scene, "broken")
    shutil.rmtree(scene.folder / "broken" / ".git" / "objects")


def _hanging_repository(scene: Scene) -> None:
    _damaged_repository(scene)
    (scene.folder / "broken" / ".git" / "objects").mkdir()
    head = scene.folder / "broken" / ".git" / "HEAD"
    head.unlink()
    pipe(".git/HEAD", "broken")(scene)


def _other_is_done(scene: Scene, done: Done) -> None:
    assert b"repository: changed: 1 file\n" in done.out
    (patch,) = (scene.folder / "out" / "patches").glob("*.patch")
    assert b"+COPY . /app\n" in patch.read_bytes()
    assert (scene.folder / "repository" / "Dockerfile").read_bytes() == ADD


def _campaign(change: Callable[[Scene], object]) -> Callable[[Scene], None]:
    """A campaign that came to its end, and what happened to it after."""

    def make(scene: Scene) -> None:
        _repository(scene)
        assert scene.call(Fault("first", 0), *_REPOSITORY).code == 0
        change(scene)

    return make


def _is_no_database(scene: Scene) -> None:
    (scene.folder / "out" / "campaign.sqlite").write_bytes(b"garbage")


def _read_only(scene: Scene) -> None:
    _repository(scene)
    (scene.folder / "locked").mkdir()
    (scene.folder / "locked").chmod(0o555)


def _unreadable(*names: str) -> Callable[[Scene], None]:
    def make(scene: Scene) -> None:
        _repository(scene)
        for name in names:
            scene.write({f"{name}/Dockerfile": ADD})
            (scene.folder / name).chmod(0)

    return make


def _is_locked(scene: Scene) -> None:
    (scene.folder / "out").chmod(0)


_IMPATIENT = """
from msgspec.structs import force_setattr
from dfix.git import Git
asked = Git.run
def hasty(self, *arguments, **keywords):
    force_setattr(self, "timeout", 1.0)
    return asked(self, *arguments, **keywords)
Git.run = hasty
"""

CAMPAIGNS = (
    Fault("campaign over a missing folder", 2, ("^dfix: error: nowhere: no such folder$",), None, ("migrate", "nowhere", *_OUT), others=False),
    Fault("campaign over a folder without repositories", 2, ("^dfix: error: good: neither a git repository nor a folder that holds any$",), None, ("migrate", "good", *_OUT), others=False),
    Fault("campaign over a pipe", 2, ("^dfix: error: pipe: no folder$",), pipe("pipe"), ("migrate", "pipe", *_OUT), others=False),
    Fault("campaign with a repository that is damaged", 1, ("^broken: failed: ",), _damaged_repository, ("migrate", "broken", "repository", *_OUT), others=False, needs=no_git, then=_other_is_done),
    Fault("campaign with a repository that makes git hang", 1, ("^broken: failed: git rev-parse took over 1 s$",), _hanging_repository, ("migrate", "broken", "repository", *_OUT), others=False, needs=no_git, prelude=_IMPATIENT, then=_other_is_done),
    Fault("campaign without git", 2, ("^dfix: error: git is not installed, or not on the PATH$",), _repository, _REPOSITORY, others=False, environment={"PATH": "/nowhere"}, needs=no_git),
    Fault("campaign over standard input that cannot be read", 2, ("^dfix: error: standard input cannot be read: Bad file descriptor$",), None, ("migrate", "-", *_OUT), shell='exec "$@" 0>/dev/null', others=False, needs=no_git),
    Fault("campaign into a file", 2, ("^dfix: error: .*/out: File exists$",), _repository, _REPOSITORY, files={"out": b""}, left={"out": b""}, others=False, needs=no_git),
    Fault("campaign into a read-only folder", 2, ("^dfix: error: .*/locked/out: Permission denied$",), _read_only, ("migrate", "repository", "--out", "locked/out"), others=False, permitted=False, needs=no_git),
    Fault("campaign beside an unreadable folder", 0, (), _unreadable("locked"), ("migrate", ".", *_OUT), others=False, permitted=False, needs=no_git, then=_other_is_done),
    Fault("campaign over an unreadable folder", 2, ("^dfix: error: locked: Permission denied$",), _unreadable("locked"), ("migrate", "locked", *_OUT), others=False, permitted=False, needs=no_git),
    Fault("campaign to go on with in an unreadable folder", 2, ("^dfix: error: .*/out holds no campaign to go on with: ",), _campaign(_is_locked), ("migrate", "--resume", *_OUT), others=False, permitted=False, needs=no_git),
    Fault("campaign into the folder of another", 2, ("^dfix: error: .*/out holds a campaign already: ",), _campaign(lambda s: None), _REPOSITORY, others=False, needs=no_git),
    Fault("campaign to go on with that is none", 2, ("^dfix: error: .*/out holds no campaign to go on with: ",), None, ("migrate", "--resume", *_OUT), others=False),
    Fault("campaign whose journal is damaged", 2, (r"^dfix: error: .*/campaign\.sqlite: file is not a database: ",), _campaign(_is_no_database), ("migrate", "--resume", *_OUT), others=False, needs=no_git),
)  # fmt: skip

# ---------------------------------------------------------------------------- builds and plans


def _builder(*makers: Callable[[Scene], object], answers: bool = True) -> Callable[[Scene], None]:
    """A builder that builds nothing, and what else is wrong."""

    def make(scene: Scene) -> None:
        path = scene.base / "bin" / "docker"
        path.parent.mkdir()
        ready = b"test version = $1 && exit 0\n" if answers else b""
        path.write_bytes(b"#!/bin/sh\n%secho 'no space for it' >&2\nexit 1\n" % ready)
        path.chmod(0o755)
        for each in makers:
            each(scene)

    return make


_ONE_BUILDER = 'PATH="$PWD/../bin:/usr/bin:/bin"; export PATH; exec "$@"'


def _verified(path: str) -> tuple[str, ...]:
    return ("verify", path, "--builder", "docker")


BUILDS = (
    Fault("build of a missing file", 2, ("^nowhere: error: No such file or directory$",), _builder(), _verified("nowhere"), shell=_ONE_BUILDER, others=False),
    Fault("build of a pipe", 2, ("^Dockerfile: error: not a regular file$",), _builder(pipe("Dockerfile")), _verified("Dockerfile"), shell=_ONE_BUILDER, others=False),
    Fault("build of 100 MB", 2, ("^Dockerfile: error: larger than 4 MiB: no Dockerfile$",), _builder(sparse("Dockerfile")), _verified("Dockerfile"), shell=_ONE_BUILDER, others=False),
    Fault("build of what is not a Dockerfile", 2, ("^Dockerfile:1: error: unknown instruction: hello$",), _builder(), _verified("Dockerfile"), files={"Dockerfile": b"hello world\n"}, shell=_ONE_BUILDER, others=False),
    Fault("builder that does not answer", 2, ("^dfix: error: docker does not answer: no space for it$",), _builder(answers=False), _verified("good/Dockerfile"), shell=_ONE_BUILDER, others=False),
    Fault("no builder", 2, ("^dfix: error: no builder of images on the PATH: install docker, buildah or podman, ",), None, ("verify", "good"), environment={"PATH": "/nowhere"}, others=False),
    Fault("examples of an unreadable folder", 2, ("^dfix: error: .*/locked cannot be read$",), _unreadable("locked"), ("test", "./locked"), others=False, permitted=False, needs=no_git),
    Fault("examples of a link in a circle", 2, ("^dfix: error: .*/circle: Too many levels of symbolic links$",), lambda scene: (scene.folder / "circle").symlink_to("circle"), ("test", "./circle"), others=False),
    Fault("examples of a path that is too long", 2, ("^dfix: error: .*: File name too long$",), None, ("test", "./" + "a" * 300), others=False),
    Fault("report of hadolint that cannot be read", 2, ("^dfix: error: standard input cannot be read: Bad file descriptor$",), None, ("rules", "--adopt-hadolint", "-"), shell='exec "$@" 0>/dev/null', others=False),
    Fault("plan of 100 MB", 2, ("^Dockerfile: error: larger than 4 MiB: no Dockerfile$",), sparse("Dockerfile"), ("plan", "Dockerfile"), others=False),
    Fault("plan of a file against a missing one", 2, ("^nowhere: error: No such file or directory$",), None, ("plan", "--diff", "good/Dockerfile", "nowhere"), others=False),
)  # fmt: skip
