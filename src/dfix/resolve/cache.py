"""What registries answered, kept on disk for the next run.

Two kinds of things are kept: texts under their own digest, for ever, as they cannot change; and
short answers (which digest a tag has, a page of tags) with the moment they are of, for whoever asks
to decide whether that is recent enough. Each is a file that is written whole and then renamed, so
that runs at the same time do not see halves of one another. What is damaged, or another's, counts
as not there. Nothing secret is kept; still only the user may read it, as private images have names.
"""

import contextlib
import hashlib
import json
import os
import secrets
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dfix.regularfile import read_regular

_FOLDER = Path("registry") / "1"  # the second part is raised when the form of the files changes
_LARGEST = 32 * 1024 * 1024  # bytes of one file
_MOST_FILES = 20_000
_SKEW = 120.0  # seconds that an entry may be ahead of the clock


@dataclass(frozen=True, slots=True)
class Entry:
    """A short answer: JSON, its age in seconds, and the ETag that it came with."""

    value: Any
    age: float
    etag: str | None


class Cache:
    """Answers of registries on disk; a cache that cannot be used stays empty and says why.

    Several threads and processes may use one folder. Nothing is raised for what is on the disk:
    `problem` tells of it.
    """

    def __init__(
        self,
        folder: Path | None,
        problem: str | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.problem = problem
        """Why nothing is kept, if nothing is."""
        self._folder = None if folder is None else folder.absolute() / _FOLDER
        self._clock = clock
        self._written = False
        if self._folder is not None and not _is_own(self._folder):
            self.problem = f"the cache {folder} may be written by others, and is not used"
            self._folder = None

    @classmethod
    def open(cls, cache_dir: Path | None = None) -> "Cache":
        """The cache in `cache_dir`.

        By default that is the folder that `DFIX_CACHE_DIR` names, else the user's cache folder.
        """
        if cache_dir is not None:
            return cls(cache_dir)
        named = os.environ.get("DFIX_CACHE_DIR")
        if not named:
            from platformdirs import user_cache_dir

            named = user_cache_dir("dfix", appauthor=False)
        if named.startswith("~"):  # Neither HOME nor the user database knows a home folder.
            return cls(None, "there is no home folder to keep a cache in; set DFIX_CACHE_DIR")
        return cls(Path(named))

    def text(self, digest: str) -> bytes | None:
        """The bytes whose digest (`sha256:...`) that is."""
        data = self._read("texts", _hex(digest))
        return data if data is not None and digest_of(data) == digest else None

    def keep_text(self, data: bytes) -> None:
        """Keep `data` under its digest."""
        self._write("texts", _hex(digest_of(data)), data)

    def entry(self, question: str) -> Entry | None:
        """What was answered to `question`, however old."""
        data = self._read("answers", _name(question))
        if data is None:
            return None
        digest, _, body = data.partition(b"\n")
        if digest != digest_of(body).encode("ascii"):
            return None
        try:
            kept = json.loads(body)
            if kept["question"] != question:
                return None
            age = self._clock() - float(kept["at"])
            etag = kept["etag"]
            value = kept["value"]
        except (ValueError, RecursionError, KeyError, TypeError):
            return None
        if not age >= -_SKEW or not (etag is None or isinstance(etag, str)):
            return None
        return Entry(value, max(age, 0.0), etag)

    def keep(self, question: str, value: Any, etag: str | None = None) -> None:
        """Keep `value`, which JSON can hold, as what is answered to `question` now."""
        kept = {"question": question, "at": self._clock(), "etag": etag, "value": value}
        body = json.dumps(kept).encode("ascii")
        data = digest_of(body).encode("ascii") + b"\n" + body
        self._write("answers", _name(question), data)

    def close(self) -> None:
        """Drop the oldest files where there are very many."""
        if self._folder is None or not self._written:
            return
        with contextlib.suppress(OSError):  # Another run may be doing the same.
            for folder in (self._folder / "texts", self._folder / "answers"):
                if not folder.is_dir():
                    continue
                with os.scandir(folder) as entries:
                    found = [(each.stat().st_mtime, each.path) for each in entries]
                for _, path in sorted(found, reverse=True)[_MOST_FILES:]:
                    Path(path).unlink(missing_ok=True)

    def _read(self, kind: str, name: str) -> bytes | None:
        if self._folder is None:
            return None
        try:
            return read_regular(self._folder / kind / name, limit=_LARGEST, follow=False)
        except OSError:  # Not there, or nothing to be read: both mean that it is to be asked for.
            return None

    def _write(self, kind: str, name: str, data: bytes) -> None:
        if self._folder is None or self.problem is not None:
            return
        folder = self._folder / kind
        temporary = folder / f".{name[:16]}-{secrets.token_hex(8)}"
        try:
            self._folder.parent.parent.mkdir(parents=True, exist_ok=True)
            for each in (self._folder.parent, self._folder, folder):
                each.mkdir(mode=0o700, exist_ok=True)
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
                with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
                    file.write(data)
                temporary.replace(folder / name)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        except OSError as error:
            self.problem = f"the cache cannot be written: {error.strerror or error}"
        else:
            self._written = True


def digest_of(data: bytes) -> str:
    """The digest of `data` as registries write it: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _hex(digest: str) -> str:
    algorithm, _, digits = digest.partition(":")
    assert algorithm == "sha256" and len(digits) == 64 and digits.isalnum(), digest
    return digits


def _name(question: str) -> str:
    return hashlib.sha256(question.encode("utf-8", "surrogatepass")).hexdigest()


def _is_own(folder: Path) -> bool:
    """Whether nobody but the user can put anything into `folder`, as far as it is there already."""
    if not hasattr(os, "getuid"):
        return True
    for each in (folder, folder.parent, folder / "texts", folder / "answers"):
        try:
            status = each.lstat()
        except OSError:
            continue
        if (
            not stat.S_ISDIR(status.st_mode)
            or status.st_uid != os.getuid()
            or status.st_mode & 0o022
        ):
            return False
    return True
