"""What all forms for programs have in common."""

import gc
import tracemalloc
from collections.abc import Iterator

import pytest

from dfix.report.form import FORMS, form_named
from dfix.report.summary import Summary
from dfix.runner import FileReport
from tests.report.reports import finding, report


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Garbage is collected as usual: a call of the command line makes that rare for its process."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def _reports(count: int) -> Iterator[FileReport]:
    text = b"FROM debian:12\nADD . /app\n" + b"RUN make\n" * 20
    for at in range(count):
        after = text.replace(b"ADD", b"COPY")
        findings = [finding(), *[finding("refused", str(each)) for each in range(5)]]
        yield report(text, after, *findings, name=f"{at}/Dockerfile")


def _written(name: str, count: int) -> tuple[int, int]:
    """Characters of a report, and the bytes that it took at most to make it."""
    form = form_named(name, written=False)
    length = len(form.head())
    tracemalloc.start()
    for each in _reports(count):
        length += len(form.file(each))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return length + sum(map(len, form.tail(Summary()))), peak


@pytest.mark.parametrize("name", FORMS)
def test_a_report_is_not_held_as_a_whole(name: str) -> None:
    _written(name, 5)  # what is loaded once does not count
    short, few = _written(name, 50)
    # Names of files are interned, and now and then the process's table of such texts grows by megabytes.
    long, many = min(_written(name, 1000) for _ in range(3))
    assert long > 15 * short
    assert many < few + 200_000 < long


@pytest.mark.parametrize("name", ["text", "xml", "", "form", "../json"])
def test_a_form_that_there_is_none_of(name: str) -> None:
    with pytest.raises(KeyError):
        form_named(name, written=False)


@pytest.mark.parametrize("name", FORMS)
def test_a_report_is_the_same_each_time(name: str) -> None:
    texts = []
    for _ in range(2):
        form = form_named(name, written=False)
        texts.append(
            form.head() + "".join(map(form.file, _reports(3))) + "".join(form.tail(Summary()))
        )
    assert texts[0] == texts[1]
