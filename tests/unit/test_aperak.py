"""APERAK out: what CONTRL has no code for, clean by its directory, in the partner's language, once."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydifact.segmentcollection import Interchange as Independent

import edi_router
from edi_router.faults import CATALOGUE, Blocks, Fault, Severity
from edi_router.formats.edifact import Segment, read, write_interchange
from edi_router.partners.replies import Replies
from edi_router.pipeline.aperak import CODES, OTHER, aperaks, application_code
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Decision, FileOutcome, MessageOutcome
from tests.support import replies as support
from tests.support.replies import SAMPLES, changed, processed
from tests.unit.test_pipeline import MET, View

GOOD = (SAMPLES / "day" / "ENT-A" / "0800-cusdec.edi").read_bytes()
THREE = (SAMPLES / "day" / "ENT-A" / "0815-cusdec-three.edi").read_bytes()
UNKNOWN = THREE.replace(b"LOC+35+CN'", b"LOC+35+QQ'", 2)
"""Two of its three messages name a country that the recipient's table has not."""
AT = datetime(2026, 3, 14, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return support.shipped()


def asked(
    configuration: Configuration, when: str = "rejected", language: str = "en", **values: object
) -> Configuration:
    replies = Replies.model_validate({"language": language})
    return changed(configuration, "ENT-A", aperak=when, replies=replies, **values)


def answers(outcome: FileOutcome) -> dict[str, bytes]:
    """The sealed EDIFACT answers by the type of their message, all of them clean by their directory."""
    made = {}
    for interchange in outcome.interchanges:
        for output in interchange.acknowledgements:
            if output.unsealed is not None:
                made[output.name.partition("_")[0]] = output.unsealed.seal(7)
    return made


def segments(data: bytes) -> list[list[Segment]]:
    """The segments of each message; nothing may be wrong with them."""
    assert [fault.code for fault in edi_router.check(data)] == []
    [interchange] = read(data)
    return [message.segments for message in interchange.messages()]


def test_two_of_three(shipped: Configuration) -> None:
    made = answers(processed(asked(shipped), "ENT-A", "in", UNKNOWN))
    assert b"UCM" not in made["CONTRL"]  # their syntax is right
    assert b"+7'" in made["CONTRL"]
    first, second = segments(made["APERAK"])
    assert [each.text for each in first] == [
        "UNH+1+APERAK:D:96B:UN",
        f"BGM++{'f' * 24}-1-1+27",
        "DTM+137:20260314100000:204",
        "RFF+ACW:YC20260314000018",
        "ERC+T01::ZZZ",
        'FTX+AAO+++The recipient knows no code "QQ" on 2026-03-14.+EN',
        "RFF+ZZZ:LOC 3225:6",
        "FTX+AAI+++Choose a code of the list.+EN",
        "UNT+9+1",
    ]
    assert second[3].text == "RFF+ACW:YC20260314000019"


def test_an_independent_reader(shipped: Configuration) -> None:
    data = answers(processed(asked(shipped, language="zh"), "ENT-A", "in", UNKNOWN))["APERAK"]
    assert data.startswith(b"UNB+UNOY:3+EDIROUTER:ZZ+ENTA:ZZ+")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        messages = list(Independent.from_str(data.decode("utf-8")).get_messages())
    assert [message.type for message in messages] == ["APERAK", "APERAK"]
    texts = [segment.elements for segment in messages[0].segments if segment.tag == "FTX"]
    assert texts[0][3] == '接收方的代码表中没有 2026-03-14 有效的代码 "QQ"。'
    assert texts[0][4] == "ZH"


def test_english_stays_within_the_characters_of_the_partner(shipped: Configuration) -> None:
    data = answers(processed(asked(shipped), "ENT-A", "in", UNKNOWN.replace(b"UNOC:3", b"UNOB:3")))
    assert set(data) == {"CONTRL", "APERAK"}
    assert all(each.startswith(b"UNB+UNOB:3") for each in data.values()), data
    fault = Fault("target-required", values={"target": "x", "path": "BGM/C106/d1004"})
    told = one(asked(shipped), "96B", [fault])
    assert told[5].get(4) == '"Document/message number" is missing, and the recipient needs it.'


def test_syntax_is_told_by_contrl_alone(shipped: Configuration) -> None:
    bad = THREE.replace(b"BGM+830+", b"BGX+830+", 1)
    made = answers(processed(asked(shipped), "ENT-A", "in", bad))
    assert set(made) == {"CONTRL"}
    assert b"UCM+1" in made["CONTRL"]


@pytest.mark.parametrize(
    ("when", "codes"), [("none", []), ("rejected", ["27", "27"]), ("always", ["27", "27", "29"])]
)
def test_when(shipped: Configuration, when: str, codes: list[str]) -> None:
    made = answers(processed(asked(shipped, when), "ENT-A", "in", UNKNOWN))
    told = segments(made["APERAK"]) if "APERAK" in made else []
    assert [message[1].get(3) for message in told] == codes
    if when == "none":
        assert made["CONTRL"].count(b"UCM+") == 2  # then CONTRL is all there is


def test_without_contrl(shipped: Configuration) -> None:
    assert set(answers(processed(asked(shipped, contrl="none"), "ENT-A", "in", UNKNOWN))) == {"APERAK"}


def test_a_repeat_is_answered_again_but_not_accepted_again(shipped: Configuration) -> None:
    made = answers(processed(asked(shipped, "always"), "ENT-A", "in", UNKNOWN, View(MET)))
    assert [message[1].get(3) for message in segments(made["APERAK"])] == ["27", "27"]
    assert set(answers(processed(asked(shipped, "always"), "ENT-A", "in", GOOD, View(MET)))) == {"CONTRL"}


def test_what_is_held_is_not_answered(shipped: Configuration) -> None:
    orders = (SAMPLES / "day" / "ENT-A" / "0920-orders.edi").read_bytes()
    assert set(answers(processed(asked(shipped, "always"), "ENT-A", "in", orders))) == {"CONTRL"}


def test_the_clerk_refuses(shipped: Configuration) -> None:
    orders = (SAMPLES / "day" / "ENT-A" / "0920-orders.edi").read_bytes()
    [message] = processed(shipped, "ENT-A", "in", orders).interchanges[0].messages
    outcome = processed(
        asked(shipped), "ENT-A", "in", orders, only=frozenset({message.id}), refused="sent in error"
    )
    [told] = segments(answers(outcome)["APERAK"])
    assert [each.text for each in told[4:6]] == [
        "ERC+C01::ZZZ",
        "FTX+AAO+++Refused by a clerk?: sent in error+EN",
    ]


def message(data: bytes) -> tuple[list[object], MessageOutcome]:
    [interchange] = read(data)
    [found] = interchange.messages()
    outcome = MessageOutcome(
        "m" * 40, 1, found.offset, found.length, found.type, found.directory, found.reference,
        Decision.REJECTED, "",
    )  # fmt: skip
    return [found], outcome


def cusres(release: str) -> bytes:
    body = [Segment.make("UNH", "1", ("CUSRES", "D", release, "UN")), Segment.make("BGM", "962", "X1", "9")]
    return write_interchange(
        [body], sender="ENTA", recipient="US", control_reference="1", date="260314", time="1000"
    )


def one(configuration: Configuration, release: str, faults: Sequence[Fault]) -> list[Segment]:
    messages, outcome = message(cusres(release))
    sender = configuration.directory.partners["ENT-A"]
    outcome = replace(outcome, faults=tuple(faults))
    [made] = aperaks(messages, [outcome], sender, configuration, AT)  # type: ignore[arg-type]
    written = write_interchange(
        [made],
        syntax="UNOY",
        sender="US",
        recipient="ENTA",
        control_reference="1",
        date="260314",
        time="1000",
    )
    [told] = segments(written)
    return told


@pytest.mark.parametrize(
    ("release", "directory", "code", "room"),
    [("96B", "96B", "", 70), ("01B", "01B", "313", 512), ("21B", "21B", "313", 512), ("95B", "96B", "", 70)],
)
def test_the_directory_of_what_is_answered(
    shipped: Configuration, release: str, directory: str, code: str, room: int
) -> None:
    words = "wrong " * 200
    told = one(asked(shipped), release, [Fault("message-refused", values={"words": words})])
    assert told[0].text == f"UNH+1+APERAK:D:{directory}:UN"
    assert told[1].get(1) == code
    assert told[1].get(2) == "m" * 35
    [text] = [each for each in told if each.tag == "FTX"]  # it has no place
    parts = [part for part in text.elements()[3][0] if part]
    assert max(map(len, parts)) <= room
    whole = " ".join(parts)
    assert whole.startswith("Refused by a clerk: wrong wrong")
    assert whole.endswith("...") is (directory == "96B")


def test_bytes_and_the_partners_encoding(shipped: Configuration) -> None:
    """C108 is cut by bytes where that is agreed, and has only what the encoding has."""
    fault = Fault("message-refused", values={"words": "货" * 60 + "\x07😀"})
    told = one(asked(shipped, language="zh", lengths="bytes", encoding="gb2312"), "96B", [fault])
    [text] = [each for each in told if each.tag == "FTX"]
    parts = [part for part in text.elements()[3][0] if part]
    assert all(len(part.encode("gb2312")) <= 70 for part in parts)
    assert "".join(parts).endswith("货 ?")


def test_every_error_has_a_code_of_its_own() -> None:
    areas = (
        "xsd-",
        "xml-",
        "record-",
        "field-",
        "column-",
        "character-split",
        "fragment-",
        "mapping-other-document",
    )
    ours = ("route-", "destination-", "test-to-live", "interchange-under-way")
    functional = {
        code
        for code, entry in CATALOGUE.items()
        if entry.severity is Severity.ERROR and entry.blocks is Blocks.MESSAGE and not entry.contrl
        if not code.startswith((*areas, *ours))
    }
    assert functional == set(CODES)
    assert len(set(CODES.values())) == len(CODES)
    assert all(len(code) <= 8 for code in CODES.values())
    assert application_code(Fault("rule-violated", values={"code": "R-HS-01"})) == "R-HS-01"
    assert application_code(Fault("rule-violated", values={"code": "R-TRN-MATCH.password"})) == "R01"
    assert application_code(Fault("xsd-invalid")) == OTHER
