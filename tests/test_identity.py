"""What was made of a thing is remembered for the very same thing, and for no other."""

from dfix.identity import by_identity


class Thing:
    """Equal to all others of its kind."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing)

    __hash__ = None  # type: ignore[assignment]


def test_a_thing_is_asked_about_once() -> None:
    asked: list[Thing] = []

    @by_identity(most=4)
    def count(thing: Thing) -> int:
        asked.append(thing)
        return len(asked)

    one, other = Thing(), Thing()
    assert [count(one), count(other), count(one), count(other)] == [1, 2, 1, 2]


def test_a_thing_that_is_gone_is_not_taken_for_another() -> None:
    """What is remembered of a thing keeps it alive: its identity is free only when all is forgotten."""

    @by_identity(most=8)
    def itself(thing: Thing) -> Thing:
        return thing

    for _ in range(1_000):
        thing = Thing()
        assert itself(thing) is thing


def test_no_more_is_remembered_than_asked_for() -> None:
    asked: list[object] = []

    @by_identity(most=2)
    def make(thing: Thing) -> None:
        asked.append(thing)

    things = [Thing() for _ in range(3)]
    for thing in (*things, *things[:1]):
        make(thing)
    assert len(asked) == 4
