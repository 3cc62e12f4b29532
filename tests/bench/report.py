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

from tests.bench.measure import PEER, STEPS, Measured
from tests.bench.memory import Peak
from tests.bench.sample import ITEMS

LOAD = round(os.getloadavg()[0], 1)
"""What else the machine had to do when the bench was started."""
HEADINGS = ("file", "step", "segments/s", "MB/s", "messages/s", f"× {PEER}")


@dataclass(frozen=True)
class Report:
    """One run."""

    measured: Sequence[Measured]
    memory: Sequence[Peak]
    times: int

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
                    "segments_with_released_characters": each.released,
                    "steps": {
                        step: {
                            "cpu_seconds": each.seconds[step],
                            "segments_per_second": each.rate(step),
                            "ratio": each.ratio(step),
                        }
                        for step in STEPS
                    },
                }
                for each in self.measured
            ],
            "memory": [{"bytes": peak.size, "peak_megabytes": peak.megabytes} for peak in self.memory],
        }

    def table(self) -> str:
        """The table in Markdown, aligned so that it reads well on a terminal too."""
        lines = [HEADINGS, *self.rows()]
        widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
        ruler = ["-" * widths[0], "-" * widths[1], *("-" * (width - 1) + ":" for width in widths[2:])]
        return "\n".join(
            "| "
            + " | ".join(_aligned(cell, width, column) for column, (cell, width) in enumerate(cells))
            + " |"
            for cells in (
                list(zip(line, widths, strict=True)) for line in (lines[0], tuple(ruler), *lines[1:])
            )
        )

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
            share = each.released / each.segments
            text.append(
                f"- {each.name}: {each.size:,} bytes, {each.messages:,} messages, {each.segments:,} segments, "
                f"{share:.1%} of them with released characters"
            )
        if self.memory:
            sizes = " and ".join(
                f"{peak.megabytes:.0f} MB for {peak.size / 1e6:.1f} MB" for peak in self.memory
            )
            text.append(f"- peak memory of the process that reads a file from a stream: {sizes}")
        return "\n".join(text)

    def page(self) -> str:
        """docs/performance.md."""
        return PAGE.format(items=ITEMS, table=self.table(), told=self.told(), peer=PEER)


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


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column < 2 else cell.rjust(width)


PAGE = """# Performance

Written by `make bench` (`python -m tests.bench --write`); do not edit. All figures are of one run.

{told}

{table}

## How it is measured

- The files are made by the bench: CUSDEC D.96B of {items} items, valid, one interchange. *Chinese* is UNOY syntax
  version 4 in UTF-8, *CRLF* has a line end after every segment.
- Before any timing the bench shows that the outputs agree: {peer} and we read the same segments with the same data
  elements, the checker finds no fault in any message, and every message maps to a document that its XSD accepts.
- The peer is {peer}'s `Parser.parse`, as it comes. It splits every data element and does not compare them with a
  directory; so the fair companion is the row in which we split every element too. The rows below it do more than
  the peer can.
- In each turn every step runs once on every file, the peer between our own; the best of the turns counts. Definitions,
  mapping and XSD are loaded before. The rates are of one core.
- A figure holds for the interpreter named; one built with profile-guided optimisation is faster.

## What is behind the rows

- A message definition compiles to one pattern, and a valid message is accepted in one match (the fast lane). What does
  not match goes to the diagnosing checker, which is the authority and finds every fault with its place. A pattern is
  made once 256 KB of its messages were seen; before that, and for a single small file, the checker looks at each
  message itself. In *validate* the pattern is made at once; all patterns are made before the timing.
- Python 3.11.2, Debian 12's own, mismatches possessive groups; the patterns are spelt with atomic groups there, which
  is slower.
- A mapping compiles to one Python function; a message with any fault, and whatever the function cannot tell, goes
  through closures, which are the authority for faults and lineage. The last row includes the XSD check of each output.
"""
