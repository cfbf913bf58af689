"""What the README shows is what dfix does, in both languages, and what is written can be found."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def shown(marker: str) -> str:
    """The fenced block below a marker."""
    found = re.search(re.escape(f"<!-- {marker} -->") + r"\n```\w+\n(.*?)```\n", README, re.DOTALL)
    assert found, marker
    return found[1]


def dfix(*arguments: str) -> str:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "dfix", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def test_before_and_after() -> None:
    path = "examples/shop/api/Dockerfile"
    assert shown(f"example: {path}") == dfix("--diff", path)


def test_findings() -> None:
    assert shown("example: dfix --check examples/shop/web") == dfix("--check", "examples/shop/web")


def test_library() -> None:
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried >= 4
    assert failed == 0


def test_commands_stand_in_ci() -> None:
    ci = (ROOT / ".ci" / "run").read_text()
    assert ".venv/bin/python -m pytest -n auto" in README
    assert ".venv/bin/python -m pytest -n auto" in ci


JAPANESE = (ROOT / "README.ja.md").read_text("utf-8")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def code(text: str) -> list[str]:
    """The blocks of code of a text, fenced ones first."""
    rest = FENCED.sub("", text)
    return FENCED.findall(text) + re.findall(r"^    .*$", rest, re.MULTILINE)


def heads(text: str) -> list[int]:
    """The levels of a text's headings."""
    return [len(each) for each in re.findall(r"^(#+) ", FENCED.sub("", text), re.MULTILINE)]


def links(text: str) -> list[str]:
    """Where a text's links lead."""
    return re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", text))


def test_both_languages_show_the_same() -> None:
    assert len(code(README)) >= 5
    assert code(JAPANESE) == code(README)
    assert heads(JAPANESE) == heads(README)


def test_each_language_leads_to_the_other() -> None:
    assert "README.ja.md" in README.split("\n## ")[0]
    assert "README.md" in JAPANESE.split("\n## ")[0]


def test_links_lead_somewhere() -> None:
    for text in (README, JAPANESE):
        found = [each.partition("#")[0] for each in links(text) if "://" not in each]
        assert len(found) > 15
        assert [each for each in found if each and not (ROOT / each).exists()] == []


def test_every_page_stands_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    named = set(re.findall(r": (\S+\.md)$", navigation, re.MULTILINE))
    pages = {str(each.relative_to(ROOT / "docs")) for each in (ROOT / "docs").rglob("*.md")}
    assert pages - named == set(), "a page is in no navigation: add it to mkdocs.yml"


def test_the_picture_fetches_nothing() -> None:
    path = ROOT / "docs" / "images" / "shop.svg"
    assert path.stat().st_size < 10_000
    drawn = ElementTree.fromstring(path.read_text("utf-8"))
    names = {each.tag.rpartition("}")[2] for each in drawn.iter()}
    assert names <= {"svg", "style", "rect", "path", "text", "tspan"}
    attributes = {name for each in drawn.iter() for name in each.attrib}
    assert not {name for name in attributes if "href" in name or name.startswith("on")}
    assert "url(" not in path.read_text("utf-8")
    lines = ["".join(each.itertext()) for each in drawn.iter() if each.tag.endswith("text")]
    assert lines[0] == "$ dfix --diff --check examples/shop"
    shown = dfix("--diff", "examples/shop").splitlines()
    assert lines[1:-1] == [line for line in shown if line.strip()]
