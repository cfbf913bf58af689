"""Which repositories a call names."""

from pathlib import Path

import pytest

from dfix.migrate.sources import SourceError, expand, fit_for_ref

from .repositories import git


def make(folder: Path, *, bare: bool = False) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "-q", *(["--bare"] if bare else []))
    return folder


def places(
    tmp_path: Path, *given: str, lines: tuple[str, ...] = ()
) -> list[tuple[str, str | None]]:
    found = expand(given, cwd=tmp_path, standard_input=lines)
    return [(each.location.removeprefix(f"{tmp_path}/"), each.ref) for each in found]


def test_a_repository_and_a_bare_one(tmp_path: Path) -> None:
    make(tmp_path / "work")
    make(tmp_path / "bare.git", bare=True)
    assert places(tmp_path, "work", "bare.git") == [("work", None), ("bare.git", None)]


def test_a_folder_stands_for_the_repositories_in_it(tmp_path: Path) -> None:
    for name in ("b", "a/deep", "a/bare.git", "c/node_modules/x", "b/nested"):
        make(tmp_path / "all" / name, bare=name.endswith(".git"))
    (tmp_path / "all" / "link").symlink_to(tmp_path / "all" / "b")
    (tmp_path / "all" / "file").touch()
    found = places(tmp_path, "all")
    assert found == [("all/a/bare.git", None), ("all/a/deep", None), ("all/b", None)]
    assert {each.within for each in expand(["all"], cwd=tmp_path)} == {str(tmp_path / "all")}


def test_a_list_names_places_and_refs(tmp_path: Path) -> None:
    for name in ("lists/a", "lists/with blank", "b"):
        make(tmp_path / name)
    text = (
        "# all\n\na\nwith blank\nwith blank\tdev\n../b v1.2\r\nhttps://example.com/o/r.git main\n"
    )
    (tmp_path / "lists" / "repos.txt").write_text(text)
    assert places(tmp_path, "lists/repos.txt") == [
        ("lists/a", None),
        ("lists/with blank", None),
        ("lists/with blank", "dev"),
        ("b", "v1.2"),
        ("https://example.com/o/r.git", "main"),
    ]


def test_a_list_may_come_on_standard_input(tmp_path: Path) -> None:
    make(tmp_path / "a")
    assert places(tmp_path, "-", lines=("a\n", "ssh://git@example.com/x.git\n")) == [
        ("a", None),
        ("ssh://git@example.com/x.git", None),
    ]


ADDRESSES = (
    "https://example.com/owner/repo.git",
    "https://user:token@example.com/owner/repo",
    "ssh://git@example.com:2222/owner/repo.git",
    "git@example.com:owner/repo.git",
    "example.com:owner/repo",
    "file:///srv/git/repo.git",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses(address: str, tmp_path: Path) -> None:
    (source,) = expand([address], cwd=tmp_path)
    assert source.is_address
    assert source.name == "repo"
    assert "token" not in source.shown


REFUSED = {
    "nothing there": "missing",
    "a folder without repositories": "empty",
    "a transport that runs a program": "ext::sh -c touch% x",
    "a transport by helper": "foo::bar",
    "a transport without proof": "http://example.com/r",
    "git's own transport": "git://example.com/r",
    "a host that is an option": "ssh://-oProxyCommand=touch/x",
    "no host": "https:///x",
    "an address with a blank": "https://example.com/a b",
    "a file that is no list": "binary",
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_what_is_no_source_is_refused(given: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary").write_bytes(b"\0\1")
    with pytest.raises(SourceError) as caught:
        expand([given], cwd=tmp_path)
    assert "\n" not in str(caught.value)


def test_a_line_of_a_list_that_is_no_source_is_named(tmp_path: Path) -> None:
    make(tmp_path / "a")
    (tmp_path / "list").write_text("a\n\nmissing\n")
    with pytest.raises(SourceError, match=r"^list:3: missing: no such folder$"):
        expand(["list"], cwd=tmp_path)


def test_a_repository_counts_once(tmp_path: Path) -> None:
    make(tmp_path / "a")
    (tmp_path / "same").symlink_to("a")
    assert places(tmp_path, "a", "./a", "same", ".") == [("a", None)]


def test_names_are_unique_and_fit_for_files(tmp_path: Path) -> None:
    given = [
        "https://example.com/one/app.git",
        "https://example.com/two/app.git",
        "https://example.org/two/app.git",
        "https://example.com/three/App.git",
        "https://example.com/x/..%2f..%2fetc",
        "https://example.com/x/na%0Ame",
        "https://example.com/" + "x" * 300,
        "https://example.com/x/.git",
    ]
    names = [each.name for each in expand(given, cwd=tmp_path)]
    assert names[:4] == ["one-app", "example.com-two-app", "example.org-two-app", "three-App"]
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert name.strip(".")
        assert "/" not in name and "\n" not in name and len(name) <= 110


@pytest.mark.parametrize(
    "name", ["main", "v1.0", "feature/x", "a-b_c", "\N{GREEK SMALL LETTER ALPHA}"]
)
def test_names_that_git_takes_for_a_ref(name: str) -> None:
    assert fit_for_ref(name)


@pytest.mark.parametrize(
    "name",
    ["", "-x", "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "[a", "/a", "a/", "a//b", ".a", "a/.b", "a.lock",
     "a.", "@", "a@{1}", "a\\b", "a\nb", "a\x7f"],
)  # fmt: skip
def test_names_that_git_would_not_take(name: str) -> None:
    assert not fit_for_ref(name)
