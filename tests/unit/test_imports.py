"""What a short command imports: only what it needs, for to import the rest takes longer than its work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from edi_router.config import shipped_directory

WATCHED = (
    "alembic", "apscheduler", "asn1crypto", "cryptography", "fastapi", "importlib.metadata", "jinja2", "lxml", "multiprocessing",
    "paramiko", "prometheus_client", "psycopg", "pydantic", "rich", "signxml", "smtplib", "sqlalchemy",
    "sqlalchemy.dialects.postgresql.base", "sqlalchemy.orm", "structlog", "urllib.request", "uvicorn", "xmlschema", "yaml",
    "edi_router.config.models", "edi_router.formats.document_type", "edi_router.formats.edifact.writer",
    "edi_router.formats.packed.reading", "edi_router.formats.records", "edi_router.formats.xml.reader",
    "edi_router.library.converting", "edi_router.mapping.mapping", "edi_router.pipeline.configuration",
    "edi_router.pipeline.registering", "edi_router.pipeline.reply_making", "edi_router.registers.judge", "edi_router.rules.check",
)  # fmt: skip
CONFIGURED = [
    "importlib.metadata",
    "pydantic",
    "yaml",
    "edi_router.config.models",
    "edi_router.formats.document_type",
]
"""What it takes to read a file of the configuration."""
PROGRAM = """
import sys
from edi_router.cli.main import main
sys.argv = ["edi-router", *sys.argv[2:]]
try:
    main()
finally:
    print(*(name for name in {watched} if name in sys.modules))
"""
PARTNER = """\
id: BUYER
name: {en: Example Buyer, zh: 示例买方}
role: enterprise
status: live
identifications: [{id: ENTA, qualifier: ZZ}]
channel: {kind: folder, root: exchange, wait_seconds: 0}
agreements:
  - id: declarations
    receives: CUSDEC D96B
    deliver: {mapping: cusdec-eciq, to: BUYER}
"""


def imported(*arguments: str | Path) -> list[str]:
    """Which of the `WATCHED` modules the command has imported at its end."""
    program = PROGRAM.format(watched=WATCHED)
    command = [sys.executable, "-c", program, "edi-router", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()


GOOD = shipped_directory() / "samples" / "good"
CUSDEC = GOOD / "cusdec-import.edi"


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (("--help",), []),
        (("validate", CUSDEC), []),
        (("validate", "--json", GOOD / "cusres.edi"), []),
        (("validate", GOOD / "paxlst.edi"), CONFIGURED),  # which has secrets
    ],
    ids=["help", "validate", "json", "secrets"],
)
def test_a_small_command_imports_little(arguments: tuple[str | Path, ...], needed: list[str]) -> None:
    assert imported(*arguments) == needed


def test_a_run_over_folders_imports_what_its_file_needs(tmp_path: Path) -> None:
    (tmp_path / "edi-router.yaml").write_text("name: test\n", encoding="utf-8")
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "BUYER.yaml").write_text(PARTNER, encoding="utf-8")
    for way in ("in", "out"):
        (tmp_path / "exchange" / way).mkdir(parents=True)
    (tmp_path / "exchange" / "out" / "a.edi").write_bytes(CUSDEC.read_bytes())
    assert imported("--workspace", tmp_path, "run", "--once") == [
        "cryptography", "importlib.metadata", "lxml", "pydantic", "sqlalchemy", "yaml", "edi_router.config.models",
        "edi_router.formats.document_type", "edi_router.formats.edifact.writer", "edi_router.formats.xml.reader",
        "edi_router.mapping.mapping", "edi_router.pipeline.configuration",
    ]  # fmt: skip
    made = {path.name.partition("_")[0]: path.suffix for path in (tmp_path / "exchange" / "in").iterdir()}
    assert made == {"CONTRL": ".edi", "CUSDEC": ".xml"}


GARBAGE = """
import atexit, gc, sys
from edi_router.cli.main import main
sys.argv = ["edi-router", "--help"]
atexit.register(lambda: print(gc.get_freeze_count(), len(gc.get_objects())))  # what is registered first is called last
try:
    main()
finally:
    before = gc.get_threshold()[0]
    from edi_router.engine.preload import preload
    preload()
    print(before, gc.get_threshold()[0])
"""


def test_garbage_is_not_looked_for_in_a_short_run_nor_at_its_end() -> None:
    done = subprocess.run([sys.executable, "-c", GARBAGE], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    short, lasting = map(int, lines[-2].split())
    frozen, looked_through = map(int, lines[-1].split())
    assert short > 2 * lasting > 700
    assert frozen > 10_000 > 100 * looked_through
