"""Files of orders to XML: ours beside the whole engine of Bots, in CPU time; both write the same documents."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from edi_router.config import Tree
from edi_router.formats.edifact import read, write_interchange
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.fast import Lane
from edi_router.mapping import Mapping, load
from tests.bench.measure import CONTEXT, Disagreement
from tests.bench.orders import with_orders
from tests.bench.peers import HERE, PLACE, engine_python
from tests.bench.sample import order

DEPLOYMENT = Path(__file__).parent / "deployment"
"""Our mapping of the order, and the XSD of what it makes."""
ITEMS = 50
"""Lines of one order, which make it 6.7 KB."""
FEW, MANY = 10, 110
"""Files in two runs of Bots: their difference is free of its start, and of what it does once a run."""
OURS = 1000
"""Files of one run of ours, which has no start worth speaking of."""
RUNS = 3


@dataclass(frozen=True)
class Engines:
    """CPU seconds for a file of so many bytes, ours and theirs; or why theirs is missing."""

    size: int
    ours: float
    theirs: float = 0
    problem: str = ""

    def told(self) -> str:
        """The lines of the page."""
        rate = f"{1 / self.ours:,.0f} files a second of CPU"
        ours = f"- EDI Router, {self.size:,} bytes a file: {rate}"
        if self.problem:
            return f"{ours}\n- Bots: not run: {self.problem}"
        return (
            f"{ours}, {self.theirs / self.ours:.0f} times as many as Bots\n"
            f"- Bots, the same files: {1 / self.theirs:,.1f} files a second of CPU"
        )


def measure_engines(problem: str = "", files: int = OURS) -> Engines:
    """Both on the same files, in turns, each at its best; `problem` is why Bots cannot be had."""
    ours = Ours()
    orders = [one_order(number) for number in range(1, files + 1)]
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "in", Path(folder) / "out"
        lay_out(given, orders)
        made.mkdir()
        ours.run(given, made)  # the patterns and the program are made, and the files are there
        best = theirs = float("inf")
        for _ in range(RUNS):
            best = min(best, ours.run(given, made) / files)
            if not problem:
                try:
                    theirs = min(theirs, _bots(Path(folder), orders, (made / "00001.xml").read_bytes()))
                except subprocess.CalledProcessError as error:
                    problem = (error.stderr.strip().splitlines() or ["failed"])[-1][:160]
        return Engines(len(orders[-1]), best, 0 if problem else theirs, problem)


class Ours:
    """Our way of a file: read, checked, mapped, checked by the XSD, written."""

    def __init__(self) -> None:
        tree = Tree.over_shipped(DEPLOYMENT)
        self.definitions = with_orders(tree)
        mapping, faults = load(tree, "bench-order", self.definitions)
        if mapping is None or faults:
            raise Disagreement(f"the mapping of orders has faults: {faults}")
        self.mapping: Mapping = mapping
        self.lane = Lane(self.definitions)

    def run(self, given: Path, made: Path) -> float:
        """The CPU seconds of all files of a folder."""
        began = time.process_time()
        for path in given.iterdir():
            content = path.read_bytes()
            for interchange in read(content, prove=self.lane):
                for message in interchange.messages():
                    root = check(message, self.definitions, interchange_header=interchange.header).root
                    result = self.mapping.run(root, CONTEXT)
                    if result.faults:
                        raise Disagreement(f"orders: {result.faults[0]}")
                    (made / f"{path.stem}.xml").write_bytes(result.output)
        return time.process_time() - began


def _bots(folder: Path, orders: list[bytes], ours: bytes) -> float:
    """The CPU seconds of the engine of Bots for one more file."""
    seconds = []
    for number in (FEW, MANY):
        given = folder / f"bots-{number}"
        if not given.is_dir():
            lay_out(given, orders[:number])
        command = [engine_python(), str(HERE / "bots_engine.py"), str(given), str(PLACE)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
        told = json.loads(done.stdout.splitlines()[-1])
        if values_of(told["first"].encode()) != values_of(ours):
            raise Disagreement("orders: Bots writes another document")
        seconds.append(told["seconds"])
    return float(seconds[1] - seconds[0]) / (MANY - FEW)


def one_order(number: int) -> bytes:
    """An interchange with one order."""
    return write_interchange(
        [order(number, ITEMS)],
        syntax="UNOC",
        syntax_version=3,
        sender="ENTA",
        recipient="EDIROUTER",
        control_reference=f"B{number}",
        date="260314",
        time="0930",
    )


def lay_out(folder: Path, orders: list[bytes]) -> None:
    """One file for each order."""
    folder.mkdir()
    for number, content in enumerate(orders, 1):
        (folder / f"{number:05d}.edi").write_bytes(content)


def values_of(document: bytes) -> list[tuple[str, str]]:
    """The elements with their texts, the layout aside."""
    return [(str(each.tag), (each.text or "").strip()) for each in etree.fromstring(document).iter()]
