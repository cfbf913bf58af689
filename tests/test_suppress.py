"""Comments that switch fixers off: what does not, what does, and for which instructions."""

import pytest

from dfix import Comment, is_pragma, parse
from dfix.suppress import Suppressions

#: What the fixer that the comments below speak of is called.
NAMES = ("add-to-copy", "DL3020", "LegacyKeyValueFormat")


def covered(text: str, names: tuple[str, ...] = NAMES) -> list[int]:
    """The instructions of `text`, by number, for which the fixer is switched off."""
    tree = parse(text)
    suppressions = Suppressions(tree)
    return [at for at, each in enumerate(tree.instructions) if suppressions.covers(names, (each,))]


def above_second(comment: str) -> str:
    """A file of three instructions with `comment` right above the second one."""
    return f"FROM a\n{comment}\nADD b c\nADD d e\n"


@pytest.mark.parametrize(
    "comment",
    [
        pytest.param("# ADD b c", id="plain"),
        pytest.param("# DL3020", id="code-alone"),
        pytest.param("# ignore=DL3020", id="no-tool"),
        pytest.param("# dfix", id="name-alone"),
        pytest.param("# dfix ignore", id="no-colon"),
        pytest.param("# dfix: ignored", id="another-word"),
        pytest.param("# dfix: ignore-next", id="another-scope"),
        pytest.param("# dfix: ignore-files", id="another-file-word"),
        pytest.param("# dfix: fix=add-to-copy", id="another-verb"),
        pytest.param("# do not write dfix: ignore", id="in-a-sentence"),
        pytest.param("## dfix: ignore", id="two-signs"),
        pytest.param("# dfix: ignore=merge-runs", id="another-fixer"),
        pytest.param("# dfix: ignore=add", id="part-of-a-name"),
        pytest.param("# dfix: ignore=add-to-copy-too", id="longer-name"),
        pytest.param("# dfix: ignore=DL302", id="part-of-a-code"),
        pytest.param("# dfix: ignore=merge-runs until add-to-copy works", id="name-in-the-reason"),
        pytest.param("# dfix: ignore=merge-runs # not add-to-copy", id="name-behind-a-sign"),
        pytest.param("# dfix: ignore-file=merge-runs", id="file-another-fixer"),
        pytest.param("# hadolint ignore", id="hadolint-no-names"),
        pytest.param("# hadolint ignore=", id="hadolint-empty"),
        pytest.param("# hadolint ignore=DL3021", id="hadolint-another-code"),
        pytest.param("# hadolint shell=DL3020", id="hadolint-another-verb"),
        pytest.param("# hadolint ignore=DL3021 # DL3020 is fine", id="hadolint-reason"),
        pytest.param("# hadolint: ignore=DL3020", id="hadolint-with-a-colon"),
        pytest.param("# hadolint stage ignore=DL3020", id="hadolint-stage-above-no-from"),
        pytest.param("# hadolint global ignore=DL3021", id="hadolint-global-another-code"),
        pytest.param("# check=error=true", id="check-no-skip"),
        pytest.param("# check=skip=JSONArgsRecommended", id="check-another-rule"),
        pytest.param("# check=experimental=LegacyKeyValueFormat", id="check-another-option"),
    ],
)
def test_switches_nothing_off(comment: str) -> None:
    assert covered(above_second(comment)) == []
    assert not Suppressions(parse(above_second(comment))).whole_file


@pytest.mark.parametrize(
    "comment",
    [
        pytest.param("# dfix: ignore", id="bare"),
        pytest.param("#dfix:ignore", id="no-blanks"),
        pytest.param("#  DFIX :  Ignore  ", id="blanks-and-case"),
        pytest.param("  # dfix: ignore", id="indented"),
        pytest.param("# dfix: ignore, it is a fixture", id="bare-with-a-reason"),
        pytest.param("# dfix: ignore # it is a fixture", id="bare-with-a-second-sign"),
        pytest.param("# dfix: ignore=", id="empty-list"),
        pytest.param("# dfix: ignore=add-to-copy", id="name"),
        pytest.param("# dfix: ignore=Add-To-Copy", id="name-case"),
        pytest.param("# dfix: ignore = add-to-copy", id="name-blanks"),
        pytest.param("# dfix: ignore=DL3020", id="code"),
        pytest.param("# dfix: ignore=dl3020", id="code-case"),
        pytest.param("# dfix: ignore=legacykeyvalueformat", id="rule-case"),
        pytest.param("# dfix: ignore=merge-runs,add-to-copy", id="second"),
        pytest.param("# dfix: ignore=merge-runs , add-to-copy ,", id="second-blanks"),
        pytest.param("# dfix: ignore=add-to-copy because of a", id="name-with-a-reason"),
        pytest.param("# dfix: ignore=add-to-copy # because of a", id="name-second-sign"),
        pytest.param("# dfix: ignore=add-to-copy; because of a", id="name-semicolon"),
        pytest.param("# hadolint ignore=DL3020", id="hadolint"),
        pytest.param("#hadolint ignore=DL3020", id="hadolint-no-blank"),
        pytest.param("# hadolint   ignore = dl3020", id="hadolint-blanks-and-case"),
        pytest.param("# hadolint ignore=DL3008,DL3020", id="hadolint-second"),
        pytest.param("# hadolint ignore=DL3008, DL3020", id="hadolint-second-blank"),
        pytest.param("# hadolint ignore=DL3008 DL3020", id="hadolint-no-comma"),
        pytest.param("# hadolint ignore=DL3020  # it is an archive", id="hadolint-reason"),
        pytest.param("# hadolint ignore=DL3020 - it is an archive", id="hadolint-dash"),
        pytest.param("# check=skip=LegacyKeyValueFormat", id="check"),
        pytest.param("# check=skip=Other,LegacyKeyValueFormat", id="check-second"),
        pytest.param("# check = error=true; skip = LegacyKeyValueFormat", id="check-option"),
        pytest.param("# check=skip=all", id="check-all"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_switches_off_the_instruction_below(comment: str, newline: str) -> None:
    text = above_second(comment).replace("\n", newline)
    assert covered(text) == [1]
    assert not Suppressions(parse(text)).whole_file


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("FROM a\n# dfix: ignore\n# why\nADD b c\n", id="a-comment-between"),
        pytest.param("FROM a\n# dfix: ignore\n\nADD b c\n", id="a-blank-line-between"),
        pytest.param("FROM a\n# hadolint ignore=DL3020\n# dfix: ignore=x\nADD b c\n", id="two"),
        pytest.param("FROM a\n# dfix: ignore\nADD b \\\n  c\nADD d e\n", id="a-long-one"),
    ],
)
def test_other_lines_above_an_instruction_do_not_matter(text: str) -> None:
    assert covered(text) == [1]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("FROM a\nADD b c\n# dfix: ignore\n", id="below-the-last"),
        pytest.param("FROM a\nRUN b \\\n# dfix: ignore\n  c\n", id="inside-an-instruction"),
        pytest.param("FROM a\nRUN <<EOF\n# dfix: ignore-file\nEOF\n", id="inside-a-heredoc"),
    ],
)
def test_a_comment_with_no_instruction_below_switches_nothing_off(text: str) -> None:
    assert covered(text) == []


@pytest.mark.parametrize(
    "comment",
    [
        pytest.param("# dfix: ignore-file=add-to-copy", id="name"),
        pytest.param("# dfix: ignore-file=DL3020 # all of it", id="code-with-a-reason"),
        pytest.param("# hadolint global ignore=DL3020", id="hadolint"),
        pytest.param("# hadolint  GLOBAL  ignore=DL3008,DL3020 # why", id="hadolint-spelling"),
    ],
)
@pytest.mark.parametrize("place", ["head", "middle", "foot"])
def test_a_fixer_can_be_switched_off_for_the_file(comment: str, place: str) -> None:
    text = {
        "head": f"{comment}\nFROM a\nADD b c\nADD d e\n",
        "middle": above_second(comment),
        "foot": f"FROM a\nADD b c\nADD d e\n{comment}\n",
    }[place]
    assert covered(text) == [0, 1, 2]
    assert covered(text, ("merge-runs", "DL3059")) == []
    assert not Suppressions(parse(text)).whole_file


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# dfix: ignore-file\nFROM a\n", id="head"),
        pytest.param("FROM a\n# dfix: ignore-file\nADD b c\n", id="middle"),
        pytest.param("FROM a\n# dfix: ignore-file\n", id="foot"),
        pytest.param("# syntax=a\n# dfix: ignore-file, a fixture\nFROM a\n", id="reason"),
        pytest.param("# check=skip=all\nFROM a\n", id="check-directive"),
        pytest.param("# syntax=a\n# check=error=true;skip=all\nFROM a\n", id="check-option"),
    ],
)
def test_a_whole_file_can_be_switched_off(text: str) -> None:
    assert Suppressions(parse(text)).whole_file
    assert covered(text, ("anything",)) == list(range(len(parse(text).instructions)))


def test_a_check_directive_covers_its_rules_in_the_file() -> None:
    text = "# check=skip=LegacyKeyValueFormat;error=true\nFROM a\nENV a b\n"
    assert covered(text) == [0, 1]
    assert covered(text, ("merge-runs",)) == []


def test_a_check_below_another_line_is_no_directive_any_more() -> None:
    text = "\n# check=skip=LegacyKeyValueFormat\nFROM a\nENV a b\n"
    assert covered(text) == [0]


def test_a_stage_can_be_switched_off() -> None:
    text = "FROM a\nADD b c\n# hadolint stage ignore=DL3020\nFROM a\nADD b c\nFROM a\nADD b c\n"
    assert covered(text) == [2, 3]


def test_any_instruction_of_a_change_can_switch_it_off() -> None:
    tree = parse("FROM a\nRUN b\n# dfix: ignore=merge-runs\nRUN c\n")
    suppressions = Suppressions(tree)
    assert not suppressions.covers(("merge-runs",), tree.instructions[:2])
    assert suppressions.covers(("merge-runs",), tree.instructions[1:])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# what it is for", False),
        ("# see hadolint", False),
        ("# checked by hand", False),
        ("# nosy", False),
        ("# dfix: ignore", True),
        ("# hadolint ignore=DL3008", True),
        ("# hadolint shell=bash", True),
        ("# check=skip=all", True),
        ("#checkov:skip=CKV_DOCKER_3", True),
        ("# renovate: datasource=deb depName=git", True),
        ("# shellcheck disable=SC2086", True),
        ("# trivy:ignore:AVD-DS-0002", True),
        ("# tally ignore=x", True),
        ("# NOSONAR", True),
        ("#dockerfile_lint - ignore", True),
    ],
)
def test_is_pragma(text: str, expected: bool) -> None:
    assert is_pragma(Comment(text=text)) is expected
