"""Files through the whole engine, from the outbox of one folder to the inbox of another, in a process of its own.

`python -m tests.bench.flow FILES MESSAGES` tells CPU seconds and peak memory of one `edi-router run --once` over that
many files of that many orders each; its start, its configuration and its ledger count. `--items 7` makes small orders.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.bench.measure import Disagreement
from tests.bench.memory import peak
from tests.bench.orders import definition
from tests.bench.sample import order

HERE = Path(__file__).parent
BODIES = 20
"""So many different orders follow each other in turn."""
FLOWS = ((1000, 1), (1, 700), (1, 15_000), (1, 150_000))
"""What is measured: files, and messages in each; the last is of 1 GB."""
ITEMS, FEW_ITEMS = 50, 7
"""Lines of one order, which make it 6.7 KB; and of a small one of 1.1 KB."""
SETTINGS = """\
name: bench
maximum_file_megabytes: 2000
"""
BUYER = """\
id: BUYER
name: {en: Example Buyer, zh: 示例买方}
note: Invented for the bench.
role: enterprise
status: live
identifications: [{id: ENTA, qualifier: ZZ}]
channel: {kind: folder, root: exchange/BUYER, wait_seconds: 0}
on_bad_message: reject_message
agreements:
  - id: orders
    receives: ORDERS D96B
    deliver: {mapping: bench-order, to: SELLER}
"""
SELLER = """\
id: SELLER
name: {en: Example Seller, zh: 示例卖方}
note: Invented for the bench.
role: enterprise
status: live
identifications: [{id: SELLER, qualifier: ZZ}]
channel: {kind: folder, root: exchange/SELLER, wait_seconds: 0}
"""


@dataclass(frozen=True)
class Flow:
    """What one run took."""

    files: int
    messages: int
    """In each file."""
    size: int
    """Bytes of all files."""
    seconds: float
    """CPU seconds of the whole process."""
    megabytes: float
    """Its peak resident memory."""
    delivered: int
    """Documents in the inbox of the recipient, which must be one for each message."""


def measure_flow(files: int, messages: int, place: Path | None = None, items: int = ITEMS) -> Flow:
    """Lay out a workspace with the files (below `place`, or in a temporary folder) and run the engine over it."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        root = Path(folder)
        size = lay_out(root, files, messages, items)
        command = [sys.executable, "-m", "tests.bench.flow", "--run", str(root)]
        done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, check=True)
        told = json.loads(done.stdout.splitlines()[-1])
        delivered = sum(1 for _ in (root / "exchange" / "SELLER" / "in").iterdir())
        if delivered != files * messages:
            raise Disagreement(f"{delivered} of {files * messages} orders were delivered")
        return Flow(files, messages, size, told["seconds"], told["megabytes"], delivered)


def lay_out(root: Path, files: int, messages: int, items: int = ITEMS) -> int:
    """A workspace of two partners, and what the one has to send to the other; the bytes of the files."""
    shutil.copytree(HERE / "deployment", root, dirs_exist_ok=True)
    path = root / "schemas" / "edifact" / "D96B" / "messages" / "ORDERS.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(definition()))
    (root / "edi-router.yaml").write_text(SETTINGS)
    (root / "partners").mkdir()
    for name, text in (("BUYER", BUYER), ("SELLER", SELLER)):
        (root / "partners" / f"{name}.yaml").write_text(text, encoding="utf-8")
        for way in ("in", "out"):
            (root / "exchange" / name / way).mkdir(parents=True)
    size = 0
    for number in range(1, files + 1):
        path = root / "exchange" / "BUYER" / "out" / f"{number:05d}.edi"
        with path.open("wb") as stream:
            for part in parts_of(number, messages, items):
                size += stream.write(part)
    return size


def without_contrl(root: Path) -> None:
    """Have the sender get no CONTRL: then the documents are all that goes out."""
    with (root / "partners" / "BUYER.yaml").open("a", encoding="utf-8") as file:
        file.write("contrl: none\n")


def parts_of(number: int, messages: int, items: int = ITEMS) -> Iterator[bytes]:
    """One interchange of orders, part by part: the largest are never held."""
    yield b"UNB+UNOC:3+ENTA:ZZ+EDIROUTER:ZZ+260314:0930+B%d'" % number
    for position in range(messages):
        _, _, rest = body_of((number + position) % BODIES, items).partition("'")
        text = f"UNH+{position + 1}+ORDERS:D:96B:UN'{rest}'"
        yield f"{text}UNT+{text.count(chr(39)) - text.count('?' + chr(39)) + 1}+{position + 1}'".encode(
            "latin-1"
        )
    yield b"UNZ+%d+B%d'" % (messages, number)


@cache
def body_of(number: int, items: int) -> str:
    """The segments of an order, without UNT."""
    return "'".join(segment.text for segment in order(number, items))


def run(root: Path) -> None:
    """Run the engine once over the workspace, in this process; tell what it took."""
    from edi_router.cli.main import main

    problem: object = None
    try:
        sys.argv = ["edi-router", "--workspace", str(root), "run", "--once"]
        main()
    except SystemExit as ended:
        problem = ended.code
    print(json.dumps({"seconds": time.process_time(), "megabytes": peak() / 1e6}))
    sys.exit(problem if isinstance(problem, int) else 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="?", type=int, default=1000)
    parser.add_argument("messages", nargs="?", type=int, default=1)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--run", metavar="FOLDER")
    parser.add_argument("--place", type=Path)
    given = parser.parse_args()
    if given.run:
        run(Path(given.run))
    else:
        print(json.dumps(vars(measure_flow(given.files, given.messages, given.place, given.items))))
