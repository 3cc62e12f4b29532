"""Reports over the ledger, on both databases: every figure worked out by hand."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from edi_router.config import Tree
from edi_router.formats.answer import Answer
from edi_router.ledger import Ledger
from edi_router.partners.supervision import Volume
from edi_router.pipeline.model import Acknowledged, Acknowledging, Unsealed
from edi_router.registers import Entry, Moved, Register, load_registers
from edi_router.reports import (
    Period,
    Report,
    Table,
    Terms,
    Threshold,
    as_csv,
    as_json,
    as_page,
)
from edi_router.reports.mismatches import mismatches
from edi_router.reports.share import COLUMNS as SHARE
from edi_router.reports.share import share
from edi_router.reports.summary import FIVE, summary
from edi_router.reports.times import times
from edi_router.reports.unusual import judge
from edi_router.reports.volumes import volumes
from edi_router.reports.words import COLUMNS, TITLES, VALUES
from tests.support.cli import edi_router
from tests.support.filling import ZONE, at, came, document, record, stated
from tests.support.outcomes import HELD, REJECTED, Clock, deliver, message

MARCH = Period.month("2026-03", ZONE)
KINDS = {"EEntDeclIo": "declaration", "CUSDEC": "declaration", "Certificate": "certificate"}


@pytest.fixture(scope="module")
def registers() -> dict[str, Register]:
    return load_registers(Tree.over_shipped())[0]


def rows(report: Report, table: str | None = None) -> list[dict[str, object]]:
    return [dict(each) for each in (report.table(table) if table else report.tables[0]).dicts()]


def test_periods() -> None:
    assert (MARCH.since, MARCH.until, str(MARCH)) == (date(2026, 3, 1), date(2026, 3, 31), "2026-03")
    assert (MARCH.end - MARCH.begin) // 1_000_000 == 31 * 86400
    period = Period(date(2025, 12, 15), date(2026, 3, 30), ZONE)
    assert period.months() == {"2026-01", "2026-02"}
    assert str(period) == "2025-12-15 – 2026-03-30"
    with pytest.raises(ValueError):
        Period.month("2026-13", ZONE)


def test_share_is_electronic_of_all(ledger: Ledger, clock: Clock) -> None:
    came(ledger, clock, "2026-03-02", "CIQ-QD", "EEntDeclIo", 3, 7, "direct")
    came(
        ledger, clock, "2026-03-03", "CIQ-QD", "CUSDEC", 2, 2, "self-service", first=3
    )  # firm 3 has both ways
    came(ledger, clock, "2026-03-03", "CIQ-QD", "Certificate", 1, 1)
    came(ledger, clock, "2026-03-04", "CIQ-SH", "CUSDEC", 1, 1, "direct")
    came(ledger, clock, "2026-02-28", "CIQ-QD", "CUSDEC", 5, 5, "direct")
    clock.now = at("2026-03-05")
    record(ledger, "HUB", [document("CUSDEC", "CIQ-QD", "X", decision=REJECTED)])
    record(ledger, "HUB", [replace(document("CUSDEC", "CIQ-QD", "Y"), test=True)])
    record(ledger, "HUB", [document("CUSDEC", "CIQ-QD", "Z", decision=HELD)])
    stated(ledger, clock, "CIQ-QD", "2026-03", "declaration", 12, 8, "370200")
    stated(ledger, clock, "CIQ-QD", "2026-03", "declaration", 3, 1, "370211")
    stated(ledger, clock, "CIQ-QD", "2026-02", "declaration", 5, 5, "370200")
    found = rows(share(ledger, MARCH, KINDS, "CIQ-QD"))
    counts = {(r["document"], r["way"]): (r["firms"], r["documents"]) for r in found}
    assert counts == {
        ("*", "*"): (5, 11), ("declaration", "*"): (5, 10), ("declaration", "direct"): (3, 7),
        ("declaration", "self-service"): (2, 2), ("declaration", "HUB"): (1, 1), ("certificate", "*"): (1, 1),
        ("certificate", "HUB"): (1, 1),
    }  # fmt: skip
    [all_] = [r for r in found if (r["document"], r["way"]) == ("declaration", "*")]
    assert (all_["total_firms"], all_["total_documents"]) == (9, 15)
    assert (all_["firm_share"], all_["online_share"]) == (Decimal("55.6"), Decimal("66.7"))
    # Nobody has stated the certificates, so there is no share of everything.
    assert [r["online_share"] for r in found if r["document"] != "declaration"] == [None] * 3
    assert {r["bureau"] for r in rows(share(ledger, MARCH, KINDS))} == {"CIQ-QD", "CIQ-SH"}


def test_share_by_year_and_of_months_that_are_not_whole(ledger: Ledger, clock: Clock) -> None:
    for month, firms in (("2025-12", 4), ("2026-02", 2), ("2026-03", 3)):
        came(ledger, clock, f"{month}-10", "CIQ-QD", "CUSDEC", firms, firms, "direct")
        stated(ledger, clock, "CIQ-QD", month, "declaration", 5, firms)
    period = Period(date(2025, 12, 1), date(2026, 3, 31), ZONE)
    yearly = {
        r["period"]: r
        for r in rows(share(ledger, period, KINDS, by="year"))
        if r["document"] == r["way"] == "*"
    }
    assert [(k, r["firms"], r["documents"], r["online_share"]) for k, r in sorted(yearly.items())] == [
        ("2025", 4, 4, Decimal("80.0")), ("2026", 3, 5, Decimal("50.0"))
    ]  # fmt: skip
    [whole] = [r for r in rows(share(ledger, period, KINDS, by="all")) if r["document"] == r["way"] == "*"]
    assert (whole["documents"], whole["total_documents"], whole["online_share"]) == (9, 15, Decimal("60.0"))
    part = Period(date(2026, 3, 1), date(2026, 3, 30), ZONE)
    assert {r["online_share"] for r in rows(share(ledger, part, KINDS))} == {None}
    # A bureau that states something and gets nothing has a share of 0.
    stated(ledger, clock, "CIQ-JN", "2026-03", "declaration", 40, 9, "370100")
    [none] = [r for r in rows(share(ledger, MARCH, KINDS, "CIQ-JN")) if r["document"] == "declaration"]
    assert (none["documents"], none["online_share"]) == (0, Decimal("0.0"))


def timed(
    ledger: Ledger, clock: Clock, type: str, spans: list[tuple[float, float]], agreement: str = "agr"
) -> None:
    """Documents that were processed, and then delivered, so many seconds after they came."""
    for processing, delivering in spans:
        clock.now = at("2026-03-10")
        several = [replace(document(type, "CIQ-QD", "91420500MA00000079", outputs=1), agreement=agreement)]
        file = _slow(ledger, clock, several, processing)
        clock.tick(seconds=delivering)
        deliver(ledger, f"{file}-1-1-o1-1")


def _slow(ledger: Ledger, clock: Clock, messages: list, processing: float) -> str:  # type: ignore[type-arg]
    """As `record`, with time between receipt and processing."""
    claim = ledger.claim

    def late(work: int) -> int | None:
        clock.tick(seconds=processing)
        return claim(work)

    ledger.claim = late  # type: ignore[method-assign,assignment]
    try:
        return record(ledger, "HUB", messages)
    finally:
        del ledger.claim  # type: ignore[method-assign]


def test_summary_counts_times_and_registers(
    ledger: Ledger, clock: Clock, registers: dict[str, Register]
) -> None:
    timed(ledger, clock, "CUSDEC", [(n, 0.5) for n in range(1, 21)])
    timed(ledger, clock, "MESSAGE", [(3, 4)], "gate")
    clock.now = at("2026-03-11")
    record(ledger, "ENT-A", [document("CUSDEC", "CIQ-QD", "91370200MA00000079", decision=REJECTED)] * 2)
    held = record(ledger, "ENT-A", [document("CUSDEC", "CIQ-QD", decision=HELD)])
    clock.tick(minutes=90)
    ledger.reject(f"{held}-1-1", "clerk", "no")
    clock.now = at("2026-03-12")
    for key, outcome in (("T1", "mismatch"), ("T2", "mismatch"), ("T3", "consent-late")):
        entry = Entry(
            "transfer", key, "mismatch", 1, {}, entered_by="CIQ-YC", entered=clock.now, since=clock.now
        )
        move = "consent-late" if outcome == "consent-late" else "finding"
        moved = Moved("transfer", key, move, outcome, None, entry)
        record(ledger, "CIQ-QD", [replace(message("f", outputs=0), type="TransferFeedback", moves=(moved,))])
    terms = Terms(
        kinds={**KINDS, "MESSAGE": "gate"}, inland={"42"}, coast={"37"},
        codes={"CIQ-QD": "370200", "ENT-A": "91420500MA00000079"}, hours={"declaration": Decimal("2.5")},
        registers=registers, language="zh",
    )  # fmt: skip
    found = summary(ledger, MARCH, terms)
    assert [tuple(r.values()) for r in rows(found, "in")] == [
        ("CIQ-QD", "TransferFeedback", "completed", 3), ("ENT-A", "CUSDEC", "rejected", 3),
        ("HUB", "CUSDEC", "completed", 20), ("HUB", "MESSAGE", "completed", 1),
    ]  # fmt: skip
    assert [tuple(r.values()) for r in rows(found, "out")] == [("ciq", "document", "delivered", 21)]
    took = {(r["step"], r["document"]): tuple(r.values())[2:] for r in rows(found, "steps")}
    assert took["received-processed", "declaration"] == (23, Decimal(9), Decimal(19), Decimal(20))
    assert took["received-delivered", "declaration"] == (
        20,
        Decimal("10.5"),
        Decimal("19.5"),
        Decimal("20.5"),
    )
    assert took["processed-delivered", "*"] == (21, Decimal("0.5"), Decimal("0.5"), Decimal(4))
    assert took["held-decided", "declaration"] == (1, Decimal(5400), Decimal(5400), Decimal(5400))
    assert took["received-refused", "*"] == (3, Decimal(0), Decimal(0), Decimal(0))
    five = {r["fast"]: (r["count"], r["max"]) for r in rows(found, "five")}
    assert five == {
        "formalities": (20, Decimal("20.5")), "port-logistics": (1, Decimal(7)), "transit": (0, None),
        "finding": (3, Decimal(0)), "solving": (1, Decimal(5400)),
    }  # fmt: skip
    assert [each[0] for each in FIVE] == list(five)
    partners = {r["partner"]: r for r in rows(found, "partners")}
    assert list(partners) == ["HUB", "CIQ-QD", "ENT-A"]
    assert (partners["ENT-A"]["rejected"], partners["ENT-A"]["refused_share"]) == (3, Decimal("100.0"))
    assert (partners["HUB"]["documents"], partners["HUB"]["p95"]) == (21, Decimal("19.5"))
    assert {r["agreement"]: r["count"] for r in rows(found, "routes")} == {"agr": 20, "gate": 1}
    assert [tuple(r.values()) for r in rows(found, "registers")] == [
        ("transfer", "finding", "mismatch", "查验不符", "accept", 2)
    ]
    assert [tuple(r.values()) for r in rows(found, "clocks")] == [
        ("transfer", "consent-late", "consent-late", "产地答复超时", 1)
    ]
    # Inland: 21 of the firm in Hubei and the held one of ENT-A; on the coast: two of a firm, three of CIQ-QD.
    assert rows(found, "inland") == [
        {"inland": 22, "coast": 5, "unknown": 0, "inland_share": Decimal("81.5")}
    ]
    assert rows(found, "saved") == [{"document": "declaration", "documents": 20, "hours": Decimal("50.0")}]
    first = rows(found, "ranking")[0]
    assert first == {
        "rank": 1, "firm": "91420500MA00000079", "documents": 22, "rejected": 1, "refused_share": Decimal("4.5"),
    }  # fmt: skip
    mine = summary(ledger, MARCH, terms, "ENT-A", top=1)
    assert [r["count"] for r in rows(mine, "in")] == [3]
    assert len(rows(mine, "ranking")) == 1
    assert rows(mine, "registers") == []
    april = summary(ledger, Period.month("2026-04", ZONE), terms)
    assert {each.id for each in april.tables if each.rows} == {"five", "inland", "saved"}


def test_the_time_to_an_acknowledgement_is_measured(ledger: Ledger, clock: Clock) -> None:
    clock.now = at("2026-03-10")
    sent = replace(document("CUSDEC", "CIQ-QD", outputs=1))
    unsealed = Unsealed("to-ciq", lambda control: f"<{control}>".encode(), "US", "CIQ")
    output = replace(sent.outputs[0], content=None, unsealed=unsealed)
    file = record(ledger, "HUB", [replace(sent, outputs=(output,))])
    deliver(ledger, f"{file}-1-1-o1-1")
    clock.tick(seconds=42)
    for _ in range(2):  # the first counts
        says = Acknowledging(
            "contrl", "1", "US", "CIQ", (Acknowledged("interchange", "1", Answer.ACKNOWLEDGED),)
        )
        record(ledger, "ciq", [replace(message("f", outputs=0), type="CONTRL", acknowledges=says)])
        clock.tick(seconds=8)
    took = {
        (r["step"], r["document"]): tuple(r.values())[2:]
        for r in rows(summary(ledger, MARCH, Terms(KINDS)), "steps")
    }
    assert took["delivered-acknowledged", "declaration"] == (1, Decimal(42), Decimal(42), Decimal(42))


def test_times_of_clocks(ledger: Ledger, clock: Clock, registers: dict[str, Register]) -> None:
    entered = {}

    def to(key: str, state: str, minutes: float, move: str = "claim") -> None:
        clock.now = at("2026-03-10") + timedelta(minutes=minutes)
        before = entered.get(key)
        version = before.version + 1 if before else 1
        after = Entry(
            "transfer", key, state, version, {}, entered_by="CIQ-YC", entered=clock.now, since=clock.now
        )
        moved = Moved("transfer", key, move, move, before, after)
        record(ledger, "CIQ-YC", [replace(message("f", outputs=0), type="SlipRequest", moves=(moved,))])
        found = ledger.register_entry("transfer", key)
        assert found is not None
        entered[key] = found

    for number, minutes in enumerate((10, 20, 59.5, 61), 1):
        to(f"T{number}", "received", 0, "enter")
        to(f"T{number}", "checking", 1)
        if minutes > 60:
            to(f"T{number}", "checking", 61, "check-late")  # the clock strikes, the state stays
        to(f"T{number}", "used", 1 + minutes, "finding")
    to("T5", "checking", 2)
    to("T6", "checking", 100)
    clock.now = at("2026-03-10") + timedelta(minutes=122)  # T5 waits for two hours, T6 for 22 minutes
    found = times(ledger, MARCH, registers, {})
    [check] = [r for r in rows(found, "clocks") if (r["register"], r["clock"]) == ("transfer", "check-late")]
    assert check == {
        "register": "transfer", "states": "checking", "clock": "check-late", "limit": Decimal(3600), "started": 6,
        "ended": 4, "open": 2, "p50": Decimal(1200), "p95": Decimal(3660), "max": Decimal(3660), "late": 2,
        "struck": 1, "kept_share": Decimal("66.7"),
    }  # fmt: skip
    [expiry] = [r for r in rows(found, "clocks") if (r["register"], r["clock"]) == ("transfer", "expiry")]
    assert (expiry["limit"], expiry["started"], expiry["struck"]) == ("ValidTo +1 d", None, 0)
    assert {r["register"] for r in rows(found, "clocks")} == {
        id for id, each in registers.items() if each.definition.clocks
    }
    [other] = [
        r for r in rows(times(ledger, MARCH, registers, {}, "CIQ-JN"), "clocks")
        if (r["register"], r["clock"]) == ("transfer", "check-late")
    ]  # fmt: skip
    assert (other["started"], other["p50"], other["kept_share"]) == (0, None, None)


def test_times_of_documents_with_a_promise(ledger: Ledger, clock: Clock) -> None:
    timed(ledger, clock, "TransferOrder", [(1, 10), (1, 58.999999), (1, 59), (1, 59.000001)])
    clock.now = at("2026-03-10")
    record(ledger, "HUB", [document("TransferOrder", "CIQ-QD", outputs=1)])  # still waits
    record(ledger, "HUB", [document("TransferOrder", "CIQ-QD", decision=REJECTED)])  # nothing was promised
    clock.now = at("2026-03-11")
    [row] = rows(times(ledger, MARCH, {}, {"TransferOrder": 60, "MESSAGE": 10}), "documents")
    assert row == {
        "type": "TransferOrder", "limit": Decimal(60), "count": 5, "delivered": 4, "p50": Decimal("59.999999"),
        "p95": Decimal("60.000001"), "max": Decimal("60.000001"), "late": 2, "kept_share": Decimal("60.0"),
    }  # fmt: skip


def test_volumes_are_compared_with_the_days_before(ledger: Ledger, clock: Clock) -> None:
    for day, number in ((23, 4), (24, 6), (28, 2)):
        came(ledger, clock, f"2026-02-{day}", "CIQ-QD", "CUSDEC", 1, number)
    for day, number in ((1, 6), (2, 40), (3, 12)):
        came(ledger, clock, f"2026-03-0{day}", "CIQ-QD", "CUSDEC", 1, number)
    came(ledger, clock, "2026-03-02", "CIQ-QD", "Certificate", 1, 5)
    came(ledger, clock, "2026-03-03", "CIQ-QD", "MetaData", 1, 4)
    found = rows(volumes(ledger, MARCH, KINDS, threshold=Threshold(above=200, days=7, least=5)))
    assert [(r["date"], r["document"], r["value"], r["average"], r["change"], r["warning"]) for r in found] == [
        ("2026-03-01", "declaration", 6, Decimal("1.71"), Decimal("250.0"), "above"),
        ("2026-03-02", "certificate", 5, Decimal("0.00"), None, "new"),
        ("2026-03-02", "declaration", 40, Decimal("2.57"), Decimal("1455.6"), "above"),
        ("2026-03-03", "MetaData", 4, Decimal("0.00"), None, ""),
        ("2026-03-03", "declaration", 12, Decimal("7.71"), Decimal("55.6"), ""),
    ]  # fmt: skip
    assert rows(volumes(ledger, MARCH, KINDS, partner="CIQ-QD")) == []
    with pytest.raises(ValueError):
        Threshold(days=0)


def test_amounts_are_added_up_exactly(ledger: Ledger, clock: Clock) -> None:
    for number, (day, amount) in enumerate(
        (("01", "0.10"), ("02", "0.10"), ("02", "0.20"), ("02", "no"), ("02", "1e3"))
    ):
        clock.now = at(f"2026-03-{day}")
        entry = Entry(
            "tax-bill", f"B{number}", "billed", 1, {"Amount": (amount,)}, entered_by="BANK", entered=clock.now
        )
        moved = Moved("tax-bill", entry.key, "bill", "billed", None, entry)
        record(ledger, "TAX", [replace(message("f", outputs=0), type="TaxBill", moves=(moved,))])
    found = rows(volumes(ledger, MARCH, {}, [("tax-bill", "Amount")], threshold=Threshold(50, 1, 0)))
    sums = [(r["date"], r["value"], r["average"], r["warning"]) for r in found if r["measure"] == "Amount"]
    assert sums == [
        ("2026-03-01", Decimal("0.10"), Decimal("0.00"), "new"),
        ("2026-03-02", Decimal("1000.30"), Decimal("0.10"), "above"),
    ]


@pytest.mark.parametrize(
    "amount", ["1e40", "9" * 30, "1e999999999", "0." + "0" * 30 + "1", "7" * 5000, "sNaN"]
)
def test_an_amount_that_is_none_breaks_no_report_and_no_night(
    ledger: Ledger, clock: Clock, amount: str
) -> None:
    """The nightly close judges volumes: one value of a partner's document would have broken it off each night."""
    for number, (day, each) in enumerate(
        (("01", "0.000000001"), ("02", "999999999999999999"), ("02", amount))
    ):
        clock.now = at(f"2026-03-{day}")
        entry = Entry(
            "tax-bill", f"B{number}", "billed", 1, {"Amount": (each,)}, entered_by="BANK", entered=clock.now
        )
        moved = Moved("tax-bill", entry.key, "bill", "billed", None, entry)
        record(ledger, "TAX", [replace(message("f", outputs=0), type="TaxBill", moves=(moved,))])
    found = rows(volumes(ledger, MARCH, {}, [("tax-bill", "Amount")], threshold=Threshold(50, 1, 0)))
    assert [r["value"] for r in found if r["measure"] == "Amount"] == [
        Decimal("1E-9"),
        Decimal("999999999999999999"),
    ]
    volume = Volume.model_validate({"sum": "tax-bill/Amount", "usual": "3", "days": 5})
    judged = judge(ledger, "TAX", volume, date(2026, 3, 2), {})
    assert judged is not None
    assert judged.unusual


FEEDBACK = """<TransferFeedback><TransferNo>T1</TransferNo><State>32</State>
<Mismatch><Code>L01</Code><Line>1</Line><Declared>LOT 26031</Declared><Found>=LOT 26034</Found></Mismatch>
<Mismatch><Code>Q01</Code><Line>2</Line><Declared>10</Declared><Found>9</Found><Note>少一箱</Note></Mismatch>
</TransferFeedback>"""


def test_the_digest_of_mismatches(ledger: Ledger, clock: Clock) -> None:
    clock.now = at("2026-03-20")
    for key, origin, outcome in (
        ("T1", "420500", "mismatch"),
        ("T2", "370800", "mismatch-late"),
        ("T3", "420500", "issued"),
    ):
        fields = {
            "DeclNo": (f"D{key}",),
            "OriginOrg": (origin,),
            "PortOrg": ("370211",),
            "ConsignorScc": ("F",),
        }
        by = "CIQ-YC" if origin == "420500" else "CIQ-JNG"
        entry = Entry("transfer", key, "mismatch", 1, fields, entered_by=by, entered=clock.now)
        made = document("TransferFeedback", "CIQ-YC", outputs=2)
        first, second = made.outputs
        outputs = (
            replace(first, destination="CIQ-YC", content=FEEDBACK.encode(), name=f"{key}.xml"),
            replace(second, destination="ENT-A", content=FEEDBACK.encode(), name=f"{key}-copy.xml"),
        )
        moved = Moved("transfer", key, "finding", outcome, None, entry)
        record(ledger, "CIQ-QD", [replace(made, outputs=outputs, moves=(moved,))])
    found = mismatches(ledger, MARCH, ["420500"])
    assert [tuple(r.values()) for r in rows(found)] == [
        ("2026-03-20", "2026-03-20T12:00:00+08:00", "T1", "DT1", "420500", "370211", "F", "mismatch", *each)
        for each in (("L01", "1", "LOT 26031", "=LOT 26034", ""), ("Q01", "2", "10", "9", "少一箱"))
    ]
    assert [(r["transfer"], r["outcome"], r["code"]) for r in rows(mismatches(ledger, MARCH))] == [
        ("T1", "mismatch", "L01"), ("T1", "mismatch", "Q01"), ("T2", "mismatch-late", ""),
    ]  # fmt: skip
    april = Period.month("2026-04", ZONE)
    assert rows(mismatches(ledger, april)) == []
    # R-TRN-RATE: the 30 days to the end of March, not those to the end of April
    assert [tuple(each.values()) for each in rows(summary(ledger, MARCH, Terms()), "mismatch_rates")] == [
        ("370800", "2026-03-02", "2026-03-31", 1, 1, Decimal("100.0"), "above"),
        ("420500", "2026-03-02", "2026-03-31", 2, 1, Decimal("50.0"), "above"),
    ]
    assert rows(summary(ledger, april, Terms()), "mismatch_rates") == []
    text = as_csv(found, "zh")
    table = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert text.startswith("\ufeff日期,时间,转单号")
    assert table[1][8:12] == ["L01", "1", "LOT 26031", "'=LOT 26034"]  # no formula in a spreadsheet


SAMPLE = Report("summary", MARCH, (
    Table("partners", ("partner", "documents", "refused_share"), [("<A&B>", 3, Decimal("33.3")), ("C", 1, None)],
          ("partner", "documents")),
    Table("volumes", ("date", "warning", "value"), [("2026-03-01", "new", Decimal("1E+3")), ("2026-03-02", "", None)]),
    Table("five", ("fast", "count"), []),
))  # fmt: skip


@pytest.mark.parametrize(
    ("language", "title", "fresh"),
    [("en", "Monthly summary 2026-03", "new"), ("zh", "月度汇总 2026-03", "新出现")],
)
def test_a_page_needs_no_script_and_holds_all_rows(language: str, title: str, fresh: str) -> None:
    text = as_page(SAMPLE, "test <ws>", language)
    tree = etree.fromstring(text.encode(), etree.HTMLParser(recover=False))
    assert "<script" not in text
    assert "http" not in text
    assert tree.get("lang") == language
    assert [each.text for each in tree.iter("h1")] == [title]
    cells = [[cell.text or "" for cell in row.iter("td")] for row in tree.iter("tr")]
    assert [row for row in cells if row] == [
        ["<A&B>", "3", "33.3"], ["C", "1", ""], ["2026-03-01", fresh, "1000"], ["2026-03-02", "", ""],
    ]  # fmt: skip
    assert [row.get("class") for row in tree.iter("tr")].count("a") == 1
    [svg] = tree.iter("svg")
    assert [each.get("width") for each in svg.iter("rect")] == ["380.0", "126.7"]
    assert "<A&B>" in [each.text for each in svg.iter("text")]
    for link in tree.iter("a"):
        assert tree.xpath("//*[@id=$id]", id=link.get("href")[1:])


def test_json_is_exact_and_csv_has_all_tables() -> None:
    shape = json.loads(json.dumps(as_json(SAMPLE)))
    assert shape["tables"]["partners"][0] == {"partner": "<A&B>", "documents": 3, "refused_share": "33.3"}
    assert shape["tables"]["volumes"][0]["value"] == "1000"
    assert (shape["since"], shape["until"]) == ("2026-03-01", "2026-03-31")
    lines = as_csv(SAMPLE, "en").splitlines()
    assert lines[0] == '\ufeff"By partner: from receipt to delivery, in seconds"'
    assert lines[1:4] == ["partner,documents,refused %", "<A&B>,3,33.3", "C,1,"]


def test_all_words_are_there_in_both_languages() -> None:
    for words in (TITLES, COLUMNS, VALUES):
        assert all(len(each) == 2 and all(each) for each in words.values())


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "router"
    assert edi_router("new", "project", folder).code == 0
    settings = folder / "edi-router.yaml"
    settings.write_text(settings.read_text() + "\nsample_partners: yes\n")
    return folder


@pytest.mark.parametrize("kind", ["share", "summary", "mismatches", "volumes", "times"])
def test_the_verb_gives_each_report(kind: str, workspace: Path) -> None:
    told = edi_router("--workspace", workspace, "report", kind, "--month", "2026-03", "--json").json
    assert (told["report"], told["since"]) == (kind, "2026-03-01")


def test_the_verb_gives_a_report_in_each_form(workspace: Path, tmp_path: Path) -> None:
    verb = ("--workspace", workspace, "report", "share", "--since", "2026-03-01", "--until", "2026-03-09")
    assert edi_router(*verb).out.startswith("Online share 2026-03-01 – 2026-03-09\n")
    assert edi_router(*verb, "--csv").out == "\ufeff" + ",".join(COLUMNS[each][0] for each in SHARE) + "\r\n"
    page = tmp_path / "page.html"
    assert edi_router(*verb, "--html", page).code == 0
    assert page.read_text() == edi_router(*verb, "--html", "-").out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["share", "--month", "2026-3x"], "no month"),
        (["share", "--month", "2026-03", "--since", "2026-03-01"], "either"),
        (["share", "--since", "2026-03-02", "--until", "2026-03-01"], "before"),
        (["share", "--until", "2026-03-01"], "needs --since"),
        (["share", "--json", "--csv"], "only one"),
        (["share", "--partner", "CIQ-Q"], "did you mean CIQ-QD"),
        (["volumes", "--sum", "tax-bill"], "REGISTER/FIELD"),
        (["volumes", "--sum", "nothing/Amount"], "no register nothing"),
    ],
)
def test_wrong_options_are_told(options: list[str], told: str, workspace: Path) -> None:
    ran = edi_router("--workspace", workspace, "report", *options)
    assert (ran.code, told in ran.err) == (2, True), ran.err
