"""What the builder refuses of one instruction by itself, whatever the rest of the file is.

Sources: BuildKit's `frontend/dockerfile/instructions` and `frontend/dockerfile/dockerfile2llb`
(https://github.com/moby/buildkit).
"""

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from dfix import check_values as values
from dfix import nodes, words
from dfix.check_syntax import (
    check_array,
    check_contents,
    check_flags,
    check_heredocs,
    check_pairs,
    check_paths,
    check_word,
    is_plain,
    literal,
    malformed,
    unbuildable,
    variables,
)
from dfix.nodes import ExecForm, Instruction, ShellForm


class Lender(Struct, frozen=True):
    """What `COPY --from` and `RUN --mount=from=` take files from: a stage or an image.

    COPY may also name a stage by its number.
    """

    name: str
    by_number: bool


Lenders = tuple[Lender, ...]


def check_instruction(node: Instruction, escape: str) -> Lenders:
    """What an instruction takes files from. Raises Refused where the builder would.

    Of FROM and ONBUILD the flags alone are looked at.
    """
    kind = type(node)
    if node.flags and kind not in _FLAGS_UNREAD:
        check_flags(node)
    check = _CHECKS.get(kind)
    return check(node, escape) if check is not None else ()


def _run(node: nodes.Run, escape: str) -> Lenders:
    command = node.command
    if isinstance(command, ShellForm):
        check_array(command.value)
    elif command is not None and not command.elements:
        unbuildable("RUN has an empty array for a command")
    if node.heredocs:
        check_heredocs(node)
    return _run_flags(node, escape) if node.flags else ()


_NETWORKS = frozenset({"default", "none", "host"})
_SECURITY = frozenset({"sandbox", "insecure"})


def _run_flags(node: nodes.Run, escape: str) -> Lenders:
    lenders: list[Lender] = []
    for flag in node.flags:
        argument = flag.argument
        if argument is None:
            continue
        if flag.name == "mount":
            source = values.mount_source(argument)
            if source and re.search(r"\$.", source):
                unbuildable("--mount=from does not take variables")
            _unless_fine(values.mount_fault(argument, lambda value: literal(value, escape)))
            if source:
                lenders.append(Lender(source, by_number=False))
        elif flag.name == "network" and argument not in _NETWORKS:
            unbuildable(f'there is no network "{argument}"')
        elif flag.name == "security" and argument not in _SECURITY:
            unbuildable(f'there is no security "{argument}"')
    return tuple(lenders)


def _command(node: nodes.CommandInstruction, _: str) -> Lenders:
    if isinstance(node.command, ShellForm):
        check_array(node.command.value)
    return ()


def _shell(node: nodes.Shell, escape: str) -> Lenders:
    _command(node, escape)
    if not isinstance(node.command, ExecForm):
        malformed("SHELL needs a JSON array of strings")
    if not node.command.elements:
        unbuildable("SHELL needs a command")
    return ()


def _healthcheck(node: nodes.Healthcheck, escape: str) -> Lenders:
    _command(node, escape)
    command = node.command
    empty = command is None or (isinstance(command, ExecForm) and not command.elements)
    kind = node.kind.value.upper() if node.kind else ""
    if kind == "NONE":
        if not empty:
            unbuildable("HEALTHCHECK NONE takes nothing more")
        return ()
    check_flags(node)
    if kind != "CMD":
        unbuildable(f"HEALTHCHECK needs CMD or NONE, not {kind or 'nothing'}")
    if empty:
        unbuildable("HEALTHCHECK CMD needs a command")
    for flag in node.flags:
        if argument := flag.argument:
            counts = flag.name == "retries"
            fault = values.retries_fault if counts else values.duration_fault
            _unless_fine(fault(argument))
    return ()


def _transfer(node: nodes.Transfer, escape: str) -> Lenders:
    check_paths(node.paths)
    operands = node.operands
    if len(operands) < 2:
        malformed(f"{node.name} needs a source and a destination")
    if "<<" in operands[-1] and words.heredocs(operands[-1]):
        unbuildable(f"{node.name} has a heredoc for a destination")
    if node.heredocs:
        check_heredocs(node)
        check_contents(node)
    for operand in operands:
        check_word(operand, escape)
    if isinstance(node, nodes.Copy):
        for source in operands[:-1]:
            if ":" in source and values.is_remote(literal(source, escape) or ""):
                unbuildable(f"COPY does not fetch {source}; ADD does")
    return _transfer_flags(node, escape) if node.flags else ()


def _transfer_flags(node: nodes.Transfer, escape: str) -> Lenders:
    lenders: Lenders = ()
    for flag in node.flags:
        name, argument = flag.name, flag.argument
        if not argument or name == "exclude":
            continue
        value = literal(argument, escape)
        if name == "from":
            if value != argument:
                unbuildable("--from does not take variables")
            lenders = (Lender(argument, by_number=True),)
        elif value and name == "chmod":
            _unless_fine(values.mode_fault(value))
        elif value and name == "checksum":
            sources = [literal(source, escape) for source in node.sources]
            known = tuple(source for source in sources if source is not None)
            if len(known) == len(sources):
                _unless_fine(values.checksum_fault(value, known))
    return lenders


def _pairs(node: nodes.PairInstruction, escape: str) -> Lenders:
    if not node.pairs:
        malformed(f"{node.name} needs a name and a value")
    check_pairs(node)
    for pair in node.pairs:
        text = pair.value
        if text.startswith("="):
            unbuildable(f"{node.name} has a value without a name")
        if not is_plain(text):
            check_word(pair.key, escape)
            check_word(pair.assigned or "", escape)
    return ()


def _arguments(node: nodes.Arg, escape: str) -> Lenders:
    if not node.pairs:
        unbuildable("ARG needs a name")
    for pair in node.pairs:
        name, _, value = pair.value.partition("=")
        if not name:
            unbuildable("ARG has a value without a name")
        check_word(value, escape)
    return ()


def _expose(node: nodes.Expose, escape: str) -> Lenders:
    if not node.words:
        malformed("EXPOSE needs a port")
    for word in node.words:
        text = word.value
        if is_plain(text) and text.isascii():
            _unless_fine(values.port_fault(text))
        elif not variables(text, escape):
            for port in words.expand_words(text, {}, escape):
                _unless_fine(values.port_fault(port))
    return ()


def _volume(node: nodes.Volume, escape: str) -> Lenders:
    check_paths(node.words)
    operands = node.operands
    if not operands:
        malformed("VOLUME needs a path")
    for operand in operands:
        if not operand.strip() or literal(operand, escape) == "":
            unbuildable("VOLUME has an empty path")
    return ()


def _text(node: nodes.TextInstruction, escape: str) -> Lenders:
    if node.argument is None:
        malformed(f"{node.name} needs an argument")
    check_word(node.argument.value, escape)
    return ()


def _stop_signal(node: nodes.Stopsignal, escape: str) -> Lenders:
    _text(node, escape)
    signal = literal(node.value, escape)
    if signal is not None:
        _unless_fine(values.signal_fault(signal))
    return ()


def _maintainer(node: nodes.Maintainer, _: str) -> Lenders:
    if node.argument is None:
        unbuildable("MAINTAINER needs a name")
    return ()


def _unknown(node: nodes.Unknown, _: str) -> Lenders:
    malformed(f"unknown instruction: {node.keyword.value}")


def _unless_fine(fault: str | None) -> None:
    if fault is not None:
        unbuildable(fault)


#: The builder does not look at the flags of these, or not always.
_FLAGS_UNREAD = frozenset({nodes.Arg, nodes.Stopsignal, nodes.Healthcheck, nodes.Unknown})
_CHECKS: dict[type[Instruction], Callable[[Any, str], Lenders]] = {
    nodes.Run: _run,
    nodes.Cmd: _command,
    nodes.Entrypoint: _command,
    nodes.Shell: _shell,
    nodes.Healthcheck: _healthcheck,
    nodes.Copy: _transfer,
    nodes.Add: _transfer,
    nodes.Env: _pairs,
    nodes.Label: _pairs,
    nodes.Arg: _arguments,
    nodes.Expose: _expose,
    nodes.Volume: _volume,
    nodes.User: _text,
    nodes.Workdir: _text,
    nodes.Stopsignal: _stop_signal,
    nodes.Maintainer: _maintainer,
    nodes.Unknown: _unknown,
}
