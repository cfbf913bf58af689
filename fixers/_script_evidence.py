"""Whether a program could be started without a shell: a script without `#!` could not."""

import posixpath
import re
from collections.abc import Sequence

from dfix import Copy, Facts, Instruction, Run, Stage, regex
from dfix.facts.commands import COMMON_TOOLS, COREUTILS, SHELLS, base_name
from dfix.facts.contents import PATH, program_path, text_of, workdir_of
from dfix.facts.placements import Placement, placements
from dfix.facts.programs import unwrapped
from dfix.facts.scripts import commands_of

from ._imports import TOO_MANY, own_texts
from ._programs import RUNNERS, RUNTIMES, SERVERS, is_interpreter

_SHELL_NAME = regex(r".*\.(?:sh|bash|ash|ksh|zsh|command|run|bin)", re.IGNORECASE)
#: Files of other languages: a shell could not make sense of them, so that they name what reads them.
_OTHER_LANGUAGE = regex(r".*\.(?:py|js|mjs|cjs|ts|rb|pl|php|lua|tcl|exs?|jl|R|groovy|kts?)")
#: Wrappers that are generated with a `#!` line.
_GENERATED = frozenset(
    """gradlew mvnw bundle rails rake artisan foreman flask celery streamlit jupyter pm2 composer
    sidekiq poetry pipenv uv""".split()
)
#: Where only a compiler puts programs.
_COMPILED_INTO = frozenset({"/go/bin", "/root/go/bin", "/root/.cargo/bin", "/usr/local/cargo/bin"})
_COMPILERS = regex(
    r"\b(?:go\s+build|go\s+install|cargo\s+(?:build|install)|gcc|g\+\+|clang|rustc)\b"
)
_FOLDER = regex(r"(?:s?bin|(?:[\w.-]+[_-])?(?:scripts?|tools|utils))|[*.]?")
#: Sources that are laid out as the image is.
_LIKE_A_ROOT = regex(r".*[^./]/|(?:.*/)?(?:root(?:[-_]?fs)?|overlay|filesystem|fs|usr)")
#: Folders whose programs a package manager makes, with a `#!` line.
_MADE_BY_TOOLS = regex(
    r"(?:^|/)(?:node_modules/\.bin|vendor/bin|(?:\.?v?env|venv\w*)/bin|target/release)\Z"
)
_PUTTING = frozenset({"cp", "mv", "install", "ln", "rsync"})
_BY_A_SHELL = regex(r"\#!.*\b(?:ba|da|a|k|z)?sh\b")
#: A variable that a shell sets for what it starts, as other languages read the environment.
_SET_BY_A_SHELL = regex(r"(?i:env|environ)\W{1,4}(?:(?:get|fetch)\W{1,4})?((?:OLD)?PWD|SHLVL)\b")
_KNOWN = SERVERS | RUNTIMES | RUNNERS | COREUTILS | COMMON_TOOLS | SHELLS


def shebang_objection(facts: Facts, stage: Stage, word: str) -> str | None:
    """Why the program `word` may be a script that only a shell can start; None if it is not."""
    name = posixpath.basename(word)
    path = program_path(facts, stage, word) or _in_a_folder(facts, stage, word)
    text = None if path is None else text_of(facts, stage, path)
    if text is not None:
        starts = text.startswith(("#!", "\x7fELF"))
        return None if starts else f"`{name}` is a script without `#!`, which only a shell starts"
    if _OTHER_LANGUAGE.fullmatch(name):
        return None
    unknown = f"`{name}` may be a script without `#!`, which only a shell starts"
    if _SHELL_NAME.fullmatch(name):
        return unknown
    paths = [path] if path is not None else []
    paths += [f"{at}/{word}" for at in _folders(facts, stage) if "/" not in word]
    placed = any(each.source_of(at) for at in paths for each in placements(facts, stage))
    known = name in _KNOWN or name in _GENERATED or is_interpreter(name)
    if known and not placed:
        return None
    if posixpath.dirname(word) in _COMPILED_INTO and not placed:
        return None
    if "/" not in word or posixpath.dirname(word) in PATH:
        made = _mentions(facts, stage, word)
        return unknown if made and not _compiled(facts, stage, name) else None
    if _MADE_BY_TOOLS.search(posixpath.dirname(word)):
        return None
    return None if _compiled(facts, stage, name) else unknown


def environment_objection(facts: Facts, stage: Stage, words: Sequence[str]) -> str | None:
    """Why the program misses a shell in front of it: what the context shows of it reads PWD."""
    workdir = workdir_of(facts, stage) or "/"
    name = posixpath.basename(words[0])
    if name == "printenv" or (name == "env" and unwrapped(words) == words):
        return f"`{name}` shows the variables that a shell sets as well"
    for word in words:
        if (found := _SET_BY_A_SHELL.search(word)) is not None:
            return f"the command line reads {found[1]}, which only a shell sets"
        path = program_path(facts, stage, word) or posixpath.normpath(posixpath.join(workdir, word))
        for at, text in own_texts(facts, stage, path):
            if text is None:
                return TOO_MANY
            found = None if _BY_A_SHELL.match(text) else _SET_BY_A_SHELL.search(text)
            if found is not None:
                return f"{posixpath.basename(at)} reads {found[1]}, which only a shell sets"
    return None


def _in_a_folder(facts: Facts, stage: Stage, word: str) -> str | None:
    """Where a bare name is found in a folder of programs that is copied, and can be read."""
    paths = [f"{at}/{word}" for at in _folders(facts, stage) if "/" not in word]
    return next((path for path in paths if text_of(facts, stage, path) is not None), None)


def _folders(facts: Facts, stage: Stage) -> tuple[str, ...]:
    """Where programs are looked for: what the file puts into PATH, and the usual folders."""
    path = facts.plan.stages[stage.index].config.env.get("PATH", "")
    further = (each.rstrip("/") for each in path.split(":") if re.match(r"/[^$]+\Z", each))
    return tuple(dict.fromkeys((*further, *PATH)))


def _mentions(facts: Facts, stage: Stage, word: str) -> bool:
    """Whether the file itself brings a program of that name."""
    name = posixpath.basename(word)
    folders = _folders(facts, stage)
    placed = tuple(placements(facts, stage))
    if any(
        each.destination is not None and any(each.source_of(f"{at}/{name}") for at in folders)
        for each in placed
    ):
        return True
    if any(_brings_scripts(facts, each, name, folders) for each in placed):
        return True
    mark = re.compile(rf"/{re.escape(name)}(?![\w./-])")
    origins = [
        each.origin
        for each in placed
        if each.origin is not None and (each.destination or "").rstrip("/") in folders
    ]
    return any(
        mark.search(_text(each)) or _puts(facts, each, name, folders)
        for one in dict.fromkeys((*facts.stages.lineage(stage), *origins))
        for each in one.instructions
        if isinstance(each, Run)
    )


def _puts(facts: Facts, run: Run, name: str, folders: Sequence[str]) -> bool:
    """Whether a RUN puts a file of that name, or one that is not known, into a folder of programs."""
    for _, command in commands_of(facts, run):
        if base_name(command) not in _PUTTING or not command.arguments:
            continue
        words = [word.value for word in command.arguments]
        targets = [
            words[-1],
            *(words[at + 1] for at, each in enumerate(words[:-1]) if each == "-t"),
        ]
        if any(each is not None and each.rstrip("/") in folders for each in targets) and any(
            each is None or posixpath.basename(each) == name for each in words
        ):
            return True
    return False


def _brings_scripts(facts: Facts, placement: Placement, name: str, folders: Sequence[str]) -> bool:
    """Whether a folder of the build context that nothing is known about holds one of programs."""
    if placement.origin is not None or placement.image is not None:
        return False
    evidence = facts.surroundings.evidence
    unknown = [
        source
        for source in placement.node.sources
        if evidence is None or evidence.kind(source, level_is_safe=False) == "unknown"
    ]
    target = (placement.destination or "").rstrip("/")
    if target in folders:
        return any(_FOLDER.fullmatch(posixpath.basename(each.rstrip("/"))) for each in unknown)
    below = [each for each in folders if each.startswith(f"{target}/")]
    if set(below) <= set(PATH):
        return bool(below) and any(_LIKE_A_ROOT.fullmatch(each) for each in unknown)
    return bool(unknown) and any(
        placement.holds(f"{each}/{name}") for each in below if not _MADE_BY_TOOLS.search(each)
    )


def _compiled(facts: Facts, stage: Stage, name: str) -> bool:
    """Whether a RUN calls a compiler and names the program as its result."""
    result = re.compile(
        rf"-o[ =]?\s*(?:\S*/)?{re.escape(name)}(?![\w.-])|target/(?:\S*/)?{re.escape(name)}(?![\w.-])"
    )
    stages = {each.origin for each in placements(facts, stage) if each.origin is not None}
    for one in (*facts.stages.lineage(stage), *stages):
        for each in one.instructions:
            if isinstance(each, Run) and _COMPILERS.search(_text(each)):
                if result.search(_text(each)):
                    return True
                if "cargo" in _text(each) and _copied_from_target(facts, stage, name):
                    return True
    return False


def _copied_from_target(facts: Facts, stage: Stage, name: str) -> bool:
    return any(
        isinstance(each.node, Copy)
        and re.search(rf"/target/(?:\S+/)?release/{re.escape(name)}\Z", source)
        for each in placements(facts, stage)
        for source in each.node.sources
    )


def _text(instruction: Instruction) -> str:
    return instruction.with_changes(leading_lines=()).code
