"""Signed texts: what a text says that was signed by one of the keys of a keyring.

The check is gpgv's, as it is apt's: https://www.gnupg.org/documentation/manuals/gnupg/gpgv.html. There
is no way around it: without the program or the keys nothing is read.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from dfix.git import tool
from dfix.patterns import regex
from dfix.regularfile import leads_to_file
from dfix.resolve.failures import RegistryError, Unreachable, Unusable
from dfix.talk import Talk, end

_PATIENCE = 20.0  # seconds
_BEGIN = b"-----BEGIN PGP SIGNED MESSAGE-----"
_END = b"-----END PGP SIGNATURE-----"
_STATUS = regex(rb"^\[GNUPG:\] ([A-Z_]+)", re.MULTILINE)
#: What speaks against a text even where another signature of it is good.
_BAD = frozenset({b"BADSIG", b"NODATA", b"UNEXPECTED"})
#: Where the keyrings of distributions are, by distribution; the ending changed with time.
_KEYRINGS = {
    name: tuple(f"/usr/share/keyrings/{name}-archive-keyring.{end}" for end in ("gpg", "pgp"))
    for name in ("debian", "ubuntu")
}


class NoKeyring(RegistryError):
    """There are no keys to check a signature with, or no program that does it."""


class Keyring:
    """The keys that the archives of distributions sign with.

    `path` is a file of keys as gpgv reads it (not in ASCII), in place of the system's. No gpgv that
    lies in one of `trees` is run: what a repository holds is not executed.
    """

    def __init__(self, path: Path | None = None, *, trees: Sequence[Path] = ()) -> None:
        self._path = path
        self._trees = tuple(Path(os.path.realpath(tree)) for tree in trees)

    def signed(self, data: bytes, distribution: str, whose: str) -> bytes:
        """What of `data`, a clear-signed text of `whose`, is covered by a good signature.

        Raises `NoKeyring`, and RegistryError for what is not signed, or not by a key of the keyring.
        """
        program, keys = self._program(), self._keys(distribution)
        head = data.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not head.startswith(_BEGIN) or data.count(_BEGIN) != 1 or data.count(_END) != 1:
            raise Unusable(f"{whose} is not one signed text")
        with tempfile.TemporaryDirectory(prefix="dfix-gpgv-") as home:
            words = [program, "--homedir", home, "--keyring", str(keys), "--weak-digest", "SHA1"]
            try:
                process = subprocess.Popen(
                    [*words, "--status-fd", "2", "--output", "-"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    cwd=home,
                    env={"PATH": os.defpath, "LC_ALL": "C"},
                    start_new_session=True,
                )
            except OSError as error:
                raise NoKeyring(f"gpgv cannot be run: {error.strerror or error}") from None
            try:
                talk = Talk(process, data, len(data))
                talk.run(_PATIENCE)
            finally:
                end(process)
        if talk.late or talk.long:
            raise Unreachable("gpgv did not come to an end")
        said = set(_STATUS.findall(talk.err))
        if not {b"GOODSIG", b"VALIDSIG"} <= said or said & _BAD:
            raise Unusable(f"{whose} is not signed by a key of {keys}: {_reason(said)}")
        return talk.out

    def _program(self) -> str:
        found = tool("gpgv")
        if found is None:
            raise NoKeyring("signatures are checked by gpgv, which is not installed")
        if any(Path(os.path.realpath(found)).is_relative_to(tree) for tree in self._trees):
            raise NoKeyring("gpgv lies in the tree that is rewritten, and is not run")
        return found

    def _keys(self, distribution: str) -> Path:
        paths: Iterable[Path] = map(Path, _KEYRINGS.get(distribution, ()))
        if self._path is not None:
            paths = (self._path.absolute(),)
        for path in paths:
            if leads_to_file(path):
                return path
        where = f"at {self._path}" if self._path else "installed"
        raise NoKeyring(
            f"no keyring of {distribution} is {where}: install {distribution}-archive-keyring, "
            "or name one by --keyring"
        )


def _reason(said: set[bytes]) -> str:
    for status, reason in (
        (b"BADSIG", "the signature is wrong"),
        (b"REVKEYSIG", "the key was revoked"),
        (b"EXPKEYSIG", "the key has expired"),
        (b"EXPSIG", "the signature has expired"),
        (b"NO_PUBKEY", "the key is another one"),
    ):
        if status in said:
            return reason
    return "gpgv cannot read it"
