"""log-to-file: what it says nothing about first, then what it reports."""

import pytest

from tests.fixers import seed
from tests.fixers.checks import check_noop, check_reported

NAME = "log-to-file"
A = "FROM alpine:3.20\n"

NOOP = {
    "a command line without a command": A + "CMD\n",
    "assignments alone": A + "CMD A=1\n",
    "no words in exec form": A + "ENTRYPOINT []\nCMD []\n",
    "a redirection alone": A + "CMD > /x\n",
    "seed-S01": seed.S01,
    "seed-S06": seed.S06,
    "seed-S13": seed.S13,
    "output": A + "CMD app --access-logfile - --error-logfile=/dev/stderr\n",
    "output-redirected": A + "CMD app > /dev/stdout 2>&1\n",
    "nowhere": A + "CMD app > /dev/null\n",
    "no-log": A + "CMD app > /data/out.json\n",
    "configuration": A + "CMD envsubst < a.tmpl > /etc/log/a.conf && app\n",
    "input": A + "CMD app < /var/log/x.log\n",
    "tee": A + "CMD app | tee /var/log/app.log\n",
    "of-the-build": A + "RUN make > /var/log/x.log\n",
    "option-of-another-meaning": A + 'CMD ["app", "--log-level", "debug.log"]\n',
    "tail-of-nothing": A + "CMD tail -f /dev/null\n",
    "build-only": A.replace("\n", " AS a\n")
    + "CMD a > /x.log\nFROM scratch\nCOPY --from=a /a /a\n",
    "empty": "",
}

REPORTED = {
    "redirected": (A + "CMD app >> /var/log/app.log 2>&1\n", 2, "/var/log/app.log"),
    "errors": (A + "CMD app 2> err.log\n", 2, "err.log"),
    "both": (A + 'CMD ["bash", "-c", "app &> /logs/x"]\n', 2, "/logs/x"),
    "option": (A + 'CMD ["gunicorn", "--error-logfile", "/a.log", "x"]\n', 2, "/a.log"),
    "option-joined": (A + "ENTRYPOINT mongod --logpath=/data/m.log\n", 2, "/data/m.log"),
    "tail": (A + 'CMD ["tail", "-F", "/var/log/nginx/error.log"]\n', 2, "/var/log/nginx/error.log"),
    "in-the-background": (A + "CMD app > /logs/a.log & b\n", 2, "/logs/a.log"),
}


@pytest.mark.parametrize("text", NOOP.values(), ids=NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, text)


@pytest.mark.parametrize(("text", "line", "advice"), REPORTED.values(), ids=REPORTED)
def test_reported(text: str, line: int, advice: str) -> None:
    check_reported(NAME, text, line, advice)
