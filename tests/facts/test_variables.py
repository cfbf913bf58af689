"""Variables that the builder expands: where it expands none first."""

import pytest

from dfix import Facts, parse
from dfix.facts.variables import mentioned

NONE = {
    "run": "RUN echo $A",
    "cmd": "CMD echo $A",
    "exec-form": 'ENTRYPOINT ["$A"]',
    "copy-from": "COPY --from=$A b c",
    "escaped": "ENV B=\\$A",
    "single-quotes": "ENV B='$A'",
    "default": "ENV B=${A:-c}",
    "required": "ENV B=${A:?c}",
    "unclosed": "ENV B=${A",
    "heredoc": "COPY <<EOF /b\n$A\nEOF",
    "maintainer": "MAINTAINER $A",
}
SOME = {
    "env": ("ENV B=$A C=${D}", ["A", "D"]),
    "legacy-env": ("ENV B $A c", ["A"]),
    "label": ('LABEL b="$A"', ["A"]),
    "arg": ("ARG B=$A", ["A"]),
    "copy": ("COPY --chown=$A $B $C", ["A", "B", "C"]),
    "array": ('COPY ["$A", "b"]', ["A"]),
    "mount": ("RUN --mount=type=cache,target=$A true", ["A"]),
    "workdir": ("WORKDIR /$A/${B}", ["A", "B"]),
    "user": ("USER $A", ["A"]),
    "expose": ("EXPOSE $A", ["A"]),
    "volume": ("VOLUME $A", ["A"]),
    "stopsignal": ("STOPSIGNAL $A", ["A"]),
    "pattern": ("ENV B=${A%/*}", ["A"]),
}


def names(line: str) -> list[str]:
    facts = Facts(parse(f"FROM debian:12\n{line}\n"))
    return [name for _, name in mentioned(facts.tree.instructions[1], facts.tree.escape)]


@pytest.mark.parametrize("case", NONE)
def test_none(case: str) -> None:
    assert names(NONE[case]) == []


@pytest.mark.parametrize("case", SOME)
def test_some(case: str) -> None:
    line, wanted = SOME[case]
    assert names(line) == wanted


def test_from() -> None:
    (line,) = parse("FROM --platform=$P a:$B\n").instructions
    assert [name for _, name in mentioned(line, "\\")] == ["P", "B"]
