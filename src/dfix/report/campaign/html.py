"""A campaign as one page: it needs no network, and nothing in it is run or interpreted.

What a page shows at once is made here. The diffs and reasons are data in the page, which its script
reads when somebody opens a repository, and puts in as text alone. A policy in the page
(https://www.w3.org/TR/CSP3/) lets nothing else run and nothing be fetched.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dfix.plan import BOUNDARY
from dfix.report.campaign.json import json_in_html
from dfix.report.campaign.model import Campaign
from dfix.report.campaign.moment import moment_text
from dfix.report.campaign.rationale import Rationale, file_address, web_address
from dfix.report.campaign.rows import Rows
from dfix.report.campaign.totals import LEVELS, OUTCOMES, Totals
from dfix.report.campaign.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_PAGE = Path(__file__).parent / "page"
_STYLES = ("base.css", "overview.css", "table.css", "detail.css")
_SCRIPTS = ("dom.js", "diff.js", "file.js", "repository.js", "table.js", "main.js")

#: What one repository's data, and all data, may take in a page, in characters: browsers must open it.
_DETAIL_SIZE = 32_000_000
_DETAILS_SIZE = 256_000_000
#: How many of each are shown: at once, and at all.
_MOST_FIXED = 10
_FIXERS = 15
_REASONS, _REASONS_MOST = 12, 300

#: Words for what becomes of a finding: as a name, and what it means.
_OUTCOMES = {
    "fixed": ("Fixed", "changed, and checked against the build plan"),
    "fixable": ("Bolder", "would be fixed at a bolder level"),
    "refused": ("Refused", "seen, and left alone for the reason told"),
    "advice": ("Advice", "for a person to decide"),
    "suppressed": ("Off", "switched off by a comment in the file"),
}


def write_html(file: TextIO, campaign: Campaign, totals: Totals, rows: Rows) -> None:
    """Write the page. Raises OSError."""
    environment = _environment()
    style = _joined(_STYLES)
    script = f'"use strict";\n{{\n{_joined(_SCRIPTS)}\n}}'  # a block, so that no name is global
    page = environment.get_template("page.html").generate(
        campaign=campaign,
        started=moment_text(campaign.started),
        totals=totals,
        rows=rows,
        ranked=list(totals.ranked()),
        rationale=Rationale.of,
        most_fixed=rows.most_fixed(_MOST_FIXED),
        refused=totals.refused,
        fixers_shown=_FIXERS,
        reasons_shown=_REASONS,
        reasons_most=_REASONS_MOST,
        words={name: words[0] for name, words in _OUTCOMES.items()},
        levels=[*LEVELS, *sorted(set(totals.levels) - set(LEVELS))],
        outcomes=_OUTCOMES,
        bars=_bars,
        most_of=lambda entries: max((each[1].total() for each in entries), default=0) or 1,
        file_address=file_address,
        web_address=web_address,
        style=_trusted(style),
        script=_trusted(script),
        policy=_policy(style, script),
        index=_trusted(json_in_html(_index(campaign, rows, totals))),
        details=_details(campaign, rows),
    )
    file.writelines(page)


def _details(campaign: Campaign, rows: Rows) -> Iterator[tuple[int, "Markup"]]:
    """The data of each repository that has a row, as long as there is room for it."""
    room = _DETAILS_SIZE
    for at, record in enumerate(islice(campaign.repositories(), len(rows.shown))):
        data = json_in_html(_compact(replace(record, unlisted=None).as_data()))
        if len(data) <= min(room, _DETAIL_SIZE):
            room -= len(data)
            yield at, _trusted(data)


def _compact(data: Any) -> Any:
    """`data` without what is not there, which the script takes for granted."""
    if isinstance(data, dict):
        return {
            key: _compact(each)
            for key, each in data.items()
            if not (each is None or each is False or each in ((), []))
        }
    if isinstance(data, list | tuple):
        return [_compact(each) for each in data]
    return data


def _index(campaign: Campaign, rows: Rows, totals: Totals) -> dict[str, object]:
    """What the script has to know before anything is opened."""
    names = sorted(totals.fixers)
    numbers = {name: at for at, name in enumerate(names)}
    notes = [Rationale.of(name) for name in names]
    return {
        "noun": list(campaign.noun),
        "boundary": BOUNDARY,
        "outcomes": {name: list(words) for name, words in _OUTCOMES.items()},
        "fixers": [[each.name, each.why, each.reference] for each in notes],
        "rows": [
            [
                row.name,
                row.source if row.source != row.name else "",
                row.status,
                row.reason or "",
                row.files,
                row.changed,
                [row.outcomes[each] for each in OUTCOMES],
                [numbers[each] for each in row.fixers],
                "\n".join(row.paths),
                file_address(row.patch),
                file_address(row.description),
                web_address(row.pull_request),
            ]
            for row in rows.shown
        ],
    }


def _bars(counts: Counter[str], names: Iterable[str], most: int) -> list[tuple[str, float, float]]:
    """Parts of a bar as (name, start, width) in percent of `most`."""
    parts: list[tuple[str, float, float]] = []
    start = 0
    for name in names:
        if counts[name]:
            width = 100 * counts[name] / most
            parts.append((name, round(100 * start / most, 3), round(width, 3)))
            start += counts[name]
    return parts


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["number"] = lambda number: f"{number:,}"
    environment.filters["quoted"] = _quoted
    return environment


def _finalized(value: object) -> object:
    """What a template prints: in text nothing is hidden. Markup is our own."""
    return visible(value) if type(value) is str else value


def _quoted(text: str) -> "Markup":
    """`text` of a message, in which what stands between backticks is code."""
    from markupsafe import Markup

    pieces = visible(text).split("`")
    if len(pieces) % 2 == 0:
        return Markup.escape("`".join(pieces))
    form = ("{}", "<code>{}</code>")
    return Markup("").join(
        Markup(form[at % 2]).format(piece) for at, piece in enumerate(pieces) if piece
    )


def _trusted(text: str) -> "Markup":
    from markupsafe import Markup

    return Markup(text)


def _joined(names: Sequence[str]) -> str:
    """Parts of the page, one below the other."""
    return "\n".join((_PAGE / name).read_text("utf-8").strip() for name in names)


def _policy(style: str, script: str) -> str:
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()
