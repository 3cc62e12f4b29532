"""docs/mapping.md, "Prove it": its commands are run and print what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi_router.mapping.replay_expect import read_expectation
from tests.support.cli import edi_router
from tests.unit.test_mapping_docs import PAGE, SCHEMA, block

COMMANDS = re.findall(r"```console\n\$ edi-router ([^\n]*)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    body = "".join(f"      {line}\n" for line in block("yaml prove").splitlines())
    mapping = f"id: prove\nfrom: xml Order\nto: xml/out.xsd\noutput:\n  Out:\n    do:\n{body}"
    files = {
        "edi-router.yaml": "name: prove\n",
        "mappings/prove/mapping.yaml": mapping,
        "mappings/prove/cases/order/in.xml": block("xml source"),
        "mappings/tables/country.csv": block("csv country"),
        "schemas/xml/out.xsd": SCHEMA,
        "old/mapping.yaml": mapping.replace("0:8", "0:4"),
        "order.xml": block("xml source"),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bare(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.splitlines()]
    return [line for line in lines if line]


@pytest.mark.parametrize(("command", "shown"), COMMANDS)
def test_a_command_prints_what_the_page_shows(place: Path, command: str, shown: str) -> None:
    ran = edi_router(*command.split())
    assert bare(ran.out) == bare(shown)
    assert ran.code == (1 if command.startswith("replay") else 0)


def test_there_are_commands() -> None:
    assert [command.split()[0] for command, _ in COMMANDS] == ["coverage", "replay", "trace"]


def test_the_expectation_is_what_accept_writes(place: Path) -> None:
    command = next(command for command, _ in COMMANDS if command.startswith("replay"))
    assert edi_router(*command.split(), "--accept").code == 0
    written = Path("mappings/prove/expect.yaml").read_text(encoding="utf-8")
    assert written == block(re.escape("yaml mappings/prove/expect.yaml"))
    assert edi_router(*command.split()).code == 0
    assert read_expectation(written, "expect.yaml")[1] == []
