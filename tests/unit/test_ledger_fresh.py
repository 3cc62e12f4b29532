"""A new SQLite ledger is made at once; it is the one that the migrations make."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from edi_router.ledger import fresh
from edi_router.ledger.ledger import Ledger
from edi_router.ledger.migrations.write import text
from edi_router.ledger.upgrade import HEAD, migrate

Content = tuple[set[tuple[str, ...]], dict[str, list[tuple[object, ...]]]]


def content(path: Path) -> Content:
    """Every table, index and trigger as it was declared, and every row."""
    with sqlite3.connect(path) as database:
        declared = {
            (kind, name, table, " ".join((sql or "").split()))
            for kind, name, table, sql in database.execute(
                "SELECT type, name, tbl_name, sql FROM sqlite_master"
            )
        }
        tables = [name for kind, name, _, _ in declared if kind == "table"]
        rows = {name: database.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    database.close()
    return declared, rows


def migrated(path: Path) -> Path:
    """A ledger that the migrations made."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()
    return path


def opened(path: Path) -> Path:
    """A ledger as it is opened."""
    ledger = Ledger.open(f"sqlite:///{path}")
    ledger.migrate()
    assert ledger.is_current()
    ledger.close()
    return path


def test_it_is_that_of_the_migrations(tmp_path: Path) -> None:
    made, wanted = content(opened(tmp_path / "new.db")), content(migrated(tmp_path / "old.db"))
    assert made == wanted
    assert made[1]["alembic_version"] == [(HEAD,)]


def test_the_statements_are_those_of_the_migrations() -> None:
    assert fresh.FILE.read_text(encoding="utf-8") == text(), (
        "run: python -m edi_router.ledger.migrations.write"
    )


def test_alembic_is_not_imported_for_it(tmp_path: Path) -> None:
    program = (
        "import sys; from edi_router.ledger.ledger import Ledger; ledger = Ledger.open(sys.argv[1])\n"
        "ledger.migrate(); ledger.migrate(); print(ledger.is_current(), 'alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{tmp_path / 'new.db'}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_statements_of_other_migrations_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "sqlite.sql"
    other.write_text("-- Made of the migrations of SHA-256 0\nCREATE TABLE wrong (id INTEGER);\n")
    monkeypatch.setattr(fresh, "FILE", other)
    made = content(opened(tmp_path / "new.db"))
    monkeypatch.undo()
    assert made == content(opened(tmp_path / "another.db"))


def test_a_file_with_tables_of_its_own_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (id INTEGER)")
    database.close()
    declared, _ = content(opened(path))
    assert ("table", "theirs", "theirs", "CREATE TABLE theirs (id INTEGER)") in declared
    assert {name for kind, name, _, _ in declared if kind == "table"} > {"message", "alembic_version"}
