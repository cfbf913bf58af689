"""Plans and differences as text and as data."""

import json

from dfix.plan import changes_data, changes_text, plan_data, plan_text
from tests.plan.reading import planned

FILE = (
    "FROM golang:1 AS build",
    "ENV A=1",
    "WORKDIR /src",
    "COPY --chown=1 . .",
    "RUN a; cd /x && b",
    "RUN (c; d)",
    "FROM scratch",
    'ENTRYPOINT ["a", "b c"]',
    "COPY --from=build /a /a",
)


def test_a_plan_for_people() -> None:
    assert plan_text(planned(*FILE)) == (
        """\
stage 0, build: from golang:1
  [0] -> WORKDIR /src
  [1] -> COPY . /src/  (does=copy, owner=1)
      cwd: /src
      env: A=1
  [2] RUN a  (failure ignored)
  [3] RUN cd /x
      cwd: /x
  [4] RUN b
  [5] ----
      cwd: /src
  [6] RUN (c; d)  (failures inside ignored)
  env.A = 1
  workdir = /src
stage 1, final: from scratch
  [0] -> COPY /a /a  (does=copy, origin=stage 0)
  entrypoint = ["a", "b c"]
  cmd = none
"""
    )


def test_a_plan_as_data() -> None:
    data = json.loads(json.dumps(plan_data(planned(*FILE))))
    build, final = data["stages"]
    assert [each["effect"] for each in build["effects"]] == [
        "workdir",
        "transfer",
        "run",
        "run",
        "run",
        "boundary",
        "run",
    ]
    assert build["effects"][4]["cwd"] == "/x"
    assert build["effects"][4]["env"] == {"A": "1"}
    assert final["effects"][0]["origin"] == "stage 0"
    assert (final["config"]["cmd"], final["config"]["user"]) == ([], None)


def test_equal_plans_print_nothing() -> None:
    changes = planned(*FILE).difference(planned(*FILE))
    assert (changes_text(changes), changes_data(changes)) == ("", [])


def test_differences_for_people() -> None:
    other = [*FILE, "USER 1"]
    other[1] = "ENV A=2"
    other[4] = "RUN a; cd /x && b && e"
    other[5] = "RUN x"
    assert changes_text(planned(*FILE).difference(planned(*other))) == (
        """\
~ build.effects[2].env (and 2 more):
    A=1
 -> A=2
- build.effects[6]: (c; d)
+ build.effects[5]: e
+ build.effects[7]: x
~ build.config.env.A:
    1
 -> 2
+ final.config.user: 1
"""
    )


def test_differences_as_data() -> None:
    found = changes_data(planned("FROM a", "RUN x").difference(planned("FROM a", "RUN y")))
    assert found == [
        {"path": "final.effects[0]", "stage": 0, "item": "effect", "old": "x", "new": "y"}
    ]


def test_lines_stay_lines() -> None:
    plan = planned("FROM a", "COPY <<EOF /x", "a", "EOF", "RUN <<EOF", "b", "EOF")
    assert "[1] RUN <<EOF\\nb\\nEOF\\n" in plan_text(plan)
