"""The script that builds the embedded tables, on tables made up for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "build_base_images.py"
SHIPPED = ROOT / "src" / "dfix" / "resolve"

TAG_COLUMNS = ("image", "tags", "shared_tags", "architectures")
FACTS = {
    "image": "tool",
    "variant": "*",
    "os_family": "debian",
    "package_manager": "apt",
    "default_user": "",
    "users": "www-data 33:33; tool ?:?",
    "sh": "dash",
    "bash": "yes",
    "entrypoint": "",
    "cmd": '["bash"]',
    "workdir": "",
    "stopsignal": "",
    "expose": "80 443",
    "volume": "",
    "init": "none",
    "drops_privileges": "",
    "busybox": "no",
    "source": "example.org/tool HEAD@1234567(2026-08-01):Dockerfile",
    "basis": "HEAD",
    "inherits": "debian:trixie <- scratch",
    "user_tools": "useradd;adduser",
    "tools_installed": "curl git",
    "library_tags": "1",
    "notes": "a remark that stays behind",
}


def table(rows: list[dict[str, str]], columns: tuple[str, ...]) -> str:
    lines = ["\t".join(columns), *("\t".join(row[column] for column in columns) for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def run(
    folder: Path, facts: list[dict[str, str]], tags: list[tuple[str, str, str, str]]
) -> subprocess.CompletedProcess[str]:
    """Runs the script on `facts` and `tags`; what it writes is then in `folder`."""
    entries = [dict(zip(TAG_COLUMNS, entry, strict=True)) for entry in tags]
    (folder / "in-tags.tsv").write_text(table(entries, TAG_COLUMNS), "utf-8")
    columns = tuple(facts[0]) if facts else tuple(FACTS)
    (folder / "in-facts.tsv").write_text(table(facts, columns), "utf-8")
    return build(folder / "in-tags.tsv", folder / "in-facts.tsv", "2026-08-21", folder)


def build(tags: Path, facts: Path, day: str, out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, str(SCRIPT), "--all-tags", str(tags), "--facts", str(facts)),
            *("--date", day, "--out", str(out)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def cells(folder: Path) -> list[dict[str, str]]:
    """The rows of the facts that were written."""
    _, header, *lines = (folder / "bases.tsv").read_text("utf-8").splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]


def built(
    folder: Path, change: dict[str, str], tags: list[tuple[str, str, str, str]] | None = None
) -> dict[str, str]:
    """The only row, from the model row with `change`, of an image that has one current tag."""
    result = run(folder, [FACTS | change], tags or [("tool", "1", "", "amd64")])
    assert result.returncode == 0, result.stderr
    (row,) = cells(folder)
    return row


@pytest.mark.parametrize("column", ["variant", "basis", "library_tags"])
def test_a_missing_column_is_an_error(tmp_path: Path, column: str) -> None:
    facts = {name: cell for name, cell in FACTS.items() if name != column}
    result = run(tmp_path, [facts], [])
    assert result.returncode != 0
    assert f"no column {column}" in result.stderr
    assert not (tmp_path / "bases.tsv").exists()


def test_a_pattern_that_the_lookup_would_read_otherwise_is_an_error(tmp_path: Path) -> None:
    result = run(tmp_path, [FACTS | {"variant": "1.?"}, FACTS], [])
    assert result.returncode != 0
    assert "no wildcard but *" in result.stderr


def test_an_image_without_a_row_for_everything_is_an_error(tmp_path: Path) -> None:
    result = run(tmp_path, [FACTS | {"variant": "1.*"}], [("tool", "2", "", "amd64")])
    assert result.returncode != 0
    assert "tool:2" in result.stderr


def test_a_bad_date_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.tsv").write_text("\n", "utf-8")
    result = build(tmp_path / "empty.tsv", tmp_path / "empty.tsv", "21.08.2026", tmp_path)
    assert result.returncode == 2
    assert "--date" in result.stderr


def test_the_tags_by_image_with_the_entries_in_their_order(tmp_path: Path) -> None:
    run(
        tmp_path,
        [],
        [
            ("tool", "2,latest", "", "amd64,arm64v8"),
            ("tool", "1", "", ""),
            ("able", "1-nano", "1,latest", "windows-amd64"),
            ("able", "1-linux", "1,latest", "amd64,windows-amd64"),
        ],
    )
    assert (tmp_path / "tags.tsv").read_text("utf-8") == (
        "# docker-library/official-images and its sources, snapshot of 2026-08-21\n"
        "image\ttags\tshared\tplatform\n"
        "able\t1-nano\t1,latest\twindows\n"
        "able\t1-linux\t1,latest\tlinux\n"
        "tool\t2,latest\t\tlinux\n"
        "tool\t1\t\tlinux\n"
    )


def test_a_row_of_facts(tmp_path: Path) -> None:
    assert built(tmp_path, {}) == {
        "image": "tool",
        "patterns": "*",
        "family": "debian",
        "package_manager": "apt",
        "default_user": "root",
        "users": "www-data:33:33 tool:?:?",
        "shell": "dash",
        "bash": "yes",
        "entrypoint": "[]",
        "cmd": '["bash"]',
        "workdir": "/",
        "stopsignal": "",
        "init": "none",
        "drops_privileges": "?",
        "user_tools": "useradd adduser",
        "tools_installed": "curl git",
        "expose": "80 443",
        "volume": "",
        "basis": "read",
        "read_for": "current",
    }


def test_remarks_and_sources_stay_behind(tmp_path: Path) -> None:
    built(tmp_path, {})
    written = (tmp_path / "bases.tsv").read_text("utf-8")
    assert "remark" not in written
    assert "example.org" not in written


@pytest.mark.parametrize(
    ("change", "column", "expected"),
    [
        pytest.param({"default_user": "unknown"}, "default_user", "?", id="user-not-known"),
        pytest.param({"default_user": '"app"'}, "default_user", "app", id="user-in-quotes"),
        pytest.param({"users": "root 65532:65532"}, "users", "", id="root-is-no-other-user"),
        pytest.param({"package_manager": ""}, "package_manager", "?", id="manager-not-known"),
        pytest.param({"package_manager": "none"}, "package_manager", "none", id="no-manager"),
        pytest.param({"sh": ""}, "shell", "?", id="shell-not-known"),
        pytest.param({"bash": "unknown"}, "bash", "?", id="bash-not-known"),
        pytest.param({"init": "unknown"}, "init", "?", id="init-not-known"),
        pytest.param({"init": "tini"}, "init", "tini", id="init"),
        pytest.param({"drops_privileges": "none"}, "drops_privileges", "none", id="drops-none"),
        pytest.param({"workdir": "/x-<version>"}, "workdir", "?", id="workdir-with-a-version"),
        pytest.param({"stopsignal": "SIGQUIT"}, "stopsignal", "SIGQUIT", id="stopsignal"),
        pytest.param({"cmd": ""}, "cmd", "?", id="cmd-and-entrypoint-both-empty"),
        pytest.param({"cmd": ""}, "entrypoint", "?", id="entrypoint-and-cmd-both-empty"),
        pytest.param({"cmd": "", "entrypoint": '["a"]'}, "cmd", "[]", id="entrypoint-clears-cmd"),
        pytest.param({"cmd": "", "os_family": "distroless"}, "cmd", "[]", id="bare-cmd"),
        pytest.param({"cmd": '["a<version>"]'}, "cmd", "?", id="cmd-with-a-version"),
        pytest.param({"cmd": '["a" + b'}, "cmd", "?", id="cmd-is-an-expression"),
        pytest.param({"cmd": '"a"'}, "cmd", "?", id="cmd-is-no-array"),
        pytest.param({"cmd": "[1]"}, "cmd", "?", id="cmd-with-a-number"),
        pytest.param({"cmd": '["-g", "\\"a", "b;\\""]'}, "cmd", "?", id="cmd-torn-in-its-quotes"),
        pytest.param({"cmd": '["say", "\\"a\\""]'}, "cmd", '["say", "\\"a\\""]', id="whole-quotes"),
        pytest.param({"cmd": "shell form: a $B"}, "cmd", '"a $B"', id="cmd-in-shell-form"),
    ],
)
def test_a_cell(tmp_path: Path, change: dict[str, str], column: str, expected: str) -> None:
    assert built(tmp_path, change)[column] == expected


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"basis": "derived"}, id="known-from-its-children"),
        pytest.param({"basis": "HEAD;derived"}, id="partly-known-from-its-children"),
        pytest.param({"basis": "library-tags-only"}, id="only-its-tags-are-known"),
        pytest.param({"os_family": "windows"}, id="windows"),
        pytest.param({"sh": "", "inherits": "other (not read)"}, id="parent-not-read"),
        pytest.param({"sh": "", "inherits": ""}, id="parents-not-known"),
    ],
)
def test_empty_is_not_none_where_the_chain_was_not_read(
    tmp_path: Path, change: dict[str, str]
) -> None:
    row = built(tmp_path, change)
    assert (row["entrypoint"], row["workdir"], row["stopsignal"]) == ("?", "?", "?")


@pytest.mark.parametrize(
    ("change", "basis"),
    [
        ({"basis": "derived"}, "extrapolated"),
        ({"basis": "library-tags-only"}, "extrapolated"),
        ({"os_family": "windows"}, "extrapolated"),
        ({"basis": "history"}, "read"),
        ({"basis": "HEAD-sibling"}, "read"),
        ({"basis": "HEAD;HEAD-sibling;library"}, "read"),
    ],
)
def test_basis(tmp_path: Path, change: dict[str, str], basis: str) -> None:
    assert built(tmp_path, change)["basis"] == basis


@pytest.mark.parametrize(
    ("change", "read_for"),
    [
        pytest.param({"library_tags": "0"}, "", id="the-tag-could-not-be-read"),
        pytest.param({"basis": "HEAD-sibling"}, "", id="another-version-was-read"),
        pytest.param({"basis": "history"}, "", id="history"),
        pytest.param({"basis": "derived"}, "", id="known-from-its-children"),
        pytest.param({"basis": "HEAD;HEAD-sibling"}, "current", id="partly-a-sibling"),
        pytest.param({"basis": "library"}, "current", id="library"),
    ],
)
def test_read_for_listed_tags(tmp_path: Path, change: dict[str, str], read_for: str) -> None:
    assert built(tmp_path, change)["read_for"] == read_for


@pytest.mark.parametrize(
    ("change", "read_for"),
    [
        pytest.param({"basis": "derived"}, "", id="known-from-its-children"),
        pytest.param({"basis": "HEAD-sibling"}, "", id="another-version-was-read"),
        pytest.param({"source": "example.org/tool HEAD:Dockerfile"}, "", id="no-date"),
        pytest.param({"source": "e HEAD@1(2025-08-20):Dockerfile"}, "", id="older-than-a-year"),
        pytest.param({"source": "e HEAD@1(2025-08-21):Dockerfile"}, "floating", id="a-year"),
        pytest.param({"source": "e HEAD@1(2020-01-01):8.0/a/Dockerfile"}, "8.0", id="old-line"),
        pytest.param(
            {"source": "e HEAD@1(2026-08-01):src/8.0/v9/10/Dockerfile; 11.0-rc/12"},
            "floating 10 12 8.0",
            id="lines",
        ),
    ],
)
def test_read_for_unlisted_tags(tmp_path: Path, change: dict[str, str], read_for: str) -> None:
    assert built(tmp_path, change, [("other", "1", "", "amd64")])["read_for"] == read_for


def test_the_lines_of_one_row_hold_for_all_rows_of_the_image(tmp_path: Path) -> None:
    old = {"variant": "*alpine*", "source": "e HEAD@1(2020-01-01):8.0/Dockerfile"}
    derived = {"variant": "9*", "basis": "derived"}
    run(tmp_path, [FACTS | old, FACTS | derived, FACTS], [])
    assert [row["read_for"] for row in cells(tmp_path)] == ["8.0", "", "floating 8.0"]


def test_images_are_sorted_and_the_rows_of_one_are_not(tmp_path: Path) -> None:
    run(
        tmp_path,
        [
            FACTS | {"variant": "z*"},
            FACTS | {"variant": "a*|b*"},
            FACTS,
            FACTS | {"image": "able"},
        ],
        [],
    )
    assert [(row["image"], row["patterns"]) for row in cells(tmp_path)] == [
        ("able", "*"),
        ("tool", "z*"),
        ("tool", "a*|b*"),
        ("tool", "*"),
    ]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    built(tmp_path, {})
    first = (tmp_path / "bases.tsv").read_bytes(), (tmp_path / "tags.tsv").read_bytes()
    built(tmp_path, {})
    assert first == ((tmp_path / "bases.tsv").read_bytes(), (tmp_path / "tags.tsv").read_bytes())


def test_the_shipped_tables_are_small_enough_to_ship() -> None:
    sizes = [(SHIPPED / name).stat().st_size for name in ("tags.tsv", "bases.tsv")]
    assert sum(sizes) < 600_000


@pytest.mark.corpus
@pytest.mark.skipif(
    not (os.environ.get("DFIX_DATA") and os.environ.get("DFIX_CORPUS")),
    reason="DFIX_DATA and DFIX_CORPUS name no folders",
)
def test_the_shipped_tables_are_what_the_script_makes_of_their_sources(tmp_path: Path) -> None:
    result = build(
        Path(os.environ["DFIX_CORPUS"]) / "official-all-tags.tsv",
        Path(os.environ["DFIX_DATA"]) / "base-images.tsv",
        "2026-08-21",
        tmp_path,
    )
    assert result.returncode == 0, result.stderr
    for name in ("tags.tsv", "bases.tsv"):
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes(), name
