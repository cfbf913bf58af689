"""What `--chown` or `--chmod` of a COPY has to be, to come to what a RUN behind it does."""

import posixpath

from msgspec import Struct

from dfix import Facts, Level
from dfix.facts.placements import Placement

from . import _copied_files, _directories, _frontend, _modes
from ._copied_files import Certainty
from ._ownership_calls import Call

_BUILDKIT = "BuildKit, which is Docker's builder since version 23, takes --chmod"
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
            return Answer(owner, certainty)
        if _directories.is_filled(facts, placement.node, place):
            return f"{place} or something in it was there before, and would be left with root"
    if not _copied_files.are_known(placement):
        return "which files are copied is not known"
    found = _copied_files.are_files(facts, placement, call.paths)
    if isinstance(found, str):
        return found
    if found.level is Level.AGGRESSIVE and parent not in _directories.OF_PROGRAMS:
        return "it may be a folder, by its name: its files would be given away as well"
    return Answer(owner, found)


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
    if mode is None:
        return f"what `{call.value}` comes to depends on the mode of the files"
    parent = posixpath.dirname(_copied_files.targets(placement, call.paths)[0])
    if int(mode, 8) != _modes.OF_FOLDER and not _directories.exists(facts, placement.node, parent):
        return f"{parent} may be made by the COPY, and would get the mode {mode} as well"
    return Answer(mode, found)
