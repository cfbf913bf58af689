"""What a change does to the text: comments, line ends, directives, the shape of the file."""

import pytest

from dfix import (
    Arg,
    Cmd,
    Comment,
    Copy,
    Env,
    Expose,
    Fixer,
    From,
    Insert,
    Label,
    Leaf,
    Pair,
    Remove,
    Run,
    ShellForm,
    Unknown,
    User,
    Word,
)
from dfix.nodes import End
from tests.mutants.harness import Mutants, reject, text_of, with_text

MUTANTS = Mutants()
LOST = "a comment would be lost"
SHAPE = "does not read as it was meant"


@MUTANTS.add(LOST)
def drops_a_comment_of_its_own_line(self: Fixer, node: User) -> None:
    self.fix(node, {node: node.with_changes(leading_lines=())})


@MUTANTS.add(LOST)
def rewrites_a_comment(self: Fixer, node: User) -> None:
    lines = (Comment(text="# set the servers up"),)
    self.fix(node, {node: node.with_changes(leading_lines=lines)})


@MUTANTS.add(LOST)
def removes_an_instruction_with_its_comment(self: Fixer, node: Env) -> None:
    if node.pairs[0].key == "A":
        self.fix(node, {node: Remove(keep_lines=False)})


@MUTANTS.add(LOST)
def drops_a_comment_within_a_continuation(self: Fixer, node: Run) -> None:
    if "# a note" in text_of(node):
        self.fix(node, {node: with_text(node, text_of(node).replace("    # a note\n", ""))})


@MUTANTS.add(LOST)
def drops_a_comment_at_the_end_of_a_command(self: Fixer, node: Run) -> None:
    if "# at the end" in text_of(node):
        self.fix(node, {node: with_text(node, "touch g")})


@MUTANTS.add(LOST)
def drops_a_comment_in_backquotes(self: Fixer, node: Run) -> None:
    if "`# in between`" in text_of(node):
        self.fix(node, {node: with_text(node, "touch h && touch i")})


@MUTANTS.add(LOST)
def drops_a_comment_in_a_heredoc(self: Fixer, node: Run) -> None:
    if node.heredocs:
        self.fix(node, {node.heredocs[0]: node.heredocs[0].with_changes(body="touch k\n")})


@MUTANTS.add("the build would change otherwise than announced")
def touches_a_heredoc(self: Fixer, node: Run) -> None:
    if node.heredocs:
        body = node.heredocs[0].body.replace("touch k", "touch  k")
        self.fix(node, {node.heredocs[0]: node.heredocs[0].with_changes(body=body)})


@MUTANTS.add("the build would change otherwise than announced")
def touches_a_heredoc_of_copy(self: Fixer, node: Copy) -> None:
    if node.heredocs:
        body = node.heredocs[0].body.replace("body $A", "body ${A}")
        self.fix(node, {node.heredocs[0]: node.heredocs[0].with_changes(body=body)})


@MUTANTS.add(SHAPE)
def ends_a_heredoc_nowhere(self: Fixer, node: Copy) -> None:
    if node.heredocs:
        self.fix(node, {node.heredocs[0]: node.heredocs[0].with_changes(terminator="EOS\n")})


@MUTANTS.add(SHAPE)
def ends_a_heredoc_early(self: Fixer, node: Copy) -> None:
    if node.heredocs:
        body = "body $A\nEOF\n# no comment\n"
        self.fix(node, {node.heredocs[0]: node.heredocs[0].with_changes(body=body)})


@MUTANTS.add("the builder would refuse the result")
def quotes_half(self: Fixer, node: Label) -> None:
    if node.pairs[0].key == "x":
        self.fix(node, {node.pairs[0]: Pair(text='x="b c')})


@MUTANTS.add(SHAPE)
def loses_a_continuation(self: Fixer, node: Run) -> None:
    if "&& \\" in text_of(node):
        self.fix(node, {node: with_text(node, text_of(node).replace("&& \\\n", "&&\n"))})


@MUTANTS.add(SHAPE)
def swallows_the_next_instruction(self: Fixer, node: Expose) -> None:
    self.fix(node, {node.end: End(" \\", "\n")})


@MUTANTS.add(SHAPE)
def writes_two_instructions_as_one(self: Fixer, node: Expose) -> None:
    self.fix(node, {node.words[0]: Word(text="80\nEXPOSE 81")})


@MUTANTS.add(SHAPE)
def writes_an_unknown_instruction(self: Fixer, node: Expose) -> None:
    self.fix(node, {node: node.with_changes(keyword=Leaf("", "EXPOSES"))})


@MUTANTS.add("has an unknown instruction")
def makes_an_unknown_instruction(self: Fixer, node: Expose) -> None:
    self.fix(node, {node: Insert(below=(Unknown(keyword=Leaf("", "RUNN")),))})


@MUTANTS.add("shell syntax error")
def breaks_the_shell(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("set -e"):
        self.fix(node, {node: with_text(node, text_of(node) + " && (")})


@MUTANTS.add("shell syntax error")
def breaks_the_shell_of_a_command(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: node.with_changes(command=ShellForm(text="-c 'true"))})


@MUTANTS.add("the builder would refuse the result")
def empties_an_instruction(self: Fixer, node: Expose) -> None:
    self.fix(node, {node: node.with_changes(words=())})


@MUTANTS.add("a parser directive would come, go or change")
def changes_the_syntax(self: Fixer, node: From) -> None:
    head = self.facts.tree.instructions[0]
    if node is self.facts.tree.stages[0].start:
        lines = (Comment(text="# syntax=docker/dockerfile:labs\n# what it is built from"),)
        self.fix(node, {head: head.with_changes(leading_lines=lines), node: node.with_changes()})


@MUTANTS.add("a change names a node that the tree does not have")
def takes_the_directive_away(self: Fixer, node: Arg) -> None:
    if node is self.facts.tree.instructions[0]:
        self.fix(node, {self.facts.tree.directives[0]: Remove(), node: node.with_changes()})


@MUTANTS.add(
    "a parser directive would come, go or change",
    b"ARG A\n# check=skip=all\nFROM a\nenv B c\nRUN b\n",
)
def makes_a_comment_a_directive(self: Fixer, node: Arg) -> None:
    self.fix(node, {node: Remove()})


@MUTANTS.add("a parser directive would come, go or change", b"FROM a\nenv B c\nRUN b\n")
def sets_the_escape_character(self: Fixer, node: From) -> None:
    self.fix(node, {node: node.with_changes(leading_lines=(Comment(text="# escape=`"),))})


@MUTANTS.add(
    "a line end would lose its carriage return", b"FROM a\r\nenv B c\r\nRUN b\r\nUSER c\r\n"
)
def writes_a_bare_line_feed(self: Fixer, node: Run) -> None:
    self.fix(node, {node: with_text(node, "b \\\n  c")})


@MUTANTS.add("a line end would gain a carriage return", b"FROM a\nenv B c\nRUN b\nUSER c\n")
def writes_a_carriage_return(self: Fixer, node: Run) -> None:
    self.fix(node, {node.end: End("", "\r\n")})


@MUTANTS.add(
    "a change names a node that the tree does not have",
    b"\xef\xbb\xbfFROM a\nenv B c\nRUN b\n",
)
def drops_the_byte_order_mark(self: Fixer, node: From) -> None:
    mark = self.facts.tree.mark
    assert mark is not None
    self.fix(node, {mark: Remove(), node.end: node.end.with_changes(prefix=" ")})


@MUTANTS.add("no file can hold")
def writes_half_a_character(self: Fixer, node: User) -> None:
    lines = (*node.leading_lines, Comment(text="# \ud800"))
    self.fix(node, {node: node.with_changes(leading_lines=lines)})


@MUTANTS.add("no file can hold")
def writes_a_character_byte_by_byte(self: Fixer, node: User) -> None:
    """Each stands for a byte that is no UTF-8; side by side in a file they are a letter."""
    lines = (*node.leading_lines, Comment(text="# \udcc3\udca9"))
    self.fix(node, {node: node.with_changes(leading_lines=lines)})


@MUTANTS.add("the byte-order mark would change", b"FROM a\nenv B c\nRUN b\n")
def writes_a_byte_order_mark(self: Fixer, node: From) -> None:
    self.fix(node, {node: node.with_changes(keyword=Leaf("", "\ufeffFROM"))})


@MUTANTS.add("changes nothing")
def changes_nothing(self: Fixer, node: User) -> None:
    self.fix(node, {node: node.with_changes()})


@MUTANTS.add("changes nothing")
def proposes_no_change(self: Fixer, node: User) -> None:
    self.fix(node, {})


@MUTANTS.add("does not touch what it reports")
def reports_another_line_than_it_changes(self: Fixer, node: User) -> None:
    for each in self.facts.tree.instructions:
        if isinstance(each, Expose):
            self.fix(node, {each.end: each.end.with_changes(prefix=each.end.prefix + " ")})


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_text_is_turned_down(name: str) -> None:
    reject(MUTANTS[name])
