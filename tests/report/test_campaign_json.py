"""The JSON of a campaign keeps its shape, and holds the records as they are."""

import json
from pathlib import Path

from dfix.report.campaign.json import json_in_html, json_text
from dfix.report.campaign.model import RepositoryRecord
from tests.report.campaigns import (
    campaign,
    changed_file,
    finding,
    hostile_campaign,
    repository,
    written,
)


def test_the_shape(tmp_path: Path) -> None:
    records = [repository("a", changed_file()), repository("b", status="failed", reason="gone")]
    _, text, _ = written(tmp_path, campaign(records, level="safe"))
    data = json.loads(text)
    assert list(data) == [
        "version",
        "dfix",
        "campaign",
        "totals",
        "fixers",
        "levels",
        "refused",
        "repositories",
    ]
    assert data["version"] == 1
    assert data["campaign"] == {
        "started": "2026-11-25T19:30:00+00:00",
        "options": {"level": "safe"},
        "noun": ["repository", "repositories"],
    }
    assert data["totals"] == {
        "repositories": {"changed": 1, "unchanged": 0, "skipped": 0, "failed": 1},
        "files": {"changed": 1, "unchanged": 0, "skipped": 0, "failed": 0, "same_image": 0},
        "findings": {"fixed": 2, "fixable": 0, "refused": 1, "advice": 0, "suppressed": 0},
    }
    assert data["fixers"][0] == {
        "name": "key-value-form",
        "level": "safe",
        "fixed": 1,
        "fixable": 0,
        "refused": 0,
        "advice": 0,
        "suppressed": 0,
        "files": 1,
        "reference": "https://docs.docker.com/reference/build-checks/legacy-key-value-format/",
    }
    assert list(data["levels"]) == ["safe", "standard", "aggressive"]
    assert data["refused"] == [
        {"fixer": "run-as-user", "reason": "`app` may need root", "count": 1}
    ]
    assert [RepositoryRecord.from_data(each) for each in data["repositories"]] == records


def test_one_repository_stands_in_one_line(tmp_path: Path) -> None:
    records = [repository("a", changed_file()), repository("b")]
    _, text, _ = written(tmp_path, campaign(records))
    lines = [line.rstrip(",") for line in text.split("\n") if line.startswith('{"name"')]
    assert [json.loads(line)["name"] for line in lines] == ["a", "b"]


def test_hostile_text_comes_back_and_is_harmless_to_print(tmp_path: Path) -> None:
    _, text, _ = written(tmp_path, hostile_campaign())
    (record,) = hostile_campaign().repositories()
    assert RepositoryRecord.from_data(json.loads(text)["repositories"][0]) == record
    assert all(each == "\n" or each.isprintable() for each in text)


def test_halves_of_characters_are_replaced() -> None:
    assert json_text("\udc80\ud800") == '"��"'


def test_nothing_in_html_can_end_the_data() -> None:
    data = {"</script>": ["<!--", "&lt;", "]]>"]}
    text = json_in_html(data)
    assert json.loads(text) == data
    assert not set("<>&") & set(text)


def test_a_fixer_that_is_not_installed_has_no_reference(tmp_path: Path) -> None:
    made = campaign([repository("a", changed_file("f", finding(fixer="of-a-plugin")))])
    _, text, _ = written(tmp_path, made)
    assert json.loads(text)["fixers"][0]["reference"] == ""
