"""Writes ENV and LABEL as name=value where a blank stands between the two."""

from dfix import Env, Fixer, Invalid, Label, Level, Onbuild, Pair, Phase, Valid
from dfix.facts.quoting import as_one_word, legacy_parts

from ._lines import further_keywords, text_of
from ._remarks import has_remark


class KeyValueForm(Fixer):
    """Writes ENV and LABEL as name=value where a blank stands between the two.

    **Why**

    `ENV NAME value` takes all the rest of the line for one value: it sets no second variable, and
    its quotes and blanks follow rules of their own. The form is deprecated, and the builder's own
    check warns about it.

    **When it is applied**

    To every ENV and LABEL of the old form. The value stays as it is where it is one word already;
    else it is put between double quotes, or its blanks are escaped. The builder reads the same value
    from it, and the image is the same.

    **When it is refused**

    When the value begins with `=` or an instruction seems to be swallowed in it, for then another
    text was meant; and for the rare value that no word stands for. What stands behind ONBUILD is
    kept in the image as text, and is left alone.
    """

    message = "a blank stands between a name and its value"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("LegacyKeyValueFormat",)
    reference = "https://docs.docker.com/reference/build-checks/legacy-key-value-format/"
    VALID = (
        Valid('FROM debian:12\nENV A=b C="d e"\n'),
        Valid("FROM debian:12\nLABEL a.b=c\n"),
        Valid("FROM debian:12\nARG A\n"),
        Valid("FROM debian:12\nLABEL a = b\n", why="the value would be `= b`", refused=True),
        Valid("FROM debian:12\nENV A b \\\n\nENV C d\n", why="ENV is swallowed", refused=True),
        Valid("FROM debian:12\nONBUILD ENV A b\n", why="the image keeps the text", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nENV PATH /opt/bin:$PATH\n",
            "FROM debian:12\nENV PATH=/opt/bin:$PATH\n",
            level=Level.SAFE,
        ),
        Invalid(
            'FROM debian:12\nENV OPTS "-Xmx1g -Dx=y"\nENV NAME Jo Doe\n',
            'FROM debian:12\nENV OPTS="-Xmx1g -Dx=y"\nENV NAME="Jo Doe"\n',
            level=Level.SAFE,
        ),
        Invalid(
            'FROM debian:12\nLABEL says it\\\'s "so" # really\n',
            'FROM debian:12\nLABEL says="it\'s so # really"\n',
            why="all of it is the value",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM debian:12\nENV KEYS \\\n  # first\n  0A1B \\\n  # second\n  2C3D\n",
            'FROM debian:12\nENV \\\n  # first\n  KEYS="0A1B \\\n  # second\n  2C3D"\n',
            why="comments stay where they are",
            level=Level.SAFE,
        ),
    )

    def visit_Env(self, node: Env) -> None:
        """Looks at an ENV."""
        self._look(node)

    def visit_Label(self, node: Label) -> None:
        """Looks at a LABEL."""
        self._look(node)

    def visit_Onbuild(self, node: Onbuild) -> None:
        """Says why a trigger is left alone."""
        inner = node.instruction
        if isinstance(inner, Env | Label) and any(pair.legacy for pair in inner.pairs):
            self.refuse(node, "the image keeps what stands behind ONBUILD as text")

    def _look(self, node: Env | Label) -> None:
        if len(node.pairs) != 1 or not node.pairs[0].legacy:
            return
        pair = node.pairs[0]
        if (pair.assigned or "").startswith("="):
            self.refuse(pair, "the value begins with `=`: if that is not meant, write name=value")
            return
        if any(further_keywords(text_of(node))):
            self.refuse(node, "an instruction seems to be swallowed in the value")
            return
        new = self._rewritten(pair)
        if new is None:
            self.refuse(pair, "no single word was found that has the same value")
            return
        remark = "what stands behind the `#` is part of the value, and no comment"
        self.fix(pair, {pair: new}, reason=remark if has_remark(pair.assigned or "") else None)

    def _rewritten(self, pair: Pair) -> Pair | None:
        """The pair in the form of today, or None where there is no safe one."""
        escape = self.facts.tree.escape
        parts = legacy_parts(pair, escape)
        word = parts and as_one_word(parts.value, escape)
        if not parts or not word or as_one_word(parts.name, escape) != parts.name:
            return None
        prefix = pair.prefix
        if "#" in parts.between:
            # Comments move up in front of the name: between the two no line may end.
            lines, newline, indent = prefix.rpartition("\n")
            below = parts.between.partition("\n")[2]
            prefix = lines + newline + below if newline else indent + parts.between.lstrip(" \t")
        return Pair(prefix, f"{parts.name}={word}")
