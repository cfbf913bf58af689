"""Two texts, built by a builder that needs no engine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dfix.verify import Bench, Comparison, Terms, compare_builds, find_builder, process
from tests.verify.conftest import Fakes

BEFORE = b"FROM x\nRUN touch /a\n"


@pytest.fixture
def bench(fakes: Fakes, tmp_path: Path) -> Bench:
    fakes.install("docker")
    context, folder = tmp_path / "context", tmp_path / "texts"
    context.mkdir()
    folder.mkdir()
    return Bench(find_builder("docker"), context, folder)


@pytest.fixture
def compared(bench: Bench, fakes: Fakes) -> Callable[..., Comparison]:
    def call(before: bytes, after: bytes, **more: tuple[str, ...]) -> Comparison:
        comparison = compare_builds(before, after, bench, ignored=more.get("ignored", ()))
        assert fakes.images == [], "an image is left"
        return comparison

    return call


def _builds(fakes: Fakes) -> int:
    return sum("--file" in call for call in fakes.calls)


def test_the_same_image(compared: Callable[..., Comparison], fakes: Fakes) -> None:
    found = compared(BEFORE, b"# the same\nFROM x\nRUN touch /a\n")
    assert (found.verdict, found.broken, _builds(fakes)) == ("kept", (), 2)
    assert found.before is not None
    assert (found.before.layers, found.before.size) == (2, 4)


def test_another_file_is_named(compared: Callable[..., Comparison], fakes: Fakes) -> None:
    found = compared(BEFORE, BEFORE + b"RUN touch /extra\n")
    assert (found.verdict, found.broken, _builds(fakes)) == ("broken", ("extra",), 3)
    assert compared(BEFORE, BEFORE + b"RUN touch /extra\n", ignored=("/extra",)).verdict == "kept"


def test_another_setting_is_named(compared: Callable[..., Comparison]) -> None:
    found = compared(BEFORE, BEFORE + b"USER me\n")
    assert (found.verdict, found.broken) == ("broken", ("User",))


def test_what_moves_by_itself(compared: Callable[..., Comparison], fakes: Fakes) -> None:
    before = b"FROM x\nRUN random /now\n"
    found = compared(before, before)
    assert (found.verdict, found.unsteady, _builds(fakes)) == ("kept", ("now",), 3)
    found = compared(before, before + b"RUN touch /extra\n")
    assert (found.verdict, found.broken, found.unsteady) == ("broken", ("extra",), ("now",))


def test_a_text_that_does_not_build_before(
    compared: Callable[..., Comparison], fakes: Fakes
) -> None:
    found = compared(b"FROM x\nRUN fail\n", BEFORE)
    assert (found.verdict, found.before, _builds(fakes)) == ("unbuilt", None, 1)
    assert found.problem == "not built before: docker ended with exit code 1"
    assert found.log[-1] == "process did not complete: exit code 7"


def test_a_text_that_does_not_build_after(
    compared: Callable[..., Comparison], fakes: Fakes
) -> None:
    found = compared(BEFORE, b"FROM x\nRUN fail\n")
    assert (found.verdict, _builds(fakes)) == ("broken", 3)
    assert found.problem == "built before, and not after: docker ended with exit code 1"
    assert found.before is not None


def test_a_failure_that_does_not_come_twice(compared: Callable[..., Comparison]) -> None:
    found = compared(BEFORE, b"FROM x\nRUN flaky\nRUN touch /a\n")
    assert found.verdict == "kept"


def test_an_image_that_cannot_be_read(compared: Callable[..., Comparison], fakes: Fakes) -> None:
    fakes.say("unreadable")
    found = compared(BEFORE, BEFORE)
    assert found.verdict == "unbuilt"
    assert found.problem is not None
    assert "the image cannot be read: docker ended with exit code 3" in found.problem
    assert found.log == ("the disk is full",)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_limit_of_time(
    when: str, bench: Bench, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_GRACE", 0.2)
    monkeypatch.setattr(process, "_CHILDREN", 0.2)
    bench.terms = Terms(timeout=5)
    slow = b"FROM x\nRUN sleep\n"
    texts = (slow, BEFORE) if when == "before" else (BEFORE, slow)
    found = compare_builds(*texts, bench)
    # Nothing is claimed: it may have been slow for any reason.
    assert found.verdict == "unbuilt"
    assert found.problem is not None
    assert when in found.problem
    assert "the build took more than 5 seconds" in found.problem
    assert fakes.images == []


def test_the_ignore_file_goes_beside_the_text(bench: Bench, fakes: Fakes) -> None:
    bench.ignorefile = b"*.log\n"
    bench.name = "app.Dockerfile"
    compare_builds(BEFORE, BEFORE, bench)
    assert (fakes.state / "ignorefile").read_bytes() == b"*.log\n"
    assert any(word.endswith("/app.Dockerfile") for call in fakes.calls for word in call)
