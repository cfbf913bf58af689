"""What `chmod` makes of the permission bits of a file."""

from collections.abc import Iterable

from dfix import regex

#: Bits of a file of a build context, as git keeps them: the convention where nobody looked.
KEPT_BY_GIT = frozenset({0o644, 0o755})
#: What the builder gives to a file that a heredoc makes.
OF_HEREDOC = frozenset({0o644})
#: What ADD gives to what it fetches: https://docs.docker.com/reference/dockerfile/#adding-files-from-a-url
OF_FETCHED = frozenset({0o600})
#: What the builder gives to a folder that it makes on the way, unless `--chmod` says otherwise.
OF_FOLDER = 0o755
#: The bits that `chown` takes away from a program.
SETUID_OR_SETGID = 0o6000
_UMASK = 0o022
_ALL = 0o777
_BITS = {"r": 0o444, "w": 0o222, "x": 0o111}
_WHO = {"u": 0o700, "g": 0o070, "o": 0o007, "a": 0o777}
_NUMERIC = regex(r"0?[0-7]{3}")
_PLAIN = regex(r"0*[0-7]{1,3}")
_OF_RWX = regex(r"[ugoa]*[-+=][-+=ugoarwxX,]*")
_CLAUSE = regex(r"([ugoa]*)((?:[-+=][rwx]*)+)")
_ACTION = regex(r"([-+=])([rwx]*)")
_PROGRAM = regex(r"[ugoa]*\+x|0?(?:755|555)")
_X = 0o111


def is_for_files(change: str) -> bool:
    """Whether nobody would say so of a folder: `+x` and 755, which folders have, and modes without x.

    777, 700 and the like open or close a folder.
    """
    if _NUMERIC.fullmatch(change) and not int(change, 8) & _X:
        return True
    return _PROGRAM.fullmatch(change) is not None


def is_plain(change: str) -> bool:
    """Whether a number leaves a file without setuid, setgid and sticky, whatever it had before."""
    return _PLAIN.fullmatch(change) is not None


def is_without_rights(change: str) -> bool:
    """Whether a symbolic mode gives neither setuid nor setgid; the file may have had them before."""
    return _OF_RWX.fullmatch(change) is not None


def mode_after(change: str, before: Iterable[int] | None) -> str | None:
    """The mode that files get, whichever of `before` they had; None where that is not one alone.

    `change` is the first operand of chmod. With None for `before`, the file may have had any bits.
    A number stays as it is written; the umask is the builder's.
    """
    if _NUMERIC.fullmatch(change):
        return change
    clauses = [_CLAUSE.fullmatch(each) for each in change.split(",")]
    possible = set(range(_ALL + 1)) if before is None else set(before)
    found = set()
    for mode in possible:
        for clause in clauses:
            if clause is None:
                return None
            mode = _applied(mode, clause[1], clause[2])
        found.add(mode)
    return f"{found.pop():03o}" if len(found) == 1 else None


def _applied(mode: int, who: str, actions: str) -> int:
    mask = _ALL & ~_UMASK
    if who:
        mask = 0
        for each in who:
            mask |= _WHO[each]
    for operator, letters in _ACTION.findall(actions):
        bits = 0
        for each in letters:
            bits |= _BITS[each] & mask
        if operator == "+":
            mode |= bits
        elif operator == "-":
            mode &= ~bits
        else:
            # Without a class, `=` sets all of them, and the umask keeps bits from being set.
            mode = mode & ~(mask if who else _ALL) | bits
    return mode
