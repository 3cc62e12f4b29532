"""S/MIME (RFC 8551): the CMS in a MIME entity, and the content in the entity that was signed or encrypted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

_HEADERS = re.compile(rb"(?:MIME-Version|Content-[A-Za-z-]+)\s*:", re.IGNORECASE)
_CMS = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURE = ("application/pkcs7-signature", "application/x-pkcs7-signature")


@dataclass(frozen=True, slots=True)
class Entity:
    """A MIME entity of S/MIME: its CMS, and the content beside it when that is detached."""

    cms: bytes
    detached: bytes | None = None


def entity(data: bytes) -> Entity | None:
    """The S/MIME entity in the bytes, which begin with a MIME header; None when they are none."""
    if not _HEADERS.match(data):
        return None
    message = message_from_bytes(data)
    if message.get_content_type() in _CMS:
        content = _payload(message)
        return None if content is None else Entity(content)
    parts = message.get_payload()
    if message.get_content_type() != "multipart/signed" or not isinstance(parts, list) or len(parts) != 2:
        return None
    signed, signature = _first_part(data, str(message.get_boundary())), parts[1]
    if not isinstance(signature, Message) or signature.get_content_type() not in _SIGNATURE:
        return None
    content = _payload(signature)
    return None if content is None or signed is None else Entity(content, signed)


def content(data: bytes) -> bytes:
    """What a signed or encrypted MIME entity carries: its body, decoded; the bytes themselves when they are no entity."""
    if not _HEADERS.match(data):
        return data
    message = message_from_bytes(data)
    if message.get("Content-Transfer-Encoding", "").strip().lower() in ("base64", "quoted-printable"):
        return _payload(message) or b""
    head = re.search(rb"\r?\n\r?\n", data)
    return data[head.end() :] if head else b""


def _payload(message: Message) -> bytes | None:
    decoded = message.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else None


def _first_part(data: bytes, boundary: str) -> bytes | None:
    """The bytes of the first part as they were signed: with CR LF at the ends of lines (RFC 8551, 3.1.1)."""
    line = rb"\r?\n--" + re.escape(boundary.encode("ascii", "replace")) + rb"(?:--)?[ \t]*(?=\r?\n|$)"
    found = [match.span() for match in re.finditer(line, data)]
    if len(found) < 2:
        return None
    raw = data[found[0][1] : found[1][0]]
    raw = raw[2:] if raw.startswith(b"\r\n") else raw[1:]
    return re.sub(rb"\r?\n", b"\r\n", raw)
