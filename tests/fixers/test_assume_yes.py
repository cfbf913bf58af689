"""assume-yes: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "assume-yes"
F = "FROM me/base:1\n"

NOOP = (
    "apt-get install -y a",
    "apt-get -y install a",
    "apt-get install a -y",
    "apt-get -qqy install a",
    "apt-get install -yq a",
    "apt-get --yes install a && apt-get --assume-yes install b",
    "apt-get -qq install a",
    "apt-get -q -q install a",
    "apt-get -q=2 install a",
    "apt-get install --assume-no a",
    "apt-get -s install a",
    "apt-get install --dry-run a",
    "apt-get install -d a",
    "apt-get install --download-only a",
    "apt-get update && apt-get clean && apt-get autoclean",
    "apt-cache install a",
    "echo apt-get install a",
    "sh -c 'apt-get install a'",
    "yum -y install a",
    "yum install a -y",
    "yum --assumeyes install a",
    "yum -y isntall a",
    "yum isntall a",
    "yum install --downloadonly a",
    "yum clean all && yum makecache && yum-config-manager --enable a",
    "dnf install -qy a",
    "dnf list && dnf clean all",
    "microdnf -y install a",
    "zypper -n install a",
    "zypper --non-interactive in a",
    "zypper in -y a",
    "zypper in --no-confirm a",
    "zypper in --dry-run a",
    "zypper lr && zypper clean",
    "apk add a",
    "pip uninstall a",
    "npm init",
)  # fmt: skip


@pytest.mark.parametrize("text", NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, f"{F}RUN {text}\n")


REFUSED = {
    "yes | apt-get install a": "piped into it",
    "echo y | sudo apt-get install a": "piped into it",
    "apt-get install a < /answers": "piped into it",
    "yes | { apt-get update; apt-get install a; }": "piped into it",
    "apt-get install -o APT::Get::Assume-Yes=true a": "sets the answer",
    "yum --setopt=assumeyes=True install a": "sets the answer",
    "apt-get install a || true": "failure is caught",
    "apt-get update && apt-get install a || exit 1": "failure is caught",
    "! apt-get install a": "failure is caught",
    "if apt-get install a; then true; fi": "failure is caught",
    "apt-get $X a": "not fixed by the text",
    "apt-get install $X a": "may hold the flag",
    "apt-get install --brand-new a": "--brand-new is not known",
    "apt-get install -- a": "ends the options",
    "APT_CONFIG=/x apt-get install a": "configured further up",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    check_refused(NAME, f"{F}RUN {text}\n", REFUSED[text])


CONFIGURED = (
    "ENV APT_CONFIG=/x\n",
    "COPY apt.conf /etc/apt/apt.conf.d/90\n",
    "COPY etc /etc/apt/\n",
    "ADD yum.conf /etc/yum.conf\n",
    "RUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90\n",
    "RUN echo assumeyes=1 >> /etc/yum.conf\n",
)


@pytest.mark.parametrize("above", CONFIGURED)
def test_configured(above: str) -> None:
    check_refused(NAME, f"{F}{above}RUN apt-get install a\n", "configured further up")
    check_refused(NAME, f"{F[:-1]} AS b\n{above}FROM b\nRUN yum install a\n", "configured further")
    # What stands below, or in another stage, says nothing.
    check_fixed(
        NAME,
        f"{F}RUN apt-get install a\n{above}",
        f"{F}RUN apt-get install -y a\n{above}",
    )


FIXED = {
    "apt-get install a": "apt-get install -y a",
    "apt-get -q install a": "apt-get -q install -y a",
    "apt-get -q=1 install a": "apt-get -q=1 install -y a",
    "apt install a": "apt install -y a",
    "apt-get install --no-install-recommends -t sid a": (
        "apt-get install --no-install-recommends -t sid -y a"
    ),
    "apt-get install \\\n    a \\\n    # why\n    b": "apt-get install -y \\\n    a \\\n    # why\n    b",
    "apt-get install \\\n  --fix-missing \\\n  a": "apt-get install -y \\\n  --fix-missing \\\n  a",
    "apt-get install $X": "apt-get install -y $X",
    "apt-get install a=$X b": "apt-get install -y a=$X b",
    "sudo apt-get install a": "sudo apt-get install -y a",
    "apt-get remove a && apt-get autoremove": "apt-get remove -y a && apt-get autoremove -y",
    "yum install a": "yum install -y a",
    "yum -d1 install a": "yum -d1 install -y a",
    "dnf upgrade": "dnf upgrade -y",
    "microdnf install a": "microdnf install -y a",
    "zypper install a": "zypper --non-interactive install a",
    "zypper -q in -n a": "zypper --non-interactive -q in -n a",
    "zypper ref && zypper dup": "zypper ref && zypper --non-interactive dup",
    "apt-get update; apt-get install a": "apt-get update; apt-get install -y a",
    "(apt-get install a)": "(apt-get install -y a)",
    "test -f x || apt-get install a": "test -f x || apt-get install -y a",
}


@pytest.mark.parametrize("text", FIXED)
def test_fixed(text: str) -> None:
    check_fixed(NAME, f"{F}RUN {text}\n", f"{F}RUN {FIXED[text]}\n")


@pytest.mark.parametrize("text", ["apt-get update; apt-get install a", "(apt-get install a)"])
def test_what_a_failure_does_not_end_is_no_safe_change(text: str) -> None:
    before = f"{F}RUN {text}\n"
    assert run(NAME, before, level=Level.SAFE).after == before.encode()


LOST = {
    "apt-get install a; rm -rf /x": True,
    "apt-get install a | tee /log": True,
    "set -e; apt-get install a; rm -rf /x": False,
    "A=b; set -x && apt-get install a && rm -rf /x": False,
    "apt-get update; apt-get install a": False,
}


@pytest.mark.parametrize("text", LOST)
def test_a_failure_is_passed_over_where_it_is(text: str) -> None:
    (found,) = run(NAME, f"{F}RUN {text}\n").findings
    assert ("passed over" in (found.reason or "")) is LOST[text]
