import os
import stat
from pathlib import Path

import pytest

from dfix.writer import ChangedOnDisk, WriteFailed, create_file, replace_file, resolved_target

not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")

OLD, NEW = b"FROM a\n", b"FROM b\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "Dockerfile"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def unchanged(file: Path, data: bytes = OLD) -> bool:
    """Whether the file is as it was, alone in its folder."""
    return file.read_bytes() == data and [path.name for path in file.parent.iterdir()] == [
        file.name
    ]


@pytest.mark.parametrize("held", [b"", b"FROM a", b"FROM a\n\n", b"FROM c\n", b"x" * 100_000])
def test_a_file_that_changed_meanwhile_is_left_alone(file: Path, held: bytes) -> None:
    file.write_bytes(held)
    with pytest.raises(ChangedOnDisk, match="changed on disk"):
        replace_file(file, OLD, NEW)
    assert unchanged(file, held)


def test_a_file_that_went_away_is_not_made_anew(file: Path) -> None:
    file.unlink()
    with pytest.raises(ChangedOnDisk):
        replace_file(file, OLD, NEW)
    assert list(file.parent.iterdir()) == []


def test_a_file_that_became_a_pipe_is_left_alone(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(ChangedOnDisk):
        replace_file(file, OLD, NEW)


def test_a_file_that_changes_while_the_new_one_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def meddle(descriptor: int) -> None:
        fsync(descriptor)
        file.write_bytes(b"theirs")

    monkeypatch.setattr(os, "fsync", meddle)
    with pytest.raises(ChangedOnDisk):
        replace_file(file, OLD, NEW)
    assert unchanged(file, b"theirs")


@pytest.mark.parametrize("mode", [0o444, 0o555, 0o000])
def test_a_read_only_file_is_left_alone(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(WriteFailed) as caught:
        replace_file(file, OLD, NEW)
    file.chmod(0o644)
    assert caught.value.reason in ("the file is read-only", "Permission denied")
    assert unchanged(file)


@not_root
def test_a_read_only_folder_is_left_alone(file: Path) -> None:
    file.parent.chmod(0o555)
    with pytest.raises(WriteFailed, match="Permission denied"):
        replace_file(file, OLD, NEW)
    file.parent.chmod(0o755)
    assert unchanged(file)


@pytest.mark.parametrize("failing", ["fsync", "fchmod", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_fails_leaves_no_trace(
    file: Path, monkeypatch: pytest.MonkeyPatch, failing: str, error: BaseException
) -> None:
    def fail(*_arguments: object, **_keywords: object) -> None:
        raise error

    monkeypatch.setattr(Path if failing == "replace" else os, failing, fail)
    with pytest.raises(WriteFailed if isinstance(error, OSError) else KeyboardInterrupt) as caught:
        replace_file(file, OLD, NEW)
    monkeypatch.undo()
    assert unchanged(file)
    if isinstance(caught.value, WriteFailed):
        assert str(caught.value) == f"{file}: No space left on device"


def test_a_link_that_leaves_the_tree_is_refused(file: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "link").symlink_to("../folder/Dockerfile")
    with pytest.raises(WriteFailed, match="leaves the tree"):
        replace_file(tree / "link", OLD, NEW, root=tree)
    assert unchanged(file)
    replace_file(tree / "link", OLD, NEW, root=tmp_path)
    assert file.read_bytes() == NEW


def test_a_link_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises((WriteFailed, ChangedOnDisk)):
        replace_file(tmp_path / "loop", OLD, NEW)


def test_the_file_is_replaced(file: Path) -> None:
    replace_file(file, OLD, NEW)
    assert unchanged(file, NEW)


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755, 0o666])
def test_the_mode_stays(file: Path, mode: int) -> None:
    file.chmod(mode)
    before = os.umask(0o077)
    try:
        replace_file(file, OLD, NEW)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@only_root
def test_the_owner_stays(file: Path) -> None:
    os.chown(file, 1234, 4321)
    file.chmod(0o2755)
    replace_file(file, OLD, NEW)
    status = file.stat()
    assert (status.st_uid, status.st_gid) == (1234, 4321)
    assert stat.S_IMODE(status.st_mode) == 0o2755


def test_attributes_stay(file: Path) -> None:
    try:
        os.setxattr(file, "user.note", b"kept")
    except (OSError, AttributeError) as error:
        pytest.skip(f"no extended attributes here: {error}")
    replace_file(file, OLD, NEW)
    assert os.getxattr(file, "user.note") == b"kept"


def test_a_links_target_is_replaced_and_the_link_stays(file: Path, tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("folder/Dockerfile")
    (tmp_path / "two").symlink_to("one")
    replace_file(tmp_path / "two", OLD, NEW)
    assert unchanged(file, NEW)
    assert (tmp_path / "one").is_symlink()
    assert (tmp_path / "two").is_symlink()
    assert resolved_target(tmp_path / "two") == file.resolve()


def test_another_hard_link_keeps_the_old_text(file: Path, tmp_path: Path) -> None:
    os.link(file, tmp_path / "other")
    replace_file(file, OLD, NEW)
    assert (tmp_path / "other").read_bytes() == OLD


def test_bytes_of_any_kind_and_a_relative_path(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    data = bytes(range(256)) * 500
    replace_file(Path(file.name), OLD, data)
    assert unchanged(file, data)


def test_odd_and_long_names(tmp_path: Path) -> None:
    for name in ("new\nline", os.fsdecode(b"\xff"), "a" * 255):
        (tmp_path / name).write_bytes(OLD)
        replace_file(tmp_path / name, OLD, NEW)
        assert (tmp_path / name).read_bytes() == NEW


def test_a_new_file(tmp_path: Path) -> None:
    made = create_file(tmp_path / "a" / "b" / "c", b"new\n", root=tmp_path)
    assert made == (tmp_path / "a", tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"new\n"
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["c"]


def test_a_new_file_is_never_put_over_another_one(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"old\n")
    with pytest.raises(ChangedOnDisk):
        create_file(tmp_path / "c", b"new\n", root=tmp_path)
    assert (tmp_path / "c").read_bytes() == b"old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def test_a_new_file_is_not_put_in_place_of_a_broken_link(tmp_path: Path) -> None:
    (tmp_path / "c").symlink_to("nowhere")
    with pytest.raises(ChangedOnDisk):
        create_file(tmp_path / "c", b"new\n", root=tmp_path)
    assert not (tmp_path / "nowhere").exists()


def test_a_new_file_stays_within_the_tree(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "tree" / "link").symlink_to(tmp_path / "out")
    for path in (tmp_path / "tree" / "link" / "c", tmp_path / "out" / "c"):
        with pytest.raises(WriteFailed):
            create_file(path, b"new\n", root=tmp_path / "tree")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_new_file_below_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old\n")
    with pytest.raises(WriteFailed, match="a is no folder"):
        create_file(tmp_path / "a" / "b" / "c", b"new\n", root=tmp_path)
    assert (tmp_path / "a").read_bytes() == b"old\n"


def test_a_new_file_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "no hard links here")

    monkeypatch.setattr("dfix.writer.os.link", refuse)
    create_file(tmp_path / "c", b"new\n", root=tmp_path)
    assert (tmp_path / "c").read_bytes() == b"new\n"
    with pytest.raises(ChangedOnDisk):
        create_file(tmp_path / "c", b"newer\n", root=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
