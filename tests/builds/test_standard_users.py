"""The fixers of accounts: who runs, and what the image says about them."""

from pathlib import Path

import pytest

from tests.builds.containers import printed
from tests.builds.images import build, builds
from tests.builds.stand_ins import LOCAL
from tests.builds.standard import filled, fixed

pytestmark = [pytest.mark.builds, pytest.mark.usefixtures("debian")]

#: All that a process has of its account.
WHO = 'CMD ["sh", "-c", "id -u; id -g; id -G; echo $HOME; cd; pwd"]\n'


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A small build context."""
    return filled(tmp_path, {"app": "#!/bin/sh\nid -u\nid -un\ncat /data/x.txt\n", "x.txt": "x\n"})


@pytest.mark.parametrize("base", ["debian:bookworm", "scratch"])
def test_run_as_user_runs_as_the_new_user(base: str, context: Path) -> None:
    if base == "scratch":
        text = "FROM busybox:1.35 AS b\nFROM scratch\nCOPY --from=b /bin/busybox /busybox\n"
        text += 'ENTRYPOINT ["/busybox", "id", "-u"]\n'
    else:
        text = f'FROM {base}\n\nCOPY app /app\n\nENTRYPOINT ["/app"]\n'
    before, after = fixed("run-as-user", text, context)
    assert printed(before, context).split()[0] == "0"
    assert printed(after, context).split()[0] == ("65534" if base == "scratch" else "10001")


def test_run_as_user_reads_what_was_copied(context: Path) -> None:
    text = 'FROM debian:bookworm\n\nCOPY app /app\nCOPY x.txt /data/x.txt\n\nENTRYPOINT ["/app"]\n'
    before, after = fixed("run-as-user", text, context)
    assert printed(before, context).split() == ["0", "root", "x"]
    number, name, read = printed(after, context).split()
    assert (number, read) == ("10001", "x")
    assert name != "root"


@pytest.mark.parametrize("user", ["app", "app:web", "app:more"])
def test_numeric_user_of_an_account_that_is_made(user: str, context: Path) -> None:
    text = (
        "FROM debian:bookworm\n"
        "RUN groupadd -g 2000 web && groupadd -g 2001 more \\\n"
        " && useradd -m -u 1001 -g web -G more app\n"
        f"USER {user}\n{WHO}"
    )
    before, after = fixed("numeric-user", text, context)
    assert b"USER 1001" in after
    old = printed(before, context)
    assert old.split()[0] == "1001"
    assert printed(after, context) == old


@pytest.mark.parametrize("user", ["nobody", "www-data"])
def test_numeric_user_of_an_account_of_the_base(user: str, context: Path) -> None:
    before, after = fixed("numeric-user", f"FROM debian:bookworm\nUSER {user}\n{WHO}", context)
    old = printed(before, context)
    assert old
    assert printed(after, context) == old


def test_useradd_no_log_init_makes_the_same_account(context: Path) -> None:
    text = "FROM debian:bookworm\nRUN useradd --create-home -u 100000 app\nUSER app\n" + WHO
    before, after = fixed("useradd-no-log-init", text, context)
    assert printed(before, context) == printed(after, context)
    old, new = build(before, context), build(after, context)
    assert old.config == new.config
    assert old.differences(new) == []


def test_useradd_no_log_init_leaves_the_logs_alone(context: Path) -> None:
    """The useradd of Debian 12 does not lengthen a log that is short, as older ones do. But it
    writes into one that is long enough, so that the layer holds all of it."""
    text = (
        "FROM debian:bookworm\n"
        "RUN truncate -s 30M /var/log/lastlog && touch -d @0 /var/log/lastlog\n"
        'RUN useradd -u 100000 app\nCMD ["stat", "-c", "%Y", "/var/log/lastlog"]\n'
    )
    before, after = fixed("useradd-no-log-init", text, context)
    assert int(printed(before, context)) > 0
    assert int(printed(after, context)) == 0


def test_drop_sudo_gives_the_same_files(context: Path) -> None:
    text = (
        f"FROM {LOCAL}\nRUN apt-get update && apt-get install -y sudo\nENV MODE=750\n"
        "RUN sudo mkdir -p /opt/app/sub && sudo chmod $MODE /opt/app \\\n"
        " && sudo cp /etc/debian_version /opt/app/ && sudo chown -R www-data:games /opt/app\n"
    )
    before, after = fixed("drop-sudo", text, context)
    old, new = build(before, context), build(after, context)
    assert old.config == new.config
    assert [each for each in old.differences(new) if "sudo/" not in each] == []
    assert new.files["opt/app/debian_version"][2] == 33


def test_drop_sudo_builds_without_sudo(context: Path) -> None:
    before, after = fixed("drop-sudo", "FROM debian:bookworm\nRUN sudo mkdir /a\n", context)
    assert not builds(before, context)
    assert builds(after, context)
