"""Health checks of databases in Compose files, and services that wait for them.

https://docs.docker.com/compose/how-tos/startup-order/. Where a database has no `healthcheck` and
another service lists it in the short form of `depends_on`, the check is added and waited for.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dfix.neighbours.composefile import ComposeFile, Edit, Place
from dfix.neighbours.databases import check_of, database_of, merged
from dfix.neighbours.model import Note, advised, declined
from dfix.patterns import regex

NAME = "compose-health"
_TIMES = {"interval": "10s", "timeout": "5s", "retries": "5", "start_period": "30s"}
_MESSAGE = "{} is waited for, but not until it is ready"

#: What `deploy` holds outside of stacks for Swarm, too, which take no conditions.
_NOT_SWARM = frozenset({"resources"})
_ITEM = regex(r"( *)- +((?:\"[\w.-]+\"|'[\w.-]+'|[\w.-]+))( *| +#.*)")
_SINGLE = regex(r"(?<!\$)(?:\$\$)*\$[A-Za-z_{]")
_FROM_OUTSIDE = regex(
    r"CMD mysqladmin ping -h ?(?:localhost|127\.0\.0\.1) -u ?root -p\$\{?MYSQL_ROOT_PASSWORD\}?"
)


class Proposal(NamedTuple):
    """Edits, what the services then say, and what there is to tell."""

    edits: list[Edit]
    meant: dict[str, Mapping[str, object]]
    notes: list[Note]


def health(file: ComposeFile, others: Sequence[ComposeFile], *, write: bool) -> Proposal:
    """What is proposed for one file; `others` are those beside it, which may be merged with it."""
    found = Proposal([], {}, [])
    for name, service in file.services.items():
        database = database_of(service)
        if database is None or not write:
            continue
        check, reason = check_of(database, service)
        if "healthcheck" in service:
            if check is not None:
                _reworded(file, name, service, check, found)
            continue
        waiting = [
            other for other, held in file.services.items() if other != name and _listed(held, name)
        ]
        if not waiting or any("healthcheck" in other.services.get(name, {}) for other in others):
            continue
        if check is not None:
            reason = _objection(file, name, waiting, others) or _changed(name, check, file, others)
        if check is None or reason:
            line = file.line_of(name)
            found.notes.append(declined(NAME, _MESSAGE.format(name), reason, line=line))
            continue
        _added(file, name, service, check, found)
    _waited_for(file, found)
    for name, service in file.services.items():
        if name not in found.meant:
            found.notes.extend(_about_variables(file, name, service))
    return found


def _listed(service: Mapping[str, object], name: str) -> bool:
    named = service.get("depends_on")
    return isinstance(named, list) and name in named


def _about_variables(file: ComposeFile, name: str, service: Mapping[str, object]) -> Iterator[Note]:
    """A variable in the exec form of a test is not the container's."""
    check = service.get("healthcheck")
    test = check.get("test") if isinstance(check, dict) else None
    if not isinstance(test, list) or test[:1] != ["CMD"]:
        return
    for word in test[1:]:
        if isinstance(word, str) and _SINGLE.search(word):
            yield advised(
                NAME,
                file.line_of(name, "healthcheck", "test"),
                f"the health check of {name} has a variable of the caller: {word}",
                "Compose puts in the value from its own environment, and there is no shell in "
                "exec form: write CMD-SHELL, and `$$` for a variable of the container",
            )
            return


def _objection(
    file: ComposeFile, name: str, waiting: Sequence[str], others: Sequence[ComposeFile]
) -> str:
    """What speaks against adding a check to `name` and a condition to those that wait."""
    if "stack" in file.path.name or "swarm" in file.path.name or _is_swarm(file):
        return "a stack of Swarm takes no conditions in `depends_on`"
    for each in (name, *waiting):
        place = file.places.get(each)
        if place is None or not place.is_own or not file.entries(place.node, place.end):
            return f"{each} is not written as a plain block: an alias, braces, or a key twice"
        if "extends" in file.services[each]:
            return f"{each} extends another service, which may say more"
    for each in waiting:
        if any(_listed(other.services.get(each, {}), name) for other in others):
            return f"a file beside this one lists {name} for {each}, too, without a condition"
    return ""


def _changed(name: str, check: str, file: ComposeFile, others: Sequence[ComposeFile]) -> str:
    """Which file beside this one, if it is merged with it, makes another server of a database."""
    for other in others:
        if name not in other.services:
            continue
        both = merged(file.services[name], other.services[name])
        database = database_of(both)
        if database is None or check_of(database, both)[0] != check:
            return f"{other.path.name} says more about {name}, which the check may not fit"
    return ""


def _is_swarm(file: ComposeFile) -> bool:
    return any(
        isinstance(deploy := service.get("deploy"), dict) and not deploy.keys() <= _NOT_SWARM
        for service in file.services.values()
    )


def _added(
    file: ComposeFile, name: str, service: Mapping[str, object], check: str, found: Proposal
) -> None:
    """Adds a health check at the end of a service."""
    place = file.places[name]
    first = next(iter(file.entries(place.node, place.end).values()))
    outer, step = " " * first.column, " " * (first.column - place.column)
    quoted = check.replace("\\", "\\\\").replace('"', '\\"')
    lines = [f"{outer}healthcheck:", f'{outer}{step}test: ["CMD-SHELL", "{quoted}"]']
    lines += [f"{outer}{step}{key}: {value}" for key, value in _TIMES.items()]
    at = file.after(place, first.column)
    found.edits.append((at, at, tuple(lines)))
    found.meant[name] = {**service, "healthcheck": {"test": ["CMD-SHELL", check], **_TIMES}}
    waiting = [other for other, held in file.services.items() if _listed(held, name)]
    told = f"{', '.join(waiting)} would be started before it answers"
    version = _version(file)
    if isinstance(version, str) and (version.startswith("3") or version in {"2", "2.0"}):
        told += f"; Compose 1, at its end since 2023, takes no such thing in version {version}"
    found.notes.append(Note(NAME, place.line + 1, _MESSAGE.format(name), told))


def _version(file: ComposeFile) -> object:
    return file.value.get("version") if isinstance(file.value, dict) else None


def _waited_for(file: ComposeFile, found: Proposal) -> None:
    """Gives the conditions to all that wait for a service with a new check."""
    checked = {name for name in found.meant if "healthcheck" not in file.services[name]}
    for name, service in file.services.items():
        named = service.get("depends_on")
        if not isinstance(named, list) or not any(each in named for each in checked):
            continue
        place = file.places[name]
        written = file.entries(place.node, place.end).get("depends_on")
        conditions = {
            each: {"condition": "service_healthy" if each in checked else "service_started"}
            for each in named
            if isinstance(each, str)
        }
        plain = written is not None and len(conditions) == len(named)
        edit = _as_mapping(file, place, written, conditions) if written and plain else None
        if edit is None:
            reason = f"`depends_on` of {name} is not written as a plain list"
            line = file.line_of(name, "depends_on")
            found.edits.clear()
            found.meant.clear()
            found.notes[:] = [
                declined(NAME, each.message, reason, line=line) if each.status == "fixed" else each
                for each in found.notes
            ]
            return
        found.edits.append(edit)
        meant = found.meant.get(name, service)
        found.meant[name] = {**meant, "depends_on": conditions}


def _as_mapping(
    file: ComposeFile, service: Place, written: Place, conditions: Mapping[str, Mapping[str, str]]
) -> Edit | None:
    """The lines of a `depends_on` with conditions in place of a list; None for a list of another kind."""
    node = written.node
    if not written.is_own or node.id != "sequence" or any(item.anchor for item in node.value):
        return None
    step = " " * (written.column - service.column)
    first = node.start_mark.line
    if node.flow_style:
        last = node.end_mark.line
        text = "\n".join(file.lines[written.line : last + 1])
        head = " " * written.column + file.lines[written.line].strip().partition(":")[0] + ":"
        rest = file.lines[last][node.end_mark.column :].rstrip()
        if text.count("#") != rest.count("#") or (rest and not rest.lstrip().startswith("#")):
            return None
        lines = [head + rest]
        for item in node.value:
            quote = item.style or ""
            lines.append(f"{' ' * written.column}{step}{quote}{item.value}{quote}:")
            condition = conditions[str(item.value)]["condition"]
            lines.append(f"{' ' * written.column}{step * 2}condition: {condition}")
        return written.line, last + 1, tuple(lines)
    if first == written.line:
        return None
    last = node.value[-1].end_mark.line
    lines = []
    for line in file.lines[first : last + 1]:
        bare = line.removesuffix("\r")
        match = _ITEM.fullmatch(bare)
        if match is None:
            if bare.strip() and not bare.lstrip().startswith("#"):
                return None
            lines.append(bare)
            continue
        indent = match[1] if len(match[1]) > written.column else match[1] + step
        lines.append(f"{indent}{match[2]}:{match[3]}")
        item = match[2].strip("\"'")
        lines.append(f"{indent}{step}condition: {conditions[item]['condition']}")
    return first, last + 1, tuple(lines)


def _reworded(
    file: ComposeFile, name: str, service: Mapping[str, object], check: str, found: Proposal
) -> None:
    """Gives a test that means a variable of the container what it takes to mean it."""
    held = service["healthcheck"]
    test = held.get("test") if isinstance(held, dict) else None
    place = file.places.get(name)
    if not isinstance(held, dict) or not isinstance(test, list) or place is None:
        return
    if (
        not _FROM_OUTSIDE.fullmatch(" ".join(word for word in test if isinstance(word, str)))
        or not place.is_own
    ):
        return
    outer = file.entries(place.node, place.end).get("healthcheck")
    entries = file.entries(outer.node, outer.end) if outer is not None and outer.is_own else {}
    written = entries.get("test")
    if outer is None or written is None or not written.is_own:
        return
    node = written.node
    last = node.end_mark.line
    rest = file.lines[last][node.end_mark.column :].rstrip()
    slice_ = "\n".join(file.lines[written.line : last + 1])
    if not node.flow_style or "#" in slice_.removesuffix(rest):
        return
    indent = " " * written.column
    found.edits.append((written.line, last + 1, (f'{indent}test: ["CMD-SHELL", "{check}"]{rest}',)))
    new = {**held, "test": ["CMD-SHELL", check]}
    if "start_period" not in held:
        at = file.after(outer, written.column)
        found.edits.append((at, at, (f"{indent}start_period: {_TIMES['start_period']}",)))
        new["start_period"] = _TIMES["start_period"]
    found.meant[name] = {**service, "healthcheck": new}
    message = f"the health check of {name} does not see the container's password"
    reason = "in exec form there is no shell, and `$` is the caller's; localhost means the socket"
    found.notes.append(Note(NAME, written.line + 1, message, reason))
