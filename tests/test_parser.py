"""The parser: lossless on everything, and every fact of the language shows in the tree.

Ids such as L3 are the numbers of the language's facts, by which rules and other tests call them.
"""

import logging
from pathlib import Path

import pytest

from dfix import lalr, nodes, parser
from dfix.nodes import (
    Copy,
    Dockerfile,
    Env,
    ExecForm,
    Healthcheck,
    Instruction,
    Leaf,
    Onbuild,
    Run,
    ShellForm,
    Unknown,
    Word,
)
from dfix.parser import parse
from dfix.words import expand

CORPUS = Path(__file__).parent / "corpus"


def read(data: str | bytes) -> Dockerfile:
    """The tree, which must print as it was read."""
    tree = parse(data)
    assert tree.code == (
        data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")
    )
    return tree


def only(text: str) -> Instruction:
    (node,) = read(text).instructions
    return node


def names(text: str) -> list[str]:
    return [type(node).__name__ for node in read(text).instructions]


def command(text: str) -> str | None:
    """The shell form of the only instruction."""
    node = only(text)
    assert isinstance(node, nodes.CommandInstruction)
    return node.shell


def leaves(node: Instruction) -> list[str]:
    """The values of all leaves but the keyword and the line end."""
    found = [each for each in node.walk() if isinstance(each, Leaf)]
    return [each.value for each in found if each is not node.keyword and each is not node.end]


# ------------------------------------------------------------------------------------- lossless

# What each file of the corpus holds; what stands in brackets is inside of ONBUILD.
FILES = {
    "a_typewriter_without_line_feed": "From",
    "almost_a_directive": "From Run",
    "array_with_a_tail": "From Cmd Run Cmd Cmd",
    "backslash_to_nowhere": "From Unknown",
    "backtick_on_tuesdays": "Directive From Workdir Copy Run Run",
    "blank_before_the_directive": "From Run Run",
    "brackets_are_a_test": "From Run Cmd Cmd Cmd Volume Entrypoint",
    "check_then_escape": "Directive Directive From Run",
    "comment_ends_in_backslash": "From Run",
    "crlf_all_the_way_down": "Directive From Run Cmd",
    "crlf_heredoc_keeps_its_returns": "From Copy Run User",
    "dangling": "From Run",
    "dangling_with_crumbs": "From Run",
    "directive_in_a_directive": "Directive From Run",
    "double_backslash_is_no_bridge": "From Run Run Run",
    "empty": "",
    "ends_of_flags": "From Run Run Copy Healthcheck",
    "forms_fed_vertically": "From Copy Copy Run",
    "half_crlf_half_lf": "From Run Run",
    "heredoc_in_a_box": "From Onbuild(Copy) User",
    "heredoc_in_disguise": "From Run Run Cmd User",
    "heredoc_never_ends": "From Run",
    "heredoc_starts_late": "From Run User",
    "heredoc_twins": "From Run User",
    "heredoc_with_breathing_space": "From Copy User",
    "jinja_spills_over": "Unknown From Unknown Run Unknown",
    "keyword_cut_in_half": "From Run",
    "latin_lovers": "From Label Run",
    "mark_my_words": "Directive From Run",
    "merge_conflict": "From Unknown Run Unknown Run Unknown Cmd",
    "no_final_newline": "From Copy",
    "null_and_void": "From Run Unknown",
    "old_env_never_dies": "From Env Env Env Env Label Env Arg",
    "one_lonely_newline": "",
    "quotes_left_open": "From Env Env Run User",
    "returns_upon_returns": "From Run",
    "russian_dolls": "From Onbuild(Unknown) Onbuild User",
    "shebang_ends_the_zone": "From Run Run",
    "the_empty_line_that_swallows": "From Run Cmd",
    "two_marks_are_one_too_many": "Unknown",
    "whisper_and_SHOUT": "From Run Healthcheck Onbuild(Add) Maintainer Volume Stopsignal Workdir Shell Expose Entrypoint",
    "wide_awake": "Unknown From Env Copy Run Unknown User",
}


def test_every_file_of_the_corpus_is_known() -> None:
    assert {path.stem for path in CORPUS.glob("*.Dockerfile")} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_corpus_file(name: str) -> None:
    data = (CORPUS / f"{name}.Dockerfile").read_bytes()
    tree = read(data)
    held = []
    for node in tree.instructions:
        inner = node.instruction if isinstance(node, Onbuild) else None
        held.append(type(node).__name__ + (f"({type(inner).__name__})" if inner else ""))
    assert " ".join(["Directive"] * len(tree.directives) + held) == FILES[name]


@pytest.mark.parametrize("name", FILES)
def test_text_reads_as_bytes_do(name: str) -> None:
    data = (CORPUS / f"{name}.Dockerfile").read_bytes()
    tree = parse(data)
    again = parse(tree.text)
    assert again.code == data
    assert [type(node) for node in again.walk()] == [type(node) for node in tree.walk()]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" ", id="blank"),
        pytest.param("\n", id="line-feed"),
        pytest.param("\r", id="return"),
        pytest.param("\0", id="nul"),
        pytest.param("\ufeff", id="mark"),
        pytest.param("#", id="hash"),
        pytest.param("\\", id="escape"),
        pytest.param("\\\n", id="continuation"),
        pytest.param("# escape=`\n`", id="other-escape"),
        pytest.param("\udcff", id="not-utf-8"),
        pytest.param("RUN", id="keyword"),
        pytest.param("RUN ", id="keyword-and-blank"),
        pytest.param("RUN --", id="end-of-flags"),
        pytest.param("RUN [", id="bracket"),
        pytest.param('RUN ["', id="bracket-and-quote"),
        pytest.param("RUN <<", id="heredoc-without-name"),
        pytest.param("RUN <<A <<B", id="heredocs-without-bodies"),
        pytest.param("RUN <<A\n", id="heredoc-without-body"),
        pytest.param("COPY <<A\\", id="heredoc-and-escape"),
        pytest.param("COPY <<A\\\n#", id="heredoc-and-swallowed-comment"),
        pytest.param("ONBUILD", id="onbuild"),
        pytest.param("ONBUILD \\\n\n#", id="onbuild-of-swallowed-lines"),
        pytest.param("ENV '", id="open-quote"),
        pytest.param('HEALTHCHECK --a="\\\n', id="open-quote-and-continuation"),
        pytest.param("\u3000\\\n", id="wide-space-and-continuation"),
        pytest.param("# syntax=", id="directive-without-value"),
        pytest.param("FROM a\r\nRUN b\n\rCMD c\r\r\n", id="line-ends-mixed"),
    ],
)
def test_scraps_come_back(text: str) -> None:
    read(text)
    read(text + "\nFROM a\n")


# -------------------------------------------------------------- from physical to logical lines


def test_L1_lines_end_at_line_feeds_alone() -> None:
    assert names("RUN a\x0bb\x0cc\x85d\u2028e\rf\nRUN g") == ["Run", "Run"]
    windows = only("RUN a\r\n")
    assert (command("RUN a\r\n"), windows.end.text, windows.end.prefix) == ("a", "\r\n", "")
    typewriter = only("FROM a\rRUN b\r")
    assert leaves(typewriter) == ["a", "RUN", "b"]
    assert (typewriter.end.prefix, typewriter.end.text) == ("\r", "")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("RUN a \\\nb", id="plain"),
        pytest.param("RUN a \\ \t \nb", id="blanks-behind"),
        pytest.param("RUN a \\\r\nb", id="windows"),
        pytest.param("RUN a \\\t\r\r\nb", id="returns-behind"),
        pytest.param("RUN a \\\n\\\nb", id="a-line-of-its-own"),
        pytest.param("RUN a \\\n\\  \n\\\nb", id="lines-of-its-own"),
    ],
)
def test_L2_continuation(text: str) -> None:
    assert command(text) == "a b"


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("RUN a \\\\", id="L3-two"),
        pytest.param("RUN a \\\\\\", id="L3-three"),
        pytest.param("RUN a \\\\\r", id="L3-two-and-return"),
        pytest.param("RUN a \\ b", id="inside"),
        pytest.param("RUN a \\\x0b", id="vertical-tab-behind"),
        pytest.param("RUN a \\\u00a0", id="wide-space-behind"),
        pytest.param("RUN a \\\r ", id="return-and-blank-behind"),
        pytest.param("RUN a `", id="backtick"),
        pytest.param("# a \\", id="L5-comment"),
        pytest.param("RUN a \\\n# b \\\nc", id="L5-comment-inside-counts-for-nothing"),
    ],
)
def test_no_continuation(first: str) -> None:
    before = len(parse(first).instructions)
    tree = read(f"{first}\nUSER b\n")
    assert len(tree.instructions) == before + 1
    assert isinstance(tree.instructions[-1], nodes.User)


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        pytest.param("RUN echo a\\\nb", "echo ab", id="L4-nothing-is-inserted"),
        pytest.param('RUN "a\\\n   b"', '"a   b"', id="L4-leading-blanks-stay"),
        pytest.param("RUN a \\\n  # b \\\n  c", "a   c", id="L5-comments-vanish"),
        pytest.param("RUN a \\\n#\n\t# b\n#c\nd", "a d", id="L5-many-comments-vanish"),
        pytest.param("RUN a && \\\n\nENV X=1", "a && ENV X=1", id="L6-empty-lines-vanish"),
        pytest.param("RUN a \\\n \t\r\n\u00a0\n\nb", "a b", id="L6-blank-lines-vanish"),
        pytest.param("RUN a\\", "a", id="L7-dangling"),
        pytest.param("RUN a \\\n", "a", id="L7-dangling-line"),
        pytest.param("RUN a \\\n \n # b\n", "a", id="L7-dangling-with-lines"),
        pytest.param("RUN a \\\n # b", "a", id="L7-dangling-with-a-comment"),
        pytest.param("RU\\\nN a", "a", id="L7-keyword-over-two-lines"),
        pytest.param("R\\\n# b\n\nUN\\\n a", "a", id="L7-keyword-with-lines-inside"),
        pytest.param("\\\nRUN a", "a", id="L7-before-the-keyword"),
        pytest.param("  \\\n\n# b\n  RUN a", "a", id="L7-lines-before-the-keyword"),
        pytest.param("RUN a # b\\\nc", "a # bc", id="a-hash-inside-the-line-is-no-comment"),
        pytest.param(
            "RUN a\u00a0\\\n\u00a0b\u00a0", "a\u00a0\u00a0b", id="wide-spaces-inside-stay"
        ),
    ],
)
def test_joined_lines(text: str, joined: str) -> None:
    assert command(text) == joined


def test_raw_text_keeps_what_the_value_has_not() -> None:
    node = only("RUN a \\\n  # b\n  c  \n")
    assert isinstance(node, Run) and isinstance(node.command, ShellForm)
    assert node.command.text == "a \\\n  # b\n  c"
    assert node.command.value == "a   c"
    assert (node.end.prefix, node.end.text) == ("  ", "\n")


def test_a_lone_continuation_is_an_instruction_without_a_name() -> None:
    node = only("\\\n# a\n\n")
    assert isinstance(node, Unknown)
    assert (node.name, node.rest) == ("", None)


@pytest.mark.parametrize("space", list("\t\x0b\x0c\r \x85\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"), ids=ascii)  # fmt: skip
def test_L8_any_space_around_an_instruction(space: str) -> None:
    node = only(f"{space}RUN a{space}\n")
    assert (node.name, leaves(node)) == ("RUN", ["a"])
    assert only(f"{space}CMD{space}\n").name == "CMD"
    assert names(f"{space}\n{space}# a\n") == []


@pytest.mark.parametrize("space", list("\u200b\u180e\ufeff\x1c\x1f"), ids=ascii)
def test_L8_what_is_no_space(space: str) -> None:
    assert names(f"\n{space}RUN a\n") == ["Unknown"]
    assert names(f"FROM a\n{space}# a\n") == ["From", "Unknown"]


@pytest.mark.parametrize("blank", list("\t\x0b\x0c\r "), ids=ascii)
def test_L8_blanks_separate(blank: str) -> None:
    assert leaves(only(f"RUN{blank}--a{blank}{blank}b\n")) == ["--a", "b"]
    assert leaves(only(f"COPY{blank}a{blank}b\n")) == ["a", "b"]


@pytest.mark.parametrize("wide", list("\x85\u00a0\u3000"), ids=ascii)
def test_L8_wider_spaces_do_not_separate(wide: str) -> None:
    assert only(f"RUN{wide}a\n").name == f"RUN{wide}A"
    assert only(f"RUN{wide} a\n").name == f"RUN{wide}"
    assert leaves(only(f"COPY a{wide}b {wide}c d {wide}\n")) == [f"a{wide}b", f"{wide}c", "d"]
    assert leaves(only(f"FROM {wide}a{wide} AS b\n")) == [f"a{wide}", "AS", "b"]


@pytest.mark.parametrize("wide", list("\x85\u00a0\u3000"), ids=ascii)
def test_wider_spaces_separate_pairs(wide: str) -> None:
    assert leaves(only(f"ENV a=b{wide}c=d{wide}\n")) == ["a=b", "c=d"]
    assert leaves(only(f"ARG {wide}a{wide}{wide} b=c\n")) == ["a", "b=c"]


def test_wider_spaces_hide_flags() -> None:
    assert leaves(only("RUN \u00a0--a b\n")) == ["--a b"]
    assert leaves(only("RUN --a \u00a0b\n")) == ["--a", "b"]
    assert leaves(only("RUN --a\u00a0--b\n")) == ["--a", "--b"]
    assert only("RUN --a\u00a0--b\n").flags[0].value == "--a"
    assert leaves(only("COPY --a\u2003b c d\n")) == ["--a\u2003b", "c", "d"]


def test_L9_mark() -> None:
    tree = read("\ufeff# escape=`\nFROM a `\n  AS b\n")
    assert tree.mark is not None
    assert (tree.mark.text, tree.escape, len(tree.directives)) == ("\ufeff", "`", 1)
    assert leaves(tree.instructions[0]) == ["a", "AS", "b"]
    for text in (
        "\ufeffFROM a\n",
        "\ufeff\n# a\nFROM a\n",
        "\ufeff  FROM a\n",
        "\ufeff\\\nFROM a\n",
    ):
        assert names(text) == ["From"], text
    assert read("FROM a\n\ufeffRUN b\n").mark is None
    assert names("\ufeff\ufeffFROM a\n") == ["Unknown"]


def test_L10_long_lines() -> None:
    long = only(f"RUN {'a' * 65_536}\n")
    assert isinstance(long, Run)
    assert len(long.shell or "") == 65_536
    assert len(command("RUN " + "a \\\n" * 40_000) or "") == 2 * 40_000 - 1


def test_L11_size_of_a_command_shows() -> None:
    assert len((command(f"RUN {'é' * 70_000}\n") or "").encode()) == 140_000
    node = only(f"RUN <<A\n{'a' * 140_000}\nA\n")
    assert len(node.heredocs[0].body) == 140_001


def test_L12_nul_and_other_bytes() -> None:
    node = only("RUN a\0\udcffb\n")
    assert leaves(node) == ["a\0\udcffb"]
    assert read(b"RUN a\0\xffb\n").instructions[0].code == "RUN a\0\udcffb\n"


@pytest.mark.parametrize("text", ["", "\n", "# a\n# b", "ARG a\n", "# syntax=a\n"], ids=ascii)
def test_L13_no_stage(text: str) -> None:
    assert read(text).stages == ()


def test_L14_case() -> None:
    node = only("rUn --MOUNT=a b\n")
    assert isinstance(node, Run)
    assert (node.name, node.keyword.text) == ("RUN", "rUn")
    assert node.flag("mount") is None
    assert node.flag("MOUNT") is node.flags[0]


# ------------------------------------------------------------------------------------ directives


@pytest.mark.parametrize(
    ("head", "directives"),
    [
        pytest.param("\n# escape=`\n", [], id="L15-empty-line-before"),
        pytest.param("# a\n# escape=`\n", [], id="L15-comment-before"),
        pytest.param("#\n# escape=`\n", [], id="L15-empty-comment-before"),
        pytest.param("# foo=bar\n# escape=`\n", [], id="L15-unknown-before"),
        pytest.param("ARG a\n# escape=`\n", [], id="L15-instruction-before"),
        pytest.param("\\\n# escape=`\n", [], id="L15-continuation-before"),
        pytest.param("#!/bin/a\n# escape=`\n", [], id="L18-shebang-before"),
        pytest.param("#syntax=\n# escape=`\n", [], id="L15-no-value"),
        pytest.param("#syntax=\r\n# escape=`\n", [], id="L15-no-value-windows"),
        pytest.param("# escape\n", [], id="no-equals-sign"),
        pytest.param("## escape=`\n", [], id="two-hashes"),
        pytest.param("# the escape=`\n", [], id="words-before"),
        pytest.param("# escaped=`\n", [], id="longer-name"),
        pytest.param("\n\n\n# syntax=a\n", [], id="L21-lines-inserted-above"),
        pytest.param("# syntax=a\n# b\n# escape=`\n", ["syntax"], id="L15-comment-between"),
        pytest.param("# syntax=a#escape=`\n", ["syntax"], id="one-inside-of-another"),
        pytest.param("# escape=`\n", ["escape"], id="plain"),
        pytest.param("#escape=`", ["escape"], id="whole-file"),
        pytest.param("# check=skip=all\n# escape=`\n", ["check", "escape"], id="L15-check-first"),
        pytest.param("# syntax= \n# escape=`\n", ["syntax", "escape"], id="a-blank-is-a-value"),
        pytest.param("#  EsCaPe  =  `  \n", ["escape"], id="L16-case-and-spaces"),
        pytest.param("\t # escape=`\n", ["escape"], id="L16-indented"),
        pytest.param("#\u00a0escape=`\n", ["escape"], id="wide-space-behind-the-hash"),
        pytest.param("# escape=`\r\n", ["escape"], id="windows"),
        pytest.param("# escape=`\n# escape=\\\n", ["escape", "escape"], id="L17-twice"),
        pytest.param("# escape=x\n", ["escape"], id="L17-another-character"),
    ],
)
def test_directives(head: str, directives: list[str]) -> None:
    tree = read(f"{head}\nFROM a\n")
    assert [each.name for each in tree.directives] == directives
    values = [each.value for each in tree.directives if each.name == "escape"]
    assert tree.escape == ("`" if values[:1] == ["`"] else "\\")


def test_L19_backtick_files() -> None:
    head = "# escape=`\n"
    copy = read(head + "COPY C:\\a\\ `\n  D:\\b\\\n").instructions[0]
    assert leaves(copy) == ["C:\\a\\", "D:\\b\\"]
    assert names(head + "RUN a ``\nRUN b \\\nRUN c `\n# d\n\n e\n") == ["Run", "Run", "Run"]
    env = read(head + "ENV a=b`\\ c=d\\ e=f\n").instructions[0]
    assert leaves(env) == ["a=b`\\", "c=d\\", "e=f"]
    heredoc = read(head + "RUN cat \\<<A `<<B\nb\nB\nUSER c\n").instructions
    assert [each.name for each in heredoc] == ["RUN", "B", "B", "USER"]
    escaped = read(head + "RUN cat <<`A\na\n`A\nUSER c\n").instructions
    assert [each.name for each in escaped] == ["RUN", "USER"]


def test_L20_comments_belong_to_the_instruction_below() -> None:
    tree = read("FROM a\n\n# check=skip=b\n# hadolint ignore=c\nRUN d\n# e\n")
    assert [line.text for line in tree.instructions[1].leading_lines] == [
        "",
        "# check=skip=b",
        "# hadolint ignore=c",
    ]
    assert tree.directives == ()
    assert [line.text for line in tree.footer] == ["# e"]


# --------------------------------------------------------- a hash behind an instruction's start


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("ENV a=b # c", ["a=b", "#", "c"], id="env"),
        pytest.param("LABEL a=b # c", ["a=b", "#", "c"], id="label"),
        pytest.param("ENV a b # c", ["a b # c"], id="env-legacy"),
        pytest.param("EXPOSE 80 # c", ["80", "#", "c"], id="expose"),
        pytest.param("FROM a # c", ["a", "#", "c"], id="L38-from"),
        pytest.param("FROM a b", ["a", "b"], id="L38-from-without-as"),
        pytest.param("COPY a b # c", ["a", "b", "#", "c"], id="copy"),
        pytest.param("WORKDIR /a # b", ["/a # b"], id="workdir"),
        pytest.param("USER nobody # x", ["nobody # x"], id="user"),
        pytest.param("ARG A=1 # b", ["A=1", "#", "b"], id="arg"),
        pytest.param('CMD ["x"] # c', ['["x"] # c'], id="cmd"),
        pytest.param("RUN a # c", ["a # c"], id="run"),
        pytest.param("VOLUME /a # c", ["/a", "#", "c"], id="volume"),
        pytest.param("STOPSIGNAL 9 # c", ["9 # c"], id="stopsignal"),
        pytest.param("HEALTHCHECK NONE # c", ["NONE", "# c"], id="healthcheck"),
    ],
)
def test_a_hash_is_no_comment(text: str, values: list[str]) -> None:
    assert leaves(only(text + "\n")) == values


# ------------------------------------------------------------------------------------ JSON forms


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("['a']", id="single-quotes"),
        pytest.param('["a",]', id="trailing-comma"),
        pytest.param('["C:\\x"]', id="bad-escape"),
        pytest.param('["a"] && b', id="text-behind"),
        pytest.param('["a"] # c', id="comment-behind"),
        pytest.param('["a",1]', id="number"),
        pytest.param('["a",["b"]]', id="nested"),
        pytest.param('["a"', id="open"),
        pytest.param('["a]', id="open-string"),
        pytest.param('["a" "b"]', id="no-comma"),
        pytest.param('[,"a"]', id="leading-comma"),
        pytest.param("[a]", id="bare-word"),
        pytest.param("[null]", id="null"),
        pytest.param('"a"', id="string"),
        pytest.param('{"a": "b"}', id="object"),
        pytest.param('["a\tb"]', id="raw-tab"),
        pytest.param('["\\u12"]', id="short-code-point"),
        pytest.param('["a"\u00a0]', id="wide-space-inside"),
        pytest.param('["a",\x0b"b"]', id="vertical-tab-inside"),
        pytest.param("[ -e /etc ] && touch /a", id="shell-test"),
        pytest.param('[ "a" = "b" ]', id="shell-test-of-strings"),
    ],
)
def test_shell_form(text: str) -> None:
    for keyword in ("RUN", "CMD", "ENTRYPOINT", "SHELL"):
        node = only(f"{keyword} {text}\n")
        assert isinstance(node, nodes.CommandInstruction)
        assert (node.shell, node.argv) == (text, None)
    for keyword in ("COPY", "ADD", "VOLUME"):
        assert not any(isinstance(each, ExecForm) for each in only(f"{keyword} {text}\n").walk())


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("[]", (), id="empty"),
        pytest.param("[ ]", (), id="empty-with-a-blank"),
        pytest.param('["a","b"]', ("a", "b"), id="two"),
        pytest.param('  [ "a" , "b" ]  ', ("a", "b"), id="blanks"),
        pytest.param('["a", \\\n  "b"]', ("a", "b"), id="continuation"),
        pytest.param('["a", \\\n # c\n\n  "b\\\nc" \\\n]', ("a", "bc"), id="continuations"),
        pytest.param('["a"]\\\n', ("a",), id="continuation-behind"),
        pytest.param('["\\u0041\\t\\\\\\"\\/"]', ('A\t\\"/',), id="escapes"),
        pytest.param('["\\u00\\\n41"]', ("A",), id="continuation-in-an-escape"),
        pytest.param('["$a", "\'b\'"]', ("$a", "'b'"), id="variables-and-quotes"),
        pytest.param('["é\x7f"]', ("é\x7f",), id="beyond-ascii"),
        pytest.param('\u00a0["a"]\u3000', ("a",), id="wide-spaces-around"),
    ],
)
def test_exec_form(text: str, values: tuple[str, ...]) -> None:
    for keyword in ("RUN", "CMD", "ENTRYPOINT", "SHELL", "RUN --a"):
        node = only(f"{keyword} {text}\n")
        assert isinstance(node, nodes.CommandInstruction)
        assert (node.shell, node.argv) == (None, values)
    for keyword in ("COPY", "ADD", "VOLUME", "COPY --a=b"):
        node = only(f"{keyword} {text}\n")
        assert isinstance(node, nodes.Transfer | nodes.Volume)
        assert node.array is not None
        assert node.operands == values


def test_exec_form_in_a_backtick_file() -> None:
    node = read('# escape=`\nCMD ["a`b", `\n  "C:\\\\c", "``"]\n').instructions[0]
    assert isinstance(node, nodes.Cmd)
    assert node.argv == ("a`b", "C:\\c", "``")


def test_no_command_is_neither_form() -> None:
    for text in ("ENTRYPOINT", "ENTRYPOINT \t", "CMD --a", "CMD \\\n"):
        node = only(f"{text}\n")
        assert isinstance(node, nodes.CommandInstruction)
        assert (node.command, node.shell, node.argv) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "kind", "shell", "argv"),
    [
        pytest.param("", None, None, None, id="nothing"),
        pytest.param("NONE", "NONE", None, None, id="none"),
        pytest.param("cmd a b", "cmd", "a b", None, id="shell"),
        pytest.param('CMD ["a", "b"]', "CMD", None, ("a", "b"), id="exec"),
        pytest.param('--retries=1 CMD["a"]', 'CMD["a"]', None, None, id="no-blank"),
        pytest.param('--retries=1 \\\n CMD \\\n  ["a"]', "CMD", None, ("a",), id="continuations"),
        pytest.param("CMD --interval=1s a", "CMD", "--interval=1s a", None, id="no-flag-behind"),
        pytest.param("CMD \u00a0a", "CMD", "\u00a0a", None, id="wide-space-is-the-shells"),
        pytest.param('CMD \u00a0["a"]', "CMD", None, ("a",), id="wide-space-before-an-array"),
        pytest.param("NONE \u00a0", "NONE", None, None, id="wide-space-at-the-end"),
    ],
)
def test_healthcheck(
    text: str, kind: str | None, shell: str | None, argv: tuple[str, ...] | None
) -> None:
    node = only(f"HEALTHCHECK {text}\n")
    assert isinstance(node, Healthcheck)
    assert (node.kind and node.kind.value) == kind
    assert (node.shell, node.argv) == (shell, argv)


# -------------------------------------------------------------------------------------- heredocs


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("RUN cat<<EOF", id="no-blank-before"),
        pytest.param("RUN echo $((1<<3))", id="shift"),
        pytest.param('RUN echo "<<EOF"', id="quoted"),
        pytest.param("RUN cat <<<EOF", id="here-string"),
        pytest.param("RUN cat <<- EOF", id="blank-behind-the-dash"),
        pytest.param("RUN cat <<''", id="empty-name"),
        pytest.param("CMD cat <<EOF", id="cmd"),
        pytest.param("ENTRYPOINT cat <<EOF", id="entrypoint"),
        pytest.param("HEALTHCHECK CMD cat <<EOF", id="healthcheck"),
        pytest.param("ENV a=<<EOF", id="env"),
        pytest.param("VOLUME <<EOF", id="volume"),
        pytest.param('RUN ["cat", "<<EOF"]', id="exec-form"),
        pytest.param('COPY ["<<EOF", "a"]', id="array"),
        pytest.param("COPY --a=<<EOF b", id="flag"),
        pytest.param("COPY <<\x0cEOF a", id="form-feed-between"),
        pytest.param("# <<EOF", id="comment"),
        pytest.param("FOO <<EOF", id="unknown-instruction"),
        pytest.param("ONBUILD CMD cat <<EOF", id="onbuild-cmd"),
        pytest.param("ONBUILD ONBUILD RUN cat <<EOF", id="chained-onbuild"),
    ],
)
def test_no_heredoc(text: str) -> None:
    tree = read(f"{text}\nUSER a\nEOF\n")
    assert not any(isinstance(node, nodes.Heredoc) for node in tree.walk())
    assert tree.instructions[-2].name == "USER"


@pytest.mark.parametrize(
    ("line", "opened"),
    [
        pytest.param("RUN cat <<EOF >/a", ["EOF"], id="plain"),
        pytest.param("RUN cat << EOF", ["EOF"], id="blank"),
        pytest.param("RUN cat 3<<EOF", ["EOF"], id="file-descriptor"),
        pytest.param('RUN cat <<"E  OF"', ["E  OF"], id="two-words"),
        pytest.param("RUN <<A cat <<B", ["A", "B"], id="two"),
        pytest.param("RUN cat <<EOF>/a", ["EOF>/a"], id="the-whole-word"),
        pytest.param("RUN cat <<EOF;", ["EOF;"], id="semicolon"),
        pytest.param("RUN (cat <<EOF)", ["EOF)"], id="bracket"),
        pytest.param("RUN echo $((1 <<3))", ["3))"], id="shift-with-a-blank"),
        pytest.param("RUN echo $(( 1 << 3 ))", ["3"], id="shift-with-blanks"),
        pytest.param("RUN true # <<EOF", ["EOF"], id="behind-a-hash"),
        pytest.param("run --a=b <<EOF", ["EOF"], id="behind-a-flag"),
        pytest.param("RUN cat <<\\\nEOF", ["EOF"], id="name-in-the-next-line"),
        pytest.param("RUN cat <<EOF \\\n && a", ["EOF"], id="line-goes-on"),
        pytest.param("RUN cat <\\\n<EOF", ["EOF"], id="sign-over-two-lines"),
        pytest.param("COPY <\\\n# x\n<EOF a", ["EOF"], id="sign-over-two-lines-with-a-comment"),
        pytest.param("COPY <<A <<-B /c", ["A", "B"], id="copy"),
        pytest.param('COPY <<"E  OF" a', ["E  OF"], id="copy-two-words"),
        pytest.param("COPY <<a\\ b c", ["a b"], id="copy-escaped-blank"),
        pytest.param("COPY << \t EOF a", ["EOF"], id="copy-blanks"),
        pytest.param("ADD --chmod=1 <<EOF a", ["EOF"], id="add"),
        pytest.param("RUN --a\u2003<<EOF b", ["EOF"], id="in-what-follows-a-wide-space"),
        pytest.param('COPY ["a"] <<EOF b', ["EOF"], id="behind-what-is-no-array"),
    ],
)
def test_heredoc(line: str, opened: list[str]) -> None:
    bodies = "".join(f"# {name}\n\n{name} \n{name}\n" for name in opened)
    for prefix in ("", "ONBUILD "):
        tree = read(f"{prefix}{line}\n{bodies}USER a\n")
        outer, user = tree.instructions
        node = outer.instruction if isinstance(outer, Onbuild) else outer
        assert node is not None
        assert [each.name for each in node.heredocs] == opened
        assert "".join(each.code for each in node.heredocs) == bodies
        assert user.name == "USER"


@pytest.mark.parametrize(
    ("opening", "line", "ends"),
    [
        pytest.param("<<A", "A", True, id="plain"),
        pytest.param("<<A", "A\r", True, id="return"),
        pytest.param("<<A", "A\r\r", True, id="returns"),
        pytest.param("<<'A'", "A", True, id="quoted"),
        pytest.param("<<-A", "\t\tA", True, id="tabs"),
        pytest.param("<<A", "A ", False, id="blank-behind"),
        pytest.param("<<A", "\tA", False, id="tab-without-a-dash"),
        pytest.param("<<-A", " A", False, id="blank-before"),
        pytest.param("<<-A", "\tA\t", False, id="tab-behind"),
        pytest.param("<<A", "a", False, id="case"),
        pytest.param("<<A", "'A'", False, id="quotes"),
        pytest.param("<<A", "A\\", False, id="continuation"),
    ],
)
def test_heredoc_terminator(opening: str, line: str, ends: bool) -> None:
    tree = read(f"RUN {opening}\n{line}\nUSER a\n")
    (heredoc,) = tree.instructions[0].heredocs
    assert heredoc.terminator == (f"{line}\n" if ends else "")
    assert heredoc.body == ("" if ends else f"{line}\nUSER a\n")


def test_heredoc_flags() -> None:
    first, second = only("RUN <<-A <<'B'\n\ta\n\tA\nb\nB\n").heredocs
    assert (first.chomp, first.expand, first.content) == (True, True, "a\n")
    assert (second.chomp, second.expand, second.content) == (False, False, "b\n")


def test_heredoc_body_is_not_read_as_lines() -> None:
    node = only("RUN <<A\n# a\n\nRUN b \\\nA\n")
    assert node.heredocs[0].body == "# a\n\nRUN b \\\n"
    assert only("RUN <<A\r\nhi\r\nA\r\n").heredocs[0].body == "hi\r\n"


def test_heredoc_that_never_ends() -> None:
    for text in ("RUN <<A", "RUN <<A\n", "RUN <<A\nb", "RUN <<A\nb\n", "RUN <<A <<B\nA\nb"):
        node = only(text)
        assert node.heredocs[-1].terminator == "", text


# ---------------------------------------------------------------- expansion, ARG, ENV, FROM


@pytest.mark.parametrize(
    "keyword", "FROM RUN CMD COPY ADD ENV LABEL ARG EXPOSE VOLUME USER WORKDIR STOPSIGNAL".split()
)
def test_L30_variables_stand_as_written(keyword: str) -> None:
    text = "${a:-b}=$c"
    assert leaves(only(f"{keyword} {text}\n")) == [text]


def test_L31_pairs_of_one_instruction_stay_together() -> None:
    node = only("ENV abc=bye def=$abc\n")
    assert isinstance(node, Env)
    assert [(pair.key, pair.assigned) for pair in node.pairs] == [("abc", "bye"), ("def", "$abc")]


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        pytest.param("ENV A b c  d", "A", "b c  d", id="inner-blanks-stay"),
        pytest.param("ENV A it\\'s \"q\" 'r'", "A", "it's q r", id="quotes-go"),
        pytest.param("ENV A b\\nc d", "A", "bnc d", id="escapes-go"),
        pytest.param("ENV A b=c", "A", "b=c", id="equals-sign-in-the-value"),
        pytest.param("ENV A  \t b ", "A", "b", id="outer-blanks-go"),
        pytest.param("ENV A \\\n  b \\\n  c", "A", "b   c", id="continuations"),
        pytest.param("LABEL A b", "A", "b", id="label"),
    ],
)
def test_L32_legacy_pair(text: str, key: str, value: str) -> None:
    node = only(f"{text}\n")
    assert isinstance(node, nodes.PairInstruction)
    (pair,) = node.pairs
    assert (pair.legacy, pair.key) == (True, key)
    assert expand(pair.assigned or "", {}) == value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("a=b c", ["a=b", "c"], id="word-without-sign"),
        pytest.param("a=", ["a="], id="empty"),
        pytest.param("=a", ["=a"], id="no-name"),
        pytest.param('a=\'b c\' d="e\\" f"', ["a='b c'", 'd="e\\" f"'], id="quotes"),
        pytest.param("a=b\\ c d=e", ["a=b\\ c", "d=e"], id="escaped-blank"),
        pytest.param("a\\=b c", ["a\\=b", "c"], id="escaped-sign"),
        pytest.param("'a=b' c", ["'a=b'", "c"], id="quoted-sign"),
        pytest.param("a\\\n=b c=d", ["a=b", "c=d"], id="sign-in-the-next-line"),
        pytest.param("a='b\\' c='d", ["a='b\\'", "c='d"], id="no-escape-in-single-quotes"),
        pytest.param('a="b c', ['a="b c'], id="open-quote"),
        pytest.param('a="b \\\n  c" d=e', ['a="b   c"', "d=e"], id="continuation-in-quotes"),
    ],
)
def test_pairs(text: str, values: list[str]) -> None:
    node = only(f"ENV {text}\n")
    assert isinstance(node, Env)
    assert not any(pair.legacy for pair in node.pairs)
    assert [pair.value for pair in node.pairs] == values


def test_L33_args_before_the_first_stage() -> None:
    tree = read("ARG V=1\n# a\nARG W\nFROM b:$V\nARG V\n")
    assert [type(node).__name__ for node in tree.global_args] == ["Arg", "Arg"]
    assert [type(node).__name__ for node in tree.stages[0].instructions] == ["Arg"]


def test_L35_L37_stage_names() -> None:
    tree = read("FROM a AS Name\nFROM b as NAME\nFROM Name\nFROM c AS scratch\n")
    assert [stage.name for stage in tree.stages] == ["name", "name", None, "scratch"]
    assert [stage.start.image for stage in tree.stages] == ["a", "b", "Name", "c"]


def test_L36_a_tag_is_part_of_the_image() -> None:
    tree = read("FROM a AS debian\nFROM debian\nFROM debian:bookworm\nFROM --platform=$B c@d\n")
    assert [stage.start.image for stage in tree.stages] == ["a", "debian", "debian:bookworm", "c@d"]


# ------------------------------------------------------------------------------- flags and words


@pytest.mark.parametrize(
    ("text", "flags", "rest"),
    [
        pytest.param("a --b", [], ["a --b"], id="behind-a-word"),
        pytest.param("-a --b", [], ["-a --b"], id="one-dash"),
        pytest.param("'--a' b", [], ["'--a' b"], id="quoted"),
        pytest.param("\\--a", [], ["\\--a"], id="escaped"),
        pytest.param("-- --a", ["--"], ["--a"], id="end-of-flags"),
        pytest.param('--"" --a', ['--""'], ["--a"], id="end-of-flags-with-quotes"),
        pytest.param("--a -- -- b", ["--a", "--"], ["-- b"], id="second-end-of-flags"),
        pytest.param("--a --b=c d", ["--a", "--b=c"], ["d"], id="two"),
        pytest.param("--a='b c' d", ["--a='b c'"], ["d"], id="quotes"),
        pytest.param("--a=b\\ c d", ["--a=b\\ c"], ["d"], id="escaped-blank"),
        pytest.param("--a=b\\\n,c \\\n  --d e", ["--a=b,c", "--d"], ["e"], id="continuations"),
        pytest.param("-\\\n-a b", [], ["--a b"], id="dashes-in-two-lines"),
        pytest.param("--\\\na b", ["--a"], ["b"], id="name-in-the-next-line"),
        pytest.param("--\\\n\\\n --a", ["--"], ["--a"], id="end-of-flags-and-continuations"),
        pytest.param("--a", ["--a"], [], id="nothing-behind"),
        pytest.param('--a="b ', ['--a="b'], [], id="open-quote"),
    ],
)
def test_flags(text: str, flags: list[str], rest: list[str]) -> None:
    node = only(f"RUN {text}\n")
    assert [flag.value for flag in node.flags] == flags
    assert leaves(node) == flags + rest


def test_paths_are_split_at_blanks_alone() -> None:
    node = only("COPY \"a b\" 'c' \\\n # d\n  e\\ f \\\n")
    assert isinstance(node, Copy)
    assert node.operands == ('"a', 'b"', "'c'", "e\\", "f")


def test_every_leaf_has_its_prefix() -> None:
    node = only("  COPY \t--a \\\n  b\tc  \n")
    assert [(leaf.prefix, leaf.text) for leaf in node.walk() if isinstance(leaf, Leaf)] == [
        ("  ", "COPY"), (" \t", "--a"), (" \\\n  ", "b"), ("\t", "c"), ("  ", "\n"),
    ]  # fmt: skip


# --------------------------------------------------------------------------------------- ONBUILD


def test_onbuild_holds_an_instruction() -> None:
    outer = only("# a\nONBUILD --b \\\n # c\n COPY --d e f \n")
    assert isinstance(outer, Onbuild)
    inner = outer.instruction
    assert isinstance(inner, Copy)
    assert (leaves(inner), inner.keyword.prefix) == (["--d", "e", "f"], " \\\n # c\n ")
    assert ([flag.value for flag in outer.flags], outer.end.code) == (["--b"], "")
    assert inner.end.code == " \n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param(" \\\n", None, id="continuation"),
        pytest.param(" # a", "Unknown", id="hash"),
        pytest.param(" foo", "Unknown", id="unknown"),
        pytest.param(" onbuild run a", "Unknown", id="chain"),
        pytest.param(" ONBU\\\nILD RUN a", "Unknown", id="chain-over-two-lines"),
        pytest.param(" \u00a0run a", "Run", id="wide-space"),
        pytest.param(" FROM a", "From", id="from"),
        pytest.param(" Maintainer a", "Maintainer", id="maintainer"),
    ],
)
def test_onbuild(text: str, kind: str | None) -> None:
    outer = only(f"ONBUILD{text}\n")
    assert isinstance(outer, Onbuild)
    assert (outer.instruction and type(outer.instruction).__name__) == kind


def test_a_chain_of_onbuilds_is_not_looked_into() -> None:
    outer = only("ONBUILD ONBUILD --a ONBUILD RUN b\n")
    assert isinstance(outer, Onbuild)
    inner = outer.instruction
    assert isinstance(inner, Unknown)
    assert (inner.name, leaves(inner)) == ("ONBUILD", ["--a", "ONBUILD RUN b"])


# --------------------------------------------------------------------------------------- unknown


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        pytest.param("RUM a b", "RUM", ["a b"], id="typo"),
        pytest.param("RUN;a", "RUN;A", [], id="no-blank"),
        pytest.param("RUN<<a", "RUN<<A", [], id="heredoc"),
        pytest.param("{{a}} --b c", "{{A}}", ["--b", "c"], id="template"),
        pytest.param("FROM\u00a0a", "FROM\u00a0A", [], id="wide-space"),
        pytest.param("\\a \\\n b", "\\A", ["b"], id="escape"),
        pytest.param("RUNa\\\nb c", "RUNAB", ["c"], id="over-two-lines"),
    ],
)
def test_unknown(text: str, name: str, values: list[str]) -> None:
    node = only(f"{text}\n")
    assert isinstance(node, Unknown)
    assert (node.name, leaves(node)) == (name, values)


# --------------------------------------------------------------------------------------- grammar


def _instruction_classes(kind: type[Instruction] = Instruction) -> set[type[Instruction]]:
    found = {each for each in kind.__subclasses__() if getattr(nodes, each.__name__, None) is each}
    return found.union(*(_instruction_classes(each) for each in found))


def test_every_keyword_has_its_class() -> None:
    kinds = {kind.word: kind for kind in _instruction_classes() if kind.word}
    assert len(kinds) == 18
    for word, kind in kinds.items():
        for text in (
            word,
            word.lower(),
            f"{word} a",
            f"{word} --a b",
            f"{word[:1]}\\\n{word[1:]} a",
        ):
            assert type(only(f"{text}\n")) is kind
            outer = only(f"ONBUILD {text}\n")
            assert isinstance(outer, Onbuild)
            assert type(outer.instruction) is (Unknown if kind is Onbuild else kind)


@pytest.mark.parametrize("escape", ["\\", "`"])
def test_grammar_has_no_conflicts(escape: str, caplog: pytest.LogCaptureFixture) -> None:
    """Lark refuses a grammar with reduce/reduce conflicts, and logs those that it resolves."""
    logger = logging.getLogger("lark")
    level, handlers = logger.level, logger.handlers
    try:
        logger.setLevel(logging.DEBUG)
        logger.handlers = [caplog.handler]
        lalr.built(lalr.grammar(escape), parser.heredocs(escape))
    finally:
        logger.setLevel(level)
        logger.handlers = handlers
    assert [record.message for record in caplog.records if "onflict" in record.message] == []


def test_words_of_an_argument_are_one_word() -> None:
    node = only("WORKDIR a  b \\\n  c\n")
    assert isinstance(node, nodes.Workdir) and isinstance(node.argument, Word)
    assert node.value == "a  b   c"
