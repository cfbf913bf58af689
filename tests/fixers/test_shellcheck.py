"""shellcheck: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level, Request, Result, Surroundings, fix_bytes
from dfix.facts.shell_advice import Replacement, Suggestion
from dfix.registry import all_fixers
from dfix.shellcheck import ShellCheck, installed
from dfix.text import encode

pytestmark = pytest.mark.skipif(
    installed() is None, reason="ShellCheck is not installed: pip install -e '.[test]'"
)
TOOL = ShellCheck()


def run(text: str, level: Level = Level.AGGRESSIVE, codes: str | None = None) -> Result:
    options = {"shellcheck": {} if codes is None else {"codes": codes}}
    surroundings = Surroundings(options=options, shell_advice=TOOL)
    return fix_bytes(encode(text), Request((all_fixers()["shellcheck"],), level, surroundings))


NOOP = {
    "nothing": "FROM debian:12\nRUN true\n",
    "no-run": "FROM debian:12\nCOPY a `b`\n",
    "quoted": 'FROM debian:12\nENV V=1\nRUN echo "$V"\n',
    "single-quotes": "FROM debian:12\nRUN echo '`date`'\n",
    "exec-form": 'FROM debian:12\nRUN ["sh", "-c", "echo `date`"]\n',
    "heredoc": "FROM debian:12\nRUN <<E\necho `date`\nE\n",
    "powershell": 'FROM debian:12\nSHELL ["pwsh", "-c"]\nRUN echo `date`\n',
    "onbuild": "FROM debian:12\nONBUILD RUN echo `date`\n",
    "directive": "FROM debian:12\nRUN echo a # shellcheck disable=SC2006\n",
    "broken": "FROM debian:12\nRUN echo `date\n",
    "backtick-escapes": "# escape=`\nFROM debian:12\nRUN echo a `\n  b\n",
    "arithmetic": "FROM debian:12\nENV V=1\nRUN echo $((V + 1))\n",
}
REFUSED = {
    "backslash": ('RUN echo "`echo \\\\a`"', "backslashes"),
    "nested": ('RUN echo "`echo \\`date\\``"', "backslashes"),
    "comment": ('RUN echo "`date #now`"', "a comment"),
    "subshell": ('RUN echo "`(date)`"', "parentheses"),
    "case": ('RUN echo "`case a in (a) date;; esac`"', "case"),
    "quotes-in-quotes": ('RUN echo "`echo "a"`"', "quotes within quotes"),
    "cd": ("RUN cd /a; make", "SC2164"),
    "x-prefix": ('RUN [ "x$A" = "x" ] && true', "SC2268"),
    "unknown": ("RUN touch $F", "nothing in the file fixes"),
    "arg": ("ARG F=a\nRUN touch $F", "nothing in the file fixes"),
    "arg-behind-env": ("ARG F=a\nENV G=$F\nRUN touch $G", "nothing in the file fixes"),
    "two-words": ('ENV F="a b"\nRUN touch $F', "may be split"),
    "pattern": ("ENV F=a*\nRUN touch $F", "may be split"),
    "empty": ("ENV F=\nRUN touch $F", "may be split"),
    "set-anew": ("ENV F=a\nRUN F='b c'; touch $F", "may set F anew"),
    "read": ("ENV F=a\nRUN read -r F < /x && touch $F", "may set F anew"),
    "loop": ("ENV F=a\nRUN for F in *; do touch $F; done", "may set F anew"),
    "sourced": ("ENV F=a\nRUN . /x && touch $F", "may set the variable anew"),
    "eval": ('ENV F=a\nRUN eval "$(cat /x)" && touch $F', "may set the variable anew"),
    "secret": (
        "ENV F=a\nRUN --mount=type=secret,id=x,env=F touch $F",
        "a secret may stand in the variable",
    ),
    "ifs": ("ENV F=a.b IFS=.\nRUN touch $F", "IFS decides"),
    "ifs-of-the-run": ("ENV F=a.b\nRUN IFS=.; touch $F", "IFS decides"),
    "shells-own": ("ENV PWD=/x\nRUN touch $PWD", "nothing is known"),
    "positional": ("RUN touch $1", "nothing is known"),
    "with-default": ("ENV F=a\nRUN touch ${F:-b c}", "nothing is known"),
    "array-like": ("ENV F=a\nRUN touch ${F#a}", "nothing is known"),
    "other-stage": ("ENV F=a\nFROM debian:12\nRUN touch $F", "nothing in the file fixes"),
    "further-down": ("RUN touch $F\nENV F=a", "nothing in the file fixes"),
    "remembered": ('RUN x=`date` && echo "$x"', "may depend on the command's words"),
}
FIXED = {
    "backquotes": ("RUN echo \"`date`\"", "RUN echo \"$(date)\""),
    "two": ("RUN echo \"`date`\" && echo \"`id`\"", "RUN echo \"$(date)\" && echo \"$(id)\""),
    "continued": (
        "RUN true && \\\n  # when\n  echo \"`date \\\n  -u`\"",
        "RUN true && \\\n  # when\n  echo \"$(date \\\n  -u)\"",
    ),
    "without-a-space": ("RUN echo \"a`date`b\"", "RUN echo \"a$(date)b\""),
    "letters": ("RUN echo \"é `date`\"", "RUN echo \"é $(date)\""),
    "bash": (
        'SHELL ["/bin/bash", "-c"]\nRUN echo "`date`"', 'SHELL ["/bin/bash", "-c"]\nRUN echo "$(date)"'
    ),
    "plain-variable": ("ENV F=a\nRUN touch $F", 'ENV F=a\nRUN touch "$F"'),
    "braces": ("ENV F=a-1.2\nRUN touch /x/${F}.t", 'ENV F=a-1.2\nRUN touch /x/"${F}".t'),
    "behind-a-continuation": (
        "ENV F=a\nRUN touch \\\n    $F \\\n    b",
        'ENV F=a\nRUN touch \\\n    "$F" \\\n    b',
    ),
    "at-the-end-of-a-line": ("ENV F=a\nRUN touch $F\\\n b", 'ENV F=a\nRUN touch "$F"\\\n b'),
    "both": (
        "ENV F=a\nRUN touch $F && echo \"`date`\"",
        'ENV F=a\nRUN touch "$F" && echo "$(date)"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    result = run(NOOP[case])
    assert result.error is None
    assert not result.changed
    assert result.findings == ()


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    body, reason = REFUSED[case]
    result = run(f"FROM debian:12\n{body}\n")
    assert result.error is None
    assert not result.changed
    assert any(reason in (each.reason or "") for each in result.findings), result.findings


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    before, after = (f"FROM debian:12\n{each}\n" for each in FIXED[case])
    result = run(before)
    assert result.error is None
    assert result.after == encode(after), result.findings
    again = run(after)
    assert not again.changed


def test_levels() -> None:
    text = 'FROM debian:12\nENV F=a\nRUN touch $F && echo "`date`"\n'
    assert run(text, Level.SAFE).after == encode(text.replace("`date`", "$(date)"))


def test_codes_that_are_not_asked_for() -> None:
    text = 'FROM debian:12\nENV F=a\nRUN touch $F && echo "`date`"\n'
    assert run(text, codes="SC2006").after == encode(text.replace("`date`", "$(date)"))
    assert run(text, codes=" sc2086 ").after == encode(text.replace("$F", '"$F"'))
    assert not run(text, codes="SC1000").changed
    assert not run(text, codes="").changed


class Lying:
    """A tool that suggests what it likes."""

    def __init__(self, *suggestions: Suggestion) -> None:
        self.answer = suggestions

    def suggestions(self, texts: object) -> tuple[tuple[Suggestion, ...], ...]:
        return (self.answer,)


@pytest.mark.parametrize(
    "suggestion",
    [
        Suggestion("SC2006", "m", (Replacement(0, 4, "rm -rf /"),)),
        Suggestion("SC2006", "m", (Replacement(0, 1, "$("), Replacement(3, 4, ")"))),
        Suggestion("SC2006", "m", ()),
        Suggestion("SC2086", "m", (Replacement(5, 5, '"'), Replacement(6, 6, '"'))),
        Suggestion("SC2086", "m", (Replacement(5, 7, "x"),)),
        Suggestion("SC2164", "m", (Replacement(4, 4, " || exit"),)),
    ],
)
def test_what_else_is_suggested_is_refused(suggestion: Suggestion) -> None:
    text = b"FROM debian:12\nENV F=a\nRUN echo $F `date`\n"
    surroundings = Surroundings(shell_advice=Lying(suggestion))
    request = Request((all_fixers()["shellcheck"],), Level.AGGRESSIVE, surroundings)
    result = fix_bytes(text, request)
    assert result.error is None
    assert not result.changed
    assert [each.status for each in result.findings] == ["refused"]


def test_without_a_tool_it_says_so() -> None:
    request = Request((all_fixers()["shellcheck"],))
    (found,) = fix_bytes(b"FROM a\nRUN true\nRUN true\n", request).findings
    assert found.reason == "nobody here runs ShellCheck"
