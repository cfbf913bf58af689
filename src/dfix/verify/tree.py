"""The file tree of an image, from the tar streams of its layers. Nothing is ever unpacked to disk.

Layers are laid over one another as the OCI image specification says:
https://github.com/opencontainers/image-spec/blob/main/layer.md
"""

import hashlib
import itertools
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Literal

Kind = Literal["file", "folder", "link", "pipe", "character device", "block device"]
Xattrs = tuple[tuple[str, str], ...]

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_XATTR = "SCHILY.xattr."
_CHUNK = 1024 * 1024  # bytes
_KINDS: Mapping[bytes, Kind] = {
    tarfile.DIRTYPE: "folder",
    tarfile.SYMTYPE: "link",
    tarfile.FIFOTYPE: "pipe",
    tarfile.CHRTYPE: "character device",
    tarfile.BLKTYPE: "block device",
}
#: Files of accounts: the third of their fields is the day on which a password was changed.
_ACCOUNTS = frozenset({"etc/shadow", "etc/shadow-"})


class DamagedArchive(ValueError):
    """The stream is not the archive that it should be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of an image. Sizes are in bytes."""

    kind: Kind
    mode: int
    """Permission bits, with setuid, setgid and sticky."""
    uid: int
    gid: int
    content: str = ""
    """The SHA-256 of a file's bytes, the target of a link, `major:minor` of a device."""
    size: int = 0
    xattrs: Xattrs = ()
    linked: str | None = None
    """The first of the paths that are hard links to this file; None for one that has one name."""


Tree = Mapping[str, Entry]
"""Entries by path, relative to the root and with slashes; the root itself is `.`."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer says, in its order: an entry, or the path that a hard link is made to."""

    entries: tuple[tuple[str, Entry | str], ...]
    removed: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    """Folders of which nothing of the layers below is left."""
    size: int = 0
    """The bytes of its files."""


def read_layer(stream: IO[bytes]) -> Layer:
    """The layer that a tar stream holds, also a compressed one. Raises DamagedArchive."""
    entries: list[tuple[str, Entry | str]] = []
    removed: list[str] = []
    emptied: list[str] = []
    size = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|*") as tar:
            for member in tar:
                path = _normal(member.name)
                folder, _, name = path.rpartition("/")
                if name == _OPAQUE:
                    emptied.append(folder or ".")
                elif name.startswith(_WHITEOUT):
                    removed.append(_joined(folder, name.removeprefix(_WHITEOUT)))
                elif member.islnk():
                    entries.append((path, _normal(member.linkname)))
                else:
                    entry = _entry(tar, member, path)
                    size += entry.size
                    entries.append((path, entry))
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise DamagedArchive(f"a layer cannot be read: {error}") from error
    return Layer(tuple(entries), tuple(removed), tuple(emptied), size)


def laid_over(layers: Sequence[Layer]) -> dict[str, Entry]:
    """The tree that `layers` make, the lowest first. Raises DamagedArchive."""
    root = _Node(Entry("folder", 0o755, 0, 0), 0)
    number = itertools.count(1)
    for layer in layers:
        for path in layer.emptied:
            node = root.find(path)
            if node is not None:
                node.below.clear()
        for path in layer.removed:
            folder, _, name = path.rpartition("/")
            parent = root.find(folder)
            if parent is not None:
                parent.below.pop(name, None)
        for path, entry in layer.entries:
            if isinstance(entry, str):
                target = root.find(entry)
                if target is None:
                    raise DamagedArchive(f"{path} is a hard link to {entry}, which is not there")
                root.put(path, target.entry, target.inode)
            else:
                root.put(path, entry, next(number))
    return _with_links(dict(root.walk()))


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> Entry:
    xattrs = tuple(
        sorted(
            (name.removeprefix(_XATTR), value)
            for name, value in member.pax_headers.items()
            if name.startswith(_XATTR)
        )
    )
    plain = Entry("file", member.mode & 0o7777, member.uid, member.gid, xattrs=xattrs)
    if member.isreg():
        stream = tar.extractfile(member)
        assert stream is not None
        return replace(plain, content=_digest(stream, path), size=member.size)
    kind = _KINDS.get(member.type)
    if kind is None:
        raise DamagedArchive(f"{path} is of an unknown type")
    content = ""
    if kind == "link":
        content = member.linkname
        plain = replace(plain, mode=0o777)  # a link has no mode of its own
    elif kind.endswith("device"):
        content = f"{member.devmajor}:{member.devminor}"
    return replace(plain, kind=kind, content=content)


def _digest(stream: IO[bytes], path: str) -> str:
    digest = hashlib.sha256()
    if path in _ACCOUNTS:
        digest.update(b"\n".join(map(_without_day, stream.read().split(b"\n"))))
    else:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _without_day(line: bytes) -> bytes:
    fields = line.split(b":")
    return b":".join((*fields[:2], b"", *fields[3:])) if len(fields) > 3 else line


def _normal(name: str) -> str:
    """A path of an archive without what says nothing; `..` stays below the root."""
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "."


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


@dataclass(slots=True)
class _Node:
    """A path of the tree that is being laid, and what lies below it."""

    entry: Entry
    inode: int
    below: dict[str, "_Node"] = field(default_factory=dict)

    def find(self, path: str) -> "_Node | None":
        node: _Node | None = self
        for part in _parts(path):
            node = node.below.get(part) if node is not None else None
        return node

    def put(self, path: str, entry: Entry, inode: int) -> None:
        """Lays an entry over what was there; a folder keeps what is below it."""
        parts = _parts(path)
        if not parts:
            self.entry, self.inode = entry, inode
            return
        parent = self
        for part in parts[:-1]:
            if part not in parent.below:  # an archive need not name the folders above
                parent.below[part] = _Node(Entry("folder", 0o755, 0, 0), 0)
            parent = parent.below[part]
        old = parent.below.get(parts[-1])
        node = _Node(entry, inode)
        if old is not None and old.entry.kind == entry.kind == "folder":
            node.below = old.below
        parent.below[parts[-1]] = node

    def walk(self, path: str = ".") -> Iterator[tuple[str, tuple[Entry, int]]]:
        pending = [(path, self)]
        while pending:
            here, node = pending.pop()
            yield here, (node.entry, node.inode)
            prefix = "" if here == "." else f"{here}/"
            pending += ((prefix + name, below) for name, below in node.below.items())


def _parts(path: str) -> list[str]:
    return [] if path in ("", ".") else path.split("/")


def _with_links(found: Mapping[str, tuple[Entry, int]]) -> dict[str, Entry]:
    names: dict[int, list[str]] = {}
    for path, (entry, inode) in found.items():
        if entry.kind != "folder":
            names.setdefault(inode, []).append(path)
    firsts = {inode: min(paths) for inode, paths in names.items() if len(paths) > 1}
    return {
        path: replace(entry, linked=firsts[inode])
        if entry.kind != "folder" and inode in firsts
        else entry
        for path, (entry, inode) in sorted(found.items())
    }
