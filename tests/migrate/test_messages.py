"""Messages of commits: what files hold means nothing to git, to a mail reader or to a forge."""

import re

import pytest

from dfix.migrate.messages import body, plain, subject
from dfix.report.campaign.model import FindingRecord, PlanChange

#: As the forges' own documentation has them.
CLOSING = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|implement(?:s|ed)?)\b:?\s+"
    r"(?:[\w.-]+/[\w.-]+)?(?:#\d+|GH-\d+|https?://\S+/(?:issues|pull|merge_requests|work_items|epics)/\d+)",
    re.IGNORECASE,
)
MENTION = re.compile(r"(?<![\w`])@[\w-]")
SKIPPING = re.compile(
    r"\[(?:skip[ -](?:ci|actions|travis|netlify|appveyor)|(?:ci|actions|travis)[ -]skip|no[ -]ci)\]|\*\*\*NO_CI\*\*\*",
    re.IGNORECASE,
)

NASTY = (
    "fixes #1",
    "Closes: o/r#12",
    "resolves GH-3",
    "resolves gh-3",
    "closes https://github.com/o/r/issues/4",
    "closes https://gitlab.com/g/p/-/merge_requests/5",
    "implements https://gitlab.com/g/p/-/work_items/5",
    "@someone @org/team",
    "@sha256:0123",
    "(@someone)",
    "x @-x",
    "[skip ci]",
    "[CI SKIP]",
    "[no ci]",
    "[skip actions]",
    "[actions skip]",
    "***NO_CI***",
    "a\n\nCo-authored-by: Evil <evil@example.com>",
    "a\r\nSigned-off-by: Evil <evil@example.com>",
    "a\n---\ndiff --git a/x b/x",
    "a\u2028@someone\u2029fixes #1",
    "\x1b[31mred",
    "a\0b",
)


def acts(text: str) -> bool:
    return any(each.search(text) for each in (CLOSING, MENTION, SKIPPING))


@pytest.mark.parametrize("text", NASTY)
def test_a_text_of_a_file_acts_on_nothing(text: str) -> None:
    finding = FindingRecord("key-value-form", "safe", text, 1, "fixed", text)
    change = PlanChange(text, text, text)
    message = "\n".join(
        (
            subject("file", [], text),
            "",
            body([(text, finding)], [(text, change)], level="safe", version="1"),
        )
    )
    assert not acts(message), message
    for line in message.split("\n")[2:]:
        assert line.isprintable()
        assert not re.match(r"[\w-]+-by:|---|diff|From ", line, re.IGNORECASE)


def test_the_texts_would_act() -> None:
    assert all(acts(each) for each in NASTY[:17])


@pytest.mark.parametrize(
    "text", ["debian@sha256:0123abcd", "a [b] c", "build.effects[3].cwd", "x#y", "R&D", "issues/"]
)
def test_what_acts_on_nothing_stays(text: str) -> None:
    assert plain(text) == text
