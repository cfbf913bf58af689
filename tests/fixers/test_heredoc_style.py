"""heredoc-style: what it leaves alone first, then what it changes."""

import shutil
import subprocess

import pytest

from dfix import Heredoc, Level, Run, ShellForm, parse
from dfix.api import fix
from dfix.registry import all_fixers
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "heredoc-style"
F = "FROM debian:12\n"

NOOP = {
    "one command": F + "RUN apt-get update\n",
    "a list": F + "RUN make; make install\n",
    "an alternative": F + "RUN make || true\n",
    "exec form": F + 'RUN ["sh", "-c", "a && b"]\n',
    "quoted": F + "RUN echo 'a && b'\n",
    "inside a loop": F + "RUN for i in a b; do make $i && make install; done\n",
    "inside a subshell": F + "RUN (cd a && make)\n",
    "inside a substitution": F + "RUN echo $(cd a && pwd)\n",
    "heredoc": F + "RUN <<EOF\nset -e\nmake && make install\nEOF\n",
    "heredoc for a command": F + "RUN cat <<EOF >/a && b\nx\nEOF\n",
    "onbuild": F + "ONBUILD RUN make && make install\n",
    "cmd": F + "CMD make && make install\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


def test_it_does_not_run_unasked() -> None:
    text = F + "RUN make && make install\n"
    assert not any(each.fixer == NAME for each in fix(text, level=Level.AGGRESSIVE).findings)


@pytest.mark.parametrize("level", [Level.SAFE, Level.STANDARD], ids=str)
def test_it_needs_aggressive(level: Level) -> None:
    result = run(NAME, F + "RUN make && make install\n", level=level)
    assert not result.changed
    assert [each.status for each in result.findings] == ["fixable"]


NOT_ALL = "not all joined by &&"
SIMPLE = "no simple command"
OWN = "acts on the shell"
WITHIN = "within a substitution"
STATE = "the shell's own state"
REFUSED = {
    "alternative": ("a || b && c", NOT_ALL),
    "alternative behind": ("a && b || true", NOT_ALL),
    "list": ("a && b; c", NOT_ALL),
    "list that ends in one": ("a && b;", "something stands between"),
    "background": ("a && b &", NOT_ALL),
    "background before": ("a & b && c", NOT_ALL),
    "negated": ("! grep -q x f && make", SIMPLE),
    "negated last": ("make && ! grep -q x f", SIMPLE),
    "negated pipe": ("! a | b && c", SIMPLE),
    "subshell": ("(a; b) && c", SIMPLE),
    "subshell in a pipe": ("(a; b) | c && d", SIMPLE),
    "group": ("{ a; b; } && c", SIMPLE),
    "if": ("if a; then b; fi && c", SIMPLE),
    "for": ("for i in 1 2; do a $i; done && b", SIMPLE),
    "while in a pipe": ("a | while read x; do b; done && c", SIMPLE),
    "case": ("case $A in x) a;; esac && b", SIMPLE),
    "function": ("f() { a; b; } && f", SIMPLE),
    "arithmetic": ("a && (( i++ ))", SIMPLE),
    "set": ("set -ex && a", OWN),
    "set in the middle": ("a && set +x && b", OWN),
    "shopt": ("shopt -s extglob && ls !(a)", ""),
    "alias": ("alias l=ls && l", OWN),
    "eval": ("eval $A && b", OWN),
    "dot": (". /etc/os-release && echo $ID", OWN),
    "source": ("source ~/.nvm/nvm.sh && nvm install 20", OWN),
    "exec": ("a && exec b", OWN),
    "exit": ("a && exit 0", OWN),
    "trap": ("trap 'rm x' EXIT && a", OWN),
    "hidden set": ("command set -x && a", OWN),
    "word cut in two": ("a b\\\nc && d", "would not read"),
    "path in a variable": ("$A/bin/b && c", "name of a command"),
    "comment alone": ("a && `# one` && b", WITHIN),
    "variable command": ("$CMD a && b", "name of a command"),
    "list in a substitution": ("A=$(false; true) && b", WITHIN),
    "list in backquotes": ("A=`false; true` && b", WITHIN),
    "loop in a substitution": ("echo $(for i in 1; do a; done) && b", WITHIN),
    "process substitution": ("diff <(a; b) c && d", "place of a file"),
    "options": ("echo $- && a", STATE),
    "options in braces": ("echo ${-} && a", STATE),
    "line number": ("echo $LINENO && a", STATE),
    "last argument": ("echo $_ && a", STATE),
    "shell options": ("echo $SHELLOPTS && a", STATE),
    "document of the shell": ("cat<<EOF && a", ""),
    "comment behind": ("a && b # c", "a comment stands behind"),
    "comment in a command": ("a \\\n# c\n b && d", "between the words"),
    "comment that is continued": ("a \\\n# c \\\n && d", "ends in a continuation"),
    "comment in a text": ('echo "a \\\n# c\n b" && d', "between the words"),
    "single quotes over lines": ("sed 's/a/b/;\\\n s/c/d/' f && e", "quoted text goes over"),
    "quotes in a substitution": ("echo \"$(a 'b \\\n c')\" && d", "quoted text may go over"),
    "bash quotes": ("echo $'a\\'b' \\\n c && d", "quoted text may go over"),
    "lines of a file": ("echo a >>f && b | tee >> f && echo c >>f", "linters ask to group"),
    "does not parse": ("a && if b", "does not parse"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    text, reason = REFUSED[case]
    result = run(NAME, f"{F}RUN {text}\n")
    assert not result.changed, result.after.decode()
    if reason:
        check_refused(NAME, f"{F}RUN {text}\n", reason)


CHAIN = "RUN make && make install\n"
REFUSED_FILES = {
    "carriage returns": ((F + CHAIN).replace("\n", "\r\n"), "carriage returns"),
    "some carriage returns": (F + "ENV A=1\r\n" + CHAIN, "carriage returns"),
    "escape": ("# escape=`\n" + F + CHAIN, "escape character"),
    "frontend 1.3": ("# syntax=docker/dockerfile:1.3\n" + F + CHAIN, "frontend"),
    "frontend 1.0": ("# syntax=docker/dockerfile:1.0-experimental\n" + F + CHAIN, "frontend"),
    "frontend of a day": ("# syntax=docker/dockerfile:experimental\n" + F + CHAIN, "frontend"),
    "frontend by digest": (f"# syntax=docker/dockerfile:1@sha256:{'a' * 64}\n{F}{CHAIN}", "front"),
    "another frontend": ("# syntax=me/frontend:1\n" + F + CHAIN, "frontend"),
    "unknown base": ("FROM me/base:1\n" + CHAIN, "a SHELL of its own"),
    "variable base": ("ARG B\nFROM $B\n" + CHAIN, "a SHELL of its own"),
    "windows": ("FROM mcr.microsoft.com/windows/servercore:1\n" + CHAIN, "Windows"),
    "powershell": (F + 'SHELL ["pwsh", "-c"]\n' + CHAIN, "POSIX"),
    "errexit": (F + 'SHELL ["/bin/bash", "-ec"]\n' + CHAIN, "in force already"),
    "errexit by name": (F + 'SHELL ["/bin/bash", "-o", "errexit", "-c"]\n' + CHAIN, "errexit"),
    "login shell": (F + 'SHELL ["/bin/bash", "-lc"]\n' + CHAIN, "-lc"),
    "start-up file": (F + "ENV BASH_ENV=/a\n" + CHAIN, "BASH_ENV"),
    "handed on": (F + "ENV SHELLOPTS=\n" + CHAIN, "SHELLOPTS"),
    "comment below": (F + CHAIN + "# end\n", "right below"),
}


@pytest.mark.parametrize("case", REFUSED_FILES)
def test_refused_file(case: str) -> None:
    check_refused(NAME, *REFUSED_FILES[case])


def _document(*lines: str, flags: str = "") -> str:
    return f"RUN{flags} <<EOF\n" + "".join(f"  {line}\n" for line in ("set -e", *lines)) + "EOF\n"


FIXED = {
    "one line": ("RUN a && b\n", _document("a", "b")),
    "continued": ("RUN a \\\n && b\n", _document("a", "b")),
    "operators at the end": ("RUN a && \\\n  b\n", _document("a", "b")),
    "below RUN": ("RUN \\\n  a && \\\n  b\n", _document("a", "b")),
    "blanks behind the continuation": ("RUN a \\  \n  && b\n", _document("a", "b")),
    "empty line": ("RUN a \\\n\n  && b\n", _document("a", "b")),
    "hollow line": ("RUN a && \\\n  \\\n  b\n", _document("a", "b")),
    "pipe": ("RUN a | b && c | d\n", _document("a | b", "c | d")),
    "redirection": ("RUN a >f 2>&1 && >g\n", _document("a >f 2>&1", ">g")),
    "two lines of a file": (
        "RUN echo a >>f && echo b >>f && echo c >>g\n",
        _document("echo a >>f", "echo b >>f", "echo c >>g"),
    ),
    "assignment": ("RUN A=$(a | b) && c $A\n", _document("A=$(a | b)", "c $A")),
    "test": ("RUN [ -f a ] && b\n", _document("[ -f a ]", "b")),
    "directory": ("RUN cd a && make && cd ..\n", _document("cd a", "make", "cd ..")),
    "question": ("RUN command -v a && b\n", _document("command -v a", "b")),
    "escaped blank at the end": ("RUN echo a\\  && b\n", _document("echo a\\ ", "b")),
    "words in a list": (
        "RUN a && apk add \\\n      b \\\n      c \\\n  && d\n",
        _document("a", "apk add \\", "  b \\", "  c", "d"),
    ),
    "words at different depths": (
        "RUN a -x \\\n  b \\\n    c && \\\n  d\n",
        _document("a -x \\", "  b \\", "    c", "d"),
    ),
    "continued pipe": ("RUN a \\\n    | b \\\n  && c\n", _document("a \\", "  | b", "c")),
    "text over lines": (
        'RUN echo "a \\\n b" \\\n  && c\n',
        'RUN <<EOF\n  set -e\n  echo "a \\\n b"\n  c\nEOF\n',
    ),
    "comments": (
        "RUN a \\\n  # one\n  # two\n  && b && \\\n# three\n  c\n",
        _document("a", "# one", "# two", "b", "# three", "c"),
    ),
    "comment below RUN": ("RUN \\\n# one\n  a \\\n  && b\n", _document("# one", "a", "b")),
    "comment in backquotes": (
        "RUN a \\\n  && `# one` \\\n  b && `# two` c\n",
        _document("a", "`# one` \\", "  b", "`# two` c"),
    ),
    "flags": (
        "RUN --mount=type=cache,target=/c --network=none a && b\n",
        _document("a", "b", flags=" --mount=type=cache,target=/c --network=none"),
    ),
    "flags over lines": (
        "RUN --mount=type=cache,target=/c \\\n  --network=none \\\n  a \\\n  && b\n",
        _document("a", "b", flags=" --mount=type=cache,target=/c \\\n  --network=none"),
    ),
    "empty line for what follows": ("RUN a && b\nCMD a\n", _document("a", "b") + "\nCMD a\n"),
    "empty line above a comment": (
        "RUN a && b\n# c\nCMD a\n",
        _document("a", "b") + "\n# c\nCMD a\n",
    ),
    "empty line that is there": ("RUN a && b\n\nCMD a\n", _document("a", "b") + "\nCMD a\n"),
    "one after the other": (
        "RUN a && b\nRUN c && d\n",
        _document("a", "b") + "\n" + _document("c", "d"),
    ),
    "pipefail": (
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b && c\n',
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n' + _document("a | b", "c"),
    ),
    "tabs": ("RUN a \\\n\t&& b\n", "RUN <<EOF\n\tset -e\n\ta\n\tb\nEOF\n"),
    "four blanks": ("RUN a \\\n    && b\n", "RUN <<EOF\n    set -e\n    a\n    b\nEOF\n"),
    "lower case": ("RUN a && b\n", _document("a", "b")),
    "the name in a text": (
        'RUN echo "a \\\n b" \\\nEOF && c\n',
        'RUN <<EOT\n  set -e\n  echo "a \\\n b" \\\nEOF\n  c\nEOT\n',
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    before, after = FIXED[case]
    check_fixed(NAME, F + before, F + after)


@pytest.mark.parametrize("tag", ["1", "1.4", "1.10", "2.0", "latest", "1.7-labs"])
def test_frontend(tag: str) -> None:
    head = f"# syntax=docker/dockerfile:{tag}\n{F}"
    check_fixed(NAME, head + "RUN a && b\n", head + _document("a", "b"))


def test_the_reason_names_the_builder() -> None:
    (found,) = run(NAME, F + CHAIN).findings
    assert "BuildKit" in (found.reason or "")
    (found,) = run(NAME, "# syntax=docker/dockerfile:1\n" + F + CHAIN).findings
    assert "BuildKit" not in (found.reason or "")


def test_no_line_end_at_the_end() -> None:
    check_fixed(NAME, F + "RUN a && b", F + _document("a", "b").rstrip("\n"))


def test_the_report_of_lost_failures_is_silent() -> None:
    for before, _ in FIXED.values():
        check_noop("heredoc-failure", run(NAME, F + before).after.decode())


TOGETHER = (
    "RUN apt-get update\nRUN apt-get install -y curl git\n",
    "RUN apt-get update && apt-get install -y curl\n",
    "RUN apt-get update && apt-get install -y curl && curl -fsSL https://example.com/a | tar x\n",
    "RUN cd /a && make\nRUN cd /b && make && rm -rf /tmp/x\nCMD make\n",
    "RUN apt-get update && apt-get install -y nodejs npm\nCOPY . .\nRUN npm ci && npm test\n",
    "RUN sudo apt-get update && sudo apt-get upgrade -y && wget https://example.com/a\n",
    "RUN --mount=type=cache,target=/c apt-get update && apt-get install -y b a\n",
)


@pytest.mark.parametrize("base", ["debian:12", "alpine:3.20", "centos:8", "node:22"])
@pytest.mark.parametrize("text", TOGETHER)
def test_together_with_all(base: str, text: str) -> None:
    names = [each for each in all_fixers() if each != "cache-mounts"]
    for select in (names, [*names, "cache-mounts"]):
        first = fix(f"FROM {base}\n{text}", level=Level.AGGRESSIVE, select=select)
        assert first.error is None, first.error
        assert b"<<EOF" in first.after
        again = fix(first.after, level=Level.AGGRESSIVE, select=select)
        assert again.after == first.after


def test_the_rest_is_done_first() -> None:
    result = fix(
        F + "RUN curl -fsSL https://example.com/a.tgz | tar xz && make\n",
        level=Level.AGGRESSIVE,
        select=[NAME, "pipefail"],
    )
    assert b'"pipefail", "-c"]\nRUN <<EOF\n' in result.after
    result = fix(
        F + "RUN apt-get update && apt-get install -y curl\nRUN make\n",
        level=Level.AGGRESSIVE,
        select=[NAME, "clean-package-cache"],
    )
    assert b"install -y curl\n  rm -rf /var/lib/apt/lists/*\nEOF\n" in result.after


SHELLS = [each for each in ("dash", "bash", "busybox") if shutil.which(each)]
CHAINS = (
    "echo a && echo b",
    "false && echo b",
    "echo a && false && echo c",
    "echo a && sh -c 'exit 7' && echo c",
    "no-such-command && echo b",
    "true | false && echo b",
    "false | true && echo b",
    "A=$(false) && echo b",
    "A=$(echo x | cat) && echo $A",
    "export A=$(false) && echo b",
    "[ -e /no/such ] && echo b",
    "cd /no/such && echo b",
    "cd / && pwd",
    ">/no/such && echo b",
    'echo "a \\\n  b" \\\n  c && echo d',
    'echo "a\\n" \\\n    \'$b\' "$0" \\\n  && echo \\\\',
    "echo a \\\n# note\n && `# one` echo b && `# two` echo c",
    "echo a\\  && echo b",
    "test -n '' && echo b",
    "read A && echo b",
    "umask 027 && umask",
    "A=1 && B=2 env | grep ^B && echo $A$B",
    "echo $(sh -c 'exit 3') && echo $? && false",
)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("chain", CHAINS)
def test_against_shells(chain: str, shell: str) -> None:
    before = parse(f"{F}RUN {chain}\n".encode()).instructions[1]
    after = parse(run(NAME, f"{F}RUN {chain}\n").after).instructions[1]
    assert isinstance(before, Run)
    assert isinstance(before.command, ShellForm)
    (document,) = after.heredocs
    assert isinstance(document, Heredoc)
    assert _outcome(shell, document.body) == _outcome(shell, before.command.value)


def test_a_later_phase_is_done_before_it_begins() -> None:
    """What init-process adds is looked at by the fixers of caches before it becomes a document."""
    text = f'{F}COPY "app.py" "/"\nENTRYPOINT ["python3","/app.py"]\n'
    both = ["init-process", "cache-mounts", NAME]
    at_once = fix(text, level="aggressive", select=both).after
    step_by_step = fix(text, level="aggressive", select=both[:2]).after
    assert b"--mount=type=cache" in at_once
    assert fix(step_by_step, level="aggressive", select=both).after == at_once


def _outcome(shell: str, text: str) -> tuple[int, bytes]:
    argv = [shell, *(["sh"] if shell == "busybox" else []), "-c", text]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode, done.stdout
