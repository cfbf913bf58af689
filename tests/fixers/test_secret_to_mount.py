"""secret-to-mount: what it says nothing of first, then what it refuses, reports and changes."""

from pathlib import Path

import pytest

from dfix import Level, Request, fix, fix_bytes
from dfix.registry import all_fixers
from dfix.text import encode
from tests.fixers.checks import check_fixed, check_noop, check_refused, check_reported, run

NAME = "secret-to-mount"
F = "FROM debian:12\n"
N = "FROM node:22\n"
A = "ARG TOKEN\n"
FETCH = 'RUN curl -H "$TOKEN" https://example.org\n'
MOUNT = "--mount=type=secret,id=TOKEN,env=TOKEN"
NPM = "--mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN"

NOOP = {
    "other name": F + "ARG VERSION\nENV A=b\n",
    "part of a word": F + "ENV KEYBOARD=us\nENV AUTHOR=me\nARG TOKENIZER\n",
    "public": F + "ARG SSH_PUBLIC_KEY\n",
    "mounted": F + f"RUN {MOUNT} make\n",
    "onbuild": F + "ONBUILD ARG TOKEN\n",
    "label": F + "LABEL token=a\n",
    "above FROM alone": A + F + "RUN make\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REFUSED = {
    # used elsewhere
    "env": (F + A + "ENV A=${TOKEN}\n" + FETCH, "used by ENV"),
    "env of that name": (F + A + "ENV TOKEN=a\n" + FETCH, "used by ENV"),
    "env of that name above": (F + "ENV TOKEN=a\n" + A + FETCH, "used by ENV"),
    "add": (F + A + FETCH + "ADD https://a/$TOKEN /b\n", "used by ADD"),
    "label": (F + A + FETCH + 'LABEL a="${TOKEN:-b}"\n', "used by LABEL"),
    "user": (F + A + FETCH + 'USER "$TOKEN"\n', "used by USER"),
    "workdir": (F + A + FETCH + "WORKDIR /$TOKEN\n", "used by WORKDIR"),
    "cmd": (F + A + FETCH + 'CMD echo "$TOKEN"\n', "used by CMD"),
    "healthcheck": (F + A + FETCH + 'HEALTHCHECK CMD a "$TOKEN"\n', "used by HEALTHCHECK"),
    "onbuild": (F + A + FETCH + 'ONBUILD RUN a "$TOKEN"\n', "used by ONBUILD"),
    "onbuild arg": (F + A + FETCH + "ONBUILD ARG TOKEN\n", "used by ONBUILD"),
    "another arg": (F + A + "ARG B=$TOKEN\n" + FETCH, "used by ARG"),
    "above FROM": (A + F + A + FETCH, "ARG above FROM"),
    "base": ("ARG TOKEN=a\nFROM debian:$TOKEN\n" + A + FETCH, "ARG above FROM"),
    "heredoc of copy": (F + A + FETCH + "COPY <<E /a\n$TOKEN\nE\n", "used by COPY"),
    "flag": (F + A + 'RUN --mount=type=cache,target=/$TOKEN a "$TOKEN"\n', "a flag of RUN"),
    "mounted as a file": (F + A + 'RUN --mount=type=secret,id=TOKEN a "$TOKEN"\n', "a flag of RUN"),
    "stage from it": (F[:-1] + " AS a\n" + A + FETCH + "FROM a\nENV A=$TOKEN\n", "used by ENV"),
    "other stage": (F + A + FETCH + F + A + "ENV A=$TOKEN\n", "used by ENV"),
    "other stage with a default": (F + A + FETCH + F + "ARG TOKEN=a\n" + FETCH, "another stage"),
    # what is declared
    "two of one ARG": (F + "ARG TOKEN A\n" + FETCH, "declares more"),
    "a path": (F + "ARG KEY_FILE\nRUN cat $KEY_FILE\n", "may be no secret itself"),
    "an address": (F + "ARG SIGNING_KEY_URL\nRUN curl $SIGNING_KEY_URL\n", "no secret itself"),
    "a switch": (F + "ARG WITH_AUTH\nRUN echo $WITH_AUTH\n", "no secret itself"),
    "for the cache": (F + "ARG CACHE_KEY\nRUN echo $CACHE_KEY\n", "no secret itself"),
    # what is said
    "comment": ("# docker build --build-arg TOKEN=x .\n" + F + A + FETCH, "a line of the file"),
    "comment in words": (F + "# give TOKEN as build arg\n" + A + FETCH, "a line of the file"),
    "kaniko": ("# built by kaniko\n" + F + A + FETCH, "kaniko"),
    "podman": (F + A + FETCH + "# podman build\n", "podman"),
    "frontend 1.9": ("# syntax=docker/dockerfile:1.9\n" + F + A + FETCH, "frontend"),
    "frontend 1.1": ("# syntax=docker/dockerfile:1.1-experimental\n" + F + A + FETCH, "frontend"),
    "experimental": ("# syntax=docker/dockerfile:experimental\n" + F + A + FETCH, "frontend"),
    "frontend by digest": ("# syntax=docker/dockerfile:1@sha256:ab\n" + F + A + FETCH, "frontend"),
    "another frontend": ("# syntax=me/frontend\n" + F + A + FETCH, "frontend"),
    # what the RUNs are
    "exec form": (F + A + 'RUN ["sh", "-c", "a $TOKEN"]\n', "no shell text"),
    "heredoc": (F + A + 'RUN <<E\na "$TOKEN"\nE\n', "no shell text"),
    "broken": (F + A + 'RUN a "$TOKEN\n', "no shell text"),
    "no POSIX shell": (F + 'SHELL ["pwsh", "-c"]\n' + A + 'RUN a "$TOKEN"\n', "no shell text"),
    "windows": (
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\n" + A + 'RUN a "$TOKEN"\n',
        "Windows",
    ),
    "set": (F + A + 'RUN TOKEN=a; b "$TOKEN"\n', "sets TOKEN itself"),
    "exported": (F + A + 'RUN export TOKEN && b "$TOKEN"\n', "sets TOKEN itself"),
    "exported with a value": (F + A + 'RUN export TOKEN="$TOKEN" && b\n', "sets TOKEN itself"),
    "unset": (F + A + 'RUN b "$TOKEN" && unset TOKEN && c\n', "sets TOKEN itself"),
    "loop": (F + A + 'RUN for TOKEN in a; do b "$TOKEN"; done\n', "sets TOKEN itself"),
    # whether they use it
    "not used": (F + A, "no RUN uses"),
    "not used by what is plain": (F + A + "RUN apt-get update\n", "no RUN uses"),
    "used above": (F + FETCH + A, "no RUN uses"),
    "used in another stage": (F + A + F + FETCH, "no RUN uses"),
    "a guess": (F + A + "COPY . .\nRUN make\n", "no RUN uses"),
    "in a comment": (F + A + 'RUN apt-get update \\\n# "$TOKEN"\n  && true\n', "no RUN uses"),
    "npm and another name": (N + "ARG API_KEY\nRUN npm ci\n", "no RUN uses"),
    "many may": (F + A + FETCH + "RUN make a\n" + "RUN make b\n" * 3, "many a RUN"),
    # what linters would say
    "bare": (F + A + "RUN a $TOKEN\n", "without quotes"),
    "bare within a word": (F + A + "RUN a b:${TOKEN}\n", "without quotes"),
    "bare behind quotes": (F + A + 'RUN a "b: "$TOKEN\n', "without quotes"),
    "bare behind an operator": (F + A + "RUN a > $TOKEN\n", "without quotes"),
    "bare in a substitution": (F + A + 'RUN a "$(b $TOKEN)"\n', "without quotes"),
    "bare in one of two": (F + A + 'RUN a "$TOKEN"\nRUN a $TOKEN\n', "without quotes"),
    "small letters": (F + 'ARG key\nRUN a "$key"\n', "linters would miss"),
    "like another": (F + A + 'ARG TOKENS\nRUN a "$TOKEN"\n', "a slip of TOKENS"),
    "like one of the RUN": (F + A + 'RUN TOKE=b && a "$TOKEN"\n', "a slip of TOKE"),
    # whether empty is as good as not set
    "default of the shell": (F + A + 'RUN echo "${TOKEN-a}"\n', "would be empty"),
    "alternative of the shell": (F + A + 'RUN echo "${TOKEN+a}"\n', "would be empty"),
    "demanded by the shell": (F + A + 'RUN echo "${TOKEN?a}"\n', "would be empty"),
    "asked for": (F + A + 'RUN [[ -v TOKEN ]] && a "$TOKEN"\n', "would be empty"),
    "nounset": (F + A + 'RUN set -eu; curl "$TOKEN"\n', "would be empty"),
    "nounset by name": (F + A + 'RUN set -o nounset; curl "$TOKEN"\n', "would be empty"),
    "nounset by SHELL": (
        F + 'SHELL ["/bin/bash", "-eu", "-c"]\n' + A + FETCH,
        "would be empty",
    ),
    "cargo": ("FROM rust:1\nARG CARGO_REGISTRY_TOKEN\nRUN cargo build\n", "no RUN uses"),
    "run by a child": (
        F[:-1] + " AS a\n" + A + FETCH + "ONBUILD RUN make\nFROM a\nRUN b\n",
        "ONBUILD of a stage",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    text, reason = REFUSED[case]
    check_refused(NAME, text, reason)


REPORTED = {
    "arg with a default": ("ARG api_key=a\nRUN a $api_key\n", "take the ARG out"),
    "arg with a variable": ("ARG NEW_KEY=${KEY}\n", "take the ARG out"),
    "env": ("ENV DB_PASSWORD=a\n", "when it is started"),
    "old form": ("ENV DB_PASSWORD a\n", "when it is started"),
    "second pair": ("ENV A=b MY_SECRET=c\n", "when it is started"),
}


@pytest.mark.parametrize("case", REPORTED)
@pytest.mark.parametrize("level", Level)
def test_reported(case: str, level: Level) -> None:
    text, advice = REPORTED[case]
    check_reported(NAME, F + text, 2, advice, level=level)


FIXED = {
    "plain": (F + A + 'RUN a "$TOKEN"\n', F + f'RUN {MOUNT} a "$TOKEN"\n'),
    "quoted": (F + A + 'RUN a "b: ${TOKEN}"\n', F + f'RUN {MOUNT} a "b: ${{TOKEN}}"\n'),
    "prefix": (F + A + "RUN TOKEN=$TOKEN ./a\n", F + f"RUN {MOUNT} TOKEN=$TOKEN ./a\n"),
    "for another": (
        F + A + 'RUN export B="$TOKEN" && b\n',
        F + f'RUN {MOUNT} export B="$TOKEN" && b\n',
    ),
    "with a flag": (
        F + A + 'RUN --network=host a "$TOKEN"\n',
        F + f'RUN --network=host {MOUNT} a "$TOKEN"\n',
    ),
    "on the next line": (
        F + A + 'RUN \\\n  a && \\\n  b "$TOKEN"\n',
        F + f'RUN {MOUNT} \\\n  a && \\\n  b "$TOKEN"\n',
    ),
    "comment kept": (
        F + "# to fetch\n" + A + '\n# now\nRUN a "$TOKEN"\n',
        F + f'# to fetch\n\n# now\nRUN {MOUNT} a "$TOKEN"\n',
    ),
    "empty line kept": (
        F + "\n" + A + 'ARG B\nRUN a "$TOKEN"\n',
        F + f'\nARG B\nRUN {MOUNT} a "$TOKEN"\n',
    ),
    "empty line kept above the RUN": (
        F + "\n" + A + 'RUN a "$TOKEN"\n',
        F + f'\nRUN {MOUNT} a "$TOKEN"\n',
    ),
    "empty lines around": (
        F + "\n" + A + '\nRUN a "$TOKEN"\n',
        F + f'\nRUN {MOUNT} a "$TOKEN"\n',
    ),
    "last line": (F + "RUN b\n" + A + 'RUN a "$TOKEN"', F + f'RUN b\nRUN {MOUNT} a "$TOKEN"'),
    "not what is plain": (
        F + A + "RUN apt-get update && set -e && apt-get install -y a\n" + FETCH + "RUN rm /a\n",
        F
        + "RUN apt-get update && set -e && apt-get install -y a\n"
        + FETCH.replace("RUN", f"RUN {MOUNT}")
        + "RUN rm /a\n",
    ),
    "a look for a program is plain": (
        F + A + "RUN command -v a\n" + FETCH,
        F + "RUN command -v a\n" + FETCH.replace("RUN", f"RUN {MOUNT}"),
    ),
    "also what may read it": (
        N
        + 'ARG NPM_TOKEN\nRUN echo "_a=$NPM_TOKEN" > .npmrc\n'
        + 'RUN ["npm", "ci"]\nRUN <<E\na\nE\n',
        N
        + f'RUN {NPM} echo "_a=$NPM_TOKEN" > .npmrc\n'
        + f'RUN {NPM} ["npm", "ci"]\nRUN {NPM} <<E\na\nE\n',
    ),
    "what shows the environment": (
        F + A + "RUN env > /e\n" + FETCH,
        F + f"RUN {MOUNT} env > /e\n" + FETCH.replace("RUN", f"RUN {MOUNT}"),
    ),
    "known reader": (
        "FROM python:3.13\nARG PIP_INDEX_PASSWORD\nRUN pip install a\n",
        "FROM python:3.13\nRUN --mount=type=secret,id=PIP_INDEX_PASSWORD,env=PIP_INDEX_PASSWORD"
        " pip install a\n",
    ),
    "empty default": (
        F + "ARG TOKEN=\n" + FETCH,
        F + FETCH.replace("RUN", f"RUN {MOUNT}"),
    ),
    "empty default, by quotes": (
        F + 'ARG TOKEN=""\nRUN set -u; a "${TOKEN-b}"\n',
        F + f'RUN {MOUNT} set -u; a "${{TOKEN-b}}"\n',
    ),
    "default for what is empty": (
        F + A + 'RUN a "${TOKEN:-b}" && [ -n "$TOKEN" ]\n',
        F + f'RUN {MOUNT} a "${{TOKEN:-b}}" && [ -n "$TOKEN" ]\n',
    ),
    "only below": (
        F + "RUN make\n" + A + FETCH,
        F + "RUN make\n" + FETCH.replace("RUN", f"RUN {MOUNT}"),
    ),
    "a stage from it": (
        F[:-1] + " AS a\n" + A + "FROM a\nRUN true\n" + FETCH,
        F[:-1] + " AS a\nFROM a\nRUN true\n" + FETCH.replace("RUN", f"RUN {MOUNT}"),
    ),
    "two stages": (
        F + A + FETCH + F + A + FETCH,
        (F + FETCH.replace("RUN", f"RUN {MOUNT}")) * 2,
    ),
    "two secrets": (
        F + A + 'ARG B_KEY\nRUN a "$TOKEN" "$B_KEY"\n',
        F + f'RUN {MOUNT} --mount=type=secret,id=B_KEY,env=B_KEY a "$TOKEN" "$B_KEY"\n',
    ),
    "frontend": (
        "# syntax=docker/dockerfile:1\n" + F + A + FETCH,
        "# syntax=docker/dockerfile:1\n" + F + FETCH.replace("RUN", f"RUN {MOUNT}"),
    ),
    "frontend 1.10": (
        "# syntax=docker/dockerfile:1.10@sha256:ab\n" + F + A + FETCH,
        "# syntax=docker/dockerfile:1.10@sha256:ab\n" + F + FETCH.replace("RUN", f"RUN {MOUNT}"),
    ),
    "carriage returns": (
        'FROM debian:12\r\nARG TOKEN\r\nRUN a "$TOKEN"\r\n',
        f'FROM debian:12\r\nRUN {MOUNT} a "$TOKEN"\r\n',
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case])


BESIDE = {
    "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      args:\n        - TOKEN\n",
    "docker-bake.hcl": 'target "a" {\n  args = { TOKEN = "" }\n}\n',
    "Makefile": "a:\n\tdocker build --build-arg TOKEN=$(T) .\n",
    "README.md": "Build it: `docker build --build-arg TOKEN=... .`\n",
}


@pytest.mark.parametrize("name", BESIDE)
def test_a_file_beside_that_gives_the_argument_stands_in_the_way(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(BESIDE[name])
    result = fix(encode(F + A + FETCH), level=Level.AGGRESSIVE, select=[NAME], context=tmp_path)
    assert not result.changed
    (found,) = result.findings
    assert f"{name} may give TOKEN" in (found.reason or "")


def test_a_file_beside_that_is_about_other_things_does_not(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Set TOKEN.\n\nCall `docker build --build-arg A=b .`.\n")
    (tmp_path / "compose.yaml").write_text("services:\n  a:\n    build: .\n")
    result = fix(encode(F + A + FETCH), level=Level.AGGRESSIVE, select=[NAME], context=tmp_path)
    assert result.changed


def test_the_reason_has_the_call_of_the_build() -> None:
    (found,) = run(NAME, F + A + FETCH).findings
    assert "docker build --secret id=TOKEN,env=TOKEN ." in (found.reason or "")


@pytest.mark.parametrize("level", [Level.SAFE, Level.STANDARD])
def test_it_waits_for_the_level(level: Level) -> None:
    result = run(NAME, F + A + FETCH, level=level)
    assert not result.changed
    assert [each.status for each in result.findings] == ["fixable"]


@pytest.mark.parametrize("case", FIXED)
def test_it_comes_to_rest_beside_all_others(case: str) -> None:
    everything = Request(tuple(all_fixers().values()), Level.AGGRESSIVE)
    first = fix_bytes(encode(FIXED[case][0]), everything)
    assert first.error is None
    assert not fix_bytes(first.after, everything).changed


def test_a_workflow_or_script_of_the_tree_gives_it_as_an_argument() -> None:
    text = F + A + FETCH
    check_refused(NAME, text, "ci.yml may give TOKEN", passed={"TOKEN": "ci.yml"})
    after = F + FETCH.replace("RUN ", f"RUN {MOUNT} ")
    check_fixed(NAME, text, after, passed={"OTHER": "ci.yml"})
