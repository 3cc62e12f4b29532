"""ORDERS D.96B as the bench needs it: its main segments and groups, since it is no part of what is shipped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from edi_router.config import Tree
from edi_router.formats.edifact.directory import Definitions

_ORDERS = """
UNH BGM DTM*35 PAI? ALI?*5 IMD?*999 FTX?*99
(RFF DTM?*5)?*99
(NAD LOC?*99 FII?*5 (RFF DTM?*5)?*99 (CTA COM?*5)?*5)?*99
(TAX MOA? LOC?*9)?*5
(CUX PCD?*5 DTM?*5)?*5
(TDT (LOC DTM?*5)?*10)?*10
(TOD LOC?*2)?*5
(LIN PIA?*25 IMD?*99 MEA?*99 QTY?*99 ALI?*5 DTM?*35 MOA?*10 FTX?*99
 (PRI CUX? DTM?*5)?*25 (RFF DTM?*5)?*9999 (TAX MOA? LOC?*5)?*10)?*200000
UNS MOA?*12 CNT?*10 UNT
"""
"""Segments and groups in their order; `?`: may be missing, `*n`: may stand n times."""


def with_orders(tree: Tree) -> Definitions:
    """The shipped definitions, and ORDERS."""
    files = {"D96B/messages/ORDERS.json": json.dumps(definition()).encode()}

    def read(name: str) -> bytes | None:
        path = tree.find(f"schemas/edifact/{name}")
        return files.get(name) or (path.read_bytes() if path is not None else None)

    return Definitions(read)


def definition() -> dict[str, Any]:
    words = iter(_ORDERS.replace("(", " ( ").replace(")", " )").split())
    content, _ = _content(words, count(10, 10), count(1))
    head = {
        "type": "ORDERS",
        "version": "D",
        "release": "96B",
        "agency": "UN",
        "name": "Purchase order message",
    }
    return {**head, "content": content}


def _content(words: Iterator[str], positions: Iterator[int], groups: Iterator[int]) -> tuple[list[Any], str]:
    """The entries up to the bracket that closes them, and what stands behind it."""
    found: list[Any] = []
    for word in words:
        if word.startswith(")"):
            return found, word[1:]
        position = f"{next(positions):04d}"
        if word == "(":
            name = f"SG{next(groups)}"
            inner, uses = _content(words, positions, groups)
            found.append([position, name, *_uses(uses), inner])
        else:
            found.append([position, word[:3], *_uses(word[3:])])
    return found, ""


def _uses(text: str) -> tuple[str, int]:
    """Status and repeats of ``?*5``."""
    optional, _, times = text.partition("*")
    return "C" if optional else "M", int(times or 1)
