"""A campaign as Markdown: the numbers, and nothing of a file that becomes markup or calls anybody."""

import re
from pathlib import Path

import pytest

from dfix.report.campaign.markup import bounded, code, code_block, escaped, prose, table
from dfix.report.campaign.moment import moment_text
from dfix.report.campaign.visible import visible
from tests.report.campaigns import (
    campaign,
    changed_file,
    finding,
    hostile_campaign,
    repository,
    written,
)
from tests.report.markdown import rendered


def test_the_tables(tmp_path: Path) -> None:
    records = [
        repository("shop", changed_file()),
        repository("mill", status="failed", reason="`4b8` is missing"),
        repository("calm", status="unchanged"),
    ]
    _, _, text = written(tmp_path, campaign(records, level="standard"))
    assert "Begun 25 November 2026, 19:30 UTC." in text
    assert "**2 fixes in 1 file of 1 repository**; 1 refused with a reason." in text
    assert "| repositories | 1 | 1 | 0 | 1 |" in text
    assert "| standard | 1 | 0 | 1 | 0 | 0 |" in text
    assert "| `run-as-user` | `app` may need root | 1 |" in text
    links = "[patch](./patches/shop.patch) · [text](./patches/shop.md)"
    assert f"| `shop` | changed | 1 of 1 | 2 | 1 | {links} |" in text
    assert "| `mill` | failed: `4b8` is missing | 0 of 0 | 0 | 0 |" in text
    assert "1 repository unchanged and not listed." in text
    assert "calm" not in text


def test_it_is_short_enough_for_a_comment(tmp_path: Path) -> None:
    files = [changed_file("f", finding("refused", reason=f"because of {at}")) for at in range(999)]
    records = [repository(f"shop-{at}", *files[at : at + 1]) for at in range(999)]
    _, _, text = written(tmp_path, campaign(records))
    assert len(text) < 65_536
    assert "more reasons: see `report.json`." in text
    assert "more repositories: see `report.json`." in text


def test_hostile_text_is_text(tmp_path: Path) -> None:
    _, _, text = written(tmp_path, hostile_campaign())
    page = rendered(text)
    assert page.tags <= {*"h1 h2 p table thead tbody tr th td code a strong span".split()}
    assert [
        each for each in page.links if not each.startswith(("https://docs.", "./patches/%3C"))
    ] == []
    assert page.loose == ""
    assert "\x1b" not in text
    assert "⟨ESC⟩[31mred" in page.text


NASTY = [
    "a|b",
    "a\\|b",
    "`",
    "``a`",
    " a ",
    "",
    "\\",
    "a\\",
    "<b>&amp;</b>",
    "**a** _b_ ~~c~~ [d](http://e.invalid) ![f](g)",
    "@team and @org/team, team@example.invalid",
    "#12 org/repo#12 GH-12 !12 %12 &12 ~bug $12",
    "http://example.invalid https://example.invalid www.example.invalid ftp://example.invalid",
    ":tada: a:b:c",
    "$x^2$ $`x`$",
    "a\nb\tc\rd",
    "\u202eabc\u200b",
    "- a",
    "1. a",
    "# a",
    "<!-- a",
    "| --- |",
]


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("form", [escaped, prose, code], ids=lambda each: each.__name__)
def test_text_shows_as_itself_in_a_cell(text: str, form: object) -> None:
    assert callable(form)
    page = rendered("\n".join(table(["A", "B"], [[form(text), "x"]])) + "\n")
    assert page.cells[2:][-1] == "x"
    assert len(page.cells) == 4
    expected = visible(text)
    if form is prose and len(re.findall("`([^`]+)`", text)) > 0:
        expected = re.sub("`([^`]+)`", r"\1", expected)
    assert page.cells[2].replace("\u200b", "").strip("\xa0 ") == expected.strip()
    assert page.tags <= {"table", "thead", "tbody", "tr", "th", "td", "code", "span"}
    assert page.loose == ""


def test_a_block_of_code_ends_where_it_must() -> None:
    page = rendered("a\n\n" + code_block("x\n```\n````\n<b>\n@me") + "\nb\n")
    assert page.blocks == ["x\n```\n````\n<b>\n@me\n"]


def test_long_text_is_cut() -> None:
    assert escaped("a" * 500, 10) == "aaaaaaaaa…"
    assert code("a" * 500, 10) == "`aaaaaaaaa…`"
    assert bounded(["aaa", "bbb", "c"], 8) == (["aaa", "bbb"], 1)


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-25T19:30:00+00:00", "25 November 2026, 19:30 UTC"),
        ("2026-01-05T09:03:00", "5 January 2026, 09:03"),
        ("2026-01-05T09:03:00+02:00", "5 January 2026, 09:03"),
        ("yesterday", "yesterday"),
    ],
)
def test_moments(moment: str, told: str) -> None:
    assert moment_text(moment) == told


def test_nothing_hidden_stays_hidden() -> None:
    assert visible("plain ünï 😀") == "plain ünï 😀"
    assert visible("\x00\x1b\x7f\x85\xa0\u202e\ud800\U000e0041") == (
        "⟨NUL⟩⟨ESC⟩⟨DEL⟩⟨U+0085⟩⟨U+00A0⟩⟨U+202E⟩�⟨U+E0041⟩"
    )
