"""What dfix promises of every file, held against Dockerfiles that are made to make fixers work."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dfix import Level, fix_bytes
from dfix.report.diff import unified
from dfix.runner import FileReport
from tests.generated import dockerfiles, texts
from tests.properties import (
    guarded,
    hold_of_language,
    hold_of_level,
    hold_of_text_fixers,
    request,
)

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
budget = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=_QUIET)
small_budget = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=_QUIET
)
few = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=_QUIET)

LEVELS = st.sampled_from(list(Level))


@budget
@given(dockerfiles(), LEVELS)
def test_every_level(data: bytes, level: Level) -> None:
    hold_of_language(data)
    result = hold_of_level(data, level)
    assert guarded(result) == [], "a guard had to stop a fixer"


@small_budget
@given(dockerfiles())
def test_fixers_of_text_change_nothing_of_the_build(data: bytes) -> None:
    hold_of_text_fixers(data)


@small_budget
@given(texts(), LEVELS)
def test_what_is_switched_off_stays(text: str, level: Level) -> None:
    off = (
        f"# dfix: ignore-file\n{text}"
        if not text.startswith("#")
        else f"{text}# dfix: ignore-file\n"
    )
    assert not fix_bytes(off.encode(), request(level)).changed


@small_budget
@given(texts(), LEVELS)
def test_line_ends_do_not_matter(text: str, level: Level) -> None:
    """A file with CRLF becomes what the one with LF becomes, but for the line ends."""
    if "<<" in text:  # the returns are part of a here-document's text
        text = text.replace("<<", "")
    plain = fix_bytes(text.encode(), request(level))
    returned = fix_bytes(text.replace("\n", "\r\n").encode(), request(level))
    assert returned.after == plain.after.replace(b"\n", b"\r\n")


@small_budget
@given(texts(), LEVELS)
def test_a_mark_does_not_matter(text: str, level: Level) -> None:
    mark = b"\xef\xbb\xbf"
    plain = fix_bytes(text.encode(), request(level))
    assert fix_bytes(mark + text.encode(), request(level)).after == mark + plain.after


@few
@given(st.lists(st.tuples(dockerfiles(), LEVELS), min_size=6, max_size=12))
@pytest.mark.parametrize("tool", ["git", "patch"])
def test_the_diff_makes_the_very_bytes(tool: str, files: list[tuple[bytes, Level]]) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} IS NOT INSTALLED: NO DIFF IS APPLIED")
    command = {
        "git": ["git", "apply", "-"],
        "patch": ["patch", "-p1", "--no-backup-if-mismatch", "--silent"],
    }[tool]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected, diffs = {}, []
        for at, (data, level) in enumerate(files):
            path = folder / f"{at} x.Dockerfile"
            path.write_bytes(data)
            result = fix_bytes(data, request(level))
            expected[path] = result.after
            diffs.append(unified(FileReport(path, path.name, path.name, result)))
        if not any(diffs):
            return
        done = subprocess.run(
            command, cwd=folder, input=b"".join(diffs), capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert {path: path.read_bytes() for path in expected} == expected
        assert sorted(folder.iterdir()) == sorted(expected)


@pytest.mark.parametrize("number", ["9" * 5000, "0" * 5000 + "1"], ids=["large", "long"])
@pytest.mark.parametrize(
    "line",
    [
        "COPY --from=N a /b",
        "RUN --mount=type=bind,from=N,target=/x ls",
        "RUN --mount=type=cache,uid=N,target=/x ls",
        "EXPOSE N 80N$P",
        "STOPSIGNAL N",
        "HEALTHCHECK --retries=N --interval=Ns CMD ls",
        "USER N",
        "RUN useradd -u N a && adduser -u N b && usermod --uid=N c",
        "RUN apt-get update || exit N",
    ],
)
def test_numbers_beyond_all_bounds(line: str, number: str) -> None:
    text = (
        f'FROM node:22\nCOPY a.js /\n{line.replace("N", number)}\nRUN ls\nCMD ["node", "/a.js"]\n'
    )
    for level in Level:
        result = fix_bytes(text.encode(), request(level))
        assert "internal" not in str(result.error)


def test_a_frontend_with_a_version_beyond_all_bounds() -> None:
    text = f"# syntax=docker/dockerfile:1.{'9' * 5000}\nFROM node:22\nCOPY a /a\nRUN chmod +x /a\nRUN a && b\n"
    for level in Level:
        assert fix_bytes(text.encode(), request(level)).error is None
