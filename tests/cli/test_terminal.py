"""Writing to streams that take less than all."""

import errno
import io

import click
import pytest

from dfix.cli.terminal import Output


class Refusing(io.BytesIO):
    """A stream that fails with an error of the system."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.tries = 0

    def write(self, data: object) -> int:
        self.tries += 1
        raise OSError(self.number, "refused")


def test_no_stream_takes_everything() -> None:
    output = Output(None)
    output.write(b"x")
    output.require_success()
    assert not output.given_up


def test_a_reader_that_is_gone_is_no_failure() -> None:
    stream = Refusing(errno.EPIPE)
    output = Output(stream)
    output.write(b"x")
    output.write(b"y")
    output.require_success()
    assert output.given_up
    assert stream.tries == 1


def test_a_failure_is_kept() -> None:
    output = Output(Refusing(errno.ENOSPC))
    output.write(b"x")
    assert output.given_up
    with pytest.raises(click.ClickException, match="cannot be written: refused"):
        output.require_success()


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "ü\n".encode()), ("ascii", b"\\xfc\n"), ("latin-1", b"\xfc\n")],
)
def test_lines_in_the_stream_s_encoding(encoding: str, expected: bytes) -> None:
    stream = io.BytesIO()
    Output(stream, encoding=encoding).lines([(("ü", "bold"),)])
    assert stream.getvalue() == expected
