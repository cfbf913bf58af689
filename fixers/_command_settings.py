"""What command lines set and name in front of the program, and what a health check does."""

import posixpath

from dfix import ExecForm, Facts, Healthcheck, Stage, regex
from dfix.facts.contents import text_of, workdir_of
from dfix.facts.runtime import Launch

from ._handed_over import HandedOver
from ._root_steps import HOME, of_variable
from ._written_places import named_by

_ASSIGNED = regex(r"([A-Za-z_]\w*)=(.*)")
_INTO_A_FILE = regex(r">{1,2}\s*(?![\s&>]|/dev/|/proc/|/tmp/)")
_MAKING = frozenset("touch tee mkdir cp mv ln rm dd install".split())
#: Files with variables that programs read when they start, by a library or by an option.
_SETTINGS = (".env", ".env.production")


def objection(facts: Facts, stage: Stage, started: Launch, given: HandedOver) -> str | None:
    """What speaks against running without root by the words of ENTRYPOINT, CMD and HEALTHCHECK.

    `given` is what the account is given.
    """
    for part in (started.entrypoint, started.cmd):
        words = [] if part is None else [*part.words, *(part.text or "").split()]
        for word in words:
            plain = word.strip("\"'")
            if HOME.search(plain):
                return _of_home(plain)
            assigned = _ASSIGNED.fullmatch(plain)
            if assigned and (reason := of_variable(assigned[1], assigned[2].strip("\"'"), given)):
                return reason
    workdir = workdir_of(facts, stage) or "/"
    for name in _SETTINGS:
        for line in (text_of(facts, stage, posixpath.join(workdir, name)) or "").splitlines():
            assigned = _ASSIGNED.fullmatch(line.strip().removeprefix("export "))
            if assigned and (reason := of_variable(assigned[1], assigned[2].strip("\"'"), given)):
                return f"{name}: {reason}"
    return _of_check(facts, stage, given)


def _of_home(word: str) -> str:
    """What there is to say of a word, or of a whole command line, that names a home directory."""
    part = next(filter(HOME.search, word.split()), word)
    if "/root" in part:
        return f"`{part}` is below /root, which only root may read"
    return f"`{part}` is below the home directory, which is another one then"


def _of_check(facts: Facts, stage: Stage, given: HandedOver) -> str | None:
    """What a health check writes, which runs as the same user."""
    checks = [
        each
        for one in facts.stages.lineage(stage)
        for each in one.instructions
        if isinstance(each, Healthcheck)
    ]
    command = checks[0].command if checks else None
    if command is None:
        return None
    words = command.values if isinstance(command, ExecForm) else tuple(command.text.split())
    text = "" if isinstance(command, ExecForm) else command.text
    if _INTO_A_FILE.search(text) or not _MAKING.isdisjoint(map(posixpath.basename, words)):
        return "HEALTHCHECK may write a file"
    named = named_by(words[1:], given)
    return None if named is None else f"HEALTHCHECK names `{named}`, which may be written"
