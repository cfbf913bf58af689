"""A campaign as Markdown, for a wiki page or a comment: the numbers and the repositories."""

from collections.abc import Iterator
from typing import TextIO

from dfix.report.campaign.markup import bounded, code, counted, escaped, link, prose, table
from dfix.report.campaign.model import Campaign
from dfix.report.campaign.moment import moment_text
from dfix.report.campaign.rationale import Rationale, file_address, web_address
from dfix.report.campaign.rows import Row, Rows
from dfix.report.campaign.totals import LEVELS, OUTCOMES, STATUSES, Totals

#: What a finding's outcome is called as the head of a column.
COLUMNS = {
    "fixed": "fixed",
    "fixable": "needs a bolder level",
    "refused": "refused",
    "advice": "advice",
    "suppressed": "switched off",
}
#: GitHub takes 65,536 characters in a description or a comment.
_REFUSED_SIZE = 14_000
_ROWS_SIZE = 28_000


def write_markdown(file: TextIO, campaign: Campaign, totals: Totals, rows: Rows) -> None:
    """Write the report. Raises OSError."""
    file.writelines("\n".join(block) + "\n\n" for block in _blocks(campaign, totals, rows))
    file.write(f"Made by dfix {escaped(campaign.dfix)}.\n")


def _blocks(campaign: Campaign, totals: Totals, rows: Rows) -> Iterator[list[str]]:
    yield ["# dfix campaign"]
    fixes = counted(totals.outcomes["fixed"], "fix", "fixes")
    files = counted(totals.files["changed"], "file", "files")
    repositories = counted(totals.repositories["changed"], *campaign.noun)
    refused = f"{totals.outcomes['refused']:,} refused with a reason"
    yield [f"Begun {escaped(moment_text(campaign.started))}."]
    yield [f"**{fixes} in {files} of {repositories}**; {refused}."]
    if campaign.options:
        yield table(
            ["Option", "Value"],
            ([escaped(name), code(value)] for name, value in sorted(campaign.options.items())),
        )
    yield ["## Totals"]
    yield table(
        ["", *STATUSES],
        [
            [campaign.noun[1], *(f"{totals.repositories[each]:,}" for each in STATUSES)],
            ["files", *(f"{totals.files[each]:,}" for each in STATUSES)],
        ],
        numbers=frozenset(range(1, 5)),
    )
    yield [
        (
            f"Of the changed files, {totals.same_image:,} have the build plan that they had: the image"
            " is the same."
        )
    ]
    yield table(
        ["Level", *COLUMNS.values()],
        (
            [escaped(level), *(f"{totals.levels[level][each]:,}" for each in OUTCOMES)]
            for level in (*LEVELS, *sorted(set(totals.levels) - set(LEVELS)))
        ),
        numbers=frozenset(range(1, 6)),
    )
    yield ["## Fixers"]
    yield _fixers(totals)
    yield ["## Refused, by reason"]
    yield _refused(totals)
    yield [f"## {campaign.noun[1].capitalize()}"]
    yield _repositories(campaign, rows)


def _fixers(totals: Totals) -> list[str]:
    return table(
        ["Fixer", "Level", *COLUMNS.values(), "files"],
        (
            [
                link(code(name), Rationale.of(name).reference),
                escaped(fixer.level),
                *(f"{fixer.outcomes[each]:,}" for each in OUTCOMES),
                f"{fixer.files:,}",
            ]
            for name, fixer in totals.ranked()
        ),
        numbers=frozenset(range(2, 8)),
    )


def _refused(totals: Totals) -> list[str]:
    cells = ([code(each.fixer), prose(each.reason), f"{each.count:,}"] for each in totals.refused)
    lines = table(["Fixer", "Reason", "Count"], cells, numbers=frozenset({2}))
    return _ended(*bounded(lines, _REFUSED_SIZE), "reasons")


def _repositories(campaign: Campaign, rows: Rows) -> list[str]:
    shown = [row for row in rows.shown if row.status != "unchanged"]
    head = [campaign.noun[0].capitalize(), "Status", "Files changed", "Fixed", "Refused", "Links"]
    lines = table(head, (_cells(row) for row in shown), numbers=frozenset({2, 3, 4}))
    taken, left = bounded(lines, _ROWS_SIZE)
    unchanged = len(rows.shown) - len(shown)
    told = ["", f"{counted(unchanged, *campaign.noun)} unchanged and not listed."]
    return _ended(taken, left + rows.left_out, campaign.noun[1]) + (told if unchanged else [])


def _cells(row: Row) -> list[str]:
    links = [
        link(text, address)
        for text, address in (
            (_patch_text(row.patch), file_address(row.patch)),
            ("text", file_address(row.description)),
            ("pull request", web_address(row.pull_request)),
        )
        if address
    ]
    status = f"{row.status}: {prose(row.reason, 200)}" if row.reason else row.status
    return [
        code(row.name),
        status,
        f"{row.changed:,} of {row.files:,}",
        f"{row.outcomes['fixed']:,}",
        f"{row.outcomes['refused']:,}",
        " · ".join(links),
    ]


def _patch_text(patch: str | None) -> str:
    """What the link to a repository's patch is called, or to a part's results."""
    return "patch" if patch is None or patch.endswith(".patch") else "results"


def _ended(lines: list[str], left: int, noun: str) -> list[str]:
    return [*lines, "", f"And {left:,} more {noun}: see `report.json`."] if left else lines
