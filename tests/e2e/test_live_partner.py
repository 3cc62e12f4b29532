"""Against a trading partner that nobody here wrote: mock-edi takes our orders from a folder, and answers them."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edi_router.config import shipped_directory
from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.workspace import Workspace

SETTINGS = "name: live\nidentifications: [{id: EURODIS}]\n"
SHOP = """\
id: SHOP
name: {en: Example shop, zh: 示例商店}
status: live
role: enterprise
identifications: [{id: SHOP}]
channel: {kind: folder, root: exchange/SHOP, wait_seconds: 0}
agreements: [{id: shop-orders, receives: ORDERS, deliver: {to: SUPPLIER}}]
"""
SUPPLIER = """\
id: SUPPLIER
name: {en: Example supplier, zh: 示例供应商}
status: live
role: supplier
identifications: [{id: MOCKEDI, qualifier: ZZ}]
channel: {kind: folder, root: exchange/SUPPLIER, wait_seconds: 0}
expects:
  - {of: ORDERS, level: functional, within: {minutes: 10}}
  - {of: ORDERS, level: business, within: {hours: 4}}
"""
ORDER = """\
UNB+UNOC:3+SHOP+EURODIS+260314:1000+{control}'
UNH+1+ORDERS:D:96A:UN'
BGM+220+{number}+9'
DTM+137:20260314:102'
NAD+BY+EURODIS::92'
NAD+SU+MOCKEDI::92'
CUX+2:EUR:9'
LIN+1++WIDGET-001:EN'
QTY+21:10'
PRI+AAA:12.50'
UNS+S'
CNT+2:1'
UNT+12+1'
UNZ+1+{control}'
"""
ROWS = {
    "ORDERS": ["UNH", "BGM", "DTM", "NAD", "CUX", "LIN", "QTY", "PRI", "UNS", "CNT", "UNT"],
    "ORDRSP": [
        "UNH",
        "BGM",
        "DTM",
        "RFF",
        "DTM",
        "NAD",
        "CUX",
        "LIN",
        "PIA",
        "QTY",
        "PRI",
        "FTX",
        "UNS",
        "CNT",
        "UNT",
    ],
}
"""The segments of the two messages that are used here, without their groups: enough to name their elements."""
DOCUMENTS = {
    "orders.yaml": "id: orders\nfor: ORDERS\nreferences: {order: BGM/C106/d1004}\n",
    "ordrsp.yaml": (
        "id: ordrsp\nfor: ORDRSP\nreferences: {response: BGM/C106/d1004}\n"
        "acknowledges:\n  - {by: {order: \"RFF/C506[d1153='ON']/d1154\"}, answer: accepted}\n"
    ),
}


def directory(schemas: Path) -> None:
    """D.96A as far as it is needed: the segments of D.96B, and the two messages."""
    folder = schemas / "edifact" / "D96A"
    shutil.copytree(shipped_directory() / "schemas" / "edifact" / "D96B", folder)
    about = folder / "about.json"
    about.write_text(about.read_text("utf-8").replace("96B", "96A"), "utf-8")
    shutil.rmtree(folder / "messages")
    (folder / "messages").mkdir()
    for type_, tags in ROWS.items():
        content = [
            [f"{number:04d}", tag, "M" if tag == "UNH" else "C", 99] for number, tag in enumerate(tags, 1)
        ]
        message = {
            "type": type_,
            "version": "D",
            "release": "96A",
            "agency": "UN",
            "name": type_,
            "content": content,
        }
        (folder / "messages" / f"{type_}.json").write_text(json.dumps(message), "utf-8")


@contextmanager
def supplier(inbox: Path, outbox: Path) -> Iterator[None]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mockedi", "--port", str(port), "--quiet", "--drop-dir", str(inbox),
               "--pickup-dir", str(outbox), "--drop-interval-ms", "50", "--drop-settle-ms", "10"]  # fmt: skip
    command += [part for name in ("ack", "response") for part in (f"--{name}-delay", "0")]
    command += [part for name in ("despatch", "invoice") for part in (f"--{name}-delay", "3600000")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def test_orders_are_acknowledged_and_answered(tmp_path: Path) -> None:
    (tmp_path / "edi-router.yaml").write_text(SETTINGS, "utf-8")
    for folder in (
        "partners",
        "schemas/documents",
        *(f"exchange/{p}/{b}" for p in ("SHOP", "SUPPLIER") for b in ("in", "out")),
    ):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "partners" / "SHOP.yaml").write_text(SHOP, "utf-8")
    (tmp_path / "partners" / "SUPPLIER.yaml").write_text(SUPPLIER, "utf-8")
    for name, text in DOCUMENTS.items():
        (tmp_path / "schemas" / "documents" / name).write_text(text, "utf-8")
    directory(tmp_path / "schemas")
    for number in range(1, 4):
        order = ORDER.format(control=number, number=f"PO-{number}")
        (tmp_path / "exchange" / "SHOP" / "out" / f"{number}.edi").write_text(order, "utf-8")
    theirs = tmp_path / "exchange" / "SUPPLIER"
    workspace = Workspace.at(tmp_path)
    with workspace.open_ledger() as ledger, supplier(theirs / "in", theirs / "out"):
        engine = EmbeddedEngine(workspace, ledger, workspace.open_archive())
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            engine.round()
            outputs = [row for row in ledger.ls("output", partner="SUPPLIER") if row["kind"] == "document"]
            if [row["answer"] for row in outputs] == ["accepted"] * 3:
                break
            time.sleep(0.1)
        assert [row["answer"] for row in outputs] == ["accepted"] * 3, ledger.ls(
            "message", partner="SUPPLIER"
        )
        assert {row["state"] for row in ledger.ls("clock")} == {"met"}
        answers = {(row["kind"], row["level"], row["answer"]) for row in ledger.ls("acknowledgement")}
        assert answers == {
            ("contrl", "interchange", "acknowledged"), ("contrl", "message", "acknowledged"),
            ("ordrsp", "document", "accepted"),
        }  # fmt: skip
        assert ledger.books().balanced
