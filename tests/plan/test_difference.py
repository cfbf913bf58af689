"""Differences of plans: what they name, and that equal plans have none."""

import pytest

from dfix.plan import Change, Symbolic
from tests.plan.reading import changes, planned

COPIED = ["COPY a /a", "RUN x && y", "WORKDIR /w", "ADD b c", 'CMD ["z"]']


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(COPIED, COPIED, id="itself"),
        pytest.param(["RUN a"], ["# note", "", "run   a"], id="layout"),
        pytest.param(["RUN a && b"], ["RUN a \\", "# note", " && b"], id="continuation"),
        pytest.param(["ENV A b c"], ['ENV A="b c"'], id="legacy-env"),
        pytest.param(["ENV A=1 B=2"], ["ENV A=1", "ENV B=2"], id="split-env"),
        pytest.param(["LABEL a=1", "EXPOSE 80/tcp"], ["EXPOSE 80", "LABEL a=1"], id="order"),
        pytest.param(["COPY a /x/"], ['COPY ["a", "/x/"]'], id="array"),
        pytest.param(["WORKDIR /a", "COPY b c"], ["WORKDIR /a", "COPY b /a/c"], id="destination"),
        pytest.param(["ENV D=/d", "COPY a $D"], ["ENV D=/d", "COPY a /d"], id="expanded"),
    ],
)
def test_equal_plans(before: list[str], after: list[str]) -> None:
    assert changes(before, after) == []
    assert planned("FROM a", *before) == planned("FROM a", *after)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(["USER a"], ["USER b"], [Change(0, "config.user", "a", "b")], id="user"),
        pytest.param([], ["USER b"], [Change(0, "config.user", None, "b")], id="user-added"),
        pytest.param([], ["USER ''"], [Change(0, "config.user", None, "")], id="user-emptied"),
        pytest.param([], ["ENV A=b"], [Change(0, "config.env.A", None, "b")], id="env-added"),
        pytest.param(["ENV A=b"], [], [Change(0, "config.env.A", "b", None)], id="env-removed"),
        pytest.param(
            ["ENV A=$B"],
            ["ENV A=\\$B"],
            [Change(0, "config.env.A", "${B}", "$B")],
            id="env-escaped",
        ),
        pytest.param(
            ["ENV A=$B"],
            ["ENV A='${B}'"],
            [Change(0, "config.env.A", "${B} (symbolic)", "${B} (literal)")],
            id="env-that-looks-alike",
        ),
        pytest.param(
            ["LABEL a=1"], ["LABEL a=2"], [Change(0, "config.labels.a", "1", "2")], id="label"
        ),
        pytest.param(
            ["CMD a"],
            ['CMD ["a"]'],
            [Change(0, "config.cmd", '["<shell of the base>", "a"]', '["a"]')],
            id="cmd",
        ),
        pytest.param(
            [],
            ['ENTRYPOINT ["a"]'],
            [Change(0, "config.entrypoint", None, '["a"]'), Change(0, "config.cmd", None, "[]")],
            id="entrypoint-clears-cmd",
        ),
        pytest.param([], ["EXPOSE 80"], [Change(0, "config.ports", "[]", '["80/tcp"]')], id="port"),
        pytest.param(
            ["RUN a"], ["RUN a && b"], [Change(0, "effect", None, "b")], id="effect-added"
        ),
        pytest.param(
            ["RUN a && b"], ["RUN b"], [Change(0, "effect", "a", None)], id="effect-removed"
        ),
        pytest.param(["RUN a"], ["RUN b"], [Change(0, "effect", "a", "b")], id="effect-replaced"),
        pytest.param(
            ["RUN a"],
            ["RUN ! a"],
            [Change(0, "effect", "a", "! a")],
            id="effect-replaced-by-its-opposite",
        ),
        pytest.param(
            ["RUN a; b"],
            ["RUN a && b"],
            [Change(0, "effect.failure", "ignored", "aborts")],
            id="failure",
        ),
        pytest.param(
            ["RUN a && b"],
            ["RUN a", "RUN b"],
            [Change(0, "boundary", None, "RUN | RUN")],
            id="boundary-added",
        ),
        pytest.param(
            ["RUN a"],
            ["RUN --network=none a"],
            [Change(0, "effect.flags", "[]", '["--network=none"]')],
            id="flags",
        ),
        pytest.param(
            ["RUN a"],
            ["USER u", "RUN a", "USER root"],
            [Change(0, "effect.user", None, "u"), Change(0, "config.user", None, "root")],
            id="user-of-a-run",
        ),
        pytest.param(
            ["ADD . /x"], ["COPY . /x"], [Change(0, "effect.kind", "ADD", "COPY")], id="add-to-copy"
        ),
        pytest.param(
            ["ADD a /x"],
            ["COPY a /x"],
            [Change(0, "effect.kind", "ADD", "COPY"), Change(0, "effect.does", "unknown", "copy")],
            id="add-to-copy-unproven",
        ),
        pytest.param(
            ["COPY a /x"],
            ["COPY --from=b --chown=1 a /x"],
            [Change(0, "effect.owner", None, "1"), Change(0, "effect.from", None, "b")],
            id="copy-flags",
        ),
        pytest.param(
            ["WORKDIR /a"],
            ["USER u", "WORKDIR /a"],
            [Change(0, "effect.user", None, "u"), Change(0, "config.user", None, "u")],
            id="directory-owner",
        ),
        pytest.param(
            ["RUN a", "RUN b"],
            ["RUN a", "COPY x /x", "RUN b"],
            [
                Change(0, "boundary", "RUN | RUN", None),
                Change(0, "effect", None, "COPY x /x"),
            ],
            id="boundary-gives-way",
        ),
    ],
)
def test_changes(before: list[str], after: list[str], expected: list[Change]) -> None:
    found = changes(before, after)
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert all(type(text) is str for each in found for text in (each.old, each.new) if text)


def test_an_env_shows_in_what_runs_under_it() -> None:
    assert changes(["RUN a", "RUN b"], ["RUN a", "ENV A=1 B=2", "RUN b"]) == [
        Change(0, "effect.env", None, "A=1 B=2"),
        Change(0, "config.env.A", None, "1"),
        Change(0, "config.env.B", None, "2"),
    ]


def test_the_same_statement_many_times_is_counted() -> None:
    before, after = ["RUN a"] * 5, ["RUN a", "RUN a && a", "RUN a", "RUN a"]
    assert changes(before, after) == [Change(0, "boundary", "RUN | RUN", None)]


def test_base_platform_and_name() -> None:
    before = planned("FROM a AS x", "RUN b")
    after = planned("FROM --platform=linux/arm64 a:1 AS y", "RUN b")
    assert before.difference(after) == (
        Change(0, "name", "x", "y"),
        Change(0, "base", "a", "a:1"),
        Change(0, "platform", None, "linux/arm64"),
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(["x", "u && a"], ["x", "a"], [("effect", "u", None)], id="head-gone"),
        pytest.param(["x", "a"], ["x", "u && a"], [("effect", None, "u")], id="head-new"),
        pytest.param(["x && u", "a"], ["x", "a"], [("effect", "u", None)], id="tail-gone"),
        pytest.param(
            ["x", "u", "a"],
            ["x", "a"],
            [("boundary", "RUN | RUN", None), ("effect", "u", None)],
            id="whole-run-gone",
        ),
        pytest.param(
            ["x", "u && a"],
            ["x && a"],
            [("boundary", "RUN | RUN", None), ("effect", "u", None)],
            id="head-gone-and-joined",
        ),
        pytest.param(
            ["x", "a && b"],
            ["x && a", "b"],
            [("boundary", "RUN | RUN", None), ("boundary", None, "RUN | RUN")],
            id="boundary-elsewhere",
        ),
        pytest.param(["x", "u"], ["x && u", "u"], [("effect", None, "u")], id="as-the-next"),
        pytest.param(
            ["x", "u && a"],
            ["x && u && a", "u && a"],
            [("effect", None, "u"), ("effect", None, "a")],
            id="as-the-next-two",
        ),
        pytest.param(["x && u", "u"], ["x", "u"], [("effect", "u", None)], id="as-the-next-gone"),
        pytest.param(
            ["--mount=type=cache,target=/a u"],
            ["u", "--mount=type=cache,target=/a u"],
            [("effect", None, "u"), ("boundary", None, "RUN | RUN")],
            id="new-above-one-with-flags",
        ),
    ],
)
def test_boundaries_beside_what_comes_and_goes(
    before: list[str], after: list[str], expected: list[tuple[str, str | None, str | None]]
) -> None:
    one = planned("FROM a", *(f"RUN {each}" for each in before))
    other = planned("FROM a", *(f"RUN {each}" for each in after))
    assert [(each.item, each.old, each.new) for each in one.difference(other)] == expected


def test_a_symbolic_base_is_another_one() -> None:
    before, after = planned("ARG A=1", "FROM a:$A"), planned("ARG A", "FROM a:$A")
    assert after.stages[0].base == Symbolic("a:${ARG A}")
    assert before.difference(after) == (Change(0, "base", "a:1", "a:${ARG A}"),)


def test_stages_that_come_and_go() -> None:
    one, two = planned("FROM a"), planned("FROM a", "FROM b AS c")
    assert one.difference(two) == (Change(1, "stage", None, "b"),)
    assert two.difference(one) == (Change(1, "stage", "b", None),)
    assert planned("").difference(one) == (Change(0, "stage", None, "a"),)


def test_paths() -> None:
    before = planned("FROM a AS build", "RUN a", "RUN b", "FROM a", "FROM b", "USER u", "CMD x")
    after = planned(
        "FROM a AS build", "RUN cd /x && b", "FROM c", "FROM b", "USER v", "CMD x", "RUN z"
    )
    assert [each.path for each in before.difference(after)] == [
        "build.effects[0]",
        "build.effects[1]",
        "build.effects[2].cwd",
        "1.base",
        "final.effects[0]",
        "final.config.user",
    ]


def test_a_change_by_hand_needs_no_place() -> None:
    assert Change(1, "config.user", None, "u").path == "1.config.user"
    assert Change(1, "config.user", None, "u") == Change(1, "config.user", None, "u", "final", 3)
