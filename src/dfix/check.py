"""Would the builder refuse this file before it runs a step? It asks what BuildKit asks.

BuildKit's own parser, its checks of each instruction, and what it makes of the stages: of every
stage of the file, as `docker build --check` does. What depends on a variable, on the build context
or on a base image is not judged: not known is never refused.
Sources: `frontend/dockerfile/parser`, `frontend/dockerfile/instructions` and
`frontend/dockerfile/dockerfile2llb` of https://github.com/moby/buildkit.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from dfix import check_values as values
from dfix import nodes, words
from dfix.image import ImageReference
from dfix.nodes import Dockerfile, ExecForm, Instruction

Kind = Literal["grammar", "build", "empty"]

#: A physical line of this many bytes is refused, its carriage return counted, its line feed not.
_LINE_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class Problem:
    """What the builder refuses, with the line (1-based) on which that instruction begins.

    `kind` tells a text that is no Dockerfile ("grammar") from one whose instructions ask for what
    the builder does not do ("build"), and from one that builds nothing at all ("empty").
    """

    line: int
    message: str
    kind: Kind


def problems(tree: Dockerfile) -> tuple[Problem, ...]:
    """What the builder would refuse, in the order of the file; at most one for each instruction.

    A file without a FROM in which nothing else is wrong, such as an empty one, has one problem of
    the kind "empty".
    """
    inspection = _Inspection(tree)
    inspection.run()
    found = inspection.found
    long = _long_lines(tree)
    if not found and not long:
        if inspection.stage >= 0:
            return ()
        lacks = "a FROM" if tree.instructions else "an instruction"
        return (Problem(1, f"a file without {lacks} builds nothing", "empty"),)
    starts = _start_lines(tree)
    ordered = [Problem(starts[at], refused.message, refused.kind) for at, refused in found]
    ordered += [Problem(line, "the line is longer than 65,535 bytes", "grammar") for line in long]
    return tuple(sorted(ordered, key=lambda problem: problem.line))


def _long_lines(tree: Dockerfile) -> list[int]:
    if 4 * len(tree.text) < _LINE_LIMIT:  # a code point has four bytes at most
        return []
    lines = tree.code.split(b"\n")
    return [number for number, line in enumerate(lines, 1) if len(line) >= _LINE_LIMIT]


def _start_lines(tree: Dockerfile) -> list[int]:
    """The lines of all directives, and after those of all instructions."""
    starts = list(range(1, len(tree.directives) + 1))
    line = len(starts) + 1
    for instruction in tree.instructions:
        above = len(instruction.leading_lines)
        starts.append(line + above)
        line += instruction.code.count("\n")
    return starts


class _Refused(Exception):
    """An instruction that the builder refuses."""

    def __init__(self, message: str, kind: Kind) -> None:
        super().__init__(message)
        self.message = message
        self.kind: Kind = kind


def _malformed(message: str) -> NoReturn:
    raise _Refused(message, "grammar")


def _unbuildable(message: str) -> NoReturn:
    raise _Refused(message, "build")


def _unless_fine(fault: str | None) -> None:
    if fault is not None:
        _unbuildable(fault)


# ------------------------------------------------------------------------------------------ words

_SPECIAL = re.compile(r"[$'\"\\`]")
#: Words that are fine at first sight: every quote is closed, variables are plain, nothing escaped.
_SOUND = re.compile(
    r"(?:[^$'\"\\`]++|\$[A-Za-z_][A-Za-z0-9_]*+|\$\{[A-Za-z_][A-Za-z0-9_]*+\}|'[^'\\`]*+'"
    r"|\"(?:[^$\"\\`]++|\$[A-Za-z_][A-Za-z0-9_]*+|\$\{[A-Za-z_][A-Za-z0-9_]*+\})*+\")*+"
)
_QUOTES = str.maketrans("'\"", ",,")


def _asked(text: str, escape: str) -> frozenset[str]:
    """The variables of a word. Raises _Refused for one that the builder cannot read."""
    try:
        if "$" in text:
            return words.variables(text, escape)
        words.expand(text, {}, escape)
    except words.WordError as error:
        raise _Refused(f"{error}: {text.strip()}", "build") from error
    return frozenset()


def _check_word(text: str, escape: str) -> None:
    if _SPECIAL.search(text) and not _SOUND.fullmatch(text):
        _asked(text, escape)


def _literal(text: str, escape: str) -> str | None:
    """What a word stands for, or None where a variable has a say in it."""
    if not _SPECIAL.search(text):
        return text
    return None if _asked(text, escape) else words.expand(text, {}, escape)


# ------------------------------------------------------------------------------------------ flags

_ONCE, _OFTEN, _SWITCH = "once", "often", "switch"
_TRANSFER = {"chown": _ONCE, "chmod": _ONCE, "link": _SWITCH, "exclude": _OFTEN}
_FLAGS: dict[type[Instruction], dict[str, str]] = {
    nodes.From: {"platform": _ONCE},
    nodes.Run: {"mount": _OFTEN, "network": _ONCE, "security": _ONCE, "device": _OFTEN},
    nodes.Copy: _TRANSFER | {"from": _ONCE, "parents": _SWITCH},
    nodes.Add: _TRANSFER | {"checksum": _ONCE, "keep-git-dir": _SWITCH, "unpack": _SWITCH},
    nodes.Healthcheck: dict.fromkeys(
        ("interval", "timeout", "start-period", "start-interval", "retries"), _ONCE
    ),
}
#: The builder looks at these instructions' flags neither for what they are nor for what they say.
_FLAGS_UNREAD = (nodes.Arg, nodes.Stopsignal, nodes.Healthcheck, nodes.Unknown)


def _check_flags(node: Instruction) -> None:
    known = _FLAGS.get(type(node), {})
    seen: set[str] = set()
    for flag in node.flags:
        if flag.value == "--":
            return
        name, argument = flag.name, flag.argument
        use = known.get(name)
        if use is None:
            _malformed(f"{node.name} does not know the flag --{name}")
        if use != _OFTEN and name in seen:
            _unbuildable(f"--{name} is given twice")
        seen.add(name)
        if use == _SWITCH:
            if argument is not None and argument.lower() not in ("true", "false"):
                _unbuildable(f"--{name} is true or false")
        elif argument is None:
            _unbuildable(f"--{name} needs a value")


# --------------------------------------------------------------------- arrays, pairs and heredocs


def _check_array(text: str) -> None:
    """Refuses a JSON array with anything but strings; what is no JSON array is just words."""
    if not text.startswith("["):
        return
    try:
        array = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return
    if any(not isinstance(element, str) for element in array):
        _malformed("the JSON array holds something other than strings")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity, which Python would take


def _check_paths(paths: tuple[nodes.Word, ...]) -> None:
    if paths and paths[0].value.startswith("["):
        _check_array(" ".join(word.value for word in paths))


def _check_pairs(node: nodes.PairInstruction) -> None:
    for pair in node.pairs:
        if pair.legacy:
            if pair.assigned is None:
                _malformed(f"{node.name} needs a value for {pair.value}")
        elif "=" not in pair.value:
            _malformed(f"{node.name} needs name=value, not {pair.value}")


def _check_heredocs(node: Instruction) -> None:
    for heredoc in node.heredocs:
        if not heredoc.terminator:
            _malformed(f"the heredoc {heredoc.name} is not ended")


def _check_form(node: Instruction) -> None:
    """What the parser refuses of an instruction, also of one behind ONBUILD."""
    if isinstance(node, nodes.CommandInstruction):
        if isinstance(node.command, nodes.ShellForm):
            _check_array(node.command.value)
    elif isinstance(node, nodes.Transfer):
        _check_paths(node.paths)
    elif isinstance(node, nodes.Volume):
        _check_paths(node.words)
    elif isinstance(node, (nodes.Env, nodes.Label)):
        _check_pairs(node)
    if node.heredocs:
        _check_heredocs(node)


# ----------------------------------------------------------------------------- the file as a whole

#: What FROM lines may use without an ARG.
_PREDEFINED = frozenset(
    f"{side}{what}"
    for side in ("BUILD", "TARGET")
    for what in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}
_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")
_INDEX = re.compile(r"[+-]?[0-9]+")
_NETWORKS = frozenset({"default", "none", "host"})


class _Inspection:
    """One pass over a file. `found` counts the directives first and then the instructions."""

    def __init__(self, tree: Dockerfile) -> None:
        self.tree = tree
        self.escape = tree.escape
        self.found: list[tuple[int, _Refused]] = []
        self.at = 0
        self.stage = -1
        self.headless = False
        self.arguments: set[str] = set(_PREDEFINED)
        self.names: dict[str, int] = {}
        self.bases: set[int] = set()
        self.borrowed: list[tuple[int, int, str]] = []
        self.triggers: list[tuple[int, int, Instruction]] = []

    def run(self) -> None:
        if self.tree.directives:
            self.directives()
        self.at = len(self.tree.directives)
        for node in self.tree.instructions:
            try:
                self.inspect(node)
            except _Refused as refused:
                self.found.append((self.at, refused))
            self.at += 1
        others = (
            0  # the builder counts what is no stage of the file among the stages as it meets it
        )
        for at, stage, name in self.borrowed:
            try:
                others += self.borrow(stage, name, others)
            except _Refused as refused:
                self.found.append((at, refused))
        for at, stage, node in self.triggers:
            if stage in self.bases:
                self.at = at
                try:
                    self.inspect(node)
                except _Refused as refused:
                    self.found.append((at, refused))

    def directives(self) -> None:
        seen: set[str] = set()
        for at, directive in enumerate(self.tree.directives):
            name = directive.name
            try:
                if name in seen:
                    _malformed(f"a second # {name}= directive")
                if name == "escape" and directive.value not in ("\\", "`"):
                    _malformed("the escape character is a backslash or a backtick")
                if name == "check":
                    _check_options(directive.value)
            except _Refused as refused:
                self.found.append((at, refused))
            seen.add(name)

    def inspect(self, node: Instruction) -> None:
        kind = type(node)
        if self.stage < 0 and kind not in _BEFORE_FROM:
            if self.headless:
                return
            self.headless = True
            _malformed(f"{node.name} before the first FROM")
        if node.flags and kind not in _FLAGS_UNREAD:
            _check_flags(node)
        _INSPECTORS[kind](self, node)

    # ------------------------------------------------------------------------------------- stages

    def begin(self, node: nodes.From) -> None:
        self.stage += 1
        line = node.words
        if len(line) == 3 and line[1].value.upper() == "AS":
            name = line[2].value.lower()
            if not _STAGE_NAME.fullmatch(name):
                _unbuildable(f"{line[2].value} is no name for a stage")
        elif len(line) == 1:
            name = ""
        elif len(line) == 3:
            _unbuildable(f"FROM needs AS before the name, not {line[1].value}")
        else:
            _malformed("FROM needs an image, or an image, AS and a name")
        base = self.base(line[0].value)
        if base is not None:
            if base in self.names:
                self.bases.add(self.names[base])
            elif base != "scratch":
                _check_image(base)
        if name:
            self.names[name] = self.stage
        if (flag := node.flag("platform")) and flag.argument:
            platform = self.base(flag.argument)
            if platform is not None:
                _unless_fine(values.platform_fault(platform))

    def base(self, text: str) -> str | None:
        """What a word of FROM stands for, or None where an ARG has a say in it."""
        if not _SPECIAL.search(text):
            return text
        if self.arguments & _asked(text, self.escape):
            return None
        try:
            return words.expand(text, {}, self.escape)  # only an ARG sets a variable here
        except words.WordError as error:
            raise _Refused(f"{error}: {text}", "build") from error

    def borrow(self, stage: int, name: str, others: int) -> bool:
        """Checks what a COPY or a mount takes from; True where that is no stage of the file."""
        if _INDEX.fullmatch(name):
            source = int(name)
            if not 0 <= source <= self.stage + others:
                _unbuildable(f"there is no stage {name}")
            if source > self.stage:
                return False
        elif name.lower() in self.names:
            source = self.names[name.lower()]
        else:
            if name != "scratch":
                _check_image(name)
            return True
        if source >= stage:
            _unbuildable(f"stage {name} is not complete at this point")
        return False

    # -------------------------------------------------------------------------------- instructions

    def run_command(self, node: nodes.Run) -> None:
        command = node.command
        if isinstance(command, nodes.ShellForm):
            _check_array(command.value)
        elif command is not None and not command.elements:
            _unbuildable("RUN has an empty array for a command")
        for flag in node.flags:
            argument = flag.argument
            if argument is None:
                continue
            if flag.name == "mount":
                source = values.mount_source(argument)
                if source and re.search(r"\$.", source):
                    _unbuildable("--mount=from does not take variables")
                _unless_fine(values.mount_fault(argument, self.literal))
                if source:
                    self.borrowed.append((self.at, self.stage, source))
            elif flag.name == "network" and argument not in _NETWORKS:
                _unbuildable(f"there is no network {argument}")
        if node.heredocs:
            _check_heredocs(node)

    def literal(self, text: str) -> str | None:
        return _literal(text, self.escape)

    def command(self, node: nodes.CommandInstruction) -> None:
        if isinstance(node.command, nodes.ShellForm):
            _check_array(node.command.value)

    def shell(self, node: nodes.Shell) -> None:
        self.command(node)
        if not isinstance(node.command, ExecForm) or not node.command.elements:
            _malformed("SHELL needs a JSON array of strings")

    def healthcheck(self, node: nodes.Healthcheck) -> None:
        command = node.command
        self.command(node)
        kind = node.kind.value.upper() if node.kind else ""
        empty = command is None or (isinstance(command, ExecForm) and not command.elements)
        if kind == "NONE":
            if not empty:
                _unbuildable("HEALTHCHECK NONE takes nothing more")
            return
        _check_flags(node)
        if kind != "CMD":
            _unbuildable(f"HEALTHCHECK needs CMD or NONE{kind and f', not {kind}'}")
        if empty:
            _unbuildable("HEALTHCHECK CMD needs a command")
        for flag in node.flags:
            if argument := flag.argument:
                fault = values.duration_fault
                if flag.name == "retries":
                    fault = values.retries_fault
                _unless_fine(fault(argument))

    def transfer(self, node: nodes.Transfer) -> None:
        _check_paths(node.paths)
        operands = node.operands
        if len(operands) < 2:
            _malformed(f"{node.name} needs a source and a destination")
        if "<<" in operands[-1] and words.heredocs(operands[-1]):
            _unbuildable(f"{node.name} has a heredoc for a destination")
        if node.heredocs:
            _check_heredocs(node)
            for heredoc in node.heredocs:
                if heredoc.expand and "$" in heredoc.body:
                    # Quotes mean nothing in there, but neither are they part of a variable.
                    _asked(heredoc.content.translate(_QUOTES), "\\")
        is_copy = isinstance(node, nodes.Copy)
        for operand in operands:
            if _SPECIAL.search(operand):
                _check_word(operand, self.escape)
        if is_copy and any(values.is_remote(self.literal(each) or "") for each in operands[:-1]):
            _unbuildable("COPY does not take addresses; ADD does")
        if node.flags:
            self.transfer_flags(node, operands[:-1])

    def transfer_flags(self, node: nodes.Transfer, sources: tuple[str, ...]) -> None:
        for flag in node.flags:
            argument = flag.argument
            if not argument or flag.name == "exclude":
                continue
            if flag.name == "from":
                if _asked(argument, self.escape) or self.literal(argument) != argument:
                    _unbuildable("--from does not take variables")
                self.borrowed.append((self.at, self.stage, argument))
                continue
            value = self.literal(argument)
            if value and flag.name == "chmod":
                _unless_fine(values.mode_fault(value))
            elif value and flag.name == "checksum":
                literals = [each for each in map(self.literal, sources) if each is not None]
                if len(literals) == len(sources):
                    _unless_fine(values.checksum_fault(value, tuple(literals)))

    def pairs(self, node: nodes.PairInstruction) -> None:
        if not node.pairs:
            _malformed(f"{node.name} needs a name and a value")
        _check_pairs(node)
        for pair in node.pairs:
            text = pair.value
            if pair.legacy:
                key, value = pair.key, pair.assigned or ""
            else:
                key, _, value = text.partition("=")
            if not key:
                _malformed(f"{node.name} has a value without a name")
            if _SPECIAL.search(text):
                _check_word(key, self.escape)
                _check_word(value, self.escape)

    def argument(self, node: nodes.Arg) -> None:
        if not node.pairs:
            _unbuildable("ARG needs a name")
        for pair in node.pairs:
            key, _, value = pair.value.partition("=")
            if not key:
                _unbuildable("ARG has a value without a name")
            if self.stage < 0:
                self.arguments.add(key)
            _check_word(value, self.escape)

    def expose(self, node: nodes.Expose) -> None:
        if not node.words:
            _malformed("EXPOSE needs a port")
        for word in node.words:
            text = word.value
            if not _SPECIAL.search(text):
                _unless_fine(values.port_fault(text))
            elif not _asked(text, self.escape):
                for port in words.expand_words(text, {}, self.escape):
                    _unless_fine(values.port_fault(port))

    def volume(self, node: nodes.Volume) -> None:
        _check_paths(node.words)
        operands = node.operands
        if not operands:
            _malformed("VOLUME needs a path")
        for operand in operands:
            literal = self.literal(operand)
            if not operand.strip() or literal == "":
                _unbuildable("VOLUME has an empty path")

    def text(self, node: nodes.TextInstruction) -> None:
        if node.argument is None:
            _malformed(f"{node.name} needs an argument")
        _check_word(node.argument.value, self.escape)

    def stop_signal(self, node: nodes.Stopsignal) -> None:
        self.text(node)
        signal = self.literal(node.value)
        if signal is not None:
            _unless_fine(values.signal_fault(signal))

    def maintainer(self, node: nodes.Maintainer) -> None:
        if node.argument is None:
            _unbuildable("MAINTAINER needs a name")

    def trigger(self, node: nodes.Onbuild) -> None:
        inner = node.instruction
        if inner is None:
            _unbuildable("ONBUILD needs an instruction")
        if inner.name in ("ONBUILD", "FROM", "MAINTAINER"):
            _unbuildable(f"ONBUILD does not take {inner.name}")
        try:
            _check_form(inner)
        except _Refused as refused:
            raise _Refused(refused.message, "build") from refused
        self.triggers.append((self.at, self.stage, inner))

    def unknown(self, node: nodes.Unknown) -> None:
        _malformed(f"unknown instruction {node.keyword.value}".rstrip())


def _check_image(text: str) -> None:
    if ImageReference.parse(text) is None:
        _unbuildable(f"{text} is no reference to an image" if text else "the image has no name")


def _check_options(text: str) -> None:
    """For `# check=skip=Rule,Rule;error=true`, of which the builder reads up to the first blank."""
    for option in text.partition(" ")[0].split(";", 1):
        name, equals, value = option.partition("=")
        if not equals or name not in ("skip", "error", "experimental"):
            _unbuildable(f'# check= does not know the option "{name}"')
        if name == "error" and value not in values.BOOLEANS:
            _unbuildable("# check=error= is true or false")


_BEFORE_FROM = frozenset({nodes.From, nodes.Arg, nodes.Unknown})
_Inspector = Callable[[_Inspection, Any], None]
_INSPECTORS: dict[type[Instruction], _Inspector] = {
    nodes.From: _Inspection.begin,
    nodes.Run: _Inspection.run_command,
    nodes.Cmd: _Inspection.command,
    nodes.Entrypoint: _Inspection.command,
    nodes.Shell: _Inspection.shell,
    nodes.Healthcheck: _Inspection.healthcheck,
    nodes.Copy: _Inspection.transfer,
    nodes.Add: _Inspection.transfer,
    nodes.Env: _Inspection.pairs,
    nodes.Label: _Inspection.pairs,
    nodes.Arg: _Inspection.argument,
    nodes.Expose: _Inspection.expose,
    nodes.Volume: _Inspection.volume,
    nodes.User: _Inspection.text,
    nodes.Workdir: _Inspection.text,
    nodes.Stopsignal: _Inspection.stop_signal,
    nodes.Maintainer: _Inspection.maintainer,
    nodes.Onbuild: _Inspection.trigger,
    nodes.Unknown: _Inspection.unknown,
}
