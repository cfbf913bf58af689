"""Names and values at one place of a file, sharing what they have in common with other places."""

from collections.abc import Iterator, Mapping

#: How many names may stand on top of a shared mapping before both are made one.
_MOST_ON_TOP = 64


class Bindings(Mapping[str, str]):
    """An immutable mapping that is cheap to extend: a file may have thousands of ENV lines."""

    __slots__ = ("_shared", "_top")

    def __init__(
        self, shared: Mapping[str, str] | None = None, top: Mapping[str, str] | None = None
    ) -> None:
        self._shared = {} if shared is None else shared
        self._top = {} if top is None else top

    def extended(self, more: Mapping[str, str]) -> "Bindings":
        """These bindings with `more`, which win."""
        top = {**self._top, **more}
        if len(top) <= _MOST_ON_TOP:
            return Bindings(self._shared, top)
        return Bindings({**self._shared, **top})

    def __getitem__(self, name: str) -> str:
        found = self._top.get(name)
        return self._shared[name] if found is None else found

    def __iter__(self) -> Iterator[str]:
        yield from self._shared
        for name in self._top:
            if name not in self._shared:
                yield name

    def __len__(self) -> int:
        return len(self._shared) + sum(name not in self._shared for name in self._top)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Bindings):
            if self._shared is other._shared and self._top == other._top:
                return True
            other = other._flat()
        return self._flat() == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._flat())

    def _flat(self) -> Mapping[str, str]:
        if not self._shared:
            return self._top
        return {**self._shared, **self._top} if self._top else self._shared
