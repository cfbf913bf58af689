"""Which file holds the program that a command line starts, and what tells that it needs root."""

import posixpath
import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from dfix import regex
from dfix.facts.commands import SHELLS
from dfix.facts.runtime import Launch

from ._programs import RUNNERS, SERVERS, is_shell_script, module_of

_Words = Sequence[str | None]

#: Servers that need nothing that only root has.
_PLAIN_SERVERS = frozenset({"gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve"})
#: Modules of Python, and programs of others, that write beside themselves or below their home.
_WRITING_MODULES = frozenset(
    "pytest tox pip jupyter notebook jupyterlab streamlit mlflow celery airflow unittest".split()
)
_TOOLS = frozenset(
    "manage.py artisan console setup.py rails rake bundle thrust puma sidekiq delayed_job hubot".split()
)
#: Options of servers that give root up by themselves, which nobody else may do.
_GIVING_UP = regex(r"(?:-[ug]|--user|--group|--initgroups)(?:=.*)?")
#: Programs that need root, or give it up by themselves, by parts of their names.
_NAMED_FOR_ROOT = regex(
    r"(?:^|[-_.])(?:docker\w*|dind|containerd|runc|kubelet|kube-?proxy|cni|csi|vpn|openvpn|wireguard"
    r"|wg|iptables|nft|firewall|plugin|driver|agent|daemon|mount|cron\w*|sshd?|dns\w*|dhcp\w*|ntp\w*"
    r"|snap(?:shot)?|backup|restore|pcap|sniff\w*|ebpf|bpf|sudo|su|gosu|su-exec|setpriv|chroot"
    r"|runuser|nginx|httpd|apache2?\w*|php-fpm\w*|haproxy|postgres|mysqld|mongod|redis-server"
    r"|memcached|rabbitmq-server|nebula|tailscaled?|zerotier\w*|yggdrasil\w*|flannel\w*|calico\w*"
    r"|cilium\w*|weave\w*|watchtower|portainer|cadvisor|node[-_]exporter|\w+beat|promtail|netdata"
    r"|collectd|registrator|provisioner|systemd|init|s6-\w+|supervisord|runsvdir|service)(?:$|[-_.])"
)
#: Programs that are there to write files, by their names, in a folder that is given to them or not.
_NAMED_FOR_FILES = regex(
    r"(?:^|[-_.])(?:(?:\w*[a-z])?update[rd]?|(?:\w*[b-z])?sync(?:er|d)?|down-?load(?:er)?|mirror"
    r"|dump(?:er)?|crawl(?:er)?|scrap(?:er?|y)|fetch(?:er)?|convert(?:er)?|record(?:er)?|archiver?)"
    r"(?:$|[-_.])"
)
#: Well-known programs that keep what they know in files, or fetch them.
_KEEPING_FILES = frozenset(
    """bitcoind caddy certbot clickhouse clickhouse-server cockroach duckdb etcd filebrowser forgejo geth
    gitea
    gogs headscale hugo immich ipfs jellyfin kubo lego lnd loki meilisearch mimir navidrome ntfy ollama
    photoprism pocketbase qbittorrent-nox qdrant rclone restic rtorrent step-ca surreal syncthing tempo
    tidb-server transmission-daemon typesense-server vaultwarden vector victoria-metrics weaviate weed
    zot""".split()
)
#: The same for archives of Java.
_ARCHIVES_WITH_FILES = regex(
    r"(?:jenkins|minecraft|paper|spigot|(?:craft)?bukkit|purpur|forge|fabric|velocity|waterfall|bungeecord"
    r"|h2|derby|hsqldb)(?:[-_.].*)?\.[jw]ar",
    re.IGNORECASE,
)
#: Options with a value of their own, and those with code in place of a file.
_SCRIPT_VALUES = frozenset(
    "-r --require --import --loader -C --conditions -W -X -I -S -t -d --max-old-space-size".split()
)
_JAVA_VALUES = frozenset(
    "-cp -classpath --class-path -p --module-path --add-modules --add-opens --add-exports".split()
)
_CODE = frozenset({"-e", "-c", "--eval", "--print"})


class Target(Struct, frozen=True):
    """The file that holds the program, as the command line names it; empty where there is none.

    `runs` tells that the kernel runs it, rather than an interpreter.
    """

    path: str
    runs: bool = False


def server_objection(started: Launch) -> str | None:
    """What speaks against it by the names that the command line begins with."""
    for part in (started.entrypoint, started.cmd):
        for word in part.words[:1] if part is not None else ():
            name = posixpath.basename(word)
            if name.startswith(("nginx", "openresty")):
                return "nginx starts as root: the image nginxinc/nginx-unprivileged does not"
            if _NAMED_FOR_ROOT.search(name) and not is_shell_script(word):
                return f"`{name}` needs root, or gives it up by itself"
    return None


def target_of(words: _Words) -> Target | str:
    """The file that a command line runs in the end, or what speaks against it by its words."""
    found = _target(words)
    name = posixpath.basename(found.path) if isinstance(found, Target) and found.runs else ""
    if _NAMED_FOR_FILES.search(name) or name in _KEEPING_FILES:
        return f"`{name}` is there to write files, by its name"
    return found


def _target(words: _Words) -> Target | str:
    first = words[0] or ""
    name = posixpath.basename(first)
    if "node_modules" in first:
        return f"`{name}` writes beside itself, or starts something else"
    if name in SHELLS:
        return f"`{name}` is a shell, which may run anything"
    if is_shell_script(first):
        return f"`{name}` may be a shell script, which is not read"
    if _NAMED_FOR_ROOT.search(name):
        return f"`{name}` needs root, or gives it up by itself"
    if name in RUNNERS:
        return f"`{name}` writes to its home directory, and starts something else"
    if name in _TOOLS:
        return f"`{name}` writes beside itself, or starts something else"
    for pattern, reading in _INTERPRETERS:
        if re.fullmatch(pattern, name):
            return reading(words)
    if name in _PLAIN_SERVERS:
        return _server(words)
    if name in SERVERS:
        return f"`{name}` is a server with files of its own"
    return Target(first, runs=True)


def _server(words: _Words) -> Target | str:
    if any(word is not None and _GIVING_UP.fullmatch(word) for word in words[1:]):
        return "the server is told to give root up by itself"
    return Target("")


def _first_operand(words: _Words, with_value: frozenset[str]) -> str | None:
    """The first word that is no option; None where there is none to be told."""
    skip = False
    for word in words[1:]:
        if skip:
            skip = False
        elif word is None:
            return None
        elif word.startswith("-"):
            if word in _CODE:
                return None
            skip = word in with_value
        else:
            return word
    return None


def _script(words: _Words) -> Target | str:
    script = _first_operand(words, _SCRIPT_VALUES)
    if script is None:
        return "which script is started is not known"
    name = posixpath.basename(script)
    if "node_modules" in script or name in _TOOLS:
        return f"`{name}` writes beside itself, or starts something else"
    return Target(script if "/" in script else f"./{script}")


def _python(words: _Words) -> Target | str:
    module = module_of(words)
    if module is None:
        return _script(words)
    if module in _WRITING_MODULES:
        return f"`{module}` writes below its home directory, or beside itself"
    if module in _PLAIN_SERVERS:
        return _server(words)
    return Target("")


def _java(words: _Words) -> Target | str:
    for at, word in enumerate(words[:-1]):
        if word == "-jar":
            jar = words[at + 1]
            if jar is None:
                return "which archive is started is not known"
            if _ARCHIVES_WITH_FILES.fullmatch(posixpath.basename(jar)):
                return f"`{posixpath.basename(jar)}` is there to write files, by its name"
            return Target(jar if "/" in jar else f"./{jar}")
    return (
        Target("") if _first_operand(words, _JAVA_VALUES) else "which class is started is not known"
    )


def _dotnet(words: _Words) -> Target | str:
    library = _first_operand(words, frozenset())
    if library is None or not library.endswith(".dll"):
        return "`dotnet` builds and writes here"
    return Target(library if "/" in library else f"./{library}")


_INTERPRETERS: tuple[tuple[str, Callable[[_Words], Target | str]], ...] = (
    (r"(?:python|pypy)[0-9.]*", _python),
    (r"node(?:js)?|perl|ruby|php[0-9.]*", _script),
    (r"java", _java),
    (r"dotnet", _dotnet),
)
