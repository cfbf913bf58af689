"""What a fix may change in the file tree of an image, as data, by the fixer's name.

A fixer that is not named here changes no file at all. `docs/verify.md` says the same to people.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dfix.verify.comparison import ASPECTS, Aspect


@dataclass(frozen=True, slots=True)
class Allowance:
    """Paths at which certain aspects may differ, and why."""

    reason: str
    paths: tuple[str, ...]
    aspects: frozenset[Aspect] = ASPECTS
    owner: tuple[int, int] | None = None
    """The owner (user, group) that a path must have afterwards; None for any."""
    folder: bool = False
    """Whether it is for folders alone."""


_CHANGED: frozenset[Aspect] = frozenset({"content"})
_ADDED: frozenset[Aspect] = frozenset({"added"})
_REMOVED: frozenset[Aspect] = frozenset({"removed"})

#: What package managers call disposable; it belongs to no image, and may differ at every level.
CACHES = Allowance(
    "a package manager's cache, which belongs to no image",
    (
        "var/lib/apt/lists",
        "var/lib/apt/lists/**",
        "var/cache/apt",
        "var/cache/apt/**",
        "var/cache/apk/**",
        "var/cache/yum/**",
        "var/cache/dnf/**",
        "var/cache/libdnf5/**",
        "var/cache/zypp/**",
        "**/.npm/_cacache",
        "**/.npm/_cacache/**",
        "**/.cache/pip",
        "**/.cache/pip/**",
        "**/.cache/yarn",
        "**/.cache/yarn/**",
        "usr/local/share/.cache",
        "usr/local/share/.cache/**",
        "**/.cache/composer/**",
        "**/.composer/cache/**",
    ),
)
#: A package manager makes them for its cache. What else lay in one is a difference of its own.
FOLDER_OF_CACHES = Allowance(
    "the folder of a package manager's cache",
    ("**/.cache", "var/cache/yum", "var/cache/dnf", "var/cache/libdnf5"),
    _REMOVED,
    folder=True,
)
_ACCOUNTS = tuple(
    f"etc/{name}{copy}"
    for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid")
    for copy in ("", "-")
)
#: What they were before the last change, with the mode that they had then.
_FORMER = tuple(path for path in _ACCOUNTS if path.endswith("-"))
#: Where package managers write down what is installed, in the order in which it was.
_RECORDS = (
    "var/lib/dpkg/**",
    "var/lib/apt/extended_states",
    "var/cache/debconf/**",
    "lib/apk/db/**",
    "usr/lib/apk/db/**",
    "etc/apk/world",
)
#: What is made anew from all packages that are installed.
_INDEXES = (
    "etc/ld.so.cache",
    "etc/mailcap",
    "etc/shells",
    "usr/share/info/dir",
    "usr/share/mime/**",
    "**/mimeinfo.cache",
    "**/icon-theme.cache",
    "**/loaders.cache",
    "**/gconv-modules.cache",
    "var/cache/man/**",
    "var/cache/fontconfig/**",
    "var/lib/systemd/deb-systemd-helper-enabled/**",
    "etc/ssl/certs/ca-certificates.crt",
)

BY_FIXER: Mapping[str, tuple[Allowance, ...]] = {
    "run-as-user": (
        Allowance("the account that the program runs as", _ACCOUNTS, _CHANGED | _ADDED),
        Allowance("the accounts before the last change", _FORMER, _CHANGED | {"mode", "owner"}),
        Allowance("the lock of the accounts", ("etc/.pwd.lock",), _ADDED),
    ),
    "init-process": (
        Allowance(
            "tini",
            ("usr/bin/tini*", "**/sbin/tini*", "usr/share/doc/tini*", "usr/share/doc/tini*/**"),
            _ADDED,
        ),
        Allowance("the records of installed packages", _RECORDS, _CHANGED | _ADDED),
    ),
    "merge-installs": (
        Allowance("the records of installed packages", _RECORDS, _CHANGED),
    ),
    "sort-packages": (
        Allowance("the records of installed packages", _RECORDS, _CHANGED),
    ),
    "drop-sudo": (
        Allowance("what sudo remembers", ("run/sudo", "run/sudo/**", "var/lib/sudo/**"), _REMOVED),
    ),
    "no-install-recommends": (
        Allowance("what was only recommended is not installed", ("**",), _REMOVED),
        Allowance("the records of installed packages", _RECORDS, _CHANGED | _ADDED),
        Allowance("an index of what is installed", _INDEXES, _CHANGED),
        Allowance("accounts of packages that are not installed", _ACCOUNTS, _CHANGED),
    ),
    "cache-mounts": (
        Allowance(
            "apt's settings for caches",
            ("etc/apt/apt.conf.d/docker-clean", "etc/apt/apt.conf.d/keep-cache"),
            _ADDED | _REMOVED | _CHANGED,
        ),
    ),
}  # fmt: skip
