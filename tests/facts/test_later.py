"""Who may need what a RUN leaves, and what programs may do beyond themselves."""

import pytest

from dfix.facts.later import _overlap
from dfix.facts.programs import inner_texts, kind_of_program, unwrapped


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sudo -u me -E apt-get install x", "apt-get install x"),
        ("env -u A B=1 apt-get update", "apt-get update"),
        ("sudo env A=1 nice -n 5 make", "make"),
        ("timeout -s 9 10 make", "make"),
        ("gosu me npm ci", "npm ci"),
        ("xargs -n 1 pip install", "pip install"),
        ("sudo", "sudo"),
        ("exec a b", "a b"),
        ("/usr/bin/sudo -- a", "a"),
    ],
)
def test_unwrapped(words: str, expected: str) -> None:
    assert list(unwrapped(words.split())) == expected.split()


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        (["sh", "-c", "a b"], ("a b",)),
        (["sudo", "bash", "-lc", "a"], ("a",)),
        (["su", "me", "-c", "a"], ("a",)),
        (["sh", "a.sh"], ()),
        (["sh", "-c", "$$X"], ()),
        (["eval", "a", "b"], ("a b",)),
        (["a", "-c", "b"], ()),
    ],
)
def test_inner_texts(words: list[str], texts: tuple[str, ...]) -> None:
    assert tuple(inner_texts(words)) == texts


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("cp a b", "passes"),
        ("apt-get update", "passes"),
        ("/opt/venv/bin/pip install x", "passes"),
        ("./configure --prefix=/x", "passes"),
        ("./gradlew build", "passes"),
        (". /venv/bin/activate", "passes"),
        ('. $"$NVM_DIR/nvm.sh"', "passes"),
        ('$"$JAVA_HOME/bin/keytool" -import', "passes"),
        ("pip3.11 install x", "passes"),
        ("make", "program"),
        ("python setup.py", "program"),
        ("/usr/bin/thing", "program"),
        ("./install.sh", "script"),
        ("install.sh", "script"),
        ("/setup", "script"),
        ("bash x", "script"),
        ("sh", "script"),
        (". /x", "script"),
        ("$$CMD x", "script"),
        ("ansible-playbook x", "script"),
        ("eval $x", "script"),
    ],
)
def test_kind_of_program(words: str, kind: str) -> None:
    assert kind_of_program(words.split()) == kind


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/", True),
        (".", True),
        ("/var", True),
        ("var/lib/", True),
        ("/var/lib/apt/lists", True),
        ("/var/lib/apt", True),
        ("/var/lib/ap*", True),
        ("/var/$X", True),
        ("$X", True),
        ("/v*", True),
        ("/var/lib/aptitude", False),
        ("/usr", False),
        ("/usr/*", False),
        ("/usr/$X", False),
    ],
)
def test_overlap(source: str, expected: bool) -> None:
    assert _overlap(source, "/var/lib/apt") is expected
