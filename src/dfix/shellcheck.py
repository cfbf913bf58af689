"""ShellCheck, run over the shell texts of a file: all of them in one call, each once.

It gets the texts as files of a folder of their own, no configuration, and nothing of the repository.
What its answers hold: https://github.com/koalaman/shellcheck/wiki/Integration
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import Struct

from dfix.facts.shell_advice import Replacement, Suggestion

HINT = "ShellCheck is not installed: pip install 'dfix[shellcheck]'"
_SECONDS = 30.0  # for the texts of one file
_LONGEST = 64 * 1024  # characters of a text that is still asked about
_MOST = 4096  # answers that are kept


class _Edit(Struct, frozen=True):
    line: int
    column: int
    endLine: int  # noqa: N815  (as ShellCheck calls it)
    endColumn: int  # noqa: N815
    insertionPoint: str  # noqa: N815
    replacement: str


class _Fix(Struct, frozen=True):
    replacements: tuple[_Edit, ...]


class _Comment(Struct, frozen=True):
    file: str
    code: int
    message: str
    fix: _Fix | None = None


class _Answer(Struct, frozen=True):
    comments: tuple[_Comment, ...]


class ShellCheck:
    """Asks ShellCheck, and remembers what it answered."""

    def __init__(self, program: str | None = None, *, seconds: float = _SECONDS) -> None:
        """`program` is the path of ShellCheck in place of the one that is installed."""
        self._program = program
        self._seconds = seconds
        self._known: dict[tuple[str, str], tuple[Suggestion, ...]] = {}

    def suggestions(
        self, texts: Sequence[tuple[str, str]]
    ) -> tuple[tuple[Suggestion, ...], ...] | str:
        """As `ShellAdvice` says. Raises nothing."""
        wanted = [each for each in dict.fromkeys(texts) if each not in self._known]
        if len(self._known) + len(wanted) > _MOST:
            self._known.clear()
            wanted = list(dict.fromkeys(texts))
        for dialect in sorted({dialect for dialect, _ in wanted}):
            asked = [text for kind, text in wanted if kind == dialect]
            answers = self._ask(dialect, asked)
            if isinstance(answers, str):
                return answers
            self._known |= {
                (dialect, text): answer for text, answer in zip(asked, answers, strict=True)
            }
        return tuple(self._known[each] for each in texts)

    def _ask(self, dialect: str, texts: Sequence[str]) -> list[tuple[Suggestion, ...]] | str:
        program = self._program or installed()
        if program is None:
            return HINT
        with TemporaryDirectory(prefix="dfix-shellcheck-") as name:
            names = {}
            for number, text in enumerate(texts):
                data = _encoded(text)
                if data is not None:
                    names[str(number)] = text
                    Path(name, str(number)).write_bytes(data)
            if not names:
                return [() for _ in texts]
            try:
                done = subprocess.run(
                    [program, "--norc", f"--shell={dialect}", "--format=json1", "--", *names],
                    cwd=name,
                    env={"PATH": os.defpath, "HOME": name, "LC_ALL": "C.UTF-8"},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=self._seconds,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return f"ShellCheck has not answered within {self._seconds:g} seconds"
            except OSError as error:
                return f"ShellCheck cannot be run: {error.strerror or error}"
        if done.returncode not in (0, 1):  # 1: it has found something
            told = " ".join(done.stderr.decode("utf-8", "replace").split())[:200]
            return f"ShellCheck failed with the code {done.returncode}: {told}"
        try:
            answer = msgspec.json.decode(done.stdout, type=_Answer)
        except ValueError as error:  # what msgspec and UTF-8 raise
            return f"ShellCheck's answer cannot be read: {error}"
        return [_of_text(str(number), text, answer.comments) for number, text in enumerate(texts)]


@cache
def advice() -> ShellCheck:
    """The one ShellCheck of this process; nothing is run before it is asked."""
    return ShellCheck()


def installed() -> str | None:
    """The path of ShellCheck: beside Python, as pip puts it, or on the PATH; never a relative one."""
    beside = os.path.dirname(sys.executable)  # noqa: PTH120  (the link itself counts)
    folders = [beside, *os.environ.get("PATH", os.defpath).split(os.pathsep)]
    places = os.pathsep.join(each for each in folders if Path(each).is_absolute())
    return shutil.which("shellcheck", path=places)


def _encoded(text: str) -> bytes | None:
    """A text as ShellCheck reads it; None for one that it could not, or not in time."""
    if len(text) > _LONGEST or "\0" in text or "\r" in text:
        return None
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # bytes that are no UTF-8
        return None


def _of_text(name: str, text: str, comments: Iterable[_Comment]) -> tuple[Suggestion, ...]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found = []
    for comment in comments:
        if comment.file != name or comment.fix is None:
            continue
        edits = [_replacement(each, starts, len(text)) for each in comment.fix.replacements]
        if all(each is not None for each in edits):
            ordered = sorted(
                (each.start, each.end, each.text) for each in edits if each is not None
            )
            kept = tuple(Replacement(*each) for each in ordered)
            found.append(Suggestion(f"SC{comment.code}", comment.message, kept))
    return tuple(found)


def _replacement(edit: _Edit, starts: Sequence[int], length: int) -> Replacement | None:
    """An edit by offsets; None where it is not within the text."""
    if not (0 < edit.line < len(starts) and 0 < edit.endLine < len(starts)):
        return None
    start = starts[edit.line - 1] + edit.column - 1
    end = starts[edit.endLine - 1] + edit.endColumn - 1
    return Replacement(start, end, edit.replacement) if 0 <= start <= end <= length else None
