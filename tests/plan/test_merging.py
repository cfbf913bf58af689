"""Whether the plan tells RUNs apart that joining would change, and sees that others stay the same.

The ids are those of the pairs that were built with a real builder; what is seen on the machine alone
(processes, mounts, accounts) is no business of the plan.
"""

import pytest

from dfix.plan import Change
from tests.plan.reading import boundaries, changes, planned

STRICT = 'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]'
REMOVED = Change(0, "boundary", "RUN | RUN", None)


def joined(separate: list[str], one: str, *before: str) -> list[Change]:
    """What joining RUNs with these texts into one with text `one` changes."""
    return changes([*before, *(f"RUN {text}" for text in separate)], [*before, f"RUN {one}"])


def surplus(found: list[Change], boundaries: int = 1) -> list[Change]:
    """The changes but for the boundaries that went."""
    for _ in range(boundaries):
        found.remove(REMOVED)
    return found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("cd /tmp", "touch f", id="M1-cd"),
        pytest.param("cd tmp", "touch f", id="M1-cd-relative"),
        pytest.param("cd ..", "touch f", id="M1-cd-up"),
        pytest.param("cd", "touch f", id="M1-cd-home"),
        pytest.param("cd -", "touch f", id="M1-cd-back"),
        pytest.param("cd $X", "touch f", id="M1-cd-variable"),
        pytest.param("cd /tmp || exit 1", "touch f", id="M1-cd-or-exit"),
        pytest.param("cd /tmp || true", "touch f", id="M1-cd-or-true"),
        pytest.param("pushd /tmp", "touch f", id="M1-pushd"),
        pytest.param("command cd /tmp", "touch f", id="M1-command-cd"),
        pytest.param("if true; then cd /tmp; fi", "touch f", id="M1-cd-in-if"),
        pytest.param("{ cd /tmp; }", "touch f", id="M1-cd-in-group"),
        pytest.param("{ cd /tmp; } 2>/dev/null", "touch f", id="M1-cd-in-redirected-group"),
        pytest.param("export A=1", "echo $A", id="M2-export"),
        pytest.param("export A=$B", "echo $A", id="M2-export-variable"),
        pytest.param("export A", "echo $A", id="M2-export-name"),
        pytest.param("A=1", "echo $A", id="M2-assignment"),
        pytest.param("a=1", "echo $a", id="M2-lower-case"),
        pytest.param("a=1", "echo ${a:-2}", id="M2-lower-case-in-braces"),
        pytest.param("a=1", "eval echo $(cat x)", id="M2-lower-case-by-eval"),
        pytest.param("a=1", "for x in 1; do . ./script; done", id="M2-lower-case-by-script"),
        pytest.param("a=$(date)", "echo $a", id="M2-assignment-of-substitution"),
        pytest.param("a+=1", "echo $a", id="M2-appending"),
        pytest.param("x=1; export x", "env", id="M2-assigned-and-exported"),
        pytest.param(": ${X:=v}", "echo $X", id="M2-assigning-expansion"),
        pytest.param(": ${x=v}", "echo $x", id="M2-assigning-expansion-lower-case"),
        pytest.param(": $((n = 1))", "echo $n", id="M2-assigning-arithmetic"),
        pytest.param("((n++))", "echo $n", id="M2-arithmetic"),
        pytest.param("eval Z=1", "echo $Z", id="M2-eval"),
        pytest.param(". /q.sh", "echo $Z", id="M2-dot"),
        pytest.param("source /q.sh", "echo $Z", id="M2-source"),
        pytest.param("for i in 1 2; do :; done", "echo $i", id="M2-for"),
        pytest.param("read x </f", "echo $x", id="M2-read"),
        pytest.param("set -- a b", "echo $1", id="M2-positional"),
        pytest.param("unset PATH", "echo b", id="M2-unset"),
        pytest.param("$X", "echo b", id="M2-unknown-command"),
        pytest.param("if true; then A=1; fi", "echo $A", id="M2-assignment-in-if"),
        pytest.param(
            "export DEBIAN_FRONTEND=noninteractive && true",
            'echo "$DEBIAN_FRONTEND"',
            id="M3-export",
        ),
        pytest.param("umask 077", "touch f", id="M4-umask"),
        pytest.param("ulimit -n 64", "ulimit -n", id="M4-ulimit"),
        pytest.param("set -f", "echo *", id="M4-noglob"),
        pytest.param("IFS=:", "echo b", id="M4-ifs"),
        pytest.param("OPTIND=5", "echo b", id="M4-optind"),
        pytest.param("set -u", 'echo "${NOPE}x"', id="M5-nounset"),
        pytest.param("set -o pipefail; true", "false | true", id="M5-pipefail"),
        pytest.param("shopt -s extglob", "echo b", id="M5-shopt"),
        pytest.param("A=1 :", "echo $A", id="M6-special-builtin"),
        pytest.param("ls() { echo no; }", "ls /", id="M7-function"),
        pytest.param("function ls { echo no; }", "ls /", id="M7-bash-function"),
        pytest.param("if a; then ls() { echo no; }; fi", "ls /", id="M7-function-in-if"),
        pytest.param("alias ls=echo", "ls /", id="M7-alias"),
        pytest.param("exec true", "echo b >/b", id="M8-exec"),
        pytest.param("exit 0", "echo b >/b", id="M8-exit"),
        pytest.param("exit", "echo b >/b", id="M8-exit-of-the-last"),
        pytest.param("if test -e /x; then exit 0; fi", "echo b >/b", id="M8-exit-in-if"),
        pytest.param("exit 256", "echo b >/b", id="M8-exit-256"),
        pytest.param('trap "echo x" EXIT', "echo b", id="M9-trap"),
        pytest.param("false", "echo x || true", id="M10-precedence"),
        pytest.param("false", "a; b", id="M10-sequence"),
        pytest.param("echo a # note", "echo b", id="M12-comment"),
        pytest.param("echo a;", "echo b", id="M13-semicolon"),
        pytest.param("sleep 1 &", "echo b", id="M14-background"),
        pytest.param("set -e; true; false", "true; echo d", id="M28-errexit"),
        pytest.param("set -e; true; false", "echo d", id="M28-errexit-before-one"),
        pytest.param("set -e; echo a; false; echo never", "echo d", id="M30"),
        pytest.param("exec 3>/log", "echo hi >&3", id="M32-descriptor"),
    ],
)
def test_a_naive_join_shows(first: str, second: str) -> None:
    assert surplus_of_naive(first, second)


def surplus_of_naive(first: str, second: str, *before: str) -> list[Change]:
    found = joined([first, second], f"{first} && {second}", *before)
    return [change for change in found if change.item != "boundary"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("echo a; false", "echo c; echo d", id="M29-sequence"),
        pytest.param("for i in 1 2; do false; echo $i; done", "echo d", id="M29-for"),
        pytest.param("if true; then false; echo x; fi", "echo d", id="M29-if"),
        pytest.param("{ false; echo hi; } | cat", "echo d", id="M29-group-in-pipe"),
        pytest.param("(false; echo hi)", "echo d", id="M29-subshell"),
        pytest.param("{ false; echo hi; }", "echo d", id="M29-group"),
        pytest.param("echo $(false; echo hi)", "echo d", id="M29-substitution"),
        pytest.param("while x; do false; echo y; done", "echo d", id="M29-while"),
        pytest.param("case $x in a) false; echo y;; esac", "echo d", id="M29-case"),
    ],
)
def test_errexit_of_the_shell_is_lost_on_the_left_of_and(first: str, second: str) -> None:
    assert surplus_of_naive(first, second, STRICT)
    braced = joined([first, second], f"{{ {first}; }} && {second}", STRICT)
    assert surplus(braced)


def test_an_exec_form_that_became_text_shows() -> None:
    """M31."""
    found = joined(['["a", "b"]', "c"], '["a", "b"] && c')
    assert [change for change in found if change.item != "boundary"]


def test_a_group_before_and_loses_its_errexit() -> None:
    found = surplus(joined(["set -e; a; b", "c"], "{ set -e; a; b; } && c"))
    assert Change(0, "effect.failure", "aborts", "ignored") in found


def test_errexit_left_behind_shows() -> None:
    """`set -e; a; b && c` fails where the two RUNs do, but `c` runs under another option."""
    found = surplus(joined(["set -e; a; b", "c"], "set -e; a; b && c"))
    assert found == [Change(0, "effect.options", "[]", '["errexit"]')]


def test_a_leaking_directory_shows_where_it_leaks() -> None:
    found = surplus(joined(["cd /tmp", "touch f"], "cd /tmp && touch f"))
    assert found == [Change(0, "effect.cwd", "<base>", "/tmp")]
    assert [each.path for each in joined(["cd /tmp", "touch f"], "cd /tmp && touch f")] == [
        "final.effects[1]",
        "final.effects[2].cwd",
    ]


@pytest.mark.parametrize(
    ("separate", "one"),
    [
        pytest.param(["a", "b"], "a && b", id="two"),
        pytest.param(["a && b", "c"], "a && b && c", id="chain"),
        pytest.param(["a", "b", "c"], "a && b && c", id="three"),
        pytest.param(["a", "b"], "a \\\n  && b", id="continued"),
        pytest.param(["a", "b"], "a \\\n# note\n  && b", id="comment-between"),
        pytest.param(["a || b", "c"], "{ a || b; } && c", id="or-in-braces"),
        pytest.param(["a || b", "c"], "a || b && c", id="M11-or-first"),
        pytest.param(["c", "a || b"], "c && { a || b; }", id="or-last"),
        pytest.param(["a; b", "c"], "{ a; b; } && c", id="sequence-in-braces"),
        pytest.param(["c", "a; b"], "c && { a; b; }", id="sequence-last"),
        pytest.param(["a;", "c"], "a && c", id="semicolon-stripped"),
        pytest.param(["a; b;", "c; d"], "{ a; b; } && { c; d; }", id="two-sequences"),
        pytest.param(["a && b || c", "d"], "{ a && b || c; } && d", id="mixed"),
        pytest.param(["a && b; c", "d"], "{ a && b; c; } && d", id="skipping"),
        pytest.param(["a | b", "c"], "a | b && c", id="pipeline"),
        pytest.param(["! false", "b"], "! false && b", id="negated"),
        pytest.param(["if a; then b; fi", "c"], "if a; then b; fi && c", id="if"),
        pytest.param(["case x in y) a;; esac", "c"], "case x in y) a;; esac && c", id="case"),
        pytest.param(
            ["for i in 1 2; do a $i; done", "c"], "for i in 1 2; do a $i; done && c", id="for"
        ),
        pytest.param(["{ a; }", "c"], "{ a; } && c", id="group"),
        pytest.param(["(cd /tmp && touch f)", "c"], "(cd /tmp && touch f) && c", id="subshell"),
        pytest.param(["cd /tmp | cat", "c"], "cd /tmp | cat && c", id="cd-in-pipe"),
        pytest.param(
            ["a=$(cd /x; pwd) true", "c"], "a=$(cd /x; pwd) true && c", id="cd-in-substitution"
        ),
        pytest.param(["A=1 sh -c x", "echo $A"], "A=1 sh -c x && echo $A", id="M6-not-special"),
        pytest.param(["a || exit 1", "c"], "{ a || exit 1; } && c", id="or-exit"),
        pytest.param(
            ["a || { echo b; exit 1; }", "c"], "{ a || { echo b; exit 1; }; } && c", id="or-give-up"
        ),
        pytest.param(["if a; then exit 1; fi", "c"], "if a; then exit 1; fi && c", id="exit-fails"),
        pytest.param(["command -v a", "c"], "command -v a && c", id="command-v"),
        pytest.param(["a `# note`", "c"], "a `# note` && c", id="note"),
        pytest.param(["a", "c"], "a && `# $NOPE (` c", id="note-added"),
        pytest.param(["a", "c"], "a && `# 'x` && c", id="note-alone"),
        pytest.param(["a   b", "c\td"], "a b && c  d", id="blanks"),
        pytest.param(
            ["--mount=type=cache,target=/c a"], "--mount=type=cache,target=/c a", id="one"
        ),
        pytest.param(["--network=none a", "--network=none b"], "--network=none a && b", id="M36"),
    ],
)
def test_a_true_join_changes_boundaries_alone(separate: list[str], one: str) -> None:
    found = joined(separate, one)
    assert found == [REMOVED] * (len(separate) - 1)


@pytest.mark.parametrize(
    ("separate", "one"),
    [
        pytest.param(["a", "b"], "a && b", id="simple"),
        pytest.param(["a && b", "c | d"], "a && b && c | d", id="chain"),
        pytest.param(["a $(b)", "c"], "a $(b) && c", id="substitution"),
        pytest.param(["(a && b)", "c"], "(a && b) && c", id="subshell-with-a-chain"),
        pytest.param(["a", "b"], "a; b", id="sequence"),
    ],
)
def test_true_joins_under_errexit_of_the_shell(separate: list[str], one: str) -> None:
    assert joined(separate, one, STRICT) == [REMOVED]


@pytest.mark.parametrize(
    ("separate", "one"),
    [
        pytest.param(["c", "a; b"], "c && a; b", id="c-may-fail"),
        pytest.param(["! a", "b"], "! a; b", id="negated"),
        pytest.param(["a || ! b", "c"], "a || ! b; c", id="negated-alternative"),
        pytest.param(["if a; then b && c; fi", "d"], "if a; then b && c; fi; d", id="if"),
        pytest.param(["a && b", "c"], "a && b; c", id="and"),
    ],
)
def test_false_joins_under_errexit_of_the_shell(separate: list[str], one: str) -> None:
    assert surplus(joined(separate, one, STRICT))


def test_one_set_e_for_two_runs_of_the_same_prefix() -> None:
    """P5: the flat join keeps one prefix."""
    assert joined(["set -e; a; b", "set -e; c; d"], "set -e; a; b; c; d") == [
        REMOVED,
        Change(0, "effect", "set -e", None),
    ]


def test_a_hoisted_env_shows() -> None:
    """M35."""
    found = changes(["RUN a", "ENV V=1", "RUN a"], ["ENV V=1", "RUN a", "RUN a"])
    assert found == [Change(0, "effect.env", None, "V=1")]


def test_the_backtick_escape_is_the_files_own() -> None:
    """M37."""
    before = planned("# escape=`", "FROM a", "RUN x", "RUN y")
    after = planned("# escape=`", "FROM a", "RUN x `", "  && y")
    assert before.difference(after) == (REMOVED,)


@pytest.mark.parametrize(
    "between",
    [
        pytest.param("LABEL a=b", id="label"),
        pytest.param("EXPOSE 80", id="expose"),
        pytest.param('CMD ["x"]', id="cmd"),
        pytest.param("", id="blank-line"),
        pytest.param("# note", id="comment"),
    ],
)
def test_what_leaves_no_effect_does_not_hide_a_boundary(between: str) -> None:
    found = changes(["RUN a", between, "RUN b"], [between, "RUN a && b"])
    assert found == [REMOVED]


def test_a_copy_between_two_runs_is_no_boundary() -> None:
    assert boundaries("RUN a", "COPY x /x", "RUN b") == 0
    assert boundaries("RUN a", "RUN b", "COPY x /x", "RUN b", "RUN c") == 2
