"""The options that keep apk and pip from filling a cache, and what they make superfluous."""

from collections.abc import Iterator, Sequence

from dfix import Run, ShellForm
from dfix.facts.later import Leftover
from dfix.facts.mounts import is_mounted, mount_targets
from dfix.facts.programs import kind_of_program, unwrapped, words_of
from dfix.facts.rewriting import Rewrite
from dfix.facts.scripts import Statement, script_of

from ._ages import is_recent_apk, is_recent_pip
from ._caches import APK_INDEX, PIP_CACHE
from ._called import Called, called_in
from ._clean_ups import CleanUp, Scene

_UPDATING = frozenset({"--update", "--update-cache", "-U"})
_TOUCHED = "a later command of the RUN handles what {} keeps"
_NEEDED = "a later command of the RUN asks for what the index of apk has"
_TOO_EARLY = "apk upgrades before the index is fetched: what it does then is not known"
_ELSEWHERE = ("--cache-dir", "--no-network", "--root", "-p")
_OLD = "{} of the base image is too old for the option"
_UNKNOWN_AGE = "{} of the base image, which is not known, is taken for no older than 2015"
#: Options of pip that keep nothing, put the cache elsewhere, or tell of a pip before the option.
_OF_PIP = (
    "--no-cache-dir", "--no-cache", "--cache-dir", "--download-cache", "--use-wheel", "--egg",
    "--download", "--help", "--version",
)  # fmt: skip
#: Variables that put the cache of pip elsewhere, or switch it off.
PIP_VARIABLES = ("PIP_NO_CACHE_DIR", "PIP_CACHE_DIR", "XDG_CACHE_HOME")
_OF_PIP_MOUNTS = ("$", "pip", ".cache", "/root")


def apk_without_cache(scene: Scene) -> CleanUp | str | None:
    """`apk add --no-cache` for a RUN that keeps the index; why not, or None."""
    own = [call for call in scene.calls if call.name == "apk"]
    adding = [call for call in own if call.verb in {"add", "upgrade"}]
    lacking = [call for call in adding if not call.has("--no-cache")]
    if not adding or is_mounted(scene.run, "/var/cache/apk", "/etc/apk/cache"):
        return None
    if any(call.has(*_ELSEWHERE) for call in own):
        return None
    if _upgrades_too_early(own):
        return _TOO_EARLY
    rewrite = scene.rewrite()
    dropped = _updates(rewrite, own)
    if not lacking and not dropped:
        return None
    if any("/etc/apk/cache" in text for text in _texts(scene)):
        return "a cache of apk is set up at /etc/apk/cache"
    if lacking and any(
        call.command.span.start > lacking[0].command.span.start
        and call.verb in {"fetch", "policy", "search"}
        and APK_INDEX.needed_by((call.name, *call.plain))
        for call in own
    ):
        return _NEEDED
    recent = is_recent_apk(scene.facts, scene.stage)
    if recent is False:
        return _OLD.format("apk")
    certain, possible = scene.later(APK_INDEX)
    if certain:
        return certain
    for call in lacking:
        _keep_nothing(rewrite, call)
    for statement in dropped:
        rewrite.remove_link(statement)
    removal = _drop_removal(scene, rewrite, own, len(dropped))
    if lacking and _is_touched(rewrite, lacking[0], APK_INDEX, removal):
        return _TOUCHED.format("apk")
    return CleanUp(rewrite, possible or ("" if recent else _UNKNOWN_AGE.format("apk")))


def _upgrades_too_early(own: Sequence[Called]) -> bool:
    """Whether an upgrade stands before what fetches the index, which old versions do only then."""
    fetching = [call.verb == "update" or call.has("--no-cache", *_UPDATING) for call in own]
    upgrades = [call.verb == "upgrade" for call in own]
    return any(fetching) and any(upgrades[: fetching.index(True)])


def _updates(rewrite: Rewrite, own: Sequence[Called]) -> list[Statement]:
    """The links `apk update` that nothing but `apk add` behind them needs."""
    if any(call.verb not in {"add", "upgrade", "update", "del"} for call in own):
        return []
    found: list[Statement] = []
    for call in own:
        behind = [each for each in own if each.command.span.start > call.command.span.start]
        if call.verb != "update" or call.wrapped or len(call.arguments) > 1:
            continue
        if any(
            command.span.start > call.command.span.start
            and kind_of_program(unwrapped(words_of(command))) == "script"
            for command in rewrite.script.commands
        ):
            continue  # what a script needs is not known
        if not any(each.verb in {"add", "upgrade"} for each in behind):
            continue
        found += [
            statement
            for statement in rewrite.script.statements
            if statement.command is not None
            and statement.command.span == call.command.span
            and not statement.command.redirects
            and rewrite.can_remove_link(statement)
        ]
    return found


def _keep_nothing(rewrite: Rewrite, call: Called) -> None:
    """Puts `--no-cache` into a call, in the place of what asks for a fresh index."""
    for word in call.arguments:
        if word.value in _UPDATING:
            rewrite.replace(word, "--no-cache")
            return
    if call.verb_word is not None:
        rewrite.insert_after(call.verb_word, "--no-cache")


def _drop_removal(
    scene: Scene, rewrite: Rewrite, own: Sequence[Called], dropped: int
) -> Statement | None:
    """Takes out `rm -rf /var/cache/apk/*` where nothing is left for it to remove.

    That is so where no call writes there, neither in this RUN nor above it, nor the base image.
    """
    known = scene.facts.bases.of(scene.stage)
    if known is None or known.family != "alpine" or dropped > 1:
        return None
    writing = sum(call.verb not in {"add", "upgrade"} for call in own)
    if writing > dropped or not _never_filled(scene):
        return None
    for statement in rewrite.script.statements:
        command = statement.command
        if command is None or command.name is None or command.name.value != "rm":
            continue
        operands = [word for word in command.arguments if not (word.value or "").startswith("-")]
        if (
            [word.text for word in operands] == ["/var/cache/apk/*"]
            and not command.redirects
            and rewrite.can_remove_link(statement)
        ):
            rewrite.remove_link(statement)
            return statement
    return None


def _is_touched(
    rewrite: Rewrite, first: Called, left: Leftover, removal: Statement | None = None
) -> bool:
    """Whether a command behind `first` would miss what is no longer left."""
    gone = None if removal is None or removal.command is None else removal.command.span
    return any(
        command.span.start > first.command.span.start
        and command.span != gone
        and left.touched_by(unwrapped(words_of(command)))
        for command in rewrite.script.commands
    )


def _never_filled(scene: Scene) -> bool:
    """Whether no RUN above this one, in the whole lineage, has put anything in apk's cache."""
    for stage in scene.facts.stages.lineage(scene.stage):
        for each in stage.instructions:
            if each is scene.run:
                break
            if not isinstance(each, Run):
                continue
            script = script_of(each, scene.facts.tree.escape)
            if script is None or any(
                kind_of_program(words_of(command)) != "passes" for command in script.commands
            ):
                return False
            if any(call.name == "apk" and not call.has("--no-cache") for call in called_in(script)):
                return False
    return True


def _texts(scene: Scene) -> Iterator[str]:
    """The texts of all RUNs of the lineage."""
    for stage in scene.facts.stages.lineage(scene.stage):
        for each in stage.instructions:
            if isinstance(each, Run) and isinstance(each.command, ShellForm):
                yield each.command.text


def pip_without_cache(scene: Scene) -> CleanUp | str | None:
    """`pip install --no-cache-dir` for a RUN that keeps downloads; why not, or None."""
    lacking = [
        call
        for call in scene.calls
        if call.name == "pip" and call.verb == "install" and not call.has(*_OF_PIP)
    ]
    if not lacking or _is_empty_anyway(scene, lacking[-1]):
        return None
    certain, _ = scene.later(PIP_CACHE)
    if certain:
        return certain
    rewrite = scene.rewrite()
    known = True
    for call in lacking:
        recent = is_recent_pip(scene.facts, scene.stage, call)
        if recent is False:
            return _OLD.format("pip")
        known = known and bool(recent)
        if call.verb_word is not None:
            rewrite.insert_after(call.verb_word, "--no-cache-dir")
    if _is_touched(rewrite, lacking[0], PIP_CACHE):
        return _TOUCHED.format("pip")
    return CleanUp(rewrite, "" if known else _UNKNOWN_AGE.format("pip"))


def _is_empty_anyway(scene: Scene, last: Called) -> bool:
    """Whether pip keeps nothing, keeps it in a mount or elsewhere, or it is removed afterwards."""
    env = scene.facts.plan.before(scene.run).env
    if any(name in env or name in scene.text for name in PIP_VARIABLES):
        return True
    if any(mark in target for target in mount_targets(scene.run) for mark in _OF_PIP_MOUNTS):
        return True
    return any(
        (call.name == "pip" and call.verb == "cache")
        or (
            call.name in {"rm", "find"}
            and any(
                mark in word.text for word in call.arguments for mark in ("/.cache", "/root/.*")
            )
        )
        for call in scene.calls
        if call.command.span.start > last.command.span.start
    )
