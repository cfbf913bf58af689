"""What the configs of an image tell for certain, laid over what the table knows of it."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from dfix.image import ImageReference
from dfix.resolve.bases import BaseFacts, CommandLine
from dfix.resolve.imageconfig import ImageConfig

Value = TypeVar("Value")

_ROOT = frozenset({"root", "0"})
_SHELL = ("/bin/sh", "-c")


def facts_of(
    image: ImageReference, configs: Sequence[ImageConfig], table: BaseFacts | None
) -> BaseFacts:
    """The facts about `image`, of which `configs` are those of all its platforms.

    What they say wins over the table. What differs between platforms is unknown, and so is what no
    config holds and the table does not know: the distribution, its tools, its accounts.
    """
    if table is not None and table.family in {"windows", "scratch"}:
        return table
    known = BaseFacts(image.familiar_name) if table is None else table
    entrypoint = _same([_command_line(each.entrypoint) for each in configs])
    cmd = _same([_command_line(each.cmd) for each in configs])
    # What the table knows of the program in front of all others holds where that one still is.
    same = known.entrypoint is not None and known.entrypoint == entrypoint
    return replace(
        known,
        default_user=_same([_user(each.user) for each in configs]),
        entrypoint=entrypoint,
        cmd=cmd,
        workdir=_same([_workdir(each.workdir) for each in configs]),
        stopsignal=_same([each.stopsignal or "" for each in configs]),
        init=known.init if same else None,
        drops_privileges=known.drops_privileges if same else None,
        expose=_all(each.exposed_ports for each in configs),
        volume=_all(each.volumes for each in configs),
        default_shell=_same([each.shell or () for each in configs]),
        env=_same([each.env or {} for each in configs]),
        labels=_same([each.labels or {} for each in configs]),
    )


def _same(values: Sequence[Value]) -> Value | None:
    """The value that all have; None where they differ."""
    first, *others = values
    return first if all(each == first for each in others) else None


def _all(values: Iterable[tuple[str, ...] | None]) -> tuple[str, ...]:
    """What any config has: it is proven for one of the platforms."""
    return tuple(sorted({each for value in values for each in value or ()}))


def _user(written: str | None) -> str:
    name, _, group = (written or "root").partition(":")
    return "root" if name in _ROOT and group in {"", *_ROOT} else written or "root"


def _command_line(words: tuple[str, ...] | None) -> CommandLine:
    """The exec form, or the text of the shell form, which a config has with its shell."""
    if words is None:
        return ()
    return words[2] if len(words) == 3 and words[:2] == _SHELL else words


def _workdir(written: str | None) -> str | None:
    if written is None:
        return "/"
    return written if written.startswith("/") else None
