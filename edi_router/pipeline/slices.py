"""A large EDIFACT file: read to its end first, and then processed and recorded slice by slice.

Nothing of an interchange is recorded before its envelope is read to the end, so what is recorded is final: no output,
no control number and no register move is ever taken back (decision 19). What is in memory is a slice, and what the
answer will tell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

from edi_router.faults import Blocks, Fault, blocks, is_error
from edi_router.formats.edifact import Interchange, read
from edi_router.formats.edifact.broken import capped
from edi_router.formats.edifact.contrl import nameable
from edi_router.formats.edifact.envelope import end_of
from edi_router.formats.edifact.fast import Lane
from edi_router.pipeline.acknowledge import contrl_version
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.interchange import InterchangeWork, granted, proving
from edi_router.pipeline.model import Begun, Decision, FileOutcome, Incoming, LedgerView, MessageOutcome, Part
from edi_router.pipeline.slicing import Slice, Sliced
from edi_router.registers import Overlay, RegisterView

SLICE = 500
"""Messages that are recorded together."""
WARM = 1 << 14
"""As in the fast lane, but of a file of which it is known that so much more comes."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of an interchange once it is read to its end."""

    messages: int
    start: int
    end: int
    """From which byte to which."""
    faults: tuple[Fault, ...]
    blocked: bool
    """Whether it falls by its envelope."""
    answers_only: bool
    """Whether all of its messages are CONTRL, which is not answered."""
    doubtful: bool
    """Whether a message that is rejected might take the others with it."""
    content: str = ""
    """SHA-256 of its bytes."""


class LargeFile:
    """An EDIFACT file on its way through slices. `read_through` comes first, then `slices`."""

    def __init__(
        self,
        incoming: Incoming,
        configuration: Configuration,
        ledger: LedgerView,
        registers: RegisterView,
        size: int | None = None,
    ) -> None:
        self.incoming = incoming
        self.configuration = configuration
        self.ledger = ledger
        self.registers = registers
        self.size = size or SLICE
        self.sender = configuration.directory.partners[incoming.partner]
        self.seen: list[Seen] = []

    def read_through(self) -> FileOutcome | None:
        """Read the file to its end; the outcome where nothing in it can be processed, else None.

        Raises whatever reading the file raises: nothing is recorded then.
        """
        self.seen = []
        for position, interchange in enumerate(self._read(None), start=1):
            seen = self._look_at(self._work(interchange, position))
            if fatal := [fault for fault in seen.faults if blocks(fault) is Blocks.FILE]:
                return FileOutcome(self.incoming.id, "edifact", (), tuple(fatal))
            self.seen.append(seen)
        self._hash()
        return None

    def slices(self, begun: Mapping[str, Begun]) -> Iterator[Slice]:
        """What is still to be recorded, slice by slice: each has to be recorded before the next is asked for."""
        prove = proving(self.sender, self.configuration, WARM)
        ahead = enumerate(self._read(prove), start=1)
        ended = False
        for position, interchange in enumerate(self._read(prove), start=1):
            seen = self.seen[position - 1]
            work = self._work(interchange, position)
            known = begun.get(work.id)
            if known is not None and known.messages >= seen.messages:
                _pass(interchange)
                continue
            going = known is not None and known.decision == Decision.ACCEPTED
            refused: dict[str, MessageOutcome] = {}
            if seen.doubtful and not seen.blocked and not going:
                refused = self._refused(ahead, position)
            sliced = Sliced(work, seen, known, refused, self.ledger, self.registers)
            for each in sliced.slices(self.size, position == len(self.seen)):
                yield each
                ended = each.part.last
        if not ended:  # by another configuration, all that is left in the file is recorded already
            nothing = FileOutcome(self.incoming.id, "edifact", (), part=Part(False, False, True))
            yield Slice(nothing.part or Part(False, False, True), lambda: nothing)

    def _read(self, prove: Lane | None) -> Iterator[Interchange]:
        lenient = granted(self.sender, self.incoming, self.configuration)
        with closing(self.incoming.stream()) as stream:
            found = read(
                stream,
                encoding=self.sender.encoding,
                prove=prove,
                lenient=lenient,
                limits=self.configuration.settings.reading,
            )
            yield from capped(found)

    def _work(self, interchange: Interchange, position: int) -> InterchangeWork:
        registers = Overlay(self.registers)
        return InterchangeWork(
            interchange, position, self.sender, self.incoming, self.configuration, registers
        )

    def _look_at(self, work: InterchangeWork) -> Seen:
        interchange = work.interchange
        version = contrl_version(self.sender, interchange)
        count, others, last = 0, 0, None
        doubtful = self._together
        for last in interchange.messages():
            count += 1
            others += last.type != "CONTRL"
            doubtful = doubtful or not nameable(last, version)
        faults = (*self.incoming.faults, *interchange.faults, *work.parties())
        blocked = any(is_error(fault) for fault in faults)
        end = end_of(interchange, last)
        answers_only = count > 0 and not others
        return Seen(count, interchange.offset, end, faults, blocked, answers_only, doubtful)

    @property
    def _together(self) -> bool:
        """Whether the partner's interchanges stand or fall as a whole."""
        return self.sender.on_bad_message == "reject_interchange"

    def _hash(self) -> None:
        """Find out what tells each interchange from others, in one more pass over the bytes."""
        at = 0
        with closing(self.incoming.stream()) as stream:

            def passed(size: int) -> Iterator[bytes]:
                while size > 0 and (data := stream.read(min(size, _BLOCK))):
                    yield data
                    size -= len(data)

            for number, seen in enumerate(self.seen):
                for _ in passed(seen.start - at):
                    pass
                digest = hashlib.sha256()
                for data in passed(seen.end - seen.start):
                    digest.update(data)
                at = seen.end
                self.seen[number] = replace(seen, content=digest.hexdigest())

    def _refused(self, ahead: Iterator[tuple[int, Interchange]], position: int) -> dict[str, MessageOutcome]:
        """What is rejected of the interchange at `position`, if that takes the others with it; nothing is recorded yet."""
        refused: dict[str, MessageOutcome] = {}
        for number, interchange in ahead:
            if number < position:
                _pass(interchange)
                continue
            work = self._work(interchange, position)
            version = contrl_version(self.sender, interchange)
            falls = False
            for message in interchange.messages():
                outcome = work.message(message, False, self.ledger)
                if outcome.decision is Decision.REJECTED:
                    refused[outcome.id] = replace(outcome, outputs=(), moves=())
                    falls = falls or self._together or not nameable(message, version)
            return refused if falls else {}
        raise AssertionError("the file reads otherwise than it did before")


def _pass(interchange: Interchange) -> None:
    """Read over the messages, which would be kept otherwise."""
    for _ in interchange.messages():
        pass
