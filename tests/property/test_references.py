"""References are known again exactly as if all of them were kept; those that count up take no room."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from edi_router.formats.edifact import references
from edi_router.formats.edifact.references import References

NUMBERS = st.integers(0, 120).map(str) | st.integers(0, 30).map(lambda number: f"A{number:03d}")
LONG = st.sampled_from(
    ["99999999999999", "100000000000000", "A" * 20 + "1", "1" * 5000, "", "12x", "٣", "1٣"]
)


@given(st.lists(NUMBERS | LONG | st.text(max_size=3)))
def test_what_was_met_is_known_again(given: list[str]) -> None:
    kept, met = References(), set[str]()
    for each in given:
        assert kept.met(each) == (each in met)
        met.add(each)
    kept.forget()
    assert not kept.met("1")
    assert kept.met("1")


@given(st.integers(0, 10**9), st.integers(1, 14), st.integers(2, 300))
def test_numbers_that_count_up(start: int, width: int, count: int) -> None:
    kept = References()
    numbers = [f"{number:0{width}d}"[-14:] for number in range(start, start + count)]
    assert not any(kept.met(each) for each in numbers)
    assert all(kept.met(each) for each in numbers)
    assert not kept.met(f"x{numbers[0]}")


def test_memory_is_bounded() -> None:
    remembered, references.REMEMBERED = references.REMEMBERED, 1000
    try:
        kept, other = References(), References()
        tracemalloc.start()
        for number in range(50_000):
            kept.met(f"ME{number:08d}")
            other.met(f"{number}-")
        assert tracemalloc.get_traced_memory()[0] < 300_000
        tracemalloc.stop()
        assert kept.met("ME00049999"), "all that count up"
        assert other.met("999-")
        assert not other.met("1000-"), "too many to be kept"
    finally:
        references.REMEMBERED = remembered
