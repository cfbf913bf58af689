"""What a RUN is made of, and what the failure of each part does."""

import pytest

from dfix.plan import Statement
from tests.plan.reading import effects, failures, of_kind, planned, run, statements

STRICT = 'SHELL ["/bin/sh", "-ec"]'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a", [("a", "aborts")], id="one"),
        pytest.param("a && b", [("a", "aborts"), ("b", "aborts")], id="and"),
        pytest.param("a; b", [("a", "ignored"), ("b", "aborts")], id="sequence"),
        pytest.param("a || b", [("a || b", "aborts")], id="or"),
        pytest.param("a || b; c", [("a || b", "ignored"), ("c", "aborts")], id="or-first"),
        pytest.param("a || b && c", [("a || b", "aborts"), ("c", "aborts")], id="left-first"),
        pytest.param("a && b || c", [("a && b || c", "aborts")], id="and-or"),
        pytest.param(
            "a && b; c", [("a", "skips"), ("b", "ignored"), ("c", "aborts")], id="and-first"
        ),
        pytest.param("a &", [("a &", "ignored")], id="background"),
        pytest.param("a & b", [("a &", "ignored"), ("b", "aborts")], id="background-first"),
        pytest.param("a && b & c", [("a && b &", "ignored"), ("c", "aborts")], id="list-back"),
        pytest.param("! a; b", [("! a", "ignored"), ("b", "aborts")], id="negated"),
        pytest.param("! a", [("! a", "aborts")], id="negated-last"),
        pytest.param("a | b; c", [("a | b", "ignored"), ("c", "aborts")], id="pipe"),
        pytest.param("{ a; b; }", [("a", "ignored"), ("b", "aborts")], id="group"),
        pytest.param("{ a; b; } >f", [("{ a; b; } >f", "aborts")], id="redirected-group"),
        pytest.param("{ a; b; } | c", [("{ a; b; } | c", "aborts")], id="group-in-pipe"),
        pytest.param("{ a; b; } || c", [("{ a; b; } || c", "aborts")], id="group-in-or"),
        pytest.param("{ { a; }; }", [("a", "aborts")], id="nested-groups"),
        pytest.param("(a; b)", [("(a; b)", "aborts")], id="subshell"),
        pytest.param(
            "a && { b; c; }; d",
            [("a", "skips"), ("{ b; c; }", "ignored"), ("d", "aborts")],
            id="group-that-is-skipped-whole",
        ),
        pytest.param(
            "a && b && c; d",
            [("a", "skips"), ("b", "skips"), ("c", "ignored"), ("d", "aborts")],
            id="skipping-one-by-one",
        ),
        pytest.param(
            "set -e; a; b", [("set -e", "ignored"), ("a", "aborts"), ("b", "aborts")], id="errexit"
        ),
        pytest.param(
            "set -e; a && b; c",
            [("set -e", "ignored"), ("a", "skips"), ("b", "aborts"), ("c", "aborts")],
            id="errexit-spares-and",
        ),
        pytest.param(
            "set -e; ! a; b",
            [("set -e", "ignored"), ("! a", "ignored"), ("b", "aborts")],
            id="errexit-spares-not",
        ),
        pytest.param(
            "set -e; if a; then b; fi; c",
            [("set -e", "ignored"), ("if a; then b; fi", "ignored"), ("c", "aborts")],
            id="errexit-spares-the-status-of-if",
        ),
        pytest.param(
            "set -e; a & b",
            [("set -e", "ignored"), ("a &", "ignored"), ("b", "aborts")],
            id="errexit-back",
        ),
        pytest.param(
            "set -e; a; set +e; b; c",
            [
                ("set -e", "ignored"),
                ("a", "aborts"),
                ("set +e", "aborts"),
                ("b", "ignored"),
                ("c", "aborts"),
            ],
            id="errexit-off-again",
        ),
        pytest.param(
            "set -eux; a; b",
            [("set -eux", "ignored"), ("a", "aborts"), ("b", "aborts")],
            id="errexit-among-letters",
        ),
        pytest.param(
            "set -o errexit; a; b",
            [("set -o errexit", "ignored"), ("a", "aborts"), ("b", "aborts")],
            id="errexit-by-name",
        ),
        pytest.param(
            "{ set -e; a; b; } && c",
            [("set -e", "ignored"), ("a", "ignored"), ("b", "aborts"), ("c", "aborts")],
            id="errexit-before-and",
        ),
        pytest.param("# nothing", [("", "aborts")], id="comment-alone"),
        pytest.param("a # b", [("a", "aborts")], id="comment-behind"),
        pytest.param("if", [("if", "aborts")], id="broken"),
        pytest.param("a  &&", [("a  &&", "aborts")], id="broken-stays-as-it-is"),
    ],
)
def test_failures(text: str, expected: list[tuple[str, str]]) -> None:
    assert failures(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a   b", "a b", id="blanks"),
        pytest.param("a\tb", "a b", id="tab"),
        pytest.param("a 'x  y'", "a 'x  y'", id="single-quotes"),
        pytest.param('a "x  y"', 'a "x  y"', id="double-quotes"),
        pytest.param('a "x\\"  y"', 'a "x\\"  y"', id="escaped-quote"),
        pytest.param('a "$(b "x  y")"  c', 'a "$(b "x  y")"  c', id="code-in-quotes"),
        pytest.param("a x\\  y", "a x\\  y", id="escaped-blank"),
        pytest.param("a $'x\\'  y'", "a $'x\\'  y'", id="ansi-quotes"),
        pytest.param("a ${x:-b  c}", "a ${x:-b  c}", id="expansion"),
        pytest.param("a \\\n    b", "a b", id="continuation"),
        pytest.param("a\\\nb", "ab", id="continuation-within-a-word"),
        pytest.param("a \\\n# note\n    b", "a b", id="swallowed-comment"),
        pytest.param("a `# note` b", "a b", id="note"),
        pytest.param("a||b", "a || b", id="operator"),
        pytest.param("( a;  b )", "( a; b )", id="compound"),
    ],
)
def test_the_normal_form(text: str, expected: str) -> None:
    assert [each.text for each in run(text)] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("(a; b) && c", "ignored", id="masked"),
        pytest.param("(a; b)", "aborts", id="last"),
        pytest.param("(a; b); c", "aborts", id="loose"),
        pytest.param("{ (a; b); } && c", "ignored", id="masked-by-a-group"),
        pytest.param("(a && b) && c", None, id="no-difference"),
        pytest.param("! (a; b)", None, id="negated"),
        pytest.param("a $(b; c) && d", "ignored", id="substitution"),
        pytest.param("! a $(b; c)", "aborts", id="negated-substitution"),
        pytest.param("a $(b) && d", None, id="plain-substitution"),
        pytest.param("a 'eval $(b; c)' && d", None, id="substitution-in-single-quotes"),
        pytest.param("a $(b) \\; && d", None, id="escaped-semicolon"),
        pytest.param("a $'\\'$(b; c)' && d", "ignored", id="substitution-in-what-bash-quotes"),
        pytest.param("a \"'$(b; c)'\" && d", "ignored", id="substitution-in-double-quotes"),
        pytest.param("for x in y; do a; done && c", "ignored", id="loop"),
        pytest.param(". x && c", "ignored", id="script"),
        pytest.param("$x && c", "ignored", id="unknown"),
    ],
)
def test_failures_inside_under_errexit(text: str, expected: str | None) -> None:
    assert statements(STRICT, f"RUN {text}")[0].inside == expected


def test_without_errexit_failures_inside_are_ignored() -> None:
    assert [each.inside for each in run("(a; b) && (c; d)")] == ["ignored", "ignored"]


def test_errexit_set_within_depends_on_the_place() -> None:
    assert [each.inside for each in run("(set -e; a; b) && (set -e; c; d)")] == [
        "ignored",
        "aborts",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("cd /a; b", "/a", id="absolute"),
        pytest.param("cd a; b", "/w/a", id="relative"),
        pytest.param("cd ..; b", "/", id="up"),
        pytest.param("cd a && cd b && c", "/w/a/b", id="twice"),
        pytest.param("cd '/a b'; c", "/a b", id="quoted"),
        pytest.param("cd -P /a; c", "/a", id="option"),
        pytest.param("cd -- /a; c", "/a", id="dashes"),
        pytest.param("cd /a || exit 1; c", "/a", id="or-exit"),
        pytest.param("(cd /a); b", "/w", id="subshell"),
        pytest.param("cd /a | b; c", "/w", id="pipe"),
        pytest.param("x $(cd /a; pwd); c", "/w", id="substitution"),
    ],
)
def test_where_the_last_statement_runs(text: str, expected: str) -> None:
    assert statements("WORKDIR /w", f"RUN {text}")[-1].cwd == expected


@pytest.mark.parametrize("text", ["cd $X; b", "cd; b", "cd -; b", "cd ~/x; b", "cd $(x); b"])
def test_an_unknown_directory_is_no_directory(text: str) -> None:
    cwd = statements("WORKDIR /w", f"RUN {text}")[-1].cwd
    assert not cwd.startswith("/")
    assert cwd == statements("WORKDIR /v", f"RUN {text}")[-1].cwd


def test_state_ends_with_its_run() -> None:
    first, *_, last = statements(
        "RUN a", "RUN cd /x; export A=1; umask 077; set -u; f() { :; }", "RUN b"
    )
    assert (last.cwd, last.env, last.umask, last.options, last.after) == (
        first.cwd,
        first.env,
        None,
        (),
        (),
    )


def test_what_a_run_sets() -> None:
    last = run("export A=1 B=$C; umask 022; set -eo pipefail; v=1; W=2; trap x EXIT; d $v")[-1]
    assert last.env["A"] == "1"
    assert last.env["B"] != "$C"
    assert last.umask == "022"
    assert last.options == ("errexit", "pipefail")
    assert last.variables == ("W=2", "v=1")
    assert last.after == ("trap x EXIT",)


def test_a_variable_that_is_not_named_is_not_seen() -> None:
    assert run("v=1; d $w")[-1].variables == ()


def test_an_assignment_to_an_exported_name_is_exported() -> None:
    assert statements("ENV A=1", "RUN A=2; b")[-1].env["A"] == "2"
    assert statements("RUN set -a; x=2; b")[-1].env["x"] == "2"


def test_the_shell_gives_its_options() -> None:
    (found,) = statements('SHELL ["/bin/bash", "-euxo", "pipefail", "-c"]', "RUN a")
    assert found.options == ("errexit", "nounset", "pipefail", "xtrace")
    assert found.shell == ("/bin/bash", "-euxo", "pipefail", "-c")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(['RUN ["a",   "b; c"]'], '["a", "b; c"]', id="exec-form"),
        pytest.param(['SHELL ["cmd", "/S", "/C"]', "RUN a && b"], "a && b", id="cmd"),
        pytest.param(['SHELL ["pwsh", "-Command"]', "RUN a; b"], "a; b", id="powershell"),
        pytest.param(['SHELL ["/bin/sh"]', "RUN a; b"], "a; b", id="no-c"),
        pytest.param(['SHELL ["perl", "-e"]', "RUN a; b"], "a; b", id="unknown-shell"),
        pytest.param(["RUN <<EOF", "a", "b", "EOF"], "<<EOF\na\nb\nEOF\n", id="heredoc"),
        pytest.param(["RUN a && (b"], "a && (b", id="broken"),
        pytest.param(["RUN"], "", id="empty"),
    ],
)
def test_what_is_one_statement(lines: list[str], expected: str) -> None:
    (found,) = statements(*lines)
    assert (found.text, found.failure) == (expected, "aborts")


def test_exec_form_has_no_shell() -> None:
    assert statements('RUN ["a"]')[0].shell == ()
    assert statements("RUN a")[0].shell is None


def test_heredocs_differ_by_their_bodies() -> None:
    one = effects("RUN <<EOF", "a", "EOF")
    assert one == effects("RUN <<EOF", "a", "EOF")
    assert one != effects("RUN <<EOF", "b", "EOF")


def test_flags_are_expanded_and_stages_numbered() -> None:
    line = "RUN --mount=type=cache,id=$ID,from=BUILD,target=/c --network=none a"
    stage = planned("FROM a AS Build", "FROM b", "ARG ID=x", line).stages[1]
    assert of_kind(stage.effects[0], Statement).flags == (
        "--mount=type=cache,id=x,from=stage 0,target=/c",
        "--network=none",
    )


def test_a_mount_knows_no_stage_by_its_number() -> None:
    stage = planned("FROM a AS x", "FROM b", "RUN --mount=from=0,target=/c a").stages[1]
    assert of_kind(stage.effects[0], Statement).flags == ("--mount=from=0,target=/c",)
