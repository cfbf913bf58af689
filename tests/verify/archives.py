"""Layers and images as builders write them, made by hand."""

import io
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence

Member = tuple[tarfile.TarInfo, bytes]


def member(
    name: str,
    content: bytes = b"",
    *,
    kind: bytes = tarfile.REGTYPE,
    mode: int = 0o644,
    owner: tuple[int, int] = (0, 0),
    link: str = "",
    xattrs: Mapping[str, str] | None = None,
    device: tuple[int, int] = (0, 0),
) -> Member:
    """One member of a layer."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.mode = mode
    info.uid, info.gid = owner
    info.linkname = link
    info.size = len(content)
    info.devmajor, info.devminor = device
    info.pax_headers = {f"SCHILY.xattr.{key}": value for key, value in (xattrs or {}).items()}
    return info, content


def folder(name: str, mode: int = 0o755) -> Member:
    return member(name, kind=tarfile.DIRTYPE, mode=mode)


def layer(*members: Member, compression: str = "") -> bytes:
    """A layer's tar."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=f"w:{compression}", format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


def image(
    layers: Sequence[bytes],
    config: Mapping[str, object] | None = None,
    *,
    names: Sequence[str] | None = None,
    links: Iterable[tuple[str, str]] = (),
    manifest: object = None,
    author: str = "",
) -> bytes:
    """An image's tar, the manifest last."""
    names = [f"{at:064x}.tar" for at in range(len(layers))] if names is None else names
    document = {"os": "linux", "architecture": "amd64", "author": author, "config": config or {}}
    if manifest is None:
        manifest = [{"Config": "config.json", "RepoTags": ["x:y"], "Layers": list(names)}]
    files = [*zip(names, layers, strict=False)]
    files += [("config.json", json.dumps(document).encode())]
    made = [member(name, content) for name, content in files]
    made += [member(name, kind=tarfile.SYMTYPE, link=target) for name, target in links]
    made += [member("manifest.json", json.dumps(manifest).encode())]
    return layer(*made)
