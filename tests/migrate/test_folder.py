"""The campaign's own folder: planted links, no room, what is kept there, and what must not stand there."""

import os
import stat
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from dfix.git import without_credentials
from dfix.migrate.sources import SourceError, expand

from .campaigns import Command
from .repositories import BEFORE, Content, commit, git, line, repository

FILES: dict[str, Content] = {"Dockerfile": BEFORE}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"/"
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("name", ["patches", "clones", "campaign.sqlite", "campaign.lock"])
def test_nothing_is_written_through_a_link(name: str, migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    source = f"file://{folder}"
    done = migrate(source, "--commit", "--limit", "1")
    assert done.code == 0, done.err
    elsewhere = tmp_path / "elsewhere"
    (done.folder / name).rename(elsewhere)
    (done.folder / name).symlink_to(elsewhere)
    git(folder, "config", "receive.denyCurrentBranch", "ignore")
    before = contents(elsewhere) if elsewhere.is_dir() else {"": elsewhere.read_bytes()}
    again = migrate("--resume", "--push", "origin")
    after = contents(elsewhere) if elsewhere.is_dir() else {"": elsewhere.read_bytes()}
    assert after == before
    assert again.code == (1 if name == "clones" else 2)
    assert "link" in again.err
    assert len(git(folder, "for-each-ref", "refs/heads").splitlines()) == 1


@pytest.mark.parametrize("name", ["report.html", "report.json", "report.md"])
def test_a_report_takes_the_place_of_a_link(name: str, migrate: Command, tmp_path: Path) -> None:
    done = migrate(repository(tmp_path / "repo", FILES))
    (tmp_path / "mine").write_text("precious")
    (done.folder / name).unlink()
    (done.folder / name).symlink_to(tmp_path / "mine")
    assert migrate("--resume").code == 0
    assert (tmp_path / "mine").read_text() == "precious"
    assert not (done.folder / name).is_symlink()


@pytest.mark.parametrize("name", ["campaign.sqlite", "campaign.lock"])
def test_a_planted_journal_is_not_begun_with(name: str, migrate: Command, tmp_path: Path) -> None:
    (tmp_path / "campaigns" / "out").mkdir(parents=True)
    (tmp_path / "mine").touch()
    (tmp_path / "campaigns" / "out" / name).symlink_to(tmp_path / "mine")
    done = migrate(repository(tmp_path / "repo", FILES))
    assert (done.code, (tmp_path / "mine").read_bytes()) == (2, b"")
    assert "a link" in done.err and len(done.err.splitlines()) == 1


def test_the_journal_is_the_users_alone(migrate: Command, tmp_path: Path) -> None:
    done = migrate(repository(tmp_path / "repo", FILES))
    for name in ("campaign.sqlite", "campaign.lock"):
        assert stat.S_IMODE((done.folder / name).stat().st_mode) == 0o600


def test_what_is_not_dfixs_own_stays_in_the_folder(migrate: Command, tmp_path: Path) -> None:
    done = migrate(repository(tmp_path / "repo", FILES))
    (done.folder / "work-notes").mkdir()
    (done.folder / "work-notes" / "mine").touch()
    for left in (done.folder / ".dfix-work-x", done.folder / "clones" / ".dfix-work-y"):
        left.mkdir(parents=True)
        (left / "half").touch()
    (done.folder / "patches" / ".dfix-0123456789abcdef").touch()
    assert migrate("--resume").code == 0
    assert (done.folder / "work-notes" / "mine").exists()
    assert not list(done.folder.rglob(".dfix-*"))


def test_work_on_a_kept_clone_is_not_thrown_away(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    done = migrate(f"file://{folder}", "--commit")
    kept = done.folder / "clones" / "repo.git"
    mine = commit(kept, {"x": b""}, "mine")
    assert migrate("--resume", "--push", "origin").code == 0
    assert line(kept, "rev-parse", "mine") == mine
    assert line(folder, "rev-parse", "dfix/migrate") == done.record["commits"][-1]


def test_a_kept_clone_with_another_branch_is_refused(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    done = migrate(f"file://{folder}", "--commit")
    kept = done.folder / "clones" / "repo.git"
    mine = commit(kept, {"x": b""}, "dfix/migrate")
    again = migrate("--resume", "--push", "origin")
    assert (again.code, again.record["status"]) == (1, "failed")
    assert "move that folder away" in again.record["reason"]
    assert line(kept, "rev-parse", "dfix/migrate") == mine


@pytest.mark.parametrize("fails", ["finish", "patch", "report"])
def test_no_room_is_told_in_a_line_and_gone_on_from(
    fails: str, migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    folder = repository(tmp_path / "repo", FILES)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        if fails == "finish":
            done = migrate(folder, "--limit", "1")
            from dfix.migrate.journal import Journal

            opened = Journal.resume

            def small(where: Path) -> Journal:
                journal = opened(where)
                journal._connection.execute("PRAGMA query_only=ON")
                return journal

            patched.setattr(Journal, "resume", small)
            done = migrate("--resume", "--commit")
        else:
            where = "campaign.whole_file" if fails == "patch" else "campaign.write_report"
            patched.setattr(f"dfix.migrate.{where}", full)
            done = migrate(folder)
    assert done.code == 2
    assert "cannot be written" in done.err
    assert "internal" not in done.err and "Traceback" not in done.err
    again = migrate("--resume")
    assert (again.code, again.record["status"]) == (0, "changed"), again.err


def test_a_folder_that_may_not_be_written_is_told(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    (tmp_path / "campaigns").write_text("a file")
    done = migrate(folder)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1 and "internal" not in done.err


def test_a_current_folder_that_is_gone_is_told(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository(tmp_path / "repo", FILES)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    done = migrate(folder)
    assert done.code == 2
    assert "the current folder cannot be read: No such file" in done.err
    monkeypatch.chdir(tmp_path)


SECRETS = (
    "https://user:secret@host/x",
    "https://user:se@cret@host/x",
    "https://secret@host/x",
    "ssh://user:secret@host:22/x",
)


@pytest.mark.parametrize("address", SECRETS)
def test_a_password_is_never_shown(address: str) -> None:
    assert "cret" not in without_credentials(address)
    assert "host" in without_credentials(f"fatal: unable to access '{address}'")


def test_a_password_is_in_no_report(migrate: Command, tmp_path: Path) -> None:
    address = f"file://user:se@cret@{tmp_path}/gone"
    done = migrate(repository(tmp_path / "repo", FILES), address, "--push", address)
    assert done.code == 1
    for name in ("report.html", "report.json", "report.md"):
        assert "cret@" not in (done.folder / name).read_text("utf-8")
    assert "cret@" not in done.err + done.out


def test_a_campaign_does_not_go_back(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    assert migrate(folder, "--commit").code == 0
    done = migrate("--resume", "--patch-only")
    assert (done.code, "--patch-only" in done.err) == (2, True)
    done = migrate(folder, "--push", "", out="other")
    assert (done.code, "--push" in done.err) == (2, True)


def test_clones_of_a_campaign_are_nobodys_repositories(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "all" / "repo", FILES)
    inside = Command(tmp_path / "all", migrate.capture)
    assert inside(f"file://{folder}", "--commit", out="campaign").code == 0
    done = migrate(tmp_path / "all")
    assert [each["name"] for each in done.records] == ["repo"]


def test_a_campaign_may_lie_in_a_repository(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", FILES)
    inside = Command(folder / "campaigns", migrate.capture)
    done = inside(folder, "--commit")
    assert (done.code, done.record["branch"]) == (0, "dfix/migrate")
    assert git(folder, "status", "--porcelain").decode().split() == ["??", "campaigns/"]


def test_a_list_from_another_system(tmp_path: Path, migrate: Command) -> None:
    for name in ("a", "b", "caf\udce9"):
        repository(tmp_path / name, FILES)
    (tmp_path / "list").write_bytes(b"\xef\xbb\xbfa\r\nb\r\ncaf\xe9\r\n")
    done = migrate(tmp_path / "list")
    assert [each["status"] for each in done.records] == ["changed"] * 3
    for each in done.records:
        assert each["name"].isascii()


def test_a_list_on_standard_input_need_not_be_text(
    tmp_path: Path, migrate: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path / "caf\udce9", FILES)
    given = TextIOWrapper(BytesIO(b"caf\xe9\n"), encoding="utf-8", errors="strict")
    monkeypatch.setattr(sys, "stdin", given)
    done = migrate("-", "--format", "jsonl")
    assert (done.code, done.record["status"]) == (0, "changed"), done.err
    assert len(done.out.splitlines()) == 2


def test_all_wrong_lines_are_told_at_once(tmp_path: Path) -> None:
    repository(tmp_path / "a", FILES)
    (tmp_path / "list").write_text("a\nx\na\ny\nz\n")
    told = r"^list:2: x: no such folder; and 2 more like it, in line 4, 5$"
    with pytest.raises(SourceError, match=told):
        expand(["list"], cwd=tmp_path)
    (tmp_path / "list").write_text("".join(f"x{at}\n" for at in range(40)))
    with pytest.raises(SourceError, match=r"39 more like it, in line 2, .*, 11, \.\.\.$"):
        expand(["list"], cwd=tmp_path)


def test_a_very_long_list_is_read_in_no_time(tmp_path: Path) -> None:
    many = 50_000
    text = "".join(f"https://example.com/o/r.git branch-{at}\n" for at in range(many))
    (tmp_path / "list").write_text(text)
    begun = os.times().user
    names = [each.name for each in expand(["list"], cwd=tmp_path)]
    assert os.times().user - begun < 20
    assert (len(names), len(set(names))) == (many, many)
