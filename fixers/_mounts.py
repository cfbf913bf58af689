"""Cache mounts for package managers: where they go, for whom, and what contradicts them."""

import re
from collections.abc import Iterator

from msgspec import Struct

from dfix import Facts, Run, regex
from dfix.facts.later import Leftover
from dfix.facts.mounts import is_mounted
from dfix.facts.programs import unwrapped, words_of
from dfix.facts.rewriting import Rewrite
from dfix.facts.scripts import Statement

from ._ages import is_yarn_1
from ._cache_options import PIP_VARIABLES
from ._caches import APT, NPM, PIP_CACHE, YARN, Manager, removed_paths
from ._called import Called
from ._clean_ups import Scene
from ._frontend import OTHER_BUILDERS
from ._heirs import descendants

_FRONTEND = regex(r"(?:docker\.io/)?docker/dockerfile(?::(?P<tag>[\w.-]+))?(?:@.*)?")
_TOO_OLD = regex(r"1\.[01](?:\..*)?|.*experimental|.*upstream")
_DOCKER_CLEAN = "/etc/apt/apt.conf.d/docker-clean"
_APT_PATHS = ("/var/cache/apt", "/var/lib/apt/lists")
#: What apt downloads: a mount is not there for a later RUN that installs from it by itself.
_ARCHIVES = Leftover(
    "the archives of packages",
    ("/var/cache/apt",),
    lambda words: any("/var/cache/apt" in each or each == "--no-download" for each in words[1:]),
)
_EMPTYING = frozenset({"clean", "autoclean", "distclean"})
_FETCHING = frozenset("install reinstall upgrade dist-upgrade full-upgrade build-dep".split())
_COPYING = frozenset({"cp", "rsync", "install"})
_PACKING = frozenset({"tar", "zip"})
#: Programs that may name the files of a cache, and bring nothing of them into the image.
_HARMLESS = frozenset("rm find mkdir touch echo printf test [ ls du chmod chown chgrp".split())
#: Homes and numbers of accounts that images come with; a mount belongs to root unless told.
_ACCOUNTS = {("node", "node"): ("/home/node", 1000)}


class Mounting(Struct, frozen=True):
    """What becomes of a RUN: the flags that it gains, and the edits of its text."""

    flags: tuple[str, ...]
    rewrite: Rewrite


def builder_objection(facts: Facts) -> str:
    """What speaks against cache mounts in the whole file; empty if nothing does."""
    if found := OTHER_BUILDERS.search(facts.tree.text):
        return f"{found[0]} is spoken of, which may have no cache mounts"
    for directive in facts.tree.directives:
        if directive.name == "syntax":
            frontend = _FRONTEND.fullmatch(directive.value)
            if frontend is None or _TOO_OLD.fullmatch(frontend["tag"] or ""):
                return f"the frontend {directive.value} is not known to have cache mounts"
    return ""


def for_apt(scene: Scene, *, looks_below: bool = True) -> Mounting | str | None:
    """Mounts for apt's lists and archives; why not, or None where nothing calls for them.

    Without `looks_below` calls further down do not speak against it: somebody asks them each by itself.
    """
    own = [call for call in scene.calls if call.name in APT.names]
    updates = [call for call in own if call.verb == "update"]
    if not updates or not any(call.verb == "install" for call in own):
        return None
    if is_mounted(scene.run, *_APT_PATHS, "/var/lib/apt"):
        return None
    if any(call.wrapped for call in own):
        return "apt is called through another command"
    if any(call.has(*APT.without_cache) for call in own):
        return "apt is told where to keep its lists"
    if scene.facts.bases.user(scene.run) not in {None, "root"}:
        return "the RUN is not run as root"
    if _needs_lists_before(scene, updates[0]):
        return "packages are asked for before `update`: a mount hides the lists of earlier RUNs"
    certain, possible = scene.later(APT.left)
    kept, _ = scene.later(_ARCHIVES)
    if certain or kept or possible:
        return certain or kept or possible
    rewrite = scene.rewrite()
    for call in scene.calls:
        held = call.name in APT.names and call.verb in _EMPTYING
        reason = "" if call in own else _taken(call, _APT_PATHS)
        if reason := reason or _without(rewrite, call, _APT_PATHS, whole=held):
            return reason
    if not _is_docker_clean_gone(scene):
        first = _statement(rewrite, updates[0])
        if first is None:
            return "the first call of apt stands within another command"
        if looks_below and (kept := _keeps_archives(scene)):
            return f"`{kept}` would keep its archives in the image: it can have no mount"
        rewrite.precede(first, f"rm -f {_DOCKER_CLEAN}")
    flags = tuple(f"--mount=type=cache,target={path},sharing=locked" for path in _APT_PATHS)
    return Mounting(flags, rewrite)


def _needs_lists_before(scene: Scene, update: Called) -> bool:
    """Whether the RUN asks for packages above its first update, so from lists of another layer."""
    return any(
        APT.left.needed_by(unwrapped(words_of(command)))
        for command in scene.rewrite().script.commands
        if command.span.start < update.command.span.start
    )


def _keeps_archives(scene: Scene) -> str:
    """A call further down that rests on the settings that empty the archives; empty for none.

    Without them, what it downloads stays in its layer, unless a mount takes it up there, too.
    """
    at = scene.stage.instructions.index(scene.run)
    below = list(scene.stage.instructions[at + 1 :])
    for child in descendants(scene.facts, scene.stage):
        below += child.instructions
    for each in below:
        later = Scene.of(scene.facts, each) if isinstance(each, Run) else None
        if later is None or is_mounted(later.run, "/var/cache/apt"):
            continue
        filling = [
            call for call in later.calls if call.name in APT.names and call.verb in _FETCHING
        ]
        emptied = any(call.name in APT.names and call.verb in _EMPTYING for call in later.calls)
        if not filling or emptied:
            continue
        # What is below that one is below this one, too: to ask there again would double with each RUN.
        if not isinstance(for_apt(later, looks_below=False), Mounting):
            return f"{filling[0].written} {filling[0].verb}"
    return ""


def _is_docker_clean_gone(scene: Scene) -> bool:
    """Whether the image has no such settings, or the file has removed them up to here."""
    known = scene.facts.bases.of(scene.stage)
    if known is not None and known.package_manager not in {"apt", None}:
        return True
    if "docker-clean" in scene.text:
        return True
    for stage in scene.facts.stages.lineage(scene.stage):
        for each in stage.instructions:
            if each is scene.run:
                break
            if isinstance(each, Run) and f"rm -f {_DOCKER_CLEAN}" in each.code:
                return True
    return False


def for_pip(scene: Scene) -> Mounting | str | None:
    """A mount for the downloads of pip."""
    own = [call for call in scene.calls if call.name == "pip" and call.verb == "install"]
    if not own:
        return None
    if any(call.wrapped for call in own):
        return "pip is called through another command"
    if any(name in scene.text or _in_env(scene, name) for name in PIP_VARIABLES):
        return "a variable puts the cache of pip elsewhere, or switches it off"
    if any(call.has("--cache-dir", "--no-cache", "--target", "--root") for call in own):
        return "pip is told where to keep its cache, or where to install"
    certain, _ = scene.later(PIP_CACHE)
    found = certain or _place(scene, ".cache/pip")
    if isinstance(found, str):
        return found
    path, flag = found
    if is_mounted(scene.run, path):
        return None
    rewrite = scene.rewrite()
    for call in scene.calls:
        if call in own:
            for word in call.arguments:
                if word.value == "--no-cache-dir":
                    rewrite.remove(word)
        elif reason := _taken(call, (path,)) or _without(
            rewrite, call, (path,), whole=call.name == "pip" and call.verb == "cache"
        ):
            return reason
    return Mounting((flag,), rewrite)


def for_npm(scene: Scene) -> Mounting | str | None:
    """A mount for the downloads of npm."""
    return _for_tool(scene, NPM, ".npm")


def for_yarn(scene: Scene) -> Mounting | str | None:
    """A mount for the downloads of yarn 1, which root keeps beside its own files."""
    own = [call for call in scene.calls if YARN.fills(call)]
    if own and not is_yarn_1(scene.facts, scene.stage, own[-1]):
        return "a later version of yarn keeps what the project needs in its cache"
    root = scene.facts.bases.user(scene.run) == "root"
    return _for_tool(scene, YARN, "/usr/local/share/.cache/yarn" if root else ".cache/yarn")


def _for_tool(scene: Scene, manager: Manager, place: str) -> Mounting | str | None:
    own = [call for call in scene.calls if manager.fills(call)]
    if not own or any(call.has(*manager.without_cache) for call in own):
        return None
    name = own[0].name
    if any(call.wrapped for call in own):
        return f"{name} is called through another command"
    if any(each in scene.text or _in_env(scene, each) for each in manager.variables):
        return f"a variable puts the cache of {name} elsewhere"
    certain, _ = scene.later(manager.left)
    found = certain or _place(scene, place)
    if isinstance(found, str):
        return found
    path, flag = found
    if is_mounted(scene.run, path):
        return None
    rewrite = scene.rewrite()
    for call in scene.calls:
        reason = "" if call.name in manager.names else _taken(call, (path,))
        if reason := reason or _without(
            rewrite,
            call,
            (path,),
            whole=call.name in manager.names and call.verb in manager.emptying,
        ):
            return reason
    return Mounting((flag,), rewrite)


def _in_env(scene: Scene, name: str) -> bool:
    return name in scene.facts.plan.before(scene.run).env


def _place(scene: Scene, place: str) -> tuple[str, str] | str:
    """The path and the flag of a cache below the home of the RUN's account, or why not."""
    state = scene.facts.plan.before(scene.run)
    user = scene.facts.bases.user(scene.run)
    if "HOME" in state.env or "HOME=" in scene.text or user is None:
        return "the home directory of the RUN's account is not known"
    home, uid = "/root", 0
    if user != "root":
        known = scene.facts.bases.of(scene.stage)
        found = _ACCOUNTS.get((known.image, user)) if known is not None else None
        if found is None or "usermod" in scene.facts.tree.text:
            return "the home directory of the RUN's account is not known"
        home, uid = found
    path = place if place.startswith("/") else f"{home}/{place}"
    owner = f",uid={uid},gid={uid}" if uid else ""
    return path, f"--mount=type=cache,target={path}{owner}"


def _without(rewrite: Rewrite, call: Called, paths: tuple[str, ...], *, whole: bool) -> str:
    """Takes out a call, or those of its operands, that would empty what is mounted at `paths`.

    Gives the reason where that cannot be done; empty for done, and for nothing to do.
    """
    for name in _unclear(call):
        if any(_may_be(name, path) for path in paths):
            return f"{name} may be where the cache is mounted, which is busy then"
    held = [path for path in removed_paths(call) if _touches(path, paths)]
    if not held and not whole:
        return ""
    for path in held:
        if not any(_is_within(path, each) for each in paths):
            return f"{path} is removed, which holds more than the cache"
    statement = _statement(rewrite, call)
    if statement is None or not rewrite.can_remove_link(statement):
        return "what empties the cache cannot be taken out"
    operands = [word for word in call.arguments if not word.text.startswith("-")]
    emptied = [
        word for word in operands if _touches(word.text.removesuffix("/*").strip("\"'"), paths)
    ]
    if whole or (call.name == "rm" and len(emptied) == len(operands)):
        rewrite.remove_link(statement)
        return ""
    if call.name != "rm":
        return "what empties the cache cannot be taken out"
    for word in emptied:
        rewrite.remove(word)
    return ""


def _taken(call: Called, paths: tuple[str, ...]) -> str:
    """Why a call would take from the mounts what other builds left there; empty if it does not.

    Copies of a folder above count, and all that reads files of the cache by their path.
    """
    words = [re.sub(r"[\"']", "", word.text) for word in call.arguments if word.text[:1] != "-"]
    if call.name in _COPYING:
        words = words[:-1]
    elif call.name == "tar" and re.match(r"-?[a-zA-Z]*x|--extract|--get", " ".join(call.plain[:1])):
        words = []
    for word in words:
        above = call.name in _COPYING | _PACKING and any(_may_be(word, path) for path in paths)
        inside = any(word.startswith(f"{path}/") for path in paths)
        if above or (inside and call.name not in _HARMLESS):
            return f"`{call.name} {word}` would take what other builds left in the cache"
    return ""


def _unclear(call: Called) -> Iterator[str]:
    """What a call removes or moves by other words than the plain path of a folder."""
    deep = call.name == "mv" or (
        call.name == "rm" and any(re.match(r"-[a-z]*[rR]|--rec", each) for each in call.plain)
    )
    taken = call.arguments[:-1] if call.name == "mv" else call.arguments
    for word in taken if deep else ():
        text = re.sub(r"[\"']", "", word.text)
        bare = text.removesuffix("/*").rstrip("/")
        if call.name == "mv" or not bare.startswith("/") or set(bare) & set("*?[{$"):
            yield text


def _may_be(word: str, mount: str) -> bool:
    """Whether a word, which may be a pattern, names a mount or a folder above it."""
    home = re.match(r"/root|/home/[^/]+", mount)
    word = re.sub(r"(?:~|\$HOME|\$\{HOME\})(?=/|\Z)", home[0] if home else "/root", word)
    folders = mount.split("/")[1:]
    if not word.startswith("/"):
        # Where it is meant from is not followed: the name decides.
        return word.strip("./") != "" and word.removeprefix("./").split("/")[0] in folders[1:]
    pattern = re.escape(word.rstrip("/") or "/")
    for written, meant in (
        (r"\*", "[^/]*"), (r"\?", "[^/]"), (r"\{", "(?:"), (r"\}", ")"), (",", "|"),
    ):  # fmt: skip
        pattern = pattern.replace(written, meant)
    above = ["/" + "/".join(folders[:end]) for end in range(1, len(folders) + 1)]
    try:
        return any(re.fullmatch(pattern, each) for each in above)
    except re.error:
        return True


def _touches(path: str, mounts: tuple[str, ...]) -> bool:
    path = path.rstrip("/") + "/"
    return any(path.startswith(each + "/") or (each + "/").startswith(path) for each in mounts)


def _is_within(path: str, mount: str) -> bool:
    return f"{path.rstrip('/')}/".startswith(mount + "/")


def _statement(rewrite: Rewrite, call: Called) -> Statement | None:
    """The top-level statement that a call is."""
    for statement in rewrite.script.statements:
        if statement.command is not None and statement.command.span == call.command.span:
            return statement
    return None
