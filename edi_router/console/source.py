"""What a message looked like when it came, with its faults marked in place and its secrets covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from edi_router.console.site import Site
from edi_router.faults import Fault
from edi_router.formats.documents import Kind
from edi_router.ledger.archive import Corrupt, Missing
from edi_router.pipeline.reply_making import marked_copy
from edi_router.pipeline.reply_model import Judged, Part, Subject
from edi_router.pipeline.reply_names import naming_of

MOST = 8_000_000
"""Bytes of a file that are read to show one of its messages; of a larger one the command shows it."""
Row = Mapping[str, Any]


def kind_of(message: Row, interchange: Row) -> Kind:
    """What the message is."""
    if interchange["format"] == "xml":
        return Kind.parse(interchange["recipient"])
    return Kind(interchange["format"], message["type"], message["directory"] or None)


def source_of(
    site: Site, message: Row, interchange: Row, file: Row, faults: Sequence[Fault], language: str
) -> Part | None:
    """The message line by line; None when its file is too large, or not in the archive any more."""
    content = content_of(site, file)
    if content is None:
        return None
    configuration = site.configuration
    partner = configuration.directory.partners.get(file["partner"])
    judged = Judged(
        kind=kind_of(message, interchange), faults=faults, state=_state(message["state"]),
        reference=message["reference"], interchange=interchange["position"], position=message["position"],
        offset=message["offset"], length=message["length"],
    )  # fmt: skip
    subject = Subject(
        file=file["name"], format=interchange["format"], content=content, documents=(judged,),
        interchange=interchange["position"], encoding=partner.encoding if partner is not None else None,
    )  # fmt: skip
    if partner is not None:
        subject = replace(subject, lenient=partner.granted_at(file["received"], configuration.settings.zone))
    return marked_copy(subject, naming_of(configuration), language)


def content_of(site: Site, file: Row) -> bytes | None:
    """The bytes of a file; None when there are too many to show, or when the archive does not have them."""
    if file["size"] > MOST:
        return None
    try:
        return site.archive.read(file["sha256"])
    except (Missing, Corrupt):
        return None


def _state(state: str) -> str:
    return {"completed": "accepted", "in_work": "accepted", "released": "accepted"}.get(state, state)
