"""The numbers of a campaign."""

from dfix.report.campaign.rows import Rows
from dfix.report.campaign.totals import Totals
from tests.report.campaigns import changed_file, finding, repository


def test_everything_is_counted_once() -> None:
    totals = Totals.of(
        [
            repository("a", changed_file(), changed_file("b/Dockerfile", finding())),
            repository("b", status="failed", reason="no"),
        ]
    )
    assert totals.repositories == {"changed": 1, "failed": 1}
    assert totals.files == {"changed": 2}
    assert totals.outcomes == {"fixed": 3, "refused": 1}
    assert totals.same_image == 1
    assert totals.fixers["key-value-form"].files == 2
    assert totals.fixers["merge-runs"].outcomes == {"fixed": 1}
    assert totals.fixers["run-as-user"].files == 0
    assert totals.levels["standard"] == {"fixed": 1, "refused": 1}
    assert [name for name, _ in totals.ranked()] == ["key-value-form", "merge-runs", "run-as-user"]


def test_advice_is_not_refused() -> None:
    file = changed_file("f", finding("refused", advice=True, reason="do it"))
    totals = Totals.of([repository("a", file)])
    assert totals.outcomes == {"advice": 1}
    assert totals.refused == []


def test_a_fixer_has_the_boldest_level_that_was_met() -> None:
    levels = ("safe", "aggressive", "standard")
    file = changed_file("f", *(finding(level=level) for level in levels))
    assert Totals.of([repository("a", file)]).fixers["key-value-form"].level == "aggressive"


def test_reasons_that_differ_in_what_they_quote_are_one() -> None:
    reasons = (
        "`a` may be a script",
        "`a` may be a script",
        "`b` may be a script",
        "no `c`",
        "no `c`",
    )
    file = changed_file("f", *(finding("refused", reason=reason) for reason in reasons))
    told = [(each.reason, each.count) for each in Totals.of([repository("a", file)]).refused]
    assert told == [("`…` may be a script", 3), ("no `c`", 2)]


def test_countless_reasons_do_not_fill_the_memory() -> None:
    files = (
        changed_file("f", finding("refused", reason=f"reason {number}")) for number in range(5_100)
    )
    totals = Totals.of(repository("a", file) for file in files)
    assert len(totals.refused) == 5_001
    assert (totals.refused[0].reason, totals.refused[0].count) == ("other reasons", 100)


def test_rows_end_where_they_must() -> None:
    rows = Rows.of((repository(f"r{number}", changed_file()) for number in range(5)), 3)
    assert [row.name for row in rows.shown] == ["r0", "r1", "r2"]
    assert rows.left_out == 2


def test_the_most_fixed_come_first() -> None:
    rows = Rows.of(
        [
            repository("none", status="unchanged"),
            repository("few", changed_file()),
            repository("many", changed_file(), changed_file("b")),
        ],
        10,
    )
    assert [row.name for row in rows.most_fixed(5)] == ["many", "few"]
