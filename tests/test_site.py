"""The documentation builds as a site without a warning, and the site fetches nothing."""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = (
    "docs",
    "mkdocs.yml",
    "scripts/site_pages.py",
    "README.md",
    "README.ja.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
)
#: Attributes by which a page has something fetched; a plain link fetches nothing.
FETCHING = {
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "srcset"),
    ("object", "data"),
    ("video", "src"),
}
FETCHING_RELATIONS = {
    "stylesheet",
    "icon",
    "preload",
    "preconnect",
    "dns-prefetch",
    "modulepreload",
}

pytestmark = pytest.mark.skipif(
    find_spec("mkdocs") is None or find_spec("material") is None,
    reason="THE SITE IS NOT BUILT: pip install 'dfix[docs]'",
)


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Builds a site as `.ci/run` does."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(target)],
        cwd=source,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this work tree."""
    target = tmp_path_factory.mktemp("site")
    done = build(ROOT, target)
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout
    return target


class Fetched(HTMLParser):
    """The addresses that a page has fetched when it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes down what this tag has fetched."""
        held = dict(attrs)
        if tag == "link" and set((held.get("rel") or "").split()) & FETCHING_RELATIONS:
            self.addresses.append(held.get("href") or "")
        self.addresses += [value or "" for name, value in attrs if (tag, name) in FETCHING]


def test_nothing_comes_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 15
    seen = 0
    for page in pages:
        fetched = Fetched()
        fetched.feed(page.read_text("utf-8"))
        assert [each for each in fetched.addresses if re.match(r"(\w+:)?//", each)] == [], page
        seen += len(fetched.addresses)
    assert seen > len(pages)
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", sheet.read_text("utf-8")), (
            sheet
        )


def test_search_knows_both_languages(site: Path) -> None:
    index = (site / "search" / "search_index.json").read_text("utf-8")
    assert "merge-runs" in index
    assert '"lang":["en","ja"]' in index


@pytest.mark.parametrize(
    "name, text, complaint",
    [
        ("stray.md", "# Stray\n", "stray.md"),
        ("plan.md", "# Plan\n\n[gone](nowhere.md)\n", "nowhere.md"),
        ("plan.md", "# Plan\n\n[gone](fixers.md#no-such-fixer)\n", "no-such-fixer"),
        ("plan.md", "# Plan\n\n[gone](../README.md#no-such-part)\n", "no-such-part"),
        ("plan.md", "# Plan\n\n[gone](../NOTICE.md)\n", "NOTICE.md"),
    ],
)
def test_what_is_wrong_with_a_page_ends_the_build(
    name: str, text: str, complaint: str, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    for part in PARTS:
        target = source / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target)
        else:
            shutil.copyfile(ROOT / part, target)
    (source / "docs" / name).write_text(text)
    done = build(source, tmp_path / "target")
    assert done.returncode != 0
    assert complaint in done.stdout
