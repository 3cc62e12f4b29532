"""The verbs over files, as people use them."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.cli import edi_router, process


@pytest.fixture
def day(root: Path) -> Path:
    return root / "samples" / "day"


def test_validate_tells_place_text_and_remedy(day: Path) -> None:
    ran = edi_router("validate", day / "ENT-A/0900-cusdec-four-faults.edi")
    assert ran.code == 1
    assert "0900-cusdec-four-faults.edi:21:5 PAC(19) SG1/SG2 element 1" in ran.out
    assert len([line for line in ran.out.splitlines() if "error " in line or "错误 " in line]) == 4


def test_validate_from_standard_input(day: Path) -> None:
    data = (day / "ENT-A/0800-cusdec.edi").read_bytes()
    command = [sys.executable, "-m", "edi_router.cli.main", "validate", "-", "--json"]
    done = subprocess.run(command, input=data, capture_output=True, check=True, timeout=60)
    assert b'"file": "-", "format": "edifact"' in done.stdout


def test_validate_reads_a_pipe_without_seeking(day: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    data = (day / "ENT-A/0815-cusdec-three.edi").read_bytes()
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    report = edi_router("validate", pipe, "--json").json
    writer.join()
    assert (report["messages"], report["fault_count"]) == (3, 0)


def test_an_encoding_that_is_none(day: Path) -> None:
    assert edi_router("validate", "--encoding", "klingon", day / "ENT-A/0800-cusdec.edi").code == 2


def test_the_encoding_option(tmp_path: Path) -> None:
    text = "UNB+UNOC:3+A+B+260314:0800+1'UNH+1+CUSDEC:D:96B:UN'BGM+830+鲜蒜头+9'UNS+D'UNS+S'UNT+5+1'UNZ+1+1'"
    file = tmp_path / "in.edi"
    file.write_bytes(text.encode("gb18030"))
    ran = edi_router("show", "--encoding", "gb18030", file)
    assert ran.code == 0
    assert "鲜蒜头" in ran.out


def test_a_directory_where_the_folder_above_is_meant(root: Path, day: Path) -> None:
    folder = root / "schemas/edifact/D96B"
    ran = edi_router("validate", "--definitions", folder, day / "ENT-A/0800-cusdec.edi")
    assert ran.code == 2
    assert "D96B" in ran.err


def test_faults_of_a_given_rule_file_are_told(tmp_path: Path, day: Path) -> None:
    rules = tmp_path / "r.yaml"
    rules.write_text("id: r\nfor: CUSDEC\nruls: []\n")
    ran = edi_router("validate", "--rules", rules, day / "ENT-A/0800-cusdec.edi")
    assert (ran.code, ran.out) == (2, "")
    assert "r.yaml:3:1" in ran.err


def test_show_tells_names_and_faults(day: Path) -> None:
    ran = edi_router("show", day / "ENT-A/0900-cusdec-four-faults.edi")
    assert ran.code == 1
    assert "C002/1001" in ran.out
    assert "= Goods declaration for exportation" in ran.out
    lines = ran.out.splitlines()
    at = next(index for index, line in enumerate(lines) if "element-too-long" in line)
    assert "1225" in lines[at - 1]


def test_show_of_broken_xml(day: Path) -> None:
    ran = edi_router("show", day / "ENT-A/0950-declaration-broken.xml", "--json")
    assert ran.code == 1
    assert "document" not in ran.json


def test_show_of_undecodable_bytes(tmp_path: Path) -> None:
    file = tmp_path / "in.edi"
    file.write_bytes(
        b"UNB+UNOY:4+A\xff+B+20260314:0800+1'UNH+1+XXXXXX:D:96B:UN'BGM+\xfe\x01'UNT+3+1'UNZ+1+1'"
    )
    for arguments in (["show", file], ["show", file, "--json"], ["validate", file, "--json"]):
        ran = process(*arguments)
        assert ran.code in (0, 1), ran.err
        assert ran.out


def test_names_and_texts_that_the_terminal_cannot_write(day: Path, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff.edi"
    Path(os.fsdecode(name)).write_bytes((day / "ENT-A/0900-cusdec-four-faults.edi").read_bytes())
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "EDI_ROUTER_LANG": "zh"}
    command = [sys.executable, "-m", "edi_router.cli.main", "validate", name]
    for more in ([], ["--json"]):
        done = subprocess.run(
            [*command, *more], env=environment, capture_output=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (1, b"")
    report = json.loads(done.stdout)
    assert report["file"].endswith("\udcff.edi")
    assert "缺少" in report["faults"][2]["text"]


def test_show_what_is_neither_file_nor_workspace() -> None:
    assert edi_router("show", "nothing.edi").code == 3


def test_convert_tells_faults_on_standard_error(day: Path) -> None:
    ran = edi_router("convert", "--map", "cusdec-eciq", day / "ENT-A/0900-cusdec-four-faults.edi")
    assert (ran.code, ran.out) == (1, "")
    assert "element-too-long" in ran.err
    forced = edi_router(
        "convert", "--force", "--map", "cusdec-eciq", day / "ENT-A/0900-cusdec-four-faults.edi"
    )
    assert forced.code == 1
    assert "<EEntDeclIo" in forced.out


def test_convert_names_outputs_of_files_of_one_name_apart(day: Path, tmp_path: Path) -> None:
    other = tmp_path / "0800-cusdec.edi"
    other.write_bytes((day / "ENT-A/0800-cusdec.edi").read_bytes())
    out = tmp_path / "made"
    edi_router("convert", "--map", "cusdec-eciq", "--out", out, day / "ENT-A/0800-cusdec.edi", other)
    assert sorted(path.name for path in out.iterdir()) == ["0800-cusdec-2.xml", "0800-cusdec.xml"]


def test_trace_is_a_table(day: Path) -> None:
    ran = edi_router(
        "trace", day / "ENT-A/0800-cusdec.edi", "--map", "cusdec-eciq", "--target", "CiqDespCtryCode"
    )
    assert ran.code == 0
    assert "LOC(6)" in ran.out
    assert "country-ciq.csv:" in ran.out


def test_directory_list_and_show_for_people() -> None:
    assert "CUSDEC" in edi_router("directory", "list").out
    text = edi_router("directory", "show", "d96b", "cusdec").out
    assert "SG30 C" in text
    missing = edi_router("directory", "show", "D96B", "CUSDEX")
    assert "CUSDEC" in missing.err


def test_import_of_what_is_no_release(tmp_path: Path) -> None:
    file = tmp_path / "d96b.zip"
    file.write_bytes(b"not a zip")
    ran = edi_router(
        "directory", "import", file, tmp_path / "nothing.zip", "--into", tmp_path / "un", "--json"
    )
    assert ran.code == 3
    assert ran.json["into"] is None
    assert ran.json["findings"]
    assert not (tmp_path / "un").exists()


@pytest.mark.corpus
@pytest.mark.slow
def test_show_of_all_real_edifact(corpus: Path) -> None:
    for path in sorted((corpus / "edifact").iterdir()):
        assert edi_router("show", path).code in (0, 1)
        assert edi_router("show", path, "--json").json["file"] == str(path)


@pytest.mark.corpus
def test_validate_and_show_of_real_xml(corpus: Path) -> None:
    paths = sorted((corpus / "xml").rglob("*.xml"))[::25]
    ran = edi_router("validate", *paths, "--json")
    assert len(ran.lines) == len(paths)
    for path in paths:
        assert edi_router("show", path, "--json").code in (0, 1)


@pytest.mark.corpus
def test_real_declarations_under_their_own_schema(corpus: Path) -> None:
    folder = corpus / "xml/hmrc-cds/schemas/wco/declaration"
    schemas = [folder / "DocumentMetaData_2_DMS.xsd", folder / "WCO_DEC_2_DMS.xsd"]
    files = sorted((corpus / "xml/hmrc-cds/examples").glob("TT_IM00*/Step1*.xml"))
    options = [part for schema in schemas for part in ("--schema", schema)]
    ran = edi_router("validate", *options, *files, "--json")
    assert ran.code in (0, 1)
    assert len(ran.lines) == len(files)
    assert all(report["messages"] == 1 for report in ran.lines)
