"""A bureau signs its transfer orders, a firm signs and encrypts its declarations; forged, changed and stale ones.

All keys are made when the test runs.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.engine.bundle import Bundle
from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.steps import load
from edi_router.engine.workspace import WorkspaceError
from edi_router.faults import Fault, render
from edi_router.partners import Directory, Partner, load_partners
from edi_router.partners.security import AgreementSecurity, Protection, load_certificates
from edi_router.pipeline.configuration import Configuration
from edi_router.security import cms, xml_signature
from edi_router.transports import ChannelError
from tests.support.keys import DAY, Pair, pair
from tests.support.story import GOOD, Story, changed, sample
from tests.support.workspaces import Clock, OwnExchange, Place, prepare

BUREAU, PORT, FIRM, OURS = "CIQ-YC", "CIQ-QD", "ENT-A", "us"
SIGNED = "<FirmLicence>"


class OwnCertificates(OwnExchange):
    """The sample deployment with certificates."""

    def configuration(self) -> tuple[Configuration | None, list[Fault]]:
        """Loaded once for all but partners, settings and certificates."""
        loaded, faults = super().configuration()
        if loaded is None:
            return None, faults
        partners = list(loaded.directory.partners.values())
        certificates, found = load_certificates(self.tree, partners, loaded.settings)
        return replace(loaded, certificates=certificates), faults + found


def protect(root: Path, partner: str, security: str, *pairs: Pair) -> None:
    """Give a sample partner certificates and a `security:`."""
    names = []
    for number, each in enumerate(pairs):
        path = root / "certificates" / f"{partner}-{number}.pem"
        path.parent.mkdir(exist_ok=True)
        path.write_text(each.certificate.pem)
        names.append(f"certificates/{path.name}")
    own = root / "partners" / f"{partner}.yaml"
    own.parent.mkdir(exist_ok=True)
    text = Tree.over_shipped().text(f"partners/{partner}.yaml")
    own.write_text(f"{text}security: {{certificates: [{', '.join(names)}], {security}}}\n", encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """The sample deployment; the bureau signs XML, the port gets it signed, the firm signs and encrypts by CMS."""
    root = tmp_path / "ws"
    prepare(root)
    protect(root, BUREAU, "receive: {signature: xml, of: xml}", pair(BUREAU), pair("CIQ-YC old", until=-1))
    protect(root, PORT, "send: {signature: xml, of: xml}", pair(PORT))
    protect(
        root,
        FIRM,
        "receive: {signature: cms, encrypted: yes}, send: {signature: cms, encrypted: yes}",
        pair(FIRM),
    )
    ours = root / "certificates" / "us.pem"
    ours.write_text(pair(OURS).certificate.pem)
    key = root / "keys" / "us.pem"
    key.parent.mkdir()
    key.write_text(pair(OURS).key_pem)
    key.chmod(0o600)
    settings = root / "edi-router.yaml"
    settings.write_text(
        settings.read_text() + "keys: {certificate: certificates/us.pem, key_file: keys/us.pem}\n"
    )
    clock = Clock()
    workspace = OwnCertificates.at(root)
    with workspace.open_ledger(clock) as ledger:
        yield Place(
            root, workspace, EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock), ledger, clock
        )


@pytest.fixture
def story(place: Place) -> Story:
    return Story(place)


def order(number: int) -> bytes:
    """A transfer order; different numbers are different transfers."""
    return sample("transfer-order.xml", MsgId=f"signed-{number}", TransferNo=f"42050026040{number:05d}")


def sealed(data: bytes, signer: str = FIRM, reader: str = OURS) -> bytes:
    """Signed, then encrypted."""
    return cms.encrypt(cms.sign(data, pair(signer).own), pair(reader).certificate)


def proofs(story: Story, partner: str) -> list[tuple[str, str, str]]:
    """Of the file that came last: way, form and result of each proof."""
    file = story.place.ledger.ls("file", partner=partner, limit=1)[0]["id"]
    return [(each["way"], each["form"], each["result"]) for each in story.place.ledger.show(file)["proofs"]]


def told(story: Story) -> str:
    """The texts of the faults of what came last."""
    return " ".join(
        render(each["fault"]) for id in story._last for each in story.place.ledger.show(id)["faults"]
    )


def test_a_signed_order_is_taken_and_passed_on_signed_by_us(story: Story) -> None:
    signed = xml_signature.sign(order(1), pair(BUREAU).own)
    assert story.send(BUREAU, signed) == ["completed"]
    received = story.place.ledger.show(story._last[0])
    [proof] = [each for each in received["proofs"] if each["way"] == "received"]
    assert proof["subject"] == "CN=CIQ-YC (invented)"
    assert proof["serial"] == pair(BUREAU).certificate.serial
    assert proof["until"] == pair(BUREAU).certificate.until
    assert proof["at"] == DAY
    assert story.place.engine.archive.read(received["files"][0]["sha256"]) == signed
    [passed_on] = [data for data in story.place.inbox(PORT).values() if b"<TransferOrder" in data]
    opened = xml_signature.verify(passed_on, [pair(OURS).certificate], DAY)
    assert opened is not None
    assert opened.fault is None
    assert opened.content is not None
    left = [each for each in received["proofs"] if each["way"] == "sent"]
    assert ("xml", pair(OURS).certificate.serial) in {(each["form"], each["serial"]) for each in left}
    assert passed_on in [story.place.engine.archive.read(each["sha256"]) for each in left]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (2, "signature-missing"),
        (3, "signature-invalid"),
        (4, "signature-certificate-unknown"),
        (5, "signature-certificate-expired"),
    ],
)
def test_an_order_that_is_not_signed_as_agreed_is_rejected_and_kept(
    story: Story, number: int, code: str
) -> None:
    signer = {4: pair("stranger"), 5: pair("CIQ-YC old", until=-1)}.get(number, pair(BUREAU))
    data = order(number) if number == 2 else xml_signature.sign(order(number), signer.own)
    if number == 3:
        data = changed(data, Qty="99999")
    assert story.send(BUREAU, data) == ["rejected"]
    assert story.codes() == [code]
    if number in (4, 5):
        assert signer.certificate.serial in told(story)
    assert story.place.inbox(BUREAU), "the bureau is told"
    assert story.got(PORT, "<TransferOrder") == [], "nothing of it goes on"
    assert story.place.ledger.register_entry("transfer", f"42050026040{number:05d}") is None
    file = story.place.ledger.ls("file", partner=BUREAU, limit=1)[0]
    assert story.place.engine.archive.read(file["sha256"]) == data


def test_what_is_wrapped_around_a_signed_order_is_never_read(story: Story) -> None:
    """The signed order hidden inside another one, which the reader would meet first."""
    signed = xml_signature.sign(order(6), pair(BUREAU).own)
    evil = order(7).replace(
        b"</TransferOrder>", b"<Extra>" + signed.split(b"?>", 1)[1] + b"</Extra></TransferOrder>"
    )
    start = signed.index(b"<ds:Signature")
    lifted = order(7).replace(
        b"</TransferOrder>",
        signed[start : signed.index(b"</ds:Signature>")] + b"</ds:Signature></TransferOrder>",
    )
    assert story.send(BUREAU, evil, lifted) == ["rejected", "rejected"]
    assert set(story.codes()) == {"signature-invalid"}
    assert story.place.ledger.register_entry("transfer", "4205002604000007") is None


def test_a_declaration_goes_in_and_out_under_cms(story: Story) -> None:
    declaration = sample_edi("cusdec-import.edi")
    assert story.send(FIRM, sealed(declaration), suffix="p7m") == ["completed"]
    assert proofs(story, FIRM)[:2] == [("received", "encryption", "valid"), ("received", "cms", "valid")]
    answers = list(story.place.inbox(FIRM).values())
    assert answers
    for data in answers:
        inner = cms.decrypt(data, [pair(FIRM).own])
        assert inner.content is not None
        clear = cms.verify(inner.content, [pair(OURS).certificate], DAY)
        assert clear.content is not None
        assert clear.content.startswith(b"UN")
    configuration, place = story.place.engine.configuration, story.place
    [file] = place.ledger.ls("file", partner=FIRM)
    bundle = Bundle(place.workspace, place.ledger, place.engine.archive, configuration, file["id"])
    assert dict(bundle.parts())["documents/original"].startswith(b"UNA")
    again = sealed(declaration)
    assert story.send(FIRM, again, suffix="p7m") == ["duplicate"], "other bytes, the same declaration"


@pytest.mark.parametrize(
    ("wrong", "codes"),
    [
        ("plain", {"signature-missing", "encryption-missing"}),
        ("clear", {"encryption-missing"}),
        ("stranger", {"signature-certificate-unknown"}),
    ],
)
def test_a_declaration_in_clear_or_by_a_stranger_is_rejected_by_contrl(
    story: Story, wrong: str, codes: set[str]
) -> None:
    declaration = sample_edi("cusdec-import.edi")
    made = {
        "plain": declaration,
        "clear": cms.sign(declaration, pair(FIRM).own),
        "stranger": sealed(declaration, "stranger"),
    }[wrong]
    assert story.send(FIRM, made, suffix="p7m") == ["rejected"]
    assert codes <= set(story.codes())
    [answer] = story.place.inbox(FIRM).values()
    inner = cms.decrypt(answer, [pair(FIRM).own]).content
    assert inner is not None
    contrl = cms.verify(inner, [pair(OURS).certificate], DAY).content
    assert contrl is not None
    assert b"+4+18" in contrl, "the interchange is rejected"


def test_what_cannot_be_decrypted_is_held_and_released_when_the_key_is_there(story: Story) -> None:
    declaration = sample_edi("cusdec-import.edi")
    story.place.drop(FIRM, "x.p7m", sealed(declaration, reader="somebody"))
    story.place.engine.until_idle()
    [file] = story.place.ledger.ls("file", partner=FIRM)
    assert (file["state"], file["reason"]) == ("held", "decryption-failed")
    root = story.place.root
    (root / "certificates" / "new.pem").write_text(pair("somebody").certificate.pem)
    (root / "keys" / "new.pem").write_text(pair("somebody").key_pem)
    (root / "keys" / "new.pem").chmod(0o600)
    settings = root / "edi-router.yaml"
    one = "{certificate: certificates/us.pem, key_file: keys/us.pem}"
    two = f"[{one}, {{certificate: certificates/new.pem, key_file: keys/new.pem}}]"
    settings.write_text(settings.read_text().replace(one, two))
    story.place.engine.configuration = load(story.place.workspace)
    story.place.ledger.release(file["id"], "clerk", "key put in place")
    story.place.engine.until_idle()
    [message] = story.place.ledger.ls(partner=FIRM)
    assert message["state"] == "completed"


def test_a_key_that_others_may_read_stops_the_engine(place: Place) -> None:
    (place.root / "keys" / "us.pem").chmod(0o644)
    with pytest.raises(WorkspaceError, match="chmod 600"):
        load(place.workspace)


def test_nothing_leaves_unsigned_and_alarms_come_before(story: Story) -> None:
    def kinds() -> dict[str, str]:
        return {alarm.subject: alarm.kind for alarm in story.place.ledger.alarms()}

    story.wait(days=336)
    assert kinds()["certificates/us.pem"] == "certificate-ends"
    story.wait(days=30)
    assert kinds()["certificates/us.pem"] == "certificate-over"
    story.place.drop(FIRM, "x.edi", sample_edi("cusdec-import.edi"))
    problems = story.place.engine.until_idle().problems
    wanted = {"partner": FIRM, "problem": "our certificate certificates/us.pem is not in force"}
    assert [str(ChannelError("delivery-unprotected", **wanted)) in each for each in problems] == [True]
    assert story.place.inbox(FIRM) == {}
    assert [row["state"] for row in story.place.ledger.ls("delivery", partner=FIRM)] == ["failed"]


def sample_edi(name: str) -> bytes:
    return (GOOD / name).read_bytes()


def test_base64_and_mime_are_read_too(story: Story) -> None:
    head = b"MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n"
    body = base64.encodebytes(sealed(sample_edi("cusdec-import.edi")))
    assert story.send(FIRM, head + b"Content-Transfer-Encoding: base64\r\n\r\n" + body, suffix="p7m") == [
        "completed"
    ]


def test_what_left_is_checked_by_fsck_and_goes_with_its_file(story: Story) -> None:
    ledger, archive = story.place.ledger, story.place.engine.archive
    assert story.send(FIRM, sample_edi("cusdec-import.edi"), suffix="edi") == ["rejected"]
    [file] = ledger.ls("file", partner=FIRM)
    sent = {each["sha256"] for each in ledger.show(file["id"])["proofs"] if each["way"] == "sent"}
    assert sent
    assert [problem for problem in ledger.fsck(archive) if problem] == []
    lost = archive.path(sorted(sent)[0])
    content = lost.read_bytes()
    lost.unlink()
    [problem] = [problem for problem in ledger.fsck(archive) if problem]
    assert "was sent" in problem
    lost.write_bytes(content)
    story.place.clock.forward(days=20)
    for day in ("2026-03-14", "2026-03-15"):
        ledger.close_books(day)
    ledger.keep_figures()
    for path in archive.folder.rglob("*"):
        os.utime(path, (0, 0))  # what was put there just now may be on its way into the ledger
    ledger.retain(archive, {"contents": 10}, "clerk", "old")
    assert [each for each in (*sent, file["sha256"]) if each in archive] == []
    assert {each["subject"] for each in ledger.show(file["id"])["proofs"] if each["way"] == "sent"} != set()
    assert [problem for problem in ledger.fsck(archive) if problem] == []


def agreed(story: Story, partner: str, agreement: str, security: object) -> None:
    """Let one agreement of a sample partner have a `security` of its own."""
    engine = story.place.engine
    known = dict(engine.configuration.directory.partners)
    own = AgreementSecurity.model_validate(security)
    agreements = tuple(
        each.model_copy(update={"security": own}) if each.id == agreement else each
        for each in known[partner].agreements
    )
    known[partner] = known[partner].model_copy(update={"agreements": agreements})
    engine.configuration = replace(engine.configuration, directory=Directory(known.values()))


def test_an_agreement_asks_for_what_the_others_need_not_have(story: Story) -> None:
    """The bureau's file asks for nothing: its orders have to be signed all the same, and leave signed by CMS."""
    engine = story.place.engine
    known = dict(engine.configuration.directory.partners)
    lax = known[BUREAU].security
    assert lax is not None
    relaxed = lax.model_copy(update={"receive": Protection()})
    known[BUREAU] = known[BUREAU].model_copy(update={"security": relaxed})
    engine.configuration = replace(engine.configuration, directory=Directory(known.values()))
    agreed(story, BUREAU, "transfer-from-yc", {"receive": {"signature": "xml"}, "send": {"signature": "cms"}})
    assert story.send(BUREAU, order(11)) == ["rejected"]
    assert story.codes() == ["signature-missing"]
    assert story.send(BUREAU, xml_signature.sign(order(12), pair(BUREAU).own)) == ["completed"]
    [left] = [data for data in story.place.inbox(PORT).values() if cms.kind_of(data) == "signed_data"]
    opened = cms.verify(left, [pair(OURS).certificate], DAY)
    assert opened.fault is None
    assert b"<TransferOrder" in (opened.content or b"")
    forged = xml_signature.sign(order(13), pair("forger").own)
    assert story.send(BUREAU, forged) == ["rejected"]
    assert story.codes() == ["signature-certificate-unknown"]
    receipts = [data for name, data in story.place.inbox(BUREAU).items() if name.startswith("receipt")]
    assert len(receipts) == 3, "each is answered, in clear as the partner's file says"


def test_an_agreement_does_without_what_the_others_need(story: Story) -> None:
    """The bureau's file asks for a signature; its orders need none, everything else does."""
    agreed(story, BUREAU, "transfer-from-yc", {"receive": {"signature": "none"}})
    assert story.send(BUREAU, order(21)) == ["completed"]
    assert story.send(BUREAU, sample("transfer-consent.xml")) == ["rejected"]
    assert story.codes() == ["signature-missing"]
    assert story.send(
        BUREAU, changed(xml_signature.sign(order(22), pair(BUREAU).own), MsgId="changed-1")
    ) == ["rejected"]
    assert story.codes() == ["signature-invalid"]


def test_what_repeats_a_signed_order_without_its_signature_is_no_repeat(story: Story) -> None:
    """By the partner's file and by an agreement: who sends it is not known, so no answer is repeated."""
    for number in (31, 32):
        if number == 32:
            agreed(story, BUREAU, "transfer-from-yc", {"receive": {"signature": "xml"}})
        signed = xml_signature.sign(order(number), pair(BUREAU).own)
        same = xml_signature.verify(signed, [pair(BUREAU).certificate], DAY)
        assert same is not None
        assert same.content is not None
        assert story.send(BUREAU, signed) == ["completed"]
        for unsigned in (order(number), same.content, changed(signed, Qty="99999")):
            assert story.send(BUREAU, unsigned) == ["rejected"]
            assert story.codes() == [
                "signature-missing" if b"Signature" not in unsigned else "signature-invalid"
            ]
        assert story.send(BUREAU, signed) == ["duplicate"]
        assert story.codes() == ["duplicate-interchange"]
        assert len(story.got(PORT, f"42050026040{number:05d}", "<TransferOrder")) == 1


def test_what_came_unsigned_first_may_come_again_signed(story: Story) -> None:
    for number in (33, 34):
        if number == 34:
            agreed(story, BUREAU, "transfer-from-yc", {"receive": {"signature": "xml"}})
        assert story.send(BUREAU, order(number)) == ["rejected"]
        assert story.send(BUREAU, xml_signature.sign(order(number), pair(BUREAU).own)) == ["completed"]
        assert len(story.got(PORT, f"42050026040{number:05d}", "<TransferOrder")) == 1


@pytest.mark.parametrize("by", ["partner", "agreement"])
def test_a_signed_interchange_that_is_repeated_in_clear_is_refused(story: Story, by: str) -> None:
    """The first CONTRL is not repeated for it; for the signed one it is, as often as that comes."""
    if by == "agreement":
        agreed(story, FIRM, "ent-a-cusdec", {"receive": {"signature": "cms"}})
    declaration = sample_edi("cusdec-import.edi")
    signed = sealed(declaration)

    def says() -> bytes:
        """What the CONTRL that came since this was asked last says of the interchange."""
        inner = [
            cms.decrypt(data, [pair(FIRM).own]).content or b"" for data in story.place.inbox(FIRM).values()
        ]
        clear = [cms.verify(data, [pair(OURS).certificate], DAY).content or b"" for data in inner]
        new = [data for data in clear if b"CONTRL" in data and data not in known]
        known.extend(new)
        [answer] = new
        return re.findall(rb"UCI.*?:ZZ(\+\d.*?')UNT", answer)[0]

    known: list[bytes] = []
    assert story.send(FIRM, declaration, suffix="edi") == ["rejected"]
    assert "signature-missing" in story.codes()
    assert says().startswith(b"+4+18" if by == "partner" else b"+7'UCM+1+CUSDEC:D:96B:UN+4+")
    assert story.send(FIRM, signed, suffix="p7m") == ["completed"]
    assert says() == b"+7'"
    documents = story.got(PORT, "EEntDeclIo")
    assert len(documents) == 1
    assert story.send(FIRM, declaration, suffix="edi") == ["rejected"]
    assert "signature-missing" in story.codes()
    assert says().startswith(b"+4+18")
    assert story.send(FIRM, sealed(declaration), suffix="p7m") == ["duplicate"]
    assert says() == b"+7'"
    assert story.got(PORT, "EEntDeclIo") == documents


def test_a_signed_table_that_is_repeated_in_clear_is_rejected(story: Story) -> None:
    agreed(story, PORT, "ciq-qd-volume", {"receive": {"signature": "cms"}})
    volume = sample_edi("volume.csv").replace(b"370800", b"370200")
    signed = cms.sign(volume, pair(PORT).own)
    assert set(story.send(PORT, volume, suffix="csv")) == {"rejected"}
    assert set(story.send(PORT, signed, suffix="p7m")) == {"completed"}
    assert set(story.send(PORT, volume, suffix="csv")) == {"rejected"}
    assert set(story.codes()) == {"signature-missing"}
    assert set(story.send(PORT, signed, suffix="p7m")) == {"duplicate"}


def test_an_agreement_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs the partner's certificates"):
        Partner.model_validate(
            {
                "id": "X", "name": {"en": "x", "zh": "x"}, "status": "live", "role": "x",
                "agreements": [{
                    "id": "a", "receives": "xml A", "deliver": {"to": "Y"},
                    "security": {"receive": {"signature": "xml"}},
                }],
            }
        )  # fmt: skip
    with pytest.raises(ValueError, match="must say receive or send"):
        AgreementSecurity.model_validate({})
    for name, more in (
        ("X", "{id: a, receives: xml A, deliver: {to: Y}, security: {send: {encrypted: 'yes'}}}"),
        ("Y", ""),
    ):
        path = tmp_path / "partners" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"id: {name}\nname: {{en: x, zh: x}}\nstatus: live\nrole: x\nagreements: [{more}]\n")
    _, faults = load_partners(Tree((tmp_path,)), {})
    [fault] = faults
    assert (fault.code, fault.place.line) == ("config-value", 5)
    assert "Y has no certificates" in render(fault)
