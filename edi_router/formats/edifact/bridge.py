"""To and from pydifact's segments, for programs that use that library.

pydifact's elements are a text, or a list of components when there are several; it does not know repetition,
so repeats appear as it would read them: joined by `*` inside the text.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from edi_router.formats.edifact.model import Message
from edi_router.formats.edifact.segment import Segment
from edi_router.formats.edifact.separators import Element, trimmed


def to_pydifact(message: Message | Iterable[Segment]) -> list[Any]:
    """The message's segments as `pydifact.segments.Segment` objects, as pydifact's own parser gives them.

    ValueError for a tag that is not three capital letters or digits.

    >>> to_pydifact([Segment.make("DTM", ("137", "20240102", "102"))])[0].elements
    [['137', '20240102', '102']]
    """
    from pydifact.segments import Segment as Pydifact

    segments = message.segments if isinstance(message, Message) else message
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a segment without elements
        return [
            Pydifact(segment.tag, *[_plain(element) for element in trimmed(segment.elements())])
            for segment in segments
        ]


def from_pydifact(segments: Iterable[Any]) -> list[Segment]:
    """pydifact segments as ours, to be written or wrapped; UNA is left out.

    >>> from pydifact.segments import Segment as Pydifact
    >>> from_pydifact([Pydifact("RFF", ["ABT", "1"], "x")])[0].text
    'RFF+ABT:1+x'
    """
    return [
        Segment.make(
            segment.tag,
            *[
                element if isinstance(element, str) else tuple(part or "" for part in element or ("",))
                for element in segment.elements
            ],
        )
        for segment in segments
        if segment.tag != "UNA"
    ]


def _plain(element: Element) -> str | list[str]:
    parts = list(element[0])
    for repeat in element[1:]:
        parts[-1] += "*" + repeat[0]
        parts.extend(repeat[1:])
    return parts[0] if len(parts) == 1 else parts
