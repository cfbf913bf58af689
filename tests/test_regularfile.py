import os
import socket
from pathlib import Path

import pytest

from dfix.regularfile import (
    NotRegularError,
    OutsideError,
    TooLargeError,
    open_regular,
    read_regular,
    read_within,
)


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "device", "link to a pipe"])
def test_only_regular_files_are_opened(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    with socket.socket(socket.AF_UNIX) as held:
        match kind:
            case "folder":
                path.mkdir()
            case "pipe":
                os.mkfifo(path)
            case "socket":
                held.bind(str(path))
            case "device":
                path = Path(os.devnull)
            case _:
                os.mkfifo(tmp_path / "pipe")
                path.symlink_to("pipe")
        with pytest.raises(NotRegularError, match="not a regular file"):
            open_regular(path)


def test_a_file_that_is_swapped_for_a_pipe_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.touch()
    open_file = os.open

    def swapped(name: Path, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return open_file(name, flags)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(NotRegularError):
        open_regular(path)


def test_links_are_followed_unless_forbidden(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    (tmp_path / "link").symlink_to("x")
    assert read_regular(tmp_path / "link") == b"x"
    with pytest.raises(NotRegularError):
        read_regular(tmp_path / "link", follow=False)


def test_nothing_is_read_outside_of_a_folder(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    (tmp_path / "x").write_bytes(b"x")
    (root / "y").write_bytes(b"y")
    (root / "inside").symlink_to("y")
    (root / "outside").symlink_to("../x")
    assert read_within(root, root / "inside", limit=1) == b"y"
    for path in (root / "outside", root / "../x", tmp_path / "x", root / "\0"):
        with pytest.raises(OutsideError):
            read_within(root, path, limit=1)
    os.mkfifo(root / "pipe")
    with pytest.raises(NotRegularError):
        read_within(root, root / "pipe", limit=1)


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_more_than_the_limit_is_refused(tmp_path: Path, limit: int) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    with pytest.raises(TooLargeError, match=f"more than {limit} bytes"):
        read_regular(tmp_path / "x", limit=limit)
    assert read_regular(tmp_path / "x", limit=3) == read_regular(tmp_path / "x") == b"abc"


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "x")
