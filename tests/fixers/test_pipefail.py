"""pipefail: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "pipefail"
F = "FROM debian:12\n"
A = "FROM alpine:3.20\n"
BASH = 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
ASH = 'SHELL ["/bin/ash", "-o", "pipefail", "-c"]\n'
SH = 'SHELL ["/bin/sh", "-c"]\n'

NOOP = {
    "no pipe": F + "RUN curl a -o b || true\n",
    "exec form": F + 'RUN ["sh", "-c", "curl a | tar x"]\n',
    "quoted pipe": F + "RUN grep -E 'a|b' c\n",
    "bash with it": F + BASH + "RUN curl a | tar x\n",
    "bash with it and more": F
    + 'SHELL ["/bin/bash", "-euxo", "pipefail", "-c"]\nRUN curl a | tar x\n',
    "set in the text": A + "RUN set -eo pipefail && curl a | tar x\n",
    "onbuild": F + "ONBUILD RUN curl a | tar x\n",
    "parent has it": F + BASH + "FROM debian:12 AS b\n",
    "comment for hadolint": F + "# hadolint ignore=DL4006\nRUN curl a | tar x\n",
    "comment about the shell": F + "# hadolint shell=bash\nRUN curl a | tar x\n",
    "heredoc": F + "RUN <<EOF\ncurl a | tar x\nEOF\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


EARLY = "stops reading before the end"
REFUSED = {
    "yes": ("RUN yes | apt-get install x\n", "`yes` writes until nobody reads"),
    "head": ("RUN curl a | head -1 > b\n", EARLY),
    "head in the middle": ("RUN curl a | head -1 | tar x\n", EARLY),
    "head in a substitution": ("RUN A=$(curl a | head -1) && make $A\n", EARLY),
    "grep -q": ("RUN curl a | grep -q b\n", EARLY),
    "grep -qi": ("RUN curl a | grep -Eqi b\n", EARLY),
    "grep -m": ("RUN curl a | grep -m1 b > c\n", EARLY),
    "grep -l": ("RUN cat a | grep -l b\n", EARLY),
    "grep --quiet": ("RUN cat a | grep --quiet b\n", EARLY),
    "grep to nowhere": ("RUN cat a | grep b > /dev/null\n", EARLY),
    "sed that quits": ("RUN curl a | sed 5q > b\n", EARLY),
    "sed that quits at a match": ("RUN curl a | sed -n '/x/{p;q}' > b\n", EARLY),
    "awk that exits": ("RUN curl a | awk '{print; exit}' > b\n", EARLY),
    "openssl x509": (
        "RUN openssl s_client -connect a:443 </dev/null | openssl x509 > b\n",
        EARLY,
    ),
    "jq without input": ("RUN curl a | jq -n '[1]' > b\n", EARLY),
    "checksums of a list": ("RUN sha256sum -c SUMS 2>&1 | grep 'a: OK'\n", "is missing"),
    "checksums of a list, long": ("RUN sha256sum --check SUMS | grep 'a: OK'\n", "is missing"),
    "true": ("RUN curl a | true\n", EARLY),
    "reads nothing": ("RUN curl a | echo b\n", EARLY),
    "loop that breaks": ("RUN curl a | while read x; do break; done\n", EARLY),
    "grep -c": ("RUN grep -c x f | cat\n", "`grep` may fail without a fault"),
    "grep in the middle": ("RUN cat f | grep x | tee g\n", "`grep` may fail without a fault"),
    "grep in a group": ("RUN { grep x f; } | tee g\n", "may fail without a fault"),
    "xargs of a question": (
        "RUN find /o | xargs dpkg-query -S | cut -d: -f1\n",
        "`xargs` may fail",
    ),
    "ldd": ("RUN ldd a | tee b\n", "`ldd` may fail"),
    "crontab without one": ("RUN crontab -l | tee b\n", "`crontab` may fail"),
    "help": ("RUN tool --help | tee b\n", "`tool` may fail"),
    "find in all": ("RUN find / -name x | xargs rm\n", "/proc"),
    "condition": ("RUN if curl a | tar x; then make; fi\n", "a condition hangs on the pipe"),
    "negated": ("RUN ! curl a | tar x\n", "a condition hangs on the pipe"),
    "while": ("RUN while curl a | tar x; do make; done\n", "a condition hangs on the pipe"),
    "reads elsewhere": ("RUN curl a | tar x < b\n", "reads from elsewhere"),
    "reads a descriptor": ("RUN curl a | tar x <&3\n", "reads from elsewhere"),
    "reads a file": ("RUN curl a | cat b > c\n", "`cat` reads files"),
    "reads two files": ("RUN curl a | sort -k 2 b c > d\n", "`sort` reads files"),
    "edits a file": ("RUN curl a | sed -i 's/x/y/' b\n", "`sed` reads files"),
    "searches a file": ("RUN curl a | grep -v x b > c\n", "`grep` reads files"),
    "searches a folder": ("RUN curl a | grep -r x > c\n", "`grep` reads files"),
    "checks a list": ("RUN curl a | sha256sum -c b\n", "`sha256sum` reads files"),
    "unpacks a file": ("RUN curl a | tar -C /b -xzf c.tgz\n", "`tar` reads files"),
    "unpacks a file, old style": ("RUN curl a | tar xzf c.tgz\n", "`tar` reads files"),
    "unpacks a file, long": ("RUN curl a | tar --extract --file c.tgz\n", "`tar` reads files"),
    "packs": ("RUN curl a | tar czf b.tgz c\n", "`tar` reads files"),
    "xargs of a file": ("RUN curl a | xargs -a b rm\n", "`xargs` reads files"),
    "awk of a file": ("RUN curl a | awk -F : '{print}' x=1 b > c\n", "`awk` reads files"),
    "awk without input": ("RUN curl a | awk 'BEGIN { print 1 }' > b\n", EARLY),
    "awk that answers": ("RUN awk '/x/ { exit 1 }' a | tee b\n", "is an answer"),
    "jq that halts": ("RUN curl a | jq 'if .b then halt else . end' > c\n", EARLY),
    "grep in a group to nowhere": ("RUN ( curl a | grep b ) > /dev/null\n", EARLY),
    "grep after exec to nowhere": ("RUN exec > /dev/null && cat a | grep b\n", EARLY),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("base", [F, A])
def test_pipes_that_fail_without_a_fault_are_refused(case: str, base: str) -> None:
    text, reason = REFUSED[case]
    check_refused(NAME, base + text, reason)


OTHERWISE = {
    "backslash": "RUN echo 'a\\nb' | tee c\n",
    "backslash elsewhere": 'RUN curl a | tar x && echo "a\\tb" > c\n',
    "printf of hex": "RUN printf '\\x41' | tee c\n",
    "braces": "RUN mkdir -p /a/{b,c} && curl a | tar x\n",
    "range": "RUN touch {1..3} && curl a | tar x\n",
    "dollar quote": "RUN echo $'a' | tee c\n",
    "both": "RUN make &> log && curl a | tar x\n",
    "double equals": "RUN [ a == b ] || curl a | tar x\n",
    "double brackets": "RUN [[ a = b ]] || curl a | tar x\n",
    "source": "RUN source x || curl a | tar x\n",
    "dot": "RUN . /etc/os-release && curl a | tar x\n",
    "read": "RUN cat a | while read x; do echo y; done\n",
    "function": "RUN f() { make; }; curl a | tar x\n",
    "trap": "RUN trap 'rm x' EXIT; curl a | tar x\n",
    "random": "RUN echo $RANDOM | tee x\n",
    "user's number": "ARG UID=1000\nRUN useradd -u $UID x && echo x:y | chpasswd\n",
    "substring": "RUN A=abc && echo ${A:1} | tee x\n",
    "replaced": "RUN A=abc && echo ${A/b/c} | tee x\n",
    "file read": "RUN echo $(<a) | tee x\n",
    "tilde": "RUN make prefix=~/x && curl a | tar x\n",
    "variable before a special one": "RUN A=1 export B && curl a | tar x\n",
    "errexit in a substitution": "RUN set -e; A=$(false; true); curl a | tar x\n",
    "start-up file": "ENV BASH_ENV=/x\nRUN curl a | tar x\n",
    "environment": "RUN env > x && curl a | tar x\n",
    "export of output": "RUN export A=$(cat x) && curl a | tar x\n",
    "negated set": "RUN rm [^a]* && curl a | tar x\n",
    "named by a variable": "RUN $TOOL && curl a | tar x\n",
    "range of a loop": "RUN for i in {1..3}; do curl a$i | tar x; done\n",
    "pattern of a case": "RUN case $x in [^a]*) make ;; esac && curl a | tar x\n",
    "case that falls through": "RUN case $x in a) make ;& b) make ;; esac && curl a | tar x\n",
    "appended": "RUN A=x && A+=y && echo a | tee b\n",
    "array": "RUN A=(x y) && echo a | tee b\n",
}


@pytest.mark.parametrize("case", OTHERWISE)
def test_what_bash_reads_otherwise_is_refused(case: str) -> None:
    result = run(NAME, F + OTHERWISE[case])
    assert not result.changed
    assert [each.status for each in result.findings] == ["refused"], result.findings


GIVEN = {
    "standard input": "RUN curl a | cat - b > c\n",
    "tar": "RUN curl a | tar -C /b -xzf - c\n",
    "tar, attached": "RUN curl a | tar -xzf- -C /b\n",
    "tar, old style": "RUN curl a | tar xzfC - /b\n",
    "tar, long": "RUN curl a | tar --extract --gzip --file - --strip-components 1\n",
    "tar with a device": "RUN curl a | tar -zxf /dev/stdin\n",
    "tar with a list": "RUN cat a | tar czf b.tgz -T -\n",
    "options with values": "RUN cat a | sort -t : -k 2 | cut -d : -f 1 | fold -w 80 | tail -n +2\n",
    "scripts": "RUN curl a | sed -n -e 's/x/y/p' | awk -F : -v b=c '{print $1}' d=e > f\n",
    "pattern": "RUN curl a | grep -v -e x -A 2 > c\n",
    "jq": "RUN curl a | jq -r --arg b c '.[$b]' > d\n",
    "gpg": "RUN curl a | gpg --dearmor -o /b.gpg\n",
    "key": "RUN curl a | apt-key --keyring /b add -\n",
    "patch": "RUN curl a | patch -p 1\n",
    "loop": "RUN for i in 1 '{2}' 3; do curl a$i | tar x || exit 1; done\n",
    "case": 'RUN case "$x" in a|[!b]*) make ;; esac && curl a | tar x\n',
}


@pytest.mark.parametrize("case", GIVEN)
def test_what_reads_its_input_is_told_from_what_reads_files(case: str) -> None:
    result = run(NAME, F + GIVEN[case], level=Level.STANDARD)
    assert result.changed, result.findings


UNTOLD = {
    "a file from a variable": "RUN curl a | cat $B > c\n",
    "a script from a variable": 'RUN curl a | sed "$B" > c\n',
    "a pattern of files": "RUN curl a | sort *.txt > c\n",
    "the end of a connection": "RUN openssl s_client -connect a:443 </dev/null | sed -n 's/x/y/p'\n",
}


@pytest.mark.parametrize("case", UNTOLD)
def test_what_cannot_be_told_is_for_another_level(case: str) -> None:
    assert not run(NAME, F + UNTOLD[case], level=Level.STANDARD).changed
    assert run(NAME, F + UNTOLD[case], level=Level.AGGRESSIVE).changed


def test_options_of_echo_are_refused_in_every_shell() -> None:
    for base in (F, A):
        check_refused(NAME, base + "RUN echo -e a | tee c\n", "the options of an `echo`")
        check_refused(NAME, base + "RUN echo -n a | tee c\n", "the options of an `echo`")


def test_a_shell_of_the_parent_stage_is_not_seen_by_linters() -> None:
    text = F + 'SHELL ["/bin/bash", "-c"]\n'
    assert run(NAME, text + "RUN echo -e a | tee c\n").changed
    child = text.replace("12\n", "12 AS a\n") + "FROM a\nRUN echo -e a | tee c\n"
    check_refused(NAME, child, "the options of an `echo`")


UNKNOWN = {
    "nothing known": ("FROM me/base:1\nRUN curl a | tar x\n", "nothing is known"),
    "scratch": ("FROM scratch\nRUN curl a | tar x\n", "no shell of scratch"),
    "windows": (
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN curl a | tar x\n",
        "no shell",
    ),
    "replaced on Alpine": (
        A + "RUN apk add bash && ln -sf /bin/bash /bin/sh\nRUN curl a | tar x\n",
        "another shell",
    ),
    "two managers": (
        "FROM me/base:1\nRUN apt-get update\nRUN apk add x\nRUN curl a | tar x\n",
        "nothing is known",
    ),
    "SHELL of its own": (F + 'SHELL ["/bin/zsh", "-c"]\nRUN curl a | tar x\n', "SHELL in force"),
    "Windows": ("FROM node:10-windowsservercore\nRUN curl a | tar x\n", "Windows"),
    "PowerShell": (F + 'SHELL ["pwsh", "-c"]\nRUN curl a | tar x\n', "SHELL in force"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_an_unknown_shell_is_refused(case: str) -> None:
    check_refused(NAME, *UNKNOWN[case])


FIXED = {
    "download": (F + "RUN curl a | tar x\n", F + BASH + "RUN curl a | tar x\n" + SH),
    "alpine": (A + "RUN curl a | tar x\n", A + ASH + "RUN curl a | tar x\n" + SH),
    "alpine reads it as before": (
        A + "RUN echo 'a\\nb' | tee c\n",
        A + ASH + "RUN echo 'a\\nb' | tee c\n" + SH,
    ),
    "red hat": (
        "FROM rockylinux:9\nRUN curl a | tar x\n",
        "FROM rockylinux:9\n" + BASH + "RUN curl a | tar x\n" + SH,
    ),
    "what comes between is taken in": (
        F + "RUN curl a | tar x\nCOPY a b\nRUN make\nENV A=1\nRUN curl b | tar x\nRUN make\n",
        F
        + BASH
        + "RUN curl a | tar x\nCOPY a b\nRUN make\nENV A=1\nRUN curl b | tar x\n"
        + SH
        + "RUN make\n",
    ),
    "what bash reads otherwise is kept out": (
        F + "RUN curl a | tar x\nRUN echo 'a\\nb' > c\nRUN curl b | tar x\n",
        F
        + BASH
        + "RUN curl a | tar x\n"
        + SH
        + "RUN echo 'a\\nb' > c\n"
        + BASH
        + "RUN curl b | tar x\n"
        + SH,
    ),
    "a command in shell form is kept out": (
        F + "RUN curl a | tar x\nHEALTHCHECK CMD curl b\nRUN curl b | tar x\nCMD a $B\n",
        F
        + BASH
        + "RUN curl a | tar x\n"
        + SH
        + "HEALTHCHECK CMD curl b\n"
        + BASH
        + "RUN curl b | tar x\n"
        + SH
        + "CMD a $B\n",
    ),
    "child stage": (
        "FROM debian:12 AS a\nRUN curl a | tar x\nFROM a\nRUN make\nCMD a $B\n",
        "FROM debian:12 AS a\n"
        + BASH
        + "RUN curl a | tar x\n"
        + SH
        + "FROM a\nRUN make\nCMD a $B\n",
    ),
    "child stages that inherit commands": (
        "FROM debian:12 AS a\nENTRYPOINT e\nRUN curl a | tar x\nCMD a $B\n"
        "FROM a AS b\nFROM b\nUSER c\n",
        "FROM debian:12 AS a\nENTRYPOINT e\n"
        + BASH
        + "RUN curl a | tar x\n"
        + SH
        + "CMD a $B\nFROM a AS b\nFROM b\nUSER c\n",
    ),
    "child stage with a SHELL of its own": (
        "FROM debian:12 AS a\nRUN curl a | tar x\nENTRYPOINT e\n"
        'FROM a AS b\nSHELL ["/bin/bash", "-c"]\nCMD c\nFROM b\nRUN make\n',
        "FROM debian:12 AS a\n"
        + BASH
        + "RUN curl a | tar x\n"
        + SH
        + 'ENTRYPOINT e\nFROM a AS b\nSHELL ["/bin/bash", "-c"]\nCMD c\nFROM b\nRUN make\n',
    ),
    "nothing to restore": (
        "FROM debian:12 AS a\nRUN curl a | tar x\nFROM scratch\nCOPY --from=a /a /a\n",
        "FROM debian:12 AS a\n" + BASH + "RUN curl a | tar x\nFROM scratch\nCOPY --from=a /a /a\n",
    ),
    "bash is in force": (
        F + 'SHELL ["/bin/bash", "-c"]\nENV A=1\nRUN [[ a = b ]] || curl a | tar x\nRUN make\n',
        F
        + 'SHELL ["/bin/bash", "-c"]\nENV A=1\n'
        + BASH
        + 'RUN [[ a = b ]] || curl a | tar x\nSHELL ["/bin/bash", "-c"]\nRUN make\n',
    ),
    "a SHELL right above gives way": (
        F + 'SHELL ["/bin/bash", "-ec"]\nRUN curl a | tar x\n',
        F
        + 'SHELL ["/bin/bash", "-o", "pipefail", "-ec"]\nRUN curl a | tar x\n'
        + 'SHELL ["/bin/bash", "-ec"]\n',
    ),
    "comments stay with their RUN": (
        F + "\n# one\n# hadolint ignore=DL3008\nRUN curl a | tar x\n\n# two\nRUN make\n",
        F
        + "\n"
        + BASH
        + "# one\n# hadolint ignore=DL3008\nRUN curl a | tar x\n"
        + SH
        + "\n# two\nRUN make\n",
    ),
    "no final newline": (F + "RUN curl a | tar x", F + BASH + "RUN curl a | tar x\n" + SH[:-1]),
    "lower case": (
        "from debian:12\nrun curl a | tar x\n",
        "from debian:12\n"
        + BASH.replace("SHELL", "shell")
        + "run curl a | tar x\n"
        + SH.replace("SHELL", "shell"),
    ),
    "in a substitution": (
        F + "RUN A=$(curl a | jq -r .b) && make $A\n",
        F + BASH + "RUN A=$(curl a | jq -r .b) && make $A\n" + SH,
    ),
    "checksums of what is there": (
        F + "RUN sha256sum -c --ignore-missing SUMS | tee b\n",
        F + BASH + "RUN sha256sum -c --ignore-missing SUMS | tee b\n" + SH,
    ),
    "checksum of a download": (
        F + "RUN curl a 2>/dev/null | openssl dgst -sha256 > b\n",
        F + BASH + "RUN curl a 2>/dev/null | openssl dgst -sha256 > b\n" + SH,
    ),
    "a condition on what cannot fail": (
        F + "RUN if echo a | grep b; then make; fi\n",
        F + BASH + "RUN if echo a | grep b; then make; fi\n" + SH,
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case], level=Level.STANDARD)


ASSUMED = {
    "complaints go to nowhere": F + "RUN cat a* 2>/dev/null | sort > b\n",
    "another command of openssl": F + "RUN echo Q | openssl s_client a:443 > b\n",
    "script": F + "RUN curl a | sh\n",
    "unknown writer": F + "RUN make | tee b\n",
    "group": F + "RUN { echo a; echo b; } | tee c\n",
    "unknown text in an echo": F + "RUN echo $(make x) | tee c\n",
    "unknown base with apt-get": "FROM me/base:1\nRUN apt-get update && curl a | tar x\n",
    "variable base with apk": "ARG B\nFROM $B\nRUN apk add x\nRUN curl a | tar x\n",
}


@pytest.mark.parametrize("case", ASSUMED)
def test_assumptions_are_made_at_aggressive_alone(case: str) -> None:
    result = run(NAME, ASSUMED[case], level=Level.STANDARD)
    assert not result.changed
    assert [each.status for each in result.findings] == ["fixable"]
    assert run(NAME, ASSUMED[case]).changed


def test_a_bolder_run_goes_on_where_another_one_stopped() -> None:
    text = F + "RUN curl a | tar x\nRUN curl a | sh\n"
    first = run(NAME, text, level=Level.STANDARD).after
    assert first.decode() == F + BASH + "RUN curl a | tar x\n" + SH + "RUN curl a | sh\n"
    second = run(NAME, first.decode()).after
    assert second == run(NAME, text).after
    assert second.decode() == F + BASH + "RUN curl a | tar x\nRUN curl a | sh\n" + SH


LOST = {
    "cd /x; curl x | tar x; make": True,
    "curl x | tar x && a; make": True,
    "cd /x; curl x | tar x": False,
    "set -e; curl x | tar x; make": False,
    "curl x | tar x; A=$(curl x | tar t) && b": False,
    "for i in 1 2; do curl $i | tar x; done": False,
}


@pytest.mark.parametrize("text", LOST)
def test_a_pipe_whose_status_nothing_hangs_on_gains_nothing(text: str) -> None:
    found = run(NAME, f"FROM debian:12\nRUN {text}\n").findings
    reasons = [each.reason or "" for each in found]
    assert any("goes on whatever" in each for each in reasons) is LOST[text], reasons


def test_lines_that_were_commented_out_stay_with_their_run() -> None:
    run_lines = "RUN curl a | tar x\n    # && make\n  # b\n"
    check_fixed(
        NAME,
        f"{F}{run_lines}\n# next\nCOPY a b\n",
        f"{F}{BASH}{run_lines}{SH}\n# next\nCOPY a b\n",
    )
    for lines in (
        "# next\nCOPY a b\n",
        "  # hadolint ignore=DL3020\nADD a b\n",
        "  # c\n  ADD a b\n",
    ):
        check_fixed(
            NAME,
            f"{F}RUN curl a | tar x\n{lines}",
            f"{F}{BASH}RUN curl a | tar x\n{SH}{lines}",
        )


@pytest.mark.parametrize("line", ["CMD echo $A\n", "ENTRYPOINT echo $A\n", "USER a\nCMD echo $A\n"])
def test_a_child_may_begin_with_a_command_line(line: str) -> None:
    text = "FROM debian:12 AS a\n{}RUN curl a | tar x\n{}FROM a\n" + line
    check_fixed(NAME, text.format("", ""), text.format(BASH, SH))
