"""Markdown as a reader shows it, by a library that follows CommonMark and GitHub's additions."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt

#: What GitHub or GitLab make a link, a picture or a formula of in text that is not code.
_CALLS = re.compile(
    r"[@#!%&~$]\w|:[a-z0-9_+-]*[a-z][a-z0-9_+-]*:|://|www\.|\bGH-\d|\$\S+\$", re.IGNORECASE
)


@dataclass
class Rendered(HTMLParser):
    """What became of a text: its elements, links, cells of tables, and what would call somebody."""

    html: str
    tags: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    text: str = ""
    plain: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._inside: list[str] = []
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag in {"br", "img", "hr"}:
            return
        self._inside.append(tag)
        if tag in {"td", "th"}:
            self.cells.append("")
        elif tag == "pre":
            self.blocks.append("")
        elif tag == "a":
            self.links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass
        self.plain += "\n"

    def handle_data(self, text: str) -> None:
        self.text += text
        if {"td", "th"} & set(self._inside):
            self.cells[-1] += text
        if "pre" in self._inside:
            self.blocks[-1] += text
        # A formula or a reference is not looked for over the ends of elements, nor in code.
        if not {"code", "pre", "a"} & set(self._inside):
            self.plain += text

    @property
    def loose(self) -> str:
        """The first thing in text that would become a link, a picture or a formula."""
        found = _CALLS.search(self.plain)
        return found[0] if found else ""


def rendered(text: str) -> Rendered:
    """`text` as its reader sees it; HTML within is taken as HTML."""
    return Rendered(MarkdownIt("gfm-like", {"html": True, "linkify": True}).render(text))
