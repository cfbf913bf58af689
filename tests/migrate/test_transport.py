"""What the other side of a fetch or a push is asked, and that its configuration runs nothing here."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .campaigns import Command
from .repositories import AFTER, BEFORE, git, line, repository, show

FORGE = """#!/bin/sh
# As a forge does: git's own commands, and no other.
for last; do :; done
printf '%s\\n' "$last" >> '{log}'
case "$last" in
  "git-upload-pack '"*"'" | "git-receive-pack '"*"'") exec sh -c "$last" ;;
esac
echo "fatal: unrecognized command" >&2
exit 128
"""


def test_a_forge_is_asked_over_ssh_with_gits_own_words(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    (tmp_path / "bin").mkdir()
    ssh = tmp_path / "bin" / "ssh"
    ssh.write_text(FORGE.format(log=log))
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    remote = repository(tmp_path / "remote.git", {"Dockerfile": BEFORE}, bare=True)
    done = migrate(f"ssh://git@host{remote}", "--push", "origin")
    assert (done.code, done.record["pushed"]) == (0, "origin"), done.err
    assert show(remote, "dfix/migrate:Dockerfile") == AFTER
    assert set(log.read_text().splitlines()) == {
        f"git-upload-pack '{remote}'",
        f"git-receive-pack '{remote}'",
    }


def borrowing(remote: Path, evil: Path) -> None:
    """Objects of another repository, whose references a command lists."""
    other = repository(remote.parent / "other", {"x": b""})
    alternates = remote / "objects" / "info" / "alternates"
    alternates.write_text(f"{other}/.git/objects\n")
    git(remote, "config", "core.alternateRefsCommand", f"{evil}; :")


def checked_out(remote: Path, evil: Path) -> None:
    """A work tree that a push updates, through a filter, on the branch that is pushed."""
    git(remote, "config", "core.bare", "false")
    git(remote, "config", "core.worktree", str(remote.parent / "checked-out"))
    (remote.parent / "checked-out").mkdir()
    git(remote, "config", "receive.denyCurrentBranch", "updateInstead")
    git(remote, "config", "filter.evil.smudge", str(evil))
    (remote / "info").mkdir(exist_ok=True)
    (remote / "info" / "attributes").write_text("* filter=evil\n")
    git(remote, "symbolic-ref", "HEAD", "refs/heads/dfix/migrate")


def collecting(remote: Path, evil: Path) -> None:
    """So many objects that git tidies up after a push, which asks a command."""
    for name, value in (("gc.auto", "1"), ("gc.autoDetach", "false"), ("gc.autoPackLimit", "1")):
        git(remote, "config", name, value)
    git(remote, "config", "receive.unpackLimit", "10000")
    git(remote, "config", "gc.cruftPacks", "true")
    git(remote, "config", "gc.recentObjectsHook", str(evil))
    folder = remote / "objects" / "17"  # git looks at this one to see how many there are
    folder.mkdir(exist_ok=True)
    for at in range(3):
        (folder / f"{at:038x}").touch()


def promising(remote: Path, evil: Path) -> None:
    """A partial clone, which would fetch what it lacks."""
    git(remote, "config", "extensions.partialClone", "origin")
    git(remote, "config", "core.repositoryFormatVersion", "1")
    git(remote, "config", "remote.origin.url", "ssh://host/x")
    git(remote, "config", "remote.origin.promisor", "true")
    git(remote, "config", "core.sshCommand", str(evil))
    git(remote, "config", "remote.origin.uploadpack", str(evil))


def serving(remote: Path, evil: Path) -> None:
    """Commands of the server's own."""
    git(remote, "config", "uploadpack.packObjectsHook", str(evil))
    git(remote, "config", "core.fsmonitor", str(evil))
    git(remote, "config", "core.pager", str(evil))
    git(remote, "config", "gpg.program", str(evil))
    git(remote, "config", "receive.certNonceSeed", "x")


@pytest.mark.parametrize(("arrange", "fetched"), [
    (borrowing, False), (checked_out, False), (collecting, False), (promising, True), (serving, True),
])  # fmt: skip
def test_nothing_of_a_remote_on_this_machine_is_run(
    arrange: Callable[[Path, Path], None], fetched: bool, migrate: Command, tmp_path: Path
) -> None:
    marker, evil = tmp_path / "marker", tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    evil.chmod(0o755)
    remote = repository(tmp_path / "remote.git", {"Dockerfile": BEFORE}, bare=True)
    git(tmp_path, "clone", "-q", str(remote), "work")
    arrange(remote, evil)
    source = f"file://{remote}" if fetched else str(tmp_path / "work")
    if fetched:
        (tmp_path / "list").write_text(f"{source} main\n")
        source = str(tmp_path / "list")
    done = migrate(source, "--push", "origin")
    assert not marker.exists(), done.record["reason"]
    assert not list(remote.parent.glob("checked-out/*"))
    if arrange is not checked_out:
        assert (done.code, done.record["pushed"]) == (0, "origin"), done.record["reason"]
        assert line(remote, "rev-parse", "dfix/migrate") == done.record["commits"][-1]


def test_the_other_side_would_run_it(tmp_path: Path) -> None:
    """The arrangement is a real one: git itself runs the command of a remote."""
    marker, evil = tmp_path / "marker", tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    evil.chmod(0o755)
    remote = repository(tmp_path / "remote.git", {"Dockerfile": BEFORE}, bare=True)
    git(tmp_path, "clone", "-q", str(remote), "work")
    borrowing(remote, evil)
    git(tmp_path / "work", "push", "-q", "origin", "main:other")
    assert marker.exists()
