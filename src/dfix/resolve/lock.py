"""The lock file: what tags without a version stood for, kept so that every machine gives one answer.

TOML, sorted, one table for each image and policy, and behind them one for each package. Whoever may
write to a repository may write its lock file, so an answer is taken only where it is a version that
keeps the variant of what it stands for.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from dfix.config import ConfigError
from dfix.facts.package_versions import Package
from dfix.image import ImageReference
from dfix.patterns import regex
from dfix.regularfile import read_regular
from dfix.resolve.lockedpackages import KIND, LockedPackage
from dfix.resolve.locktables import lines_of, table_text, texts_of
from dfix.resolve.tags import Pin, Policy, Unpinned, fits, settled

if TYPE_CHECKING:
    from dfix.facts.bases import Images
    from dfix.resolve.bases import BaseFacts

_Answer = TypeVar("_Answer", "Locked", LockedPackage)

NAME = "dfix.lock"
"""What the file is called."""

_VERSION = 1
_LIMIT = 4 * 1024 * 1024  # bytes
_HEAD = f"""# Written by `dfix pin`: what tags without a version stand for. `dfix pin --update` asks again.
version = {_VERSION}
"""
_DIGEST = regex(r"sha256:[0-9a-f]{64}")
_IMAGE = "image"
_NOTHING_BUT = "there must be nothing but `version`, [[image]] and [[package]] tables"
_KEYS = ("name", "policy", "tag", "digest", "date", "source")


class Locked(Struct, frozen=True):
    """One answer: the tag that `name` stands for, and the digest of that image's index if known.

    `policy` is None for a name whose tag is a version already: there is just the digest to know.
    """

    name: str
    """The image by its familiar name, always with a tag: `node:latest`."""
    policy: Policy | None
    tag: str
    date: str
    """The day of the answer, `YYYY-MM-DD`."""
    source: str
    digest: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What it answers."""
        return self.name, self.policy or ""

    @property
    def said(self) -> tuple[str, ...]:
        """The answer, without when and by whom."""
        return (self.tag,) if self.digest is None else (self.tag, self.digest)


class Lock(Struct, frozen=True):
    """All answers of a lock file. Can be pickled."""

    answers: Mapping[tuple[str, str], Locked] = field(default_factory=dict)
    packages: Mapping[Package, LockedPackage] = field(default_factory=dict)

    @classmethod
    def of(cls, answers: Iterable[Locked], packages: Iterable[LockedPackage] = ()) -> "Lock":
        """A lock of these answers; of two about the same, the later one counts."""
        return cls({each.key: each for each in answers}, {each.package: each for each in packages})

    @classmethod
    def read(cls, path: Path) -> "Lock":
        """The lock of a file. Raises ConfigError for one that is none, OSError if it cannot be read.

        A symbolic link is not followed: it may leave the tree.
        """
        return cls.parse(lock_bytes(path), path)

    @classmethod
    def parse(cls, data: bytes, path: Path) -> "Lock":
        """The lock that the file `path` holds as `data`. Raises ConfigError for one that is none."""
        import tomllib  # here, as most trees have no lock

        try:
            text = data.decode("utf-8")
            document = tomllib.loads(text)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise ConfigError(path, line, "not UTF-8") from error
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"at line (\d+)", str(error))
            line = int(found[1]) if found else text.count("\n") + 1
            raise ConfigError(path, line, f"not TOML: {error}") from error
        except ValueError as error:  # A number of more digits than Python reads.
            raise ConfigError(path, 1, f"not TOML: {error}") from error
        except RecursionError as error:
            raise ConfigError(path, 1, "nested too deep") from error
        version = document.get("version")
        if type(version) is not int or version != _VERSION:
            raise ConfigError(path, 1, f"`version` must be {_VERSION}: this dfix knows no other")
        if set(document) - {"version", _IMAGE, KIND}:
            raise ConfigError(path, 1, _NOTHING_BUT)
        return cls.of(
            _tables(path, text, document.get(_IMAGE, []), _IMAGE, _locked),
            _tables(path, text, document.get(KIND, []), KIND, LockedPackage.of),
        )

    def text(self) -> str:
        """The file that holds it: sorted, the same for the same answers."""
        images = "".join(_table(self.answers[key]) for key in sorted(self.answers))
        return _HEAD + images + "".join(self.packages[key].text for key in sorted(self.packages))

    def pin(self, image: ImageReference, policy: Policy) -> Pin | None:
        """What the floating tag of `image` stands for; None where nothing is said."""
        found = self.answers.get((named(image), policy))
        if found is None:
            return None
        return Pin(found.tag, f"{found.source} ({NAME})", found.digest)

    def digest(self, image: ImageReference) -> str | None:
        """The digest of the index that `image` names, which has a version; None for not known."""
        wanted = (image.familiar_name, image.tag)
        for each in self.answers.values():
            if each.digest and (each.name.rpartition(":")[0], each.tag) == wanted:
                return each.digest
        return None


def lock_bytes(path: Path) -> bytes:
    """The bytes of a lock file. Raises as `Lock.read`."""
    if path.is_symlink():
        raise ConfigError(path, 1, "a symbolic link: it might leave the tree")
    return read_regular(path, limit=_LIMIT, follow=False)


def named(image: ImageReference) -> str:
    """The name under which an image is locked."""
    return f"{image.familiar_name}:{image.tag or 'latest'}"


def _tables(
    path: Path, text: str, tables: object, kind: str, read: Callable[[object], _Answer]
) -> list[_Answer]:
    """The answers of the tables of one kind. Raises ConfigError with the line of a wrong one."""
    if not isinstance(tables, list):
        raise ConfigError(path, 1, _NOTHING_BUT)
    starts = lines_of(text, kind)
    answers: dict[object, _Answer] = {}
    for at, table in enumerate(tables):
        try:
            answer = read(table)
            other = answers.get(answer.key, answer)
            if any(one != two for one, two in zip(answer.said, other.said, strict=False)):
                # Two branches that were merged had an answer each.
                raise ValueError(
                    f"{other.said[0]} is locked above for the same: take one of them out"
                )
            answers[answer.key] = answer
        except ValueError as error:
            line = starts[at] if len(starts) == len(tables) else 1
            raise ConfigError(path, line, str(error)) from None
    return list(answers.values())


def _locked(table: object) -> Locked:
    """An answer. Raises ValueError for what is none."""
    values = texts_of(table, _IMAGE, _KEYS, ("policy", "digest"))
    image = ImageReference.parse(values["name"])
    if image is None or image.digest is not None or named(image) != values["name"]:
        raise ValueError(f"{values['name']!r} is not the name of an image with its tag")
    if values.get("policy") not in {None, *Policy}:
        raise ValueError(f"{values['policy']!r} is not a policy: patch, minor or major")
    if "digest" in values and not _DIGEST.fullmatch(values["digest"]):
        raise ValueError(f"{values['digest']!r} is not a sha256 digest")
    policy = Policy(values["policy"]) if "policy" in values else None
    if policy is None:
        if values["tag"] != image.tag:
            raise ValueError("without a policy `tag` must be the one of the name")
    elif settled(image) is not None or not fits(image, values["tag"]):
        raise ValueError(f"{values['tag']!r} is no version with the variant of {values['name']}")
    return Locked(
        values["name"],
        policy,
        values["tag"],
        values["date"],
        values["source"],
        values.get("digest"),
    )


def _table(answer: Locked) -> str:
    values = {
        "name": answer.name,
        "policy": answer.policy,
        "tag": answer.tag,
        "digest": answer.digest,
        "date": answer.date,
        "source": answer.source,
    }
    return table_text(_IMAGE, values)


class LockedImages:
    """What a lock file says, and what `others` say where it says nothing."""

    def __init__(self, lock: Lock, others: "Images") -> None:
        self._lock = lock
        self._others = others

    def base_facts(self, image: ImageReference) -> "BaseFacts | None":
        """What is known about `image`; None for nothing."""
        return self._others.base_facts(image)

    def pin(self, image: ImageReference, policy: str) -> Pin | Unpinned:
        """The tag that a floating reference stands for. Raises ValueError for an unknown policy."""
        answer = settled(image) or self._lock.pin(image, Policy(policy))
        return self._others.pin(image, policy) if answer is None else answer

    def digest(self, image: ImageReference) -> str | None:
        """The digest of the index that `image` names; None for not known."""
        return self._lock.digest(image) or self._others.digest(image)

    def tags(self, image: ImageReference) -> frozenset[str]:
        """The tags that `image` is known to have."""
        return self._others.tags(image)
