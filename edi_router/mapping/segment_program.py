"""Runs the program that `generate_segments` makes of a mapping, and proves the message good that comes of it.

The message is put together as canonical text (see `fast_canon`), so that the pattern of the fast lane tells at once that a
receiver's check would find no fault. Where the pattern does not tell, or is not made yet, the message is read and
checked; where that finds a fault, there is no message here, and the closures tell the fault in the mapping's words.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from edi_router.formats.edifact.fast import WARM, Lane
from edi_router.formats.edifact.fast_canon import Canonical
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.layout import MASKS, Layout, is_usual, layout_of
from edi_router.formats.edifact.reader import read
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.formats.edifact.writer import Envelope, WriteError
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_segments import generate_segments
from edi_router.mapping.generate_slots import COMPONENT, ELEMENT, END
from edi_router.mapping.model import Definition
from edi_router.mapping.program import LARGEST, Program, Readable
from edi_router.mapping.scope import Run
from edi_router.mapping.target import Written
from edi_router.mapping.target_edifact import EdifactTarget, envelope_between
from edi_router.tables import Table

_USUAL = EdifactSettings()
_MESSAGE = "\0"
"""Stands for a message while what is written around it is made."""
ENVELOPES = 64
"""Envelopes of which it is remembered how they are read."""
WAYS, LONGEST = 256, 2000
"""So many ways through a definition are remembered, of so many segments at most."""
_RELEASED = [(mask, f"?{mark}") for mask, mark in MASKS.items() if mark not in "&<>"]
_PLAIN = [(mask, mark) for mask, mark in MASKS.items() if mark in "&<>"]
_MASKED = [(mark, mask) for mask, mark in MASKS.items() if mark not in "&<>"]


class SegmentProgram:
    """A mapping that writes messages of one type, as a program."""

    warm = WARM
    """How much has to be written before the pattern of the messages is made (see `fast`)."""

    def __init__(self, program: Program, target: EdifactTarget, layout: Layout) -> None:
        self.program = program
        self._target = target
        self._ways = Ways(layout)
        self._proofs: dict[Envelope, Callable[[Canonical], object]] = {}
        self._frames: dict[tuple[Envelope, tuple[int, ...]], tuple[bytes, bytes]] = {}
        definition = target.definition
        kind = (definition.type, definition.version, definition.release)
        self._kind = kind
        self._head = ELEMENT.join(("UNH", "1", COMPONENT.join((*kind, definition.agency))))

    def run(self, root: Readable, run: Run, envelope: Envelope | None) -> Written | None:
        """The interchange with the one message; None when the closures have to run."""
        envelope = envelope or _envelope_between(run.context.sender, run.context.recipient)
        if envelope.version != 3 or not (envelope.separators is None or is_usual(envelope.separators)):
            return None
        made = self.program.parts(root, run)
        if made is None or not self._ways.is_read_so(made[1]):
            return None
        message = self._message(made[0])
        if message is None:
            return None
        text = message.text
        if envelope.newline:
            # Before values get their apostrophes: these end no segment.
            text = text.replace("'", "'\n")
        for mask, mark in _RELEASED:
            if mask in text:
                text = text.replace(mask, mark)
        at = run.context.now.astimezone(run.context.zone)
        try:
            head, tail = self._frame(envelope, at)
            content = head + text.encode(envelope.codec) + tail
        except (WriteError, UnicodeEncodeError):
            return None
        if not self._is_good(content, message, envelope):
            return None
        return Written(content, [], lambda number: envelope.write([text], str(number), at))

    def _frame(self, envelope: Envelope, at: datetime.datetime) -> tuple[bytes, bytes]:
        """What stands before and behind the message in an interchange with number 1, the same for a minute."""
        key = envelope, (at.year, at.month, at.day, at.hour, at.minute)
        frame = self._frames.get(key)
        if frame is None:
            if len(self._frames) >= ENVELOPES:
                self._frames.clear()  # maybe under the hands of another thread, which has what it needs
            head, _, tail = envelope.write([_MESSAGE], "1", at).rpartition(_MESSAGE.encode())
            frame = self._frames[key] = head, tail
        return frame

    def _message(self, segments: Sequence[str]) -> Canonical | None:
        """The message in canonical text; None when it has the control characters that may be in XML documents."""
        count, plain = len(segments) + 2, self.program.is_plain
        text = END.join([self._head, *segments, f"UNT{ELEMENT}{count}{ELEMENT}1{END}"])
        if plain and ("\n" in text or "\r" in text or "\t" in text):
            return None
        for given, wanted in _MASKED if plain else _PLAIN:
            if given in text:
                text = text.replace(given, wanted)
        text = text.replace(ELEMENT, "+").replace(COMPONENT, ":").replace(END, "'")
        return Canonical(text, "1", *self._kind, count)

    def _is_good(self, content: bytes, message: Canonical, envelope: Envelope) -> bool:
        """Whether a receiver finds no fault in the interchange."""
        if len(content) > LARGEST:
            return False
        proves = self._proofs.get(envelope)
        if proves is not None and _is_exact(message.text, envelope.codec) and proves(message):
            return True
        if self._target.has_faults(content, envelope):
            return False
        if proves is None:
            self._learn(content, message, envelope)
        return True

    def _learn(self, content: bytes, message: Canonical, envelope: Envelope) -> None:
        """The envelope is good, whatever message stands in it: how messages in it are proven to be good."""
        [interchange] = read(content, encoding=envelope.encoding)
        [found] = interchange.messages()
        if isinstance(found, SlicedMessage) and found.canonical == message:
            if len(self._proofs) >= ENVELOPES:
                self._proofs.clear()
            lane = Lane(self._target.definitions, warm=self.warm)
            self._proofs[envelope] = lane(found.slice.reading, interchange.syntax_version)


class Ways:
    """Tells whether a reader takes segments for what they were made for (see `structure_resync`).

    A way is the numbers of the places in the definition that the segments are made for, from UNH to UNT left out.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._leaves = layout.structure.leaves
        self._pairs: dict[tuple[int, int], bool] = {}
        """Whether a segment of the second place, behind one of the first, cannot be read as anything else."""
        self._known: dict[tuple[int, ...], bool] = {}

    def is_read_so(self, way: Sequence[int]) -> bool:
        """Whether that is how a message without faults is read."""
        whole = (0, *way, len(self._leaves) - 1)
        known = self._known.get(whole)
        if known is None:
            known = all(map(self._is_one, set(pairwise(whole)))) or self._is_taken(whole)
            if len(whole) <= LONGEST:
                if len(self._known) >= WAYS:
                    self._known.clear()
                self._known[whole] = known
        return known

    def _is_one(self, pair: tuple[int, int]) -> bool:
        known = self._pairs.get(pair)
        if known is None:
            position, number = pair
            # As in `layout.Moves`: a segment that may stand once cannot be the same again.
            steps = self._layout.structure.direct(position, self._leaves[number].tag)
            found = [step.target.id for step in steps if not step.same or step.target.limit > 1]
            known = self._pairs[pair] = found == [number]
        return known

    def _is_taken(self, whole: Sequence[int]) -> bool:
        tags = [self._leaves[number].tag for number in whole]
        try:
            return [step.target.id for step in self._layout.steps(tags)] == list(whole)
        except ValueError:
            return False


@lru_cache(maxsize=ENVELOPES)
def _envelope_between(sender: str, recipient: str) -> Envelope:
    return envelope_between(sender, recipient, _USUAL)


def _is_exact(text: str, codec: str) -> bool:
    """Whether the text comes back from its bytes."""
    return text.isascii() or text.encode(codec).decode(codec) == text


def segment_program(
    definition: Definition, origin: Layout | None, target: EdifactTarget, tables: Mapping[str, Table]
) -> SegmentProgram | None:
    """The mapping as a program for messages of the layout, or without one for XML; None when there can be none."""
    written = target.definition
    layout = layout_of(target.definitions, written.directory, "service-3", written)
    try:
        generated = generate_segments(definition, origin, layout)
        if any(name not in tables for name, *_ in generated.tables):
            return None
        return SegmentProgram(Program(generated, tables), target, layout)
    except (Unsupported, SyntaxError):
        return None
