"""A file handed over in a request: into the archive first, then into the ledger; then it is ours."""

from __future__ import annotations

import re
import secrets
from typing import BinaryIO

from edi_router.ledger import Archive, Ledger, Receipt

BLOCK = 1 << 20
_ODD = re.compile(r"[\x00-\x1f\x7f/\\]")


class TooLarge(Exception):
    """The file has more bytes than are taken."""


def submit(
    ledger: Ledger,
    archive: Archive,
    partner: str,
    content: BinaryIO,
    name: str,
    digest: str,
    maximum: int,
    key: str = "",
) -> Receipt:
    """Take a file of at most `maximum` bytes from a partner under the configuration `digest`.

    It is durably in the archive and the ledger when this returns; a running engine processes it in its next round. With
    the `key` of an earlier request and the same bytes nothing happens but that the receipt is given again. Raises
    TooLarge, Refused when the key was used for other bytes, ValueError for a key that cannot be one.
    """
    with archive.writer() as writer:
        while block := content.read(BLOCK):
            if writer.size + len(block) > maximum:
                raise TooLarge(f"more than {maximum} bytes")
            writer.write(block)
    return ledger.submit(
        partner, key or f"own-{secrets.token_hex(16)}", named(name), writer.size, writer.sha256, digest
    )


def named(name: str) -> str:
    """The name of a file as it is kept: data, never a path.

    >>> named("../../etc/passwd"), named(""), named("a\\nb.xml")
    ('.._.._etc_passwd', 'document', 'a_b.xml')
    """
    return _ODD.sub("_", name)[:200].strip() or "document"
