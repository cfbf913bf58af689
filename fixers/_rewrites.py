"""What an edit of a RUN's text is proposed as."""

from dfix import Fixer, Level
from dfix.facts.rewriting import Rewrite


def propose(
    fixer: Fixer,
    rewrite: Rewrite,
    *,
    level: Level | None = None,
    message: str | None = None,
    reason: str | None = None,
) -> None:
    """Proposes what a rewrite makes of its RUN, or says why that cannot be made."""
    run, result = rewrite.run, rewrite.result()
    if isinstance(result, str):
        fixer.refuse(run, result)
        return
    fixer.fix(
        run,
        {run: result.run},
        expects=result.expects,
        level=level,
        message=message,
        reason=reason,
    )
