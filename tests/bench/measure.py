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
from functools import partial

from pydifact.parser import Parser
from pydifact.segments import Segment as PeerSegment

from edi_router.config import Tree
from edi_router.faults import Fault
from edi_router.formats.edifact import Interchange, Message, Segment, read
from edi_router.formats.edifact.bridge import to_pydifact
from edi_router.formats.edifact.check import Checked, check
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.fast import Lane
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.fast_stream import validate_stream
from edi_router.formats.edifact.separators import Value
from edi_router.mapping import Context, Mapping, load
from edi_router.mapping.scope import Run
from tests.bench.orders import with_orders
from tests.bench.sample import Sample

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
    "plain": "validated, without code lists (order, presence, length, class, counts)",
    "codes": "validated, with code lists",
    "values": "fully split: Message.values()",
    "split": "fully split: Segment.elements() of every segment",
    "read": "read (segments and messages, not yet split)",
    "check": "read, and the full check message by message",
    "written": "read, check, map to EEntDeclIo and write it, without its XSD",
    "map": "read, check, and map to EEntDeclIo (checked by its XSD)",
    "lineage": "the same, with the lineage recorded",
}
"""What is measured, in the order of the table; the `MAPPED` for CUSDEC only."""
MAPPED = ("written", "map", "lineage")


REPEATS, ENOUGH = 5, 1.5
"""How often a step is run in one turn at most, and after how many CPU seconds it is not run again."""
COLLECTED = True
"""Whether garbage is collected before each timing, so that it is not collected within one."""


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
        return cls(with_orders(tree), mapping)

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
    released: float
    """The share of segments in which a service character stands as data."""
    seconds: dict[str, float] = field(default_factory=dict)

    def rate(self, step: str) -> float:
        """Segments per CPU second."""
        return self.segments / self.seconds[step]

    def ratio(self, step: str) -> float:
        """How many times the peer's rate."""
        return self.seconds[PEER] / self.seconds[step]


def measure(samples: Sequence[Sample], parts: Parts, times: int = 3) -> list[Measured]:
    """Verify every file, then time all steps: in each turn every step once, the peer among them; the best counts."""
    measured = [verified(each, parts) for each in samples]
    steps = steps_of(parts)
    for _ in range(times):
        for each, sample in zip(measured, samples, strict=True):
            for step, run in steps.items():
                if step not in MAPPED or sample.mapped:
                    each.seconds[step] = min(each.seconds.get(step, float("inf")), _timed(run, sample.data))
    return measured


def verified(sample: Sample, parts: Parts) -> Measured:
    """What is in the file, after showing by a shorter one of its kind that nothing is wrong with it, that the peer
    sees the same, and that all ways to split it agree."""
    name, ours = sample.name, list[Segment]()
    for interchange in read(sample.short):
        ours += [interchange.header] if interchange.header is not None else []
        for message in interchange.messages():
            ours += message.segments
            checked = parts.checked(interchange, message)
            _none(name, [*message.faults, *checked.faults])
            if sample.mapped:
                result = parts.mapping.run(checked.root, CONTEXT)
                _none(name, result.faults)
                recorded = parts.mapping.run(checked.root, CONTEXT, record=True)
                if recorded.lineage != parts.mapping.run_closely(checked.root, CONTEXT).lineage:
                    raise Disagreement(f"{name}: message {message.reference} has another lineage")
                if b"<EEntDeclIo" not in result.output:
                    raise Disagreement(f"{name}: message {message.reference} was not mapped")
            if not isinstance(message, SlicedMessage) or len(message.values()) != len(message.segments):
                raise Disagreement(f"{name}: message {message.reference} is not read as a whole")
            for row, segment in zip(message.values(), message.segments, strict=True):
                split = [parts_of(value) for value in row[1:]]
                if split != [list(map(list, element)) for element in segment.elements()]:
                    raise Disagreement(f"{name}: {row} is not {segment}")
        ours += [interchange.trailer] if interchange.trailer is not None else []
        _none(name, interchange.faults)
    with quiet():
        theirs = list(peer(sample.short))
    if len(ours) != len(theirs):
        raise Disagreement(f"{name}: we read {len(ours)} segments, {PEER} {len(theirs)}")
    for one, other in zip(to_pydifact(ours), theirs, strict=True):
        if (one.tag, one.elements) != (other.tag, other.elements):
            raise Disagreement(f"{name}: we read {one}, {PEER} {other}")
    release = ours[0].dialect.separators.release
    released = sum(release in segment.text for segment in ours) / len(ours)
    summary = validate_stream(sample.data, parts.definitions, warm=0)
    validate_stream(sample.short, parts.definitions, warm=0, codes=False)  # the pattern is made
    _none(name, [*summary.content, *summary.envelope])
    return Measured(name, len(sample.data), summary.segments, summary.messages, released)


def parts_of(value: Value) -> list[list[str]]:
    """An element as repeats of components."""
    if isinstance(value, str):
        return [[value]]
    return [[str(part) for part in value]] if isinstance(value[0], str) else [list(part) for part in value]


def _none(name: str, faults: Sequence[Fault]) -> None:
    if faults:
        raise Disagreement(f"{name}: {faults[0]}")


def peer(data: bytes) -> Iterable[PeerSegment]:
    """The segments as pydifact parses them, from the same bytes; UNA is no segment to us."""
    return (segment for segment in Parser().parse(data.decode()) if segment.tag != "UNA")


def _timed(run: Callable[[bytes], None], data: bytes) -> float:
    """The CPU time; that of the best run when it is so short that something else may have disturbed it."""
    best = spent = float("inf")
    for number in range(REPEATS):
        tidy()
        with quiet():
            began = time.process_time()
            run(data)
            taken = time.process_time() - began
        best, spent = min(best, taken), taken if number == 0 else spent + taken
        if spent > ENOUGH:
            break
    return best


def tidy() -> None:
    """Begin a timing without garbage of what was before."""
    if COLLECTED:
        gc.collect()


@contextmanager
def quiet() -> Iterator[None]:
    """Without pydifact's warnings of the directories that it does not have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def steps_of(parts: Parts) -> dict[str, Callable[[bytes], None]]:
    """What is run for each of `STEPS`, on the bytes of a file."""

    def parse(data: bytes) -> None:
        for _ in peer(data):
            pass

    def tokenise(data: bytes) -> None:
        for interchange in read(data):
            for _ in interchange.messages():
                pass

    def values(data: bytes) -> None:
        for interchange in read(data):
            for message in interchange.messages():
                message.values()

    def split(data: bytes) -> None:
        for interchange in read(data):
            for message in interchange.messages():
                for segment in message.segments:
                    segment.elements()

    def validated(data: bytes, codes: bool) -> None:
        summary = validate_stream(io.BytesIO(data), parts.definitions, warm=0, codes=codes)
        if summary.content or summary.envelope or not summary.messages:
            raise Disagreement(f"validate: {summary}")

    def checked(data: bytes) -> None:
        for interchange in read(data):
            for message in interchange.messages():
                parts.checked(interchange, message)

    def written(data: bytes) -> None:
        for interchange in read(data, prove=Lane(parts.definitions)):
            for message in interchange.messages():
                root = parts.checked(interchange, message).root
                program = parts.mapping.program(root)
                if program is None or not program.run(root, Run(parts.mapping.definition, root, CONTEXT)):
                    raise Disagreement(f"map: message {message.reference} was not mapped")

    def mapped(data: bytes, record: bool = False) -> None:
        for interchange in read(data, prove=Lane(parts.definitions)):
            for message in interchange.messages():
                parts.mapping.run(parts.checked(interchange, message).root, CONTEXT, record=record)

    plain, codes = partial(validated, codes=False), partial(validated, codes=True)
    recorded = partial(mapped, record=True)
    runs = (parse, plain, codes, values, split, tokenise, checked, written, mapped, recorded)
    return dict(zip(STEPS, runs, strict=True))
