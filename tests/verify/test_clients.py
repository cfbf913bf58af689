"""What the clients are called with."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dfix.verify.builder import Order, Terms
from dfix.verify.clients import NAMES, NoBuilder, find_builder
from dfix.verify.image import read_image
from tests.verify.conftest import Fakes


@pytest.fixture
def order(tmp_path: Path) -> Callable[[str], Order]:
    (tmp_path / "context").mkdir()

    def made(text: str) -> Order:
        file = tmp_path / "Dockerfile"
        file.write_text(text)
        terms = Terms("app", ("A=1", "B"), False, 30, ("--isolation=chroot",))
        return Order(file, tmp_path / "context", "dfix-verify-x:before", terms)

    return made


@pytest.mark.parametrize("name", NAMES)
def test_an_image_is_built_read_and_removed(
    name: str, fakes: Fakes, order: Callable[[str], Order]
) -> None:
    fakes.install(*NAMES)
    said: list[str] = []
    builder = find_builder(name, options=("--debug",), say=said.append)
    builder.build(order("RUN touch /a\n"))
    assert said == ["STEP of Dockerfile"]
    with builder.archive("dfix-verify-x:before") as stream:
        assert "a" in read_image(stream, {}).tree
    assert fakes.images == ["dfix-verify-x:before"]
    builder.remove("dfix-verify-x:before")
    builder.remove("dfix-verify-x:before")  # none there is none to remove
    assert fakes.images == []
    calls = fakes.calls
    assert {(call[0], call[1]) for call in calls} == {(name, "--debug")}
    [build] = [call for call in calls if "--file" in call]
    assert build[build.index("--target") :][:2] == ["--target", "app"]
    assert build[build.index("--build-arg") :][:4] == ["--build-arg", "A=1", "--build-arg", "B"]
    assert build[build.index("--network") :][:2] == ["--network", "none"]
    assert "--no-cache" in build
    assert "--isolation=chroot" in build
    assert build[-1].endswith("/context")


@pytest.mark.parametrize(("there", "first"), [(NAMES, "docker"), (NAMES[1:], "buildah")])
def test_the_first_that_is_there(there: tuple[str, ...], first: str, fakes: Fakes) -> None:
    fakes.install(*there)
    assert find_builder(None).name == first


def test_one_that_does_not_answer_is_told_of(fakes: Fakes) -> None:
    fakes.install("docker")
    fakes.say("silent")
    with pytest.raises(NoBuilder, match="docker does not answer: Cannot connect"):
        find_builder(None)


def test_none(fakes: Fakes) -> None:
    with pytest.raises(NoBuilder, match="install docker, buildah or podman"):
        find_builder(None)
    fakes.install("docker")
    with pytest.raises(NoBuilder, match=r"podman is not on the PATH.*docker, buildah"):
        find_builder("podman")


def test_a_program_of_the_present_folder_is_not_run(
    fakes: Fakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes.install("docker")
    monkeypatch.setenv("PATH", ".")
    monkeypatch.chdir(fakes.folder)
    with pytest.raises(NoBuilder):
        find_builder("docker")
