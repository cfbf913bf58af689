"""`dfix rules` and `dfix explain`: the fixers themselves."""

import json

from dfix.registry import all_fixers
from tests.cli.conftest import Caller


def test_rules(call: Caller) -> None:
    done = call("rules")
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()] == list(all_fixers())


def test_rules_as_json(call: Caller) -> None:
    rules = json.loads(call("rules", "--format", "json").out)
    assert [rule["name"] for rule in rules] == list(all_fixers())
    for rule in rules:
        assert rule["level"] in ("safe", "standard", "aggressive")
        assert isinstance(rule["aliases"], list)
        assert isinstance(rule["default"], bool)
        for text in ("summary", "message", "reference"):
            assert rule[text]


def test_explain_by_name_and_by_code(call: Caller) -> None:
    done = call("explain", "add-to-copy")
    assert done.code == 0
    for expected in ("Why", "When it is refused", "- ADD . /app", "+ COPY . /app", "DL3020"):
        assert expected in done.out
    assert call("explain", "dl3020").out == done.out


def test_explain_as_json(call: Caller) -> None:
    (explained,) = json.loads(call("explain", "add-to-copy", "--format", "json").out)
    assert explained["name"] == "add-to-copy"
    assert "**Why**" in explained["text"]
    assert {"before", "after"} <= set(explained["examples"][0])
    assert any(each["refused"] for each in explained["left_alone"])


def test_every_fixer_can_be_explained(call: Caller) -> None:
    for name in all_fixers():
        assert call("explain", name).code == 0
