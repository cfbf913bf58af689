"""Remembering what was made of a thing for as long as the very same thing is asked about."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


def by_identity(most: int) -> Callable[[Callable[[Thing], Made]], Callable[[Thing], Made]]:
    """Decorates a function of one thing that never changes: it is called once for each.

    Things are told apart by what they are, not by what is in them: comparing two scripts takes
    longer than most of what is asked of them. All is forgotten when `most` things are known.
    """

    def decorate(make: Callable[[Thing], Made]) -> Callable[[Thing], Made]:
        known: dict[int, tuple[Thing, Made]] = {}

        @wraps(make)
        def asked(thing: Thing) -> Made:
            found = known.get(id(thing))
            if found is None:
                if len(known) >= most:
                    known.clear()
                # The thing is kept as well: so no other one comes to have its identity.
                found = known[id(thing)] = (thing, make(thing))
            return found[1]

        return asked

    return decorate
