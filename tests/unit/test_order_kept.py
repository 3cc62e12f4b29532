"""Files of a partner are processed in the order in which they came, also when the database was lost in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edi_router.config import shipped_directory
from edi_router.engine import work
from edi_router.engine.workspace import DATABASE_VARIABLE
from edi_router.pipeline.model import FileOutcome, Incoming
from edi_router.pipeline.process import process
from tests.support.postgresql import PostgreSQL
from tests.support.workspaces import deployment

DAY = shipped_directory() / "samples" / "day"
FILES = {
    "1": "ENT-A/0800-cusdec.edi", "2": "ENT-A/0815-cusdec-three.edi", "3": "TERM/1120-codeco.edi",
    "4": "ENT-A/0830-cusdec-chinese.edi",
}  # fmt: skip


@pytest.mark.postgresql
@pytest.mark.parametrize("size", [2, 250])
def test_what_is_behind_a_file_waits_with_it_for_the_database(
    size: int,
    tmp_path: Path,
    postgresql: PostgreSQL,
    postgresql_template: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = postgresql.create(postgresql_template)
    monkeypatch.setenv(DATABASE_VARIABLE, postgresql.url(database))
    monkeypatch.setattr(work, "FILES", size)
    order: list[str] = []

    def watched(incoming: Incoming, *rest: object) -> FileOutcome:
        if incoming.name == "1" and not order:
            ends = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
            postgresql.admin(ends)
        order.append(incoming.name)
        return process(incoming, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "process", watched)
    with deployment(tmp_path / "ws") as place:
        for at, (name, sample) in enumerate(FILES.items()):
            content = (DAY / sample).read_bytes()
            os.utime(place.drop(sample.partition("/")[0], name, content), (1_700_000_000 + at,) * 2)
        [told] = place.engine.until_idle().problems
        assert "1 could not be processed now" in told
        of_the_firm = [name for name in order if FILES[name].startswith("ENT-A")]
        assert of_the_firm == ["1", "1", "2", "4"]
        assert "3" in order, "another partner's file waits for nobody"
        assert {row["state"] for row in place.ledger.ls("file")} == {"processed"}
