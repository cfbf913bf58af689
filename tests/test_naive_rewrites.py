"""What naive rewriting gets wrong: forty short files, with all fixers on, at every level.

For each, `keeps` are lines or parts that must come out as they are, `never` is what a naive tool
writes, and `same` says that the whole file must stay.
"""

from dataclasses import dataclass

import pytest

from dfix import Level
from tests.test_known_traps import every_fixer

D = "FROM debian:12\n"
A = "FROM alpine:3.20\n"


@dataclass(frozen=True)
class Trap:
    """One file, and what must or must not come out of it."""

    text: str
    keeps: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    same: bool = False


TRAPS: dict[str, Trap] = {
    "01 errexit on the left of &&": Trap(
        D + "RUN set -e; a; false\nRUN rm c; rm d\n", ("RUN set -e; a; false\n", "RUN rm c; rm d")
    ),
    "02 SHELL with -e and a list": Trap(
        D
        + 'SHELL ["/bin/bash", "-ec"]\nRUN rm a; false\nRUN for i in 1; do rm $i; done\nRUN rm c\n',
        ("RUN rm a; false\n", "RUN for i in 1; do rm $i; done\n"),
    ),
    "03 set -e in a subshell": Trap(D + "RUN set -e; rm a; false; rm b\nRUN rm c\n", never=("(",)),
    "04 /bin/sh becomes bash": Trap(
        D + "RUN ln -sf /bin/bash /bin/sh\nRUN [[ 1 == 1 ]] && rm x\n",
        ("RUN ln -sf /bin/bash /bin/sh\n", "RUN [[ 1 == 1 ]]"),
    ),
    "05 a tool is upgraded and used": Trap(
        "FROM python:3.12\nRUN pip install -U pip\nRUN pip install x && rm y\n",
        never=("pip \\\n  && pip",),
    ),
    "06 a group for the account in use": Trap(
        D + "RUN groupadd g && usermod -aG g root\nRUN rm x && id -Gn\n",
        ("usermod -aG g root\nRUN rm x",),
    ),
    "07 a login shell": Trap(
        D + 'SHELL ["/bin/bash", "-lc"]\nRUN rm a && nvm install 20\nRUN rm b && node x\n',
        ("nvm install 20\nRUN rm b",),
    ),
    "08 cd alone": Trap(D + "RUN cd /opt\nRUN rm x\n", ("RUN cd /opt\nRUN rm x\n",)),
    "09 a comment at the end of a command": Trap(
        D + "RUN rm a # note\nRUN rm b\n", ("RUN rm a # note\nRUN rm b\n",)
    ),
    "10 an alternative in the second RUN": Trap(
        D + "RUN rm x\nRUN rm a || true\n", never=("&& rm a || true",)
    ),
    "11 mounts that begin anew": Trap(
        D + "RUN --mount=type=tmpfs,target=/m rm /m/a\nRUN --mount=type=tmpfs,target=/m rm /m/b\n"
        "RUN --mount=target=/n,rw rm /n/a\nRUN --mount=target=/n,rw rm /n/b\n",
        same=True,
    ),
    "12 a hard link over layers": Trap(
        D + "RUN echo 1 >/a; ln /a /b\nRUN echo 2 >>/a; rm c\n", ("ln /a /b\nRUN echo 2",)
    ),
    "13 the working directory goes": Trap(
        D + "WORKDIR /w\nRUN rm -rf /w\nRUN touch here\n", ("RUN rm -rf /w\nRUN touch here\n",)
    ),
    "14 no heredoc unless asked for": Trap(
        D + "RUN apt-get update\nRUN rm x\nRUN a; rm b\n", never=("<<",)
    ),
    "15 no heredoc in a file of DOS": Trap(
        "FROM debian:12\r\nRUN rm a\r\nRUN rm b\r\n", never=("<<", "b\n\n", "a\n", "a \\\n")
    ),
    "16 what is a heredoc": Trap(
        D + "RUN cat << EOF >/a\nRUN rm a\nEOF\nRUN cat<<EOF\nRUN rm b && : $((1<<3))\n",
        ("RUN cat << EOF >/a\nRUN rm a\nEOF\n", "RUN cat<<EOF\n", "$((1<<3))"),
    ),
    "17 two backslashes at the end of a line": Trap(
        D + "RUN echo a\\\\\nRUN rm b\n", ("RUN echo a\\\\",), ("\\\\\n  &&",)
    ),
    "17 an empty line that swallows the next instruction": Trap(
        D + "RUN rm a && \\\n\nENV X=1\n", same=True
    ),
    "18 nothing above a directive": Trap(
        "# syntax=docker/dockerfile:1\n# escape=\\\nFROM alpine\nMAINTAINER a\nENV b c\n"
        'CMD ["nginx"]\n',
        ("# syntax=docker/dockerfile:1\n# escape=\\\nFROM alpine",),
    ),
    "19 the file's own escape character": Trap(
        "# escape=`\nFROM debian:12\nRUN rm a\nRUN rm b\nENV A b\\c d\n", never=(" \\\n",)
    ),
    "20 an array with a tail is a shell's": Trap(
        D + 'RUN ["a"] && b\nCMD ["a"] && b\n', ('RUN ["a"] && b\n', 'CMD ["a"] && b\n')
    ),
    "21 archives in disguise": Trap(
        D + "ADD d/* /a/\nADD x.txt.tgz /b/\nADD t.tar.gz/ /c/\nADD x /d/\n",
        ("ADD d/* /a/\nADD x.txt.tgz /b/\nADD t.tar.gz/ /c/\nADD x /d/\n",),
    ),
    "22 a stage's name gets no tag": Trap(
        "FROM alpine:3.20 AS debian\nFROM debian\nCOPY --from=debian /a /b\n",
        ("FROM debian\n", "--from=debian "),
    ),
    "26 an ENTRYPOINT clears an inherited CMD": Trap(
        'FROM python:3.12 AS a\nCMD ["python", "x.py"]\nFROM a\nUSER 1\n',
        ('CMD ["python", "x.py"]\n',),
        ('ENTRYPOINT ["/usr/bin/tini", "--"]\nUSER',),
    ),
    "27 the entrypoint script stays": Trap(
        'FROM node:22-alpine\nCMD ["index.js"]\n',
        never=('ENTRYPOINT ["/sbin/tini", "--"]\n',),
    ),
    "28 tini is installed as root": Trap(
        'FROM node:22-alpine\nUSER node\nCOPY a b\nCMD ["node", "b"]\n',
        never=("USER node\nRUN apk", "USER 1000:1000\nRUN apk"),
    ),
    "29 a program below /root": Trap(
        A + 'WORKDIR /root\nCOPY app .\nCMD ["./app"]\n', never=("USER",)
    ),
    "30 an image that gives root up by itself": Trap(
        "FROM postgres:16\nCOPY a /docker-entrypoint-initdb.d/\n", same=True
    ),
    "31 adduser -D is BusyBox's": Trap(
        D + 'COPY app /app\nENTRYPOINT ["/app"]\n', never=("adduser -D", "adduser -S")
    ),
    "33 lists removed in a parent stage": Trap(
        D.replace("\n", " AS a\n")
        + "RUN apt-get update && apt-get install -y x\nFROM a\nRUN apt-get install -y y\n",
        never=("rm -rf /var/lib/apt/lists/*\nFROM a\nRUN apt-get install",),
    ),
    "35 an escaped blank in the old form": Trap(
        D + "ENV A b\\nc d\n", never=('A="b\\nc d"', "A=b\\nc d\n")
    ),
    "36 a value that needs the line above": Trap(
        D + "ENV A=1\nENV B=$A\n", ("ENV A=1\nENV B=$A\n",)
    ),
    "37 a mode for a folder": Trap(
        D + "COPY d /d\nRUN chmod 777 /d\nCOPY e/ /e/\nRUN chmod 755 /e\n", never=("--chmod",)
    ),
    "38 a reader that stops early": Trap(
        D + "RUN yes | head -1\nRUN yes | apt-get install x\nRUN grep -c x f | cat\n",
        never=("pipefail",),
    ),
    "39 a script that may have no first line": Trap(
        D + "COPY start.sh /\nCMD /start.sh\n", ("CMD /start.sh\n",)
    ),
    "40 a variable without its ARG": Trap(
        "ARG L=1\nFROM debian:12\nLABEL a=$L\nARG A=1 # note\n",
        ("LABEL a=$L\n", "ARG A=1 # note\n"),
        ("ARG L\n",),
    ),
}


@pytest.mark.parametrize("level", list(Level), ids=str)
@pytest.mark.parametrize("name", TRAPS)
def test_trap(name: str, level: Level) -> None:
    trap = TRAPS[name]
    after, _ = every_fixer(trap.text, level)
    if trap.same:
        assert after == trap.text
    for part in trap.keeps:
        assert part in after
    for part in trap.never:
        assert part not in after


#: Of the forty, those that another test shows; each names it.
ELSEWHERE = {
    23: "tests/fixers/test_pin_base_image.py",
    24: "tests/test_architecture.py",
    25: "tests/resolve/test_tags.py",
    32: "tests/fixers/test_no_install_recommends.py",
    34: "tests/fixers/test_cache_mounts.py",
}


def test_all_forty_are_here() -> None:
    here = {int(name[:2]) for name in TRAPS}
    assert here | set(ELSEWHERE) == set(range(1, 41))
