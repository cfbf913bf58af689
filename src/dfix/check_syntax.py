"""What the builder refuses of one instruction by its form: words, flags, arrays, pairs, heredocs.

Sources: BuildKit's `frontend/dockerfile/parser` and `frontend/dockerfile/instructions`
(https://github.com/moby/buildkit).
"""

import json
from typing import Literal, NoReturn

from dfix import nodes, words
from dfix.nodes import Instruction
from dfix.patterns import regex

Kind = Literal["grammar", "build", "empty"]

_LONGEST = 240  # characters of a message


class Refused(Exception):
    """An instruction that the builder refuses: what is wrong with it, and the kind of problem."""

    def __init__(self, message: str, kind: Kind) -> None:
        super().__init__(message)
        # It quotes from the file, where a word may be as long as a line.
        self.message = message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"
        self.kind: Kind = kind


def malformed(message: str) -> NoReturn:
    """Raises Refused for a text that is no Dockerfile."""
    raise Refused(message, "grammar")


def unbuildable(message: str) -> NoReturn:
    """Raises Refused for an instruction that asks for what the builder does not do."""
    raise Refused(message, "build")


# ------------------------------------------------------------------------------------------ words

_SPECIAL = regex(r"[$'\"\\`]")
#: Words that are fine at first sight: every quote is closed, variables are plain, nothing escaped.
_SOUND = regex(
    r"(?>(?:[^$'\"\\`]++|\$[A-Za-z_][A-Za-z0-9_]*+|\$\{[A-Za-z_][A-Za-z0-9_]*+\}|'[^'\\`]*+'"
    r"|\"(?>(?:[^$\"\\`]++|\$[A-Za-z_][A-Za-z0-9_]*+|\$\{[A-Za-z_][A-Za-z0-9_]*+\})*)\")*)"
)
_QUOTES = str.maketrans("'\"", ",,")


def is_plain(text: str) -> bool:
    """Whether a word stands for itself: no quotes, escapes or variables."""
    return not _SPECIAL.search(text)


def variables(text: str, escape: str) -> frozenset[str]:
    """The variables of a word. Raises Refused for one that the builder cannot read."""
    try:
        if "$" in text:
            return words.variables(text, escape)
        words.expand(text, {}, escape)
    except words.WordError as error:
        raise Refused(f"{error}: {text.strip()}", "build") from error
    return frozenset()


def check_word(text: str, escape: str) -> None:
    """Raises Refused for a word that the builder cannot read, whatever its variables are."""
    if _SPECIAL.search(text) and not _SOUND.fullmatch(text):
        variables(text, escape)


def literal(text: str, escape: str) -> str | None:
    """What a word stands for, or None where a variable has a say in it. Raises Refused."""
    if not _SPECIAL.search(text):
        return text
    return None if variables(text, escape) else words.expand(text, {}, escape)


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


def check_flags(node: Instruction) -> None:
    """Raises Refused for a flag that the instruction does not have, or that is used wrongly.

    Flags of any frontend channel count as known (`--security` and `--device` need `labs`).
    """
    known = _FLAGS.get(type(node), {})
    seen: set[str] = set()
    for flag in node.flags:
        if flag.value == "--":
            return
        name, argument = flag.name, flag.argument
        use = known.get(name)
        if use is None:
            malformed(f"{node.name} does not know the flag --{name}")
        if use != _OFTEN and name in seen:
            unbuildable(f"--{name} is given twice")
        seen.add(name)
        if use == _SWITCH:
            if argument is not None and argument.lower() not in ("true", "false"):
                unbuildable(f"--{name} is true or false, not {argument or 'empty'}")
        elif argument is None:
            unbuildable(f"--{name} needs a value")


# --------------------------------------------------------------------- arrays, pairs and heredocs


def check_array(text: str) -> None:
    """Refuses a JSON array with anything but strings; what is no JSON array is just words."""
    if not text.startswith("["):
        return
    try:
        array = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return
    if not all(isinstance(element, str) for element in array):
        malformed("the JSON array holds something other than strings")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity, which Python would take


def check_paths(paths: tuple[nodes.Word, ...]) -> None:
    """The same for words of COPY, ADD and VOLUME."""
    if paths and paths[0].value.startswith("["):
        check_array(" ".join(word.value for word in paths))


def check_pairs(node: nodes.PairInstruction) -> None:
    """Refuses names without values in ENV and LABEL."""
    for pair in node.pairs:
        if pair.legacy:
            if pair.assigned is None:
                malformed(f"{node.name} needs a value for {pair.value}")
        elif "=" not in pair.value:
            malformed(f"{node.name} needs name=value, not {pair.value}")


def check_heredocs(node: Instruction) -> None:
    """Refuses a heredoc that the file's end cuts off."""
    for heredoc in node.heredocs:
        if not heredoc.terminator:
            malformed(f"the heredoc {heredoc.name} is not ended")


def check_contents(node: nodes.Transfer) -> None:
    """Refuses heredocs of COPY and ADD whose variables the builder cannot read."""
    for heredoc in node.heredocs:
        if heredoc.expand and "$" in heredoc.body:
            # Quotes are text in there, but no part of a variable: a comma is just that, too.
            variables(heredoc.content.translate(_QUOTES), "\\")


def check_form(node: Instruction) -> None:
    """Refuses what the parser does, before it knows what the instruction is for (as in ONBUILD)."""
    if isinstance(node, (nodes.CommandInstruction)):
        if isinstance(node.command, nodes.ShellForm):
            check_array(node.command.value)
    elif isinstance(node, nodes.Transfer):
        check_paths(node.paths)
    elif isinstance(node, nodes.Volume):
        check_paths(node.words)
    elif isinstance(node, (nodes.Env, nodes.Label)):
        check_pairs(node)
    if node.heredocs:
        check_heredocs(node)
