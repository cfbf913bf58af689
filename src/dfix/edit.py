"""Changing a tree: replacing, removing and inserting nodes, all else byte for byte as it was."""

from collections.abc import Mapping

from msgspec import Struct

from dfix.nodes import (
    Comment,
    Dockerfile,
    EmptyLine,
    End,
    Heredoc,
    Instruction,
    Leaf,
    Line,
    Node,
    Onbuild,
)


class Remove(Struct, frozen=True):
    """Takes an instruction or a leaf out. With `keep_lines` the comments above it stay."""

    keep_lines: bool = True


class Insert(Struct, frozen=True):
    """Puts instructions around one that may change as well; `node` None leaves it as it is."""

    above: tuple[Instruction, ...] = ()
    node: Instruction | None = None
    below: tuple[Instruction, ...] = ()


Replacement = Node | Remove | Insert
Changes = Mapping[Node, Replacement]


def apply(tree: Dockerfile, changes: Changes) -> Dockerfile:
    """The tree with `changes` made.

    Raises ValueError for a change to a node that is not in the tree, or an Insert or a Remove where
    that makes no sense: a fix is applied whole or not at all.
    """
    left = set(changes)
    lower = all(each.keyword.text.islower() for each in tree.instructions)

    def cased(new: Instruction) -> Instruction:
        """A new instruction with its keyword as the file writes keywords."""
        return new.with_changes(keyword=Leaf("", new.word.lower())) if lower else new

    instructions: list[Instruction] = []
    kept: tuple[Line, ...] = ()
    gap: tuple[Line, ...] = ()
    for old in tree.instructions:
        change = changes.get(old)
        left.discard(old)
        above: tuple[Instruction, ...] = ()
        below: tuple[Instruction, ...] = ()
        if isinstance(change, Remove):
            if change.keep_lines and any(isinstance(line, Comment) for line in old.leading_lines):
                kept += old.leading_lines
            elif change.keep_lines:
                gap = gap or old.leading_lines
            continue
        if isinstance(change, Insert):
            above, below = change.above, change.below
            change = change.node
        if change is None:
            new = _rebuilt(old, changes, left) if left else old
        elif isinstance(change, Instruction):
            new = change
        else:
            raise ValueError(f"an instruction cannot become a {type(change).__name__}")
        batch = [*map(cased, above), new, *map(cased, below)]
        if kept:
            batch[0] = batch[0].with_changes(leading_lines=kept + batch[0].leading_lines)
            kept = ()
        elif gap and not batch[0].leading_lines:
            batch[0] = batch[0].with_changes(leading_lines=gap)  # paragraphs stay apart
        gap = ()
        instructions.extend(batch)
    if left:
        raise ValueError("a change names a node that the tree does not have")
    footer = _footer(tree, kept)
    return tree.with_changes(instructions=_ended(tree, instructions, bool(footer)), footer=footer)


def _footer(tree: Dockerfile, kept: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines below the last instruction, with `kept` on top: those above a removed one."""
    if tree.footer or not kept:
        return kept + tree.footer
    while isinstance(kept[-1], EmptyLine):
        kept = kept[:-1]
    return kept if _is_ended(tree) else (*kept[:-1], kept[-1].with_changes(newline=""))


def _rebuilt(instruction: Instruction, changes: Changes, left: set[Node]) -> Instruction:
    """`instruction` with the changes below it; itself where there are none."""
    rebuilt = _rebuilt_node(instruction, changes, left)
    if not isinstance(rebuilt, Instruction):
        raise ValueError("an instruction was replaced by something else")
    return rebuilt


def _rebuilt_node(node: Node, changes: Changes, left: set[Node]) -> Node:
    fields: dict[str, object] = {}
    for name in node.parts:
        value = getattr(node, name)
        if isinstance(value, tuple):
            new: list[Node] = []
            for child in value:
                changed = _changed(child, changes, left)
                if changed is not None:
                    new.append(changed)
            if len(new) != len(value) or any(a is not b for a, b in zip(new, value, strict=True)):
                fields[name] = tuple(new)
        elif value is not None:
            changed = _changed(value, changes, left)
            if changed is not value:
                fields[name] = changed
    return node.with_changes(**fields) if fields else node


def _changed(child: Node, changes: Changes, left: set[Node]) -> Node | None:
    change = changes.get(child)
    if change is None:
        return _rebuilt_node(child, changes, left)
    left.discard(child)
    if isinstance(change, Remove):
        return None
    if isinstance(change, Insert):
        raise ValueError("only instructions can be inserted")
    return change


def _is_ended(tree: Dockerfile) -> bool:
    """Whether the file's last line has a line end."""
    return tree.text.endswith("\n")


def _ended(
    tree: Dockerfile, instructions: list[Instruction], followed: bool
) -> tuple[Instruction, ...]:
    """The instructions with their line ends right: all but the file's last line have one.

    The file's last line keeps having one or not, as it was.
    """
    last = len(instructions) - 1
    ended = [
        _with_line_end(tree, each, tree.newline)
        if _line_end(each) == "" and (at < last or followed)
        else each
        for at, each in enumerate(instructions)
    ]
    if ended and not followed and not _is_ended(tree) and _line_end(ended[last]) != "":
        ended[last] = _with_line_end(tree, ended[last], "")
    return tuple(ended)


def _line_end(instruction: Instruction) -> str | None:
    """What ends the last line of an instruction; None for "as the file has it"."""
    inner = _innermost(instruction)
    if inner.heredocs:
        return "\n" if inner.heredocs[-1].terminator.endswith("\n") else ""
    return inner.end.text


def _innermost(instruction: Instruction) -> Instruction:
    while isinstance(instruction, Onbuild) and instruction.instruction is not None:
        instruction = instruction.instruction
    return instruction


def _with_line_end(tree: Dockerfile, instruction: Instruction, text: str) -> Instruction:
    if isinstance(instruction, Onbuild) and instruction.instruction is not None:
        inner = _with_line_end(tree, instruction.instruction, text)
        return instruction.with_changes(instruction=inner)
    if instruction.heredocs:
        *others, final = instruction.heredocs
        ended = final.terminator.rstrip("\r\n") + text
        whole: tuple[Heredoc, ...] = (*others, final.with_changes(terminator=ended))
        return instruction.with_changes(heredocs=whole)
    # A continuation that the end of the file cut off would take hold of the next line.
    blanks, _, swallowed = instruction.end.prefix.partition(tree.escape)
    prefix = instruction.end.prefix if swallowed.strip() else blanks
    return instruction.with_changes(end=End(prefix, text))
