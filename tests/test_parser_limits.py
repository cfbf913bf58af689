"""What nobody writes by hand: the parser takes everything, loses nothing, and stays linear."""

import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dfix.nodes import Dockerfile, End, Heredoc, Leaf, Node, Onbuild, Run, Unknown
from dfix.parser import parse
from dfix.words import WordError, expand, expand_words, heredocs

# -------------------------------------------------------------------------- total and lossless

_PIECES = [
    *"RUN FROM COPY ADD ENV LABEL ARG ONBUILD HEALTHCHECK CMD VOLUME SHELL USER EXPOSE run NONE".split(),
    *(" ", " ", " ", "  ", "\t", "\x0b", "\x0c", "\r", "\n", "\n", "\n", "\r\n", "\u00a0", "\u3000", "\x85"),
    *("\\", "\\\n", "\\ \n", "\\\r\n", "\\\n\\\n", "`", "`\n", "``", "\\\\", "\\\n\n", "\\\n# c\n"),
    *("#", "# c\n", "# escape=`\n", "# syntax=a\n", "#check=b\n", "#!", "=", "a", "a=b", "é", "\ufeff"),
    *("--", " -- ", "--x=1", "--mount=a", '"', "'", '\\"', "[", "]", '["a"', '"a"', ",", '["a", "b"]'),
    *("<<", "<<-", "<<EOF", " <<-E", "<<'E'", "EOF\n", "\tE\n", "E\n", "$x", "${a:-", "}", "\0", "\udc80"),
    *("{", "|", "\u2028", "\\u0041", "\U0001f433"),
]  # fmt: skip
_SOUP = st.lists(st.sampled_from(_PIECES), max_size=40).map("".join)
_TEXTS = st.one_of(
    _SOUP,
    _SOUP.map("# escape=`\n".__add__),
    _SOUP.map("RUN ".__add__),
    _SOUP.map("# escape=`\nCOPY ".__add__),
)


def _shape(tree: Dockerfile) -> list[tuple[object, ...]]:
    return [
        (type(node), getattr(node, "prefix", ""), getattr(node, "text", ""), getattr(node, "joined", ""))
        for node in tree.walk()
    ]  # fmt: skip


@settings(deadline=None)
@given(_TEXTS)
@example("COPY <<\x0cEOF\nEOF\n")
@example("\u3000\\\n")
@example("COPY a\\\n\u00a0")
@example("RUN a\\\n#\x0b")
def test_every_text_comes_back(text: str) -> None:
    tree = parse(text)
    assert tree.code == text.encode("utf-8", "surrogateescape")
    assert _shape(parse(tree.code)) == _shape(tree)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_every_byte_comes_back(data: bytes) -> None:
    assert parse(data).code == data


@settings(deadline=None)
@given(st.text(max_size=80))
def test_every_character_comes_back(text: str) -> None:
    assert parse(text).text == text


@settings(deadline=None)
@given(_TEXTS)
def test_a_value_is_one_line(text: str) -> None:
    """What the builder sees has no line ends; only a line that says nothing at all is empty."""
    for instruction in parse(text).instructions:
        for node in instruction.walk():
            if isinstance(node, Leaf) and not isinstance(node, End):
                assert "\n" not in node.value
                assert node.value or (isinstance(instruction, Unknown) and not instruction.name)


@settings(deadline=None)
@given(_TEXTS)
def test_leaves_hold_no_outer_blanks(text: str) -> None:
    tree = parse(text)
    for instruction in tree.instructions:
        for node in instruction.walk():
            if isinstance(node, Leaf) and not isinstance(node, End):
                assert node.text == node.text.lstrip("\t\x0b\x0c\r ")


@settings(deadline=None)
@given(_TEXTS)
def test_every_node_is_part_of_the_text_once(text: str) -> None:
    tree = parse(text)
    own = [
        "".join(out)
        for node in tree.walk()
        if not node.children and not isinstance(node, Dockerfile)
        for out in [_printed(node)]
    ]
    assert "".join(own) == tree.text
    assert len({id(node) for node in tree.walk()}) == len(list(tree.walk()))


def _printed(node: Node) -> list[str]:
    out: list[str] = []
    node.print_to(out, "\n")
    return out


# -------------------------------------------------------------------------------------- linear


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _is_linear(work: Callable[[int], object], size: int) -> bool:
    """Whether four times the size takes about four times the time, not sixteen times.

    A busy machine may spoil a measurement: the best of three counts.
    """
    ratios = []
    for _ in range(3):
        once, four = _seconds(lambda: work(size)), _seconds(lambda: work(4 * size))
        ratios.append((four - 0.05) / max(once, 0.001))
        if ratios[-1] < 8:
            return True
    return False


# Each makes a text of about n pieces.
HOSTILE: dict[str, Callable[[int], str]] = {
    "quoted-words": lambda n: "ENV a='" + "b'" * n,
    "open-quotes": lambda n: "ENV " + 'a="' * n,
    "quotes-in-a-flag": lambda n: "RUN --a='" + "' '" * n,
    "quotes-of-two-kinds": lambda n: "RUN --" + "\"' " * n,
    "escaped-quotes": lambda n: 'ENV a="' + '\\"' * n,
    "long-name-with-a-sign-at-last": lambda n: "ENV " + "a\\\n" * n + "=b",
    "quoted-name-with-a-sign-at-last": lambda n: "ENV " + "'a'" * n + "=",
    "pairs": lambda n: "ENV " + "a=b " * n,
    "words-of-a-legacy-pair": lambda n: "LABEL " + "a " * n,
    "brackets": lambda n: "RUN " + "[" * n,
    "brackets-and-quotes": lambda n: "RUN " + '["' * n,
    "open-array": lambda n: "RUN [" + '"a",' * n,
    "array-with-a-tail": lambda n: "RUN [" + '"a",' * n + '"b"] x',
    "array": lambda n: "RUN [" + '"a",' * n + '"b"]',
    "string-with-a-tail": lambda n: 'RUN ["' + "\\n" * n + '"] x',
    "code-points": lambda n: 'RUN ["' + "\\u0041" * n + '"]',
    "continuations-in-a-string": lambda n: 'RUN ["a' + "\\\n" * n + '"]',
    "continuations-in-an-array": lambda n: "RUN [" + " \\\n" * n + '"a"',
    "blanks-in-an-array": lambda n: "RUN [" + " " * n,
    "backslashes": lambda n: "RUN " + "\\" * n,
    "backslashes-in-pairs": lambda n: "ENV a=" + "\\\\" * n,
    "continuations": lambda n: "RUN " + "\\\n" * n,
    "continuations-with-blanks": lambda n: "RUN " + "\\ \n" * n,
    "indented-continuations": lambda n: "RUN " + " \\\n" * n + "a",
    "words-and-continuations": lambda n: "COPY " + "a \\\n" * n,
    "one-word-and-continuations": lambda n: "COPY " + "a\\\n" * n,
    "keyword-and-continuations": lambda n: "R" + "\\\n" * n + "UN a",
    "empty-lines-in-a-continuation": lambda n: "RUN a \\\n" + "\n" * n + "b",
    "comments-in-a-continuation": lambda n: "RUN a \\\n" + "#\n" * n + "b",
    "crumbs-behind-the-last": lambda n: "RUN a\\\n" + "  \n#\n" * n,
    "backticks": lambda n: "# escape=`\nRUN " + "a `\n" * n,
    "flags": lambda n: "RUN " + "--a " * n,
    "flags-of-healthcheck": lambda n: "HEALTHCHECK " + "--a " * n + "CMD [",
    "dashes": lambda n: "RUN " + "-" * n,
    "ends-of-flags": lambda n: "RUN " + "-- " * n,
    "arrows": lambda n: "RUN " + "<<" * n,
    "arrows-and-blanks": lambda n: "RUN " + "<< " * n,
    "one-arrow-and-blanks": lambda n: "RUN <<" + " " * n + "a<",
    "heredocs-of-one-name": lambda n: "RUN " + "<<E " * n + "\n" + "x\n" * n,
    "heredocs": lambda n: "".join(
        ("RUN ", *(f"<<E{at} " for at in range(n)), "\n", *(f"E{at}\n" for at in range(n)))
    ),
    "heredocs-of-copy": lambda n: "COPY " + "<<E " * n + "a\n" + "E\n" * n,
    "digits-before-an-arrow": lambda n: "RUN " + "1" * n + " <<E",
    "open-substitutions": lambda n: "RUN " + "${a:-" * n + " <<E",
    "shifts": lambda n: "RUN " + "$((1<<2)) " * n,
    "blanks": lambda n: "RUN" + " " * n + "a" + " " * n + "b" + " " * n,
    "blank-lines": lambda n: "\n" * n,
    "one-blank-line": lambda n: " " * n + "#",
    "returns": lambda n: "\r" * n,
    "nuls": lambda n: "\0" * n,
    "marks": lambda n: "\ufeff" * n,
    "wide-spaces": lambda n: "COPY " + "\u00a0 " * n + "a",
    "wide-spaces-before-a-keyword": lambda n: "\u00a0 " * n + "RUN a",
    "wide-spaces-between-pairs": lambda n: "ENV a=b" + "\u00a0 " * n + "a=b",
    "wide-spaces-at-the-end": lambda n: "COPY a b" + "\u00a0 " * n,
    "onbuilds": lambda n: "ONBUILD " * n + "RUN a",
    "onbuilds-and-continuations": lambda n: "ONBUILD \\\n" * n + "RUN a",
    "unknown-lines": lambda n: "x\n" * n,
    "comments": lambda n: "# a\n" * n,
    "directives": lambda n: "# escape=`\n" * n,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_repetition(name: str) -> None:
    text = HOSTILE[name](100)
    assert parse(text).text == text
    assert _is_linear(lambda n: parse(HOSTILE[name](n)).code, 8_000)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        pytest.param("${x#*a*a*a*a*a*a*a*a*b}", None, id="prefix"),
        pytest.param("${x##*a*a*a*a*a*a*a*a*b}", None, id="longest-prefix"),
        pytest.param("${x%%b*a*a*a*a*a*a*a*a*}", None, id="suffix"),
        pytest.param("${x/a*a*a*a*b/c}", None, id="replace"),
        pytest.param("${x//aa/b}", "b" * 10_000, id="replace-all"),
        pytest.param("${x//?/}", "", id="replace-each"),
    ],
)
def test_patterns_do_not_explode(text: str, result: str | None) -> None:
    value = "a" * 20_000
    assert _seconds(lambda: expand(text, {"x": value})) < 2
    assert expand(text, {"x": value}) == (value if result is None else result)


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda n: expand('"a" ' * n + "$x", {}), id="quotes"),
        pytest.param(lambda n: expand("$x" * n, {"x": "y"}), id="variables"),
        pytest.param(lambda n: expand("${x:-'y'}" * n, {}), id="substitutions"),
        pytest.param(lambda n: expand_words("a " * n + "'b'", {}), id="words"),
        pytest.param(lambda n: heredocs("<<a " * n), id="heredocs"),
        pytest.param(lambda n: heredocs("<<" + "\\" * n), id="one-heredoc"),
    ],
)
def test_words_are_linear(work: Callable[[int], object]) -> None:
    assert _is_linear(work, 5_000)


def test_nested_substitutions_end_in_an_error() -> None:
    with pytest.raises(WordError):
        expand("${a:-" * 50_000, {})
    assert heredocs("RUN " + '"${a:-' * 50_000 + " <<E") == ()


# ----------------------------------------------------------------------------------------- large


def test_ten_megabytes_of_lines() -> None:
    piece = (
        "# a comment\nRUN a --bcd \\\n" + "    # why\n    && ef -g 'h i' \\\n" * 30 + "    && j\n\n"
    )
    text = piece * (10_000_000 // len(piece))
    trees: list[Dockerfile] = []
    assert _seconds(lambda: trees.append(parse(text))) < 20
    assert trees[0].text == text
    assert len(trees[0].instructions) == text.count("RUN")


@pytest.mark.parametrize("start", ["RUN ", "# ", "ENV a=", "COPY ", "", "FROM --a=", 'CMD ["'])
def test_ten_megabytes_in_one_line(start: str) -> None:
    text = start + "a" * 10_000_000
    trees: list[Dockerfile] = []
    assert _seconds(lambda: trees.append(parse(text))) < 10
    assert trees[0].text == text


def test_line_of_64_kib() -> None:
    for size in (65_534, 65_535, 65_536, 65_537):
        (node,) = parse("RUN " + "a" * (size - 4) + "\n").instructions
        assert isinstance(node, Run)
        assert len(node.code) == size + 1


def test_200_000_empty_lines_in_a_continuation() -> None:
    text = "RUN a \\\n" + "\n" * 200_000 + "  b\n"
    trees: list[Dockerfile] = []
    assert _seconds(lambda: trees.append(parse(text))) < 5
    (node,) = trees[0].instructions
    assert isinstance(node, Run)
    assert node.shell == "a   b"
    assert trees[0].text == text


def test_100_000_heredocs() -> None:
    names = [f"E{at}" for at in range(100_000)]
    text = (
        "RUN " + " ".join(f"<<{name}" for name in names) + "\n" + "".join(f"{n}\n" for n in names)
    )
    (node,) = parse(text).instructions
    assert [heredoc.name for heredoc in node.heredocs] == names
    many = "".join(f"RUN <<{name}\na\n{name}\n" for name in names[:20_000])
    tree = parse(many)
    assert tree.text == many
    assert sum(isinstance(each, Heredoc) for each in tree.walk()) == 20_000


@pytest.mark.parametrize("separator", [" ", " \\\n", "\t# a ", " --b "], ids=ascii)
def test_onbuild_is_never_deep(separator: str) -> None:
    """No tree is deep: what walks it by recursion needs no care."""
    text = f"ONBUILD{separator}" * 10_000 + "RUN a\n"
    tree = parse(text)
    assert tree.text == text
    (outer,) = tree.instructions
    assert isinstance(outer, Onbuild)
    assert isinstance(outer.instruction, Unknown)
    assert len(list(tree.walk())) < 20_000
