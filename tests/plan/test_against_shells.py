"""What the plan calls equal is equal when real shells run it.

Random texts are run as separate shells, as RUNs are, and joined in many ways. Two small programs log
what they are called with and what they see. Where the plan shows no difference but the boundary, the
logs and the outcomes must be the same.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfix.plan import Plan
from tests.plan.reading import planned

SHELLS = [
    (path, *options)
    for name in ("dash", "bash")
    if (path := shutil.which(name)) is not None
    for options in (("-c",), ("-ec",))
]
pytestmark = pytest.mark.skipif(not SHELLS, reason="neither dash nor bash is here")

ATOMS = st.sampled_from(
    [
        "ok 1",
        "ok $a $A",
        "no 3",
        "true",
        "false",
        "! no 1",
        "! ok 2",
        "exit 0",
        "exit 3",
        "cd sub",
        "cd sub/..",
        "cd sub || exit 1",
        "a=1",
        "A=1",
        "A=3 ok 8",
        "A=4 :",
        "a=$a$a",
        "export A=2",
        "export A=$A$A",
        "export a",
        "unset A",
        "readonly a",
        "set -e",
        "set +e",
        "set -u",
        "umask 077",
        ": ${a:=5}",
        "ok $(no 5; ok 6)",
        "ok $(set -e; no 5; ok 6)",
        "ok $(ok 7)",
        "x=$(no 5)",
        "f() { ok 9; }",
        "f",
        "eval 'no 6; ok 7'",
        ". $S",
        "ok 1 `# x; y`",
        '[ "$a" ]',
        "exec ok 3",
    ]
)


def lists(statements: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(statements, min_size=1, max_size=3).map("; ".join)


def compounds(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = lists(inner)
    chain = st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(" ".join)
    return st.one_of(
        chain,
        chain,
        chain,
        body.map("{{ {}; }}".format),
        body.map("( {} )".format),
        body.map("for i in 1 2; do {}; done".format),
        body.map("case x in x) {};; esac".format),
        body.map("{{ {}; }} 2>/dev/null".format),
        inner.map("{} | cat".format),
        st.tuples(inner, body).map(lambda two: f"if {two[0]}; then {two[1]}; fi"),
    )


TEXTS = lists(st.recursive(ATOMS, compounds, max_leaves=5))


def joins(first: str, second: str) -> Iterator[str]:
    yield f"{first} && {second}"
    yield f"{first}; {second}"
    yield f"{{ {first}; }} && {second}"
    yield f"{first} && {{ {second}; }}"
    yield f"{{ {first}; }} && {{ {second}; }}"


class Machine:
    """A place to run texts in, and to see what came of them."""

    def __init__(self, root: Path) -> None:
        self.log = root / "log"
        self.script = root / "script"
        self.work = root / "work"
        (self.work / "sub" / "sub" / "sub").mkdir(parents=True)
        self.programs = root / "bin"
        self.programs.mkdir()
        for name, status in (("ok", 0), ("no", 1)):
            program = self.programs / name
            program.write_text(
                f'#!/bin/sh\necho "{name} $* $PWD A=$A $(umask)" >>"$LOG"\nexit {status}\n'
            )
            program.chmod(0o755)
        self.script.write_text("no 8\nok 9\n")

    def outcome(self, shell: Sequence[str], texts: Sequence[str]) -> tuple[str, bool]:
        """What is logged, and whether the build would go on."""
        self.log.write_text("")
        succeeded = all(self.run(shell, text) == 0 for text in texts)
        return self.log.read_text(), succeeded

    def run(self, shell: Sequence[str], text: str) -> int:
        path = f"{self.programs}:/usr/local/bin:/usr/bin:/bin"
        return subprocess.run(
            [*shell, text],
            cwd=self.work,
            env={"PATH": path, "LOG": str(self.log), "S": str(self.script)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=20,
            check=False,
        ).returncode


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine"))


def plan_of(shell: Sequence[str], *texts: str) -> Plan:
    return planned("FROM a", f"SHELL {json.dumps(shell)}", *(f"RUN {text}" for text in texts))


def differs(before: Plan, after: Plan) -> bool:
    return any(change.item != "boundary" for change in before.difference(after))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SHELLS), TEXTS, TEXTS)
def test_joins_that_the_plan_calls_equal(
    machine: Machine, shell: Sequence[str], first: str, second: str
) -> None:
    separate = plan_of(shell, first, second)
    for joined in joins(first, second):
        if not differs(separate, plan_of(shell, joined)):
            assert machine.outcome(shell, [joined]) == machine.outcome(shell, [first, second])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("cd sub", "ok 1"),
        ("export A=1", "ok 1"),
        ("umask 077", "ok 1"),
        ("f() { no 1; }", "f || ok 2"),
        ("exit 0", "ok 1"),
        ("no 1", "ok 1 || ok 2"),
        ("set -e; no 1", "ok 2; ok 3"),
    ],
)
def test_a_difference_is_seen_on_the_machine(machine: Machine, first: str, second: str) -> None:
    shell = SHELLS[0]
    naive = f"{first} && {second}"
    assert machine.outcome(shell, [first, second]) != machine.outcome(shell, [naive])
    assert differs(plan_of(shell, first, second), plan_of(shell, naive))


@pytest.mark.parametrize("shell", SHELLS, ids="-".join)
def test_true_joins_are_equal_on_the_machine(machine: Machine, shell: Sequence[str]) -> None:
    first, second = "ok 1 || no 2", "ok 3 | cat"
    joined = f"{{ {first}; }} && {second}"
    assert not differs(plan_of(shell, first, second), plan_of(shell, joined))
    assert machine.outcome(shell, [joined]) == machine.outcome(shell, [first, second])
