"""How tini gets into an image: the commands that install it, and where it is then."""

import re

from msgspec import Struct

from dfix import Add, Copy, Env, ExecForm, Facts, ImageReference, Instruction, Run, Stage, regex
from dfix.facts.commands import APT_PROGRAMS, base_name, statements, verb_of
from dfix.facts.programs import kind_of_program, unwrapped, words_of
from dfix.facts.runtime import INITS
from dfix.facts.scripts import has_posix_shell, script_of

from ._search_path import not_searched
from ._variable_base import may_be_another

#: Releases whose package archives are served where their images look for them.
#: https://www.debian.org/releases/ and https://ubuntu.com/about/release-cycle
_SERVED = frozenset(
    "bullseye bookworm trixie forky sid unstable testing stable focal jammy noble resolute".split()
)
_GONE = frozenset(
    """wheezy jessie stretch buster precise trusty xenial bionic artful cosmic disco eoan groovy
    hirsute impish kinetic lunar mantic oracular plucky questing""".split()
)
_OLDEST_DEBIAN = 11
_LONG_TERM = frozenset({"20.04", "22.04", "24.04", "26.04"})
_OLDEST_ALPINE = 5  # 3.5: earlier ones may have no community repository in their images
_ALPINE = regex(r"(?:alpine)?3\.([0-9]+)(?:\.[0-9]+)?")
_SOURCES = regex(
    r"sources\.list(?!\.d)|/etc/apk\b|/etc/apt/?(?:[\s;&|\"']|\Z)|"
    r"/etc/apt/apt\.conf(?!\.d/docker-clean\b)|"
    r"(?:debian|ubuntu)\.sources|apk-tools|/sbin/apk\b|/lib/apk\b|/usr/local/share/ca-certificates"
)

#: Files that name all the places that packages come from; further ones beside them only add some.
_ALL_SOURCES = regex(
    r"/etc/apk/repositories\b|/etc/apt(?:/(?:sources\.list(?:\.d)?|sources\.list\.d/(?:\*.*"
    r"|(?:debian|ubuntu)\.sources))?)?/?|/etc"
)
#: Commands that put others in the place of files that are there, or nothing.
_REPLACING = frozenset("cp curl dd install ln mv rm rsync tee truncate wget".split())


class Installation(Struct, frozen=True):
    """Commands that install tini as root, its path, and where the commands look for programs."""

    commands: tuple[str, ...]
    path: str
    programs: tuple[str, ...]


_APK = Installation(("apk add --no-cache tini",), "/sbin/tini", ("/sbin",))
_DEB = Installation(
    (
        "apt-get update",
        "apt-get install -y --no-install-recommends tini",
        "rm -rf /var/lib/apt/lists/*",
    ),
    "/usr/bin/tini",
    ("/usr/sbin", "/usr/bin"),  # dpkg calls programs of both
)


def installation(facts: Facts, stage: Stage, at: Instruction) -> Installation | str:
    """How to install tini in `stage` above the instruction `at`, or why that may fail."""
    found = _package(facts, stage)
    if isinstance(found, str):
        return found
    if at is stage.start:
        return "the stage holds nothing: what a RUN in it would run as is not followed"
    if not has_posix_shell(facts, at):
        return "the SHELL in force is no POSIX shell"
    if facts.bases.user(at) != "root":
        return "where it would be installed, the user is not known to be root"
    if reason := not_searched(facts, at, found.programs):
        return reason
    for each in reversed(facts.stages.lineage(stage)):
        for instruction in each.instructions:
            if instruction is at:
                break
            if _replaces_sources(facts, instruction):
                return "it is changed where packages come from: tini may not be there"
    for instruction in stage.instructions[stage.instructions.index(at) :]:
        if _moves_sources(instruction):
            return "further down it is changed where packages come from: they may be needed here"
    if found is _DEB and (reason := _lists_needed(facts, stage, at)):
        return reason
    return found


def mentioned_init(facts: Facts, stage: Stage) -> str | None:
    """An init process that the lineage of `stage` names anywhere in an instruction."""
    for each in facts.stages.lineage(stage):
        for instruction in each.instructions:
            for word in re.findall(r"[A-Za-z0-9_][A-Za-z0-9_-]*", _text(instruction)):
                if word in _TELLING or word.startswith("s6-overlay"):
                    return str(word)
    return None


#: Names that mean an init process wherever they stand.
_TELLING = INITS - {"init", "supervisor", "god", "pid1", "monit"} | {"s6"}


def _package(facts: Facts, stage: Stage) -> Installation | str:
    known = facts.bases.of(stage)
    image = facts.bases.reference(stage)
    if known is None or image is None:
        return "nothing is known about the base image"
    if may_be_another(facts, stage):
        return "a build argument may put another image in the base's place"
    if known.init != "none":
        return "the base image may have an init process already"
    if known.family is None:
        return "what the base image is built on is not known"
    manager = (known.family, known.package_manager)
    if manager == ("alpine", "apk"):
        return _old_alpine(image) or _APK
    if manager in {("debian", "apt"), ("ubuntu", "apt")}:
        return _old_release(image, known.extrapolated) or _DEB
    return f"no package of tini is known for {known.family}"


def _old_alpine(image: ImageReference) -> str:
    tag = image.tag or ""
    words = tag.split("-") if image.familiar_name != "alpine" else tag.split("-")[:1]
    for word in words:
        match = _ALPINE.fullmatch(word)
        if match and (image.familiar_name == "alpine" or word.startswith("alpine")):
            if int(match[1]) < _OLDEST_ALPINE:
                return f"{image} may have no repository with tini"
        elif image.familiar_name == "alpine" and re.match(r"[12]\.", word):
            return f"{image} may have no repository with tini"
    return ""


def _old_release(image: ImageReference, extrapolated: bool) -> str:
    """Why packages may not be had for an image of Debian or Ubuntu; empty if they can."""
    words = (image.tag or "latest").split("-")
    gone = f"the package archives of {image} may be gone"
    if any(word in _GONE for word in words):
        return gone
    if any(word in _SERVED for word in words):
        return ""
    if image.familiar_name == "debian" and (match := re.match(r"([0-9]+)(?:\.|\Z)", words[0])):
        return "" if int(match[1]) >= _OLDEST_DEBIAN else gone
    if image.familiar_name == "ubuntu" and re.fullmatch(r"[0-9]+\.[0-9]+", words[0]):
        return "" if words[0] in _LONG_TERM else gone
    if image.familiar_name in {"debian", "ubuntu"}:
        return "" if words[0] == "latest" else gone
    return "" if not extrapolated else f"which release {image} is built on is not known"


def _text(instruction: Instruction) -> str:
    """What an instruction says, without the lines above it."""
    return instruction.with_changes(leading_lines=()).code


def _moves_sources(instruction: Instruction) -> bool:
    if isinstance(instruction, Env):
        return any(pair.key.lower().endswith("_proxy") for pair in instruction.pairs)
    if isinstance(instruction, Copy | Add) and instruction.destination.rstrip("/") == "/etc":
        return True
    return bool(_SOURCES.search(_text(instruction)))


def _replaces_sources(facts: Facts, instruction: Instruction) -> bool:
    """Whether an instruction may leave other sources of packages than the base image has."""
    if isinstance(instruction, Copy | Add):
        return bool(_ALL_SOURCES.fullmatch(instruction.destination))
    if not isinstance(instruction, Run):
        return False
    script = script_of(instruction, facts.tree.escape)
    if script is None or isinstance(instruction.command, ExecForm):
        return bool(re.search(r"sources\.list|/etc/apk/repositories", _text(instruction)))
    for command in script.commands:
        words = [each.text if each.value is None else each.value for each in command.arguments]
        named = any(map(_ALL_SOURCES.fullmatch, words))
        if named and base_name(command) in _REPLACING and "-a" not in words:
            return True
    redirects = [each for command in script.commands for each in command.redirects]
    redirects += [each for one in statements(script.statements) for each in one.redirects]
    return any(
        each.operator in {">", ">|", "&>"}
        and each.target is not None
        and _ALL_SOURCES.fullmatch(each.target.value or "")
        for each in redirects
    )


def _lists_needed(facts: Facts, stage: Stage, at: Instruction) -> str:
    """Why removing apt's lists would be noticed further down; empty if it would not."""
    there = False
    begun = True
    for each in reversed(facts.stages.lineage(stage)):
        for instruction in each.instructions:
            if instruction is at:
                begun = False
            if not isinstance(instruction, Run):
                continue
            text = _text(instruction)
            if begun and re.search(r"\bapt(?:-get)?\b.*\bupdate\b", text, re.DOTALL):
                there = not re.search(r"\brm\b.*/var/lib/apt", text, re.DOTALL)
            if not begun and there and _uses_lists(facts, instruction):
                return "a RUN further down may need the package lists that would be removed"
    return ""


def _uses_lists(facts: Facts, run: Run) -> bool:
    """Whether a RUN may install from lists that it did not fetch itself."""
    script = script_of(run, facts.tree.escape)
    if script is None or isinstance(run.command, ExecForm):
        return True
    updated = False
    for command in script.commands:
        name = base_name(command)
        if name is None or command.name is None:
            if command.name is not None:
                return True
            continue
        if name in APT_PROGRAMS:
            verb = verb_of(command)
            updated = updated or verb == "update"
            if not updated and verb not in {"clean", "autoclean", "remove", "purge", "autoremove"}:
                return True
        elif (
            "/" in (command.name.value or "")
            or kind_of_program(unwrapped(words_of(command))) == "script"
        ):
            return not updated
    return False
