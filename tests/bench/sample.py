"""The files that are measured: valid CUSDEC D.96B messages of twenty items, made here, always the same."""

from __future__ import annotations

from collections.abc import Iterator

from edi_router.formats.edifact import Segment, write_interchange

ITEMS = 20
RELEASED = ("TEA + HERBS", "BAKER'S YEAST", "TEA: GREEN", "O'NEIL + SONS")
CHINESE = ("绿茶", "酵母", "全脂奶粉", "冻对虾")
PLAIN = ("GREEN TEA", "YEAST", "WHOLE MILK POWDER", "FROZEN SHRIMPS")

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


def interchange(messages: int, *, chinese: bool = False, newline: bool = False) -> bytes:
    """One interchange of that many messages: UNOC version 3, or UNOY version 4 with Chinese texts."""
    written = write_interchange(
        [message(number, chinese) for number in range(1, messages + 1)],
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
    )
    return written.replace(b"\n", b"\r\n")


def files(size: int) -> dict[str, bytes]:
    """The measured files of about `size` bytes each, by name."""
    count = max(1, round(size / len(interchange(1))))
    return {
        "plain": interchange(count),
        "Chinese": interchange(count, chinese=True),
        "CRLF": interchange(count, newline=True),
    }
