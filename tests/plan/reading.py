"""Plans of small files, as the tests write them."""

from typing import TypeVar

from dfix.parser import parse
from dfix.plan import Boundary, Change, Config, Effect, Plan, StagePlan, Statement, Transfer, plan

E = TypeVar("E", bound=Effect)


def of_kind(effect: Effect, kind: type[E]) -> E:
    """The effect, which must be of that kind."""
    assert isinstance(effect, kind)
    return effect


def planned(*lines: str) -> Plan:
    """The plan of a file of these lines."""
    return plan(parse("".join(f"{line}\n" for line in lines)))


def last(*lines: str) -> StagePlan:
    """The last stage of a file that begins with an image."""
    return planned("FROM debian:12", *lines).stages[-1]


def config(*lines: str) -> Config:
    return last(*lines).config


def effects(*lines: str) -> tuple[Effect, ...]:
    return last(*lines).effects


def statements(*lines: str) -> list[Statement]:
    return [each for each in effects(*lines) if isinstance(each, Statement)]


def run(text: str) -> list[Statement]:
    """The statements of one RUN."""
    return statements(f"RUN {text}")


def transfer(line: str) -> Transfer:
    """What a COPY or ADD below a WORKDIR does."""
    return of_kind(effects("WORKDIR /w", line)[-1], Transfer)


def failures(text: str) -> list[tuple[str, str]]:
    """Texts and failures of the statements of one RUN."""
    return [(each.text, each.failure) for each in run(text)]


def boundaries(*lines: str) -> int:
    return sum(isinstance(each, Boundary) for each in effects(*lines))


def changes(before: list[str], after: list[str]) -> list[Change]:
    """How the last of two files differs from the first; both begin with the same image."""
    old = planned("FROM debian:12", *before)
    return list(old.difference(planned("FROM debian:12", *after)))
