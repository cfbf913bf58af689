"""What a Dockerfile takes from its build context, by name or as a whole."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dfix.check import problems
from dfix.facts import Facts
from dfix.globs import PatternError, compile_glob, has_wildcard
from dfix.nodes import Add, Copy, Instruction, Onbuild, Run, Stage
from dfix.parser import parse
from dfix.patterns import regex
from dfix.plan.model import Symbolic
from dfix.plan.model import Transfer as Planned

_SHOWN = 60  # characters of an instruction that a reason quotes
_REMOTE = regex(r"[a-z]+://|git@|[^/]+\.git(?:[#?]|\Z)", re.IGNORECASE)
_VARIABLE = regex(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_INSTALL = regex(
    r"\b(?:npm|pnpm|yarn|bun)\b(?:\s+(?:ci|i|install|add)\b|\s*$|\s*&&|\s+--)", re.MULTILINE
)
_SERVERS = regex(r"(?:\A|/)(?:nginx|httpd|caddy|lighttpd|static-web-server|nginx-unprivileged)\b")


@dataclass(frozen=True, slots=True)
class Source:
    """A source of COPY, ADD or a bind mount: a path or glob without a leading slash."""

    pattern: str
    line: int
    text: str

    def takes(self, name: str) -> bool:
        """Whether it may name the entry `name` of the context's root, or something below it."""
        first = self.pattern.split("/")[0]
        if not has_wildcard(first):
            return first == name
        try:
            return "**" in first or compile_glob(first, deep=False).matches(name)
        except PatternError:
            return True


@dataclass(frozen=True, slots=True)
class Needs:
    """What one Dockerfile needs of its context."""

    path: Path
    text: str = ""
    named: tuple[Source, ...] = ()
    whole: Source | None = None
    """What takes in the context's root."""
    unknown: str | None = None
    """Why it is not known what else is needed."""
    installs: bool = False
    """Whether it installs packages of Node itself."""
    serves: bool = False
    """Whether a web server may serve what is copied."""


def needs_of(path: Path, data: bytes) -> Needs:
    """What the Dockerfile `data` needs."""
    tree = parse(data)
    text = tree.text
    if any(found.kind == "grammar" for found in problems(tree)):
        return Needs(path, text, unknown=f"{path.name} is no Dockerfile that can be read")
    facts = Facts(tree)
    named: list[Source] = []
    whole: Source | None = None
    unknown: str | None = None
    for stage in tree.stages:
        base = facts.plan.stages[stage.index].base
        if isinstance(base, Symbolic) or "onbuild" in base:
            # Triggers of such a base may copy the context.
            line = facts.positions.lines(stage.start)[0]
            whole = whole or Source("", line, f"FROM {base}")
        for source in _sources(facts, stage):
            if "$" in source.pattern:
                unknown = unknown or f"`{source.text}` in {path.name} takes a variable"
            elif source.pattern:
                named.append(source)
            else:
                whole = whole or source
    return Needs(
        path,
        text,
        tuple(named),
        whole,
        unknown,
        bool(_INSTALL.search(text)),
        any(_SERVERS.search(stage.base) for stage in facts.plan.stages),
    )


def _sources(facts: Facts, stage: Stage) -> Iterator[Source]:
    effects = facts.plan.stages[stage.index].effects
    transfers = [effect for effect in effects if isinstance(effect, Planned)]
    nodes = [node for node in stage.instructions if isinstance(node, Copy | Add)]
    own = len(transfers) - len(nodes)
    for effect in transfers[:own]:  # triggers of a parent's ONBUILD
        if effect.origin is None:
            for written in effect.sources:
                yield _source(facts, stage.start, written, written)
    for node, effect in zip(nodes, transfers[own:], strict=True):
        if effect.origin is None:
            for written, known in zip(node.sources, effect.sources, strict=False):
                if effect.does not in {"fetch", "clone"} and not _REMOTE.match(known):
                    yield _source(facts, node, written, known)
    for instruction in stage.instructions:
        held = instruction.instruction if isinstance(instruction, Onbuild) else instruction
        if isinstance(held, Copy | Add) and held is not instruction and held.flag("from") is None:
            for written in held.sources:
                if not _REMOTE.match(written) and not written.startswith("<<"):
                    yield _source(facts, instruction, written, written)
        if isinstance(held, Run):
            yield from _mounts(facts, instruction, held)


def _mounts(facts: Facts, instruction: Instruction, run: Run) -> Iterator[Source]:
    for flag in run.flags:
        if flag.name != "mount":
            continue
        fields = {
            field.partition("=")[0].strip().lower(): field.partition("=")[2]
            for field in (flag.argument or "").split(",")
        }
        if fields.get("type", "bind") == "bind" and not fields.get("from"):
            source = fields.get("source", fields.get("src", ""))
            yield _source(facts, instruction, source, source)


def _source(facts: Facts, instruction: Instruction, written: str, known: str) -> Source:
    """A source; one with an argument that a call of the build may give keeps its `$`."""
    try:
        args = facts.plan.before(instruction).args
    except KeyError:
        args = {}
    given = any(name in args for name in _VARIABLE.findall(written))
    pattern = written if given else str(known)
    if "$" not in pattern:
        pattern = posixpath.normpath("/" + pattern).strip("/")
    line = facts.positions.lines(instruction)[0]
    text = " ".join(instruction.with_changes(leading_lines=()).code.split())
    return Source(pattern, line, text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
