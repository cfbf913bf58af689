"""Calls of package managers: how they are read, and what of them is not understood."""

import pytest

from dfix.facts.packages import Call, calls, sub_command_of
from dfix.shell import parse_shell


def one(text: str) -> Call:
    """The only call in `text`."""
    (call,) = calls(parse_shell(text).commands)
    return call


NO_CALL = (
    "sudo -u me apt-get install x",
    "curl x",
    "$APT install x",
    "echo apt-get install x",
    "A=b",
    "xargs apt-get install -y",
)


@pytest.mark.parametrize("text", NO_CALL)
def test_no_call(text: str) -> None:
    assert calls(parse_shell(text).commands) == ()


NOT_UNDERSTOOD = {
    "apt-get $VERB x": "the sub-command is not fixed",
    "apt-get $OPTIONS install x": "the sub-command is not fixed",
    "apt-get --new-option install x": "the option --new-option is not known",
    "apt-get install -Z x": "the option -Z is not known",
    "apt-get install -o": "-o has no value",
    "apt-get install -t $RELEASE x": "may be more than one word",
    "apt-get install -- x": "-- ends the options",
    "apt-get install --no-$WHAT x": "has a variable in it",
    "npm install --unsafe-perm true x": "may be one option",
    "zypper frobnicate -y": "what -y means here is not known",
}


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_not_understood(text: str) -> None:
    assert NOT_UNDERSTOOD[text] in one(text).problem


READ = {
    "apt-get install -y curl": ("apt-get", "install", ["-y"], ["curl"]),
    "apt-get -qqy install curl": ("apt-get", "install", ["-q", "-q", "-y"], ["curl"]),
    "apt-get install -yq curl -t bookworm git": (
        "apt-get", "install", ["-y", "-q", "-t=bookworm"], ["curl", "git"],
    ),
    "apt-get -q=2 -tsid install a": ("apt-get", "install", ["-q", "-t=sid"], ["a"]),
    "apt-get -o A::B=c -oD=e update": ("apt-get", "update", ["-o=A::B=c", "-o=D=e"], []),
    "apt-get install --target-release=sid a": ("apt-get", "install", ["--target-release=sid"], ["a"]),
    "sudo -E apt install ./a.deb": ("apt", "install", [], ["./a.deb"]),
    "env A=b /usr/bin/apt-get update": ("apt-get", "update", [], []),
    "apk --no-cache add --virtual .x gcc": ("apk", "add", ["--no-cache", "--virtual=.x"], ["gcc"]),
    "apk add -U --repository=http://x/y a=1.2-r0": (
        "apk", "add", ["-U", "--repository=http://x/y"], ["a=1.2-r0"],
    ),
    "yum -d1 -e 0 install -y a": ("yum", "install", ["-d=1", "-e=0", "-y"], ["a"]),
    "microdnf install --setopt=x=0 a": ("microdnf", "install", ["--setopt=x=0"], ["a"]),
    "zypper -n in -t pattern a": ("zypper", "in", ["-n", "-t=pattern"], ["a"]),
    "zypper --non-interactive install -n a": ("zypper", "install", ["--non-interactive", "-n"], ["a"]),
    "python3.9 -m pip install -r r.txt a": ("pip", "install", ["-r=r.txt"], ["a"]),
    "pip3 install --no-cache-dir a": ("pip", "install", ["--no-cache-dir"], ["a"]),
    "npm ci --omit dev": ("npm", "ci", ["--omit=dev"], []),
    "yarn --frozen-lockfile": ("yarn", None, ["--frozen-lockfile"], []),
    "composer install -n -d /x": ("composer", "install", ["-n", "-d=/x"], []),
    "gem install -N bundler -v 2.0": ("gem", "install", ["-N", "-v=2.0"], ["bundler"]),
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_read(text: str) -> None:
    name, verb, options, operands = READ[text]
    call = one(text)
    assert call.problem == ""
    assert (call.name, call.sub_command) == (name, verb)
    given = [f"{each.name}={each.value}" if each.valued else each.name for each in call.options]
    assert given == options
    assert [word.value for word in call.operands] == operands
    assert call.is_literal


def test_what_stands_in_front() -> None:
    call = one("A=b sudo -E C=d apt-get install x")
    assert call.sudo
    assert call.environment == ("A", "C")
    assert [word.text for word in call.wrapper] == ["sudo", "-E", "C=d"]


def test_variables_among_operands() -> None:
    assert one("apt-get install $PACKAGES").may_have_more_options
    assert not one("apt-get install curl=$VERSION").may_have_more_options
    assert not one("apt-get install curl=$VERSION").is_literal
    assert one("apt-get install -t sid a").values_of("-t") == ("sid",)


FOLDERS = (
    "$VENV/bin/pip install x",
    '"$VENV/bin/pip3" install x',
    "$VENV/bin/python -m pip install x",
)


@pytest.mark.parametrize("text", FOLDERS)
def test_only_the_folder_of_the_program_is_a_variable(text: str) -> None:
    call = one(text)
    assert (call.name, call.sub_command) == ("pip", "install")
    assert not call.is_literal


def test_debian_has_yarn_under_another_name() -> None:
    assert one("yarnpkg --cwd /a install").sub_command == "install"


def test_an_unknown_option_has_its_name_without_its_value() -> None:
    call = one("pip install --no-cache=1 x")
    assert call.has_option("--no-cache")
    assert call.problem


SUB_COMMANDS = {
    "apt-get -q --quiet update": "update",
    "apt-get -t sid -o A=b install x": "install",
    "/sbin/apk -X https://example.com add x": "add",
    "apk --virtual": "",
    "aptitude -t sid install x": "install",
}


@pytest.mark.parametrize("text", SUB_COMMANDS)
def test_sub_command_of_plain_words(text: str) -> None:
    assert sub_command_of(text.split()) == SUB_COMMANDS[text]
