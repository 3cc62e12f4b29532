"""What comes twice between two rounds comes to the same as what comes twice in two rounds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from edi_router.ledger import tables
from tests.support.workspaces import Place, deployment

CASE = """\
<?xml version="1.0" encoding="UTF-8"?>
<LegalisationCase>
  <Head><MsgId>LC-2026-000219-9-1</MsgId><FunctionCode>9</FunctionCode><SendTime>20260314090000</SendTime></Head>
  <CaseNo>LC-2026-000219</CaseNo>
  <FirmCode>91420500MA0000000K</FirmCode><FirmName>示例生物科技有限公司</FirmName>
  <Country>EG</Country><Consulate>示例领事馆</Consulate><Urgent>0</Urgent>
  <Document><Kind>1</Kind><No>C264205000110001</No><Copies>2</Copies></Document>
  <Step><StepNo>1</StepNo><Code>10</Code><Time>20260314080439</Time></Step>
  <Fee>300.00</Fee>
</LegalisationCase>
""".encode()
OTHER = CASE.replace(b"</Fee>", b"</Fee>\n")
"""Under the same number, which is refused as one that was used."""


def states(
    root: Path, contents: Sequence[bytes], one_by_one: bool
) -> tuple[list[tuple[str, str]], list[str]]:
    """What becomes of the messages, file by file, and what the partner is told of them."""
    with deployment(root) as place:
        for number, content in enumerate(contents):
            path = place.drop("ENT-B", f"{number}.xml", content)
            os.utime(path, (1_700_000_000 + number,) * 2)
            if one_by_one:
                assert place.engine.until_idle().problems == []
        assert place.engine.until_idle().problems == []
        return _of_messages(place), sorted(name for name in place.inbox("ENT-B"))


def _of_messages(place: Place) -> list[tuple[str, str]]:
    m, f, t = tables.message, tables.file, tables.fault
    query = (
        select(f.c.name, m.c.state, t.c.code)
        .join_from(m, f, f.c.id == m.c.file)
        .join(t, t.c.subject == m.c.id, isouter=True)
        .order_by(f.c.name, t.c.number)
    )
    with place.ledger.read() as connection:
        return [tuple(row[1:]) for row in connection.execute(query)]


@pytest.mark.parametrize("contents", [(CASE, CASE), (CASE, CASE, OTHER), (CASE, OTHER, CASE)])
def test_a_repeat_is_one_though_a_register_would_refuse_it(tmp_path: Path, contents: Sequence[bytes]) -> None:
    """The first has opened the case, which for the second in view is there already: yet it was never another case."""
    together = states(tmp_path / "together", contents, one_by_one=False)
    apart = states(tmp_path / "apart", contents, one_by_one=True)
    assert [state for state, _ in apart[0]][:2] == ["completed", "duplicate"]
    assert together == apart
