"""The clean copy of a build context."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from dfix.verify.contextcopy import copy_context


def _git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def _made(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def _names(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*"))


def test_a_folder_is_copied_whole(tmp_path: Path) -> None:
    context = _made(tmp_path / "in", a="a", sub__b="b", _dot_dockerignore="x", vendor__c="c")
    (context / "empty").mkdir(mode=0o700)
    (context / "a").chmod(0o751)
    os.utime(context / "a", (1, 1))
    assert copy_context(context, tmp_path / "out") == ()
    assert _names(tmp_path / "out") == _names(context)
    status = (tmp_path / "out" / "a").stat()
    assert (status.st_mode & 0o777, status.st_mtime) == (0o751, 1)
    assert (tmp_path / "out" / "empty").stat().st_mode & 0o777 == 0o700


def test_a_work_tree_as_a_clone_has_it(tmp_path: Path) -> None:
    context = _made(
        tmp_path / "in", _dot_gitignore="*.log\n/build\n", a="a", new="n",
        build__b="b", vendor__c="c", gone="g",
    )  # fmt: skip
    (context / "x.log").write_text("l")
    _git(context, "init", "-q")
    _git(context, "add", "a", "vendor", "gone", ".gitignore")
    (context / "gone").unlink()
    assert copy_context(context, tmp_path / "out") == ()
    assert _names(tmp_path / "out") == [".gitignore", "a", "new", "vendor", "vendor/c"]
    copy_context(context, tmp_path / "all", gitignore=False)
    assert {"x.log", "build/b"} <= {*_names(tmp_path / "all")}
    assert not (tmp_path / "all" / ".git").exists()


def test_a_part_of_a_work_tree(tmp_path: Path) -> None:
    tree = _made(tmp_path / "in", a="a", sub__b="b", sub__ignored="i", _dot_gitignore="ignored\n")
    _git(tree, "init", "-q")
    copy_context(tree / "sub", tmp_path / "out")
    assert _names(tmp_path / "out") == ["b"]


def test_a_submodule_comes_along(tmp_path: Path) -> None:
    inner = _made(tmp_path / "inner", x="x")
    _git(inner, "init", "-q")
    _git(inner, "add", ".")
    _git(inner, "commit", "-qm", "x")
    tree = _made(tmp_path / "in", a="a")
    _git(tree, "init", "-q")
    _git(tree, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    copy_context(tree, tmp_path / "out")
    assert _names(tmp_path / "out") == [".gitmodules", "a", "sub", "sub/x"]


@pytest.mark.parametrize("git", [False, True])
def test_links_stay_links_and_nothing_outside_is_read(git: bool, tmp_path: Path) -> None:
    secret = _made(tmp_path / "outside", secret="s")
    context = _made(tmp_path / "in", a="a")
    (context / "file").symlink_to(secret / "secret")
    (context / "folder").symlink_to(secret)
    (context / "broken").symlink_to("nowhere")
    if git:
        _git(context, "init", "-q")
    assert copy_context(context, tmp_path / "out") == ()
    out = tmp_path / "out"
    assert sorted(each.name for each in out.iterdir()) == ["a", "broken", "file", "folder"]
    assert (out / "file").readlink() == secret / "secret"
    assert (out / "folder").readlink() == secret
    assert (out / "broken").readlink() == Path("nowhere")


def test_what_cannot_be_copied_is_named(tmp_path: Path) -> None:
    context = _made(tmp_path / "in", a="a")
    os.mkfifo(context / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(context / "socket"))
        left = copy_context(context, tmp_path / "out")
    assert _names(tmp_path / "out") == ["a"]
    assert sorted(each.partition(":")[0] for each in left) == ["pipe", "socket"]


def test_a_folder_without_rights_can_be_removed_again(tmp_path: Path) -> None:
    context = _made(tmp_path / "in", sub__a="a")
    (context / "sub").chmod(0o500)
    copy_context(context, tmp_path / "out")
    (context / "sub").chmod(0o700)
    assert (tmp_path / "out" / "sub").stat().st_mode & 0o777 == 0o700


def test_a_copy_within_the_context(tmp_path: Path) -> None:
    context = _made(tmp_path / "in", a="a")
    copy_context(context, context / "tmp" / "copy")
    assert _names(context / "tmp" / "copy") == ["a", "tmp"]
