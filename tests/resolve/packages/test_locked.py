"""Packages of the lock file: written, read again, and taken only where they cannot be more."""

from datetime import date
from pathlib import Path

import pytest

from dfix.config import ConfigError
from dfix.facts.package_versions import NoVersion, Package, PackageVersion
from dfix.package_pinning import lock_packages
from dfix.resolve.lock import Lock, Locked
from dfix.resolve.lockedpackages import LockedPackage, LockedPackages
from dfix.resolve.tags import Policy

APT = Package("apt", "debian bookworm amd64", "libstdc++6")
PIP = Package("pip", "python 3.13 glibc amd64", "requests")
NPM = Package("npm", "node 24", "@angular/cli")
BOTH = Package("pip", PIP.platform, "requests", "flask==3.0 requests[socks]")
NODE = Package("npm", "node", "pm2")


def locked(package: Package, version: str) -> LockedPackage:
    return LockedPackage(package, version, "2026-01-02", "some index")


ANSWERS = [
    locked(PIP, "2.32.5"),
    locked(APT, "1:12.2.0-14+deb12u1~x"),
    locked(NODE, "6.0.13"),
    locked(BOTH, "2.32.4"),
    locked(NPM, "20.3.1"),
]


def test_they_are_sorted_and_read_again(tmp_path: Path) -> None:
    image = Locked("alpine:latest", Policy.MINOR, "3.20", "2026-01-02", "table")
    lock = Lock.of([image], ANSWERS)
    assert lock.text() == Lock.of([image], reversed(ANSWERS)).text()
    path = tmp_path / "dfix.lock"
    path.write_text(lock.text())
    assert Lock.read(path) == lock
    assert lock.text().index("[[image]]") < lock.text().index("[[package]]")
    names = [line for line in lock.text().splitlines() if line.startswith("ecosystem")]
    assert names == sorted(names)


def table(**values: str) -> str:
    whole = {
        "ecosystem": "apt", "platform": "debian bookworm amd64", "name": "curl",
        "version": "7.88.1-10", "date": "2026-01-02", "source": "archive", **values,
    }  # fmt: skip
    lines = "".join(f'{key} = "{value}"\n' for key, value in whole.items() if value)
    return f"version = 1\n\n[[package]]\n{lines}"


WRONG = {
    "version = 1\npackage = 1\n": "1: there must be nothing but",
    "version = 1\n[[package]]\n": "2: a [[package]] needs 'ecosystem'",
    "version = 1\n[[package]]\nname = 1\n": "2: a [[package]] holds texts only",
    table(name=""): "3: a [[package]] needs 'name'",
    table(version=""): "3: a [[package]] needs 'version'",
    table(color="red"): "3: a [[package]] has no 'color'",
    table(ecosystem="cargo"): "3: 'cargo' is not an ecosystem",
    table(platform="debian"): "3: 'debian' is not a platform of apt",
    table(platform="debian bookworm amd64 x"): "3: 'debian bookworm amd64 x' is not a platform",
    table(platform="../x y"): "3: '../x y' is not a platform",
    table(ecosystem="pip"): "3: 'debian bookworm amd64' is not a platform of pip",
    table(name="curl=1"): "3: 'curl=1' is not the name",
    table(name="curl-"): "3: 'curl-' is not the name",
    table(name="curl/sid"): "3: 'curl/sid' is not the name",
    table(name="-t"): "3: '-t' is not the name",
    table(name="$(id)"): "3: '$(id)' is not the name",
    table(name="a" * 200): "3: 'aaaa",
    table(version="1;id"): "3: '1;id' is not a version of apt",
    table(version="1 && id"): "3: '1 && id' is not a version",
    table(version="$(id)"): "3: '$(id)' is not a version",
    table(version="`id`"): "3: '`id`' is not a version",
    table(version="1|id"): "3: '1|id' is not a version",
    table(version="1*"): "3: '1*' is not a version",
    table(version="1'"): '3: "1\'" is not a version',
    table(version="1\\n"): "3: '1\\n' is not a version",
    table(version="1\\\\"): "3: '1\\\\' is not a version",
    table(version="~root"): "3: '~root' is not a version",
    table(version="1:~root"): "3: '1:~root' is not a version",
    table(version="-t"): "3: '-t' is not a version",
    table(version="1" * 200): "3: '1111",
    table(date="today"): "3: 'today' is not a date",
    table(source="a\\u001b[31m"): "3: `source` is not a short text",
    table(
        ecosystem="pip", platform="python 3.13 glibc amd64", version="1.0rc1"
    ): "3: '1.0rc1' is not",
    table(ecosystem="pip", platform="python 3.13 glibc amd64", version="1!2"): "3: '1!2' is not",
    table(ecosystem="pip", platform="python 3.13 glibc amd64", name="Re_q"): "3: 'Re_q' is not",
    table(together="curl git"): "3: 'curl git' are no packages of apt",
    table(
        ecosystem="pip", platform="python 3.13 glibc amd64", version="1", together="curl $(id)"
    ): "3: 'curl $(id)' are no packages of pip with curl",
    table(
        ecosystem="pip", platform="python 3.13 glibc amd64", version="1", together="flask jinja2"
    ): "3: 'flask jinja2' are no packages of pip with curl",
    table(ecosystem="npm", platform="node 24", version="1.0"): "3: '1.0' is not a version of npm",
    table(ecosystem="npm", platform="node 24", name="../x"): "3: '../x' is not the name",
    table(ecosystem="npm", platform="node 24", name="@me"): "3: '@me' is not the name",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_answer_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "dfix.lock"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        Lock.read(path)
    assert str(caught.value).startswith(f"{path}:{WRONG[text]}")
    assert "\n" not in str(caught.value)


def test_the_line_is_that_of_the_table(tmp_path: Path) -> None:
    path = tmp_path / "dfix.lock"
    good = table().partition("\n\n")[2]
    path.write_text(f"version = 1\n\n{good}\n{table(version='$x').partition(chr(10) * 2)[2]}")
    with pytest.raises(ConfigError, match=r":11: '\$x' is not a version"):
        Lock.read(path)


def test_what_is_locked_answers_for_that_platform_alone() -> None:
    packages = LockedPackages(
        {each.package: each for each in ANSWERS}, [(Package("npm", "node 22", "pm2"), "gone")]
    )
    assert packages.version(PIP) == PackageVersion("2.32.5", "some index (dfix.lock)")
    assert packages.version(BOTH) == PackageVersion("2.32.4", "some index (dfix.lock)")
    other = packages.version(Package("pip", "python 3.12 glibc amd64", "requests"))
    assert isinstance(other, NoVersion) and "not locked" in other.reason
    assert packages.version(Package("npm", "node 22", "pm2")) == NoVersion("gone")


class Counting:
    """Indices whose answers grow, and that have no `gone`."""

    def __init__(self, version: str) -> None:
        self.asked: list[str] = []
        self._version = version

    def version(self, package: Package) -> PackageVersion | NoVersion:
        self.asked.append(package.name)
        if package.name == "gone":
            return NoVersion("no such package")
        if package.name == "broken":
            return NoVersion("status 500", failed=True)
        return PackageVersion(self._version, "index")


def test_only_what_is_not_locked_is_asked() -> None:
    gone, broken = Package("pip", PIP.platform, "gone"), Package("npm", "node", "broken")
    indices = Counting("3.0.0")
    day = date(2026, 2, 3)
    lock, missing = lock_packages(
        Lock.of([], [locked(PIP, "2.0")]),
        [PIP, NODE, gone, broken],
        indices,
        update=False,
        today=day,
    )
    assert sorted(indices.asked) == ["broken", "gone", "pm2"]
    assert lock.packages[PIP].version == "2.0"
    assert lock.packages[NODE] == LockedPackage(NODE, "3.0.0", "2026-02-03", "index")
    assert {each.name: answer.failed for each, answer in missing.items()} == {
        "gone": False,
        "broken": True,
    }
    again, _ = lock_packages(lock, [PIP, NODE], Counting("4.0.0"), update=False)
    assert again == lock


def test_an_update_asks_again_also_about_what_is_only_locked() -> None:
    lock = Lock.of([], [locked(PIP, "2.0"), locked(NODE, "1.0.0")])
    new, missing = lock_packages(lock, [PIP], Counting("4.0.0"), update=True)
    assert {each.version for each in new.packages.values()} == {"4.0.0"}
    assert missing == {}
    offline, missing = lock_packages(lock, [PIP, NPM], None, update=True)
    assert offline == lock
    assert list(missing) == [NPM]
    broken = Package("npm", "node", "broken")
    kept, missing = lock_packages(
        Lock.of([], [locked(broken, "1.0.0")]), [], Counting("2.0.0"), update=True
    )
    assert kept.packages[broken].version == "1.0.0"
    assert missing[broken].failed
