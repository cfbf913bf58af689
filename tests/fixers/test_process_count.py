"""process-count: what it says nothing about first, then what it reports."""

import pytest

from tests.fixers import seed
from tests.fixers.checks import check_noop, check_reported

NAME = "process-count"
D = "FROM debian:12\n"

NOOP = {
    "seed-S01": seed.S01,
    "seed-S06": seed.S06,
    "seed-S13": seed.S13,
    "one": D + 'CMD ["nginx"]\n',
    "tini": D + 'ENTRYPOINT ["tini", "--"]\nCMD ["node", "a.js"]\n',
    "one-after-another": D + "CMD migrate && node a.js\n",
    "test-first": D + "CMD nginx -t && exec nginx -g 'daemon off;'\n",
    "setting-up-first": D + "CMD php artisan migrate && exec php-fpm\n",
    "tested-when-built": D + 'RUN nginx & sleep 1 && curl localhost\nCMD ["nginx"]\n',
    "build-only": D.replace("\n", " AS a\n") + "CMD a & b\nFROM scratch\nCOPY --from=a /a /a\n",
    "client-of-a-database": D + "RUN apt-get install -y nginx postgresql-client\nEXPOSE 80\n",
    "client-of-a-database-rpm": "FROM rockylinux:9\nRUN dnf install -y nginx mysql\nEXPOSE 80\n",
    "no-ports": D + "RUN apt-get install -y nginx mysql-server\n",
    "ignored-cmd": D + "ENTRYPOINT node a.js\nCMD a & b\n",
    "argument": D + 'CMD ["echo", "supervisord"]\n',
    "empty": "",
}

REPORTED = {
    "supervisord": (D + 'CMD ["supervisord"]\n', 2, "`supervisord` starts others"),
    "supervisord-by-python": (D + "CMD python /usr/bin/supervisord -n\n", 2, "starts others"),
    "supervisord-behind-a-list": (D + "CMD a && exec supervisord -n\n", 2, "starts others"),
    "s6": (D + 'ENTRYPOINT ["/init"]\nCMD ["x"]\n', 2, "`/init` starts others"),
    "systemd": (D + 'CMD ["/lib/systemd/systemd"]\n', 2, "starts others"),
    "background": (D + "CMD a & b\n", 2, "`&` leaves a process behind"),
    "background-in-sh-c": (D + 'CMD ["bash", "-c", "a & wait"]\n', 2, "`&` leaves"),
    "service": (D + "CMD service nginx start && tail -f /dev/null\n", 2, "`service start`"),
    "init-script": (D + "CMD /etc/init.d/x start && tail -f /x\n", 2, "`x start`"),
    "daemon": (D + "CMD php-fpm -D && nginx -g 'daemon off;'\n", 2, "`php-fpm` goes on"),
    "daemon-and-tail": (D + "CMD cron && tail -f /x\n", 2, "`cron` goes on"),
    "of-the-parent": (D.replace("\n", " AS a\n") + "CMD a & b\nFROM a\nRUN x\n", 2, "`&`"),
    "packages": (
        D + "RUN apt-get install -y nginx\nRUN apt-get install -y mysql-server\nEXPOSE 80\n",
        3,
        "`nginx` and `mysql-server` are in one image",
    ),
}


@pytest.mark.parametrize("text", NOOP.values(), ids=NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, text)


@pytest.mark.parametrize(("text", "line", "advice"), REPORTED.values(), ids=REPORTED)
def test_reported(text: str, line: int, advice: str) -> None:
    check_reported(NAME, text, line, advice)
