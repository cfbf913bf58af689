"""The shell view of a RUN: what has none first."""

import pytest

from dfix import Facts, Run, parse
from dfix.facts.scripts import commands_of, has_posix_shell, script_of

UNREAD = {
    "heredoc": "RUN <<EOF\ntrue\nEOF\n",
    "exec-form": 'RUN ["true"]\n',
    "broken": "RUN if\n",
}


def run_of(lines: str) -> tuple[Facts, Run]:
    facts = Facts(parse("FROM alpine:3.20\n" + lines))
    (found,) = (each for each in facts.tree.instructions if isinstance(each, Run))
    return facts, found


@pytest.mark.parametrize("lines", UNREAD.values(), ids=UNREAD)
def test_unread(lines: str) -> None:
    facts, found = run_of(lines)
    assert script_of(found, facts.tree.escape) is None


def test_read() -> None:
    facts, found = run_of("RUN a \\\n  && b\n")
    script = script_of(found, facts.tree.escape)
    assert script is not None
    assert [command.words() for command in script.commands] == [("a",), ("b",)]


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        ("", True),
        ('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n', True),
        ('SHELL ["/bin/ash", "-eo", "pipefail", "-c"]\n', True),
        ('SHELL ["pwsh", "-c"]\n', False),
        ('SHELL ["cmd", "/S", "/C"]\n', False),
        ('SHELL ["python3", "-c"]\n', False),
    ],
)
def test_posix_shell(shell: str, expected: bool) -> None:
    facts, found = run_of(shell + "RUN true\n")
    assert has_posix_shell(facts, found) is expected


DOCUMENTS = {
    "plain": ("RUN <<EOF\na\nb\nEOF\n", ["a", "b"]),
    "for-a-named-shell": ("RUN <<EOF bash\na\nEOF\n", ["a"]),
    "with-a-shebang": ("RUN <<EOF\n#!/bin/bash\na\nEOF\n", ["a"]),
    "for-another-program": ("RUN <<EOF\n#!/usr/bin/env python3\na\nEOF\n", []),
    "input-of-a-command": ("RUN cat <<EOF >x\na\nEOF\n", []),
    "line": ("RUN a && b\n", ["a", "b"]),
    "exec-form": ('RUN ["a"]\n', []),
    "broken": ("RUN if\n", []),
    "another-shell": ('SHELL ["pwsh", "-c"]\nRUN a\n', []),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_commands(case: str) -> None:
    lines, names = DOCUMENTS[case]
    facts, found = run_of(lines)
    commands = list(commands_of(facts, found))
    assert [command.words()[0] for _, command in commands] == names
    assert all(node in {found.command, *found.heredocs} for node, _ in commands)
