"""The value of a word, where its text alone fixes it."""

import subprocess
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dfix.shell_words import Command, Word, literal
from dfix.text import Span

UNKNOWN = [
    "$a", "${a}", '"$a"', '"${a}b"', "$(a)", "`a`", '"`a`"', "$((1))", "$[1]", '"$[1]"', "$1", "$@",
    "$$", "$?", "$'a'", '$"a"', "*", "a*", "a?b", "[ab]", "a[!b]c", "{a,b}", "x{1..3}", "{a,{b,c}}",
    "~", "~/a", "~b", "A=~", "a:~/b", "@(a|b)", "<(a)", "a b", "a;b", "a&b", "a|b", "a>b", "'a",
    '"a', '"a\\"', "(a)",
]  # fmt: skip

KNOWN = [
    ("", ""),
    ("a", "a"),
    ("A=1", "A=1"),
    ("/a/b-c_d.e,f:g@h%i+j", "/a/b-c_d.e,f:g@h%i+j"),
    ("'a b'", "a b"),
    ('"a b"', "a b"),
    ("''", ""),
    ("a\"b\"'c'd", "abcd"),
    ("'$a `b` *'", "$a `b` *"),
    ('"*?[a]{b,c}~"', "*?[a]{b,c}~"),
    (r"\$a\*\;\ \\", r"$a*; " + "\\"),
    (r'"\$a\`b\"c\\d\e"', '$a`b"c\\d\\e'),
    ('"a\\\nb"c\\\nd', "abcd"),
    ("'a\\\nb'", "a\\\nb"),
    ("a\\", "a\\"),
    ("$", "$"),
    ("a$", "a$"),
    ('"a$"', "a$"),
    ("$/a", "$/a"),
    ("[", "["),
    ("]", "]"),
    ("a[b", "a[b"),
    ("{}", "{}"),
    ("{a}", "{a}"),
    ("{", "{"),
    ("a~", "a~"),
    ("=~", "=~"),
    ("a#b", "a#b"),
    ("!", "!"),
    ("é漢", "é漢"),
    ("a\xa0b\r", "a\xa0b\r"),
]


@pytest.mark.parametrize("word", UNKNOWN)
def test_what_a_shell_may_change_is_unknown(word: str) -> None:
    assert literal(word) is None


@pytest.mark.parametrize(("word", "value"), KNOWN)
def test_value_after_quote_removal(word: str, value: str) -> None:
    assert literal(word) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [("*.txt", "*.txt"), ("{a,b}[c]", "{a,b}[c]"), ("~", None), ("a:~", None), ("$a", None)],
)
def test_an_assigned_value_is_no_pattern(word: str, value: str | None) -> None:
    assert literal(word, assigned=True) == value


@given(st.text(alphabet="ab '\"\\$*[]{},~=:.", min_size=1, max_size=8))
@example("a\\\\b'c'")
@settings(max_examples=60, deadline=None)
def test_a_shell_agrees(word: str) -> None:
    value = literal(word)
    if value is None:
        return
    script = f"printf '<%s>' {word}"
    ran = subprocess.run(["sh", "-c", script], capture_output=True, text=True, cwd="/", check=False)
    assert ran.stdout == f"<{value}>"


def test_words_of_a_command() -> None:
    name, known, unknown = (
        Word(Span(at, at + 1), text, value)
        for at, (text, value) in enumerate([("a", "a"), ("'b'", "b"), ("$c", None)])
    )
    command = Command(Span(0, 3), name, (known, unknown), (), (), subshell=False)
    assert command.words() == ("a", "b", None)
    assert Command(Span(0, 0), None, (), (), (), subshell=False).words() == ()


@pytest.mark.parametrize("unit", ["[", "{", "{,", "'", '"', "\\", "$", "*", "~", "[]", '"$', "=~"])
def test_hostile_words_take_linear_time(unit: str) -> None:
    word = "x" + unit * (65536 // len(unit))
    started = time.process_time()
    literal(word)
    literal(word, assigned=True)
    assert time.process_time() - started < 1
