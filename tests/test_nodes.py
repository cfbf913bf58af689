"""Nodes built by hand: they print valid text, and cannot be changed in place."""

from collections.abc import Iterator

import pytest
from msgspec import structs

from dfix import nodes
from dfix.nodes import (
    Add,
    Arg,
    Cmd,
    Comment,
    Copy,
    Directive,
    Dockerfile,
    Element,
    EmptyLine,
    End,
    Entrypoint,
    Env,
    ExecForm,
    Expose,
    Flag,
    From,
    Healthcheck,
    Heredoc,
    Instruction,
    Label,
    Leaf,
    Line,
    Maintainer,
    Node,
    Onbuild,
    Pair,
    Run,
    Shell,
    ShellForm,
    Stage,
    Stopsignal,
    Unknown,
    User,
    Volume,
    Word,
    Workdir,
    unquoted,
)
from dfix.parser import parse


def words(*texts: str) -> tuple[Word, ...]:
    return tuple(Word(text=text) for text in texts)


def pairs(*texts: str) -> tuple[Pair, ...]:
    return tuple(Pair(text=text) for text in texts)


BUILT: list[tuple[Instruction, str]] = [
    (From(words=words("a")), "FROM a\n"),
    (From(flags=(Flag(text="--platform=b"),), words=words("a", "AS", "c")), "FROM --platform=b a AS c\n"),
    (Run(command=ShellForm(text="a && b")), "RUN a && b\n"),
    (Run(command=ExecForm.of("a", "b c", '"\\')), 'RUN ["a", "b c", "\\"\\\\"]\n'),
    (Run(flags=(Flag(text="--mount=a"), Flag(text="--network=b")), command=ShellForm(text="c")), "RUN --mount=a --network=b c\n"),
    (Run(command=ShellForm(text="<<A"), heredocs=(Heredoc("A", "a\n", "A\n"),)), "RUN <<A\na\nA\n"),
    (Cmd(), "CMD\n"),
    (Cmd(command=ExecForm.of()), "CMD []\n"),
    (Cmd(command=ExecForm.of("é")), 'CMD ["é"]\n'),
    (Entrypoint(command=ShellForm(text="a")), "ENTRYPOINT a\n"),
    (Shell(command=ExecForm.of("a", "-c")), 'SHELL ["a", "-c"]\n'),
    (Healthcheck(kind=Word(text="NONE")), "HEALTHCHECK NONE\n"),
    (Healthcheck(flags=(Flag(text="--retries=1"),), kind=Word(text="CMD"), command=ExecForm.of("a")), 'HEALTHCHECK --retries=1 CMD ["a"]\n'),
    (Copy(paths=words("a", "b")), "COPY a b\n"),
    (Copy(flags=(Flag(text="--from=a"),), array=ExecForm.of("b c", "d")), 'COPY --from=a ["b c", "d"]\n'),
    (Copy(paths=words("<<A", "b"), heredocs=(Heredoc("A", "a\n", "A\n"),)), "COPY <<A b\na\nA\n"),
    (Add(paths=words("a", "b", "c")), "ADD a b c\n"),
    (Env(pairs=pairs("a=b", "c='d e'")), "ENV a=b c='d e'\n"),
    (Env(pairs=(Pair(text="a b=c", legacy=True),)), "ENV a b=c\n"),
    (Label(pairs=pairs("a=b")), "LABEL a=b\n"),
    (Arg(pairs=pairs("a", "b=c")), "ARG a b=c\n"),
    (Expose(words=words("80", "53/udp")), "EXPOSE 80 53/udp\n"),
    (Volume(words=words("/a", "/b")), "VOLUME /a /b\n"),
    (Volume(array=ExecForm.of("/a b")), 'VOLUME ["/a b"]\n'),
    (User(argument=Word(text="a:b")), "USER a:b\n"),
    (Workdir(argument=Word(text="/a b")), "WORKDIR /a b\n"),
    (Stopsignal(argument=Word(text="9")), "STOPSIGNAL 9\n"),
    (Maintainer(argument=Word(text="A <b>")), "MAINTAINER A <b>\n"),
    (Onbuild(instruction=Run(keyword=Leaf(" ", "RUN"), command=ShellForm(text="a")), end=End("", "")), "ONBUILD RUN a\n"),
    (Unknown(keyword=Leaf("", "RUM"), rest=Leaf(" ", "a")), "RUM a\n"),
]  # fmt: skip


BUILT_PARAMETERS = [
    pytest.param(node, text, id=f"{at}-{type(node).__name__}")
    for at, (node, text) in enumerate(BUILT)
]


def _classes(kind: type[Node]) -> Iterator[type[Node]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _classes(each)


# A dataclass with slots is made twice, and the first one is among the subclasses until it is collected.
ALL_CLASSES = sorted(
    {each.__name__ for each in _classes(Node) if each is getattr(nodes, each.__name__, None)}
)


def _shape(node: Node) -> list[tuple[str, object]]:
    return [(type(each).__name__, getattr(each, "text", None)) for each in node.walk()]


# ------------------------------------------------------------------------------------ printing


def test_every_instruction_is_built() -> None:
    concrete = {name for name in ALL_CLASSES if getattr(getattr(nodes, name), "word", "")}
    assert concrete | {"Unknown"} == {type(node).__name__ for node, _ in BUILT}


@pytest.mark.parametrize(("node", "text"), BUILT_PARAMETERS)
def test_built_by_hand_prints_and_reads_back(node: Instruction, text: str) -> None:
    assert node.code == text
    file = Dockerfile(instructions=(node,))
    assert file.text == text
    (again,) = parse(text).instructions
    assert type(again) is type(node)
    assert [shape[0] for shape in _shape(again)] == [shape[0] for shape in _shape(node)]
    assert again.code == text


@pytest.mark.parametrize(("node", "text"), BUILT_PARAMETERS)
def test_takes_the_line_ends_of_its_file(node: Instruction, text: str) -> None:
    windows = parse("FROM a\r\n" + "RUN b\r\n" * 5)
    file = windows.with_changes(instructions=(*windows.instructions, node))
    first, newline, heredocs = text.partition("\n")  # a heredoc's text has line ends of its own
    assert newline
    assert file.text == f"{windows.text}{first}\r\n{heredocs}"


@pytest.mark.parametrize(("node", "text"), BUILT_PARAMETERS)
def test_reads_back_in_a_backtick_file(node: Instruction, text: str) -> None:
    file = parse("# escape=`\nFROM a\n")
    edited = file.with_changes(instructions=(*file.instructions, node))
    again = parse(edited.code).instructions[-1]
    assert type(again) is type(node)
    if '"\\\\' not in text:  # JSON has its own escapes, whatever the file's
        assert again.code == text


def test_onbuild_takes_the_line_end_of_what_it_holds() -> None:
    inner = Run(keyword=Leaf(" ", "RUN"), command=ShellForm(text="a"))
    windows = parse("FROM a\r\n")
    file = windows.with_changes(
        instructions=(*windows.instructions, Onbuild(instruction=inner, end=End("", "")))
    )
    assert file.text == "FROM a\r\nONBUILD RUN a\r\n"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        pytest.param(EmptyLine(), "", id="empty"),
        pytest.param(EmptyLine(prefix=" \t"), " \t", id="blank"),
        pytest.param(Comment(text="# a"), "# a", id="comment"),
        pytest.param(Comment(prefix="  ", text="#"), "  #", id="indented-comment"),
    ],
)
def test_lines(line: Line, text: str) -> None:
    for newline in ("\n", "\r\n"):
        first = From(words=words("a"), end=End(text=newline))
        file = Dockerfile(
            instructions=(first, User(leading_lines=(line,), argument=Word(text="b")))
        )
        assert file.text == f"FROM a{newline}{text}{newline}USER b{newline}"
        assert [type(each) for each in parse(file.code).instructions[1].leading_lines] == [
            type(line)
        ]
    assert Dockerfile(footer=(line,)).text == text + "\n"


def test_whole_file_prints_in_order() -> None:
    file = Dockerfile(
        mark=Leaf("", "\ufeff"),
        directives=(Directive(text="# escape=`"), Directive(text="# check=skip=all")),
        instructions=(Arg(pairs=pairs("a")), From(words=words("b"))),
        footer=(EmptyLine(), Comment(text="# c")),
        escape="`",
    )
    assert file.text == "\ufeff# escape=`\n# check=skip=all\nARG a\nFROM b\n\n# c\n"
    again = parse(file.code)
    assert _shape(again) == [
        *_shape(file)[:1],
        *((name, text if name != "End" else "\n") for name, text in _shape(file)[1:]),
    ]
    assert [(each.name, each.value) for each in again.directives] == [
        ("escape", "`"),
        ("check", "skip=all"),
    ]


# ------------------------------------------------------------------------------- what a node is


@pytest.mark.parametrize("name", ALL_CLASSES)
def test_frozen_and_slotted(name: str) -> None:
    kind: type[Node] = getattr(nodes, name)
    texts = {each.name: "a" for each in structs.fields(kind) if each.required}
    node = kind(**texts)
    for each in structs.fields(kind):
        with pytest.raises(AttributeError, match="immutable"):
            setattr(node, each.name, None)
    assert hasattr(node, "__dict__") == (name == "Dockerfile")


@pytest.mark.parametrize("name", ALL_CLASSES)
def test_equal_by_identity(name: str) -> None:
    kind: type[Node] = getattr(nodes, name)
    texts = {each.name: "a" for each in structs.fields(kind) if each.required}
    one, other = kind(**texts), kind(**texts)
    assert one == one
    assert one != other
    assert len({one, other}) == 2


def test_twins_are_two() -> None:
    one, two = parse("RUN a\nRUN a\n").instructions
    assert one != two
    assert len({one, two}) == 2
    assert one != one.with_changes()


def test_with_changes() -> None:
    (node,) = parse("  run --a b # c\n").instructions
    assert isinstance(node, Run)
    changed = node.with_changes(flags=())
    assert (node.code, changed.code) == ("  run --a b # c\n", "  run b # c\n")
    assert changed.command is node.command
    with pytest.raises(TypeError):
        node.with_changes(words=())


def test_a_changed_file_forgets_what_it_had_computed() -> None:
    file = parse("FROM a\nFROM b\n")
    assert len(file.stages) == 2
    assert file.text == "FROM a\nFROM b\n"
    changed = file.with_changes(instructions=file.instructions[:1])
    assert len(changed.stages) == 1
    assert changed.text == "FROM a\n"


def test_children_and_walk_go_in_order() -> None:
    file = parse(
        '# syntax=a\n\n# b\nCOPY --from=c ["d", "e"] # no\nCOPY --link ["d", "e"]\nRUN <<f\ng\nf\n# h\n'
    )
    walked = [
        (type(node).__name__, getattr(node, "text", getattr(node, "name", "")))
        for node in file.walk()
    ]
    assert walked == [
        ("Dockerfile", "# syntax=a\n\n# b\nCOPY --from=c [\"d\", \"e\"] # no\nCOPY --link [\"d\", \"e\"]\nRUN <<f\ng\nf\n# h\n"),
        ("Directive", "# syntax=a"),
        ("Copy", "COPY"), ("EmptyLine", ""), ("Comment", "# b"), ("Leaf", "COPY"),
        ("Flag", "--from=c"), ("Word", '["d",'), ("Word", '"e"]'), ("Word", "#"), ("Word", "no"), ("End", "\n"),
        ("Copy", "COPY"), ("Leaf", "COPY"), ("Flag", "--link"), ("ExecForm", ""), ("Leaf", "["),
        ("Element", ""), ("Leaf", '"d"'), ("Leaf", ","), ("Element", ""), ("Leaf", '"e"'), ("Leaf", "]"),
        ("End", "\n"),
        ("Run", "RUN"), ("Leaf", "RUN"), ("ShellForm", "<<f"), ("End", "\n"), ("Heredoc", "f"),
        ("Comment", "# h"),
    ]  # fmt: skip
    assert "".join(node.code for node in file.children) == file.text


# ---------------------------------------------------------------------------- what nodes tell


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        pytest.param("--", "", None, id="end-of-flags"),
        pytest.param("--link", "link", None, id="no-argument"),
        pytest.param("--link=", "link", "", id="empty-argument"),
        pytest.param("--from=a", "from", "a", id="argument"),
        pytest.param("--mount=type=cache,id=b", "mount", "type=cache,id=b", id="first-equals-sign"),
        pytest.param("--LINK", "LINK", None, id="case-counts"),
        pytest.param("--from='a b'", "from", "a b", id="single-quotes"),
        pytest.param('--fr"om"="a b"', "from", "a b", id="double-quotes-anywhere"),
        pytest.param("--from=a\\ b", "from", "a b", id="escape"),
        pytest.param("--from='a\\'b'", "from", "a'b", id="escape-in-single-quotes"),
    ],
)
def test_flag(text: str, name: str, argument: str | None) -> None:
    flag = Flag(text=text)
    assert (flag.name, flag.argument) == (name, argument)


def test_flag_has_the_files_escape() -> None:
    flag = Flag(text="--mount=target=C:\\a` b", escape="`")
    assert flag.argument == "target=C:\\a b"
    (node,) = parse("# escape=`\nRUN --mount=target=C:\\a` b c\n").instructions
    assert [each.argument for each in node.flags] == ["target=C:\\a b"]


def test_the_last_flag_of_a_name_counts() -> None:
    (node,) = parse("RUN --a=1 --b --a=2 c\n").instructions
    found = node.flag("a")
    assert found is node.flags[2]
    assert node.flag("c") is None
    assert node.flag("B") is None


@pytest.mark.parametrize(
    ("text", "legacy", "key", "assigned"),
    [
        pytest.param("a", False, "a", None, id="name-alone"),
        pytest.param("a=", False, "a", "", id="empty"),
        pytest.param("a=b=c", False, "a", "b=c", id="first-equals-sign"),
        pytest.param("'a b'=\"c d\"", False, "'a b'", '"c d"', id="quotes-as-written"),
        pytest.param("a b  c=d", True, "a", "b  c=d", id="legacy"),
        pytest.param("a \t b", True, "a", "b", id="legacy-blanks"),
        pytest.param("a", True, "a", None, id="legacy-without-value"),
        pytest.param("a\u00a0b c", True, "a\u00a0b", "c", id="legacy-splits-at-blanks-alone"),
    ],
)
def test_pair(text: str, legacy: bool, key: str, assigned: str | None) -> None:
    pair = Pair(text=text, legacy=legacy)
    assert (pair.key, pair.assigned) == (key, assigned)


@pytest.mark.parametrize(
    ("words_", "image", "alias"),
    [
        pytest.param((), "", None, id="nothing"),
        pytest.param(("a",), "a", None, id="image"),
        pytest.param(("a", "b"), "a", None, id="two-words"),
        pytest.param(("a", "b", "c"), "a", None, id="no-as"),
        pytest.param(("a", "as"), "a", None, id="as-without-name"),
        pytest.param(("a", "as", "b", "c"), "a", None, id="a-word-too-many"),
        pytest.param(("a:1", "aS", "Bc"), "a:1", "bc", id="L35-lower-case"),
    ],
)
def test_from(words_: tuple[str, ...], image: str, alias: str | None) -> None:
    node = From(words=words(*words_))
    assert (node.image, node.alias) == (image, alias)


def test_operands() -> None:
    empty, one, some = Copy(), Copy(paths=words("a")), Add(array=ExecForm.of("a", "b", "c"))
    assert (empty.operands, empty.sources, empty.destination) == ((), (), "")
    assert (one.operands, one.sources, one.destination) == (("a",), (), "a")
    assert (some.operands, some.sources, some.destination) == (("a", "b", "c"), ("a", "b"), "c")
    assert Volume(words=words("a", "b")).operands == ("a", "b")
    assert Volume(array=ExecForm.of()).operands == ()


def test_command_tells_its_form() -> None:
    assert (Run().shell, Run().argv) == (None, None)
    shell, array = Run(command=ShellForm(text="a")), Run(command=ExecForm.of("a"))
    assert (shell.shell, shell.argv) == ("a", None)
    assert (array.shell, array.argv) == (None, ("a",))


@pytest.mark.parametrize(
    ("heredoc", "content"),
    [
        pytest.param(Heredoc("A", "\t a\n\n\tb\n", "A\n"), "\t a\n\n\tb\n", id="as-written"),
        pytest.param(Heredoc("A", "\t\ta\n \tb\n\tc", "A", chomp=True), "a\n \tb\nc", id="tabs-go"),
        pytest.param(Heredoc("A", "\ta\r\n", "A\r\n", chomp=True), "a\r\n", id="returns-stay"),
    ],
)
def test_heredoc_content(heredoc: Heredoc, content: str) -> None:
    assert heredoc.content == content
    assert heredoc.code == heredoc.body + heredoc.terminator


def test_element_decodes_json() -> None:
    element = Element(Leaf("", '"\\u0041\\t\\\\\\"é"'))
    assert element.value == 'A\t\\"é'


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        pytest.param("#syntax=a", "syntax", "a", id="plain"),
        pytest.param("#  EsCaPe  =  `  ", "escape", "`", id="L16-case-and-spaces"),
        pytest.param("# check=skip=a;error=true", "check", "skip=a;error=true", id="first-equals-sign"),
    ],
)  # fmt: skip
def test_directive(text: str, name: str, value: str) -> None:
    directive = Directive(text=text)
    assert (directive.name, directive.value) == (name, value)


def test_stages_are_views() -> None:
    file = parse("ARG a\n# b\nFROM c AS D\nRUN e\nRUN f\nFROM d\n")
    assert [type(node).__name__ for node in file.global_args] == ["Arg"]
    first, second = file.stages
    assert isinstance(first, Stage)
    assert (first.index, first.name, len(first.instructions)) == (0, "d", 2)
    assert (second.index, second.name, second.instructions) == (1, None, ())
    assert first.start is file.instructions[1]
    assert parse("RUN a\n").stages == ()


@pytest.mark.parametrize(
    ("text", "escape", "plain"),
    [
        pytest.param("a", "\\", "a", id="plain"),
        pytest.param("'a\"b'", "\\", 'a"b', id="quote-in-quotes"),
        pytest.param("a\\'b", "\\", "a'b", id="escaped-quote"),
        pytest.param("a\\", "\\", "a", id="escape-at-end"),
        pytest.param("'a", "\\", "a", id="open-quote"),
        pytest.param("a\\b`'c", "`", "a\\b'c", id="backtick"),
    ],
)
def test_unquoted(text: str, escape: str, plain: str) -> None:
    assert unquoted(text, escape) == plain
