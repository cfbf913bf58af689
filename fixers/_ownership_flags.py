"""What `--chown` or `--chmod` of a COPY has to be, to come to what a RUN behind it does."""

import posixpath

from msgspec import Struct

from dfix import Facts, Level
from dfix.facts.placements import Placement

from . import _account_calls, _copied_files, _directories, _frontend, _modes
from ._copied_files import Certainty
from ._ownership_calls import Call

_BUILDKIT = "BuildKit, which is Docker's builder since version 23, takes --chmod"
_SHADOW = frozenset({"debian", "ubuntu"})
_ACCOUNTS = frozenset(
    "backup bin daemon games irc list lp mail man news nobody proxy sync sys uucp www-data".split()
)
#: Accounts, and groups, that are in each image of Debian and Ubuntu by the package `base-passwd`.
_OF_DEBIAN = (
    _ACCOUNTS,
    (_ACCOUNTS - {"nobody", "sync"})
    | frozenset(
        """adm audio cdrom dialout dip disk fax floppy kmem nogroup operator plugdev sasl shadow src
        staff sudo tape tty users utmp video voice""".split()
    ),
)
_KEPT_BY_GIT = "files of the build context have the modes that git keeps"


class Answer(Struct, frozen=True):
    """The flag's value for one COPY, with how certain it is."""

    value: str
    certainty: Certainty


def answer_to(facts: Facts, placement: Placement, call: Call) -> Answer | str:
    """What the flag of one COPY has to be, or why it cannot be one."""
    node = placement.node
    if node.flag(call.flag) is not None:
        return f"COPY has --{call.flag} already"
    if node.flag("parents") is not None:
        return "COPY --parents makes folders on the way"
    if call.flag == "chown":
        return _owner(facts, placement, call)
    if not _copied_files.are_known(placement):
        return "which files are copied is not known"
    return _mode(facts, placement, call)


def _owner(facts: Facts, placement: Placement, call: Call) -> Answer | str:
    owner = call.owner
    if owner is None:
        return f"what `{call.value}` is to COPY is not certain"
    place = _copied_files.destination(placement)
    parent = posixpath.dirname(_copied_files.targets(placement, call.paths)[0])
    if not _directories.exists(facts, placement.node, parent):
        return f"{parent} may be made by the COPY, and would be given away as well"
    if reason := _copied_files.loses_rights(facts, placement):
        return reason
    if call.recursive and call.paths == (place,):
        if not _directories.may_exist(facts, placement.node, place):
            certainty = Certainty(Level.STANDARD, (f"the COPY makes {place}",))
            return Answer(owner, _with_names(facts, placement, owner, certainty))
        if _directories.is_filled(facts, placement.node, place):
            return f"{place} or something in it was there before, and would be left with root"
    if not _copied_files.are_known(placement):
        return "which files are copied is not known"
    found = _copied_files.are_files(facts, placement, call.paths)
    if isinstance(found, str):
        return found
    if found.level is Level.AGGRESSIVE and parent not in _directories.OF_PROGRAMS:
        return "it may be a folder, by its name: its files would be given away as well"
    return Answer(owner, _with_names(facts, placement, owner, found))


def _with_names(facts: Facts, placement: Placement, owner: str, certainty: Certainty) -> Certainty:
    """What the names in `owner` rest on.

    A name that there is not makes chown fail, and BuildKit takes it for root without a word.
    """
    stage = facts.stages.holding(placement.node)
    known = None if stage is None else facts.bases.of(stage)
    if stage is None:
        return certainty
    made = {(each.name, each.group) for each in _account_calls.made(facts, stage, placement.node)}
    made |= {(each.name, False) for each in (known.users if known is not None else ())}
    changed = _account_calls.may_change(facts, stage, placement.node)
    for name, group in zip(owner.split(":"), (False, True), strict=True):
        of_system = known is not None and known.family in _SHADOW and name in _OF_DEBIAN[group]
        there = name == "root" or of_system or (name, group) in made
        if not name.isdecimal() and (changed or not there):
            what = "group" if group else "account"
            certainty = certainty.also(Level.STANDARD, f"there is the {what} {name}")
    return certainty


def _mode(facts: Facts, placement: Placement, call: Call) -> Answer | str:
    known = _frontend.takes_chmod(facts.tree)
    if known is False:
        return "the frontend that the file names may not know --chmod"
    found = _copied_files.are_files(facts, placement, call.paths)
    if isinstance(found, str):
        return found
    if found.level is Level.AGGRESSIVE and not _modes.is_for_files(call.value):
        return f"what gets `{call.value}` may be a folder, by its name"
    if known is None:
        found = found.also(Level.STANDARD, _BUILDKIT)
    mode = _modes.mode_after(call.value, None)
    if mode is None:
        before, seen = _copied_files.modes_before(facts, placement)
        mode = None if before is None else _modes.mode_after(call.value, before)
        if not seen:
            found = found.also(Level.STANDARD, _KEPT_BY_GIT)
    if mode is None and call.value.isdecimal():
        return f"what `{call.value}` is to COPY is not certain"
    if mode is None:
        return f"what `{call.value}` comes to depends on the mode of the files"
    parent = posixpath.dirname(_copied_files.targets(placement, call.paths)[0])
    if int(mode, 8) != _modes.OF_FOLDER and not _directories.exists(facts, placement.node, parent):
        return f"{parent} may be made by the COPY, and would get the mode {mode} as well"
    return Answer(mode, found)
