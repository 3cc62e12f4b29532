"""docs/mapping.md: every example is run, every key and function is described."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from pydantic import BaseModel

from edi_router.config import Tree, shipped_directory
from edi_router.formats.records import Field, Layout, Record, read, read_layout
from edi_router.formats.xml.reader import parse
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.golden import STANDARD
from edi_router.mapping.lint import lint
from edi_router.mapping.mapping import load
from edi_router.mapping.model import CONDITION_KEYS, ITEM_KEYS, KEYS, TABLE_KEYS, WRAP_KEYS
from edi_router.paths import parse as parse_path

PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```\n```xml\n(.*?)```", PAGE, re.DOTALL)
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Out"><xs:complexType>
<xs:sequence><xs:any maxOccurs="unbounded" processContents="skip"/></xs:sequence>
</xs:complexType></xs:element></xs:schema>"""


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def canonical(text: str) -> str:
    parser = etree.XMLParser(remove_blank_text=True)
    return etree.tostring(etree.fromstring(text, parser), method="c14n2").decode()


@pytest.mark.parametrize(("mapping", "expected"), EXAMPLES)
def test_example(tmp_path: Path, mapping: str, expected: str) -> None:
    head = "id: m\nfrom: xml Order\nto: xml/out.xsd\noutput:\n  Out:\n    do:\n"
    if "use:" in mapping:
        fragments = "".join(f"  {line}\n" for line in block("yaml fragments").splitlines())
        head = head.replace("output:", f"fragments:\n{fragments}output:")
    body = "".join(f"      {line}\n" for line in mapping.splitlines())
    files = {
        "mappings/m/mapping.yaml": head + body,
        "mappings/tables/country.csv": block("csv country"),
        "schemas/xml/out.xsd": SCHEMA,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found, faults = load(Tree((tmp_path,)), "m")
    assert faults == []
    assert found is not None
    source = block("xml source").replace("</Order>", block("xml parties") + "</Order>")
    document, _ = parse(source.encode())
    assert document is not None
    result = found.run(document.node(), replace(STANDARD, sender="ACME"))
    made = etree.tostring(etree.fromstring(result.output)).decode()
    assert canonical(made) == canonical(f"<Out>{expected}</Out>")
    assert {fault.code for fault in result.faults} <= {"value-cut"}


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 8
    assert STANDARD.now.astimezone(STANDARD.zone) == datetime.datetime(2016, 7, 1, 12, tzinfo=STANDARD.zone)


def test_every_key_and_function_is_described() -> None:
    for key in {*KEYS, *ITEM_KEYS, "path", *TABLE_KEYS, *CONDITION_KEYS, *WRAP_KEYS}:
        assert re.search(rf"[`{{ ]{key}[`:]", PAGE), key
    for name, function in FUNCTIONS.items():
        argument = function.form + (
            " (may be left out)" if function.form and not function.needs_argument else ""
        )
        assert f"| `{name}` | {argument} | {function.summary} |" in PAGE


def laid_out(folder: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree((folder, shipped_directory()))


def output_of(tree: Tree) -> str:
    assert lint("m", tree) == []
    found, faults = load(tree, "m")
    assert faults == []
    assert found is not None
    document, _ = parse(block("xml source").encode())
    assert document is not None
    result = found.run(document.node(), STANDARD)
    assert result.faults == []
    return result.output.decode("gb18030")


def mapping_to(to: str, root: str, body: str, source: str = "xml Order") -> str:
    lines = "".join(f"      {line}\n" for line in body.splitlines())
    return f"id: m\nfrom: {source}\nto: {to}\noutput:\n  {root}:\n    do:\n{lines}"


def test_the_edifact_example(tmp_path: Path) -> None:
    text = mapping_to("CUSRES D96B", "CUSRES", block("yaml edifact"))
    made = output_of(laid_out(tmp_path, {"mappings/m/mapping.yaml": text}))
    assert made.split("'")[1:-2] == [line.rstrip("'") for line in block("edi").splitlines()]


def test_the_example_of_a_function_of_ones_own(tmp_path: Path) -> None:
    files = {
        "mappings/functions/harbour.py": block("python harbour"),
        "mappings/m/mapping.yaml": mapping_to("xml/out.xsd", "Out", block("yaml own")),
        "schemas/xml/out.xsd": SCHEMA,
    }
    found, faults = load(laid_out(tmp_path, files), "m")
    assert found is not None, faults
    document, _ = parse(block("xml source").encode())
    assert document is not None
    result = found.run(document.node(), STANDARD)
    assert result.faults == []
    made = etree.tostring(etree.fromstring(result.output)).decode()
    assert canonical(made) == canonical(f"<Out>{block('xml own')}</Out>")


def test_the_example_of_another_release_is_right(tmp_path: Path) -> None:
    body = block("yaml release")
    text = mapping_to("CODECO D01B", "CODECO", body + "SG10: {each: SG5, do: {EQD: EQD}}\n", "CODECO D95B")
    assert lint("m", laid_out(tmp_path, {"mappings/m/mapping.yaml": text})) == []


FORMATS = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


def part(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", FORMATS, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_of_a_flat_file(tmp_path: Path) -> None:
    files = {
        "schemas/records/flat.yaml": part("yaml layout"),
        "mappings/m/mapping.yaml": mapping_to("records flat", "flat", block("yaml records")),
    }
    assert output_of(laid_out(tmp_path, files)) == block("txt").replace("\n", "\r\n")


def test_the_file_of_the_example_reads_as_told() -> None:
    made, faults = read_layout(part("yaml layout"), "flat.yaml")
    assert faults == []
    assert made is not None
    [document], faults = read(part("txt file").encode(), made)
    assert (faults, list(document.faults)) == ([], [])
    told = {"Head/To": ["PORT"], "Box[1]/Bill/No": ["EXBL0000101", "EXBL0000102"],
            "Box[No='EXMU1000067']/Weight": ["16400"]}  # fmt: skip
    for path, expected in told.items():
        assert f"`{path}`" in FORMATS
        assert [value for value, _ in parse_path(path).values(document.root)] == expected


@pytest.mark.parametrize("model", [Layout, Record, Field])
def test_every_key_of_a_layout_is_described(model: type[BaseModel]) -> None:
    for name in model.model_fields:
        assert re.search(rf"^\| .*`{name}`", FORMATS, re.MULTILINE), name
