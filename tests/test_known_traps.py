"""Inputs on which fixing tools are known to write something else than was meant.

S1 to S15 were written wrongly by fixes that were called safe, U1 to U19 by bolder ones. Here each is
either left as it is, with a reason where a fixer saw its case, or changed into what is right.
"""

import pytest

from dfix import Level, Request, Surroundings, fix_bytes
from dfix.registry import all_fixers
from dfix.surroundings import EmbeddedImages

F = "FROM me/base:1\n"


def every_fixer(text: str, level: Level) -> tuple[str, list[str]]:
    """The result of all fixers that run unasked, and the reasons of what was refused."""
    fixers = tuple(fixer for fixer in all_fixers().values() if fixer.default)
    request = Request(fixers, level, Surroundings(images=EmbeddedImages()))
    result = fix_bytes(text.encode(), request)
    assert result.error is None, result.error
    assert fix_bytes(result.after, request).after == result.after
    reasons = [each.reason or "" for each in result.findings if each.status == "refused"]
    return result.after.decode(), reasons


LEFT_ALONE = {
    "S1 list with a clean-up behind it": "RUN apt-get update && apt-get install -y \\\n    zsh \\\n"
    "    curl \\\n && rm -rf /var/lib/apt/lists/*\n",
    "S1 lone semicolon": "RUN apt-get install -y \\\n    zsh \\\n    curl \\\n    ; \\\n    true\n",
    "S2 comment in a list": "RUN apt-get install -y \\\n    zsh \\\n# why\n    curl\n",
    "S8 variable url": "ARG URL\nADD $URL /x\n",
    "S8 url among files": "ADD https://example.com/a local /z/\n",
    "S9 wget of busybox": "RUN wget http://example.com/a\n",
    "S11 mode of a folder": "COPY . /home/app\nRUN chmod 777 /home/app\n",
    "S12 symbolic mode": "COPY run /run\nRUN chmod +x /run\n",
    "S13 copy after user": "USER 1000\nCOPY secrets.json /etc/app/\n",
    "U1 relative directory": "WORKDIR app\n",
    "U2 onbuild": "ONBUILD RUN cd /app && pip install -r requirements.txt\n",
    "U3 cd with a semicolon": "RUN cd /opt; ./configure\n",
    "U4 cd below a mount": "RUN --mount=type=cache,target=/c cd /src && make install\n",
    "U5 cd": "RUN cd /opt\nCOPY a b\nRUN touch x\n",
    "U9 pipe": "RUN curl x | tar x\n",
    "U11 exec": "CMD exec python app.py\n",
    "U11 dot": "CMD . /env.sh\n",
    "U12 two lines with a pipe": 'CMD echo "hi there" \\\n | cat\n',
    "U17 git clone": "RUN git clone -b main https://example.com/a.git\n",
    "U18 relative copy": "COPY a b\n",
    "remote shell in quotes": "RUN sh -c 'cd /x; apt-get install -y curl && curl http://a'\n",
    "set +e kept apart": "RUN set +e; false; true\nRUN rm a\n",
    "exit kept apart": "RUN if [ -f /x ]; then exit 0; fi\nRUN rm a\n",
    "echo before an empty line": "RUN echo a \\\n\nCMD b\n",
}


@pytest.mark.parametrize("level", [Level.SAFE, Level.AGGRESSIVE], ids=str)
@pytest.mark.parametrize("name", LEFT_ALONE)
def test_left_alone(name: str, level: Level) -> None:
    text = F + LEFT_ALONE[name]
    assert every_fixer(text, level)[0] == text


WITH_REASON = {
    "S8 url": ("ADD https://example.com/a /z/\n", "fetched from a URL"),
    "S8 archive": ("ADD rootfs.tar.bz2 extra.txt /\n", "ADD would unpack"),
    "U6 cd": ("RUN cd /opt\nRUN rm a\n", "`cd` changes the shell"),
    "U6 export": ("RUN export A=1\nRUN rm $A\n", "`export` changes the shell"),
    "U10 piped steps under a shell with errexit": (
        'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN rm a; rm b\nRUN rm c\n',
        "under `set -e`",
    ),
}


@pytest.mark.parametrize("name", WITH_REASON)
def test_left_alone_with_a_reason(name: str) -> None:
    text, reason = WITH_REASON[name]
    after, reasons = every_fixer(F + text, Level.AGGRESSIVE)
    assert after == F + text
    assert any(reason in each for each in reasons), reasons


CHANGED = {
    "U19 curl and wget": (
        "RUN apt-get install -y curl wget && wget a && curl b\n",
        "RUN apt-get install -y curl wget && wget --progress=dot:giga a && curl b\n",
    ),
    "S10 zypper": (
        "RUN zypper install httpd\n",
        "RUN zypper --non-interactive install httpd \\\n  && zypper clean -a\n",
    ),
    "S5 quoted env": ('ENV JAVA_OPTS "-Xmx1g -Dx=y"\n', 'ENV JAVA_OPTS="-Xmx1g -Dx=y"\n'),
    "S5 quoted label": ('LABEL maintainer "A <a@b>"\n', 'LABEL maintainer="A <a@b>"\n'),
    "S6 value over two lines": ('ENV A "hello \\\nworld"\n', 'ENV A="hello \\\nworld"\n'),
    "S6 env over three lines": ("ENV K \\\n  v1 \\\n  v2\n", 'ENV K="v1 \\\n  v2"\n'),
    "S7 escaped blank": ("ENV Q a\\ b\n", "ENV Q=a\\ b\n"),
    "S14 comment block with a bare sign": (
        "RUN rm a\n# one\n#\n# two\nRUN rm b\n",
        "RUN rm a \\\n# one\n#\n# two\n  && rm b\n",
    ),
    "U7 negated command": (
        'SHELL ["/bin/sh", "-c"]\nRUN ! grep -q x f && touch a\nRUN rm b\n',
        'SHELL ["/bin/sh", "-c"]\nRUN ! grep -q x f && touch a \\\n  && rm b\n',
    ),
    "U8 failure that is ignored": (
        'SHELL ["/bin/sh", "-c"]\nRUN false; true\nRUN rm b\n',
        'SHELL ["/bin/sh", "-c"]\nRUN { false; true; } \\\n  && rm b\n',
    ),
    "U13 empty continuation lines": (
        "RUN apk add \\\n\n curl \\\n\n git\n",
        "RUN apk add \\\n curl \\\n git\n",
    ),
    "U14 comments in a RUN": (
        "RUN rm a && \\\n# one\n    rm b\n# two\nRUN rm c\n",
        "RUN rm a && \\\n# one\n    rm b && \\\n# two\n    rm c\n",
    ),
}


CHANGED_BOLDLY = {
    "U16 cache mount": (
        "RUN --mount=type=cache,target=/var/cache/apt apt-get install -y a\n",
        "RUN --mount=type=cache,target=/var/cache/apt apt-get install -y --no-install-recommends a\n",
    ),
    "S3 virtual package": (
        "RUN apk add --virtual TMP autoconf curl && apk del TMP\n",
        "RUN apk add --no-cache --virtual TMP autoconf curl && apk del TMP\n",
    ),
    "S4 many blanks": (
        "RUN apk add  curl   bash\n",
        "RUN apk add --no-cache  curl   bash\n",
    ),
    "U13 empty continuation lines": (
        "RUN apk add \\\n\n curl \\\n\n git\n",
        "RUN apk add --no-cache \\\n curl \\\n git\n",
    ),
    "U15 cache of another user": (
        "USER node\nRUN npm ci\n",
        "USER node\nRUN npm ci \\\n  && npm cache clean --force\n",
    ),
}


@pytest.mark.parametrize("name", CHANGED_BOLDLY)
def test_changed_into_what_is_right_at_aggressive(name: str) -> None:
    before, after = CHANGED_BOLDLY[name]
    assert every_fixer(F + before, Level.AGGRESSIVE)[0] == F + after


@pytest.mark.parametrize("name", CHANGED)
def test_changed_into_what_is_right(name: str) -> None:
    before, after = CHANGED[name]
    assert every_fixer(F + before, Level.STANDARD)[0] == F + after


def test_s15_nginx_gets_no_stopsignal() -> None:
    text = 'FROM nginx:1.27\nCMD ["nginx", "-g", "daemon off;"]\n'
    assert every_fixer(text, Level.AGGRESSIVE)[0] == text


def test_a_group_that_a_shell_divides_is_joined_in_the_same_run() -> None:
    text = (
        "FROM ubuntu:14.04\nRUN apt-get update\nRUN apt-get install software-properties-common -y\n"
        "RUN echo debconf shared/accepted select true | debconf-set-selections\n"
        "RUN apt-get update\nRUN apt-get install -y tini; true\n"
    )
    # What is joined at first is turned down; `pipefail` then divides it.
    after, _ = every_fixer(text, Level.STANDARD)
    assert "RUN apt-get update \\\n  && apt-get install software-properties-common -y" in after
