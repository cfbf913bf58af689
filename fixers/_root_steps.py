"""What a build does as root that a program without root would stumble over.

Only what is known to leave nothing of that kind behind is passed; anything else is an objection.
"""

import itertools
import posixpath
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from dfix import Env, ExecForm, Facts, Run, Stage, regex
from dfix.facts.commands import installed_packages
from dfix.facts.contents import text_of, workdir_of
from dfix.facts.scripts import Command, script_of

from ._handed_over import WRITTEN, HandedOver, is_meant_for_writing, places
from ._root_commands import objection_to
from ._written_places import is_database, is_to_be_written, named_by

_Words = Sequence[str | None]

_ACCOUNT_TOOLS = frozenset(
    """useradd adduser groupadd addgroup usermod groupmod gpasswd passwd chpasswd deluser delgroup
    userdel groupdel chage vipw""".split()
)
_ACCOUNT_FILES = regex(r"/etc/g?(?:passwd|shadow|group)\b(?![.\w])")
#: Programs that only read the files that they are called with.
_READERS = frozenset("[ awk cat cut egrep fgrep grep head ls sort stat tail test wc".split())
#: Packages whose programs are of use to root alone, or give root up by themselves.
_ROOT_PACKAGES = frozenset(
    """sudo gosu su-exec doas cron cronie dcron anacron openssh openssh-server dropbear supervisor
    s6 s6-overlay runit daemontools systemd openrc nginx nginx-full nginx-light nginx-extras apache2
    httpd lighttpd haproxy keepalived varnish squid php-fpm postfix exim4 dovecot-core sendmail bind9
    bind unbound dnsmasq docker docker.io docker-ce docker-ce-cli docker-cli podman buildah
    containerd runc iptables ip6tables nftables ipset wireguard wireguard-tools openvpn strongswan
    tcpdump tshark nmap fuse fuse3 sshfs s3fs s3fs-fuse nfs-common nfs-utils cifs-utils samba vsftpd
    proftpd rsyslog syslog-ng mysql-server mariadb-server mariadb postgresql redis redis-server
    mongodb mongodb-org rabbitmq-server memcached elasticsearch libcap2-bin libcap iproute iproute2
    bridge-utils ethtool kmod lvm2 mdadm parted cryptsetup""".split()
)
_VERSIONED = regex(r"php[0-9.]+-fpm|postgresql-?[0-9.]+|apache2-.+")
#: Packages for devices, which belong to root and to groups that differ from host to host.
_OF_DEVICES = regex(
    r".*(?:gpio|i2c|libusb|usbutils|udev|bluez|bluetooth|alsa|pulseaudio|v4l|smartmontools|sensors|pcsc"
    r"|pciutils|ipmitool|nvidia).*"
)
#: Tools that look for settings and keys below the home directory, which is another one then, and
#: libraries that write there, or beside the program, when they are first used.
_OF_HOME = regex(
    r"(?:.*[/-])?(?:kubectl|helm|awscli|aws-cli|gcloud|google-cloud-(?:sdk|cli)|azure-cli|terraform"
    r"|ansible|openssh-clients?|ssh|chromium|google-chrome|firefox|libreoffice|puppeteer|playwright"
    r"|cypress|transformers|huggingface[-_]hub|diffusers|easyocr|gradio|nltk|webdriver[-_]manager"
    r"|openai-whisper|prefect|apache-airflow|dbt-core|librosa|umap-learn|pynndescent|gdown|stanza"
    r"|paddleocr|insightface|rembg|deepface|chromadb)(?:[-=<>~@\[ ;].*)?"
)
#: Libraries that talk to the engine by its socket.
_OF_ENGINE = regex(r"(?:docker(?:-py)?|dockerode)(?:[=<>~@\[ ;].*)?")
_INSTALLERS = frozenset({"npm", "pip", "pip3", "pnpm", "yarn"})
#: Packages of Node that fetch a browser into the home directory of who installs them.
_WITH_BROWSER = regex(r"\"(puppeteer|playwright(?:-\w+)?|@playwright/test|cypress)\"\s*:")
_WITH_ENGINE = regex(r"\"(dockerode)\"\s*:")
_OF_FILES = regex(r".*(?:sqlite|berkeley|leveldb|rocksdb|lmdb).*")
#: Programs and libraries that are there to make files of others, or to fetch them.
_OF_MEDIA = regex(
    r"(?:ffmpeg(?:-python)?|youtube[-_]dl|yt[-_]dlp|gallery[-_]dl|aria2c?|moviepy|pydub|texlive(?:-.*)?)"
    r"(?:[-=<>~!@\[ ;].*)?"
)
_ARCHIVE = regex(r".*\.(?:deb|rpm|apk)|.*://.*")
#: What is below root's home: `/srv/root` is not, but `-I/root` and `$A/root` may be.
HOME = regex(
    r"(?:(?<!\w)|(?<![\w/.-])-\w+|\$\w+)/root(?:/|\Z|[\s:;\"'])|\$HOME\b|\$\{HOME\b|(?:\A|[=:\s\"'])~(?:/|\Z)"
)
_OF_BUILD_TOOLS = regex(
    r"(?:PIP|NPM|YARN|PNPM|UV|POETRY|GO|CARGO|COMPOSER|BUNDLE|NUGET|MAVEN|GRADLE|COREPACK|CCACHE).*",
    re.IGNORECASE,
)
#: Variables with folders that programs and libraries are looked for in.
_OF_SEARCH = regex(r"(?:.*_)?PATH|CLASSPATH|.*_?HOMES?", re.IGNORECASE)
#: What comments say of running it: with devices, the engine's socket, or folders of the host.
_PRIVILEGED = regex(
    r"docker\.sock|--privileged|--cap-add|--device|--pid[= ]host|--net(?:work)?[= ]host"
    r"|\s(?:-v|--volume|--mount)[= ]\S*[:,]"
)
#: A path from the working directory, and no switch, number or region.
_RELATIVE = regex(
    r"(?!(?:true|false|on|off|yes|no|none|null)\Z)[A-Za-z_][\w-]*(?:(?:\.[A-Za-z]\w*)|(?:/[\w.-]+)+|s)/?",
    re.IGNORECASE,
)
_SOCKET = regex(r"docker\.sock")
_ASSIGNMENT = regex(r"[A-Za-z_]\w*=")
_HOME_OF_ANOTHER = regex(
    r"(?!(?:JAVA|JRE|JDK|MAVEN|M2|GRADLE|ANT|SBT|SCALA|KOTLIN|GO|CARGO|RUSTUP|NODE|NVM|PYTHON|VENV"
    r"|PYENV|POETRY|GEM|BUNDLE|COMPOSER|PNPM|ANDROID|DOTNET|APP|PROJECT|SERVICE)_)\w+_HOME"
)
_ROOT = frozenset({"root", "0", "root:root", "0:0", ":root", "root:", ":0", "root.root"})


class _Scene(Struct, frozen=True):
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
    manifest = posixpath.join(workdir_of(facts, stage) or "/", "package.json")
    packages = text_of(facts, stage, manifest) or ""
    if found := _WITH_BROWSER.search(packages):
        return f"`{found[1]}` is installed with a browser below the home directory"
    if found := _WITH_ENGINE.search(packages):
        return f"`{found[1]}` talks to the engine by a socket that only root may open"
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
        if HOME.search(value):
            return f"{pair.key} points below /root, which only root may read"
        if _HOME_OF_ANOTHER.fullmatch(pair.key):
            return f"{pair.key} names a place that the program may write to"
        if reason := of_variable(pair.key, value, given):
            return reason
    return None


def of_variable(name: str, value: str, given: HandedOver) -> str | None:
    """What speaks against it by a variable that the program finds in its environment."""
    if is_database(value):
        return f"{name} names a database file, which the program would write"
    if _OF_BUILD_TOOLS.fullmatch(name) or given.holds(value):
        return None
    if is_to_be_written(value) and not _OF_SEARCH.fullmatch(name):
        return f"{name} names a place that the program may write to"
    if WRITTEN.fullmatch(name) and (
        value.startswith(("/", ".", "$")) or _RELATIVE.fullmatch(value)
    ):
        return f"{name} names a place that the program may write to"
    if value.startswith("-") and (word := named_by(value.split(), given)):
        return f"{name} has `{word}`, which the program may write"
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
        if _OF_MEDIA.fullmatch(package):
            return f"`{package}` is installed: the program may write what it makes"
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
    """What speaks against one command; `texts` are its words as written, and what goes with them."""
    if ahead := _wrapping(words, texts):
        words, texts = words[ahead:], texts[ahead:]
    name = posixpath.basename(words[0] or "") if words else ""
    if name not in {"rm", "rmdir"} and any(map(HOME.search, texts)):
        return f"`{name}` works below /root, which only root may read"
    if not words:
        return None
    if words[0] is None:
        return "a RUN starts something that only its shell knows"
    for text in texts:
        plain = text.strip("\"'")
        if name not in {"rm", "rmdir"} and _OF_HOME.fullmatch(plain):
            return f"`{plain}` has files below the home directory"
    for text in _required(words, scene):
        if _OF_HOME.fullmatch(text):
            return f"`{text}` of the requirements has files below the home directory"
    installed = words[1:] if name in _INSTALLERS else ()
    for each in (*installed, *_required(words, scene)):
        if each is not None and _OF_ENGINE.fullmatch(each):
            return f"`{each}` talks to the engine by a socket that only root may open"
        if each is not None and _OF_MEDIA.fullmatch(each):
            return f"`{each}` is installed: the program may write what it makes"
    named = texts[len(words) :] if name in _READERS else texts
    if any(map(_ACCOUNT_FILES.search, named)):
        return f"`{name}` may change accounts: which of them the program is for, is not said"
    if name in _ACCOUNT_TOOLS:
        return f"`{name}` changes accounts: which of them the program is for, is not said"
    if name in {"chown", "chgrp"}:
        return _chown(words, scene.names)
    if name == "mkdir":
        return _mkdir(words, scene)
    return objection_to(words)


def _required(words: _Words, scene: _Scene) -> Iterator[str]:
    """The lines of a `requirements.txt` that pip installs, where the build context shows it."""
    stage = scene.facts.stages.holding(scene.run)
    workdir = scene.facts.bases.workdir(scene.run)
    for option, file in itertools.pairwise(words):
        if option in {"-r", "--requirement"} and file and stage and workdir:
            path = posixpath.join(workdir, file)
            for line in (text_of(scene.facts, stage, path) or "").splitlines():
                yield line.strip()


def _wrapping(words: _Words, texts: Sequence[str]) -> int:
    """How many words stand in front of the program that `env` or `command` starts."""
    ahead = at = 0
    while at < len(words) and posixpath.basename(words[at] or "") in {"command", "env"}:
        at += 1
        while at < len(words) and _ASSIGNMENT.match(texts[at]):
            at += 1
        if at < len(words) and not texts[at].startswith("-"):
            ahead = at
    return ahead


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
