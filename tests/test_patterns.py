"""Expressions that are compiled late: they answer as compiled ones do, and all of them compile."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dfix
from dfix.patterns import _Uncompiled, is_like, regex


def test_nothing_is_compiled_before_it_is_asked() -> None:
    wrong = regex("(")
    with pytest.raises(re.error):
        wrong.search("")
    with pytest.raises(re.error):
        wrong.search("")  # and again


@pytest.mark.parametrize(
    "method", ["findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"]
)
def test_answers_are_those_of_a_compiled_one(method: str) -> None:
    late, compiled = regex(r"(a)|b", re.IGNORECASE), re.compile(r"(a)|b", re.IGNORECASE)
    arguments = ("x", "A.b.c") if method.startswith("sub") else ("A.b.c",)

    def told(pattern: re.Pattern[str]) -> str:
        answer = getattr(pattern, method)(*arguments)
        return str(list(map(str, answer)) if method == "finditer" else answer)

    assert told(late) == told(compiled)
    assert told(late) == told(compiled)  # what is filled in by then


def test_what_else_is_asked_is_passed_on() -> None:
    late = regex(r"(?P<name>a)(b)", re.DOTALL)
    assert (late.pattern, late.groups, dict(late.groupindex)) == (r"(?P<name>a)(b)", 2, {"name": 1})
    assert late.flags & re.DOTALL
    with pytest.raises(AttributeError):
        late.unheard_of  # type: ignore[attr-defined]  # noqa: B018


def test_bytes() -> None:
    assert regex(rb"a+").findall(b"aab a") == [b"aa", b"a"]


def _late() -> Iterator[tuple[str, _Uncompiled]]:
    for package in ("dfix", "dfix.fixers"):
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if found.name.endswith("__main__") or ".lsp" in found.name:
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, _Uncompiled):
                    yield f"{found.name}.{name}", value


def test_all_of_them_compile() -> None:
    found = dict(_late())
    assert len(found) > 300
    for name, late in found.items():
        assert re.compile(late._text, late._flags).pattern == late._text, name
    assert dfix.regex is regex


@given(st.text("ab.\n"), st.text("ab.*\n?["))
def test_globs_are_those_of_python(name: str, pattern: str) -> None:
    assert is_like(name, pattern) is fnmatchcase(name, pattern)


@pytest.mark.parametrize(
    ("name", "pattern", "like"),
    [
        ("a", "a*a", False),
        ("aba", "a*a", True),
        ("config.env.PATH", "config.env.*", True),
        ("3.12-alpine", "*alpine*", True),
        ("abab", "*ab*ab*", True),
        ("aba", "*ab*ab*", False),
        ("", "*", True),
    ],
)
def test_globs(name: str, pattern: str, like: bool) -> None:
    assert is_like(name, pattern) is like
