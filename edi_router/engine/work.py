"""Process: pending rows of the ledger through the pipeline, a batch of files a transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.exc import InterfaceError, OperationalError

from edi_router.engine.about import Problem, about, brief, where
from edi_router.engine.large import LARGE, is_streamed, is_too_large, process_large, refused
from edi_router.engine.parting import MANY
from edi_router.engine.tally import Count, Tally
from edi_router.engine.unpack import Unpacker, packing_of
from edi_router.faults import Fault
from edi_router.formats.packed import Packing
from edi_router.ledger import Archive, Conflict, Fenced, Ledger, Recordable, WorkItem
from edi_router.ledger.registering import moves_of
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Decision, FileOutcome, Incoming, LedgerView
from edi_router.pipeline.process import process
from edi_router.pipeline.replies import with_replies
from edi_router.pipeline.slices import LargeFile
from edi_router.registers import Empty, Overlay, RegisterView

log = logging.getLogger(__name__)
CONFLICT_TRIES = 3
_MACHINE = (OSError, OperationalError, InterfaceError)
"""Trouble of the machine or the database, not of a file: when it is over, the file is processed."""
FILES, BYTES = MANY, 4_000_000
"""A batch ends with so many files, or with the file that exceeds so many bytes of input."""


def work(
    ledger: Ledger,
    archive: Archive,
    configuration: Configuration,
    problems: list[str],
    stopping: Callable[[], bool] = lambda: False,
    registers: RegisterView | None = None,
    tally: Tally | None = None,
    partner: str | None = None,
) -> int:
    """Process all pending work, or that of one `partner`; returns how many rows were done.

    Stops between files when `stopping()`.

    `registers` are those of the ledger, with the key of their secrets.

    What could not be processed is told in `problems`, a line each.
    """
    done = 0
    seen: set[int] = set()
    late: set[str] = set()
    while not stopping():
        # What could not be done now (a full disk, a lost database) waits for the next round.
        pending = ledger.pending_work(FILES, partner=partner)
        batch = _batch([item for item in pending if item.id not in seen and item.partner not in late])
        if not batch:
            break
        seen.update(item.id for item in batch)
        views = (registers or Empty(), tally or Tally())
        done += _Batch(ledger, archive, configuration, problems, *views, late).run(batch, stopping)
    return done


def _batch(items: Sequence[WorkItem]) -> list[WorkItem]:
    batch: list[WorkItem] = []
    size = 0
    for item in items:
        if batch and item.size > LARGE:  # it makes a batch of its own
            break
        batch.append(item)
        size += item.size
        if size >= BYTES or item.size > LARGE:
            break
    return batch


class _Batch:
    """Files claimed together, processed one by one outside any transaction, and recorded together."""

    def __init__(
        self,
        ledger: Ledger,
        archive: Archive,
        configuration: Configuration,
        problems: list[str],
        registers: RegisterView,
        tally: Tally,
        late: set[str],
    ) -> None:
        self.ledger = ledger
        self.archive = archive
        self.configuration = configuration
        self.problems = problems
        self.tally = tally
        self.stopping: Callable[[], bool] = lambda: False
        self._later = 0
        """Files that could not be processed now: nothing has moved for them."""
        self.late = late
        """Partners of whom a file waits for the database: those behind it wait with it, so that their order stays."""
        self.recorded = registers
        self.registers = Overlay(registers)
        """The registers as they will be when the files before are recorded."""

    def run(self, items: Sequence[WorkItem], stopping: Callable[[], bool]) -> int:
        """Returns how many rows came to an end, good or bad."""
        self.stopping = stopping
        fences = self.ledger.claim_all(item.id for item in items)
        claimed = [item for item in items if item.id in fences]
        if [item.kind for item in claimed] == ["file"] and self._is_streamed(claimed[0]):
            with about(**_names(claimed[0])):
                return self._process_large(claimed[0], fences[claimed[0].id], stopping)
        made: list[tuple[WorkItem, Recordable]] = []
        failed = 0
        with self.ledger.asked_often() as view:
            for item in claimed:
                if stopping():
                    self.ledger.give_back(item.id, fences[item.id])
                    continue
                if item.partner in self.late:  # claimed until the next round, as the one before it
                    continue
                self.tally.beat()
                with about(**_names(item)):
                    outcome = self._process(item, fences[item.id], view)
                if outcome is None:
                    failed += 1
                else:
                    made.append(
                        (item, Recordable(item.id, fences[item.id], outcome, self.configuration.digest))
                    )
        results = self._record([recordable for _, recordable in made])
        ended = 0
        for (item, recordable), problem in zip(made, results, strict=True):
            with about(**_names(item)):
                ended += self._settle(item, recordable, problem)
        return failed + ended - self._later

    def _record(self, made: Sequence[Recordable]) -> list[Exception | None]:
        """Record all in one transaction; where that fails as a whole, one by one to find the culprit."""
        try:
            return self.ledger.record_all(made)
        except _MACHINE:
            raise
        except Exception as error:
            if len(made) == 1:
                return [error]
            log.warning("a batch of %d files could not be recorded together: %s", len(made), brief(error))
            return self._one_by_one(made)

    def _one_by_one(self, made: Sequence[Recordable]) -> list[Exception | None]:
        results: list[Exception | None] = []
        missing = False
        for each in made:
            # It was made with the moves of those before it in view.
            [problem] = [Conflict("an earlier file is not recorded")] if missing else self._record([each])
            missing = missing or (problem is not None and bool(moves_of(each.outcome, "")))
            results.append(problem)
        return results

    def _is_streamed(self, item: WorkItem) -> bool:
        try:
            return is_streamed(item, self.archive, self.configuration)
        except Exception:
            log.debug("could not be looked at", exc_info=True)
            return False  # what reads the whole of it says what is wrong

    def _process_large(self, item: WorkItem, fence: int, stopping: Callable[[], bool]) -> int:
        """A file of its own, slice by slice; returns how many rows came to an end."""

        def told(outcome: FileOutcome) -> None:
            self.tally.beat()
            self._decided(item, outcome)

        try:
            large = LargeFile(self._incoming(item), self.configuration, self.ledger, self.recorded)
            return int(process_large(item, fence, large, self.ledger, told, stopping))
        except _MACHINE as error:
            self._not_now(item, error)
            return 0
        except Fenced:
            log.warning("another worker has taken it over; our result is dropped")
            return 0
        except Exception as error:
            self._failed(item, fence, error)
            return 1

    def _incoming(self, item: WorkItem, content: bool = True) -> Incoming:
        streams = content and self._is_streamed(item)
        return Incoming(
            id=item.file,
            partner=item.partner,
            name=item.name,
            content=b""
            if not content or streams or is_too_large(item, self.configuration)
            else self.archive.read(item.sha256),
            open=partial(self.archive.open, item.sha256) if streams else None,
            sha256=item.sha256,
            # What a person has released happens now, not when it came.
            received=item.decided or item.received,
            arrived=item.received,
            business_date=item.business_date if item.decided is None else self._date(item.decided),
            only=item.only,
            release=str(item.id) if item.only else "",
        )

    def _date(self, at: datetime) -> str:
        return at.astimezone(self.configuration.settings.zone).date().isoformat()

    def _process(self, item: WorkItem, fence: int, view: LedgerView) -> FileOutcome | None:
        """The outcome; None when there is none to record: the row then says why, or the file was unpacked."""
        try:
            packed = packing_of(item, self.archive, self.configuration)
            if packed is not None:
                return self._unpack(item, fence, packed)
            incoming = self._incoming(item)
            if incoming.open is None and is_too_large(item, self.configuration):
                return refused(item, incoming, self.configuration)
            return process(incoming, self.configuration, view, self.registers)
        except _MACHINE as error:
            self._not_now(item, error)
        except Exception as error:
            # A bug must not stop the other files, and must not lose this one.
            self._failed(item, fence, error)
        return None

    def _unpack(self, item: WorkItem, fence: int, packed: Packing) -> FileOutcome | None:
        """Make files of what is in a packed file; its own outcome only where it is not taken."""
        parts = (self.ledger, self.archive, self.configuration, self.tally.beat)
        try:
            outcome = Unpacker(item, fence, *parts).run(packed, self.stopping)
        except Fenced:
            log.warning("another worker has taken it over; our result is dropped")
            return None
        if outcome is None:
            return None
        return with_replies(outcome, self._incoming(item, content=False), self.configuration)

    def _not_now(self, item: WorkItem, error: Exception) -> None:
        """The machine's trouble, not the file's: its claim ends, and the next round tries again.

        Where the database is lost, what is behind it waits too. A file that the archive does not give holds up nobody:
        that may last, and be the trouble of this file alone.
        """
        log.debug("could not be processed now", exc_info=error)
        self._later += 1
        if not isinstance(error, OSError):
            self.late.add(item.partner)
        told = f"{item.partner}: {item.name} could not be processed now: "
        self.problems.append(Problem(told + str(error), told + brief(error)))

    def _failed(self, item: WorkItem, fence: int, error: Exception) -> None:
        log.debug("could not be processed", exc_info=error)
        reason = f"{type(error).__name__}: {error}"
        told = f"{item.partner}: {item.name}: "
        # The text of a bug may quote the message: it stands in the ledger, for those who may see messages.
        self.problems.append(Problem(told + reason, f"{told}{brief(error)} at {(where(error) or ['?'])[-1]}"))
        self.tally.count(Count.BROKEN, item.partner)
        self.ledger.fail(item.id, fence, reason)

    def _settle(self, item: WorkItem, recordable: Recordable, problem: Exception | None) -> int:
        """Deal with what kept one file of the batch from being recorded."""
        tries = 1
        while isinstance(problem, Conflict) and tries < CONFLICT_TRIES:
            log.info("the ledger changed meanwhile; processed again")
            tries += 1
            self.registers = Overlay(self.recorded)
            outcome = self._process(item, recordable.fence, self.ledger)
            if outcome is None:
                return 1
            recordable = Recordable(item.id, recordable.fence, outcome, recordable.config)
            [problem] = self._record([recordable])
        if problem is None:
            self._decided(item, recordable.outcome)
            return 1
        if isinstance(problem, Fenced):
            log.warning("another worker has taken it over; our result is dropped")
            return 0
        if isinstance(problem, _MACHINE):
            raise problem
        self._failed(item, recordable.fence, problem)
        return 1

    def _decided(self, item: WorkItem, outcome: FileOutcome) -> None:
        """Count and log what was recorded: a line for each message, with the codes of its faults."""
        for interchange in outcome.interchanges:
            for message in interchange.messages:
                if item.only and message.id not in item.only:
                    continue
                self.tally.count(Count.MESSAGES, item.partner, str(message.decision))
                if log.isEnabledFor(logging.INFO):
                    names = {"interchange": interchange.id, "message": message.id, "type": message.type}
                    if message.agreement:
                        names["agreement"] = message.agreement
                    with about(**names, **_codes(message.faults)):
                        log.info("%s", message.decision)
        if outcome.decision is Decision.HELD:
            self.tally.count(Count.UNREADABLE, item.partner)
            with about(**_codes(outcome.faults)):
                log.info("held: nothing in the file can be read")


def _names(item: WorkItem) -> dict[str, object]:
    """What a line about a piece of work is about."""
    names: dict[str, object] = {
        "partner": item.partner,
        "file": item.file,
        "name": item.name,
        "work": item.id,
    }
    return names | {"message": min(item.only)} if len(item.only) == 1 else names


def _codes(faults: Sequence[Fault]) -> dict[str, object]:
    """The codes of the faults, each once; their values are content of the message."""
    codes = sorted({fault.code for fault in faults})
    return {"faults": codes} if codes else {}
