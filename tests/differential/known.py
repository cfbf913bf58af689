"""Where the readers differ from the tree, one by one, with the reason; there is no other difference."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from dfix import nodes
from dfix.nodes import Dockerfile, Instruction

from .reading import Reading

_CONTINUATION = re.compile(r"[\\`][ \t]*\r*\n(?:\s*(?:#.*)?\n)*")


@dataclass(frozen=True, slots=True)
class Known:
    """The reader reads this instruction otherwise, in some of `fields`, as it does in `example`."""

    name: str
    reader: str
    reason: str
    example: str
    fields: frozenset[str]
    explains: Callable[[Instruction, Reading, Reading], bool]


@dataclass(frozen=True, slots=True)
class Absent:
    """The reader would take this instruction's text for something else: it is not shown to it."""

    name: str
    reader: str
    reason: str
    example: str
    explains: Callable[[Instruction, Reading], bool]


@dataclass(frozen=True, slots=True)
class Skipped:
    """The reader would misread the whole file: it is not asked."""

    name: str
    reader: str
    reason: str
    example: str
    explains: Callable[[Dockerfile], bool]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The builder refuses, and so do the readers that say `message`, what the tree holds.

    `explains` finds the instruction at fault. Where it is None, the whole file is, and `explains_file`
    is asked.
    """

    name: str
    message: str
    readers: tuple[str, ...]
    example: str
    explains: Callable[[Instruction, Reading], bool] | None
    explains_file: Callable[[Dockerfile, str], bool] = lambda tree, text: False


def _array_with_rest(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    kind = int(isinstance(node, nodes.Healthcheck))
    array = _array_at_start(" ".join(mine.arguments[kind:]))
    return not mine.is_json and theirs.is_json and array == theirs.arguments[kind:]


def _array_at_start(text: str) -> tuple[str, ...] | None:
    try:
        values, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return None
    return tuple(values) if isinstance(values, list) else None


def _quoted_path(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    blank = r"[\t\v\f\r ]+"
    mine_list = list(mine.arguments)
    return (
        isinstance(node, nodes.Transfer)
        and not mine.is_json
        and re.search("[\"'\\\\`]", " ".join(mine.arguments)) is not None
        and re.split(blank, " ".join(theirs.arguments)) in (mine_list, _less_an_escape(mine_list))
    )


def _cut_at_nul(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    cut = tuple(each.partition("\0")[0] for each in mine.arguments)
    return mine.is_json and cut == theirs.arguments != mine.arguments


def _wide_path(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return (
        isinstance(node, nodes.Transfer)
        and not mine.is_json
        and not " ".join(mine.arguments).isascii()
        and " ".join(mine.arguments).split() == " ".join(theirs.arguments).split()
    )


def _wide_kind(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return (
        isinstance(node, nodes.Healthcheck)
        and not " ".join(mine.arguments[:2]).isascii()
        and " ".join(mine.arguments).split() == " ".join(theirs.arguments).split()
    )


def _wide_flag(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return any(flag.value.split() != [flag.value] for flag in node.flags)


def _flag_behind_wide_space(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    leaves = _leaves(node)[1:-1]
    argument = leaves[len(node.flags)] if len(leaves) > len(node.flags) else nodes.Leaf()
    wide = argument.prefix.strip(nodes.BLANKS + "\n\\`")
    return not wide.isascii() and argument.text.startswith("--")


def _escape_in_flag(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return any(
        flag.escape == "`" and ("\\" in flag.value or "`" in flag.value) for flag in node.flags
    )


def _flag_bytes(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return tuple(flag.encode().decode("latin-1") for flag in mine.flags) == theirs.flags


def _last_escape(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return isinstance(node, nodes.PairInstruction) and _without_last_escape(mine, theirs)


def _last_escape_of_path(node: Instruction, mine: Reading, theirs: Reading) -> bool:
    return isinstance(node, nodes.Transfer) and _without_last_escape(mine, theirs)


def _without_last_escape(mine: Reading, theirs: Reading) -> bool:
    legacy = len(mine.arguments) % 2 == 0 and mine.arguments[-2:] in (("\\", ""), ("`", ""))
    shorter = list(mine.arguments[:-2] if legacy else _less_an_escape(list(mine.arguments)))
    return list(theirs.arguments) == shorter != list(mine.arguments)


def _less_an_escape(arguments: list[str]) -> list[str]:
    *others, last = arguments or [""]
    shorter = last[:-1] if last[-1:] in ("\\", "`") else last
    return [*others, shorter] if shorter else others


def _heredocs_in_onbuild(node: Instruction, mine: Reading) -> bool:
    return isinstance(node, nodes.Onbuild) and bool(_inner(node).heredocs)


def _heredoc_behind_blank(node: Instruction, mine: Reading) -> bool:
    leaves = _leaves(_inner(node))
    line = "".join(_CONTINUATION.sub("", leaf.prefix) + leaf.value for leaf in leaves)
    opener = isinstance(_inner(node), nodes.Run | nodes.Transfer)
    return opener and not mine.is_json and bool(re.search(r"<<[ \t\r]", line))


def _heredoc_behind_array(node: Instruction, mine: Reading) -> bool:
    inner = _inner(node)
    leaves = _leaves(inner)[1 + len(inner.flags) :]
    line = "".join(_CONTINUATION.sub("", leaf.prefix) + leaf.value for leaf in leaves).lstrip()
    return bool(inner.heredocs) and _array_at_start(line) is not None


def _check_before_escape(tree: Dockerfile) -> bool:
    names = [directive.name for directive in tree.directives]
    return "check" in names and "escape" in names[names.index("check") :]


def _spaces_in_bytes(node: Instruction, mine: Reading) -> bool:
    line = "".join(leaf.prefix + leaf.text for leaf in _leaves(node)).encode()
    risky = bool(node.flags or _inner(node).flags) or isinstance(_inner(node), nodes.Healthcheck)
    return risky and (b"\x85" in line or b"\xa0" in line)


def _array_of_others(node: Instruction, mine: Reading) -> bool:
    kind = getattr(_inner(node), "kind", None)
    leaves = [leaf for leaf in _leaves(_inner(node)) if leaf is not kind]
    text = "".join(leaf.prefix + leaf.value for leaf in leaves[1 + len(_inner(node).flags) :])
    try:
        values, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except ValueError:
        return False
    return isinstance(values, list) and not all(isinstance(each, str) for each in values)


def _one_word(node: Instruction, mine: Reading) -> bool:
    inner = _inner(node)
    return isinstance(inner, nodes.Env | nodes.Label) and [
        (pair.legacy, pair.assigned) for pair in inner.pairs
    ] == [(True, None)]


def _no_equals_sign(node: Instruction, mine: Reading) -> bool:
    inner = _inner(node)
    return isinstance(inner, nodes.Env | nodes.Label) and any(
        not pair.legacy and pair.assigned is None for pair in inner.pairs
    )


def _unterminated(node: Instruction, mine: Reading) -> bool:
    heredocs = _inner(node).heredocs
    return bool(heredocs) and not heredocs[-1].terminator


def _inner(node: Instruction) -> Instruction:
    return (node.instruction or node) if isinstance(node, nodes.Onbuild) else node


def _leaves(node: Instruction) -> list[nodes.Leaf]:
    return [leaf for leaf in node.walk() if isinstance(leaf, nodes.Leaf)]


KNOWN = (
    Known(
        "array-with-rest",
        "go",
        "Its JSON decoder reads one value and ignores what follows; today's reads the whole text.",
        'CMD ["a"] # b\n',
        frozenset({"arguments", "is_json"}),
        _array_with_rest,
    ),
    Known(
        "nul",
        "go",
        "Its answers are C strings, which end at a NUL.",
        'CMD ["a\\u0000b"]\n',
        frozenset({"arguments"}),
        _cut_at_nul,
    ),
    Known(
        "quoted-path",
        "e2b",
        "It heeds quotes and escapes in COPY and ADD; BuildKit splits at blanks alone.",
        'COPY "a b" c\n',
        frozenset({"arguments"}),
        _quoted_path,
    ),
    Known(
        "wide-space-in-path",
        "e2b",
        "It splits COPY and ADD at any Unicode space; BuildKit at ASCII blanks alone.",
        "COPY a\u00a0b c\n",
        frozenset({"arguments"}),
        _wide_path,
    ),
    Known(
        "wide-space-in-kind",
        "e2b",
        "It ends HEALTHCHECK's first word at any Unicode space; BuildKit looks at single bytes.",
        "HEALTHCHECK CMD\u2003a\n",
        frozenset({"arguments"}),
        _wide_kind,
    ),
    Known(
        "wide-space-in-flag",
        "e2b",
        "It ends a flag at any Unicode space; BuildKit looks at single bytes.",
        "RUN --network=a\u2003b c\n",
        frozenset({"flags", "arguments", "is_json"}),
        _wide_flag,
    ),
    Known(
        "flag-behind-wide-space",
        "e2b",
        "It skips any Unicode space in front of a flag; BuildKit takes what follows for an argument.",
        "RUN \u00a0--network=a b\n",
        frozenset({"flags", "arguments", "is_json"}),
        _flag_behind_wide_space,
    ),
    Known(
        "escape-in-flag",
        "go",
        "It takes a backslash for the escape character of flags, whatever the file says.",
        "# escape=`\nRUN --mount=target=C:\\a b\n",
        frozenset({"flags", "arguments", "is_json"}),
        _escape_in_flag,
    ),
    Known(
        "flag-bytes",
        "go",
        "It takes the bytes of a flag for characters, which spoils all beyond ASCII.",
        "COPY --from=\u00e9 a b\n",
        frozenset({"flags"}),
        _flag_bytes,
    ),
    *(
        Known(
            "last-escape",
            reader,
            "An escape character that ends the line is dropped; the tree leaves that to `expand`.",
            "ARG a=b\\\\\\\n",
            frozenset({"arguments"}),
            _last_escape,
        )
        for reader in ("e2b", "go")
    ),
    Known(
        "last-escape-of-path",
        "e2b",
        "It drops an escape character at the end of COPY and ADD, too, where BuildKit keeps it.",
        "COPY a b\\\\\\\n",
        frozenset({"arguments"}),
        _last_escape_of_path,
    ),
)

ABSENT = (
    Absent(
        "heredoc-in-onbuild",
        "e2b",
        "It knows no heredocs in ONBUILD.",
        "ONBUILD RUN <<E\na\nE\nUSER b\n",
        _heredocs_in_onbuild,
    ),
    Absent(
        "heredoc-behind-blank",
        "go",
        "`<< E` is a heredoc since Dockerfile 1.16 only.",
        "RUN cat << E\na\nE\nUSER b\n",
        _heredoc_behind_blank,
    ),
    Absent(
        "heredoc-behind-array",
        "go",
        "It takes an array with a rest for an exec form, which has no heredocs.",
        'COPY ["a", "b"] <<E\na\nE\nUSER b\n',
        _heredoc_behind_array,
    ),
    Absent(
        "spaces-in-bytes",
        "go",
        "It takes single bytes of flags and of HEALTHCHECK's first word for spaces, and answers with "
        "torn characters.",
        "COPY --from=\u00e0 a b\nUSER c\n",
        _spaces_in_bytes,
    ),
)

SKIPPED = (
    Skipped(
        "check-before-escape",
        "go",
        "`check` is no directive to it, and so it ends them.",
        "# check=skip=all\n# escape=`\nRUN a `\nb\n",
        _check_before_escape,
    ),
)

REFUSALS = (
    Refusal(
        "unknown instruction",
        "unknown instruction",
        ("e2b",),
        "RUM a\n",
        lambda node, mine: isinstance(node, nodes.Unknown),
    ),
    Refusal(
        "name without value",
        "must have two arguments",
        ("e2b", "go"),
        "ENV a\n",
        _one_word,
    ),
    Refusal(
        "pair without =",
        "can't find =",
        ("e2b", "go"),
        "LABEL a=b c\n",
        _no_equals_sign,
    ),
    Refusal(
        "array of others",
        "Only strings|comprised of strings only",
        ("e2b", "go"),
        'CMD ["a", 1]\n',
        _array_of_others,
    ),
    Refusal(
        "unterminated heredoc",
        "unterminated heredoc",
        ("e2b", "go"),
        "RUN <<A\na\n",
        _unterminated,
    ),
    Refusal(
        "no instruction",
        "file with no instructions",
        ("go",),
        "# a\n",
        None,
        lambda tree, text: not tree.instructions,
    ),
    Refusal(
        "directive twice",
        "only one .* parser directive",
        ("e2b", "go"),
        "# escape=`\n# escape=`\nRUN a\n",
        None,
        lambda tree, text: len({each.name for each in tree.directives}) < len(tree.directives),
    ),
    Refusal(
        "escape character of its own",
        "invalid escape token",
        ("e2b", "go"),
        "# escape=a\nRUN a\n",
        None,
        lambda tree, text: any(
            each.name == "escape" and each.value not in ("\\", "`") for each in tree.directives
        ),
    ),
    Refusal(
        "long line",
        "greater than max",
        ("go",),
        f"USER a\nRUN {'a' * 65_536}\n",
        None,
        lambda tree, text: max(map(len, text.encode().split(b"\n"))) > 65_534,
    ),
)
