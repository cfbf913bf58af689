"""What single commands of a build leave behind that a program without root would stumble over."""

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence

from dfix import regex
from dfix.facts.commands import PACKAGE_MANAGERS

_Words = Sequence[str | None]

#: Commands that make files which all may read, or none at all.
_HARMLESS = PACKAGE_MANAGERS | frozenset(
    """: [ [[ apt-cache apt-config apt-key apt-mark awk basename bunzip2 bundle bzip2 cargo cat cd
    cmake cmp command corepack cp curl cut date df diff dirname docker-php-ext-configure
    docker-php-ext-enable docker-php-ext-install dos2unix dpkg dpkg-architecture dpkg-query du echo
    egrep env exit export expr false fc-cache fgrep file g++ gcc gem getconf git go gpg gpgconf
    gradle gradlew grep gunzip gzip head jq ldconfig ldd local locale-gen localedef ls lsb_release
    make md5sum meson mktemp mv mvn mvnw ninja nproc pear pecl phpenmod phpize printf pwd
    read readlink realpath return rm rmdir rpm sed seq set sha1sum sha256sum sha512sum shift sleep
    sort stat strip tail tee test true tsc type uname uniq unlink unset unxz update-ca-certificates
    update-ca-trust update-locale wc wget which whoami xz""".split()
)
_BUILD_MODULES = frozenset({"pip", "venv", "compileall", "build", "ensurepip"})
_PACKAGE_VERBS = frozenset(
    """install i ci add update upgrade rebuild prune cache config set audit pack link dedupe global
    workspaces version --version -v""".split()
)
_BUILD_SCRIPTS = regex(r"(?:build|compile|tsc|lint|test|bundle|generate|dist|prod)\b.*")
_ADDING_MODE = regex(r"(?:[ugoa]*o[ugoa]*|[ugoa]*a[ugoa]*)?\+[rwxX]+|[ug]+\+[rwX]+|g=u")


def objection_to(words: _Words) -> str | None:
    """What speaks against a command by its words, and what is known of programs of its name."""
    name = posixpath.basename(words[0] or "")
    check = _CHECKS.get("python" if re.fullmatch(r"python[0-9.]*", name) else name)
    if check is not None:
        return check(words)
    return None if name in _HARMLESS else f"what `{name}` leaves behind is not known"


def _chmod(words: _Words) -> str | None:
    """A mode must not take reading or running from others."""
    operands = [each for each in words[1:] if each is None or not re.match(r"-[Rvfc-]", each)]
    mode = operands[0] if operands else None
    if mode is None:
        return "`chmod` sets a mode that is not known"
    if re.fullmatch(r"[0-7]{3,4}", mode):
        owner, others = int(mode[-3]), int(mode[-1])
        allowed = bool(others & 4) and (bool(others & 1) or not owner & 1)
    else:
        allowed = all(_ADDING_MODE.fullmatch(each) for each in mode.split(","))
    return None if allowed else f"`chmod {mode}` leaves others less than root"


def _links(words: _Words) -> str | None:
    if any(word is None or word.startswith(("/dev/", "/proc/")) for word in words[1:]):
        return "`ln` may make a log file out of a device"
    return None


def _find(words: _Words) -> str | None:
    for at, word in enumerate(words[:-1]):
        if word in {"-exec", "-execdir", "-ok"} and words[at + 1] not in {"rm", "strip"}:
            return "`find` starts something that is not known"
    return None


def _xargs(words: _Words) -> str | None:
    started = next((each for each in words[1:] if each is None or not each.startswith("-")), None)
    if started in {"rm", "strip", "apk", "apt-get", "apt-mark"}:
        return None
    return "`xargs` starts something that is not known"


def _pip(words: _Words) -> str | None:
    if "--user" in words:
        return "`pip --user` installs below /root, which only root may read"
    return None


def _python(words: _Words) -> str | None:
    operands = [each for each in words[1:] if each not in {"-u", "-O", "-OO", "-B"}]
    if operands[:1] == ["-m"] and operands[1:] and operands[1] in _BUILD_MODULES:
        return _pip(words)
    if operands and posixpath.basename(operands[0] or "") == "setup.py":
        return _pip(words)
    if operands[:1] and operands[0] in {"--version", "-V"}:
        return None
    return "what a Python program of the build leaves behind is not known"


def _packages_of_node(words: _Words) -> str | None:
    operands = [each for each in words[1:] if each is None or not each.startswith("--")]
    verb = operands[0] if operands else "install"
    if verb in {"run", "run-script"}:
        verb = operands[1] if len(operands) > 1 else None
        return None if verb is not None and _BUILD_SCRIPTS.match(verb) else _OF_SCRIPT
    known = verb is not None and (verb in _PACKAGE_VERBS or _BUILD_SCRIPTS.match(verb))
    return None if known else _OF_SCRIPT


def _openssl(words: _Words) -> str | None:
    """Private keys are written for their owner alone."""
    if len(words) > 1 and words[1] in _PUBLIC_OF_OPENSSL:
        return None
    return "`openssl` may make a key that only root may read"


def _archives(words: _Words) -> str | None:
    """dpkg and rpm: files are packages of which nothing is known."""
    for word in words[1:]:
        if word is None or re.fullmatch(
            r"-[a-zA-Z]*[iUF][a-zA-Z]*|--(?:install|upgrade|unpack)", word
        ):
            return "which packages are installed is not known"
    return None


def _dotnet(words: _Words) -> str | None:
    verb = words[1] if len(words) > 1 else None
    if verb in {"restore", "build", "publish", "clean", "test", "--version", "--info"}:
        return None
    return "what `dotnet` leaves behind here is not known"


def _composer(words: _Words) -> str | None:
    if "global" in words:
        return "`composer global` installs below /root, which only root may read"
    return None


_PUBLIC_OF_OPENSSL = frozenset(
    """base64 dgst dhparam enc md5 passwd rand rehash s_client sha1 sha256 sha512 verify version
    x509""".split()
)
_OF_SCRIPT = "what a script of package.json leaves behind is not known"
_CHECKS: Mapping[str, Callable[[_Words], str | None]] = {
    "chmod": _chmod,
    "ln": _links,
    "find": _find,
    "xargs": _xargs,
    "pip": _pip,
    "pip2": _pip,
    "pip3": _pip,
    "python": _python,
    "npm": _packages_of_node,
    "yarn": _packages_of_node,
    "pnpm": _packages_of_node,
    "dotnet": _dotnet,
    "dpkg": _archives,
    "rpm": _archives,
    "composer": _composer,
    "openssl": _openssl,
}
