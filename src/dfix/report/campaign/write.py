"""A campaign's three reports in its folder: `report.html`, `report.json` and `report.md`."""

from pathlib import Path

from dfix.report.campaign.html import write_html
from dfix.report.campaign.json import write_json
from dfix.report.campaign.markdown import write_markdown
from dfix.report.campaign.model import Campaign
from dfix.report.campaign.rows import Rows
from dfix.report.campaign.totals import Totals
from dfix.report.campaign.whole_file import whole_file

#: How many repositories the pages list; `report.json` has all.
LISTED = 50_000


def write_report(campaign: Campaign, folder: Path) -> None:
    """Write the reports into `folder`, each whole or not at all, in place of earlier ones.

    Records are read one at a time, three times over, and the same records give the same bytes.
    Raises OSError.
    """
    totals = Totals()
    rows = Rows(LISTED)
    for record in campaign.repositories():
        totals.add(record)
        rows.add(record)
    with whole_file(folder / "report.json") as file:
        write_json(file, campaign, totals)
    with whole_file(folder / "report.md") as file:
        write_markdown(file, campaign, totals, rows)
    with whole_file(folder / "report.html") as file:
        write_html(file, campaign, totals, rows)
