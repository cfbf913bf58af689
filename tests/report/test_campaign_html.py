"""The page of a campaign, as far as it can be judged without opening it."""

import base64
import hashlib
import json
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dfix.report.campaign import html
from dfix.report.campaign.rows import Rows
from dfix.report.campaign.write import LISTED
from tests.report.campaigns import (
    HOSTILE,
    campaign,
    changed_file,
    finding,
    hostile_campaign,
    repository,
    written,
)


class Page(HTMLParser):
    """What a page is made of; what stands in `noscript` counts as well."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.text: defaultdict[str, list[str]] = defaultdict(list)
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} {attrs}"
        self.elements.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, text: str) -> None:
        self.text[self.inside[-1] if self.inside else ""].append(text)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def _data(text: str) -> dict[str, Any]:
    blocks = re.findall(
        r'<script type="application/json" id="([\w-]+)">(.*?)</script>', text, re.DOTALL
    )
    return {name: json.loads(data) for name, data in blocks}


def test_the_page_shows_the_numbers(tmp_path: Path) -> None:
    text, _, _ = written(tmp_path, campaign([repository("shop", changed_file())]))
    page = Page(text)
    assert page.text["h1"] == ["2 fixes in 1 of 1 repository"]
    rows = _data(text)["index"]["rows"]
    assert [row[0] for row in rows] == ["shop"]
    assert "./patches/shop.patch" in {each.get("href") for each in page.of("a")}


def test_the_policy_allows_the_page_s_own_style_and_script_alone(tmp_path: Path) -> None:
    text, _, _ = written(tmp_path, campaign([repository("shop", changed_file())]))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    policy = policy.replace("&#39;", "'")
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; ")
    assert "unsafe" not in policy


def test_the_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    text, _, _ = written(tmp_path, hostile_campaign())
    for tag, attributes in Page(text).elements:
        assert tag not in {"img", "link", "iframe", "object", "embed", "base", "video", "audio"}
        assert "src" not in attributes
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]


def test_the_script_makes_no_markup() -> None:
    folder = Path(html.__file__).parent / "page"
    script = "".join(path.read_text("utf-8") for path in folder.glob("*.js"))
    wrong = (
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(|DOMParser|fetch\("
    )
    assert re.findall(wrong, script) == []
    assert "</" not in script
    assert {path.name for path in folder.glob("*.js")} == set(html._SCRIPTS)
    assert {path.name for path in folder.glob("*.css")} == set(html._STYLES)


def test_hostile_text_is_text(tmp_path: Path) -> None:
    text, _, _ = written(tmp_path, hostile_campaign())
    page = Page(text)
    calm = Page(written(tmp_path, campaign([repository("a", changed_file())]))[0])
    # Not an element more than a calm campaign has, but for those that are there for each fixer.
    assert {name for name, _ in page.elements} <= {name for name, _ in calm.elements} | {"code"}
    assert len(page.of("script")) == len(calm.of("script"))
    assert "49" not in "".join(page.text["dd"])
    shown = "".join(each for texts in page.text.values() for each in texts)
    assert "⟨ESC⟩[31mred⟨ESC⟩[0m ⟨U+202E⟩gnp.exe⟨U+2066⟩ ⟨NUL⟩ ⟨U+FEFF⟩ ⟨U+2028⟩" in shown
    assert "{{ 7*7 }} {% raw %} &lt; javascript:alert(3)" in shown
    assert not any(odd in text for odd in "\x00\x1b\u202e\u2066\ufeff\u2028")
    assert not [each for each in page.of("a") if str(each.get("href")).startswith("javascript:")]


def test_the_data_are_what_the_records_hold(tmp_path: Path) -> None:
    text, _, _ = written(tmp_path, hostile_campaign())
    data = _data(text)
    file = data["data-0"]["files"][0]
    assert file["path"] == HOSTILE
    assert HOSTILE in file["diff"]
    assert file["findings"][0]["plan"] == [{"path": HOSTILE, "old": HOSTILE, "new": HOSTILE}]
    row = data["index"]["rows"][0]
    assert row[0] == HOSTILE
    assert row[9].startswith("./patches/%3C/script%3E")
    assert row[10:] == ["", ""]  # a path out of the folder, and an address that would run


def test_an_empty_value_is_not_the_same_as_none(tmp_path: Path) -> None:
    from dfix.report.campaign.model import PlanChange

    file = changed_file("f", finding(plan=(PlanChange("p", "", None),)))
    text, _, _ = written(tmp_path, campaign([repository("a", file)]))
    assert _data(text)["data-0"]["files"][0]["findings"][0]["plan"] == [{"path": "p", "old": ""}]


def test_without_a_script_all_repositories_are_listed(tmp_path: Path) -> None:
    records = [repository(f"shop-{number}", changed_file()) for number in range(120)]
    text, _, _ = written(tmp_path, campaign(records))
    (plain,) = re.findall(r"<noscript>(.*?)</noscript>", text, re.DOTALL)
    assert plain.count("<tr>") == 121
    assert 'href="./patches/shop-119.patch"' in plain


def test_what_has_no_room_is_listed_without_details(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "_DETAILS_SIZE", 3_000)
    records = [repository(f"shop-{number}", changed_file()) for number in range(9)]
    data = _data(written(tmp_path, campaign(records))[0])
    assert len(data["index"]["rows"]) == 9
    assert 1 <= len(data) - 1 < 9


def test_more_repositories_than_are_listed_are_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dfix.report.campaign import write

    monkeypatch.setattr(write, "LISTED", 2)
    text, data, markdown = written(tmp_path, campaign([repository(f"r{at}") for at in range(5)]))
    assert "The first 2 of 5 are listed" in text
    assert len(json.loads(data)["repositories"]) == 5
    assert "And 3 more repositories: see `report.json`." in markdown
    assert LISTED > 10_000
    assert Rows(2).left_out == 0


def test_every_id_is_there_once_and_every_label_has_its_control(tmp_path: Path) -> None:
    text, _, _ = written(tmp_path, campaign([repository("shop", changed_file())]))
    elements = Page(text).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in elements:
        for name in ("for", "aria-labelledby", "aria-controls"):
            assert attributes.get(name) is None or attributes[name] in ids
        href = attributes.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids
