"""Writes the label of an image's authors for the deprecated MAINTAINER."""

from collections.abc import Mapping

from dfix import (
    Change,
    Dockerfile,
    Fixer,
    Invalid,
    Label,
    Level,
    Maintainer,
    Pair,
    Phase,
    Stage,
    Valid,
    regex,
)
from dfix.facts.quoting import quoted

from ._keywords import in_case_of
from ._lines import further_keywords, text_of

KEY = "org.opencontainers.image.authors"
_BETWEEN_QUOTES = regex(r"""(["'])([^"'\\$]+)\1""")


class MaintainerToLabel(Fixer):
    """Writes the label of an image's authors for the deprecated MAINTAINER.

    **Why**

    MAINTAINER is deprecated and may not be in a later version of the language. A label says the
    same, and is seen by `docker inspect` and by registries.

    **When it is applied**

    To every MAINTAINER: it becomes `LABEL org.opencontainers.image.authors="..."` with the same
    text, quotes around all of it left out. The image's field Author goes, the label comes.

    **When it is refused**

    When the same stage, one that it is FROM or one that is FROM it has that label already, or a
    label whose name has a variable in it; and when an instruction seems to be swallowed in the text.
    """

    message = "MAINTAINER is deprecated"
    level = Level.STANDARD
    phase = Phase.LANGUAGE
    aliases = ("DL4000", "MaintainerDeprecated")
    plan_paths = ("config.author", f"config.labels.{KEY}")
    reference = "https://docs.docker.com/reference/build-checks/maintainer-deprecated/"
    VALID = (
        Valid('FROM debian:12\nLABEL maintainer="me"\n'),
        Valid(f"FROM debian:12\nMAINTAINER me\nLABEL {KEY}=us\n", why="who is it?", refused=True),
        Valid(
            f"FROM debian:12 AS a\nLABEL {KEY}=us\nFROM a\nMAINTAINER me\n",
            why="the label is inherited",
            refused=True,
        ),
        Valid("FROM debian:12\nARG A\nMAINTAINER me\nLABEL $A=us\n", refused=True),
        Valid("FROM debian:12\nMAINTAINER me \\\nRUN true\n", why="RUN is swallowed", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nMAINTAINER Jo Doe <jo@example.com>\n",
            f'FROM debian:12\nLABEL {KEY}="Jo Doe <jo@example.com>"\n',
        ),
        Invalid(
            'FROM debian:12\nmaintainer "Jo" $5\n',
            f'FROM debian:12\nlabel {KEY}="\\"Jo\\" \\$5"\n',
            why="MAINTAINER expands nothing, LABEL does",
        ),
        Invalid(
            'FROM debian:12\nMAINTAINER "Jo Doe"\n',
            f'FROM debian:12\nLABEL {KEY}="Jo Doe"\n',
            why="quotes were never meant to be part of the name",
        ),
    )

    def visit_Dockerfile(self, tree: Dockerfile) -> None:
        """Looks at each image with the stages that are FROM it: they inherit author and labels."""
        families: dict[Stage, list[Stage]] = {}
        for stage in tree.stages:
            families.setdefault(self.facts.stages.lineage(stage)[-1], []).append(stage)
        for family in families.values():
            self._look(family)

    def _look(self, family: list[Stage]) -> None:
        found = [
            each for stage in family for each in stage.instructions if isinstance(each, Maintainer)
        ]
        labels: dict[Maintainer, tuple[str, Pair]] = {}
        taken = any(self._may_have_label(stage) for stage in family)
        for each in found:
            text, pair = self._pair(each)
            if taken:
                self.refuse(each, f"the label {KEY} is set already, or may be")
                return
            if any(further_keywords(text_of(each))):
                self.refuse(each, "an instruction seems to be swallowed in it")
                return
            if pair is None:
                self.refuse(each, "its text cannot be written as a label")
                return
            labels[each] = text, pair
        if found:
            self._propose(family, labels)

    def _propose(self, family: list[Stage], labels: Mapping[Maintainer, tuple[str, Pair]]) -> None:
        expects: list[Change] = []
        authors: dict[Stage, str] = {}
        for stage in family:
            parent = self.facts.stages.parent(stage)
            last = [each for each in stage.instructions if isinstance(each, Maintainer)][-1:]
            text = labels[last[0]][0] if last else authors.get(parent) if parent else None
            if text is None:
                continue
            authors[stage] = text
            old = self.facts.plan.stages[stage.index].config.author
            expects.append(Change(stage.index, "config.author", old, None))
            expects.append(Change(stage.index, f"config.labels.{KEY}", None, text))
        self.fix(
            next(iter(labels)),
            {
                old: Label(
                    leading_lines=old.leading_lines,
                    keyword=in_case_of(old.keyword, "LABEL"),
                    pairs=(pair,),
                    end=old.end,
                )
                for old, (_, pair) in labels.items()
            },
            expects=tuple(expects),
            reason="MAINTAINER is deprecated; a label takes the place of the image's Author",
        )

    def _pair(self, node: Maintainer) -> tuple[str, Pair | None]:
        """The name of a MAINTAINER, and the pair of a LABEL for it; None where there is none."""
        word = node.argument
        if word is None:
            return "", None
        whole = _BETWEEN_QUOTES.fullmatch(word.value)
        text = word.text[1:-1] if whole else word.text
        value = quoted(text, self.facts.tree.escape)
        pair = None if value is None else Pair(word.prefix, f"{KEY}={value}")
        return whole[2] if whole else word.value, pair

    def _may_have_label(self, stage: Stage) -> bool:
        """Whether a stage has the label, or a label whose name is not known."""
        labels = self.facts.plan.stages[stage.index].config.labels
        return any(name == KEY or "$" in name for name in labels)
