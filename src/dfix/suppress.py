"""Comments that switch fixers off: dfix's own, hadolint's, and those of BuildKit's build checks.

Sources: https://github.com/hadolint/hadolint#inline-ignores and
https://docs.docker.com/reference/dockerfile/#check.
"""

import re
from collections.abc import Iterable, Mapping

from dfix.nodes import Comment, Dockerfile, From, Instruction, Line, Stage
from dfix.patterns import regex

# Names end at the first word that no comma joins, so that a reason can follow; codes may also stand
# with blanks alone between them.
_NAMES = r"(?P<names>[\w-]+(?:(?:\s*,\s*|\s+(?=[A-Z]{2}[0-9]{4}\b))[\w-]+)*)?"
_OWN = regex(rf"#\s*dfix\s*:\s*ignore(?P<file>-file)?(?![\w-])\s*(?:=\s*{_NAMES})?", re.IGNORECASE)
_HADOLINT = regex(
    rf"#\s*hadolint\s+(?P<scope>global\s+|stage\s+)?ignore\s*=\s*{_NAMES}", re.IGNORECASE
)
_CHECK = regex(r"#\s*check\s*=\s*(?P<options>.*)", re.IGNORECASE)
_SKIP = regex(rf"(?:^|;)\s*skip\s*=\s*{_NAMES}", re.IGNORECASE)
_SEPARATOR = regex(r"[\s,]+")
_TOOL = regex(
    r"#\s*(?:dfix\s*:|hadolint\s|check\s*=|tally\s|kics-scan\s|checkov:|nosec|renovate:"
    r"|trivy:|nosemgrep|nosonar\b|dockerfile_lint\b|shellcheck\s)",
    re.IGNORECASE,
)

#: Stands for every fixer.
ALL = "*"


def is_pragma(line: Line) -> bool:
    """Whether a comment speaks to a tool about the instruction below it."""
    return isinstance(line, Comment) and bool(_TOOL.match(line.text))


class Suppressions:
    """Which fixers are switched off where, as lower-case names and codes."""

    __slots__ = ("_file", "_instructions")

    def __init__(self, tree: Dockerfile, *, hadolint: bool = True) -> None:
        """With `hadolint` false, hadolint's own comments count for nothing."""
        self._file: set[str] = set()
        self._instructions: dict[Instruction, set[str]] = {}
        stages = {stage.start: stage for stage in tree.stages}
        for directive in tree.directives:
            if directive.name == "check":
                self._file |= _skipped(directive.value)
        for instruction in tree.instructions:
            self._read(instruction.leading_lines, instruction, stages, hadolint)
        self._read(tree.footer, None, stages, hadolint)

    def _read(
        self,
        lines: Iterable[Line],
        below: Instruction | None,
        stages: Mapping[From, Stage],
        hadolint: bool,
    ) -> None:
        for line in lines:
            if not isinstance(line, Comment) or (not hadolint and _HADOLINT.match(line.text)):
                continue
            scope, names = _read_comment(line.text)
            if scope == "file":
                self._file |= names
            elif scope == "stage":
                # hadolint gives it no meaning but right above a FROM.
                stage = stages.get(below) if isinstance(below, From) else None
                for each in (stage.start, *stage.instructions) if stage else ():
                    self._instructions.setdefault(each, set()).update(names)
            elif below is not None:
                self._instructions.setdefault(below, set()).update(names)

    def covers(self, names: Iterable[str], instructions: Iterable[Instruction]) -> bool:
        """Whether a fixer of these names is switched off for any of the instructions."""
        known = {ALL, *(name.lower() for name in names)}
        if self._file & known:
            return True
        return any(self._instructions.get(each, set()) & known for each in instructions)

    @property
    def whole_file(self) -> bool:
        """Whether every fixer is switched off everywhere."""
        return ALL in self._file


def _read_comment(text: str) -> tuple[str, set[str]]:
    """What a comment switches off, and where: `file`, `stage` or `instruction`."""
    own = _OWN.match(text)
    if own:
        return "file" if own["file"] else "instruction", _split(own["names"]) or {ALL}
    hadolint = _HADOLINT.match(text)
    if hadolint:
        scope = {"global": "file", "stage": "stage"}.get((hadolint["scope"] or "").strip().lower())
        return scope or "instruction", _split(hadolint["names"])
    check = _CHECK.match(text)
    return "instruction", _skipped(check["options"]) if check else set()


def _skipped(options: str) -> set[str]:
    names = {name for found in _SKIP.finditer(options) for name in _split(found["names"])}
    return {ALL} if "all" in names else names


def _split(text: str | None) -> set[str]:
    return {name.lower() for name in _SEPARATOR.split(text or "") if name}
