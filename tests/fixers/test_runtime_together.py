"""The fixers of the program that a container runs, all at once: they complete one another."""

from pathlib import Path

import pytest

from dfix import Level, Request, fix_bytes
from dfix.registry import all_fixers
from dfix.surroundings import surroundings_of
from tests.fixers import seed

NAMES = ("exec-form", "node-direct", "stop-signal", "init-process", "run-as-user")
E1 = """\
FROM node:16-alpine3.15
WORKDIR /app

COPY package.json yarn.lock ./
RUN yarn install --prod --frozen-lockfile

COPY . .

"""
E1_AFTER = """\
FROM node:16-alpine3.15
WORKDIR /app

RUN apk add --no-cache tini

COPY package.json yarn.lock ./
RUN yarn install --prod --frozen-lockfile

COPY . .

USER 1000:1000

ENTRYPOINT ["/sbin/tini", "--"]
CMD ["node", "index.js"]
"""
NGINX = "FROM alpine:3.20\nRUN apk add --no-cache nginx\n"
TOGETHER = {
    "E1": (E1 + 'CMD ["node", "index.js"]\n', E1_AFTER),
    "E1-in-shell-form": (E1 + "CMD node index.js\n", E1_AFTER),
    "E1-by-yarn": (E1 + 'CMD ["yarn", "start"]\n', E1_AFTER),
    "E1-by-npm-in-shell-form": (E1 + "CMD npm run start\n", E1_AFTER),
    "E3-in-shell-form": (
        NGINX + "# in front\nCMD nginx -g 'daemon off;'\n",
        NGINX + 'STOPSIGNAL SIGQUIT\n# in front\nCMD ["nginx", "-g", "daemon off;"]\n',
    ),
    "a user switched off": (
        'FROM node:22-alpine\nCOPY . .\n# dfix: ignore=run-as-user\nCMD ["node", "index.js"]\n',
        "FROM node:22-alpine\nRUN apk add --no-cache tini\nCOPY . .\n"
        'ENTRYPOINT ["/sbin/tini", "--"]\n# dfix: ignore=run-as-user\nCMD ["node", "index.js"]\n',
    ),
    "a user switched off, with the script of the base": (
        'FROM node:22-alpine\nCOPY . .\n# dfix: ignore=run-as-user\nCMD ["index.js"]\n',
        "FROM node:22-alpine\nRUN apk add --no-cache tini\nCOPY . .\n"
        'ENTRYPOINT ["/sbin/tini", "--", "docker-entrypoint.sh"]\n'
        '# dfix: ignore=run-as-user\nCMD ["index.js"]\n',
    ),
    "S02": (seed.S02_BUILDABLE, seed.S02_BUILDABLE),
}


def together(text: str, folder: Path) -> tuple[str, list[str]]:
    """What the fixers make of `text`, and the reasons of what was refused."""
    folder = folder / "context"  # pytest's own folders are for nobody else to read
    folder.mkdir()
    (folder / "package.json").write_text('{"scripts": {"start": "node index.js"}}')
    (folder / "yarn.lock").write_text("")
    (folder / "index.js").write_text("serve()\n")
    surroundings = surroundings_of(folder / "Dockerfile", options={}, context=folder)
    fixers = tuple(all_fixers()[name] for name in NAMES)
    request = Request(fixers, Level.STANDARD, surroundings)
    result = fix_bytes(text.encode(), request)
    assert result.error is None, result.error
    assert fix_bytes(result.after, request).after == result.after
    reasons = [each.reason or "" for each in result.findings if each.status == "refused"]
    return result.after.decode(), reasons


@pytest.mark.parametrize(("before", "after"), TOGETHER.values(), ids=TOGETHER)
def test_together(before: str, after: str, tmp_path: Path) -> None:
    result, reasons = together(before, tmp_path)
    assert result == after
    assert not any("exec form" in each for each in reasons), reasons


def test_seed_s01_gets_a_user_alone(tmp_path: Path) -> None:
    result, _ = together(seed.S01, tmp_path)
    lines = [line for line in result.splitlines() if line not in seed.S01.splitlines()]
    assert lines == ["USER 1000:1000"]
