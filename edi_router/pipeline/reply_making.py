"""From a file and what was found in it to the values of a reply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from edi_router.faults import Blocks, Fault, Place, blocks, is_error, shown_code
from edi_router.formats.documents import Kind
from edi_router.formats.edifact import Segment, read
from edi_router.formats.edifact.broken import capped
from edi_router.pipeline import reply_sources
from edi_router.pipeline.reply_marked import WHOLE, Remark
from edi_router.pipeline.reply_marked import shown as lines_of
from edi_router.pipeline.reply_model import Judged, Part, Reply, Subject, Told
from edi_router.pipeline.reply_names import Names, Naming, joined
from edi_router.pipeline.reply_remedies import OURS
from edi_router.pipeline.reply_sources import Copy
from edi_router.pipeline.reply_telling import remedy, where, wrong
from edi_router.pipeline.reply_words import (
    NEXT,
    SUMMARY,
    errors,
    opened,
    word,
)

LISTED = 50
"""Faults that are told of one document."""
DETAILED = 20
"""Documents that are shown one by one."""
SEGMENTS = 20_000
"""Segments of an interchange that are looked through for the places of its faults."""
_LONGEST = 100
_Interchanges = dict[tuple[int, int], list[Segment]]
"""The segments of a message by its interchange and position; those of the interchange itself under position 0."""


def make_reply(subject: Subject, naming: Naming, language: str) -> Reply:
    """The reply in ``en`` or ``zh``. Nothing in it is ours: no path of a machine, no id of the configuration."""
    return _Making(subject, naming, language).reply()


def marked_copy(subject: Subject, naming: Naming, language: str, most: int = 2000) -> Part:
    """The one document of `subject` whole, up to `most` lines of it, whether it has faults or not; and its faults.

    Secrets are covered in it. For who looks into a message here: what is ours to correct is told as well.
    """
    making = _Making(subject, naming, language, most)
    return making.document(subject.documents[0])


@dataclass
class _Making:
    subject: Subject
    naming: Naming
    language: str
    whole: int = 0
    """So many lines of a document are shown even where nothing is wrong with it; 0 for what is worth a reply."""

    def document(self, document: Judged) -> Part:
        """A document by itself."""
        return self._part(document, 1, self._segments([document]))

    def reply(self) -> Reply:
        state = state_of(self.subject)
        numbered = list(enumerate(self.subject.documents, start=1))
        if len(numbered) > DETAILED:
            numbered = [each for each in numbered if each[1].state != "accepted"]
        shown = numbered[:DETAILED]
        segments = self._segments(document for _, document in shown)
        parts = [*self._whole(segments)]
        parts += [self._part(document, number, segments) for number, document in shown]
        return Reply(
            self.language,
            state,
            word(state, self.language),
            self._summary(state),
            tuple(self._facts()),
            tuple(self._steps(state)),
            tuple(parts),
            omitted=len(self.subject.documents) - len(shown),
        )

    def _word(self, key: str, **values: object) -> str:
        return word(key, self.language, **values)

    def _facts(self) -> Iterator[tuple[str, str]]:
        subject = self.subject
        yield self._word("file"), subject.file
        if subject.received:
            yield self._word("decided" if subject.decided else "when"), subject.received
        if subject.sender:
            yield self._word("from"), subject.sender
        if subject.reference and subject.format == "edifact":
            yield self._word("interchange"), subject.reference
        if subject.test:
            yield self._word("test"), self._word("yes")
        if subject.ours:
            yield self._word("ours"), subject.ours

    def _summary(self, state: str) -> str:
        subject = self.subject
        found = [fault for each in subject.documents for fault in _worth_telling(each.faults)]
        found += _worth_telling(subject.faults)
        if any(fault.code == "message-refused" for fault in found) and state == "rejected":
            state = "refused"
        bad = sum(each.state == "rejected" for each in subject.documents)
        count = sum(is_error(fault) for fault in found)
        return SUMMARY[state][self.language].format(
            errors=errors(count, self.language), count=len(subject.documents), bad=bad,
            good=sum(each.state == "accepted" for each in subject.documents),
        )  # fmt: skip

    def _steps(self, state: str) -> Iterator[str]:
        codes = {fault.code for each in self.subject.documents for fault in each.faults}
        codes |= {fault.code for fault in self.subject.faults}
        key = state
        if "message-refused" in codes:
            key = "refused" if self.subject.used else "refused-alone"
        elif "duplicate-refused" in codes:
            key = "renumber"
        elif state == "rejected" and self.subject.used:
            key = "partly"
        elif state == "rejected":
            key = "whole" if self.subject.reference else "whole-unnumbered"
        for step in NEXT[key]:
            yield step[self.language].format(reference=self.subject.reference)

    # --- documents ------------------------------------------------------------------------------------------

    def _whole(self, segments: _Interchanges) -> Iterator[Part]:
        """What is wrong with the interchange or the file."""
        faults = _worth_telling(self.subject.faults)
        if not faults:
            return
        subject = self.subject
        first = subject.kind or Kind(subject.format, "", "")
        if subject.documents:
            first = subject.documents[0].kind
        of_file = subject.format != "edifact" or any(blocks(each) is Blocks.FILE for each in faults)
        title = self._word("whole" if of_file else "envelope")
        judged = Judged(first, faults, "rejected", interchange=subject.interchange, position=0)
        yield self._told(judged, title, (), "", segments)

    def _part(self, document: Judged, number: int, segments: _Interchanges) -> Part:
        names = Names(self.naming, document.kind, self.language)
        facts = [(self._word("document"), names.document())]
        if self.subject.format == "edifact" and document.reference:
            facts.append((self._word("reference"), document.reference))
        if document.numbers:
            facts.append((self._word("number"), joined(document.numbers[:3], self.language)))
        result = self._word(document.state)
        if document.state == "rejected" and not any(is_error(each) for each in document.faults):
            result = self._word("with-others")
        count = len(self.subject.documents)
        title = self._word("of", number=number, count=count) if count > 1 else self._word("the-document")
        return self._told(document, title, tuple(facts), result, segments)

    def _told(
        self,
        document: Judged,
        title: str,
        facts: tuple[tuple[str, str], ...],
        result: str,
        segments: _Interchanges,
    ) -> Part:
        told = document.faults if self.whole else _worth_telling(document.faults)
        ordered = sorted(told, key=lambda fault: not is_error(fault))
        names = Names(self.naming, document.kind, self.language)
        listed = ordered[:LISTED]
        remarks = [
            Remark(number, fault.place, wrong(fault, names)) for number, fault in enumerate(listed, start=1)
        ]
        copy = self._copy(document, [each for each in remarks if _has_place(each.place)], names, segments)
        faults = tuple(
            self._fault(remark, fault, names, copy, bool(document.position))
            for remark, fault in zip(remarks, listed, strict=True)
        )
        marked = self.whole or any(row.marks for row in copy.rows)
        lines = lines_of(copy.rows, self.whole or WHOLE) if marked else ()
        note = (
            self._word("segments") if lines and self.subject.format == "edifact" and document.position else ""
        )
        return Part(title, facts, result, document.words, faults, len(ordered) - len(listed), lines, note)

    def _fault(self, remark: Remark, fault: Fault, names: Names, copy: Copy, within: bool) -> Told:
        """`within`: the fault is one of a document, which could be read."""
        found = copy.found.get(remark.number, fault.values.get("value", ""))
        found = found if len(found) <= _LONGEST else found[:_LONGEST] + "…"
        return Told(
            remark.number,
            shown_code(fault),
            is_error(fault),
            remark.text,
            where(fault.place, names),
            found,
            remedy(fault, names),
            self._word(
                f"blocks-{Blocks.MESSAGE if within and blocks(fault) is Blocks.FILE else blocks(fault)}"
            ),
        )

    # --- the copy -------------------------------------------------------------------------------------------

    def _copy(
        self, document: Judged, remarks: Sequence[Remark], names: Names, segments: _Interchanges
    ) -> Copy:
        subject = self.subject
        if not (remarks or self.whole) or not subject.content:
            return Copy()
        described = self.naming.described(document.kind)
        secret = described.secret if described is not None else ()
        if subject.format == "edifact":
            at = document.interchange, document.position
            if at in segments:
                copy = reply_sources.of_segments(subject.content, segments[at], remarks, names, secret)
                if not document.position:  # several messages: their segments are not counted through
                    for segment, row in zip(segments[at], copy.rows, strict=True):
                        row.number = str(segment.line)
                return copy
        elif subject.format == "xml":
            every = secret if document.kind.name else self.naming.secrets("xml")
            return reply_sources.of_xml(subject.content, remarks, every, opened(document.faults))
        elif (layout := self.naming.layout(document.kind)) is not None:
            copy = reply_sources.of_flat(subject.content, layout, remarks, secret)
            if not document.position:  # what could not be read
                copy.rows = [row for at, row in enumerate(copy.rows) if at < reply_sources.HEAD or row.marks]
            elif document.length:
                first = subject.content.count(b"\n", 0, document.offset) + 1
                data = subject.content[document.offset : document.offset + document.length]
                lines = range(first, first + data.rstrip().count(b"\n") + 1)
                copy.rows = [row for row in copy.rows if row.kept or row.marks or int(row.number) in lines]
            return copy
        return reply_sources.of_unknown(subject.content, remarks)

    def _segments(self, documents: Iterable[Judged]) -> _Interchanges:
        """The segments of the messages that have faults, read again, and of the interchange if it has some."""
        subject = self.subject
        wanted = {
            (each.interchange, each.position)
            for each in documents
            if (each.faults or self.whole) and each.position
        }
        of_file = any(blocks(each) is Blocks.FILE for each in subject.faults)
        if subject.format != "edifact" or of_file or not (wanted or subject.faults):
            return {}
        every = subject.interchange == 0 and bool(subject.faults)
        last = max([subject.interchange, *(interchange for interchange, _ in wanted)])
        whole: list[Segment] = []
        found: _Interchanges = {(subject.interchange, 0): whole}
        interchanges = capped(read(subject.content, encoding=subject.encoding, lenient=subject.lenient))
        for number, interchange in enumerate(islice(interchanges, None if every else last), start=1):
            own = subject.interchange in (0, number) and bool(subject.faults)
            if own and interchange.header is not None:
                whole.append(interchange.header)
            for message in interchange.messages():
                at = number, message.position
                if at in wanted:
                    found[at] = message.segments
                if own and len(whole) < SEGMENTS:
                    whole += message.segments
            if own and interchange.trailer is not None:
                whole.append(interchange.trailer)
        return found


def _worth_telling(faults: Sequence[Fault]) -> list[Fault]:
    """What is the sender's to correct; a rule says nothing new of a value whose form is wrong."""
    theirs = [fault for fault in faults if fault.code not in OURS]
    wrong_form = {fault.place for fault in theirs if is_error(fault) and not fault.code.startswith("rule-")}
    return [each for each in theirs if not (each.code.startswith("rule-") and each.place in wrong_form)]


def _has_place(place: Place) -> bool:
    return place.line is not None or place.offset is not None or place.xpath is not None


def state_of(subject: Subject) -> str:
    """What became of the whole: as it says itself, else as its documents say."""
    states = {subject.state} if subject.state else {each.state for each in subject.documents}
    if len(states) == 1:
        return states.pop()
    if "faulty" in states or "checked" in states:
        return "faulty" if "faulty" in states else "checked"
    if "rejected" in states:
        return "partly" if "accepted" in states or "held" in states else "rejected"
    return "held" if "held" in states else "accepted"
