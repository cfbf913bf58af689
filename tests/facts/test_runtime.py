"""What a container starts: the parts in effect first, then the program behind the wrappers."""

import pytest

from dfix import Facts, Surroundings, parse
from dfix.facts.runtime import Launch, Program, launch, passes_on, program
from dfix.surroundings import EmbeddedImages

A = "FROM alpine:3.20\n"
NODE = "FROM node:22\n"


def started(text: str) -> tuple[Facts, Launch]:
    tree = parse(text)
    facts = Facts(tree, Surroundings(images=EmbeddedImages()))
    return facts, launch(facts, tree.stages[-1])


PARTS: dict[str, tuple[str, tuple[str, ...] | str | None, tuple[str, ...] | str | None]] = {
    "base": (A, None, ("/bin/sh",)),
    "base-with-both": (NODE, ("docker-entrypoint.sh",), ("node",)),
    "cmd-over-the-base": (NODE + 'CMD ["a"]\n', ("docker-entrypoint.sh",), ("a",)),
    "entrypoint-clears-the-base": (NODE + 'ENTRYPOINT ["e"]\n', ("e",), None),
    "entrypoint-clears-the-parent": (
        A.replace("\n", " AS a\n") + 'CMD ["a"]\nFROM a\nENTRYPOINT ["e"]\n',
        ("e",),
        None,
    ),
    "cmd-of-the-parent": (A.replace("\n", " AS a\n") + 'CMD ["a"]\nFROM a\n', None, ("a",)),
    "cmd-above-the-entrypoint-stays": (
        A + 'CMD ["a"]\nENTRYPOINT ["e"]\n',
        ("e",),
        ("a",),
    ),
    "last-counts": (A + 'CMD ["a"]\nCMD ["b"]\n', None, ("b",)),
    "cleared": (NODE + "ENTRYPOINT []\nCMD []\n", None, None),
    "shell-forms": (A + "ENTRYPOINT a b\nCMD c\n", "a b", "c"),
}


@pytest.mark.parametrize(("text", "entrypoint", "cmd"), PARTS.values(), ids=PARTS)
def test_parts(
    text: str,
    entrypoint: tuple[str, ...] | str | None,
    cmd: tuple[str, ...] | str | None,
) -> None:
    _, found = started(text)
    for part, expected in ((found.entrypoint, entrypoint), (found.cmd, cmd)):
        if expected is None:
            assert part is None
        else:
            assert part is not None
            assert part.known
            assert (part.text or part.words) == expected


def test_what_nobody_knows() -> None:
    facts, found = started("FROM example.com/x\n")
    assert found.entrypoint is not None
    assert not found.entrypoint.known
    assert not found.own
    assert program(facts, facts.tree.stages[-1], found) == (
        "the ENTRYPOINT of the base image is not known"
    )


@pytest.mark.parametrize(
    ("text", "own", "repeated"),
    [
        (A, False, False),
        (A + "CMD a\n", True, False),
        (A + "ENTRYPOINT a\nCMD b\n", True, False),
        (A + "CMD a\nCMD b\n", True, True),
        (A.replace("\n", " AS a\n") + "CMD a\nFROM a\nCMD b\n", True, False),
    ],
)
def test_whose_and_how_many(text: str, own: bool, repeated: bool) -> None:
    _, found = started(text)
    assert (found.own, found.repeated) == (own, repeated)


NO_PROGRAM = {
    "list": (A + "CMD a && b\n", "a shell script of its own"),
    "pipe": (A + "CMD a | b\n", "a shell script of its own"),
    "background": (A + "CMD a &\n", "a shell script of its own"),
    "substitution": (A + "CMD a $(b)\n", "a shell script of its own"),
    "redirect": (A + "CMD a > b\n", "redirects"),
    "broken": (A + "CMD if\n", "does not parse"),
    "variable": (A + "CMD $A\n", "only known at run time"),
    "sh-c-variable": (A + 'CMD ["sh", "-c", "$A b"]\n', "only known at run time"),
    "sh-c-list": (A + 'CMD ["/bin/bash", "-ec", "a; b"]\n', "a shell script of its own"),
    "tini-alone": (A + 'ENTRYPOINT ["tini", "--"]\nCMD []\n', "starts nothing"),
    "script-alone": (NODE + "CMD []\n", "starts nothing"),
    "nothing": (A + "CMD []\n", "nothing is started"),
}


@pytest.mark.parametrize(("text", "reason"), NO_PROGRAM.values(), ids=NO_PROGRAM)
def test_no_program(text: str, reason: str) -> None:
    facts, found = started(text)
    answer = program(facts, facts.tree.stages[-1], found)
    assert isinstance(answer, str)
    assert reason in answer


PROGRAMS = {
    "exec": (A + 'CMD ["a", "b"]\n', Program(("a", "b"))),
    "both": (A + 'ENTRYPOINT ["a"]\nCMD ["b"]\n', Program(("a", "b"))),
    "shell": (A + "CMD a 'b c'\n", Program(("a", "b c"), shell=True)),
    "shell-entrypoint-ignores-cmd": (
        A + 'ENTRYPOINT a\nCMD ["b"]\n',
        Program(("a",), shell=True),
    ),
    "shell-cmd-of-an-entrypoint": (
        A + 'ENTRYPOINT ["tini", "--"]\nCMD a b\n',
        Program(("a", "b"), init="tini", shell=True),
    ),
    "continued": (A + "CMD a \\\n  b\n", Program(("a", "b"), shell=True)),
    "assignment": (A + "CMD X=1 a\n", Program(("a",), shell=True)),
    "variable-argument": (A + "CMD a $B\n", Program(("a", None), shell=True)),
    "exec-builtin": (A + "CMD exec a\n", Program(("a",), shell=True)),
    "exec-is-a-name-elsewhere": (A + 'CMD ["exec", "a"]\n', Program(("exec", "a"))),
    "sh-c": (A + 'CMD ["/bin/sh", "-c", "exec a $B"]\n', Program(("a", None), shell=True)),
    "env": (A + 'CMD ["env", "A=1", "B=2", "a"]\n', Program(("a",))),
    "tini": (
        A + 'CMD ["/sbin/tini", "-g", "-e", "143", "--", "a"]\n',
        Program(("a",), init="tini"),
    ),
    "dumb-init": (A + 'CMD ["dumb-init", "a", "-x"]\n', Program(("a", "-x"), init="dumb-init")),
    "script-of-the-base": (
        NODE + 'CMD ["a", "b"]\n',
        Program(("a", "b"), script="docker-entrypoint.sh"),
    ),
    "script-of-the-base-restated": (
        NODE + 'ENTRYPOINT ["tini", "--", "docker-entrypoint.sh"]\nCMD ["a.js"]\n',
        Program(("node", "a.js"), init="tini", script="docker-entrypoint.sh"),
    ),
    "script-of-the-base-with-an-option": (
        NODE + 'CMD ["-v"]\n',
        Program(("node", "-v"), script="docker-entrypoint.sh"),
    ),
    "same-name-on-another-base": (
        A + 'ENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["a"]\n',
        Program(("docker-entrypoint.sh", "a")),
    ),
}


@pytest.mark.parametrize(("text", "expected"), PROGRAMS.values(), ids=PROGRAMS)
def test_program(text: str, expected: Program) -> None:
    facts, found = started(text)
    assert program(facts, facts.tree.stages[-1], found) == expected


@pytest.mark.parametrize(
    ("entrypoint", "cmd", "expected"),
    [
        (("docker-entrypoint.sh",), ("node", "a.js"), True),
        (("docker-entrypoint.sh",), ("a.js",), False),
        (("docker-entrypoint.sh",), (), False),
        (("docker-php-entrypoint",), ("php", "a.php"), True),
        (("docker-php-entrypoint",), ("node", "a.php"), False),
        (("/other.sh",), ("node",), False),
        ((), ("node",), False),
    ],
)
def test_passes_on(entrypoint: tuple[str, ...], cmd: tuple[str, ...], expected: bool) -> None:
    assert passes_on(entrypoint, cmd) is expected


def test_name() -> None:
    assert Program(("/usr/bin/a", "b")).name == "a"
    assert Program((None, "b")).name is None
    assert Program(()).name is None
