"""What must hold of every file and every level, as questions that a search can ask of any bytes.

Each raises `BrokenPromise`, whose `promise` is one word, so that a search can tell old finds from
new ones.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache

from dfix import Fixer, Level, Request, Result, Surroundings, fix_bytes, parse
from dfix.check import problems
from dfix.nodes import Comment, Dockerfile
from dfix.plan import Change, plan, plan_data, plan_text
from dfix.registry import all_fixers
from dfix.suppress import Suppressions
from dfix.surroundings import EmbeddedImages

#: What a change at `safe` may be called in the plan: the image stays the same.
_SAFE_ITEMS = frozenset({"boundary", "effect", "effect.kind", "effect.does"})


class BrokenPromise(AssertionError):
    """Something that dfix promises does not hold of some file."""

    def __init__(self, promise: str, told: object = "") -> None:
        super().__init__(f"{promise}: {told}" if told != "" else promise)
        self.promise = promise


@cache
def every_fixer() -> tuple[type[Fixer], ...]:
    """All fixers that come with dfix, also those that are off by default."""
    return tuple(all_fixers().values())


@cache
def text_fixers() -> tuple[type[Fixer], ...]:
    """The fixers that announce no change to the build at all."""
    return tuple(each for each in every_fixer() if not each.plan_paths)


def request(level: Level, fixers: Sequence[type[Fixer]] | None = None) -> Request:
    """All fixers, or some, with the images that dfix knows and nothing beside the file."""
    chosen = every_fixer() if fixers is None else tuple(fixers)
    return Request(chosen, level, Surroundings(images=EmbeddedImages()))


def hold_of_language(data: bytes) -> Dockerfile:
    """The parser takes everything and loses nothing, and a plan is made of everything."""
    tree = parse(data)
    if tree.code != data:
        raise BrokenPromise("lossless")
    again = parse(tree.code)
    if [type(node) for node in again.walk()] != [type(node) for node in tree.walk()]:
        raise BrokenPromise("same-tree")
    problems(tree)
    Suppressions(tree)
    first = plan(tree)
    if first.difference(plan(again)):
        raise BrokenPromise("same-plan")
    plan_text(first)
    plan_data(first)
    return tree


def hold_of_level(data: bytes, level: Level) -> Result:
    """What must hold of what all fixers make of `data` at `level`; returns that."""
    asked = request(level)
    result = fix_bytes(data, asked)
    before = parse(data)
    if result.error is not None and not any(each.kind == "grammar" for each in problems(before)):
        raise BrokenPromise("no-error", result.error)
    if not result.changed:
        return result
    if problems(before):
        raise BrokenPromise("rejected-is-left-alone")
    after = hold_of_language(result.after)
    _hold_of_text(before, after)
    if not any(each.status == "fixed" for each in result.findings):
        raise BrokenPromise("told")
    changes = plan(before).difference(plan(after))
    if changes != result.changes:
        raise BrokenPromise("changes-are-told", changes)
    if level is Level.SAFE:
        _hold_of_safe(result, changes)
    again = fix_bytes(result.after, asked)
    if again.error is not None:
        raise BrokenPromise("no-error-again", again.error)
    if again.changed:
        raise BrokenPromise(
            "idempotent", [each.fixer for each in again.findings if each.status == "fixed"]
        )
    if left(again) != left(result):
        raise BrokenPromise("told-as-left", [str(each) for each in left(again) ^ left(result)])
    return result


def left(result: Result) -> set[tuple[str, str, str, str | None]]:
    """What was told, and not fixed: what stands in the text that is given back."""
    return {
        (each.fixer, each.status, each.message, each.reason)
        for each in result.findings
        if each.status != "fixed"
    }


def hold_of_text_fixers(data: bytes) -> None:
    """Fixers that announce no change to the build change nothing of it."""
    result = fix_bytes(data, request(Level.AGGRESSIVE, text_fixers()))
    if result.changed:
        changes = plan(parse(data)).difference(plan(parse(result.after)))
        if changes:
            raise BrokenPromise("plan-stays", changes)


def guarded(result: Result) -> list[str]:
    """The refusals by which a guard stopped a fixer: no broken promise, but a fixer's mistake."""
    marks = (
        "otherwise than announced",
        "has no business with",
        "does not read as it was meant",
        "a comment would be lost",
        "has an unknown instruction",
        "new shell syntax error",
    )
    return [
        f"{each.fixer}: {each.reason}"
        for each in result.findings
        if each.status == "refused" and any(mark in (each.reason or "") for mark in marks)
    ]


def _hold_of_text(before: Dockerfile, after: Dockerfile) -> None:
    if problems(after):
        raise BrokenPromise("builder-takes-it", problems(after)[0].message)
    lost = _comments(before) - _comments(after)
    if lost:
        raise BrokenPromise("comments-stay", next(iter(lost)))
    old, new = before.text, after.text
    if old.endswith("\n") != new.endswith("\n"):
        raise BrokenPromise("final-line-end")
    if old.startswith("\ufeff") != new.startswith("\ufeff"):
        raise BrokenPromise("byte-order-mark")
    lines = old.count("\n")
    if lines and lines == old.count("\r\n") and new.count("\n") != new.count("\r\n"):
        raise BrokenPromise("line-ends")
    if [each.code for each in before.directives] != [each.code for each in after.directives]:
        raise BrokenPromise("directives")
    _hold_of_suppressed(before, after)


def _hold_of_suppressed(before: Dockerfile, after: Dockerfile) -> None:
    """An instruction below a bare ignore comment keeps its bytes."""
    for instruction in before.instructions:
        last = instruction.leading_lines[-1:] and instruction.leading_lines[-1]
        if not isinstance(last, Comment) or last.text.strip() != "# dfix: ignore":
            continue
        if instruction.code not in after.text:
            raise BrokenPromise("suppressed-stays", instruction.code)


def _hold_of_safe(result: Result, changes: Sequence[Change]) -> None:
    announced = {
        path
        for finding in result.findings
        if finding.status == "fixed"
        for path in all_fixers()[finding.fixer].plan_paths
    }
    for change in changes:
        if change.item in _SAFE_ITEMS or (
            change.item.startswith("effect.") and change.item in announced
        ):
            continue
        # A directory that depends on the base image may be written out once that image is known.
        if (
            change.item == "config.workdir"
            and isinstance(change.old, str)
            and "<base>" in change.old
        ):
            continue
        raise BrokenPromise("safe-keeps-the-image", change)


def _comments(tree: Dockerfile) -> Counter[str]:
    return Counter(line for each in tree.text.split("\n") if (line := each.strip()).startswith("#"))
