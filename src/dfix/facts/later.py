"""Who may still need what a RUN leaves in the image: later RUNs, later stages, the containers.

Asked before anything is taken away that a package manager left behind. What cannot be read counts as
a use: a script that is run later may do anything.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from dfix.facts.mounts import mount_options
from dfix.facts.programs import Words, inner_texts, kind_of_program, unwrapped, words_of
from dfix.facts.scripts import scripts_of
from dfix.facts.stages import origins
from dfix.nodes import (
    CommandInstruction,
    ExecForm,
    Healthcheck,
    Instruction,
    Onbuild,
    Run,
    ShellForm,
    Stage,
    Transfer,
)
from dfix.patterns import regex
from dfix.shell import Command, ShellScript, parse_shell

if TYPE_CHECKING:
    from dfix.facts import Facts

_VARIABLE = regex(r"\$\{[^}]*\}|\$\w+")
_GLOB = regex(r"[*?\[$]")
_DEEPEST = 3
#: Programs that name a folder and care nothing for what lies in it.
_INDIFFERENT = frozenset(
    "echo printf mkdir test [ find export set npm yarn pip pip3 apt-get apt apk".split()
)


class Leftover(Struct, frozen=True):
    """What a command leaves behind: where it lies, who needs it, and who makes it anew."""

    name: str
    #: Directories that hold it.
    paths: tuple[str, ...]
    needed_by: Callable[[Words], bool]
    renewed_by: Callable[[Words], bool] = lambda _: False
    #: Whether a program that is not known may need it.
    by_anything: bool = False

    def touched_by(self, words: Words) -> bool:
        """Whether a command names the place, and may fail where nothing lies there any more.

        `rm -f` does not; `rm` without it and `cp`, `chown` or `ls` do.
        """
        name = posixpath.basename(words[0]) if words else ""
        if not words or name in _INDIFFERENT or (name == "rm" and _is_forced(words)):
            return False
        marks = [re.sub(r"^/root(/\.[^/]*).*", r"\1", path) for path in self.paths]
        return any(mark in word for word in words[1:] for mark in marks)


def _is_forced(words: Words) -> bool:
    return any(
        word == "--force" or (word[:1] == "-" and word[:2] != "--" and "f" in word)
        for word in words[1:]
    )


class Use(Struct, frozen=True):
    """A later use; not `certain` where a program that is not known would have to need it."""

    reason: str
    certain: bool = True


_Verdict = Literal["needs", "renews", "script", "program", "passes"]


def later_use(facts: "Facts", run: Run, left: Leftover) -> Use | None:
    """Who may need `left` after `run`; None if nobody does.

    A certain use comes before one that is only possible.
    """
    stage = facts.stages.holding(run)
    if stage is None:
        return Use("the RUN belongs to no stage")
    at = stage.instructions.index(run)
    uses = [*_Walk(facts, left).stage(stage, stage.instructions[at + 1 :])]
    uses += _taken(facts, stage, left)
    return next((each for each in uses if each.certain), uses[0] if uses else None)


class _Walk:
    """One walk over what comes after a RUN."""

    def __init__(self, facts: "Facts", left: Leftover) -> None:
        self.facts = facts
        self.left = left

    def stage(self, stage: Stage, instructions: Sequence[Instruction]) -> Iterator[Use]:
        """Uses in a stage and in those FROM it, up to where it is made anew."""
        for each in stage.instructions:
            if isinstance(each, Onbuild):
                yield Use("ONBUILD runs in images that are not known here")
                return
        for each in instructions:
            if isinstance(each, Run):
                for verdict, said in self.run(each):
                    if verdict == "renews":
                        return
                    yield self.use(verdict, said)
        for each in stage.instructions:
            if isinstance(each, CommandInstruction) and not isinstance(each, Run):
                for words in _commands(each, self.facts.tree.escape):
                    if self.verdict(words) == "needs":
                        kind = "check" if isinstance(each, Healthcheck) else "container"
                        yield Use(f"the {kind} runs `{_told(words)}`, which needs {self.left.name}")
        for child in _children(self.facts, stage):
            yield from self.stage(child, child.instructions)

    def use(self, verdict: _Verdict, said: str) -> Use:
        if verdict == "needs":
            return Use(f"`{said}` needs {self.left.name} later")
        if verdict == "script":
            return Use(f"{said} is run later and may need {self.left.name}")
        return Use(f"`{said}` is run later and may need {self.left.name}", certain=False)

    def run(self, run: Run) -> Iterator[tuple[_Verdict, str]]:
        """What the commands of a RUN have to do with it, in order; those that pass left out."""
        if isinstance(run.command, ExecForm):
            words = tuple(run.command.values)
            yield from self.words(words, certain=True, depth=0)
            return
        script = next((script for _, script in scripts_of(self.facts, run)), None)
        if script is None:
            if self.left.by_anything:
                yield "script", "a RUN that cannot be read"
            return
        sure = {id(command) for command in unconditional(script)}
        for command in script.commands:
            if command.name is None:
                continue
            words = words_of(command)
            yield from self.words(words, certain=id(command) in sure, depth=0)

    def words(self, words: Words, *, certain: bool, depth: int) -> Iterator[tuple[_Verdict, str]]:
        texts = inner_texts(words)
        if texts and depth < _DEEPEST:
            for text in texts:
                script = parse_shell(text, "")
                if script.has_error:
                    if self.left.by_anything:
                        yield "script", "a text that cannot be read"
                    continue
                for command in script.commands:
                    if command.name is not None:
                        yield from self.words(words_of(command), certain=False, depth=depth + 1)
            return
        verdict = self.verdict(words)
        if verdict == "renews" and not certain:
            return
        if verdict != "passes":
            yield verdict, _told(words)

    def verdict(self, words: Words) -> _Verdict:
        words = unwrapped(words)
        if not words:
            return "passes"
        if self.left.needed_by(words) or self.left.touched_by(words):
            return "needs"
        if self.left.renewed_by(words):
            return "renews"
        return kind_of_program(words) if self.left.by_anything else "passes"


def unconditional(script: ShellScript) -> Iterator[Command]:
    """The commands of a script that run whenever all goes well."""
    statements = script.statements
    last = 0  # where the last and-or list starts
    for at, statement in enumerate(statements):
        if statement.operator not in {"&&", "||"}:
            last = at
    alternative = False
    for at, statement in enumerate(statements):
        first = statement.operator not in {"&&", "||"}
        alternative = not first and (alternative or statement.operator == "||")
        if (
            statement.command is not None
            and not statement.background
            and not alternative
            and (first or at > last)
        ):
            yield statement.command


def _commands(instruction: CommandInstruction, escape: str) -> Iterator[Words]:
    form = instruction.command
    texts: Sequence[str] = ()
    if isinstance(form, ExecForm):
        texts = inner_texts(form.values)
        if not texts:
            yield form.values
    elif isinstance(form, ShellForm):
        texts = (form.text,)
    else:
        return
    for text in texts:
        for command in parse_shell(text, escape if isinstance(form, ShellForm) else "").commands:
            yield words_of(command)


def _told(words: Words) -> str:
    text = " ".join(
        word.removeprefix("$") if word[:2] in {'$"', "$$", "$'"} else word for word in words
    )
    return text if len(text) <= 40 else f"{text[:37]}..."


def _children(facts: "Facts", stage: Stage) -> Iterator[Stage]:
    """The stages that are FROM `stage`, or may be by what a variable stands for."""
    yield from facts.stages.children(stage)
    for other in facts.tree.stages[stage.index + 1 :]:
        if facts.stages.parent(other) is None and _may_name(other.start.image, stage):
            yield other


def _may_name(written: str, stage: Stage) -> bool:
    if "$" not in written or stage.name is None:
        return False
    parts = _VARIABLE.split(written)
    return bool(re.fullmatch(".*".join(map(re.escape, parts)), stage.name, re.IGNORECASE))


def _family(facts: "Facts", stage: Stage) -> list[Stage]:
    found = [stage]
    for each in found:
        found += [child for child in _children(facts, each) if child not in found]
    return found


def _taken(facts: "Facts", stage: Stage, left: Leftover) -> Iterator[Use]:
    """Uses by COPY or by a mount from the stage, or from one that is FROM it."""
    family = _family(facts, stage)
    for other in facts.tree.stages[stage.index + 1 :]:
        for outer in other.instructions:
            each = outer.instruction if isinstance(outer, Onbuild) else outer
            if each is None:
                continue
            for _, origin in origins(each):
                named = any(
                    origin.lower() == member.name
                    or origin == str(member.index)
                    or _may_name(origin, member)
                    for member in family
                )
                if named and any(
                    _overlap(source, path)
                    for source in _sources(each, origin)
                    for path in left.paths
                ):
                    yield Use(f"{each.name} takes {left.name} from the stage")


def _sources(instruction: Instruction, origin: str) -> Iterator[str]:
    if isinstance(instruction, Transfer):
        yield from instruction.sources
        return
    for flag in instruction.flags:
        keys = mount_options(flag)
        if flag.name == "mount" and keys.get("from") == origin:
            yield keys.get("source", keys.get("src", "/"))


def _overlap(source: str, path: str) -> bool:
    """Whether `source`, which may be a pattern, may hold `path` or lie within it."""
    special = _GLOB.search(source)
    plain = posixpath.normpath("/" + source.lstrip("/"))
    if special:
        plain = "/" + source[: special.start()].lstrip("/")
        return path.startswith(plain) or plain.startswith(path + "/")
    return plain == "/" or (path + "/").startswith(plain + "/") or plain.startswith(path + "/")
