"""What the level `safe` promises: the same files and the same config, in real builds."""

import io
import os
import tarfile
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dfix import Level, Result, fix
from tests.builds.images import build, builds
from tests.builds.stand_ins import LOCAL

pytestmark = [pytest.mark.builds, pytest.mark.usefixtures("debian")]

FILES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "safe.toml").read_text("utf-8")
)["file"]


def text_of(file: dict[str, Any]) -> bytes:
    """The file's bytes: its line ends, its mark, its end."""
    text: str = file["text"].removeprefix("\n").replace("debian:12-local", LOCAL)
    if file.get("crlf"):
        text = text.replace("\n", "\r\n")
    if not file.get("final_newline", True):
        text = text.rstrip("\n")
    mark = "\ufeff" if file.get("mark") else ""
    return f"{mark}{text}".encode()


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A small build context."""
    (tmp_path / "app.go").write_text("package main\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.txt").write_text("x\n")
    (tmp_path / "tool").write_text("#!/bin/sh\necho tool\n")
    (tmp_path / "tool").chmod(0o755)
    (tmp_path / "notes.tar.gz").write_text("no archive\n")
    member = tarfile.TarInfo("inside")
    with tarfile.open(tmp_path / "real.tar.gz", "w:gz") as tar:
        tar.addfile(member, io.BytesIO())
    with zipfile.ZipFile(tmp_path / "demo-1.0-py3-none-any.whl", "w") as wheel:
        meta = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
        wheel.writestr("demo.py", "X = 1\n")
        wheel.writestr("demo-1.0.dist-info/METADATA", meta)
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr("demo-1.0.dist-info/WHEEL", tags)
        wheel.writestr(
            "demo-1.0.dist-info/RECORD",
            "demo.py,,\ndemo-1.0.dist-info/METADATA,,\n"
            "demo-1.0.dist-info/WHEEL,,\ndemo-1.0.dist-info/RECORD,,\n",
        )
    for path in tmp_path.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return tmp_path


def fixed(file: dict[str, Any], context: Path) -> Result:
    """What dfix makes of it at `safe`, with the fixers that it is about."""
    return fix(text_of(file), level=Level.SAFE, context=context)


@pytest.mark.parametrize("file", FILES, ids=lambda each: each["name"])
def test_same_image(file: dict[str, Any], context: Path) -> None:
    result = fixed(file, context)
    assert result.error is None, result.error
    assert result.changed is not file.get("unchanged", False)
    done = {each.fixer for each in result.findings if each.status == "fixed"}
    assert done >= set(file["fixers"])
    if file.get("fails"):
        assert not builds(text_of(file), context)
        assert not builds(result.after, context)
        return
    old, new = build(text_of(file), context), build(result.after, context)
    assert new.config == old.config
    if file.get("lists"):
        # What a package manager calls disposable belongs to no image.
        old, new = (
            replace(
                each,
                files={
                    path: value
                    for path, value in each.files.items()
                    if not path.startswith("var/lib/apt/lists/")
                },
            )
            for each in (old, new)
        )
    assert old.differences(new) == []
    assert new.layers <= old.layers
