"""Makes the changes that ShellCheck suggests, as far as they are proven to change nothing."""

from typing import ClassVar

from dfix import Dockerfile, Fixer, Invalid, Level, Option, Phase, Rewrite, Run, Valid
from dfix.facts.commands import name_of
from dfix.facts.shell_advice import Suggestion

from ._suggestions import backquotes, plain_variable, raw_edits

_DIALECTS = {"bash": "bash", "dash": "dash", "ash": "dash", "ksh": "ksh"}
#: Commands that may set any variable.
_SETTING = frozenset({"eval", ".", "source", None})
_NO_TOOL = "nobody here runs ShellCheck"


class Shellcheck(Fixer):
    """Makes the changes that ShellCheck suggests, as far as they are proven to change nothing.

    **Why**

    ShellCheck not only finds what is wrong with a shell text, it also says how to write it. Some of
    its suggestions are the same in other words; others mean something else, and are for a person.

    **When it is applied**

    To backquotes, which become `$(...)` (SC2006), and to variables without quotes, which get them
    where ENV sets them to a text that no shell splits or takes for a pattern (SC2086). One code at a
    time: the option `codes` names those that count. ShellCheck itself comes with
    `pip install 'dfix[shellcheck]'`.

    **When it is refused**

    Where the suggestion may change what is done: other codes, variables from anywhere else, and
    backquotes around what would be read otherwise between parentheses.
    """

    message = "ShellCheck suggests another way to write this"
    level = Level.SAFE
    phase = Phase.STYLE
    aliases = ("SC2006", "SC2086")
    practices = ()
    plan_paths = ("effect",)
    reference = "https://www.shellcheck.net/wiki/"
    default = False
    options: ClassVar = {
        "codes": Option("SC2006,SC2086", "codes whose changes are made, with commas"),
    }
    VALID = (
        Valid("FROM debian:12\nRUN x=$(date) && echo \"$x\"\n"),
        Valid("FROM debian:12\nRUN echo \"`date`\"\n", why="not asked for", options={"codes": "SC2086"},
              refused=True),
        Valid("FROM debian:12\nRUN x=`echo \\`date\\``\n", why="backslashes", refused=True),
        Valid("FROM debian:12\nRUN x=`(date)`\n", why="`$((` begins another thing", refused=True),
        Valid("FROM debian:12\nRUN cd /a; make\n", why="a failure would count", refused=True),
        Valid("FROM debian:12\nARG F\nRUN touch $F\n", why="it may be two words", refused=True),
        Valid("FROM debian:12\nENV F=\"a b\"\nRUN touch $F\n", why="it is two", refused=True),
    )  # fmt: skip
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN mkdir /a && \\\n    echo \"on `date`\" > /a/built\n",
            "FROM debian:12\nRUN mkdir /a && \\\n    echo \"on $(date)\" > /a/built\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM debian:12\nENV V=1.2.3\nRUN tar xf app-$V.tar\n",
            "FROM debian:12\nENV V=1.2.3\nRUN tar xf app-\"$V\".tar\n",
            why="ENV says what it is",
            level=Level.STANDARD,
        ),
    )  # fmt: skip

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Asks about all shell texts of the file together."""
        runs = [each for each in tree.instructions if isinstance(each, Run)]
        rewrites = [each for run in runs if (each := Rewrite.of(self.facts, run)) is not None]
        if not rewrites:
            return
        tool = self.facts.surroundings.shell_advice
        answers: object = _NO_TOOL
        if tool is not None:
            answers = tool.suggestions(
                tuple((self._dialect(each.run), each.script.cooked) for each in rewrites)
            )
        if not isinstance(answers, tuple):
            self.refuse(rewrites[0].run, str(answers))
            return
        for rewrite, found in zip(rewrites, answers, strict=True):
            self._look(rewrite, found)

    def _dialect(self, run: Run) -> str:
        """The shell that reads a RUN, as ShellCheck calls it."""
        for word in self.facts.plan.before(run).shell or ():
            name = word.rpartition("/")[2]
            if name in _DIALECTS:
                return _DIALECTS[name]
        return "sh"

    def _look(self, rewrite: Rewrite, suggestions: tuple[Suggestion, ...]) -> None:
        """Proposes the changes of the first code that has any; the next one has its turn after it."""
        wanted = {each.strip().upper() for each in self.option("codes").split(",")}
        chosen = ""
        for each in sorted(suggestions, key=lambda one: one.code):
            told = f"{each.code}: {each.message}"
            if each.code not in wanted:
                self.refuse(rewrite.run, f"the option `codes` has it not; {told}")
                continue
            reason = self._objection(rewrite, each)
            edits = raw_edits(rewrite.script, each)
            if reason or edits is None:
                self.refuse(rewrite.run, f"{reason or 'it goes over several lines'}; {told}")
            elif chosen in {"", each.code}:
                chosen = each.code
                for span, text in edits:
                    rewrite.substitute(span, text)
        if chosen:
            plain = chosen == "SC2006"
            self.propose(
                rewrite,
                level=Level.SAFE if plain else Level.STANDARD,
                reason=f"{chosen}: {_SAME[chosen]}",
            )

    def _objection(self, rewrite: Rewrite, suggestion: Suggestion) -> str:
        """Why it is not proven that a change leaves the meaning as it is; empty where it is."""
        if suggestion.code == "SC2006":
            return backquotes(rewrite.script, suggestion)
        if suggestion.code != "SC2086":
            return "the change may do something else"
        if any(name_of(each) in _SETTING for each in rewrite.script.commands):
            return "a command may set the variable anew"
        if any(each.name == "mount" and "env" in each.text.lower() for each in rewrite.run.flags):
            return "a secret may stand in the variable"
        env = self.facts.open_plan.before(rewrite.run).env
        return plain_variable(rewrite.script, suggestion, env)


_SAME = {
    "SC2006": "the same in parentheses",
    "SC2086": "ENV sets it to a text that is one word with quotes and without",
}
