"""How trees and configurations differ."""

from dataclasses import replace

import pytest

from dfix.verify.comparison import (
    Aspect,
    compare_configs,
    compare_trees,
    unsteady,
    without,
)
from dfix.verify.noise import NOISE, in_noise, matching
from dfix.verify.tree import Entry

_FILE = Entry("file", 0o644, 0, 0, "aa", 2)


@pytest.mark.parametrize(
    ("other", "aspect"),
    [
        (replace(_FILE, content="bb"), "content"),
        (replace(_FILE, mode=0o600), "mode"),
        (replace(_FILE, uid=1), "owner"),
        (replace(_FILE, gid=1), "owner"),
        (replace(_FILE, xattrs=(("security.capability", "x"),)), "attributes"),
        (replace(_FILE, linked="b"), "hard links"),
        (replace(_FILE, kind="folder"), "type"),
        (None, "removed"),
    ],
)
def test_each_aspect(other: Entry | None, aspect: Aspect) -> None:
    after = {} if other is None else {"p": other}
    [difference] = compare_trees({"p": _FILE}, after).differences
    assert (difference.path, set(difference.aspects)) == ("p", {aspect})
    before, told = difference.told()
    assert before
    assert told
    assert before != told


def test_a_link_and_a_new_file() -> None:
    link = Entry("link", 0o777, 0, 0, "here")
    found = compare_trees({"l": link}, {"l": replace(link, content="there"), "n": _FILE})
    assert [(each.path, set(each.aspects)) for each in found.differences] == [
        ("l", {"target"}),
        ("n", {"added"}),
    ]
    assert found.differences[0].told() == ("here", "there")


def test_equal_trees() -> None:
    assert compare_trees({"p": _FILE}, {"p": _FILE}).differences == ()


def test_noise_is_counted_and_left_out() -> None:
    before = {"var/log/dpkg.log": _FILE, "p": _FILE}
    after = {"p": replace(_FILE, mode=0o600), "var/log/apt/term.log": _FILE}
    found = compare_trees(before, after, in_noise())
    assert ([each.path for each in found.differences], found.noise) == (["p"], 2)
    assert len(compare_trees(before, after, in_noise(known=False)).differences) == 3
    found = compare_trees(before, after, in_noise(["/p"]))
    assert (found.differences, found.noise) == ((), 3)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("var/log/x/y", True),
        ("var/log", False),
        ("srv/var/log/x", False),
        ("usr/lib/python3/dist-packages/a/__pycache__/b.cpython-311.pyc", True),
        ("usr/lib/python3/__pycache__/b.txt", False),
        ("etc/passwd", False),
    ],
)
def test_the_list_of_noise(path: str, expected: bool) -> None:
    assert in_noise()(path) is expected


def test_each_pattern_of_the_list_says_what_it_is() -> None:
    for pattern, meaning in NOISE:
        matching([pattern])
        assert meaning


def test_a_pattern_that_is_none() -> None:
    with pytest.raises(ValueError, match=r"\["):
        in_noise(["a[b"])


def test_configurations() -> None:
    found = compare_configs({"User": "a", "Env.A": ""}, {"User": "b", "Cmd": ["x"], "Env.A": ""})
    assert [(each.key, each.before, each.after) for each in found] == [
        ("Cmd", None, ["x"]),
        ("User", "a", "b"),
    ]


def test_what_moves_by_itself_is_not_held_against_a_fix() -> None:
    before = {"now": _FILE, "both": _FILE, "kept": _FILE}
    again = {"now": replace(_FILE, content="x"), "both": replace(_FILE, content="x"), "kept": _FILE}
    after = {
        "now": replace(_FILE, content="y"),
        "both": replace(_FILE, content="y", mode=0o600),
        "kept": replace(_FILE, content="y"),
    }
    left, gone = without(compare_trees(before, after).differences, unsteady(before, again))
    assert [(each.path, set(each.aspects)) for each in left] == [
        ("both", {"mode"}),
        ("kept", {"content"}),
    ]
    assert gone == ("now",)


def test_what_is_there_at_times_may_be_anything() -> None:
    before, again = {"tmp/a1": _FILE}, {"tmp/a2": _FILE}
    after = {"tmp/a3": _FILE, "tmp/a2": replace(_FILE, mode=0o600)}
    left, gone = without(compare_trees(before, after).differences, unsteady(before, again))
    assert [each.path for each in left] == ["tmp/a3"]
    assert gone == ("tmp/a1", "tmp/a2")
