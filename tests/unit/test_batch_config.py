"""Batches in partner files: what lint says, what the page shows, and the interchange that is written."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import edi_router
from edi_router.config import Tree, read_model
from edi_router.formats.edifact import read
from edi_router.formats.edifact.writer import WriteError
from edi_router.partners import load_partners
from edi_router.partners.closing import Cause
from edi_router.partners.model import Partner
from edi_router.partners.settings import Settings
from edi_router.pipeline.batches import Composer, bare_of
from edi_router.pipeline.series import load_exchange

HEAD = """\
id: A
name: {en: A, zh: 示例}
status: live
role: sample
batches:
"""
WINDOWS = 'windows: {opens: "22:00", closes: "02:00"}'
FORMS = f"  - {{id: forms, of: CUSDEC, {WINDOWS}}}\n"


def lint(folder: Path, text: str) -> list[tuple[str, int | None, int | None, str | None]]:
    (folder / "partners").mkdir()
    (folder / "partners" / "A.yaml").write_text(HEAD + text, encoding="utf-8")
    _, faults = load_partners(Tree((folder,)), {}, calendars=["customs-window"])
    return [(each.code, each.place.line, each.place.column, each.hint) for each in faults]


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        (FORMS, "", 0, None),
        (FORMS + f"  - {{id: more, of: [CUSREP, CUSDEC D96B], {WINDOWS}}}\n", "batches-collide", 7, None),
        (FORMS + f"  - {{id: forms, of: CUSREP, {WINDOWS}}}\n", "config-value", 7, None),
        (FORMS.replace("}}", "}, calendar: customs-windows}"), "config-unknown-name", 6, "customs-window"),
        (FORMS.replace("CUSDEC", "xml TransferOrder"), "config-value", 6, None),
        (FORMS.replace("02:00", "22:00"), "config-value", 6, None),
        (FORMS.replace("}}", "}, quotas: 3}"), "config-unknown-key", 6, "quota"),
    ],
)
def test_lint(tmp_path: Path, text: str, code: str, line: int, hint: str | None) -> None:
    found = [(found, at, near) for found, at, _, near in lint(tmp_path, text)]
    assert found == ([(code, line, hint)] if code else [])


def page(root: Path) -> str:
    return (root / "docs" / "batches.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_is_sound(root: Path, tmp_path: Path) -> None:
    [(name, text)] = re.findall(r"^```yaml (\S+)\n(.*?)^```$", page(root), re.MULTILINE | re.DOTALL)
    (tmp_path / "partners").mkdir()
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "edi-router.yaml").write_text("name: x\n", encoding="utf-8")
    exchange, faults = load_exchange(Tree.over_shipped(tmp_path))
    assert exchange is not None
    assert faults == []
    assert list(exchange.directory.partners) == ["NIGHT-OFFICE"]


def test_every_cause_is_on_the_page(root: Path) -> None:
    assert [each for each in Cause if f"`{each}`" not in page(root)] == []


def composer(**more: Any) -> Composer:
    groups = more.pop("groups", False)
    text = HEAD.replace("batches:\n", "") + "".join(f"{name}: {value}\n" for name, value in more.items())
    partner, _, faults = read_model(Partner, text, "A.yaml")
    assert partner is not None, faults
    return Composer(partner, Settings(), groups)


def messages(*texts: str, kind: str = "CUSRES") -> list[bytes]:
    return [
        bare_of(
            f"UNB+UNOY:3+X+Y+260314:0800+1'UNH+77+{kind}:D:96B:UN'BGM+962+{text}+9'UNT+3+77'UNZ+1+1'".encode(),
            None,
        )
        for text in texts
    ]


AT = datetime(2026, 3, 14, 14, 0, tzinfo=UTC)


def test_messages_are_numbered_anew() -> None:
    made = composer().compose(messages("A", "B"), 7, AT)
    assert made == (
        b"UNB+UNOC:3+EDIROUTER:ZZ+A+260314:2200+7'UNH+1+CUSRES:D:96B:UN'BGM+962+A+9'UNT+3+1'"
        b"UNH+2+CUSRES:D:96B:UN'BGM+962+B+9'UNT+3+2'UNZ+2+7'"
    )
    assert b"++++++1'" in composer().compose(messages("A"), 7, AT, True)


def test_functional_groups() -> None:
    members = [*messages("A", "B"), *messages("C", kind="CUSREP")]
    made = composer(groups=True).compose(members, 7, AT)
    assert re.findall(rb"UN[GEZ][^']*", made) == [
        b"UNG+CUSRES+EDIROUTER:ZZ+A+260314:2200+1+UN+D:96B", b"UNE+2+1",
        b"UNG+CUSREP+EDIROUTER:ZZ+A+260314:2200+2+UN+D:96B", b"UNE+1+2", b"UNZ+2+7",
    ]  # fmt: skip
    [interchange] = read(made)
    groups = [message.group.reference for message in interchange.messages() if message.group is not None]
    assert (groups, list(interchange.faults)) == (["1", "1", "2"], [])
    assert [each.code for each in edi_router.check(made) if each.code != "segment-missing"] == []


def test_the_level_has_the_characters_of_all() -> None:
    made = composer().compose(messages("A", "海*关", "é"), 7, AT)
    assert made.startswith(b"UNB+UNOY:3+")
    assert "BGM+962+海*关+9" in made.decode()
    assert composer().compose(messages("A", "é"), 7, AT).startswith(b"UNB+UNOC:3+")


def test_the_syntax_of_the_partner_is_that_of_now() -> None:
    made = composer(edifact="{syntax: UNOC, service: '|^.# ~', newline: yes}").compose(
        messages("A|B^"), 7, AT
    )
    assert b"BGM^962^A#|B#^^9~\n" in made
    assert b"UNZ^1^7~\n" in made
    chinese = composer(encoding="gb18030").compose(messages("海关"), 7, AT)
    assert "BGM+962+海关+9".encode("gb18030") in chinese
    with pytest.raises(WriteError):
        composer(edifact="{syntax: UNOC}").compose(messages("A", "海关"), 7, AT)
