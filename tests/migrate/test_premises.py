"""Repositories that lead out of themselves: nothing is written where they lead, and little is read."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .campaigns import Command
from .repositories import AFTER, BEFORE, git, line, repository, show


def branches(folder: Path) -> list[str]:
    return git(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads").decode().split()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def common(evil: Path, private: Path) -> None:
    for name in ("refs", "objects"):
        (evil / ".git" / name).rename(evil / name)
        (evil / ".git" / name).mkdir()
    (evil / ".git" / "commondir").write_text(f"{private}/.git\n")


def objects(evil: Path, private: Path) -> None:
    (evil / ".git" / "objects").rename(private / "objects")
    (evil / ".git" / "objects").symlink_to(private / "objects")


def fanned_out(evil: Path, private: Path) -> None:
    for at in range(256):
        place = evil / ".git" / "objects" / f"{at:02x}"
        if not place.exists():
            place.symlink_to(private)


def heads(evil: Path, private: Path) -> None:
    (evil / ".git" / "refs" / "heads" / "dfix").symlink_to(private / ".git" / "refs" / "heads")


def one_head(evil: Path, private: Path) -> None:
    (evil / ".git" / "refs" / "heads" / "dfix").mkdir()
    (evil / ".git" / "refs" / "heads" / "dfix" / "migrate").symlink_to(private / "new")


def log(evil: Path, private: Path) -> None:
    (private / "profile").write_text("# mine\n")
    (evil / ".git" / "logs" / "refs" / "heads" / "dfix").mkdir(parents=True)
    planted = evil / ".git" / "logs" / "refs" / "heads" / "dfix" / "migrate"
    planted.symlink_to(private / "profile")
    git(evil, "config", "user.name", "$(touch x)")


def logs(evil: Path, private: Path) -> None:
    (evil / ".git" / "logs").rename(evil / ".git" / "old-logs")
    (evil / ".git" / "logs").symlink_to(private)


LINKS = [common, objects, fanned_out, heads, one_head, log, logs]


@pytest.mark.parametrize("arrange", LINKS)
def test_a_link_out_of_a_repository_is_not_written_through(
    arrange: Callable[[Path, Path], None], migrate: Command, tmp_path: Path
) -> None:
    private = repository(tmp_path / "private", {"Dockerfile": BEFORE})
    evil = repository(tmp_path / "repos" / "evil", {"Dockerfile": BEFORE})
    arrange(evil, private)
    before = contents(private)
    done = migrate(tmp_path / "repos", "--commit")
    assert contents(private) == before
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "link" in done.record["reason"] or "leads out" in done.record["reason"]


@pytest.mark.parametrize(
    ("arrange", "address"), [(objects, "{}"), (heads, "file://{}"), (log, "file://{}/.git")]
)
def test_nor_is_one_of_a_remote(
    arrange: Callable[[Path, Path], None], address: str, migrate: Command, tmp_path: Path
) -> None:
    private = repository(tmp_path / "private", {"Dockerfile": BEFORE})
    remote = repository(tmp_path / "re mote", {"Dockerfile": BEFORE})
    git(tmp_path, "clone", "-q", str(remote), "work")
    url = address.format(remote).replace(" ", "%20" if address.startswith("file") else " ")
    git(tmp_path / "work", "config", "remote.origin.url", url)
    arrange(remote, private)
    before = contents(private)
    done = migrate(tmp_path / "work", "--push", "origin")
    assert contents(private) == before
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "is a link to" in done.record["reason"]


def test_a_remote_with_a_work_tree_is_pushed_to(migrate: Command, tmp_path: Path) -> None:
    remote = repository(tmp_path / "re mote", {"Dockerfile": BEFORE})
    git(tmp_path, "clone", "-q", str(remote), "work")
    git(tmp_path / "work", "config", "remote.origin.url", f"file://{tmp_path}/re%20mote")
    done = migrate(tmp_path / "work", "--push", "origin")
    assert (done.code, done.record["pushed"]) == (0, "origin"), done.record["reason"]
    assert show(remote, "dfix/migrate:Dockerfile") == AFTER


@pytest.mark.parametrize("place", ["config", "HEAD"])
def test_a_pipe_for_a_file_is_not_waited_for_long(
    place: str, migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dfix.migrate.repository._PROMPT", 1)
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE})
    other = repository(tmp_path / "other", {"Dockerfile": BEFORE})
    if place == "config":
        os.mkfifo(tmp_path / "pipe")
        git(folder, "config", "include.path", str(tmp_path / "pipe"))
    else:
        (folder / ".git" / "HEAD").unlink()
        os.mkfifo(folder / ".git" / "HEAD")
    begun = time.monotonic()
    done = migrate(folder, other)
    assert [each["status"] for each in done.records] == ["failed", "changed"]
    assert "took over 1 s" in done.records[0]["reason"]
    assert time.monotonic() - begun < 30


def test_a_branch_that_is_checked_out_before_it_is_there_is_not_made(
    migrate: Command, tmp_path: Path
) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE})
    git(folder, "symbolic-ref", "HEAD", "refs/heads/dfix/migrate")
    (tmp_path / "list").write_text("repo main\n")
    done = migrate(tmp_path / "list", "--commit")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "checked out" in done.record["reason"]
    assert branches(folder) == ["main"]


@pytest.mark.parametrize("work_tree", ["/", "..", "../..", "/nowhere"])
def test_a_work_tree_elsewhere_is_nobodys_business(
    work_tree: str, migrate: Command, tmp_path: Path
) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE})
    git(folder, "config", "core.worktree", work_tree)
    done = migrate(folder, "--commit")
    assert (done.code, done.record["branch"]) == (0, "dfix/migrate"), done.record["reason"]


def test_relative_alternates_are_followed(migrate: Command, tmp_path: Path) -> None:
    main = repository(tmp_path / "main", {"Dockerfile": BEFORE})
    git(tmp_path, "init", "-q", "--bare", "fork.git")
    fork = tmp_path / "fork.git"
    (fork / "objects" / "info" / "alternates").write_text("../../main/.git/objects\n")
    git(fork, "update-ref", "refs/heads/main", line(main, "rev-parse", "HEAD"))
    done = migrate(fork, "--commit")
    assert (done.code, done.record["branch"]) == (0, "dfix/migrate"), done.record["reason"]
    assert show(fork, "dfix/migrate:Dockerfile") == AFTER
    git(fork, "fsck", "--strict")


def test_programs_are_not_looked_for_in_relative_folders(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository(tmp_path / "remote.git", {"Dockerfile": BEFORE}, bare=True)
    for place in (folder, tmp_path):
        (place / "ssh").write_text(f"#!/bin/sh\ntouch '{tmp_path}/marker'\n")
        (place / "ssh").chmod(0o755)
    paths = [
        each for each in os.environ["PATH"].split(os.pathsep) if not (Path(each) / "ssh").exists()
    ]
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(line(tmp_path, "--exec-path") + "/git")
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", str(tmp_path / "bin"), *paths]))
    git(folder, "config", "remote.origin.url", "ssh://host/x")
    done = migrate(folder, "ssh://host/x", "--push", "origin")
    assert [each["status"] for each in done.records] == ["failed", "failed"]
    assert not (tmp_path / "marker").exists()
