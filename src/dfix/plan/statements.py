"""From the text of a RUN to its statements: what each runs under, and what its failure does.

Two texts that do the same give the same statements, however they are split into RUNs; the boundaries
between the RUNs aside. A statement is one link of the top-level chain of `&&`. Links joined by `||`
are one statement, for they decide together; so is any compound command.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from dfix.patterns import regex
from dfix.plan.bindings import Bindings
from dfix.plan.memory import Memory, changes_shell, fails, options_of, runs_text
from dfix.plan.model import Failure, Statement
from dfix.shell import ShellScript, shell_kind
from dfix.shell import Statement as Part
from dfix.text import Span

#: What the status of a list is to the RUN: its own status; what the rest of an outer list hangs on;
#: or nothing, `set -e` aside.
_End = Literal["final", "gate", "loose"]

#: What does not end the shell under `set -e` when its status is a failure.
_EXEMPT = frozenset({"negated", "group", "if", "for", "while", "case", "other"})

#: What may turn `set -e` on by itself.
_RUNS_ANYTHING = regex(r"\b(?:set|eval|source)\b|(?:^|[\s;&|({`])\.\s|(?:^|[;&|({`])\s*[\"']?[$`]")
_LISTED = regex(r"[;\n]")

_BLANKS = regex(
    r"""
      (?P<blanks>[ \t]+)
    | \$'(?:[^'\\]|\\[\s\S])*'
    | '[^']*'
    | "(?:[^"\\$`]|\\[\s\S]|\$(?![({]))*"
    | \\[\s\S]
    | \$\{[^}]*\}
    | ["'][\s\S]*
    """,
    re.VERBOSE,
)


class Scene(Struct, frozen=True):
    """What a RUN starts with."""

    env: Bindings
    cwd: str
    user: str | None
    shell: tuple[str, ...] | None
    flags: tuple[str, ...]

    def opaque(self, text: str, *, shell: tuple[str, ...] | None) -> Statement:
        """A whole RUN as one statement."""
        return Statement(text, "aborts", self.env, self.cwd, self.user, shell, self.flags)


_Place = tuple[int, str, str | None, tuple[str, ...] | None, tuple[str, ...]]
#: Statements by the identity of their script and all of their scene but the variables: most of the
#: RUNs of a file stay as they are when its plan is made anew behind a fix.
_KNOWN: dict[_Place, tuple[ShellScript, Bindings, tuple[Statement, ...]]] = {}
_MOST_KNOWN = 2048


def statements(script: ShellScript, scene: Scene) -> tuple[Statement, ...]:
    """The statements of a RUN in shell form without heredocs.

    A text that cannot be read as a POSIX shell's is a single one.
    """
    place = (id(script), scene.cwd, scene.user, scene.shell, scene.flags)
    known = _KNOWN.get(place)
    if known is None or known[1] != scene.env:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        # The script is kept as well: so no other one comes to have its identity.
        known = _KNOWN[place] = (script, scene.env, _statements(script, scene))
    return known[2]


def _statements(script: ShellScript, scene: Scene) -> tuple[Statement, ...]:
    posix = scene.shell is None or shell_kind(scene.shell) == "posix"
    if not posix or script.has_error:
        return (scene.opaque(script.cooked.strip(), shell=scene.shell),)
    reading = _Reading(script, scene)
    reading.list(script.statements, "final", masked=False, gated=False)
    return tuple(reading.found) or (scene.opaque("", shell=scene.shell),)


def normal(text: str) -> str:
    """`text` with blanks outside quotes made one; quotes with code in them end that."""
    if "  " in text or "\t" in text:
        text = _BLANKS.sub(lambda match: " " if match["blanks"] else match[0], text)
    return text.strip(" \t")


class _Reading:
    """One walk over a script."""

    def __init__(self, script: ShellScript, scene: Scene) -> None:
        self.script = script
        self.scene = scene
        options = () if scene.shell is None else options_of(scene.shell)
        self.memory = Memory(scene.env, scene.cwd, options)
        self.found: list[Statement] = []

    def list(self, parts: Sequence[Part], end: _End, *, masked: bool, gated: bool) -> None:
        """Reads a list, whose and-or lists run one after another.

        `masked` tells that `set -e` has no power over it; `gated` that failures above it skip it
        without ending the RUN.
        """
        chains = list(_chains(parts))
        for at, chain in enumerate(chains):
            last = at == len(chains) - 1
            if chain[0].background:
                self.background(chain)
            else:
                self.chain(chain, end if last else "loose", masked=masked, gated=gated)

    def chain(self, chain: Sequence[Part], end: _End, *, masked: bool, gated: bool) -> None:
        """Reads one and-or list.

        `&&` and `||` bind alike, to all on their left: what ends in the last `||` is one link.
        """
        alternatives = max(
            (at + 1 for at, part in enumerate(chain) if part.operator == "||" and at), default=0
        )
        links = [chain[:alternatives]] if alternatives else []
        links += [(part,) for part in chain[alternatives:]]
        for at, link in enumerate(links):
            last = at == len(links) - 1
            quiet = masked or not last
            group = _group(link)
            inner: _End = end if last or end == "final" else "gate"
            barred = gated or (at > 0 and end != "final")
            if group is not None and not (barred and _has_lists(group)):
                self.list(group, inner, masked=quiet, gated=barred)
            else:
                self.link(link, inner, masked=quiet)

    def link(self, link: Sequence[Part], end: _End, *, masked: bool) -> None:
        """Adds a link as a statement, and takes in what it does to the shell."""
        text = self.joined(link)
        if not text:
            return
        strict = self.memory.errexit and not masked
        sensitive = _sensitive(link[-1], text)
        failure: Failure = "ignored"
        if end == "final":
            failure = "aborts"
        elif end == "gate":
            failure = "skips"
        elif strict and link[-1].kind in _EXEMPT:
            # Here `set -e` looks at the commands within, and not at the status of the whole.
            sensitive = sensitive or link[-1].kind != "negated"
        elif strict:
            failure = "aborts"
        self.add(text, failure, masked=masked, sensitive=sensitive)
        part = link[0]
        if all(map(_gives_up, link[1:])) and part.command is not None:
            self.memory.simple(part.command, text)
            return
        inner = [each for outer in link for each in _parts(outer)]
        if any(each.kind in {"function", "other"} for each in inner):
            self.memory.forget(text)
        else:
            self.memory.compound((c.command for c in inner if c.command is not None), text)

    def background(self, chain: Sequence[Part]) -> None:
        """Adds a list that runs in the background: nothing waits for it."""
        text = f"{self.joined(chain)} &"
        sensitive = any(_sensitive(part, text) for part in chain)
        self.add(text, "ignored", masked=False, sensitive=sensitive)
        self.memory.forget(text)

    def add(self, text: str, failure: Failure, *, masked: bool, sensitive: bool) -> None:
        memory = self.memory
        scene = self.scene
        inside: Literal["aborts", "ignored"] | None = None
        if sensitive:
            strict = memory.errexit or _RUNS_ANYTHING.search(text) is not None
            inside = "aborts" if strict and not masked else "ignored"
        self.found.append(
            Statement(
                text,
                failure,
                memory.env,
                memory.cwd,
                scene.user,
                scene.shell,
                scene.flags,
                inside,
                memory.options,
                memory.umask,
                memory.seen_by(text),
                memory.after,
            )
        )

    def joined(self, link: Sequence[Part]) -> str:
        """The normal text of parts that are joined by operators."""
        out = self.text(link[0])
        for part in link[1:]:
            out = f"{out} {part.operator} {self.text(part)}"
        return out

    def text(self, part: Part) -> str:
        """The normal text of one part."""
        start, end = self.place(part.span.start), self.place(part.span.end)
        cooked = self.script.cooked
        pieces: list[str] = []
        notes = self.script.notes
        for at in range(bisect_left(notes, part.span.start, key=_start), len(notes)):
            first, last = self.place(notes[at].start), self.place(notes[at].end)
            if last > end:
                break
            pieces.append(cooked[start:first])
            start = last
        return normal("".join((*pieces, cooked[start:end])))

    def place(self, offset: int) -> int:
        """The offset in the joined text of one in the raw text."""
        origin = self.script.joined.origin
        return offset if origin is None else bisect_left(origin, offset)


def _start(span: Span) -> int:
    return span.start


def _chains(parts: Sequence[Part]) -> Iterator[Sequence[Part]]:
    """The and-or lists of a list."""
    start = 0
    for at, part in enumerate(parts):
        if at > start and part.operator not in {"&&", "||"}:
            yield parts[start:at]
            start = at
    if start < len(parts):
        yield parts[start:]


def _group(link: Sequence[Part]) -> Sequence[Part] | None:
    """What stands in the braces that are a whole link; None for any other link."""
    part = link[0]
    if len(link) == 1 and part.kind == "group" and not part.redirects:
        return part.children
    return None


def _has_lists(parts: Sequence[Part]) -> bool:
    return any(part.operator not in {"", "&&", "||"} or part.background for part in parts)


def _gives_up(part: Part) -> bool:
    """Whether it ends the shell with a failure for certain."""
    if part.operator != "||":
        return False
    if part.kind == "group" and part.children and not part.redirects:
        *others, last = part.children
        before = [each.command for other in others for each in _parts(other)]
        if last.operator in {"&&", "||", "&"}:
            return False
        if any(command is not None and changes_shell(command) for command in before):
            return False
        part = last
    return part.command is not None and not part.background and fails(part.command)


def _sensitive(part: Part, text: str) -> bool:
    """Whether `set -e` makes a difference to what happens inside of a statement with that text."""
    if "$(" in text or "`" in text:
        read = _BLANKS.sub(_unless_literal, text)
        if ("$(" in read or "`" in read) and (_RUNS_ANYTHING.search(read) or _LISTED.search(read)):
            return True
    return _has_lists_inside(part)


def _unless_literal(match: re.Match[str]) -> str:
    """What is matched, unless the shell takes it as it stands: in single quotes, or escaped."""
    found = match[0]
    literal = found[0] == "\\" or found[0] == found[-1] == "'"
    return "_" if literal and len(found) > 1 else found


def _has_lists_inside(part: Part) -> bool:
    match part.kind:
        case "negated":
            return False
        case "subshell" | "group":
            children = part.children
            return _has_lists(children) or (bool(children) and _has_lists_inside(children[-1]))
        case "pipeline":
            return any(map(_has_lists_inside, part.children))
        case "command" | "assignment" | "test":
            return part.command is not None and runs_text(part.command)
    return True


def _parts(part: Part) -> Iterator[Part]:
    """A statement and those within it that run in the same shell."""
    yield part
    if part.kind not in {"subshell", "pipeline"}:
        for child in (*part.condition, *part.children):
            yield from _parts(child)
