"""Releases for the importer: a small made-up one, and the files of the official ones."""

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from edi_router.formats.edifact.importer import Imported, import_release

Files = dict[str, bytes]
FEW = ("CUSCAR", "CUSDEC", "CUSRES", "CODECO", "INVOIC", "IFTMIN", "BOPBNK", "GOVCBR", "SANCRT")

RULE = "─" * 70
MESSAGE = """
                                           Message Type : TESTIT
                                           Version      : D
                                           Release      : 96B
                                           Contr. Agency: UN

4.3.1  Segment table

Pos    Tag Name                                      S   R

0010   UNH Message header                            M   1     
0020   BGM Beginning of message                      M   1     

0030 +     ───── Segment group 1  ────────────────── C   999999──────┐
0040   RFF Reference                                 M   1           │
                                                                     │
0050       ───── Segment group 2  ────────────────── C   9──────────┐│
0060 * LOC Place/location of some kind that needs                   ││
              another line                           M   1          ││
0070   DTM Date/time/period                          C   5──────────┴┘
0080   UNT Message trailer                           M   1     
"""  # noqa: W291
SEGMENTS = f"""
{RULE}

      BGM    BEGINNING OF MESSAGE

      Function: To begin.

010   1004  DOCUMENT/MESSAGE NUMBER                        C  an..35

{RULE}

    * RFF    REFERENCE

010   C506  REFERENCE                                      M  
      1153   Reference qualifier                           M  an..3
      1154   Reference number                              C  an..35

{RULE}

    | LOC    LOCATION

010 * 3225  PLACE/LOCATION                                 M  an..25

{RULE}

      DTM    DATE

010   2380  DATE OR TIME OF A KIND
            THAT IS LONG                                   M  an..35
"""  # noqa: W291
COMPOSITES = f"""
{RULE}

      C506  REFERENCE

      Desc: A reference.

010   1153   Reference qualifier                           M  an..3
020   1154   Reference number                              C  an..35
"""
ELEMENTS = "".join(
    f"\n{RULE}\n\n*# {key}  {name}\n\n   Desc: 1004 stands here.\n\n   Repr: {form}\n"
    for key, name, form in (
        ("1004", "Number", "an..35"), ("1153", "Qualifier", "an..3"), ("1154", "Reference number", "an..35"),
        ("2380", "Date", "an..35"), ("3225", "Place", "an..25"),
    )
)  # fmt: skip
CODES = f"""
{RULE}

* 1153  Reference qualifier

  Desc: What the reference is.

  Repr: an..3

        1 One
             The first.
+     AAB Two with a name
          on two lines
             The second.
   X      Three
"""


def pack(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def small(**changes: str) -> dict[str, bytes]:
    texts = {"message": MESSAGE, "sd": SEGMENTS, "cd": COMPOSITES, "ed": ELEMENTS, "cl": CODES} | changes
    data = {key: text.replace("\n", "\r\n").encode("cp437") for key, text in texts.items()}
    return {
        "d96b/trmd.ZIP": pack({"testit_D.96b": data["message"]}),
        "d96b/TRSD.zip": pack({"Trsd.96B": data["sd"]}),
        "d96b/TRCD.zip": pack({"TRCD.96B": data["cd"]}),
        "d96b/TRED.zip": pack({"TRED.96B": data["ed"]}),
        "d96b/UNCL.zip": pack({"UNCL-1.96B": data["cl"]}),
    }


def codes_of(imported: Imported) -> set[str]:
    return {fault.code for fault in imported.findings}


def edit(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


@cache
def official(path: Path) -> Imported:
    return import_release(path.read_bytes(), path.name)


def files_in(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.lower().endswith(".zip"):
                yield from files_in(archive.read(name))
            elif not name.endswith("/"):
                yield name.rpartition("/")[2].upper(), archive.read(name)


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.lower().endswith(".zip"):
                yield from members(archive.read(name))
            elif not name.endswith("/"):
                yield name.rpartition("/")[2], archive.read(name)


@cache
def parts(path: Path) -> Files:
    """The directory files and a few messages of a release, flat."""
    found = {}
    for name, data in members(path.read_bytes()):
        upper = name.upper()
        directory = upper[:4] in ("EDSD", "EDCD", "EDED", "TRSD", "TRCD", "TRED", "UNCL")
        if (directory and upper[4:6] not in ("I1", "I2")) or upper[:6] in FEW:
            found[name] = data
    return found


@cache
def plain(path: Path) -> Imported:
    return import_release(pack(parts(path)), path.name)


def same(imported: Imported, path: Path) -> bool:
    whole = plain(path)
    names = {name for name in whole.files if name != "about.json"}
    return imported.directory == whole.directory and all(
        imported.files.get(name) == whole.files[name] for name in names
    )
