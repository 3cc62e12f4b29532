"""What a clock of a register makes: its documents, as a value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from edi_router.faults import Fault, Place, is_error
from edi_router.mapping import Context
from edi_router.partners import Leg, Partner, Status
from edi_router.partners.routing import destination_of
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Output
from edi_router.pipeline.outputs import Document, make_output
from edi_router.pipeline.registering import tree_document
from edi_router.registers import Entry, Judged, Moved
from edi_router.registers.model import Made
from edi_router.registers.strike import strike
from edi_router.registers.tree import MOVE


def struck(
    entry: Entry, configuration: Configuration, now: datetime
) -> tuple[Moved, list[Output], list[Fault]] | None:
    """The move, the documents and the faults of the clock that has struck for the entry by `now` (UTC).

    None when none has, or when its register is no longer configured. A document that cannot be made does not
    stop the clock: its faults are told.
    """
    register = configuration.registers.get(entry.register)
    if register is None:
        return None
    zone = configuration.settings.zone
    context = Context(
        now=now,
        business_date=now.astimezone(zone).date(),
        message_id=entry.message,
        sender=entry.entered_by,
        zone=zone,
    )
    judged = strike(register, entry, context)
    if judged is None:
        return None
    outputs: list[Output] = []
    faults: list[Fault] = []
    for output, found in _made(judged, entry, context, configuration):
        outputs += [output] if output is not None else []
        faults += found
    return judged.moved, outputs, [fault for fault in faults if is_error(fault)]


def _made(
    judged: Judged, entry: Entry, context: Context, configuration: Configuration
) -> Iterator[tuple[Output | None, list[Fault]]]:
    sender = configuration.directory.partners.get(entry.entered_by) or _unknown(entry)
    test = entry.test or sender.status is Status.TEST
    assert judged.moved.after is not None
    # One message may have made many entries, whose clocks strike at the same version.
    own = hashlib.blake2b(entry.id.encode(errors="replace"), digest_size=5).hexdigest()
    before = f"{entry.message}-{judged.moved.move}-{own}-{judged.moved.after.version}"
    number = 0
    for made in judged.outcome.deliver:
        for _ in _parts(made, judged):
            destination = destination_of(made.to, judged.tree, configuration.directory, Place())
            if isinstance(destination, Fault):
                if not made.if_known:
                    yield None, [destination]
                continue
            if test and destination.status is Status.LIVE and destination.id != sender.id:
                continue
            number += 1
            document = tree_document(judged, _document(judged, entry, test))
            leg = Leg(made, destination)
            yield make_output(document, f"{before}-{number}", leg, sender, context, configuration)


def _parts(made: Made, judged: Judged) -> Iterator[None]:
    """Once for each document to be made, with its part of the tree as `This`."""
    if made.each is None:
        yield
        return
    for node in list(made.each.select(judged.tree)):
        with judged.tree.grafted("This", node):
            yield


def _document(judged: Judged, entry: Entry, test: bool) -> Document:
    return Document(
        id=entry.message,
        kind=MOVE,
        position=1,
        offset=0,
        length=0,
        reference=entry.key,
        root=judged.tree,
        faults=(),
        source=b"",
        test=test,
    )


def _unknown(entry: Entry) -> Partner:
    """A partner that is no longer configured, for the name of the file only."""
    return Partner.model_validate(
        {
            "id": entry.entered_by or "NOBODY",
            "name": {"en": "-", "zh": "-"},
            "status": "suspended",
            "role": "-",
        }
    )
