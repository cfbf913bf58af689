"""The page is for everybody: axe-core finds nothing, the keyboard is enough, no script is needed."""

from typing import Any

import pytest

from dfix.report.campaign.model import FileRecord
from tests.report.browser.conftest import Open, going
from tests.report.campaigns import (
    campaign,
    changed_file,
    finding,
    hostile_campaign,
    repository,
)

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
}

SAMPLE = campaign(
    [
        repository(
            "shop",
            changed_file("Dockerfile"),
            changed_file("a/very/" + "long/" * 30 + "path/Dockerfile", finding()),
            FileRecord("b/Dockerfile", "failed", "line 3: no such instruction: RUM"),
            FileRecord(
                "c/Dockerfile",
                "unchanged",
                findings=(
                    finding("fixable", fixer="pipefail", level="aggressive", reason="needs more"),
                    finding("suppressed"),
                    finding("refused", advice=True, reason="take a newer base"),
                ),
            ),
        ),
        repository("billing", status="failed", reason="git cannot read `4b825dc`: fetch it anew"),
        repository("legacy", status="skipped", reason="the branch is there: delete it"),
        *(repository(f"quiet-{number}", status="unchanged") for number in range(70)),
    ],
    level="standard",
    branch="dfix/migrate",
)


def violations(page: Any) -> list[str]:
    """What axe-core finds wrong, by rule and place, also by its advice on best practice."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['target']}" for each in found for node in each["nodes"]]


def scrolls_sideways(page: Any) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_the_summary(open_page: Open, look: str) -> None:
    page = open_page(SAMPLE, **LOOKS[look])
    assert violations(page) == []
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_a_repository(open_page: Open, look: str) -> None:
    page = open_page(SAMPLE, "#/shop", **LOOKS[look])
    page.get_by_role("radio", name="All").check()
    while page.locator(".file button[aria-expanded=false]").count():
        page.locator(".file button[aria-expanded=false]").first.click()
    assert page.locator(".body:visible").count() == 4
    assert violations(page) == []
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("look", ["light", "phone"])
def test_hostile_text_neither_breaks_the_page_nor_its_width(open_page: Open, look: str) -> None:
    page = open_page(hostile_campaign(), **LOOKS[look])
    assert violations(page) == []
    assert not scrolls_sideways(page)
    with going(page):
        page.locator("#table tbody a").click()
    assert page.locator(".diff").count() == 1
    assert violations(page) == []
    assert not scrolls_sideways(page)


def test_axe_would_find_something(open_page: Open) -> None:
    """The check itself works: a control that has no name is found."""
    page = open_page(SAMPLE)
    page.evaluate("document.querySelector('label[for=search]').remove()")
    page.evaluate("document.querySelector('#search').removeAttribute('placeholder')")
    assert violations(page) == ["label: ['#search']"]


def _tab_to(page: Any, selector: str) -> None:
    """Press Tab until the focus is on what is looked for."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none" or page.evaluate("document.activeElement.type === 'radio'")
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_the_keyboard_is_enough(open_page: Open) -> None:
    page = open_page(SAMPLE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"

    _tab_to(page, "#search")
    page.keyboard.type("SHO")
    page.locator("#found", has_text="1 of 73 repositories").wait_for()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")

    _tab_to(page, "[name=status]")
    page.keyboard.press("ArrowRight")
    assert page.locator("#table tbody tr").count() == 1

    page.keyboard.press("ArrowLeft")
    _tab_to(page, "[data-sort=fixed]")
    page.keyboard.press("Enter")
    head = page.locator("th:has([data-sort=fixed])")
    assert head.get_attribute("aria-sort") == "descending"
    assert page.locator("#table tbody a").first.text_content() == "shop"
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")

    _tab_to(page, "#table tbody a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#detail h1")
    assert page.evaluate("document.activeElement.textContent") == "shop"
    _tab_to(page, ".file button[aria-expanded=true]")
    page.keyboard.press("Enter")
    assert page.locator(".file button").first.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    _tab_to(page, ".notes .line")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('.diff tr')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('.notes li')")

    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.id") == "up":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#table", state="visible")
    page.locator("#table a:focus", has_text="shop").wait_for()


def test_without_a_script_the_numbers_and_the_table_are_there(open_page: Open) -> None:
    page = open_page(SAMPLE, java_script_enabled=False)
    assert page.locator("h1").text_content() == "3 fixes in 1 of 73 repositories"
    assert page.locator("#fixers .chart tbody tr").count() == 4
    rows = page.locator(".plainly tbody tr")
    assert rows.count() == 73
    assert rows.nth(0).is_visible()
    assert rows.nth(1).text_content().startswith("billingfailed git cannot read 4b825dc")
    for hidden in ("#theme", "#browser", "#detail"):
        assert not page.locator(hidden).is_visible()


def test_light_and_dark_can_be_chosen(open_page: Open) -> None:
    def ground() -> Any:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    page = open_page(SAMPLE, color_scheme="dark")
    button = page.get_by_role("button", name="Dark")
    assert button.get_attribute("aria-pressed") == "true"
    dark = ground()
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert ground() == "rgb(244, 246, 249)" != dark
    button.click()
    assert ground() == dark


def test_what_is_printed_is_light_and_has_all_rows_and_no_controls(open_page: Open) -> None:
    page = open_page(SAMPLE, color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#table tbody tr").count() == 73
    assert not page.locator("header").first.is_visible()
    assert not page.locator("#filters").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(22, 32, 44)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#table tbody tr").count() == 50


def test_nothing_moves_for_those_who_do_not_want_it(open_page: Open) -> None:
    page = open_page(SAMPLE, "#/shop", reduced_motion="reduce")
    page.locator(".notes .line").first.click()
    lit = page.locator(".lit td").first
    assert lit.evaluate("each => getComputedStyle(each).animationName") == "none"
    root = page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
    assert root == "auto"
