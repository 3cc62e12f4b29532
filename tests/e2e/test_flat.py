"""Flat files dropped by a partner, through archive, ledger and mapping, to an interchange with its control number."""

from __future__ import annotations

from pathlib import Path

from edi_router.config import shipped_directory
from tests.support.cli import edi_router

GOOD = shipped_directory() / "samples" / "good"
PORT = """
id: PORT
name: {en: Port, zh: 港口}
status: live
role: port operator
identifications: [{id: PORTX, qualifier: ZZ}]
channel: {kind: folder, root: exchange/PORT, wait_seconds: 0}
edifact: {newline: yes, syntax: UNOY, version: 4}
agreements:
  - {id: gate, receives: records codeco-flat, deliver: {mapping: flat-codeco, to: PORT}}
  - {id: origin, receives: csv certificate-origin, deliver: {mapping: co-certificate, to: PORT}}
"""


def test_flat_files_are_routed(tmp_path: Path) -> None:
    project = tmp_path / "project"
    assert edi_router("new", "project", project).code == 0
    (project / "partners/PORT.yaml").write_text(PORT, encoding="utf-8")
    out, inbox = project / "exchange/PORT/out", project / "exchange/PORT/in"
    out.mkdir(parents=True)
    inbox.mkdir()
    for name in ("codeco-flat.txt", "certificate-origin.csv"):
        (out / name).write_bytes((GOOD / name).read_bytes())
    for _ in range(3):
        assert edi_router("--workspace", project, "run", "--once").code == 0
    assert list(out.iterdir()) == []
    made = sorted(inbox.iterdir(), key=lambda path: path.suffix)
    assert [path.suffix for path in made] == [".edi", ".xml"]
    lines = made[0].read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("UNB+UNOY:4+EDIROUTER:ZZ+PORTX:ZZ+")
    assert lines[0].endswith("+1'")
    assert lines[-1] == "UNZ+1+1'"
    assert "<CertNo>C264205000110001</CertNo>" in made[1].read_text(encoding="utf-8")
