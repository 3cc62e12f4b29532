"""Reads interchanges from bytes or a stream; whatever the bytes, the outcome is messages and faults."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import BinaryIO

from edi_router.faults import Fault, FaultList, Place
from edi_router.formats.edifact.fast_scan import Prove
from edi_router.formats.edifact.lenient import Leniency, leniencies, tolerate
from edi_router.formats.edifact.limits import Limits
from edi_router.formats.edifact.model import Interchange
from edi_router.formats.edifact.reader_messages import Assembler
from edi_router.formats.edifact.reader_single import read_single
from edi_router.formats.edifact.scan import Scanner
from edi_router.formats.edifact.scan_heads import is_head, printable


def read(
    source: bytes | BinaryIO,
    *,
    encoding: str | None = None,
    prove: Prove | None = None,
    lenient: Collection[str] = (),
    limits: Limits | None = None,
) -> Iterator[Interchange]:
    """The interchanges in `source`, lazily; there is always at least one, be it only to hold the faults.

    `encoding` (a Python codec, as the agreement names it) overrides the one that UNB's syntax identifier
    stands for, and switches off the check of the declared repertoire. `lenient` names what is tolerated (see
    `lenient.Leniency`). Messages not taken when the next interchange is asked for are kept in memory. What
    `prove` finds is told by `SlicedMessage.proof`. What is beyond the `limits` is not given out, and told as a fault.

    >>> data = b"UNB+UNOA:3+A+B+240102:1200+7'UNH+1+CUSRES:D:96B:UN'BGM+1'UNT+3+1'UNZ+1+7'"
    >>> [(i.sender, [m.type for m in i.messages()], list(i.faults)) for i in read(data)]
    [('A', ['CUSRES'], [])]
    """
    tolerated = leniencies(lenient)
    if isinstance(source, bytes):
        if Leniency.LOWER_CASE not in tolerated:
            single = read_single(source, encoding, prove, (limits or Limits()).segments)
            if single is not None:
                return iter((single,))
        source = io.BytesIO(source)
    return _interchanges(Scanner(source, encoding, tolerated, limits), prove)


def _interchanges(scanner: Scanner, prove: Prove | None) -> Iterator[Interchange]:
    early = FaultList()
    early.extend(scanner.beginning())
    blocked = any(fault.code == "encoded-utf-16" for fault in early)
    start = scanner.source.peek(64)
    head, junk = (None, None) if blocked else scanner.seek(bare=True)
    if head is None:
        nothing = Interchange()
        nothing.faults.extend(early)
        if not blocked:
            shown = printable(start.decode("iso8859-1").strip())
            code = "edifact-lower-case" if is_head(start.upper()) else "not-edifact"
            fault = Fault(code, Place(line=1, column=1, offset=0), {"start": shown})
            blank = not shown and (junk is None or not junk.count)
            nothing.faults.append(replace(fault, code="edifact-empty", values={}) if blank else fault)
        yield nothing
        return
    if junk is not None:
        early.append(junk.fault("junk-before-interchange"))
    if (broken := scanner.wrapped(head)) is not None:  # the one cause of all that would be told of it
        nothing = Interchange()
        nothing.faults.extend((*early, broken))
        yield nothing
        return
    while head is not None:
        early.extend(head.faults)
        tolerate(early, scanner.lenient)
        assembler = Assembler(scanner, head, early, prove)
        interchange = assembler.parts.interchange
        yield interchange
        left = list(interchange.messages())
        interchange.source = iter(left)
        head, early = assembler.next_head, FaultList()
