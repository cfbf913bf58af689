"""What a commit says: what was changed, why, what it does to the build, and where to read more.

Texts of files stand in it. They are shown in one line each, and so that they mean nothing to git, to a
mail reader, or to a forge that links issues and people.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from dfix.patterns import regex
from dfix.registry import all_fixers
from dfix.report.campaign.model import FindingRecord, PlanChange
from dfix.report.rules import rule_data, why

_WIDTH = 72
_MOST = 40  # lines of one kind
_LONGEST = 160  # characters of a text that comes from a file
#: What a forge acts upon: it links, notifies, closes an issue, or leaves out the tests of a commit.
_ACTING = regex(
    r"""[#!&](?=\d) | (?:(?<!\w)@|@(?!sha256:))(?=[\w-]) | \bGH-(?=\d)
    | /(?:issues|pull|pulls|merge_requests|work_items|epics|milestones)/(?=\d)
    | \[(?=[^\[\]]*\b(?:ci|skip|no)\b) | \*\*\*(?=NO_CI)""",
    re.IGNORECASE | re.VERBOSE,
)


def plain(text: str) -> str:
    """A text of a file as one short line that nothing acts upon."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    line = _ACTING.sub(lambda found: found[0] + " ", line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."


def subject(group: str, fixers: Sequence[str], path: str | None) -> str:
    """The first line, for a commit of everything, of one file, or of one fixer."""
    if group == "fixer" and len(fixers) == 1:
        summary = str(rule_data(all_fixers()[fixers[0]])["summary"]).rstrip(".")
        return _cut(f"{fixers[0]}: {summary[:1].lower()}{summary[1:]}")
    if group == "file" and path is not None:
        return _cut(f"Rewrite {plain(path)} by good practice")
    return "Rewrite Dockerfiles by good practice"


def body(
    fixed: Sequence[tuple[str, FindingRecord]],
    plan: Sequence[tuple[str, PlanChange]],
    *,
    level: str,
    version: str,
) -> str:
    """All further lines: `fixed` and `plan` hold findings and differences with their files."""
    fixers = list(dict.fromkeys(finding.fixer for _, finding in fixed))
    lines = ["What:", *_bounded(_places(fixed)), "", "Why:"]
    for name in sorted(fixers):
        fixer = all_fixers()[name]
        lines += _item(f"{name}: {why(fixer)}")
        if fixer.reference:
            lines.append(f"  {fixer.reference}")
    lines += ["", "What it does to the build:"]
    if plan:
        lines += _bounded(f"{plain(path)}: {_difference(change)}" for path, change in plan)
    else:
        lines += _item("nothing: the images have the same files and the same configuration")
    lines += ["", f"Made by dfix {version} at level {level}."]
    return "\n".join(lines) + "\n"


def _places(fixed: Iterable[tuple[str, FindingRecord]]) -> Iterator[str]:
    for path, finding in fixed:
        reason = f" ({plain(finding.reason)})" if finding.reason else ""
        yield f"{plain(path)}:{finding.line} {finding.fixer}: {plain(finding.message)}{reason}"


def _difference(change: PlanChange) -> str:
    if change.old is None:
        return f"{plain(change.path)} becomes {_value(change.new)}"
    if change.new is None:
        return f"{plain(change.path)} is no longer {_value(change.old)}"
    return f"{plain(change.path)} becomes {_value(change.new)}, from {_value(change.old)}"


def _value(text: str | None) -> str:
    return plain(text or "") or '""'


def _bounded(items: Iterable[str]) -> Iterator[str]:
    texts = list(items)
    for text in texts[:_MOST]:
        yield from _item(text)
    if len(texts) > _MOST:
        yield from _item(f"and {len(texts) - _MOST} more")


def _item(text: str) -> list[str]:
    """A text as an item of a list; no line of it begins with anything but `-` or blanks."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 3] + "..."
