"""The contract for scripts: arguments, JSON shapes, exit codes. What is tested here stays as it is."""

import json
from pathlib import Path

import pytest

from tests.support.cli import Ran, edi_router, process

PLACE = {"line", "column", "offset", "segment", "tag", "group", "element", "component", "repeat", "xpath"}
REPORT = {"file", "format", "interchanges", "messages", "segments", "faults", "fault_count"}


@pytest.fixture
def day(root: Path) -> Path:
    return root / "samples" / "day"


def _faults_are_right(report: dict[str, object]) -> None:
    faults = report["faults"]
    assert isinstance(faults, list)
    assert isinstance(report["fault_count"], int)
    assert len(faults) == min(report["fault_count"], 1000)
    for fault in faults:
        assert fault.keys() - {"rule"} == {"code", "severity", "text", "hint", "place"}
        assert fault["severity"] in ("error", "warning", "info")
        assert fault["text"]
        assert set(fault["place"]) <= PLACE
        assert all(value is not None for value in fault["place"].values())


def test_validate(day: Path) -> None:
    good, bad = day / "ENT-A/0815-cusdec-three.edi", day / "ENT-A/0900-cusdec-four-faults.edi"
    ran = edi_router("validate", good, bad, day / "CIQ-JN/1030-transfer.xml", "--json")
    assert (ran.code, ran.err) == (1, "")
    first, second, third = ran.lines
    for report in ran.lines:
        assert set(report) == REPORT
        _faults_are_right(report)
    assert first == {
        "file": str(good), "format": "edifact", "interchanges": 1, "messages": 3, "segments": 154,
        "faults": [], "fault_count": 0,
    }  # fmt: skip
    assert second["fault_count"] == 4
    assert second["faults"][3]["place"] == {
        "line": 21, "column": 5, "offset": 416, "segment": 19, "tag": "PAC", "group": "SG1/SG2", "element": 1,
    }  # fmt: skip
    assert (third["format"], third["messages"], third["segments"]) == ("xml", 1, 0)


def test_places_of_xml(tmp_path: Path) -> None:
    file = tmp_path / "in.xml"
    file.write_text("<TransferOrder>\n<Head/>\n</TransferOrder>")
    report = edi_router("validate", file, "--json").json
    assert report["faults"]
    _faults_are_right(report)
    assert all("xpath" in fault["place"] and "segment" not in fault["place"] for fault in report["faults"])


def test_offset_counts_bytes(tmp_path: Path) -> None:
    text = "UNB+UNOY:4+A+B+20260314:0800+1'UNH+1+CUSDEC:D:96B:UN'BGM+830+鲜蒜头+9'LOC+999+X'UNS+D'UNS+S'UNT+6+1'UNZ+1+1'"
    file = tmp_path / "in.edi"
    file.write_text(text, encoding="utf-8")
    report = edi_router("validate", file, "--json").json
    place = next(fault["place"] for fault in report["faults"] if fault["code"] == "code-unknown")
    assert text.encode()[place["offset"] :].startswith(b"999")
    assert place["segment"] == 3


def test_at_most_a_thousand_faults_are_listed(tmp_path: Path) -> None:
    body = "".join(
        f"UNH+{n}+CUSDEC:D:96B:UN'BGM+830+X+9'" + "LOC+999+X'" * 60 + f"UNS+D'UNS+S'UNT+65+{n}'"
        for n in range(1, 21)
    )
    file = tmp_path / "in.edi"
    file.write_text(f"UNB+UNOC:3+A+B+260314:0800+1'{body}UNZ+19+1'")
    report = edi_router("validate", file, "--json").json
    assert len(report["faults"]) == 1000
    assert report["fault_count"] == 20 * 60 + 1
    assert report["faults"][-1]["code"] == "interchange-count-wrong"


@pytest.mark.parametrize(
    ("names", "code", "lines"),
    [
        (["ENT-A/0800-cusdec.edi"], 0, 1),
        (["ENT-A/0920-orders.edi"], 0, 1),
        (["ENT-A/0900-cusdec-four-faults.edi"], 1, 1),
        (["nothing.edi"], 3, 0),
        (["nothing.edi", "ENT-A/0900-cusdec-four-faults.edi", "ENT-A", "ENT-A/0800-cusdec.edi"], 3, 2),
    ],
)
def test_exit_codes_of_validate(day: Path, names: list[str], code: int, lines: int) -> None:
    ran = edi_router("validate", *(day / name for name in names), "--json")
    assert (ran.code, len(ran.lines)) == (code, lines)
    assert ("nothing.edi" in ran.err) == ("nothing.edi" in names)


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate"],
        ["validate", "--nothing"],
        ["vlidate", "x"],
        ["validate", "--schema", "nothing.xsd", "x"],
        ["convert", "x"],
        ["convert", "--map", "nothing", "x"],
        ["test", "nothing"],
        ["explain", "nothing"],
    ],
)
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    ran = edi_router(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


def test_language_before_or_after_the_verb(day: Path) -> None:
    file = day / "ENT-A/0900-cusdec-four-faults.edi"
    before = process("--lang", "zh", "validate", file, "--json")
    after = process("validate", file, "--json", "--lang", "zh")
    english = process("validate", file, "--json", lang="zh_CN.UTF-8")
    assert before == after == english
    assert "缺少" in before.out
    assert "missing" in process("validate", file, "--json").out


def test_show_a_file(day: Path) -> None:
    shape = edi_router("show", day / "ENT-A/0800-cusdec.edi", "--json").json
    assert shape["format"] == "edifact"
    (interchange,) = shape["interchanges"]
    assert interchange["header"]["tag"] == "UNB"
    assert interchange["trailer"]["tag"] == "UNZ"
    (message,) = interchange["messages"]
    assert (message["type"], message["directory"], len(message["segments"])) == ("CUSDEC", "D96B", 48)
    bgm = message["segments"][1]
    assert bgm["name"].upper() == "BEGINNING OF MESSAGE"
    code = bgm["elements"][0]["components"][0]
    assert {key: code[key] for key in ("id", "value")} == {"id": "1001", "value": "830"}
    assert code["name"]
    assert code["meaning"]


def test_show_xml(day: Path) -> None:
    shape = edi_router("show", day / "CIQ-JN/1030-transfer.xml", "--json").json
    assert (shape["format"], shape["root"]) == ("xml", "TransferOrder")
    assert shape["document"]["children"][1] == {"name": "TransferNo", "line": 4, "text": "3701002604000031"}


def test_convert_to_standard_output(day: Path) -> None:
    ran = edi_router("convert", "--map", "cusdec-eciq", day / "ENT-A/0800-cusdec.edi")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("<?xml")


def test_convert_into_a_folder(day: Path, tmp_path: Path) -> None:
    files = [day / "ENT-A/0815-cusdec-three.edi", day / "ENT-A/0900-cusdec-four-faults.edi"]
    ran = edi_router("convert", "--map", "cusdec-eciq", *files, "--out", tmp_path / "made", "--json")
    assert (ran.code, ran.out) == (1, "")
    first, second = (json.loads(line) for line in ran.err.splitlines())
    names = ["0815-cusdec-three.xml", "0815-cusdec-three-2.xml", "0815-cusdec-three-3.xml"]
    assert first["outputs"] == [str(tmp_path / "made" / name) for name in names]
    assert second["outputs"] == []
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == sorted(names)
    for report in (first, second):
        assert set(report) == REPORT | {"outputs"}
        _faults_are_right(report)


def test_directory_show() -> None:
    def right(content: list[dict[str, object]]) -> None:
        for each in content:
            assert each["status"] in ("M", "C")
            assert isinstance(each["repeat"], int)
            if "group" in each:
                assert list(each) == ["group", "status", "repeat", "content"]
                assert isinstance(each["content"], list)
                right(each["content"])
            else:
                assert list(each) == ["tag", "status", "repeat"]

    shape = edi_router("directory", "show", "D96B", "CUSDEC", "--json").json
    right(shape)
    assert shape[0] == {"tag": "UNH", "status": "M", "repeat": 1}
    assert edi_router("directory", "show", "D96B", "NOTHIN", "--json").code == 1


@pytest.mark.unece
def test_directory_import(unece: Path, tmp_path: Path, day: Path) -> None:
    ran = edi_router("directory", "import", unece / "d96b.zip", "--into", tmp_path / "un", "--json")
    assert ran.code == 0
    shape = ran.json
    assert set(shape) == {"file", "directory", "into", "counts", "findings"}
    assert shape["directory"] == "D96B"
    assert shape["counts"]["messages"] > 100
    shown = edi_router("directory", "show", "D96B", "ORDERS", "--from", tmp_path / "un", "--json")
    assert shown.json[0]["tag"] == "UNH"
    checked = edi_router(
        "validate", "--definitions", tmp_path / "un", day / "ENT-A/0920-orders.edi", "--json"
    ).json
    assert "definition-missing" not in [fault["code"] for fault in checked["faults"]]


def test_trace(day: Path) -> None:
    shape = edi_router("trace", day / "ENT-A/0800-cusdec.edi", "--map", "cusdec-eciq", "--json").json
    assert set(shape) == {"file", "mapping", "documents", "faults", "fault_count"}
    (document,) = shape["documents"]
    value = next(each for each in document["values"] if each["target"].endswith("/CiqDespCtryCode"))
    assert value["value"] == "156"
    assert value["sources"][0]["tag"] == "LOC"
    assert value["rule"].startswith("mapping.yaml:")
    assert value["row"].startswith("country-ciq.csv:")


def test_lint_and_test(root: Path) -> None:
    shape = edi_router("lint", root / "mappings/cusdec-eciq", "--json").json
    assert shape == {
        "path": str(root / "mappings/cusdec-eciq"),
        "faults": [],
        "fault_count": 0,
        "own_code": [],
    }
    ran: Ran = edi_router("test", "cusdec-eciq", "--json")
    assert ran.code == 0
    for case in ran.lines:
        assert set(case) == {"mapping", "case", "passed", "accepted", "difference", "faults"}
        assert case["passed"] is True
