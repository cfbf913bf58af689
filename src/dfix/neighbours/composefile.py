"""A Compose file as text with places: what its services say, where, and edits of whole lines.

The text is never printed anew from its values: an edit takes the place of lines, and all others stay
to the byte. What comes out is read again and must say exactly what was meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dfix.documents import DocumentError, compose_yaml, read_yaml, yaml_value
from dfix.regularfile import read_regular
from dfix.text import decode, encode

#: Bytes of a Compose file that are still read: no real one has as many, and YAML takes its time.
LIMIT = 256 * 1024
#: Lines of a text (counted from 0) and what comes in their place.
Edit = tuple[int, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """A key of a block mapping with its value; `end` is the line after the last one of the value."""

    name: str
    key: Any
    node: Any
    end: int

    @property
    def line(self) -> int:
        """The line of the key, from 0."""
        return int(self.key.start_mark.line)

    @property
    def column(self) -> int:
        """The column of the key, from 0."""
        return int(self.key.start_mark.column)

    @property
    def is_own(self) -> bool:
        """Whether the value is written here, and is no alias, nor shared by one."""
        within = self.key.end_mark.index <= self.node.start_mark.index
        return bool(within and not self.node.anchor)


class ComposeFile:
    """A Compose file that could be read."""

    def __init__(self, path: Path, data: bytes) -> None:
        """Raises `DocumentError` for what is no Compose file."""
        self.path = path
        self.data = data
        self.text = decode(data)
        self.lines = self.text.split("\n")
        self.root = compose_yaml(self.text)
        self.value = yaml_value(self.root)
        if not isinstance(self.value, dict) or not isinstance(self.value.get("services"), dict):
            raise DocumentError("there are no services")

    @classmethod
    def read(cls, path: Path) -> "ComposeFile":
        """Raises OSError and `DocumentError`."""
        return cls(path, read_regular(path, limit=LIMIT, follow=False))

    @property
    def services(self) -> Mapping[str, Mapping[str, object]]:
        """The services by name."""
        assert isinstance(self.value, dict)
        return {
            str(name): service
            for name, service in self.value["services"].items()
            if isinstance(service, dict)
        }

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Where the services are written in block style, as far as they are."""
        top = self.entries(self.root, len(self.lines))
        services = top.get("services")
        if services is None or not services.is_own:
            return {}
        return self.entries(services.node, services.end)

    def entries(self, node: Any, end: int) -> dict[str, Place]:
        """The entries of a block mapping that ends before the line `end`; none for anything else.

        None, too, for a mapping with a key twice.
        """
        if node is None or node.id != "mapping" or node.flow_style:
            return {}
        keys = [key for key, _ in node.value]
        ends = [key.start_mark.line for key in keys[1:]] + [end]
        found: dict[str, Place] = {}
        for (key, value), last in zip(node.value, ends, strict=True):
            if key.id != "scalar" or str(key.value) in found:
                return {}
            found[str(key.value)] = Place(str(key.value), key, value, last)
        return found

    def line_of(self, *names: str) -> int:
        """The line (1-based) of a service, or of a key in it; that of the last one that is found."""
        entries, line = self.places, 1
        for name in names:
            place = entries.get(name)
            if place is None:
                break
            line = place.line + 1
            entries = self.entries(place.node, place.end)
        return line

    def after(self, place: Place, indent: int) -> int:
        """The line before which to add to a mapping whose keys have `indent`."""
        at = min(place.end, len(self.lines))
        while at > place.line + 1:
            line = self.lines[at - 1].strip()
            depth = len(self.lines[at - 1]) - len(self.lines[at - 1].lstrip(" "))
            if (
                line
                and not (line.startswith("#") and depth < indent)
                and line not in {"...", "---"}
            ):
                break
            at -= 1
        return at

    def edited(
        self, edits: Sequence[Edit], meant: Mapping[str, Mapping[str, object]]
    ) -> bytes | None:
        """The file after `edits`, if its services then say what is `meant` and nothing else changed."""
        end = "\r" if self.lines[0].endswith("\r") else ""
        lines = list(self.lines)
        for first, last, new in sorted(edits, reverse=True):
            if first == len(lines):
                lines[-1] += end  # It had none yet.
            lines[first:last] = [line + end for line in new]
            if first + len(new) == len(lines):
                lines.append("")  # The last line had no end.
        text = "\n".join(lines)
        assert isinstance(self.value, dict)
        wanted = {**self.value, "services": {**self.value["services"], **meant}}
        try:
            if not _same(read_yaml(text), wanted, set()):
                return None
        except DocumentError:
            return None
        return encode(text)


def _same(one: object, other: object, compared: set[tuple[int, int]]) -> bool:
    """Whether two values are equal; what aliases share is compared once, and not each time it is met."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(one[key], other.get(key)) for key in one]
        alike = one.keys() == other.keys()
    elif isinstance(one, list) and isinstance(other, list):
        pairs = list(zip(one, other, strict=False))
        alike = len(one) == len(other)
    else:
        return type(one) is type(other) and one == other
    if (id(one), id(other)) in compared:
        return True
    compared.add((id(one), id(other)))
    return alike and all(_same(left, right, compared) for left, right in pairs)
