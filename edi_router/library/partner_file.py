"""The file of a new partner, made of what was found in a sample message and what was chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edi_router.config import read_model
from edi_router.faults import Fault
from edi_router.partners import Partner

ID = re.compile(r"[A-Z0-9][A-Z0-9-]{0,34}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a partner that is to come."""

    id: str
    name_en: str = ""
    name_zh: str = ""
    sender: str = ""
    """How it stands in UNB S002 of the sample; empty where there is none."""
    qualifier: str = ""
    kinds: Sequence[str] = ()
    """The kinds of document in the sample (`CUSDEC D96B`, `xml TransferOrder`)."""
    mapping: str = ""
    to: str = ""
    """Who gets what the mapping makes."""
    channel: str = "folder"
    """`folder` or `sftp`."""
    host: str = ""
    user: str = ""
    host_key: str = ""


def partner_file(draft: Draft) -> tuple[str, list[Fault]]:
    """The text of `partners/ID.yaml`, and what is still wrong with it. ValueError for an id that cannot be one.

    It is a draft: nothing is exchanged before somebody who has read it writes `status: test`.
    """
    if not ID.fullmatch(draft.id):
        raise ValueError("an id is of A-Z, 0-9 and hyphens, at most 35")
    lines = [
        f"id: {draft.id}",
        f"name: {{en: {_text(draft.name_en or draft.id)}, zh: {_text(draft.name_zh or draft.id)}}}",
        "status: draft          # then test, then live: only these exchange files",
        "role: enterprise",
    ]
    if draft.sender:
        qualifier = f", qualifier: {_text(draft.qualifier)}" if draft.qualifier else ""
        lines += [
            "identifications:       # as the sample's UNB has it",
            f"  - {{id: {_text(draft.sender)}{qualifier}}}",
        ]
    if draft.channel == "sftp":
        lines += [
            "channel:",
            "  kind: sftp",
            f"  host: {_text(draft.host or 'sftp.example.com')}",
            f"  user: {_text(draft.user or 'edi')}",
            f"  key_file: keys/{draft.id}",
            f"  host_key: {_text(draft.host_key or 'ssh-ed25519 AAAA')}",
        ]
    else:
        lines.append(f"channel: {{kind: folder, root: exchange/{draft.id}}}")
    lines += _agreements(draft)
    text = "\n".join(lines) + "\n"
    _, _, faults = read_model(Partner, text, f"partners/{draft.id}.yaml")
    return text, faults


def _agreements(draft: Draft) -> list[str]:
    if not draft.kinds:
        return ["agreements: []"]
    lines = ["agreements:"]
    for kind in dict.fromkeys(draft.kinds):
        name = re.sub(r"[^a-z0-9]+", "-", kind.lower().rpartition("}")[2].removeprefix("xml ")).strip("-")
        lines += [f"  - id: {draft.id.lower()}-{name}", f"    receives: {_text(kind)}"]
        mapping = f"mapping: {draft.mapping}, " if draft.mapping else ""
        lines.append(f"    deliver: {{{mapping}to: {draft.to or 'OTHER-PARTNER'}}}")
    return lines


def _text(value: str) -> str:
    """A value as YAML takes it in a flow: quoted where it is not of plain letters.

    >>> _text("ZZ"), _text("CUSDEC D96B"), _text("a: {b}"), _text('say "x"')
    ('ZZ', 'CUSDEC D96B', '"a: {b}"', '"say \\\\"x\\\\""')
    """
    if re.fullmatch(r"[A-Za-z0-9_.\u4e00-\u9fff][A-Za-z0-9_. \u4e00-\u9fff/+=-]*", value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(each if each.isprintable() else " " for each in escaped) + '"'
