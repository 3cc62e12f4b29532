"""The files that are measured: valid messages D.96B of twenty items, made here, always the same."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import RawIOBase

from edi_router.formats.edifact import Segment, write_interchange
from edi_router.formats.edifact.separators import Separators

ITEMS = 20
RELEASED = ("TEA + HERBS", "BAKER'S YEAST", "TEA: GREEN", "O'NEIL + SONS")
CHINESE = ("绿茶", "酵母", "全脂奶粉", "冻对虾")
PLAIN = ("GREEN TEA", "YEAST", "WHOLE MILK POWDER", "FROZEN SHRIMPS")
CUSTOM = Separators(component="^", element="|", release="!", terminator="~")

Parts = tuple[str | tuple[str, ...], ...]


def message(number: int, chinese: bool = False) -> list[Segment]:
    """One declaration; four of its segments hold a service character as data, which has to be released."""
    lines = [*_head(number, chinese)]
    for item in range(1, ITEMS + 1):
        lines += _item(number, item, chinese)
    lines += [("UNS", "S"), ("CNT", ("5", str(ITEMS))), ("CNT", ("11", str(ITEMS * 40)))]
    return [Segment.make(str(tag), *parts) for tag, *parts in lines]


def _head(number: int, chinese: bool) -> Iterator[Parts]:
    consignee = "示例酵母生物科技有限公司" if chinese else "EXAMPLE YEAST BIOTECH CO LTD"
    yield "UNH", str(number), ("CUSDEC", "D", "96B", "UN")
    yield "BGM", "929", f"YC20260314{number:06d}", "9"
    yield "CST", "", "13", "11"
    for qualifier, place in (
        ("22", "4202"), ("24", "370211"), ("35", "NZ"), ("40", "NZ"), ("41", "4202"),
        ("43", "370211"), ("96", "370211"), ("122", "420500"),
    ):  # fmt: skip
        yield "LOC", qualifier, place
    for qualifier, day in (("132", "20260316"), ("133", "20260228"), ("137", "20260314")):
        yield "DTM", (qualifier, day, "102")
    yield "GIS", "23"
    yield "MEA", "AAX", "AAD", ("KGM", str(ITEMS * 1030))
    yield "EQD", "CN", f"EXMU{number:07d}", ("42R1", "102", "5"), "", "3", "5"
    yield "RFF", ("BM", f"EXBL{number:07d}")
    yield "PAC", str(ITEMS * 40), "", "CT"
    yield "PCI", "", ("EXAMPLE FOODS", "HONG KONG", "NO. 1-720")
    yield "RFF", ("CT", f"YC-2026-{number}")
    yield "TDT", "20", "026E", "1", "", "", "", "", ("", "", "", "EXAMPLE STAR")
    yield "DOC", "380", f"INV-2026-{number}"
    yield "NAD", "CN", "91420500MA00000079", "", consignee, "1 EXAMPLE ROAD", "YICHANG", "", "443000", "CN"
    yield "NAD", "CZ", "", "", "EXAMPLE DAIRY CO-OPERATIVE", "2 SAMPLE QUAY", "TAURANGA", "", "", "NZ"
    yield "NAD", "DT", "4205000001", "", consignee
    yield "CTA", "IC", ("", "LI EXAMPLE")
    yield "COM", ("07170000000", "TE")
    yield "TOD", "3", "", "CIF"
    yield "MOA", ("39", "96000", "USD")
    yield "UNS", "D"


def _item(number: int, item: int, chinese: bool) -> Iterator[Parts]:
    turn = number + item
    goods = RELEASED[turn // 5 % 4] if item % 5 == 0 else (CHINESE if chinese else PLAIN)[turn % 4]
    weight = 1000 + turn % 700
    yield "CST", str(item), f"{2102200000 + turn % 9 * 1000}", "101", "12"
    yield "FTX", "AAA", "", "", goods
    yield "LOC", "27", "NZ"
    yield "MEA", "AAA", "", ("KGM", str(weight))
    yield "MEA", "AAF", "AAL", ("KGM", f"{weight}.5")
    yield "MEA", "AAF", "SQ", ("KGM", str(weight))
    yield "PAC", "40", "", "CT"
    yield "MOA", ("38", f"{weight * 4}.25", "USD")
    yield "RFF", ("BT", f"NZ-{turn}")


_LEFT_OUT = {
    "LOC": ("40", "41", "22", "122"), "DTM": ("132",), "CNT": ("11",), "RFF": ("CT", "BT"), "MEA": ("AAA", "AAX", "AAL"),
    "GIS": (), "PAC": (), "PCI": (), "DOC": (), "CTA": (), "COM": (), "TOD": (),
}  # fmt: skip


def brief(number: int) -> list[Segment]:
    """One declaration of 100 segments with as many items: four segments an item, and a short head."""

    def is_left_out(segment: Segment) -> bool:
        qualifiers = _LEFT_OUT.get(segment.tag)
        if qualifiers is None or segment.text.startswith("LOC+27"):
            return segment.text.startswith("LOC+27")
        return not qualifiers or any(segment.get(1) == each or segment.get(2) == each for each in qualifiers)

    return [segment for segment in message(number) if not is_left_out(segment)]


def manifest(number: int) -> list[Segment]:
    """One cargo report: a voyage, its containers, and a bill of lading for every item."""
    lines: list[Parts] = [
        ("UNH", str(number), ("CUSCAR", "D", "96B", "UN")), ("BGM", "85", f"MF2026{number:06d}", "9"),
        ("DTM", ("137", "20260314", "102")), ("NAD", "CA", ("EXLINE", "172", "20"), "", "EXAMPLE LINE"),
        ("TDT", "20", "026E", "1", "", ("EXLINE", "172", "20"), "", "", ("9074729", "146", "11", "EXAMPLE STAR")),
        ("LOC", "60", ("CNTAO", "139", "6")), ("DTM", ("132", "20260316", "102")), ("GIS", "23"),
    ]  # fmt: skip
    for item in range(1, ITEMS + 1):
        lines.append(("EQD", "CN", f"EXMU{number % 1000:03d}{item:04d}", ("42R1", "102", "5"), "", "3", "5"))
    for item in range(1, ITEMS + 1):
        turn = number + item
        goods = RELEASED[turn % 4] if item % 4 == 0 else PLAIN[turn % 4]
        lines += [
            ("CNI", str(item)), ("RFF", ("BM", f"EXBL{number:05d}{item:03d}")), ("LOC", "76", ("NZTRG", "139", "6")),
            ("NAD", "CN", "", ("1 EXAMPLE ROAD", "YICHANG"), "EXAMPLE YEAST BIOTECH"),
            ("GID", str(item), (str(turn % 90 + 1), "CT")), ("FTX", "AAA", "", "", goods),
            ("MEA", "AAE", "G", ("KGM", f"{1000 + turn % 700}.5")),
            ("SGP", f"EXMU{number % 1000:03d}{item:04d}", str(turn % 90 + 1)), ("PCI", "28", ("EXAMPLE FOODS", "HONG KONG")),
        ]  # fmt: skip
    return [Segment.make(str(tag), *parts) for tag, *parts in lines]


def order(number: int, items: int = ITEMS) -> list[Segment]:
    """One order with a line for every item."""
    lines: list[Parts] = [
        ("UNH", str(number), ("ORDERS", "D", "96B", "UN")), ("BGM", "220", f"PO2026{number:06d}", "9"),
        ("DTM", ("137", "20260314", "102")), ("DTM", ("2", "20260330", "102")), ("RFF", ("CT", f"EX-{number}")),
        ("NAD", "BY", ("EXAMPLE-BUYER", "", "91")), ("NAD", "SU", ("EXAMPLE-SELLER", "", "91")),
        ("CTA", "OC", ("", "LI EXAMPLE")), ("COM", ("07170000000", "TE")), ("CUX", ("2", "USD", "9")),
    ]  # fmt: skip
    for item in range(1, items + 1):
        turn = number + item
        goods = RELEASED[turn % 4] if item % 7 == 0 else PLAIN[turn % 4]
        lines += [
            ("LIN", str(item), "", (f"{4000000000000 + turn}", "EN")), ("PIA", "5", (f"ART{turn}", "SA")),
            ("IMD", "F", "", ("", "", "", goods)), ("QTY", ("21", str(turn % 90 + 1), "PCE")), ("DTM", ("2", "20260330", "102")),
            ("MOA", ("203", f"{turn * 4}.25", "USD")), ("PRI", ("AAA", f"{turn % 50}.75")),
        ]  # fmt: skip
    lines += [("UNS", "S"), ("MOA", ("86", "96000", "USD")), ("CNT", ("2", str(items)))]
    return [Segment.make(str(tag), *parts) for tag, *parts in lines]


KINDS: dict[str, Callable[[int], list[Segment]]] = {
    "CUSDEC": message,
    "brief": brief,
    "CUSCAR": manifest,
    "ORDERS": order,
}


def interchange(
    messages: int,
    *,
    kind: str = "CUSDEC",
    chinese: bool = False,
    newline: bool = False,
    separators: Separators | None = None,
) -> bytes:
    """One interchange of that many messages: UNOC version 3, or UNOY version 4 with Chinese texts."""
    make = partial(message, chinese=True) if chinese else KINDS[kind]
    written = write_interchange(
        [make(number) for number in range(1, messages + 1)],
        syntax="UNOY" if chinese else "UNOC",
        syntax_version=4 if chinese else 3,
        sender="ENTA",
        sender_qualifier="ZZ",
        recipient="EDIROUTER",
        recipient_qualifier="ZZ",
        control_reference="BENCH1",
        date="20260314" if chinese else "260314",
        time="0930",
        una=True,
        newline=newline,
        separators=separators,
    )
    return written.replace(b"\n", b"\r\n")


@dataclass(frozen=True)
class Sample:
    """A file to measure, and a shorter one of the same kind."""

    name: str
    data: bytes
    short: bytes
    mapped: bool = True
    """Whether there is a mapping for its messages."""


def samples(size: int) -> list[Sample]:
    """CUSDEC of about `size` bytes; a tenth of it in other spellings, and of other messages."""
    count = count_for(size)
    fewer = max(1, count // 10)
    few = min(20, fewer)
    named: dict[str, Callable[[int], bytes]] = {
        "CUSDEC": interchange,
        "Chinese": partial(interchange, chinese=True),
        "CRLF": partial(interchange, newline=True),
        "own UNA": partial(interchange, separators=CUSTOM),
        "CUSCAR": partial(interchange, kind="CUSCAR"),
        "ORDERS": partial(interchange, kind="ORDERS"),
    }
    return [
        Sample(name, make(count if name == "CUSDEC" else fewer), make(few), name not in ("CUSCAR", "ORDERS"))
        for name, make in named.items()
    ]


def count_for(size: int) -> int:
    """How many CUSDEC messages make about `size` bytes."""
    return max(1, round(size / len(interchange(1))))


class Endless(RawIOBase):
    """An interchange of about `size` bytes, made while it is read and never held; what making it takes is `seconds`.

    Its messages differ in their references only. With `one` it is a single message of that size.
    """

    def __init__(self, size: int, one: bool = False) -> None:
        self.size = 0
        self.seconds = 0.0
        self._parts = self._made(size, one)
        self._rest = b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        began = time.process_time()
        while len(self._rest) < size and (part := next(self._parts, b"")):
            self._rest += part
        taken, self._rest = self._rest[:size], self._rest[size:]
        self.seconds += time.process_time() - began
        self.size += len(taken)
        return taken

    @staticmethod
    def _made(size: int, one: bool) -> Iterator[bytes]:
        whole = interchange(1)
        start, end = whole.index(b"UNH+1+"), whole.index(b"UNZ+")
        yield whole[:start]
        body = whole[start:end]
        if one:
            item = body[body.index(b"CST+1+") : body.index(b"CST+2+")]
            times = max(1, (size - len(body)) // len(item))
            yield body[: body.index(b"CST+1+")]
            for at in range(0, times, 1000):
                yield item * min(1000, times - at)
            tail = body[body.index(b"UNS+S") :]
            count = body[: body.index(b"CST+1+")].count(b"'") + item.count(b"'") * times + 4
            yield re.sub(rb"UNT\+\d+", b"UNT+%d" % count, tail) + b"UNZ+1+BENCH1'"
            return
        pieces = re.split(rb"(?<=UNH\+)1(?=\+)|(?<=\+)1(?='$)", body)
        messages = max(1, size // len(body))
        for number in range(1, messages + 1):
            yield (b"%d" % number).join(pieces)
        yield b"UNZ+%d+BENCH1'" % messages
