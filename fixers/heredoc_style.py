"""Writes a chain of commands in RUN as the lines of a here-document."""

from dfix import (
    Change,
    Comment,
    EmptyLine,
    End,
    Fixer,
    Heredoc,
    Instruction,
    Invalid,
    Level,
    Node,
    Phase,
    Run,
    ShellForm,
    Valid,
)
from dfix.facts.boundary import errexit_possible, shell_objection
from dfix.facts.scripts import ShellScript, script_of
from dfix.facts.statements import statements_of

from ._frontend import takes_heredocs
from ._heredocs import HeldBackError, body_of, chain_objection, listing_objection, name_for

_NAMED = "each line is one link of the chain, and `set -e` stops at the first that fails"
_ASSUMED = f"{_NAMED}; the builder is taken to know here-documents (BuildKit's frontend 1.4)"


class HeredocStyle(Fixer):
    """Writes a chain of commands in RUN as the lines of a here-document.

    **Why**

    A long chain is a line for the builder that is cut by hand: each `&& \\` can be forgotten. In a
    here-document each command has a line, and comments stand between them.

    **When it is applied**

    Only when it is selected. To a RUN of at least two simple commands or pipelines, all joined by
    `&&`. The first line is `set -e`, so that the first failure stops the build as before. Comments
    between the commands stay between them, flags and continued lists stay as they are. An empty line
    parts the result from what follows: hadolint reads no file without. Builders other than BuildKit
    may not know here-documents, which the file alone does not tell.

    **When it is refused**

    When a link is anything but a simple command or a pipeline of those (`||`, `!`, groups, loops), or
    a substitution holds a list: `set -e` would act on those otherwise. When a command acts on the
    shell itself (`set`, `exit`, `.`, `trap`, `alias`), the shell is not known or has `-e` already, or
    the frontend is one before 1.4; in files with carriage returns; when a quoted text goes over
    several lines, a comment stands between the words of one command, or three lines in a row would
    add to one file, which linters ask to group.
    """

    message = "a chain of commands may be written as lines of a here-document"
    level = Level.AGGRESSIVE
    phase = Phase.STYLE
    default = False
    practices = ("04",)
    plan_paths = ("effect",)
    reference = "https://docs.docker.com/reference/dockerfile/#here-documents"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get update\n", why="there is no chain"),
        Valid("FROM debian:12\nRUN <<EOF\nset -e\na && b\nEOF\n", why="it is one already"),
        Valid(
            "FROM debian:12\nRUN ! grep -q x /a && make\n",
            why="`set -e` does not stop where a negated command fails",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN a || b && c\n",
            why="the links decide together",
            refused=True,
        ),
        Valid(
            "# syntax=docker/dockerfile:1.3\nFROM debian:12\nRUN make && make install\n",
            why="the frontend has no here-documents yet",
            refused=True,
        ),
        Valid(
            "FROM me/base:1\nRUN make && make install\n",
            why="the image may have a SHELL that is no POSIX shell",
            refused=True,
        ),
    )
    INVALID = (
        Invalid(
            "FROM centos:8\nRUN yum -y install httpd php php-mbstring php-pear \\\n"
            "  && rm -Rf /var/cache/yum\n",
            "FROM centos:8\nRUN <<EOF\n  set -e\n  yum -y install httpd php php-mbstring php-pear\n"
            "  rm -Rf /var/cache/yum\nEOF\n",
        ),
        Invalid(
            "FROM debian:12\nRUN --mount=type=cache,target=/c \\\n    make \\\n      a \\\n"
            "    # then\n    && make install\nUSER 1\n",
            "FROM debian:12\nRUN --mount=type=cache,target=/c <<EOF\n    set -e\n    make \\\n"
            "        a\n    # then\n    make install\nEOF\n\nUSER 1\n",
            why="flags, lists and comments stay",
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Proposes the here-document, where the RUN is a chain."""
        if node.heredocs or not isinstance(node.command, ShellForm):
            return
        if self.facts.stages.holding(node) is None or "&&" not in node.command.text:
            return
        script = script_of(node, self.facts.tree.escape)
        if script is None:
            self.refuse(node, "the shell text does not parse")
        elif any(each.operator == "&&" for each in script.statements):
            reason = self._objection(node, script) or self._write(node, script)
            if reason:
                self.refuse(node, reason)

    def _objection(self, node: Run, script: ShellScript) -> str | None:
        """What speaks against the file, the shell or the chain."""
        tree = self.facts.tree
        if "\r" in tree.text:
            return "the file has carriage returns, which a here-document would give to the shell"
        if tree.escape != "\\":
            return "the file's escape character is not the shell's"
        if takes_heredocs(tree) is False:
            return "the frontend that the file names may not know here-documents"
        if reason := shell_objection(self.facts, node):
            return reason
        state = self.facts.plan.before(node)
        if "SHELLOPTS" in state.env:
            return "SHELLOPTS would hand `set -e` on to other shells"
        if errexit_possible(self.facts, node):
            if state.shell is None:
                return "the base image may have a SHELL of its own"
            return "`set -e` is in force already"
        if reason := chain_objection(script) or listing_objection(script):
            return reason
        found = statements_of(self.facts, node)
        if len(found) != len(script.statements) or any(
            each.failure != "aborts" or each.inside is not None for each in found
        ):
            return "`set -e` would act within a substitution"
        return None

    def _write(self, node: Run, script: ShellScript) -> str | None:
        """Proposes the here-document; why not, where the lines would mean something else."""
        try:
            body = body_of(node, script, self._indent)
        except HeldBackError as error:
            return str(error)
        name = name_for(body)
        document = Heredoc(name, body, name + ("" if node.end.text == "" else "\n"))
        command = ShellForm(" ", f"<<{name}")
        changes: dict[Node, Node] = {
            node: node.with_changes(command=command, end=End(), heredocs=(document,))
        }
        following = self._following(node)
        if isinstance(following, str):
            return following
        if following is not None:
            lines = (EmptyLine(), *following.leading_lines)
            changes[following] = following.with_changes(leading_lines=lines)
        stage = self.facts.stages.holding(node)
        index = stage.index if stage is not None else 0
        gone = [each.text for each in statements_of(self.facts, node)]
        come = f"{command.text}\n{document.code}"
        self.fix(
            node,
            changes,
            expects=(
                *(Change(index, "effect", text, None) for text in gone),
                Change(index, "effect", None, come),
            ),
            reason=_NAMED if takes_heredocs(self.facts.tree) else _ASSUMED,
        )
        return None

    def _following(self, node: Run) -> Instruction | str | None:
        """The instruction below, where no empty line parts it; None where nothing has to be done."""
        tree = self.facts.tree
        for each in tree.instructions[tree.instructions.index(node) + 1 :]:
            return (
                None
                if any(isinstance(line, EmptyLine) for line in each.leading_lines[:1])
                else each
            )
        if any(isinstance(line, Comment) for line in tree.footer[:1]):
            return "a comment at the end of the file stands right below"
        return None

    @property
    def _indent(self) -> str:
        """The file's own, where it is one for a block."""
        indent = self.facts.habits.indent
        return indent if indent == "\t" or indent in {"  ", "   ", "    "} else "  "
