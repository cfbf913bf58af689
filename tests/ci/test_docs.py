"""What docs/ci.md shows is what there is."""

import re
from typing import Any

from ruamel.yaml import YAML

from tests.ci.checkout import ROOT
from tests.ci.test_action import ACTION
from tests.ci.test_gitlab import INPUTS
from tests.ci.test_pre_commit import HOOKS
from tests.plugins import test_completion

PAGE = (ROOT / "docs" / "ci.md").read_text()
_HOOK, _WORKFLOW, _COMPONENT = [
    YAML(typ="safe").load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
]


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_hooks() -> None:
    shown: Any = _HOOK["repos"][0]["hooks"]
    known = {hook["id"] for hook in HOOKS}
    assert {each["id"] for each in shown} <= known
    assert all(f"`{each}`" in section("pre-commit") for each in known)


def test_the_action_s_inputs() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `?([^|`]*?)`? *\|", section("GitHub"), re.MULTILINE)
    assert dict(rows) == {name: str(each["default"]) for name, each in ACTION["inputs"].items()}
    (step,) = [each for each in _WORKFLOW["jobs"]["dockerfiles"]["steps"] if "with" in each]
    assert set(step["with"]) <= set(ACTION["inputs"])


def test_the_component_s_inputs() -> None:
    assert set(_COMPONENT["include"][0]["inputs"]) <= set(INPUTS)
    assert all(f"`{name}`" in section("GitLab") for name in INPUTS)


def test_completion_is_set_up_as_it_is_tested() -> None:
    with_shells = (ROOT / "tests" / "plugins" / "test_completion.py").read_text()
    assert test_completion.CASES
    lines = re.findall(r"```(?:bash|zsh|fish)\n(.*?)\n```", section("Completion"), re.DOTALL)
    assert len(lines) == 3
    assert all(line in with_shells for line in lines)
