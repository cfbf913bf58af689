"""The text of a pull request: what changes and why, what the build does differently, how to undo it.

It is Markdown for GitHub, GitLab and whatever else reads CommonMark with tables, and shorter than
the 65,536 characters that GitHub takes.
"""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator

from dfix.patterns import regex
from dfix.plan import BOUNDARY
from dfix.report.campaign.markup import (
    bounded,
    code,
    code_block,
    counted,
    escaped,
    link,
    prose,
    table,
)
from dfix.report.campaign.model import FileRecord, FindingRecord, PlanChange, RepositoryRecord
from dfix.report.campaign.rationale import Rationale
from dfix.report.campaign.totals import FixerTotals, Refused, Totals, outcome

#: In characters; together with what surrounds them they stay below what GitHub takes.
_FIXERS_SIZE = 14_000
_PLAN_SIZE = 20_000
_REFUSED_SIZE = 10_000
_ADVICE_SIZE = 6_000
_REASONS = 3
_VALUE = 160
_PLACE = regex(r"\[\d+\]")


def pull_request_title(record: RepositoryRecord) -> str:
    """What was done, in one line of plain text that nothing from a file is in."""
    totals = Totals.of([record])
    fixes = counted(totals.outcomes["fixed"], "fix", "fixes")
    return (
        f"Improve {counted(totals.files['changed'], 'Dockerfile', 'Dockerfiles')}: {fixes} by dfix"
    )


def pull_request_text(record: RepositoryRecord, *, reproduce: str) -> str:
    """The whole text, its first line the title as a heading.

    `reproduce` is the command that makes the same changes in a checkout.
    """
    return "\n".join("\n".join(block) + "\n" for block in _blocks(record, reproduce))


def _blocks(record: RepositoryRecord, reproduce: str) -> Iterator[list[str]]:
    totals = Totals.of([record])
    fixed = list(_found(record, "fixed"))
    changed = [file for file in record.files if file.status == "changed"]
    yield [f"# {pull_request_title(record)}"]
    yield [_introduction(record, totals)]
    yield ["## What was fixed, and why"]
    yield _fixers(totals, fixed)
    yield ["## What the build does differently"]
    yield _plan(changed)
    refused = totals.refused
    if refused:
        yield [f"## What was refused, and why ({totals.outcomes['refused']:,})"]
        yield ["These were seen and left alone, since a fix could not be shown to be right."]
        yield from _folded("Show the reasons", _refused(refused), _REFUSED_SIZE)
    advice = list(_advice(record))
    if advice:
        yield [f"## For a person to decide ({totals.outcomes['advice']:,})"]
        yield from _folded("Show the advice", advice, _ADVICE_SIZE)
    yield ["## How to reproduce"]
    yield ["In a checkout of " + (code(record.base) if record.base else "the same commit") + ":"]
    yield code_block(reproduce).splitlines()
    yield ["## How to undo"]
    yield from _undo(record)


def _introduction(record: RepositoryRecord, totals: Totals) -> str:
    changed = totals.files["changed"]
    if totals.same_image == changed:
        image = "By its build plan, the image is the same after it as before."
        if changed != 1:
            image = "By their build plans, all images are the same after it as before."
    elif totals.same_image:
        image = (
            f"By the build plans, the image of {totals.same_image:,} of the {changed:,} files is the"
            " same as before; what differs in the others is listed below."
        )
    else:
        image = "What the build does differently is listed below."
    at = f" at {code(record.ref)}" if record.ref else ""
    return (
        "dfix went through"
        f" {counted(len(record.files), 'Dockerfile', 'Dockerfiles')}{at} and changed {changed:,}."
        " Each fix was applied only where the build plan changes exactly as the fix announced;"
        f" comments are kept. {image}"
    )


def _fixers(totals: Totals, fixed: list[tuple[FileRecord, FindingRecord]]) -> list[str]:
    ranked = [(name, fixer) for name, fixer in totals.ranked() if fixer.outcomes["fixed"]]
    if not ranked:
        return ["Nothing."]
    rows = (_fixer_cells(name, fixer, fixed) for name, fixer in ranked)
    lines = table(["Fixer", "Level", "Times", "Why"], rows, numbers=frozenset({2}))
    return _ended(*bounded(lines, _FIXERS_SIZE), "fixers")


def _fixer_cells(
    name: str, fixer: FixerTotals, fixed: list[tuple[FileRecord, FindingRecord]]
) -> list[str]:
    note = Rationale.of(name)
    findings = [finding for _, finding in fixed if finding.fixer == name]
    why = prose(note.why or findings[0].message)
    reasons = Counter(each.reason for each in findings if each.reason)
    told = [
        prose(reason, 200) + (f" ({count:,}×)" if count > 1 else "")
        for reason, count in sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    ]
    if len(told) > _REASONS:
        told[_REASONS:] = [f"and {counted(len(told) - _REASONS, 'more reason', 'more reasons')}"]
    levels = sorted({each.level for each in findings})
    return [
        link(code(name), note.reference),
        ", ".join(escaped(level) for level in levels),
        f"{fixer.outcomes['fixed']:,}",
        why + (f" <br>Here: {'; '.join(told)}" if told else ""),
    ]


def _plan(changed: Iterable[FileRecord]) -> list[str]:
    lines: list[str] = []
    for file in changed:
        if not file.plan:
            lines.append(f"- {code(file.path)}: none, the image is the same.")
            continue
        lines.append(f"- {code(file.path)}:")
        lines += [f"  - {_change(change, times)}" for change, times in _alike(file.plan)]
    return _ended(*bounded(lines, _PLAN_SIZE), "lines") if lines else ["Nothing."]


def _alike(plan: Iterable[PlanChange]) -> Iterator[tuple[PlanChange, int]]:
    """Differences with how often each is there: one that several effects share is told once."""
    groups: dict[tuple[str, str | None, str | None], tuple[PlanChange, int]] = {}
    for change in plan:
        key = (_PLACE.sub("[]", change.path), change.old, change.new)
        first, times = groups.get(key, (change, 0))
        groups[key] = (first, times + 1)
    yield from groups.values()


def _change(change: PlanChange, times: int) -> str:
    if change.old == BOUNDARY and change.new is None:
        layers = counted(times, "layer", "layers")
        return f"{code(change.path)}: RUN instructions became one, which makes {layers} less"
    path = code(change.path) + (f" and {times - 1:,} more" if times > 1 else "")
    if change.old is None:
        return f"{path}: new is {code(change.new or '', _VALUE)}"
    if change.new is None:
        return f"{path}: gone is {code(change.old, _VALUE)}"
    return f"{path}: {code(change.old, _VALUE)} → {code(change.new, _VALUE)}"


def _refused(refused: Iterable[Refused]) -> list[str]:
    return [
        f"- {code(each.fixer)}: {prose(each.reason)}"
        + (f" ({each.count:,}×)" if each.count > 1 else "")
        for each in refused
    ]


def _advice(record: RepositoryRecord) -> Iterator[str]:
    for file, finding in _found(record, "advice"):
        place = code(f"{file.path}:{finding.line}")
        told = prose(finding.reason or finding.message)
        yield f"- {place} {code(finding.fixer)}: {told}"


def _folded(title: str, lines: list[str], size: int) -> Iterator[list[str]]:
    """Lines that show when somebody asks for them."""
    yield ["<details>", f"<summary>{title}</summary>"]
    yield _ended(*bounded(lines, size), "lines")
    yield ["</details>"]


def _undo(record: RepositoryRecord) -> Iterator[list[str]]:
    branch = f" and delete the branch {code(record.branch)}" if record.branch else ""
    yield [f"Before it is merged: close this{branch}; nothing else was touched."]
    if record.commits:
        commits = " ".join(shlex.quote(commit) for commit in reversed(record.commits))
        yield ["After it was merged, with the commits as they are here:"]
        yield code_block(f"git revert --no-edit {commits}").splitlines()
        yield ["After it was squashed or rebased: `git revert` of what that made."]
    else:
        yield ["After it was merged: `git revert` of the commit that brought it."]


def _found(record: RepositoryRecord, told: str) -> Iterator[tuple[FileRecord, FindingRecord]]:
    for file in record.files:
        for finding in file.findings:
            if outcome(finding) == told:
                yield file, finding


def _ended(lines: list[str], left: int, noun: str) -> list[str]:
    return [*lines, "", f"And {left:,} more {noun}."] if left else lines
