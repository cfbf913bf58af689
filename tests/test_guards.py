"""Deliberately wrong fixers: each must be turned down, for the right reason, and the rest applied."""

from collections.abc import Callable

import pytest

from dfix import (
    Add,
    Arg,
    Change,
    Cmd,
    Comment,
    Copy,
    EmptyLine,
    Env,
    Fixer,
    From,
    Insert,
    Label,
    Leaf,
    Level,
    Pair,
    Remove,
    Request,
    Result,
    Run,
    ShellForm,
    User,
    Word,
    fix_bytes,
)

FILE = b"""\
# syntax=docker/dockerfile:1
FROM debian:12
ENV A=1 B=2
# what it is
LABEL a="b c"
RUN cd /tmp && \\
    # a note
    touch f
RUN touch g
RUN set -e; true; false
COPY <<EOF /x
body
EOF
CMD ["sh"]
"""


def run_with(visit: Callable[..., None], data: bytes = FILE, *, also: bool = False) -> Result:
    """Runs one made-up fixer whose `visit_...` method for the class of `node` is `visit`."""
    kind = visit.__annotations__["node"].__name__

    class Wrong(Fixer):
        """A fixer that is wrong on purpose."""

        message = "wrong"
        level = Level.SAFE
        plan_paths = ("*",)

    class Right(Fixer):
        """A fixer that does something harmless."""

        message = "right"

        def visit_From(self, node: From) -> None:
            if node.end.prefix == "":
                self.fix(node, {node.end: node.end.with_changes(prefix=" ")})

    setattr(Wrong, f"visit_{kind}", visit)
    Wrong.name, Right.name = "wrong", "right"
    fixers: tuple[type[Fixer], ...] = (Wrong, Right) if also else (Wrong,)
    return fix_bytes(data, Request(fixers, Level.AGGRESSIVE))


def shell(node: Run) -> ShellForm:
    assert isinstance(node.command, ShellForm)
    return node.command


def drops_a_comment(self: Fixer, node: Label) -> None:
    self.fix(node, {node: node.with_changes(leading_lines=())})


def drops_a_comment_inside(self: Fixer, node: Run) -> None:
    if "# a note" in shell(node).text:
        text = shell(node).text.replace("    # a note\n", "")
        self.fix(node, {node: node.with_changes(command=ShellForm(text=text))})


def leaks_a_cd(self: Fixer, node: Run) -> None:
    if "touch g" in shell(node).text:
        runs = [each for each in self.facts.tree.instructions if isinstance(each, Run)]
        first = runs[runs.index(node) - 1]
        text = f"{shell(first).text} && touch g"
        self.fix(
            node,
            {first: first.with_changes(command=ShellForm(text=text)), node: Remove()},
            expects=(Change(0, "boundary", "RUN | RUN", None),),
        )


def hides_a_failure(self: Fixer, node: Run) -> None:
    if shell(node).text.startswith("set -e"):
        text = f"{shell(node).text} && true"
        self.fix(node, {node: node.with_changes(command=ShellForm(text=text))})


def loses_a_continuation(self: Fixer, node: Run) -> None:
    if "&& \\" in shell(node).text:
        text = shell(node).text.replace("&& \\\n", "&&\n")
        self.fix(node, {node: node.with_changes(command=ShellForm(text=text))})


def quotes_a_label(self: Fixer, node: Label) -> None:
    self.fix(node, {node: node.with_changes(pairs=(Pair(text="a='\"b c\"'"),))})


def reorders_env(self: Fixer, node: Env) -> None:
    self.fix(node, {node: node.with_changes(pairs=(Pair(text="A=$B"), Pair(text="B=2")))})


def touches_a_heredoc(self: Fixer, node: Copy) -> None:
    (heredoc,) = node.heredocs
    self.fix(node, {heredoc: heredoc.with_changes(body="other\n")})


def ends_a_heredoc_early(self: Fixer, node: Copy) -> None:
    (heredoc,) = node.heredocs
    self.fix(node, {heredoc: heredoc.with_changes(terminator="EOT\n")})


def adds_an_unknown_line(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Insert(below=(Run(keyword=Leaf("", "RUNN")),))})


def breaks_the_shell(self: Fixer, node: Run) -> None:
    if "touch g" in shell(node).text:
        text = f"{shell(node).text} && ("
        self.fix(node, {node: node.with_changes(command=ShellForm(text=text))})


def adds_a_user(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Insert(above=(User(argument=Word(text="app")),))})


def promises_too_much(self: Fixer, node: Cmd) -> None:
    end = node.end.with_changes(prefix=" ")
    self.fix(node, {node.end: end}, expects=(Change(0, "config.user", None, "x"),))


def changes_the_image(self: Fixer, node: From) -> None:
    self.fix(node, {node.words[0]: Word(text="debian:13")})


def hides_the_directive(self: Fixer, node: From) -> None:
    lines = tuple(EmptyLine() for _ in range(3))
    self.fix(node, {self.facts.tree.directives[0]: lines[0], node: node})


def makes_a_gigabyte(self: Fixer, node: Cmd) -> None:
    lines = tuple(Comment(text="# " + "x" * 60_000) for _ in range(200))
    self.fix(node, {node: node.with_changes(leading_lines=lines)})


def makes_a_long_line(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: node.with_changes(leading_lines=(Comment(text="#" + "x" * 65_536),))})


def changes_a_node_of_another_tree(self: Fixer, node: Cmd) -> None:
    self.fix(node, {Cmd(): Remove(), node: Remove()})


REJECTED = {
    drops_a_comment: "a comment would be lost",
    drops_a_comment_inside: "a comment would be lost",
    leaks_a_cd: "`cd` changes the shell",
    hides_a_failure: "the build would change otherwise than announced",
    loses_a_continuation: "does not read as it was meant",
    quotes_a_label: "config.labels",
    reorders_env: "env",
    touches_a_heredoc: "the build would change otherwise than announced",
    ends_a_heredoc_early: "does not read as it was meant",
    adds_an_unknown_line: "does not read as it was meant",
    breaks_the_shell: "shell syntax error",
    adds_a_user: "config.user",
    promises_too_much: "config.user",
    changes_the_image: "base",
    hides_the_directive: "does not have",
    makes_a_gigabyte: "out of all proportion",
    makes_a_long_line: "65,535",
    changes_a_node_of_another_tree: "does not have",
}


@pytest.mark.parametrize("visit", REJECTED, ids=lambda visit: visit.__name__)
def test_wrong_fix_is_refused(visit: Callable[..., None]) -> None:
    result = run_with(visit)
    assert result.after == FILE
    assert result.error is None
    refused = [each for each in result.findings if each.status == "refused"]
    assert refused
    assert any(REJECTED[visit] in (each.reason or "") for each in refused), refused


@pytest.mark.parametrize("visit", REJECTED, ids=lambda visit: visit.__name__)
def test_other_fixes_are_applied_all_the_same(visit: Callable[..., None]) -> None:
    result = run_with(visit, also=True)
    assert result.after == FILE.replace(b"FROM debian:12\n", b"FROM debian:12 \n")
    assert {each.status for each in result.findings if each.fixer == "right"} == {"fixed"}


def test_carriage_returns_are_kept() -> None:
    def writes_a_bare_line_feed(self: Fixer, node: Run) -> None:
        text = shell(node).text + " \\\n  && true"
        self.fix(node, {node: node.with_changes(command=ShellForm(text=text))})

    data = b"FROM debian:12\r\nRUN a\r\n"
    result = run_with(writes_a_bare_line_feed, data)
    assert result.after == data
    assert "carriage return" in (result.findings[0].reason or "")


def test_comment_that_would_become_a_directive_is_kept_from_the_head() -> None:
    def removes(self: Fixer, node: Arg) -> None:
        self.fix(node, {node: Remove(keep_lines=False)})

    data = b"ARG A\n# escape=`\nFROM debian:12\nRUN a\n"
    result = run_with(removes, data)
    assert result.after == data
    assert "directive" in (result.findings[0].reason or "")


def test_fixer_that_raises_is_an_error_of_the_file() -> None:
    def raises(self: Fixer, node: Cmd) -> None:
        raise KeyError("x")

    result = run_with(raises)
    assert result.after == FILE
    assert result.error is not None
    assert "internal error in wrong: KeyError" in result.error.message


def test_fixer_that_goes_in_circles_changes_nothing() -> None:
    def turns(self: Fixer, node: Cmd) -> None:
        prefix = "" if node.end.prefix else " "
        self.fix(node, {node.end: node.end.with_changes(prefix=prefix)})

    result = run_with(turns)
    assert result.after == FILE
    assert result.error is not None
    assert "circle" in result.error.message


def test_fixer_that_never_rests_changes_nothing() -> None:
    def grows(self: Fixer, node: Cmd) -> None:
        self.fix(node, {node.end: node.end.with_changes(prefix=node.end.prefix + " ")})

    result = run_with(grows)
    assert result.after == FILE
    assert result.error is not None
    assert "rest" in result.error.message


@pytest.mark.parametrize(
    "data",
    [
        b"RUN a\n",
        b"FROM a b\nRUN a\n",
        b"FROM a\nRUNN a\n",
        b"FROM a\nRUN a <<EOF\n",
        b"FROM a\nCOPY a\nRUN a\n",
        b"FROM a\nADD --nope a b\nRUN a\n",
    ],
)
def test_file_that_the_builder_refuses_gets_no_edit(data: bytes) -> None:
    def removes(self: Fixer, node: Run) -> None:
        self.fix(node, {node: Remove()})

    result = run_with(removes, data)
    assert result.after == data
    assert result.error is not None
    assert result.error.line


def test_file_that_asks_for_what_the_builder_does_not_do_is_a_note() -> None:
    def removes(self: Fixer, node: Run) -> None:
        self.fix(node, {node: Remove()})

    data = b"FROM a AS b\nCOPY --from=b x y\nRUN a\n"
    result = run_with(removes, data)
    assert result.after == data
    assert result.error is None
    assert "line 2: the builder would refuse this" in (result.note or "")


@pytest.mark.parametrize("data", [b"", b"# a\n", b"ARG A=1\n", b"\n\n"])
def test_file_without_a_stage_is_a_note(data: bytes) -> None:
    def removes(self: Fixer, node: Add) -> None:
        self.fix(node, {node: Remove()})

    result = run_with(removes, data)
    assert result.after == data
    assert result.error is None
    assert result.note


def test_a_fix_may_not_announce_what_its_fixer_has_no_business_with() -> None:
    class Bold(Fixer):
        """A fixer that changes more than its kind may."""

        level = Level.STANDARD
        plan_paths = ("effect",)

        def visit_User(self, node: User) -> None:
            new = node.with_changes(argument=Word(" ", "x"))
            if node.argument is not None and node.argument.text != "x":
                self.fix(node, {node: new}, expects=(Change(0, "config.user", "a", "x"),))

    Bold.name = "bold"
    text = b"FROM debian:12\nUSER a\n"
    result = fix_bytes(text, Request((Bold,), Level.AGGRESSIVE))
    assert result.after == text
    assert [each.reason for each in result.findings] == [
        "bold has no business with config.user of the plan"
    ]
    Bold.plan_paths = ("config.*",)
    assert fix_bytes(text, Request((Bold,), Level.AGGRESSIVE)).changed


def test_what_a_fix_announces_is_asked_for_where_it_is_applied() -> None:
    asked: list[str] = []

    class Slow(Fixer):
        """A fixer whose announcement takes long."""

        level = Level.STANDARD
        plan_paths = ("config.*",)

        def visit_User(self, node: User) -> None:
            def tell() -> tuple[Change, ...]:
                asked.append("")
                return (Change(0, "config.user", "a", "x"),)

            new = node.with_changes(argument=Word(" ", "x"))
            if node.argument is not None and node.argument.text != "x":
                self.fix(node, {node: new}, expects=tell)

    Slow.name = "slow"
    text = b"FROM debian:12\nUSER a\n"
    safe = fix_bytes(text, Request((Slow,), Level.SAFE))
    assert ([each.status for each in safe.findings], asked) == (["fixable"], [])
    result = fix_bytes(text, Request((Slow,), Level.STANDARD))
    assert (result.after, len(asked)) == (b"FROM debian:12\nUSER x\n", 1)
    assert [change.item for each in result.findings for change in each.changes] == ["config.user"]


def test_advice_is_a_finding_without_a_change() -> None:
    class Adviser(Fixer):
        """A rule that only reports."""

        message = "a user"

        def visit_User(self, node: User) -> None:
            self.advise(node, "think about it")

    Adviser.name = "adviser"
    result = fix_bytes(b"FROM debian:12\nUSER a\n", Request((Adviser,), Level.SAFE))
    (found,) = result.findings
    assert (found.status, found.reason, found.advice) == ("refused", "think about it", True)
