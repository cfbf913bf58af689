"""A moment as people write it."""

from datetime import datetime


def moment_text(moment: str) -> str:
    """`2026-11-25T19:30:00+00:00` as `25 November 2026, 19:30 UTC`; what is none as it is.

    A moment of another zone is told without one. The words are English in every locale.
    """
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    zone = " UTC" if at.utcoffset() is not None and not at.utcoffset() else ""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}{zone}"


_MONTHS = (
    "January February March April May June July August September October November December".split()
)
