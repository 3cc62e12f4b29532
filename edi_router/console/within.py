"""Whether a message holds a text, told without telling anything of its secrets.

Of a kind of document that has secrets only its other values are compared: neither what is found, nor what is not, nor
how long it takes depends on a secret, so that none can be guessed piece by piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from edi_router.console.site import Site
from edi_router.ledger.archive import Corrupt, Missing
from edi_router.ledger.errors import NotFound
from edi_router.ledger.searching import Text
from edi_router.library import Document, Report
from edi_router.mapping.trace_parts import parts_of


def encoded(text: str) -> Sequence[bytes]:
    """The text in the encodings that our partners write."""
    return list(dict.fromkeys(text.encode(codec, "replace") for codec in ("utf-8", "gb18030", "utf-16-le")))


def secretive(site: Site) -> frozenset[str]:
    """The types of messages that may hold secrets."""
    return frozenset(each.kind.name for each in site.configuration.documents if each.secret)


class Within:
    """A text that messages are searched for, one after the other."""

    def __init__(self, site: Site, text: str) -> None:
        self._site, self._text = site, text
        self._encoded, self._secretive = encoded(text), secretive(site)
        self._content: tuple[str, bytes | None] = "", None
        self.unread = 0
        """Of how many messages the archive has the file no more, or damaged."""

    def holds(self, row: Text) -> bool:
        """Whether the message of this row has the text; of one that cannot be read it is not known, and not said."""
        if row.sha256 != self._content[0]:  # many messages may have come in one file
            self._content = row.sha256, self._read(row.sha256)
        content = self._content[1]
        if content is None:
            self.unread += 1
            return False
        if row.type in self._secretive:
            return _among_values(self._site, row, content, self._text)
        part = content[row.offset : row.offset + row.length] if row.length else content
        return any(each in part for each in self._encoded)

    def _read(self, sha256: str) -> bytes | None:
        try:
            return self._site.archive.read(sha256)
        except (Missing, Corrupt):
            return None


def _among_values(site: Site, row: Text, content: bytes, text: str) -> bool:
    try:
        document = document_of(site, site.ledger.show(row.id, "message"), content)
    except NotFound:  # removed meanwhile
        return False
    if document is None:
        return False
    secret = {node.place() for node in site.checker().secret_nodes(document)}
    return any(text in part.value for part in parts_of(document.root) if part.place not in secret)


def document_of(site: Site, message: Mapping[str, Any], content: bytes) -> Document | None:
    """A message (as `Ledger.show` has it) read from its file again; None when it is not found there."""
    partner = site.configuration.directory.partners.get(message["partner"])
    checker = replace(
        site.checker(), layout=site.configuration.layouts.find(message["type"]),
        encoding=partner.encoding if partner is not None else None,
    )  # fmt: skip
    at = message["interchanges"][0]["position"], message["position"]
    found = checker.documents(content, Report())
    return next((each for each in found if (each.interchange, each.position) == at), None)
