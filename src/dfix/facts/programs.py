"""What the programs that a RUN calls may do beyond themselves: run others, or nothing of that kind."""

import posixpath
from collections.abc import Sequence
from typing import Literal

from dfix.facts.commands import BUILTINS, COMMON_TOOLS, COREUTILS, PACKAGE_MANAGERS, SHELLS
from dfix.identity import by_identity
from dfix.patterns import regex
from dfix.shell import Command

#: Name and arguments of a command; one that only the shell knows begins with `$`.
Words = Sequence[str]

#: Programs that run the command behind their options, each with the options that take a word and
#: the number of operands in front of it.
_WRAPPERS: dict[str, tuple[frozenset[str], int]] = {
    "sudo": (frozenset({"-u", "-g", "-h", "-p", "-C", "-r", "-t", "-T", "-U", "-D", "-R"}), 0),
    "env": (frozenset({"-u", "-C", "-S"}), 0),
    "time": (frozenset(), 0),
    "nice": (frozenset({"-n"}), 0),
    "ionice": (frozenset({"-c", "-n"}), 0),
    "nohup": (frozenset(), 0),
    "exec": (frozenset({"-a"}), 0),
    "command": (frozenset(), 0),
    "builtin": (frozenset(), 0),
    "eatmydata": (frozenset(), 0),
    "stdbuf": (frozenset({"-i", "-o", "-e"}), 0),
    "xargs": (frozenset({"-n", "-I", "-L", "-P", "-d", "-a", "-s", "-E"}), 0),
    "timeout": (frozenset({"-s", "-k"}), 1),
    "gosu": (frozenset(), 1),
    "su-exec": (frozenset(), 1),
    "chroot": (frozenset(), 1),
    "setarch": (frozenset(), 1),
    "doas": (frozenset({"-u", "-C"}), 0),
    "fakeroot": (frozenset(), 0),
}
_ASSIGNMENT = regex(r"[A-Za-z_]\w*\+?=")
_TAKES_TEXT = regex(r"-[a-z]*c")

#: Programs of languages and of the system that install nothing from the distribution's packages.
_QUIET = (
    COREUTILS
    | COMMON_TOOLS
    | BUILTINS
    | frozenset(
        """7z add-apt-repository apt-add-repository
    a2dismod a2dissite a2enconf a2enmod a2ensite apache2ctl apt-config apt-key apt-mark ar
    as autoconf automake autoreconf awk bazel bc bison bower bsdtar buildconf bundle bundler bzip2
    c++ cabal cargo cc chgrp chpasswd chsh clang clang++ cmake cmp composer conda configure corepack
    cpan cpanm cpio createdb crontab ctest dbus-uuidgen debconf-set-selections deno diff dirname
    django-admin docker-php-ext-configure docker-php-ext-enable docker-php-ext-install
    docker-php-source dos2unix dotnet dpkg dpkg-architecture dpkg-deb dpkg-divert dpkg-query
    dpkg-reconfigure dpkg-statoverride easy_install ember envsubst eslint fc-cache file flex flutter
    g++ gcc gem getconf getent getfattr ghc git go gosu gpasswd gpg gpg-agent gpg2 gpgconf gradle
    gradlew grunt gulp hash hg htpasswd iconv id install jar java javac jlink jq keytool ldd lerna
    lein locale locale-gen localedef lsb_release lua luarocks mamba md5sum meson micromamba mix
    mkfontdir mkfontscale mkpasswd mvn mvnw mysql mysqld nasm ng ninja node node-gyp npm npx nvm
    openssl pandoc patch patchelf pathfix pear pecl php phpdismod phpenmod phpize pip pip2 pip3 pipenv
    pipx pkg-config pkill pm2 pnpm pod2man poetry pry psql pyenv pyvenv qmake rake rbenv readelf
    rebar rebar3 redis-cli rename rsync ruby-build runghc rustc rustup rvm sbt scanelf scons sdk
    sdkmanager setcap setfacl sha1sum sqlite3 ssh ssh-keygen ssh-keyscan stack strings strip svn swift
    symfony sysctl tclsh terraform tsc tput typings tzselect ucf umask update-alternatives
    update-locale update-rc.d updatedb uv vcpkg vim virtualenv visudo wasm-pack webpack wp xmllint
    xmlstarlet xxd yarn yarnpkg yq zcat zip""".split()
    )
)
_VERSIONED = regex(r"(?:pip|gcc|g\+\+|clang|ghc|cabal|php|virtualenv|easy_install|pyvenv)-?[\d.]+")
#: Folders of programs; elsewhere a path is taken for a script of the image's own.
_OF_THE_SYSTEM = regex(r"/(?:usr/(?:local/)?)?s?bin/[^/]*[^/.][^/]*")
_SCRIPT = regex(r".*\.(?:sh|bash|run|bin|bsh)")
#: Files that set variables and functions for a shell, when it reads them.
_SETTINGS = regex(
    r".*(?:/activate|/(?:os|lsb)-release|/nvm\.sh|\.cargo/env|/\.?(?:bashrc|bash_profile|profile)"
    r"|/sdkman-init\.sh|/envvars|/environment|/scripts/rvm|/asdf\.sh|/conda\.sh)[\"']?"
)
#: Tools whose work is to set machines up.
_PROVISIONING = frozenset(
    """ansible ansible-playbook ansible-pull chef-client chef-solo puppet salt-call salt-minion rosdep
    pyinfra packer tasksel gdebi mk-build-deps apt-fast debootstrap""".split()
)


@by_identity(most=4096)
def words_of(command: Command) -> tuple[str, ...]:
    """The words of a command; what only the shell knows as it is written, after a `$`."""
    if command.name is None:
        return ()
    return tuple(
        word.value if word.value is not None else f"${word.text}"
        for word in (command.name, *command.arguments)
    )


def unwrapped(words: Words) -> Words:
    """The command that is run in the end, behind `sudo`, `env` and the like."""
    while words and (wrapper := _WRAPPERS.get(words[0].rpartition("/")[2])):
        with_value, operands = wrapper
        at = 1
        while at < len(words):
            word = words[at]
            if word == "--":
                at += 1
                break
            if not word.startswith("-") and not _ASSIGNMENT.match(word):
                break
            at += 2 if word in with_value else 1
        rest = words[at + operands :]
        if not rest:
            return words
        words = rest
    return words


def inner_texts(words: Words) -> Sequence[str]:
    """The shell texts that a command hands to another shell: `sh -c TEXT`, `su -c TEXT`, `eval`."""
    words = unwrapped(words)
    name = words[0].rpartition("/")[2] if words else ""
    if name == "eval" and len(words) > 1 and not any(word.startswith("$") for word in words):
        return (" ".join(words[1:]),)
    if name in SHELLS | {"su", "runuser"}:
        for at, word in enumerate(words[1:-1], start=1):
            if _TAKES_TEXT.fullmatch(word) or word == "--command":
                return () if words[at + 1].startswith("$") else (words[at + 1],)
    return ()


def _asks_for_packages(name: str, words: Words) -> bool:
    """Whether a tool of a language is told to have the distribution's packages installed."""
    return (
        (name == "playwright" and "install-deps" in words)
        or (name in {"npx", "puppeteer"} and "--install-deps" in words)
        or (name == "opam" and "depext" in words)
    )


def kind_of_program(words: Words) -> Literal["script", "program", "passes"]:
    """Whether a command may call a package manager of the system.

    A `script` may, `program` is a name that is not known, and all others do not. Package managers
    themselves are for the caller to tell.
    """
    if not words:
        return "passes"
    written = words[0]
    name = posixpath.basename(written.strip("$\"'"))
    if written.startswith("$") and ("/" not in written or "$" in name):
        return "script"
    if name in {".", "source"}:
        path = words[1] if len(words) > 1 else ""
        return "passes" if _SETTINGS.fullmatch(path) else "script"
    if name == "eval" or name in SHELLS or name in {"su", "runuser"}:
        return "passes" if words[1:] and words[1] in {"--version", "-n"} else "script"
    if name in _PROVISIONING or _asks_for_packages(name, words):
        return "script"
    if name in _QUIET or name in PACKAGE_MANAGERS or _VERSIONED.fullmatch(name):
        return "passes"
    if "/" in written and not _OF_THE_SYSTEM.fullmatch(written):
        return "script"
    return "script" if _SCRIPT.fullmatch(name) else "program"
