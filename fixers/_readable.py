"""Whether the program of a stage can be read and run by others than root."""

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dfix import Facts, Run, Stage
from dfix.facts.placements import Placement, placements
from dfix.facts.runtime import Launch, Program

from ._handed_over import HandedOver
from ._programs import RUNNERS, SERVERS, is_shell_script, module_of

_Words = Sequence[str | None]

#: Directories that a bare name is looked for in.
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
#: Servers that need nothing that only root has.
_PLAIN_SERVERS = frozenset({"gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve"})
#: Modules of Python, and programs of others, that write beside themselves or below their home.
_WRITING_MODULES = frozenset(
    "pytest tox pip jupyter notebook jupyterlab streamlit mlflow celery airflow unittest".split()
)
_TOOLS = frozenset({"manage.py", "artisan", "console", "setup.py", "rails", "rake", "bundle"})
_WRITTEN = re.compile(
    r"(?:.*[=:])?(?:.*/)?(?:[^/]+\.(?:log|pid|sock|db|sqlite3?)|(?:logs?|data|cache)/?)"
    r"|(?:.*[=:])?/(?:var/(?:log|run|lib|spool|cache)|run|data|logs?)(?:/.*)?",
    re.IGNORECASE,
)
_NAMED_FOR_ROOT = re.compile(
    r"(?:^|[-_.])(?:docker\w*|dind|containerd|runc|kubelet|kube-?proxy|cni|csi|vpn|openvpn|wireguard"
    r"|wg|iptables|nft|firewall|plugin|driver|agent|daemon|mount|cron\w*|sshd?|dns\w*|dhcp\w*|ntp\w*"
    r"|snap(?:shot)?|backup|restore|pcap|sniff\w*|ebpf|bpf|sudo|su|gosu|su-exec|setpriv|chroot"
    r"|runuser|nginx|httpd|apache2?\w*|php-fpm\w*|haproxy|postgres|mysqld|mongod|redis-server"
    r"|memcached|rabbitmq-server|nebula|tailscaled?|zerotier\w*|yggdrasil\w*|flannel\w*|calico\w*"
    r"|cilium\w*|weave\w*|watchtower|portainer|cadvisor|node[-_]exporter|\w+beat|promtail|netdata"
    r"|collectd|registrator|provisioner|systemd|init|s6-\w+|supervisord|runsvdir|service)(?:$|[-_.])"
)
#: Tools that are copied in for programs that talk to the engine, or give root up.
_ROOT_TOOLS = frozenset(
    "docker dockerd docker-compose containerd runc gosu su-exec sudo s6".split()
)
_UNPACKING = re.compile(r"\b(?:tar|bsdtar|unzip|cpio|7z)\s")
_COMPILING = re.compile(
    r"\b(?:go|cargo|make|cmake|ninja|gcc|g\+\+|clang|rustc|swift|mvnw?|gradlew?|sbt|lein|npm|yarn|pnpm"
    r"|dotnet|stack|cabal|ghc|dune|nim|zig|crystal|mix|bazel|build)\b"
)
_RESTRICTING = re.compile(
    r"\bumask\b|\bchmod\s+(?:-\S+\s+)*(?:[0-7]?[0-7]{2}[0-3]\b|\S*[-=]|[ug]+\+\S*x)"
)
#: Options with a value of their own, and those with code in place of a file.
_SCRIPT_VALUES = frozenset(
    "-r --require --import --loader -C --conditions -W -X -I -S -t -d --max-old-space-size".split()
)
_JAVA_VALUES = frozenset(
    "-cp -classpath --class-path -p --module-path --add-modules --add-opens --add-exports".split()
)
_CODE = frozenset({"-e", "-c", "--eval", "--print"})
_ROOT = frozenset({"root", "0", "root:root", "0:0"})


@dataclass(frozen=True, slots=True)
class _Target:
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


def objection(
    facts: Facts,
    stage: Stage,
    found: Program,
    names: frozenset[str],
    made: bool,
    given: HandedOver,
) -> str | None:
    """What speaks against running the program of `stage` without root, by what and where it is.

    `names` are those of the account that it would run as, `made` tells that it has to be made,
    and `given` what it is given.
    """
    target = _target(found.words)
    if isinstance(target, str):
        return target
    for word in found.words[1:]:
        if word is None or given.holds(word.partition("=")[2] or word):
            continue
        if _WRITTEN.fullmatch(word):
            return f"`{word}` names something that the program may write"
    workdir = _workdir(facts, stage)
    if workdir is None:
        return "the working directory is not known"
    if _is_private(workdir):
        return f"the working directory is {workdir}, and only root may enter /root"
    if not _is_filled(facts, stage, workdir):
        return (
            f"nothing is put into the working directory {workdir}: it may be there to be written to"
        )
    path = _path(facts, stage, target, workdir)
    for each in placements(facts, stage):
        reason = _of_destination(facts, each, made, path) or _of_modes(facts, each, names)
        if reason is not None:
            return reason
    return _of_target(facts, stage, target, path, workdir)


def rests_on_convention(facts: Facts, stage: Stage) -> bool:
    """Whether modes of files of the build context are taken for those that git keeps."""
    evidence = facts.surroundings.evidence
    for each in placements(facts, stage):
        if each.origin is not None or each.image is not None or each.mode is not None:
            continue
        for source in () if each.node.heredocs else each.node.sources:
            if evidence is None or evidence.mode(source, level_is_safe=False) is None:
                return True
    return False


def _target(words: _Words) -> _Target | str:
    first = words[0] or ""
    name = posixpath.basename(first)
    if "node_modules" in first:
        return f"`{name}` writes beside itself, or starts something else"
    if is_shell_script(first):
        return f"`{name}` may be a shell script, which is not read"
    if _NAMED_FOR_ROOT.search(name):
        return f"`{name}` needs root, or gives it up by itself"
    if name in RUNNERS:
        return f"`{name}` writes to its home directory, and starts something else"
    for pattern, reading in _INTERPRETERS:
        if re.fullmatch(pattern, name):
            return reading(words)
    if name in _PLAIN_SERVERS:
        return _Target("")
    if name in SERVERS:
        return f"`{name}` is a server with files of its own"
    return _Target(first, runs=True)


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


def _script(words: _Words) -> _Target | str:
    script = _first_operand(words, _SCRIPT_VALUES)
    if script is None:
        return "which script is started is not known"
    name = posixpath.basename(script)
    if "node_modules" in script or name in _TOOLS:
        return f"`{name}` writes beside itself, or starts something else"
    return _Target(script if "/" in script else f"./{script}")


def _python(words: _Words) -> _Target | str:
    module = module_of(words)
    if module is None:
        return _script(words)
    if module in _WRITING_MODULES:
        return f"`{module}` writes below its home directory, or beside itself"
    return _Target("")


def _java(words: _Words) -> _Target | str:
    for at, word in enumerate(words[:-1]):
        if word == "-jar":
            jar = words[at + 1]
            if jar is None:
                return "which archive is started is not known"
            return _Target(jar if "/" in jar else f"./{jar}")
    return (
        _Target("")
        if _first_operand(words, _JAVA_VALUES)
        else "which class is started is not known"
    )


def _dotnet(words: _Words) -> _Target | str:
    library = _first_operand(words, frozenset())
    if library is None or not library.endswith(".dll"):
        return "`dotnet` builds and writes here"
    return _Target(library if "/" in library else f"./{library}")


_INTERPRETERS: tuple[tuple[str, Callable[[_Words], _Target | str]], ...] = (
    (r"(?:python|pypy)[0-9.]*", _python),
    (r"node(?:js)?|perl|ruby|php[0-9.]*", _script),
    (r"java", _java),
    (r"dotnet", _dotnet),
)


def _workdir(facts: Facts, stage: Stage) -> str | None:
    """The working directory that a container begins in; None if not known."""
    written = facts.plan.stages[stage.index].config.workdir
    if written is None:
        known = facts.bases.of(stage)
        written = None if known is None else known.workdir
    return written if written is not None and re.fullmatch(r"/[^$<]*", written) else None


def _is_filled(facts: Facts, stage: Stage, workdir: str) -> bool:
    """Whether the build puts something into a working directory that the file itself makes."""
    if facts.plan.stages[stage.index].config.workdir is None or workdir == "/":
        return True
    folder = f"{posixpath.normpath(workdir)}/"
    for each in placements(facts, stage):
        place = posixpath.normpath(each.destination or "/").rstrip("/") + "/"
        if place.startswith(folder) or (folder.startswith(place) and place != "/"):
            return True
    return False


def _is_private(path: str) -> bool:
    return f"{posixpath.normpath(path)}/".startswith("/root/")


def _path(facts: Facts, stage: Stage, target: _Target, workdir: str) -> str:
    """The absolute path of the program's file; empty where there is none, or it is not copied."""
    if not target.path:
        return ""
    if not target.runs or "/" in target.path:
        return posixpath.normpath(posixpath.join(workdir, target.path))
    paths = (f"{folder}/{target.path}" for folder in _PATH)
    placed = tuple(placements(facts, stage))
    return next((path for path in paths if any(one.source_of(path) for one in placed)), "")


def _of_target(facts: Facts, stage: Stage, target: _Target, path: str, workdir: str) -> str | None:
    """Why others may not be able to read or run the file of the program."""
    if not target.path:
        return None
    if _is_private(path):
        return f"{path} is the program, and only root may enter /root"
    placed = tuple(placements(facts, stage))
    holders = [one for one in placed if path and one.holds(path)]
    if not holders:
        # What a RUN makes of sources beside them has the modes that root's umask leaves.
        folder = workdir.rstrip("/") + "/"
        sources = any(f"{one.destination}/".startswith(folder) for one in placed)
        if folder != "/" and path.startswith(folder) and sources:
            return None
        return f"nothing shows who may read `{target.path}`: it is not copied"
    last = holders[-1]
    if last.image is not None:
        return f"the modes of files in the image {last.image} are not known"
    if last.origin is not None and (reason := _of_origin(facts, last.origin)):
        return reason
    source = last.source_of(path)
    mode = _mode(facts, last, source) if source is not None else None
    if target.runs and mode is not None and mode & 0o100 and not mode & 0o001:
        return f"only its owner may run {source} (mode {mode:04o})"
    return None


def _of_origin(facts: Facts, origin: Stage) -> str | None:
    """Why a file of the stage `origin` may not be for others to read or run."""
    text = "\n".join(
        instruction.shell or ""
        for each in facts.stages.lineage(origin)
        for instruction in each.instructions
        if isinstance(instruction, Run)
    )
    if _RESTRICTING.search(text):
        return "the stage that the program comes from sets modes"
    if _UNPACKING.search(text) and not _COMPILING.search(text):
        return "the program may come from an archive, which has modes of its own"
    return None


def _mode(facts: Facts, placement: Placement, source: str) -> int | None:
    """The mode that a source of the build context has in the image; None if not known."""
    evidence = facts.surroundings.evidence
    if placement.mode is not None:
        return int(placement.mode, 8) if re.fullmatch("[0-7]{3,4}", placement.mode) else None
    if evidence is None or placement.origin is not None or placement.image is not None:
        return None
    return evidence.mode(source, level_is_safe=False)


def _of_destination(facts: Facts, placement: Placement, made: bool, program: str) -> str | None:
    """Why a place may be out of reach, or accounts come with what is copied there."""
    path = placement.destination
    if path is None:
        return "where something is copied to is not known"
    if _is_private(path):
        return f"{path} is filled, and only root may enter /root"
    for each in (path, *placement.node.sources):
        if posixpath.basename(each) in _ROOT_TOOLS:
            return f"`{posixpath.basename(each)}` is copied, which is of use to root alone"
    if made and posixpath.normpath(path) in {"/", "/etc"}:
        evidence = facts.surroundings.evidence
        for source in placement.node.sources:
            name = posixpath.basename(source.rstrip("/"))
            kind = evidence.kind(source, level_is_safe=False) if evidence is not None else "unknown"
            if source == placement.source_of(program) or kind == "file":
                continue
            if not re.fullmatch(r"[^*?\[.][^*?\[]*\.[\w-]+", name):
                return f"{source} is copied to {path}, and may bring accounts of its own"
    return None


def _of_modes(facts: Facts, placement: Placement, names: frozenset[str]) -> str | None:
    node = placement.node
    if placement.owner is not None and placement.owner not in _ROOT | names:
        return f"files are given to {placement.owner}: the program may be meant to run as that"
    if placement.mode is not None:
        if not re.fullmatch(r"[0-7]?[0-7]{2}[4-7]", placement.mode):
            return f"others may not be able to read what is copied with --chmod={placement.mode}"
        return None
    if placement.does == "fetch":
        return "ADD makes what it fetches readable for root alone"
    evidence = facts.surroundings.evidence
    for source in () if node.heredocs else node.sources:
        if placement.origin is not None or placement.image is not None:
            if _is_private(posixpath.join("/", source)) and posixpath.normpath(source) == "/root":
                return "the folder /root is copied, with its mode"
            continue
        kind = "unknown" if evidence is None else evidence.kind(source, level_is_safe=False)
        if placement.does != "copy" and kind not in {"file", "directory"}:
            return "ADD may unpack an archive, which has modes of its own"
        mode = _mode(facts, placement, source)
        if mode is not None and not mode & 0o004:
            return f"only its owner may read {source} (mode {mode:04o})"
    return None
