"""What the check finds in each file of the corpus, as a table; `python -m tests.golden.corpus_edifact --write` makes it.

The table holds facts only: how many interchanges and messages, and each fault code with its number and first
place. All 185 rows were reviewed once: each file's beginning and end were read, and around every fault its place
in the file, of more than three faults of one kind in a file the first three. The envelopes were compared with a
second count of segments, messages and references that shares no code with the reader. What that review leaves
open: a message whose definition is in neither column (`definition-missing`, `message-type-unknown`) is judged by its
envelope and syntax only, and of messages that are, nobody has looked for mistakes of content that the check does not
report. A change of the table is a change of a verdict, to be looked at again.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from edi_router.config import Tree
from edi_router.faults import Fault
from edi_router.formats.edifact import read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.importer import import_release

TABLE = Path(__file__).parent / "corpus-edifact.tsv"
RELEASES = ("d93a", "d96b", "d99b", "d01b", "d21b")
HEAD = ("file", "interchanges", "messages", "shipped", "released")
"""`shipped`: by the directories of the product; `released`: by all messages of `RELEASES`, `=` when the same."""


def shipped() -> Definitions:
    """The directories of the product."""
    return _definitions({})


def released(unece: Path) -> Definitions:
    """The full releases, and what the product ships."""
    files: dict[str, bytes] = {}
    for name in RELEASES:
        imported = import_release((unece / f"{name}.zip").read_bytes(), f"{name}.zip")
        files |= {f"{imported.directory}/{key}": data for key, data in imported.files.items()}
    return _definitions(files)


def _definitions(files: dict[str, bytes]) -> Definitions:
    tree = Tree.over_shipped()

    def read_part(name: str) -> bytes | None:
        path = tree.find(f"schemas/edifact/{name}")
        return files.get(name) or (path.read_bytes() if path is not None else None)

    return Definitions(read_part)


def names(folder: Path) -> list[str]:
    """The files of the corpus, by path below its folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "MANIFEST.tsv")
    return sorted(path.relative_to(folder).as_posix() for path in files)


def verdict(data: bytes, definitions: Definitions) -> tuple[int, int, str]:
    """Interchanges, messages, and the codes found: ``message-count-wrong 2 @16:5`` is two, the first at 16:5."""
    found: dict[str, list[Fault]] = {}
    interchanges = messages = 0
    for interchange in read(data):
        interchanges += 1
        faults: list[Fault] = []
        for message in interchange.messages():
            messages += 1
            checked = check(
                message, definitions, syntax_version=interchange.syntax_version,
                interchange_header=interchange.header,
            )  # fmt: skip
            faults += [*message.faults, *checked.faults]
        for fault in (*faults, *interchange.faults):
            found.setdefault(fault.code, []).append(fault)
    return interchanges, messages, "; ".join(_told(code, found[code]) for code in sorted(found))


def _told(code: str, faults: list[Fault]) -> str:
    place = min((fault.place for fault in faults), key=lambda place: place.offset or 0)
    return f"{code} {len(faults)} @{place.line}:{place.column}"


def rows(folder: Path, definitions: Definitions, full: Definitions) -> Iterator[tuple[str, ...]]:
    """The table."""
    for name in names(folder):
        data = (folder / name).read_bytes()
        interchanges, messages, codes = verdict(data, definitions)
        more = verdict(data, full)[2]
        yield name, str(interchanges), str(messages), codes, "=" if more == codes else more


def read_table() -> dict[str, tuple[str, ...]]:
    """The frozen table, by file."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[0]: tuple(line.split("\t")[1:]) for line in lines[1:]}


def main() -> None:
    """Write the table, or print what differs from it."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden.corpus_edifact", description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    corpus, unece = (Path(os.environ[f"EDI_ROUTER_{name}"]) for name in ("CORPUS", "UNECE"))
    known = read_table() if TABLE.exists() else {}
    table = list(rows(corpus / "edifact", shipped(), released(unece)))
    for name, *row in table:
        if known.get(name) != tuple(row):
            print(name, *(f"  - {known.get(name)}", f"  + {tuple(row)}"), sep="\n")
    if options.write:
        TABLE.write_text("".join("\t".join(row) + "\n" for row in (HEAD, *table)), encoding="utf-8")


if __name__ == "__main__":
    main()
