"""key-value-form: what it leaves alone first, then what it changes, and that values stay."""

from collections.abc import Iterator

import pytest
from e2b_dockerfile_utils.lexer import ShellLex
from hypothesis import given, settings
from hypothesis import strategies as st

from dfix import Env, Level, parse
from dfix.plan import plan
from tests.differential.readers import GoReader, PortedReader, Reader
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "key-value-form"
F = "FROM debian:12\n"
TICK = "# escape=`\nFROM mcr.microsoft.com/windows/nanoserver\n"

NOOP = {
    "pairs": 'ENV A=b C="d e" F=\nLABEL g.h=i j="k l"\n',
    "pairs over lines": 'ENV A=b \\\n  # why\n  C="d \\\n  e"\n',
    "equals with a blank in quotes": 'ENV "A b"=c\n',
    "argument": "ARG A\nARG B=c\n",
    "words of other instructions": "RUN env A b\nCMD export A b\n",
    "heredoc": "RUN <<EOF\nENV A b\nEOF\n",
    "comment": "# ENV A b\n",
    "nothing behind equals": "ENV A=\n",
}

REFUSED = {
    "blanks around equals": ("LABEL maintainer = me\n", "begins with `=`"),
    "blank before equals": ("ENV A =b\n", "begins with `=`"),
    "blanks around equals over lines": ("LABEL a = b \\\n  c = d\n", "begins with `=`"),
    "swallowed instruction": ("ENV A b \\\n\nRUN true\n", "swallowed"),
    "swallowed without an empty line": ("ENV A b \\\nENV C d\n", "swallowed"),
    "trigger": ("ONBUILD ENV A b\n", "ONBUILD"),
    "trigger label": ("ONBUILD LABEL a b\n", "ONBUILD"),
    "blank and quotes in a default": ('ENV A ${B:-"c" d}\n', "no single word"),
    "blank in a pattern with quotes": ('ENV A ${B#"c" d} e\n', "no single word"),
    "wide space in the name": ("ENV A\u00a0b c\n", "no single word"),
    "byte-order mark": ("ENV A \ufeffb c\n", "no single word"),
}

FIXED = {
    "word": ("ENV A b\n", "ENV A=b\n"),
    "many blanks": ("ENV   A \t  b\n", "ENV   A=b\n"),
    "trailing blanks": ("ENV A b  \t\n", "ENV A=b  \t\n"),
    "label": ("LABEL maintainer me@example.com\n", "LABEL maintainer=me@example.com\n"),
    "small letters": ("env A b\n", "env A=b\n"),
    "path": ("ENV PATH $PATH:/opt/bin\n", "ENV PATH=$PATH:/opt/bin\n"),
    "blanks": ("ENV A b c  d\n", 'ENV A="b c  d"\n'),
    "equals in the value": ("ENV A b=c\n", "ENV A=b=c\n"),
    "options": ("ENV OPTS -Da=b -Xc=d\n", 'ENV OPTS="-Da=b -Xc=d"\n'),
    "double quotes": ('ENV A "-Xmx1g -Dx=y"\n', 'ENV A="-Xmx1g -Dx=y"\n'),
    "double quotes in a label": ('LABEL a "A <a@b>"\n', 'LABEL a="A <a@b>"\n'),
    "single quotes": ("ENV A 'b $c'\n", "ENV A='b $c'\n"),
    "empty": ('ENV A ""\n', 'ENV A=""\n'),
    "quotes within": ('LABEL a "B C" <b@c>\n', 'LABEL a="B C <b@c>"\n'),
    "all kinds": ("ENV A it\\'s \"q\" 'r'\n", 'ENV A="it\'s q r"\n'),
    "single quotes within": ("ENV A 'b\"$c\\' d\n", 'ENV A="b\\"\\$c\\\\ d"\n'),
    "escaped letter": ("ENV A b\\nc d\n", "ENV A=b\\nc\\ d\n"),
    "escaped blank": ("ENV A b\\ c\n", "ENV A=b\\ c\n"),
    "escaped blank and another": ("ENV A b\\ c d\n", 'ENV A="b c d"\n'),
    "escaped signs": ('ENV A \\"b\\" \\$c \\\\d\n', 'ENV A="\\"b\\" \\$c \\\\d"\n'),
    "default with a blank": ("ENV A ${B:-q r}\n", 'ENV A="${B:-q r}"\n'),
    "default in quotes": ('ENV A ${B:-"q r"}\n', 'ENV A=${B:-"q r"}\n'),
    "default in quotes and a blank": ('ENV A ${B:-"q r"} s\n', 'ENV A=${B:-"q r"}\\ s\n'),
    "default in single quotes": ("ENV A ${B:-'q r'} s\n", "ENV A=\"${B:-'q r'} s\"\n"),
    "name before a quote": ('ENV A $B"c" d\n', 'ENV A="${B}c d"\n'),
    "name before an escape": ("ENV A $B\\ c\\\"d e\n", 'ENV A="${B} c\\"d e"\n'),
    "lone dollar": ("ENV A $ b$\n", 'ENV A="\\$ b\\$"\n'),
    "lone dollar before a quote": ('ENV A $"b" c\n', 'ENV A="\\$b c"\n'),
    "hash": ("ENV A b # c\n", 'ENV A="b # c"\n'),
    "hash in a word": ("ENV A http://b/#/c\n", "ENV A=http://b/#/c\n"),
    "hash first": ("ENV A #b\n", "ENV A=#b\n"),
    "command substitution": ("ENV A `b c` $(d e)\n", 'ENV A="`b c` \\$(d e)"\n'),
    "angle brackets": ("ENV A << b\n", 'ENV A="<< b"\n'),
    "wide space": ("ENV A b\u00a0c\n", 'ENV A="b\u00a0c"\n'),
    "no ASCII": ("LABEL a Zoë Müller\n", 'LABEL a="Zoë Müller"\n'),
    "quoted name": ('LABEL "a.b" c d\n', 'LABEL "a.b"="c d"\n'),
    "variable name": ("LABEL $A b\n", "LABEL $A=b\n"),
    "lines": ("ENV A b \\\n  c \\\n  d\n", 'ENV A="b \\\n  c \\\n  d"\n'),
    "value on the next line": ("ENV A \\\n  b \\\n  c\n", 'ENV A="b \\\n  c"\n'),
    "one word on the next line": ("ENV A\\\n  b\n", "ENV A=b\n"),
    "name on the next line": ("ENV \\\n  A b c\n", 'ENV \\\n  A="b c"\n'),
    "word over lines": ("ENV A $B:\\\n$C:\\\n/d\n", "ENV A=$B:\\\n$C:\\\n/d\n"),
    "quotes over lines": ('ENV A "b \\\n c"\n', 'ENV A="b \\\n c"\n'),
    "quotes and more lines": ('ENV A "b" \\\n  c\n', 'ENV A="b \\\n  c"\n'),
    "blanks behind the escape": ("ENV A b \\  \n  c\n", 'ENV A="b \\  \n  c"\n'),
    "default over lines": ("ENV A ${B:-c \\\n  d}\n", 'ENV A="${B:-c \\\n  d}"\n'),
    "comment between lines": (
        "ENV A b \\\n# c \"d\n  e \\\n  # f\n  g\n",
        "ENV A=\"b \\\n# c \"d\n  e \\\n  # f\n  g\"\n",
    ),
    "comment before the value": ("ENV A \\\n  # why\n  b\n", "ENV \\\n  # why\n  A=b\n"),
    "comments before both": (
        "ENV \\\n# one\n  A \\\n# two\n  b c\n",
        'ENV \\\n# one\n# two\n  A="b c"\n',
    ),
    "comment right behind the name": ("ENV A\\\n# why\n b\n", "ENV \\\n# why\n A=b\n"),
    "empty line within": ("ENV A b \\\n\n  c\n", 'ENV A="b \\\n\n  c"\n'),
    "carriage returns": ("ENV A b \\\r\n  c\r\n", 'ENV A="b \\\r\n  c"\r\n'),
    "no line end": ("ENV A b c", 'ENV A="b c"'),
    "two in a row": ("ENV A b\nENV C $A d\n", 'ENV A=b\nENV C="$A d"\n'),
    "unknown default": ("ENV PATH ${PATH:-/a b}\n", 'ENV PATH="${PATH:-/a b}"\n'),
    "comment above": ("# why\nENV A b\n", "# why\nENV A=b\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, F + NOOP[case])


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    text, reason = REFUSED[case]
    check_refused(NAME, F + text, reason)


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    before, after = FIXED[case]
    head = F.replace("\n", "\r\n") if "\r" in before else F
    check_fixed(NAME, head + before, head + after, level=Level.SAFE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ENV JAVA C:\\java\n", "ENV JAVA=C:\\java\n"),
        ("ENV A C:\\Program Files\\x\n", 'ENV A="C:\\Program Files\\x"\n'),
        ("ENV A C:\\a `\n  b\n", 'ENV A="C:\\a `\n  b"\n'),
        ('ENV A say `"b`" $c\n', 'ENV A="say `"b`" $c"\n'),
        ("ENV A a`nb c\n", "ENV A=a`nb` c\n"),
    ],
)
def test_the_backtick_escapes(before: str, after: str) -> None:
    check_fixed(NAME, TICK + before, TICK + after, level=Level.SAFE)


def test_bytes_that_are_no_text_stay() -> None:
    text = F + "ENV A \udce9 b\n"
    check_refused(NAME, text, "no single word")


# ------------------------------------------------------------------- what other readers make of it

#: Values that vary what could matter: quotes, escapes, variables, blanks, continuations, comments.
PIECES = (
    "a", "b=c", " ", "  ", "\t", '"', "'", "\\", "\\\\", '\\"', "\\ ", "$", "$A", "${A}", "${B:-",
    "${A:+x y}", "${B-'q r'}", "}", "#", " # ", "`", "<<", "\\\n", " \\\n  ", "\\\n# c\n", "é", "\u00a0",
    '"x y"', "'x $A'", "\\n", "=", ":", "/",
)  # fmt: skip
VALUES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join)
ENVIRONMENTS: tuple[dict[str, str], ...] = ({}, {"A": "1", "B": "2"}, {"A": " x", "B": "'\"\\"})


@pytest.fixture(scope="module")
def readers() -> Iterator[tuple[Reader, ...]]:
    with GoReader() as go:
        yield PortedReader(), go


def values(raw: str) -> list[str | None]:
    """What another port of the builder's word lexer makes of a raw value in several environments."""
    found: list[str | None] = []
    for environment in ENVIRONMENTS:
        lexer = ShellLex("\\", env=environment, skip_unset_env=False)
        try:
            found.append(lexer.process_word(raw))
        except ValueError:
            found.append(None)
    return found


def check_value(text: str, readers: tuple[Reader, ...]) -> bool:
    """Whether `text` was changed; if so, all readers find one pair in it of the same value."""
    result = run(NAME, text, level=Level.SAFE)
    assert result.error is None or "internal" not in str(result.error)
    if not result.changed:
        return False
    after = result.after.decode()
    for reader in readers:
        old, new = reader.read(text), reader.read(after)
        assert not old.refusal and not new.refusal
        assert [each.name for each in old.readings] == [each.name for each in new.readings]
        one, other = old.readings[-1].arguments, new.readings[-1].arguments
        assert len(one) == len(other) == 2, (text, after)
        assert one[0] == other[0], (text, after)
        assert values(one[1]) == values(other[1]), (text, after)
    assert plan(parse(text)).difference(plan(parse(after))) == ()
    (pair,) = next(each for each in parse(after).instructions if isinstance(each, Env)).pairs
    assert not pair.legacy
    return True


@given(value=VALUES)
@settings(max_examples=250, deadline=None)
def test_random_values_stay(readers: tuple[Reader, ...], value: str) -> None:
    check_value(f"{F}ENV V {value}\n", readers)


@pytest.mark.parametrize("case", FIXED)
def test_other_readers_find_the_same_value(case: str, readers: tuple[Reader, ...]) -> None:
    before = FIXED[case][0]
    if before.lower().startswith("env") and before.lower().count("env ") == 1:
        assert check_value(F + before, readers)


def test_says_that_a_comment_is_part_of_the_value() -> None:
    result = run(NAME, F + "ENV A b # note\nENV C d#e\n", level=Level.SAFE)
    assert result.after.decode() == F + 'ENV A="b # note"\nENV C=d#e\n'
    assert [each.reason for each in result.findings] == [
        "what stands behind the `#` is part of the value, and no comment",
        None,
    ]
