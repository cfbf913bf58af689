"""The shell's view of a text: structure, spans, edits, and what is refused."""

import os
import pathlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dfix.shell import (
    Command,
    Redirect,
    ShellScript,
    Statement,
    Word,
    is_posix_shell,
    parse_shell,
    shell_kind,
)
from dfix.text import Span

HERE_DOCUMENT = ""


def outline(statements: Sequence[Statement]) -> str:
    """A list of statements in one line.

    `~` stands before what runs in a child process, `?` for a value that is not known, `&` behind
    what is in the background, `;` behind what is terminated; conditions stand before `?:`.
    """
    return " ".join(map(_outline, statements)).replace("\n", "NL")


def _outline(statement: Statement) -> str:
    operator = statement.operator + " " if statement.operator else ""
    command = statement.command
    if command is not None:
        parts = [f"{a.name}{a.operator}{_value(a.value)}" for a in command.assignments]
        parts += ["?" if value is None else value for value in command.words()]
        inner = ("~" if command.subshell else "") + " ".join(parts)
        if statement.kind == "test":
            inner = f"test[{inner}]"
    else:
        condition = outline(statement.condition) + " ?: " if statement.condition else ""
        inner = f"{statement.kind}[{condition}{outline(statement.children)}]"
    for redirect in statement.redirects:
        inner += f" {redirect.fd}{redirect.operator}{_value(redirect.target)}"
    background = "&" if statement.background else ""
    return f"{operator}{inner}{statement.terminated}{background}"


def _value(word: Word | None) -> str:
    if word is None:
        return ""
    return "?" if word.value is None else word.value


def texts(script: ShellScript, spans: Sequence[Span]) -> list[str]:
    return [script.text[span.start : span.end] for span in spans]


def words_of(command: Command) -> tuple[Word, ...]:
    return (command.name, *command.arguments) if command.name else ()


# What the counter-examples of merging two RUN instructions are made of; the number is theirs.
MERGING = [
    ("M1", "cd /tmp", "cd /tmp"),
    ("M1b", "touch f", "touch f"),
    ("M2-export", "export A=1", "export A=1"),
    ("M2-assignment", "A=1", "A=1"),
    ("M2-default", ": ${X:=v}", ": ?"),
    ("M2-eval", "eval Z=1", "eval Z=1"),
    ("M2-source", ". /q.sh", ". /q.sh"),
    ("M2-for", "for i in 1 2; do :; done", "for[:;]"),
    ("M2-echo", "echo $A", "echo ?"),
    (
        "M3",
        "export DEBIAN_FRONTEND=noninteractive && true",
        "export DEBIAN_FRONTEND=noninteractive && true",
    ),
    ("M3b", 'echo "$DEBIAN_FRONTEND"', "echo ?"),
    ("M4-umask", "umask 077", "umask 077"),
    ("M4-ulimit", "ulimit -n 64", "ulimit -n 64"),
    ("M4-set", "set -f", "set -f"),
    ("M4-IFS", "IFS=:", "IFS=:"),
    ("M4-OPTIND", "OPTIND=5", "OPTIND=5"),
    ("M5", "set -o pipefail; true", "set -o pipefail ; true"),
    ("M5b", "false | true && x", "pipeline[~false | ~true] && x"),
    ("M6", "A=1 :", "A=1 :"),
    ("M6-child", "A=1 sh -c 'echo $A'", "A=1 sh -c echo $A"),
    ("M7", "ls() { echo x; }", "function[group[echo x;]]"),
    ("M8-exec", "exec true", "exec true"),
    ("M8-exit", "if [ -e /x ]; then exit 0; fi", "if[[ -e /x ]; ?: exit 0;]"),
    ("M9", 'trap "rm /x" EXIT', "trap rm /x EXIT"),
    ("M10", "echo x || true", "echo x || true"),
    ("M10b", "a; b", "a ; b"),
    ("M11", "a || b && c", "a || b && c"),
    ("M12", "echo a # note", "echo a"),
    ("M13", "echo a;", "echo a;"),
    ("M14", "sleep 1 &", "~sleep 1&"),
    ("M15", "sleep 100 & echo $! >/pid", "~sleep 100& & echo ? >/pid"),
    ("M15b", "kill -0 $(cat /pid)", "kill -0 ?"),
    ("M16", "ln -sf /bin/bash /bin/sh", "ln -sf /bin/bash /bin/sh"),
    ("M16b", "[[ 1 == 1 ]]", "test[[[ 1 == 1 ]]]"),
    (
        "M17",
        "/usr/bin/tool; install -m 755 x /usr/local/bin/tool",
        "/usr/bin/tool ; install -m 755 x /usr/local/bin/tool",
    ),
    ("M18", "tool; rm /usr/local/bin/tool", "tool ; rm /usr/local/bin/tool"),
    ("M19", "groupadd g1; usermod -aG g1 root", "groupadd g1 ; usermod -aG g1 root"),
    (
        "M20",
        "sed -i s,:/root:,:/nh:, /etc/passwd",
        "sed -i s,:/root:,:/nh:, /etc/passwd",
    ),
    ("M21", "echo x >/dev/shm/x", "echo x >/dev/shm/x"),
    ("M22", "rm -rf /w", "rm -rf /w"),
    ("M23", "echo 1 >/a; ln /a /b", "echo 1 >/a ; ln /a /b"),
    ("M23b", "echo 2 >>/a", "echo 2 >>/a"),
    ("M24", "echo Q=1 >> ~/.profile", "echo Q=1 >>?"),
    ("M28", "set -e; true; false", "set -e ; true ; false"),
    ("M29-list", "echo a; false", "echo a ; false"),
    (
        "M29-for",
        "for i in 1 2; do false; echo $i; done",
        "for[false ; echo ?;]",
    ),
    (
        "M29-if",
        "if true; then false; echo x; fi",
        "if[true; ?: false ; echo x;]",
    ),
    (
        "M29-pipe",
        "{ false; echo hi; } | cat",
        "pipeline[group[~false ; ~echo hi;] | ~cat]",
    ),
    (
        "M30",
        "set -e; echo a; false; echo never",
        "set -e ; echo a ; false ; echo never",
    ),
    ("M32", "exec 3>/log", "exec 3>/log"),
    ("M32b", "echo hi >&3", "echo hi >&3"),
    ("M33", "renice 5 $$", "renice 5 ?"),
    ("M34", "readlink /proc/self", "readlink /proc/self"),
    ("M35", 'echo "$V"', "echo ?"),
]

STRUCTURES = [
    ("empty", "", ""),
    ("blank", " \t ", ""),
    ("only-comment", "# all of it", ""),
    ("and-or", "a && b || c; d", "a && b || c ; d"),
    ("tight", "a&&b||c;d|e", "a && b || c ; pipeline[~d | ~e]"),
    ("and-or-in-background", "a && b & c", "~a& && ~b& & c"),
    ("pipe-in-background", "a | b &", "pipeline[~a | ~b]&"),
    ("both-streams", "a |& b", "pipeline[~a |& ~b]"),
    ("not", "! a", "negated[a]"),
    ("not-pipeline", "! a | b && c", "negated[pipeline[~a | ~b]] && c"),
    ("not-second", "a && ! b >x", "a && negated[b >x]"),
    ("not-subshell", "! (a)", "negated[subshell[~a]]"),
    ("redirect-of-last", "a && b >x", "a && b >x"),
    ("redirect-of-middle", "a && b >x && c", "a && b >x && c"),
    ("redirect-then-pipe", "a && b >x | c && d", "a && pipeline[~b >x | ~c] && d"),
    ("redirect-in-pipe", "a | b 2>&1 | c", "pipeline[~a | ~b 2>&1 | ~c]"),
    ("redirect-alone", ">x", " >x"),
    ("redirect-alone-last", "a && >x", "a &&  >x"),
    ("redirect-first", ">x a b", "a b >x"),
    ("redirect-before-words", "a 2>&1 -y >/dev/null z", "a -y z 2>&1 >/dev/null"),
    ("redirect-closes", "a >&- <&0", "a >&- <&0"),
    ("redirect-of-group", "{ a; b; } >x 2>&1", "group[a ; b;] >x 2>&1"),
    ("here-string", "a <<<x b", "a b <<<x"),
    ("subshell", "(a; b) && c", "subshell[~a ; ~b] && c"),
    ("subshell-cd", "(cd /tmp && touch f)", "subshell[~cd /tmp && ~touch f]"),
    ("group-or", "a || { b; exit 1; }", "a || group[b ; exit 1;]"),
    ("assignments", "A=1 B='x y'", "A=1 B=x y"),
    ("assignment-adds", "A+=1", "A+=1"),
    ("assignment-empty", "A= b", "A= b"),
    ("assignment-element", "A[1]=2", "A=2"),
    ("assignment-array", "A=(1 2)", "A=?"),
    ("assignment-pattern", "A=*.txt", "A=*.txt"),
    ("assignment-home", "A=~/x B=a:~", "A=? B=?"),
    ("assignment-cut", "A=x$(b)/$C/d && e", "A=? && e"),
    ("prefix-and-redirect", "A=1 b >c", "A=1 b >c"),
    ("unset", "unset -f x", "unset -f x"),
    ("local", "local a b=1", "local a b=1"),
    ("bracket", '[ ! -f x -a "a" = b ]', "[ ! -f x -a a = b ]"),
    ("bracket-one-word", "[ a=b ] && c", "[ a=b ] && c"),
    ("bracket-escapes", r"[ \( a = b \) ]", "[ ( a = b ) ]"),
    ("bracket-double-equals", "[ $a == b ] || c", "[ ? == b ] || c"),
    ("brackets-as-words", "a [ b [ c ] ] d", "a [ b [ c ] ] d"),
    ("test-both", "[[ -f a && ! $b =~ c ]]", "test[[[ -f a && ! ? =~ c ]]]"),
    ("lone-dash", "apt-key add - 2>&1", "apt-key add - 2>&1"),
    ("lone-dollar", "a $ && b", "a $ && b"),
    ("escaped-blank", r"a \ b\ c d", "a  b c d"),
    ("cut-word", "a x$b/$C/d e", "a ? e"),
    ("if-elif-else", "if a; then b; elif c; d; then e; else f; fi", "if[a; c ; d; ?: b; e; f;]"),
    ("while", "while a; do b & done", "while[a; ?: ~b&]"),
    ("until-redirect", "until a; do b; done <x", "while[a; ?: b;] <x"),
    ("for-pipe", "a | while read b; do c; done", "pipeline[~a | while[~read b; ?: ~c;]]"),
    ("for-arithmetic", "for ((i=0; i<3; i++)); do a; done", "for[a;]"),
    ("select", "select a in b c; do d; done", "other[d;]"),
    ("case", "case $a in b|c) d ;; *) e; f;; esac", "case[d e ; f]"),
    ("case-empty", "case a in b) ;; esac", "case[]"),
    ("function-subshell", "f() ( a )", "function[subshell[~a]]"),
    ("function-keyword", "function f { a; }; f", "function[group[a;]] ; f"),
    ("arithmetic", "(( a++ )) && b", "other[] && b"),
    ("time", "time -p a | b", "pipeline[~time -p a | ~b]"),
    ("hash-in-word", "a b#c $#", "a b#c ?"),
    ("quotes", "a 'b c' \"d\" e'f'\"g\" ''", "a b c d efg "),
    ("find", r"find . ! -name x -exec rm {} \;", "find . ! -name x -exec rm {} ;"),
    ("configure", "./configure CFLAGS='-O2 -g' --x=y", "./configure CFLAGS=-O2 -g --x=y"),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [pytest.param(text, expected, id=name) for name, text, expected in MERGING + STRUCTURES],
)
def test_structure(text: str, expected: str) -> None:
    script = parse_shell(text)
    assert not script.has_error
    assert outline(script.statements) == expected


def test_commands_of_substitutions_are_found_and_run_in_a_child() -> None:
    script = parse_shell('a "$(b "$(c)" | d)" `e` <(f) ${X:-$(g)} $((1 + $(h)))\n')
    assert [command.words()[0] for command in script.commands] == list("abcdefgh")
    assert [command.subshell for command in script.commands] == [False] + [True] * 7


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A=$(b) c >$(d) $(e)", "cbde"),
        ("for i in $(a); do b; done", "ab"),
        ("case $(a) in $(b)) c;; esac", "abc"),
        ("[[ $(a) == b ]] && c", "ac"),
        ("(( $(a) + 1 ))", "a"),
        ("while a; do b; done < <(c)", "abc"),
        ("f() { a; } && f", "af"),
        ("a=($(b) c)", "b"),
    ],
)
def test_commands_stand_in_source_order(text: str, names: str) -> None:
    script = parse_shell(text)
    found = [command.name.text for command in script.commands if command.name]
    assert [name for name in found if name != "[["] == list(names)


def test_a_here_document_belongs_to_its_redirection() -> None:
    text = "cat <<EOF >/x && b | c\nhi $(d)\nEOF\ne"
    script = parse_shell(text, HERE_DOCUMENT)
    assert not script.has_error
    assert outline(script.statements) == "cat <<EOF >/x && pipeline[~b | ~c] NL e"
    cat = script.statements[0]
    assert texts(script, [cat.span]) == ["cat <<EOF >/x"]
    document = cat.redirects[0]
    assert document.body is not None
    assert texts(script, [document.span, document.body]) == ["<<EOF", "hi $(d)\nEOF"]
    assert [command.words() for command in script.commands][3] == ("d",)


@pytest.mark.parametrize(
    ("text", "delimiter", "body"),
    [
        ("a <<'E F'\nx\nE F\n", "E F", "x\nE F"),
        ("a <<-E\n\tx\n\tE\nb", "E", "\tx\n\tE"),
        ("a <<E\nE", "E", "E"),
        ("while a; do b; done <<E\nx\nE\nb", "E", "x\nE"),
    ],
)
def test_here_document_forms(text: str, delimiter: str, body: str) -> None:
    script = parse_shell(text, HERE_DOCUMENT)
    assert not script.has_error
    redirect = script.statements[0].redirects[0]
    assert redirect.target is not None and redirect.target.value == delimiter
    assert redirect.body is not None and texts(script, [redirect.body]) == [body]


def test_a_here_document_after_the_joined_line_is_left_alone() -> None:
    script = parse_shell("cat <<E \\\n  && b\nx \\\n# y\nE\n")
    assert outline(script.statements) == "cat <<E && b"
    body = script.statements[0].redirects[0].body
    assert body is not None and texts(script, [body]) == ["x \\\n# y\nE"]


def test_words_keep_their_raw_text_and_their_value() -> None:
    script = parse_shell('a\\\nb "$X${Y:-$Z}" c$(d $W) \'$no\' é"ü"')
    name, *arguments = words_of(script.commands[0])
    assert (name.text, name.value) == ("a\\\nb", "ab")
    assert [word.value for word in arguments] == [None, None, "$no", "éü"]
    assert [word.variables for word in arguments] == [("X", "Y", "Z"), ("W",), (), ()]


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("a $1 ${10} $@ $$", [("1",), ("10",), ("@",), ("$",)]),
        ("a ${#x} ${!y} ${z[1]} $((i + j))", [("x",), ("y",), ("z",), ("i", "j")]),
        ("a x$b/$C/d/$E", [("b", "C", "E")]),
        ("a $(X=1 b $Y)", [("Y",)]),
    ],
)
def test_variables_that_a_word_mentions(text: str, variables: list[tuple[str, ...]]) -> None:
    (command, *_) = parse_shell(text).commands
    assert [word.variables for word in command.arguments] == variables


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a \\\n && b", "a && b", id="plain"),
        pytest.param("a \\  \n && b", "a && b", id="blanks-after"),
        pytest.param("a \\\r\n && b\r", "a && b", id="crlf"),
        pytest.param("a \\\n# no \\\n\n  \t\n  # no\n && b", "a && b", id="swallowed"),
        pytest.param("a \\\n# don't (\n b", "a b", id="unbalanced-comment"),
        pytest.param("a &\\\n& b", "a && b", id="operator"),
        pytest.param("a 'b\\\nc' d\\\ne", "a bc de", id="within-words"),
        pytest.param("a # c \\\n && b", "a", id="comment-goes-on"),
        pytest.param("a \\", "a", id="dangling"),
        pytest.param("\\\na \\\n", "a", id="first-and-last"),
        pytest.param("i\\\nf a; th\\\nen b; fi", "if[a; ?: b;]", id="keyword"),
    ],
)
@pytest.mark.parametrize("escape", ["\\", "`"])
def test_lines_are_joined_as_the_builder_does(text: str, expected: str, escape: str) -> None:
    script = parse_shell(text.replace("\\", escape), escape)
    assert not script.has_error
    assert outline(script.statements) == expected


def test_the_other_escape_character_is_ordinary() -> None:
    assert parse_shell("a `\n && b").has_error
    assert parse_shell("a `b` c", "`").commands[1].words() == ("b",)


def test_a_shell_comment_and_a_swallowed_line() -> None:
    script = parse_shell("a \\\n# swallowed\n && b # shell's own \\\n# swallowed too\n still it")
    assert texts(script, script.comments) == ["# shell's own \\\n# swallowed too\n still it"]
    assert outline(script.statements) == "a && b"
    script = parse_shell("# one\na # two\nb c#d", HERE_DOCUMENT)
    assert texts(script, script.comments) == ["# one", "# two"]


NOTES = [
    ("alone", "`# n`", "", ["`# n`"]),
    ("first", "`# n` a", "a", ["`# n`"]),
    ("middle", "a `# n` b", "a b", ["`# n`"]),
    ("last", "a `# n` && b", "a && b", ["`# n`"]),
    ("between", "a && `# n` && b", "a &&  && b", ["`# n`"]),
    ("quotes", "a `# don't (x \"` && b `# } $NOPE`", "a && b", ["`# don't (x \"`", "`# } $NOPE`"]),
    ("continued", "a `# n \\\n m` \\\n b", "a b", ["`# n \\\n m`"]),
    ("bare", "a `#` b", "a b", ["`#`"]),
    ("escaped-backquote", r"a `# x \` y` b", "a b", [r"`# x \` y`"]),
    ("in-substitution", "a $(b `# n` c) d", "a ? d", ["`# n`"]),
    ("before-assignment", "`# n` A=1", "A=1", ["`# n`"]),
    ("in-double-quotes", 'a "b`# n`c" d', "a ? d", []),
    ("in-single-quotes", "a 'b`# n`c' d", "a b`# n`c d", []),
    ("part-of-word", "a b`# n`c d", "a ? d", []),
    ("after-command", "a `b # n's` && c", "a ? && c", []),
    ("not-a-comment", 'a `b c#d "# e"` && c', "a ? && c", []),
]


@pytest.mark.parametrize(
    ("text", "expected", "notes"), [pytest.param(*row[1:], id=row[0]) for row in NOTES]
)
def test_comments_in_backquotes(text: str, expected: str, notes: list[str]) -> None:
    script = parse_shell(text)
    assert not script.has_error
    assert outline(script.statements) == expected
    assert texts(script, script.notes) == notes
    assert not script.comments


def test_a_backquote_in_a_comment_is_none() -> None:
    script = parse_shell("a # `# n` b")
    assert outline(script.statements) == "a"
    assert texts(script, script.comments) == ["# `# n` b"]
    assert not script.notes


ERRORS = [
    ("open-quote", "a 'b", "\\"),
    ("open-double-quote", 'a "b', "\\"),
    ("open-backquote", "a `b", "\\"),
    ("open-substitution", "a $(b", "\\"),
    ("open-parenthesis", "(a", "\\"),
    ("close-parenthesis", "a )", "\\"),
    ("missing-operand", "a &&", "\\"),
    ("missing-first", "&& a", "\\"),
    ("if-without-fi", "if a; then b", "\\"),
    ("fi-without-if", "a; fi", "\\"),
    ("then-alone", "then a", "\\"),
    ("closing-brace", "a; }", "\\"),
    ("closing-test", "]] a", "\\"),
    ("case-end", "a ;;", "\\"),
    ("empty-group", "{ }", "\\"),
    ("empty-then", "if a; then fi", "\\"),
    ("empty-loop", "while a; do done", "\\"),
    ("words-after-compound", "(a) b", "\\"),
    ("words-after-redirect", "{ a; } >b c", "\\"),
    ("not-twice", "a | ! b", "\\"),
    ("not-group", "! { a; }", "\\"),
    ("pattern-list", "rm !(a)", "\\"),
    ("template", "a {{ b }} {% if c %} (", "\\"),
    ("hash-in-name", "a#b", "\\"),
    ("nul", "a\0b", "\\"),
    ("powershell", "if ($a -eq 1) { b }", "\\"),
    ("open-here-document", "a <<E\nb\n", ""),
    ("unlike-delimiter", "a <<E\nb\nE \n", ""),
    ("two-here-documents", "a <<E <<F\nb\nE\nc\nF\n", ""),
    ("shell-joins-words", "a b\\\nc", ""),
    ("shell-joins-comment", "a\\\n#b", ""),
    ("carriage-return", "if a; then\r\n b\r\nfi\r\n", ""),
]


@pytest.mark.parametrize(
    ("text", "escape"), [pytest.param(text, escape, id=name) for name, text, escape in ERRORS]
)
def test_what_is_no_shell_text_is_an_error(text: str, escape: str) -> None:
    script = parse_shell(text, escape)
    assert script.has_error
    assert all(0 <= error.start <= error.end <= len(text) for error in script.errors)


def test_carriage_returns_in_a_here_document_are_parts_of_words() -> None:
    script = parse_shell("a\r\nb c\r\n", HERE_DOCUMENT)
    assert [command.words() for command in script.commands] == [("a\r",), ("b", "c\r")]


@pytest.mark.parametrize("odd", ["\xa0", "\u3000", "é", "漢", "🐳", "\udcff", "\f", "\v", "\x7f"])
def test_odd_characters_are_parts_of_words(odd: str) -> None:
    script = parse_shell(f'a {odd}b${odd} \\\n "{odd}" && c{odd}')
    assert not script.has_error
    assert [command.words() for command in script.commands] == [
        ("a", f"{odd}b${odd}", odd),
        (f"c{odd}",),
    ]
    for command in script.commands:
        for word in words_of(command):
            assert script.text[word.span.start : word.span.end] == word.text


def test_lines_of_a_here_document_are_statements() -> None:
    script = parse_shell("set -e\n\na \\\n  b\n# c\nd; e &\nf", HERE_DOCUMENT)
    assert outline(script.statements) == "set -e NL a b NL d ; ~e& & f"


class TestEdited:
    def test_nothing(self) -> None:
        assert parse_shell("a && b").edited([]) == "a && b"

    def test_edits_in_any_order_keep_the_layout(self) -> None:
        script = parse_shell("apt-get  update \\\n  # why\n && apt-get install x")
        first, second = script.commands
        assert first.name and second.name
        edits = [(second.name.span, "apt"), (Span(first.span.end, first.span.end), " -q")]
        assert script.edited(edits) == "apt-get  update -q \\\n  # why\n && apt install x"

    def test_insertions_at_one_place_keep_their_order(self) -> None:
        assert parse_shell("a").edited([(Span(1, 1), " b"), (Span(1, 1), " c")]) == "a b c"

    @pytest.mark.parametrize(
        ("text", "span", "replacement"),
        [
            pytest.param("a && b", Span(0, 1), "'", id="new-error"),
            pytest.param("a && b", Span(0, 1), "", id="lost-operand"),
            pytest.param("a && b", Span(6, 6), " \\", id="dangles"),
            pytest.param("a && b", Span(1, 1), "\n", id="ends-early"),
            pytest.param("a \\\n && b", Span(2, 3), "", id="lost-continuation"),
            pytest.param("a && b )", Span(5, 6), "c", id="statement-with-error"),
            pytest.param("a ) b; c", Span(7, 8), "d", id="after-error"),
            pytest.param("a; b 'c", Span(5, 7), "c", id="in-error"),
            pytest.param("a\0", Span(0, 1), "b", id="unreadable"),
        ],
    )
    def test_refused(self, text: str, span: Span, replacement: str) -> None:
        assert parse_shell(text).edited([(span, replacement)]) is None

    def test_before_an_error(self) -> None:
        assert parse_shell("a; b; c ) d").edited([(Span(0, 1), "x")]) == "x; b; c ) d"

    def test_a_here_document_may_get_lines(self) -> None:
        script = parse_shell("a\nb\n", HERE_DOCUMENT)
        assert script.edited([(Span(0, 0), "set -e\n")]) == "set -e\na\nb\n"

    @pytest.mark.parametrize(
        "spans", [[Span(0, 2), Span(1, 3)], [Span(0, 9)], [Span(2, 1)]], ids=str
    )
    def test_wrong_spans(self, spans: list[Span]) -> None:
        with pytest.raises(ValueError, match="overlaps"):
            parse_shell("a b c").edited([(span, "x") for span in spans])


@pytest.mark.parametrize(
    ("argv", "kind"),
    [
        ([], "unknown"),
        (["/bin/bash"], "unknown"),
        (["/usr/bin/fish", "-c"], "unknown"),
        (["/bin/zsh", "-c"], "unknown"),
        (["python3", "-c"], "unknown"),
        (["conda", "run", "-n", "env", "/bin/bash", "-c"], "unknown"),
        (["env", "-i", "bash", "-c"], "unknown"),
        (["/bin/sh", "-c"], "posix"),
        (["/bin/bash", "-o", "pipefail", "-c"], "posix"),
        (["/bin/bash", "-ceuxo", "pipefail"], "posix"),
        (["/bin/ash", "-eo", "pipefail", "-c"], "posix"),
        (["/usr/bin/env", "bash", "-c"], "posix"),
        (["busybox", "sh", "-c"], "posix"),
        (["C:\\Git\\bin\\bash.exe", "-lc"], "posix"),
        (["powershell", "-Command"], "powershell"),
        (["C:/Program Files/PowerShell/7/PWSH.EXE", "-c"], "powershell"),
        (["cmd", "/S", "/C"], "cmd"),
        (["C:\\Windows\\System32\\CMD.exe", "/S", "/C"], "cmd"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_shell_kind(argv: list[str], kind: str) -> None:
    assert shell_kind(argv) == kind
    assert is_posix_shell(argv) == (kind == "posix")


HOSTILE = ["(", '"', "'", "$(", "\\", "`", "{ ", "${", '"$(', "[", "[[ ", "a|", "a&&", "if ", "(("]
HOSTILE += ["$((", "<<a ", "<<a\n", "a=(", "){", ">", "<(", "! ", "f(){ ", ";", "&", "a ", "#"]
HOSTILE += ["`# ", "x$b/$C/", "\\\n", "\\\n#\n", "é", "] ", "{a,b}", "a==", "case a in ", "$(a) "]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    text = (unit * 65536)[:65536]
    started = time.process_time()
    parse_shell.__wrapped__(text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("opening", "inner", "closing", "depth"),
    [
        ("( ", "b", " )", 35),
        ("$(a ", "b", ")", 35),
        ("if a; then ", "b", "; fi", 35),
        ('"$(a `', "b", '`)"', 1),
    ],
)
def test_depth(opening: str, inner: str, closing: str, depth: int) -> None:
    script = parse_shell(opening * depth + inner + closing * depth)
    assert not script.has_error
    assert script.commands[-1].words()[-1] == inner
    deeper = parse_shell(opening * 500 + inner + closing * 500)
    assert deeper.has_error
    assert not deeper.statements


def test_long_lists_are_not_deep() -> None:
    script = parse_shell("a >b && " * 2000 + "c")
    assert len(script.statements) == 2001
    assert not script.has_error


def test_loading_costs_nothing() -> None:
    code = "import sys, dfix.shell; print([m for m in sys.modules if m.startswith('tree_sitter')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def statements_of(script: ShellScript) -> Iterator[Statement]:
    stack = list(script.statements)
    while stack:
        statement = stack.pop()
        yield statement
        stack += statement.children + statement.condition


def check_spans(script: ShellScript) -> None:
    """Every span is within the text and holds what it says."""
    text = script.text
    for statement in statements_of(script):
        assert 0 <= statement.span.start <= statement.span.end <= len(text)
        if statement.command:
            assert statement.command.span == statement.span
    for command in script.commands:
        words = [*words_of(command), *(a.value for a in command.assignments if a.value)]
        words += [redirect.target for redirect in command.redirects if redirect.target]
        for word in words:
            assert text[word.span.start : word.span.end] == word.text
        for redirect in command.redirects:
            if not script.has_error:
                check_redirect(text, redirect)
        if not script.has_error:
            inside = [word.span for word in words_of(command)]
            inside += [redirect.span for redirect in command.redirects]
            assert all(
                command.span.start <= span.start <= span.end <= command.span.end for span in inside
            )
    if not script.has_error:
        for before, after in zip(script.statements, script.statements[1:], strict=False):
            assert before.span.end <= after.span.start


def check_redirect(text: str, redirect: Redirect) -> None:
    source = re.sub(r"[\\`][ \t]*\r*\n", "", text[redirect.span.start : redirect.span.end])
    assert source.startswith(redirect.fd + redirect.operator)


PIECES = st.sampled_from(
    "a|b |$x|\"|'|`|(|)|$(|{ |}|; |&& ||| ||||& |\\\n|# c|if a; then |fi |do |done |for i in |> f|"
    "2>&1 |A=|export |[ | ]|é|\u3000|\udc80|\r\n|\t|-|$|!|f() |==|`# n`|*|<<E\n|\nE\n".split("|")
)


@given(st.lists(PIECES, max_size=20).map("".join), st.sampled_from(["\\", "`", ""]))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(text: str, escape: str) -> None:
    script = parse_shell.__wrapped__(text, escape)
    assert script.text == text
    check_spans(script)
    if len(script.cooked) == len(text):
        assert script.cooked == text


def bodies(text: str) -> Iterator[str]:
    """RUN texts of a Dockerfile, roughly: no other instruction's here-documents are known."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    while lines:
        body = lines.pop(0)
        goes_on = re.search(r"\\[ \t]*\r*\n?\Z", body)
        while goes_on and lines:
            body += lines[0]
            if lines[0].strip() and not lines[0].lstrip().startswith("#"):
                goes_on = re.search(r"\\[ \t]*\r*\n?\Z", lines[0])
            del lines[0]
        found = re.match(r"\s*RUN\s+(?![-\[<])", body, re.IGNORECASE)
        if found and "<<" not in body and not body.lstrip().startswith("#"):
            yield body[found.end() :].rstrip("\r\n")


@pytest.mark.corpus
def test_real_texts() -> None:
    folder = os.environ.get("DFIX_CORPUS")
    if not folder:
        pytest.skip("DFIX_CORPUS names no folder of Dockerfiles")
    files = sorted(path for path in pathlib.Path(folder).glob("open*/**/*") if path.is_file())
    clean = total = 0
    for path in files[::10]:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        if re.search(r"powershell|windows|#\s*escape", text, re.IGNORECASE):
            continue
        for body in bodies(text):
            script = parse_shell.__wrapped__(body)
            check_spans(script)
            assert script.edited([]) in (body, None)
            total += 1
            clean += not script.has_error
            # Where lines are joined makes no difference to what is found.
            joined = parse_shell.__wrapped__(script.cooked.strip())
            assert outline(joined.statements) == outline(script.statements)
    assert total > 500, "the folder holds few RUN instructions"
    assert clean / total > 0.99
