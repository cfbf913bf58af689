"""ENV, ARG and LABEL: which values are known, and which stay symbolic."""

import pytest

from dfix.nodes import Onbuild
from dfix.parser import parse
from dfix.plan import State, Statement, Symbolic, plan
from tests.plan.reading import config, of_kind, planned, statements


def value(*lines: str) -> str | None:
    """What ENV or LABEL gives to `V`."""
    found = config(*lines)
    return found.env.get("V", found.labels.get("V"))


def test_a_symbolic_text_equals_no_known_one() -> None:
    known, unknown = "${A}", Symbolic("${A}")
    assert known != unknown
    assert unknown != known
    assert unknown == Symbolic("${A}")
    assert len({known, unknown, Symbolic("${A}")}) == 2
    assert (unknown,) != (known,)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("ENV V b c  d", "b c  d", id="L32-blanks"),
        pytest.param("ENV V it\\'s \"q\" 'r'", "it's q r", id="L32-quotes"),
        pytest.param("ENV V b\\nc d", "bnc d", id="L32-escapes"),
        pytest.param("LABEL V b c  d", "b c  d", id="L32-label"),
        pytest.param("ENV V='a  b'", "a  b", id="single-quotes"),
        pytest.param('ENV V="a \\"b\\""', 'a "b"', id="double-quotes"),
        pytest.param("ENV V=a\\ b", "a b", id="escape"),
        pytest.param("ENV V=", "", id="empty"),
        pytest.param("ENV V=a=b", "a=b", id="equals"),
        pytest.param("ENV V=\\$A", "$A", id="escaped-dollar"),
        pytest.param("ENV V='$A'", "$A", id="quoted-dollar"),
        pytest.param("ENV V=1 V=2", "2", id="last-wins"),
    ],
)
def test_quoting(line: str, expected: str) -> None:
    assert value(line) == expected


def test_the_backtick_escapes_where_the_file_asks() -> None:
    assert planned("# escape=`", "FROM a", "ENV V=a`$b\\").stages[0].config.env["V"] == "a$b\\"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["ENV A=1", "ENV V=$A"], "1", id="known"),
        pytest.param(["ENV V=1", "ENV V=$V:2"], "1:2", id="of-itself"),
        pytest.param(["ENV A=1", "ENV A=2 V=$A"], "1", id="L31-one-environment"),
        pytest.param(["ENV A=1 V=$A"], Symbolic("${A}"), id="L31-not-yet"),
        pytest.param(["ENV V=$A"], Symbolic("${A}"), id="of-the-base"),
        pytest.param(["ENV V=${A}"], Symbolic("${A}"), id="in-braces"),
        pytest.param(["ENV V=/x:$PATH"], Symbolic("/x:${PATH}"), id="path"),
        pytest.param(["ENV V=$A\\${A}"], Symbolic("${A}\\${A\\}"), id="literal-dollar-is-marked"),
        pytest.param([r"ENV V=$A\\$B"], Symbolic(r"${A}\\${B}"), id="literal-backslash-is-marked"),
        pytest.param(["ENV B=$A", "ENV V=$B-x"], Symbolic("${A}-x"), id="handed-on"),
        pytest.param(["ENV A=1", "ENV V=${A:-2}"], "1", id="default-unused"),
        pytest.param(["ENV V=${A:-2}"], Symbolic("${A:-2} with A=${A}"), id="default-open"),
        pytest.param(["ENV V=${A:?x}"], Symbolic("${A:?x} with A=${A}"), id="required-open"),
        pytest.param(
            ["ENV B=1", "ENV V=${A:-$B}"], Symbolic("${A:-$B} with A=${A} B=1"), id="default-known"
        ),
        pytest.param(['ENV V="a'], Symbolic('"a'), id="open-quote"),
        pytest.param(["ENV V=${A"], Symbolic("${A"), id="open-brace"),
        pytest.param(["ARG A=1", "ENV V=$A"], "1", id="argument"),
        pytest.param(
            ["ARG A", "ENV V=$A"], Symbolic("${ARG A:-${A}}"), id="argument-without-value"
        ),
        pytest.param(
            ["ENV A=$AB", "ARG AB", "ENV A=$AB", "ARG A", "ENV V=$A"],
            Symbolic("${ARG A:-${ARG AB:-${AB}}}"),
            id="argument-with-a-longer-one's-value",
        ),
        pytest.param(["ENV A=1", "ARG A=2", "ENV V=$A"], "2", id="L33-later-arg"),
        pytest.param(["ARG A=2", "ENV A=1", "ENV V=$A"], "1", id="L33-later-env"),
        pytest.param(
            ["ENV A=1", "ARG A", "ENV V=$A"], Symbolic("${ARG A:-1}"), id="L33-arg-may-be-given"
        ),
        pytest.param(["ARG A=1 B=$A", "ENV V=$B"], "1", id="arguments-in-order"),
        pytest.param(["ENV V=$TARGETARCH"], Symbolic("${TARGETARCH}"), id="L34-not-declared"),
        pytest.param(
            ["ARG TARGETARCH", "ENV V=$TARGETARCH"],
            Symbolic("${ARG TARGETARCH}"),
            id="L34-declared",
        ),
        pytest.param(["ENV V=$http_proxy"], Symbolic("${http_proxy}"), id="L34-proxy"),
    ],
)
def test_expansion(lines: list[str], expected: str) -> None:
    assert value(*lines) == expected


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("$A", "\\$A", id="escaped"),
        pytest.param("${A}", "'${A}'", id="quoted"),
        pytest.param("${A:-x}", "${A:-y}", id="defaults"),
        pytest.param("${A:-x}", "${A}", id="default-dropped"),
        pytest.param("${A%x}", "${A}", id="trimmed"),
        pytest.param("$A\\${A}", "$A${A}", id="half-escaped"),
        pytest.param("${A:+x}", "x", id="alternative"),
    ],
)
def test_what_differs_when_expanded_differs(text: str, other: str) -> None:
    assert value(f"ENV V={text}") != value(f"ENV V={other}")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        pytest.param("$A", "${A}", id="braces"),
        pytest.param("$A", '"$A"', id="quotes"),
        pytest.param('"a b"', "a\\ b", id="blank"),
        pytest.param("x$A", "'x'$A", id="partly-quoted"),
    ],
)
def test_what_is_the_same_when_expanded_is_equal(text: str, other: str) -> None:
    assert value(f"ENV V={text}") == value(f"ENV V={other}")


@pytest.mark.parametrize(
    ("lines", "base", "seen"),
    [
        pytest.param(["ARG A=1", "FROM i:$A"], "i:1", None, id="for-from-alone"),
        pytest.param(["ARG A=1", "FROM i:$A", "ARG A"], "i:1", "1", id="declared-again"),
        pytest.param(["ARG A=1", "FROM i:$A", "ARG A=2"], "i:1", "2", id="own-default"),
        pytest.param(["FROM i:$A"], "i:", None, id="unset"),
        pytest.param(
            ["ARG A", "FROM i:$A", "ARG A"],
            Symbolic("i:${ARG A}"),
            Symbolic("${ARG A:-${A}}"),
            id="no-default",
        ),
        pytest.param(["ARG B=1", "ARG A=$B", "FROM i:$A"], "i:1", None, id="of-another"),
        pytest.param(["ARG A=1", "FROM i:${A:-2}"], "i:1", None, id="default-unused"),
        pytest.param(["FROM i:${A:-2}"], "i:2", None, id="default-used"),
        pytest.param(["FROM i", "ARG A=1", "FROM i:$A"], "i:", None, id="of-a-stage"),
    ],
)
def test_arguments_above_the_first_stage(lines: list[str], base: str, seen: str | None) -> None:
    """L33."""
    stage = planned(*lines, "RUN a").stages[-1]
    assert stage.base == base
    assert of_kind(stage.effects[0], Statement).env.get("A") == seen


def test_a_stage_inherits_arguments() -> None:
    stages = planned("FROM a AS x", "ARG A=1", "FROM x", "RUN b", "FROM a", "RUN b").stages
    runs = [of_kind(each.effects[0], Statement) for each in stages[1:]]
    assert [dict(each.env) for each in runs] == [{"A": Symbolic("${A-1}")}, {}]


def test_platform_comes_from_the_call() -> None:
    stage = planned("FROM --platform=$BUILDPLATFORM a").stages[0]
    assert stage.platform == Symbolic("${ARG BUILDPLATFORM}")
    assert planned("FROM --platform=linux/arm64 a").stages[0].platform == "linux/arm64"


def test_in_an_empty_image_nothing_is_set() -> None:
    env = planned("FROM scratch", "ENV V=a$B W=$PATH X=${C:-d} Y=$http_proxy").stages[0].config.env
    assert dict(env) == {
        "V": "a",
        "W": Symbolic("${PATH}"),
        "X": "d",
        "Y": Symbolic("${http_proxy}"),
    }


def test_arguments_reach_a_run_but_no_configuration() -> None:
    lines = ("ENV E=1", "ARG A=2", "ARG E=3", "RUN x", "CMD y")
    assert dict(statements(*lines)[0].env) == {"E": "3", "A": "2"}
    assert dict(config(*lines).env) == {"E": "1"}


def test_what_an_instruction_sees() -> None:
    tree = parse(
        'ARG G=1\nFROM a:$G\nENV A=1\nARG B=2\nUSER u\nWORKDIR /w\nSHELL ["/bin/bash", "-c"]\n'
        "ONBUILD RUN x\nRUN y\n"
    )
    found = plan(tree)
    arg, start, env, *_, onbuild, run = tree.instructions
    assert found.before(arg) == State()
    assert found.before(start) == State({"G": "1"}, {"G": "1"})
    assert found.before(env) == State()
    assert found.before(run) == State(
        {"A": "1", "B": "2"}, {"B": "2"}, "/w", "u", ("/bin/bash", "-c")
    )
    assert found.stage_of(arg) is None
    assert found.stage_of(run) is found.stages[0]
    assert isinstance(onbuild, Onbuild)
    inner = onbuild.instruction
    assert inner is not None
    assert found.before(inner) == State()
    assert found.stage_of(inner) is found.stages[0]
    with pytest.raises(KeyError):
        found.before(parse("FROM a\n").instructions[0])


def test_an_operator_on_what_is_not_known_is_compared_without_the_quotes_around_it() -> None:
    legacy, quoted = value("ENV V ${B:-q r} s"), value('ENV V="${B:-q r} s"')
    assert isinstance(legacy, Symbolic)
    assert legacy == quoted
    assert quoted != value('ENV V="${B:-q  r} s"')
    assert quoted != value("ENV V='${B:-q r} s'")


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        pytest.param(["ENV A=env", "ARG A=arg"], "env", id="an-env-wins-again"),
        pytest.param(["ARG A=arg", "ENV A=env"], "env", id="as-it-did"),
        pytest.param(["ARG A=arg"], Symbolic("${A-arg}"), id="an-env-of-the-base-would-win"),
        pytest.param(["ARG A=a}"], Symbolic(r"${A-a\}}"), id="closed-where-it-ends"),
    ],
)
def test_arguments_where_a_stage_goes_on(lines: list[str], seen: str) -> None:
    """Seen in real builds: a stage begins with its parent's environment over its arguments."""
    stages = planned(
        "FROM a AS x", *lines, "RUN a", "FROM x AS y", "RUN b", "FROM y", "RUN c"
    ).stages
    for stage in stages[1:]:
        assert of_kind(stage.effects[0], Statement).env["A"] == seen


def test_no_base_has_a_say_in_an_empty_image() -> None:
    stages = planned("FROM scratch AS x", "ARG A=arg", "FROM x", "ENV B=$A").stages
    assert dict(stages[1].config.env) == {"B": "arg"}


def test_an_argument_without_a_value_hides_nothing() -> None:
    """Seen in real builds: neither above the first stage, nor in it."""
    stage = planned("ARG A", "FROM a", "ENV A=env", "ARG A", "ENV B=$A").stages[0]
    assert stage.config.env["B"] == Symbolic("${ARG A:-env}")
    built_in = planned("ARG TARGETARCH", "FROM a", "ENV TARGETARCH=x", "ARG TARGETARCH", "RUN a")
    assert of_kind(built_in.stages[0].effects[0], Statement).env["TARGETARCH"] == Symbolic(
        "${ARG TARGETARCH}"
    )
