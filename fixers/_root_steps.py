"""What a build does as root that a program without root would stumble over.

Only what is known to leave nothing of that kind behind is passed; anything else is an objection.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dfix import Env, ExecForm, Facts, Run, Stage
from dfix.facts.commands import PACKAGE_MANAGERS, installed_packages
from dfix.facts.scripts import Command, script_of

from ._handed_over import WRITTEN, HandedOver, is_meant_for_writing, places

_Words = Sequence[str | None]

#: Commands that make files which all may read, or none at all.
_HARMLESS = PACKAGE_MANAGERS | frozenset(
    """: [ [[ apt-cache apt-config apt-key apt-mark awk basename bunzip2 bundle bzip2 cargo cat cd
    cmake cmp command corepack cp curl cut date df diff dirname docker-php-ext-configure
    docker-php-ext-enable docker-php-ext-install dos2unix dpkg dpkg-architecture dpkg-query du echo
    egrep env exit export expr false fc-cache fgrep file g++ gcc gem getconf git go gpg gpgconf
    gradle gradlew grep gunzip gzip head jq ldconfig ldd local locale-gen localedef ls lsb_release
    make md5sum meson mktemp mv mvn mvnw ninja nproc openssl pear pecl phpenmod phpize printf pwd
    read readlink realpath return rm rmdir rpm sed seq set sha1sum sha256sum sha512sum shift sleep
    sort stat strip tail tee test true tsc type uname uniq unlink unset unxz update-ca-certificates
    update-ca-trust update-locale wc wget which whoami xz""".split()
)
_ACCOUNT_TOOLS = frozenset(
    """useradd adduser groupadd addgroup usermod groupmod gpasswd passwd chpasswd deluser delgroup
    userdel groupdel chage vipw""".split()
)
#: Packages whose programs are of use to root alone, or give root up by themselves.
_ROOT_PACKAGES = frozenset(
    """sudo gosu su-exec doas cron cronie dcron anacron openssh openssh-server dropbear supervisor
    s6 s6-overlay runit daemontools systemd openrc nginx nginx-full nginx-light nginx-extras apache2
    httpd lighttpd haproxy keepalived varnish squid php-fpm postfix exim4 dovecot-core sendmail bind9
    bind unbound dnsmasq docker docker.io docker-ce docker-ce-cli docker-cli podman buildah
    containerd runc iptables ip6tables nftables ipset wireguard wireguard-tools openvpn strongswan
    tcpdump tshark nmap fuse fuse3 sshfs s3fs s3fs-fuse nfs-common nfs-utils cifs-utils samba vsftpd
    proftpd rsyslog syslog-ng mysql-server mariadb-server mariadb postgresql redis redis-server
    mongodb mongodb-org rabbitmq-server memcached elasticsearch libcap2-bin libcap""".split()
)
_VERSIONED = re.compile(r"php[0-9.]+-fpm|postgresql-?[0-9.]+|apache2-.+")
#: Packages for devices, which belong to root and to groups that differ from host to host.
_OF_DEVICES = re.compile(
    r".*(?:gpio|i2c|libusb|usbutils|udev|bluez|bluetooth|alsa|pulseaudio|v4l|smartmontools|sensors|pcsc"
    r"|pciutils|ipmitool|nvidia).*"
)
#: Tools that look for settings and keys below the home directory, which is another one then.
_OF_HOME = re.compile(
    r"(?:.*[/-])?(?:kubectl|helm|awscli|aws-cli|gcloud|google-cloud-(?:sdk|cli)|azure-cli|terraform"
    r"|ansible|openssh-clients?|ssh)(?:[-=<>~].*)?"
)
_OF_FILES = re.compile(r".*(?:sqlite|berkeley|leveldb|rocksdb|lmdb).*")
_ARCHIVE = re.compile(r".*\.(?:deb|rpm|apk)|.*://.*")
_HOME = re.compile(r"/root(?:/|\Z|[\s:;\"'])|\$HOME\b|\$\{HOME\b|(?:\A|[=:\s\"'])~(?:/|\Z)")
_OF_BUILD_TOOLS = re.compile(
    r"(?:PIP|NPM|YARN|PNPM|UV|POETRY|GO|CARGO|COMPOSER|BUNDLE|NUGET|MAVEN|GRADLE|COREPACK|CCACHE).*",
    re.IGNORECASE,
)
#: What comments say of running it: with devices, the engine's socket, or folders of the host.
_PRIVILEGED = re.compile(
    r"docker\.sock|--privileged|--cap-add|--device|--pid[= ]host|--net(?:work)?[= ]host"
    r"|\s(?:-v|--volume|--mount)[= ]\S*[:,]"
)
_SOCKET = re.compile(r"docker\.sock")
_HOME_OF_ANOTHER = re.compile(
    r"(?!(?:JAVA|JRE|JDK|MAVEN|M2|GRADLE|ANT|SBT|SCALA|KOTLIN|GO|CARGO|RUSTUP|NODE|NVM|PYTHON|VENV"
    r"|PYENV|POETRY|GEM|BUNDLE|COMPOSER|PNPM|ANDROID|DOTNET|APP|PROJECT|SERVICE)_)\w+_HOME"
)
_BUILD_MODULES = frozenset({"pip", "venv", "compileall", "build", "ensurepip"})
_PACKAGE_VERBS = frozenset(
    """install i ci add update upgrade rebuild prune cache config set audit pack link dedupe global
    workspaces version --version -v""".split()
)
_BUILD_SCRIPTS = re.compile(r"(?:build|compile|tsc|lint|test|bundle|generate|dist|prod)\b.*")
_ADDING_MODE = re.compile(r"(?:[ugoa]*o[ugoa]*|[ugoa]*a[ugoa]*)?\+[rwxX]+|[ug]+\+[rwX]+|g=u")
_ROOT = frozenset({"root", "0", "root:root", "0:0", ":root", "root:", ":0", "root.root"})


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where a RUN stands.

    `names` are those of the account, `used` places that the build fills, and `given` what the
    account is given.
    """

    facts: Facts
    run: Run
    names: frozenset[str]
    used: Sequence[str]
    given: HandedOver


def objection(facts: Facts, stage: Stage, names: frozenset[str], given: HandedOver) -> str | None:
    """What speaks against running the program of `stage` without root, by what its build does.

    `names` are those of the account that it would run as, and `given` what it is given.
    """
    lineage = facts.stages.lineage(stage)
    for line in facts.tree.text.split("\n"):
        pattern = _PRIVILEGED if line.lstrip().startswith("#") else _SOCKET
        if said := pattern.search(line):
            return f"`{said[0].strip()}` is spoken of: it may be run with what only root may use"
    used = places(facts, stage)
    for each in reversed(lineage):
        for instruction in each.instructions:
            reason = None
            if isinstance(instruction, Env):
                reason = _of_env(instruction, given)
            elif isinstance(instruction, Run):
                reason = _of_run(_Scene(facts, instruction, names, used, given))
            if reason is not None:
                return reason
    return None


def _of_env(node: Env, given: HandedOver) -> str | None:
    for pair in node.pairs:
        value = (pair.assigned or "").strip("\"'")
        if pair.key == "HOME":
            return "HOME is set to a place that the program may write to"
        if _HOME.search(value):
            return f"{pair.key} points below /root, which only root may read"
        if "sqlite" in value.lower():
            return f"{pair.key} names a database file, which the program would write"
        if _HOME_OF_ANOTHER.fullmatch(pair.key):
            return f"{pair.key} names a place that the program may write to"
        if (
            WRITTEN.fullmatch(pair.key)
            and not _OF_BUILD_TOOLS.fullmatch(pair.key)
            and value.startswith(("/", ".", "$"))
            and not given.holds(value)
        ):
            return f"{pair.key} names a place that the program may write to"
    return None


def _of_run(scene: _Scene) -> str | None:
    command = scene.run.command
    if isinstance(command, ExecForm):
        return _of_words(command.values, command.values, scene)
    script = script_of(scene.run, scene.facts.tree.escape)
    if script is None:
        return "a RUN could not be read: it has a heredoc, or does not parse"
    for each in script.commands:
        reason = _of_words(each.words(), tuple(_texts(each)), scene) or _of_packages(each)
        if reason is not None:
            return reason
    return None


def _of_packages(command: Command) -> str | None:
    packages = installed_packages(command)
    words = command.words()
    files = any(word is not None and _ARCHIVE.fullmatch(word) for word in words[1:])
    if packages is None or (packages and files):
        return "which packages are installed is not known"
    for package in packages:
        if package in _ROOT_PACKAGES or _VERSIONED.fullmatch(package):
            return f"`{package}` is installed, which is of use to root alone"
        if _OF_DEVICES.fullmatch(package):
            return f"`{package}` is installed, which is for devices that others may not open"
        if _OF_FILES.fullmatch(package):
            return f"`{package}` is installed: the program may write a database file"
    return None


def _texts(command: Command) -> Iterator[str]:
    """All words of a command as written, those of assignments and redirections included."""
    if command.name is not None:
        yield command.name.text
    for word in command.arguments:
        yield word.text
    for assignment in command.assignments:
        if assignment.value is not None:
            yield assignment.value.text
    for redirect in command.redirects:
        if redirect.target is not None:
            yield redirect.target.text


def _of_words(words: _Words, texts: Sequence[str], scene: _Scene) -> str | None:
    """What speaks against one command; `texts` are its words as written."""
    name = posixpath.basename(words[0] or "") if words else ""
    if name not in {"rm", "rmdir"} and any(map(_HOME.search, texts)):
        return f"`{name}` works below /root, which only root may read"
    if not words:
        return None
    if words[0] is None:
        return "a RUN starts something that only its shell knows"
    for text in texts:
        if name not in {"rm", "rmdir"} and _OF_HOME.fullmatch(text):
            return f"`{text}` looks for settings below the home directory"
    if name in _ACCOUNT_TOOLS:
        return f"`{name}` changes accounts: which of them the program is for, is not said"
    check = _CHECKS.get("python" if re.fullmatch(r"python[0-9.]*", name) else name)
    if check is not None:
        return check(words)
    if name in {"chown", "chgrp"}:
        return _chown(words, scene.names)
    if name == "mkdir":
        return _mkdir(words, scene)
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


def _chown(words: _Words, names: frozenset[str]) -> str | None:
    """Files that are given to somebody say who the program may be meant to run as."""
    owner = next((each for each in words[1:] if each is None or not each.startswith("-")), None)
    if owner is not None and (owner in _ROOT or owner in names):
        return None
    return "files are given to another account: the program may be meant to run as that"


def _mkdir(words: _Words, scene: _Scene) -> str | None:
    """An empty directory is made to be written to, unless the build fills it."""
    skip = False
    for word in words[1:]:
        if skip or (word is not None and word.startswith("-")):
            skip = word in {"-m", "--mode"}
            if word is not None and re.match(r"-[a-z]*m|--mode", word):
                return "`mkdir` sets a mode of its own"
            continue
        workdir = scene.facts.bases.workdir(scene.run)
        if word is None or (workdir is None and not word.startswith("/")):
            return "`mkdir` makes a directory whose name is not known"
        path = posixpath.normpath(posixpath.join(workdir or "/", word))
        if is_meant_for_writing(path, scene.used) and path not in scene.given.made:
            return f"`mkdir` makes {path}, which the program may write to"
    return None


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
}
