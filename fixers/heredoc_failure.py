"""Reports here-documents of RUN whose commands may fail without a trace."""

import re
from collections.abc import Sequence

from dfix import Fixer, Heredoc, Phase, Reported, Run, ShellForm, Valid, regex
from dfix.facts.commands import literal_arguments, name_of
from dfix.facts.scripts import Command, ShellScript, Statement, scripts_of

#: What fails never, or leaves nothing to be missed.
_SPEAKING = frozenset({"echo", "printf", "export", "set", ":", "true", "shift", ""})
_ERREXIT = regex(r"(?:^|\s)-[A-Za-z]*e|errexit")


class HeredocFailure(Fixer):
    """Reports here-documents of RUN whose commands may fail without a trace.

    **Why**

    The shell reads `RUN <<EOF` line by line, and the status of the last line is the status of all.
    An install that fails in the first line leaves an image without the package, and the build goes
    on: with `&&` in a plain RUN it would have stopped.

    **When it is reported**

    When a line before the last runs something that can fail, and `set -e` is not in force there.

    **What to do**

    Write `set -e` as the first line of the document, or as the second below a `#!`. Look first for
    commands that are meant to fail (`grep` without a match, a `rm` of what may not be there), and end
    those with `|| true`.
    """

    message = "a failure within the here-document does not stop the build"
    phase = Phase.SHELL
    practices = ("04",)
    reference = "https://docs.docker.com/reference/dockerfile/#here-documents"
    VALID = (
        Valid("FROM debian:12\nRUN <<EOF\nset -e\nmake\nmake install\nEOF\n"),
        Valid("FROM debian:12\nRUN <<EOF\nmake && make install\nEOF\n"),
        Valid("FROM debian:12\nRUN <<EOF\necho building\nmake\nEOF\n"),
        Valid("FROM debian:12\nRUN <<EOF bash -eu\nmake\nmake install\nEOF\n"),
        Valid("FROM debian:12\nRUN <<EOF\n#!/bin/sh -e\nmake\nmake install\nEOF\n"),
        Valid("FROM debian:12\nRUN <<EOF python3\nimport os\nos.sync()\nEOF\n"),
        Valid("FROM debian:12\nRUN make; make install\n", why="this is no here-document"),
        Valid(
            "FROM debian:12\nRUN <<EOF\nrm a || true\nmake\nEOF\n",
            why="that it may fail is what the line says",
        ),
    )
    REPORTED = (
        Reported(
            "FROM centos:8\nRUN <<EOF\n  yum -y install httpd\n  rm -Rf /var/cache/yum\nEOF\n",
            line=2,
        ),
        Reported(
            "FROM debian:12\nRUN <<EOF bash\nset -u\nmake\nset -e\nmake install\nEOF\n", line=2
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Looks for the first command whose failure nothing sees."""
        argv = self.facts.plan.before(node).shell or ()
        for document, script in scripts_of(self.facts, node):
            if not isinstance(document, Heredoc) or not isinstance(node.command, ShellForm):
                continue
            head = document.body.partition("\n")[0]
            caller = head if head.startswith("#!") else node.command.value
            named = head.startswith("#!") or len(caller.split()) > 1
            options = caller if named else " ".join(argv[1:])
            if _ERREXIT.search(options):
                continue
            lost = _lost(script)
            if lost is not None:
                text = " ".join(script.text[lost.span.start : lost.span.end].split())
                # A document that begins with `#!` is run by that program, and by no other line.
                place = (
                    "right below its first line" if head.startswith("#!") else "as its first line"
                )
                self.advise(
                    node,
                    f"when `{text[:50]}` fails the build goes on: write `set -e` into the document,"
                    f" {place}",
                )


def _lost(script: ShellScript) -> Statement | None:
    """The first statement whose failure is not seen by anything."""
    statements = script.statements
    last = max(
        (at for at, each in enumerate(statements) if each.operator not in {"&&", "||"}), default=0
    )
    for at, each in enumerate(statements[:last]):
        if each.command is not None and _sets_errexit(each.command):
            return None
        if _is_answered(statements, at):
            continue
        if each.kind != "function" and not (
            each.command is not None and name_of(each.command) in _SPEAKING
        ):
            return each
    return None


def _is_answered(statements: Sequence[Statement], at: int) -> bool:
    """Whether a list ends in `|| true` or the like, so that it was meant to go on."""
    end = at
    while end + 1 < len(statements) and statements[end + 1].operator in {"&&", "||"}:
        end += 1
    command = statements[end].command
    name = None if command is None else name_of(command)
    return (
        statements[end].operator == "||"
        and name is not None
        # A document with the line ends of Windows means the same, whatever its shell makes of it.
        and name.removesuffix("\r") in {*_SPEAKING, "exit"}
    )


def _sets_errexit(command: Command) -> bool:
    return name_of(command) == "set" and any(
        value is None or value == "errexit" or re.match(r"-[A-Za-z]*e", value)
        for value in literal_arguments(command)
    )
