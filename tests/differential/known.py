"""Where the readers differ from the tree, one by one, with the reason; there is no other difference."""

from collections.abc import Callable
from dataclasses import dataclass

from dfix import nodes
from dfix.nodes import Dockerfile, Instruction

from . import evidence
from .reading import Reading


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


KNOWN = (
    Known(
        "array-with-rest",
        "go",
        "Its JSON decoder reads one value and ignores what follows; today's reads the whole text.",
        'CMD ["a"] # b\n',
        frozenset({"arguments", "is_json"}),
        evidence.array_with_rest,
    ),
    Known(
        "nul",
        "go",
        "Its answers are C strings, which end at a NUL.",
        'CMD ["a\\u0000b"]\n',
        frozenset({"arguments"}),
        evidence.cut_at_nul,
    ),
    Known(
        "quoted-path",
        "e2b",
        "It heeds quotes and escapes in COPY and ADD, and drops an escape character at the end; BuildKit "
        "splits at blanks alone.",
        'COPY "a b" c\n',
        frozenset({"arguments"}),
        evidence.quoted_path,
    ),
    Known(
        "wide-space-in-path",
        "e2b",
        "It splits COPY and ADD at any Unicode space; BuildKit at ASCII blanks alone.",
        "COPY a\u00a0b c\n",
        frozenset({"arguments"}),
        evidence.wide_path,
    ),
    Known(
        "wide-space-in-kind",
        "e2b",
        "It ends HEALTHCHECK's first word at any Unicode space; BuildKit looks at single bytes.",
        "HEALTHCHECK CMD\u2003a\n",
        frozenset({"arguments"}),
        evidence.wide_kind,
    ),
    Known(
        "wide-space-in-flag",
        "e2b",
        "It ends a flag at any Unicode space; BuildKit looks at single bytes.",
        "RUN --network=a\u2003b c\n",
        frozenset({"flags", "arguments", "is_json"}),
        evidence.wide_flag,
    ),
    Known(
        "flag-behind-wide-space",
        "e2b",
        "It skips any Unicode space in front of a flag; BuildKit takes what follows for an argument.",
        "RUN \u00a0--network=a b\n",
        frozenset({"flags", "arguments", "is_json"}),
        evidence.flag_behind_wide_space,
    ),
    Known(
        "flag-bytes",
        "go",
        "It takes the bytes of a flag for characters, which spoils all beyond ASCII.",
        "COPY --from=\u00e9 a b\n",
        frozenset({"flags"}),
        evidence.flag_bytes,
    ),
    *(
        Known(
            "last-escape",
            reader,
            "An escape character that ends the line is dropped; the tree leaves that to `expand`.",
            "ARG a=b\\\\\\\n",
            frozenset({"arguments"}),
            evidence.last_escape,
        )
        for reader in ("e2b", "go")
    ),
)

ABSENT = (
    Absent(
        "heredoc-in-onbuild",
        "e2b",
        "It knows no heredocs in ONBUILD.",
        "ONBUILD RUN <<E\na\nE\nUSER b\n",
        evidence.heredocs_in_onbuild,
    ),
    Absent(
        "chained-onbuild",
        "go",
        "It reads what a chain of ONBUILDs holds, and refuses that before the chain.",
        "ONBUILD ONBUILD ENV a\nUSER b\n",
        evidence.chained_onbuild,
    ),
    Absent(
        "heredoc-without-name",
        "e2b",
        "It counts an empty pair of quotes as a word, and so as a heredoc's name.",
        "RUN cat <<''\nUSER a\n",
        evidence.heredoc_without_name,
    ),
    Absent(
        "heredoc-behind-blank",
        "go",
        "`<< E` is a heredoc since Dockerfile 1.16 only.",
        "RUN cat << E\na\nE\nUSER b\n",
        evidence.heredoc_behind_blank,
    ),
    Absent(
        "heredoc-behind-array",
        "go",
        "It takes an array with a rest for an exec form, which has no heredocs.",
        'COPY ["a", "b"] <<E\na\nE\nUSER b\n',
        evidence.heredoc_behind_array,
    ),
    Absent(
        "escape-in-flag",
        "go",
        "It takes a backslash for the escape character of flags, whatever the file says.",
        "# escape=`\nRUN --mount=target=C:\\a b\nUSER c\n",
        evidence.escape_in_flag,
    ),
    Absent(
        "spaces-in-bytes",
        "go",
        "It takes single bytes of flags and of HEALTHCHECK's first word for spaces, and answers with "
        "torn characters.",
        "COPY --from=\u00e0 a b\nUSER c\n",
        evidence.spaces_in_bytes,
    ),
)

SKIPPED = (
    Skipped(
        "check-before-escape",
        "go",
        "`check` is no directive to it, and so it ends them.",
        "# check=skip=all\n# escape=`\nRUN a `\nb\n",
        evidence.check_before_escape,
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
        evidence.one_word,
    ),
    Refusal(
        "pair without =",
        "can't find =",
        ("e2b", "go"),
        "LABEL a=b c\n",
        evidence.no_equals_sign,
    ),
    Refusal(
        "array of others",
        "Only strings|comprised of strings only",
        ("e2b", "go"),
        'CMD ["a", 1]\n',
        evidence.array_of_others,
    ),
    Refusal(
        "unterminated heredoc",
        "unterminated heredoc",
        ("e2b", "go"),
        "RUN <<A\na\n",
        evidence.unterminated,
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
