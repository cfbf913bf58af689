"""What a shell remembers from one command of a RUN to the next.

Source: the POSIX shell's execution environment and special built-ins,
https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

from collections.abc import Iterable, Iterator, Sequence

from dfix.patterns import regex
from dfix.plan.bindings import Bindings
from dfix.plan.model import Symbolic
from dfix.plan.values import clean, joined, short
from dfix.shell import Assignment, Command

#: Built-ins that change the shell in ways that are not followed here.
_OPAQUE = frozenset(
    """. source eval exec return pushd popd readonly unset shopt ulimit trap alias unalias hash shift
    getopts read declare typeset local let mapfile readarray enable bind complete compgen disown
    suspend newgrp set export umask cd exit""".split()
)
_WRAPPERS = frozenset({"command", "builtin"})
#: An assignment before one of these outlives it.
_SPECIAL = frozenset(
    ": . break continue eval exec exit export readonly return set shift times trap unset".split()
)
_LETTERS = {
    "a": "allexport",
    "b": "notify",
    "C": "noclobber",
    "e": "errexit",
    "f": "noglob",
    "h": "hashall",
    "m": "monitor",
    "n": "noexec",
    "u": "nounset",
    "v": "verbose",
    "x": "xtrace",
    "E": "errtrace",
    "T": "functrace",
    "B": "braceexpand",
    "H": "histexpand",
    "P": "physical",
}
_NAMED = frozenset(_LETTERS.values()) | {"pipefail", "posix", "vi", "emacs", "ignoreeof", "nolog"}
_ASSIGNING = regex(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?=")
_ARITHMETIC = regex(r"\(\([^)]*(?:\+\+|--|(?<![=!<>])=(?!=))")
_LOOP = regex(r"\b(?:for|select)[ \t]+([A-Za-z_][A-Za-z0-9_]*)")
#: What stands in front of the beginning of a command, seen from there.
_BEGINS = regex(r"(?:[;&|(){}`!]|\b(?:do|then|else|elif|if|while|until|time))\Z")
_PAIR = regex(r"([A-Za-z_][A-Za-z0-9_]*)=")
_IDENTIFIER = regex(r"[A-Za-z_][A-Za-z0-9_]*")
#: What may use variables that the text does not name.
_READING = regex(r"\b(?:eval|source|set)\b|(?:^|[\s;&|({])\.\s|\$\{!")
_STATUS = regex(r"[0-9]{1,9}")
#: How much is carried along from statement to statement before it is put together.
_MOST_VARIABLES = 100
_MOST_EVENTS = 50
_UMASK = regex(r"[0-7]{1,4}")


def options_of(argv: Sequence[str]) -> tuple[str, ...]:
    """The options that a SHELL instruction with these words gives to its shell, sorted."""
    found: set[str] = set()
    at = 1
    while at < len(argv):
        word = argv[at]
        at += 1
        if not word.startswith("-") or word.startswith("--"):
            continue
        found.update(_LETTERS[letter] for letter in word[1:] if letter in _LETTERS)
        if word.endswith("o"):
            found.update(argv[at : at + 1])
            at += 1
    return tuple(sorted(found))


class Memory:
    """The state of one shell while it runs the text of one RUN."""

    def __init__(self, env: Bindings, cwd: str, options: tuple[str, ...]) -> None:
        self.env = env
        self.cwd = cwd
        self.options = options
        self.umask: str | None = None
        self.after: tuple[str, ...] = ()
        self._local: dict[str, str] = {}

    @property
    def errexit(self) -> bool:
        """Whether `set -e` is in force."""
        return "errexit" in self.options

    def seen_by(self, text: str) -> tuple[str, ...]:
        """The variables set by the RUN that a command may see.

        One in capitals may have come from the base image's environment, and then every command sees
        it; any other only where the text has its name.
        """
        if not self._local:
            return ()
        mentioned = set(_IDENTIFIER.findall(text))
        anything = _READING.search(text)
        return tuple(
            sorted(
                f"{name}={value}"
                for name, value in self._local.items()
                if anything
                or name in mentioned
                or name == name.upper()
                or name.lower().endswith("_proxy")
            )
        )

    def forget(self, why: str) -> None:
        """Nothing is known of what follows but that it comes after `why`."""
        if len(self.after) == _MOST_EVENTS:
            self.after = (short("; ".join(self.after)),)
        self.after = (*self.after, why)

    def expansions(self, text: str) -> None:
        """Takes in what expansions in `text` assign."""
        if "=" in text or "++" in text or "--" in text:
            if "${" in text:
                for name in _ASSIGNING.findall(text):
                    self._assign(name, Symbolic(text))
            if "((" in text and _ARITHMETIC.search(text):
                self.forget(text)

    def compound(self, commands: Iterable[Command], text: str) -> None:
        """Takes in what the commands of a compound statement may have done to the shell."""
        self.expansions(text)
        for name in _loops(text):
            self._assign(name, Symbolic(text))
        for command in commands:
            if command.subshell:
                continue
            if changes_shell(command):
                if not fails(command):
                    self.forget(text)
                    return
            elif not command.name or command.name.value in _SPECIAL:
                for assignment in command.assignments:
                    self._assign(assignment.name, Symbolic(text))

    def simple(self, command: Command, text: str) -> None:
        """Takes in what a simple command does to the shell if it succeeds."""
        self.expansions(text)
        if command.subshell:
            return
        name = _name(command)
        if name is None:
            self.forget(text)
            return
        if not name or name in _SPECIAL:
            for assignment in command.assignments:
                self._set(assignment, text)
        if name in _OPAQUE:
            self._built_in(name, command, text)
        elif _wraps(command):
            self.forget(text)

    def _built_in(self, name: str, command: Command, text: str) -> None:
        values = [word.value for word in command.arguments]
        if name == "cd":
            self._change_directory(values, text)
        elif name == "umask" and len(values) == 1 and _UMASK.fullmatch(values[0] or ""):
            self.umask = values[0]
        elif name == "umask" and not values:
            return
        elif name == "export":
            self._export(command, text)
        elif name == "set":
            self._set_options(values, text)
        elif not fails(command):
            self.forget(text)

    def _change_directory(self, values: list[str | None], text: str) -> None:
        while values and values[0] in {"-P", "-L", "-e", "--"}:
            del values[0]
        if len(values) > 1:
            self.forget(text)
            return
        path = values[0] if values else None
        searched = "CDPATH" in self.env or "CDPATH" in self._local
        if not path or path.startswith("-") or (searched and not path.startswith(("/", "."))):
            self.cwd = Symbolic(f"<{text}>")
            return
        directory = joined(self.cwd, path)
        self.cwd = directory if isinstance(directory, Symbolic) else clean(directory)

    def _export(self, command: Command, text: str) -> None:
        env: dict[str, str] = {}
        for word in command.arguments:
            pair = _PAIR.match(word.text)
            if pair is None:
                name = word.value or ""
                if not _IDENTIFIER.fullmatch(name):
                    self.forget(text)
                    return
                if name in self._local:
                    env[name] = self._local.pop(name)
                elif name not in self.env:
                    env[name] = Symbolic(f"${{{name}}}")
            elif word.value is None:
                self._local.pop(pair[1], None)
                env[pair[1]] = Symbolic(text)
            else:
                self._local.pop(pair[1], None)
                env[pair[1]] = word.value.partition("=")[2]
        self.env = self.env.extended(env)

    def _set_options(self, values: Sequence[str | None], text: str) -> None:
        options = set(self.options)
        named = ""
        for value in values:
            if named:
                if value not in _NAMED:
                    self.forget(text)
                    return
                (options.add if named == "-" else options.discard)(value)
                named = ""
                continue
            if value is None or value[:1] not in {"-", "+"} or len(value) < 2:
                self.forget(text)
                return
            for letter in value[1:]:
                if letter == "o":
                    named = value[0]
                elif letter in _LETTERS:
                    (options.add if value[0] == "-" else options.discard)(_LETTERS[letter])
                else:
                    self.forget(text)
                    return
        if named or not values:
            return  # `set` and `set -o` only print
        self.options = tuple(sorted(options))

    def _set(self, assignment: Assignment, text: str) -> None:
        value = "" if assignment.value is None else assignment.value.value
        if value is None or assignment.operator != "=" or f"{assignment.name}[" in text:
            value = Symbolic(text)
        self._assign(assignment.name, value)

    def _assign(self, name: str, value: str) -> None:
        if name in self.env or "allexport" in self.options:
            self.env = self.env.extended({name: value})
        elif name in self._local or len(self._local) < _MOST_VARIABLES:
            self._local[name] = value
        else:
            self.forget(f"{name}={value}")


def changes_shell(command: Command) -> bool:
    """Whether it may change the shell that runs it otherwise than by an assignment."""
    name = _name(command)
    return name is None or name in _OPAQUE or _wraps(command)


def runs_text(command: Command) -> bool:
    """Whether it may run a text of several commands in the same shell."""
    return _name(command) in {None, ".", "source", "eval"}


def fails(command: Command) -> bool:
    """Whether it is `exit N` with a literal N that is a failure: nothing runs after it."""
    if _name(command) != "exit" or len(command.arguments) != 1:
        return False
    value = command.arguments[0].value or ""
    return bool(_STATUS.fullmatch(value)) and int(value) % 256 != 0


def _name(command: Command) -> str | None:
    """Empty for assignments alone, None for a name that only the shell knows."""
    return "" if command.name is None else command.name.value


def _wraps(command: Command) -> bool:
    """Whether `command` or `builtin` hides something that changes the shell."""
    if _name(command) not in _WRAPPERS:
        return False
    for word in command.arguments:
        if word.value in {"-v", "-V"}:
            return False
        if word.value not in {"-p", "--"}:
            return word.value is None or word.value in _OPAQUE
    return False


def _loops(text: str) -> Iterator[str]:
    """The variables of loops, whose keyword stands where a command begins: not in `echo a select b`."""
    last = 0
    for found in _LOOP.finditer(text):
        between = text[last : found.start()]
        bare = between.rstrip()
        if not bare or "\n" in between[len(bare) :] or _BEGINS.search(bare[-8:]):
            yield found[1]
        last = found.end()
