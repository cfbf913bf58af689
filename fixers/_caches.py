"""What package managers leave behind: how it comes about, who needs it, and how it is removed."""

import re
from collections.abc import Iterator

from msgspec import Struct

from dfix import regex
from dfix.facts.commands import APT_PROGRAMS
from dfix.facts.later import Leftover
from dfix.facts.packages import sub_command_of
from dfix.facts.programs import Words

from ._called import Called

#: The name of a package in a word that may go on with a version, also with one in a variable.
_PACKAGE = regex(r"""["']?(?P<name>@?[^@"'$`*?]+)(?:@|["']?\Z)""")
_REMOVERS = frozenset({"rm", "find", "unlink", "shred"})


class Manager(Struct, frozen=True):
    """A package manager whose cache is removed by commands of the same RUN."""

    names: frozenset[str]
    #: Verbs that fill the cache; empty for a call without one.
    filling: frozenset[str]
    #: What leaves the manager's cache as it is, or puts it elsewhere, in the same call.
    without_cache: frozenset[str]
    #: Verbs that empty it.
    emptying: frozenset[str]
    #: Pieces of paths by which a removal by hand is known.
    marks: tuple[str, ...]
    #: The commands that empty it, `{}` for the name it is called by.
    commands: tuple[str, ...]
    left: Leftover
    #: Variables that put the cache elsewhere.
    variables: frozenset[str] = frozenset()
    #: Words of a mount's target by which it holds this cache.
    mounted: tuple[str, ...] = ()
    #: Whether the commands stand right behind the call: the manager may be gone at the end.
    close: bool = False
    #: Packages by which it replaces itself, or what it runs on: the new one may not run here.
    itself: frozenset[str] = frozenset()
    #: Whether it is worth it in a stage that is no part of the result: nothing but tidiness.
    everywhere: bool = True

    def fills(self, call: Called) -> bool:
        """Whether a call leaves something in the cache."""
        if call.name not in self.names or call.verb not in self.filling:
            return False
        if call.verb == "global":
            return any(
                word.value in {"add", "require", "upgrade", "update"} for word in call.arguments
            )
        # Without a verb, a word that only the shell knows may be one.
        return bool(call.verb) or all(word.value is not None for word in call.arguments)

    def replaces_itself(self, call: Called) -> bool:
        """Whether a call may install the manager anew; so may a package whose name is not known."""
        return bool(self.itself) and any(
            (found := _PACKAGE.match(word.text)) is None or found["name"] in self.itself
            for word in call.arguments
            if not word.text.startswith("-")
        )

    def empties(self, call: Called) -> bool:
        """Whether a call removes what lies in the cache."""
        if call.name in self.names:
            return call.verb in self.emptying
        return call.name in _REMOVERS and any(
            mark in word.text for word in call.arguments for mark in self.marks
        )


_NEEDS_LISTS = frozenset(
    """install reinstall upgrade dist-upgrade full-upgrade build-dep source download satisfy
    showsrc policy search show changelog""".split()
)


def _needs_apt_lists(words: Words) -> bool:
    if not words:
        return False
    name = _last(words[0])
    if name in APT_PROGRAMS:
        return sub_command_of(words) in _NEEDS_LISTS
    return name in {"apt-cache", "tasksel", "mk-build-deps", "apt-rdepends", "nala"}


def _renews_apt_lists(words: Words) -> bool:
    return _last(words[0]) in APT_PROGRAMS and sub_command_of(words) == "update"


def _last(word: str) -> str:
    return word.rpartition("/")[2]


def _offline(names: frozenset[str], *options: str) -> "_Offline":
    return _Offline(names, frozenset(options))


class _Offline(Struct, frozen=True):
    """Whether a command asks its package manager to make do with the cache."""

    names: frozenset[str]
    options: frozenset[str]

    def __call__(self, words: Words) -> bool:
        return (
            bool(words)
            and _last(words[0]) in self.names
            and any(word.partition("=")[0] in self.options for word in words[1:])
        )


_RPM_FILLING = frozenset(
    """install update upgrade localinstall groupinstall reinstall downgrade swap distro-sync makecache
    update-minimal upgrade-minimal group builddep""".split()
)
_RPM = frozenset({"yum", "dnf", "microdnf"})


def _rpm(name: str, *commands: str) -> Manager:
    return Manager(
        frozenset({name}),
        _RPM_FILLING,
        frozenset({"--installroot", "--disablerepo", "-c", "--config", "--downloadonly", "-C"}),
        frozenset({"clean"}),
        ("/var/cache",),
        commands,
        Leftover(
            f"the cache of {name}",
            ("/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5"),
            _offline(_RPM, "-C", "--cacheonly"),
        ),
    )


APT = Manager(
    frozenset({"apt-get", "apt"}),
    frozenset({"update"}),
    frozenset({"-o", "--option", "-c", "--config-file"}),
    frozenset({"distclean", "dist-clean"}),
    ("/apt/lists", "/var/lib/apt", "/var/lib/{", "/var/lib/*"),
    ("rm -rf /var/lib/apt/lists/*",),
    Leftover(
        "the package lists",
        ("/var/lib/apt",),
        _needs_apt_lists,
        _renews_apt_lists,
        by_anything=True,
    ),
    everywhere=False,
)
ZYPPER = Manager(
    frozenset({"zypper"}),
    frozenset("install in update up dist-upgrade dup patch refresh ref source-install si".split()),
    frozenset({"--root", "-R", "--installroot", "--cache-dir", "-C", "--raw-cache-dir"}),
    frozenset({"clean", "cc"}),
    ("/var/cache",),
    ("{} clean -a",),
    Leftover(
        "the cache of zypper",
        ("/var/cache/zypp",),
        _offline(frozenset({"zypper"}), "--no-refresh"),
    ),
)
NPM = Manager(
    frozenset({"npm"}),
    frozenset("install i add ci clean-install".split()),
    frozenset({"--cache", "--offline", "--prefer-offline", "--dry-run", "--package-lock-only"}),
    frozenset({"cache"}),
    (".npm", "_cacache", "/.cache", "/root/.*"),
    ("{} cache clean --force",),
    Leftover(
        "the cache of npm",
        ("/root/.npm", "/home/node/.npm"),
        _offline(frozenset({"npm"}), "--offline", "--prefer-offline", "--cache-min"),
    ),
    frozenset({"npm_config_cache", "NPM_CONFIG_CACHE"}),
    ("npm",),
    close=True,
    itself=frozenset({"npm", "node"}),
    everywhere=False,
)
YARN = Manager(
    frozenset({"yarn", "yarnpkg"}),
    frozenset({"", "install", "add", "global", "upgrade"}),
    frozenset(
        {"--cache-folder", "--offline", "--prefer-offline", "--pnp", "--version", "-v", "--help"}
    ),
    frozenset({"cache"}),
    ("yarn", "/.cache"),
    ("{} cache clean",),
    Leftover(
        "the cache of yarn",
        ("/usr/local/share/.cache", "/root/.cache/yarn", "/home/node/.cache/yarn"),
        _offline(frozenset({"yarn", "yarnpkg"}), "--offline", "--prefer-offline"),
    ),
    frozenset({"YARN_CACHE_FOLDER"}),
    ("yarn", ".cache"),
    close=True,
    itself=frozenset({"yarn", "node"}),
    everywhere=False,
)
COMPOSER = Manager(
    frozenset({"composer"}),
    frozenset("install i update u upgrade require r create-project global".split()),
    frozenset({"--no-cache", "--no-plugins", "--dry-run"}),
    frozenset("clear-cache clearcache cc".split()),
    (".composer", "composer/cache", "/.cache", "/root/.*"),
    ("{} clear-cache",),
    Leftover(
        "the cache of composer",
        ("/root/.composer", "/root/.cache/composer", "/tmp/cache"),
        lambda _: False,
    ),
    frozenset({"COMPOSER_CACHE_DIR"}),
    ("composer", "/tmp", ".cache"),
    close=True,
    everywhere=False,
)
MANAGERS = (
    APT,
    _rpm("yum", "{} clean all", "rm -rf {cache}"),
    _rpm("dnf", "{} clean all", "rm -rf /var/cache/dnf"),
    _rpm("microdnf", "{} clean all"),
    ZYPPER,
    NPM,
    YARN,
    COMPOSER,
)

APK_INDEX = Leftover(
    "the index of apk",
    ("/var/cache/apk",),
    lambda words: (
        bool(words)
        and _last(words[0]) == "apk"
        and "--no-cache" not in words
        and not {"-U", "--update", "--update-cache"} & set(words)
        and sub_command_of(words) in {"add", "upgrade", "fetch", "search", "info", "policy", "fix"}
    ),
    lambda words: _last(words[0]) == "apk" and sub_command_of(words) == "update",
    by_anything=True,
)
PIP_CACHE = Leftover(
    "the cache of pip",
    ("/root/.cache/pip",),
    _offline(frozenset({"pip", "pip2", "pip3"}), "--cache-dir"),
)


def removed_paths(call: Called) -> Iterator[str]:
    """The folders that a removal empties: its operands, a pattern for all that is in one cut off."""
    deep = call.name == "find" or any(re.match(r"-[a-z]*[rR]|--rec", each) for each in call.plain)
    if call.name not in _REMOVERS or not deep or "-name" in call.plain:
        return
    for word in call.arguments:
        path = word.text.removesuffix("/*").strip("\"'")
        if path.startswith("/") and not set(path) & set("*?[{$"):
            yield path
