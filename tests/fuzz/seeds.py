"""What fuzzing starts from: the samples, and small made-up parts of a release in each layout."""

from __future__ import annotations

from pathlib import Path

from edi_router.config.tree import shipped_directory
from tests.fuzz.holds import packed

LARGEST = 1500
WORDS = {
    "file": (
        "UNA:+.? '", "UNA:+.?*'", "UNB+UNOA:1+", "UNB+UNOC:3+", "UNB+UNOY:4+", "UNG+", "UNH+1+CUSDEC:D:96B:UN'",
        "UNH+1+CODECO:D:95B:UN'", "UNH+1+CONTRL:4:1:UN'", "UNH+", "UNT+", "UNE+", "UNZ+", "UNS+D'", "UNO+1+", "UNP+",
        "BGM+929", "CST++", "LOC+", "?'", "?+", "?:", "\\x0d\\x0a", "\\xef\\xbb\\xbf", "\\xff\\xfe", "\\x1f\\x1d\\x1c",
    ),
    "release": (
        "------------------------------", "Segment group 1", " C   99999", " M   1", "----+|", "++", "0010   UNH ",
        "Message Type : ", "Release      : 95B", "Function:", "Desc: ", "Repr: an..35", "Note:", "010   C506  ",
        "     1153", "\\xc4\\xc4\\xc4\\xbf", "\\xb3", "\\xe2\\x94\\x80", "\\x0d\\x0a", "\\x0c", "\\x1a", "PK\\x03\\x04",
    ),
}  # fmt: skip

_RULE = "-" * 70
_MESSAGE = """                                           Message Type : TESTIT
                                           Version      : D
                                           Release      : 95B
                                           Contr. Agency: UN
Pos     Tag Name                                     S   R
0010    UNH Message header                           M   1
0020 X  BGM Beginning of message                     M   1
0030    ---- Segment group 1  ---------------------- C   99999------+
0040    RFF Reference                                M   1          |
0050    ---- Segment group 2  ---------------------- C   9---------+|
0060    LOC A name over
            two lines                                M   1---------++
0070    UNT Message trailer                          M   1
"""
_SEGMENTS = f"""{_RULE}
     | RFF    REFERENCE
       Function: To specify a reference.
010    C506 REFERENCE                                  M    1
       1153  Reference code qualifier                  M      an..3
020    1154 REFERENCE IDENTIFIER                       C    9 an..70
{_RULE}
"""
_COMPOSITES = f"""{_RULE}
       C506 REFERENCE
       Desc: Identification of a reference.
010    1153  Reference code qualifier                  M      an..3
{_RULE}
"""
_ELEMENTS = f"""{_RULE}
     1154  Reference identifier                       [C]
     Desc: Identifies a reference.
     Repr: an..70
     Note: None.
{_RULE}
"""
_CODES = f"""{_RULE}
*    1153  Reference code qualifier

     Desc: Code qualifying a reference.

     Repr: an..3

     AAA   Order acknowledgement
              [1154] Reference of an order that is
              acknowledged.

X    9     Ninth
{_RULE}
"""


def files() -> dict[str, bytes]:
    """EDIFACT and XML files of the samples, good and bad, that are small enough to be worth mutating."""
    found = {}
    for folder in ("good", "bad", "day"):
        for path in sorted((shipped_directory() / "samples" / folder).rglob("*")):
            if path.suffix in (".edi", ".txt", ".xml") and path.stat().st_size <= LARGEST:
                found[_name(path)] = path.read_bytes()
    return found


def releases() -> dict[str, bytes]:
    """A file of each kind as ``NAME`` line and text, drawn and encoded in the ways there are, and a zip."""
    texts = {
        "TESTIT_D.95B": _MESSAGE, "EDSD.95B": _SEGMENTS, "TRCD.95B": _COMPOSITES,
        "EDED.95B": _ELEMENTS, "UNCL.95B": _CODES,
    }  # fmt: skip
    found = {name: f"{name}\n{text}".encode("ascii") for name, text in texts.items()}
    drawn = _MESSAGE.replace("----", "────").replace("-+", "─┐").replace("|", "│")
    found["cp437"] = b"TESTIT_D.95B\r\n" + drawn.replace("\n", "\r\n").encode("cp437")
    found["utf-8"] = b"TESTIT_D.95B\n" + drawn.encode()
    found["zip"] = packed("TESTIT_D.95B", _MESSAGE.encode())
    found["nested"] = packed("Edmd95b.zip", packed("EDSD.95B", _SEGMENTS.encode()))
    return found


def _name(path: Path) -> str:
    return "-".join(path.parts[-2:])
