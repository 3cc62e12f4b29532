"""The steps that are measured, the proof that they agree, and their times."""

from __future__ import annotations

import gc
import io
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from pydifact.parser import Parser
from pydifact.segments import Segment as PeerSegment

from edi_router.config import Tree
from edi_router.faults import Fault
from edi_router.formats.edifact import Interchange, Message, Segment, read
from edi_router.formats.edifact.bridge import to_pydifact
from edi_router.formats.edifact.check import Checked, check
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.fast_stream import validate_stream
from edi_router.mapping import Context, Mapping, load
from edi_router.pipeline.configuration import definitions_of

MAPPING = "cusdec-eciq"
CONTEXT = Context(
    now=datetime(2026, 3, 14, 2, tzinfo=UTC),
    business_date=date(2026, 3, 14),
    message_id="bench",
    sender="ENT-A",
    recipient="CIQ-QD",
)
PEER = "pydifact"
STEPS = {
    PEER: "pydifact: parse",
    "read": "EDI Router: read (segments and messages, elements not yet split)",
    "split": "EDI Router: read, every data element split",
    "validate": "EDI Router: validate a stream (structure, elements and codes; no segments kept)",
    "check": "EDI Router: read, and full check of structure, elements and codes",
    "map": "EDI Router: read, check, and map to EEntDeclIo (checked by its XSD)",
}
"""What is measured, in the order of the table."""


class Disagreement(Exception):
    """The outputs differ, so their times would mean nothing."""


@dataclass(frozen=True)
class Parts:
    """What checking and mapping need, loaded once before any timing."""

    definitions: Definitions
    mapping: Mapping

    @classmethod
    def shipped(cls) -> Parts:
        """The shipped definitions and mapping."""
        tree = Tree.over_shipped()
        mapping, faults = load(tree, MAPPING)
        if mapping is None or faults:
            raise Disagreement(f"mapping {MAPPING} has faults: {faults}")
        return cls(definitions_of(tree), mapping)

    def checked(self, interchange: Interchange, message: Message) -> Checked:
        """The check of one message."""
        return check(
            message,
            self.definitions,
            syntax_version=interchange.syntax_version,
            interchange_header=interchange.header,
        )


@dataclass
class Measured:
    """One file and the best CPU time of each step on it."""

    name: str
    size: int
    segments: int
    messages: int
    released: int
    """Segments in which a service character stands as data."""
    seconds: dict[str, float] = field(default_factory=dict)

    def rate(self, step: str) -> float:
        """Segments per CPU second."""
        return self.segments / self.seconds[step]

    def ratio(self, step: str) -> float:
        """How many times the peer's rate."""
        return self.seconds[PEER] / self.seconds[step]


def measure(files: dict[str, bytes], parts: Parts, times: int = 3) -> list[Measured]:
    """Verify every file, then time all steps: in each turn every step once, the peer among them; the best counts."""
    measured = [verified(name, data, parts) for name, data in files.items()]
    steps = _steps(parts)
    for _ in range(times):
        for each in measured:
            for step, run in steps.items():
                taken = _timed(run, files[each.name])
                each.seconds[step] = min(taken, each.seconds.get(step, taken))
    return measured


def verified(name: str, data: bytes, parts: Parts) -> Measured:
    """What is in the file, after showing that nothing is wrong with it and that the peer sees the same."""
    ours: list[Segment] = []
    messages = 0
    for interchange in read(data):
        ours += [interchange.header] if interchange.header is not None else []
        for message in interchange.messages():
            messages += 1
            ours += message.segments
            checked = parts.checked(interchange, message)
            result = parts.mapping.run(checked.root, CONTEXT)
            _none(name, [*message.faults, *checked.faults, *result.faults])
            if b"<EEntDeclIo" not in result.output:
                raise Disagreement(f"{name}: message {message.reference} was not mapped")
        ours += [interchange.trailer] if interchange.trailer is not None else []
        _none(name, interchange.faults)
    with _quiet():
        theirs = list(peer(data))
    if len(ours) != len(theirs):
        raise Disagreement(f"{name}: we read {len(ours)} segments, {PEER} {len(theirs)}")
    for one, other in zip(to_pydifact(ours), theirs, strict=True):
        if (one.tag, one.elements) != (other.tag, other.elements):
            raise Disagreement(f"{name}: we read {one}, {PEER} {other}")
    released = sum("?" in segment.text for segment in ours)
    return Measured(name, len(data), len(ours), messages, released)


def _none(name: str, faults: Sequence[Fault]) -> None:
    if faults:
        raise Disagreement(f"{name}: {faults[0]}")


def peer(data: bytes) -> Iterable[PeerSegment]:
    """The segments as pydifact parses them, from the same bytes; UNA is no segment to us."""
    return (segment for segment in Parser().parse(data.decode()) if segment.tag != "UNA")


def _timed(run: Callable[[bytes], None], data: bytes) -> float:
    gc.collect()
    with _quiet():
        began = time.process_time()
        run(data)
        return time.process_time() - began


@contextmanager
def _quiet() -> Iterator[None]:
    """Without pydifact's warnings of the directories that it does not have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _steps(parts: Parts) -> dict[str, Callable[[bytes], None]]:
    def parse(data: bytes) -> None:
        for _ in peer(data):
            pass

    def tokenise(data: bytes) -> None:
        for interchange in read(data):
            for _ in interchange.messages():
                pass

    def split(data: bytes) -> None:
        for interchange in read(data):
            for message in interchange.messages():
                for segment in message.segments:
                    segment.elements()

    def validated(data: bytes) -> None:
        summary = validate_stream(io.BytesIO(data), parts.definitions, warm=0)
        if summary.content or summary.envelope or not summary.messages:
            raise Disagreement(f"validate: {summary}")

    def checked(data: bytes) -> None:
        for interchange in read(data):
            for message in interchange.messages():
                parts.checked(interchange, message)

    def mapped(data: bytes) -> None:
        for interchange in read(data):
            for message in interchange.messages():
                parts.mapping.run(parts.checked(interchange, message).root, CONTEXT)

    return dict(zip(STEPS, (parse, tokenise, split, validated, checked, mapped), strict=True))
