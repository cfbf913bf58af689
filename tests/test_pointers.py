"""A file that stands for another one tells nothing about it, and is no Dockerfile."""

from pathlib import Path

import pytest

from dfix import fix
from dfix.context import evidence_for
from dfix.pointers import LONGEST_PREFIX, pointer
from dfix.runner import Runner, Work

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
POINTERS = {
    "git-lfs": LFS,
    "git-annex": b"/annex/objects/SHA256E-s1024--0f3b.tar.gz\n",
    "git-crypt": b"\0GITCRYPT\0\x12\x34\x56",
}


@pytest.mark.parametrize("data", [b"", b"version 1\n", b"annex/objects/x", b"FROM scratch\n"])
def test_other_files_stand_for_themselves(data: bytes) -> None:
    assert pointer(data) is None


@pytest.mark.parametrize("data", POINTERS.values(), ids=POINTERS)
def test_a_pointer_is_seen(data: bytes) -> None:
    assert pointer(data)
    assert pointer(data[:LONGEST_PREFIX])


@pytest.mark.parametrize("data", POINTERS.values(), ids=POINTERS)
def test_what_a_pointer_stands_for_is_unknown(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "app.tar.gz").write_bytes(data)
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_bytes(b"FROM scratch\nADD app.tar.gz /app/\n")
    evidence = evidence_for(dockerfile, context=tmp_path, root=None)
    assert evidence.kind("app.tar.gz", level_is_safe=True) == "unknown"
    assert evidence.text("app.tar.gz", level_is_safe=True) is None
    assert not fix(dockerfile, context=tmp_path, select=["add-to-copy"]).changed


@pytest.mark.parametrize("data", POINTERS.values(), ids=POINTERS)
def test_a_dockerfile_that_is_a_pointer_is_passed_over(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(data)
    (report,) = Runner([tmp_path], Work(tmp_path)).reports()
    assert (report.status, report.skipped) == ("skipped", pointer(data))
