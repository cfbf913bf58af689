"""The text of a pull request tells all that its reader has to know, and calls nobody."""

import pytest

from dfix.registry import all_fixers
from dfix.report.campaign.model import FileRecord, PlanChange
from dfix.report.campaign.pull_request import pull_request_text, pull_request_title
from dfix.report.campaign.rationale import Rationale, file_address, web_address
from tests.report.campaigns import HOSTILE, changed_file, finding, hostile_campaign, repository
from tests.report.markdown import rendered

RECORD = repository(
    "shop",
    changed_file("web/Dockerfile"),
    changed_file(
        "db/Dockerfile",
        finding(
            fixer="numeric-user",
            level="standard",
            plan=(PlanChange("final.config.user", "app", "10001"),),
        ),
        finding("refused", advice=True, fixer="eol-base", line=7, reason="take a newer base"),
    ),
    changed_file("calm/Dockerfile", finding()),
    FileRecord("old/Dockerfile", "unchanged"),
)


def test_the_whole_text() -> None:
    text = pull_request_text(RECORD, reproduce="dfix --level standard .")
    title, _, rest = text.partition("\n")
    assert title == f"# {pull_request_title(RECORD)}" == "# Improve 3 Dockerfiles: 4 fixes by dfix"
    assert "went through 4 Dockerfiles at `main` and changed 3" in rest
    assert "the image of 1 of the 3 files is the same as before" in rest
    reference = "https://docs.docker.com/reference/build-checks/legacy-key-value-format/"
    assert f"| [`key-value-form`]({reference}) | safe | 2 | `ENV NAME value` takes all" in rest
    assert "Here: nothing crosses from one RUN into the next |" in rest
    assert "  - `final.effects" not in rest
    assert "  - `final.boundary`: RUN instructions became one, which makes 1 layer less\n" in rest
    assert "  - `final.config.user`: `app` → `10001`\n" in rest
    assert "- `calm/Dockerfile`: none, the image is the same.\n" in rest
    assert "## What was refused, and why (1)\n" in rest
    assert "- `run-as-user`: `app` may need root\n" in rest
    assert "- `db/Dockerfile:7` `eol-base`: take a newer base\n" in rest
    assert "```\ndfix --level standard .\n```" in rest
    assert "delete the branch `dfix/migrate`" in rest
    assert f"git revert --no-edit {'3' * 40} {'2' * 40}\n" in rest
    assert text.count("<details>") == text.count("</details>") == 2


def test_the_sections_are_headings_and_tables(tmp_path: object) -> None:
    page = rendered(pull_request_text(RECORD, reproduce="dfix ."))
    assert {"h1", "h2", "table", "ul", "pre", "details", "summary"} <= page.tags
    assert len(page.cells) == 4 * 4
    assert page.blocks == ["dfix .\n", f"git revert --no-edit {'3' * 40} {'2' * 40}\n"]


def test_what_is_not_there_is_not_told() -> None:
    record = repository(
        "a", changed_file("f", finding()), commits=(), branch=None, ref=None, base=None
    )
    text = pull_request_text(record, reproduce="dfix .")
    assert "refused, and why" not in text
    assert "person to decide" not in text
    assert "the image is the same after it as before" in text
    assert "In a checkout of the same commit:" in text
    assert "`git revert` of the commit that brought it." in text
    assert "None" not in text


def test_nothing_fixed() -> None:
    text = pull_request_text(repository("a", FileRecord("f", "unchanged")), reproduce="dfix .")
    assert text.startswith("# Improve 0 Dockerfiles: 0 fixes by dfix\n")
    assert "Nothing." in text


def test_hostile_text_is_text() -> None:
    (record,) = hostile_campaign().repositories()
    text = pull_request_text(record, reproduce=f"dfix {HOSTILE}")
    page = rendered(text)
    known = "h1 h2 p table thead tbody tr th td code pre a ul li br span details summary"
    assert page.tags <= set(known.split())
    assert [each for each in page.links if not each.startswith("https://docs.docker.com/")] == []
    assert page.loose == ""
    assert page.text.count("⟨ESC⟩[31mred") > 5
    assert "\x1b" not in text
    assert HOSTILE.partition(" ")[0] not in pull_request_title(record)


def test_it_is_never_longer_than_github_takes() -> None:
    long = "x|`" * 300
    files = [
        changed_file(
            f"{number}/{long}",
            *(
                finding(
                    status, fixer=f"fixer-{number % 99}", reason=f"{number} {long}", advice=advice
                )
                for status, advice in (("fixed", False), ("refused", False), ("refused", True))
            ),
            finding(plan=(PlanChange(f"final.{number}", long, long),)),
        )
        for number in range(300)
    ]
    text = pull_request_text(repository("a", *files), reproduce="dfix .")
    assert len(text) < 65_536
    assert text.count("more lines.") == 3
    assert "more fixers." in text
    assert "## How to undo" in text


@pytest.mark.parametrize("name", all_fixers())
def test_every_fixer_says_why_in_a_sentence(name: str) -> None:
    note = Rationale.of(name)
    assert 20 < len(note.why) < 400
    assert "\n" not in note.why
    assert not note.why.endswith(":")
    assert note.reference == "" or note.reference.startswith("https://")


def test_a_fixer_that_is_not_installed_has_a_name() -> None:
    assert Rationale.of("no-such") == Rationale("no-such")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://a.example/b?c=d#e", "https://a.example/b?c=d#e"),
        ('https://a.example/(b)[c]|`<d>"', "https://a.example/%28b%29%5Bc%5D%7C%60%3Cd%3E%22"),
        ("javascript:alert(1)", ""),
        ("https:///no-host", ""),
        ("https://[bad", ""),
        ("https://me@evil.example/", ""),
        ("https://a.example/ b", ""),
        ("https://a.example/\nb", ""),
        ("ftp://a.example/", ""),
        (None, ""),
    ],
)
def test_only_web_addresses_are_linked_to(text: str | None, address: str) -> None:
    assert web_address(text) == address


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("patches/a b.patch", "./patches/a%20b.patch"),
        ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ("../x", ""),
        ("a/../../x", ""),
        ("/etc/passwd", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_files_of_the_campaign_are_linked_to(path: str | None, address: str) -> None:
    assert file_address(path) == address
