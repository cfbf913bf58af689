"""Reports lines that another instruction, or a comment of the shell, swallows."""

from collections.abc import Container

from dfix import Dockerfile, Fixer, Instruction, Phase, Reported, Run, ShellForm, Valid, regex
from dfix.facts.scripts import scripts_of

from ._lines import Further, further_keywords, may_have_further, text_of

_JOINT = regex(r"(?:\s*(?:&&|\|\||;|\|))?\s*\Z")
_LONGEST = 60


class SwallowedInstruction(Fixer):
    """Reports lines that another instruction, or a comment of the shell, swallows.

    **Why**

    A line that ends in the escape character takes the next one in, over empty lines and comments as
    well: `ENV X=1` below it is a command of the shell then, and no variable is set. Behind a `#` in
    the middle of a command, all lines that are joined to it are comment.

    **When it is reported**

    When a line within an instruction begins with the keyword of another one, outside of quotes and
    here-documents; and when a comment of the shell goes on over the end of its line.

    **What to do**

    End the line above without the escape character (and without `&&`), or take the keyword out. Put
    a comment on a line of its own: those the builder drops, wherever they stand.
    """

    message = "a line is swallowed by the instruction above it"
    phase = Phase.LANGUAGE
    reference = "https://docs.docker.com/reference/dockerfile/#format"
    VALID = (
        Valid("FROM debian:12\nRUN true\n\nENV X=1\n"),
        Valid("FROM debian:12\nRUN true \\\n# RUN false \\\n && true\n", why="it is dropped"),
        Valid('FROM debian:12\nRUN echo "FROM a\\n\\\nRUN b" > Dockerfile\n', why="it is text"),
        Valid("FROM debian:12\nRUN <<EOF\ntrue \\\nRUN x\nEOF\n"),
        Valid("FROM debian:12\nRUN true && \\\n  env A=1 true\n", why="this is a program"),
    )
    REPORTED = (
        Reported("FROM debian:12\nRUN true && \\\n\nENV X=1\n", line=4),
        Reported("FROM debian:12\nRUN true && \\\n    RUN false\n", line=3),
        Reported("FROM debian:12\nRUN rm /a # old \\\n    && rm /b\n", line=2),
    )

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Looks at every instruction."""
        if not may_have_further(tree):
            return
        for instruction in tree.instructions:
            found = list(further_keywords(text_of(instruction)))
            words = self._words(instruction) if found and isinstance(instruction, Run) else None
            for each in found:
                if words is None or (each.span.start, each.keyword) in words:
                    self._tell(instruction, each)

    def visit_Run(self, node: Run) -> None:
        """Looks for comments of the shell that go on over the end of their line."""
        for form, script in scripts_of(self.facts, node):
            if not isinstance(form, ShellForm):
                continue
            for span in script.comments:
                first, *lines = script.text[span.start : span.end].split("\n")
                hidden = [line.strip() for line in lines]
                hidden = [line for line in hidden if line and not line.startswith("#")]
                if hidden:
                    comment = first.rstrip(" \t\r" + self.facts.tree.escape)
                    self.advise(
                        form,
                        f"the shell takes all behind `{_short(comment)}` for comment, also "
                        f"`{_short(hidden[0])}`: put the comment on a line of its own",
                        within=span,
                    )

    def _words(self, run: Run) -> Container[tuple[int, str]] | None:
        """The words of a RUN, each with where it begins; None where the shell cannot be asked."""
        if run.command is None:
            return None
        positions = self.facts.positions
        begin = positions.span(run.command).start - positions.span(run).start
        for node, script in scripts_of(self.facts, run):
            if node is run.command:
                return {
                    (begin + word.span.start, word.text)
                    for command in script.commands
                    for word in (command.name, *command.arguments)
                    if word is not None
                }
        return None

    def _tell(self, instruction: Instruction, further: Further) -> None:
        above = further.previous.rstrip(" \t\r" + self.facts.tree.escape)
        above = _JOINT.sub("", above) or further.previous
        self.advise(
            instruction,
            f"`{_short(further.text)}` is part of the {instruction.name} above it: end that with "
            f"`{_short(above)}`, or take the word {further.keyword} out",
            within=further.span,
        )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
