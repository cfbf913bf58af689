import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from dfix.discovery import Candidate, discover

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")


def put(root: Path, *names: str, text: str = "FROM scratch\n") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def run(
    root: Path, *paths: str, exclude: tuple[str, ...] = (), gitignore: bool = True
) -> list[Candidate]:
    return list(
        discover(
            [Path(path) for path in paths or (".",)], exclude=exclude, gitignore=gitignore, cwd=root
        )
    )


def found(root: Path, *paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    """What is to be worked on, relative to `root`."""
    return [
        candidate.path.relative_to(root).as_posix()
        for candidate in run(root, *paths, exclude=exclude)
        if candidate.error is None and candidate.skipped is None
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfil",
        "Dockerfiles",
        "Dockerfile2",
        "MyDockerfile",
        "Dockerfile~",
        "Dockerfile.bak",
        "Dockerfile.swp",
        ".Dockerfile.swp",
        "Dockerfile.orig",
        "Dockerfile.dev.REJ",
        "Dockerfile.dockerignore",
        "a.dockerfile.dockerignore",
        "Dockerfile.md",
        "dockerfile.MD",
        ".#a.Dockerfile",
        "#Dockerfile#",
        ".dockerfile",
        "Dockerfile.",
        "a.Dockerfile.",
        ".git/Dockerfile",
        "node_modules/a/Dockerfile",
        "a/vendor/Dockerfile",
    ],
)
def test_is_not_taken(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert run(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile",
        "dockerfile",
        "DOCKERFILE",
        "Containerfile",
        "containerfile",
        "Dockerfile.dev",
        "Dockerfile-dev",
        "Dockerfile_dev",
        "dockerfile.DEV",
        "Containerfile.dev",
        "web.Dockerfile",
        "web.dockerfile",
        "web.containerfile",
        ".gitpod.Dockerfile",
        "vendor.Dockerfile",
        "a/b/Dockerfile",
        ".devcontainer/Dockerfile",
        "Dockerfile with blanks/Dockerfile.x y",
        "new\nline/Dockerfile",
        "Dockerfile.a\nb",
    ],
)
def test_is_taken(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert run(tmp_path) == [Candidate(tmp_path / name)]


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile.j2",
        "Dockerfile.TMPL",
        "Dockerfile-alpine.template",
        "a.dockerfile.erb",
        "Dockerfile.in",
    ],
)
def test_templates_are_skipped(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert run(tmp_path) == [Candidate(tmp_path / name, skipped="template")]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("package dockerfile\n", False),
        ("from a import b\n", False),
        ("import a\nFROM b\n", False),
        ("", False),
        ("# only a comment\n", False),
        ("FROM a\n", True),
        ("# c\n\nfrom --platform=x a AS b\r\n", True),
        ("ARG A=b c\nFROM $A\n", True),
    ],
)
@pytest.mark.parametrize(
    "name", ["dockerfile.go", "Dockerfile.py", "dockerfile_test.go", "Dockerfile.txt"]
)
def test_names_of_source_files_must_begin_as_a_dockerfile(
    tmp_path: Path, name: str, text: str, taken: bool
) -> None:
    put(tmp_path, name, text=text)
    assert found(tmp_path) == ([name] if taken else [])


@pytest.mark.parametrize(
    "name", ["a", "Dockerfile.j2", "Dockerfile.md", "Dockerfile~", "node_modules/a", "x.go"]
)
def test_a_file_that_is_named_is_taken_whatever_its_name(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, text="x")
    assert run(tmp_path, name) == [Candidate(tmp_path / name, explicit=True)]
    assert (
        run(tmp_path, ".", name)
        == run(tmp_path, name, ".")
        == [Candidate(tmp_path / name, explicit=True)]
    )


def test_order_is_that_of_the_paths_and_sorted_within(tmp_path: Path) -> None:
    put(
        tmp_path,
        "b/Dockerfile",
        "b/Dockerfile.x",
        "a/c/Dockerfile",
        "a/Dockerfile",
        "a-b/Dockerfile",
    )
    assert found(tmp_path, "b", ".") == [
        "b/Dockerfile",
        "b/Dockerfile.x",
        "a/Dockerfile",
        "a/c/Dockerfile",
        "a-b/Dockerfile",
    ]


def test_each_file_once(tmp_path: Path) -> None:
    put(tmp_path, "a/Dockerfile")
    (tmp_path / "l").symlink_to("a")
    assert found(tmp_path, "a", "a/../a", "l", str(tmp_path / "a" / "Dockerfile"), ".") == [
        "a/Dockerfile"
    ]


def test_a_path_behind_a_linked_folder(tmp_path: Path) -> None:
    put(tmp_path, "x/a/Dockerfile", "x/Dockerfile", "Dockerfile.none")
    (tmp_path / "l").symlink_to("x/a")
    assert found(tmp_path, "l/..") == ["x/Dockerfile", "x/a/Dockerfile"]
    assert [c.path for c in run(tmp_path, "l/../Dockerfile")] == [
        (tmp_path / "x" / "Dockerfile").resolve()
    ]


@pytest.mark.parametrize(
    ("exclude", "expected"),
    [
        (("nothing",), ["Dockerfile", "a/Dockerfile", "a/b.Dockerfile"]),
        (("a/",), ["Dockerfile"]),
        (("/Dockerfile",), ["a/Dockerfile", "a/b.Dockerfile"]),
        (("*.Dockerfile",), ["Dockerfile", "a/Dockerfile"]),
        (("Dockerfile", "!a/Dockerfile"), ["a/Dockerfile", "a/b.Dockerfile"]),
        (("a/**",), ["Dockerfile"]),
    ],
)
def test_exclude(tmp_path: Path, exclude: tuple[str, ...], expected: list[str]) -> None:
    put(tmp_path, "Dockerfile", "a/Dockerfile", "a/b.Dockerfile")
    assert found(tmp_path, exclude=exclude) == expected


def test_exclude_says_nothing_about_files_that_are_named(tmp_path: Path) -> None:
    put(tmp_path, "Dockerfile")
    assert found(tmp_path, "Dockerfile", exclude=("*",)) == ["Dockerfile"]


def test_exclude_reaches_folders_outside_of_the_current_one(tmp_path: Path) -> None:
    put(tmp_path, "here/x", "there/Dockerfile", "there/a.Dockerfile")
    candidates = run(tmp_path / "here", "../there", exclude=("a.Dockerfile",))
    assert [candidate.path.name for candidate in candidates] == ["Dockerfile"]


def test_a_bad_pattern_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="!"):
        run(tmp_path, exclude=("!",))


@pytest.mark.parametrize("name", ["none", "none/Dockerfile", "Dockerfile/x", "a" * 300])
def test_a_path_that_is_not_there_is_an_error_beside_which_others_go_on(
    tmp_path: Path, name: str
) -> None:
    put(tmp_path, "Dockerfile")
    bad, good = run(tmp_path, name, ".")
    assert bad.error
    assert bad.path == tmp_path / name
    assert good == Candidate(tmp_path / "Dockerfile")


def test_pipes_and_sockets(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    with socket.socket(socket.AF_UNIX) as held:
        held.bind(str(tmp_path / "Dockerfile.sock"))
        assert run(tmp_path) == []
        for name in ("Dockerfile", "Dockerfile.sock"):
            assert run(tmp_path, name) == [
                Candidate(tmp_path / name, explicit=True, error="not a regular file")
            ]


def test_a_folder_that_is_called_dockerfile(tmp_path: Path) -> None:
    put(tmp_path, "Dockerfile/a", "Dockerfile/Dockerfile")
    assert found(tmp_path) == ["Dockerfile/Dockerfile"]


@not_root
def test_an_unreadable_folder_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, "a/Dockerfile", "b/Dockerfile")
    (tmp_path / "a").chmod(0)
    try:
        below, asked = run(tmp_path), run(tmp_path, "a", "b")
    finally:
        (tmp_path / "a").chmod(0o700)
    expected = [
        Candidate(tmp_path / "a", error="Permission denied"),
        Candidate(tmp_path / "b" / "Dockerfile"),
    ]
    assert below == asked == expected


def test_a_linked_file_is_listed_once_by_its_target(tmp_path: Path) -> None:
    put(tmp_path, "docker/Dockerfile.prod", "other/build.txt")
    (tmp_path / "Dockerfile").symlink_to("docker/Dockerfile.prod")
    (tmp_path / "a.Dockerfile").symlink_to("other/build.txt")
    assert found(tmp_path) == ["docker/Dockerfile.prod", "other/build.txt"]


def test_links_that_lead_nowhere_good(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(tmp_path, "outside/Dockerfile")
    put(root, "ignored/x", "README.md", "Dockerfile.j2", "d/x")
    put(root, ".gitignore", text="ignored\n")
    for name, target in {
        "1.Dockerfile": "../outside/Dockerfile",
        "2.Dockerfile": "none",
        "3.Dockerfile": "3.Dockerfile",
        "4.Dockerfile": "ignored/x",
        "5.Dockerfile": "README.md",
        "6.Dockerfile": "d",
    }.items():
        (root / name).symlink_to(target)
    assert {candidate.path.name: candidate.skipped for candidate in run(root)} == {
        "1.Dockerfile": "the symbolic link leaves the tree",
        "2.Dockerfile": "the symbolic link is broken",
        "3.Dockerfile": "the symbolic link is broken",
        "4.Dockerfile": "the symbolic link leads to an ignored file",
        "Dockerfile.j2": "template",
    }


def test_a_link_that_is_named_is_taken_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, "outside")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "l").symlink_to("../outside")
    assert run(tmp_path, "root/l") == [Candidate(tmp_path / "root" / "l", explicit=True)]


def test_files_that_others_name_as_dockerfiles(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(tmp_path, "outside")
    names = [
        "image.txt",
        "bake/image",
        ".devcontainer/image",
        "image.j2",
        "NOTES.md",
        "ignored",
        "x.go",
    ]
    put(root, *names)
    put(root, ".gitignore", text="ignored\n")
    builds = ["image.txt", "image.j2", "NOTES.md", "ignored", "../outside", "none", "x.go"]
    services = "".join(
        f"  s{n}: {{build: {{dockerfile: {name}}}}}\n" for n, name in enumerate(builds)
    )
    put(root, "compose.yml", text="services:\n" + services)
    put(
        root,
        "docker-bake.hcl",
        text='target "a" {\n  context = "bake"\n  dockerfile = "image"\n}\n',
    )
    put(root, ".devcontainer/devcontainer.json", text='{"build": {"dockerfile": "image",}}')
    assert found(root) == [".devcontainer/image", "bake/image", "image.txt", "x.go"]
    assert Candidate(root / "image.j2", skipped="template") in run(root)


@needs_git
def test_in_a_work_tree_git_decides(tmp_path: Path) -> None:
    put(tmp_path, "a/Dockerfile", "b/Dockerfile", "gone/Dockerfile")
    put(tmp_path, ".gitignore", text="b\n")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for arguments in (["init", "-q"], ["add", "gone"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, env=environment, check=True)
    (tmp_path / "gone" / "Dockerfile").unlink()
    assert found(tmp_path) == ["a/Dockerfile"]
    assert found(tmp_path, "b") == ["b/Dockerfile"]
    assert found(tmp_path, "b/Dockerfile") == ["b/Dockerfile"]
    assert [c.path.parent.name for c in run(tmp_path, gitignore=False)] == ["a", "b"]
