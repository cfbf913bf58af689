"""Faults of the machine, of the journal and of the environment: further rows of the table."""

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from functools import cache

from tests.faults.scene import ADD, AS_UNKNOWN, COPY, Done, Fault, Scene, check_errors

LONG = b"FROM debian:12\n" + b"# a comment\n" * 2_000 + b"ADD . /app\n"
MANY = {f"{at:02}/Dockerfile": ADD for at in range(12)}
ALL_MANY = dict.fromkeys(MANY, COPY)


@cache
def no_mounts() -> str:
    """Why nothing can be mounted here."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return "IT TAKES ROOT AND unshare TO MOUNT A SMALL DISK"
    tried = subprocess.run(
        ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, check=False
    )
    return "" if tried.returncode == 0 else "MOUNTING IS NOT PERMITTED HERE"


def no_accounts() -> str:
    """Why no other account can be taken."""
    able = os.geteuid() == 0 and shutil.which("setpriv") is not None
    return "" if able else "IT TAKES ROOT AND setpriv TO BE SOMEBODY WITHOUT A HOME"


def no_git() -> str:
    """Why there is no repository."""
    return "" if shutil.which("git") else "GIT IS NOT INSTALLED"


def _anybody_may_write(scene: Scene) -> None:
    for path in scene.folder.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)


# --------------------------------------------------------------------------------- the journal

_WARNING = "^dfix: warning: `dfix undo` cannot put back all of this run: "


def _runs_is_a_file(scene: Scene) -> None:
    (scene.state / "runs").write_bytes(b"")


def _damaged(change: Callable[[bytes], bytes]) -> Callable[[Scene], None]:
    """A run that was made, and whose journal was damaged after."""

    def make(scene: Scene) -> None:
        scene.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})
        assert scene.call(Fault("first", 0)).code == 0
        (journal,) = (scene.state / "runs").iterdir()
        journal.write_bytes(change(journal.read_bytes()))

    return make


def _without_second_line(data: bytes) -> bytes:
    lines = data.split(b"\n")
    return b"\n".join((lines[0], b"\0" * len(lines[1]), *lines[2:]))


def _old_texts(data: bytes) -> bytes:
    return re.sub(rb'"original": "....', b'"original": "AAAA', data)


def _clock_goes_back(scene: Scene, fault: Fault) -> Done:
    scene.write({"Dockerfile": ADD})
    assert scene.call(Fault("first", 0), "good").code == 0
    past = Fault("second", 0, prelude=_PAST)
    assert scene.call(past, "Dockerfile").code == 0
    done = scene.call(fault, "undo")
    assert (scene.folder / "Dockerfile").read_bytes() == ADD, "the newest run is undone first"
    return done


_PAST = """
import datetime
import dfix.journal
class Past(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2001, 2, 3, tzinfo=tz)
dfix.journal.datetime = Past
"""

JOURNAL = (
    Fault("journal in a read-only folder", 0, (_WARNING,), lambda s: s.state.chmod(0o555), permitted=False),
    Fault("journal's folder is a file", 0, (_WARNING,), _runs_is_a_file),
    Fault("journal's folder is nowhere", 0, (_WARNING,), environment={"DFIX_STATE_DIR": "/proc/nowhere"}),
    Fault("no home", 0, (_WARNING,), environment={"HOME": None, "XDG_STATE_HOME": None, "DFIX_STATE_DIR": None}, shell=AS_UNKNOWN, given=_anybody_may_write, needs=no_accounts),
    Fault("unreadable journal", 2, ("^dfix: error: the journal cannot be read: ",), lambda s: s.state.chmod(0), ("undo",), permitted=False, others=False),
    Fault("journal with a line that is damaged", 2, (r"\.jsonl: failed: the journal is damaged: line 2 cannot be read$",), _damaged(_without_second_line), ("undo",), left={"a/Dockerfile": ADD, "b/Dockerfile": COPY}, others=False),
    Fault("journal with texts that are damaged", 2, ("Dockerfile: failed: the journal is damaged$",), _damaged(_old_texts), ("undo",), left={"a/Dockerfile": COPY, "b/Dockerfile": COPY}),
    Fault("journal cut off in the middle", 0, (), _damaged(lambda data: data[: data.rindex(b"after")]), ("undo",), left={"a/Dockerfile": ADD, "b/Dockerfile": ADD}),
    Fault("clock that went back", 0, run=_clock_goes_back),
)  # fmt: skip

# --------------------------------------------------------------------------------- the machine

_ON_SMALL_DISK = """
mkdir disk && mount -t tmpfs -o size=40k none disk && cp held disk/Dockerfile || exit 99
"$@"; code=$?
cp disk/Dockerfile after; ls -A disk > names
exit $code
"""


#: What the system's loader and the interpreter itself say of too little memory.
_NOT_OURS = re.compile(
    r"internal error: ImportError: .*: (?:failed to map segment|cannot allocate|cannot open) "
    r"|internal error: SystemError: .* without setting an exception"
)
#: What `hashlib` prints with a traceback where its libraries find no room, before anybody can catch it.
_WITHOUT_HASHES = "ERROR:root:code for hash "


def _limited(script: str, values: tuple[int, ...], most: int) -> Callable[[Scene, Fault], Done]:
    """Calls under a limit that is raised step by step, until one is enough.

    `most` is the value that must be enough on every machine.
    """

    def run(scene: Scene, fault: Fault) -> Done:
        last = Done(2, b"", "")
        for value in (*values, most):
            scene.write({"good/Dockerfile": ADD, **fault.files})
            limited = Fault(
                "limited",
                0,
                shell=script.format(value),
                arguments=fault.arguments,
            )
            plain = subprocess.run(
                ["sh", "-c", script.format(value), "sh", *scene.command(limited)[4:5], "-c", "import click, encodings.idna"],
                capture_output=True, check=False, timeout=60,
            )  # fmt: skip
            if plain.returncode != 0:
                continue  # Python itself cannot work with so little.
            last = scene.call(limited)
            assert last.code in (0, 2), (value, last.errors)
            if _WITHOUT_HASHES not in last.errors:
                check_errors(last, internal=bool(_NOT_OURS.search(last.errors)))
            for path in scene.folder.rglob("Dockerfile"):
                assert path.read_bytes() in (ADD, COPY)
            if last.code == 0:
                return last
        return last

    return run


def _good_is_readable(scene: Scene, _done: Done) -> None:
    assert stat.S_IMODE(scene.good.stat().st_mode) == 0o644


def _disk_is_as_it_was(scene: Scene, _done: Done) -> None:
    assert (scene.folder / "after").read_bytes() == LONG
    assert (scene.folder / "names").read_text() == "Dockerfile\n"


_NO_SHARED_MEMORY = 'mount -t tmpfs -o ro none /dev/shm || exit 99; exec "$@"'
_KILLED_AT_WORK = """
import os
import dfix.runner
fix_bytes = dfix.runner.fix_bytes
def deadly(data, request):
    if b"deadly" in data:
        os.kill(os.getpid(), 9)
    return fix_bytes(data, request)
dfix.runner.fix_bytes = deadly
"""
_DIED = "^bad/Dockerfile: error: internal error: the process that worked on it died$"
_TWO = ("--jobs", "2")

MACHINE = (
    Fault("full disk", 2, ("^disk/Dockerfile: error: cannot be written: No space left on device$",), files={"held": LONG}, shell=f"unshare -m sh -c '{_ON_SMALL_DISK}' sh \"$@\"", needs=no_mounts, then=_disk_is_as_it_was),
    Fault("limit on the size of files", 2, ("^Dockerfile: error: cannot be written: File too large$",), files={"Dockerfile": LONG}, left={"Dockerfile": LONG}, shell='ulimit -f 8; exec "$@"'),
    Fault("little memory", 0, run=_limited('ulimit -v {}; exec "$@"', (30_000, 45_000, 60_000), 2_000_000), files=MANY, left=ALL_MANY),
    Fault("little memory, two jobs", 0, run=_limited('ulimit -v {}; exec "$@"', (30_000, 45_000, 60_000), 2_000_000), files=MANY, left=ALL_MANY, arguments=_TWO),
    Fault("few open files", 0, run=_limited('ulimit -n {}; exec "$@"', (6, 10, 16, 24), 256), files=MANY, left=ALL_MANY),
    Fault("few open files, two jobs", 0, run=_limited('ulimit -n {}; exec "$@"', (6, 10, 16, 24), 256), files=MANY, left=ALL_MANY, arguments=_TWO),
    Fault("no further process", 0, files=MANY, left=ALL_MANY, arguments=_TWO, prelude="import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (1, 1))", shell=AS_UNKNOWN, given=_anybody_may_write, needs=no_accounts),
    Fault("no shared memory", 0, files=MANY, left=ALL_MANY, arguments=_TWO, shell=f"exec unshare -m sh -c '{_NO_SHARED_MEMORY}' sh \"$@\"", needs=no_mounts),
    Fault("process killed over a file", 2, (_DIED,), files={**MANY, "bad/Dockerfile": b"FROM debian:12\n# deadly\n"}, left=ALL_MANY, arguments=_TWO, prelude=_KILLED_AT_WORK),
    Fault("no folder for temporary files", 0, files=MANY, left=ALL_MANY, arguments=_TWO, environment={"TMPDIR": "/nowhere"}),
    Fault("small stack", 0, files={"Dockerfile": b"FROM debian:12\nRUN " + b"(" * 30_000 + b"\n"}, shell='ulimit -s 256; exec "$@"'),
    Fault("strict umask", 0, shell='umask 077; exec "$@"', given=lambda s: s.good.chmod(0o644), then=_good_is_readable),
    Fault("no right to give files away", 0, shell='umask 000; exec "$@"', given=_anybody_may_write, permitted=False),
)  # fmt: skip

# ----------------------------------------------------------------------------- the environment

_NAMES = (
    b"new\nline", b"esc\x1b[31m", b"caf\xe9", b"-dash", b" blanks ", b'quo"te', b"back\\slash",
    b"\xe2\x80\xaeright", b"colon:1:1: error: x", b"tab\t", b"%s%n", b"$(touch x)", b"*", b"~",
)  # fmt: skip


def _odd_names(scene: Scene) -> None:
    scene.write({f"{os.fsdecode(name)}/Dockerfile": ADD for name in _NAMES})


def _odd_names_are_done(scene: Scene, _done: Done) -> None:
    for name in _NAMES:
        path = scene.folder / os.fsdecode(name) / "Dockerfile"
        assert path.read_bytes() == COPY, name
    assert sorted(path.name for path in scene.folder.iterdir()) == sorted(
        ["good", *map(os.fsdecode, _NAMES)]
    )


def _repository(scene: Scene) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=scene.folder, check=True)
    scene.write({".gitignore": b"ignored/\n", "ignored/Dockerfile": ADD})


def _with_git(program: bytes) -> Callable[[Scene], None]:
    """A repository, and a file called git that may be run."""

    def make(scene: Scene) -> None:
        _repository(scene)
        path = scene.base / "bin" / "git"
        path.parent.mkdir()
        path.write_bytes(program)
        path.chmod(0o755)

    return make


_OWN_PATH = 'PATH="$PWD/../bin:$PATH"; export PATH; exec "$@"'
_IMPATIENT = """
from msgspec.structs import replace
from dfix.git import Git
hasty = Git.in_work_tree
Git.in_work_tree = classmethod(lambda cls, *given: replace(hasty(*given), timeout=1.0))
times, told = [], Git.run
def once(self, *arguments, **keywords):
    assert not times, "it is asked again"
    times.append(1)
    return told(self, *arguments, **keywords)
Git.run = once
"""
_IGNORED = {"ignored/Dockerfile": ADD}
_NO_LOCALE = {"LC_ALL": "C", "LANG": None, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

ENVIRONMENT = (
    Fault("names that would steer a terminal", 0, given=_odd_names, then=_odd_names_are_done),
    Fault("names that would steer a terminal, without a locale", 0, given=_odd_names, then=_odd_names_are_done, environment=_NO_LOCALE),
    Fault("argument that is not UTF-8", 2, (r"^\\xff: error: No such file or directory$",), None, ("\udcff", ".")),
    Fault("file that is called like an option", 0, arguments=("--", "--diff", "."), files={"--diff": ADD}, left={"--diff": COPY}),
    Fault("no locale", 0, files={"ünï/Dockerfile": ADD}, left={"ünï/Dockerfile": COPY}, environment=_NO_LOCALE),
    Fault("unknown locale and encoding of the terminal", 0, files={"ünï/Dockerfile": ADD}, left={"ünï/Dockerfile": COPY}, environment={"LC_ALL": "xx_XX.nothing", "TERM": "nothing"}),
    Fault("no environment at all", 0, shell='exec env -i DFIX_STATE_DIR="$DFIX_STATE_DIR" "$@"'),
    Fault("warnings that are errors", 0, environment={"PYTHONWARNINGS": "error"}),
    Fault("no git", 0, given=_repository, environment={"PATH": ""}, left=_IGNORED, needs=no_git),
    Fault("git that fails", 0, given=_with_git(b"#!/bin/sh\nexit 1\n"), shell=_OWN_PATH, left=_IGNORED, needs=no_git),
    Fault("git that cannot be run", 0, given=_with_git(b"\x7fELF\0"), shell=_OWN_PATH, left=_IGNORED, needs=no_git),
    Fault("git that hangs", 0, given=_with_git(b"#!/bin/sh\nexec sleep 1000\n"), shell=_OWN_PATH, left=_IGNORED, needs=no_git, prelude=_IMPATIENT),
)  # fmt: skip
