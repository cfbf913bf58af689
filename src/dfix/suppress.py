"""Comments that switch fixers off: dfix's own, hadolint's, and those of BuildKit's build checks.

Sources: https://github.com/hadolint/hadolint#inline-ignores and
https://docs.docker.com/reference/dockerfile/#check.
"""

import re
from collections.abc import Iterable

from dfix.nodes import Comment, Dockerfile, Instruction, Line

_SPLIT = re.compile(r"[\s,]+")
_OWN = re.compile(
    r"#\s*dfix\s*:\s*ignore(?P<file>-file)?\s*(?:=\s*(?P<names>[^#;]*))?", re.IGNORECASE
)
_HADOLINT = re.compile(
    r"#\s*hadolint\s+(?P<scope>global\s+|stage\s+)?ignore\s*=\s*(?P<names>[^#]*)", re.IGNORECASE
)
_CHECK = re.compile(r"#\s*check\s*=\s*(?P<options>.*)", re.IGNORECASE)
_SKIP = re.compile(r"(?:^|;)\s*skip\s*=\s*([^;]*)", re.IGNORECASE)
_TOOL = re.compile(
    r"#\s*(?:dfix\s*:|hadolint\s|check\s*=|tally\s|kics-scan\s|checkov:|nosec)", re.IGNORECASE
)

#: Stands for every fixer.
ALL = "*"


def is_pragma(line: Line) -> bool:
    """Whether a comment speaks to a tool about the instruction below it."""
    return isinstance(line, Comment) and bool(_TOOL.match(line.text))


class Suppressions:
    """Which fixers are switched off where, as lower-case names and codes."""

    __slots__ = ("_file", "_instructions")

    def __init__(self, tree: Dockerfile) -> None:
        self._file: set[str] = set()
        self._instructions: dict[Instruction, set[str]] = {}
        for directive in tree.directives:
            if directive.name == "check":
                self._file |= _skipped(directive.value)
        for instruction in tree.instructions:
            self._read(instruction.leading_lines, instruction)
        self._read(tree.footer, None)

    def _read(self, lines: Iterable[Line], below: Instruction | None) -> None:
        for line in lines:
            if not isinstance(line, Comment):
                continue
            names, everywhere = _names(line.text)
            if everywhere:
                self._file |= names
            elif names and below is not None:
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


def _names(text: str) -> tuple[set[str], bool]:
    """The names that a comment switches off, and whether it does so for the whole file."""
    own = _OWN.match(text)
    if own:
        names = _split(own["names"] or "")
        return names or {ALL}, bool(own["file"])
    hadolint = _HADOLINT.match(text)
    if hadolint:
        # hadolint's stage pragma stands above a FROM and covers what follows: taken for the file.
        return _split(hadolint["names"]), bool(hadolint["scope"])
    check = _CHECK.match(text)
    if check:
        return _skipped(check["options"]), False
    return set(), False


def _skipped(options: str) -> set[str]:
    names = {name for found in _SKIP.findall(options) for name in _split(found)}
    return {ALL} if "all" in names else names


def _split(text: str) -> set[str]:
    return {name.lower() for name in _SPLIT.split(text.strip()) if name}
