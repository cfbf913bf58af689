"""signal-swallowed: what it says nothing about first, then what it reports."""

import pytest

from tests.fixers import seed
from tests.fixers.checks import check_noop, check_reported

NAME = "signal-swallowed"
N = "FROM node:22\n"

NOOP = {
    "seed-S01": seed.S01,
    "seed-S06": seed.S06,
    "seed-S12": seed.S12,
    "exec-form": N + 'CMD ["node", "a.js"]\n',
    "one-command": N + "CMD node $A\n",
    "exec-last": N + "CMD a && exec node b.js\n",
    "exec-in-sh-c": N + 'CMD ["sh", "-c", "a; exec node b.js"]\n',
    "trap": N + "CMD trap 'kill $!' TERM; node a.js & wait\n",
    "at-once": N + "CMD cd /a && ls\n",
    "installs": N + 'CMD ["npm", "install"]\n',
    "node-direct-is-for-this": N + 'CMD ["npm", "start"]\n',
    "prompt": N + 'CMD ["bash"]\n',
    "login-shell": N + 'CMD ["bash", "-l"]\n',
    "script-with-a-first-line": N + 'ENTRYPOINT ["/entrypoint.sh"]\n',
    "bash-makes-way": N + 'CMD ["bash", "-c", "node $A"]\n',
    "ash-makes-way": 'FROM node:22-alpine\nCMD ["sh", "-c", "node $A"]\n',
    "entrypoint-script": N + 'ENTRYPOINT ["bash", "/docker-entrypoint.sh"]\n',
    "tests": N + "CMD npm ci && make\n",
    "broken": N + "CMD node 'a\n",
    "build-only": N.replace("\n", " AS a\n")
    + "CMD a && node b\nFROM scratch\nCOPY --from=a /a /a\n",
    "empty": "",
}

REPORTED = {
    "list": (N + "CMD a && node b.js\n", 2, "write `exec`"),
    "sequence": (N + "ENTRYPOINT a; node b.js\n", 2, "write `exec`"),
    "sh-c": (N + 'CMD ["sh", "-c", "a; node b.js"]\n', 2, "write `exec`"),
    "sh-c-of-one": (N + 'CMD ["/bin/sh", "-c", "node $A"]\n', 2, "write `exec`"),
    "sh-c-behind-tini": (N + 'ENTRYPOINT ["tini", "--", "sh", "-c", "node $A"]\n', 2, "write `exec`"),
    "script": (N + 'CMD ["bash", "start.sh"]\n', 2, "unless `start.sh` ends in `exec`"),
    "npx": (N + 'CMD ["npx", "serve"]\n', 2, "`npx` waits"),
    "npm-in-two": (N + 'ENTRYPOINT ["npm"]\nCMD ["start"]\n', 3, "`npm` waits"),
    "npm-exec": (N + 'CMD ["npm", "exec", "serve"]\n', 2, "`npm` waits"),
    "copied-script": (
        N + 'COPY <<E /run.sh\n#!/bin/sh\nnode a.js\nE\nCMD ["/run.sh"]\n', 6, "`/run.sh`: write"),
}  # fmt: skip


@pytest.mark.parametrize("text", NOOP.values(), ids=NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, text)


@pytest.mark.parametrize(("text", "line", "advice"), REPORTED.values(), ids=REPORTED)
def test_reported(text: str, line: int, advice: str) -> None:
    check_reported(NAME, text, line, advice)
