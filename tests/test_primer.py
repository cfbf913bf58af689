"""What the primer tells about two runs over a small folder."""

import json
from pathlib import Path

import pytest

from tests.test_scripts import ROOT, load

PRIMER = load(ROOT / "scripts" / "primer.py")

FILES = {
    "a.Dockerfile": "FROM debian:12\nADD . /app\nRUN echo a\nRUN echo b\n",
    "b/Dockerfile": "FROM debian:12\nENV A 1\nADD https://example.com/x /x\n",
    "c.Dockerfile": "FRON debian:12\n",
    "README.md": "no Dockerfile\n",
    ".hidden/Dockerfile": "FROM debian:12\nADD . /app\n",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "corpus"


def primed(corpus: Path, *arguments: str, code: int = 0) -> str:
    """The report of one run, which leaves its files beside the corpus."""
    report = corpus.parent / "report.md"
    assert PRIMER.main([str(corpus), "--report", str(report), "--jobs", "1", *arguments]) == code
    return report.read_text("utf-8")


def section(report: str, level: str, title: str) -> str:
    """One part of a report."""
    return report.split(f"\n## {level}\n")[1].split(f"### {title}\n")[1].split("\n### ")[0]


def test_a_first_run(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = primed(corpus)
    assert report.startswith("# 3 files of corpus, dfix ")
    assert "no record to compare with" in report
    assert [line for line in report.split("\n") if line.startswith("## ")] == [
        "## safe", "## standard", "## aggressive",
    ]  # fmt: skip
    assert "Rewritten: 2 of 3 files." in report
    assert "| add-to-copy fixed | 0 | 1 | new |" in section(report, "safe", "Findings")
    refused = section(report, "safe", "Refusals by reason")
    assert (
        "| add-to-copy: a source is fetched from a URL, which COPY cannot do | 0 | 1 | new |"
        in refused
    )
    assert "- new: `c.Dockerfile`: unknown instruction" in section(report, "safe", "Errors")
    assert "Outputs" not in report
    assert capsys.readouterr().out.startswith("3 files, 3 levels, 0 new errors: ")


def test_nothing_changed(corpus: Path) -> None:
    primed(corpus)
    report = primed(corpus)
    for level in ("safe", "standard", "aggressive"):
        assert section(report, level, "Findings").startswith("\nNo change: ")
        assert section(report, level, "Refusals by reason").startswith("\nNo change: ")
        assert "1 -> 1 (+0), of which 0 internal." in section(report, level, "Errors")
        assert section(report, level, "Outputs that changed").strip() == "0 of 3 files."
    assert "- new" not in report


def test_a_fixer_that_does_no_more(corpus: Path) -> None:
    primed(corpus, "--level", "safe")
    report = primed(corpus, "--level", "safe", "--ignore", "add-to-copy,merge-runs")
    assert "Rewritten: 2 -> 1 (-1) of 3 files." in report
    findings = section(report, "safe", "Findings")
    assert "| add-to-copy fixed | 1 | 0 | gone |" in findings
    assert "key-value-form" not in findings
    assert "| add-to-copy: a source is fetched" in section(report, "safe", "Refusals by reason")
    outputs = section(report, "safe", "Outputs that changed")
    assert "1 of 3 files." in outputs
    assert "#### a.Dockerfile" in outputs
    assert "-COPY . /app\n+ADD . /app\n" in outputs
    back = primed(corpus, "--level", "safe")
    assert "| add-to-copy fixed | 0 | 1 | new |" in back
    assert "-ADD . /app\n+COPY . /app\n" in back


def test_keep_leaves_the_record(corpus: Path) -> None:
    primed(corpus)
    record = (corpus.parent / "report.json").read_bytes()
    first = primed(corpus, "--keep", "--select", "merge-runs")
    assert (corpus.parent / "report.json").read_bytes() == record
    assert "| add-to-copy fixed | 1 | 0 | gone |" in first


def test_files_that_are_others_are_not_compared(corpus: Path) -> None:
    primed(corpus)
    (corpus / "a.Dockerfile").write_text("FROM debian:12\n")
    (corpus / "c.Dockerfile").unlink()
    (corpus / "d.Dockerfile").write_text("FROM debian:12\nADD . /app\n")
    report = primed(corpus)
    assert "1 files came, 1 went, 1 hold another text: not compared below." in report
    assert "Rewritten: 1 -> 1 (+0) of 1 files." in report
    assert "No change" in section(report, "safe", "Findings")


def test_a_new_internal_error(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    primed(corpus)
    real = PRIMER.fix_bytes

    def faulty(data: bytes, request: object) -> object:
        if b"ENV" in data:
            raise RecursionError("too | deep\nby far")
        return real(data, request)

    monkeypatch.setattr(PRIMER, "fix_bytes", faulty)
    report = primed(corpus, code=1)
    errors = section(report, "safe", "Errors")
    assert "1 -> 2 (+1), of which 1 internal." in errors
    assert "- new: `b/Dockerfile`: internal error: RecursionError: too \\| deep by far" in errors
    monkeypatch.undo()
    assert "- gone: `b/Dockerfile`: internal error" in primed(corpus)


def test_large_differences_are_bounded(corpus: Path) -> None:
    (corpus / "long.Dockerfile").write_text("FROM debian:12\n" + "ADD . /app\nLABEL a=b\n" * 60)
    primed(corpus, "--level", "safe", "--ignore", "add-to-copy")
    for at in range(230):
        (corpus / f"{at:03}.Dockerfile").write_text("FROM debian:12\nADD . /app\n")
    primed(corpus, "--level", "safe", "--ignore", "add-to-copy")
    outputs = section(primed(corpus, "--level", "safe"), "safe", "Outputs that changed")
    assert outputs.count("#### ") == 25
    assert outputs.count("- `") == 175
    assert "- and 32 more" in outputs
    assert len(outputs.split("\n")) < 25 * 50 + 200


@pytest.mark.usefixtures("no_stray_threads")
def test_the_same_in_several_processes(corpus: Path) -> None:
    primed(corpus)
    alone = json.loads((corpus.parent / "report.json").read_bytes())
    primed(corpus, "--jobs", "2")
    together = json.loads((corpus.parent / "report.json").read_bytes())
    for record in (alone, together):
        for files in record["levels"].values():
            for told in files.values():
                assert told.pop("seconds") >= 0
    assert alone == together


def test_time_is_a_ratio_with_a_spread(corpus: Path) -> None:
    primed(corpus, "--level", "safe")
    path = corpus.parent / "report.json"
    record = json.loads(path.read_bytes())
    for told in record["levels"]["safe"].values():
        told["seconds"] = 1000.0
    path.write_text(json.dumps(record))
    told = section(primed(corpus, "--level", "safe"), "safe", "Time")
    assert "0.00 times the recorded time for a file in the middle (a quarter below 0.00" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "nowhere: no files"),
        (("--select", "no-such-fixer"), "no-such-fixer"),
        (("--jobs", "0"), "--jobs: at least one"),
    ],
)
def test_a_wrong_call(
    corpus: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    named = arguments if arguments[0] == "nowhere" else (str(corpus), *arguments)
    assert PRIMER.main([*named, "--report", str(corpus.parent / "x.md")]) == 2
    assert message in capsys.readouterr().err
    assert not (corpus.parent / "x.md").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 99}', '{"version": 1, "levels": {"safe": 3}}']
)
def test_a_record_that_is_none(corpus: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (corpus.parent / "x.json").write_text(text)
    assert PRIMER.main([str(corpus), "--report", str(corpus.parent / "x.md")]) == 2
    assert "record" in capsys.readouterr().err
