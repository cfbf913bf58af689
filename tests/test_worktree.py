import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from dfix.worktree import list_files, work_tree_root

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")


def git(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false"]
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


def put(root: Path, *names: str, text: str = "") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def files(root: Path, *, gitignore: bool = True) -> list[str]:
    return [
        name
        for name in list_files(root, gitignore=gitignore).files
        if not name.endswith(".gitignore")
    ]


def test_an_empty_folder(tmp_path: Path) -> None:
    assert list_files(tmp_path).files == ()
    assert list_files(tmp_path).errors == ()


@pytest.mark.parametrize("name", [".git/x", "node_modules/x", "a/vendor/x", "vendor/a/b/x"])
def test_other_peoples_folders_are_not_entered(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert files(tmp_path) == []
    assert files(tmp_path, gitignore=False) == []


def test_a_folder_of_that_name_that_was_asked_for_is_listed(tmp_path: Path) -> None:
    put(tmp_path, "vendor/x")
    assert files(tmp_path / "vendor") == ["x"]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path, "a/x")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert files(tmp_path) == ["a/loop", "a/x", "b"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    assert list_files(tmp_path / "a").errors == ((".", "No such file or directory"),)


@not_root
def test_an_unreadable_folder_is_an_error_and_the_others_go_on(tmp_path: Path) -> None:
    put(tmp_path, "a/x", "b/x")
    (tmp_path / "a").chmod(0)
    listing = list_files(tmp_path)
    (tmp_path / "a").chmod(0o700)
    assert listing.files == ("b/x",)
    assert listing.errors == (("a", "Permission denied"),)


IGNORE_FILES = [
    pytest.param({"": "a\n"}, ["b", "s/b"], id="name anywhere"),
    pytest.param({"": "/a\n"}, ["b", "s/a", "s/b"], id="anchored"),
    pytest.param({"": "s/\n"}, ["a", "b"], id="folder"),
    pytest.param({"": "s/\n!s/a\n"}, ["a", "b"], id="nothing comes back from an ignored folder"),
    pytest.param({"": "a\n!s/a\n"}, ["b", "s/a", "s/b"], id="brought back"),
    pytest.param({"": "a\n", "s/": "!a\n"}, ["b", "s/a", "s/b"], id="brought back further in"),
    pytest.param({"s/": "/b\n"}, ["a", "b", "s/a"], id="nested, anchored there"),
    pytest.param({"": "# a\n\\#b\n"}, ["a", "b", "s/a", "s/b"], id="comment"),
    pytest.param({"": "!\na\n"}, ["b", "s/b"], id="malformed line"),
]


@pytest.mark.parametrize(("ignore_files", "expected"), IGNORE_FILES)
def test_the_walk_honours_ignore_files(
    tmp_path: Path, ignore_files: dict[str, str], expected: list[str]
) -> None:
    put(tmp_path, "a", "b", "s/a", "s/b")
    for folder, text in ignore_files.items():
        put(tmp_path, f"{folder}.gitignore", text=text)
    assert files(tmp_path) == expected
    assert files(tmp_path, gitignore=False) == ["a", "b", "s/a", "s/b"]


@needs_git
@pytest.mark.parametrize(("ignore_files", "expected"), IGNORE_FILES)
def test_git_says_the_same(
    repository: Path, ignore_files: dict[str, str], expected: list[str]
) -> None:
    test_the_walk_honours_ignore_files(repository, ignore_files, expected)


def test_a_linked_ignore_file_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "a")
    put(tmp_path, "rules", text="a\n")
    (tmp_path / ".gitignore").symlink_to("rules")
    assert files(tmp_path) == ["a", "rules"]


@needs_git
def test_tracked_untracked_ignored_and_deleted(repository: Path) -> None:
    put(repository, "tracked", "deleted", "tracked but ignored", "untracked", "ignored")
    git(repository, "add", "tracked", "deleted", "tracked but ignored")
    put(repository, ".gitignore", text="*ignored\n")
    (repository / "deleted").unlink()
    assert files(repository) == ["tracked", "tracked but ignored", "untracked"]


@needs_git
def test_a_folder_of_a_work_tree(repository: Path) -> None:
    put(repository, "s/a", "s/t/b", "c")
    put(repository, ".gitignore", text="b\n")
    assert files(repository / "s") == ["a"]
    assert work_tree_root(repository / "s") == repository.resolve()


@needs_git
def test_an_ignored_folder_that_was_asked_for_is_walked(repository: Path) -> None:
    put(repository, "build/a", "build/b")
    put(repository, ".gitignore", text="build/\n")
    put(repository, "build/.gitignore", text="b\n")
    assert files(repository) == []
    assert files(repository / "build") == ["a"]


@needs_git
def test_other_work_trees_within_one_are_not_entered(repository: Path) -> None:
    put(repository, "a", "inner/b")
    git(repository / "inner", "init", "-q")
    assert files(repository) == ["a"]


@needs_git
def test_work_trees_below_a_plain_folder_are_listed_by_git(tmp_path: Path) -> None:
    put(tmp_path, "one/a", "one/b", "c")
    git(tmp_path / "one", "init", "-q")
    put(tmp_path, "one/.git/info/exclude", text="b\n")
    assert files(tmp_path) == ["c", "one/a"]


@needs_git
@pytest.mark.parametrize(
    "name", ["new\nline", 'tab\tquote"', "ä", " blank ", "-dash", os.fsdecode(b"\xff")]
)
def test_odd_names(repository: Path, name: str) -> None:
    put(repository, name)
    assert files(repository) == [name]


def test_without_git_the_walk_reads_the_work_trees_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, ".git/HEAD", "s/a", "s/b", "s/c", "s/inner/.git", "s/inner/d")
    put(tmp_path, ".git/info/exclude", text="b\n")
    put(tmp_path, ".gitignore", text="/s/c\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert files(tmp_path / "s") == ["a"]


@needs_git
def test_a_repository_that_git_refuses_is_walked(repository: Path) -> None:
    put(repository, "a", "b")
    put(repository, ".gitignore", text="b\n")
    put(repository, ".git/config", text="[core\n")
    assert files(repository) == ["a"]


HOSTILE = {
    "core.fsmonitor": "{script}",
    "core.hooksPath": "{folder}/hooks",
    "core.sshCommand": "{script}",
    "core.pager": "{script}",
    "core.editor": "{script}",
    "core.alternateRefsCommand": "{script}",
    "filter.x.clean": "{script}",
    "filter.x.process": "{script}",
    "diff.external": "{script}",
    "alias.ls-files": "!{script}",
    "credential.helper": "!{script}",
}


@needs_git
def test_nothing_that_the_repository_configures_is_run(repository: Path, tmp_path: Path) -> None:
    marker, script = tmp_path / "marker", tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    script.chmod(0o755)
    put(repository, "a", "b")
    put(repository, ".gitattributes", text="* filter=x\n")
    git(repository, "add", "a")
    (tmp_path / "hooks").mkdir()
    for folder in (tmp_path / "hooks", repository / ".git" / "hooks"):
        for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout"):
            shutil.copy(script, folder / hook)
    for key, value in HOSTILE.items():
        git(repository, "config", key, value.format(script=script, folder=tmp_path))
    os.utime(repository / "a", (0, 0))
    assert files(repository) == [".gitattributes", "a", "b"]
    assert not marker.exists()
    # The marker is no idle one: git itself runs the script.
    subprocess.run(["git", "status"], cwd=repository, check=False, capture_output=True)
    assert marker.exists()


@needs_git
def test_a_promised_object_is_not_fetched(repository: Path, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    put(repository, "s/a")
    put(repository, "s/.gitignore", text="b\n")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "c")
    blob = git(repository, "rev-parse", "HEAD:s/.gitignore").strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (repository / "s" / ".gitignore").unlink()
    git(repository, "update-index", "--skip-worktree", "s/.gitignore")
    for key, value in {
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c touch% {marker}",
        "protocol.ext.allow": "always",
    }.items():
        git(repository, "config", key, value)
    put(repository, "s/c")
    assert files(repository)[0] == "s/a"
    assert not marker.exists()
    subprocess.run(["git", "status", "-uall"], cwd=repository, check=False, capture_output=True)
    assert marker.exists()


@needs_git
def test_the_environment_of_a_hook_does_not_mislead(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository, "a", "b")
    put(repository, ".git/info/exclude", text="b\n")
    (tmp_path / "other").mkdir()
    git(tmp_path / "other", "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / "index"))
    assert files(repository) == ["a"]


@needs_git
def test_a_work_tree_that_the_repository_puts_elsewhere(repository: Path, tmp_path: Path) -> None:
    put(repository, "a", "s/b")
    put(tmp_path, "other/a", "other/c")
    git(repository, "config", "core.worktree", str(tmp_path / "other"))
    assert files(repository) == ["a", "s/b"]
    assert files(repository / "s") == ["b"]


@needs_git
@pytest.mark.parametrize("name", ["../outside", "/etc/hosts", ".git/HEAD1", "s/../../outside"])
def test_an_index_that_names_files_elsewhere(repository: Path, tmp_path: Path, name: str) -> None:
    put(tmp_path, "outside")
    put(repository, ".git/HEAD1")
    innocent = "a" * len(name)
    put(repository, innocent, "b", "s/c")
    git(repository, "add", ".")
    index = repository / ".git" / "index"
    crafted = index.read_bytes()[:-20].replace(innocent.encode(), name.encode())
    index.write_bytes(crafted + hashlib.sha1(crafted).digest())
    assert name in git(repository, "ls-files").splitlines()
    assert files(repository) == [innocent, "b", "s/c"]


@needs_git
def test_a_tracked_folder_that_has_become_a_link(repository: Path, tmp_path: Path) -> None:
    put(repository, "s/a", "b")
    git(repository, "add", ".")
    (repository / "s").rename(tmp_path / "outside")
    (repository / "s").symlink_to(tmp_path / "outside")
    assert files(repository) == ["b", "s"]


@needs_git
def test_git_leaves_the_index_alone(repository: Path) -> None:
    put(repository, "a")
    git(repository, "add", "a")
    index = repository / ".git" / "index"
    os.utime(repository / "a", (0, 0))
    before = index.read_bytes(), index.stat().st_mtime_ns
    files(repository)
    assert (index.read_bytes(), index.stat().st_mtime_ns) == before


@needs_git
def test_many_files_take_little_time(repository: Path) -> None:
    for number in range(2000):
        put(repository, f"{number % 50}/{number}")
    before = time.process_time()
    assert len(files(repository)) == 2000
    assert time.process_time() - before < 2


@needs_git
@pytest.mark.parametrize("relative", [".", "", "bin"])
def test_a_program_of_the_tree_is_not_taken_for_git(
    repository: Path, monkeypatch: pytest.MonkeyPatch, relative: str
) -> None:
    put(repository, "Dockerfile")
    marker = repository / "marker"
    for name in ("git", "bin/git"):
        put(repository, name, text=f"#!/bin/sh\ntouch '{marker}'\n")
        (repository / name).chmod(0o755)
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PATH", os.pathsep.join([relative, os.environ["PATH"]]))
    assert any(Path(each).name == "Dockerfile" for each in list_files(repository).files)
    assert not marker.exists()
