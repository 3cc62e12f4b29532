"""Hypothesis strategies for EDIFACT: values, segments, separators, interchanges, damage."""

from hypothesis import strategies as st

from edi_router.formats.edifact import Segment, Separators

CHINESE = "进出口货物报关单上海海关"
LATIN = "ABCXYZ 0123456789+:'?*.,-/éÄß|~^"
INSERTED = (b"UNA:+.? '", b"UNB+", b"UNH+1'", b"UNO+1+A+B+9'", b"'", b"??'", b"\r\n", b"\n", b"\xff", b"  ")
tags = st.from_regex(r"[A-TV-Z][A-Z][A-Z0-9]", fullmatch=True)


def values(alphabet: str) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from(alphabet), max_size=12)


def elements(alphabet: str, repeats: bool) -> st.SearchStrategy[object]:
    composite = st.lists(values(alphabet), min_size=1, max_size=4).map(tuple)
    if not repeats:
        return st.one_of(values(alphabet), composite)
    return st.one_of(values(alphabet), composite, st.lists(composite, min_size=2, max_size=3))


def segments(alphabet: str = LATIN, repeats: bool = False) -> st.SearchStrategy[Segment]:
    return st.builds(
        lambda tag, parts: Segment.make(tag, *parts), tags, st.lists(elements(alphabet, repeats), max_size=5)
    )


def messages(alphabet: str = LATIN, repeats: bool = False) -> st.SearchStrategy[list[list[Segment]]]:
    def framed(bodies: list[list[Segment]]) -> list[list[Segment]]:
        return [
            [Segment.make("UNH", str(number), ("CUSDEC", "D", "96B", "UN")), *body]
            for number, body in enumerate(bodies, 1)
        ]

    return st.lists(st.lists(segments(alphabet, repeats), max_size=6), min_size=1, max_size=3).map(framed)


def separators(repetition: bool = False) -> st.SearchStrategy[Separators]:
    """Six different characters, as UNA may give them."""
    marks = st.lists(st.sampled_from(":+?*'|~^!#;<>\x1c\x1d\x1f\n"), min_size=5, max_size=5, unique=True)
    return st.builds(
        lambda five, decimal: Separators(
            five[0], five[1], decimal, five[2], five[3] if repetition else "", five[4]
        ),
        marks,
        st.sampled_from(".,"),
    )


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """`whole` with a few bytes removed, changed, put in or repeated."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from(("cut", "drop", "change", "insert", "repeat")))
        if kind == "cut":
            del data[at:]
        elif kind == "drop":
            del data[at : at + draw(st.integers(1, 20))]
        elif kind == "change" and data:
            data[at] = draw(st.sampled_from(b"'+:?*\r\n\x00\xff UNB1"))
        elif kind == "insert":
            data[at:at] = draw(st.sampled_from(INSERTED))
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 60))]
    return bytes(data)
