"""Bindings behave as the dictionaries that they stand for."""

from hypothesis import given
from hypothesis import strategies as st

from dfix.plan.bindings import Bindings

STEPS = st.lists(st.dictionaries(st.integers(0, 200).map(str), st.text(max_size=2), max_size=40))


@given(STEPS)
def test_they_equal_a_dictionary(steps: list[dict[str, str]]) -> None:
    found, expected, earlier = Bindings(), dict[str, str](), []
    for step in steps:
        earlier.append((found, dict(expected)))
        found = found.extended(step)
        expected.update(step)
    for bindings, values in [*earlier, (found, expected)]:
        assert bindings == values
        assert values == bindings
        assert dict(bindings) == values
        assert len(bindings) == len(values)
        assert bindings == Bindings(values)
        assert bindings != {**values, "x": "y"}
        assert bindings.get("x") is None
