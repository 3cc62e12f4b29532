"""Flat files and EDIFACT outputs in the pipeline: the layout by the agreement, receipts, sealed interchanges."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.faults import Fault
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.reader import read
from edi_router.pipeline.configuration import Configuration, load_configuration
from edi_router.pipeline.model import Decision, FileOutcome, Incoming, Prior, Sent
from edi_router.pipeline.process import process

GOOD = shipped_directory() / "samples" / "good"
NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
CSV = (GOOD / "certificate-origin.csv").read_bytes()
FLAT = (GOOD / "codeco-flat.txt").read_bytes()
PORT = """
id: PORT
name: {en: Port, zh: 港口}
status: live
role: port operator
identifications: [{id: PORTX, qualifier: ZZ}]
edifact: {syntax: UNOY, version: 4, newline: yes, application_reference: GATE, acknowledge: yes}
agreements:
  - {id: gate, receives: records codeco-flat, deliver: {mapping: flat-codeco, to: PORT}}
  - {id: origin, receives: csv certificate-origin, deliver: {mapping: co-certificate, to: FIRM},
     receipt: answer}
"""
ANSWER = """
id: answer
kind: csv
records: [{name: Answer, min: 1, fields: [{name: Key, mandatory: yes}, {name: Received}]}]
"""
RECEIPT = """
id: answer
from: xml Outcome
to: csv answer
output:
  answer:
    do:
      Answer: {do: {Received: Received, Key: {from: Key, required: yes}}}
"""
FIRM = """
id: FIRM
name: {en: Firm, zh: 企业}
status: live
role: enterprise
agreements:
  - {id: transfer, receives: xml TransferOrder, deliver: {mapping: transfer-sancrt, to: PORT}}
"""


@dataclass
class View:
    prior: Prior | None = None

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        return self.prior

    def sent_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str
    ) -> Sent | None:
        return None

    def sent_document(self, partner: str, numbers: object) -> Sent | None:
        return None


def configured(folder: Path, port: str = PORT) -> tuple[Configuration | None, list[Fault]]:
    (folder / "partners").mkdir(parents=True)
    (folder / "partners/PORT.yaml").write_text(port, encoding="utf-8")
    (folder / "schemas/records").mkdir(parents=True)
    (folder / "schemas/records/answer.yaml").write_text(ANSWER, encoding="utf-8")
    (folder / "mappings/answer").mkdir(parents=True)
    (folder / "mappings/answer/mapping.yaml").write_text(RECEIPT, encoding="utf-8")
    (folder / "partners/FIRM.yaml").write_text(FIRM, encoding="utf-8")
    return load_configuration(Tree((folder, shipped_directory())), Tree((folder,)))


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    found, faults = configured(tmp_path_factory.mktemp("flat"))
    assert found is not None, faults
    return found


def run(
    data: bytes, configuration: Configuration, partner: str = "PORT", prior: Prior | None = None,
    only: frozenset[str] = frozenset(),
) -> FileOutcome:  # fmt: skip
    incoming = Incoming(
        "f1", partner, "drop", data, hashlib.sha256(data).hexdigest(), NOW, "2026-03-14", only
    )
    return process(incoming, configuration, View(prior))


def test_a_flat_file_becomes_an_interchange_in_the_partners_syntax(configuration: Configuration) -> None:
    outcome = run(FLAT, configuration)
    assert (outcome.format, outcome.decision) == ("records", Decision.ACCEPTED)
    [interchange] = outcome.interchanges
    [message] = interchange.messages
    assert (interchange.control_reference, message.type, message.reason[:14]) == (
        "QWT2603140002", "codeco-flat", "agreement gate",
    )  # fmt: skip
    assert ("container", "EXMU1000067") in [(each.kind, each.value) for each in message.references]
    [output] = message.outputs
    assert (output.format, output.name, output.content) == ("edifact", "codeco-flat_f1-1-1.edi", None)
    assert output.unsealed is not None
    assert (output.unsealed.stream, output.unsealed.sender, output.unsealed.recipient) == (
        "edifact:PORT", "EDIROUTER", "PORTX",
    )  # fmt: skip
    data = output.unsealed.seal(42)
    assert data.startswith(b"UNB+UNOY:4+EDIROUTER:ZZ+PORTX:ZZ+20260314:1000+42++GATE++1'\n")
    assert data.endswith(b"UNZ+1+42'\n")
    [made] = read(data)
    for each in made.messages():
        assert not each.faults
        assert not check(each, configuration.definitions, syntax_version=4).faults
    assert not made.faults


def test_a_csv_file_is_told_from_a_flat_one_by_its_header(configuration: Configuration) -> None:
    outcome = run(CSV, configuration)
    [interchange] = outcome.interchanges
    [message] = interchange.messages
    assert (outcome.format, message.decision, message.agreement) == ("csv", Decision.ACCEPTED, "origin")
    assert message.outputs[0].name == "certificate-origin_f1-1-1.xml"
    [receipt] = interchange.acknowledgements
    assert (receipt.name, receipt.format) == ("receipt_f1-1-1.csv", "csv")
    assert receipt.content == b"Key,Received\r\nC264205000110001,yes\r\n"
    assert message.length == len(CSV) - message.offset


def test_each_document_is_decided_by_itself(configuration: Configuration) -> None:
    rows = CSV.decode("gb18030").split("\r\n")
    other = "\r\n".join(rows[1:-1]).replace("C264205000110001", "C264205000110002").replace(",BAG,", ",,")
    outcome = run((CSV.decode("gb18030") + other + "\r\n").encode("gb18030"), configuration)
    [interchange] = outcome.interchanges
    assert [each.decision for each in interchange.messages] == [Decision.ACCEPTED, Decision.REJECTED]
    assert [fault.code for fault in interchange.messages[1].faults] == ["field-missing"]
    assert interchange.decision is Decision.ACCEPTED
    assert len(interchange.acknowledgements) == 2
    again = run(CSV, configuration, only=frozenset({"f1-1-1"}))
    assert [each.id for each in again.interchanges[0].messages] == ["f1-1-1"]
    assert again.interchanges[0].acknowledgements == ()


def test_what_is_wrong_with_the_file_rejects_its_documents(configuration: Configuration) -> None:
    outcome = run(CSV.replace("HS编码".encode("gb18030"), "HS码".encode("gb18030")), configuration)
    [message] = outcome.interchanges[0].messages
    assert message.decision is Decision.REJECTED
    assert [fault.code for fault in message.faults] == ["column-missing"]
    assert [fault.code for fault in outcome.interchanges[0].faults] == ["column-unknown"]


def test_a_repeat_is_answered_again(configuration: Configuration) -> None:
    prior = Prior("e", "f0", NOW, True)
    [interchange] = run(CSV, configuration, prior=prior).interchanges
    assert (interchange.decision, interchange.duplicate_of) == (Decision.DUPLICATE, "e")
    assert interchange.messages[0].outputs == ()


@pytest.mark.parametrize(("data", "code"), [(b"hello", "format-unknown"), (b" \r\n", "file-empty")])
def test_neither(configuration: Configuration, data: bytes, code: str) -> None:
    outcome = run(data, configuration)
    assert (outcome.interchanges, [fault.code for fault in outcome.faults]) == ((), [code])


def test_xml_to_edifact(configuration: Configuration) -> None:
    outcome = run((GOOD / "transfer-order.xml").read_bytes(), configuration, "FIRM")
    [output] = outcome.interchanges[0].messages[0].outputs
    assert output.unsealed is not None
    assert "活性酵母" in output.unsealed.seal(1).decode("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("records codeco-flat", "records codeco-flet", "config-unknown-name"),
        ("records codeco-flat", "csv codeco-flat", "config-value"),
        ("syntax: UNOY", "syntax: UNOQ", "config-value"),
        ("version: 4", "version: 5", "config-value"),
        ("newline: yes", "service: ':+.?'", "config-value"),
        ("newline: yes", "service: '::.? '''", "config-value"),
        ("version: 4", "service: ':+.?*'''", "config-value"),
        ("newline: yes", "encoding: utf-16", "config-value"),
    ],
)
def test_settings_that_are_wrong(tmp_path: Path, old: str, new: str, code: str) -> None:
    found, faults = configured(tmp_path, PORT.replace(old, new))
    assert found is None
    assert code in [fault.code for fault in faults]
