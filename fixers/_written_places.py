"""What command lines and variables name that a program may write: by the value, and by the name."""

import re
from collections.abc import Sequence

from dfix import regex

from ._handed_over import HandedOver

#: What is written by its own name, or by the folder that it is in.
_BY_VALUE = regex(
    r"[^/]\.(?:log|pid|sock|db|sqlite3?)\Z|(?:\A|[=:/])(?:logs?|data|cache)/?\Z"
    r"|(?:\A|[=:])/(?:var/(?:log|run|lib|spool|cache)|run|data|logs?)(?:/|\Z)"
    r"|(?:\A|[=:])(?:\./)?(?:logs?|data|cache|uploads?|storage|state)/."
    r"|\A(?:-Xlog:.*file=|--(?:cpu-|heap-)?prof\Z|--heapsnapshot-|--diagnostic-dir\b)",
    re.IGNORECASE,
)
#: Options whose value is a file or a folder that comes of the program.
_RESULT = regex(
    r"(?:-[od]|--?(?:out|output|dest|destination|dir|directory|export|save)(?:[-_]\w+)*)(?:=.*)?"
)
#: Names of options, and of properties of Java, for a place of data: `--storage.path`, `-Duser.home`.
_PLACE = regex(
    r"-.*?(?:\b|_|D)(?:data|db|database|storage|store|state|cache|logs?|logging|uploads?|pid|sock(?:et)?|uds|te?mp"
    r"|spool|(?:heap)?dump|error|persist\w*|backups?|home|wal|snapshots?|media|work)"
    r"(?:[-_.]?(?:dir(?:ectory)?|path|file|name|folder|root|home|location|prefix)){0,6}",
    re.IGNORECASE,
)
_SOCKET = regex(r"(?:.*=)?unix:.*")
_ADDRESS = regex(r"(?:.*=)?(?!file:)\w[\w+.-]*://.*")
#: Numbers, and addresses to listen at.
_NUMBERS = regex(r"[0-9.:]+|\[?::\]?(?::[0-9]+)?|localhost")
#: Where all may write, and what is no file.
_OPEN_TO_ALL = regex(r"(?:.*[=:])?(?://)?/(?:dev|proc|tmp|var/tmp)(?:/.*)?")
#: What a value of a variable that no tool of a build reads is, if it is to be written.
_VALUE = regex(
    r"/(?:var/(?:log|run|lib|spool|cache)|run|data|logs?)(?:/.*)?|[^:\s]+\.(?:log|pid|sock|sqlite3?)",
    re.IGNORECASE,
)
_DATABASE = regex(r"\b(?:h2:(?!mem|tcp|ssl)|sqlite|derby:(?!memory|//)|hsqldb:file)", re.IGNORECASE)


def named_by(words: Sequence[str | None], given: HandedOver) -> str | None:
    """The word of a command line that names something to write; None where there is none.

    A word is None where only a shell knows it.
    """
    for at, word in enumerate(words):
        if word is None or _OPEN_TO_ALL.fullmatch(word):
            continue
        name, joined, value = word.partition("=")
        if given.holds(value or word):
            continue
        following = words[at + 1] if at + 1 < len(words) else "-"
        meant = value if joined else following
        if _RESULT.fullmatch(word) and not _is_harmless(meant, given):
            return word
        if _PLACE.fullmatch(name) and _is_path(meant) and not _is_harmless(meant, given):
            return word
        if _SOCKET.fullmatch(word) or _is_database(word):
            return word
        if not _ADDRESS.fullmatch(word) and _BY_VALUE.search(word):
            return word
    return None


def is_to_be_written(value: str) -> bool:
    """Whether the value of a variable is a file, or below a folder, that programs write."""
    return bool(_VALUE.fullmatch(value))


def is_database(value: str) -> bool:
    """Whether a value tells of a database that is a file."""
    return value.endswith(".db") or _is_database(value)


def _is_database(value: str) -> bool:
    return ":memory:" not in value and _DATABASE.search(value) is not None


def _is_path(value: str | None) -> bool:
    """Whether a value may be a path, rather than a name, a number or an address."""
    return value is None or (
        "/" in value and "://" not in value and not value.startswith(("-", "http:", "https:"))
    )


def _is_harmless(value: str | None, given: HandedOver) -> bool:
    if value is None:
        return False
    if value.startswith("-") or _NUMBERS.fullmatch(value):
        return True
    return given.holds(value) or bool(_OPEN_TO_ALL.fullmatch(value))
