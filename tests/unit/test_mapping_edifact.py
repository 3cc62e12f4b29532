"""Mappings that write EDIFACT: keys that are paths, the directory's order, what is left out, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.faults import render
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.reader import read
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.formats.xml.reader import parse
from edi_router.mapping.golden import STANDARD
from edi_router.mapping.lint import lint
from edi_router.mapping.mapping import Mapping, Result, load
from edi_router.mapping.target_edifact import envelope_for

SHIPPED = shipped_directory()
DEFINITIONS = definitions_over(Tree((SHIPPED,)))
ORDER = "<Order><No>A-17</No><Date>20160701</Date>{}</Order>"


def tree_of(folder: Path, to: str, body: str, source: str = "xml Order") -> Tree:
    path = folder / "mappings/m/mapping.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    root = to.split()[0]
    inner = "".join(f"      {line}\n" for line in body.strip().splitlines())
    path.write_text(
        f"id: m\nfrom: {source}\nto: {to}\noutput:\n  {root}:\n    do:\n{inner}", encoding="utf-8"
    )
    return Tree((folder, SHIPPED))


def made(folder: Path, body: str, more: str = "", to: str = "CUSRES D96B", **settings: str) -> Result:
    mapping, faults = load(tree_of(folder, to, body), "m", DEFINITIONS)
    assert mapping is not None, faults
    assert faults == []
    document, _ = parse(ORDER.format(more).encode())
    assert document is not None
    given = EdifactSettings.model_validate(settings)
    return mapping.run(document.node(), STANDARD, envelope_for(STANDARD, given))


def segments(result: Result) -> list[str]:
    assert [render(fault) for fault in result.faults] == []
    [interchange] = read(result.output)
    [message] = interchange.messages()
    assert list(interchange.faults) == []
    return [segment.text for segment in message.segments][1:-1]


BGM = 'BGM/C002/d1001: {const: "962"}\n'


def test_order_is_the_directorys_whatever_the_order_of_the_lines(tmp_path: Path) -> None:
    body = """
"RFF[C506/d1153='ABT']/C506/d1154": No
BGM/d1225: {const: "9"}
"DTM[C507/d2005='137']/C507": {do: {d2379: {const: "102"}, d2380: Date}}
BGM/C002/d1001: {const: "962"}
"""
    result = made(tmp_path, body.replace("RFF[", "SG3/RFF["), to="CUSRES D96B")
    assert segments(result) == ["BGM+962++9", "DTM+137:20160701:102", "RFF+ABT:A-17"]


def test_what_has_no_value_is_left_out_with_its_constants(tmp_path: Path) -> None:
    body = (
        BGM
        + """
"DTM[C507/d2005='137']/C507": {do: {d2380: Nothing, d2379: {const: "102"}}}
"LOC[d3227='22']/C517": {do: {d3225: Nothing, d1131: {const: "113"}}}
"MEA[d6311='AAE']": {do: {C502/d6313: {const: G}, C174: {do: {d6411: {const: KGM}, d6314: Nothing}}}}
"GIS/C529": {do: {d7365: {const: "1"}}}
"FTX[d4451='AAI']/C108/d4440": {each: Nothing, from: .}
"""
    )
    assert segments(made(tmp_path, body)) == ["BGM+962", "GIS+1"]


def test_a_mandatory_segment_keeps_its_constants(tmp_path: Path) -> None:
    assert segments(made(tmp_path, BGM + "BGM/C106/d1004: Nothing\n")) == ["BGM+962"]


def test_repeats_take_the_next_place_and_numbers_their_own(tmp_path: Path) -> None:
    body = (
        BGM
        + """
FTX:
  - {do: {d4451: {const: AAI}, C108: {do: {d4440: {each: T, from: .}}}}}
  - {do: {d4451: {const: ACB}, C108: {do: {"d4440[3]": No, "d4440[1]": Date}}}}
"LOC[d3227='22']": {do: {C517/d3225: No}}
"""
    )
    texts = "<T>one</T><T>two</T><T>three</T>"
    assert segments(made(tmp_path, body, texts)) == [
        "BGM+962", "FTX+AAI+++one:two:three", "FTX+ACB+++20160701::A-17", "LOC+22+A-17",
    ]  # fmt: skip


def test_each_makes_groups(tmp_path: Path) -> None:
    body = BGM + "SG3: {each: T, do: {RFF/C506: {do: {d1153: {const: ABT}, d1154: .}}}}\n"
    assert segments(made(tmp_path, body, "<T>1</T><T>2'+</T>")) == ["BGM+962", "RFF+ABT:1", "RFF+ABT:2?'?+"]


def test_sections_and_trailer_are_made(tmp_path: Path) -> None:
    body = """
BGM/C002/d1001: {const: "929"}
SG30: {each: T, do: {CST/d1496: {as: sequence}}}
"""
    found = segments(made(tmp_path, body, "<T>1</T>", to="CUSDEC D96B"))
    assert [each for each in found if each.startswith(("UNS", "CST"))] == ["UNS+D", "CST+1", "UNS+S"]


def test_header_takes_what_the_mapping_says(tmp_path: Path) -> None:
    result = made(tmp_path, BGM + "UNH/S009/d0057: {const: EXAMPL}\nUNH/d0068: No\n")
    assert b"UNH+1+CUSRES:D:96B:UN:EXAMPL+A-17'" in result.output


def test_version_4_repeats_and_seals_with_any_number(tmp_path: Path) -> None:
    result = made(tmp_path, BGM, syntax="UNOY", version="4")
    assert result.output.startswith(b"UNB+UNOY:4+EDIROUTER+RECIPIENT+20160701:1200+1'")
    assert result.seal is not None
    assert result.seal(4711).endswith(b"UNZ+1+4711'")


def test_own_service_characters(tmp_path: Path) -> None:
    result = made(tmp_path, BGM + "BGM/C106/d1004: No\n", service="|~.\\ ^", newline="yes")
    assert result.output.startswith(b"UNA|~.\\ ^\nUNB~UNOC|3~")
    assert segments(result) == ["BGM~962~A-17"]


@pytest.mark.parametrize(
    ("body", "more", "settings", "expected"),
    [
        ("BGM/C106/d1004: T", "<T>" + "x" * 36 + "</T>", {}, ("1 /Order/T", "mapping.yaml:8", "BGM/C106/d1004: ")),
        ('"LOC[d3227=\'22\']/C517/d3225": T', "<T>海关</T>", {}, ("1 /Order/T", "mapping.yaml:8", "LOC/C517/d3225: ")),
        ('"DTM[C507/d2005=\'137\']/C507/d2380": T\nBGM/d1225: {from: No, as: {slice: "0:1"}}', "<T>1</T>", {},
         ("1 /Order/No", "mapping.yaml:9", "BGM/d1225: ")),
        ("BGM/C106/d1004: T", "<T>lower</T>", {"syntax": "UNOA"}, ("1 /Order/T", "mapping.yaml:8", "BGM/C106/d1004: ")),
        ("SG3: {each: T, do: {DTM/C507: {do: {d2005: {const: '137'}, d2380: .}}}}", "<T>20160701</T>", {},
         ("1 /Order/T", "mapping.yaml:8", "SG3: ")),
        ('"FTX[d4451=\'AAI\']/C108/d4440": {each: T, from: .}', "<T>1</T>" * 6, {},
         ("1 /Order/T[6]", "mapping.yaml:8", "FTX/C108/d4440[6]: ")),
    ],
)  # fmt: skip
def test_refused_as_a_check_would(
    tmp_path: Path, body: str, more: str, settings: dict[str, str], expected: tuple[str, str, str]
) -> None:
    result = made(tmp_path, BGM + body, more, **settings)
    place, rule, path = expected
    [fault] = result.faults
    assert (fault.code, str(fault.place), fault.rule) == ("output-invalid", place, rule)
    assert render(fault).startswith(f"The output is wrong at /CUSRES/{path}")


def test_all_characters_that_cannot_be_written_are_told_with_the_other_faults(tmp_path: Path) -> None:
    body = BGM + "BGM/C106/d1004: T\n\"LOC[d3227='22']/C517/d3225\": U\nBGM/d1225: No\n"
    result = made(tmp_path, body, "<T>甲</T><U>乙</U>")
    assert [str(fault.place) for fault in result.faults] == ["1 /Order/T", "1 /Order/U", "1 /Order/No"]
    assert result.output == b""


def test_a_missing_value_is_told_once(tmp_path: Path) -> None:
    body = BGM + "SG3/RFF/C506: {do: {d1153: {from: Nothing, required: yes}, d1154: No}}\n"
    result = made(tmp_path, body)
    assert [fault.code for fault in result.faults] == ["target-required"]


def test_a_required_segment_that_comes_to_nothing(tmp_path: Path) -> None:
    body = (
        BGM
        + '"LOC[d3227=\'22\']": {required: yes, do: {C517: {do: {d3225: Nothing, d1131: {const: "113"}}}}}\n'
    )
    [fault] = made(tmp_path, body).faults
    assert (fault.code, fault.values["path"]) == ("target-required", "Nothing")


@pytest.mark.parametrize(
    ("line", "code", "hint"),
    [
        ("BGN/d1225: No", "target-unknown", "BGM"),
        ("BGM/d1001: No", "target-unknown", "C002/d1001"),
        ("RFF/C506/d1154: No", "target-unknown", "SG3/RFF"),
        ("SG3/DTM/C507/d2005: No", "target-unfilled", None),
        ('BGM/d1225: {const: "9999"}', "target-never-valid", None),
        ('BGM/d1225: {const: "XX"}', "target-never-valid", None),
        ("BGM: No", "path-is-branch", "BGM/…"),
        ("SG3: No", "path-is-branch", "SG3/RFF/…"),
        ("BGM/C106: No", "path-is-branch", "C106/d1004"),
        ("BGM: {each: No, do: {d1225: .}}", "target-repeated", None),
        ("\"FTX[d4451='AAI']/C108/d4440[6]\": No", "target-repeated", None),
        ("UNT/d0074: No", "target-unknown", None),
    ],
)
def test_lint(tmp_path: Path, line: str, code: str, hint: str | None) -> None:
    body = line if line.startswith("BGM:") else f'BGM/C002/d1001: {{const: "962"}}\n{line}'
    found = lint("m", tree_of(tmp_path, "CUSRES D96B", body), DEFINITIONS)
    assert code in [fault.code for fault in found]
    if hint is not None:
        assert hint in [fault.hint for fault in found]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("BGM/d1225: {do: {d1: No}}\nBGM: {do: {d1225: No}}", 7),
        ('"BGM[2]/d1225": No', 7),
        ("\"BGM[C002='1']/d1225\": No", 7),
        ("../BGM: No", 7),
        ("BGM//d1225: No", 7),
    ],
)
def test_keys_that_are_no_keys(tmp_path: Path, line: str, column: int) -> None:
    _, faults = load(tree_of(tmp_path, "CUSRES D96B", line), "m", DEFINITIONS)
    assert "config-value" in [fault.code for fault in faults]
    assert column in [fault.place.column for fault in faults]


def test_a_directory_that_is_not_here(tmp_path: Path) -> None:
    _, faults = load(tree_of(tmp_path, "CUSRES D96A", BGM), "m", DEFINITIONS)
    assert [(fault.code, fault.place.line) for fault in faults] == [("mapping-schema-missing", 3)]


def release(
    tmp_path: Path, body: str, source: str = "CODECO D95B", to: str = "CODECO D01B"
) -> Mapping | None:
    mapping, faults = load(tree_of(tmp_path, to, body, source), "m", DEFINITIONS)
    assert faults == []
    return mapping


def test_a_segment_is_taken_over_with_what_moved_in_it(tmp_path: Path) -> None:
    mapping = release(
        tmp_path, 'BGM: {from: BGM, do: {d1225: {const: "5"}}}\nSG4: {each: SG2, do: {NAD: NAD}}\n'
    )
    assert mapping is not None
    text = "UNH+1+CODECO:D:95B:UN'BGM+36+N1+9'NAD+MS+QWT+++++266500++CN'UNT+4+1'"
    [interchange] = read(text.encode())
    [message] = interchange.messages()
    root = check(message, DEFINITIONS).root
    result = mapping.run_closely(root, STANDARD)
    assert b"BGM+36+N1+5'NAD+MS+QWT+++++266500++CN'" in result.output
    moved = next(row for row in result.lineage if row.value == "266500")
    assert moved.target == "/CODECO/SG4/NAD/C819/d3229"
    assert str(moved.sources[0]) == "1:50 NAD(3) SG2 element 7"


def test_what_the_other_release_has_no_place_for_is_a_fault(tmp_path: Path) -> None:
    _, faults = load(tree_of(tmp_path, "CODECO D95B", "BGM: BGM\n", "CODECO D01B"), "m", DEFINITIONS)
    lost = {fault.values["name"] for fault in faults if fault.code == "target-unknown"}
    assert lost == {"d1056", "d1060"} or lost == set()


def test_every_shipped_edifact_output_reads_back(tmp_path: Path) -> None:
    """What the writer made for the golden cases is right by the checker."""
    outputs = sorted(SHIPPED.glob("mappings/*/cases/*/out*.edi"))
    assert len(outputs) >= 10
    for path in outputs:
        for interchange in read(path.read_bytes()):
            for message in interchange.messages():
                found = check(message, DEFINITIONS, syntax_version=interchange.syntax_version)
                assert [(path.parent.name, fault.code) for fault in found.faults] == []
            assert list(interchange.faults) == []
