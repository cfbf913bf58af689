"""Every real fixer with its proposals spoilt at random: what does harm is turned down.

The random numbers are the same in each run. Whether a spoilt proposal does harm is asked of what it
makes of the file, held against what the proposal would have made of it: another plan, a comment less,
or other bytes in an instruction that it has nothing to do with.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from dfix import Fix, Fixer, Invalid, Level, Request, engine, fix_bytes
from dfix.edit import apply
from dfix.examples import written
from dfix.facts import Facts
from dfix.guards import Before
from dfix.nodes import Dockerfile
from dfix.parser import parse
from dfix.plan import plan
from dfix.registry import all_fixers
from dfix.shellcheck import installed
from dfix.surroundings import surroundings_of
from dfix.text import encode
from tests.mutants.corruption import corrupted
from tests.test_fixer_examples import INVALID

#: Spoilt runs of each example.
TRIES = 8


def comments(text: str) -> Counter[str]:
    """Whole lines that are comments."""
    return Counter(line.strip() for line in text.split("\n") if line.lstrip().startswith("#"))


class Watch:
    """Looks at everything that the engine lets through."""

    def __init__(self) -> None:
        self.originals: dict[Fix, Fix] = {}
        self.harm: list[str] = []
        self.attempts: Counter[str] = Counter()

    def attempt(self, before: Before, fixes: Sequence[Fix]) -> tuple[Facts | None, str]:
        after, reason = ATTEMPT(before, fixes)
        if len(fixes) == 1:
            self.attempts["refused" if after is None else "let through"] += 1
        if after is not None:
            self.look(before, fixes, after.tree)
        return after, reason

    def look(self, before: Before, fixes: Sequence[Fix], after: Dockerfile) -> None:
        meant = apply(
            before.tree,
            {node: change for fix in fixes for node, change in self.originals[fix].changes.items()},
        )
        changes = plan(parse(meant.text)).difference(plan(after))
        self.harm += [f"{each.path}: {each.old!r} -> {each.new!r}" for each in changes]
        self.harm += [f"lost {each}" for each in comments(before.tree.text) - comments(after.text)]
        touched = {before.facts.positions.owner(node) for fix in fixes for node in fix.changes}
        texts = Counter(each.code for each in after.instructions)
        for instruction in before.tree.instructions:
            # Of what the change has nothing to do with, at most a line end or a comment is new.
            if instruction not in touched and not any(
                text.strip().endswith(instruction.code.strip()) for text in texts
            ):
                self.harm.append(f"other bytes: {instruction.code!r}")


ATTEMPT = engine.attempt


@pytest.mark.parametrize("name", sorted({name for name, _ in INVALID}))
def test_what_does_harm_is_turned_down(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "shellcheck" and installed() is None:
        pytest.skip("ShellCheck is not installed: pip install -e '.[test]'")
    kind = all_fixers()[name]
    total: Counter[str] = Counter()
    for number, example in enumerate(kind.INVALID):
        for attempt in range(TRIES):
            random = Random(f"{name} {number} {attempt}")
            watch = Watch()
            monkeypatch.setattr(engine, "attempt", watch.attempt)
            folder = tmp_path / f"{number}-{attempt}"
            result = spoilt_run(kind, example, folder, random, watch)
            assert not watch.harm, (result.after, watch.harm)
            total += watch.attempts
    assert total["refused"], total


def spoilt_run(
    kind: type[Fixer], example: Invalid, folder: Path, random: Random, watch: Watch
) -> engine.Result:
    folder.mkdir()
    context = None if example.context is None else written(folder, example.context)
    surroundings = surroundings_of(
        (context or folder) / "Dockerfile",
        options={kind.name: dict(example.options)},
        context=context,
        has_context=False,
    )
    fixer = corrupted(kind, random, watch.originals)
    return fix_bytes(encode(example.before), Request((fixer,), Level.AGGRESSIVE, surroundings))
