"""Reports a chown or chmod of a path that nothing in the file makes."""

import re

from dfix import Add, Copy, Fixer, Phase, Reported, Run, ShellForm, Stage, Valid, regex
from dfix.facts.commands import base_name, literal_arguments
from dfix.facts.scripts import commands_of

_BARE = frozenset({"alpine", "almalinux", "centos", "debian", "fedora", "rockylinux", "ubuntu"})
#: What the image of a distribution has at its root: a package may have made what is below.
_SYSTEM = frozenset(
    """bin boot dev etc home lib lib32 lib64 media mnt opt proc root run sbin srv sys tmp usr
    var""".split()
)
#: What may bring files that the text does not name.
_BRINGING = regex(
    r"\b(?:tar|bsdtar|unzip|7za?|cpio|git|svn|hg|make|cmake|npm|pip[0-9]?|gem|cargo|go|python[0-9.]*"
    r"|perl|ruby|node|php|dpkg|rpm|rsync|mv|ln)\b|\b(?:ba|da)?sh[ \t]|\./|\.(?:sh|run|bin|py)\b|<<"
)
_CHANGING = frozenset({"chown", "chmod", "chgrp"})


class ChownMissingPath(Fixer):
    """Reports a chown or chmod of a path that nothing in the file makes.

    **Why**

    The command fails for a path that is not there, and the build with it.

    **When it is reported**

    For chown, chgrp and chmod in a stage that begins with the bare image of a distribution, on a
    path outside of the system's own directories, whose first part nothing above mentions. Not where
    a COPY goes to `/`, and not below commands that may bring files which they do not name.

    **What to do**

    Make the directory first, with `mkdir -p`, WORKDIR or a COPY; or take the command out.
    """

    message = "nothing in the file makes the path"
    phase = Phase.COPYING
    practices = ("02",)
    reference = "https://docs.docker.com/reference/dockerfile/#workdir"
    VALID = (
        Valid("FROM debian:12\nRUN mkdir /data && chown 1:1 /data\n"),
        Valid("FROM debian:12\nWORKDIR /data/a\nRUN chown -R 1:1 /data\n"),
        Valid("FROM debian:12\nCOPY . /\nRUN chown -R 1:1 /data\n", why="it may be among them"),
        Valid("FROM me/base:1\nRUN chown -R 1:1 /data\n", why="the base image may have it"),
    )
    REPORTED = (Reported("FROM debian:12\nRUN useradd foo\nRUN chown -R foo /data/\n", line=3),)

    def visit_Stage(self, stage: Stage) -> None:
        """Goes through a stage from top to bottom."""
        lineage = self.facts.stages.lineage(stage)
        image = self.facts.bases.reference(stage)
        if image is None or not image.is_official or image.familiar_name not in _BARE:
            return
        if "$" in lineage[-1].start.image:
            return
        above = "".join(each.code for one in lineage[1:] for each in one.instructions)
        for instruction in stage.instructions:
            if isinstance(instruction, Run):
                self._look(instruction, above)
            if isinstance(instruction, Copy | Add) and not re.match(
                r"/[^/$]", instruction.destination
            ):
                return  # it may bring anything
            above += instruction.code

    def _look(self, run: Run, above: str) -> None:
        for node, command in commands_of(self.facts, run):
            written = node.text if isinstance(node, ShellForm) else node.body
            text = above + written[: command.span.start]
            if base_name(command) not in _CHANGING:
                continue
            for value in literal_arguments(command)[1:]:
                first = re.match(r"/([\w.-]+)", value or "")
                if first is None or first[1] in _SYSTEM or _BRINGING.search(text):
                    continue
                if not re.search(rf"\b{re.escape(first[1])}\b", text):
                    self.advise(
                        node,
                        f"make {value} first, with `mkdir -p`, WORKDIR or a COPY: nothing above does",
                        within=command.span,
                    )
