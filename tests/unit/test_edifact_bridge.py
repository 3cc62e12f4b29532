"""To and from pydifact."""

import warnings

from pydifact.parser import Parser

from edi_router.formats.edifact import Segment, read
from edi_router.formats.edifact.bridge import from_pydifact, to_pydifact

TEXT = (
    "UNB+UNOC:3+A:14+B:14+240102:1200+7'UNH+1+CUSDEC:D:96B:UN'BGM+929+it?'s+9'NAD+CN++:x::y'"
    "FTX+AAA+++a?+b:c??'UNS+D'UNT+6+1'UNZ+1+7'"
)


def test_the_same_segments_as_pydifact_reads():
    (interchange,) = read(TEXT.encode())
    (message,) = interchange.messages()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = list(Parser().parse(TEXT))[1:-1]
    ours = to_pydifact(message)
    assert [(s.tag, s.elements) for s in ours] == [(s.tag, s.elements) for s in theirs]


def test_there_and_back():
    (interchange,) = read(TEXT.encode())
    (message,) = interchange.messages()
    back = from_pydifact(to_pydifact(message))
    assert [s.canonical() for s in back] == [s.canonical() for s in message.segments]


def test_repeats_are_flattened():
    (segment,) = to_pydifact([Segment.make("ERC", [("a", "b"), ("c",)], [["x"], ["y"]])])
    assert segment.elements == [["a", "b*c"], "x*y"]
    assert to_pydifact([Segment.make("UNS")])[0].elements == []
