"""What a level promises of the image of one file, and whether differences keep to it."""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dfix.engine import Result
from dfix.fixer import Level
from dfix.parser import parse
from dfix.patterns import regex
from dfix.plan import Change, Plan, Symbolic, Transfer, plan
from dfix.text import integer
from dfix.verify.allowances import BY_FIXER, CACHES, FOLDER_OF_CACHES, Allowance
from dfix.verify.comparison import Aspect, PathDifference, SettingDifference
from dfix.verify.image import Config
from dfix.verify.noise import matching

_KEYS = {
    "user": "User",
    "cmd": "Cmd",
    "entrypoint": "Entrypoint",
    "workdir": "WorkingDir",
    "shell": "Shell",
    "stopsignal": "StopSignal",
    "healthcheck": "Healthcheck",
    "ports": "ExposedPorts",
    "volumes": "Volumes",
    "onbuild": "OnBuild",
    "author": "Author",
}
_OWNER: frozenset[Aspect] = frozenset({"owner"})
_NUMBERS = regex(r"([0-9]+):([0-9]+)")
_HANDING_OVER = regex(r"chown -R (\S+) (/\S+(?: /\S+)*)")


@dataclass(frozen=True, slots=True)
class Announced:
    """What was said about one key of the configuration.

    `value` is what it is to be: a text, or a list as JSON has it. None where the file alone does not
    tell, and for what is to be as the base image has it.
    """

    value: str | list[str] | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """What may differ: keys of the configuration as announced, and paths by allowances.

    Without anything said it is that of the level safe: nothing but caches differs.
    """

    settings: Mapping[str, Announced] = field(default_factory=dict)
    allowances: tuple[Allowance, ...] = (CACHES, FOLDER_OF_CACHES)


def promise_of(result: Result, level: Level, target: str | None = None) -> Promise:
    """What `level` and the fixes of `result` promise of the image of one stage.

    `target` is a stage's name or number, None for the last one. At `safe`, no fix can allow itself
    anything. Raises ValueError for a target that there is not.
    """
    before, after = plan(parse(result.before)), plan(parse(result.after))
    index = stage_index(after, target)
    if level is Level.SAFE:
        return Promise()
    allowances = [CACHES, FOLDER_OF_CACHES]
    for name in sorted({each.fixer for each in result.findings if each.status == "fixed"}):
        allowances += BY_FIXER.get(name, ())
    allowances += _owners(before, result.changes)
    if any(each.fixer == "run-as-user" and each.status == "fixed" for each in result.findings):
        allowances += _handed_over(result.changes)
    settings = {
        key: Announced(_value(after, index, change))
        for change in result.changes
        if change.stage == index and (key := _key(change.item)) is not None
    }
    return Promise(settings, tuple(allowances))


def pinned_bases(result: Result) -> Iterator[tuple[str, str]]:
    """The images that stages begin with and copy from, before and now, where fixes changed that."""
    for change in result.changes:
        if change.item in {"base", "effect.from"} and change.old and change.new:
            yield change.old, change.new


def stage_index(known: Plan, target: str | None) -> int:
    """The number of the stage that is built for `target`. Raises ValueError if there is none."""
    if not known.stages:
        raise ValueError("there is no stage")
    if target is None:
        return len(known.stages) - 1
    for stage in reversed(known.stages):
        if stage.name == target.lower():
            return stage.index
    if target.isdecimal() and integer(target) < len(known.stages):
        return integer(target)
    raise ValueError(f"there is no stage {target!r}")


def judged_paths(
    differences: Iterable[PathDifference], promise: Promise
) -> tuple[PathDifference, ...]:
    """The differences, each with what allows it; None where any aspect is not allowed."""
    matches = [(each, matching(each.paths)) for each in promise.allowances]
    judged = []
    for difference in differences:
        open_aspects = difference.aspects
        reasons: list[str] = []
        for allowance, matched in matches:
            covered = open_aspects & allowance.aspects
            if covered and _is_meant(difference, allowance) and matched(difference.path):
                open_aspects -= covered
                reasons.append(allowance.reason)
        reason = None if open_aspects else "; ".join(dict.fromkeys(reasons))
        judged.append(replace(difference, reason=reason))
    return tuple(judged)


def judged_settings(
    differences: Iterable[SettingDifference], after: Config, promise: Promise
) -> tuple[SettingDifference, ...]:
    """The differences, each with what allows it, and what was announced and did not come about."""
    judged: list[SettingDifference] = []
    met: set[str] = set()
    for each in differences:
        announced = promise.settings.get(each.key)
        met.add(each.key)
        kept = announced is not None and _is_as_said(announced, each.after)
        judged.append(replace(each, reason="announced" if kept else None))
    for key, announced in promise.settings.items():
        if key not in met and not _is_as_said(announced, after.get(key)):
            judged.append(SettingDifference(key, after.get(key), after.get(key)))
    return tuple(judged)


def _key(item: str) -> str | None:
    """The key of an image's configuration that an item of the plan stands for."""
    for prefix, key in (("config.env.", "Env."), ("config.labels.", "Labels.")):
        if item.startswith(prefix):
            return key + item.removeprefix(prefix)
    return _KEYS.get(item.removeprefix("config.")) if item.startswith("config.") else None


def _value(after: Plan, index: int, change: Change) -> str | list[str] | None:
    """What a key is to be, where the file alone tells that."""
    config = after.stages[index].config
    _, _, name = change.item.partition(".")
    for prefix, values in (("env.", config.env), ("labels.", config.labels)):
        if name.startswith(prefix):
            return _literal(values.get(name.removeprefix(prefix)))
    if name in {"healthcheck", "ports", "volumes", "onbuild"}:
        return None  # written in another form in the image
    return _literal(getattr(config, name))


def _literal(value: object) -> str | list[str] | None:
    match value:
        case Symbolic():
            return None
        case str():
            return value
        case tuple():
            known = [each for each in value if not isinstance(each, Symbolic)]
            return [str(each) for each in known] if len(known) == len(value) else None
    return None


def _is_as_said(announced: Announced, actual: object) -> bool:
    if announced.value is None:
        return True
    return (actual or announced.value[:0]) == announced.value


def _owners(before: Plan, changes: Sequence[Change]) -> Iterator[Allowance]:
    """What announced owners of copied files allow: those, below and above their destinations."""
    for change in changes:
        if change.item != "effect.owner" or change.at is None:
            continue
        effect = before.stages[change.stage].effects[change.at]
        if not isinstance(effect, Transfer) or isinstance(effect.destination, Symbolic):
            continue
        path = posixpath.normpath(effect.destination).strip("/") or "."
        numbers = _NUMBERS.fullmatch(change.new or "")
        owner = (int(numbers[1]), int(numbers[2])) if numbers else None
        # The builder also gives the folders to the owner that it makes on the way there.
        above = [path[:at] for at, sign in enumerate(path) if sign == "/"]
        plain = [_alone(each) for each in (path, *above)]
        paths = ("**",) if path == "." else (f"{plain[0]}/**", *plain)
        yield Allowance(f"COPY gives it to {change.new}", paths, _OWNER, owner)


def _handed_over(changes: Sequence[Change]) -> Iterator[Allowance]:
    """What a `chown -R` that was announced allows: the owner of the folders that it names."""
    for change in changes:
        call = _HANDING_OVER.fullmatch(change.new or "")
        if change.item != "effect" or change.old is not None or call is None:
            continue
        numbers = _NUMBERS.fullmatch(call[1])
        owner = (int(numbers[1]), int(numbers[2])) if numbers else None
        plain = [_alone(each.strip("/")) for each in call[2].split()]
        paths = (*plain, *(f"{each}/**" for each in plain))
        yield Allowance(f"the program is given it: {call[0]}", paths, _OWNER, owner)


def _alone(path: str) -> str:
    """A path as a pattern that matches it alone."""
    return re.sub(r"([\[\]?*\\])", r"\\\1", path)


def _is_meant(difference: PathDifference, allowance: Allowance) -> bool:
    before, after = difference.before, difference.after
    if allowance.folder and any(each and each.kind != "folder" for each in (before, after)):
        return False
    return allowance.owner is None or (
        after is not None and (after.uid, after.gid) == allowance.owner
    )


def told(value: object) -> str:
    """A value of the configuration as one text; empty for what is not set."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
