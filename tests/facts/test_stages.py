"""How the stages of a file hang together."""

import pytest

from dfix import Facts, parse
from dfix.facts.stages import origins


def parents(text: str) -> list[int | None]:
    """The number of each stage's parent."""
    tree = parse(text)
    stages = Facts(tree).stages
    found = [stages.parent(stage) for stage in tree.stages]
    return [None if parent is None else parent.index for parent in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("FROM a\n", [None], id="image"),
        pytest.param("FROM a AS b\nFROM c\n", [None, None], id="another-image"),
        pytest.param("FROM b\nFROM a AS b\n", [None, None], id="name-below"),
        pytest.param("FROM a AS a\n", [None], id="its-own-name"),
        pytest.param("FROM a AS b\nFROM b:latest\n", [None, None], id="tagged"),
        pytest.param("FROM a AS b\nFROM B\n", [None, None], id="capitals"),
        pytest.param("FROM a AS b\nFROM 0\n", [None, None], id="number"),
        pytest.param("FROM a AS B\nFROM b\n", [None, 0], id="name-in-capitals"),
        pytest.param("FROM a AS b\nFROM b AS b\nFROM b\n", [None, 0, 1], id="name-twice"),
    ],
)
def test_parent(text: str, expected: list[int | None]) -> None:
    assert parents(text) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("COPY a b", [], id="copy"),
        pytest.param("COPY --from= a b", [], id="copy-empty"),
        pytest.param("COPY --chown=from=x a b", [], id="copy-another-flag"),
        pytest.param("RUN a --from=b", [], id="run-argument"),
        pytest.param("RUN --mount=type=cache,target=/from=x a", [], id="run-target"),
        pytest.param("RUN --network=from=x a", [], id="run-another-flag"),
        pytest.param("RUN --mount=from=,target=/x a", [], id="run-empty"),
        pytest.param("ENV A=--from=b", [], id="another-instruction"),
        pytest.param("COPY --from=x a b", [("--from=x", "x")], id="copy-from"),
        pytest.param('COPY --from="x" a b', [('--from="x"', "x")], id="copy-from-in-quotes"),
        pytest.param("COPY --from=X a b", [("--from=X", "X")], id="copy-as-written"),
        pytest.param(
            "RUN --mount=From=x,target=/x a", [("--mount=From=x,target=/x", "x")], id="run-from"
        ),
        pytest.param(
            "RUN --mount=from=x --network=none --mount=target=/y,from=y:1 a",
            [("--mount=from=x", "x"), ("--mount=target=/y,from=y:1", "y:1")],
            id="run-from-twice",
        ),
    ],
)
def test_origins(line: str, expected: list[tuple[str, str]]) -> None:
    instruction = parse(f"FROM a\n{line}\n").instructions[1]
    assert [(flag.text, name) for flag, name in origins(instruction)] == expected


@pytest.mark.parametrize(
    ("text", "shipped"),
    [
        pytest.param("FROM a\n", [0], id="one"),
        pytest.param("FROM a AS b\nFROM c\nCOPY --from=b x y\n", [1], id="copied-from"),
        pytest.param("FROM a AS b\nFROM c\nCOPY --from=B x y\n", [1], id="copied-from-in-capitals"),
        pytest.param("FROM a\nFROM c\nCOPY --from=0 x y\n", [1], id="copied-from-by-number"),
        pytest.param("FROM a AS b\nFROM c\nRUN --mount=from=b,target=/b x\n", [1], id="mounted"),
        pytest.param("FROM a AS b\nFROM c\nONBUILD COPY --from=b x y\n", [1], id="onbuild"),
        pytest.param("FROM a AS b\nFROM c\n", [0, 1], id="a-target"),
        pytest.param("FROM a AS b\nFROM b\n", [0, 1], id="a-parent"),
    ],
)
def test_is_shipped(text: str, shipped: list[int]) -> None:
    tree = parse(text)
    stages = Facts(tree).stages
    assert [each.index for each in tree.stages if stages.is_shipped(each)] == shipped
