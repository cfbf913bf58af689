"""Writes a WORKDIR from the root on where the directory before it is known."""

import posixpath
from collections.abc import Iterator

from dfix import (
    Change,
    Facts,
    Fixer,
    Instruction,
    Invalid,
    Level,
    Phase,
    Stage,
    Valid,
    Workdir,
    regex,
)

_PLAIN = regex(r"""(?P<quote>["']?)(?P<path>[A-Za-z0-9_.+@/-][A-Za-z0-9_.+@/ -]*)(?P=quote)""")
#: A path from the root or of a drive, or one that begins with a variable.
_ELSEWHERE = regex(r"""["']?(?:[/\\$]|[A-Za-z]:)""")
_TAG = regex(r":[^/]*\Z")
_BASE = "<base>"


class WorkdirAbsolute(Fixer):
    """Writes a WORKDIR from the root on where the directory before it is known.

    **Why**

    Where a relative WORKDIR leads depends on those above it and on the base image: who moves lines,
    or changes the image, moves the directory.

    **When it is applied**

    When a WORKDIR above it says where it leads; the image is the same. At `standard` also where the
    directory is known that the base image works in.

    **When it is refused**

    When neither is known (a build argument may name another base image), for Windows, and for paths
    with variables, here or above.
    """

    message = "where WORKDIR leads depends on what stands above it"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("WorkdirRelativePath", "DL3000")
    plan_paths = ("effect", "effect.cwd", "config.workdir")
    reference = "https://docs.docker.com/reference/build-checks/workdir-relative-path/"
    VALID = (
        Valid("FROM debian:12\nWORKDIR /app\nWORKDIR $HOME\n"),
        Valid("FROM me/base\nWORKDIR app\n", why="nobody knows", refused=True),
        Valid("FROM debian:12\nWORKDIR app\n", level=Level.SAFE, why="the image may change"),
        Valid("ARG B=debian:12\nFROM $B\nWORKDIR app\n", why="B may be another", refused=True),
        Valid("FROM me/base\nARG D=/srv\nWORKDIR $D\nWORKDIR app\n", refused=True),
        Valid("FROM me/base\nWORKDIR /srv\nWORKDIR app/$V\n", refused=True),
        Valid("# escape=`\nFROM me/base\nWORKDIR /a\nWORKDIR b\n", why="Windows", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM me/base\nWORKDIR /srv\nWORKDIR app\nWORKDIR ../lib\n",
            "FROM me/base\nWORKDIR /srv\nWORKDIR /srv/app\nWORKDIR /srv/lib\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM debian:12\nWORKDIR app\nRUN ls\nCOPY . .\n",
            "FROM debian:12\nWORKDIR /app\nRUN ls\nCOPY . .\n",
            why="debian works in /",
            level=Level.STANDARD,
        ),
    )

    def visit_Workdir(self, node: Workdir) -> None:
        """Proposes the whole path, or says why it is not known."""
        word = node.argument
        stage = self.facts.stages.holding(node)
        if word is None or stage is None or _ELSEWHERE.match(word.value):
            return
        plain = _PLAIN.fullmatch(word.text)
        if plain is None:
            self.refuse(node, "its path is not written in plain characters")
            return
        if self.facts.bases.is_windows(node):
            self.refuse(node, "paths of Windows are not looked into")
            return
        above = [_PLAIN.fullmatch(each.value) for each in self._above(stage, node)]
        paths = [each["path"] for each in reversed(above) if each is not None]
        if len(paths) < len(above):
            self.refuse(node, "the path of a WORKDIR above it has variables or other signs in it")
        elif paths and paths[0].startswith("/"):
            above_it = _normal(posixpath.join(*paths))
            if _normal(self.facts.plan.before(node).workdir or above_it) != above_it:
                self.refuse(node, "a trigger of the stage that it is FROM leads elsewhere")
                return
            self._propose(node, _normal(posixpath.join(above_it, plain["path"])), None)
        elif (directory := self._base_directory(node, stage)) is None:
            self.refuse(node, "it is not known where the base image works")
        elif not above:  # those below a relative one come after it
            path = posixpath.normpath(posixpath.join(directory, plain["path"]))
            self._propose(node, path, directory)

    def _above(self, stage: Stage, node: Workdir) -> Iterator[Workdir]:
        """What says where `node` begins, from below to above; up to an absolute path if there is one."""
        for one in self.facts.stages.lineage(stage):
            instructions: tuple[Instruction, ...] = one.instructions
            if one is stage:
                instructions = instructions[: instructions.index(node)]
            for each in reversed(instructions):
                if isinstance(each, Workdir):
                    yield each
                    if each.value.lstrip("\"'").startswith("/"):
                        return

    def _base_directory(self, node: Workdir, stage: Stage) -> str | None:
        """The directory that the base image works in; None where it is not known for sure."""
        bases = self.facts.bases
        image = bases.reference(stage)
        known = bases.of(stage)
        if image is None or known is None or bases.is_replaced(image):
            return None
        if "$" in _TAG.sub("", self.facts.stages.lineage(stage)[-1].start.image):
            return None  # an argument of the build may name quite another image
        # Triggers of such an image run first, and often end with a WORKDIR.
        return None if "onbuild" in (image.tag or "") else known.workdir

    def _propose(self, node: Workdir, path: str, base: str | None) -> None:
        word = node.argument
        assert word is not None
        quote = word.text[0] if word.text[0] in "\"'" else ""
        new = word.with_changes(text=f"{quote}{path}{quote}", joined=None)
        if base is None:
            self.fix(node, {word: new})
            return
        expects = self._moved(node, node.with_changes(argument=new), base)
        if expects is None:
            self.refuse(node, "something else depends on it as well")
            return
        self.fix(
            node,
            {word: new},
            expects=expects,
            level=Level.STANDARD,
            reason=f"the base image works in {base}",
        )

    def _moved(self, node: Workdir, new: Workdir, base: str) -> tuple[Change, ...] | None:
        """What is told otherwise of the build; None if anything but the base's directory is."""
        tree = self.facts.tree
        instructions = tuple(new if each is node else each for each in tree.instructions)
        after = Facts(tree.with_changes(instructions=instructions), self.facts.surroundings)
        changes = self.facts.plan.difference(after.plan)
        for each in changes:
            old = (each.old or "").replace(f"{_BASE}/", f"{base.rstrip('/')}/").replace(_BASE, base)
            if each.new is None or posixpath.normpath(old) != posixpath.normpath(each.new):
                return None
        return changes


def _normal(path: str) -> str:
    """A path as the builder has it: two slashes in front are one."""
    return posixpath.normpath(path).replace("//", "/")
