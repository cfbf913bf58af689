"""Whether any distribution has entry points is told as Python's own reader would find them."""

import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from dfix.entrypoints import are_named

ENTRIES = "[console_scripts]\nx = y:z\n\n[some.group]\na = b\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of Python's path."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "meta_path", [each for each in sys.meta_path if _is_pythons(each)])
    return tmp_path


def _is_pythons(finder: object) -> bool:
    return getattr(finder, "__module__", "").startswith("_frozen_importlib")


def _found(group: str) -> list[metadata.EntryPoint]:
    """What Python's own reader finds, which a backport puts out of action once it is imported."""
    return [
        entry
        for distribution in metadata.MetadataPathFinder.find_distributions()
        for entry in distribution.entry_points.select(group=group)
    ]


def _distribution(folder: Path, text: str | None = ENTRIES) -> None:
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: some\nVersion: 1\n")
    if text is not None:
        (folder / "entry_points.txt").write_text(text)


@pytest.mark.parametrize(
    "text", [None, "", "[other.group]\na = b\n"], ids=["no file", "empty", "others"]
)
def test_it_is_not_named(site: Path, text: str | None) -> None:
    _distribution(site / "some-1.dist-info", text)
    (site / "other.py").write_text("some.group")
    (site / "file.dist-info").write_text("some.group")
    assert not are_named("some.group")
    assert not _found("some.group")


@pytest.mark.parametrize("name", ["some-1.dist-info", "some.egg-info", "Some-1.DIST-INFO"])
def test_it_is_named(site: Path, name: str) -> None:
    _distribution(site / name)
    assert are_named("some.group")
    assert _found("some.group")
    assert not are_named("another.group")


def test_it_is_named_below_the_current_folder(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _distribution(site / "some-1.dist-info")
    monkeypatch.chdir(site)
    monkeypatch.setattr(sys, "path", [""])
    assert are_named("some.group")


def test_what_is_not_there_names_nothing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(site / "gone"), str(site / "\0")])
    assert not are_named("some.group")


def test_an_archive_is_for_pythons_own_reader(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(site / "all.pyz", "w") as archive:
        archive.writestr("some-1.dist-info/METADATA", "Name: some\n")
        archive.writestr("some-1.dist-info/entry_points.txt", ENTRIES)
    monkeypatch.setattr(sys, "path", [str(site / "all.pyz")])
    assert _found("some.group")
    assert are_named("some.group")


def test_an_egg_is_for_pythons_own_reader(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _distribution(site / "some-1.egg" / "EGG-INFO")
    assert are_named("some.group")
    monkeypatch.setattr(sys, "path", [str(site / "some-1.egg")])
    assert are_named("some.group")


def test_who_finds_distributions_elsewhere_is_asked(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Finder(metadata.DistributionFinder):
        def find_distributions(self, context: object = None) -> list[metadata.Distribution]:
            return []

        def find_spec(self, *_: object) -> None:
            return None

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    assert are_named("some.group")
