"""The integrator's first step: a sample of a release that is not here, the command that the fault names, the check.

D.95B itself is not at hand. The zip that is imported is D.96B with every 96B in names and texts turned into
95B, so this proves the way from the fault through the import to a full check, in the layout of those years;
it does not prove what CUSCAR D.95B contains.
"""

import io
import re
import zipfile
from pathlib import Path

import pytest

from tests.support.cli import edi_router

SAMPLE = """UNB+UNOA:2+CARRIER:ZZ+CUSTOMS:ZZ+050706:0854+733'
UNH+1+CUSCAR:D:95B:UN'
BGM+85+P34+9'
DTM+137:20050701:102'
NAD+MS+EXAMPLE:172:166'
TDT+20+0521+1++EXL:172:166+++ABCD9:103::EXAMPLE STAR:HK'
LOC+5+HKHKG'
DTM+132:20050701:102'
UNT+8+1'
UNZ+1+733'
"""


def relabelled(data: bytes) -> bytes:
    """A release zip, and those in it, as if it were D.95B."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as was, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as now:
        for name in was.namelist():
            content = was.read(name)
            changed = (
                relabelled(content) if name.lower().endswith(".zip") else content.replace(b"96B", b"95B")
            )
            now.writestr(name.replace("96B", "95B").replace("96b", "95b"), changed)
    return out.getvalue()


def told(ran: object) -> dict[str, str]:
    return {fault["code"]: fault["text"] for fault in ran.json["faults"]}  # type: ignore[attr-defined]


@pytest.mark.unece
def test_the_fault_names_the_command_and_the_command_makes_the_check_whole(
    unece: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert edi_router("new", "project", tmp_path / "work").code == 0
    monkeypatch.chdir(tmp_path / "work")
    Path("cuscar.edi").write_text(SAMPLE, encoding="ascii")
    Path("d95b.zip").write_bytes(relabelled((unece / "d96b.zip").read_bytes()))

    before = told(edi_router("validate", "cuscar.edi", "--json"))
    assert list(before) == ["definition-missing"]
    command = re.search(r"edi-router (directory import d95b\.zip)", before["definition-missing"])
    assert command is not None
    refused = edi_router("directory", "show", "D95B", "CUSCAR")
    assert command[0] in refused.err
    assert "COARRI, CODECO" in refused.err

    ran = edi_router(*command[1].split())
    assert ran.code == 0
    assert "136" in ran.out
    assert "CUSCAR" in edi_router("directory", "list", "D95B").out

    assert told(edi_router("validate", "cuscar.edi", "--json")) == {}
    broken = (
        SAMPLE.replace("NAD+MS+EXAMPLE", "NAD++EXAMPLE").replace("LOC+5+HKHKG'\n", "").replace("+8+1", "+7+1")
    )
    Path("broken.edi").write_text(broken, encoding="ascii")
    assert set(told(edi_router("validate", "broken.edi", "--json"))) == {"element-missing"}


def test_the_command_fits_a_reader_without_a_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cuscar.edi").write_text(SAMPLE, encoding="ascii")
    ran = edi_router("validate", "cuscar.edi")
    assert "edi-router directory import d95b.zip" in ran.out
    assert "--into" in ran.out
