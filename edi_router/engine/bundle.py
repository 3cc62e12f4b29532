"""A support bundle: all that is needed to look into one file or message elsewhere, with names and secrets masked.

The documents in it are masked ones of the same structure (`edi_router.library.masking`); the ledger's rows are masked
by the same words, so that one leads to the other.
"""

from __future__ import annotations

import io
import json
import platform
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Any

from edi_router.engine.workspace import Workspace
from edi_router.faults import Fault, as_json
from edi_router.ledger import Archive, Ledger
from edi_router.ledger.archive import Corrupt, Missing
from edi_router.library import checker
from edi_router.library.checker import Checker
from edi_router.library.masking import Masked, Masker, new_key
from edi_router.partners import Partner
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.unwrap import inside
from edi_router.version import __version__

_WORDS = frozenset({"by", "subject", "en", "zh", "note", "call", "host", "user", "root", "url", "host_key"})
"""Keys whose values are words or addresses, wherever they stand."""
_TOLD = frozenset({"reason"})
"""Keys whose values are an operator's words where `by` stands beside them."""
_PACKAGES = (
    "asn1crypto",
    "click",
    "cryptography",
    "lxml",
    "paramiko",
    "pydantic",
    "signxml",
    "sqlalchemy",
    "xmlschema",
)
_README = """\
Support bundle of {id}, made by edi-router {version}.

Words are masked: letters are other letters, digits other digits, under a key that nobody has. Codes, numbers, dates
and words of up to three characters are as they were, so this is still the sender's business: give it only to who looks
into it, and delete it then.

about.json          versions, digest of the configuration, counts and books
ledger.json         rows, events, faults, decisions
configuration/      the files that were used; partners as JSON, their names and addresses masked
documents/          the original and what was made of it, masked
documents.json      which is which, and whether the masked one has the same faults at the same places
"""


class Bundle:
    """What goes into the bundle of one file."""

    def __init__(
        self, workspace: Workspace, ledger: Ledger, archive: Archive, configuration: Configuration, id: str
    ) -> None:
        self.ledger = ledger
        self.workspace = workspace
        self.archive = archive
        self.configuration = configuration
        self.id = id
        self.shown = ledger.show(id)
        [self.file] = self.shown["files"] or [ledger.show(id)]
        self.masker = Masker(new_key(), configuration.definitions)

    def write(self) -> bytes:
        """The ZIP file."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in self.parts():
                file.writestr(name, content)
        return out.getvalue()

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """The files of the bundle by name. The documents come first: they say which words are masked."""
        index: dict[str, dict[str, object]] = {}
        for name, content, told in self._documents():
            masked, about = told
            index[name] = about | {
                "size": len(content),
                "reproduced": masked.reproduced,
                "differs": list(masked.added),
            }
            yield f"documents/{name}", masked.content
        yield "documents.json", _json(index)
        yield "ledger.json", _json(self._masked(self._told()))
        yield "about.json", _json(self._about())
        yield from self._configuration()
        yield "README.txt", _README.format(id=self.id, version=__version__).encode()

    def _documents(self) -> Iterator[tuple[str, bytes, tuple[Masked, dict[str, object]]]]:
        original = self._original()
        if original is not None:
            about: dict[str, object] = {"of": "file", "id": self.file["id"]}
            yield "original", original, (self._mask(original, self._checker()), about)
        for output in self.shown["outputs"] or ([self.shown] if self.shown["kind"] == "output" else []):
            content = self.ledger.content(output["id"])
            about = {"of": "output", "id": output["id"], "mapping": output["mapping"]}
            yield output["id"], content, (self._mask(content, checker(tree=self.workspace.root)), about)

    def _original(self) -> bytes | None:
        """The original out of its envelopes; None when it is gone, or cannot be opened."""
        try:
            content = self.archive.read(self.file["sha256"])
        except (Missing, Corrupt):
            return None
        return inside(self.file, content, self.configuration)

    def _checker(self) -> Checker:
        """Checks as the partner's files are checked."""
        partner = self.configuration.directory.partners.get(self.file["partner"])
        flat = self.file["format"] in ("csv", "records")
        layout = next((each["type"] for each in self.shown["messages"]), None) if flat else None
        if partner is None:
            return checker(tree=self.workspace.root, layout=layout, now=self.file["received"])
        granted = partner.granted_at(self.file["received"], self.configuration.settings.zone)
        return checker(
            tree=self.workspace.root, layout=layout, now=self.file["received"],
            encoding=partner.encoding, lenient=[each.value for each in granted],
            byte_lengths=partner.lengths == "bytes",
        )  # fmt: skip

    def _mask(self, content: bytes, checks: Checker) -> Masked:
        texts: set[str] = set()

        def check(data: bytes) -> list[Fault]:
            return checks.report(data).faults

        for document in checks.documents(content, checks.report(b"")):
            texts |= {value for node in checks.secret_nodes(document) if (value := node.value())}
        self.masker.secrets |= texts
        return self.masker.document(content, check)

    def _told(self) -> dict[str, Any]:
        shown = dict(self.shown)
        shown["faults"] = [
            {"subject": each["subject"], **self._fault(each["fault"])} for each in shown["faults"]
        ]
        if not shown["files"]:
            shown.pop("files")
        return shown

    def _fault(self, fault: Fault) -> dict[str, object]:
        values = {name: self.masker.text(str(value)) for name, value in fault.values.items()}
        masked = Fault(fault.code, fault.place, values, fault.rule, None)
        return {**as_json(masked), "values": values}

    def _masked(self, value: Any, key: str = "", person: bool = False) -> Any:
        """A row without words: those of people are masked whole, others as far as they are of the documents."""
        if isinstance(value, Mapping):
            by = bool(value.get("by"))
            return {name: self._masked(each, name, by) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._masked(each, key, person) for each in value]
        if not isinstance(value, str):
            return value
        if (key in _WORDS and not self._is_id(value)) or (person and key in _TOLD):
            return self.masker.value(value)
        return self.masker.text(value)

    def _is_id(self, value: str) -> bool:
        """Whether a `subject` is the id of a row and no holder of a certificate."""
        return value.startswith(self.file["id"])

    def _about(self) -> dict[str, object]:
        books = self.ledger.books(self.file["date"])
        return {
            "id": self.id,
            "engine": {"now": __version__, "then": self.file["engine"]},
            "configuration": {"now": self.configuration.digest, "then": self.file["config"]},
            "python": platform.python_version(),
            "system": platform.platform(),
            "packages": {name: metadata.version(name) for name in _PACKAGES},
            "counts": self.ledger.counts(),
            "books": {"date": self.file["date"], "balanced": books.balanced},
        }

    def _configuration(self) -> Iterator[tuple[str, bytes]]:
        partners = {self.file["partner"], *(each["partner"] for each in self.shown["outputs"])}
        directory = self.configuration.directory.partners
        known = [directory[each] for each in sorted(partners) if each in directory]
        for partner in known:
            told = partner.model_dump(mode="json", exclude_defaults=True, by_alias=True)
            yield f"configuration/partners/{partner.id}.json", _json(self._masked(told))
        tree = self.workspace.tree
        for name in sorted(self._files(known)):
            if tree.find(name) is not None:
                yield f"configuration/{name}", tree.read(name)

    def _files(self, partners: list[Partner]) -> Iterator[str]:
        """The mappings and registers of the agreements, and what documents are checked by."""
        told = [*self.shown["messages"], self.shown]
        used = {each.get("agreement") for each in told} - {None}
        types = {each.get("type") for each in told}
        agreements = [
            each for partner in partners if partner.id == self.file["partner"] for each in partner.agreements
        ]
        # What was refused before it was routed has none: it may have been any that takes its kind.
        chosen = [each for each in agreements if (each.id in used if used else each.kind.name in types)]
        mappings = {output["mapping"] for output in self.shown["outputs"]}
        for each in chosen:
            mappings |= {delivery.mapping for delivery in each.deliver} | {each.receipt}
            yield from (f"registers/{name}.yaml" for name in each.registers)
            yield from (f"schemas/{name}" for name in each.rules)
        yield from (f"mappings/{name}/mapping.yaml" for name in mappings if name)
        for described in self.configuration.documents:
            if described.kind.name in types:
                yield f"schemas/documents/{described.id}.yaml"
                yield from (f"schemas/{name}" for name in (*described.rules, described.schema_ or "-"))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode() + b"\n"
