"""Editing the commands of a RUN, word by word, with the difference to the plan that follows.

What is not edited stays as it stands in the file: blanks, continuations and comment lines. The
expected difference is read off the chain that an edit stands in, by itself; that nothing else of the
build changes is for the engine to find.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

from msgspec import Struct

from dfix.facts.commands import own_call
from dfix.facts.run_layout import gap_before, habits_of
from dfix.facts.scripts import has_posix_shell, script_of
from dfix.facts.statements import statements_of
from dfix.layout import Habits
from dfix.nodes import Run, ShellForm
from dfix.plan import Change
from dfix.plan.bindings import Bindings
from dfix.plan.difference import between
from dfix.plan.memory import fails
from dfix.plan.statements import Scene, statements
from dfix.shell import Command, ShellScript, Statement, Word, parse_shell
from dfix.text import Span

if TYPE_CHECKING:
    from dfix.facts import Facts

_SCENE = Scene(Bindings(), "/", None, None, ())
#: What is known of a shell in the words of the commands that ran in it.
_REMEMBERED = frozenset({"effect.after", "effect.cwd", "effect.env", "effect.variables"})
_ENDS_THE_SHELL = frozenset({"exec", "exit", "return"})
_COMPOUND = frozenset({"if", "for", "while", "case", "other"})


class Rewritten(Struct, frozen=True):
    """A RUN with its edits made, and the difference to the plan that they are meant to make."""

    run: Run
    expects: tuple[Change, ...]


class Rewrite:
    """Edits of one RUN in shell form, collected one by one and made together by `result`.

    Words and statements that edits name are those of `script`. A method that finds no safe way
    notes the reason, which `result` then gives in place of the RUN.
    """

    def __init__(self, facts: "Facts", run: Run, script: ShellScript) -> None:
        self.facts = facts
        self.run = run
        self.script = script
        self._edits: list[tuple[Span, str]] = []
        self._links: list[str] = []
        self._removed = self._added = 0
        self._unlisted: list[Statement] = []
        self._fronts: list[Statement] = []  # taken out with the operator behind them
        self._reason = ""

    @classmethod
    def of(cls, facts: "Facts", run: Run) -> "Rewrite | None":
        """The rewriting of `run`; None for what cannot be edited.

        That is so for heredocs, the exec form, text that does not parse, a shell that is known to
        be none of POSIX, and within ONBUILD.
        """
        if facts.stages.holding(run) is None:
            return None
        if not has_posix_shell(facts, run) or facts.bases.is_windows(run):
            return None
        script = script_of(run, facts.tree.escape)
        return None if script is None or not script.statements else cls(facts, run, script)

    @property
    def habits(self) -> Habits:
        """How this RUN is laid out; as the file is where it is on one line."""
        links = habits_of(self.facts.habits, self.script)
        if links is not None:
            return links
        own = Habits.of(self.facts.tree.with_changes(instructions=(self.run,)))
        file = self.facts.habits
        command = self.run.command
        text = command.text if isinstance(command, ShellForm) else ""
        if "\n" not in text or not re.search(r"&&|\|\|", text):
            return file
        return own

    @property
    def is_edited(self) -> bool:
        """Whether any edit was asked for."""
        return bool(self._edits or self._links or self._reason)

    def insert_after(self, word: Word, text: str) -> None:
        """Puts `text` behind `word`, with a blank between them."""
        self._edits.append((Span(word.span.end, word.span.end), f" {text}"))

    def insert_before(self, word: Word, text: str) -> None:
        """Puts `text` in front of `word`, with a blank between them."""
        self._edits.append((Span(word.span.start, word.span.start), f"{text} "))

    def replace(self, word: Word, text: str) -> None:
        """Puts `text` in the place of `word`."""
        self._edits.append((word.span, text))

    def substitute(self, span: Span, text: str) -> None:
        """Puts `text` in the place of a range of the script's raw text, within one statement."""
        self._edits.append((span, text))

    def remove(self, word: Word) -> None:
        """Takes `word` out with the blanks in front of it, and its line where it stands alone."""
        self._remove(word.span)

    def unwrap(self, command: Command) -> None:
        """Takes the name off, so that the first argument is the command."""
        if command.name is None or not command.arguments:
            self._reason = "there is no command behind the first word"
            return
        span = Span(command.name.span.start, command.arguments[0].span.start)
        if "#" in self.script.text[span.start : span.end]:
            self._reason = "a comment stands in the way"
            return
        if any(span.start < each.span.start < span.end for each in command.redirects):
            self._reason = "a redirection stands in the way"
            return
        self._edits.append((span, ""))

    def append(self, command: str) -> None:
        """Adds `&& command` at the end, on a line of its own.

        It runs only where all before it went well; in a list under `set -e` it is joined by `;`. Not
        possible behind a comment, a background job, or what ends the shell.
        """
        last = self.script.statements[-1]
        if self._swallowed():
            self._reason = "a comment at the end would swallow what is added"
        elif last.background:
            self._reason = "the last command runs in the background"
        elif any(
            each.name is not None
            and not each.subshell
            and each.name.value in _ENDS_THE_SHELL
            and not fails(each)
            for each in self.script.commands
        ):
            self._reason = "a command ends the shell before what would be added"
        elif (
            self._strict and last.operator == "&&" and last.kind not in {"command", "negated"}
        ) or (not self._strict and statements_of(self.facts, self.run)[-1].inside == "aborts"):
            # Behind `a && { set -e; b; c; }` and `. b` a further link would have failures of `b` pass.
            self._reason = "under `set -e` a failure to the left of && would pass unnoticed"
        elif self._strict and last.operator not in {"&&", "||"} and last.kind in _COMPOUND:
            # Its status ends the RUN as the last one; in front of others `set -e` looks past it.
            self._reason = (
                f"under `set -e` a failure in the last `{last.kind}` might pass unnoticed"
            )
        else:
            self._links.append(command)

    def follow(self, statement: Statement, command: str) -> None:
        """Adds `command` right behind a top-level `statement`, to run where that went well.

        It is joined by `&&`, and by `;` within a list: there a failure is ignored as it was, or
        `set -e` is in force and would not see one to the left of `&&`.
        """
        at = self.script.statements.index(statement)
        following = self.script.statements[at + 1 : at + 2]
        if self._refuses_beside(statement, at):
            return
        if not following and self._swallowed():
            self._reason = "a comment at the end would swallow what is added"
            return
        self._added += 1
        end = statement.span.end
        self._edits.append((Span(end, end), self._joint_behind(statement, following) + command))

    def precede(self, statement: Statement, command: str) -> None:
        """Adds `command` right in front of a top-level `statement`, which then follows it."""
        at = self.script.statements.index(statement)
        if self._refuses_beside(statement, at):
            return
        following = self.script.statements[at + 1 : at + 2]
        self._added += 1
        start = statement.span.start
        self._edits.append((Span(start, start), command + self._joint_behind(statement, following)))

    def require(self, statement: Statement, command: str) -> None:
        """Adds `command` in front of a top-level `statement`, which runs only where that went well.

        Not possible in front of a part of a list with `||`, and where `set -e` would no longer see a
        failure to the left of `&&`.
        """
        at = self.script.statements.index(statement)
        following = self.script.statements[at + 1 : at + 2]
        after = following[0].operator if following else ""
        if statement.operator not in {"", "&&"} or after == "||" or statement.background:
            self._reason = "the command is no plain link of a chain of &&"
            return
        if self._strict and following and after != "&&" and not statement.operator:
            self._reason = "under `set -e` a failure to the left of && would pass unnoticed"
            return
        start = statement.span.start
        gap = ""
        if at:
            gap = self.script.text[self.script.statements[at - 1].span.end : start]
        elif following:
            gap = self.script.text[statement.span.end : following[0].span.start]
        joint = self.habits.joint if "\n" in gap else " && "
        self._added += 1
        self._edits.append((Span(start, start), command + joint))

    def break_behind(self, statement: Statement) -> None:
        """Puts the link of a chain that follows `statement` on the same line on one of its own."""
        at = self.script.statements.index(statement)
        for following in self.script.statements[at + 1 : at + 2]:
            gap = Span(statement.span.end, following.span.start)
            if re.fullmatch(r"[ \t]*&&[ \t]*", self.script.text[gap.start : gap.end]):
                self._edits.append((gap, self.habits.joint))

    def _joint_behind(self, statement: Statement, following: Sequence[Statement]) -> str:
        """What joins a command to `statement`, in front of those that follow."""
        habits = self.habits
        alone = statement.operator not in {"&&", "||"} and all(
            each.operator not in {"&&", "||"} for each in following
        )
        listed = len(self.script.statements) > 1
        if (self._strict or following) and alone and listed and statement.kind != "negated":
            return f";{habits.continuation}{habits.indent}"
        return habits.joint

    def _refuses_beside(self, statement: Statement, at: int) -> bool:
        operators = (each.operator for each in self.script.statements[at + 1 :])
        if statement.operator == "||" or statement.background:
            self._reason = "the command is an alternative, or runs in the background"
        elif "||" in takewhile(lambda each: each in {"&&", "||"}, operators):
            self._reason = "the command is part of a list with ||"
        return bool(self._reason)

    def _swallowed(self) -> bool:
        last = self.script.statements[-1]
        return bool(self.script.comments) and self.script.comments[-1].end > last.span.end

    @cached_property
    def _strict(self) -> bool:
        """Whether `set -e` is in force somewhere in the RUN."""
        return any("errexit" in each.options for each in statements_of(self.facts, self.run))

    def remove_link(self, statement: Statement) -> None:
        """Takes a top-level link of a chain or list out, with the operator that joins it."""
        span = self._link(statement)
        if isinstance(span, str):
            self._reason = span
            return
        if self._is_listed(statement):
            self._unlisted.append(statement)
        else:
            self._removed += 1
        if span.start == statement.span.start:
            self._fronts.append(statement)
        self._edits.append((span, ""))

    def _is_listed(self, statement: Statement) -> bool:
        """Whether it is an and-or list by itself, one of several."""
        at = self.script.statements.index(statement)
        behind = [each.operator for each in self.script.statements[at + 1 : at + 2]]
        operator = self._operator(at)
        return operator == ";" or (not operator and behind == [";"])

    def _operator(self, at: int) -> str:
        """What joins the statement at `at` to those before it, as far as they are still there."""
        statements = self.script.statements
        return "" if at and statements[at - 1] in self._fronts else statements[at].operator

    def can_remove_link(self, statement: Statement) -> bool:
        """Whether `remove_link` would find a way."""
        return not isinstance(self._link(statement), str)

    def _link(self, statement: Statement) -> Span | str:
        """The range of a link with the operator that joins it, or why it is none."""
        at = self.script.statements.index(statement)
        following = self.script.statements[at + 1 : at + 2]
        if len(self.script.statements) == 1:
            return "nothing would be left of the RUN"
        operator = self._operator(at)
        after = following[0].operator if following else ""
        behind = after not in {"&&", "||", "&"}  # nothing hangs on it alone
        if (operator == "&&" and after not in {"||", "&"}) or (
            operator == ";" and behind and (following or self._strict)
        ):
            span = Span(self.script.statements[at - 1].span.end, statement.span.end)
        elif not operator and after in {"&&", ";"}:
            span = Span(statement.span.start, following[0].span.start)
        else:
            return "the command is no plain link of a chain"
        if "#" in self.script.text[span.start : span.end]:
            return "a comment would be lost"
        if any(each.start < span.end and span.start < each.end for each, _ in self._edits):
            return "the command is edited in another way as well"
        return span

    def result(self) -> "Rewritten | str":
        """The edited RUN with what it changes, or why it cannot be edited."""
        if self._reason:
            return self._reason
        form = self.run.command
        if not isinstance(form, ShellForm) or not (self._edits or self._links):
            return "there is nothing to edit"
        if own := own_call(self.script, [span for span, _ in self._edits]):
            return f"{own} is a function or an alias here"
        edits = list(self._edits)
        end = self.script.statements[-1]
        if self._links:
            # A `;` at the end would stand between the last command and what is added.
            tail = self.script.text[end.span.end :]
            cut = re.match(r"[ \t]*;", tail) if end.terminated else None
            if end.terminated and cut is None:
                return "what ends the last command cannot be told"
            stop = end.span.end + (cut.end() if cut else 0)
            joint = self._joint_behind(end, ())
            added = "".join(joint + link for link in self._links)
            edits.append((Span(end.span.end, stop), added))
        text = self.script.edited(edits)
        if text is None:
            return "the shell text cannot be edited for certain"
        expects = self._expects()
        if isinstance(expects, str):
            return expects
        if self._is_remembered(text):
            return "what comes after it in the same shell may depend on the command's words"
        return Rewritten(self.run.with_changes(command=ShellForm(form.prefix, text)), expects)

    def _expects(self) -> tuple[Change, ...] | str:
        """The statements that go and come, chain by chain."""
        stage = self.facts.stages.holding(self.run)
        index = stage.index if stage is not None else 0
        changes: list[Change] = []
        balance = self._added - self._removed
        for span, end, edits in self._chains():
            old = self._texts(self.script.text[span.start : span.end] + end)
            new = self._texts(_edited(self.script.text, span, edits) + end)
            balance += len(old) - len(new)
            gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
            changes += [Change(index, "effect", text, None) for text in gone.elements()]
            changes += [Change(index, "effect", None, text) for text in come.elements()]
        for each in self._unlisted:
            gone_texts = self._texts(self.script.text[each.span.start : each.span.end])
            changes += [Change(index, "effect", text, None) for text in gone_texts]
        for link in self._links:
            changes += [Change(index, "effect", None, text) for text in self._texts(link)]
        if balance:
            return "the edit would change how many commands there are"
        return tuple(changes)

    def _is_remembered(self, text: str) -> bool:
        """Whether `text` would leave its later commands a shell that is told of in other words.

        So it is behind `eval`, a function, a job in the background, a variable with the output of a
        command: what those did is not followed, and stands in the plan as they are written.
        """
        old = statements_of(self.facts, self.run)
        if all(
            (each.after, each.cwd, each.env, each.variables) == ((), old[0].cwd, old[0].env, ())
            for each in old
        ):
            return False
        start = old[0]
        scene = Scene(Bindings(start.env), start.cwd, start.user, start.shell, start.flags)
        new = statements(parse_shell(text, self.script.escape), scene)
        return any(change.item in _REMEMBERED for change in between(old, new))

    def _texts(self, text: str) -> list[str]:
        script = parse_shell(text, self.script.escape)
        return [each.text for each in statements(script, _SCENE)]

    def _chains(self) -> Iterator[tuple[Span, str, Sequence[tuple[Span, str]]]]:
        """The and-or lists that are edited, each with what ends it and its edits."""
        lists: list[tuple[Span, str]] = []
        for statement in self.script.statements:
            start = statement.span.start
            if lists and statement.operator in {"&&", "||"}:
                start = lists.pop()[0].start
            lists.append((Span(start, statement.span.end), " &" if statement.background else ""))
        for span, end in lists:
            inside = [
                (each, text)
                for each, text in self._edits
                if span.start <= each.start and each.end <= span.end
            ]
            if inside:
                yield span, end, inside

    def _remove(self, span: Span) -> None:
        text = self.script.text
        gap = gap_before(text[: span.start], self.script.escape)
        if gap is not None:
            self._edits.append((Span(gap, span.end), ""))
            return
        # A comment line stands in front: then the word's own line goes, if it is alone on it.
        start = text.rfind("\n", 0, span.start) + 1
        end = text.find("\n", span.end) + 1
        rest = text[span.end : end].strip()
        if end and rest == self.script.escape and not text[start : span.start].strip():
            self._edits.append((Span(start, end), ""))
        else:
            self._reason = "a comment stands in the way"


def _edited(text: str, span: Span, edits: Sequence[tuple[Span, str]]) -> str:
    """The text of `span` with the edits within it made."""
    pieces: list[str] = []
    at = span.start
    for each, new in sorted(edits, key=lambda edit: edit[0]):
        pieces += (text[at : each.start], new)
        at = each.end
    return "".join((*pieces, text[at : span.end]))
