"""Editing the commands of a RUN: the text around an edit stays, and what changes is told."""

from collections.abc import Callable

import pytest

from dfix import Change, Facts, Run, parse
from dfix.facts.rewriting import Rewrite, Rewritten
from dfix.plan.difference import effect_text
from dfix.shell import Word

F = "FROM debian:12\n"


def rewrite(text: str) -> Rewrite:
    facts = Facts(parse((F + text).encode()))
    run = facts.tree.instructions[1]
    assert isinstance(run, Run)
    found = Rewrite.of(facts, run)
    assert found is not None
    return found


def argument(edit: Rewrite, value: str) -> Word:
    return next(
        word
        for command in edit.script.commands
        for word in (command.name, *command.arguments)
        if word is not None and word.value == value
    )


def insert(edit: Rewrite) -> None:
    edit.insert_after(argument(edit, "add"), "--no-cache")


def remove_b(edit: Rewrite) -> None:
    edit.remove(argument(edit, "b"))


def remove_second(edit: Rewrite) -> None:
    edit.remove_link(edit.script.statements[1])


def remove_first(edit: Rewrite) -> None:
    edit.remove_link(edit.script.statements[0])


def remove_two(edit: Rewrite) -> None:
    edit.remove_link(edit.script.statements[0])
    edit.remove_link(edit.script.statements[1])


def append(edit: Rewrite) -> None:
    edit.append("rm -rf /x")


def follow_first(edit: Rewrite) -> None:
    edit.follow(edit.script.statements[0], "rm -rf /x")


def follow_second(edit: Rewrite) -> None:
    edit.follow(edit.script.statements[1], "rm -rf /x")


def require_second(edit: Rewrite) -> None:
    edit.require(edit.script.statements[1], "x")


def require_first(edit: Rewrite) -> None:
    edit.require(edit.script.statements[0], "x")


def break_and_remove(edit: Rewrite) -> None:
    edit.remove_link(edit.script.statements[1])
    edit.break_behind(edit.script.statements[1])


EDITED: dict[str, tuple[Callable[[Rewrite], None], str, str]] = {
    "insert": (insert, "RUN apk add a\n", "RUN apk add --no-cache a\n"),
    "insert behind what is not followed": (
        insert, "RUN eval $X; apk add a; b\n", "RUN eval $X; apk add --no-cache a; b\n",
    ),
    "insert behind a variable": (
        insert, "RUN A=$(b) && cd $A && apk add $A && c\n",
        "RUN A=$(b) && cd $A && apk add --no-cache $A && c\n",
    ),
    "insert into the last job": (insert, "RUN a; apk add a &\n", "RUN a; apk add --no-cache a &\n"),
    "insert before a continuation": (
        insert, "RUN apk add \\\n  a \\\n  b\n", "RUN apk add --no-cache \\\n  a \\\n  b\n",
    ),
    "insert in a subshell": (insert, "RUN (apk add a); b\n", "RUN (apk add --no-cache a); b\n"),
    "insert in an if": (
        insert, "RUN if x; then apk add a; fi\n", "RUN if x; then apk add --no-cache a; fi\n",
    ),
    "follow": (follow_first, "RUN a && b\n", "RUN a \\\n  && rm -rf /x && b\n"),
    "follow the last": (follow_second, "RUN a && b\n", "RUN a && b \\\n  && rm -rf /x\n"),
    "follow under errexit": (
        follow_second, "RUN set -e; a; b\n", "RUN set -e; a; \\\n  rm -rf /x; b\n",
    ),
    "follow in a list": (follow_second, "RUN a; b; c\n", "RUN a; b; \\\n  rm -rf /x; c\n"),
    "follow the last of a list": (
        follow_second, "RUN a; b\n", "RUN a; b \\\n  && rm -rf /x\n",
    ),
    "append under errexit": (
        append, "RUN set -e; a; b;\n", "RUN set -e; a; b; \\\n  rm -rf /x\n",
    ),
    "append to a chain under errexit": (
        append, "RUN set -e; a && b\n", "RUN set -e; a && b \\\n  && rm -rf /x\n",
    ),
    "append behind a failing exit": (
        append, "RUN a || exit 1\n", "RUN a || exit 1 \\\n  && rm -rf /x\n",
    ),
    "require": (require_second, "RUN a && b\n", "RUN a && x && b\n"),
    "require on lines": (require_second, "RUN a \\\n && b\n", "RUN a \\\n && x \\\n && b\n"),
    "require in front": (require_first, "RUN a b\n", "RUN x && a b\n"),
    "break": (break_and_remove, "RUN a && b && c\n", "RUN a \\\n  && c\n"),
    "remove": (remove_b, "RUN apk add a b c\n", "RUN apk add a c\n"),
    "remove the last": (remove_b, "RUN apk add a b\n", "RUN apk add a\n"),
    "remove a line": (remove_b, "RUN apk add a \\\n  b \\\n  c\n", "RUN apk add a \\\n  c\n"),
    "remove the last line": (remove_b, "RUN apk add a \\\n  b\n", "RUN apk add a\n"),
    "remove below a comment": (
        remove_b, "RUN apk add a \\\n# b\n  b \\\n  c\n", "RUN apk add a \\\n# b\n  c\n",
    ),
    "remove a link": (remove_second, "RUN a && b && c\n", "RUN a && c\n"),
    "remove of a list": (remove_second, "RUN a; b; c\n", "RUN a; c\n"),
    "remove the first of a list": (remove_first, "RUN a; b; c\n", "RUN b; c\n"),
    "remove the last link": (remove_second, "RUN a \\\n  && b\n", "RUN a\n"),
    "remove the first link": (remove_first, "RUN a \\\n  && b\n", "RUN b\n"),
    "remove the first two links": (remove_two, "RUN a && b && c\n", "RUN c\n"),
    "remove the first two of a list": (remove_two, "RUN a; b; c\n", "RUN c\n"),
    "remove the first two of a list and a chain": (remove_two, "RUN a; b && c\n", "RUN c\n"),
    "remove the first two of a chain and a list": (remove_two, "RUN a && b; c\n", "RUN c\n"),
    "remove a link behind a note": (
        remove_second, "RUN a \\\n `# b` \\\n && b\n", "RUN a \\\n `# b`\n",
    ),
    "append": (append, "RUN a\n", "RUN a \\\n  && rm -rf /x\n"),
    "append in the RUN's own style": (
        append, "RUN a && \\\n    b\n", "RUN a && \\\n    b && \\\n    rm -rf /x\n",
    ),
    "append behind a semicolon": (append, "RUN a;\n", "RUN a \\\n  && rm -rf /x\n"),
    "append to alternatives": (append, "RUN a || b\n", "RUN a || b \\\n  && rm -rf /x\n"),
    "append with line feeds of DOS": (
        append, "RUN a \\\r\n && b\r\n", "RUN a \\\r\n && b \\\r\n && rm -rf /x\r\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITED)
def test_edited(name: str) -> None:
    edit, before, after = EDITED[name]
    head = F.replace("\n", "\r\n") if "\r" in before else F
    facts = Facts(parse((head + before).encode()))
    run = facts.tree.instructions[1]
    assert isinstance(run, Run)
    rewriting = Rewrite.of(facts, run)
    assert rewriting is not None
    edit(rewriting)
    result = rewriting.result()
    assert isinstance(result, Rewritten), result
    changed = facts.tree.with_changes(instructions=(facts.tree.instructions[0], result.run))
    assert changed.code.decode() == head + after
    # Told is exactly what changes.
    old = [effect_text(each) for each in facts.plan.stages[0].effects]
    new = [effect_text(each) for each in Facts(parse(changed.code)).plan.stages[0].effects]
    for change in result.expects:
        assert change.item == "effect"
        if change.old is not None:
            old.remove(change.old)
        else:
            new.remove(str(change.new))
    assert old == new


def test_what_is_told_of_a_nested_edit() -> None:
    edit = rewrite("RUN x && if y; then apk add  a; fi && z\n")
    insert(edit)
    result = edit.result()
    assert isinstance(result, Rewritten)
    assert set(result.expects) == {
        Change(0, "effect", "if y; then apk add a; fi", None),
        Change(0, "effect", None, "if y; then apk add --no-cache a; fi"),
    }


REFUSED: dict[str, tuple[Callable[[Rewrite], None], str, str]] = {
    "require of an alternative": (require_first, "RUN a || b\n", "no plain link"),
    "require under errexit": (require_second, "RUN set -e; a; b\n", "no plain link"),
    "append behind a comment": (append, "RUN a # b\n", "swallow"),
    "append behind a background job": (append, "RUN a &\n", "background"),
    "append behind a strict block": (append, "RUN a && { set -e; b; c; }\n", "pass unnoticed"),
    "append behind what may be strict": (append, "RUN a && . b\n", "pass unnoticed"),
    "append behind a block under errexit": (append, "RUN set -e; if a; then b; fi\n", "last `if`"),
    "follow before an alternative": (
        lambda edit: edit.follow(edit.script.statements[0], "x"), "RUN a && b || c\n", "with ||",
    ),
    "precede before an alternative": (
        lambda edit: edit.precede(edit.script.statements[0], "x"), "RUN a && b || c\n", "with ||",
    ),
    "append behind exit": (append, "RUN a && exit 0\n", "ends the shell"),
    "append behind exec": (append, "RUN exec a\n", "ends the shell"),
    "the only link": (remove_first, "RUN a\n", "nothing would be left"),
    "a link that others hang on": (remove_first, "RUN a || b\n", "no plain link"),
    "a link of a list": (remove_second, "RUN a; b\n", "no plain link"),
    "an alternative": (remove_second, "RUN a && b || c\n", "no plain link"),
    "a link with a comment line": (remove_second, "RUN a \\\n# b\n && b\n", "comment"),
    "a word below a comment": (remove_b, "RUN a \\\n# b\n  b\n", "comment"),
    "nothing": (lambda _: None, "RUN a\n", "nothing to edit"),
    "a job in the background": (insert, "RUN apk add a & b\n", "the same shell"),
    "a function": (insert, "RUN f() { apk add $1; }; f a\n", "the same shell"),
    "a function of that name": (insert, "RUN apk() { b $1; }; apk add a\n", "apk is a function"),
    "a function of that name, with its word": (
        insert, "RUN function apk { b; } && c && apk add a\n", "apk is a function",
    ),
    "an alias of that name": (insert, "RUN alias apk='b c' && apk add a\n", "or an alias"),
    "a loop whose variable is left": (
        insert, "RUN for i in a; do apk add $i; done; echo $i\n", "the same shell",
    ),
    "what may change the shell": (insert, "RUN { eval $X || apk add a; }; b\n", "the same shell"),
    "the output as a variable": (insert, "RUN A=$(apk add a); b $A\n", "the same shell"),
    "the output in the environment": (insert, "RUN export A=$(apk add a); b\n", "the same shell"),
    "a directory by a command": (insert, "RUN cd $(apk add a) && b\n", "the same shell"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    edit, text, reason = REFUSED[name]
    rewriting = rewrite(text)
    edit(rewriting)
    result = rewriting.result()
    assert isinstance(result, str)
    assert reason in result


@pytest.mark.parametrize(
    "text",
    [
        'RUN ["a"]\n',
        "RUN <<EOF\na\nEOF\n",
        "RUN a 'b\n",
        'SHELL ["powershell"]\nRUN a\n',
        "ONBUILD RUN a\n",
    ],
)
def test_what_is_no_shell_text_has_no_rewriting(text: str) -> None:
    facts = Facts(parse((F + text).encode()))
    last = facts.tree.instructions[-1]
    run = getattr(last, "instruction", None) or last
    assert isinstance(run, Run)
    assert Rewrite.of(facts, run) is None


LAYOUTS = {
    "one line": ("RUN a && b\n", "RUN a && b \\\n  && rm -rf /x\n"),
    "leading, no indentation": (
        "RUN a \\\n&& b\n",
        "RUN a \\\n&& b \\\n&& rm -rf /x\n",
    ),
    "trailing, no indentation": (
        "RUN a && \\\nb && \\\nc\n",
        "RUN a && \\\nb && \\\nc && \\\nrm -rf /x\n",
    ),
    "a list": ("RUN a; \\\nb\n", "RUN a; \\\nb && \\\nrm -rf /x\n"),
    "a strict list": (
        "RUN set -e; \\\n\ta; \\\n\tb\n",
        "RUN set -e; \\\n\ta; \\\n\tb; \\\n\trm -rf /x\n",
    ),
    "deeper lines of a block": (
        "RUN a; \\\n  for i in 1 2; do \\\n      b; \\\n      c; \\\n  done; \\\n  d\n",
        "RUN a; \\\n  for i in 1 2; do \\\n      b; \\\n      c; \\\n  done; \\\n  d && \\\n"
        "  rm -rf /x\n",
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_appended_stands_as_the_rest_of_the_run(name: str) -> None:
    before, after = LAYOUTS[name]
    rewriting = rewrite(before)
    append(rewriting)
    result = rewriting.result()
    assert isinstance(result, Rewritten)
    assert result.run.code == after
