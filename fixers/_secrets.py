"""Variables that hold secrets: how they are called, and what may read them unnamed."""

import posixpath
import re
from collections.abc import Iterable

from dfix import Arg, Env, Facts, Instruction, Onbuild, Pair, Run, ShellForm, regex
from dfix.facts.commands import BUILTINS, COMMON_TOOLS, COREUTILS, PACKAGE_MANAGERS, base_name
from dfix.facts.programs import unwrapped, words_of
from dfix.facts.scripts import Command, ShellScript, has_posix_shell, script_of

#: The builder's own list: https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
_SECRET = regex(
    r"(?:.*_)?(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_.*)?",
    re.IGNORECASE,
)
_PUBLIC = regex(r"(?:.*_)?public(?:_.*)?", re.IGNORECASE)
#: What tells about a secret, and is none.
_ABOUT = regex(
    r".*_(?:algorithm|dir|enabled?|file|fingerprint|host|length|method|name|path|required|server|size"
    r"|sock|type|uri|url|user|username|version)|(?:.*_)?(?:cache|disable|enable|install|use|with)_.*",
    re.IGNORECASE,
)
_VARIABLE = regex(r"[A-Za-z_][A-Za-z0-9_]*")

#: What shows the environment, or runs what is not looked at here.
_OPEN = frozenset(
    ". source eval exec command builtin env printenv declare typeset trap xargs nice timeout chroot".split()
)
_PLAIN = (COREUTILS | COMMON_TOOLS | BUILTINS | PACKAGE_MANAGERS) - _OPEN
_SYSTEM = regex(r"/(?:usr/(?:local/)?)?s?bin/")

#: What says how an image is built, by fields; and what calls the build, or tells how to.
_SPECIFICATIONS = (
    *(f"{name}.{end}" for name in ("compose", "docker-compose") for end in ("yaml", "yml")),
    *(f"docker-bake.{end}" for end in ("hcl", "json")),
)
_CALLERS = ("Makefile", "README.md", "build.sh", "package.json", "Jenkinsfile", ".gitlab-ci.yml")

#: Programs that read variables of their own, or those that their settings name; not cargo, for which
#: an empty variable outdoes a file.
_READERS = (
    (re.compile(r"(?:NPM|NODE|YARN|PNPM)_\w+"), frozenset({"npm", "npx", "yarn", "pnpm"})),
    (re.compile(r"PIP_\w+"), frozenset({"pip", "pip3"})),
    (re.compile(r"POETRY_\w+"), frozenset({"poetry"})),
    (re.compile(r"UV_\w+"), frozenset({"uv"})),
    (re.compile(r"BUNDLE_\w+"), frozenset({"bundle"})),
    (re.compile(r"COMPOSER_AUTH"), frozenset({"composer"})),
    (re.compile(r"AWS_\w+"), frozenset({"aws"})),
    (re.compile(r"NUGET_\w+"), frozenset({"dotnet", "nuget"})),
)


def is_secret(name: str) -> bool:
    """Whether the builder's own check takes a variable of that name for a secret."""
    return bool(_SECRET.fullmatch(name)) and not _PUBLIC.fullmatch(name)


def is_value(name: str) -> bool:
    """Whether a variable of that name holds the secret itself, and not where it is."""
    return bool(_VARIABLE.fullmatch(name)) and not _ABOUT.fullmatch(name)


def is_empty(pair: Pair) -> bool:
    """Whether an ARG has a default that is the empty text."""
    return pair.assigned in {"", '""', "''"}


def mentions(name: str, text: str) -> bool:
    """Whether a text names the variable; a name in small letters counts behind a `$` alone."""
    bare = "" if name == name.upper() else r"\$\{?[#!]?"
    return re.search(rf"{bare}(?<!\w){re.escape(name)}(?!\w)", text) is not None


def expands(name: str, text: str) -> bool:
    """Whether a text has the variable behind a `$`."""
    return re.search(rf"\$\{{?[#!]?{re.escape(name)}(?!\w)", text) is not None


def uses(instruction: Instruction, name: str) -> bool:
    """Whether an instruction declares the variable or uses it, the text of a RUN aside."""
    inner = instruction.instruction if isinstance(instruction, Onbuild) else instruction
    if isinstance(inner, Arg | Env) and any(pair.key == name for pair in inner.pairs):
        return True
    if isinstance(instruction, Run):
        return any(
            expands(name, each.value) or f"={name}" in each.value for each in instruction.flags
        )
    return expands(name, instruction.with_changes(leading_lines=()).code)


def text_of(run: Run) -> str:
    """What a RUN hands to the container, without its flags and the comments that are dropped."""
    form = run.command
    command = form.value if isinstance(form, ShellForm) else form.code if form else ""
    return command + "".join(each.code for each in run.heredocs)


def is_told(name: str, text: str) -> bool:
    """Whether a line of a file tells to give the variable to the build as an argument."""
    told = re.compile(r"build[-_ ]?arg", re.IGNORECASE)
    return any(told.search(line) and mentions(name, line) for line in text.split("\n"))


def teller(facts: Facts, name: str) -> str:
    """The file of the tree, or of the build context, that gives the variable to the build; empty for none."""
    passed = facts.surroundings.passed
    if passed is not None and (file := passed(name)) is not None:
        return file
    evidence = facts.surroundings.evidence
    if evidence is None:
        return ""
    for path in (*_SPECIFICATIONS, *_CALLERS):
        text = evidence.text(path, level_is_safe=False) or ""
        if is_told(name, text) or (path in _SPECIFICATIONS and mentions(name, text)):
            return path
    return ""


def may_read(facts: Facts, run: Run) -> bool:
    """Whether a RUN that does not name a variable may run a program that reads it all the same."""
    script = script_of(run, facts.tree.escape)
    if script is None or not has_posix_shell(facts, run):
        return True
    return not all(map(_is_plain, script.commands))


def _is_plain(command: Command) -> bool:
    if command.name is None:
        return True  # assignments alone
    written = words_of(command)
    if written[0] == "command" and written[1:2] in {("-v",), ("-V",)}:
        return True
    words = unwrapped(written)
    name = posixpath.basename(words[0])
    if name in {"set", "export"}:
        return len(words) > 1 and "-p" not in words  # by themselves they show all variables
    if name == "find":
        return not any(word.startswith(("-exec", "-ok")) for word in words)
    return name in _PLAIN and ("/" not in words[0] or bool(_SYSTEM.match(words[0])))


def is_reader(facts: Facts, run: Run, name: str) -> bool:
    """Whether a RUN calls a program that is known to read a variable of that name."""
    script = script_of(run, facts.tree.escape)
    return script is not None and any(
        names.fullmatch(name) and base_name(each) in programs
        for names, programs in _READERS
        for each in script.commands
    )


def sets(script: ShellScript, name: str) -> bool:
    """Whether a script gives the variable another value, or takes it away."""
    for each in script.commands:
        if each.name is None and any(one.name == name for one in each.assignments):
            return True
        if base_name(each) in {
            "export",
            "readonly",
            "declare",
            "typeset",
            "local",
            "read",
            "unset",
        }:
            words = (word.text.partition("=")[0] for word in each.arguments)
            if name in words:
                return True
    return re.search(rf"\b(?:for|select)[ \t]+{re.escape(name)}\b", script.cooked) is not None


def tells_unset(text: str, name: str) -> bool:
    """Whether a script makes a difference between a variable that is empty and one that is not set."""
    found = (
        rf"\$\{{{re.escape(name)}[-+?=]|-v[ \t]+[\"']?{re.escape(name)}\b|nounset|\bset[ \t]+-\w*u"
    )
    return re.search(found, text) is not None


def assigned(script: ShellScript) -> Iterable[str]:
    """The variables that a script gives a value, by all that looks like it."""
    return re.findall(r"(?<![\w$])([A-Za-z_]\w*)=", script.cooked)


def is_unquoted(script: ShellScript, name: str) -> bool:
    """Whether a command has the variable outside of double quotes, where the shell splits its value."""
    words = [
        word
        for each in script.commands
        for word in (each.name, *each.arguments, *(one.target for one in each.redirects))
    ]
    return any(word is not None and _is_bare(word.text, name) for word in words)


def _is_bare(text: str, name: str) -> bool:
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and quote != "'":
            at += 1
        elif char in "\"'" and quote in {"", char}:
            quote = "" if quote else char
        elif char == "$" and not quote and expands(name, text[at : at + len(name) + 4]):
            return True
        at += 1
    return False


def resembling(name: str, others: Iterable[str]) -> str:
    """A variable whose name may be taken for a better spelling of this one; empty for none.

    As ShellCheck measures it (SC2153): up to two letters differ.
    """
    for other in others:
        near = other != name and abs(len(other) - len(name)) <= 2
        if near and _distance(name.upper(), other.upper()) <= 2:
            return other
    return ""


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, start=1):
        above, row[0] = row[0], at
        for column, mark in enumerate(other, start=1):
            above, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, above + (char != mark)),
            )
    return row[-1]
