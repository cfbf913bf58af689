"""What shows that an instruction is one that a reader is known to read otherwise, or to refuse."""

import json
import re

from dfix import nodes
from dfix.nodes import Dockerfile, Instruction

from .reading import Reading

_CONTINUATION = re.compile(r"[\\`][ \t]*\r*\n(?:\s*(?:#.*)?\n)*")


def array_with_rest(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    kind = int(isinstance(node, nodes.Healthcheck))
    array = _array_at_start(" ".join(mine.arguments[kind:]))
    return not mine.is_json and theirs.is_json and array == theirs.arguments[kind:]


def _array_at_start(text: str) -> tuple[str, ...] | None:
    try:
        values, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return None
    return tuple(values) if isinstance(values, list) else None


def quoted_path(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    mine_list = list(mine.arguments)
    words = [word for word in re.split(r"[\t\v\f\r ]+", " ".join(theirs.arguments)) if word]
    return (
        isinstance(node, nodes.Transfer)
        and not mine.is_json
        and re.search("[\"'\\\\`]", " ".join(mine.arguments)) is not None
        and words in (mine_list, _less_an_escape(mine_list))
    )


def cut_at_nul(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    cut = tuple(each.partition("\0")[0] for each in mine.arguments)
    return mine.is_json and cut == theirs.arguments != mine.arguments


def wide_path(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return (
        isinstance(node, nodes.Transfer)
        and not mine.is_json
        and not " ".join(mine.arguments).isascii()
        and " ".join(mine.arguments).split() == " ".join(theirs.arguments).split()
    )


def wide_kind(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return (
        isinstance(node, nodes.Healthcheck)
        and not " ".join(mine.arguments[:2]).isascii()
        and " ".join(mine.arguments).split() == " ".join(theirs.arguments).split()
    )


def wide_flag(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return any(
        not flag.value.isascii() and flag.value.split() != [flag.value] for flag in node.flags
    )


def flag_behind_wide_space(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    leaves = _leaves(node)[1:-1]
    argument = leaves[len(node.flags)] if len(leaves) > len(node.flags) else nodes.Leaf()
    wide = argument.prefix.strip(nodes.BLANKS + "\n\\`")
    return not wide.isascii() and argument.text.startswith("--")


def escape_in_flag(node: Instruction, mine: Reading) -> bool:
    return any(
        flag.escape == "`" and ("\\" in flag.value or "`" in flag.value)
        for flag in (*node.flags, *_inner(node).flags)
    )


def flag_bytes(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return tuple(flag.encode().decode("latin-1") for flag in mine.flags) == theirs.flags


def last_escape(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return isinstance(node, nodes.PairInstruction) and _without_last_escape(mine, theirs)


def _without_last_escape(mine: Reading, theirs: Reading) -> bool:
    legacy = len(mine.arguments) % 2 == 0 and mine.arguments[-2:] in (("\\", ""), ("`", ""))
    shorter = list(mine.arguments[:-2] if legacy else _less_an_escape(list(mine.arguments)))
    return list(theirs.arguments) == shorter != list(mine.arguments)


def _less_an_escape(arguments: list[str]) -> list[str]:
    *others, last = arguments or [""]
    shorter = last[:-1] if last[-1:] in ("\\", "`") else last
    return [*others, shorter] if shorter else others


def heredocs_in_onbuild(node: Instruction, mine: Reading) -> bool:
    return isinstance(node, nodes.Onbuild) and bool(_inner(node).heredocs)


def chained_onbuild(node: Instruction, mine: Reading) -> bool:
    return isinstance(node, nodes.Onbuild) and mine.arguments == ("ONBUILD",)


def heredoc_without_name(node: Instruction, mine: Reading) -> bool:
    return re.search(r"<<-?[ \t\r]*(?:\"\"|'')", _line(node)) is not None


def heredoc_behind_blank(node: Instruction, mine: Reading) -> bool:
    line = _line(node)
    if _inner(node).heredocs:
        return re.search(r"<<[ \t\r]", line) is not None
    return re.search(r"<<[ \t\r]+\d*<<", line) is not None  # today, one word with the first


def heredoc_behind_array(node: Instruction, mine: Reading) -> bool:
    inner = _inner(node)
    line = _joined(_leaves(inner)[1 + len(inner.flags) :])
    return bool(inner.heredocs) and _array_at_start(line.lstrip()) is not None


def _line(node: Instruction) -> str:
    """The logical line of an instruction that may open heredocs."""
    inner = _inner(node)
    if not isinstance(inner, nodes.Run | nodes.Transfer):
        return ""
    return _joined(_leaves(inner))


def check_before_escape(tree: Dockerfile) -> bool:
    names = [directive.name for directive in tree.directives]
    return "check" in names and "escape" in names[names.index("check") :]


def spaces_in_bytes(node: Instruction, mine: Reading) -> bool:
    line = "".join(leaf.prefix + leaf.text for leaf in _leaves(node)).encode()
    risky = bool(node.flags or _inner(node).flags) or isinstance(_inner(node), nodes.Healthcheck)
    return risky and (b"\x85" in line or b"\xa0" in line)


def array_of_others(node: Instruction, mine: Reading) -> bool:
    kind = getattr(_inner(node), "kind", None)
    leaves = [leaf for leaf in _leaves(_inner(node)) if leaf is not kind]
    text = _joined(leaves[1 + len(_inner(node).flags) :])
    try:
        values, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except ValueError:
        return False
    return isinstance(values, list) and not all(isinstance(each, str) for each in values)


def one_word(node: Instruction, mine: Reading) -> bool:
    inner = _inner(node)
    return isinstance(inner, nodes.Env | nodes.Label) and [
        (pair.legacy, pair.assigned) for pair in inner.pairs
    ] == [(True, None)]


def no_equals_sign(node: Instruction, mine: Reading) -> bool:
    inner = _inner(node)
    return isinstance(inner, nodes.Env | nodes.Label) and any(
        not pair.legacy and pair.assigned is None for pair in inner.pairs
    )


def unterminated(node: Instruction, mine: Reading) -> bool:
    heredocs = _inner(node).heredocs
    return bool(heredocs) and not heredocs[-1].terminator


def _inner(node: Instruction) -> Instruction:
    return (node.instruction or node) if isinstance(node, nodes.Onbuild) else node


def _leaves(node: Instruction) -> list[nodes.Leaf]:
    return [leaf for leaf in node.walk() if isinstance(leaf, nodes.Leaf)]


def _joined(leaves: list[nodes.Leaf]) -> str:
    """The leaves with what stands between them, continuations taken out."""
    return "".join(_CONTINUATION.sub("", leaf.prefix) + leaf.value for leaf in leaves)
