"""A plan is made of everything, and is equal to itself."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfix.parser import parse
from dfix.plan import plan, plan_data, plan_text

PIECES = st.sampled_from(
    """FROM RUN COPY ADD ENV ARG LABEL CMD ENTRYPOINT SHELL USER WORKDIR EXPOSE VOLUME ONBUILD
    HEALTHCHECK STOPSIGNAL MAINTAINER FOO a b=c A=$B ${A:-x} ${A ${A%$B} $A '" ' " \\ `
    --from=0 --from= --mount=from=a, --chown=$U --link [] ["a"] ["a","$B"] ["\\u0000"] <<E <<-E E
    ; && || | & ! { } ( ) if then fi for do done cd .. / ./ . set -e exit 0 eval export $(
    scratch AS NONE 80/UDP 1-2 99999999 \0 \ud800 \xa0 é # =""".split()
)
BLANKS = st.sampled_from([" ", " ", "\n", "\n", "\t", "", " \\\n", "\r\n", "  "])
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.tuples(PIECES, BLANKS), max_size=40).map(
        lambda pairs: "FROM a\n" + "".join(piece + blank for piece, blank in pairs)
    ),
)


def check(text: str | bytes) -> None:
    tree = parse(text)
    first, second = plan(tree), plan(parse(text))
    assert first == second
    assert first.difference(second) == ()
    assert plan_text(first).count("\n") >= len(first.stages)
    json.dumps(plan_data(first))
    for instruction in tree.instructions:
        first.before(instruction)
        first.stage_of(instruction)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text(text: str) -> None:
    check(text)


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_differences_are_empty_exactly_for_equal_plans(one: str, other: str) -> None:
    before, after = plan(parse(one)), plan(parse(other))
    assert (before == after) == (before.difference(after) == ())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes(data: bytes) -> None:
    check(b"FROM a\n" + data)


def test_depth_and_length_are_no_trouble() -> None:
    check("FROM a\nRUN " + "{ " * 200 + "a; " + "}; " * 200 + "\n")
    check("FROM a\nRUN " + "(" * 3000 + "\n")
    check("FROM a\nENV A=" + "${A:-" * 2000 + "\n")
    check("FROM a\n" + "ENV A=$A$A\n" * 12 + "RUN a\n" * 500)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ENV A=0123456789\n" + "ENV A=$A$A\n" * 60, id="doubling"),
        pytest.param("ENV A=$B\n" + "ENV A=$A$A\n" * 60, id="doubling-the-unknown"),
        pytest.param("ENV A=${A:-$B} B=${B:-$A}\n" * 60, id="doubling-by-turns"),
        pytest.param("ENV A=1\n" + "ARG A\n" * 2000, id="argument-declared-again"),
        pytest.param("WORKDIR a\n" * 3000, id="deep-directory"),
        pytest.param("".join(f"ENV A{at}=x\n" for at in range(4000)), id="variables"),
        pytest.param("".join(f"EXPOSE {at}\n" for at in range(4000)), id="ports"),
        pytest.param("RUN " + "; ".join(f"A{at}=x" for at in range(4000)), id="assignments"),
        pytest.param("RUN " + "; ".join(f"export A{at}=x" for at in range(4000)), id="exports"),
        pytest.param("RUN " + "; ".join(f"eval x{at}" for at in range(4000)), id="unknown-state"),
        pytest.param("RUN " + "; ".join(["cd a"] * 4000), id="steps-down"),
        pytest.param("RUN " + " && ".join(["a `# x`"] * 4000), id="notes"),
    ],
)
def test_what_grows_with_every_line_stays_small(text: str) -> None:
    found = plan(parse(f"FROM a\n{text}\n"))
    assert found.difference(plan(parse(f"FROM a\n# note\n{text}\n"))) == ()
    assert all(len(value) < 20_000 for value in found.stages[0].config.env.values())


def test_values_too_long_to_follow_still_differ() -> None:
    doubled = "ENV A=$A$A\n" * 20
    one, other = (plan(parse(f"FROM a\nENV A={start}\n{doubled}")) for start in "xy")
    assert one.difference(other) != ()


@pytest.mark.corpus
def test_real_files() -> None:
    folder = os.environ.get("DFIX_CORPUS")
    if folder is None:
        pytest.skip("DFIX_CORPUS names no folder")
    files = [path for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    assert files
    for path in files:
        if path.suffix in {".tsv", ".md"}:
            continue
        tree = parse(path.read_bytes())
        found = plan(tree)
        assert found.difference(plan(tree)) == (), path
        assert plan_text(found) is not None
