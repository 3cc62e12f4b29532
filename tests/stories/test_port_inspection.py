"""Inbound containers at the port: released when the declaration agrees, locked until staff unlock otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable

from edi_router.config import shipped_directory
from tests.support.workspaces import Place

GOOD = shipped_directory() / "samples" / "good"
DECLARATION = (GOOD / "eentdeclio.xml").read_bytes().replace(b"<CiqIEFlag>E<", b"<CiqIEFlag>I<")
UNLOCK = (GOOD / "gate-unlock.xml").read_bytes()
COPARN = (GOOD / "coparn-flat.txt").read_bytes()
BOX, OTHER, THIRD = "CSQU3054383", "EXMU1000067", "EXMU1000072"


def declared(number: int, box: str, port: str = "AUSYD", **changes: str) -> bytes:
    """A declaration of one inbound container, from a port of despatch."""
    data = DECLARATION.replace(b"6f0c1c52", b"%08d" % number).replace(BOX.encode(), box.encode())
    data = data.replace(
        b"<ITF_DCL_IO_DECL_GOODS>", f"<DespPortCode>{port}</DespPortCode><ITF_DCL_IO_DECL_GOODS>".encode()
    )
    for old, new in changes.items():
        data = data.replace(old.encode(), new.encode())
    return data


def report(
    number: int,
    boxes: Iterable[str],
    title: str = "GATE-IN",
    port: str = "AUSYD",
    bill: str = "EXBL0000017",
    goods: str = "",
    packages: int = 720,
    weight: str = "18000",
) -> bytes:
    """The terminal's flat file of containers, with HS code, packages and weight of the goods if it tells them."""
    lines = [
        f"00:CODECO:{title}:9:QWT:EDIROUTER:20260314090000:QWT{number:010d}'",
        f"10:9V1234:EXAMPLE STAR:SG:026E:EXL:4218:{port}:CNTAO'",
    ]
    for box in boxes:
        lines += [f"50:{box}:22G1:F:I:202603140900:20000'", f"12:{bill}'"]
        lines += [f"40:1:{goods}:{packages}:BG:{weight}'"] if goods else []
    lines.append(f"99:{len(lines) + 1}'")
    return "\r\n".join(lines).encode() + b"\r\n"


def orders(place: Place) -> dict[str, str]:
    """What the gate was told last of each container."""
    found: dict[str, str] = {}
    rows = sorted(place.ledger.ls("output", partner="TERM"), key=lambda row: (row["made"], row["id"]))
    for row in rows:
        data = place.ledger.content(row["id"]).decode()
        if "<MESSAGE>" in data and "CONTA_NO" in data:
            found[data.split("<CONTA_NO>")[1][:11]] = data.split("<MESSAGE_TYPE>")[1].split("<")[0]
    return found


def state(place: Place, box: str) -> tuple[str, str]:
    entry = place.ledger.register_entry("port-inspection", box)
    assert entry is not None
    return entry.state, entry.value("Reason")


def test_a_container_passes_through_the_port(place: Place) -> None:
    place.drop("ENT-A", "1.xml", declared(1, BOX))
    place.engine.until_idle()
    place.drop("TERM", "2.txt", report(1, [BOX]))
    assert place.engine.until_idle().problems == []
    assert orders(place) == {BOX: "RELEASE"}
    assert [name for name in place.inbox("CIQ-QD") if name.startswith("MESSAGE")]
    place.drop("TERM", "3.txt", report(2, [BOX], "GATE-OUT"))
    place.engine.until_idle()
    assert state(place, BOX)[0] == "left"
    assert place.ledger.books().balanced


def test_a_container_of_an_epidemic_area_is_locked_until_staff_unlock(place: Place) -> None:
    place.drop("ENT-A", "1.xml", declared(1, BOX, port="XBABC"))
    place.engine.until_idle()
    place.drop("TERM", "2.txt", report(1, [BOX]))
    place.drop("TERM", "3.txt", report(2, [BOX], "GATE-OUT"))
    place.engine.until_idle()
    assert state(place, BOX) == ("locked", "locked-epidemic")
    assert orders(place) == {BOX: "LOCK"}
    [held] = place.ledger.ls("message", state="held")  # at the gate while it is locked
    assert held["reason"] == "port-inspection: breach"
    place.clock.forward(minutes=1)
    place.drop("CIQ-QD", "4.xml", UNLOCK)
    place.engine.until_idle()
    assert state(place, BOX)[0] == "released"
    assert orders(place) == {BOX: "UNLOCK"}
    place.ledger.release(held["id"], "clerk", "unlocked meanwhile")
    place.drop("CIQ-QD", "5.xml", UNLOCK.replace(b"000003", b"000004"))  # it is locked no more
    place.engine.until_idle()
    assert state(place, BOX)[0] == "left"
    assert place.ledger.ls("message", state="rejected")[0]["partner"] == "CIQ-QD"


def test_what_differs_or_is_not_declared_is_locked(place: Place) -> None:
    place.drop("ENT-A", "1.xml", declared(1, BOX))
    place.drop(
        "ENT-A", "2.xml", declared(2, OTHER, **{"</DespPortCode>": "</DespPortCode><IsDraw>1</IsDraw>"})
    )
    place.engine.until_idle()
    place.drop("TERM", "3.txt", report(1, [BOX, THIRD], bill="EXBL0000099"))
    place.drop("TERM", "4.txt", report(2, [OTHER]))
    place.engine.until_idle()
    assert state(place, BOX) == ("locked", "locked-differs")
    assert state(place, OTHER)[0] == "locked"
    assert state(place, THIRD) == ("undeclared", "undeclared")
    assert orders(place) == {BOX: "LOCK", OTHER: "LOCK", THIRD: "LOCK"}
    place.clock.forward(minutes=1)
    # Declared later, the third agrees with what the terminal had reported.
    place.drop("ENT-A", "5.xml", declared(3, THIRD, EXBL0000017="EXBL0000099"))
    place.engine.until_idle()
    assert state(place, THIRD) == ("released", "released")
    assert orders(place)[THIRD] == "RELEASE"
    assert place.ledger.books().balanced


def test_empty_containers_are_released_to_the_gate(place: Place) -> None:
    place.drop("TERM", "1.txt", COPARN)
    place.engine.until_idle()
    assert orders(place) != {}
    assert state(place, OTHER)[0] == "released"
    place.drop("TERM", "2.edi", (GOOD / "codeco.edi").read_bytes())  # of a box that nobody follows
    place.drop(
        "TERM",
        "3.edi",
        (GOOD / "codeco.edi")
        .read_bytes()
        .replace(b"GOOD00000006", b"GOOD00000007")
        .replace(BOX.encode(), OTHER.encode()),
    )
    place.engine.until_idle()
    assert state(place, OTHER)[0] == "left"
    assert place.ledger.register_entry("port-inspection", BOX) is None
    assert place.ledger.books().balanced


def test_the_list_may_come_as_edifact(place: Place) -> None:
    place.drop("ENT-A", "1.xml", declared(1, BOX, EXBL0000017="EXBL0000101"))
    place.engine.until_idle()
    codeco = (GOOD / "codeco.edi").read_bytes().replace(b"BGM+36+", b"BGM+34+").replace(b"++2+5'", b"++3+5'")
    place.drop("TERM", "2.edi", codeco)
    place.engine.until_idle()
    assert state(place, BOX) == ("released", "released")
    assert orders(place) == {BOX: "RELEASE"}
    told = place.ledger.progress(BOX)
    assert {"CODECO", "EEntDeclIo"} <= {stage.type for stage in told.stages}, "by the number of the container"


def test_other_goods_than_declared_are_locked(place: Place) -> None:
    place.drop("ENT-A", "1.xml", declared(1, BOX))
    place.drop("ENT-A", "2.xml", declared(2, OTHER))
    place.engine.until_idle()
    place.drop("TERM", "3.txt", report(1, [BOX], goods="21022000"))
    place.drop("TERM", "4.txt", report(2, [OTHER, THIRD], goods="0402210000"))
    assert place.engine.until_idle().problems == []
    assert state(place, BOX) == ("released", "released")
    assert state(place, OTHER) == ("locked", "locked-goods")
    assert orders(place) == {BOX: "RELEASE", OTHER: "LOCK", THIRD: "LOCK"}
    place.clock.forward(minutes=1)
    place.drop("ENT-A", "5.xml", declared(3, THIRD))  # other goods than had been listed
    place.engine.until_idle()
    assert state(place, THIRD) == ("locked", "locked-goods")


PACKS = {
    "<Purpose>12</Purpose>": "<Purpose>12</Purpose>"
    "<ITF_DCL_IO_DECL_GOODS_PACK><PackQty>720</PackQty><IsMainPack>1</IsMainPack></ITF_DCL_IO_DECL_GOODS_PACK>"
    "<ITF_DCL_IO_DECL_GOODS_PACK><PackQty>9</PackQty><IsMainPack>0</IsMainPack></ITF_DCL_IO_DECL_GOODS_PACK>"
}
"""720 packages and, besides, what they are packed with."""


def test_another_quantity_than_declared_is_locked(place: Place) -> None:
    """Packages must agree; the gross weight may not be below the declared weight, less 0.5 % (17,910 kg)."""
    listed = [
        (BOX, 720, "17910", ("released", "released")),
        (OTHER, 719, "18000", ("locked", "locked-quantity")),
        (THIRD, 720, "17909", ("locked", "locked-quantity")),
    ]
    for number, (box, count, weight, _) in enumerate(listed, 1):
        bill = f"EXBL00001{number:02d}"
        place.drop("ENT-A", f"{number}.xml", declared(number, box, EXBL0000017=bill, **PACKS))
        place.engine.until_idle()
        data = report(number, [box], bill=bill, goods="21022000", packages=count, weight=weight)
        place.drop("TERM", f"{number}.txt", data)
    assert place.engine.until_idle().problems == []
    assert [state(place, box) for box, *_ in listed] == [wanted for *_, wanted in listed]
    assert orders(place) == {BOX: "RELEASE", OTHER: "LOCK", THIRD: "LOCK"}


def test_quantities_of_a_container_that_is_declared_later(place: Place) -> None:
    place.drop("TERM", "1.txt", report(1, [BOX], goods="21022000", weight="17000"))
    place.drop("TERM", "2.txt", report(2, [OTHER], bill="EXBL0000018", goods="21022000"))
    place.engine.until_idle()
    assert state(place, BOX) == state(place, OTHER) == ("undeclared", "undeclared")
    place.clock.forward(minutes=1)
    place.drop("ENT-A", "3.xml", declared(1, BOX))
    place.drop("ENT-A", "4.xml", declared(2, OTHER, EXBL0000017="EXBL0000018"))
    assert place.engine.until_idle().problems == []
    assert state(place, BOX) == ("locked", "locked-quantity")
    assert state(place, OTHER) == ("released", "released")


def test_quantities_of_a_cargo_report(place: Place) -> None:
    """Both containers of the bill hold 24,800 kg; one declaration says so, another of the same bill says more."""
    bill = {"EXBL0000017": "EXBL0000020", "<ContainerQty>1<": "<ContainerQty>2<"}
    place.drop("ENT-A", "1.xml", declared(1, BOX, **bill, **{"<Weight>18000<": "<Weight>24900<"}))
    milk = {"2102200000": "0402210000", "<Weight>18000<": "<Weight>25000<"}
    place.drop("ENT-A", "2.xml", declared(2, OTHER, **bill, **milk))
    place.engine.until_idle()
    place.drop("TERM", "3.edi", cargo_report())
    assert place.engine.until_idle().problems == []
    assert state(place, BOX) == ("released", "released"), "within 0.5 %"
    assert state(place, OTHER) == ("locked", "locked-quantity")


def cargo_report() -> bytes:
    """The sample CUSCAR, sent by the terminal."""
    cuscar = re.sub(rb"(UNB\+[^+]*\+)[^+]*", rb"\1QWT:ZZ", (GOOD / "cuscar.edi").read_bytes(), count=1)
    return re.sub(rb"(UNB\+[^+]*\+[^+]*\+)[^+]*", rb"\1EDIROUTER:ZZ", cuscar, count=1)


def test_a_cargo_report_is_a_list_too(place: Place) -> None:
    bill = {"EXBL0000017": "EXBL0000020", "<ContainerQty>1<": "<ContainerQty>2<"}
    place.drop("ENT-A", "1.xml", declared(1, BOX, **bill))
    place.drop("ENT-A", "2.xml", declared(2, OTHER, **bill))
    place.engine.until_idle()
    place.drop("TERM", "3.edi", cargo_report())
    assert place.engine.until_idle().problems == []
    assert state(place, BOX) == ("released", "released"), "its goods have no code in the report"
    assert state(place, OTHER) == ("locked", "locked-goods"), "milk powder, not yeast"
    assert orders(place) == {BOX: "RELEASE", OTHER: "LOCK"}
