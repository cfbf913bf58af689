"""A chain of commands as the lines of a here-document."""

import re
from collections.abc import Iterator, Sequence

from dfix import Run, ShellForm, regex
from dfix.facts.scripts import Command, ShellScript, Statement, read

#: A continuation as the builder reads it, empty lines behind it included.
_CONTINUATION = regex(r"\\[ \t]*\n(?:[ \t]*\n)*")
_COMMENT_LINE = regex(r"^[ \t]*(#.*)$", re.MULTILINE)
_NESTED = regex(r"\$\(|`|\$'|\$\{[^}]*[\"']")
_OPEN = regex(r"\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"|(['\"])", re.DOTALL)
_SPLIT_WORD = regex(r"[^ \t\n]\\\n[^ \t]")
_NAMES = ("EOF", "EOT", "END", "SCRIPT", "COMMANDS")
_SIMPLE = frozenset({"command", "assignment", "test"})
#: What sees or changes the shell's options, how it reads, or where it ends.
_STATEFUL = frozenset(
    """. alias builtin enable eval exec exit fc getopts return set shopt source suspend trap
    unalias""".split()
)
_STATE = regex(r"\$\{?(?:-|_\b|LINENO\b|SHELLOPTS\b|BASH_(?:COMMAND|EXECUTION_STRING)\b)")
_LONGEST = 100_000


class HeldBackError(Exception):
    """Why a chain stays as it is."""


def chain_objection(script: ShellScript) -> str | None:
    """What keeps the links of a chain from standing on lines of their own under `set -e`."""
    for at, link in enumerate(script.statements):
        if link.background or (at and link.operator != "&&"):
            return "the commands are not all joined by &&"
        parts = link.children if link.kind == "pipeline" else (link,)
        if any(part.kind not in _SIMPLE for part in parts):
            return f"under `set -e` a link that is no simple command ({link.kind}) fails otherwise"
    if script.comments:
        return "a comment stands behind a command"
    for command in script.commands:
        if reason := _command_objection(command):
            return reason
    if _STATE.search(script.cooked):
        return "the text looks at the shell's own state"
    if re.search(r"[<>]\(", script.cooked):
        return "a command is put in the place of a file"
    return None


def listing_objection(script: ShellScript) -> str | None:
    """Whether linters would ask for one redirection of many lines: three in a row to one file."""
    targets = [_appended(each) for each in script.statements]
    in_a_row = zip(targets, targets[1:], targets[2:], strict=False)
    if any(one is not None and one == two == three for one, two, three in in_a_row):
        return "three lines in a row would add to one file, which linters ask to group"
    return None


def _appended(link: Statement) -> str | None:
    """The file that a link adds to, as written."""
    last = link.children[-1] if link.kind == "pipeline" else link
    redirects = (
        *link.redirects,
        *last.redirects,
        *(last.command.redirects if last.command else ()),
    )
    targets = [each.target.text for each in redirects if each.operator == ">>" and each.target]
    return targets[-1] if targets else None


def _command_objection(command: Command) -> str | None:
    if any(each.body is not None or each.operator in {"<<", "<<-"} for each in command.redirects):
        return "a command reads a here-document"
    if command.name is None:
        return None
    name = command.name.value
    if name is None:
        return None if command.subshell else "the name of a command is not known"
    asks = name == "command" and command.words()[1:2] in (("-v",), ("-V",))
    if name in _STATEFUL or (name == "command" and not asks):
        return f"`{name}` acts on the shell that reads the lines"
    return None


def name_for(body: str) -> str:
    """The word that ends a here-document with that body."""
    lines = set(body.split("\n"))
    numbered = (f"EOF{number}" for number in range(1, len(lines) + 2))
    return next(each for each in (*_NAMES, *numbered) if each not in lines)


def body_of(run: Run, script: ShellScript, indent: str) -> str:
    """The lines of the here-document that does what the chain `script` of `run` does.

    Comments between the links stay where they are. Raises HeldBackError where a line would not
    mean the same to the shell, which joins lines otherwise than the builder.
    """
    form = run.command
    text = script.text
    lines = ["set -e"]
    if not isinstance(form, ShellForm) or run.end.prefix.strip():
        raise HeldBackError("the last line is continued")
    lines += _comments(form.prefix, "")
    done = 0
    for link in script.statements:
        lines += _comments(text[done : link.span.start], link.operator)
        lines.append(_on_lines(text[link.span.start : link.span.end], indent * 2))
        done = link.span.end
    lines += _comments(text[done:], "")
    body = "".join(f"{indent}{line}\n" for line in lines)
    if len(body.encode("utf-8", "surrogateescape")) > _LONGEST:
        raise HeldBackError("the text is too long for one argument")
    if not _is_same(script, read(ShellForm("", body), "")):
        raise HeldBackError("the shell would not read the lines as it reads the chain")
    return body


def _comments(gap: str, operator: str) -> Iterator[str]:
    """The comment lines that stand between two links."""
    if "\n" in gap:
        for found in _COMMENT_LINE.finditer(gap):
            if found[1].rstrip().endswith("\\"):
                raise HeldBackError("a comment ends in a continuation")
            yield found[1].rstrip()
        gap = _COMMENT_LINE.sub("", gap)
    if re.sub(r"\\[ \t]*$", "", gap, flags=re.MULTILINE).strip() != operator:
        raise HeldBackError("something stands between the commands")


def _on_lines(link: str, indent: str) -> str:
    """One link, its continuations as a shell reads them, what they continue at `indent`."""
    if "\n" not in link:
        return link
    if _COMMENT_LINE.search(link.partition("\n")[2]):
        raise HeldBackError("a comment stands between the words of a command")
    first, *others = _CONTINUATION.sub("\\\\\n", link).split("\n")
    nested = _NESTED.search(link)
    if nested and "'" in link:
        raise HeldBackError("a quoted text may go over several lines")
    quoted, before = nested is not None and '"' in link, first
    for line in others:
        quote = next((found[1] for found in _OPEN.finditer(before) if found[1]), "")
        if quote == "'":
            raise HeldBackError("a quoted text goes over several lines")
        quoted = quoted or bool(quote)
        before = f"{before}\n{line}"
    if quoted or _SPLIT_WORD.search("\n".join((first, *others))):
        return "\n".join((first, *others))
    outer = min((line[: len(line) - len(line.lstrip(" \t"))] for line in others), key=len)
    shared = all(line.startswith(outer) for line in others)
    return "\n".join(
        (first, *(indent + (line[len(outer) :] if shared else line.lstrip()) for line in others))
    )


def _is_same(chain: ShellScript, lines: ShellScript | None) -> bool:
    """Whether the lines behind the first have the same commands as the chain."""
    if lines is None or len(lines.statements) != len(chain.statements) + 1:
        return False
    return (
        all(each.operator in {"", "\n"} and not each.background for each in lines.statements)
        and [each.kind for each in lines.statements[1:]] == [each.kind for each in chain.statements]
        and [_words(each) for each in lines.commands[1:]]
        == [_words(each) for each in chain.commands]
        and not _ends_open(lines.text, lines.statements)
    )


def _ends_open(text: str, statements: Sequence[Statement]) -> bool:
    ends = (text[each.span.start : each.span.end] for each in statements)
    return any((len(each) - len(each.rstrip("\\"))) % 2 for each in ends)


def _words(command: Command) -> list[str]:
    words = [command.name, *command.arguments, *(each.value for each in command.assignments)]
    words += [each.target for each in command.redirects]
    signs = [f"{each.fd}{each.operator}" for each in command.redirects]
    signs += [f"{each.name}{each.operator}" for each in command.assignments]
    return [_CONTINUATION.sub("", each.text) for each in words if each is not None] + signs
