"""Signatures and encryption of bytes: against OpenSSL both ways, against those who change or wrap what was signed."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.cli.samples import NOW, _configuration, _Ledger
from edi_router.config import shipped_directory
from edi_router.partners.security import Protection
from edi_router.pipeline.model import Incoming
from edi_router.pipeline.process import process
from edi_router.security import cms, smime, xml_signature
from edi_router.security.certificates import Certificate, Unusable, read_certificates, read_key
from tests.support.keys import DAY, Pair, pair

FIRM, OTHER = pair("firm"), pair("other", elliptic=True)
PINNED = [FIRM.certificate, OTHER.certificate]
ORDER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<o:Order xmlns:o="urn:x"><!-- c --><No>7</No><Name>\xe9\x85\xb5</Name></o:Order>'
)
CONTENT = b"UNB+UNOC:3+A+B+260314:0930+1'\r\nUNZ+0+1'"


def code(data: bytes, certificates: list[Certificate] = PINNED) -> str:
    opened = xml_signature.verify(data, certificates, DAY)
    assert opened is not None
    assert (opened.content is None) == (opened.fault is not None)
    return opened.proof.result


@pytest.mark.parametrize("signer", [FIRM, OTHER], ids=["rsa", "elliptic"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_an_xml_signature_holds_in_every_encoding(signer: Pair, encoding: str) -> None:
    order = ORDER.decode().replace("UTF-8", encoding).encode(encoding)
    opened = xml_signature.verify(xml_signature.sign(order, signer.own), PINNED, DAY)
    assert opened is not None
    assert opened.content is not None
    assert opened.fault is None
    assert opened.content.decode().strip() == '<o:Order xmlns:o="urn:x"><No>7</No><Name>酵</Name></o:Order>'
    assert opened.proof.fingerprint == signer.certificate.fingerprint


def test_what_is_not_signed_is_no_signature() -> None:
    assert xml_signature.verify(ORDER, PINNED, DAY) is None
    assert xml_signature.verify(b"<a>", PINNED, DAY) is None
    assert cms.kind_of(b"0,1,2\n") is None
    assert cms.kind_of(CONTENT) is None
    assert cms.kind_of(b"") is None


SIGNED = xml_signature.sign(ORDER, FIRM.own).decode()
SIGNATURE = re.search(r"<ds:Signature.*</ds:Signature>", SIGNED, re.DOTALL)
assert SIGNATURE is not None
HASHED = "http://www.w3.org/2001/04/xmlenc#sha256"


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        (SIGNED.replace("<No>7", "<No>8"), "signature-invalid"),
        (SIGNED.replace("<No>7</No>", ""), "signature-invalid"),
        (SIGNED.replace("</o:Order>", "<No>8</No></o:Order>"), "signature-invalid"),
        (SIGNED.replace("</o:Order>", SIGNATURE[0] + "</o:Order>"), "signature-invalid"),
        (f"<Outer>{SIGNED.split('?>', 1)[1]}</Outer>", "signature-invalid"),
        (f"<Outer><No>9</No>{SIGNATURE[0]}</Outer>", "signature-invalid"),
        (SIGNED.replace("<No>", '<No Id="x">').replace('URI=""', 'URI="#x"'), "signature-invalid"),
        (SIGNED.replace('URI=""', 'URI="file:///etc/passwd"'), "signature-invalid"),
        (SIGNED.replace('URI=""', ""), "signature-invalid"),
        (SIGNED.replace(HASHED, "http://www.w3.org/2000/09/xmldsig#sha1"), "signature-algorithm"),
        (re.sub(r"xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256", SIGNED), "signature-algorithm"),
        (SIGNED.replace("xmldsig#enveloped-signature", "xmldsig#base64"), "signature-algorithm"),
        (
            SIGNED.replace(
                '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>',
                '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
            ),
            "signature-algorithm",
        ),
        (re.sub(r"(<ds:SignatureValue>)..", r"\1AA", SIGNED), "signature-invalid"),
        (re.sub(r"<ds:X509Certificate>[^<]{40}", "<ds:X509Certificate>" + "A" * 40, SIGNED), "signature-invalid"),
        (re.sub(r"<ds:SignedInfo>.*</ds:SignedInfo>", "<ds:SignedInfo/>", SIGNED, flags=re.DOTALL), "signature-invalid"),
        (re.sub(r"<ds:Signature .*</ds:Signature>", '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>',
                SIGNED, flags=re.DOTALL), "signature-invalid"),
    ],
)  # fmt: skip
def test_nothing_that_is_changed_wrapped_or_weakened_counts(changed: str, result: str) -> None:
    assert changed != SIGNED
    assert code(changed.encode()) == result
    assert code(SIGNED.encode()) == "valid"


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x39"),  # a version of X.509 that there is not
        (b"\x06\x03\x55\x04\x03\x0c", b"\x06\x03\x55\x04\x03\x03"),  # a common name that is a string of bits
    ],
)
def test_a_certificate_that_no_program_can_read_is_a_fault(part: bytes, instead: bytes) -> None:
    """The library raises what is no ValueError for some: the file must be rejected, not broken off."""
    made = FIRM.certificate.x509.public_bytes(Encoding.DER)
    assert part in made
    bad = base64.b64encode(made.replace(part, instead)).decode()
    data = re.sub(r"(<ds:X509Certificate>)[^<]*", rf"\g<1>{bad}", SIGNED)
    assert code(data.encode()) == "signature-invalid"


def test_a_comment_that_was_not_signed_is_not_handed_on() -> None:
    data = SIGNED.replace("<No>7</No>", "<No>7<!-- forged -->0</No>".replace("0", ""))
    opened = xml_signature.verify(data.encode(), PINNED, DAY)
    assert opened is not None
    assert opened.content is not None
    assert b"forged" not in opened.content


def test_the_certificate_is_one_of_the_pinned_and_in_force() -> None:
    assert code(SIGNED.encode(), [OTHER.certificate]) == "signature-certificate-unknown"
    assert code(SIGNED.encode(), []) == "signature-certificate-unknown"
    same_name = pair("firm", until=400).certificate
    assert code(SIGNED.encode(), [same_name]) == "signature-certificate-unknown", (
        "the same key and name do not do"
    )
    late = xml_signature.verify(SIGNED.encode(), PINNED, DAY + timedelta(days=366))
    early = xml_signature.verify(SIGNED.encode(), PINNED, DAY - timedelta(days=11))
    for opened in (late, early):
        assert opened is not None
        assert opened.fault is not None
        assert opened.proof.subject == "CN=firm (invented)"
        assert opened.fault.code == "signature-certificate-expired"
        assert opened.fault.values["serial"] == FIRM.certificate.serial


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SIGNED.encode()) - 1), st.integers(1, 255))
def test_no_byte_of_what_is_signed_can_be_changed(index: int, flip: int) -> None:
    data = bytearray(SIGNED.encode())
    data[index] ^= flip
    opened = xml_signature.verify(bytes(data), PINNED, DAY)
    if opened is not None and opened.content is not None:
        good = xml_signature.verify(SIGNED.encode(), PINNED, DAY)
        assert good is not None
        assert good.content is not None
        assert opened.content.strip() == good.content.strip()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_byte_of_cms_can_be_changed_either(data: st.DataObject) -> None:
    made = bytearray(cms.sign(CONTENT, FIRM.own))
    made[data.draw(st.integers(0, len(made) - 1))] ^= data.draw(st.integers(1, 255))
    if cms.kind_of(bytes(made)) == "signed_data":
        assert cms.verify(bytes(made), PINNED, DAY).content in (None, CONTENT)


def test_the_good_sample_is_taken_and_the_changed_one_is_not() -> None:
    folder = shipped_directory() / "samples" / "bad" / "security"
    results = []
    for path in (shipped_directory() / "samples" / "signed" / "order.xml", folder / "signature-invalid.xml"):
        incoming = Incoming("sample", "SIGNS", path.name, path.read_bytes(), "0" * 64, NOW, "2026-03-14")
        outcome = process(incoming, _configuration(folder), _Ledger(met=False, answered=False))
        [message] = outcome.interchanges[0].messages
        results.append((outcome.proofs[0].result, [fault.code for fault in message.faults]))
    assert results == [("valid", ["route-none"]), ("signature-invalid", ["signature-invalid"])]


def test_s_mime_in_its_forms() -> None:
    entity = (
        b"Content-Type: application/edifact\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(CONTENT)
    )
    assert smime.content(entity) == CONTENT
    assert smime.content(CONTENT) == CONTENT
    opaque = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    found = smime.entity(opaque + base64.encodebytes(cms.sign(entity, FIRM.own)))
    assert found is not None
    assert found.detached is None
    assert cms.verify(found.cms, PINNED, DAY).content == entity
    assert smime.entity(b"Content-Type: text/plain\r\n\r\nx") is None
    assert smime.entity(CONTENT) is None


@pytest.fixture
def openssl(tmp_path: Path) -> Path:
    """A folder with content, keys and certificates for the command."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl")
    (tmp_path / "content").write_bytes(CONTENT)
    for name, each in (("firm", FIRM), ("other", OTHER)):
        (tmp_path / f"{name}.key").write_text(each.key_pem)
        (tmp_path / f"{name}.pem").write_text(each.certificate.pem)
    return tmp_path


def run(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["openssl", "cms", *arguments], cwd=folder, capture_output=True, check=True).stdout


@pytest.mark.parametrize("signer", ["firm", "other"])
@pytest.mark.parametrize(
    "form",
    [["-outform", "DER"], ["-outform", "DER", "-stream"], ["-outform", "PEM"],
     ["-outform", "DER", "-noattr"], ["-outform", "DER", "-md", "sha512"]],
    ids=lambda form: " ".join(form[1:]),
)  # fmt: skip
def test_what_openssl_signs_is_verified(openssl: Path, signer: str, form: list[str]) -> None:
    made = run(openssl, "-sign", "-binary", "-nodetach", "-in", "content", "-signer", f"{signer}.pem",
               "-inkey", f"{signer}.key", *form)  # fmt: skip
    opened = cms.verify(made, PINNED, DAY)
    assert (opened.content, opened.proof.result) == (CONTENT, "valid")
    weak = run(openssl, "-sign", "-binary", "-nodetach", "-in", "content", "-signer", f"{signer}.pem",
               "-inkey", f"{signer}.key", "-outform", "DER", "-md", "sha1")  # fmt: skip
    assert cms.verify(weak, PINNED, DAY).proof.result == "signature-algorithm"


def test_a_detached_s_mime_signature_of_openssl(openssl: Path) -> None:
    made = run(openssl, "-sign", "-binary", "-in", "content", "-signer", "firm.pem", "-inkey", "firm.key")
    found = smime.entity(made)
    assert found is not None
    assert found.detached is not None
    assert cms.verify(found.cms, PINNED, DAY, found.detached).proof.result == "valid"
    assert cms.verify(found.cms, PINNED, DAY, found.detached + b"x").proof.result == "signature-invalid"


@pytest.mark.parametrize("form", [["-aes-256-cbc"], ["-aes-128-cbc", "-stream"]], ids=str)
def test_what_openssl_encrypts_is_decrypted_and_the_converse(openssl: Path, form: list[str]) -> None:
    made = run(
        openssl, "-encrypt", "-binary", "-in", "content", "-outform", "DER", *form, "-recip", "firm.pem"
    )
    assert cms.decrypt(made, [OTHER.own, FIRM.own]).content == CONTENT
    assert cms.decrypt(made, [OTHER.own]).proof.result == "decryption-failed"
    (openssl / "ours").write_bytes(cms.encrypt(cms.sign(CONTENT, OTHER.own), FIRM.certificate))
    clear = run(
        openssl,
        "-decrypt",
        "-binary",
        "-inform",
        "DER",
        "-in",
        "ours",
        "-inkey",
        "firm.key",
        "-recip",
        "firm.pem",
    )
    (openssl / "clear").write_bytes(clear)
    assert run(openssl, "-verify", "-binary", "-inform", "DER", "-in", "clear", "-noverify") == CONTENT


def test_encryption_needs_rsa_and_says_so() -> None:
    with pytest.raises(ValueError, match="RSA"):
        cms.encrypt(CONTENT, OTHER.certificate)
    broken = cms.encrypt(CONTENT, FIRM.certificate)
    opened = cms.decrypt(broken[:-1] + bytes([broken[-1] ^ 1]), [FIRM.own])
    assert opened.content != CONTENT


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no certificate"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificate"),
    ],
)
def test_a_certificate_that_is_none(text: str, problem: str) -> None:
    with pytest.raises(Unusable, match=problem):
        read_certificates(text.encode())


def test_private_keys_are_read_and_never_told() -> None:
    secret = FIRM.own.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass")
    ).decode()
    assert read_key(secret.encode(), b"pass", FIRM.certificate).key is not None
    for data, passphrase, certificate in (
        (secret, None, FIRM.certificate), (secret, b"wrong", FIRM.certificate), (secret, b"pass", OTHER.certificate),
        ("nonsense", None, FIRM.certificate), (FIRM.key_pem, b"pass", FIRM.certificate),
    ):  # fmt: skip
        with pytest.raises(Unusable) as told:
            read_key(data.encode(), passphrase, certificate)
        assert secret[60:90] not in str(told.value)
    other = ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    with pytest.raises(Unusable, match="neither RSA nor elliptic"):
        read_key(other, None, FIRM.certificate)
    assert "key" not in repr(replace(FIRM.own, certificate=FIRM.certificate)).replace("OwnKey", "")


def test_a_short_rsa_key_is_refused() -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    key = rsa.generate_private_key(65537, 1024)
    name = x509.Name.from_rfc4514_string("CN=short (invented)")
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
    )
    made = built.not_valid_before(DAY).not_valid_after(DAY + timedelta(days=1)).sign(key, hashes.SHA256())
    with pytest.raises(Unusable, match="1024 bits"):
        read_certificates(made.public_bytes(Encoding.PEM))


def test_what_a_partner_asks_for() -> None:
    assert Protection(signature="xml").form("xml") == "xml"
    assert Protection(signature="xml").form("edifact") == "cms", "nothing goes unsigned"
    assert Protection(signature="xml", of=("xml",)).form("edifact") is None
    assert Protection(signature="cms").form("xml") == "cms"
    assert Protection().form("xml") is None
