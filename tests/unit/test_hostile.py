"""What a hostile partner may send: documents that ask the machine for something, names that are more than names."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from edi_router.config import Tree
from edi_router.faults import Fault, Place
from edi_router.mapping.target_styled import load_step
from tests.support.cli import edi_router
from tests.support.story import GOOD, Story, sample
from tests.support.workspaces import Place as Deployment
from tests.support.workspaces import deployment

CANARY = "canary-of-the-test"
ORDER = "<TransferOrder><Head><MsgId>{}</MsgId></Head></TransferOrder>"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One deployment for all: what one test leaves behind must not hurt the next."""
    root = tmp_path_factory.mktemp("hostile")
    (root / "canary").write_text(CANARY)
    with deployment(root / "ws") as opened:
        yield opened


def hostile(canary: Path) -> dict[str, tuple[bytes, str]]:
    """Documents by what they try, each with the code it is refused by."""
    file = canary.as_uri()
    ten = {n: f"&l{n - 1};" * 10 for n in range(1, 10)}
    laughs = "".join(f'<!ENTITY l{n} "{more}">' for n, more in ten.items())
    external = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{file}">]>' + ORDER.format("&x;")
    return {
        "external entity": (external.encode(), "xml-doctype"),
        "external entity in UTF-16": (external.encode("utf-16"), "xml-doctype"),
        "parameter entity": (
            f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{file}"> %x;]>{ORDER.format("")}'.encode(), "xml-doctype",
        ),
        "external subset": (f'<!DOCTYPE a SYSTEM "{file}">{ORDER.format("")}'.encode(), "xml-doctype"),
        "billion laughs": (f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]>{ORDER.format("&l9;")}'.encode(), "xml-doctype"),
        "quadratic blow-up": (
            f'<!DOCTYPE a [<!ENTITY x "{"x" * 100_000}">]>{ORDER.format("&x;" * 10_000)}'.encode(), "xml-doctype",
        ),
        "huge text": (ORDER.format("x" * 9_500_000).encode(), "xml-limit"),
        "deep nesting": (b"<a>" * 50_000 + b"</a>" * 50_000, "xml-limit"),
        "many attributes": (b"<a " + b" ".join(b"a%d='x'" % n for n in range(5000)) + b"/>", "xml-limit"),
    }  # fmt: skip


@pytest.mark.parametrize("what", list(hostile(Path("/canary"))))
def test_what_asks_for_more_than_it_brings_is_refused(place: Deployment, what: str) -> None:
    data, code = hostile(place.root.parent / "canary")[what]
    started = time.process_time()
    place.drop("CIQ-YC", f"{what}.xml", data)
    place.engine.until_idle()
    [file] = [row for row in place.ledger.ls("file", partner="CIQ-YC") if row["name"] == f"{what}.xml"]
    assert (file["state"], file["reason"]) == ("held", code)
    assert place.engine.archive.read(file["sha256"]) == data, "it is kept"
    assert CANARY not in json.dumps(place.ledger.show(file["id"]), default=str)
    assert time.process_time() - started < 5


def test_an_inclusion_is_an_element_like_others(place: Deployment) -> None:
    canary = (place.root.parent / "canary").as_uri()
    inclusion = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{canary}"/>'
    data = sample("transfer-order.xml", MsgId="hostile-1", TransferNo="4205002604099001")
    data = data.replace(b"<ConsigneeName>", b"<ConsigneeName>" + inclusion.encode())
    story = Story(place)
    assert story.send("CIQ-YC", data) == ["rejected"]
    assert CANARY not in json.dumps(place.ledger.show(story._last[0]), default=str)


@pytest.mark.parametrize(
    "reach", ["document('{}')", "document('http://127.0.0.1:9/x')", "unparsed-text('{}')"]
)
def test_an_xslt_step_reads_no_file_and_no_network(tmp_path: Path, reach: str) -> None:
    canary = tmp_path / "canary.xml"
    canary.write_text(f"<c>{CANARY}</c>")
    folder = tmp_path / "mappings" / "xslt"
    folder.mkdir(parents=True)
    (folder / "step.xsl").write_text(
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
        f'<o><xsl:copy-of select="{reach.format(canary.as_uri())}"/></o></xsl:template></xsl:stylesheet>'
    )
    step, faults = load_step(Tree((tmp_path,)), "step", Place())
    if step is None:
        assert [fault.code for fault in faults] == ["config-value"]
        return
    try:
        made = str(step(etree.fromstring("<a/>")))
    except etree.XSLTApplyError:
        return
    assert CANARY not in made


@pytest.mark.parametrize("element", ["include", "import"])
def test_an_xslt_step_includes_nothing(tmp_path: Path, element: str) -> None:
    folder = tmp_path / "mappings" / "xslt"
    folder.mkdir(parents=True)
    (folder / "step.xsl").write_text(
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        f'<xsl:{element} href="/etc/passwd"/></xsl:stylesheet>'
    )
    step, faults = load_step(Tree((tmp_path,)), "step", Place())
    assert step is None
    assert [type(fault) for fault in faults] == [Fault]


NAMES = (
    b"two\nlines.edi", b"return\r.edi", b"tab\t.edi", b"\x1b[2J\x1b]0;title\x07.edi", b"bell\x07.edi",
    b"-rf *.edi", b"$(touch pwned).edi", b"`touch pwned`.edi", b"; rm x; .edi", b"a' OR '1'='1.edi", b'q"uote.edi',
    b"back\\slash.edi", b"x..\\..\\x.edi", b"%2e%2e%2fx.edi", b"{id}{0.__class__}.edi", b"[red]x[bold].edi", b"<b>x.edi",
    "\u202eide.exe".encode(), "名称.edi".encode(), "名称.edi".encode("gb18030"), b"\xff\xfe.edi", b"x" * 251 + b".edi",
    "\x9b31m.edi".encode(), b"level='error' event.edi", b"CON.edi", b" .edi", b"%s%n.edi",
)  # fmt: skip


def test_a_file_name_is_data(place: Deployment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every name is received, kept, found again and shown; none steers the terminal, and none runs anything."""
    monkeypatch.chdir(tmp_path)
    outbox = os.fsencode(place.root / "exchange" / "ENT-A" / "out")
    data = (GOOD / "cusdec-import.edi").read_bytes()
    for number, name in enumerate(NAMES):
        with open(outbox + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write(data.replace(b"GOOD00000002", b"GOOD1%07d" % number))
    assert place.engine.until_idle().problems == []
    assert os.listdir(outbox) == [], "each was taken, and no other"  # noqa: PTH208
    files = place.ledger.ls("file", partner="ENT-A", limit=100)
    assert len(files) == len(NAMES)
    assert {row["state"] for row in files} == {"processed"}
    assert list(tmp_path.iterdir()) == [], "nothing was run"
    assert not [path for path in place.root.rglob("*") if path.name.startswith(("pwned", "x.edi"))]
    ran = edi_router("--workspace", place.root, "ls", "file", "--partner", "ENT-A", "--limit", "100")
    steering = [each for each in ran.out if (ord(each) < 32 and each != "\n") or each in "\x7f\x9b\u202e"]
    assert ran.code == 0
    assert steering == []
    for row in files:
        shown = edi_router("--workspace", place.root, "show", row["id"])
        assert shown.code == 0
        assert "\x1b" not in shown.out
        assert "\u202e" not in shown.out


@pytest.mark.parametrize("name", ["{type}_{id}.xml", "{reference}_{id}.xml"])
def test_a_reference_in_a_delivery_name_leaves_no_folder(name: str) -> None:
    from types import SimpleNamespace

    from edi_router.pipeline.outputs import _name

    for reference in ("../../etc/cron.d/x", "a/b", "a\0b", ".ssh", "x" * 300, "a\nb", "$(x)"):
        kind = SimpleNamespace(name=reference)
        document = SimpleNamespace(kind=kind, reference=reference)
        made = _name(name, "id-1", document, SimpleNamespace(id="P"), None, "xml")  # type: ignore[arg-type]
        assert made
        assert set(made) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
        assert not made.startswith(".")
        assert "id-1" in made
        assert len(made) < 200
