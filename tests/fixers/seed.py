"""Dockerfiles of the page of practices that the project starts from, by their order there."""

from pathlib import Path

PAGE = Path(__file__).parent.parent / "practices" / "page"


def page(name: str) -> str:
    """One example of the page, `S01` to `S13`; those that begin with RUN there have a FROM here."""
    return (PAGE / f"{name}.Dockerfile").read_text("utf-8")


S01, S02, S03, S04, S05, S06, S07, S08, S09, S10, S11, S12, S13 = (
    page(f"S{number:02}") for number in range(1, 14)
)

#: Without the line that the builder does not know.
S02_BUILDABLE = S02.replace("...\n", "RUN apk add --no-cache nginx\n")
