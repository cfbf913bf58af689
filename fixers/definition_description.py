"""Reports comments that read like a description of an ARG or a stage, and are none."""

from dfix import Arg, Comment, Fixer, From, Instruction, Phase, Reported, Valid, is_pragma


class DefinitionDescription(Fixer):
    """Reports comments that read like a description of an ARG or a stage, and are none.

    **Why**

    `docker build --call=outline` prints the comment right above an ARG or a FROM as its description,
    if it begins with the name. Any other comment in that place is left out of the outline.

    **When it is reported**

    For the last comment line right above an ARG, or a FROM with a name, that does not begin with the
    name. It is off unless selected, as the builder's own check for it is an experiment.

    **What to do**

    Begin the comment with the name, or put an empty line below it.
    """

    message = "the comment above is no description"
    phase = Phase.LANGUAGE
    aliases = ("InvalidDefinitionDescription",)
    reference = "https://docs.docker.com/reference/build-checks/invalid-definition-description/"
    default = False
    VALID = (
        Valid("# base is what all are built on\nFROM debian:12 AS base\n"),
        Valid("# stages\n\nFROM debian:12 AS base\n", why="an empty line stands between"),
        Valid("# what all is built on\nFROM debian:12\n", why="the stage has no name"),
        Valid("FROM debian:12\n# VERSION of the program\nARG VERSION\n"),
    )
    REPORTED = (
        Reported("# what all is built on\nFROM debian:12 AS base\n", 2),
        Reported("FROM debian:12\n# which one\nARG VERSION=1\n", 3),
    )

    def visit_From(self, node: From) -> None:
        """Looks above a stage that has a name."""
        if node.alias is not None:
            self._look(node, (node.alias,))

    def visit_Arg(self, node: Arg) -> None:
        """Looks above an ARG."""
        self._look(node, tuple(pair.key for pair in node.pairs))

    def _look(self, node: Instruction, names: tuple[str, ...]) -> None:
        above = node.leading_lines[-1] if node.leading_lines else None
        if not isinstance(above, Comment) or is_pragma(above):
            return
        words = above.text.lstrip("#").split()
        if words and words[0] not in names:
            self.advise(node, f"begin it with `{names[0]}`, or put an empty line below it")
