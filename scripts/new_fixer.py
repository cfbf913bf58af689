"""Makes the skeleton of a new fixer: its module, its test and its example folder.

usage: new_fixer.py NAME        NAME in kebab-case, as it will be selected
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

MODULE = '''"""Says in one line what it does."""

from dfix import Fixer, Invalid, Level, Phase, Run, Valid


class {klass}(Fixer):
    """Says in one line what it does.

    **Why**

    What is wrong with the text as it is.

    **When it is applied**

    The preconditions, all of them.

    **When it is refused**

    What it sees and leaves alone.
    """

    message = "what is wrong, in one line"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ()
    practices = ()
    plan_paths = ()
    reference = "https://docs.docker.com/reference/dockerfile/"
    VALID = (Valid("FROM debian:12\\nRUN true\\n"),)
    INVALID = (Invalid("FROM debian:12\\nRUN before\\n", "FROM debian:12\\nRUN after\\n"),)

    def visit_Run(self, node: Run) -> None:
        """Proposes a change with `self.fix`, or says with `self.refuse` why there is none."""
        raise NotImplementedError
'''

TEST = '''"""{name}: what it leaves alone first, then what it changes."""

import pytest

from tests.fixers.checks import check_fixed, check_noop

NAME = "{name}"

NOOP: dict[str, str] = {{}}
FIXED: dict[str, tuple[str, str]] = {{}}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case])
'''


def main(name: str, root: Path = ROOT) -> int:
    """Writes the files below `root`; 2 where the name is no good or taken."""
    if not re.fullmatch(r"[a-z]+(?:-[a-z0-9]+)*", name):
        print(f"{name}: a fixer's name is in kebab-case, like add-to-copy", file=sys.stderr)
        return 2
    module = name.replace("-", "_")
    klass = "".join(part.capitalize() for part in name.split("-"))
    files = {
        root / "fixers" / f"{module}.py": MODULE.format(klass=klass),
        root / "tests" / "fixers" / f"test_{module}.py": TEST.format(name=name),
        root / "examples" / name / "before.Dockerfile": "FROM debian:12\n",
        root / "examples" / name / "after.Dockerfile": "FROM debian:12\n",
    }
    taken = [path for path in files if path.exists()]
    if taken:
        print(f"{taken[0].relative_to(root)} exists", file=sys.stderr)
        return 2
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(path.relative_to(root))
    print("now: the counter-examples as tests, then scripts/write_reference.py")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    raise SystemExit(main(sys.argv[1]))
