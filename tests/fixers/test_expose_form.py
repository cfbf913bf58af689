"""expose-form: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused

NAME = "expose-form"
F = "FROM debian:12\nARG P=80\n"

NOOP = {
    "port": "EXPOSE 80\n",
    "protocols": "EXPOSE 80/tcp 53/udp 9/sctp\n",
    "range": "EXPOSE 8000-8010 9000-9001/udp\n",
    "variable": "EXPOSE $P ${P} ${P}/tcp $P-90\n",
    "default": "EXPOSE ${Q:-80} ${Q:-80}/udp\n",
    "quotes": "EXPOSE \"80\" '81/tcp'\n",
    "capital variable": "EXPOSE $PORT/tcp\n",
    "trigger": "ONBUILD EXPOSE 80:80/TCP\n",
    "other instruction": "LABEL ports=80:80/TCP\n",
}

REFUSED = {
    "variable host": ("EXPOSE $P:80\n", "a variable"),
    "variable port": ("EXPOSE 80:$P\n", "a variable"),
    "variable with a protocol": ("EXPOSE $P/TCP\n", "a variable"),
    "variable default": ("EXPOSE ${Q:-80}/UDP\n", "a variable"),
    "quotes within": ('EXPOSE 8080:"80"\n', "no plain port"),
    "escape": ("EXPOSE 80\\:80\n", "no plain port"),
}

FIXED = {
    "protocol": ("EXPOSE 53/UDP\n", "EXPOSE 53/udp\n"),
    "mixed case": ("EXPOSE 80/Tcp 81\n", "EXPOSE 80/tcp 81\n"),
    "host port": ("EXPOSE 8080:80\n", "EXPOSE 80\n"),
    "host port and protocol": ("EXPOSE 443:1194/TCP\n", "EXPOSE 1194/tcp\n"),
    "address": ("EXPOSE 127.0.0.1:81:82\n", "EXPOSE 82\n"),
    "address without a host port": ("EXPOSE 127.0.0.1::82\n", "EXPOSE 82\n"),
    "address of version six": ("EXPOSE [::1]:81:82\n", "EXPOSE 82\n"),
    "nothing before the colon": ("EXPOSE :80\n", "EXPOSE 80\n"),
    "ranges": ("EXPOSE 8000-8001:9000-9001/UDP\n", "EXPOSE 9000-9001/udp\n"),
    "range of the host": ("EXPOSE 8000-8010:80\n", "EXPOSE 80\n"),
    "quotes": ('EXPOSE "8080:80/TCP"\n', 'EXPOSE "80/tcp"\n'),
    "lines": ("EXPOSE 80/TCP \\\n  # why\n  8080:81\n", "EXPOSE 80/tcp \\\n  # why\n  81\n"),
    "very many": ("EXPOSE" + " 1:1/TCP" * 500 + "\n", "EXPOSE" + " 1/tcp" * 500 + "\n"),
    "beside a variable": ("EXPOSE 80:$P 81/TCP 82:82\n", "EXPOSE 80:$P 81/tcp 82\n"),
    "small letters": ("expose 80:80\r\n", "expose 80\r\n"),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, F + NOOP[case])


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, F + REFUSED[case][0], REFUSED[case][1])


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    before, after = FIXED[case]
    check_fixed(NAME, F + before, F + after, level=Level.SAFE)
