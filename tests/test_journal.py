import os
import signal
import stat
import subprocess
import sys
from datetime import datetime, tzinfo
from pathlib import Path

import pytest

import dfix.writer
from dfix.journal import Journal, JournalError, UndoResult, UnknownRunError, undo
from dfix.writer import ChangedOnDisk, WriteFailed

OLD, NEW = b"FROM a\n\xff", b"FROM b\n"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path.resolve() / "Dockerfile"
    path.write_bytes(OLD)
    return path


def change(state: Path, file: Path, old: bytes = OLD, new: bytes = NEW) -> Journal:
    journal = Journal.open(state)
    journal.replace(file, old, new)
    journal.close()
    assert journal.problem is None
    return journal


def test_a_run_that_changes_nothing_leaves_nothing(state: Path) -> None:
    Journal.open(state).close()
    assert not state.exists()
    with pytest.raises(UnknownRunError, match="no run to undo"):
        undo(state_dir=state)


@pytest.mark.parametrize("run", ["none", "", ".", "../runs/x", "/etc/passwd"])
def test_an_unknown_run(state: Path, file: Path, run: str) -> None:
    change(state, file)
    with pytest.raises(UnknownRunError):
        undo(run, state)
    assert file.read_bytes() == NEW


def test_a_file_that_was_changed_since_is_left_alone(state: Path, file: Path) -> None:
    change(state, file)
    file.write_bytes(b"theirs")
    assert undo(state_dir=state) == [UndoResult(file, "changed-since")]
    assert file.read_bytes() == b"theirs"


def test_a_file_that_is_gone_stays_gone(state: Path, file: Path) -> None:
    change(state, file)
    file.unlink()
    assert undo(state_dir=state) == [UndoResult(file, "missing")]
    assert not file.exists()


def test_a_file_that_has_become_a_link_is_left_alone(
    state: Path, file: Path, tmp_path: Path
) -> None:
    change(state, file)
    (tmp_path / "other").write_bytes(NEW)
    file.unlink()
    file.symlink_to("other")
    (result,) = undo(state_dir=state)
    assert result.status == "changed-since"
    assert (tmp_path / "other").read_bytes() == NEW


def test_a_file_whose_folder_has_become_a_link_is_left_alone(state: Path, tmp_path: Path) -> None:
    file = tmp_path.resolve() / "d" / "Dockerfile"
    file.parent.mkdir()
    file.write_bytes(OLD)
    change(state, file)
    file.parent.rename(tmp_path / "e")
    file.parent.symlink_to("e")
    (result,) = undo(state_dir=state)
    assert result.status == "changed-since"
    assert file.read_bytes() == NEW


def test_a_file_that_has_become_a_folder_is_left_alone(state: Path, file: Path) -> None:
    change(state, file)
    file.unlink()
    file.mkdir()
    assert undo(state_dir=state) == [UndoResult(file, "changed-since")]


def test_a_file_that_cannot_be_written_has_failed_and_the_run_is_not_undone(
    state: Path, file: Path
) -> None:
    change(state, file)
    file.chmod(0o444)
    assert undo(state_dir=state) == [UndoResult(file, "failed", "the file is read-only")]
    file.chmod(0o644)
    assert undo(state_dir=state) == [UndoResult(file, "restored")]


def test_a_damaged_journal_puts_nothing_back(state: Path, file: Path) -> None:
    change(state, file)
    (held,) = (state / "runs").iterdir()
    held.write_bytes(held.read_bytes().replace(b'"original": "', b'"original": "AAAA'))
    (result,) = undo(state_dir=state)
    assert result.status == "failed"
    assert file.read_bytes() == NEW


@pytest.mark.parametrize("garbage", [b"", b"\n\n", b"{", b"\xff\n", b'{"path": "a', b'{"path": "'])
def test_a_line_that_a_run_died_over_is_passed_over(
    state: Path, file: Path, garbage: bytes
) -> None:
    change(state, file)
    (held,) = (state / "runs").iterdir()
    with held.open("ab") as lines:
        lines.write(garbage)
    assert undo(state_dir=state) == [UndoResult(file, "restored")]
    with pytest.raises(UnknownRunError):
        undo(state_dir=state)


@pytest.mark.parametrize(
    ("garbage", "lines"),
    [
        (b"1\n[]\n{}\n", [2, 3, 4]),
        (b'{"path": 1}\n', [2]),
        (b'{"kept": "x"}', [2]),
        (b"\0\n{", [2]),
    ],
)
def test_other_lines_that_cannot_be_read_are_told(
    state: Path, file: Path, garbage: bytes, lines: list[int]
) -> None:
    change(state, file)
    (held,) = (state / "runs").iterdir()
    with held.open("ab") as journal:
        journal.write(garbage)
    told = [
        UndoResult(held, "failed", f"the journal is damaged: line {line} cannot be read")
        for line in lines
    ]
    assert undo(state_dir=state) == [UndoResult(file, "restored"), *told]
    with pytest.raises(UnknownRunError):
        undo(state_dir=state)


def test_a_line_amid_others_that_cannot_be_read_is_told(state: Path, tmp_path: Path) -> None:
    journal = Journal.open(state)
    files = [tmp_path.resolve() / name for name in "abc"]
    for file in files:
        file.write_bytes(OLD)
        journal.replace(file, OLD, NEW)
    journal.close()
    (held,) = (state / "runs").iterdir()
    first, second, rest = held.read_bytes().split(b"\n", 2)
    held.write_bytes(b"\n".join((first, second[:40], rest)))
    *others, told = undo(state_dir=state)
    assert [result.path for result in others] == [files[2], files[0]]
    assert told.reason == "the journal is damaged: line 2 cannot be read"


def test_later_runs_sort_after_earlier_ones_though_the_clock_goes_back(
    state: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Past(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Past":
            return cls(2001, 2, 3, tzinfo=tz)

    first = change(state, file)
    monkeypatch.setattr("dfix.journal.datetime", Past)
    second = change(state, file, NEW, b"FROM c\n")
    third = change(state, file, b"FROM c\n", b"FROM d\n")
    assert first.run < second.run < third.run
    assert undo(state_dir=state) == [UndoResult(file, "restored")]
    assert file.read_bytes() == b"FROM c\n"


@pytest.mark.parametrize(
    "name", ["zzz", "99999999T999999.999999Z-abcdef", "99991231T235959.999999Z-abcdef"]
)
def test_files_that_are_no_runs_do_not_matter(state: Path, file: Path, name: str) -> None:
    (state / "runs").mkdir(parents=True)
    (state / "runs" / f"{name}.jsonl").write_bytes(b"")
    assert undo(change(state, file).run, state) == [UndoResult(file, "restored")]


def test_a_change_that_did_not_come_about_is_not_undone(
    state: Path, file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_bytes(OLD)
    journal = Journal.open(state)
    journal.replace(other, OLD, NEW)
    with pytest.raises(ChangedOnDisk):
        journal.replace(file, b"FROM c\n", NEW)
    file.chmod(0o444)
    with pytest.raises(WriteFailed):
        journal.replace(file, OLD, NEW)
    journal.close()
    assert [result.path for result in undo(state_dir=state)] == [other.resolve()]


def test_a_run_that_changed_nothing_is_passed_over(state: Path, file: Path) -> None:
    change(state, file)
    journal = Journal.open(state)
    with pytest.raises(ChangedOnDisk):
        journal.replace(file, OLD, NEW)
    journal.close()
    assert not journal.used
    assert undo(journal.run, state) == []
    assert undo(state_dir=state) == [UndoResult(file, "restored")]


def test_a_link_that_leaves_the_tree_is_not_noted(state: Path, file: Path, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "link").symlink_to("../Dockerfile")
    journal = Journal.open(state)
    with pytest.raises(WriteFailed):
        journal.replace(tmp_path / "tree" / "link", OLD, NEW, root=tmp_path / "tree")
    assert not state.exists()


def test_undo(state: Path, file: Path) -> None:
    journal = change(state, file)
    assert file.read_bytes() == NEW
    assert undo(state_dir=state) == [UndoResult(file, "restored")]
    assert file.read_bytes() == OLD
    with pytest.raises(UnknownRunError):
        undo(state_dir=state)
    assert undo(journal.run, state) == [UndoResult(file, "unchanged")]


def test_undo_takes_the_newest_run_that_is_not_undone(state: Path, file: Path) -> None:
    first = change(state, file)
    second = change(state, file, NEW, b"FROM c\n")
    assert first.run < second.run
    assert undo(state_dir=state) == [UndoResult(file, "restored")]
    assert file.read_bytes() == NEW
    assert undo(state_dir=state) == [UndoResult(file, "restored")]
    assert file.read_bytes() == OLD


def test_undo_of_a_run_that_changed_a_file_twice(state: Path, file: Path) -> None:
    journal = Journal.open(state)
    journal.replace(file, OLD, NEW)
    journal.replace(file, NEW, b"FROM c\n")
    journal.close()
    assert [result.status for result in undo(journal.run, state)] == ["restored", "restored"]
    assert file.read_bytes() == OLD


def test_undo_of_a_link_puts_its_target_back(state: Path, file: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("Dockerfile")
    change(state, tmp_path / "link")
    assert undo(state_dir=state) == [UndoResult(file, "restored")]
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("name", ["new\nline", os.fsdecode(b"\xff"), "\u2028"])
def test_odd_names(state: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path.resolve() / name
    file.write_bytes(OLD)
    change(state, file)
    assert undo(state_dir=state) == [UndoResult(file, "restored")]


def test_only_the_user_may_read_it(state: Path, file: Path) -> None:
    change(state, file)
    (held,) = (state / "runs").iterdir()
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "runs").stat().st_mode) == 0o700
    assert stat.S_IMODE(held.stat().st_mode) == 0o600


def test_the_oldest_runs_are_dropped(state: Path, tmp_path: Path) -> None:
    runs = []
    for number in range(52):
        file = tmp_path / str(number)
        file.write_bytes(OLD)
        runs.append(change(state, file).run)
    assert sorted(path.stem for path in (state / "runs").iterdir()) == runs[2:]


@pytest.mark.parametrize("moment", ["before the rename", "after the rename"])
def test_an_interrupted_run_can_be_undone(
    state: Path, file: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    replace_file = dfix.writer.replace_file

    def interrupted(*arguments: object, **keywords: object) -> None:
        if moment == "after the rename":
            replace_file(*arguments, **keywords)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr("dfix.journal.replace_file", interrupted)
    journal = Journal.open(state)
    with pytest.raises(KeyboardInterrupt):
        journal.replace(file, OLD, NEW)
    monkeypatch.undo()
    journal.close()
    status = "restored" if moment == "after the rename" else "unchanged"
    assert undo(state_dir=state) == [UndoResult(file, status)]  # type: ignore[arg-type]
    assert file.read_bytes() == OLD


KILLED = """
import os, signal, sys
from pathlib import Path
from dfix.journal import Journal
moment, state, *files = sys.argv[1:]
replace, replaced = Path.replace, 0
def killed(self, target):
    global replaced
    if moment == "after":
        replace(self, target)
    if replaced == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    replaced += 1
    return replace(self, target) if moment == "before" else target
Path.replace = killed
journal = Journal.open(Path(state))
for file in files:
    journal.replace(Path(file), b"old", b"new")
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_run_can_be_undone(state: Path, tmp_path: Path, moment: str) -> None:
    files = [tmp_path / "d" / name for name in "abc"]
    (tmp_path / "d").mkdir()
    for file in files:
        file.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, moment, str(state), *map(str, files)], check=False
    )
    assert done.returncode == -signal.SIGKILL
    expected = [b"new", b"old" if moment == "before" else b"new", b"old"]
    assert [file.read_bytes() for file in files] == expected
    undo(state_dir=state)
    assert [file.read_bytes() for file in files] == [b"old"] * 3


def test_without_a_journal_the_run_goes_on_and_says_so(file: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("not a folder")
    journal = Journal.open(tmp_path / "state")
    journal.replace(file, OLD, NEW)
    assert file.read_bytes() == NEW
    assert journal.problem is not None
    assert "the journal cannot be written" in journal.problem


def test_without_a_home_the_run_goes_on_and_says_so(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DFIX_STATE_DIR", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr("platformdirs.user_state_dir", lambda *_a, **_k: "~/.local/state/dfix")
    journal = Journal.open()
    assert journal.problem is not None
    assert "DFIX_STATE_DIR" in journal.problem
    journal.replace(file, OLD, NEW)
    assert file.read_bytes() == NEW
    with pytest.raises(JournalError, match="DFIX_STATE_DIR"):
        undo()


def test_the_environment_names_the_folder(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DFIX_STATE_DIR", str(tmp_path / "named"))
    journal = Journal.open()
    journal.replace(file, OLD, NEW)
    journal.close()
    assert (tmp_path / "named" / "runs").is_dir()
    assert undo() == [UndoResult(file, "restored")]


def test_a_new_file_goes_again_with_the_folders_made_for_it(tmp_path: Path) -> None:
    path = tmp_path / "tree" / ".github" / "workflows" / "lint.yml"
    (tmp_path / "tree").mkdir()
    journal = Journal.open(tmp_path / "state")
    journal.create(path, b"new\n", root=tmp_path / "tree")
    journal.close()
    assert [each.status for each in undo(state_dir=tmp_path / "state")] == ["removed"]
    assert list((tmp_path / "tree").iterdir()) == []


def test_a_folder_that_holds_something_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "tree" / ".github" / "lint.yml"
    (tmp_path / "tree").mkdir()
    journal = Journal.open(tmp_path / "state")
    journal.create(path, b"new\n", root=tmp_path / "tree")
    journal.close()
    (path.parent / "mine").write_bytes(b"")
    assert [each.status for each in undo(state_dir=tmp_path / "state")] == ["removed"]
    assert [each.name for each in path.parent.iterdir()] == ["mine"]


def test_a_new_file_that_was_not_made_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "lint.yml"
    path.write_bytes(b"new\n")
    journal = Journal.open(tmp_path / "state")
    with pytest.raises(ChangedOnDisk):
        journal.create(path, b"new\n", root=tmp_path)
    journal.close()
    assert undo(journal.run, tmp_path / "state") == []
    assert path.read_bytes() == b"new\n"
