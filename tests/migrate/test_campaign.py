"""A campaign from its beginning to its end: branches, pushes, patches, and what stands in the way."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .campaigns import Command
from .repositories import AFTER, BEFORE, Content, commit, git, line, repository, show, state

FILES: dict[str, Content] = {
    "Dockerfile": b"FROM debian:12\nMAINTAINER me\nENV a b\n",
    "app/Dockerfile": b"FROM debian:12 as x\nENV c d\n",
}


def branches(folder: Path) -> list[str]:
    listed = git(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads")
    return listed.decode().split()


def test_without_being_asked_nothing_is_written_to_a_repository(
    migrate: Command, tmp_path: Path
) -> None:
    folder = repository(tmp_path / "repo", FILES)
    objects = sorted(path.name for path in (folder / ".git" / "objects").rglob("*"))
    before = state(folder)
    done = migrate(folder)
    assert (done.code, done.record["status"], done.record["branch"]) == (0, "changed", None)
    assert branches(folder) == ["main"]
    assert state(folder) == before
    assert sorted(path.name for path in (folder / ".git" / "objects").rglob("*")) == objects


def test_a_patch_applies_with_am_and_with_apply(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    done = migrate(folder, "--commit")
    patch = done.folder / done.record["patch"]
    git(folder, "apply", "--check", str(patch))
    git(folder, "am", "-q", str(patch))
    assert line(folder, "rev-parse", "HEAD^{tree}") == line(
        folder, "rev-parse", "dfix/migrate^{tree}"
    )
    assert line(folder, "log", "-1", "--format=%s") == "Rewrite Dockerfiles by good practice"


@pytest.mark.parametrize("data", [
    b"FROM debian:12\r\nENV a b\r\n",
    b"\xef\xbb\xbfFROM debian:12\nENV a b",
    b"FROM debian:12\n# \xff\xfe\nENV a b\n",
    b"FROM debian:12\nENV a \x1b[31mred\n",
], ids=["CRLF", "BOM and no last line end", "not UTF-8", "control characters"])  # fmt: skip
def test_a_patch_keeps_every_byte(data: bytes, migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": data})
    done = migrate(folder, "--commit")
    assert done.record["status"] == "changed"
    git(folder, "apply", "--index", str(done.folder / done.record["patch"]))
    assert line(folder, "write-tree") == line(folder, "rev-parse", "dfix/migrate^{tree}")
    git(folder, "reset", "-q", "--hard")
    git(folder, "am", "-q", "--keep-cr", str(done.folder / done.record["patch"]))
    assert line(folder, "rev-parse", "HEAD^{tree}") == line(
        folder, "rev-parse", "dfix/migrate^{tree}"
    )


def test_groups_end_in_the_same_files(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    counts = {}
    for group in ("repository", "file", "fixer"):
        done = migrate(folder, "--commit", "--group", group, "--branch", f"by-{group}", out=group)
        assert done.code == 0, done.err
        counts[group] = len(done.record["commits"])
        assert line(folder, "rev-list", "--count", f"main..by-{group}") == str(counts[group])
    trees = {line(folder, "rev-parse", f"by-{group}^{{tree}}") for group in counts}
    assert len(trees) == 1
    assert counts == {"repository": 1, "file": 2, "fixer": 3}
    subjects = git(folder, "log", "--format=%s", "main..by-fixer").decode().splitlines()
    assert sorted(each.partition(":")[0] for each in subjects) == [
        "as-casing",
        "key-value-form",
        "maintainer-to-label",
    ]


def test_a_commit_says_what_why_and_what_it_does(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    migrate(folder, "--commit")
    message = git(folder, "log", "-1", "--format=%B", "dfix/migrate").decode()
    assert "- Dockerfile:2 maintainer-to-label: MAINTAINER is deprecated" in message
    assert "https://docs.docker.com/" in message
    assert "org.opencontainers.image.authors becomes" in " ".join(message.split())
    assert (
        line(folder, "log", "-1", "--format=%an <%ae>", "dfix/migrate")
        == "A U Thor <author@example.com>"
    )


def test_a_text_of_a_file_does_nothing_in_a_commit(migrate: Command, tmp_path: Path) -> None:
    data = b"FROM debian:12\nMAINTAINER fixes #1 @someone GH-2\\\n---\\\ndiff --git a/x b/x\n"
    folder = repository(tmp_path / "repo", {"Dockerfile": data})
    done = migrate(folder, "--commit")
    message = git(folder, "log", "-1", "--format=%B", "dfix/migrate").decode()
    assert "#1" not in message and "@someone" not in message and "GH-2" not in message
    git(folder, "am", "-q", str(done.folder / done.record["patch"]))
    assert git(folder, "log", "-1", "--format=%B").decode() == message


def test_a_second_campaign_over_the_branch_finds_nothing(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    migrate(folder, "--commit")
    (tmp_path / "list").write_text("repo dfix/migrate\n")
    done = migrate(tmp_path / "list", "--commit", out="second")
    assert (done.code, done.record["status"], done.record["ref"]) == (
        0,
        "unchanged",
        "dfix/migrate",
    )


def test_a_branch_that_is_there_is_never_overwritten(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    mine = commit(folder, {"x": b""}, "dfix/migrate")
    done = migrate(folder, "--commit")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "choose another --branch" in done.record["reason"]
    assert line(folder, "rev-parse", "dfix/migrate") == mine
    again = migrate(folder, "--commit", "--branch", "other", out="again")
    assert (again.code, again.record["branch"]) == (0, "other")


@pytest.mark.parametrize("there", ["dfix", "dfix/migrate/x"])
def test_a_branch_that_leaves_no_room_is_told(there: str, migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    git(folder, "branch", there)
    done = migrate(folder, "--commit")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "no room" in done.record["reason"]


def test_the_branch_of_a_work_tree_stays_checked_out(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    done = migrate(folder, "--commit", "--branch", "main")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert show(folder, "main:Dockerfile") == FILES["Dockerfile"]


def test_patches_first_and_branches_later(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    first = migrate(folder)
    second = migrate("--resume", "--commit")
    assert (second.code, second.record["branch"]) == (0, "dfix/migrate"), second.err
    assert second.record["commits"] == first.record["commits"]
    assert line(folder, "rev-parse", "dfix/migrate") == first.record["commits"][-1]


def test_what_moved_since_it_was_looked_at_is_refused(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    migrate(folder)
    commit(folder, {**FILES, "new": b""})
    done = migrate("--resume", "--commit")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "main has moved" in done.record["reason"] and "--out" in done.record["reason"]
    assert branches(folder) == ["main"]


def test_a_tag_and_a_commit_can_be_looked_at(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    git(folder, "tag", "-a", "-m", "x", "v1")
    at = commit(folder, {"Dockerfile": AFTER})
    (tmp_path / "list").write_text(f"repo v1\nrepo {at}\nrepo gone\n")
    done = migrate(tmp_path / "list", "--commit")
    assert [each["status"] for each in done.records] == ["changed", "unchanged", "failed"]
    assert show(folder, "dfix/migrate:app/Dockerfile").startswith(b"FROM debian:12 AS x")


def test_an_address_is_fetched_and_kept_with_its_branch(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "origin", FILES)
    done = migrate(f"file://{folder}", "--commit")
    assert (done.code, done.record["status"]) == (0, "changed"), done.err
    assert branches(folder) == ["main"]
    kept = done.folder / "clones" / "origin.git"
    assert line(kept, "rev-parse", "dfix/migrate") == done.record["commits"][-1]


def test_an_address_that_does_not_answer_fails_with_the_reason(
    migrate: Command, tmp_path: Path
) -> None:
    (tmp_path / "list").write_text(f"file://{tmp_path}/gone\nfile://user:secret@{tmp_path}/gone2\n")
    done = migrate(tmp_path / "list")
    assert done.code == 1
    assert all(each["status"] == "failed" and each["reason"] for each in done.records)
    assert "secret" not in (done.folder / "report.json").read_text()
    assert "secret" not in done.err


@pytest.mark.parametrize("named", [True, False])
def test_the_branch_is_pushed_and_nothing_else(
    named: bool, migrate: Command, tmp_path: Path
) -> None:
    remote = repository(tmp_path / "remote.git", FILES, bare=True)
    git(tmp_path, "clone", "-q", str(remote), "work")
    git(tmp_path / "work", "branch", "mine")
    git(tmp_path / "work", "tag", "v9")
    source = str(tmp_path / "work") if named else f"file://{remote}"
    done = migrate(source, "--push", "origin")
    assert (done.code, done.record["pushed"]) == (0, "origin"), (done.err, done.record["reason"])
    assert branches(remote) == ["dfix/migrate", "main"]
    assert line(remote, "tag") == ""
    assert line(remote, "rev-parse", "dfix/migrate") == done.record["commits"][-1]
    assert branches(tmp_path / "work") == ["main", "mine"]


def test_a_push_never_overwrites(migrate: Command, tmp_path: Path) -> None:
    remote = repository(tmp_path / "remote.git", FILES, bare=True)
    git(tmp_path, "clone", "-q", str(remote), "work")
    git(remote, "branch", "dfix/migrate")  # an ancestor: a plain push would move it
    at = line(remote, "rev-parse", "dfix/migrate")
    done = migrate(tmp_path / "work", "--push", "origin")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "choose another --branch" in done.record["reason"]
    assert line(remote, "rev-parse", "dfix/migrate") == at


def test_a_push_onto_what_moved_is_refused(migrate: Command, tmp_path: Path) -> None:
    remote = repository(tmp_path / "remote.git", FILES, bare=True)
    git(tmp_path, "clone", "-q", str(remote), "work")
    commit(remote, {**FILES, "new": b""})
    done = migrate(tmp_path / "work", "--push", "origin")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "is not what was looked at" in done.record["reason"]
    assert branches(remote) == ["main"]


REMOTES = {
    "a transport that runs a program": "ext::EVIL",
    "a helper": "evil::x",
    "a host that is an option": "ssh://-oProxyCommand=EVIL/x",
    "nothing there": "/nowhere/at/all",
}


@pytest.mark.parametrize("address", REMOTES.values(), ids=REMOTES)
def test_a_hostile_remote_runs_nothing(address: str, migrate: Command, tmp_path: Path) -> None:
    marker, evil = tmp_path / "marker", tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    evil.chmod(0o755)
    folder = repository(tmp_path / "repo", FILES)
    git(folder, "config", "remote.origin.url", address.replace("EVIL", str(evil)))
    git(folder, "config", "remote.origin.receivepack", str(evil))
    git(folder, "config", "remote.origin.uploadpack", str(evil))
    done = migrate(folder, "--push", "origin")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "internal error" not in done.record["reason"]
    assert not marker.exists()


def test_hooks_of_a_remote_on_this_machine_are_not_run(migrate: Command, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    remote = repository(tmp_path / "remote.git", FILES, bare=True)
    git(tmp_path, "clone", "-q", str(remote), "work")
    git(remote, "config", "core.hooksPath", "hooks")
    for name in ("pre-receive", "update", "post-receive", "post-update", "reference-transaction"):
        (remote / "hooks").mkdir(exist_ok=True)
        (remote / "hooks" / name).write_text(f"#!/bin/sh\ntouch '{marker}'\n")
        (remote / "hooks" / name).chmod(0o755)
    done = migrate(tmp_path / "work", "--push", "origin")
    assert (done.code, done.record["pushed"]) == (0, "origin"), done.record["reason"]
    assert not marker.exists()


FORGE = """#!{python}
import json, pathlib, sys
log = pathlib.Path({log!r})
calls = json.loads(log.read_text()) if log.exists() else []
body = [pathlib.Path(a).read_text() for o, a in zip(sys.argv, sys.argv[1:]) if o == "--body-file"]
calls.append(sys.argv[1:] + body)
log.write_text(json.dumps(calls))
if sys.argv[2] == "list":
    print({listed!r})
else:
    print("https://forge.example/o/r/pull/7")
"""


def forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str, listed: str) -> Path:
    """A stand-in for a forge's command-line tool, which notes how it is called."""
    log = tmp_path / "calls.json"
    (tmp_path / "bin").mkdir()
    path = tmp_path / "bin" / tool
    path.write_text(FORGE.format(python=sys.executable, log=str(log), listed=listed))
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return log


@pytest.mark.parametrize(("tool", "remote"), [("gh", "remote.git"), ("glab", "gitlab.git")])
def test_a_pull_request_is_opened(
    tool: str, remote: str, migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = forge(tmp_path, monkeypatch, tool, "[]")
    repository(tmp_path / remote, FILES, bare=True)
    git(tmp_path, "clone", "-q", str(tmp_path / remote), "work")
    done = migrate(tmp_path / "work", "--push", "origin", "--open-pr")
    assert done.record["pull_request"] == "https://forge.example/o/r/pull/7", done.record["reason"]
    listing, creation = json.loads(log.read_text())
    assert listing[1] == "list"
    assert creation[1] == "create"
    assert "dfix/migrate" in creation and "main" in creation
    assert any("maintainer-to-label" in each for each in creation)


def test_an_open_pull_request_counts(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = forge(tmp_path, monkeypatch, "gh", '[{"url": "https://forge.example/o/r/pull/3"}]')
    repository(tmp_path / "remote.git", FILES, bare=True)
    git(tmp_path, "clone", "-q", str(tmp_path / "remote.git"), "work")
    done = migrate(tmp_path / "work", "--push", "origin", "--open-pr")
    assert done.record["pull_request"] == "https://forge.example/o/r/pull/3"
    assert len(json.loads(log.read_text())) == 1


def test_without_the_forges_tool_the_way_out_is_told(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path / "remote.git", FILES, bare=True)
    git(tmp_path, "clone", "-q", str(tmp_path / "remote.git"), "work")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(line(tmp_path, "--exec-path") + "/git")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    done = migrate(tmp_path / "work", "--push", "origin", "--open-pr")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "--open-pr needs gh" in done.record["reason"]


def test_failures_are_tried_again_on_request_only(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    git(folder, "branch", "dfix")
    assert migrate(folder, "--commit").code == 1
    git(folder, "branch", "-q", "-D", "dfix")
    assert migrate("--resume").code == 1
    done = migrate("--resume", "--retry-failed")
    assert (done.code, done.record["branch"]) == (0, "dfix/migrate")


def test_a_limit_leaves_the_rest_for_later(migrate: Command, tmp_path: Path) -> None:
    for name in "abcde":
        repository(tmp_path / "all" / name, FILES)
    done = migrate(tmp_path / "all", "--limit", "2")
    assert (done.code, len(done.records)) == (0, 2)
    assert "3 are left" in done.err
    done = migrate("--resume")
    assert [each["name"] for each in done.records] == list("abcde")


def test_a_rehearsal_keeps_nothing(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    before = sorted(tmp_path.rglob("*"))
    done = migrate(folder, "--dry-run", out=None)
    assert done.code == 0
    assert "repo: changed: 2 files" in done.out
    assert sorted(tmp_path.rglob("*")) == before


def test_a_log_has_a_line_of_json_for_each_repository(migrate: Command, tmp_path: Path) -> None:
    for name in "ab":
        repository(tmp_path / "all" / name, FILES if name == "a" else {"x": b""})
    done = migrate(tmp_path / "all", "--format", "jsonl")
    lines = [json.loads(each) for each in done.out.splitlines()]
    assert [each.get("name") for each in lines] == ["a", "b", None]
    assert lines[0]["files"] == {"changed": 2}
    assert lines[2] == {"summary": {"changed": 1, "unchanged": 1}}
    assert done.err == ""


def test_quiet_prints_errors_only(migrate: Command, tmp_path: Path) -> None:
    repository(tmp_path / "all" / "a", FILES)
    (tmp_path / "all" / "b").mkdir()
    (tmp_path / "all" / "b" / ".git").write_text("rubbish")
    done = migrate(tmp_path / "all", "--quiet")
    assert done.out == ""
    assert done.err.splitlines() == [
        "b: failed: .git is neither a repository nor says where one is"
    ]


WRONG: dict[str, tuple[list[str], str]] = {
    "no source": (["--out", "x"], "SOURCE is needed"),
    "no folder": (["repo"], "--out DIR is needed"),
    "both ways": (["repo", "--out", "x", "--patch-only", "--commit"], "--patch-only"),
    "a request without a push": (["repo", "--out", "x", "--open-pr"], "--open-pr needs --push"),
    "a branch that is none": (["repo", "--out", "x", "--branch", "a..b"], "--branch"),
    "a branch that git keeps for itself": (["repo", "--out", "x", "--branch", "HEAD"], "--branch"),
    "a remote that is not asked": (["repo", "--out", "x", "--push", "ext::sh"], "--push: ext::sh"),
    "a fixer that is none": (["repo", "--out", "x", "--select", "no-such"], "no-such"),
    "a pattern that is none": (["repo", "--out", "x", "--exclude", "!"], "--exclude"),
    "a source that is none": (["gone", "--out", "x"], "gone: no such folder"),
    "an empty source": (["", "--out", "x"], "it is empty"),
    "an empty folder's name": (["repo", "--out", ""], "it is empty"),
    "an empty remote": (["repo", "--out", "x", "--push", ""], "it is empty"),
    "a name that no file can have": (["a" * 300, "--out", "x"], "File name too long"),
    "a link in a circle": (["circle", "--out", "x"], "Too many levels of symbolic links"),
    "a list of nothing but what is wrong": (["prose", "--out", "x"], "no list of repositories"),
    "an executor that is none": (["repo", "--out", "x", "--executor", "moon"], "--executor"),
    "a campaign that is not there": (["--resume", "--out", "x"], "holds no campaign"),
    "a folder in use": (["repo", "--out", "used"], "is not empty"),
    "a file for a folder": (["repo", "--out", "file"], "file"),
    "again without a campaign": (["repo", "--out", "x", "--retry-failed"], "--resume"),
    "a rehearsal to go on with": (["--resume", "--dry-run"], "--dry-run"),
    "no jobs": (["repo", "--out", "x", "--jobs", "0"], "--jobs"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_call_is_told_in_a_line(
    arguments: list[str],
    told: str,
    migrate: Command,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    from dfix.cli.group import main

    repository(tmp_path / "repo", FILES)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine").touch()
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "prose").write_text("RUN make\n" * 2000)
    assert main(["migrate", *arguments]) == 2
    error = capfd.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "x" / "campaign.sqlite").exists()


def test_a_campaign_is_not_begun_twice_in_a_folder(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    migrate(folder)
    done = migrate(folder)
    assert done.code == 2
    assert "--resume goes on with it" in done.err


@pytest.mark.parametrize(
    "option", ["--level=safe", "--select=key-value-form", "--group=file", "--branch=x"]
)
def test_a_campaign_is_not_gone_on_with_in_another_way(
    option: str, migrate: Command, tmp_path: Path
) -> None:
    folder = repository(tmp_path / "repo", FILES)
    migrate(folder)
    done = migrate("--resume", option)
    assert done.code == 2
    assert f"another {option.partition('=')[0]}" in done.err
    assert migrate("--resume", str(folder)).code == 0


def test_two_runs_are_kept_apart(migrate: Command, tmp_path: Path) -> None:
    from dfix.migrate.journal import Journal

    folder = repository(tmp_path / "repo", FILES)
    done = migrate(folder)
    journal = Journal.resume(done.folder)
    try:
        again = migrate("--resume")
        assert again.code == 2
        assert "another dfix is at work" in again.err
        script = f"from dfix.cli.group import main; raise SystemExit(main(['migrate', '--resume', '--out', {str(done.folder)!r}]))"
        assert (
            subprocess.run(
                [sys.executable, "-c", script], capture_output=True, check=False
            ).returncode
            == 2
        )
    finally:
        journal.close()
    assert migrate("--resume").code == 0


def test_a_damaged_journal_is_told(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    done = migrate(folder)
    (done.folder / "campaign.sqlite").write_bytes(b"rubbish" * 1000)
    again = migrate("--resume")
    assert again.code == 2
    assert "damaged" in again.err or "not a database" in again.err
    assert len(again.err.splitlines()) == 1


def test_without_git_it_is_told(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository(tmp_path / "repo", FILES)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = migrate(folder)
    assert done.code == 2
    assert done.err == "dfix: error: git is not installed, or not on the PATH\n"


def test_git_that_does_not_know_the_user_is_told(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE})
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
    done = migrate(folder, "--commit")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "git does not know who commits: git config --global user.name" in done.record["reason"]
    assert branches(folder) == ["main"]
    patches = migrate(folder, out="patches")
    assert (patches.code, patches.record["status"]) == (0, "changed")
