"""Many files in one run."""

import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from dfix.discovery import Candidate
from dfix.engine import Request, Result
from dfix.journal import Journal
from dfix.runner import LIMIT, FileReport, Runner, Work
from dfix.selection import Selection

ADD = b"FROM debian:12\nADD . /app\n"
COPY = b"FROM debian:12\nCOPY . /app\n"
SELECTION = Selection(select=("add-to-copy",))


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path, SELECTION)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal.open(tmp_path / "state")
    yield journal
    journal.close()


def _write(folder: Path, **files: bytes) -> None:
    for name, data in files.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "Dockerfile").write_bytes(data)


def _statuses(runner: Runner) -> list[tuple[str, str]]:
    return [(each.name, each.status) for each in runner.reports()]


def test_no_files(work: Work) -> None:
    assert list(Runner([Path()], work).reports()) == []


def test_nothing_is_written_without_a_journal(work: Work) -> None:
    _write(work.cwd, a=ADD)
    assert _statuses(Runner([Path()], work)) == [("a/Dockerfile", "changed")]
    assert (work.cwd / "a" / "Dockerfile").read_bytes() == ADD


@pytest.mark.parametrize("jobs", [1, 2])
def test_order_and_writing(work: Work, journal: Journal, jobs: int) -> None:
    _write(work.cwd, c=ADD, a=COPY, b=b"FRON x\n", d=b"FROM {{ x }}\n")
    assert _statuses(Runner([Path()], work, jobs=jobs, journal=journal)) == [
        ("a/Dockerfile", "unchanged"),
        ("b/Dockerfile", "failed"),
        ("c/Dockerfile", "changed"),
        ("d/Dockerfile", "skipped"),
    ]
    assert (work.cwd / "c" / "Dockerfile").read_bytes() == COPY
    assert (work.cwd / "b" / "Dockerfile").read_bytes() == b"FRON x\n"


def test_a_file_is_written_before_its_report_is_given(work: Work, journal: Journal) -> None:
    _write(work.cwd, a=ADD, b=ADD)
    reports = Runner([Path()], work, jobs=1, journal=journal).reports()
    next(reports)
    assert (work.cwd / "a" / "Dockerfile").read_bytes() == COPY
    assert (work.cwd / "b" / "Dockerfile").read_bytes() == ADD


def test_a_file_that_changes_meanwhile(
    work: Work, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(work.cwd, a=ADD, b=ADD)
    theirs = ADD + b"USER app\n"

    def slow(data: bytes, request: Request) -> Result:
        (work.cwd / "a" / "Dockerfile").write_bytes(theirs)
        return Result(data, COPY)

    monkeypatch.setattr("dfix.runner.fix_bytes", slow)
    first, second = Runner([Path()], work, jobs=1, journal=journal).reports()
    assert (first.status, str(first.error)) == ("failed", "changed on disk meanwhile")
    assert (work.cwd / "a" / "Dockerfile").read_bytes() == theirs
    assert second.status == "changed"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"#" * (LIMIT + 1), "larger than 4 MiB", id="large"),
        pytest.param(b"FRON x\n", "", id="rejected"),
    ],
)
def test_files_that_cannot_be_handled(work: Work, data: bytes, message: str) -> None:
    _write(work.cwd, a=data)
    (report,) = Runner([Path()], work).reports()
    assert report.status == "failed"
    assert message in str(report.error)


def test_what_is_no_file(work: Work) -> None:
    os.mkfifo(work.cwd / "pipe")
    reports = Runner([Path("pipe"), Path("missing")], work).reports()
    assert [str(each.error) for each in reports] == [
        "not a regular file",
        "No such file or directory",
    ]


def test_a_fault_of_our_own_is_the_file_s(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(work.cwd, a=ADD, b=ADD)
    faults = iter([MemoryError(), None])

    def faulty(data: bytes, request: Request) -> Result:
        fault = next(faults)
        if fault is not None:
            raise fault
        return Result(data, data)

    monkeypatch.setattr("dfix.runner.fix_bytes", faulty)
    assert _statuses(Runner([Path()], work, jobs=1)) == [
        ("a/Dockerfile", "failed"),
        ("b/Dockerfile", "unchanged"),
    ]


def test_a_process_that_dies_costs_its_file(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(work.cwd, a=COPY, b=b"deadly", c=COPY)

    def deadly(data: bytes, request: Request) -> Result:
        if data == b"deadly":
            os._exit(1)
        return Result(data, data)

    monkeypatch.setattr("dfix.runner.fix_bytes", deadly)
    assert _statuses(Runner([Path()], work, jobs=2)) == [
        ("a/Dockerfile", "unchanged"),
        ("b/Dockerfile", "failed"),
        ("c/Dockerfile", "unchanged"),
    ]


def test_a_link_that_leaves_the_tree_is_not_followed(
    work: Work, journal: Journal, tmp_path: Path
) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    _write(outside, a=ADD)
    inside.mkdir()
    (inside / "Dockerfile").symlink_to(outside / "a" / "Dockerfile")
    (report,) = Runner([Path("inside")], work, journal=journal).reports()
    assert report.status == "skipped"
    assert (outside / "a" / "Dockerfile").read_bytes() == ADD
    (named,) = Runner([Path("inside/Dockerfile")], work, journal=journal).reports()
    assert named.patch_name == "outside/a/Dockerfile"
    assert (outside / "a" / "Dockerfile").read_bytes() == COPY


def test_names(work: Work, tmp_path: Path) -> None:
    below = work.blank(tmp_path / "a" / "Dockerfile")
    assert (below.name, below.patch_name) == ("a/Dockerfile", "a/Dockerfile")
    beside = work.blank(tmp_path.parent / "x")
    assert (beside.name, beside.patch_name) == (str(tmp_path.parent / "x"), "../x")


def test_the_folder_of_the_call_is_a_tree(tmp_path: Path) -> None:
    _write(tmp_path, sub=b"FROM node\nUSER node\n")
    compose = "services:\n  a:\n    build:\n      context: sub\n      additional_contexts:\n"
    (tmp_path / "compose.yaml").write_text(compose + "        node: docker-image://node:20\n")
    work = Work(tmp_path / "sub")
    runner = Runner([tmp_path], work)
    assert runner.work.root_of(tmp_path / "sub" / "Dockerfile") == tmp_path.resolve()
    assert runner.work.root_of(tmp_path.parent / "Dockerfile") is None


def test_jobs(work: Work) -> None:
    _write(work.cwd, a=COPY, b=COPY)
    assert Runner([Path()], work).jobs == 1
    assert Runner([Path()], work, jobs=64).jobs == 2
    _write(work.cwd, **{f"f{at}": COPY for at in range(30)})
    assert Runner([Path()], work).jobs >= 1
    assert Runner([Path()], work, jobs=1).jobs == 1


def test_patterns_that_are_none(work: Work) -> None:
    with pytest.raises(ValueError, match="!"):
        Runner([Path()], work, exclude=["!"])


def test_it_can_be_sent_to_another_process(work: Work) -> None:
    _write(work.cwd, a=ADD)
    again = pickle.loads(pickle.dumps(work))
    report = again.report(Candidate(work.cwd / "a" / "Dockerfile"))
    assert isinstance(report, FileReport)
    assert pickle.loads(pickle.dumps(report)) == report
