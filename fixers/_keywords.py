"""Keywords of instructions that take another one's place."""

from dfix import Leaf


def in_case_of(old: Leaf, word: str) -> Leaf:
    """The keyword `word` (in capitals) in the place of `old`, and in its letter case."""
    if old.value.islower():
        word = word.lower()
    elif old.value.istitle():
        word = word.title()
    return Leaf(old.prefix, word)
