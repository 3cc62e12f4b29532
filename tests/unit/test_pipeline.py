"""`process` is a pure function: bytes, configuration and a view of the ledger in, decisions out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.config import Tree, shipped_directory
from edi_router.formats.edifact import read
from edi_router.partners import Directory, Status
from edi_router.partners.model import Duplicates
from edi_router.pipeline.configuration import Configuration, load_configuration
from edi_router.pipeline.model import Decision, FileOutcome, Incoming, InterchangeOutcome, Prior, Sent
from edi_router.pipeline.process import process
from tests.support.effort import examples

DAY = shipped_directory() / "samples" / "day"
NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
CUSDEC = (DAY / "ENT-A" / "0800-cusdec.edi").read_bytes()
THREE = (DAY / "ENT-A" / "0815-cusdec-three.edi").read_bytes()
TRANSFER = (DAY / "CIQ-YC" / "0935-transfer.xml").read_bytes()


@dataclass
class View:
    """A ledger that has, or has not, met an interchange before."""

    prior: Prior | None = None
    sent: dict[tuple[str, str, str, str], Sent] = field(default_factory=dict)

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        return self.prior

    def sent_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str
    ) -> Sent | None:
        return self.sent.get((partner, sender, recipient, control_reference))

    def sent_document(self, partner: str, numbers: object) -> Sent | None:
        return None


MET = Prior("earlier-1", "earlier", datetime(2026, 3, 13, tzinfo=UTC), True)
USED = replace(MET, same_content=False)


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    tree = Tree.over_shipped()
    configuration, faults = load_configuration(tree, tree)
    assert configuration is not None, faults
    return configuration


def changed(configuration: Configuration, partner: str, **values: object) -> Configuration:
    """The configuration with some values of a partner changed."""
    partners = dict(configuration.directory.partners)
    partners[partner] = partners[partner].model_copy(update=values)
    return replace(configuration, directory=Directory(partners.values()))


def run(
    content: bytes,
    configuration: Configuration,
    partner: str = "ENT-A",
    prior: Prior | None = None,
    view: View | None = None,
) -> FileOutcome:
    incoming = Incoming(
        id="f" * 24,
        partner=partner,
        name="in",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        received=NOW,
        business_date="2026-03-14",
    )
    return process(incoming, configuration, view or View(prior))


def one(outcome: FileOutcome) -> InterchangeOutcome:
    [interchange] = outcome.interchanges
    return interchange


def answer(interchange: InterchangeOutcome, number: int = 7) -> dict[str, list[tuple[str, ...]]]:
    """The segments of the CONTRL by tag, each as its first elements."""
    [output] = interchange.acknowledgements
    assert output.unsealed is not None
    [sealed] = list(read(output.unsealed.seal(number)))
    [message] = list(sealed.messages())
    assert not sealed.faults
    found: dict[str, list[tuple[str, ...]]] = {
        "UNB": [(sealed.sender, sealed.recipient, sealed.control_reference)]
    }
    for segment in message.segments:
        found.setdefault(segment.tag, []).append(tuple(segment.get(n) for n in range(1, 7)))
    return found


def test_the_same_input_comes_to_the_same_outcome(shipped: Configuration) -> None:
    first, second = (one(run(THREE, shipped)) for _ in range(2))
    assert [message.outputs for message in first.messages] == [message.outputs for message in second.messages]
    assert replace(first, acknowledgements=()) == replace(second, acknowledgements=())


def test_ids_are_derived_from_file_and_position(shipped: Configuration) -> None:
    file = "f" * 24
    assert [message.id for message in one(run(THREE, shipped)).messages] == [
        f"{file}-1-{n}" for n in (1, 2, 3)
    ]


def test_an_accepted_interchange_is_acknowledged_from_us_to_its_sender(shipped: Configuration) -> None:
    interchange = one(run(CUSDEC, shipped))
    assert interchange.decision is Decision.ACCEPTED
    told = answer(interchange)
    assert told["UNB"] == [("EDIROUTER", "ENTA", "7")]
    assert told["UCI"][0][0] == "ENTA00000001"
    assert told["UCI"][0][3] == "7"
    assert "UCM" not in told


def test_one_bad_message_of_three_is_rejected_alone(shipped: Configuration) -> None:
    interchange = one(run(THREE.replace(b"BGM+830+", b"BGX+830+", 1), shipped))
    assert [message.decision for message in interchange.messages] == [
        Decision.REJECTED,
        Decision.ACCEPTED,
        Decision.ACCEPTED,
    ]
    told = answer(interchange)
    assert told["UCI"][0][3] == "7"
    assert [(ucm[0], ucm[2]) for ucm in told["UCM"]] == [("1", "4")]


def test_one_bad_message_takes_the_others_down_when_the_partner_says_so(shipped: Configuration) -> None:
    strict = changed(shipped, "ENT-A", on_bad_message="reject_interchange")
    interchange = one(run(THREE.replace(b"BGM+830+", b"BGX+830+", 1), strict))
    assert {message.decision for message in interchange.messages} == {Decision.REJECTED}
    assert not any(message.outputs for message in interchange.messages)
    assert answer(interchange)["UCI"][0][3] == "4"


@pytest.mark.parametrize(
    ("old", "new", "code", "wire"),
    [
        (b"+ENTA:ZZ+", b"+SOMEBODY:ZZ+", "sender-not-partner", "23"),
        (b"+EDIROUTER:ZZ+", b"+SOMEBODY:ZZ+", "recipient-unknown", "7"),
    ],
)
def test_wrong_parties_reject_the_interchange(
    shipped: Configuration, old: bytes, new: bytes, code: str, wire: str
) -> None:
    interchange = one(run(CUSDEC.replace(old, new), shipped))
    assert interchange.decision is Decision.REJECTED
    assert [fault.code for fault in interchange.faults] == [code]
    assert {message.decision for message in interchange.messages} == {Decision.REJECTED}
    uci = answer(interchange)["UCI"][0]
    assert (uci[3], uci[4]) == ("4", wire)


def test_a_test_message_never_reaches_a_live_partner(shipped: Configuration) -> None:
    flagged = CUSDEC.replace(b"+ENTA00000001++++1'", b"+ENTA00000001++++1++1'", 1)
    for content, configuration in (
        (flagged, shipped),
        (CUSDEC, changed(shipped, "ENT-A", status=Status.TEST)),
    ):
        [message] = one(run(content, configuration)).messages
        assert (message.decision, message.outputs) == (Decision.HELD, ())
        assert [fault.code for fault in message.faults] == ["test-to-live"]
    both = changed(changed(shipped, "ENT-A", status=Status.TEST), "CIQ-QD", status=Status.TEST)
    [message] = one(run(CUSDEC, both)).messages
    assert message.decision is Decision.ACCEPTED


def test_a_message_without_an_agreement_is_held_and_acknowledged(shipped: Configuration) -> None:
    interchange = one(run((DAY / "ENT-A" / "0920-orders.edi").read_bytes(), shipped))
    assert [message.decision for message in interchange.messages] == [Decision.HELD]
    assert answer(interchange)["UCI"][0][3] == "7"


@pytest.mark.parametrize(
    ("policy", "decision", "action"),
    [
        ("answer-again", Decision.DUPLICATE, "7"),
        ("reject", Decision.DUPLICATE, "4"),
        ("hold", Decision.HELD, None),
    ],
)
def test_duplicates_are_treated_as_agreed(
    shipped: Configuration, policy: str, decision: Decision, action: str | None
) -> None:
    agreed = changed(shipped, "ENT-A", duplicates=Duplicates.model_validate({"policy": policy}))
    interchange = one(run(CUSDEC, agreed, prior=MET))
    assert {message.decision for message in interchange.messages} == {decision}
    assert not any(message.outputs for message in interchange.messages)
    assert interchange.duplicate_of == "earlier-1"
    if action is None:
        assert interchange.acknowledgements == ()
    else:
        assert answer(interchange)["UCI"][0][3] == action


def test_a_repeated_transfer_is_answered_with_the_same_receipt(shipped: Configuration) -> None:
    first, again = one(run(TRANSFER, shipped, "CIQ-YC")), one(run(TRANSFER, shipped, "CIQ-YC", MET))
    assert [message.decision for message in again.messages] == [Decision.DUPLICATE]
    assert [each.content for each in again.acknowledgements] == [
        each.content for each in first.acknowledgements
    ]


def test_a_faulty_transfer_is_refused_with_its_faults_in_words(shipped: Configuration) -> None:
    broken = TRANSFER.replace(b"<DestCountry>344</DestCountry>", b"<DestCountry>Hong Kong</DestCountry>")
    interchange = one(run(broken, shipped, "CIQ-YC"))
    assert [message.decision for message in interchange.messages] == [Decision.REJECTED]
    [receipt] = interchange.acknowledgements
    assert receipt.content is not None
    text = receipt.content.decode()
    assert "<State>51</State>" in text
    assert "Hong Kong" in text


def test_the_route_and_its_reason_are_recorded(shipped: Configuration) -> None:
    [message] = one(run(TRANSFER, shipped, "CIQ-YC")).messages
    assert message.agreement == "transfer-from-yc"
    assert message.reason == (
        "agreement transfer-from-yc: sender CIQ-YC, document xml {}TransferOrder, to CIQ-QD by code at PortOrg"
    ).replace("xml {}", "xml ")
    assert ("port", "CIQ-QD") in {(seen.role, seen.partner) for seen in message.visible_to}


def test_the_syntax_version_of_contrl_follows_the_partner(shipped: Configuration) -> None:
    chinese = (DAY / "ENT-A" / "0830-cusdec-chinese.edi").read_bytes()
    for wanted, expected in (("as-received", b"UNOY:4"), ("3", b":3+"), ("4", b":4+")):
        [output] = one(run(chinese, changed(shipped, "ENT-A", contrl=wanted))).acknowledgements
        assert output.unsealed is not None
        assert expected in output.unsealed.seal(1)[:40]
    assert one(run(chinese, changed(shipped, "ENT-A", contrl="none"))).acknowledgements == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "file-empty"), (b" \r\n", "file-empty"), (b"Dear colleague", "format-unknown")],
)
def test_what_is_no_document_is_held(shipped: Configuration, content: bytes, code: str) -> None:
    outcome = run(content, shipped, partner="MSA")  # one that sends no flat files
    assert outcome.decision is Decision.HELD
    assert [fault.code for fault in outcome.faults] == [code]


def test_what_a_person_refuses_is_told_in_his_words(shipped: Configuration) -> None:
    content = (DAY / "ENT-A" / "0920-orders.edi").read_bytes()
    file = "f" * 24
    incoming = Incoming(
        id=file, partner="ENT-A", name="in", content=content, sha256=hashlib.sha256(content).hexdigest(),
        received=NOW, business_date="2026-03-14", only=frozenset({f"{file}-1-1"}), refused="not ours",
    )  # fmt: skip
    [message] = process(incoming, shipped, View()).interchanges[0].messages
    assert (message.decision, message.reason) == (Decision.REJECTED, "not ours")
    assert [fault.code for fault in message.faults] == ["message-refused"]


@settings(max_examples=examples(200), deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"UNB+UNOA:3+ENTA:ZZ+EDIROUTER:ZZ+260314:0800+1'", b"<?xml "]),
)
def test_no_bytes_raise(content: bytes, start: bytes) -> None:
    tree = Tree.over_shipped()
    configuration = _cached(tree)
    outcome = run(start + content, configuration)
    assert outcome.file == "f" * 24


_configurations: list[Configuration] = []


def _cached(tree: Tree) -> Configuration:
    if not _configurations:
        configuration, _ = load_configuration(tree, tree)
        assert configuration is not None
        _configurations.append(configuration)
    return _configurations[0]


def test_a_message_of_an_unknown_directory_is_held_until_it_is_imported(shipped: Configuration) -> None:
    partner = shipped.directory.partners["ENT-A"]
    agreements = tuple(
        each.model_copy(update={"receives": "CUSDEC"}) if each.id == "ent-a-cusdec" else each
        for each in partner.agreements
    )
    [message] = one(
        run(CUSDEC.replace(b":D:96B:", b":D:98A:"), changed(shipped, "ENT-A", agreements=agreements))
    ).messages
    assert message.decision is Decision.HELD
    assert [fault.code for fault in message.faults] == ["definition-missing"]
    assert "d98a.zip" in str(message.faults[0].values)


@pytest.mark.parametrize(
    "content",
    [
        CUSDEC[CUSDEC.index(b"UNH") : CUSDEC.index(b"UNZ")],
        CUSDEC.replace(b"+ENTA00000001++++1'", b"'", 1),
        CUSDEC.replace(b"+ENTA:ZZ+", b"++", 1),
    ],
)
def test_what_cannot_be_answered_is_held_for_a_person(shipped: Configuration, content: bytes) -> None:
    interchange = one(run(content, shipped))
    assert interchange.acknowledgements == ()
    assert interchange.decision is Decision.HELD
    assert {message.decision for message in interchange.messages} == {Decision.HELD}
    assert not any(message.outputs for message in interchange.messages)


def test_other_content_under_a_used_reference_is_never_answered_as_accepted(shipped: Configuration) -> None:
    interchange = one(run(CUSDEC.replace(b"YC20260314000017", b"YC20260314000DIFF"), shipped, prior=USED))
    assert {message.decision for message in interchange.messages} == {Decision.DUPLICATE}
    uci = answer(interchange)["UCI"][0]
    assert (uci[3], uci[4]) == ("4", "26")
    [message] = interchange.messages
    assert "YC20260314000DIFF" in {reference.value for reference in message.references}
    [refused] = one(run(TRANSFER, shipped, "CIQ-YC", USED)).acknowledgements
    assert refused.content is not None
    assert b"<State>51</State>" in refused.content


def test_the_same_interchange_twice_in_one_file_is_processed_once(shipped: Configuration) -> None:
    first, second = run(CUSDEC + CUSDEC, shipped).interchanges
    assert [message.decision for message in first.messages] == [Decision.ACCEPTED]
    assert [message.decision for message in second.messages] == [Decision.DUPLICATE]
    assert second.duplicate_of == first.id


def test_what_holds_a_message_is_not_told_as_its_fault(shipped: Configuration) -> None:
    for name in ("0920-orders.edi", "0930-cusdec-test.edi"):
        content = (DAY / "ENT-A" / name).read_bytes()
        for prior in (None, MET):
            told = answer(one(run(content, shipped, prior=prior)))
            assert told["UCI"][0][3] == "7"
            assert "UCM" not in told
