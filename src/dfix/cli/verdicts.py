"""What became of one Dockerfile under a real builder, as a table for people."""

import io
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dfix.report.styled import visible
from dfix.verify.comparison import PathDifference
from dfix.verify.promise import told
from dfix.verify.record import Verified

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN = 10  # allowed differences of one reason; those that are not allowed are all shown
_LOG = 12  # lines of what the builder said
_PATHS = 1000  # of differences that nothing allows: then something else is wrong
_STYLES = {
    "kept": "green",
    "unchanged": "green",
    "broken": "red",
    "unbuilt": "yellow",
    "failed": "red",
}
_VERDICTS = {
    "kept": "as promised",
    "broken": "NOT as promised",
    "unbuilt": "nothing is claimed",
    "unchanged": "nothing to change",
    "failed": "could not be handled",
}  # fmt: skip


def verdict_text(verified: Verified, *, colour: bool, terminal: bool) -> str:
    """The verdict and the differences behind it; only as wide as a `terminal` is."""
    from rich.console import Console
    from rich.text import Text

    file = io.StringIO()
    console = Console(
        file=file,
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        width=shutil.get_terminal_size().columns if terminal else 100_000,
    )
    level = f" (level {verified.level})" if verified.level else ""
    head = Text.assemble(
        (visible(verified.name), "bold"),
        ": ",
        (_VERDICTS[verified.verdict], _STYLES[verified.verdict]),
        level,
    )
    console.print(head, soft_wrap=True)
    if verified.told_problem is not None:
        console.print(Text(f"  {visible(verified.told_problem)}"), soft_wrap=True)
    comparison = verified.comparison
    if comparison is None:
        return file.getvalue()
    for old, new in comparison.moved:
        line = f"{old} is another image than {new} today: both texts are built on {new}"
        console.print(Text(f"  {visible(line)}", "yellow"), soft_wrap=True)
    for line in comparison.log[-_LOG:]:
        console.print(Text(f"  | {visible(line)}", "dim"), soft_wrap=True)
    if comparison.problem is not None:
        for line in verified.left_out:
            console.print(Text(f"  not copied: {visible(line)}"), soft_wrap=True)
    elif comparison.before is not None and comparison.after is not None:
        console.print(_table(verified))
    return file.getvalue()


def size_text(size: int) -> str:
    """Bytes as people read them, in decimal units as the builders show them."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 1000 or unit == "GB":
            break
    return f"{value:.1f} {unit}"


def _table(verified: Verified) -> "Table":
    from rich import box
    from rich.table import Table

    comparison = verified.comparison
    assert comparison is not None
    assert comparison.before is not None
    assert comparison.after is not None
    table = Table(box=box.SIMPLE, pad_edge=False)
    for name in ("", "before", "after", ""):
        table.add_column(name, overflow="fold")
    before, after = comparison.before, comparison.after
    _row(table, "size", size_text(before.size), size_text(after.size))
    _row(table, "layers", str(before.layers), str(after.layers))
    _row(table, "build", f"{before.seconds:.1f} s", f"{after.seconds:.1f} s")
    table.add_section()
    for setting in comparison.settings:
        same = setting.before == setting.after
        why = "announced, and not there" if same else setting.reason
        _row(
            table,
            setting.key,
            told(setting.before),
            told(setting.after),
            why if setting.reason or same else None,
            bad=setting.reason is None,
        )
    broken = [each for each in comparison.paths if each.reason is None]
    _paths(table, broken, _PATHS)
    for reason in dict.fromkeys(each.reason for each in comparison.paths if each.reason):
        _paths(table, [each for each in comparison.paths if each.reason == reason], _SHOWN)
    if comparison.unsteady:
        _row(
            table,
            f"{len(comparison.unsteady)} paths",
            "",
            "",
            f"differ between two builds of the same text, too: /{comparison.unsteady[0]} ...",
        )
    if comparison.noise:
        _row(table, f"{comparison.noise} paths", "", "", "noise: logs, times")
    return table


def _paths(table: "Table", differences: Sequence[PathDifference], shown: int) -> None:
    for each in differences[:shown]:
        before, after = each.told()
        if each.aspects == {"removed"}:
            after = "gone"
        _row(table, f"/{each.path}", before, after, each.reason, bad=each.reason is None)
    more = len(differences) - shown
    if more > 0:
        _row(table, f"... and {more} more", "", "", differences[0].reason)


def _row(
    table: "Table", name: str, before: str, after: str, why: str | None = "", *, bad: bool = False
) -> None:
    from rich.text import Text

    if why is None:
        why = "nothing allows this"
    cells = [Text(visible(each)) for each in (name, before, after, why)]
    if bad:
        cells[0].stylize("red")
        cells[3].stylize("red")
    table.add_row(*cells)
