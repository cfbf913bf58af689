"""What the builder hands to a shell, and how that is put to the grammar."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfix.shell_text import join, stand_ins

MARK = "\x7f"

JOINED = [
    ("empty", "", "", False),
    ("one-line", "a b", "a b", False),
    ("escape-within", r"a \b \\c", r"a \b \\c", False),
    ("escaped-escape", "a \\\\\nb", "a \\\\\nb", False),
    ("three-escapes", "a \\\\\\\nb", "a \\\\\\\nb", False),
    ("blanks-after-a-lone-escape", "a \\\n\\ \nb", "a \\ \nb", False),
    ("words-after-escape", "a \\ b\nc", "a \\ b\nc", False),
    ("ends-with-two", "a \\\\", "a \\\\", False),
    ("joined", "a \\\n b", "a  b", False),
    ("nothing-inserted", "a\\\nb", "ab", False),
    ("blanks-after", "a \\ \t \nb", "a b", False),
    ("crlf", "a \\\r\n b\r", "a  b", False),
    ("many-carriage-returns", "a \\\r\r\nb\r\r", "a b", False),
    ("lone-escape", "a \\\n\\\n\\\r\nb", "a b", False),
    ("blank-lines", "a \\\n\n \t\n\xa0\r\nb", "a b", False),
    ("comment-lines", "a \\\n#x\n  # y \\\n\n#\\\nb", "a b", False),
    ("not-a-comment-line", "a \\\nb # c \\\nd", "a b # c d", False),
    ("dangling", "a \\", "a ", True),
    ("dangling-newline", "a \\\n", "a ", True),
    ("dangling-comment", "a \\\n  # b", "a ", True),
    ("at-the-start", "\\\n a", " a", False),
    ("document", "a <<E \\\n && b\nc \\\n# d\nE\n", "a <<E  && b\nc \\\n# d\nE\n", False),
    ("document-crlf", "a <<E\r\nb\r\nE\r", "a <<E\nb\r\nE\r", False),
]


@pytest.mark.parametrize("escape", ["\\", "`"])
@pytest.mark.parametrize(
    ("raw", "text", "dangling"), [pytest.param(*row[1:], id=row[0]) for row in JOINED]
)
def test_join(raw: str, text: str, dangling: bool, escape: str) -> None:
    joined = join(raw.replace("\\", escape), escape)
    assert joined.text == text.replace("\\", escape)
    assert joined.dangling == dangling


def test_the_other_escape_does_not_join() -> None:
    assert join("a \\\nb", "`").text == "a \\\nb"
    assert join("a `\nb", "\\").text == "a `\nb"


def test_a_here_document_is_not_joined() -> None:
    assert join("a \\\n# b\r\n", "").text == "a \\\n# b\r\n"


@given(st.text(alphabet="a \\\n\r#\t`é", max_size=30), st.sampled_from(["\\", "`", ""]))
def test_every_character_comes_from_its_origin(raw: str, escape: str) -> None:
    joined = join(raw, escape)
    if joined.origin is None:
        assert joined.text == raw
    else:
        assert joined.text == "".join(raw[at] for at in joined.origin[:-1])
        assert list(joined.origin) == sorted(set(joined.origin))
        assert joined.origin[-1] == len(raw)


STAND_INS = [
    ("plain", "apt-get install -y 'a b' \"$c\" && d"),
    ("escaped-escape", r"a \\ b"),
    ("process-id", "a $$ b"),
    ("dollar-in-word", "a$b c$d"),
    ("dash-in-word", "a -b --c d-"),
    ("test", "[[ a == b ]]"),
    ("comparison-in-word", "a==b"),
    ("assignment", "A==b"),
    ("command-in-backquotes", "a `b` `c 'd'`"),
    ("array", "a[1]=2"),
]


@pytest.mark.parametrize("text", [pytest.param(row[1], id=row[0]) for row in STAND_INS])
def test_what_the_grammar_knows_is_left(text: str) -> None:
    assert stand_ins(text) == (text, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("é$é", "^^^"),
        ("a\xa0b\r", "a^b^"),
        ("\udcff \0", "^ ^"),
        (r"a\ b", "a^^b"),
        ("a \\\tb", "a ^^b"),
        ("a $ b $; $", "a ^ b ^; ^"),
        ("a - b", "a ^ b"),
        ("a ] ] b", "a ^ ] b"),
        ("[ a == b ] && [ c ]", "^ a ^^ b ] && ^ c ]"),
        ("![ a", "![ a"),
        ("a `` b ` `", "a ^^ b ^^^"),
        ("a `# 'b` c", "a ^^^^^^ c"),
        ("a `b # 'c` d", "a `b     ` d"),
        ('"`#a`" `#b`', '"^^^^" ^^^^'),
        ("'`#a`' `#b`", "'`#a`' ^^^^"),
        ("# `#a\n`#b`", "# `#a\n^^^^"),
    ],
)
def test_stand_ins(text: str, expected: str) -> None:
    assert stand_ins(text)[0].replace(MARK, "^") == expected


@given(st.text(alphabet="a \\\n\r#\t`é'\"$()[]=-\udc80", max_size=40))
def test_stand_ins_keep_every_offset(text: str) -> None:
    source, notes = stand_ins(text)
    assert len(source) == len(text)
    assert source.isascii()
    assert source.count("\n") <= text.count("\n")
    for start, end in notes:
        assert text[start] == text[end - 1] == "`"
        assert text[start + 1 : end - 1].lstrip().startswith("#")


@pytest.mark.parametrize(
    "unit", ["\\\n", "\\ ", "\\\n#\n", "`#", "`a", '"`', "'`# ", "$", "] ", "é"]
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    raw = unit * (65536 // len(unit))
    started = time.process_time()
    for escape in ("\\", "`"):
        stand_ins(join(raw, escape).text)
    assert time.process_time() - started < 2
