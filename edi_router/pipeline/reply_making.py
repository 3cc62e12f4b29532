"""From a file and what was found in it to the values of a reply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from edi_router.faults import Blocks, Fault, Place, blocks, is_error, render, shown_code
from edi_router.faults.terms import in_chinese
from edi_router.formats.documents import Kind
from edi_router.formats.edifact import Segment, read
from edi_router.formats.edifact.broken import capped
from edi_router.pipeline import reply_sources
from edi_router.pipeline.reply_marked import Remark
from edi_router.pipeline.reply_marked import shown as lines_of
from edi_router.pipeline.reply_model import Judged, Part, Reply, Subject, Told
from edi_router.pipeline.reply_names import Names, Naming, joined
from edi_router.pipeline.reply_remedies import OURS, told
from edi_router.pipeline.reply_sources import Copy
from edi_router.pipeline.reply_words import (
    NEXT,
    SUMMARY,
    errors,
    kind,
    opened,
    pattern,
    problem,
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


class _Shown(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def make_reply(subject: Subject, naming: Naming, language: str) -> Reply:
    """The reply in ``en`` or ``zh``. Nothing in it is ours: no path of a machine, no id of the configuration."""
    return _Making(subject, naming, language).reply()


@dataclass
class _Making:
    subject: Subject
    naming: Naming
    language: str

    def reply(self) -> Reply:
        state = self.subject.state or _state(self.subject.documents)
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
        found = [fault for each in subject.documents for fault in each.faults] + list(subject.faults)
        if any(fault.code == "message-refused" for fault in found) and state == "rejected":
            state = "refused"
        bad = sum(each.state == "rejected" for each in subject.documents)
        count = sum(is_error(fault) for fault in found if fault.code not in OURS)
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
        faults = [fault for fault in self.subject.faults if fault.code not in OURS]
        if not faults:
            return
        subject = self.subject
        first = subject.kind or Kind(subject.format, "", "")
        if subject.documents:
            first = subject.documents[0].kind
        of_file = subject.format != "edifact" or any(blocks(each) is Blocks.FILE for each in faults)
        where = self._word("whole" if of_file else "envelope")
        judged = Judged(first, faults, "rejected", interchange=subject.interchange, position=0)
        yield self._told(judged, where, (), "", segments)

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
        theirs = [fault for fault in document.faults if fault.code not in OURS]
        ordered = sorted(theirs, key=lambda fault: not is_error(fault))
        names = Names(self.naming, document.kind, self.language)
        listed = ordered[:LISTED]
        remarks = [
            Remark(number, fault.place, self._wrong(fault, names))
            for number, fault in enumerate(listed, start=1)
        ]
        copy = self._copy(document, [each for each in remarks if _has_place(each.place)], names, segments)
        faults = tuple(
            self._fault(remark, fault, names, copy, bool(document.position))
            for remark, fault in zip(remarks, listed, strict=True)
        )
        lines = lines_of(copy.rows) if any(row.marks for row in copy.rows) else ()
        return Part(title, facts, result, document.words, faults, len(ordered) - len(listed), lines)

    def _fault(self, remark: Remark, fault: Fault, names: Names, copy: Copy, within: bool) -> Told:
        """`within`: the fault is one of a document, which could be read."""
        found = copy.found.get(remark.number, fault.values.get("value", ""))
        found = found if len(found) <= _LONGEST else found[:_LONGEST] + "…"
        _, remedy = told(fault.code)
        return Told(
            remark.number,
            shown_code(fault),
            is_error(fault),
            remark.text,
            self._where(fault.place, names),
            found,
            remedy[self.language].format_map(self._values(fault, names)).strip(),
            self._word(f"blocks-{Blocks.MESSAGE if within and blocks(fault) is Blocks.FILE else blocks(fault)}"),
        )

    def _wrong(self, fault: Fault, names: Names) -> str:
        text, _ = told(fault.code)
        if text is None:
            return render(replace(fault, values=self._values(fault, names)), self.language)
        return text[self.language].format_map(self._values(fault, names))

    def _values(self, fault: Fault, names: Names) -> Mapping[str, str]:
        values = in_chinese(fault.values) if self.language == "zh" else dict(fault.values)
        values |= names.values(fault)
        form = fault.values.get("form") or fault.values.get("type") or ""
        values["kind"] = kind(form, self.language)
        if fault.code == "xml-malformed":
            values["problem"] = problem(fault.values.get("problem", ""), self.language) or values["problem"]
        if "pattern" in values:
            values["pattern"] = pattern(values["pattern"], self.language)
        if fault.code == "xsd-value-type":
            values["type"] = values["kind"]
        values["hint"] = self._word("perhaps", hint=fault.hint) if fault.hint else ""
        return _Shown(values)

    def _where(self, place: Place, names: Names) -> str:
        at = []
        if place.line is not None:
            at.append(self._word("line", line=place.line))
        if place.column is not None:
            at.append(self._word("column", column=place.column))
        inside: list[str] = []
        if names.kind.format == "edifact" and place.tag:
            number = self._word("nth", number=place.segment) + " " if place.segment is not None else ""
            inside.append(number + self._named("segment", names.segment(place.tag), tag=place.tag))
            id, name = names.at(place)
            if id:
                inside.append(self._named("element", name, id=id))
            file = self._word("in-file", at=self._between(at)) if at else ""
            return joined((*inside, file), self.language)
        elif place.xpath:
            label = names.xml(place.xpath)
            inside.append(self._named("", label, text=" › ".join(place.xpath.strip("/").split("/"))))
        elif place.tag and (name := names.field(place.tag, place.element)):
            inside.append(f"{self._word('field')} {name}")
        between = "：" if self.language == "zh" else ": "
        return between.join(each for each in (self._between(at), joined(inside, self.language)) if each)

    def _between(self, at: Sequence[str]) -> str:
        """Line and column, one behind the other."""
        return ("" if self.language == "zh" else " ").join(at)

    def _named(self, key: str, name: str, *, text: str = "", **values: object) -> str:
        said = self._word(key, **values) if key else text
        if not name:
            return said
        return f"{said}（{name}）" if self.language == "zh" else f"{said} ({name})"

    # --- the copy -------------------------------------------------------------------------------------------

    def _copy(
        self, document: Judged, remarks: Sequence[Remark], names: Names, segments: _Interchanges
    ) -> Copy:
        subject = self.subject
        if not remarks or not subject.content:
            return Copy()
        described = self.naming.described(document.kind)
        secret = described.secret if described is not None else ()
        if subject.format == "edifact":
            at = document.interchange, document.position
            if at in segments:
                return reply_sources.of_segments(subject.content, segments[at], remarks, names, secret)
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
        wanted = {(each.interchange, each.position) for each in documents if each.faults and each.position}
        of_file = any(blocks(each) is Blocks.FILE for each in subject.faults)
        if subject.format != "edifact" or of_file or not (wanted or subject.faults):
            return {}
        last = max([subject.interchange, *(interchange for interchange, _ in wanted)])
        found: _Interchanges = {}
        interchanges = capped(read(subject.content, encoding=subject.encoding, lenient=subject.lenient))
        for number, interchange in enumerate(islice(interchanges, last), start=1):
            whole = [interchange.header] if interchange.header is not None else []
            for message in interchange.messages():
                at = number, message.position
                if at in wanted:
                    found[at] = message.segments
                if number == subject.interchange and subject.faults and len(whole) < SEGMENTS:
                    whole += message.segments
            whole += [interchange.trailer] if interchange.trailer is not None else []
            found[number, 0] = whole
        return found


def _has_place(place: Place) -> bool:
    return place.line is not None or place.offset is not None or place.xpath is not None


def _state(documents: Sequence[Judged]) -> str:
    """What became of the whole, as its documents say."""
    states = {each.state for each in documents}
    if len(states) == 1:
        return states.pop()
    if "faulty" in states or "checked" in states:
        return "faulty" if "faulty" in states else "checked"
    if "rejected" in states:
        return "partly" if "accepted" in states or "held" in states else "rejected"
    return "held" if "held" in states else "accepted"
