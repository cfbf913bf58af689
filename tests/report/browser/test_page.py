"""The page in use: it finds, sorts and shows what the records hold, and shows it as text."""

import time
from pathlib import Path
from typing import Any

import pytest

from dfix.report.campaign import html
from dfix.report.campaign.model import FileRecord, PlanChange
from dfix.report.campaign.rows import Rows
from dfix.report.campaign.totals import Totals
from dfix.report.campaign.visible import visible
from dfix.report.campaign.whole_file import whole_file
from dfix.report.campaign.write import write_report
from tests.report.browser.conftest import Open, going
from tests.report.campaigns import (
    HOSTILE,
    campaign,
    changed_file,
    finding,
    hostile_campaign,
    large_campaign,
    repository,
)

pytestmark = pytest.mark.browser


def _names(page: Any) -> list[str]:
    return list(page.locator("#table tbody a").all_text_contents())


def test_a_repository_shows_its_files_reasons_and_plan(open_page: Open) -> None:
    page = open_page(campaign([repository("shop", changed_file("web/Dockerfile"))]))
    with going(page):
        page.get_by_role("link", name="shop").last.click()
    assert page.title() == "shop – dfix campaign report"
    assert page.locator(".file .path").text_content() == "web/Dockerfile"
    notes = page.locator(".notes").inner_text()
    assert "nothing crosses from one RUN into the next" in notes
    assert "RUN instructions became one: 1 layer less" in notes
    assert "app may need root" in notes
    reference = page.get_by_role("link", name="key-value-form", exact=True)
    assert reference.get_attribute("href").startswith("https://docs.docker.com/")
    assert page.get_by_role("link", name="Patch").get_attribute("href") == "./patches/shop.patch"
    with going(page):
        page.go_back()
    assert page.locator("#summary").is_visible()
    assert not page.locator("#detail").is_visible()


def _rows(page: Any) -> list[list[str]]:
    """The cells of a diff; `[[x]]` around what is marked within a line."""
    return list(
        page.evaluate("""() => [...document.querySelectorAll('.diff tbody tr')].map(row =>
            [...row.cells].map(cell => [...cell.querySelectorAll('a')].length
                ? [...cell.childNodes].filter(each => each.tagName !== 'A') : [...cell.childNodes])
            .map(nodes => nodes.flatMap(each => each.childNodes.length ? [...each.childNodes] : [each])
                .map(each => each.tagName === 'MARK' ? `[[${each.textContent}]]` : each.textContent)
                .join('')))""")
    )


def test_lines_that_belong_together_stand_beside_each_other(open_page: Open) -> None:
    page = open_page(campaign([repository("a", changed_file())]), "#/a")
    assert _rows(page) == [
        ["Lines 1–4, now 1–3"],
        ["1", "FROM debian:12", "1", "FROM debian:12"],
        ["2", "ENV A[[ ]]b", "2", "ENV A[[=]]b"],
        ["3", "RUN make", "", ""],
        ["4", "RUN make install", "3", "RUN make [[&& make ]]install"],
    ]


HUNKS = {
    "unended": "@@ -1 +1 @@\n-A b c\n\\ No newline at end of file\n+A b d\n\\ No newline at end of file\n",
    "added": "@@ -0,0 +1,2 @@\n+FROM a\n+USER 1\n",
    "removed": "@@ -1,3 +1 @@\n FROM a\n-RUN b\n-RUN c\n",
    "looks like a head": "@@ -1,2 +1,2 @@\n--- a\n-++ b\n+-- a\n+++ b\n",
    "two": "@@ -1,2 +1,2 @@\n x\n-y\n+z\n@@ -90,2 +90,2 @@\n-y y y\n+y y z\n x\n",
    "empty lines": "@@ -1,4 +1,2 @@\n \n-\n-\n A\n",
    "many": "@@ -1,400 +1,400 @@\n" + "".join(f"-ENV a{n} b\n+ENV a{n}=b\n" for n in range(400)),
}


@pytest.mark.parametrize("name", HUNKS)
def test_the_sides_of_a_diff_are_the_files_and_nothing_is_lost(open_page: Open, name: str) -> None:
    """Read from the page, each side is what the diff holds, in order and with its numbers."""
    hunks = HUNKS[name]
    file = FileRecord("f", "changed", None, f"--- a/f\n+++ b/f\n{hunks}", (finding(line=1),))
    page = open_page(campaign([repository("a", file)]), "#/a")
    while page.locator(".more:visible").count():
        page.locator(".more:visible").first.click()
    sides: dict[str, list[str]] = {"-": [], "+": []}
    for row in _rows(page):
        if len(row) == 4:
            for sign, number, text in (("-", *row[:2]), ("+", *row[2:])):
                if number:
                    bare = text.replace("[[", "").replace("]]", "")
                    sides[sign].append(bare.removesuffix(" (no line end)"))
    lines = [line for line in hunks.split("\n")[:-1] if line[:2] not in {"@@", "\\ "}]
    for sign, found in sides.items():
        assert found == [line[1:] for line in lines if line[0] in {sign, " "}]


def test_a_long_diff_is_shown_in_pages(open_page: Open) -> None:
    file = FileRecord("f", "changed", None, HUNKS["many"], (finding(line=350),))
    page = open_page(campaign([repository("a", file)]), "#/a")
    assert page.locator(".diff tbody tr").count() == 300
    page.locator(".notes .line").click()  # it is on a page that is not there yet
    assert page.evaluate("document.activeElement.cells[0].textContent") == "350"


def test_findings_that_say_the_same_are_one_note_with_all_lines(open_page: Open) -> None:
    same = [finding(line=line) for line in (1, 2, 2, 4, 9)]
    page = open_page(
        campaign([repository("a", changed_file("f", *same, finding("refused")))]), "#/a"
    )
    assert page.locator(".notes li").count() == 2
    assert page.locator(".notes h4").first.text_content() == "What was fixed, and why (5)"
    note = page.locator(".notes li").first
    assert "line 1, 2, 4, 9" in note.text_content()
    assert note.get_by_role("button").count() == 3  # the diff does not show line 9
    note.get_by_role("button", name="line 4").click()
    assert page.evaluate("document.activeElement.cells[0].textContent") == "4"


def test_what_is_gone_and_what_came_for_it_stand_together(open_page: Open) -> None:
    plan = (
        PlanChange("final.effect", "apt a", None),
        PlanChange("final.effect", "apt b", None),
        PlanChange("final.effect", None, "apt-get a"),
        PlanChange("final.effect", None, "apt-get b"),
        PlanChange("final.config.user", None, "10001"),
        PlanChange("final.effects[1].shell", None, "sh"),
        PlanChange("final.effects[2].shell", None, "sh"),
    )
    file = FileRecord("f", "changed", None, HUNKS["two"], (), plan)
    page = open_page(campaign([repository("a", file)]), "#/a")
    told = [each.replace("\n", " ") for each in page.locator(".plan > div").all_inner_texts()]
    assert told == [
        "final.effect before: apt a after: apt-get a",
        "final.effect before: apt b after: apt-get b",
        "final.config.user after: 10001",
        "final.effects[1].shell (and 1 more) after: sh",
    ]


def test_line_ends_of_dos_are_told_once(open_page: Open) -> None:
    diff = "--- a\n+++ b\n@@ -1,2 +1,2 @@\n FROM a\r\n-ENV a b\r\n+ENV a=b\r\n"
    page = open_page(campaign([repository("a", FileRecord("f", "changed", None, diff))]), "#/a")
    assert page.locator(".diff .control").count() == 0
    assert "lines end in CRLF" in page.locator(".diff thead").inner_text()


def test_search_filters_and_order_agree_with_the_records(open_page: Open) -> None:
    records = [
        repository("b-shop", changed_file("web/Dockerfile"), changed_file("db/Dockerfile")),
        repository("a-shop", changed_file("x/Dockerfile", finding())),
        repository("c-mill", status="failed", reason="cannot read the *index*"),
        repository("d-mill", status="unchanged"),
    ]
    page = open_page(campaign(records))
    assert _names(page) == ["b-shop", "a-shop", "c-mill", "d-mill"]
    search = page.locator("#search")
    for text, expected in (
        ("SHOP", ["b-shop", "a-shop"]),
        ("db/dock", ["b-shop"]),
        ("shop x/", ["a-shop"]),
        ("*index*", ["c-mill"]),
        ("/srv/d", ["d-mill"]),
        ("nowhere", []),
    ):
        search.fill(text)
        assert _names(page) == expected
    assert page.locator("#table tbody").inner_text() == "None is like that."
    search.fill("")
    page.locator("#fixer").select_option("merge-runs")
    assert _names(page) == ["b-shop"]
    page.locator("#fixer").select_option("")
    page.get_by_role("radio", name="Failed").check()
    assert _names(page) == ["c-mill"]
    page.get_by_role("radio", name="All").check()
    for column, expected in (
        ("name", ["a-shop", "b-shop", "c-mill", "d-mill"]),
        ("changed", ["b-shop", "a-shop", "c-mill", "d-mill"]),
        ("fixed", ["b-shop", "a-shop", "c-mill", "d-mill"]),
        ("status", ["c-mill", "b-shop", "a-shop", "d-mill"]),
    ):
        page.locator(f"[data-sort={column}]").click()
        assert _names(page) == expected
    page.locator("[data-sort=status]").click()
    assert _names(page) == ["d-mill", "b-shop", "a-shop", "c-mill"]


def test_a_fixer_in_the_chart_leads_to_what_it_fixed(open_page: Open) -> None:
    records = [
        repository("a", changed_file("f", finding())),
        repository("b", changed_file()),
    ]
    page = open_page(campaign(records))
    page.locator(".pick", has_text="merge-runs").click()
    assert _names(page) == ["b"]


def test_pages_of_the_table(open_page: Open) -> None:
    page = open_page(campaign([repository(f"r{number:03}") for number in range(120)]))
    assert len(_names(page)) == 50
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    assert _names(page)[-1] == "r119"
    assert page.locator("#page").text_content() == "3 of 3"
    assert page.get_by_role("button", name="Next").is_disabled()
    assert page.evaluate("document.activeElement.id") == "back"


def test_names_of_every_kind_can_be_opened_and_linked_to(open_page: Open) -> None:
    names = ["a/b c", "%41", "x'y\"z#/", "ünï😀", "a&b=c?d<b>"]
    page = open_page(campaign([repository(name, changed_file()) for name in names]))
    for at, name in enumerate(names):
        with going(page):
            page.locator("#table tbody a").nth(at).click()
        assert page.locator("#detail h1").text_content() == name
        page.reload()
        assert page.locator("#detail h1").text_content() == name
        with going(page):
            page.locator("#up").click()


def test_the_table_stays_where_it_is_when_its_count_is_told(open_page: Open) -> None:
    """A press and a release that stand on two things are no click."""
    page = open_page(campaign([repository("a"), repository("b")]))
    tops = page.evaluate("""() => ["", "2 repositories"].map(text => {
        document.getElementById("found").textContent = text;
        return document.querySelector("#table").getBoundingClientRect().top + scrollY;
    })""")
    assert tops[0] == tops[1]


def test_hostile_text_is_shown_as_text(open_page: Open) -> None:
    page = open_page(hostile_campaign())
    shown = visible(HOSTILE)
    assert page.title() == "dfix campaign report"
    assert page.locator("#table tbody a").text_content() == shown
    with going(page):
        page.locator("#table tbody a").click()
    assert page.locator("#detail h1").text_content() == shown
    assert page.locator(".file .path").text_content() == shown
    assert page.locator(".plan dt").first.text_content() == shown
    assert page.locator(".plan del").first.text_content() == f"{shown}"
    texts = page.locator(".diff td.text").all_text_contents()
    assert any(text.endswith(f"ENV a={shown}") for text in texts)
    assert page.locator("img, iframe, object, details[ontoggle]").count() == 0
    assert page.locator("script:not([type])").count() == 1
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.evaluate("document.body.innerText.includes('49')") is False


def test_the_policy_holds(open_page: Open, wrong: list[str], tmp_path: Path) -> None:
    """What got into the page by a mistake would neither run nor fetch; the console tells of it."""
    write_report(campaign([repository("a")]), tmp_path)
    text = (tmp_path / "report.html").read_text("utf-8")
    evil = "<script>document.title = 'run'</script><img src='http://example.invalid/x'>"
    (tmp_path / "evil.html").write_text(text.replace("<footer", f"{evil}<footer"), "utf-8")
    page = open_page(tmp_path / "evil.html")
    assert page.title() == "dfix campaign report"
    until = time.monotonic() + 10
    while len(wrong) < 2 and time.monotonic() < until:
        page.wait_for_timeout(20)
    assert len(wrong) == 2
    assert all("Content Security Policy" in each for each in wrong)
    wrong.clear()


def test_a_repository_without_room_says_so(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "_DETAIL_SIZE", 10)
    page = open_page(campaign([repository("a", changed_file())]), "#/a")
    assert "no room for its files" in page.locator("#detail").inner_text()


def test_ten_thousand_files_stay_quick(open_page: Open, tmp_path: Path) -> None:
    made = large_campaign(10_000)
    rows = Rows.of(made.repositories(), 10_000)
    with whole_file(tmp_path / "report.html") as file:
        html.write_html(file, made, Totals.of(made.repositories()), rows)
    begun = time.perf_counter()
    page = open_page(tmp_path / "report.html")
    loaded = time.perf_counter() - begun
    assert page.locator("#table tbody tr").count() == 50
    assert page.evaluate("document.querySelectorAll('*').length") < 6_000
    took = page.evaluate("""() => {
        const search = document.querySelector('#search');
        const begun = performance.now();
        search.value = 'services/9876/';
        search.dispatchEvent(new InputEvent('input', { bubbles: true }));
        document.querySelector('#table').offsetHeight;
        return performance.now() - begun;
    }""")
    assert _names(page) == ["team-34/service-09876"]
    page.locator("#table tbody a").click()
    begun = time.perf_counter()
    page.locator(".path", has_text="services/9876/").wait_for()
    opened = time.perf_counter() - begun
    # The machine may be a busy one: what grows with the square of the rows takes minutes on any.
    assert took < 3_000, f"{took} ms to search"
    assert opened < 10, f"{opened} s to open"
    assert loaded < 60, f"{loaded} s to load"


def test_a_record_of_thousands_of_files_is_shown_in_pages(open_page: Open) -> None:
    page = open_page(large_campaign(1_000, per_repository=1_000), "#/team-0%2Fservice-00000")
    assert page.locator(".file").count() == 50
    page.get_by_role("button", name="Show 50 more of 950 files").click()
    assert page.locator(".file").count() == 100
    page.locator("#file-search").fill("/999/")
    assert page.locator(".file .path").all_text_contents() == ["services/999/Dockerfile"]
