"""What is known about base images without asking a registry: family, users, entrypoint and so on.

The facts were read from the build files of the images. A row of the table answers for the tags that
its patterns match, of which only some were read; the others are *extrapolated* and carry less. The
rule is at `base_facts`.
"""

import json
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from dfix.image import ImageReference
from dfix.patterns import is_like, regex
from dfix.resolve import tags
from dfix.shipped import shipped

Shell = Literal["dash", "busybox ash", "bash", "none"]
# Words of the exec form, the text of the shell form, or None where it is not known.
CommandLine = tuple[str, ...] | str | None

_UNKNOWN = "?"
# Words of tags, and the family that an image with one of them belongs to.
_FAMILIES = {
    "alpine": "alpine", "centos": "rhel", "debian": "debian", "fedora": "fedora",
    "nanoserver": "windows", "ubi": "rhel", "ubuntu": "ubuntu", "windowsservercore": "windows",
}  # fmt: skip
_SYSTEM = regex(rf"(?<![a-z])(?:{'|'.join(_FAMILIES)})(?![a-z])", re.IGNORECASE)
# What an extrapolated answer takes from the row in question only where the rows read agree on it.
_SINGLE = (
    "default_user",
    "shell",
    "bash",
    "entrypoint",
    "cmd",
    "workdir",
    "stopsignal",
    "init",
    "drops_privileges",
)
_SEVERAL = ("users", "user_tools", "tools_installed", "expose", "volume")
# The build files that end with another SHELL than the builder's, which RUNs of a child image inherit.
_PIPEFAIL = ("/bin/bash", "-o", "pipefail", "-c")
_STRICT = ("/bin/bash", "-o", "errexit", "-o", "nounset", "-o", "pipefail", "-c")
_SHELLS: dict[str, tuple[str, ...]] = {
    "bitnami/nginx": _STRICT,
    "bitnami/node": _STRICT,
    "bitnami/postgresql": _STRICT,
    "odoo": ("/bin/bash", "-xo", "pipefail", "-c"),
} | {
    f"{registry}jupyter/{name}": _PIPEFAIL
    for registry in ("", "quay.io/")
    for name in (
        "base-notebook",
        "datascience-notebook",
        "docker-stacks-foundation",
        "minimal-notebook",
        "scipy-notebook",
    )
}


class KnownUser(Struct, frozen=True):
    """An account of an image that a process could run as; None where a number is not fixed."""

    name: str
    uid: int | None
    gid: int | None


class BaseFacts(Struct, frozen=True):
    """What is known about an image. None always means "not known".

    Known emptiness is another value: `()` for no ENTRYPOINT and no CMD, `/` for no WORKDIR, `""`
    for no STOPSIGNAL, `"none"` for no shell, no package manager, no init process and no program
    that drops privileges. The tuples from `users` on hold what was proven: what they lack may exist
    all the same.
    """

    image: str
    """The familiar name, without a tag."""
    family: str | None = None
    """The distribution (`debian`, `alpine`, `rhel`, ...), `distroless`, `windows` or `scratch`.

    None only where a registry told of an image that no table has: it is for Linux then.
    """
    package_manager: str | None = None
    """`apt`, `apk`, `dnf`, `yum`, `microdnf`, `tdnf`, `zypper`, `pacman` or `none`."""
    default_user: str | None = None
    """`root`, or what the last USER says: a name or a number, a group with it where it has one."""
    shell: Shell | None = None
    """What `/bin/sh` is."""
    bash: bool | None = None
    """Whether there is a bash; False says that no build file adds one, a dependency still could."""
    entrypoint: CommandLine = None
    cmd: CommandLine = None
    """The effective value: an ENTRYPOINT has cleared a CMD from further down."""
    workdir: str | None = None
    stopsignal: str | None = None
    init: str | None = None
    """`tini`, `dumb-init`, `s6` or `none`; as with bash, a dependency could bring one."""
    drops_privileges: str | None = None
    """The programs that its entrypoint script names for it (`gosu`, `gosu;su-exec`), or `none`."""
    users: tuple[KnownUser, ...] = ()
    user_tools: tuple[str, ...] = ()
    """`useradd`, `adduser` (Debian's) and `adduser(busybox)`."""
    tools_installed: tuple[str, ...] = ()
    """Common packages that a build file installs and keeps."""
    expose: tuple[str, ...] = ()
    volume: tuple[str, ...] = ()
    extrapolated: bool = True
    """Whether this tag itself was not read, so that only what all tags share is told."""
    default_shell: tuple[str, ...] | None = None
    """What runs the shell form, where a SHELL says so: empty for none, None if not known."""
    env: Mapping[str, str] | None = None
    """All that ENV sets; known by a registry alone, as the labels are."""
    labels: Mapping[str, str] | None = None


class _Row(Struct, frozen=True):
    patterns: tuple[str, ...]
    read: bool
    read_for: tuple[str, ...]
    facts: BaseFacts


# What the builder itself says about `FROM scratch`: an empty file system and an empty config.
_SCRATCH = BaseFacts(
    image="scratch",
    family="scratch",
    package_manager="none",
    default_user="root",
    shell="none",
    bash=False,
    entrypoint=(),
    cmd=(),
    workdir="/",
    stopsignal="",
    init="none",
    drops_privileges="none",
    users=(),
    user_tools=(),
    tools_installed=(),
    expose=(),
    volume=(),
    extrapolated=False,
    default_shell=(),
)


def base_facts(image: ImageReference) -> BaseFacts | None:
    """What is known about `image`, or None: no row for its name, or only a digest to go by.

    The first row with a pattern for the tag answers (`latest` without one; with a digest beside it
    still the tag). It was *read* for that tag where

    - the tag is a current one in the table of official images, all current tags of the row were
      read, and read at their own state, not at another version's; or
    - the image's tags are listed nowhere, and the tag is floating and the build file was no older
      than a year, or the tag is of a version that the sources had a folder for on that day.

    Then all of the row holds. Nothing is known of a tag that names another system than the row's,
    such as one for Alpine that is no longer made. Any other answer is extrapolated: family and
    package manager are the row's; each further value is told only where all rows of the image that
    were read from its own build files agree on it and the row does not say otherwise; of users,
    tools, ports and volumes those remain that all these rows have. Of a Windows image only the
    family was read.
    """
    name = image.familiar_name
    if name == "scratch" and image.is_official:
        return _SCRATCH
    if image.tag is None and image.digest is not None:
        return None
    rows = _rows(name)
    tag = image.tag or "latest"
    for row in rows:
        if any(is_like(tag, pattern) for pattern in row.patterns):
            if _was_read(row, name, tag):
                return row.facts
            return _extrapolate(row.facts, rows) if _may_be(tag, row.facts.family) else None
    return None


def _may_be(tag: str, family: str | None) -> bool:
    """Whether a tag names no system other than that of a row, which is for tags that name none."""
    named = {found[0].lower() for found in _SYSTEM.finditer(tag)}
    return not named or family in {_FAMILIES[each] for each in named}


def _was_read(row: _Row, name: str, tag: str) -> bool:
    current = tags.current_tags(name)
    if current is not None:
        return "current" in row.read_for and tag in current
    return ("floating" in row.read_for and tags.is_floating(tag)) or any(
        tags.is_of_line(tag, line) for line in row.read_for
    )


def _extrapolate(facts: BaseFacts, rows: Iterable[_Row]) -> BaseFacts:
    # The rows that were read say nothing about a Windows build of the same image.
    read = [row.facts for row in rows if row.read and facts.family != "windows"]
    values: dict[str, Any] = {}
    for column in _SINGLE:
        values[column] = _agreed(getattr(facts, column), [getattr(one, column) for one in read])
    for column in _SEVERAL:
        values[column] = _shared(getattr(facts, column), [getattr(one, column) for one in read])
    # Those that set a SHELL today did not always do so.
    shell = None if facts.image in _SHELLS else facts.default_shell
    return replace(facts, **values, default_shell=shell, extrapolated=True)


def _agreed(own: Hashable, read: Sequence[Hashable]) -> Hashable:
    """The one value of all rows read, unless the row in question has another; else None."""
    values = set(read)
    if own is not None:
        values.add(own)
    return values.pop() if read and len(values) == 1 else None


def _shared(own: tuple[object, ...], read: Sequence[tuple[object, ...]]) -> tuple[object, ...]:
    """What the row in question and all rows read have."""
    return tuple(item for item in own if read and all(item in other for other in read))


@cache
def _lines() -> dict[str, list[str]]:
    """The table's lines by image: most runs need few of them, so cells are read on demand."""
    text = shipped("dfix.resolve", "bases.tsv").decode()
    lines: dict[str, list[str]] = {}
    for line in text.splitlines()[2:]:
        lines.setdefault(line.partition("\t")[0], []).append(line)
    return lines


@lru_cache(maxsize=1024)
def _rows(name: str) -> tuple[_Row, ...]:
    return tuple(map(_parse, _lines().get(name, ())))


def _parse(line: str) -> _Row:
    (
        image,
        patterns,
        family,
        package_manager,
        default_user,
        users,
        shell,
        bash,
        entrypoint,
        cmd,
        workdir,
        stopsignal,
        init,
        drops_privileges,
        user_tools,
        tools_installed,
        expose,
        volume,
        basis,
        read_for,
    ) = line.split("\t")
    facts = BaseFacts(
        image=image,
        family=family,
        package_manager=_known(package_manager),
        default_user=_known(default_user),
        shell=cast("Shell | None", _known(shell)),
        bash=None if bash == _UNKNOWN else bash == "yes",
        entrypoint=_command_line(entrypoint),
        cmd=_command_line(cmd),
        workdir=_known(workdir),
        stopsignal=_known(stopsignal),
        init=_known(init),
        drops_privileges=_known(drops_privileges),
        users=tuple(map(_user, users.split())),
        user_tools=tuple(user_tools.split()),
        tools_installed=tuple(tools_installed.split()),
        expose=tuple(expose.split()),
        volume=tuple(volume.split()),
        extrapolated=False,
        default_shell=_SHELLS.get(image, ()),
    )
    return _Row(tuple(patterns.split("|")), basis == "read", tuple(read_for.split()), facts)


def _known(cell: str) -> str | None:
    return None if cell == _UNKNOWN else cell


def _user(cell: str) -> KnownUser:
    name, uid, gid = cell.split(":")
    return KnownUser(name, _number(uid), _number(gid))


def _number(cell: str) -> int | None:
    return None if cell == _UNKNOWN else int(cell)


def _command_line(cell: str) -> CommandLine:
    if cell == _UNKNOWN:
        return None
    value: list[str] | str = json.loads(cell)
    return value if isinstance(value, str) else tuple(value)
