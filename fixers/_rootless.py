"""Whether the program of a stage can do without root, and as whom."""

from collections.abc import Iterator

from dfix import Facts, Onbuild, Stage, regex
from dfix.facts.runtime import launch, program

from . import _command_settings, _program_files, _readable, _root_steps, _service_rights, _sources
from ._accounts import Account, Wish, account
from ._handed_over import HandedOver
from ._programs import reads_scripts
from ._variable_base import may_be_another

#: How USER names root.
ROOT = frozenset({"root", "0", "root:root", "0:0", "root:0", "0:root"})
#: As EXPOSE has them, which takes those of the host in front; a variable may be part of one.
_PORT = regex(r"(?:[^$]*:)?0*([0-9]{1,5})(?:-[0-9]+)?(?:/\w+)?")


def account_for(facts: Facts, stage: Stage, given: HandedOver, wish: Wish) -> Account | str:
    """The account to run as, or what speaks against running without root."""
    lineage = facts.stages.lineage(stage)
    known = facts.bases.of(stage)
    started = launch(facts, stage)
    if facts.bases.is_windows(stage.start):
        return "accounts of Windows are not known here"
    if any(isinstance(each, Onbuild) for one in lineage for each in one.instructions):
        return "ONBUILD makes it an image to build on"
    if reason := _program_files.server_objection(started):
        return reason
    if not started.own:
        return "nothing of its own is started: it may be an image to build on"
    if may_be_another(facts, stage):
        return "a build argument may put another image in the base's place"
    if known is None or known.default_user is None:
        return "the user of the base image is not known"
    found = program(facts, stage, started)
    if isinstance(found, str):
        return found
    base = started.entrypoint
    if (
        base is not None
        and base.instruction is None
        and not (found.script or (base.words and reads_scripts(base.words[0])))
    ):
        return "the entrypoint of the base image may need root, or give it up by itself"
    if known.volume or facts.plan.stages[stage.index].config.volumes:
        return "there is a VOLUME, which the program may write to"
    answer = account(facts, stage, wish)
    if isinstance(answer, str):
        return answer
    if given.copied and not answer.is_there_for_copies:
        return "files cannot be given to an account that is made later"
    return (
        _command_settings.objection(facts, stage, started, given)
        or _service_rights.objection(facts, stage, given, tuple(ports(facts, stage)))
        or _readable.objection(facts, stage, found, answer.names, bool(answer.commands), given)
        or _root_steps.objection(facts, stage, answer.names, given)
        or _sources.objection(facts, stage, found, given)
        or answer
    )


def ports(facts: Facts, stage: Stage) -> Iterator[int]:
    """The ports that are known as numbers; of `80-90/tcp`, the first one."""
    known = facts.bases.of(stage)
    for port in (*facts.plan.stages[stage.index].config.ports, *(known.expose if known else ())):
        if match := _PORT.fullmatch(port):
            yield int(match[1])
