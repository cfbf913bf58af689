"""A little archive of apt: suites with signed InRelease files, and packed indices."""

import gzip
import hashlib
import lzma
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.resolve.registries.scripted import Reply, Script, Seen

DATE = "Thu, 15 Jan 2026 00:00:00 UTC"
NOW = 1_768_521_600.0  # seconds since 1970: the day after


def require_gpg() -> None:
    """Skips loudly where keys cannot be made, or signatures not be checked."""
    missing = [each for each in ("gpg", "gpgv", "gpgconf") if shutil.which(each) is None]
    if missing:
        pytest.skip(f"SIGNED ARCHIVES ARE NOT TESTED: there is no {', '.join(missing)}")


class Signer:
    """A key of its own, that is thrown away; `keyring` is what gpgv takes."""

    def __init__(self, folder: Path, name: str) -> None:
        self._home = folder / name
        self._home.mkdir(mode=0o700)
        self.keyring = folder / f"{name}.gpg"
        self._gpg("--quick-gen-key", f"{name} <{name}@example.com>", "rsa2048", "sign", "never")
        self.keyring.write_bytes(self._gpg("--export"))

    def sign(self, text: str) -> bytes:
        return self._gpg("--clear-sign", "--digest-algo", "SHA256", data=text.encode())

    def close(self) -> None:
        """Ends the agent that gpg left behind."""
        subprocess.run(
            ["gpgconf", "--homedir", str(self._home), "--kill", "all"], check=True, timeout=20
        )

    def _gpg(self, *words: str, data: bytes = b"") -> bytes:
        gpg = shutil.which("gpg")
        assert gpg is not None
        quiet = ["--homedir", str(self._home), "--batch", "--quiet", "--no-tty", "--passphrase", ""]
        done = subprocess.run(
            [gpg, *quiet, "--pinentry-mode", "loopback", *words],
            input=data,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@dataclass(frozen=True)
class Suite:
    """A suite: packages by component, each as the fields of its entry."""

    name: str
    packages: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    arch: str = "amd64"
    ending: str = ".xz"
    by_hash: bool = False
    fields: Mapping[str, str | None] = field(default_factory=dict)

    def indices(self) -> dict[str, bytes]:
        """The packed indices by their paths."""
        found = {}
        for component, entries in self.packages.items():
            text = "\n".join(
                "".join(f"{key}: {value}\n" for key, value in each.items()) for each in entries
            ).encode()
            packed = lzma.compress(text) if self.ending == ".xz" else gzip.compress(text, mtime=0)
            found[f"{component}/binary-{self.arch}/Packages{self.ending}"] = packed
        return found

    def release(self) -> str:
        """The text that is signed."""
        fields: dict[str, str | None] = {
            "Origin": "Test",
            "Suite": "oldstable",
            "Codename": self.name,
            "Date": DATE,
            "Acquire-By-Hash": "yes" if self.by_hash else None,
            **self.fields,
        }
        lines = [f"{key}: {value}" for key, value in fields.items() if value is not None]
        lines += ["MD5Sum:", f" {'0' * 32} 1 main/binary-amd64/Packages.xz", "SHA256:"]
        for path, data in self.indices().items():
            lines.append(f" {hashlib.sha256(data).hexdigest()} {len(data):8} {path}")
        return "\n".join(lines) + "\n"


def entry(name: str, version: str, **more: str) -> dict[str, str]:
    return {
        "Package": name, "Architecture": "amd64", "Version": version,
        "Description": "a tool\n Package: false\n Version: 99", **more,
    }  # fmt: skip


MAIN = Suite(
    "bookworm",
    {
        "main": (
            entry("curl", "7.88.1-10+deb12u12"),
            entry("git", "1:2.39.5-0+deb12u2"),
            entry("g++", "4:12.2.0-3"),
            entry("odd", "1.0;id"),
            entry("odder", "$(id)"),
        )
    },
)
UPDATES = Suite("bookworm-updates", {"main": (entry("tzdata", "2025b-0+deb12u2"),)})
SECURITY = Suite(
    "bookworm-security",
    {"main": (entry("curl", "7.88.1-10+deb12u14"), entry("git", "1:2.39.2-1.1"))},
)
SUITES = (MAIN, UPDATES, SECURITY)


def archive(signer: Signer, *suites: Suite, mirror: str = "/m") -> Script:
    """An archive that holds those suites below /m/debian, /m/debian-security and /m/ubuntu."""
    held: dict[str, bytes] = {}
    for suite in suites:
        root = "ubuntu" if suite.name.startswith("jammy") else "debian"
        root += "-security" if suite.name == "bookworm-security" else ""
        base = f"{mirror}/{root}/dists/{suite.name}"
        held[f"{base}/InRelease"] = signer.sign(suite.release())
        for path, data in suite.indices().items():
            if suite.by_hash:
                path = (
                    f"{path.rpartition('/')[0]}/by-hash/SHA256/{hashlib.sha256(data).hexdigest()}"
                )
            held[f"{base}/{path}"] = data

    def script(seen: Seen) -> Reply:
        found = held.get(seen.path)
        return Reply(404) if found is None else Reply(200, found)

    return script


def with_fields(suite: Suite, **fields: str | None) -> Suite:
    """The suite with other fields; `_` in a name stands for `-`."""
    named = {key.replace("_", "-"): value for key, value in fields.items()}
    return replace(suite, fields={**suite.fields, **named})
