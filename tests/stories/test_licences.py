"""Licences: their balance is drawn by entries, told to the licence bureau, and given back when an entry falls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from edi_router.config import Tree, shipped_directory
from edi_router.engine.work import work
from edi_router.ledger import Archive, Ledger, WorkItem
from edi_router.ledger.registering import SealedView
from edi_router.partners import Directory
from edi_router.pipeline.configuration import Configuration, load_configuration
from tests.support.story import Story
from tests.support.workspaces import Place, prepare

GOOD = shipped_directory() / "samples" / "good"
FIRM, ENTRY = "91370211MA00000013", "421820261000000456"
LICENCE = (GOOD / "licence.xml").read_bytes()
RESULT = (GOOD / "dec-result.xml").read_bytes()
STATUS = (GOOD / "licence-status.xml").read_bytes()
SAMPLE = (GOOD / "dec-message.xml").read_bytes().decode()
HEAD, LISTS, REST = SAMPLE.index("<DecLists>"), SAMPLE.index("</DecLists>"), SAMPLE.index("<DecRequestCerts>")


def entry(
    serial: int, quantity: str, licence: str = "26-AA-100017", kind: str = "1", **changes: str
) -> bytes:
    """Customs' copy of an import entry of one line of the licence's goods."""
    number = f"4218202610000{serial:05d}"
    goods = SAMPLE[HEAD : SAMPLE.index("</DecList>")].replace("2102200000", "2903710000")
    goods = goods.replace("<OriginCountry>HKG<", "<OriginCountry>USA<").replace(
        "<GQty>18000<", f"<GQty>{quantity}<"
    )
    goods = goods.replace("<FirstQty>18000<", f"<FirstQty>{quantity}<").replace(
        "<DeclTotal>36000<", f"<DeclTotal>{float(quantity) * 2:g}<"
    )
    documents = (
        f"</DecList></DecLists><DecLicenseDocus><LicenseDocu><DocuCode>{kind}</DocuCode><CertCode>{licence}</CertCode>"
        "</LicenseDocu><LicenseDocu><DocuCode>A</DocuCode><CertCode>420500126000017</CertCode></LicenseDocu></DecLicenseDocus>"
    )
    text = SAMPLE[:HEAD] + goods + documents + SAMPLE[REST:]
    text = text.replace("<EntryType>", f"<EntryId>{number}</EntryId><EntryType>").replace(
        "<IEFlag>E<", "<IEFlag>I<"
    )
    text = text.replace("91420500MA00000079", FIRM).replace("YC20260314000017", f"YC202603140{serial:05d}")
    for old, new in changes.items():
        text = text.replace(old, new)
    return text.encode()


def uses(place: Place, partner: str = "LIC") -> list[tuple[str, str, str, str]]:
    """Line, quantity, balance and state of each write-off, in their order."""
    rows = sorted(place.ledger.ls("output", partner=partner), key=lambda row: (row["made"], row["id"]))
    texts = [place.ledger.content(row["id"]).decode() for row in rows]
    names = ("LineNo", "WriteOffQty", "BalanceAfter", "State")
    return [
        tuple(text.split(f"<{name}>")[1].split("<")[0] for name in names)  # type: ignore[misc]
        for text in texts
        if "<LicenceUse>" in text
    ]


def told(place: Place) -> list[str]:
    """The rules that the rejected messages have broken."""
    rows = place.ledger.ls("message", state="rejected")
    return sorted(
        {
            fault["code"]
            for row in rows
            for fault in place.ledger.show(row["id"])["faults"]
            if fault["fault"].values.get("code")
        }
    )


def state(place: Place, number: str = "26-AA-100017") -> tuple[str, list[str]]:
    found = place.ledger.register_entry("licence", number)
    assert found is not None
    return found.state, [str(found.left(line)) for line in found.lines]


def test_a_licence_is_drawn_line_by_line_and_given_back(place: Place) -> None:
    place.drop("LIC", "1.xml", LICENCE)
    place.engine.until_idle()
    assert [name for name in place.inbox("CUS-QD") if name.startswith("Licence_")]
    place.drop("CUS-QD", "2.xml", entry(1, "12000"))
    assert place.engine.until_idle().problems == []
    assert uses(place) == [("1", "10000", "0", "1"), ("2", "2000", "3000", "1")]
    assert state(place) == ("open", ["0", "3000"])
    assert [name for name in place.inbox("CIQ-YC") if name.startswith("DecMessage")]  # the copy for CIQ
    deleted = RESULT.replace(b"421820260000000123", b"421820261000000001").replace(
        b"<CHANNEL>P<", b"<CHANNEL>D<"
    )
    place.clock.forward(minutes=1)
    place.drop("CUS-QD", "3.xml", deleted)
    place.engine.until_idle()
    assert uses(place)[2:] == [("1", "10000", "10000", "2"), ("2", "2000", "5000", "2")]
    assert state(place) == ("open", ["10000", "5000"])
    followed = place.ledger.register_entry("customs-entry", "421820261000000001")
    assert followed is not None
    assert (followed.state, followed.value("Channel")) == ("deleted", "D")
    assert [name for name in place.inbox("CIQ-YC") if name.startswith("DEC_RESULT")]
    assert place.ledger.books().balanced


def test_only_the_customs_that_drew_may_give_back(place: Place) -> None:
    place.drop("LIC", "1.xml", LICENCE)
    place.engine.until_idle()
    place.drop("CUS-QD", "2.xml", entry(1, "12000"))
    place.engine.until_idle()
    deleted = RESULT.replace(b"421820260000000123", b"421820261000000001").replace(
        b"<CHANNEL>P<", b"<CHANNEL>D<"
    )
    other = place.engine.configuration.directory.partners["CUS-TJ"]
    own = place.engine.configuration.directory.partners["CUS-QD"]
    agreements = tuple(each for each in own.agreements if each.id == "cus-qd-result")
    partners = {
        **place.engine.configuration.directory.partners,
        "CUS-TJ": other.model_copy(update={"agreements": agreements}),
    }
    place.engine.configuration = replace(place.engine.configuration, directory=Directory(partners.values()))
    place.drop("CUS-TJ", "3.xml", deleted)
    place.engine.until_idle()
    assert state(place) == ("open", ["0", "3000"])
    assert told(place) == ["R-PRIV-01"]


def test_what_a_licence_does_not_allow_is_refused(place: Place) -> None:
    place.drop("LIC", "1.xml", LICENCE)
    single = LICENCE.replace(b"100017", b"100018").replace(b"<MultiUse>12<", b"<MultiUse>1<")
    place.drop("LIC", "2.xml", single)
    place.engine.until_idle()
    place.drop("CUS-QD", "a.xml", entry(1, "15001"))
    place.drop("CUS-QD", "b.xml", entry(2, "10", licence="26-AA-999999"))
    place.drop("CUS-QD", "c.xml", entry(3, "10", **{FIRM: "91420500MA0000000K"}))
    place.drop("CUS-QD", "d.xml", entry(4, "10", **{"<OriginCountry>USA<": "<OriginCountry>DEU<"}))
    place.drop("CUS-QD", "e.xml", entry(5, "10", **{"2903710000": "2903390000"}))
    place.drop("CUS-QD", "f.xml", entry(6, "10", licence="26-AA-100018"))
    place.drop("CUS-QD", "g.xml", entry(7, "10", licence="26-AA-100018"))
    place.engine.until_idle()
    assert told(place) == [
        "R-LIC-01.commodity", "R-LIC-01.country", "R-LIC-01.firm", "R-LIC-01.unknown", "R-LIC-02", "R-LIC-02.uses"
    ]  # fmt: skip
    assert state(place) == ("open", ["10000", "5000"])
    place.clock.forward(days=300)  # 2027
    place.drop("CUS-QD", "h.xml", entry(8, "10", **{"<IEDate>20260318<": "<IEDate>20270110<"}))
    place.engine.until_idle()
    assert state(place)[0] == "expired"
    assert "R-LIC-01" in told(place)
    assert place.ledger.books().balanced


def test_bulk_goods_may_exceed_by_five_per_cent(place: Place) -> None:
    place.drop("LIC", "1.xml", LICENCE)
    place.engine.until_idle()
    bulk = {"<WrapType>22<": "<WrapType>00<"}
    place.drop("CUS-QD", "2.xml", entry(1, "14000", **bulk))
    place.engine.until_idle()
    place.drop("CUS-QD", "3.xml", entry(2, "1051", **bulk))
    place.engine.until_idle()
    assert told(place) == ["R-LIC-03"]
    place.clock.forward(minutes=1)
    place.drop("CUS-QD", "4.xml", entry(3, "1050", **bulk))
    place.engine.until_idle()
    assert uses(place)[-1] == ("2", "1000", "0", "1")
    assert state(place) == ("used-up", ["0", "0"])


def test_the_spreadsheet_of_another_issuing_system(place: Place) -> None:
    place.drop("LIC", "1.csv", (GOOD / "licence-csv.csv").read_bytes())
    assert place.engine.until_idle().problems == []
    rows = place.ledger.register_entries("licence")
    assert rows
    assert all(row.entry.state == "open" for row in rows)
    assert len([name for name in place.inbox("MOFCOM") if name.startswith("Licence_")]) == len(rows)
    place.drop("LIC", "2.csv", (GOOD / "licence-csv.csv").read_bytes() + b"\r\n")
    place.engine.until_idle()
    assert place.ledger.register_entries("licence") == rows


def test_a_licence_by_edifact_becomes_that_of_customs(place: Place) -> None:
    story, message = Story(place), (GOOD / "govcbr.edi").read_bytes()
    assert story.send("LIC", message, suffix="edi") == ["completed"], story.codes()
    [made] = story.got("CUS-QD", "<Licence>")
    plain = [
        etree.tostring(etree.fromstring(each), method="c14n2", strip_text=True)
        for each in (made.encode(), LICENCE)
    ]
    assert plain[0] == plain[1], "the same as the bureau's own XML"
    assert story.send("CUS-QD", entry(1, "12000")) == ["completed"], story.codes()
    assert uses(place) == [("1", "10000", "0", "1"), ("2", "2000", "3000", "1")]
    assert state(place) == ("open", ["0", "3000"])
    taken = message.replace(b"GOV0001", b"GOV0002").replace(b"QTY+1:5000", b"QTY+1:6000")
    assert story.send("LIC", taken, suffix="edi") == ["rejected"]
    assert story.codes() == ["R-STRUCT-03"]
    unlike = message.replace(b"GOV0001", b"GOV0003").replace(b"NAD+MS+100001", b"NAD+MS+LIC")
    assert story.send("LIC", unlike, suffix="edi") == ["rejected"]
    assert story.codes() == ["profile-type"]
    assert len(story.got("CUS-QD", "<Licence>")) == 1
    assert len(story.got("LIC", "UCM+1+GOVCBR:D:21B:UN+4")) == 1
    assert len(story.got("LIC", "APERAK:D", "the licence number is used")) == 1


def test_a_permit_is_drawn_by_several_declarations(place: Place) -> None:
    permit = LICENCE.replace(b"<LicKind>1<", b"<LicKind>325<").replace(b"2903710000", b"2102200000")
    place.drop(
        "LIC",
        "0.xml",
        permit.replace(b"100017", b"100019").replace(b"<ValidTo>20261231<", b"<ValidTo>20270106<"),
    )
    place.drop("LIC", "1.xml", permit)
    place.engine.until_idle()
    assert told(place) == ["R-LIC-04"]  # valid for more than 12 months
    declaration = (GOOD / "eentdeclio.xml").read_bytes().replace(b"<CiqIEFlag>E<", b"<CiqIEFlag>I<")
    limit = (
        "<ITF_DCL_IO_DECL_GOODS_LIMIT><LicenceNo>26-AA-100017</LicenceNo><LicTypeCode>325</LicTypeCode>"
        "<LicWrtofDetailNo>2</LicWrtofDetailNo><LicWrtofQty>3000</LicWrtofQty></ITF_DCL_IO_DECL_GOODS_LIMIT></ITF_DCL_IO_DECL_GOODS>"
    )
    declaration = declaration.replace(b"</ITF_DCL_IO_DECL_GOODS>", limit.encode())
    declaration = declaration.replace(
        b"</ContCancelFlag>", f"</ContCancelFlag><ConsigneeCode>{FIRM}</ConsigneeCode>".encode()
    )
    for number in (1, 2):
        place.drop("ENT-A", f"{number}.xml", declaration.replace(b"6f0c1c52", b"%08d" % number))
    place.engine.until_idle()
    assert uses(place) == [("2", "3000", "2000", "1")]
    assert told(place) == ["R-LIC-02", "R-LIC-04"]


def test_the_firm_follows_its_application(place: Place) -> None:
    def status(number: str, state: int) -> bytes:
        data = STATUS.replace(b"<State>6<", b"<State>%d<" % state).replace(b"A2026000017", number.encode())
        return data.replace(b"<LicenceNo>26-AA-100017</LicenceNo>", b"")

    for step in (1, 2, 3, 4):
        place.drop("LIC", f"{step}.xml", status("A1", step))
    place.drop("LIC", "5.xml", status("A2", 1))
    place.engine.until_idle()
    assert len([name for name in place.inbox("AGENT") if name.startswith("LicenceStatus")]) == 5
    place.clock.forward(days=32)
    place.engine.until_idle()
    found = [place.ledger.register_entry("licence-application", key) for key in ("A1", "A2")]
    assert [each.state for each in found if each is not None] == ["revoked", "received"]
    assert [each.move for each in place.ledger.register_events("licence-application", "A2")] == [
        "status",
        "overdue",
    ]
    lapsed = [data for data in place.inbox("AGENT").values() if b"<State>7<" in data]
    assert len(lapsed) == 1
    assert b"<ApplyNo>A1</ApplyNo>" in lapsed[0]


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    root = tmp_path_factory.mktemp("deployment")
    prepare(root)
    loaded, faults = load_configuration(Tree.over_shipped(root))
    assert loaded is not None, faults
    return loaded


def test_of_two_entries_at_the_same_instant_one_wins(
    make_database: Callable[[], str], configuration: Configuration, tmp_path: Path
) -> None:
    """Each asks for more than half; two workers with a ledger of their own meet between reading and recording."""
    url = make_database()
    archive = Archive(tmp_path / "archive")

    def clock() -> datetime:
        return datetime(2026, 3, 14, 2, 0, tzinfo=UTC)

    def receive(ledger: Ledger, partner: str, name: str, content: bytes) -> None:
        sha256, size = archive.put(content)
        ledger.receive(partner, "folder", name, size, 1, sha256, configuration.digest)

    with Ledger.open(url, clock=clock) as ledger:
        receive(ledger, "LIC", "licence.xml", LICENCE)
        work(ledger, archive, configuration, [], registers=SealedView(ledger, b"key"))
        receive(ledger, "CUS-QD", "one.xml", entry(1, "9000"))
        receive(ledger, "CUS-TJ", "two.xml", _tianjin(entry(2, "9000")))
        first, second = ledger.pending_work()
    both = threading.Barrier(2)
    problems: list[str] = []

    def run(partner: str) -> None:
        with Ledger.open(url, clock=clock) as own:
            met = _Meeting(SealedView(own, b"key"), both)
            mine = _OnlyOf(own, partner)
            work(mine, archive, configuration, problems, registers=met)  # type: ignore[arg-type]

    workers = [threading.Thread(target=run, args=(item.partner,)) for item in (first, second)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert problems == []
    with Ledger.open(url, clock=clock) as ledger:
        states = sorted(row["state"] for row in ledger.ls("message") if row["type"] == "DecMessage")
        assert states == ["in_work", "rejected"]
        found = ledger.register_entry("licence", "26-AA-100017")
        assert found is not None
        assert found.uses == 1
        assert sum(found.used(line.key) for line in found.lines) == 9000
        assert ledger.books().balanced


def _tianjin(data: bytes) -> bytes:
    data = data.replace(b"<CustomMaster>4218<", b"<CustomMaster>0202<")
    return data.replace(b"<EntryId>4218", b"<EntryId>0202")


class _OnlyOf:
    """A ledger that a worker sees its own partner's work of."""

    def __init__(self, ledger: Ledger, partner: str) -> None:
        self._ledger = ledger
        self._partner = partner

    def pending_work(self, limit: int, partner: str | None = None) -> list[WorkItem]:
        assert partner is None
        return self._ledger.pending_work(limit, partner=self._partner)

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger, name)


class _Meeting:
    """Registers whose reader waits, the first time it has seen the licence, for the other one to have seen it too."""

    def __init__(self, view: SealedView, both: threading.Barrier) -> None:
        self._view = view
        self._both = both
        self._met = False

    def register_entry(self, register: str, key: str) -> object:
        found = self._view.register_entry(register, key)
        if register == "licence" and found is not None and not self._met:
            self._met = True
            self._both.wait(60)
        return found

    def __getattr__(self, name: str) -> object:
        return getattr(self._view, name)


def test_licences_of_every_kind_are_drawn(place: Place) -> None:
    kinds = ("2", "3", "4", "5", "7", "G", "O", "t")
    for number, kind in enumerate(kinds):
        data = LICENCE.replace(b"100017", b"20000%d" % number).replace(
            b"<LicKind>1<", b"<LicKind>%s<" % kind.encode()
        )
        place.drop("LIC", f"licence-{number}.xml", data)
    place.engine.until_idle()
    for number, kind in enumerate(kinds):
        place.drop("CUS-QD", f"entry-{number}.xml", entry(20 + number, "100", f"26-AA-20000{number}", kind))
    assert place.engine.until_idle().problems == []
    left = [state(place, f"26-AA-20000{number}")[1][0] for number in range(len(kinds))]
    assert left == ["9900"] * len(kinds)
