"""Reports files that are put into a volume below its VOLUME."""

import posixpath
from collections.abc import Iterator

from dfix import Add, Copy, Facts, Fixer, Phase, Reported, Run, Stage, Valid, Volume
from dfix.facts.commands import base_name, literal_arguments
from dfix.facts.placements import placements
from dfix.facts.scripts import commands_of

_LAST_WRITTEN = frozenset({"cp", "ln", "install"})
_WRITING = frozenset({"chown", "chmod", "mkdir", "cp", "mv", "touch", "install", "ln", "tar", "rm"})


class VolumeBeforeWrite(Fixer):
    """Reports files that are put into a volume below its VOLUME.

    **Why**

    Builders do not agree about it: the classic builder, and others after it, throw away what a step
    writes below a VOLUME. BuildKit keeps it.

    **When it is reported**

    For a COPY or ADD with a destination in the volume, and for RUN with chown, chmod, mkdir, cp, mv
    and their like on a path in it, further down in the same stage.

    **What to do**

    Move VOLUME below the last step that writes there.
    """

    message = "some builders throw away what is written below a VOLUME"
    phase = Phase.COPYING
    reference = "https://docs.docker.com/reference/dockerfile/#notes-about-specifying-volumes"
    VALID = (
        Valid("FROM debian:12\nRUN mkdir /data && chown 1:1 /data\nVOLUME /data\n"),
        Valid("FROM debian:12\nVOLUME /data\nCOPY a /srv/a\n"),
        Valid("FROM debian:12\nVOLUME /data\nRUN ls /data\n"),
        Valid("FROM debian:12\nVOLUME $DATA\nRUN touch /data/a\n"),
    )
    REPORTED = (
        Reported("FROM debian:12\nVOLUME /data\nRUN mkdir /data/a\n", line=3),
        Reported("FROM debian:12\nVOLUME /a /data\nCOPY b /data/\n", line=3),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Goes through a stage from top to bottom."""
        copied = {each.node: each.destination for each in placements(self.facts, stage)}
        volumes: list[str] = []
        for instruction in stage.instructions:
            if isinstance(instruction, Volume):
                volumes += _paths(instruction)
                continue
            paths: list[str | None] = []
            if isinstance(instruction, Copy | Add):
                paths = [copied.get(instruction)]
            elif isinstance(instruction, Run) and volumes:
                paths = list(_written(self.facts, instruction))
            held = [each for path in paths if path and (each := _holder(path, volumes))]
            if held:
                self.advise(instruction, f"move `VOLUME {held[0]}` below this step")


def _written(facts: Facts, run: Run) -> Iterator[str | None]:
    """The absolute paths that a RUN's commands make or change."""
    for _, command in commands_of(facts, run):
        name = base_name(command)
        if name in _WRITING:
            values = [v for v in literal_arguments(command) if v is None or not v.startswith("-")]
            if name in _LAST_WRITTEN and len(values) < 2:
                continue
            # The others are read.
            written = values[-1:] if name in _LAST_WRITTEN else values
            yield from (value for value in written if value and value.startswith("/"))


def _holder(path: str, volumes: list[str]) -> str:
    """The volume that holds `path`; empty for none."""
    plain = posixpath.normpath(path)
    return next((each for each in volumes if plain == each or plain.startswith(each + "/")), "")


def _paths(volume: Volume) -> list[str]:
    """The paths of a VOLUME that are plain."""
    written = volume.array.values if volume.array else tuple(w.value for w in volume.words)
    paths = (path.strip("\"'") for path in written)
    return [posixpath.normpath(path) for path in paths if path.startswith("/") and "$" not in path]
