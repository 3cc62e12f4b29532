"""What somebody is told who writes mappings, layouts and partner files from the documents: all at once, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.formats.secrets import MASK
from tests.support.cli import edi_router, process

LAYOUT = """\
id: boxes
kind: csv
records:
  - name: Row
    fields:
      - {name: No, column: 箱号, length: 11}
      - {name: Day, type: date, form: yyyy/M/d}
"""
XSD = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:example:boxes" elementFormDefault="qualified">
<xs:element name="Boxes"><xs:complexType><xs:sequence>
<xs:element name="Box" type="xs:string" maxOccurs="unbounded"/><xs:element name="Yard" type="xs:string"/>
</xs:sequence></xs:complexType></xs:element></xs:schema>
"""
MAPPING = """\
id: boxes-xml
from: csv boxes
to: xml/boxes.xsd
output:
  Boxes:
    do:
      Box: {each: Row, from: No, as: {cut: "4"}}
      Yard: {const: A}
"""
PARTNER = """\
id: FWD
name: {en: Forwarder, zh: 货代}
status: live
role: forwarder
channel: {kind: folder, root: exchange/FWD}
agreements:
  - id: boxes
    receives: csv boxes
    when: {path: Row/No, equals: CSQU3054383}
    deliver: {mapping: boxes-xml, to: {code: "Row[1]/No"}}
  - id: gate
    receives: CODECO
    when: {path: "SG5/EQD[d8053='CN']"}
    deliver: {to: FWD}
"""
DOCUMENT = """\
id: boxes
for: xml {urn:example:boxes}Boxes
schema: xml/boxes.xsd
key: Yard
references: {container: Box}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    assert edi_router("new", "project", folder).code == 0
    for name, text in {
        "schemas/records/boxes.yaml": LAYOUT,
        "schemas/xml/boxes.xsd": XSD,
        "schemas/documents/boxes.yaml": DOCUMENT,
        "mappings/boxes-xml/mapping.yaml": MAPPING,
        "mappings/boxes-xml/cases/one/in.csv": "箱号,Day\nCSQU3054383,2016/7/1\n",
        "partners/FWD.yaml": PARTNER,
    }.items():
        write(folder / name, text)
    return folder


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="gb18030" if file.name == "in.csv" else "utf-8")


def change(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def lint(folder: Path, *more: str) -> tuple[int, list[str]]:
    """The exit code, and each fault as place, severity, code and text, with its hint."""
    ran = edi_router("lint", folder, *more)
    lines = ran.out.replace(f"{folder}/", "").replace("\n    ", " => ").splitlines()
    return ran.code, lines[:-1]


def test_what_is_right_has_no_faults(workspace: Path) -> None:
    assert lint(workspace) == (0, [])


def test_everything_wrong_with_a_partner_file_is_told_at_once(workspace: Path) -> None:
    change(
        workspace / "partners/FWD.yaml",
        ("id: FWD", "id: fwd"),
        ("status: live", "status: Live"),
        ("{kind: folder", "{kind: ftp"),
        ("mapping: boxes-xml", "mapping: boxes-xmls"),
        ("to: FWD}", "to: FWDR}\n    priority: 12\n    registers: [trnsfer]"),
        ("role:", "contrl_kinds: functionel\nunpack: true\nencoding: chinese\nrole:"),
    )
    code, told = lint(workspace)
    assert code == 1
    found = [
        (line.split(" ", 1)[0], line.rpartition("did you mean: ")[2] if "did you" in line else "")
        for line in told
    ]
    assert found == [
        ("partners/FWD.yaml:1:5:", ""),
        ("partners/FWD.yaml:3:9:", "live"),
        ("partners/FWD.yaml:4:15:", "functional"),
        ("partners/FWD.yaml:5:9:", "yes"),
        ("partners/FWD.yaml:8:17:", "sftp"),
        ("partners/FWD.yaml:13:24:", "boxes-xml"),
        ("partners/FWD.yaml:17:19:", "FWD"),
        ("partners/FWD.yaml:18:15:", ""),
        ("partners/FWD.yaml:19:17:", "transfer"),
    ]


def test_an_encoding_that_there_is_not_is_refused(workspace: Path) -> None:
    change(workspace / "partners/FWD.yaml", ("role:", "encoding: utf-16\nrole:"))
    code, told = lint(workspace)
    assert (code, len(told)) == (1, 1)
    assert "partners/FWD.yaml:4:11: error config-value: `encoding` has a wrong value `utf-16`" in told[0]


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "hint"),
    [
        ("partners/FWD.yaml", "path: Row/No", "path: Row/no", "9:22", "No"),
        ("partners/FWD.yaml", '"Row[1]/No"', '"Row[1]/no"', "10:54", "No"),
        ("partners/FWD.yaml", '"Row[1]/No"', "row/No", "10:46", "Row"),
        ("partners/FWD.yaml", "SG5/EQD", "SG5/EQd", "13:23", "EQD"),
        ("schemas/documents/boxes.yaml", "key: Yard", "key: yard", "4:6", "Yard"),
        ("schemas/documents/boxes.yaml", "container: Box", "container: [Box, Bux]", "5:31", "Box"),
    ],
)
def test_a_path_of_an_agreement_or_document_type_that_selects_nothing_is_told(
    workspace: Path, file: str, old: str, new: str, place: str, hint: str
) -> None:
    change(workspace / file, (old, new))
    code, told = lint(workspace)
    assert (code, len(told)) == (1, 1), told
    assert told[0].startswith(f"{file}:{place}: error path-unknown: ")
    assert told[0].endswith(f"did you mean: {hint}")


def test_paths_for_releases_that_are_not_defined_here_are_no_faults(workspace: Path) -> None:
    written = "id: codeco-own\nfor: CODECO\nreferences: {document: [BGM/d1004, BGM/C106/d1004]}\n"
    write(workspace / "schemas/documents/codeco-own.yaml", written)
    assert lint(workspace) == (0, [])
    change(
        workspace / "schemas/documents/codeco-own.yaml", ("BGM/d1004", "BGM/d1005"), ("C106/d1004", "C106/d9")
    )
    assert [line.split(" ")[0] for line in lint(workspace)[1]] == [
        "schemas/documents/codeco-own.yaml:3:29:",
        "schemas/documents/codeco-own.yaml:3:45:",
    ]


def test_links_and_folders_in_the_place_of_files_are_told(workspace: Path) -> None:
    (workspace / "partners/GONE.yaml").symlink_to("../nowhere.yaml")
    (workspace / "mappings/more/mapping.yaml").mkdir(parents=True)
    (workspace / "mappings/more/mapping.yaml/X.yaml").touch()
    (workspace / "mappings/linked").symlink_to(workspace / "schemas")
    code, told = lint(workspace)
    assert code == 0, "warnings"
    faults = edi_router("lint", workspace, "--json").json["faults"]
    assert {fault["code"] for fault in faults} == {"config-no-file"}
    assert [line.partition(" => ")[0] for line in told] == [
        "mappings/linked: warning config-no-file: This is not read as a configuration file: it is a link to a folder, "
        "which is not followed.",
        "mappings/more/mapping.yaml: warning config-no-file: This is not read as a configuration file: it is a folder.",
        "partners/GONE.yaml: warning config-no-file: This is not read as a configuration file: it is a link to "
        "../nowhere.yaml, which is not there.",
    ]


def test_an_unexpected_fault_of_a_case_is_told_with_its_text(workspace: Path) -> None:
    ran = edi_router("--workspace", workspace, "test", "boxes-xml")
    assert ran.code == 1
    assert (
        "    +value-cut 2:1 Row(1) element 1\n"
        "         Box: `CSQU3054383` was cut to `CSQU`.  [mapping.yaml:7]\n"
    ) in ran.out
    chinese = process("--workspace", workspace, "test", "boxes-xml", lang="zh")
    assert "         Box：`CSQU3054383` 被截断为 `CSQU`。  [mapping.yaml:7]\n" in chinese.out


def test_a_folder_of_a_case_without_a_file_is_a_failure(workspace: Path) -> None:
    assert edi_router("--workspace", workspace, "test", "--accept").code == 0
    (workspace / "mappings/boxes-xml/cases/later").mkdir()
    ran = edi_router("--workspace", workspace, "test")
    assert ran.code == 1
    assert "FAILED boxes-xml/later" in ran.out
    assert "cannot be run: it needs exactly one file in.edi, in.xml, in.csv or in.txt." in ran.out
    chinese = process("--workspace", workspace, "test", lang="zh")
    assert "无法运行：须恰有一个文件" in chinese.out


def test_a_mapping_that_cannot_be_run_is_told_in_the_language_of_the_screen(workspace: Path) -> None:
    change(workspace / "mappings/boxes-xml/mapping.yaml", ('as: {cut: "4"}', "table: bxes"))
    ran = process("--workspace", workspace, "test", lang="zh")
    assert ran.code == 1
    assert "table-missing: 没有代码表 `bxes`。" in ran.out


def test_a_rule_file_that_there_is_not_is_told_where_it_is_named(workspace: Path) -> None:
    change(
        workspace / "partners/FWD.yaml",
        ("receives: csv boxes", "receives: csv boxes\n    rules: rules/cuscr.yaml"),
    )
    change(
        workspace / "schemas/documents/boxes.yaml",
        ("key:", "rules: [rules/cusdec.yml]\nkey:"),
        ("xml/boxes", "boxes"),
    )
    assert lint(workspace)[1] == [
        "partners/FWD.yaml:9:12: error rules-missing: There is no rule file `rules/cuscr.yaml` under schemas/. "
        "=> did you mean: rules/cuscar.yaml",
        "schemas/documents/boxes.yaml:3:9: error schema-missing: The schema boxes.xsd is missing. "
        "=> did you mean: xml/boxes.xsd",
        "schemas/documents/boxes.yaml:4:9: error rules-missing: There is no rule file `rules/cusdec.yml` under schemas/. "
        "=> did you mean: rules/cusdec.yaml",
    ]


def test_a_layout_of_another_kind_than_the_mapping_says(workspace: Path) -> None:
    change(workspace / "mappings/boxes-xml/mapping.yaml", ("csv boxes", "records boxes"))
    ran = edi_router("lint", workspace / "mappings/boxes-xml")
    assert ran.code == 1
    assert (
        "mapping.yaml:2:7: error config-value: `from` has a wrong value `records boxes`: the layout is of kind csv."
        in ran.out
    )
    assert "did you mean: csv boxes" in ran.out


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("csv boxs", "--from: There is no layout `boxs`: schemas/records/boxs.yaml; did you mean boxes?"),
        ("records boxes", "--from: the layout is of kind csv: `csv boxes`"),
    ],
)
def test_a_new_mapping_of_a_layout_that_there_is_not(workspace: Path, source: str, told: str) -> None:
    sample = workspace / "mappings/boxes-xml/cases/one/in.csv"
    arguments = ("new", "mapping", "other", "--from", source, "--to", "xml/boxes.xsd", "--sample", sample)
    ran = edi_router("--workspace", workspace, *arguments)
    assert ran.code == 2
    assert told in ran.err


@pytest.mark.parametrize(("mark", "shown"), [(";", ";"), ("\t", "TAB"), ("|", "|")])
def test_a_code_table_of_another_program_is_one_fault(workspace: Path, mark: str, shown: str) -> None:
    write(workspace / "mappings/tables/size.csv", f"code{mark}value\n22G1{mark}20\n45G1{mark}40\n")
    assert lint(workspace)[1] == [
        "mappings/tables/size.csv:1: error table-syntax: The code table cannot be read: the header has no column `code`; "
        f"its columns are divided by `{shown}`, write commas. => Correct the line and run `edi-router lint`."
    ]
    ran = process("lint", workspace, lang="zh")
    assert f"各列以 `{shown}` 分隔" in ran.out


def test_a_single_file_can_be_linted(workspace: Path) -> None:
    change(workspace / "partners/FWD.yaml", ("Row/No", "Row/no"))
    change(workspace / "schemas/documents/boxes.yaml", ("key: Yard", "key: Yrd"))
    for name, line in (("partners/FWD.yaml", "9:22"), ("schemas/documents/boxes.yaml", "4:6")):
        ran = edi_router("lint", workspace / name)
        assert ran.code == 1
        assert [each.split(": ")[0] for each in ran.out.splitlines()[::2]][:-1] == [
            f"{workspace / name}:{line}"
        ]
    assert edi_router("lint", workspace / "schemas/xml").out == "no faults\n"
    told = edi_router("lint", workspace.parent)
    assert told.code == 2
    assert "is neither a workspace nor a part of one" in told.err


def test_a_flat_file_is_shown_by_its_layout(workspace: Path) -> None:
    sample = workspace / "mappings/boxes-xml/cases/one/in.csv"
    shown = edi_router("--workspace", workspace, "show", "--layout", "boxes", sample)
    assert shown.code == 0, shown.err
    assert "    1   Row\n          No 箱号: CSQU3054383\n          Day: 2016/7/1\n" in shown.out
    shape = edi_router("--workspace", workspace, "show", "--layout", "boxes", sample, "--json").json
    assert shape["documents"] == [
        {
            "name": "boxes",
            "records": [
                {
                    "record": 1, "name": "Row", "line": 2, "records": [],
                    "fields": [
                        {"name": "No", "column": "箱号", "value": "CSQU3054383"}, {"name": "Day", "value": "2016/7/1"}
                    ],
                }
            ],
        }
    ]  # fmt: skip
    assert (shape["format"], shape["fault_count"], "interchanges" in shape) == ("csv", 0, False)


def test_secrets_of_a_flat_file_are_not_shown(root: Path) -> None:
    sample = root / "samples/good/trusted-firms.csv"
    shown = edi_router("show", "--layout", "trusted-firms", sample, "--json")
    fields = [
        field
        for document in shown.json["documents"]
        for record in document["records"]
        for field in record["fields"]
    ]
    secret = [field["value"] for field in fields if field["name"] == "Filers"]
    assert secret
    assert set(secret) == {MASK}


def test_records_that_belong_to_others_stand_below_them(root: Path) -> None:
    shown = edi_router("show", "--layout", "codeco-flat", root / "samples/good/codeco-flat.txt").out
    assert "    3   Container\n" in shown
    assert "    4     Bill\n" in shown
