"""How the branches went online, 2000 to 2005: the published figures laid down in a ledger, and found again.

Rows S2-45 and S2-47 to S2-53 of the table of systems (and S2-20 for the payments of Yantai). The firms are invented,
their numbers are those published; where only a share is published, the documents behind it are ours.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.ledger import Ledger
from edi_router.reports import Period
from edi_router.reports.share import share
from edi_router.tables import load_table
from tests.support.filling import ZONE, at, documents, record, volume
from tests.support.outcomes import Clock
from tests.support.story import Story
from tests.support.workspaces import Place

DECLARATION, CERTIFICATE, TRANSFER, CLEARANCE = "EEntDeclIo", "Certificate", "TransferOrder", "ClearanceForm"
PAYMENT, CONTAINER = "CiqFee", "ContainerResult"
FOUR = (DECLARATION, CERTIFICATE, TRANSFER, CLEARANCE)
OTHERS = (
    "Zibo", "Zaozhuang", "Weifang", "Tai'an", "Laiwu", "Dezhou", "Linyi", "Binzhou", "Heze", "Liaocheng", "Dongying",
    "Laizhou", "Rongcheng", "Lanshan",
)  # fmt: skip

CAME = (
    # day, branch, type, firms, documents, way, first firm
    ("2001-04-25", "Jining", DECLARATION, 10, 12, "pre-entry", 1),
    ("2001-09-03", "Jining", DECLARATION, 6, 9, "direct", 1),
    ("2001-09-04", "Jining", DECLARATION, 4, 4, "pre-entry", 7),
    ("2002-10-15", "Jining", CERTIFICATE, 160, 170, "direct", 1),
    ("2003-12-20", "Jining", DECLARATION, 120, 240, "direct", 1),
    ("2005-12-10", "Jining", DECLARATION, 151, 302, "direct", 1),
    ("2002-12-10", "Qingdao", DECLARATION, 540, 576, "direct", 1),
    ("2003-10-20", "Yantai", DECLARATION, 270, 1350, "direct", 1),
    ("2003-10-21", "Yantai", DECLARATION, 120, 600, "self-service", 271),
    ("2003-10-22", "Yantai", TRANSFER, 300, 1010, "direct", 1),
    ("2003-10-23", "Yantai", CLEARANCE, 200, 400, "direct", 1),
    ("2004-01-15", "Yantai", PAYMENT, 20, 20, "direct", 1),
    ("2005-06-15", "Yantai", PAYMENT, 351, 380, "direct", 1),
    ("2000-11-20", "Weihai", DECLARATION, 3, 3, "pre-entry", 1),
    ("2000-11-24", "Weihai", CERTIFICATE, 2, 2, "pre-entry", 1),
    ("2001-02-09", "Weihai", TRANSFER, 2, 2, "pre-entry", 1),
    ("2002-04-10", "Weihai", DECLARATION, 40, 60, "direct", 1),
    ("2002-12-11", "Weihai", DECLARATION, 150, 300, "direct", 1),
    ("2003-01-10", "Weihai", CLEARANCE, 50, 50, "direct", 1),
    ("2003-12-12", "Weihai", CERTIFICATE, 90, 120, "direct", 1),
    ("2005-12-12", "Weihai", CLEARANCE, 210, 420, "direct", 1),
    ("2001-02-15", "Rizhao", DECLARATION, 5, 5, "pre-entry", 1),
    ("2002-09-10", "Rizhao", DECLARATION, 100, 100, "direct", 1),
    ("2003-04-10", "Rizhao", CLEARANCE, 30, 30, "direct", 1),
    ("2003-12-10", "Rizhao", DECLARATION, 92, 200, "direct", 1),
    ("2005-08-10", "Rizhao", CONTAINER, 10, 40, "direct", 1),
    ("2002-12-05", "Longkou", DECLARATION, 32, 72, "direct", 1),
    ("2002-12-06", "Longkou", DECLARATION, 8, 18, "self-service", 33),
    ("2004-06-10", "Longkou", DECLARATION, 68, 194, "direct", 1),
    ("2004-06-11", "Longkou", CLEARANCE, 60, 90, "direct", 1),
    ("2001-02-26", "Jinan", DECLARATION, 1, 1, "pre-entry", 1),
    ("2003-11-10", "Jinan", DECLARATION, 203, 405, "direct", 1),
    ("2003-11-11", "Jinan", DECLARATION, 20, 45, "pre-entry", 204),
    ("2003-11-12", "Jinan", CERTIFICATE, 105, 196, "direct", 1),
    ("2005-11-10", "Jinan", DECLARATION, 230, 460, "direct", 1),
    *(("2000-06-15", other, type, 2, 2, "pre-entry", 1) for other in OTHERS for type in FOUR[:3]),
    *(("2002-08-15", other, DECLARATION, 3, 4, "self-service", 1) for other in OTHERS),
    *(("2003-08-15", other, type, 3, 3, "direct", 1) for other in OTHERS for type in (DECLARATION, TRANSFER, CLEARANCE)),
    *(("2005-08-15", other, CONTAINER, 1, 2, "direct", 1) for other in OTHERS),
)  # fmt: skip
STATED = (
    # branch, month, kind, documents in all, firms in all
    ("Qingdao", "2002-12", "declaration", 600, 560),
    ("Jining", "2003-12", "declaration", 240, 120), ("Jining", "2005-12", "declaration", 302, 151),
    ("Yantai", "2003-10", "transfer", 1010, 300), ("Yantai", "2003-10", "clearance", 400, 200),
    ("Yantai", "2005-06", "payment", 400, 390),
    ("Weihai", "2002-12", "declaration", 300, 150), ("Weihai", "2003-12", "certificate", 120, 90),
    ("Weihai", "2005-12", "clearance", 420, 210),
    ("Rizhao", "2003-12", "declaration", 200, 92),
    ("Longkou", "2002-12", "declaration", 100, 45), ("Longkou", "2004-06", "declaration", 200, 70),
    ("Longkou", "2004-06", "clearance", 90, 60),
    ("Jinan", "2003-11", "declaration", 500, 240), ("Jinan", "2003-11", "certificate", 200, 107),
    ("Jinan", "2005-11", "declaration", 460, 230),
)  # fmt: skip
BRANCHES_2005 = ("Jining", "Yantai", "Weihai", "Rizhao", "Longkou", "Jinan", *OTHERS)
"""At the end of 2005 all had 100 % of four kinds."""

Shares = dict[tuple[str, str, str, str], dict[str, object]]


@cache
def kinds() -> dict[str, str]:
    table, _ = load_table(Tree.over_shipped(), "document-kind")
    assert table is not None
    return {row.columns["code"]: row.columns["value"] for row in table.rows}


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    path = tmp_path_factory.mktemp("rollout") / "ledger.db"
    shutil.copy(sqlite_template, path)
    clock = Clock()
    with Ledger.open(f"sqlite:///{path}", clock=clock) as ledger:
        for day, facts in groupby(sorted(CAME), key=lambda fact: fact[0]):
            clock.now = at(day)
            record(ledger, "HUB", [each for _, *what in facts for each in documents(*what)])
        clock.now = at("2005-12-20")
        others = [  # those that are not above
            (branch, type) for branch in BRANCHES_2005 for type in FOUR
            if (branch, type) not in (("Jining", DECLARATION), ("Weihai", CLEARANCE))
        ]  # fmt: skip
        record(
            ledger,
            "HUB",
            [each for branch, type in others for each in documents(branch, type, 2, 3, "direct")],
        )
        record(ledger, "HUB", [
            *(volume(*what, office=f"37{number:04d}") for number, what in enumerate(STATED)),
            *(volume(branch, "2005-12", kinds()[type], 3, 2, f"38{number:04d}")
              for number, (branch, type) in enumerate(others)),
        ])  # fmt: skip
        clock.now = at("2006-01-02")
        yield ledger


@pytest.fixture(scope="module")
def shares(filled: Ledger) -> Shares:
    """The report of all six years, month by month."""
    table = share(filled, Period(date(2000, 1, 1), date(2005, 12, 31), ZONE), kinds()).tables[0]
    return {
        (str(r["bureau"]), str(r["period"]), str(r["document"]), str(r["way"])): dict(r)
        for r in table.dicts()
    }


@pytest.mark.parametrize(
    ("row", "branch", "month", "kind", "firms", "online"),
    [
        ("S2-48", "Jining", "2001-04", "declaration", 10, None),
        ("S2-48", "Jining", "2002-10", "certificate", 160, None),
        ("S2-48", "Jining", "2005-12", "declaration", 151, "100.0"),
        ("S2-45", "Qingdao", "2002-12", "declaration", 540, "96.0"),
        ("S2-47", "Yantai", "2003-10", "declaration", 390, None),
        ("S2-47", "Yantai", "2003-10", "transfer", 300, "100.0"),
        ("S2-47", "Yantai", "2003-10", "clearance", 200, "100.0"),
        ("S2-20", "Yantai", "2005-06", "payment", 351, "95.0"),
        ("S2-49", "Weihai", "2002-12", "declaration", 150, "100.0"),
        ("S2-49", "Weihai", "2003-12", "certificate", 90, "100.0"),
        ("S2-49", "Weihai", "2005-12", "clearance", 210, "100.0"),
        ("S2-50", "Rizhao", "2002-09", "declaration", 100, None),
        ("S2-50", "Rizhao", "2003-12", "declaration", 92, "100.0"),
        ("S2-51", "Longkou", "2002-12", "declaration", 40, "90.0"),
        ("S2-51", "Longkou", "2004-06", "declaration", 68, "97.0"),
        ("S2-51", "Longkou", "2004-06", "clearance", 60, "100.0"),
        ("S2-52", "Jinan", "2003-11", "declaration", 223, "90.0"),
        ("S2-52", "Jinan", "2003-11", "certificate", 105, "98.0"),
        ("S2-52", "Jinan", "2005-11", "declaration", 230, "100.0"),
    ],
)
def test_the_published_figures_are_found_again(
    shares: Shares, row: str, branch: str, month: str, kind: str, firms: int, online: str | None
) -> None:
    found = shares[branch, month, kind, "*"]
    assert (found["firms"], found["online_share"]) == (firms, None if online is None else Decimal(online))


def test_how_they_came(shares: Shares) -> None:
    def ways(branch: str, month: str) -> dict[str, object]:
        return {
            way: row["firms"] for (bureau, span, kind, way), row in shares.items()
            if (bureau, span, kind) == (branch, month, "declaration") and way != "*"
        }  # fmt: skip

    assert ways("Jining", "2001-09") == {"direct": 6, "pre-entry": 4}  # quasi and direct told apart
    assert ways("Jining", "2003-12") == {"direct": 120}  # all direct at the end of 2003
    assert ways("Yantai", "2003-10") == {"direct": 270, "self-service": 120}
    assert ways("Weihai", "2000-11") == {"pre-entry": 3}
    assert ways("Weihai", "2002-04") == {"direct": 40}
    assert ways("Longkou", "2002-12") == {"direct": 32, "self-service": 8}
    assert ways("Jinan", "2005-11") == {"direct": 230}
    direct = shares["Jinan", "2003-11", "declaration", "direct"]["documents"]
    assert direct == 405
    assert Decimal(405) / shares["Jinan", "2003-11", "declaration", "*"]["documents"] == Decimal("0.9")  # type: ignore[operator]
    yantai = shares["Yantai", "2003-10", "declaration", "*"]
    assert yantai["documents"] >= 5 * yantai["firms"]  # type: ignore[operator]
    assert shares["Yantai", "2003-10", "transfer", "*"]["documents"] == 1010
    assert shares["Yantai", "2005-06", "payment", "*"]["firm_share"] == Decimal("90.0")


def test_when_they_began(shares: Shares) -> None:
    first: dict[tuple[str, str], str] = {}
    for bureau, month, kind, way in sorted(shares, key=lambda key: key[1]):
        if way == "*":
            first.setdefault((bureau, kind), month)
    assert first["Jining", "declaration"] == "2001-04"
    assert [first["Weihai", kind] for kind in ("declaration", "certificate", "transfer", "clearance")] == [
        "2000-11", "2000-11", "2001-02", "2003-01"
    ]  # fmt: skip
    assert (first["Rizhao", "declaration"], first["Rizhao", "clearance"], first["Rizhao", "container"]) == (
        "2001-02", "2003-04", "2005-08"
    )  # fmt: skip
    assert (first["Jinan", "declaration"], first["Yantai", "payment"]) == ("2001-02", "2004-01")
    for other in OTHERS:
        began = [
            first[other, kind]
            for kind in ("declaration", "certificate", "transfer", "clearance", "container")
        ]
        assert began == ["2000-06", "2000-06", "2000-06", "2003-08", "2005-08"]
        assert (other, "2002-08", "declaration", "self-service") in shares
    assert len(OTHERS) == 14


def test_a_single_day(filled: Ledger) -> None:
    day = Period(date(2001, 4, 25), date(2001, 4, 25), ZONE)
    found = share(filled, day, kinds(), "Jining").table("share").dicts()
    assert {row["firms"] for row in found} == {10}
    weihai = [Period(date(2000, 11, n), date(2000, 11, n), ZONE) for n in (20, 24)]
    assert [
        {row["document"] for row in share(filled, each, kinds(), "Weihai").table("share").dicts()} - {"*"}
        for each in weihai
    ] == [{"declaration"}, {"certificate"}]


def test_at_the_end_of_2005_all_branches_had_all_of_four_kinds(shares: Shares) -> None:
    for branch in BRANCHES_2005:
        for kind in ("declaration", "certificate", "transfer", "clearance"):
            assert shares[branch, "2005-12", kind, "*"]["online_share"] == Decimal("100.0"), (branch, kind)
        assert shares[branch, "2005-12", "*", "*"]["online_share"] == Decimal("100.0"), branch


def test_a_bureau_states_its_volumes_and_corrects_them(place: Place) -> None:
    story = Story(place)
    good = (shipped_directory() / "samples" / "good" / "volume.csv").read_bytes()
    assert story.send("CIQ-JNG", good, suffix="csv") == ["completed"]
    assert story.state("volume", "370800/2026-02/declaration") == "stated"
    head, first, _ = good.decode().splitlines()
    wrong = {
        "370800,2026-02,declaration": "370200,2026-02,declaration",  # another bureau's
        "2026-02": "2026-03",  # not over yet
        "declaration": "declarations",
        "1240,151": "150,151",
    }
    bad = "\r\n".join([head, *(first.replace(old, new) for old, new in wrong.items())])
    story.send("CIQ-JNG", bad.encode(), suffix="csv")
    became = [str(row["state"]) for row in place.ledger.ls("message", type="volume")]
    assert sorted(became) == ["completed"] * 2 + ["rejected"] * 4
    codes = [each["fault"].values["code"] for row in place.ledger.ls("message", type="volume")
             for each in place.ledger.show(row["id"])["faults"]]  # fmt: skip
    assert sorted(codes) == ["R-PRIV-01", "R-SLA-02.firms", "R-SLA-02.kind", "R-SLA-02.month"]
    story.send("CIQ-JNG", "\r\n".join([head, first.replace("1240", "1300")]).encode(), suffix="csv")
    february = share(place.ledger, Period.month("2026-02", ZONE), kinds(), "CIQ-JNG").table("share")
    totals = {row["document"]: (row["total_firms"], row["total_documents"]) for row in february.dicts()}
    assert totals == {"declaration": (151, 1300), "certificate": (96, 310), "*": (None, 1610)}
