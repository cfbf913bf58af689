"""Tells how old the facts about images are that come with dfix."""

from datetime import date

from dfix.cli.terminal import Output
from dfix.resolve.tags import table_date

OLD = 180
"""Days after which the table is called old: most images have had a release by then."""


def tell_date(err: Output, today: date | None = None) -> None:
    """Prints the day of the table, and a warning where that is long ago."""
    err.lines([((f"images are known as of {table_date()}", "dim"),)])
    warn_if_old(err, today)


def warn_if_old(err: Output, today: date | None = None) -> None:
    """Prints a warning where the table is over 180 days old."""
    days = ((today or date.today()) - date.fromisoformat(table_date())).days
    if days > OLD:
        told = f"what is known about images is {days} days old: install a newer dfix"
        err.lines([(("dfix: ", "bold"), ("warning: ", "yellow"), (told, ""))])
