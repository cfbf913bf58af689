"""Campaigns over sets of files: lists, archives and tables in, parts out."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from dfix.config import Settings
from dfix.migrate import filecampaign
from dfix.migrate.files import File, FileSetError
from dfix.migrate.filesets import Chunk, FileSet, chunks, member_name
from dfix.migrate.filework import Recipe, rewrite_chunk
from dfix.selection import Selection

from .campaigns import Command, Done
from .repositories import AFTER, BEFORE


def parts(folder: Path) -> dict[str, bytes]:
    """The files of all results."""
    return {path.name: path.read_bytes() for path in sorted((folder / "results").iterdir())}


def lines(done: Done) -> dict[str, dict[str, Any]]:
    """The records of all parts by path."""
    found = {}
    for path in sorted((done.folder / "results").glob("*.jsonl")):
        for line in path.read_text("ascii").splitlines():
            record = json.loads(line)
            found[record["path"]] = record
    return found


def members(done: Done) -> dict[str, bytes]:
    """The rewritten files of all parts."""
    found = {}
    for path in sorted((done.folder / "results").glob("*.tar")):
        with tarfile.open(path) as archive:
            for member in archive:
                held = archive.extractfile(member)
                assert held is not None
                found[member.name] = held.read()
    return found


def listing(folder: Path, count: int) -> Path:
    """A list of some files."""
    folder.mkdir()
    for at in range(count):
        (folder / f"{at:04}.Dockerfile").write_bytes(BEFORE + b"# %d\n" % at)
    (folder / "list.txt").write_text("".join(f"{at:04}.Dockerfile\n" for at in range(count)))
    return folder / "list.txt"


def archive(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as packed:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
    return path


def test_a_list(migrate: Command, tmp_path: Path) -> None:
    done = migrate("--files", listing(tmp_path / "set", 250))
    assert done.code == 0, done.err
    assert sorted(parts(done.folder)) == [
        f"part-00000{n}.{ending}" for n in (1, 2, 3) for ending in ("jsonl", "tar")
    ]
    assert members(done)["0007.Dockerfile"] == AFTER + b"# 7\n"
    assert {each["status"] for each in lines(done).values()} == {"changed"}
    assert (tmp_path / "set" / "0007.Dockerfile").read_bytes() == BEFORE + b"# 7\n"
    report = json.loads((done.folder / "report.json").read_text("utf-8"))
    assert report["totals"]["files"]["changed"] == 250


def test_a_list_with_all_that_may_be_in_one(migrate: Command, tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(BEFORE)
    (tmp_path / "same").write_bytes(AFTER)
    (tmp_path / "bad").write_bytes(b"FOO\n")
    (tmp_path / "template").write_bytes(b"FROM {{ x }}\n")
    (tmp_path / "large").write_bytes(b"#" * (5 * 1024 * 1024))
    (tmp_path / "lfs").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    names = [
        "good",
        "same",
        "bad",
        "template",
        "large",
        "lfs",
        "pipe",
        "folder",
        "missing",
        "x" * 5000,
    ]
    (tmp_path / "list").write_bytes("\r\n".join(["# all", "", *names]).encode())
    done = migrate("--files", tmp_path / "list")
    assert done.code == 0, done.err
    found = lines(done)
    assert {name: found[name]["status"] for name in names} == {
        "good": "changed", "same": "unchanged", "bad": "failed", "template": "skipped", "large": "failed",
        "lfs": "skipped", "pipe": "failed", "folder": "failed", "missing": "failed", "x" * 5000: "failed",
    }  # fmt: skip
    assert found["bad"]["reason"].startswith("line 1: ")
    assert members(done) == {"good": AFTER}


def test_a_list_with_nuls(migrate: Command, tmp_path: Path) -> None:
    (tmp_path / "a\nb").write_bytes(BEFORE)
    (tmp_path / "#c").write_bytes(BEFORE)
    (tmp_path / "list").write_bytes(b"a\nb\0#c\0")
    done = migrate("--files", tmp_path / "list")
    assert members(done) == {"a\nb": AFTER, "#c": AFTER}


@pytest.mark.parametrize(("ending", "mode"), [("tar", "w"), ("tar.gz", "w:gz"), ("tgz", "w:gz"),
                                              ("tar.bz2", "w:bz2"), ("tar.xz", "w:xz")])  # fmt: skip
def test_an_archive(ending: str, mode: str, migrate: Command, tmp_path: Path) -> None:
    path = archive(
        tmp_path / f"set.{ending}", {"a/Dockerfile": BEFORE, "b/Dockerfile": AFTER}, mode
    )
    done = migrate("--files", path)
    assert done.code == 0, done.err
    assert members(done) == {"a/Dockerfile": AFTER}
    assert lines(done)["b/Dockerfile"]["status"] == "unchanged"


def test_a_hostile_archive(migrate: Command, tmp_path: Path) -> None:
    path = tmp_path / "set.tar"
    with tarfile.open(path, "w") as packed:
        for name, kind in (("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("pipe", tarfile.FIFOTYPE),
                           ("device", tarfile.CHRTYPE), ("folder", tarfile.DIRTYPE)):  # fmt: skip
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            packed.addfile(member)
        for name in ("../up", "/abs", "a/../../b", "large"):
            member = tarfile.TarInfo(name)
            data = BEFORE if name != "large" else b"#" * (5 * 1024 * 1024)
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
    done = migrate("--files", path)
    assert done.code == 0, done.err
    assert {name: each["status"] for name, each in lines(done).items()} == {
        "link": "skipped", "hard": "skipped", "pipe": "skipped", "device": "skipped",
        "../up": "skipped", "/abs": "skipped", "a/../../b": "skipped", "large": "failed",
    }  # fmt: skip
    assert members(done) == {}


def test_a_table(migrate: Command, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    contents = [BEFORE.decode(), None, AFTER.decode(), "FOO\n"] * 50
    table = pyarrow.table({"id": list(range(200)), "Content": contents})
    parquet.write_table(table, tmp_path / "set.parquet")
    done = migrate("--files", tmp_path / "set.parquet")
    assert done.code == 0, done.err
    assert sorted(parts(done.folder)) == ["part-000001.parquet", "part-000002.parquet"]
    rows = parquet.read_table(done.folder / "results" / "part-000001.parquet").to_pylist()
    assert [row["status"] for row in rows[:4]] == ["changed", "skipped", "unchanged", "failed"]
    assert [row["content"] for row in rows[:4]] == [AFTER, None, AFTER, b"FOO\n"]
    assert json.loads(rows[0]["findings"])[0]["fixer"]
    assert rows[5]["path"] == "5"


def test_a_table_of_bytes(migrate: Command, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({"path": ["a"], "bytes": pyarrow.array([b"# \xff\n" + BEFORE])})
    parquet.write_table(table, tmp_path / "odd-name")
    done = migrate("--files", tmp_path / "odd-name")
    (row,) = parquet.read_table(done.folder / "results" / "part-000001.parquet").to_pylist()
    assert row["content"] == b"# \xff\n" + AFTER


DAMAGED: dict[str, tuple[bytes, str]] = {
    "set.tar": (b"rubbish" * 200, "damaged"),
    "set.tar.gz": (b"\x1f\x8b\x08" + b"rubbish" * 200, "damaged"),
    "set.parquet": (b"PAR1" + b"rubbish" * 200, "damaged"),
    "list": (b"x" * 3_000_000, "no list"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_set_is_told(name: str, migrate: Command, tmp_path: Path) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    data, told = DAMAGED[name]
    (tmp_path / name).write_bytes(data)
    done = migrate("--files", tmp_path / name)
    assert done.code == 2
    assert told in done.err
    assert len(done.err.splitlines()) == 1


def test_a_table_without_the_columns_is_told(migrate: Command, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"a": [1]}), tmp_path / "set.parquet")
    done = migrate("--files", tmp_path / "set.parquet")
    assert done.code == 2
    assert "no column is called content, contents" in done.err
    assert "there are a" in done.err


def test_without_pyarrow_a_hint_is_given(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "set.parquet").write_bytes(b"PAR1")
    done = migrate("--files", tmp_path / "set.parquet")
    assert done.code == 2
    assert "pip install 'dfix[parquet]'" in done.err


@pytest.mark.parametrize(
    "option", ["--commit", "--push=x", "--group=file", "--exclude=x", "--dry-run"]
)
def test_what_is_about_repositories_is_refused(
    option: str, migrate: Command, tmp_path: Path
) -> None:
    done = migrate("--files", listing(tmp_path / "set", 1), option)
    assert done.code == 2
    assert "--files" in done.err


def test_a_set_that_is_not_there_is_told(migrate: Command, tmp_path: Path) -> None:
    done = migrate("--files", tmp_path / "gone")
    assert done.code == 2
    assert "gone" in done.err
    assert not done.folder.exists()


def test_a_limit_and_going_on(migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 350)
    whole = migrate("--files", set_of_files, out="whole")
    migrate("--files", set_of_files, "--limit", "1")
    done = migrate("--resume")
    assert done.code == 0, done.err
    assert parts(done.folder) == parts(whole.folder)


def test_what_a_killed_process_left_is_removed(migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 5)
    first = migrate("--files", set_of_files, "--part-files", "2", "--limit", "1")
    left = [
        folder / ".dfix-0123456789abcdef" for folder in (first.folder, first.folder / "results")
    ]
    for path in left:
        path.touch()
    done = migrate("--resume")
    assert done.code == 0, done.err
    assert [path.name for path in left if path.exists()] == []


def test_parts_of_another_size(migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 5)
    done = migrate("--files", set_of_files, "--part-files", "2", "--limit", "2")
    assert [path.name for path in sorted((done.folder / "results").glob("*.tar"))] == [
        "part-000001.tar",
        "part-000002.tar",
    ]
    refused = migrate("--resume", "--part-files", "3")
    assert refused.code == 2
    assert "another --part-files" in refused.err
    again = migrate("--resume", "--files", str(set_of_files))
    assert again.code == 0, again.err
    assert len(members(again)) == 5


def test_a_list_on_standard_input_is_given_again(tmp_path: Path) -> None:
    listing(tmp_path / "set", 5)
    names = (tmp_path / "set" / "list.txt").read_bytes()

    def run(*arguments: str, data: bytes) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "dfix", "migrate", "--out", str(tmp_path / "out")]
        return subprocess.run(
            [*command, "--jobs", "1", *arguments],
            cwd=tmp_path / "set", input=data, capture_output=True, check=False,
        )  # fmt: skip

    first = run("--files", "-", "--part-files", "2", "--limit", "1", data=names)
    assert first.returncode == 0, first.stderr
    refused = run("--resume", data=names.replace(b"0000", b"0004"))
    assert refused.returncode == 2
    assert b"has changed since part-000001 was made" in refused.stderr
    done = run("--resume", data=names)
    assert done.returncode == 0, done.stderr
    assert len(parts(tmp_path / "out")) == 6


def test_columns_go_with_tables(migrate: Command, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"a": ["x"], "b": [BEFORE.decode()], "content": ["FOO"]})
    parquet.write_table(table, tmp_path / "set.parquet")
    done = migrate("--files", tmp_path / "set.parquet", "--path-column=a", "--content-column=b")
    (row,) = parquet.read_table(done.folder / "results" / "part-000001.parquet").to_pylist()
    assert (row["path"], row["content"], row["status"]) == ("x", AFTER, "changed")
    refused = migrate("--files", listing(tmp_path / "set", 1), "--path-column=a", out="list")
    assert (refused.code, "only a table has columns" in refused.err) == (2, True)
    refused = migrate(tmp_path, "--path-column=a", out="none")
    assert (refused.code, "go with --files" in refused.err) == (2, True)


def test_a_set_that_became_shorter_is_refused(migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 250)
    migrate("--files", set_of_files)
    names = set_of_files.read_text().splitlines(keepends=True)
    set_of_files.write_text("".join(names[:200]))
    done = migrate("--resume")
    assert done.code == 2
    assert "has changed since part-000003 was made" in done.err


def test_a_set_that_changed_is_refused(migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 150)
    migrate("--files", set_of_files, "--limit", "1")
    (tmp_path / "set" / "0003.Dockerfile").write_bytes(AFTER)
    done = migrate("--resume")
    assert done.code == 2
    assert "has changed since part-000001 was made" in done.err


def test_several_processes_give_the_same(migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 450)
    one = migrate("--files", set_of_files, out="one")
    command = [sys.executable, "-m", "dfix", "migrate", "--files", str(set_of_files), "--jobs", "3"]
    subprocess.run([*command, "--out", str(tmp_path / "three")], check=True, capture_output=True)
    assert parts(tmp_path / "three") == parts(one.folder)


def test_killed_again_and_again_it_ends_the_same(migrate: Command, tmp_path: Path) -> None:
    set_of_files = listing(tmp_path / "set", 700)
    whole = migrate("--files", set_of_files, out="whole")
    out = tmp_path / "killed"
    pauses = random.Random(11)
    kills = 0
    arguments = ["--files", str(set_of_files)]
    for _ in range(100):
        process = subprocess.Popen(
            [sys.executable, "-m", "dfix", "migrate", *arguments, "--out", str(out), "--jobs", "2"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            process.wait(timeout=pauses.uniform(0.3, 1.5) if kills < 10 else None)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        process.communicate()
        if process.returncode == 0 and kills >= 10:
            break
        arguments = ["--resume"] if process.returncode != 2 else ["--files", str(set_of_files)]
    else:
        raise AssertionError("it never came to its end")
    assert parts(out) == parts(whole.folder)
    killed = json.loads((out / "report.json").read_text())
    once = json.loads((whole.folder / "report.json").read_text())
    for each in (killed, once):
        each["campaign"].pop("started")
    assert killed == once


def test_beyond_a_number_files_are_only_counted(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_of_files = listing(tmp_path / "set", 350)
    whole = migrate("--files", set_of_files, out="whole")
    monkeypatch.setattr(filecampaign, "LISTED", 120)
    done = migrate("--files", set_of_files)
    report = json.loads((done.folder / "report.json").read_text())
    all_listed = json.loads((whole.folder / "report.json").read_text())
    for name in ("totals", "fixers", "levels", "refused"):
        assert report[name] == all_listed[name]
    assert [len(each["files"]) for each in report["repositories"]] == [100, 0, 0, 0]
    assert report["repositories"][3]["unlisted"] == {"changed": 50}
    assert report["repositories"][0]["unlisted"] is None
    assert len(lines(done)) == 350
    assert all(each["diff"] for each in lines(done).values())


def test_chunks_are_bounded() -> None:
    files = [File(str(at), b"x" * size) for at, size in enumerate([1, 1, 1, 1, 9, 2, 2])]
    made = list(chunks(iter(files), count=3, size=4))
    assert [[len(file.data) for file in chunk.files] for chunk in made] == [
        [1, 1, 1],
        [1],
        [9],
        [2, 2],
    ]
    assert [chunk.number for chunk in made] == [1, 2, 3, 4]
    assert list(chunks(iter([]), count=3, size=4)) == []


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("a", "a"),
        ("/etc/x", "etc/x"),
        ("../../x", "x"),
        ("a/./b//c", "a/b/c"),
        ("..", "file"),
        ("a\\..\\b", "a/b"),
    ],
)
def test_names_in_results_lead_nowhere(name: str, member: str) -> None:
    assert member_name(name) == member


RECIPE = Recipe.of(Selection(), Settings())


#: Makes a process die of a file that says so, wherever this is run.
DEADLY = """
import os, signal
from dfix.migrate import filework

def deadly(data, request, fix_bytes=filework.fix_bytes):
    if b"# poison" in data:
        os.kill(os.getpid(), signal.SIGKILL)
    return fix_bytes(data, request)

filework.fix_bytes = deadly
"""

CALL = """
import sys
from dfix.cli.group import main

sys.exit(main(sys.argv[1:]))
"""


def poisoned(folder: Path) -> Path:
    """A list in which one file is deadly."""
    path = listing(folder, 30)
    (folder / "0017.Dockerfile").write_bytes(BEFORE + b"# poison\n")
    return path


def run_deadly(set_of_files: Path, out: Path) -> Done:
    """A campaign in a process of its own, whose processes die."""
    done = subprocess.run(
        [sys.executable, "-c", DEADLY + CALL, "migrate", "--files", str(set_of_files),
         "--out", str(out), "--jobs", "2", "--part-files", "10"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr, out)


@pytest.mark.skipif(sys.platform != "linux", reason="only forked processes are deadly, too")
def test_what_a_process_died_of_costs_itself_alone(tmp_path: Path) -> None:
    done = run_deadly(poisoned(tmp_path / "set"), tmp_path / "out")
    assert done.code == 0, done.err
    found = lines(done)
    failed = {name: each["reason"] for name, each in found.items() if each["status"] != "changed"}
    told = "internal error: the process that worked on it died"
    assert failed == {"0017.Dockerfile": told}
    assert list(found) == [f"{at:04}.Dockerfile" for at in range(30)]
    assert members(done)["0008.Dockerfile"] == AFTER + b"# 8\n"


def test_a_fault_of_dfix_costs_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    from dfix.migrate import filework

    def faulty(data: bytes, request: Any) -> Any:
        raise RuntimeError("of its own")

    monkeypatch.setattr(filework, "fix_bytes", faulty)
    (file,) = rewrite_chunk(RECIPE, Chunk(1, (File("a", BEFORE),))).files
    assert (file.record.status, file.record.reason) == (
        "failed",
        "internal error: RuntimeError: of its own",
    )


def test_what_is_no_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileSetError):
        FileSet.of(tmp_path)
