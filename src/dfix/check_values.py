"""What the builder takes for a port, a signal, a platform, a duration, a mode or a mount.

Each function answers for a literal: None where the builder takes it, else what is wrong with it.
Where a value is read after its variables are, the caller does not ask for what it cannot know.
Sources: BuildKit's `frontend/dockerfile/instructions` and `frontend/dockerfile/dockerfile2llb`
(https://github.com/moby/buildkit), and what the builder itself was seen to refuse.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import ip_address

from dfix.image import ImageReference
from dfix.patterns import regex
from dfix.text import integer

# ------------------------------------------------------------------------------------------ ports

_PLAIN_PORT = regex(r"[0-9]{1,4}(?:/(?:tcp|udp|sctp))?", re.IGNORECASE)
_RANGE = regex(r"(\+?[0-9]+)(?:-(\+?[0-9]+))?")
_PROTOCOLS = frozenset({"", "tcp", "udp", "sctp"})
_LAST_PORT = 65_535


def port_fault(text: str) -> str | None:
    """For EXPOSE: `[[address:]port:]port[-port][/protocol]`, each port up to 65,535."""
    if _PLAIN_PORT.fullmatch(text):
        return None
    rest, _, last = text.rpartition(":")
    address, _, host = rest.rpartition(":")
    container, _, protocol = last.partition("/")
    if not container:
        return f'no port in "{text}"'
    if protocol.lower() not in _PROTOCOLS:
        return f'"{protocol}" is no protocol'
    if address and not _is_address(address):
        return f'"{address}" is no IP address'
    inner = _range(container)
    if inner is None:
        return f'"{container}" is no port'
    if not host:
        return None
    outer = _range(host)
    if outer is None:
        return f'"{host}" is no port'
    if len(inner) > 1 and len(inner) != len(outer):
        return f'"{host}" and "{container}" are ranges of different lengths'
    return None


def _range(text: str) -> range | None:
    found = _RANGE.fullmatch(text)
    if not found:
        return None
    first = integer(found[1])
    last = integer(found[2]) if found[2] else first
    return range(first, last + 1) if first <= last <= _LAST_PORT else None


def _is_address(text: str) -> bool:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        ip_address(bare)
    except ValueError:
        return False
    return "%" not in bare


# ---------------------------------------------------------------------------------------- signals

#: Linux's names without `SIG`: https://github.com/moby/sys/blob/main/signal/signal_linux.go
_SIGNALS = (
    frozenset(
        """ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT
    STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX""".split()
    )
    | {f"RTMIN+{n}" for n in range(1, 16)}
    | {f"RTMAX-{n}" for n in range(1, 15)}
)
_INTEGER = regex(r"[+-]?[0-9]+")


def signal_fault(text: str) -> str | None:
    """For STOPSIGNAL: a name in any case, `SIG` optional, or any number but 0."""
    number = _integer(text, 64)
    known = number != 0 if number is not None else text.upper().removeprefix("SIG") in _SIGNALS
    return None if known else f'"{text}" is no signal'


def _integer(text: str, bits: int) -> int | None:
    if not _INTEGER.fullmatch(text):
        return None
    number = integer(text)
    return number if -(1 << bits - 1) <= number < 1 << bits - 1 else None


# -------------------------------------------------------------------------------------- platforms

_SYSTEM = regex(r"([A-Za-z0-9_-]+)(?:\([A-Za-z0-9_.-]*\))?")
_COMPONENT = regex(r"[A-Za-z0-9_.-]+")
#: What may stand alone: https://github.com/containerd/platforms/blob/main/database.go
_SYSTEMS_AND_ARCHITECTURES = frozenset(
    """aix android darwin dragonfly freebsd hurd illumos ios js linux macos nacl netbsd openbsd
    plan9 solaris windows zos 386 aarch64 amd64 amd64p32 arm arm64 arm64be armbe armel armhf i386
    loong64 mips mips64 mips64le mips64p32 mips64p32le mipsle ppc ppc64 ppc64le riscv riscv64 s390
    s390x sparc sparc64 wasm x86-64 x86_64""".split()
)


def platform_fault(text: str) -> str | None:
    """For `FROM --platform`: `os[/architecture[/variant]]` or an architecture alone."""
    if not text:
        return "the platform is empty"
    system, *rest = text.split("/")
    found = _SYSTEM.fullmatch(system)
    if (
        not found
        or len(rest) > 2
        or not all(map(_COMPONENT.fullmatch, rest))
        or (not rest and found[1].lower() not in _SYSTEMS_AND_ARCHITECTURES)
    ):
        return f'"{text}" is no platform'
    return None


# ------------------------------------------------------------------------------------- durations

_DURATION = regex(r"[+-]?(?:0|(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|ms|s|m|h))+)")
_TERM = regex(r"([0-9.]+)([a-z]+)")
_NANOSECONDS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_SHORTEST = 10**6


def duration_fault(text: str) -> str | None:
    """For HEALTHCHECK: Go's notation (`1m30s`); 0 or a millisecond and more."""
    if not _DURATION.fullmatch(text):
        return f'"{text}" is no duration'
    total = sum(int(Decimal(n) * _NANOSECONDS[unit]) for n, unit in _TERM.findall(text))
    if total >= 1 << 63:
        return f'"{text}" is too long'
    if total and (text[0] == "-" or total < _SHORTEST):
        return f'"{text}" is shorter than a millisecond'
    return None


def retries_fault(text: str) -> str | None:
    """For HEALTHCHECK: a number from 0 on, of 32 bits."""
    number = _integer(text, 32)
    return None if number is not None and number >= 0 else f'"{text}" is no number of retries'


# ---------------------------------------------------------------------- modes, digests, addresses

_SYMBOLIC = regex(r"[ugoa]*(?:[-+=][rwxXstugo]*)+(?:,[ugoa]*(?:[-+=][rwxXstugo]*)+)*")
_OCTAL = regex(r"[0-7]+")
_WEB = ("http://", "https://")
_GIT = regex(r"(?:git|ssh)://|[A-Za-z0-9_-]+@[A-Za-z0-9.-]+:")


def mode_fault(text: str) -> str | None:
    """For `--chmod`: octal up to 7777, or what chmod(1) calls symbolic."""
    if _SYMBOLIC.fullmatch(text) or (_OCTAL.fullmatch(text) and int(text, 8) <= 0o7777):
        return None
    return f'"{text}" is no file mode'


def checksum_fault(text: str, sources: tuple[str, ...]) -> str | None:
    """For `ADD --checksum`, which goes with one source only, from the web or from git."""
    if len(sources) != 1:
        return "--checksum goes with one source only"
    source = sources[0]
    if _GIT.match(source) or (source.startswith(_WEB) and ".git" in source):
        return None
    if not source.startswith(_WEB):
        return "--checksum goes with a source from the web or from git"
    return None if ImageReference.parse(f"x@{text}") else f'"{text}" is no digest'


def is_remote(source: str) -> bool:
    """Whether COPY refuses a source because only ADD fetches it: an address of the web or of git."""
    return source.startswith(_WEB) or _GIT.match(source) is not None


# ----------------------------------------------------------------------------------------- mounts

#: What Go's strconv.ParseBool takes.
BOOLEANS = frozenset("1 t T TRUE true True 0 f F FALSE false False".split())
_SIZE = regex(
    r"\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)? ?(?:b|[kmgtp](?:i?b)?)?", re.IGNORECASE
)
_MOUNT_TYPES = frozenset({"bind", "cache", "tmpfs", "secret", "ssh"})
_SHARING = frozenset({"shared", "private", "locked"})
_SWITCHES = frozenset({"readonly", "readwrite", "required"})
_OTHER_NAMES = {
    "ro": "readonly",
    "rw": "readwrite",
    "src": "source",
    "dst": "target",
    "destination": "target",
}
_ONLY_FOR = {"size": ("tmpfs",), "required": ("secret", "ssh")}
_OPTIONS = _SWITCHES | {
    *("from", "source", "target", "id", "sharing", "size", "mode", "uid", "gid", "env")
}


def mount_source(text: str) -> str | None:
    """What `from` in a `RUN --mount` names, a stage or an image; None without one."""
    named = [field for field in text.split(",") if field[:5].lower() == "from="]
    return named[-1][5:] or None if named and '"' not in text else None


def mount_fault(text: str, literal: Callable[[str], str | None]) -> str | None:
    """For `RUN --mount`: its options in their order, for `type` rules what may come after it.

    `literal` gives an option's value, or None for one that depends on variables.
    """
    if not text:
        return "--mount is empty"
    if '"' in text:
        return None  # quoted as in a CSV file: not taken apart here
    kind: str | None = "bind"
    given: dict[str, str | None] = {}
    for field in text.split(","):
        key, equals, raw = field.partition("=")
        key = key.lower()
        key = _OTHER_NAMES.get(key, key)
        if not equals and key not in _SWITCHES:
            return f'"{field}" in --mount must be key=value'
        value = literal(raw) if equals else "true"
        if key == "type":
            kind = None if value is None else value.lower()
            if kind is not None and kind not in _MOUNT_TYPES:
                return f'"{value}" is no type of --mount'
        elif key not in _OPTIONS:
            return f'--mount does not know "{key}"'
        elif kind is not None and kind not in _ONLY_FOR.get(key, (kind,)):
            return f'"{key}" does not go with --mount=type={kind}'
        elif value is not None and not _is_option(key, value):
            return f'--mount does not take "{field}"'
        given[key] = value
    return None if kind is None else _together_fault(kind, given)


def _is_option(key: str, value: str) -> bool:
    if key in _SWITCHES:
        return value in BOOLEANS
    if key == "sharing":
        return value.lower() in _SHARING
    if key == "size":
        return _SIZE.fullmatch(value) is not None
    if key == "mode":
        return _OCTAL.fullmatch(value) is not None and int(value, 8) < 1 << 32
    if key in ("uid", "gid"):
        return value.isascii() and value.isdigit() and integer(value) < 1 << 32
    return True


def _together_fault(kind: str, given: dict[str, str | None]) -> str | None:
    """What the options mean together; a value of None depends on variables."""
    alone = ("mode", "uid", "gid") if kind in ("bind", "tmpfs") else ()
    if kind != "cache":
        alone = (*alone, "sharing")
    for key in alone:
        if key in given:
            return f'"{key}" does not go with --mount=type={kind}'
    if kind == "secret":
        if given.get("from"):
            return '"from" does not go with --mount=type=secret'
        if all(given.get(key, "") == "" for key in ("id", "source", "target")):
            return "--mount=type=secret needs an id, a source or a target"
        if given.get("id") and given.get("source"):
            return '"id" and "source" do not go together in --mount=type=secret'
    elif kind != "ssh" and given.get("target") == "/":
        return '"/" is no target of --mount'
    return None
