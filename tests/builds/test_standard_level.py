"""What the fixers of the level `standard` are for, seen in containers that were started."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dfix import fix
from tests.builds.containers import printed, stopped
from tests.builds.stand_ins import made
from tests.builds.standard import filled, fixed

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
#: Stands in for node: it says what it is and what it was given, and hears the signal.
NODE = """\
#!/bin/sh
trap 'exit 42' TERM
echo "ready $(cat /proc/1/comm) $*"
case $1 in once.js) exit;; esac
while :; do sleep 0.1; done
"""
#: Stands in for npm: it starts the script in a shell, and waits for it.
NPM = """\
#!/bin/sh
sh -c "node $(sed -n 's/.*node \\([a-z.]*\\).*/\\1/p' package.json); exit"
"""
NODE_IMAGE = f"node:22-bookworm-local{os.getpid()}"


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A small build context."""
    files = {
        "nginx": SERVER.format(wanted="QUIT"),
        "haproxy": SERVER.format(wanted="USR1"),
        "app": "#!/bin/sh\nid -u\n",
        "app.pl": PERL,
        "words": "#!/bin/sh\nprintf '%s|' \"$@\"\n",
        "node": NODE,
        "npm": NPM,
    }
    return filled(tmp_path, files)


@pytest.fixture
def node(context: Path) -> Iterator[str]:
    """An image with the name of node's, and nothing of it but two small scripts of its names.

    So the tests show what becomes of the container's own process, not what the real npm does.
    """
    text = b"FROM debian:bookworm\nCOPY node npm /usr/local/bin/\n"
    with made(NODE_IMAGE, text, context):
        yield NODE_IMAGE


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
    text = 'FROM debian:bookworm\nCOPY words /words\nCMD /words "a b" \'c d\' e\\ f "" g\n'
    before, after = fixed("exec-form", text, context)
    assert printed(before, context) == printed(after, context) == "a b|c d|e f||g|"


@pytest.mark.parametrize("path", ["./tools:$PATH", "$PATH:tools"])
def test_exec_form_leaves_to_the_shell_what_only_a_shell_finds(path: str, context: Path) -> None:
    """The runtime starts nothing that it finds in a folder of PATH that is not absolute."""
    base = f"FROM debian:bookworm\nWORKDIR /x\nCOPY words tools/words\nENV PATH={path}\n"
    result = fix((base + "CMD words a b\n").encode(), select=["exec-form"], context=context)
    assert not result.changed
    assert printed(result.before, context) == "a|b|"
    assert printed((base + 'CMD ["words", "a", "b"]\n').encode(), context) == ""


def test_exec_form_leaves_alone_what_reads_a_variable_of_the_shell(context: Path) -> None:
    filled(context, {"pwd.pl": "print $ENV{PWD} // 'none';\n"})
    base = "FROM debian:bookworm\nWORKDIR /srv\nCOPY pwd.pl .\n"
    result = fix((base + "CMD perl pwd.pl\n").encode(), select=["exec-form"], context=context)
    assert not result.changed
    assert printed(result.before, context) == "/srv"
    assert printed((base + 'CMD ["perl", "pwd.pl"]\n').encode(), context) == "none"


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


def test_node_direct_hears_the_signal(context: Path, node: str) -> None:
    filled(context, {"package.json": '{"scripts": {"start": "node app.js"}}\n', "app.js": "x\n"})
    text = f'FROM {node}\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n'
    before, after = fixed("node-direct", text, context)
    assert stopped(before, context) == 137
    assert stopped(after, context) == 42


def test_node_direct_gives_the_same_words(context: Path, node: str) -> None:
    filled(context, {"package.json": '{"scripts": {"go": "node once.js"}}\n', "once.js": "x\n"})
    text = f"FROM {node}\nWORKDIR /app\nCOPY . .\nCMD npm run go\n"
    before, after = fixed("node-direct", text, context)
    old, new = printed(before, context), printed(after, context)
    assert old.split()[1] != "node"
    assert new == "ready node once.js"
    assert old.split()[2:] == ["once.js"]
