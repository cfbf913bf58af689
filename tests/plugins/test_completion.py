"""Completion in real shells: what is typed, and what is offered behind it."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plugins.installed import Site, fixer

#: What is typed, what must be offered, and what must not.
CASES = {
    "command": ("dfix mig", ["migrate"], ["rules"]),
    "path": ("dfix serv", ["services/"], ["migrate"]),
    "path-behind-an-option": ("dfix --diff serv", ["services/"], ["migrate"]),
    "path-of-a-command": ("dfix plan serv", ["services/"], []),
    "option": ("dfix --write-n", ["--write-neighbours"], ["--diff"]),
    "option-of-a-command": ("dfix migrate --retry", ["--retry-failed"], []),
    "choice": ("dfix --level agg", ["aggressive"], ["safe"]),
    "fixer": ("dfix --select merge-r", ["merge-runs"], ["merge-installs"]),
    "second-fixer": ("dfix --ignore merge-runs,add-to", ["merge-runs,add-to-copy"], []),
    "code": ("dfix --select DL3059", ["DL3059"], []),
    "explained": ("dfix explain add-to", ["add-to-copy"], ["services"]),
    "option-of-a-fixer": ("dfix --set pin-base-image.p", ["pin-base-image.policy="], []),
    "file": ("dfix --config dfix.t", ["dfix.toml"], []),
    "folder": ("dfix --context serv", ["services/"], []),
    "nothing": ("dfix --level x", [], ["safe", "services"]),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with something in it, and with `dfix` on the path."""
    folder = tmp_path_factory.mktemp("completion")
    (folder / "bin").mkdir()
    program = folder / "bin" / "dfix"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m dfix "$@"\n')
    program.chmod(0o755)
    work = folder / "work"
    (work / "services").mkdir(parents=True)
    (work / "services" / "Dockerfile").write_text("FROM a\n")
    (work / "dfix.toml").write_text("")
    return folder


def environment(place: Path) -> dict[str, str]:
    return {
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
        "HOME": str(place),
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
    }


def output(command: list[str], place: Path, text: str = "") -> str:
    done = subprocess.run(
        command,
        cwd=place / "work",
        env=environment(place),
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def bash(place: Path, typed: str) -> str:
    """What bash has for the last word: what the function gives, and paths where it asks for them."""
    script = (
        'eval "$(_DFIX_COMPLETE=bash_source dfix)"\n'
        "wanted=\ncompopt() { wanted=$2; }\n"
        f"COMP_WORDS=({typed})\nCOMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))\n"
        "_dfix_completion dfix\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
        'last="${COMP_WORDS[COMP_CWORD]}"\n'
        'case $wanted in default) compgen -f -- "$last" | while read -r each; do\n'
        '  if [ -d "$each" ]; then echo "$each/"; else echo "$each"; fi; done;;\n'
        '  dirnames) compgen -d -S / -- "$last";; esac\nexit 0\n'
    )
    return output(["bash", "--norc", "-s"], place, script)


def fish(place: Path, typed: str) -> str:
    script = f"_DFIX_COMPLETE=fish_source dfix | source; complete -C '{typed}'"
    return output(["fish", "--no-config", "-c", script], place)


def zsh(place: Path, typed: str) -> str:
    """What stands on the line of a zsh at a terminal, after a tab."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(place / "work")
        os.execvpe("zsh", ["zsh", "-f", "-i"], environment(place))
    try:
        # The marks are put together by zsh, so that the echo of what is typed is none.
        ready = "PS1='ok''> '; autoload -U compinit; compinit -D -u; unsetopt list_beep\n"
        source = 'eval "$(_DFIX_COMPLETE=zsh_source dfix)"; print do""ne\n'
        os.write(terminal, (ready + source).encode())
        _read_until(terminal, lambda seen: "done" in seen)
        os.write(terminal, typed.encode() + b"\t")
        line = _read_until(terminal, lambda seen: False, quiet=3.0)
        return line.rpartition("ok> ")[2] or line
    finally:
        os.close(terminal)
        os.waitpid(process, 0)


def _read_until(terminal: int, enough: Callable[[str], bool], quiet: float = 20.0) -> str:
    """What a terminal shows, until it is enough, or nothing has come for `quiet` seconds."""
    seen = ""
    end = time.monotonic() + 40
    while time.monotonic() < end and not enough(seen):
        ready, _, _ = select.select([terminal], [], [], quiet)
        if not ready:
            break
        seen += os.read(terminal, 4096).decode(errors="replace")
    return seen


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_what_is_offered(shell: str, case: str, place: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} on this machine")
    if (shell, case) == ("fish", "second-fixer"):
        pytest.skip("click's function for fish takes what stands behind a comma for another thing")
    typed, wanted, unwanted = CASES[case]
    offered = {"bash": bash, "fish": fish}[shell](place, typed)
    found = [line.partition("\t")[0] for line in offered.splitlines()]
    assert set(wanted) <= set(found), offered
    assert not set(unwanted) & set(found), offered


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh on this machine")
@pytest.mark.parametrize(
    "case", ["command", "path", "option", "choice", "fixer", "second-fixer", "file", "explained"]
)
def test_what_zsh_makes_of_it(case: str, place: Path) -> None:
    typed, (wanted,), _ = CASES[case]
    words, _, last = typed.rpartition(" ")
    assert wanted.startswith(last)
    line = zsh(place, typed)
    assert f"{words} {wanted}" in line, repr(line)


def test_other_packages_fixers_are_offered_and_nothing_of_them_runs(site: Site) -> None:
    broken = "raise SystemExit('this ran')\n"
    site.install(
        "company",
        {"company": "company.fixers", "one": "own_taste"},
        {
            "company/__init__.py": broken,
            "company/fixers/__init__.py": broken,
            "company/fixers/own_smell.py": fixer("OwnSmell") + broken,
            "company/fixers/_own_data.py": broken,
            "own_taste.py": broken,
        },
    )
    code = (
        "import os, sys; os.environ.update(_DFIX_COMPLETE='bash_complete', "
        "COMP_WORDS='dfix --select own', COMP_CWORD='2'); from dfix.cli import run; run()"
    )
    done = site.run("-c", code)
    assert done.out.splitlines() == ["plain,own-smell", "plain,own-taste"]
    assert done.errors == ""


def test_nothing_of_a_fixer_is_loaded(site: Site) -> None:
    code = (
        "import atexit, os, sys; os.environ.update(_DFIX_COMPLETE='bash_complete', "
        "COMP_WORDS='dfix --select merge', COMP_CWORD='2')\n"
        "loaded = lambda: [n for n in sys.modules if n.startswith(('dfix.fixers.', 'lark', 'tree_'))]\n"
        "atexit.register(lambda: print(loaded()))\n"
        "from dfix.cli import run; run()"
    )
    done = site.run("-c", code)
    assert done.out.splitlines() == ["plain,merge-installs", "plain,merge-runs", "[]"]
