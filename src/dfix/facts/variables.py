"""Variables that the builder itself puts into instructions; those of a RUN's text are the shell's."""

from collections.abc import Iterator

from dfix.nodes import (
    Add,
    Arg,
    Copy,
    Env,
    Expose,
    From,
    Instruction,
    Label,
    Leaf,
    Stopsignal,
    User,
    Volume,
    Workdir,
)
from dfix.patterns import regex
from dfix.words import WordError, variables

#: Arguments that the builder gives to FROM, and to a stage that declares them.
PLATFORM_ARGUMENTS = frozenset(
    f"{side}{part}"
    for side in ("BUILD", "TARGET")
    for part in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}
#: What is set, or may be given, without a declaration.
PREDEFINED = frozenset({"PATH"}) | {
    name
    for each in ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy")
    for name in (each, each.upper())
}
_WITH_DEFAULT = regex(r"\$\{(\w+):?[-+?]")
_EXPANDED_FLAGS = frozenset({"chown", "chmod", "platform", "mount", "checksum", "exclude"})


def mentioned(instruction: Instruction, escape: str) -> Iterator[tuple[Leaf, str]]:
    """The variables that an instruction needs, each with the leaf that it stands in.

    Not those with a default of their own, as `${NAME:-x}` has it. `escape` is the file's escape
    character.
    """
    for leaf, text in _texts(instruction):
        if "$" not in text:
            continue
        try:
            found = variables(text, escape)
        except WordError:
            continue
        for name in sorted(found - set(_WITH_DEFAULT.findall(text))):
            yield leaf, name


def _texts(instruction: Instruction) -> Iterator[tuple[Leaf, str]]:
    """The leaves of an instruction that the builder expands, with the text that it does so to."""
    for flag in instruction.flags:
        if flag.name in _EXPANDED_FLAGS:
            yield flag, flag.value
    match instruction:
        case Copy() | Add():
            yield from ((word, word.value) for word in instruction.paths)
            if instruction.array is not None:
                yield from ((each.string, each.value) for each in instruction.array.elements)
        case Env() | Label() | Arg():
            yield from ((pair, pair.assigned or "") for pair in instruction.pairs)
        case From():
            yield from ((word, word.value) for word in instruction.words[:1])
        case Expose() | Volume():
            yield from ((word, word.value) for word in instruction.words)
        case Workdir() | User() | Stopsignal():
            if instruction.argument is not None:
                yield instruction.argument, instruction.argument.value
        case _:
            pass
