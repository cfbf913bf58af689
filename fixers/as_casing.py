"""Writes the AS of a stage's name in the letter case of its FROM."""

from dfix import Fixer, From, Invalid, Level, Phase, Valid


class AsCasing(Fixer):
    """Writes the AS of a stage's name in the letter case of its FROM.

    **Why**

    The two words are one instruction. `FROM x as y` reads as if `as` belonged to the names around
    it, and the builder's own check warns about it.

    **When it is applied**

    When FROM is written in capitals or in small letters throughout, and AS otherwise. The image is
    the same.

    **When it is refused**

    For an AS that is written over two lines. A FROM in mixed case is for `instruction-casing`.
    """

    message = "AS is not written in the letter case of FROM"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("FromAsCasing",)
    reference = "https://docs.docker.com/reference/build-checks/from-as-casing/"
    VALID = (
        Valid("FROM debian:12 AS build\n"),
        Valid("from debian:12 as build\n"),
        Valid("FROM debian:12\nRUN echo as\n"),
        Valid("From debian:12 as build\n", why="which case is meant is not clear"),
        Valid("FROM debian:12 a\\\ns build\n", refused=True),
    )
    INVALID = (
        Invalid("FROM nginx:1.27 as build\n", "FROM nginx:1.27 AS build\n", level=Level.SAFE),
        Invalid("from debian:12 As build\n", "from debian:12 as build\n", level=Level.SAFE),
    )

    def visit_From(self, node: From) -> None:
        """Proposes AS or `as`, whichever FROM asks for."""
        if node.alias is None:
            return
        keyword, word = node.keyword.value, node.words[1]
        if keyword.isupper():
            wanted = "AS"
        elif keyword.islower():
            wanted = "as"
        else:
            return
        if word.value == wanted:
            return
        if word.joined is not None:
            self.refuse(word, "it is written over two lines")
            return
        self.fix(word, {word: word.with_changes(text=wanted)})
