"""XML: read, checked by its XSD and mapped, beside lxml's own parse and XMLSchema of the same file, turn by turn."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from lxml import etree

from edi_router.config import Tree, shipped_directory
from edi_router.formats.xml.reader import parse
from edi_router.formats.xml.schema import Schema
from edi_router.mapping import load
from tests.bench.measure import CONTEXT, Disagreement

TURNS, REPEATS = 25, 5
"""So many turns, in each of which every step runs so many times."""
WARM_UP = 300
"""Runs before the turns: the pattern that EDIFACT messages are checked by is made when it pays (`fast.WARM`)."""
ITEMS = 20
MOST, AIM = 3.0, 2.0
"""How many times lxml's time it may take, and how many are aimed at."""
PEER = "lxml"
STEPS = {
    PEER: "lxml: parse + XMLSchema",
    "read": "read, with the limits and the faults of the reader",
    "check": "read + XSD",
    "map": "read + XSD + map and write, its XSD or directory checked",
}


@dataclass(frozen=True)
class Kind:
    """A sample of a document, its mapping, and which part of it stands for an item."""

    name: str
    sample: str
    mapping: str
    item: str
    """A pattern of the items in a row; the last of them is repeated. Empty: the sample as it is."""


KINDS = (
    Kind("DecMessage, 20 items → CUSDEC", "dec-message.xml", "decmessage-cusdec", r"<DecList>.*?</DecList>\s*"),
    Kind("DecMessage, the sample → CUSDEC", "dec-message.xml", "decmessage-cusdec", ""),
    Kind("CombinedDeclaration, 20 items → EEntDeclIo", "combined-declaration.xml", "combined-eciq",
         r"<DecList>.*?</DecList>\s*"),
    Kind("CombinedDeclaration, the sample → EEntDeclIo", "combined-declaration.xml", "combined-eciq", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """CPU seconds of each step on one document, turn by turn."""

    name: str
    size: int
    seconds: Mapping[str, list[float]]

    def ratio(self, step: str) -> float:
        """How many times lxml's time: the median of the turns."""
        both = zip(self.seconds[step], self.seconds[PEER], strict=True)
        return median(ours / theirs for ours, theirs in both)

    def row(self) -> tuple[str, ...]:
        """The row of the table."""
        times = [f"{min(self.seconds[step]) * 1e6:,.0f}" for step in STEPS]
        ratios = [f"{self.ratio(step):.2f}" for step in ("read", "check", "map")]
        return self.name, f"{self.size:,}", *times, *ratios


HEADINGS = (
    "document", "bytes", "lxml parse + XSD µs", "read µs", "+ XSD µs", "+ map µs", "read: × lxml", "+ XSD: ×", "+ map: ×",
)  # fmt: skip


def document(kind: Kind, items: int = ITEMS) -> bytes:
    """The sample with so many items, each numbered."""
    text = (shipped_directory() / "samples" / "good" / kind.sample).read_text(encoding="utf-8")
    if not kind.item:
        return text.encode()
    found = list(re.finditer(kind.item, text, re.DOTALL))
    last = found[-1]
    more = "".join(
        re.sub(r"<GNo>\d+</GNo>", f"<GNo>{number}</GNo>", last[0])
        for number in range(len(found) + 1, items + 1)
    )
    return (text[: last.end()] + more + text[last.end() :]).encode()


def measure_xml(turns: int = TURNS, repeats: int = REPEATS) -> list[Measured]:
    """Every document in turns; Disagreement when one is not valid or not mapped."""
    return [_measured(kind, turns, repeats) for kind in KINDS]


def steps_of(kind: Kind, data: bytes) -> dict[str, Callable[[], None]]:
    """What is run for each of `STEPS`, with schemas and mapping loaded; that all is well was seen once."""
    tree = Tree.over_shipped()
    mapping, faults = load(tree, kind.mapping)
    if mapping is None or faults:
        raise Disagreement(f"the mapping {kind.mapping} has faults: {faults}")
    name = mapping.definition.schema
    assert name is not None
    schema = Schema.load(lambda each: tree.read(f"schemas/{each}"), name)
    theirs = etree.XMLSchema(file=str(tree.find(f"schemas/{name}")))

    def lxml() -> None:
        root = etree.fromstring(data)
        if not theirs.validate(root):
            raise Disagreement(f"{kind.name}: {theirs.error_log}")

    def read() -> None:
        found, faults = parse(data)
        if found is None:
            raise Disagreement(f"{kind.name}: {faults[0]}")

    def check() -> None:
        found, _ = parse(data)
        assert found is not None
        if problems := list(schema.check(found)):
            raise Disagreement(f"{kind.name}: {problems[0]}")

    def mapped() -> None:
        found, _ = parse(data)
        assert found is not None
        if problems := list(schema.check(found)):
            raise Disagreement(f"{kind.name}: {problems[0]}")
        result = mapping.run(found.node(), CONTEXT)
        if result.faults or not result.output:
            raise Disagreement(f"{kind.name}: {result.faults}")

    return dict(zip(STEPS, (lxml, read, check, mapped), strict=True))


def _measured(kind: Kind, turns: int, repeats: int) -> Measured:
    data = document(kind)
    steps = steps_of(kind, data)
    for run in steps.values():
        run()
    for _ in range(WARM_UP):
        steps["map"]()
    seconds: dict[str, list[float]] = {step: [] for step in steps}
    for _ in range(turns):
        gc.collect()
        for step, run in steps.items():
            run()  # else lxml, whose turn is the first, pays for what the rubbish collection has put out of the caches
            began = time.process_time()
            for _ in range(repeats):
                run()
            seconds[step].append((time.process_time() - began) / repeats)
    return Measured(kind.name, len(data), seconds)
