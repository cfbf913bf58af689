"""Which shell reads a RUN, which other one could, and whether a text means the same to both.

Sources: bash is essential on Debian, https://www.debian.org/doc/debian-policy/ch-opersys.html; how bash
differs from a POSIX shell, https://www.gnu.org/software/bash/manual/bash.html#Bash-POSIX-Mode.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from dfix import Facts, Instruction, Level, Run, Shell, Stage, regex
from dfix.facts.commands import base_name, literal_arguments, name_of, statements
from dfix.facts.scripts import Command, ShellScript, Statement, Word, script_of

from ._variable_base import may_be_another

#: What `/bin/sh -c` is called where it is in force without being set.
DEFAULT = ("/bin/sh", "-c")
_BASH = "/bin/bash"
_ASH = "/bin/ash"

#: Families that have bash whatever the tag, where they have this package manager.
_WITH_BASH = {
    "debian": {"apt"}, "ubuntu": {"apt"}, "rhel": {"dnf", "yum", "microdnf"},
    "fedora": {"dnf", "yum", "microdnf"}, "amazon": {"dnf", "yum"}, "arch": {"pacman"},
}  # fmt: skip
#: Those of them where /bin/sh is bash itself.
_SH_IS_BASH = frozenset({"rhel", "fedora", "amazon", "arch"})
#: Package managers, and the shell that they prove where nothing else is known of an image.
_PROVES = {
    "apt-get": _BASH, "apt": _BASH, "yum": _BASH, "dnf": _BASH, "microdnf": _BASH, "apk": _ASH,
}  # fmt: skip


class Reader(Struct, frozen=True):
    """What reads the RUNs of a place, and what could with further options.

    `argv` is a SHELL to be written in place of the one in force, its `-c` last, and `restored` what
    is in force now. `same` tells that both are the same program, in the same mode; `from_bash` that
    both are bash. `assumed` is what has to be assumed for it, empty for nothing; `hidden` tells that
    the SHELL in force is set by a parent stage.
    """

    argv: tuple[str, ...]
    restored: tuple[str, ...]
    same: bool
    from_bash: bool = False
    assumed: str = ""
    hidden: bool = False

    def with_option(self, name: str) -> tuple[str, ...]:
        """`argv` with `-o NAME`."""
        return (*self.argv[:-1], "-o", name, self.argv[-1])


def reader_of(facts: Facts, instruction: Instruction) -> Reader | str:
    """What reads the shell form in the place of `instruction`, or why it is not known."""
    written = facts.plan.before(instruction).shell
    if written is not None and written != DEFAULT:
        found = _explicit(written)
        stage = facts.bases.stage_of(instruction)
        own = stage is not None and any(isinstance(each, Shell) for each in stage.instructions)
        # Linters look at each stage by itself.
        return found if own or isinstance(found, str) else replace(found, hidden=True)
    stage = facts.bases.stage_of(instruction)
    if stage is None:
        return "it stands in no stage"
    if facts.bases.is_windows(instruction):
        return "no shell of Windows is known that has the option"
    known = facts.bases.of(stage)
    if known is not None and known.default_shell != ():
        return "the base image has a SHELL of its own, or may have one"
    if known is None or known.family is None or may_be_another(facts, stage):
        proven = _proven_by_use(facts, stage)
        if proven is None or facts.bases.is_windows(instruction) or _replaced(facts, stage):
            return "nothing is known about the base image, nor about the shells that it has"
        return Reader(
            (proven, "-c"),
            DEFAULT,
            same=proven == _ASH,
            assumed="the base image is taken to be an ordinary one, with no SHELL of its own",
        )
    if known.family in {"alpine", "busybox"} and known.shell in {None, "busybox ash"}:
        if _replaced(facts, stage):
            return "another shell may have taken the place of /bin/sh"
        return Reader((_ASH, "-c"), DEFAULT, same=True)
    if known.package_manager in _WITH_BASH.get(known.family, ()) and known.bash is not False:
        return Reader((_BASH, "-c"), DEFAULT, same=False, from_bash=known.family in _SH_IS_BASH)
    if known.bash and known.family != "windows":
        return Reader((_BASH, "-c"), DEFAULT, same=False, from_bash=known.shell == "bash")
    return f"no shell of {known.image} is known that has the option"


def _explicit(written: tuple[str, ...]) -> Reader | str:
    """A SHELL that the file sets."""
    if re.fullmatch(r"(?:/usr)?(?:/bin/)?(?:bash|ash)", written[0]) and re.fullmatch(
        r"-[eux]*c", written[-1]
    ):
        return Reader(written, written, same=True, from_bash="bash" in written[0])
    return "the SHELL in force is not one that is known to have the option"


def _replaced(facts: Facts, stage: Stage) -> bool:
    """Whether a RUN of the lineage may put another shell in the place of /bin/sh."""
    return any(
        isinstance(run, Run) and re.search(r"\b(?:ln|cp|mv)\b.*/bin/sh\b|-binsh\b", run.shell or "")
        for each in facts.stages.lineage(stage)
        for run in each.instructions
    )


def _proven_by_use(facts: Facts, stage: Stage) -> str | None:
    """The shell that must be there, by the package manager that a RUN calls whatever happens."""
    found: set[str] = set()
    for each in facts.stages.lineage(stage):
        for run in each.instructions:
            script = script_of(run, facts.tree.escape) if isinstance(run, Run) else None
            for statement in script.statements if script is not None else ():
                if statement.operator not in {"", "&&"} or statement.kind != "command":
                    break
                if statement.command is not None:
                    found.add(_PROVES.get(name_of(statement.command) or "", ""))
    found.discard("")
    return found.pop() if len(found) == 1 else None


#: Built-ins of every shell that do the same in bash; those that are looked at closer included.
_COMMON = frozenset(
    ": [ test cd echo printf export set true false exit unset umask command break continue exec pwd "
    "wait".split()
)
_SPECIAL = frozenset(": break continue exec exit export set unset . eval".split())
#: What bash has as a built-in or a keyword, and others have not, or have otherwise.
_OTHERWISE = frozenset(
    """. source alias bg bind builtin caller compgen complete compopt coproc declare dirs disown enable
    eval fc fg function getopts hash help history jobs kill let local logout mapfile popd pushd read
    readarray readonly return select shift shopt suspend time times trap type typeset ulimit unalias
    [[""".split()
)
_VARIABLES = (
    "BASH(?:PID|OPTS|_(?:A|C|ENV|E|LI|LO|R|S|V|X)\\w+)?|COMP_\\w+|COPROC|DIRSTACK|EPOCH\\w+|EUID|FUNCNAME|GROUPS|HISTCMD|HOSTNAME|HOSTTYPE|LINENO|"
    "MACHTYPE|MAPFILE|OSTYPE|PIPESTATUS|POSIXLY_CORRECT|RANDOM|READLINE_\\w+|REPLY|SECONDS|SHELL|"
    "SHELLOPTS|SHLVL|SRANDOM|UID"
)
#: Those that it takes from the environment like any other.
_TAKEN_OVER = frozenset({"SHELL", "HOSTNAME"})
_NAMED = regex(rf"\$\{{?(?:{_VARIABLES}|_|0)\b")
_OWN = regex(rf"(?:{_VARIABLES})\Z")
_EXPANSION = regex(
    r"\$\{(?!#?(?:\w+|[@*#?!$-])\}|(?:\w+|[@*])(?::?[-=?+]|%%?|##?))|\$\(\s*<|`\s*<|\$\["
)
_ARITHMETIC = regex(r"\(\((?:(?!\)\)).)*(?:\+\+|--|\*\*|,)", re.DOTALL)
_QUOTED = regex(r"""\$(?=['"])|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]""")
_BARE = regex(r"\$(?=<)|(?<!\$)\{[^{}]*(?:,|\.\.)[^{}]*\}|\[\^|[=:]~|[<>]\(")
_FALLS = regex(r";;?&")
_SET = regex(r"[-+][eux]+")
_KNOWN_OPERATORS = frozenset({">", ">>", "<", "<>", ">|", ">&", "<&"})
_PRINTF = regex(r"(?:[^\\%]|\\[abfnrtv\\]|\\0?[0-7]{1,3}|%%|%[-0-9.]*[sdiouxXc])*")
#: Programs whose output has no backslash in it.
_PLAIN_OUTPUT = frozenset(
    "lsb_release dpkg uname date nproc id whoami arch basename dirname pwd hostname rpm getconf".split()
)


def difference(script: ShellScript, env: Mapping[str, str], reader: Reader) -> "str | Level":
    """What of a text bash does otherwise than the shell that reads it now.

    Where nothing is found, the level that this may be relied on at: an `echo` of what is not known
    is taken at `aggressive` to print no backslash, which some shells read and others print.
    """
    if (reader.hidden or reader.restored == DEFAULT) and any(
        map(_has_echo_option, script.commands)
    ):
        return "what the options of an `echo` do hangs on the shell"
    if reader.same:
        return Level.STANDARD
    if any(map(_edits_an_echo, script.pipelines)):
        return "linters want an `echo` into `sed` to be an expansion under bash"
    for name in env:
        if _OWN.match(name) and name not in _TAKEN_OVER:
            return f"bash has the variable {name} for itself"
    for statement in statements(script.statements):
        if statement.kind in {"function", "other"}:
            return "bash may read functions and arithmetic commands otherwise"
        if statement.operator == "|&":
            return "`|&` is read otherwise by bash"
    if not reader.from_bash and (found := _of_text(script) or _of_syntax(script)):
        return found
    strict = any(base_name(each) == "set" for each in script.commands)
    if strict and re.search(r"(?:\$\(|`)[^)`]*[;\n]", script.cooked):
        return "`set -e` is read otherwise by bash within substitutions"
    levels = [Level.STANDARD]
    for command in script.commands:
        answer = _of_command(command, env, reader)
        if isinstance(answer, str):
            return answer
        levels.append(answer)
    return max(levels)


def _of_text(script: ShellScript) -> str | None:
    text = script.cooked
    for pattern in (_NAMED, _EXPANSION, _ARITHMETIC):
        if match := pattern.search(text):
            return f"bash may read `{match[0]}` otherwise"
    return None


def _of_syntax(script: ShellScript) -> str | None:
    """What stands in no command: the words of a `for`, the patterns of a `case`, assignments."""
    for each in statements(script.statements):
        if each.kind in {"for", "case"}:
            text = script.text[each.span.start : each.span.end]
            for child in reversed(each.children):
                start = child.span.start - each.span.start
                text = f"{text[:start]} {text[child.span.end - each.span.start :]}"
            if match := _BARE.search(_QUOTED.sub(_kept, text)) or _FALLS.search(text):
                return f"bash may read `{match[0]}` otherwise"
    for command in script.commands:
        for one in command.assignments:
            text = script.text[one.span.start : one.span.end]
            if one.operator != "=" or not re.match(rf"{one.name}=(?!\()", text):
                return "bash may read an assignment otherwise"
    return None


def _of_command(command: Command, env: Mapping[str, str], reader: Reader) -> "str | Level":
    name = name_of(command)
    if name is None:
        return "a command's name is only known at run time"
    if name in _OTHERWISE or (name in {"set", "env", "printenv"} and not command.arguments):
        return f"bash may do otherwise with `{name}`"
    if name in _SPECIAL and command.assignments:
        return f"a variable set before `{name}` outlives it, but not in bash"
    if name == "set" and not all(
        _SET.fullmatch(value or "") for value in literal_arguments(command)
    ):
        return "`set` with more than -e, -u and -x may do otherwise in bash"
    if reader.from_bash:
        return Level.STANDARD
    for redirect in command.redirects:
        target = redirect.target.value if redirect.target is not None else None
        if redirect.operator not in _KNOWN_OPERATORS or len(redirect.fd) > 1:
            return f"bash may read `{redirect.operator}` otherwise"
        if redirect.operator in {">&", "<&"} and not re.fullmatch(r"[0-9]|-", target or ""):
            return f"bash may read `{redirect.operator}` otherwise"
    for word in _words(command):
        if match := _BARE.search(_QUOTED.sub(_kept, word.text)):
            return f"bash may read `{match[0]}` otherwise"
    values = literal_arguments(command)
    if name in {"[", "test"} and not {"==", "<", ">", "=~", "-v", "-o", "-a", "-R"}.isdisjoint(
        value or "" for value in values
    ):
        return "bash may answer a test otherwise"
    if name == "echo":
        return _of_echo(command, env)
    if name == "printf":
        first = values[0] if values else ""
        if first is None:
            return Level.AGGRESSIVE
        return (
            Level.STANDARD
            if _PRINTF.fullmatch(first) and not first.startswith("-")
            else f"bash may print {first!r} otherwise"
        )
    if name == "export" and any(
        re.search(r"=[^'\"]*[$`]|\$\(|`", word.text) for word in command.arguments
    ):
        return "bash may read the words of an `export` otherwise"
    return Level.STANDARD


def _has_echo_option(command: Command) -> bool:
    first = command.arguments[0].text if command.arguments else ""
    return name_of(command) == "echo" and bool(re.match(r"-[neE]", first))


def _edits_an_echo(pipeline: Statement) -> bool:
    names = [base_name(each.command) if each.command else None for each in pipeline.children]
    return names[:2] == ["echo", "sed"] and len(names) == 2


def _of_echo(command: Command, env: Mapping[str, str]) -> "str | Level":
    level = Level.STANDARD
    for word in command.arguments:
        text = word.text if word.value is None else word.value
        if word.value is None:
            text = re.sub(r"""\\["$`]""", "", text)
            if not _is_plain(word, env):
                level = Level.AGGRESSIVE
        if "\\" in text:
            return "bash prints the backslashes of an `echo` as they are"
    return level


def _is_plain(word: Word, env: Mapping[str, str]) -> bool:
    """Whether what a word stands for is known to have no backslash, nor to look like an option."""
    for called in re.findall(r"(?:\$\(|`)\s*([^\s)`]*)", word.text):
        if called not in _PLAIN_OUTPUT:
            return False
    for name in word.variables:
        value = env.get(name)
        if value is None or "\\" in value or "$" in value or value.startswith("-"):
            return False
    return True


def _words(command: Command) -> Iterator[Word]:
    yield from command.arguments
    for assignment in command.assignments:
        if assignment.value is not None:
            yield assignment.value
    for redirect in command.redirects:
        if redirect.target is not None:
            yield redirect.target


def _kept(match: re.Match[str]) -> str:
    """Quoted text goes; of `$'` and `$"` a mark is kept."""
    return "$<" if match[0] == "$" else ""
