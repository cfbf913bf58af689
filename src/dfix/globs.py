"""Globs over slash-separated paths, matched in linear time.

Go's `path/filepath.Match` is what COPY and ADD use for their sources; `.dockerignore` adds `**`
(https://pkg.go.dev/path/filepath#Match, https://docs.docker.com/build/concepts/context/#syntax).
The patterns come from the files of others, so they are not turned into regular expressions of a
backtracking engine, which a crafted pattern keeps busy for years.
"""

from collections.abc import Iterator
from enum import Enum, auto

from msgspec import Struct


class PatternError(ValueError):
    """The pattern breaks Go's rules: an open or empty class, or an escape of nothing."""


class _Kind(Enum):
    CHARACTER = auto()
    ANY = auto()  # ?
    STAR = auto()  # *
    CLASS = auto()  # [..]
    TAIL = auto()  # ** at the end: all that is left
    FOLDERS = auto()  # **/ : any number of whole folders, also none
    WITHIN = auto()  # the same, once inside of the first folder


class _Step(Struct, frozen=True):
    kind: _Kind
    character: str = ""
    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False

    def takes(self, character: str) -> bool:
        """Whether the step takes this one character (of those that take exactly one)."""
        match self.kind:
            case _Kind.CHARACTER:
                return character == self.character
            case _Kind.ANY | _Kind.STAR:
                return character != "/"
            case _Kind.CLASS:
                return self.negated != any(low <= character <= high for low, high in self.ranges)
            case _:
                return True


class Glob(Struct, frozen=True):
    """A compiled pattern; make it with `compile_glob`."""

    pattern: str
    _steps: tuple[_Step, ...]

    def matches(self, path: str) -> bool:
        """Whether the whole of `path` matches."""
        states = self._closure({0})
        for character in path:
            after: set[int] = set()
            for state in states:
                after.update(self._advance(state, character))
            if not after:
                return False
            states = self._closure(after)
        return len(self._steps) in states

    def _advance(self, state: int, character: str) -> Iterator[int]:
        if state == len(self._steps):
            return
        step = self._steps[state]
        if not step.takes(character):
            return
        match step.kind:
            case _Kind.STAR | _Kind.TAIL:
                yield state
            case _Kind.FOLDERS:
                yield state + (2 if character == "/" else 1)
                yield state + 1
            case _Kind.WITHIN:
                yield state
                if character == "/":
                    yield state + 1
            case _:
                yield state + 1

    def _closure(self, states: set[int]) -> set[int]:
        """`states` and what can be reached from there without taking a character."""
        open_ended = list(states)
        while open_ended:
            state = open_ended.pop()
            if state == len(self._steps):
                continue
            match self._steps[state].kind:
                case _Kind.STAR | _Kind.TAIL:
                    following = state + 1
                case _Kind.FOLDERS:
                    following = state + 2
                case _:
                    continue
            if following not in states:
                states.add(following)
                open_ended.append(following)
        return states


def compile_glob(pattern: str, *, deep: bool) -> Glob:
    """Compile `pattern`; `deep`: `**` is any number of folders. Raises `PatternError`."""
    return Glob(pattern, tuple(_steps(pattern, deep)))


def has_wildcard(part: str) -> bool:
    """Whether `part` holds an unescaped `*`, `?` or `[`; Go takes it as it is otherwise."""
    at = 0
    while at < len(part):
        if part[at] == "\\":
            at += 1
        elif part[at] in "*?[":
            return True
        at += 1
    return False


def _steps(pattern: str, deep: bool) -> Iterator[_Step]:
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            if deep and pattern.startswith("*", at):
                at += 1
                if pattern.startswith("/", at):
                    at += 1
                # At the start, `**name` is "ends in name" to Docker, folders or not.
                suffix = at == 2 and not has_wildcard(pattern[at:])
                if at == len(pattern) or suffix:
                    yield _Step(_Kind.TAIL)
                else:
                    yield _Step(_Kind.FOLDERS)
                    yield _Step(_Kind.WITHIN)
            else:
                yield _Step(_Kind.STAR)
        elif character == "?":
            yield _Step(_Kind.ANY)
        elif character == "[":
            step, at = _character_class(pattern, at)
            yield step
        elif character == "\\":
            if at == len(pattern):
                raise PatternError(f"nothing follows the last backslash: {pattern}")
            yield _Step(_Kind.CHARACTER, pattern[at])
            at += 1
        else:
            yield _Step(_Kind.CHARACTER, character)


def _character_class(pattern: str, at: int) -> tuple[_Step, int]:
    """The class whose `[` stands before `at`, and the offset after its `]`."""
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    while not (pattern.startswith("]", at) and ranges):
        low, at = _class_character(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _class_character(pattern, at + 1)
        ranges.append((low, high))
    return _Step(_Kind.CLASS, ranges=tuple(ranges), negated=negated), at + 1


def _class_character(pattern: str, at: int) -> tuple[str, int]:
    if at < len(pattern) and pattern[at] == "\\":
        at += 1
    elif at < len(pattern) and pattern[at] in "-]":
        raise PatternError(f"malformed class: {pattern}")
    if at >= len(pattern):
        raise PatternError(f"open class: {pattern}")
    return pattern[at], at + 1
