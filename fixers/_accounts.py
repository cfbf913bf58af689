"""Accounts that a program can run as: those of well-known images, and how others are made."""

import re

from msgspec import Struct

from dfix import Facts, Stage, regex

_NAME = regex(r"[a-z_][a-z0-9_-]{0,30}")
#: Numbers of accounts that distributions hand out end below this, first ordinary users included.
_FIRST_FREE = 1001
#: BusyBox takes no larger number in every build of it, and 65534 is `nobody`.
_LAST_FREE = 59999
#: Accounts that images of applications bring for this purpose, by the image's name.
_OWN = {"node": "node"}
_DOTNET = "mcr.microsoft.com/dotnet/"
_BUSYBOX = frozenset({"alpine", "busybox"})
_SHADOW = frozenset({"debian", "ubuntu"})
#: Images of the RPM family that come with shadow-utils; those for `microdnf` and the slim ones do not.
_RPM_WITH_SHADOW = frozenset({"almalinux", "centos", "fedora", "rockylinux"})


class Wish(Struct, frozen=True):
    """What the options ask for: `number` or `name` in USER, and the account to make."""

    style: str
    user: str
    uid: str


class Account(Struct, frozen=True):
    """What USER gets, the commands that make it (none where it exists), and the evidence.

    `names` are all that `--chown` may call it, and `programs` where the commands are.
    """

    user: str
    commands: tuple[str, ...]
    names: frozenset[str]
    reason: str
    programs: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """What USER gets, as a word of a shell."""
        return f'"{self.user}"' if "$" in self.user else self.user

    @property
    def is_there_for_copies(self) -> bool:
        """Whether `--chown` can have it above its creation: BuildKit takes unknown names for root."""
        return self.user[:1].isdecimal() or not (self.commands or "$" in self.user)


def account(facts: Facts, stage: Stage, wish: Wish) -> Account | str:
    """The account for the program of `stage`, or why none is known to work."""
    known = facts.bases.of(stage)
    if known is None:
        return "nothing is known about the base image"
    named = wish.style == "name"
    if known.family == "scratch":
        return _existing("nobody", 65534, 65534, False, "an empty image needs no account")
    if known.image.startswith(_DOTNET):
        return _dotnet(facts, stage, named)
    if known.image == "node" and known.extrapolated and _old_node(facts, stage):
        return "early images of node have no account for this"
    if known.family is None:
        return "what the base image is built on is not known, nor how accounts are made there"
    wanted = "nonroot" if known.family == "distroless" else _OWN.get(known.image, wish.user)
    for user in known.users:
        if user.name == wanted:
            if user.uid is None or user.gid is None:
                return f"the number of the account `{wanted}` is not known"
            told = f"{known.image} has the account `{user.name}`"
            return _existing(user.name, user.uid, user.gid, named, told)
    if known.family == "distroless":
        return "take the tag `nonroot` of the base image"
    if not _NAME.fullmatch(wish.user):
        return f"`{wish.user}` is no name for an account"
    if not (wish.uid.isdecimal() and _FIRST_FREE <= int(wish.uid) <= _LAST_FREE):
        return f"the number {wish.uid} may be taken: give one from {_FIRST_FREE} to {_LAST_FREE}"
    if any(int(wish.uid) in {user.uid, user.gid} for user in known.users):
        return f"the number {wish.uid} is taken in {known.image}"
    shadow = known.family in _SHADOW and known.package_manager == "apt"
    rpm = known.image in _RPM_WITH_SHADOW and known.package_manager in {"dnf", "yum"}
    return _made(known.family, shadow or rpm or "useradd" in known.user_tools, wish)


def _old_node(facts: Facts, stage: Stage) -> bool:
    """Whether the tag may be from before the account `node` came, in 2016, with version 6."""
    image = facts.bases.reference(stage)
    tag = (image.tag if image is not None else None) or "latest"
    version = re.match(r"v?([0-9]+)(?:[.-]|\Z)", tag)
    return tag.startswith("argon") if version is None else int(version[1]) < 6


def _existing(name: str, uid: int, gid: int, named: bool, reason: str) -> Account:
    number = f"{uid}:{gid}"
    names = frozenset({name, f"{name}:{name}", str(uid), number})
    return Account(name if named else number, (), names, reason)


def _dotnet(facts: Facts, stage: Stage, named: bool) -> Account | str:
    """Images of .NET have the account `app`, and its number in APP_UID, from version 8 on.

    Source: https://learn.microsoft.com/dotnet/core/compatibility/containers/8.0/app-user
    """
    image = facts.bases.reference(stage)
    version = re.match(r"([0-9]+)\.[0-9]", image.tag or "") if image is not None else None
    if version is None or int(version[1]) < 8:
        return "images of .NET have the account `app` from version 8 on: the version is not known"
    if "APP_UID" in facts.plan.stages[stage.index].config.env:
        return "APP_UID is set anew"
    names = frozenset({"app", "app:app", "$APP_UID", "${APP_UID}"})
    return Account(
        "app" if named else "$APP_UID", (), names, "images of .NET have the account `app`"
    )


def _made(family: str, shadow: bool, wish: Wish) -> Account | str:
    """The commands by family; `shadow` tells whether it has groupadd and useradd."""
    user, uid = wish.user, wish.uid
    if family in _BUSYBOX and wish.style == "name":
        commands: tuple[str, ...] = (f"adduser -D {user}",)
    elif family in _BUSYBOX:
        commands = (
            f"addgroup -S -g {uid} {user}",
            f"adduser -S -D -H -u {uid} -G {user} {user}",
        )
    elif shadow:
        commands = (
            f"groupadd -r -g {uid} {user}",
            f"useradd -r -u {uid} -g {user} -d /nonexistent -M -s /usr/sbin/nologin {user}",
        )
    else:
        return f"no tool is known that makes an account on {family}"
    number = f"{uid}:{uid}"
    names = frozenset({user, f"{user}:{user}", uid, number})
    return Account(
        user if wish.style == "name" else number,
        commands,
        names,
        f"an account is made for it with the tools of {family}",
        ("/bin",) if family == "busybox" else ("/usr/sbin",),
    )
