"""Package managers: how a RUN calls them, and what the fixers that edit such calls ask."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dfix import Facts, Instruction, Run, by_identity
from dfix.facts.packages import Call, Given, call_of, calls, is_unknown
from dfix.facts.scripts import Command, Redirect, ShellScript, Statement, Word
from dfix.facts.statements import statements_of

__all__ = [
    "Call",
    "Given",
    "Placed",
    "all_pipes_are_lost",
    "call_of",
    "calls",
    "earlier_text",
    "goes_on_without",
    "is_lost",
    "is_unknown",
    "last_flag",
    "placed",
]

#: What says that nothing is done in earnest, or not all of it.
_TRIES = {
    "apt": ("-s", "--simulate", "--just-print", "--dry-run", "--recon", "--no-act", "-d",
            "--download-only", "--print-uris", "-h", "--help", "-v", "--version"),
    "apk": ("-s", "--simulate", "-h", "--help", "-V", "--version"),
    "rpm": ("--assumeno", "--downloadonly", "-h", "--help", "--version"),
    "zypper": ("-D", "--dry-run", "-d", "--download-only", "-h", "--help", "-V", "--version"),
}  # fmt: skip


class Placed(Struct, frozen=True):
    """A call in its place: `link` is the member of the RUN's top-level list that holds it.

    `alone` tells that the call is all of the link. `fed` tells that it reads its standard input
    from a pipe, a file or a here-document, `read` that its output goes into one of these.
    `caught` tells that its failure decides what runs next: `||`, `!`, `if`. `lost` tells that
    without `set -e` its failure changes nothing, for something follows; `lost_strictly` that this is
    so with it, too; `piped` that without `pipefail` another command's success stands for its own.
    """

    call: Call
    link: Statement
    alone: bool
    fed: bool
    read: bool
    caught: bool
    lost: bool
    lost_strictly: bool
    piped: bool


def placed(script: ShellScript) -> Iterator[Placed]:
    """The calls of package managers in a script, in the order of the source."""
    for link, statement, state in _walk(script):
        command = statement.command
        call = None if command is None else call_of(command)
        if call is not None:
            redirects = call.command.redirects
            yield Placed(
                call,
                link,
                statement is link,
                state.fed or any(map(_feeds, redirects)),
                state.read or any(map(_keeps, redirects)),
                state.caught,
                state.lost,
                state.lost_strictly,
                state.piped,
            )


def tries_only(call: Call) -> bool:
    """Whether a call only pretends, downloads or explains."""
    return call.has_option(*_TRIES.get(call.tool.family, ()))


def is_lost(facts: Facts, run: Run, script: ShellScript, each: Placed) -> bool:
    """Whether the RUN goes on, or may succeed, after the failure of a call."""
    if each.lost_strictly:
        return True
    if not each.lost and not each.piped:
        return False
    links = statements_of(facts, run)
    if len(links) != len(script.statements):
        return True
    options = links[script.statements.index(each.link)].options
    return (each.lost and "errexit" not in options) or (each.piped and "pipefail" not in options)


def all_pipes_are_lost(facts: Facts, run: Run, script: ShellScript) -> bool:
    """Whether the RUN goes on, or may succeed, whatever the status of its pipes is."""
    lost = 0
    last = script.statements[-1]
    for link, statement, state in _walk(script):
        if statement.kind != "pipeline" or state.caught:
            continue
        if link is last and link.kind in {"for", "while"}:
            continue  # The last turn's status is the RUN's.
        lost += state.lost_strictly if _is_strict(facts, run, script, link) else state.lost
    return bool(script.pipelines) and lost == len(script.pipelines)


def goes_on_without(facts: Facts, run: Run, script: ShellScript, command: Command) -> bool:
    """Whether a RUN may go on, or succeed, where a command of it fails."""
    for link, statement, state in _walk(script):
        if statement.command == command:
            lost = state.lost_strictly if _is_strict(facts, run, script, link) else state.lost
            return lost or state.caught or state.piped or statement.background
    return True  # It stands in a substitution.


def _is_strict(facts: Facts, run: Run, script: ShellScript, link: Statement) -> bool:
    """Whether a member of the top-level list stands under `set -e`, or may do so."""
    links = statements_of(facts, run)
    return len(links) != len(script.statements) or (
        "errexit" in links[script.statements.index(link)].options
    )


def earlier_text(facts: Facts, instruction: Instruction) -> str:
    """What the lineage of an instruction says up to and including it, without comments above."""
    stage = facts.stages.holding(instruction)
    texts: list[str] = []
    for each in reversed(facts.stages.lineage(stage)) if stage is not None else ():
        for other in each.instructions:
            texts.append(other.with_changes(leading_lines=()).code)
            if other is instruction:
                break
    return "".join(texts)


def last_flag(script: ShellScript, call: Call) -> Word:
    """The word behind which a further flag goes: the sub-command, or the flags behind it.

    Flags on lines of their own, or among the operands, are passed by: the layout of a list stays.
    """
    words = call.words
    taken = {given.words[0]: given.words[-1] for given in call.after}
    at = words.index(call.verb) if call.verb is not None else 0
    while at + 1 < len(words) and words[at + 1] in taken:
        end = words.index(taken[words[at + 1]])
        if "\n" in script.text[words[at].span.end : words[end].span.start]:
            break
        at = end
    return words[at]


class _State(Struct, frozen=True):
    """What a statement stands under."""

    fed: bool = False
    read: bool = False
    caught: bool = False
    lost: bool = False
    lost_strictly: bool = False
    piped: bool = False
    #: Whether the shell looks past `set -e`: in front of an `&&`.
    lenient: bool = False


@by_identity(most=1024)
def _walk(script: ShellScript) -> Sequence[tuple[Statement, Statement, _State]]:
    """All statements, each with the top-level one that holds it."""
    return [
        (link, statement, inner)
        for link, state in _listed(script.statements, _State())
        for statement, inner in _below(link, state)
    ]


def _listed(statements: Sequence[Statement], state: _State) -> Iterator[tuple[Statement, _State]]:
    """The members of a list, each with what it stands under."""
    catching = chained = followed = False
    found: list[tuple[Statement, _State]] = []
    for each in reversed(statements):
        lenient = state.lenient or chained
        inner = replace(
            state,
            # Each member of an and-or list is caught by a `||` anywhere to its right.
            caught=state.caught or catching,
            lost=state.lost or followed,
            lost_strictly=state.lost_strictly
            or each.background
            or (lenient and (followed or state.lost)),
            lenient=lenient,
        )
        found.append((each, inner))
        catching = each.operator == "||" or (catching and each.operator == "&&")
        chained = each.operator in {"&&", "||"}
        # What begins without an operator begins a body of its own.
        followed = bool(each.operator) and (followed or not chained)
    return reversed(found)


def _below(statement: Statement, state: _State) -> Iterator[tuple[Statement, _State]]:
    state = replace(
        state,
        fed=state.fed or any(map(_feeds, statement.redirects)),
        read=state.read or any(map(_keeps, statement.redirects)),
        caught=state.caught or statement.kind == "negated",
    )
    yield statement, state
    for each in statement.condition:
        yield from _below(each, replace(state, caught=True))
    if statement.kind != "pipeline":
        if statement.kind in {"for", "while"}:
            state = replace(state, lost=True)  # Another turn may follow.
        for each, inner in _listed(statement.children, state):
            yield from _below(each, inner)
        return
    for at, each in enumerate(statement.children):
        ends = at == len(statement.children) - 1
        inner = replace(
            state,
            fed=state.fed or at > 0,
            read=state.read or not ends,
            piped=state.piped or not ends,
        )
        yield from _below(each, inner)


def _feeds(redirect: Redirect) -> bool:
    return redirect.operator.startswith("<")


def _keeps(redirect: Redirect) -> bool:
    """Whether output goes to a file that may be looked at."""
    target = redirect.target.value if redirect.target is not None else None
    return ">" in redirect.operator and target not in {"/dev/null", "1", "2", "&1", "&2"}
