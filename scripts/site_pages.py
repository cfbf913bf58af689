"""What mkdocs does beside mkdocs.yml: pages from outside docs/ join the site, and links to them hold.

Links are written as GitHub follows them, relative to the file that they stand in.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
#: Files of the repository, and what they are called on the site.
JOINING = {
    "README.md": "readme.md",
    "README.ja.md": "readme.ja.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
}
_FENCED = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(!?)\[((?:[^][]|\[[^]]*\])*)\]\(([^()\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the files that join the site."""
    for name, page in JOINING.items():
        if (ROOT / name).exists():
            text = (ROOT / name).read_text("utf-8")
            files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """The text of a page, its links as they have to be on the site."""
    origin = {site: name for name, site in JOINING.items()}.get(page.file.src_uri)
    folder = posixpath.dirname(origin if origin is not None else f"docs/{page.file.src_uri}")
    parts = _FENCED.split(markdown)
    # What stands between fences has an even number.
    parts[::2] = [_LINK.sub(lambda found: _link(found, folder), each) for each in parts[::2]]
    return "".join(parts)


def _link(found: re.Match[str], folder: str) -> str:
    """One link of a file in `folder`; what is no page of the site keeps its text alone."""
    image, text, target = found.groups()
    text = _LINK.sub(lambda inner: _link(inner, folder), text)
    path, mark, anchor = target.partition("#")
    if not path or "://" in path or path.startswith("mailto:"):
        return f"{image}[{text}]({target})"
    place = posixpath.normpath(posixpath.join(folder, path))
    if place in JOINING:
        place = JOINING[place]
    elif place.startswith("docs/"):
        place = place.removeprefix("docs/")
    elif (ROOT / place).exists():
        return text
    return f"{image}[{text}]({place}{mark}{anchor})"
