"""The tree against two independent readers: every known difference shows, and there is no other.

The corpus is a folder of third-party Dockerfiles that `DFIX_CORPUS` names. Without it, the readers are
held against the tree over files made at random.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dfix.text import decode

from .comparison import compare, speakable
from .known import ABSENT, KNOWN, REFUSALS, SKIPPED, Absent, Known, Refusal, Skipped
from .readers import GoReader, PortedReader, Reader

FOLDERS = ("open", "open-hub", "open-binnacle", "templates", "buildkit-parser")
_DIFFERENCES: tuple[Known | Absent | Skipped, ...] = (*KNOWN, *ABSENT, *SKIPPED)
NOT_DOCKERFILES = ("result", "envVarTest", "wordsTest")


@pytest.fixture(scope="module")
def readers() -> Iterator[dict[str, Reader]]:
    with GoReader() as go:
        yield {"e2b": PortedReader(), "go": go}


@pytest.mark.parametrize("reader", ["e2b", "go"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("FROM a AS b\nRUN --mount=type=cache c && \\\n  d\n", id="plain"),
        pytest.param("FROM a\r\nRUN b \\\r\n  c\r\n", id="crlf"),
        pytest.param("\ufefffrom a\nrun b", id="mark-and-no-last-newline"),
        pytest.param("# escape=`\nRUN a `\n  # b\n\n  c \\\nUSER d\n", id="backtick"),
        pytest.param('CMD ["a", \\\n  "b"]\nVOLUME ["c"]\nSHELL d\n', id="arrays"),
        pytest.param("RUN <<A cat <<-'B'\na\nA\n\tb\n\tB\nUSER c\n", id="heredocs"),
        pytest.param('RUN <<"a  b" c\nd\na  b\n', id="heredoc-of-two-words"),
        pytest.param("ENV a=b 'c d'=e\nENV a b=c  d\nARG a b='c\n", id="pairs"),
        pytest.param("ONBUILD HEALTHCHECK --retries=1 CMD a\nONBUILD\n", id="onbuild"),
        pytest.param("\\\n\\\nUSER a\\\n\n# b\nb\n", id="continuations"),
    ],
)
def test_reads_the_same(text: str, reader: str, readers: dict[str, Reader]) -> None:
    outcome = compare(text, readers[reader])
    assert (outcome.unknown, dict(outcome.known)) == ([], {})
    assert outcome.compared > 0


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row.reader}-{row.name}") for row in _DIFFERENCES]
)
def test_known_difference_shows(row: Known | Absent | Skipped, readers: dict[str, Reader]) -> None:
    outcome = compare(row.example, readers[row.reader])
    assert (outcome.unknown, dict(outcome.known)) == ([], {row.name: 1})


@pytest.mark.parametrize(
    ("row", "reader"),
    [
        pytest.param(row, reader, id=f"{reader}-{row.name}")
        for row in REFUSALS
        for reader in row.readers
    ],
)
def test_refusal_is_explained(row: Refusal, reader: str, readers: dict[str, Reader]) -> None:
    outcome = compare(row.example, readers[reader])
    assert outcome.unknown == []
    assert outcome.known[row.name] == 1


_PIECES = [
    *(" ", "  ", "\t", "\\\n", "\\ \n", "`\n", "\\", "`", "#", "# c\n", " --", " --x=1", " --mount=a"),
    *('"', "'", "[", "]", '["a"', '"a"', ",", '["a", "b"]', '\\"', "\\\\", "\\u0041", "=", "a=b"),
    *(" <<EOF", " <<-E", "<<", "EOF", "E", "3", "a", "b", "$x", "${a}", "CMD", "NONE", "|", "/"),
    *("\r", "\\\r\n", "\n", "\n\n", "\r\n", "\nEOF\n", "\n\tE\n", "\n# c\n", "\\\n\\\n"),
]  # fmt: skip
_LINES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from("RUN FROM COPY ENV LABEL ARG ONBUILD HEALTHCHECK CMD run ADD FOO".split()),
        st.sampled_from([" ", " ", "\t", "", "\\\n", " ONBUILD ", " RUN "]),
        st.lists(st.sampled_from(_PIECES), max_size=10).map("".join),
        st.sampled_from(["\n", "\n", "\r\n", "\nEOF\n", ""]),
    ),
)
_HEADS = st.sampled_from(["", "", "# escape=`\n", "# syntax=a\n", "#check=b\n", "\n", "\ufeff"])


@pytest.mark.parametrize("reader", ["e2b", "go"])
@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(head=_HEADS, lines=st.lists(_LINES, min_size=1, max_size=4))
@example(head="", lines=["RUN --x=<<E a <<E\nE\n"])
def test_random_files_read_the_same(
    head: str, lines: list[str], reader: str, readers: dict[str, Reader]
) -> None:
    assert compare(head + "".join(lines), readers[reader]).unknown == []


@pytest.mark.parametrize("reader", ["e2b", "go"])
@pytest.mark.parametrize(
    "path",
    sorted(Path(__file__).parents[1].glob("corpus/*.Dockerfile")),
    ids=lambda path: path.stem,
)
def test_our_own_nasty_files_read_the_same(
    path: Path, reader: str, readers: dict[str, Reader]
) -> None:
    assert compare(speakable(decode(path.read_bytes())), readers[reader]).unknown == []


@pytest.mark.corpus
@pytest.mark.parametrize("reader", ["e2b", "go"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_corpus_reads_the_same(folder: str, reader: str, readers: dict[str, Reader]) -> None:
    if "DFIX_CORPUS" not in os.environ:
        pytest.skip("DFIX_CORPUS names no corpus: real Dockerfiles are not compared")
    unknown = {}
    compared = 0
    for path in sorted(Path(os.environ["DFIX_CORPUS"], folder).rglob("*")):
        if path.is_file() and path.suffix != ".tsv" and path.name not in NOT_DOCKERFILES:
            outcome = compare(speakable(decode(path.read_bytes())), readers[reader])
            compared += outcome.compared
            if outcome.unknown:
                unknown[str(path)] = outcome.unknown
    assert unknown == {}
    assert compared > 0
