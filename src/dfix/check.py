"""Would the builder refuse this file before it runs a step? It asks what BuildKit asks.

BuildKit's own parser, its checks of each instruction, and what it makes of the stages: of every
stage of the file, as `docker build --check` does. What depends on a variable, on the build context
or on a base image is not judged: not known is never refused.
Sources: `frontend/dockerfile/parser`, `frontend/dockerfile/instructions` and
`frontend/dockerfile/dockerfile2llb` of https://github.com/moby/buildkit.
"""

from msgspec import Struct

from dfix import check_values as values
from dfix import nodes, words
from dfix.check_instructions import Lender, check_instruction
from dfix.check_syntax import (
    Kind,
    Refused,
    check_form,
    is_plain,
    malformed,
    unbuildable,
    variables,
)
from dfix.image import ImageReference
from dfix.nodes import Directive, Dockerfile, Instruction
from dfix.patterns import regex
from dfix.text import integer

#: A physical line of this many bytes is refused, its carriage return counted, its line feed not.
_LINE_LIMIT = 65_536


class Problem(Struct, frozen=True):
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
        starts.append(line + len(instruction.leading_lines))
        line += instruction.code.count("\n")
    return starts


#: What FROM lines may use without an ARG.
_PREDEFINED = frozenset(
    f"{side}{what}"
    for side in ("BUILD", "TARGET")
    for what in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}
_STAGE_NAME = regex(r"[a-z][a-z0-9-_.]*")
_NUMBER = regex(r"[+-]?[0-9]+")


class _Inspection:
    """One pass over a file. What is found is counted through the directives and instructions."""

    def __init__(self, tree: Dockerfile) -> None:
        self.tree = tree
        self.escape = tree.escape
        self.found: list[tuple[int, Refused]] = []
        self.at = 0
        self.stage = -1
        self.headless = False
        self.arguments: set[str] = set(_PREDEFINED)
        self.names: dict[str, int] = {}
        self.bases: set[int] = set()
        #: With the number of their instruction and of their stage.
        self.lenders: list[tuple[int, int, Lender]] = []
        self.triggers: list[tuple[int, int, Instruction]] = []

    def run(self) -> None:
        if self.tree.directives:
            self.directives()
        self.at = len(self.tree.directives)
        for node in self.tree.instructions:
            try:
                self.inspect(node)
            except Refused as refused:
                self.found.append((self.at, refused))
            self.at += 1
        strangers = 0
        for at, stage, lender in self.lenders:
            try:
                strangers += self.lend(lender, stage, strangers)
            except Refused as refused:
                self.found.append((at, refused))
        for at, stage, node in self.triggers:
            if stage in self.bases:  # a later stage of this file runs it
                try:
                    check_instruction(node, self.escape)
                except Refused as refused:
                    self.found.append((at, Refused(refused.message, "build")))

    def directives(self) -> None:
        seen: list[Directive] = []
        for at, directive in enumerate(self.tree.directives):
            name = directive.name
            try:
                if any(name == other.name for other in seen):
                    malformed(f"a second # {name}= directive")
                if name == "escape" and directive.value not in ("\\", "`"):
                    malformed("the escape character is a backslash or a backtick")
                seen.append(directive)
                # The builder looks for this one in another way, which knows no indentation.
                if name == "check" and not any(other.prefix for other in seen):
                    _check_options(directive.value)
            except Refused as refused:
                self.found.append((at, refused))

    def inspect(self, node: Instruction) -> None:
        kind = type(node)
        if self.stage < 0 and kind not in _BEFORE_FROM:
            if self.headless:
                return
            self.headless = True
            malformed(f"{node.name} before the first FROM")
        if kind is nodes.From:
            self.stage += 1
        for lender in check_instruction(node, self.escape):
            self.lenders.append((self.at, self.stage, lender))
        if isinstance(node, nodes.From):
            self.begin(node)
        elif isinstance(node, nodes.Onbuild):
            self.trigger(node)
        elif isinstance(node, nodes.Arg) and self.stage < 0:
            self.arguments.update(pair.key for pair in node.pairs)

    def begin(self, node: nodes.From) -> None:
        line = [word.value for word in node.words]
        name = ""
        if len(line) == 3 and line[1].upper() == "AS":
            name = line[2].lower()
            if not _STAGE_NAME.fullmatch(name):
                unbuildable(f"{line[2]} is no name for a stage")
        elif len(line) == 3:
            unbuildable(f"FROM needs AS before the stage's name, not {line[1]}")
        elif len(line) != 1:
            malformed("FROM needs an image, or an image, AS and a name")
        base = self.base(line[0])
        stage = None if base is None else self.names.get(base)
        if name:
            self.names[name] = self.stage
        if stage is not None:
            self.bases.add(stage)
        elif base is not None and base != "scratch":
            _check_image(base)
        if (flag := node.flag("platform")) and flag.argument:
            platform = self.base(flag.argument)
            if platform is not None:
                fault = values.platform_fault(platform)
                if fault is not None:
                    unbuildable(fault)

    def base(self, text: str) -> str | None:
        """What a word of FROM stands for, or None where an ARG has a say in it."""
        if is_plain(text):
            return text
        if self.arguments & variables(text, self.escape):
            return None
        try:
            return words.expand(text, {}, self.escape)  # nothing but an ARG sets a variable here
        except words.WordError as error:
            raise Refused(f"{error}: {text}", "build") from error

    def lend(self, lender: Lender, stage: int, strangers: int) -> bool:
        """Checks what files are taken from; True where that is no stage of the file.

        Such `strangers` the builder counts as stages behind those of the file, as it meets them.
        """
        name = lender.name
        if lender.by_number and _NUMBER.fullmatch(name):
            source = integer(name)
            if not 0 <= source <= self.stage + strangers:
                unbuildable(f"there is no stage {name}")
            if source > self.stage:
                return False
        elif name.lower() in self.names:
            source = self.names[name.lower()]
        else:
            if name != "scratch":
                _check_image(name)
            return True
        if source >= stage:
            unbuildable(f"the stage {name} is not complete here")
        return False

    def trigger(self, node: nodes.Onbuild) -> None:
        inner = node.instruction
        if inner is None:
            unbuildable("ONBUILD needs an instruction")
        if inner.name in ("ONBUILD", "FROM", "MAINTAINER"):
            unbuildable(f"ONBUILD does not take {inner.name}")
        try:
            check_form(inner)
        except Refused as refused:
            raise Refused(refused.message, "build") from refused
        self.triggers.append((self.at, self.stage, inner))


def _check_image(text: str) -> None:
    if ImageReference.parse(text) is None:
        unbuildable(f"{text} is no reference to an image" if text else "the image has no name")


def _check_options(text: str) -> None:
    """For `# check=skip=Rule,Rule;error=true`, which the builder reads up to the first blank."""
    for option in text.partition(" ")[0].split(";"):
        name, equals, value = option.partition("=")
        if not equals or name not in ("skip", "error", "experimental"):
            unbuildable(f'# check= does not know the option "{name}"')
        if name == "error" and value not in values.BOOLEANS:
            unbuildable(f"# check=error= is true or false, not {value}")


_BEFORE_FROM = frozenset({nodes.From, nodes.Arg, nodes.Unknown})
