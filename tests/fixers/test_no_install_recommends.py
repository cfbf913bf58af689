"""no-install-recommends: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "no-install-recommends"
F = "FROM debian:12\n"

NOOP = (
    "apt-get install -y --no-install-recommends a",
    "apt-get --no-install-recommends install -y a",
    "apt-get install -y a --no-install-recommends",
    "apt-get install -y --install-recommends a",
    "apt-get install -y -o APT::Install-Recommends=false a",
    "apt-get -oAPT::Install-Recommends=0 install a",
    "apt-get install -f -y",
    "apt-get install -s a",
    "apt-get install --download-only a",
    "apt-get build-dep a && apt-get upgrade -y",
    "yum install -y a && apk add b",
    "echo apt-get install a",
)


@pytest.mark.parametrize("text", NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, f"{F}RUN {text}\n")


REFUSED = {
    "apt-get install -y $A": "a variable may hold",
    "apt-get install -y --brand-new a": "--brand-new is not known",
    "apt-get install -y -- a": "-- ends the options",
    "APT_CONFIG=/x apt-get install -y a": "configured further up",
    "apt-get install -y curl": "curl is of little use without",
    "apt-get install -y git=1:2.39": "git is of little use without",
    "apt-get install -y a wget": "ca-certificates",
    "apt-get install -y gcc make": "libc6-dev",
    "apt-get install -y python3-pip": "build-essential",
    "apt-get install -y python3-pip python3-dev": "python3-setuptools",
    "apt-get install -y cmake g++": "cmake is of little use without what it recommends: make",
    "apt-get install -y software-properties-common": "gpg-agent",
    "apt-get install -y apt-transport-https": "ca-certificates",
    "apt-get install -y yarn": "nodejs",
    "apt-get install -y mono-devel": "ca-certificates-mono",
    "apt-get install -y fail2ban": "iptables",
    "apt-get install -y docker-ce": "docker-ce is of little use without",
    "apt-get install -y apache2 && a2ensite default-ssl": "needs what it recommends: ssl-cert",
    "apt-get install -y xvfb": "xauth",
    "apt-get install -y autoconf make": "automake",
    "apt-get install -y git ca-certificates && git clone git@example.com:a": "openssh-client",
    "apt-get install -y git ca-certificates && patch -p1 <a": "recommends: patch",
    "apt-get install -y nodejs && npm ci": "recommends: npm",
    "apt-get install -y rustc && cargo build": "recommends: cargo",
    "apt-get install -y texlive-latex-base": "texlive-latex-base is of little use",
    "apt-get install -y curl && apt-get install -y --no-install-recommends ca-certificatesx": "curl",
    "apt-get install -y curl && curl -O https://h.example/k && apt-get install -y "
    "--no-install-recommends ca-certificates": "curl is of little use without",
    "apt-get install -y apt-transport-https && echo deb https://h.example x >/etc/apt/a.list && "
    "apt-get update && apt-get install -y --no-install-recommends ca-certificates": "ca-certificates",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    check_refused(NAME, f"{F}RUN {text}\n", REFUSED[text])


CONFIGURED = (
    "ENV APT_CONFIG=/x\n",
    "COPY apt.conf /etc/apt/apt.conf.d/90\n",
    "COPY etc /etc/apt/\n",
    "RUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/90\n",
    "RUN echo 'APT { Install-Recommends \"false\"; };' > /etc/apt/apt.conf\n",
)


@pytest.mark.parametrize("above", CONFIGURED)
def test_configured(above: str) -> None:
    check_refused(NAME, f"{F}{above}RUN apt-get install -y a\n", "configured further up")


FIXED = {
    "apt-get install a": "apt-get install --no-install-recommends a",
    "apt-get install -y \\\n    a \\\n    # why\n    b": (
        "apt-get install -y --no-install-recommends \\\n    a \\\n    # why\n    b"
    ),
    "apt -yq install a": "apt -yq install --no-install-recommends a",
    "apt-get install -y -t sid a=$V": ("apt-get install -y -t sid --no-install-recommends a=$V"),
    "apt-get install -y curl ca-certificates": (
        "apt-get install -y --no-install-recommends curl ca-certificates"
    ),
    "apt-get install -y software-properties-common gpg-agent": (
        "apt-get install -y --no-install-recommends software-properties-common gpg-agent"
    ),
    "apt-get install -y apache2 && a2enmod rewrite": (
        "apt-get install -y --no-install-recommends apache2 && a2enmod rewrite"
    ),
    "apt-get install -y git ca-certificates && git clone https://example.com/a": (
        "apt-get install -y --no-install-recommends git ca-certificates"
        " && git clone https://example.com/a"
    ),
    "curl https://deb.nodesource.com/setup | bash && apt-get install -y nodejs && npm ci": (
        "curl https://deb.nodesource.com/setup | bash"
        " && apt-get install -y --no-install-recommends nodejs && npm ci"
    ),
    "apt-get install -y gcc libc6-dev": "apt-get install -y --no-install-recommends gcc libc6-dev",
    "apt-get install -y --no-install-recommends a && apt-get install -y b": (
        "apt-get install -y --no-install-recommends a"
        " && apt-get install -y --no-install-recommends b"
    ),
    "apt-get install -y a && apt-get install -y curl": (
        "apt-get install -y --no-install-recommends a && apt-get install -y curl"
    ),
}


@pytest.mark.parametrize("text", FIXED)
def test_fixed(text: str) -> None:
    check_fixed(NAME, f"{F}RUN {text}\n", f"{F}RUN {FIXED[text]}\n")


def test_what_the_base_brings() -> None:
    before = "FROM node:22\nRUN apt-get install -y curl\n"
    after = "FROM node:22\nRUN apt-get install -y --no-install-recommends curl\n"
    check_fixed(NAME, before, after)


def test_only_at_aggressive() -> None:
    text = f"{F}RUN apt-get install -y a\n"
    assert run(NAME, text, level=Level.STANDARD).after == text.encode()
