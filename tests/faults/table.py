"""The table of faults: each row is run by `test_table.py` and told in `docs/faults.md`."""

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.scene import ADD, COPY, Done, Fault, Scene

_MIB = 1024 * 1024

# ------------------------------------------------------------------- what the path leads to


def pipe(name: str, *folders: str) -> Callable[[Scene], None]:
    """Makes a pipe of that name."""
    return lambda scene: os.mkfifo(scene.folder.joinpath(*folders, name))


def _socket(scene: Scene) -> None:
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as held:
        os.chdir(scene.folder)  # the name of a socket must be short
        try:
            held.bind("Dockerfile")
        finally:
            os.chdir(here)


def sparse(name: str) -> Callable[[Scene], None]:
    """Makes a file of 100 MB, which takes no room."""

    def make(scene: Scene) -> None:
        with (scene.folder / name).open("wb") as file:
            file.truncate(100 * _MIB)

    return make


def _link(name: str, target: str) -> Callable[[Scene], None]:
    def make(scene: Scene) -> None:
        (scene.base / "outside").write_bytes(ADD)
        (scene.folder / name).symlink_to(target)

    return make


def _outside_is_as_it_was(scene: Scene, _done: Done) -> None:
    assert (scene.base / "outside").read_bytes() == ADD


def _mode(name: str, mode: int) -> Callable[[Scene], None]:
    def make(scene: Scene) -> None:
        (scene.folder / name).chmod(mode)

    return make


def _deep_folders(scene: Scene) -> None:
    here = Path.cwd()
    os.chdir(scene.folder)
    try:
        for _ in range(40):  # more bytes than a path may have
            os.mkdir("d" * 200)  # noqa: PTH102  (relative to where it stands)
            os.chdir("d" * 200)
    finally:
        os.chdir(here)


PATHS = (
    Fault("plan of a missing file", 2, ("^nowhere: error: No such file or directory$",), None, ("plan", "nowhere"), others=False),
    Fault("plan of a pipe", 2, ("^Dockerfile: error: not a regular file$",), pipe("Dockerfile"), ("plan", "Dockerfile"), others=False),
    Fault("context whose path is too long", 2, ("^dfix: error: the build context is not a folder: ",), None, ("--context", "a" * 5000), others=False),
    Fault("missing file", 2, ("^nowhere: error: No such file or directory$",), None, ("nowhere", ".")),
    Fault("folder named as a file", 0, arguments=(".",), given=lambda s: (s.folder / "Dockerfile").mkdir()),
    Fault("pipe, named", 2, ("^Dockerfile: error: not a regular file$",), pipe("Dockerfile"), ("Dockerfile", ".")),
    Fault("pipe, found", 0, given=pipe("Dockerfile")),
    Fault("socket, named", 2, ("^Dockerfile: error: not a regular file$",), _socket, ("Dockerfile", ".")),
    Fault("device, named", 2, ("^/dev/zero: error: not a regular file$",), None, ("/dev/zero", ".")),
    Fault("file that fails to be read", 2, ("^/proc/self/mem: error: cannot be read: Input/output error$",), None, ("/proc/self/mem", ".")),
    Fault("unreadable file", 2, ("^Dockerfile: error: cannot be read: Permission denied$",), _mode("Dockerfile", 0), files={"Dockerfile": ADD}, left={"Dockerfile": ADD}, permitted=False),
    Fault("unreadable folder", 2, ("^locked: error: Permission denied$",), _mode("locked", 0), files={"locked/Dockerfile": ADD}, permitted=False),
    Fault("read-only file", 2, ("^Dockerfile: error: cannot be written: the file is read-only$",), _mode("Dockerfile", 0o444), files={"Dockerfile": ADD}, left={"Dockerfile": ADD}, permitted=False),
    Fault("read-only folder", 2, ("^locked/Dockerfile: error: cannot be written: Permission denied$",), _mode("locked", 0o555), files={"locked/Dockerfile": ADD}, left={"locked/Dockerfile": ADD}, permitted=False),
    Fault("100 MB file", 2, ("^Dockerfile: error: larger than 4 MiB: no Dockerfile$",), sparse("Dockerfile")),
    Fault("link in a circle, named", 2, ("^loop: error: Too many levels of symbolic links$",), _link("loop", "loop"), ("loop", ".")),
    Fault("link in a circle, found", 0, ("^Dockerfile: skipped: the symbolic link is broken$",), _link("Dockerfile", "Dockerfile")),
    Fault("dangling link, named", 2, ("^link: error: No such file or directory$",), _link("link", "nowhere"), ("link", ".")),
    Fault("dangling link, found", 0, ("^Dockerfile: skipped: the symbolic link is broken$",), _link("Dockerfile", "nowhere")),
    Fault("link out of the tree", 0, ("^Dockerfile: skipped: the symbolic link leaves the tree$",), _link("Dockerfile", "../outside"), then=_outside_is_as_it_was),
    Fault("linked folder out of the tree", 0, given=_link("linked", ".."), then=_outside_is_as_it_was),
    Fault("path that is too long", 2, ("^a+: error: File name too long$",), None, ("a" * 5000, ".")),
    Fault("folders too deep for a path", 2, ("error: File name too long$",), _deep_folders),
)  # fmt: skip

# ----------------------------------------------------------------------------- what it holds


def _holding(name: str, data: bytes, code: int, *told: str, after: bytes | None = None) -> Fault:
    """A file of that text; it is left as it is unless `after` says what it becomes."""
    left = {"Dockerfile": data if after is None else after}
    return Fault(name, code, told, files={"Dockerfile": data}, left=left)


def _deep_run(text: str) -> bytes:
    return b"FROM debian:12\nRUN " + text.encode() + b"\n"


TEXTS = (
    _holding("empty file", b"", 0, "^Dockerfile: note: "),
    _holding("comments alone", b"# nothing\n", 0, "^Dockerfile: note: "),
    _holding("not a Dockerfile", b"hello world\n", 2, "^Dockerfile:1: error: "),
    _holding("program", b"\x7fELF\x02\x01\x01\0\0\0\n\x1b[2J\n", 2, "^Dockerfile:1: error: "),
    _holding("NUL bytes", b"\0" * 1000, 2, "^Dockerfile:1: error: "),
    _holding("NUL byte in a command", b"FROM debian:12\nRUN a \0 b\nADD . /app\n", 0, after=b"FROM debian:12\nRUN a \0 b\nCOPY . /app\n"),
    _holding("bytes that are not UTF-8", b"FROM debian:12\n# \xe9\xff\nADD . /app\n", 0, after=b"FROM debian:12\n# \xe9\xff\nCOPY . /app\n"),
    _holding("UTF-16 with a mark", "\ufeffFROM debian:12\nADD . /app\n".encode("utf-16"), 2, "^Dockerfile:1: error: "),
    _holding("UTF-8 mark and CRLF", b"\xef\xbb\xbfFROM debian:12\r\nADD . /app\r\n", 0, after=b"\xef\xbb\xbfFROM debian:12\r\nCOPY . /app\r\n"),
    _holding("carriage returns alone", b"FROM debian:12\rADD . /app\r", 2, "^Dockerfile:1: error: "),
    _holding("line of 70,000 bytes", b"FROM debian:12\nRUN " + b"a" * 70_000 + b"\n", 2, "^Dockerfile:2: error: the line is longer than 65,535 bytes$"),
    _holding("half a megabyte of lines", b"FROM debian:12\n" + b"# a\n" * (_MIB // 8), 0),
    _holding("ONBUILD of ONBUILD", b"FROM debian:12\n" + b"ONBUILD " * 5_000 + b"RUN a\n", 0, "^Dockerfile: note: line 2: "),
    _holding("brackets, 30,000 deep", _deep_run("(" * 30_000 + ")" * 30_000), 0),
    _holding("substitutions, 10,000 deep", _deep_run("$(" * 10_000 + ")" * 10_000), 0),
    _holding("blocks, 4,000 deep", _deep_run("if a; then " * 4_000 + "fi; " * 4_000), 0),
    _holding("parameters, 10,000 deep", b"FROM debian:12\nENV A=" + b"${A:-" * 10_000 + b"}" * 10_000 + b"\n", 0, "^Dockerfile: note: line 2: the builder would refuse this: .{,300}$"),
    _holding("quotes left open", _deep_run("'\"" * 15_001), 0),
    _holding("4,000 instructions", b"FROM debian:12\n" + b"LABEL a=b\n" * 4_000, 0),
    _holding("3,000 commands", b"FROM debian:12\n" + b"RUN echo a\n" * 3_000, 0),
)  # fmt: skip

# --------------------------------------------------------------------- what lies beside it


def _deep(start: str, end: str) -> bytes:
    return (start * 4_000 + end * 4_000).encode()


BESIDE = (
    Fault("configuration malformed", 2, (r"good/Dockerfile: error: .*/dfix\.toml:2: ",), files={"dfix.toml": b"level = 'safe'\nlevel = \n"}, others=False),
    Fault("configuration with an unknown key", 2, (r"/dfix\.toml:2: there is no setting speed$",), files={"dfix.toml": b"level = 'safe'\nspeed = 3\n"}, others=False),
    Fault("configuration with a wrong type", 2, (r"/dfix\.toml:1: select must be a list of texts$",), files={"dfix.toml": b"select = 'add-to-copy'\n"}, others=False),
    Fault("configuration with an unknown fixer", 2, (r"/dfix\.toml:1: .*no-such-fixer",), files={"dfix.toml": b"select = ['no-such-fixer']\n"}, others=False),
    Fault("configuration that is a folder", 0, given=lambda s: (s.folder / "dfix.toml").mkdir()),
    Fault("configuration that is a pipe", 0, given=pipe("dfix.toml")),
    Fault("configuration of 100 MB", 2, (r"/dfix\.toml:1: cannot be read: ",), sparse("dfix.toml"), others=False),
    Fault("configuration of bytes that are not UTF-8", 2, (r"/dfix\.toml:1: ",), files={"dfix.toml": b"level = '\xff'\n"}, others=False),
    Fault("deep TOML", 2, (r"/dfix\.toml:1: nested too deeply$",), files={"dfix.toml": b"a = " + _deep("[", "]")}, others=False),
    Fault("deep YAML, configuration", 2, (r"/\.hadolint\.yaml:1: nested too deeply$",), files={".hadolint.yaml": _deep("[", "]")}, others=False),
    Fault("deep YAML, Compose", 0, files={"compose.yaml": _deep("[", "]")}),
    Fault("deep JSON", 0, files={"docker-bake.json": _deep("[", "]"), ".devcontainer.json": _deep('{"a":', "}")}),
    Fault("deep HCL", 0, files={"docker-bake.hcl": b"a = " + b"[" * 2_000 + b"]" * 2_000 + b"\n"}),
    Fault("YAML whose aliases hold themselves", 0, files={"compose.yaml": b"services: &a\n  x: *a\n"}),
    Fault("Compose file that is a pipe", 0, given=pipe("compose.yaml")),
    Fault("ignore files that are pipes", 0, given=lambda s: [pipe(".gitignore")(s), pipe("good/.dockerignore")(s)].clear()),
    Fault("repository that is none", 0, files={".git": b"gitdir: /nowhere\n"}),
    Fault("repository that is damaged", 0, files={".git/HEAD": b"\0", ".git/index": b"\xff" * 99, ".git/config": b"[[["}),
)  # fmt: skip

# ----------------------------------------------------------------------------- how it is called


def _one_line_printed(_scene: Scene, done: Done) -> None:
    assert done.out == b"--- a/Dockerfile\n"


CALLS = (
    Fault("configuration that is a device, named", 2, ("^dfix: error: .* there is no such file",), None, ("--config", "/dev/zero"), others=False),
    Fault("configuration that is a folder, named", 2, ("^dfix: error: .* there is no such file",), None, ("--config", "."), others=False),
    Fault("report onto a full disk", 2, ("^dfix: error: /dev/full: cannot be written: No space left on device$",), None, ("--check", "--output", "/dev/full"), others=False),
    Fault("report into a folder", 2, (r"^dfix: error: \.: cannot be written: it is a folder$",), None, ("--check", "--output", "."), others=False),
    Fault("standard input that cannot be read", 2, ("^dfix: error: standard input cannot be read: Bad file descriptor$",), None, ("-",), shell='exec "$@" 0>/dev/null', others=False),
    Fault("standard input closed", 2, ("^dfix: error: standard input is closed$",), None, ("-",), shell='exec "$@" <&-', others=False),
    Fault("standard error full", 1, (), None, ("--diff",), shell='exec "$@" 2> /dev/full', others=False),
    Fault("reader that has seen enough", 0, (), None, ("--diff",), files={"Dockerfile": ADD + b"LABEL a=b\n" * 4_000}, shell='"$@" | head -1', then=_one_line_printed, others=False),
)  # fmt: skip

# ------------------------------------------------------------------------- others at the same time

_AT_WRITING = """
import os
from pathlib import Path
fsync, times = os.fsync, []
def at_writing(number):
    fsync(number)
    # The second temporary file that is written: the first one is the good file's.
    if "/.dfix-" in os.readlink(f"/proc/self/fd/{number}"):
        times.append(number)
        if len(times) == 2:
            meddle(Path("other/Dockerfile"))
os.fsync = at_writing
"""
_THEIRS = b"FROM scratch\n"


def _nothing_is_left(scene: Scene, _done: Done) -> None:
    assert list((scene.folder / "other").iterdir()) == []


def _two_runs(scene: Scene, fault: Fault) -> Done:
    names = [f"{at}/Dockerfile" for at in range(30)]
    scene.write(dict.fromkeys(names, ADD))
    runs = [scene.start(fault), scene.start(fault)]
    results = [scene.finish(run) for run in runs]
    for done in results:
        lines = [line for line in done.errors.splitlines() if "error: " in line]
        assert all(line.endswith("changed on disk meanwhile") for line in lines)
        assert done.code == (2 if lines else 0)
    for name in names:
        assert (scene.folder / name).read_bytes() == COPY
    assert not list(scene.folder.rglob(".dfix-*"))
    return Done(0, b"", "")


def _killed(scene: Scene, fault: Fault) -> Done:
    done = scene.call(fault)
    (left,) = (scene.folder / "other").glob(".dfix-*")
    assert left.read_bytes() == COPY
    again = scene.call(Fault("again", 0))
    assert again.code == 0
    assert left.read_bytes() == COPY, "it was taken for a Dockerfile"
    assert (scene.folder / "other" / "Dockerfile").read_bytes() == COPY
    return done


def _stopped_while_writing(number: int) -> Callable[[Scene, Fault], Done]:
    """A run of many files that gets a signal when it has written some of them."""

    def run(scene: Scene, fault: Fault) -> Done:
        names = [f"{at:03}/Dockerfile" for at in range(200)]
        scene.write(dict.fromkeys(names, ADD))
        process = scene.start(fault)
        deadline = time.monotonic() + 120
        while (scene.folder / names[3]).read_bytes() == ADD and time.monotonic() < deadline:
            time.sleep(0.005)
        os.kill(process.pid, number)
        done = scene.finish(process)
        held = [(scene.folder / name).read_bytes() for name in names]
        assert set(held) == {ADD, COPY}, "it ended before it could be stopped, or wrote half a file"
        assert held == sorted(held, reverse=True), "they are written in their order"
        if number == signal.SIGINT:
            assert "` puts the old files back" in done.errors
        undone = scene.call(Fault("undo", 0), "undo")
        assert undone.code == 0
        assert all((scene.folder / name).read_bytes() == ADD for name in names)
        assert not _still_there(process.pid), "a process was left behind"
        return done

    return run


def _still_there(session: int) -> list[str]:
    """The processes of a session that live on, after they had a moment to end."""
    for _ in range(100):
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # It ended meanwhile.
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(path.parent.name)
        if not found:
            return []
        time.sleep(0.1)
    return found


#: Slow, then so slow that it cannot come to its end before it is stopped.
_SLOW = """
import signal, time
import dfix.runner
signal.signal(signal.SIGINT, signal.default_int_handler)  # what is begun in the background ignores it
fix_bytes, times = dfix.runner.fix_bytes, []
def slow(*arguments):
    times.append(1)
    time.sleep(0.02 if len(times) < 8 else 3)
    return fix_bytes(*arguments)
dfix.runner.fix_bytes = slow
"""

OTHERS = (
    Fault("file changed while it is worked on", 2, ("^other/Dockerfile: error: changed on disk meanwhile$",), files={"other/Dockerfile": ADD}, left={"other/Dockerfile": _THEIRS}, prelude=f"{_AT_WRITING}meddle = lambda path: path.write_bytes({_THEIRS!r})"),
    Fault("file deleted while it is worked on", 2, ("^other/Dockerfile: error: changed on disk meanwhile$",), files={"other/Dockerfile": ADD}, prelude=f"{_AT_WRITING}meddle = Path.unlink", then=_nothing_is_left),
    Fault("folder deleted while it is worked on", 2, ("^other/Dockerfile: error: ",), files={"other/Dockerfile": ADD}, prelude=f"{_AT_WRITING}import shutil\nmeddle = lambda path: shutil.rmtree(path.parent)"),
    Fault("killed between writing and renaming", -signal.SIGKILL, files={"other/Dockerfile": ADD}, prelude=f"{_AT_WRITING}meddle = lambda path: os.kill(os.getpid(), 9)", run=_killed),
    Fault("two runs at once", 0, run=_two_runs),
    Fault("interrupted", 130, run=_stopped_while_writing(signal.SIGINT), prelude=_SLOW, others=False, arguments=("--jobs", "1")),
    Fault("interrupted, two jobs", 130, run=_stopped_while_writing(signal.SIGINT), prelude=_SLOW, others=False, arguments=("--jobs", "2")),
    Fault("terminated", -signal.SIGTERM, run=_stopped_while_writing(signal.SIGTERM), prelude=_SLOW, others=False, arguments=("--jobs", "1")),
    Fault("terminated, two jobs", -signal.SIGTERM, run=_stopped_while_writing(signal.SIGTERM), prelude=_SLOW, others=False, arguments=("--jobs", "2")),
)  # fmt: skip
