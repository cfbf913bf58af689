"""What the fixers of the level `standard` are for, seen in containers that were started."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from dfix import Level, fix
from tests.builds.containers import printed, stopped
from tests.builds.images import build, builds

pytestmark = pytest.mark.builds

#: A server that says which signal ended it: 42 for the one it wants, 7 for another.
SERVER = """\
#!/bin/sh
trap 'exit 42' {wanted}
trap 'exit 7' TERM
echo ready
while :; do sleep 0.1; done
"""
PERL = """\
$SIG{TERM} = sub { exit 42 };
$| = 1;
open(my $f, '<', '/proc/1/comm'); print "ready ", <$f>;
select(undef, undef, undef, 0.1) while 1;
"""
SCRIPT = "#!/bin/sh\nid -u\ncat /proc/1/comm\n"


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A small build context."""
    for name, text in {
        "nginx": SERVER.format(wanted="QUIT"),
        "haproxy": SERVER.format(wanted="USR1"),
        "app": SCRIPT,
        "show": "#!/bin/sh\nid -un\nid -G\n",
    }.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "app.pl").write_text(PERL)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.txt").write_text("x\n")
    for path in tmp_path.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return tmp_path


def fixed(
    name: str, text: str, context: Path, options: Mapping[str, str] | None = None
) -> tuple[bytes, bytes]:
    """A file, and what the fixer `name` makes of it."""
    before = text.encode()
    given = {name: dict(options)} if options else {}
    result = fix(before, level=Level.STANDARD, select=[name], context=context, options=given)
    assert result.changed, result.findings
    return before, result.after


def test_stop_signal_nginx(context: Path) -> None:
    text = 'FROM debian:bookworm\nCOPY nginx /usr/sbin/nginx\nCMD ["nginx", "-g", "daemon off;"]\n'
    before, after = fixed("stop-signal", text, context)
    assert stopped(before, context) == 7
    assert stopped(after, context) == 42


def test_stop_signal_haproxy(context: Path) -> None:
    text = (
        'FROM debian:bookworm\nCOPY haproxy /usr/sbin/haproxy\nENTRYPOINT ["haproxy"]\n'
        'CMD ["-f", "/etc/haproxy.cfg"]\n'
    )
    before, after = fixed("stop-signal", text, context)
    assert stopped(before, context) == 7
    assert stopped(after, context) == 42


def test_exec_form_hears_the_signal(context: Path) -> None:
    text = "FROM debian:bookworm\nCOPY app.pl /srv/app.pl\nCMD perl /srv/app.pl\n"
    before, after = fixed("exec-form", text, context)
    assert stopped(before, context) == 137
    assert stopped(after, context) == 42


def test_exec_form_gives_the_same_words(context: Path) -> None:
    text = "FROM debian:bookworm\nCMD printf '%s|' \"a b\" 'c d' e\\ f \"\" g\n"
    before, after = fixed("exec-form", text, context)
    assert printed(before, context) == printed(after, context) == "a b|c d|e f||g|"


def test_init_process_ends_what_has_no_handler(context: Path) -> None:
    text = (
        "FROM debian:bookworm\nWORKDIR /x\n\nCOPY app /app\n\n"
        'CMD ["perl", "-e", "$| = 1; print qq(ready\\n); select(undef, undef, undef, 0.1) while 1"]\n'
    )
    before, after = fixed("init-process", text, context)
    assert stopped(before, context) == 137
    assert stopped(after, context) == 143


def test_init_process_hands_arguments_on(context: Path) -> None:
    text = (
        "FROM debian:bookworm\nWORKDIR /x\n\nCOPY app /app\n\n"
        'ENTRYPOINT ["perl", "-e", "print join(q(|), @ARGV)"]\nCMD ["a b", "c"]\n'
    )
    before, after = fixed("init-process", text, context)
    assert printed(before, context) == printed(after, context) == "a b|c"
    assert printed(before, context, "x", "y z") == printed(after, context, "x", "y z") == "x|y z"


@pytest.mark.parametrize("base", ["debian:bookworm", "scratch"])
def test_run_as_user(base: str, context: Path) -> None:
    if base == "scratch":
        text = "FROM busybox:1.35 AS b\nFROM scratch\nCOPY --from=b /bin/busybox /busybox\n"
        text += 'ENTRYPOINT ["/busybox", "id", "-u"]\n'
    else:
        text = f'FROM {base}\n\nCOPY app /app\n\nENTRYPOINT ["/app"]\n'
    before, after = fixed("run-as-user", text, context)
    assert printed(before, context).split()[0] == "0"
    assert printed(after, context).split()[0] == ("65534" if base == "scratch" else "10001")


def test_maintainer_becomes_a_label(context: Path) -> None:
    for base in ("debian:bookworm", "busybox:1.35"):
        text = f'FROM {base}\nMAINTAINER A "B" <a@example.com> $HOME\nRUN echo a > /a\n'
        before, after = fixed("maintainer-to-label", text, context)
        old, new = build(before, context), build(after, context)
        label = {"org.opencontainers.image.authors": 'A "B" <a@example.com> $HOME'}
        assert (old.config["Labels"] or {}) | label == new.config["Labels"]
        assert old.config | {"Labels": label} == new.config
        assert old.differences(new) == []


def test_pipefail_fails_where_the_first_command_does(context: Path) -> None:
    text = "FROM debian:bookworm\nRUN cat /nope | gzip > /out.gz\n"
    before, after = fixed("pipefail", text, context)
    assert builds(before, context)
    assert not builds(after, context)


def test_pipefail_leaves_the_command_alone(context: Path) -> None:
    text = "FROM debian:bookworm\nRUN echo a | gzip > /out.gz\nCMD echo $0\n"
    before, after = fixed("pipefail", text, context)
    assert printed(before, context) == printed(after, context)
