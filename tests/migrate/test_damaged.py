"""Trees that git itself would not write, and such as are too much for anybody."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .campaigns import Command
from .repositories import (
    AFTER,
    BEFORE,
    Content,
    Link,
    git,
    head_of,
    line,
    raw_tree,
    repository,
    show,
    written,
)

Entries = list[tuple[bytes, bytes, str]]
FILE, FOLDER, LINK = b"100644", b"40000", b"120000"


def bare(folder: Path, entries: Callable[[Path], Entries]) -> Path:
    """A repository with one commit of a tree that is written as it is said."""
    git(folder.parent, "init", "-q", "--bare", folder.name)
    head_of(folder, raw_tree(folder, entries(folder)))
    return folder


def blob(folder: Path, data: bytes) -> str:
    return written(folder, "blob", data)


def below(folder: Path, name: bytes) -> str:
    return raw_tree(folder, [(FILE, name, blob(folder, BEFORE))])


#: Each with the Dockerfiles that are changed, or None where the repository fails.
ODD: dict[str, tuple[Callable[[Path], Entries], dict[str, str] | None]] = {
    "a file twice": (
        lambda r: [
            (FILE, b"Dockerfile", blob(r, BEFORE)),
            (FILE, b"Dockerfile", blob(r, AFTER)),
            (FILE, b"x.Dockerfile", blob(r, BEFORE)),
        ],
        {"Dockerfile": "skipped", "x.Dockerfile": "changed"},
    ),
    "a folder twice": (
        lambda r: [
            (FILE, b"Dockerfile", blob(r, BEFORE)),
            (FOLDER, b"s", below(r, b"Dockerfile")),
            (FOLDER, b"s", below(r, b"b.Dockerfile")),
        ],
        None,
    ),
    "a file and a folder": (
        lambda r: [
            (FILE, b"Dockerfile", blob(r, BEFORE)),
            (FILE, b"s", blob(r, b"x")),
            (FOLDER, b"s", below(r, b"Dockerfile")),
        ],
        {"Dockerfile": "changed", "s/Dockerfile": "skipped"},
    ),
    "no order": (
        lambda r: [(FILE, b"z", blob(r, b"")), (FILE, b"Dockerfile", blob(r, BEFORE))],
        None,
    ),
    "a slash in a name": (
        lambda r: [
            (FILE, b"/etc/Dockerfile", blob(r, BEFORE)),
            (FILE, b"Dockerfile", blob(r, BEFORE)),
        ],
        {"/etc/Dockerfile": "skipped", "Dockerfile": "changed"},
    ),
    "a name that is a path": (
        lambda r: [
            (FILE, b"Dockerfile", blob(r, BEFORE)),
            (FILE, b"a/Dockerfile", blob(r, BEFORE)),
        ],
        None,
    ),
    "a name without letters": (lambda r: [(FILE, b"", blob(r, BEFORE))], None),
    "old and odd modes": (
        lambda r: [
            (b"100664", b"Dockerfile", blob(r, BEFORE)),
            (b"0100644", b"a.Dockerfile", blob(r, BEFORE)),
            (b"100600", b"x", blob(r, b"x")),
            (b"040000", b"y", below(r, b"Dockerfile")),
        ],
        {"Dockerfile": "changed", "a.Dockerfile": "changed", "y/Dockerfile": "changed"},
    ),
    "a file that is a folder": (
        lambda r: [
            (FILE, b"Dockerfile", blob(r, BEFORE)),
            (FILE, b"s.Dockerfile", below(r, b"x")),
        ],
        {"Dockerfile": "changed", "s.Dockerfile": "skipped"},
    ),
    "a folder that is a file": (
        lambda r: [(FILE, b"Dockerfile", blob(r, BEFORE)), (FOLDER, b"s", blob(r, b"x"))],
        None,
    ),
    "a link that is a folder, and odd ones": (
        lambda r: [
            (FILE, b"Dockerfile", blob(r, BEFORE)),
            (LINK, b"l.Dockerfile", blob(r, b"Docker\nfile")),
            (LINK, b"m", blob(r, b"a\0b")),
            (LINK, b"n", blob(r, b"")),
            (LINK, b"s", below(r, b"x")),
        ],
        {"Dockerfile": "changed", "l.Dockerfile": "skipped"},
    ),
    "names that no file system takes": (
        lambda r: [
            (FILE, b"Dockerfile", blob(r, BEFORE)),
            (FILE, b"Dockerfile." + b"x" * 4000, blob(r, BEFORE)),
            (FOLDER, b"y" * 300, below(r, b"Dockerfile")),
        ],
        {
            "Dockerfile": "changed",
            "Dockerfile." + "x" * 4000: "skipped",
            "y" * 300 + "/Dockerfile": "skipped",
        },
    ),
    "no object at all": (
        lambda r: [(FILE, b"Dockerfile", blob(r, BEFORE)), (FILE, b"x", "0" * 40)],
        {"Dockerfile": "changed"},
    ),
}


@pytest.mark.parametrize(("entries", "told"), ODD.values(), ids=ODD)
def test_a_commit_on_an_odd_tree_changes_what_it_says_or_is_not_made(
    entries: Callable[[Path], Entries],
    told: dict[str, str] | None,
    migrate: Command,
    tmp_path: Path,
) -> None:
    folder = bare(tmp_path / "repo.git", entries)
    done = migrate(folder, "--commit")
    if told is None:
        assert (done.code, done.record["status"]) == (1, "failed")
        assert "internal" not in done.record["reason"]
        assert not git(folder, "for-each-ref", "refs/heads/dfix")
        return
    assert done.code == 0, done.err
    assert done.statuses == told
    changed = git(folder, "diff-tree", "-r", "--name-status", "main", "dfix/migrate")
    wanted = sorted(f"M\t{path}" for path, state in told.items() if state == "changed")
    assert changed.decode().splitlines() == wanted


def test_a_filter_is_found_beside_paths_that_git_would_not_take(
    migrate: Command, tmp_path: Path
) -> None:
    files: dict[str, Content] = {
        ".git/Dockerfile": BEFORE,
        ".gitattributes": b"crypt.* filter=x\n[attr]secret filter=y\nodd.* secret\n",
        "Dockerfile": BEFORE,
        "crypt.Dockerfile": BEFORE,
        "odd.Dockerfile": BEFORE,
    }
    done = migrate(repository(tmp_path / "repo", files, bare=True), "--commit")
    assert done.statuses == {
        "Dockerfile": "changed",
        "crypt.Dockerfile": "skipped",
        "odd.Dockerfile": "skipped",
    }


def test_attributes_that_cannot_be_read_are_not_taken_for_none(
    migrate: Command, tmp_path: Path
) -> None:
    files: dict[str, Content] = {"Dockerfile": BEFORE, ".gitattributes": b"* filter=x\n"}
    folder = repository(tmp_path / "repo", files)
    oid = line(folder, "rev-parse", "HEAD:.gitattributes")
    (folder / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    done = migrate(folder, "--commit")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert ".gitattributes is missing" in done.record["reason"]


@pytest.mark.parametrize("depth", [200, 201, 1500])
def test_folders_in_folders_in_folders(depth: int, migrate: Command, tmp_path: Path) -> None:
    folder = tmp_path / "repo"
    git(tmp_path, "init", "-q", "--bare", "repo")
    deep = b"/".join([b"x"] * depth) + b"/Dockerfile"
    stream = b"commit refs/heads/main\ncommitter A <a@b.c> 1 +0000\ndata 1\nx\n"
    for path in (deep, b"Dockerfile"):
        stream += b"M 100644 inline %s\ndata %d\n%s\n" % (path, len(BEFORE), BEFORE)
    git(folder, "fast-import", "--quiet", data=stream)
    done = migrate(folder, "--commit")
    assert done.code == 0, done.err
    assert done.statuses == {
        "Dockerfile": "changed",
        deep.decode(): "changed" if depth == 200 else "skipped",
    }
    assert not list(done.folder.glob(".dfix-*"))


def test_a_folder_that_holds_itself_ten_times_over_fails(migrate: Command, tmp_path: Path) -> None:
    folder = tmp_path / "bomb.git"
    git(tmp_path, "init", "-q", "--bare", "bomb.git")
    held, mode = blob(folder, BEFORE), FILE
    for _ in range(10):
        held = raw_tree(folder, [(mode, b"Dockerfile%d" % at, held) for at in range(10)])
        mode = FOLDER
    head_of(folder, held)
    other = repository(tmp_path / "other", {"Dockerfile": BEFORE})
    done = migrate(folder, other)
    assert [each["status"] for each in done.records] == ["failed", "changed"]
    assert "over" in done.records[0]["reason"]


def test_many_files_are_too_many(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dfix.migrate.snapshot._ENTRIES", 2)
    files: dict[str, Content] = {"Dockerfile": BEFORE, "a": b"", "b": b""}
    done = migrate(repository(tmp_path / "repo", files, bare=True))
    assert (done.code, done.record["reason"]) == (1, "the commit holds over 2 files")


def test_what_unpacks_to_a_great_deal_is_not_unpacked(migrate: Command, tmp_path: Path) -> None:
    zeros = bytes(70 * 1024 * 1024)
    files: dict[str, Content] = {
        "Dockerfile": BEFORE + b"ADD zeros.tar /x/\n",
        "zeros.tar": zeros,
        "big/Dockerfile": zeros,
        "link": Link("zeros.tar"),
    }
    folder = repository(tmp_path / "repo", files, bare=True)
    done = migrate(folder, "--commit")
    assert done.statuses == {"Dockerfile": "changed", "big/Dockerfile": "skipped"}
    assert done.reasons["big/Dockerfile"] == "too large"
    assert b"ADD zeros.tar" in show(folder, "dfix/migrate:Dockerfile")


def test_unpacking_has_its_end(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dfix.migrate.snapshot._READ", 1000)
    files: dict[str, Content] = {"Dockerfile": BEFORE, "x": bytes(900), "z.Dockerfile": BEFORE * 50}
    done = migrate(repository(tmp_path / "repo", files, bare=True))
    assert done.statuses == {"Dockerfile": "changed", "z.Dockerfile": "skipped"}
