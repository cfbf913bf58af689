"""Renaming stages: what is declined first, then what is done."""

from pathlib import Path

import pytest

from dfix.lsp.edits import applied
from dfix.lsp.stages import mention_at, renamed
from dfix.lsp.subject import Declined
from dfix.parser import parse

FILE = "FROM debian:12 AS build\nRUN make\nFROM scratch\nCOPY --from=build /a /a\n"


def rename(text: str, name: str, *, mark: str = "build", path: Path | None = None) -> str:
    """The text with the stage of its first `mark` called otherwise."""
    offset = text.index(mark) + len(mark.partition("AS ")[1])
    return applied(text, renamed(parse(text.encode()), offset, name, path))


def declined(text: str, name: str, *, mark: str = "build", path: Path | None = None) -> str:
    with pytest.raises(Declined) as error:
        rename(text, name, mark=mark, path=path)
    return str(error.value)


def test_the_same_name_changes_nothing() -> None:
    assert rename(FILE, "build") == FILE


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (FILE, "debian"),
        (FILE, "make"),
        (FILE, "scratch"),
        (FILE, "/a"),
        (FILE, "AS"),
        ("FROM build\n", "build"),
        ("FROM scratch\nCOPY --from=build a b\n", "build"),
        ("FROM a AS build\nFROM b\nCOPY --from=0 a b\n", "0"),
        ("FROM a AS build\n# build\nRUN build\n", "build\nRUN"),
        ("FROM a AS build\nRUN <<E\nCOPY --from=build a b\nE\n", "build a"),
        ("FROM a AS b\nFROM $b\n", "$b"),
        ("", ""),
    ],
)
def test_there_is_no_name_there(text: str, mark: str) -> None:
    with pytest.raises(Declined, match="no name of a stage"):
        mention_at(parse(text.encode()), text.index(mark))


@pytest.mark.parametrize(
    "name", ["", " ", "0", "1a", "-a", ".a", "a b", "a\nb", "ä", "a😀", "a/b", "a:b", "$a", "a,b"]
)
def test_a_name_that_is_none(name: str) -> None:
    assert "begins with a letter" in declined(FILE, name)


@pytest.mark.parametrize("name", ["scratch", "context"])
def test_a_name_that_is_taken_by_the_builder(name: str) -> None:
    assert "something else" in declined(FILE, name)


def test_names_are_small() -> None:
    assert "small letters" in declined(FILE, "Build2")


def test_another_stage_has_the_name() -> None:
    assert "another stage" in declined(FILE.replace("FROM scratch", "FROM a AS Other"), "other")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FROM a AS build\nFROM node\n", "node"),
        ("FROM node AS build\n", "node"),
        ("FROM a AS build\nFROM b\nCOPY --from=busybox a b\n", "busybox"),
        ("FROM a AS build\nRUN --mount=type=bind,from=tools,target=/t x\n", "tools"),
        ("FROM a AS build\nFROM b\nONBUILD COPY --from=tools a b\n", "tools"),
    ],
)
def test_an_image_has_the_name(text: str, name: str) -> None:
    assert "would hide" in declined(text, name)


@pytest.mark.parametrize(
    "text",
    [
        "ARG base=build\nFROM a AS build\nFROM $base\n",
        "ARG base\nFROM a AS build\nFROM ${base:-build}\n",
        "FROM a AS build\nFROM b\nARG s=build\nRUN --mount=from=$s,target=/t x\n",
        "ARG base=debian\nFROM a AS build\nFROM bu${base}\n",
    ],
)
def test_a_variable_has_the_name(text: str) -> None:
    assert "variable" in declined(text, "other", mark="AS build")


@pytest.mark.parametrize(
    "text",
    [
        "ARG base\nFROM $base AS build\nFROM b\n",
        "ARG v\nFROM a AS build\nFROM node:$v\nFROM ${v}/x\nFROM my$v\n",
        "FROM a AS build\nFROM b\nENV s=build\nRUN echo $s\n",
    ],
)
def test_a_variable_cannot_have_the_name(text: str) -> None:
    assert rename(text, "other", mark="AS build") == text.replace("AS build", "AS other")


def test_a_variable_becomes_the_name() -> None:
    assert "variable" in declined("ARG b\nFROM a AS build\nFROM oth$b\n", "other")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('COPY --from="build" a b', "one piece"),
        ("COPY --fr\\\nom=build a b", "one piece"),
        ("RUN --mount=type=bind,From=build,target=/t x", "one piece"),
        ("RUN --mount=type=bind,target=/from=build,from=build x", "one piece"),
        ("ONBUILD COPY --from=build a b", "ONBUILD"),
    ],
)
def test_a_mention_that_cannot_be_edited(line: str, why: str) -> None:
    assert why in declined(f"FROM a AS build\nFROM b\n{line}\n", "other")


def test_a_stage_further_down_is_not_what_is_meant_above_it() -> None:
    text = "FROM b\nCOPY --from=build x y\nFROM a AS build\n"
    assert "the build would differ" in declined(text, "other", mark="AS build")


def test_two_stages_of_the_name() -> None:
    assert "2 stages" in declined("FROM a AS build\nFROM b AS build\n", "other")


@pytest.mark.parametrize("name", ["compose.yaml", "docker-bake.hcl"])
def test_a_file_beside_it_builds_the_target(name: str, tmp_path: Path) -> None:
    compose = "services:\n  a:\n    build:\n      context: .\n      target: Build\n"
    bake = 'target "a" {\n  context = "."\n  target = "build"\n}\n'
    (tmp_path / name).write_text(compose if name.endswith("yaml") else bake)
    path = tmp_path / "Dockerfile"
    path.write_text(FILE)
    assert name in declined(FILE, "other", path=path)
    assert rename(FILE, "other", path=tmp_path / "Other.Dockerfile") != FILE


def test_an_image_with_a_tag_is_not_hidden() -> None:
    text = "FROM a AS build\nFROM node:24\nCOPY --from=docker.io/library/node a b\n"
    assert rename(text, "node") == text.replace("AS build", "AS node")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FILE, FILE.replace("build", "tools")),
        (FILE.replace("\n", "\r\n"), FILE.replace("\n", "\r\n").replace("build", "tools")),
        ("\ufeff" + FILE, "\ufeff" + FILE.replace("build", "tools")),
        (
            "FROM a AS build\nFROM build AS x\nFROM build:1\nFROM build\n",
            "FROM a AS tools\nFROM tools AS x\nFROM build:1\nFROM tools\n",
        ),
        (
            "from a as BUILD\nfrom b\ncopy --from=Build a b\nrun --mount=from=bUILD,target=/t x\n",
            "from a as tools\nfrom b\ncopy --from=tools a b\nrun --mount=from=tools,target=/t x\n",
        ),
        (
            "FROM a AS build\n# build\nFROM b\nCOPY --from=build build /build\nRUN echo build # build\n",
            "FROM a AS tools\n# build\nFROM b\nCOPY --from=tools build /build\nRUN echo build # build\n",
        ),
        (
            "FROM --platform=$BUILDPLATFORM a AS build\nFROM b\nCOPY --link --from=build \\\n  a b\n",
            "FROM --platform=$BUILDPLATFORM a AS tools\nFROM b\nCOPY --link --from=tools \\\n  a b\n",
        ),
        (
            "FROM a AS build-1.x_y\nFROM b\nCOPY --from=build-1.x_y a b\nCOPY --from=build-1.x_y-z c d\n",
            "FROM a AS tools\nFROM b\nCOPY --from=tools a b\nCOPY --from=build-1.x_y-z c d\n",
        ),
        (
            "FROM a AS build\nFROM b\nCOPY --from=0 a b\nCOPY --from=build a b\n",
            "FROM a AS tools\nFROM b\nCOPY --from=0 a b\nCOPY --from=tools a b\n",
        ),
    ],
)
def test_renamed(before: str, after: str) -> None:
    mark = next(each for each in ("build-1.x_y", "BUILD", "build") if f" {each}" in before)
    assert rename(before, "tools", mark=mark) == after
    assert rename(after, mark.lower(), mark="tools").lower() == before.lower()


@pytest.mark.parametrize("mark", ["build\nRUN", "build /a"])
def test_every_mention_stands_for_all(mark: str) -> None:
    assert rename(FILE, "tools", mark=mark) == FILE.replace("build", "tools")


def test_the_end_of_a_name_belongs_to_it() -> None:
    tree = parse(FILE.encode())
    start = FILE.index("build")
    found = [mention_at(tree, start + each) for each in (0, 3, 5)]
    assert {(each.start, each.end, each.name) for each in found} == {(start, start + 5, "build")}
