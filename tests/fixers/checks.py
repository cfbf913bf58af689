"""What the tests of fixers share: one fixer, one file, and the engine between them."""

from collections.abc import Iterable, Mapping
from typing import TypedDict, Unpack

from dfix import Level, Request, Result, Surroundings, fix_bytes
from dfix.facts.evidence import Evidence
from dfix.facts.package_versions import Packages
from dfix.facts.services import Service
from dfix.registry import all_fixers
from dfix.surroundings import EmbeddedImages
from dfix.text import encode


class Setting(TypedDict, total=False):
    """What a check may say beside the text; a test that says nothing runs at `aggressive`."""

    level: Level
    options: Mapping[str, str]
    overridden: Iterable[str]
    passed: Mapping[str, str]
    services: Iterable[Service]
    evidence: Evidence
    packages: Packages


def run(name: str, text: str, **setting: Unpack[Setting]) -> Result:
    """What the engine makes of `text` with the fixer `name` alone."""
    surroundings = Surroundings(
        evidence=setting.get("evidence"),
        images=EmbeddedImages(),
        overridden=frozenset(setting.get("overridden", ())),
        services=tuple(setting.get("services", ())),
        options={name: setting.get("options", {})},
        passed=setting.get("passed", {}).get,
        packages=setting.get("packages"),
    )
    level = setting.get("level", Level.AGGRESSIVE)
    return fix_bytes(encode(text), Request((all_fixers()[name],), level, surroundings))


def check_noop(name: str, text: str, **setting: Unpack[Setting]) -> None:
    """The fixer changes nothing and has nothing to say."""
    result = run(name, text, **setting)
    assert result.error is None, result.error
    assert result.after == result.before
    assert result.findings == ()


def check_refused(name: str, text: str, reason: str, **setting: Unpack[Setting]) -> None:
    """The fixer changes nothing, and says why: some finding's reason holds `reason`."""
    result = run(name, text, **setting)
    assert result.error is None, result.error
    assert result.after == result.before
    reasons = [found.reason or "" for found in result.findings if found.status == "refused"]
    assert any(reason in each for each in reasons), result.findings


def check_fixed(name: str, before: str, after: str, **setting: Unpack[Setting]) -> None:
    """The fixer makes `after` of `before`, and nothing more of `after`."""
    assert before != after
    result = run(name, before, **setting)
    assert result.error is None, result.error
    assert result.after == encode(after), result.findings
    assert any(found.status == "fixed" for found in result.findings)
    again = run(name, after, **setting)
    assert again.after == result.after, again.findings


def check_reported(
    name: str, text: str, line: int, advice: str, **setting: Unpack[Setting]
) -> None:
    """The rule changes nothing, and advises about `line` (1-based): its advice holds `advice`."""
    result = run(name, text, **setting)
    assert result.error is None, result.error
    assert result.after == result.before
    told = [(found.line, found.reason or "") for found in result.findings if found.advice]
    assert any(at == line and advice in reason for at, reason in told), result.findings
