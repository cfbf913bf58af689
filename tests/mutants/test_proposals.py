"""Fixers that raise, never rest, propose what is no proposal, or more than a machine can hold.

They are an error of the file, which comes back as it was: what their other proposals are worth is not
known. A change that is merely too large is turned down like any other.
"""

import time
import tracemalloc

import pytest

from dfix import (
    Change,
    Cmd,
    Comment,
    EmptyLine,
    Expose,
    Fixer,
    Insert,
    Leaf,
    Level,
    Onbuild,
    Refusal,
    Remove,
    Request,
    Run,
    ShellForm,
    User,
    Word,
    fix_bytes,
)
from dfix.engine import Result
from tests.mutants.harness import Mutant, Mutants, fault, reject, run, text_of

FAULTS = Mutants()
REFUSED = Mutants()


@FAULTS.add("internal error in wrong: KeyError: 'x'")
def raises(self: Fixer, node: Cmd) -> None:
    raise KeyError("x")


@FAULTS.add("internal error in wrong: RecursionError")
def recurses(self: Fixer, node: Cmd) -> None:
    recurses(self, node)


@FAULTS.add("internal error in wrong: SystemExit: 3")
def leaves(self: Fixer, node: Cmd) -> None:
    raise SystemExit(3)


@FAULTS.add("internal error in wrong: AssertionError: first second")
def raises_over_two_lines(self: Fixer, node: Cmd) -> None:
    raise AssertionError("first\n second")


@FAULTS.add("internal error in wrong: RuntimeError: not today", __init__=lambda self, facts: _no())
def cannot_be_made(self: Fixer, node: Cmd) -> None:
    raise AssertionError("it was made")


def _no() -> None:
    raise RuntimeError("not today")


@FAULTS.add("internal error in wrong: proposals are a NoneType")
def takes_its_proposals_back(self: Fixer, node: Cmd) -> None:
    self.proposals = None  # type: ignore[assignment]


@FAULTS.add("internal error in wrong: a str is no proposal")
def proposes_a_text(self: Fixer, node: Cmd) -> None:
    self.proposals.append("USER app")  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: level is a str")
def has_a_level_of_its_own(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Remove()}, level="safe")  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: message is a bytes")
def tells_bytes(self: Fixer, node: Cmd) -> None:
    self.refuse(node, "why", message=b"x")  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: reason is a int")
def has_a_number_as_its_reason(self: Fixer, node: Cmd) -> None:
    self.refuse(node, 5)  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: node is a str")
def reports_a_text(self: Fixer, node: Cmd) -> None:
    self.fix("CMD", {node: Remove()})  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: it reports a node that the tree does not have")
def reports_a_node_of_another_tree(self: Fixer, node: Cmd) -> None:
    self.fix(Cmd(), {node: Remove()})


@FAULTS.add("internal error in wrong: it reports a node that the tree does not have")
def refuses_a_node_of_another_tree(self: Fixer, node: Cmd) -> None:
    self.refuse(Word(text="x"), "why")


@FAULTS.add("internal error in wrong: changes is a list")
def gives_a_list(self: Fixer, node: Cmd) -> None:
    self.fix(node, [node])  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: it changes a str")
def changes_a_text(self: Fixer, node: Cmd) -> None:
    self.fix(node, {"CMD": Remove()})  # type: ignore[dict-item]


@FAULTS.add("internal error in wrong: a node cannot become a str")
def gives_a_text_for_a_node(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node.end: "\n"})  # type: ignore[dict-item]


@FAULTS.add("internal error in wrong: only instructions can be inserted")
def inserts_a_line(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Insert(above=(EmptyLine(),))})  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: expects is a list")
def announces_a_list(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Remove()}, expects=[])  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: it announces a str")
def announces_a_text(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Remove()}, expects=("config.cmd",))  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: ZeroDivisionError")
def cannot_tell_what_it_announces(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Remove()}, expects=lambda: (Change(1 // 0, "config.cmd", None, None),))


@FAULTS.add("internal error in wrong: expects is a list")
def tells_a_list_later(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Remove()}, expects=list)  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: a proposal of something that is no fixer")
def speaks_for_nobody(self: Fixer, node: Cmd) -> None:
    self.proposals.append(Refusal(Run, Level.SAFE, "x", node, "y"))  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: TypeError")
def writes_a_number(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: node.with_changes(command=ShellForm(text=5))})  # type: ignore[arg-type]


@FAULTS.add("internal error in wrong: AttributeError")
def writes_a_text_for_words(self: Fixer, node: Expose) -> None:
    self.fix(node, {node: node.with_changes(words="80")})


@FAULTS.add("internal error in wrong: RecursionError")
def nests_without_end(self: Fixer, node: Onbuild) -> None:
    nested = node
    for _ in range(5_000):
        nested = Onbuild(instruction=nested)
    self.fix(node, {node: nested})


@FAULTS.add("the fixers go round in a circle")
def goes_in_circles(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node.end: node.end.with_changes(prefix="" if node.end.prefix else " ")})


@FAULTS.add("the fixers go round in a circle")
def goes_in_circles_of_three(self: Fixer, node: Cmd) -> None:
    prefix = {"": " ", " ": "\t", "\t": ""}[node.end.prefix]
    self.fix(node, {node.end: node.end.with_changes(prefix=prefix)})


@FAULTS.add("the fixers do not come to rest", b"FROM a\nenv B c\nCMD d\n")
def grows_for_ever(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node.end: node.end.with_changes(prefix=node.end.prefix + " ")})


@FAULTS.add("the fixers do not come to rest")
def doubles_for_ever(self: Fixer, node: Cmd) -> None:
    """Each step is in proportion to the one before; it is the file as it was read that counts."""
    lines = (Comment(text="# " + "x" * 1000), *node.leading_lines)
    self.fix(node, {node: node.with_changes(leading_lines=lines * 2)})


@REFUSED.add("the result is out of all proportion")
def makes_a_gigabyte(self: Fixer, node: Cmd) -> None:
    line = Comment(text="# " + "x" * 60_000)
    self.fix(node, {node: node.with_changes(leading_lines=(line,) * 17_000)})


@REFUSED.add("the result is out of all proportion")
def makes_a_gigabyte_in_one_line(self: Fixer, node: User) -> None:
    leaf = Leaf("", "x" * 1_000_000)
    self.fix(node, {node: node.with_changes(flags=(leaf,) * 1_000)})


@REFUSED.add("65,535")
def makes_a_long_line(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: node.with_changes(leading_lines=(Comment(text="#" + "x" * 65_536),))})


@REFUSED.add("a command would be longer than one argument may be")
def makes_a_long_command(self: Fixer, node: Run) -> None:
    if text_of(node) == "touch z":
        text = " \\\n".join(["touch z", *(["x" * 60_000] * 3)])
        self.fix(node, {node: node.with_changes(command=ShellForm(text=text))})


@REFUSED.add("a change names a node that the tree does not have")
def changes_a_node_of_another_tree(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Remove(), Cmd(): Remove()})


@REFUSED.add("an instruction cannot become a Word")
def makes_a_word_of_an_instruction(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Word(text="x")})


@REFUSED.add("two changes to one place")
def proposes_one_place_twice(self: Fixer, node: Cmd) -> None:
    class Double(dict[object, object]):
        def __len__(self) -> int:
            return 2

    self.fix(node, Double({node: Remove()}))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_fixer_is_an_error_of_the_file(name: str) -> None:
    fault(FAULTS[name])


def test_a_machine_without_memory_is_no_fault_of_a_fixer() -> None:
    """Who runs the fixers is told: it may be that less at once is enough."""
    mutants = Mutants()

    @mutants.add("")
    def asks_for_all_memory(self: Fixer, node: Cmd) -> None:
        bytearray(1 << 62)

    for beside in (False, True):
        with pytest.raises(MemoryError):
            run(mutants["asks_for_all_memory"], beside=beside)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_too_much_is_turned_down(name: str) -> None:
    reject(REFUSED[name])


@pytest.mark.parametrize("name", ["makes_a_gigabyte", "makes_a_gigabyte_in_one_line"])
def test_what_is_too_much_is_never_written_down(name: str) -> None:
    """A hundred megabytes and some seconds are plenty for what would fill a machine."""
    mutant = REFUSED[name]
    tracemalloc.start()
    begin = time.process_time()
    try:
        run(mutant, beside=False)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 100 * 1024**2
    assert time.process_time() - begin < 20


def test_an_interrupt_is_not_held_up() -> None:
    def is_interrupted(self: Fixer, node: Cmd) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Mutant(is_interrupted, ""), beside=True)


def test_a_fault_of_one_fixer_costs_no_other_file() -> None:
    faulty = FAULTS["raises"].fixer()
    data = b"FROM a\nRUN b\n"
    assert fix_bytes(data, Request((faulty,))) == Result(data, data)
