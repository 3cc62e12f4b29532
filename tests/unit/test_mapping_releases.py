"""One mapping for several releases of a message, and names for groups whose number moved."""

from __future__ import annotations

import datetime

import pytest

from edi_router.config import Tree
from edi_router.faults import Fault
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.directory import definitions_over
from edi_router.mapping import Context, Mapping
from edi_router.mapping.documents import Source
from edi_router.mapping.lint_paths import lint_paths
from edi_router.mapping.mapping import compiled
from edi_router.mapping.model import Definition
from edi_router.mapping.reading import read_definition
from edi_router.mapping.shape import EdifactShape

HEAD = """\
id: example
to: xml/outcome.xsd
from: {origin}
aliases: {aliases}
output:
  Outcome:
    do:
"""
CODECO = HEAD.format(
    origin="[CODECO D95B, CODECO D01B]", aliases="{BOXES: {D95B: SG5, D01B: SG10}, NUMBER: EQD/C237/d8260}"
)
NOW = datetime.datetime(2026, 3, 14, 2, 0, tzinfo=datetime.UTC)


def read(text: str) -> Definition:
    definition, faults = read_definition(text, "mapping.yaml")
    assert definition is not None, faults
    return definition


def faults_of(text: str) -> list[Fault]:
    definition, faults = read_definition(text, "mapping.yaml")
    assert definition is None
    return faults


def mapping(text: str) -> Mapping:
    tree = Tree.over_shipped()
    loaded, _ = compiled(tree, read(text), definitions_over(tree))
    return loaded


def message(directory: str) -> bytes:
    party = "NAD+CA+LINE:172:ZZZ'"
    lines = [
        f"UNH+1+CODECO:D:{directory}:UN'", "BGM+34+GATE1+9'", party, "EQD+CN+CSQU3054383+22G1:102:5++3+5'",
        "CNT+16:1'", "UNT+6+1'",
    ]  # fmt: skip
    return "".join(["UNB+UNOC:3+LINE+TERM+260314:0930+1'", *lines, "UNZ+1+1'"]).encode()


@pytest.mark.parametrize("directory", ["95B", "01B"])
def test_an_alias_is_the_group_of_the_message_s_release(directory: str) -> None:
    used = mapping(
        CODECO
        + "      Key: {from: \"BOXES[EQD/d8053='CN']/NUMBER\"}\n"
        + "      Received: {const: 'yes', when: {path: /BOXES/EQD/d8249, equals: '3'}}\n"
    )
    [document] = Source(Tree.over_shipped()).documents(message(directory), used.definition)
    assert document.root is not None
    assert not document.faults
    context = Context(now=NOW, business_date=NOW.date(), message_id="1")
    result = used.run(document.root, context)
    values = {line.target.rpartition("/")[2]: line.value for line in result.lineage}
    assert values == {"Key": "CSQU3054383", "Received": "yes"}


def test_each_release_is_linted_by_its_own_definition() -> None:
    tree = Tree.over_shipped()
    definitions = definitions_over(tree)
    definition = read(CODECO + "      Key: BOXES/SG11/DAM/d7493\n      Faults: SG5/EQD/C237/d8260\n")
    told: dict[str, list[str]] = {}
    for each in (definition, *definition.others):
        directory = each.origin.qualifier or ""
        shape_of = definitions.message_of(directory, "CODECO")
        assert shape_of is not None
        faults = lint_paths(each, EdifactShape.of_message(definitions, shape_of))
        told[directory] = [str(fault.values["problem"]) for fault in faults]
    assert told == {"D95B": ["SG5 has no SG11"], "D01B": ["CODECO has no SG5"]}


def test_the_origin_includes_every_release_and_no_other() -> None:
    origin = read(CODECO + "      Key: BGM/C106/d1004\n").origin
    assert str(origin) == "CODECO D95B, CODECO D01B"
    assert [origin.includes(Kind.parse(f"CODECO {name}")) for name in ("D95B", "D01B", "D96B")] == [
        True, True, False,
    ]  # fmt: skip
    assert origin.overlaps(Kind.parse("CODECO"))
    assert not origin.overlaps(Kind.parse("COARRI D95B"))


@pytest.mark.parametrize(
    ("origin", "aliases", "problem", "column"),
    [
        ("[CODECO D95B, COARRI D95B]", "{}", "several sources are releases of one message type", 7),
        ("[CODECO D95B, CODECO D95B]", "{}", "several sources are releases of one message type", 7),
        ("CODECO D95B", "{SG9: SG5}", "an alias is four capital letters or more", 11),
        ("CODECO D95B", "{BOXES: /SG5}", "expected a group such as SG30, or steps such as C819/d3229", 18),
        ("CODECO D95B", "{BOXES: {D01B: SG10, D95B: SG5}}", "`from` has no such release", 19),
        ("[CODECO D95B, CODECO D01B]", "{BOXES: {D95B: SG5}}", "say what it is in D01B", 18),
        (
            "xml Order",
            "{BOXES: SG5}",
            "expected names for parts of an EDIFACT message, as in `ITEM: SG30`",
            10,
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(origin: str, aliases: str, problem: str, column: int) -> None:
    text = HEAD.format(origin=origin, aliases=aliases) + "      Key: No\n"
    [fault] = faults_of(text)
    assert (fault.code, fault.values["problem"]) == ("config-value", problem)
    assert (fault.place.line, fault.place.column) in {(3, column), (4, column)}
