"""A browser that opens reports: Debian's Chromium, driven by playwright.

Every page that a test opens must make no request but for itself, raise no dialog and no error, and
write nothing to the console; that is checked when the test ends.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dfix.report.campaign.model import Campaign
from dfix.report.campaign.write import write_report

#: What keeps Chromium from talking to anybody, and what a machine without a screen needs.
ARGUMENTS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()

Open = Callable[..., Any]


@contextmanager
def going(page: Any) -> Iterator[None]:
    """Leave only when the page has gone elsewhere within itself, which a browser tells it later.

    The page's own listener was there first, so what it shows is new once this one is called.
    """
    page.evaluate(
        """() => {
            window.gone = new Promise(tell => {
                addEventListener('hashchange', () => tell(true), { once: true });
                setTimeout(() => tell(false), 10_000);
            });
        }"""
    )
    yield
    assert page.evaluate("window.gone")


# For a module: while it is open a thread and an event loop are, which other tests must not have about.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, with a profile that is new and empty."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("DFIX_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("THE PAGE IS NOT TESTED IN A BROWSER: there is no Chromium (DFIX_CHROMIUM)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("THE PAGE IS NOT TESTED IN A BROWSER: pip install 'dfix[browser]'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def wrong() -> list[str]:
    """What pages did that they must not."""
    return []


@pytest.fixture
def open_page(browser: Any, wrong: list[str], tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a campaign, or one that is written; options are those of a context."""
    contexts: list[Any] = []

    def open_page(made: Campaign | Path, at: str = "", **options: Any) -> Any:
        if isinstance(made, Campaign):
            write_report(made, tmp_path)
            made = tmp_path / "report.html"
        address = made.as_uri()
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        context.set_default_timeout(10_000)

        def decide(route: Any) -> None:
            if route.request.url.partition("#")[0] == address:
                route.continue_()
            else:
                wrong.append(f"request: {route.request.url}")
                route.abort()

        def refuse(dialog: Any) -> None:
            wrong.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        context.route("**/*", decide)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("dialog", refuse)
        page.on("popup", lambda popup: wrong.append(f"window: {popup.url}"))
        page.goto(address + at)
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            page.wait_for_timeout(20)  # so that what was begun is told
        context.close()
    assert wrong == []
