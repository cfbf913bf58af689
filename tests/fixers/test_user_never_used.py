"""user-never-used: what it says nothing about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "user-never-used"
F = "FROM debian:12\n"
MADE = "RUN useradd -m app\n"
START = 'CMD ["/app"]\n'

NOOP = {
    "no account": F + START,
    "used": F + MADE + "USER app\n" + START,
    "root is written": F + MADE + "USER root\n" + START,
    "used in the parent": f"FROM debian:12 AS a\n{MADE}USER app\nFROM a\n{START}",
    "used in a stage before": f"FROM debian:12 AS a\n{MADE}{F}{START}",
    "nothing started": F + MADE,
    "several accounts": F + MADE + "RUN useradd b\n" + START,
    "account of a variable": F + "ARG U\nRUN useradd $U\n" + START,
    "put into a group": F + "RUN adduser www-data video\n" + START,
    "gosu": F + MADE + 'CMD ["gosu", "app", "/app"]\n',
    "gosu installed": F + "RUN apt-get install -y gosu\n" + MADE + START,
    "sudo": F + MADE + "RUN sudo -u app id\n" + START,
    "start script": F + MADE + 'CMD ["/start.sh"]\n',
    "entrypoint script": F + MADE + 'ENTRYPOINT ["/entrypoint.sh"]\nCMD ["/app"]\n',
    "shell": F + MADE + 'CMD ["bash"]\n',
    "list of commands": F + MADE + "CMD a && b\n",
    "server": F + MADE + 'CMD ["memcached", "-m", "64"]\n',
    "told to run as it": F + MADE + 'CMD ["/tool", "--user=app"]\n',
    "base not known": "FROM me/base\n" + MADE + START,
    "base with a script": "FROM mysql:8.4\n" + MADE + START,
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "made": (F + MADE + START, 2, "`USER app`"),
    "made with a number": (F + "RUN useradd -u 1001 app\n" + START, 2, "`USER 1001`"),
    "given files": (F + MADE + "RUN chown -R app /srv\n" + START, 2, "`USER app`"),
    "entrypoint not of the base": (
        "FROM me/base\n" + MADE + 'ENTRYPOINT ["/app"]\n',
        2,
        "`USER app`",
    ),
    "in the parent": (f"FROM debian:12 AS a\n{MADE}FROM a\n{START}", 2, "`USER app`"),
    "program of the same name": (F + MADE + 'CMD ["/srv/app"]\n', 2, "`USER app`"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
