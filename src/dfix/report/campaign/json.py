"""A campaign as JSON, for programs: one repository a line, so that tools can go through it."""

import json
import re
from typing import TextIO

from dfix.patterns import regex
from dfix.report.campaign.model import Campaign, RepositoryRecord
from dfix.report.campaign.rationale import Rationale
from dfix.report.campaign.totals import OUTCOMES, STATUSES, Totals

#: Grows when a program that reads the report would have to be changed.
VERSION = 1

#: What a terminal or an editor could act on, and halves of characters, which readers refuse.
_ODD = regex(
    "[\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_SURROGATE = regex("[\ud800-\udfff]")
_MARKUP = regex("[<>&]")


def json_text(data: object) -> str:
    """`data` as JSON in one line, in which nothing is hidden and every character is one."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if text.isprintable() else _ODD.sub(_escaped, text)


def json_in_html(data: object) -> str:
    """`data` as JSON that may stand in a `script` element: nothing in it can end that."""
    return _MARKUP.sub(_escaped, json_text(data))


def write_json(file: TextIO, campaign: Campaign, totals: Totals) -> None:
    """Write the report. Raises OSError."""
    head = {
        "version": VERSION,
        "dfix": campaign.dfix,
        "campaign": {
            "started": campaign.started,
            "options": dict(campaign.options),
            "noun": list(campaign.noun),
        },
        **totals_data(totals),
    }
    pairs = (f"{json_text(key)}:{json_text(value)}" for key, value in head.items())
    file.write("{" + ",\n".join(pairs) + ',\n"repositories":[')
    file.writelines(
        (",\n" if at else "\n") + json_text(_data(record))
        for at, record in enumerate(campaign.repositories())
    )
    file.write("\n]}\n")


def _data(record: RepositoryRecord) -> dict[str, object]:
    """A record; of files that are not listed there is no more than how many they are."""
    data = record.as_data()
    if record.unlisted is not None:
        data["unlisted"] = record.unlisted["files"]
    return data


def totals_data(totals: Totals) -> dict[str, object]:
    """The numbers as JSON can take them."""
    return {
        "totals": {
            "repositories": {each: totals.repositories[each] for each in STATUSES},
            "files": {each: totals.files[each] for each in STATUSES}
            | {"same_image": totals.same_image},
            "findings": {each: totals.outcomes[each] for each in OUTCOMES},
        },
        "fixers": [
            {
                "name": name,
                "level": fixer.level,
                **{each: fixer.outcomes[each] for each in OUTCOMES},
                "files": fixer.files,
                "reference": Rationale.of(name).reference,
            }
            for name, fixer in totals.ranked()
        ],
        "levels": {
            level: {each: found[each] for each in OUTCOMES}
            for level, found in totals.levels.items()
        },
        "refused": [
            {"fixer": each.fixer, "reason": each.reason, "count": each.count}
            for each in totals.refused
        ],
    }


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
