import time

import pytest

from dfix.globs import PatternError, compile_glob, has_wildcard

NO_MATCH = [
    ("a", "b"),
    ("a", "ab"),
    ("a", ""),
    ("*", "a/b"),
    ("?", "/"),
    ("?", ""),
    ("a?c", "a/c"),
    ("[ab]", "c"),
    ("[^ab]", "a"),
    ("[a-c]", "d"),
    ("[!a]", "b"),
    ("\\*", "a"),
    ("*.txt", "a.txt/b"),
    ("a*b*c", "axbx"),
]
MATCH = [
    ("", ""),
    ("a", "a"),
    ("*", ""),
    ("*", ".hidden"),
    ("*a*", "bab"),
    ("a/*/c", "a/b/c"),
    ("a?c", "aéc"),
    ("[ab]x", "bx"),
    ("[^ab]", "c"),
    ("[a-c]", "b"),
    ("[!a]", "!"),
    ("[\\]]", "]"),
    ("\\*", "*"),
    ("arr[[]0].txt", "arr[0].txt"),
    ("**", "ab"),
]


@pytest.mark.parametrize(("pattern", "path"), NO_MATCH)
def test_does_not_match(pattern: str, path: str) -> None:
    assert not compile_glob(pattern, deep=False).matches(path)


@pytest.mark.parametrize(("pattern", "path"), MATCH)
def test_matches(pattern: str, path: str) -> None:
    assert compile_glob(pattern, deep=False).matches(path)


@pytest.mark.parametrize("pattern", ["[", "[a", "[]", "[]a]", "[-a]", "[a-]", "[^]", "a\\", "[\\"])
def test_bad_pattern(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_glob(pattern, deep=False)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a/**", "a", False),
        ("a/**", "b/a/c", False),
        ("**/a", "ba", False),
        ("a**/b", "a/c", False),
        ("a**b", "axb", False),
        ("**/a*", "b/c", False),
        ("a/**", "a/b/c", True),
        ("**/a", "a", True),
        ("**/a", "x/y/a", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("**/*.go", "x/y.go", True),
        ("**/**/c", "a/b/c", True),
        ("**", "a/b", True),
        ("**name", "x/filename", True),
    ],
)
def test_deep(pattern: str, path: str, expected: bool) -> None:
    assert compile_glob(pattern, deep=True).matches(path) is expected


def test_a_double_star_is_a_single_one_unless_deep() -> None:
    assert not compile_glob("**/a", deep=False).matches("x/y/a")


@pytest.mark.parametrize(
    ("part", "expected"),
    [("a", False), ("a\\*b", False), ("a]", False), ("a*", True), ("?", True), ("[a]", True)],
)
def test_has_wildcard(part: str, expected: bool) -> None:
    assert has_wildcard(part) is expected


@pytest.mark.parametrize("deep", [False, True])
def test_a_crafted_pattern_takes_no_long_time(deep: bool) -> None:
    pattern = compile_glob("*a" * 40 + "**/b" * 20 + "z", deep=deep)
    before = time.process_time()
    assert not pattern.matches("a" * 2000)
    assert time.process_time() - before < 5
