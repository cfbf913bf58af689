"""What docs/reports.md shows is what happens."""

from pathlib import Path

from tests.transcripts import lay_files, run, steps


def test_the_transcript(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    assert lay_files("reports.md", folder) == ["app/Dockerfile"]
    calls = steps("reports.md")
    assert len(calls) >= 4
    for command, output in calls:
        assert run(command, folder) == output, command
