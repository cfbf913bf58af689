"""exec-form: what it leaves alone and turns down first, then what it changes."""

from pathlib import Path

import pytest

from dfix import Level, Request, fix_bytes
from dfix.facts.services import Service
from dfix.registry import all_fixers
from dfix.surroundings import surroundings_of
from tests.fixers import seed
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "exec-form"
N = "FROM node:22\n"
D = "FROM debian:12\n"

NOOP = {
    **{f"seed-S{at:02}": text for at, text in enumerate(
        (seed.S01, seed.S02_BUILDABLE, seed.S03, seed.S04, seed.S05, seed.S06, seed.S07), 1)},
    "seed-S11": seed.S11,
    "seed-S12": seed.S12,
    "seed-S13": seed.S13,
    "exec": N + 'CMD ["node", "a.js"]\n',
    "cleared": N + "ENTRYPOINT []\nCMD []\n",
    "nothing": N + "CMD\n",
    "onbuild": N + "ONBUILD CMD node a.js\n",
    "no-healthcheck": N + "HEALTHCHECK NONE\n",
    "check-with-a-script": N + "COPY c.sh /\nHEALTHCHECK CMD /c.sh\n",
    "check-by-a-relative-path": N + "ENV PATH=.:$PATH\nHEALTHCHECK CMD check x\n",
    "check-with-a-list": N + "HEALTHCHECK CMD curl -f http://localhost || exit 1\n",
    "run": N + "RUN node a.js\n",
    "empty": "",
}  # fmt: skip

REFUSED = {
    "all variables": (N + "CMD env\n", "shows the variables"),
    "all variables and one": (N + "CMD env -u B A=b\n", "shows the variables"),
    "a variable of the shell": (N + "CMD printenv PWD\n", "shows the variables"),
    "code with a variable of the shell": (
        N + """CMD node -p 'process.env["PWD"]'\n""",
        "the command line reads PWD",
    ),
    # What needs a shell.
    "list": (N + "CMD node a && node b\n", "more than one command"),
    "sequence": (N + "CMD node a; node b\n", "more than one command"),
    "sequence-of-one": (N + "CMD node a;\n", "more than one command"),
    "pipe": (N + "CMD node a | cat\n", "more than one command"),
    "background": (N + "CMD node a &\n", "more than one command"),
    "subshell": (N + "CMD (node a)\n", "more than one command"),
    "group": (N + "CMD { node a; }\n", "more than one command"),
    "loop": (N + "CMD while true; do node a; done\n", "more than one command"),
    "negated": (N + "CMD ! node a\n", "more than one command"),
    "substitution": (N + "CMD node $(cat x)\n", "output of other"),
    "backquotes": (N + "CMD node `cat x`\n", "output of other"),
    "redirection": (N + "CMD node a > /x\n", "redirects"),
    "heredoc-text": (N + "CMD node <<< x\n", "redirects"),
    "variable": (N + "CMD node $A\n", "expands"),
    "variable-in-quotes": (N + 'CMD node "$A"\n', "expands"),
    "program-in-a-variable": (N + "CMD $A b\n", "expands"),
    "pattern": (N + "CMD node *.js\n", "expands"),
    "question-mark": (N + "CMD node a?.js\n", "expands"),
    "home": (N + "CMD node ~/a.js\n", "expands"),
    "braces": (N + "CMD node {a,b}.js\n", "expands"),
    "assignment": (N + "CMD A=1 node a\n", "sets variables"),
    "assignment-alone": (N + "CMD A=1\n", "more than one command"),
    "comment": (N + "CMD node a.js # note\n", "comment"),
    "open-quote": (N + "CMD node 'a\n", "does not parse"),
    "brackets": (N + "CMD node a[1].js\n", "expands"),
    "lone-brace": (N + "CMD node {}\n", "mean something"),
    "lone-bracket": (N + "CMD node a]\n", "mean something"),
    "tilde-within": (N + "CMD node a~\n", "mean something"),
    # What is part of the shell.
    **{
        f"builtin-{word}": (N + f"CMD {word} a\n", "part of the shell")
        for word in ("cd", ".", "source", "eval", "exit", "ulimit", "export", "trap", "umask", "set")
    },
    "U11-exec-alone": (N + "CMD exec\n", "part of the shell"),
    "U11-dot": (N + "CMD . /env.sh\n", "part of the shell"),
    "exec-with-an-option": (N + "CMD exec -a x node\n", "options of its own"),
    "echo-with-an-escape": (N + "CMD echo 'a\\n'\n", "part of the shell"),
    "echo-with-an-option": (N + "CMD echo -n a\n", "part of the shell"),
    "U12": (N + 'CMD echo "hi there" \\\n | cat\n', "more than one command"),
    "name-with-a-blank": (N + 'CMD "node a.js"\n', "no plain name"),
    # Broken JSON.
    "single-quotes": (N + "CMD ['node', 'a.js']\n", "mistake"),
    "trailing-comma": (N + 'CMD ["node", "a.js",]\n', "mistake"),
    "json-and-more": (N + 'CMD ["node"] && b\n', "mistake"),
    "test-command": (N + "CMD [ -f x ]\n", "mistake"),
    # Shells that are not plain.
    "swallowed": (N + "CMD node a.js \\\nEXPOSE 80\n", "swallowed"),
    "login-shell": (N + 'SHELL ["/bin/bash", "-lc"]\nCMD node a.js\n', "SHELL in force"),
    "login": (N + 'SHELL ["/bin/bash", "--login", "-c"]\nCMD node a.js\n', "SHELL in force"),
    "powershell": (N + 'SHELL ["pwsh", "-c"]\nCMD node a.js\n', "SHELL in force"),
    **{
        f"path-{at}": (N + f"ENV PATH={path}\nCMD serve x\n", "not absolute")
        for at, path in enumerate((".:$PATH", "$PATH:node_modules/.bin", "$PATH:", "/a::/b", "~/b"))
    },
    "path-below": (N + "CMD serve x\nENV PATH ./bin:$PATH\n", "not absolute"),
    "path-of-a-parent": (
        N[:-1] + " AS base\nENV PATH=bin:$PATH\nFROM base\nCMD serve x\n",
        "not absolute",
    ),
    "path-of-a-child": (
        N[:-1] + " AS base\nCMD serve x\nFROM base\nENV PATH=bin:$PATH\n",
        "not absolute",
    ),
    "path-of-an-entrypoint": (
        N + "ENV PATH=.:$PATH\nENTRYPOINT exec serve x\n",
        "not absolute",
    ),
    "bash-env-below": (N + "CMD node a.js\nENV BASH_ENV=/x\n", "a file of its own"),
    "bash-env": (N + "ENV BASH_ENV=/x\nCMD node a.js\n", "a file of its own"),
    "windows": (
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD node a.js\n",
        "Windows",
    ),
    "unknown-base": ("FROM example.com/x\nCMD node a.js\n", "nothing is known"),
    "variable-base": ("ARG B\nFROM $B\nCMD node a.js\n", "nothing is known"),
    # Scripts.
    "script": (N + "COPY run.sh /\nCMD /run.sh\n", "without `#!`"),
    "script-without-extension": (N + "COPY run /\nCMD /run\n", "without `#!`"),
    "script-in-path": (N + "COPY run /usr/local/bin/\nCMD run\n", "without `#!`"),
    "script-in-a-folder-of-scripts": (N + "COPY scripts/ /usr/local/bin\nCMD serve\n", "without"),
    "script-in-a-pattern": (N + "COPY bin/* /usr/local/bin/\nCMD serve x\n", "without `#!`"),
    "script-by-name": (N + "CMD start.sh\n", "without `#!`"),
    "script-of-a-run": (N + "RUN echo true > /usr/bin/go2\nCMD go2\n", "without `#!`"),
    "script-of-another-stage": (
        "FROM node:22 AS a\nFROM debian:12\nCOPY --from=a /x /x\nCMD /x\n",
        "without `#!`",
    ),
    "name-of-a-program-that-is-copied": (N + "COPY node /usr/local/bin/\nCMD node a\n", "without"),
    # ENTRYPOINT and CMD.
    "entrypoint-with-cmd": (N + "ENTRYPOINT node\nCMD a.js\n", "takes as its arguments"),
    "entrypoint-with-exec-cmd": (N + 'CMD ["a"]\nENTRYPOINT node b\n', "takes as its arguments"),
    "entrypoint-with-cmd-of-a-child": (
        'FROM node:22 AS a\nENTRYPOINT node b\nFROM a\nCMD ["x"]\n',
        "takes as its arguments",
    ),
    "entrypoint-with-cmd-of-the-parent": (
        'FROM node:22 AS a\nCMD ["x"]\nFROM a\nENTRYPOINT node b\n',
        "takes as its arguments",
    ),
    "cmd-of-an-entrypoint": (N + 'ENTRYPOINT ["node"]\nCMD a.js\n', "in another way"),
    "cmd-of-a-shell-entrypoint": (N + "ENTRYPOINT node\nCMD a.js\n", "takes no CMD"),
    "cmd-of-sh-c": (N + 'ENTRYPOINT ["sh", "-c"]\nCMD node a.js\n', "in another way"),
    "database": ("FROM postgres:17\nCMD postgres -c x=1\n", "in another way"),
    "script-that-is-not-read": (N + 'ENTRYPOINT ["/e.sh"]\nCMD node a.js\n', "in another way"),
    "cmd-twice": (N + "CMD node a.js\nCMD []\n", "a later CMD takes its place"),
    "script-for-node": (N + "CMD a.js\n", "in another way"),
}  # fmt: skip

FIXED = {
    "path-of-absolute-folders": (
        N + "ENV PATH=/app/bin:${PATH}:$HOME/bin\nCMD serve x\n",
        N + 'ENV PATH=/app/bin:${PATH}:$HOME/bin\nCMD ["serve", "x"]\n',
    ),
    "path-that-is-not-looked-at": (
        N + "ENV PATH=bin:$PATH\nCMD /usr/bin/serve x\n",
        N + 'ENV PATH=bin:$PATH\nCMD ["/usr/bin/serve", "x"]\n',
    ),
    "program-beside-a-folder-of-scripts": (
        N + "COPY scripts /usr/local/bin\nCMD node a.js\n",
        N + 'COPY scripts /usr/local/bin\nCMD ["node", "a.js"]\n',
    ),
    "program-beside-a-copied-one": (
        N + "COPY tool /usr/local/bin/\nCMD serve x\n",
        N + 'COPY tool /usr/local/bin/\nCMD ["serve", "x"]\n',
    ),
    "quotes": (
        D + "CMD python3 \"a b\" 'c d' e\\ f \"\" g\"h\"'i'\n",
        D + 'CMD ["python3", "a b", "c d", "e f", "", "ghi"]\n',
    ),
    "quotes-in-quotes": (D + "CMD python3 'a\"b' \"c'd\"\n", D + 'CMD ["python3", "a\\"b", "c\'d"]\n'),
    "backslash": (D + "CMD python3 'a\\b'\n", D + 'CMD ["python3", "a\\\\b"]\n'),
    "special-in-quotes": (D + "CMD python3 '$A *' '&'\n", D + 'CMD ["python3", "$A *", "&"]\n'),
    "option-with-value": (D + "CMD python3 --a=b c=d e@f\n", D + 'CMD ["python3", "--a=b", "c=d", "e@f"]\n'),
    "not-ascii": (D + "CMD python3 größe\n", D + 'CMD ["python3", "größe"]\n'),
    "many-blanks": (D + "CMD   python3   a  \n", D + 'CMD   ["python3", "a"]  \n'),
    "U11-exec": (N + "CMD exec node a.js\n", N + 'CMD ["node", "a.js"]\n'),
    "shell": (D + "CMD sh -c 'a; b'\n", D + 'CMD ["sh", "-c", "a; b"]\n'),
    "echo": (D + "CMD echo hello\n", D + 'CMD ["echo", "hello"]\n'),
    "prompt": (D + "CMD /bin/bash\n", D + 'CMD ["/bin/bash"]\n'),
    "entrypoint": (D + "ENTRYPOINT python3 a.py\n", D + 'ENTRYPOINT ["python3", "a.py"]\n'),
    "entrypoint-over-the-cmd-of-the-base": (
        N + "ENTRYPOINT node a.js\n", N + 'ENTRYPOINT ["node", "a.js"]\n'),
    "healthcheck": (
        D + "HEALTHCHECK --interval=5s --timeout=1s CMD curl -f http://localhost/\n",
        D + 'HEALTHCHECK --interval=5s --timeout=1s CMD ["curl", "-f", "http://localhost/"]\n',
    ),
    "behind-tini": (
        N + 'ENTRYPOINT ["tini", "--"]\nCMD node a.js\n',
        N + 'ENTRYPOINT ["tini", "--"]\nCMD ["node", "a.js"]\n',
    ),
    "entrypoint-cleared": (
        "FROM postgres:17\nENTRYPOINT []\nCMD sleep 1\n",
        'FROM postgres:17\nENTRYPOINT []\nCMD ["sleep", "1"]\n',
    ),
    "bash-with-options": (
        D + 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nCMD python3 a\n',
        D + 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nCMD ["python3", "a"]\n',
    ),
    "errexit": (
        D + 'SHELL ["/bin/sh", "-exc"]\nCMD python3 a\n',
        D + 'SHELL ["/bin/sh", "-exc"]\nCMD ["python3", "a"]\n',
    ),
    "lines": (D + "CMD python3 \\\n    a \\\n    b\n", D + 'CMD ["python3", \\\n    "a", \\\n    "b"]\n'),
    "lines-with-comments": (
        D + "CMD python3 \\\n  # why (a)\n  a\n",
        D + 'CMD ["python3", \\\n  # why (a)\n  "a"]\n',
    ),
    "first-line-empty": (D + "CMD \\\n  python3 a\n", D + 'CMD \\\n  ["python3", "a"]\n'),
    "carriage-returns": ("FROM debian:12\r\nCMD python3 a\r\n", 'FROM debian:12\r\nCMD ["python3", "a"]\r\n'),
    "no-final-newline": (D + "CMD python3 a", D + 'CMD ["python3", "a"]'),
    "lower-case": ("from debian:12\ncmd python3 a\n", 'from debian:12\ncmd ["python3", "a"]\n'),
    "comment-above": (D + "# go\nCMD python3 a\n", D + '# go\nCMD ["python3", "a"]\n'),
    "of-a-parent": (
        "FROM debian:12 AS a\nCMD python3 a\nFROM a\nRUN b\nFROM a AS c\nCMD []\n",
        'FROM debian:12 AS a\nCMD ["python3", "a"]\nFROM a\nRUN b\nFROM a AS c\nCMD []\n',
    ),
    "compiled": (
        "FROM golang:1.22 AS a\nRUN go build -o /out/app .\nFROM debian:12\n"
        "COPY --from=a /out/app /app\nCMD /app -v\n",
        "FROM golang:1.22 AS a\nRUN go build -o /out/app .\nFROM debian:12\n"
        'COPY --from=a /out/app /app\nCMD ["/app", "-v"]\n',
    ),
    "compiled-rust": (
        "FROM rust:1.80 AS a\nRUN cargo build --release\nFROM debian:12\n"
        "COPY --from=a /s/target/release/app /usr/local/bin/app\nCMD app\n",
        "FROM rust:1.80 AS a\nRUN cargo build --release\nFROM debian:12\n"
        'COPY --from=a /s/target/release/app /usr/local/bin/app\nCMD ["app"]\n',
    ),
    "script-of-a-language": (D + "COPY . .\nCMD ./a.py\n", D + 'COPY . .\nCMD ["./a.py"]\n'),
    "script-with-a-first-line": (
        D + "COPY <<E /run\n#!/bin/sh\nE\nCMD /run\n", D + 'COPY <<E /run\n#!/bin/sh\nE\nCMD ["/run"]\n'),
    "module-binary": (
        N + "WORKDIR /a\nCMD node_modules/.bin/x\n", N + 'WORKDIR /a\nCMD ["node_modules/.bin/x"]\n'),
}  # fmt: skip

EXEC = {
    "variable": (N + "CMD node $A\n", N + "CMD exec node $A\n"),
    "redirection": (N + "CMD node a > /x 2>&1\n", N + "CMD exec node a > /x 2>&1\n"),
    "behind-an-entrypoint": (
        N + 'ENTRYPOINT ["/e.sh"]\nCMD node a.js\n',
        N + 'ENTRYPOINT ["/e.sh"]\nCMD exec node a.js\n',
    ),
    "entrypoint": (N + "ENTRYPOINT node a.js\n", N + "ENTRYPOINT exec node a.js\n"),
}


@pytest.mark.parametrize("text", NOOP.values(), ids=NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, text)


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, reason: str) -> None:
    check_refused(NAME, text, reason)


@pytest.mark.parametrize("command", ["A=1 node a", "cd /a", "a && b", ". a", "$A", "exit 1"])
def test_refused_with_exec_in_front(command: str) -> None:
    text = f"{N}CMD {command}\n"
    assert not run(NAME, text, options={"style": "exec"}).changed


@pytest.mark.parametrize(("before", "after"), FIXED.values(), ids=FIXED)
def test_fixed(before: str, after: str) -> None:
    check_fixed(NAME, before, after, level=Level.STANDARD)


@pytest.mark.parametrize(("before", "after"), EXEC.values(), ids=EXEC)
def test_exec_in_front(before: str, after: str) -> None:
    check_fixed(NAME, before, after, options={"style": "exec"})


SCRIPTS = {
    "#!/bin/sh\nexec node a.js\n": True,
    "\x7fELF\x01": True,
    "exec node a.js\n": False,
    "\n#!/bin/sh\n": False,
    "": False,
}


@pytest.mark.parametrize("content", SCRIPTS)
def test_a_script_that_the_context_shows(content: str, tmp_path: Path) -> None:
    (tmp_path / "run").write_text(content)
    text = b"FROM node:22\nCOPY run /\nCMD /run\n"
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    result = fix_bytes(text, Request((all_fixers()[NAME],), Level.STANDARD, surroundings))
    assert result.changed is SCRIPTS[content], result.findings


BROUGHT = {
    "as the image is laid out": "COPY rootfs/ /\n",
    "below a folder of PATH": "ENV PATH=/app/bin:$PATH\nCOPY . /app\n",
    "into a folder of PATH": "ENV PATH=/app:$PATH\nCOPY serve /app/\n",
    "installed": "COPY serve .\nRUN install -m 755 serve /usr/local/bin\n",
    "installed, target first": "COPY a .\nRUN install -t /usr/local/bin serve x\n",
    "moved": "COPY serve .\nRUN mv serve /usr/local/bin/\n",
    "one of many": "COPY a a\nRUN cp a/* /usr/local/bin/\n",
    "from another stage": (
        "RUN echo make > /out/serve\nFROM debian:12\nCOPY --from=0 /out/ /usr/local/bin/\n"
    ),
}
NOT_BROUGHT = {
    "files of an application": "COPY . /app\n",
    "a file at the root": "COPY a.conf /\n",
    "what a package manager makes": "ENV PATH=/app/node_modules/.bin:$PATH\nCOPY . /app\n",
    "others": "COPY a b\nRUN mv a /usr/local/bin/ && cp serve.conf /etc/\n",
    "another folder": "RUN cp serve /srv/\n",
}


@pytest.mark.parametrize("lines", BROUGHT.values(), ids=BROUGHT)
def test_a_program_that_the_file_itself_may_bring(lines: str) -> None:
    check_refused(NAME, f"{D}{lines}CMD serve\n", "may be a script")


@pytest.mark.parametrize("lines", NOT_BROUGHT.values(), ids=NOT_BROUGHT)
def test_a_program_that_comes_from_elsewhere(lines: str) -> None:
    check_fixed(NAME, f"{D}{lines}CMD serve\n", f'{D}{lines}CMD ["serve"]\n')


@pytest.mark.parametrize("content", SCRIPTS)
def test_a_script_in_a_folder_of_path_that_the_context_shows(content: str, tmp_path: Path) -> None:
    (tmp_path / "serve").write_text(content)
    text = b"FROM node:22\nENV PATH=/app:$PATH\nCOPY . /app\nCMD serve\n"
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    result = fix_bytes(text, Request((all_fixers()[NAME],), Level.STANDARD, surroundings))
    assert result.changed is SCRIPTS[content], result.findings


@pytest.mark.parametrize("content", SCRIPTS)
def test_a_script_in_a_folder_that_the_context_shows(content: str, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "serve").write_text(content)
    text = b"FROM node:22\nCOPY bin /usr/local/bin\nCMD serve\n"
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    result = fix_bytes(text, Request((all_fixers()[NAME],), Level.STANDARD, surroundings))
    assert result.changed is SCRIPTS[content], result.findings


ENTRY = {
    '#!/bin/sh\nset -e\nexec "$@"\n': True,
    '#!/usr/bin/env bash\nmigrate || exit 1\nexec gosu app "$@"\n': True,
    '#!/bin/sh\nif [ "$1" = node ]; then migrate; fi\nexec "$@"\n': False,
    '#!/bin/sh\nshift\nexec "$@"\n': False,
    '#!/bin/sh\n"$@"\n': False,
    '#!/bin/sh\nexec node "$@"\n': False,
    '#!/usr/bin/python3\nexec "$@"\n': False,
}


@pytest.mark.parametrize("content", ENTRY)
def test_behind_a_script_that_the_context_shows(content: str, tmp_path: Path) -> None:
    (tmp_path / "e.sh").write_text(content)
    text = b'FROM node:22\nCOPY e.sh /\nENTRYPOINT ["/e.sh"]\nCMD node a.js\n'
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    result = fix_bytes(text, Request((all_fixers()[NAME],), Level.STANDARD, surroundings))
    assert result.changed is ENTRY[content], result.findings


def test_an_entrypoint_that_compose_gives_a_command() -> None:
    services = [Service("web", "compose.yaml", replaces_command=True)]
    text = D + "ENTRYPOINT python3 a.py\n"
    check_refused(NAME, text, "Compose gives it a command", services=services)


def test_not_at_safe() -> None:
    assert not run(NAME, N + "CMD node a.js\n", level=Level.SAFE).changed


def test_a_comment_of_another_tool_switches_it_off() -> None:
    assert not run(NAME, N + "# hadolint ignore=DL3025\nCMD node a.js\n").changed


@pytest.mark.parametrize(
    ("content", "reads"),
    [
        ("start(process.env.PWD)\n", "PWD"),
        ("x = process.env['OLDPWD']\n", "OLDPWD"),
        ('#!/usr/bin/env python3\nos.environ["PWD"]\n', "PWD"),
        ("os.environ.get('PWD')\n", "PWD"),
        ("os.getenv('SHLVL')\n", "SHLVL"),
        ("ENV.fetch('PWD')\n", "PWD"),
        ("chdir $ENV{PWD};\n", "PWD"),
    ],
)
@pytest.mark.parametrize("command", ["node a", "node ./a", "node /app/a x"])
def test_what_reads_a_variable_of_the_shell(
    content: str, reads: str, command: str, tmp_path: Path
) -> None:
    (tmp_path / "a").write_text(content)
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    request = Request((all_fixers()[NAME],), Level.STANDARD, surroundings)
    result = fix_bytes(f"{N}WORKDIR /app\nCOPY a .\nCMD {command}\n".encode(), request)
    [finding] = result.findings
    assert finding.status == "refused"
    assert finding.reason == f"a reads {reads}, which only a shell sets"


@pytest.mark.parametrize(
    "content", ["console.log(process.cwd())\n", "env.MYPWD\n", "// PWD\n", "env PWDX\n"]
)
def test_what_reads_no_variable_of_the_shell(content: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(content)
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    request = Request((all_fixers()[NAME],), Level.STANDARD, surroundings)
    result = fix_bytes(f"{N}COPY a /\nCMD node /a\n".encode(), request)
    assert result.after.decode() == f'{N}COPY a /\nCMD ["node", "/a"]\n'


def test_a_shell_script_sets_the_variable_itself(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("#!/bin/sh\n# env: PWD\nexec node $PWD\n")
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    request = Request((all_fixers()[NAME],), Level.STANDARD, surroundings)
    result = fix_bytes(f"{N}COPY a /\nCMD /a\n".encode(), request)
    assert result.after.decode() == f'{N}COPY a /\nCMD ["/a"]\n'
