"""Changes to a Dockerfile that keep its shape: whole lines and words move, not single bits."""

import random
import re
from collections.abc import Sequence

_WORDS = re.compile(rb"\s+|\S+")

#: Whole lines that make a fixer look up, or that end and begin what a file is made of.
LINES = tuple(
    line.encode()
    for line in (
        "FROM debian:12",
        "FROM node:latest AS build",
        "FROM alpine",
        "FROM build",
        "# escape=`",
        "# syntax=docker/dockerfile:1",
        "# a note",
        "# dfix: ignore",
        "# hadolint ignore=DL3008,DL3009",
        "    # why \\",
        "RUN apt-get update && apt-get install -y curl",
        "RUN apt-get install curl git; rm -rf /var/lib/apt/lists/*",
        "RUN apk add curl",
        "RUN yum install -y curl && yum clean all",
        "RUN pip install flask",
        "RUN npm ci",
        "RUN cd /app && make",
        "RUN set -eux; \\",
        "RUN <<EOF",
        "RUN <<-'EOF' bash",
        "EOF",
        "COPY <<EOF /etc/x",
        "    && true \\",
        "    ; false",
        "RUN curl -fsSL https://example.com/x | sh",
        "RUN chown -R app:app /app",
        "RUN useradd -m app",
        "USER app",
        "ADD . /app",
        "ADD --chown=1:1 a.go b.go /src/",
        "ADD https://example.com/a.tar.gz /tmp/",
        "COPY --from=build /a /b",
        "ENV A b c",
        "ENV A=1 B=$A",
        "LABEL maintainer me",
        "MAINTAINER me <me@example.com>",
        "ARG A=1",
        "CMD node server.js",
        'CMD ["npm", "start"]',
        "ENTRYPOINT exec /run.sh",
        'ENTRYPOINT ["/run.sh"]',
        "EXPOSE 80/TCP 81",
        "WORKDIR app",
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
        "HEALTHCHECK CMD curl -f http://localhost/ || exit 1",
        "STOPSIGNAL 9",
        "ONBUILD RUN apt-get update",
        "ONBUILD ADD . /app",
        'VOLUME ["/data"]',
    )
)
_WORDS_TO_PUT = (
    *rb"""&& || ; | & \ ` # " ' $( ) ${A:-b} $A { } ! -y --no-install-recommends --mount=type=cache,target=/x
    --from=0 --chown=a:b --chmod=755 --link --platform=$BUILDPLATFORM <<EOF <<-E [ ] , = sudo env exec bash
    -c sh -e set +e cd / . .. eval export umask if then fi for do done while case esac function""".split(),
    *(b"\r", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xc2\xa0"),
)


def mutated(data: bytes, longest: int, seed: int, pool: Sequence[bytes] = LINES) -> bytes:
    """`data` with one to four changes of lines or words, at most `longest` bytes of it.

    The same for the same arguments. `pool` holds lines to put in.
    """
    chance = random.Random(seed)
    lines = data.split(b"\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        match chance.randrange(9):
            case 0 | 1 | 2:
                lines.insert(at, chance.choice(pool))
            case 3:
                del lines[at]
                lines = lines or [b""]
            case 4:
                lines.insert(chance.randrange(len(lines) + 1), lines[at])
            case 5:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case 6:
                end = chance.choice((b" \\", b"\r", b" && \\", b" `", b"; \\", b" "))
                lines[at] = (
                    lines[at].removesuffix(end) if lines[at].endswith(end) else lines[at] + end
                )
            case _:
                lines[at] = _with_other_words(lines[at], chance)
    return b"\n".join(lines)[:longest]


def _with_other_words(line: bytes, chance: random.Random) -> bytes:
    words = _WORDS.findall(line) or [b""]
    at = chance.randrange(len(words))
    match chance.randrange(4):
        case 0:
            del words[at]
        case 1:
            words[at] = chance.choice(_WORDS_TO_PUT)
        case 2:
            words[at:at] = [chance.choice(_WORDS_TO_PUT), b" "]
        case _:
            other = chance.randrange(len(words))
            words[at], words[other] = words[other], words[at]
    return b"".join(words)
