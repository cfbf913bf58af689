import pytest

from dfix.dockerignore import DockerIgnore, parse_dockerignore
from dfix.globs import PatternError

KEPT = [
    ("", "a"),
    ("# a\n#a", "a"),
    ("a", "b/a"),
    ("*.md", "docs/a.md"),
    ("/a", "b/a"),
    ("../a", "a"),
    (".", "a"),
    ("/", "a"),
    ("*\n!a", "a"),
    ("a\n!a/b", "a/b"),
    ("*\n!src/**", "src/x/y"),
    ("node_modules", "x/node_modules"),
    ("a # not a comment", "a"),
]
IGNORED = [
    ("a", "a"),
    ("a", "a/b/c"),
    ("a/", "a"),
    ("/a", "a"),
    ("./a", "a"),
    ("  a  ", "a"),
    ("\ufeffa", "a"),
    ("a\r\nb\r\n", "b"),
    ("**/a", "x/a"),
    ("**/*.log", "x/y.log"),
    ("!a\na", "a"),
    ("a\n!a\na", "a"),
    ("*\n!src", "other"),
    ("x/../a", "a"),
    ("! a\na", "a"),
]


@pytest.mark.parametrize(("text", "path"), KEPT)
def test_is_kept(text: str, path: str) -> None:
    assert not parse_dockerignore(text).ignores(path)


@pytest.mark.parametrize(("text", "path"), IGNORED)
def test_is_ignored(text: str, path: str) -> None:
    assert parse_dockerignore(text).ignores(path)


@pytest.mark.parametrize("text", ["!", "a\n[", "!\\"])
def test_a_line_with_which_the_build_fails(text: str) -> None:
    with pytest.raises(PatternError):
        parse_dockerignore(text)


def test_brings_back() -> None:
    assert not DockerIgnore().brings_back
    assert not parse_dockerignore("a\n#!b").brings_back
    assert parse_dockerignore("*\n!b").brings_back
