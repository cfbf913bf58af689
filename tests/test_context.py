import io
import os
import tarfile
from pathlib import Path

import pytest

from dfix.context import NO_EVIDENCE, BuildContext, Evidence, evidence_for
from dfix.dockerignore import parse_dockerignore
from dfix.orchestrators import forget_builds

not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")


def tar() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return held.getvalue()


def put(root: Path, *names: str, data: bytes = b"text\n", mode: int = 0o644) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
        (root / name).chmod(mode)


def context(root: Path, ignore: str = "") -> BuildContext:
    return BuildContext(root, guessed=False, dockerignore=parse_dockerignore(ignore))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A context with one of everything, beside something that is none of its business."""
    folder = tmp_path / "root"
    put(tmp_path, "outside/file")
    put(folder, "a.txt", "b.txt", ".hidden", "d/a.txt", "d/e/deep.txt", "arr[0].txt", "a\\*b")
    put(folder, "t.txt", "d/t.tar", data=tar())
    (folder / "empty").mkdir()
    links = {
        "link": "a.txt",
        "link to d": "d",
        "link to t": "d/t.tar",
        "out": "../outside/file",
        "out and in": "../root/a.txt",
        "absolute": str(folder / "a.txt"),
        "loop": "loop",
        "broken": "none",
        "d/up": "../a.txt",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe")
    return folder


@pytest.mark.parametrize(
    "pattern",
    [
        "none",
        "a.txt/x",
        "*.none",
        "d/*/none",
        "link to d/none",
        "*/none",
        "broken",
        "A.TXT",
        "\\a.txt",
    ],
)
def test_nothing_is_there(root: Path, pattern: str) -> None:
    assert context(root).sources(pattern) == ()


@pytest.mark.parametrize(
    "pattern",
    ["out", "out and in", "absolute", "loop", "pipe", "[", "d/[a-", "a\0b", "out/x", "loop/*"],
)
def test_what_it_is_cannot_be_told(root: Path, pattern: str) -> None:
    (found,) = context(root).sources(pattern)
    assert (found.kind, found.is_archive, found.mode, found.location) == (
        "unknown",
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        (".", "directory"),
        ("./", "directory"),
        ("/", "directory"),
        ("", "directory"),
        ("..", "directory"),
        ("d", "directory"),
        ("d/", "directory"),
        ("/d/e", "directory"),
        ("link to d", "directory"),
        ("empty", "directory"),
        ("a.txt", "file"),
        ("/a.txt", "file"),
        ("../../a.txt", "file"),
        ("d/../a.txt", "file"),
        ("a.txt/", "file"),
        ("link", "file"),
        ("link to d/a.txt", "file"),
        ("link to d/up", "file"),
        ("arr[[]0].txt", "file"),
        ("a\\*b", "file"),
        ("t.txt", "archive"),
        ("t.txt/", "archive"),
        ("link to t", "archive"),
    ],
)
def test_one_source(root: Path, pattern: str, kind: str) -> None:
    (found,) = context(root).sources(pattern)
    assert found.kind == kind


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("*.txt", ["a.txt", "arr[0].txt", "b.txt", "t.txt"]),
        ("?.txt", ["a.txt", "b.txt", "t.txt"]),
        ("[ab].txt", ["a.txt", "b.txt"]),
        (".*", [".hidden"]),
        ("d/*", ["d/a.txt", "d/e", "d/t.tar", "d/up"]),
        ("*/a.txt", ["d/a.txt"]),
        ("link to d/*.tar", ["link to d/t.tar"]),
        ("**/deep.txt", []),
        ("*/*/deep.txt", ["d/e/deep.txt"]),
        ("d/../?.txt", ["a.txt", "b.txt", "t.txt"]),
    ],
)
def test_globs(root: Path, pattern: str, paths: list[str]) -> None:
    assert [found.path for found in context(root).sources(pattern)] == paths


def test_a_glob_for_a_link_that_leaves_the_context(root: Path) -> None:
    assert [found.kind for found in context(root).sources("o*")] == ["unknown"]


@pytest.mark.parametrize(
    ("ignore", "pattern", "paths"),
    [
        ("a.txt", "?.txt", ["b.txt", "t.txt"]),
        ("*", "a.txt", []),
        ("d", "d", []),
        ("d", "d/e/deep.txt", []),
        ("d/e", "d/*", ["d/a.txt", "d/t.tar", "d/up"]),
        ("*\n!d/e/deep.txt", "d", ["d"]),
        ("*\n!d/e/deep.txt", "d/*", ["d/e"]),
        ("*\n!d/e/deep.txt", ".", [""]),
        ("*\n!none", "d", []),
        ("**/*.txt\n!b.txt", "*.txt", ["b.txt"]),
        ("a.txt", "link", []),
        ("link", "link", []),
        ("d", "link to d/a.txt", []),
    ],
)
def test_dockerignore(root: Path, ignore: str, pattern: str, paths: list[str]) -> None:
    assert [found.path for found in context(root, ignore).sources(pattern)] == paths


def test_an_ignored_folder_with_very_many_files_is_unknown(tmp_path: Path) -> None:
    for number in range(2001):
        (tmp_path / "d" / str(number)).parent.mkdir(exist_ok=True)
        (tmp_path / "d" / str(number)).touch()
    (found,) = context(tmp_path, "*\n!none").sources("d")
    assert found.kind == "unknown"


def test_without_readable_rules_all_but_the_root_is_unknown(root: Path) -> None:
    held = BuildContext(root, guessed=False, dockerignore=None)
    assert [file.kind for file in held.sources("a.txt")] == ["unknown"]
    assert [file.kind for file in held.sources(".")] == ["directory"]


@not_root
def test_a_closed_folder_is_unknown(root: Path) -> None:
    (root / "d").chmod(0)
    try:
        kinds = [context(root).sources(pattern)[0].kind for pattern in ("d/a.txt", "d/*", "d")]
    finally:
        (root / "d").chmod(0o755)
    assert kinds == ["unknown", "unknown", "directory"]


def test_mode(root: Path) -> None:
    put(root, "run.sh", mode=0o755)
    (root / "link to run").symlink_to("run.sh")
    held = Evidence((context(root),))
    assert held.mode("run.sh", level_is_safe=True) == 0o755
    assert held.mode("link to run", level_is_safe=True) == 0o755
    assert held.mode("[ab].txt", level_is_safe=True) == 0o644
    assert held.mode("[ar]*", level_is_safe=True) is None
    assert held.mode("none", level_is_safe=True) is None


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("none", "unknown"),
        ("none*", "unknown"),
        ("out", "unknown"),
        ("[a]*", "unknown"),
        ("[ab].txt", "file"),
        ("[ad]", "directory"),
        ("?.txt", "archive"),
        ("d/[ae]*", "mixed"),
    ],
)
def test_kind_of_a_glob(root: Path, source: str, kind: str) -> None:
    held = Evidence((context(root),))
    assert held.kind(source, level_is_safe=True) == kind


def test_no_evidence() -> None:
    assert NO_EVIDENCE.kind(".", level_is_safe=False) == "unknown"
    assert NO_EVIDENCE.mode(".", level_is_safe=False) is None
    assert NO_EVIDENCE.exists(".", level_is_safe=False) is None
    assert NO_EVIDENCE.text("a", level_is_safe=False) is None


def test_contexts_must_agree(tmp_path: Path) -> None:
    put(tmp_path, "1/same", "2/same", "1/one", "1/differs", "2/text", mode=0o644)
    put(tmp_path, "2/differs", data=tar())
    put(tmp_path, "1/text", data=b"other")
    put(tmp_path, "2/mode", mode=0o755)
    put(tmp_path, "1/mode")
    held = Evidence((context(tmp_path / "1"), context(tmp_path / "2")))
    assert held.kind("same", level_is_safe=True) == "file"
    assert held.kind("one", level_is_safe=True) == "file"
    assert held.kind("differs", level_is_safe=True) == "unknown"
    assert held.mode("mode", level_is_safe=True) is None
    assert held.text("same", level_is_safe=True) == "text\n"
    assert held.text("one", level_is_safe=True) == "text\n"
    assert held.text("text", level_is_safe=True) is None


def test_text(root: Path) -> None:
    put(root, "bytes", data=b"\xff\xc3\xa4")
    held = Evidence((context(root),))
    assert held.text("bytes", level_is_safe=True) == "\udcffä"
    assert held.text("bytes", level_is_safe=True, limit=2) is None
    for path in ("none", "d", "pipe", "out", "*.txt", "[ab].txt"):
        assert held.text(path, level_is_safe=True) is None


def test_exists(root: Path) -> None:
    sure = Evidence((context(root),))
    guess = Evidence((BuildContext(root, guessed=True),))
    assert sure.exists("a.txt", level_is_safe=True) is True
    assert sure.exists("none", level_is_safe=True) is False
    assert sure.exists("out", level_is_safe=True) is None
    assert guess.exists("a.txt", level_is_safe=False) is True
    assert guess.exists("a.txt", level_is_safe=True) is None
    assert guess.exists("none", level_is_safe=False) is None


def test_guesses_do_not_count_at_safe(root: Path) -> None:
    held = Evidence((BuildContext(root, guessed=True),))
    assert held.kind("a.txt", level_is_safe=True) == "unknown"
    assert held.kind("a.txt", level_is_safe=False) == "file"


def roots(evidence: Evidence, base: Path) -> dict[str, bool]:
    """The contexts relative to `base`, each with whether it is guessed."""
    return {held.root.relative_to(base).as_posix(): held.guessed for held in evidence.contexts}


def test_a_file_alone_in_a_folder_has_no_context(tmp_path: Path) -> None:
    put(tmp_path, "Dockerfile", "Dockerfile.dockerignore")
    assert evidence_for(tmp_path / "Dockerfile", context=None, root=None) == NO_EVIDENCE


def test_the_own_folder_is_a_guess(tmp_path: Path) -> None:
    put(tmp_path, "a/Dockerfile", "a/x", "compose.yaml")
    held = evidence_for(tmp_path / "a" / "Dockerfile", context=None, root=None)
    assert roots(held, tmp_path) == {"a": True}


def test_the_work_tree_is_a_guess(tmp_path: Path) -> None:
    put(tmp_path, ".git/HEAD", "a/Dockerfile", "b/Dockerfile", "b/x")
    assert roots(
        evidence_for(tmp_path / "a" / "Dockerfile", context=None, root=None), tmp_path
    ) == {".": True}
    assert roots(
        evidence_for(tmp_path / "b" / "Dockerfile", context=None, root=tmp_path), tmp_path
    ) == {
        "b": True,
        ".": True,
    }


def test_what_a_tree_says_is_no_guess(tmp_path: Path) -> None:
    put(tmp_path, ".git/HEAD", "a/Dockerfile", "a/x", "b/x")
    put(
        tmp_path,
        "compose.yaml",
        data=b"services:\n  x: {build: {context: b, dockerfile: ../a/Dockerfile}}\n"
        b"  y: {build: {context: .., dockerfile: root/a/Dockerfile}}\n",
    )
    put(
        tmp_path,
        "a/devcontainer.json",
        data=b'{"build": {"dockerfile": "Dockerfile", "context": ".."}}',
    )
    forget_builds()
    held = evidence_for(tmp_path / "a" / "Dockerfile", context=None, root=None)
    assert roots(held, tmp_path) == {"b": False, ".": True, "a": True}


def test_a_context_outside_of_the_tree_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "root/a/Dockerfile")
    put(
        tmp_path,
        "root/compose.yaml",
        data=b"services: {x: {build: {context: .., dockerfile: root/a/Dockerfile}}}",
    )
    root = tmp_path / "root"
    assert evidence_for(root / "a" / "Dockerfile", context=None, root=root) == NO_EVIDENCE


def test_the_named_context_is_the_only_one(tmp_path: Path) -> None:
    put(tmp_path, ".git/HEAD", "a/Dockerfile", "a/x", "b/x")
    held = evidence_for(tmp_path / "a" / "Dockerfile", context=tmp_path / "b", root=tmp_path)
    assert roots(held, tmp_path) == {"b": False}


@pytest.mark.parametrize("name", ["none", "file"])
def test_a_named_context_must_be_a_folder(tmp_path: Path, name: str) -> None:
    put(tmp_path, "file")
    with pytest.raises(NotADirectoryError, match=name):
        evidence_for(tmp_path / "Dockerfile", context=tmp_path / name, root=None)


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({}, "file"),
        ({".dockerignore": b"x"}, "unknown"),
        ({"d/Dockerfile.dockerignore": b"x"}, "unknown"),
        ({".dockerignore": b"x", "d/Dockerfile.dockerignore": b""}, "file"),
        ({"d/.dockerignore": b"x"}, "file"),
        ({".dockerignore": b"[\n"}, "unknown"),
    ],
    ids=["none", "root", "own", "own comes first", "not the context's", "malformed"],
)
def test_which_ignore_file_counts(tmp_path: Path, files: dict[str, bytes], kind: str) -> None:
    put(tmp_path, "x", "d/Dockerfile")
    for name, data in files.items():
        put(tmp_path, name, data=data)
    held = evidence_for(tmp_path / "d" / "Dockerfile", context=tmp_path, root=None)
    assert held.kind("x", level_is_safe=True) == kind


def test_an_ignore_file_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "x", "rules")
    (tmp_path / ".dockerignore").symlink_to("rules")
    held = evidence_for(tmp_path / "Dockerfile", context=tmp_path, root=None)
    assert held.kind("x", level_is_safe=True) == "unknown"


def test_modes_of_files_and_of_what_folders_hold(root: Path) -> None:
    put(root, "d/e/tool", mode=0o4755)
    evidence = Evidence((context(root),))
    assert evidence.modes_below("a.txt") == {0o644}
    assert evidence.modes_below("d") == evidence.modes_below("link to d") == {0o644, 0o4755}
    assert evidence.modes_below(".") == {0o644, 0o4755}
    assert evidence.modes_below("d/e/*") == {0o644, 0o4755}
    # A pipe, a way out, and what there is not.
    for source in ("pipe", "out", "none", "empty"):
        assert evidence.modes_below(source) == frozenset()


def test_texts_of_the_files_that_sources_hold(tmp_path: Path) -> None:
    files = {
        "app.py": "a",
        "pkg/b.py": "b",
        "pkg/c.txt": "c",
        "node_modules/x/d.py": "d",
        "tests/e.py": "e",
        ".git/f.py": "f",
        "kept/g.py": "g",
        "huge.py": "h" * 300_000,
        "Dockerfile": "FROM x\n",
        ".dockerignore": "kept\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    evidence = evidence_for(tmp_path / "Dockerfile", context=None, root=tmp_path)
    everything = evidence.texts_below([".", "no-such*"], lambda path: path.endswith(".py"))
    assert list(everything) == [("app.py", "a"), ("pkg/b.py", "b")]
    assert list(evidence.texts_below(["pkg"], lambda path: True)) == [
        ("pkg/b.py", "b"),
        ("pkg/c.txt", "c"),
    ]
    assert not list(evidence.texts_below(["other"], lambda path: True))


def test_texts_of_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dfix.sourcetexts._LOOKED_AT", 3)
    for name in "abcd":
        (tmp_path / name).write_text(name)
    evidence = evidence_for(tmp_path / "Dockerfile", context=tmp_path, root=None)
    found = list(evidence.texts_below(["."], lambda path: True))
    assert found[:-1] == [("a", "a"), ("b", "b")]
    assert found[-1][1] is None


def test_texts_that_are_too_long_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dfix.sourcetexts._CHARACTERS", 3)
    for name in "abcd":
        (tmp_path / name).write_text(name * 2)
    evidence = evidence_for(tmp_path / "Dockerfile", context=tmp_path, root=None)
    found = list(evidence.texts_below(["."], lambda path: True))
    assert found == [("a", "aa"), ("b", "bb"), ("c", None)]


def test_texts_are_those_of_the_context_that_has_the_sources(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "web").mkdir()
    (tmp_path / "web/Dockerfile").write_text("FROM x\n")
    (tmp_path / "web/a.py").write_text("inside")
    (tmp_path / "a.py").write_text("top")
    (tmp_path / "go.mod").write_text("")
    evidence = evidence_for(tmp_path / "web/Dockerfile", context=None, root=None)
    assert list(evidence.texts_below(["a.py"], lambda path: True)) == [("a.py", "inside")]
    found = evidence.texts_below(["go.mod", "a.py"], lambda path: path.endswith(".py"))
    assert list(found) == [("a.py", "top")]


def test_modes_of_what_is_ignored_do_not_count(tmp_path: Path) -> None:
    for name, mode in (("a", 0o644), (".env", 0o600)):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(mode)
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    (tmp_path / ".dockerignore").write_text(".env\n.dockerignore\nDockerfile\n")
    evidence = evidence_for(tmp_path / "Dockerfile", context=tmp_path, root=None)
    assert evidence.modes_below(".") == {0o644}
