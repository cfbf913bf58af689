"""Dockerfiles made by a grammar of what fixers look for: most of them would build."""

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

BASES = (
    "debian:12", "debian:bookworm-slim", "ubuntu:22.04", "alpine:3.20", "alpine", "node:22", "node:latest",
    "node:22-alpine", "python:3.12-slim", "golang:1.22", "fedora:40", "rockylinux:9", "centos:7", "scratch",
    "busybox", "nginx", "example.com/own:1", "${BASE}", "debian:12@sha256:" + "0" * 64,
)  # fmt: skip
_PACKAGES = (
    "curl",
    "git",
    "ca-certificates",
    "python3=3.11.2-1",
    "nginx",
    "tini",
    '"gcc"',
    "$PKGS",
    "lib*",
)
_COMMANDS = (
    "apt-get update", "apt update", "apt-get clean", "rm -rf /var/lib/apt/lists/*", "apt-get upgrade -y",
    "rm -rf /var/cache/apk/*", "yum clean all", "dnf clean all", "apk update", "yum makecache",
    "pip install flask", "pip3 install --no-cache-dir -r requirements.txt", "python3 -m pip install -U pip",
    "npm ci", "npm install -g yarn", "yarn install", "npm cache clean --force", "gem install bundler",
    "cd /srv", "cd app", "mkdir -p /srv/app", "export A=b", "set -e", "set -eux", "set -o pipefail", "umask 027",
    "curl -fsSL https://example.com/install.sh | sh", "wget https://example.com/a.tar.gz",
    "wget -q -O /tmp/a https://example.com/a", "curl -o /tmp/a https://example.com/a | tee log",
    "tar xzf a.tar.gz && rm a.tar.gz", "useradd -m app", "useradd -r -u 1001 app", "adduser -D app",
    "groupadd -r app && useradd -r -g app app", "chown -R app:app /srv", "chmod +x /run.sh", "chmod -R 755 /srv",
    "chown app /x", "echo 'a  b' >> /etc/x", 'echo "a # b" > /y', "echo $A ${B:-c}", "make -j$(nproc)", "true",
    "test -f /x || exit 1", "if test -f /x; then echo y; fi", "(cd /x && make)", "{ a; b; }", "! grep -q a /x",
    "sleep 1 &", "for i in a b; do echo $i; done", "sudo apt-get install -y vim", "sudo -E make", "su - app -c id",
    "ln -s /a /b", ": ${X:=y}", "eval $CMD", "case $A in a) b ;; esac", "f() { a; }; f", "exec bash",
)  # fmt: skip
_JOINS = (
    " && ",
    "; ",
    " || ",
    " && @\n    ",
    " @\n  && ",
    "; @\n    ",
    " @\n\t|| ",
    " && @\n@\n    ",
    ";",
)
_NOTES = (
    "# a note",
    "  # why",
    "#",
    "# dfix: x",
    "# hadolint ignore=DL3008",
    "# é ünï",
    "## && @",
    "\t# tab",
)
_ABOVE = (
    "# a comment", "", "# dfix: ignore", "# dfix: ignore=merge-runs,DL3009", "# hadolint ignore=DL3020,DL4000",
    "# check=skip=all", "#no blank", "    # indented", "# RUN apt-get install -y curl", "# ends in @",
)  # fmt: skip
_FLAGS = (
    "--mount=type=cache,target=/var/cache/apt", "--mount=type=secret,id=s", "--mount=type=bind,target=/src",
    "--network=none", "--mount=type=cache,target=/root/.cache/pip,sharing=locked", "--security=insecure",
)  # fmt: skip
_PLACES = ("/", "/srv/", "/srv/app", ".", "./", "app", "$DIR/", "/opt/x/")
_SOURCES = (
    ".", "a.go", "app", "src/", "requirements.txt", "package*.json", "a.tar.gz", "https://example.com/a.tar.gz",
    "https://example.com/a.txt", "git@github.com:a/b.git", "$FILE", "--", "run.sh", "vendor/*", "./config.yaml",
)  # fmt: skip
_COPY_FLAGS = (
    "--chown=app:app",
    "--chown=1000",
    "--chmod=755",
    "--link",
    "--from=0",
    "--from=build",
    "--from=nginx",
)
_PLAIN = (
    "ENV A b c", "ENV A=b", "ENV A=1 B=$A", 'ENV A "x y"', "ENV A 'x' y", "ENV PATH=/x:$PATH", "env a b",
    "ENV DEBIAN_FRONTEND=noninteractive", "ENV A=1 @\n    B=2", "ENV TOKEN=abc", "ARG X=1", "ARG X", "ARG A=$X",
    "LABEL a b c", "LABEL a=b", 'LABEL maintainer="me"', "LABEL a=b @\n  c=d", "MAINTAINER me <me@example.com>",
    'MAINTAINER "me"', "USER app", "USER 1000:1000", "USER root", "USER $U", "WORKDIR /srv", "WORKDIR app",
    "WORKDIR $DIR", "EXPOSE 80 443/TCP", "EXPOSE 80/tcp 80/udp", 'EXPOSE "80"', "EXPOSE $PORT", "VOLUME /data",
    'VOLUME ["/data", "/log"]', "STOPSIGNAL SIGTERM", "STOPSIGNAL 9", 'SHELL ["/bin/bash", "-c"]',
    'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]', 'SHELL ["powershell"]', "CMD node server.js",
    'CMD ["node", "server.js"]', "CMD exec python3 app.py", 'CMD ["npm", "start"]', "CMD ./run.sh && sleep 1",
    'ENTRYPOINT ["/run.sh"]', "ENTRYPOINT /run.sh", 'ENTRYPOINT ["tini", "--"]', "ENTRYPOINT []", "CMD []",
    "CMD [ 'node' ]", "HEALTHCHECK CMD curl -f http://localhost/ || exit 1", "HEALTHCHECK NONE",
    'HEALTHCHECK --interval=5s CMD ["true"]', 'CMD ["sh", "-c", "node $A"]', 'CMD ["nginx", "-g", "daemon off;"]',
)  # fmt: skip
_DOCUMENTS = (
    "<<EOF\n{}EOF", "<<-EOF\n{}\tEOF", "<<'EOF'\n{}EOF", "<<EOF bash -e\n{}EOF", "<<EOF sh\n#!/bin/bash\n{}EOF",
)  # fmt: skip


def install(draw: DrawFn) -> str:
    """A command that installs packages."""
    packages = " ".join(draw(st.lists(st.sampled_from(_PACKAGES), min_size=1, max_size=4)))
    start = draw(
        st.sampled_from(
            (
                "apt-get install -y", "apt-get install", "apt install -y", "apt-get -y install", "apt-get -qq install -y",
                "apt-get install -y --no-install-recommends", "apk add", "apk add --no-cache", "apk add -U --virtual .b",
                "yum install -y", "yum -y install", "dnf install -y", "microdnf install", "zypper install -y",
                "DEBIAN_FRONTEND=noninteractive apt-get install -y", "pip install", "npm install -g",
            )
        )
    )  # fmt: skip
    apart = draw(st.sampled_from((" ", " @\n      ", "  ")))
    return f"{start}{apart}{packages}"


@st.composite
def commands(draw: DrawFn) -> str:
    """Some commands, joined, over lines with comments between them."""
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        command = install(draw) if draw(st.booleans()) else draw(st.sampled_from(_COMMANDS))
        parts.append(command)
    text = parts[0]
    for part in parts[1:]:
        join = draw(st.sampled_from(_JOINS))
        if join.count("\n") == 1 and draw(st.integers(0, 3)) == 0:
            join = join.replace("\n", f"\n{draw(st.sampled_from(_NOTES))}\n")
        elif join.count("\n") == 1 and draw(st.integers(0, 9)) == 0:
            join = join.replace("\n", "\n\n")
        text += join + part
    return text


@st.composite
def runs(draw: DrawFn) -> str:
    """A RUN in one of its forms."""
    flags = "".join(f"{flag} " for flag in draw(st.lists(st.sampled_from(_FLAGS), max_size=1)))
    form = draw(st.integers(0, 9))
    if form == 0:
        return f'RUN {flags}["sh", "-c", "apt-get update"]'
    if form == 1:
        lines = draw(st.lists(st.sampled_from((*_COMMANDS, *_NOTES, "")), max_size=4))
        document = draw(st.sampled_from(_DOCUMENTS))
        return f"RUN {flags}{document.format(''.join(line + chr(10) for line in lines))}"
    return f"RUN {flags}{draw(commands())}"


@st.composite
def copies(draw: DrawFn) -> str:
    """A COPY or an ADD."""
    word = draw(st.sampled_from(("ADD", "ADD", "COPY", "add")))
    flags = "".join(
        f"{flag} " for flag in draw(st.lists(st.sampled_from(_COPY_FLAGS), max_size=2, unique=True))
    )
    place = draw(st.sampled_from(_PLACES))
    if draw(st.integers(0, 9)) == 0:
        return f"{word} {flags}<<EOF {place}\n# not a comment\nbody $A\nEOF"
    sources = draw(st.lists(st.sampled_from(_SOURCES), min_size=1, max_size=2))
    if draw(st.integers(0, 5)) == 0:
        return f"{word} {flags}[" + ", ".join(f'"{each}"' for each in (*sources, place)) + "]"
    return f"{word} {flags}{' '.join(sources)} {place}"


def instructions() -> SearchStrategy[str]:
    """Any instruction but FROM."""
    plain = st.sampled_from(_PLAIN)
    one = st.one_of(runs(), runs(), copies(), plain)
    return st.one_of(one, one, one, one.map("ONBUILD ".__add__))


@st.composite
def stages(draw: DrawFn, number: int) -> str:
    """A stage, which may build on one above."""
    base = draw(st.sampled_from((*BASES, *(("build", "0") if number else ()))))
    platform = draw(
        st.sampled_from(("", "", "", "--platform=linux/amd64 ", "--platform=$BUILDPLATFORM "))
    )
    name = draw(st.sampled_from(("", " AS build", " as final", " AS Two")))
    lines = [f"FROM {platform}{base}{name}"]
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.integers(0, 2)) == 0:
            lines += draw(st.lists(st.sampled_from(_ABOVE), max_size=2))
        lines.append(draw(instructions()))
    return "\n".join(lines)


@st.composite
def texts(draw: DrawFn) -> str:
    """A Dockerfile with line feeds, a final one, and no mark at its beginning."""
    escape = draw(st.sampled_from(("\\", "\\", "\\", "`")))
    head = draw(
        st.sampled_from(
            ("", "", "# syntax=docker/dockerfile:1\n", "ARG BASE=debian:12\n", "# a file\n\n")
        )
    )
    if escape == "`":
        head = "# escape=`\n" + head.removeprefix("# syntax=docker/dockerfile:1\n")
    count = draw(st.sampled_from((1, 1, 1, 2, 3)))
    body = "\n\n".join(draw(stages(number)) for number in range(count))
    return (head + body + "\n").replace("@", escape)


@st.composite
def dockerfiles(draw: DrawFn) -> bytes:
    """A Dockerfile as somebody's editor may have written it."""
    text = draw(texts())
    match draw(st.integers(0, 9)):
        case 0:
            text = text.replace("\n", "\r\n")
        case 1:
            text = "\ufeff" + text
        case 2:
            text = text.removesuffix("\n")
        case 3:
            text = text.replace("\n", " \n", 3)
        case 4:
            text = text.replace("note", "n\udce9te")
        case 5:
            text = text.replace("\n", "\r\n", 2)
        case _:
            pass
    return text.encode("utf-8", "surrogateescape")
