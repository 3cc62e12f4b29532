"""The importer on releases packed, named, drawn and damaged in other ways: the same import, or a finding."""

import random
import re
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.faults import CATALOGUE, is_error, render
from edi_router.formats.edifact.import_text import lines_of
from edi_router.formats.edifact.import_zip import Member
from edi_router.formats.edifact.importer import import_release
from tests.support.effort import examples
from tests.support.releases import Files, codes_of, pack, parts, plain, same

RELEASES = ("d93a", "d96b", "d99b", "d01b", "d21b")


def renamed(change: Callable[[str], str]) -> Callable[[Files], Files]:
    return lambda files: {change(name): data for name, data in files.items()}


def redrawn(change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    return lambda files: {name: change(data) for name, data in files.items()}


def recoded(encoding: str, read_as: str = "cp437") -> Callable[[bytes], bytes]:
    """Boxes read as `read_as`, words as Windows-1252, all written in `encoding`."""
    boxes = re.compile(rb"\xc4\xc4|[\xb3\xbf\xd9\xc1\xb4]+\s*$")

    def change(data: bytes) -> bytes:
        lines = [line.decode(read_as if boxes.search(line) else "cp1252") for line in data.split(b"\n")]
        return "\n".join(lines).encode(encoding)

    return change


ASCII_BOXES = bytes.maketrans(b"\xc4\xb3\xbf\xd9\xc1\xb4", b"-|++++")
DOUBLE_BOXES = bytes.maketrans(b"\xc4\xb3\xbf\xd9\xc1\xb4", b"\xcd\xba\xbb\xbc\xca\xb9")

EQUAL: dict[str, Callable[[Files], Files]] = {
    "lower case": renamed(str.lower),
    "upper case": renamed(str.upper),
    "text suffix": renamed(lambda name: name.rpartition(".")[0] + ".TXT" if "_" in name else name + ".txt"),
    "one folder": renamed(lambda name: f"d96b/Edmd/{name}"),
    "backslashes": renamed(lambda name: f"EDIFACT\\DIRECTOR\\{name}"),
    "a zip each": lambda files: {f"{name[:6]}.ZIP": pack({name: data}) for name, data in files.items()},
    "zips in folders in zips": lambda files: {
        "Edifact/Directory/Files/all.zip": pack({"x/Edmd.zip": pack({f"Edmd/{n}": d for n, d in files.items()})})
    },
    "a zip called otherwise": lambda files: {"disk1.dat": pack(files)},
    "stored": lambda files: {"a.zip": pack(files, zipfile.ZIP_STORED)},
    "mac files": lambda files: files | {f"__MACOSX/._{name}": b"\0\5\x16\7" for name in files},
    "twice": lambda files: files | {f"copy/{name}": data for name, data in files.items()},
    "ascii boxes": redrawn(lambda data: data.translate(ASCII_BOXES)),
    "double boxes": redrawn(
        lambda data: data.translate(DOUBLE_BOXES) if b"\xc4\xc4" in data else data
    ),
    "utf-8 boxes": redrawn(recoded("utf-8")),
    "utf-8 with a mark": redrawn(recoded("utf-8-sig")),
    "boxes taken for latin letters": redrawn(recoded("utf-8", "cp1252")),
    "line feeds": redrawn(lambda data: data.replace(b"\r\n", b"\n")),
    "carriage returns": redrawn(lambda data: data.replace(b"\r\n", b"\r")),
    "trailing spaces": redrawn(lambda data: data.replace(b"\r\n", b"   \r\n")),
    "end-of-file signs": redrawn(lambda data: data + b"\x1a\x1a"),
    "marks": redrawn(
        lambda data: data.replace(b"\r\n010    C", b"\r\n010 X  C").replace(b"\r\n0020   BGM", b"\r\n0020 S BGM")
    ),
}  # fmt: skip


PACKED = list(EQUAL)[: list(EQUAL).index("ascii boxes")]
CASES = [("d96b", variant) for variant in PACKED] + [
    (name, variant) for variant in EQUAL if variant not in PACKED for name in ("d93a", "d96b", "d01b")
]


@pytest.mark.unece
@pytest.mark.parametrize(("name", "variant"), CASES)
def test_however_it_is_packed_or_drawn_the_import_is_the_same(unece: Path, name: str, variant: str) -> None:
    path = unece / f"{name}.zip"
    files = EQUAL[variant](parts(path))
    imported = import_release(pack(files), path.name)
    assert same(imported, path), (dict(imported.counts), codes_of(imported))
    assert not [fault for fault in imported.findings if is_error(fault)]
    if variant in ("mac files", "twice"):
        assert codes_of(imported) & {"import-file-unused", "import-duplicate-file"}


@pytest.mark.unece
@pytest.mark.parametrize("name", RELEASES)
def test_files_without_names_are_recognised_by_what_is_in_them(unece: Path, name: str) -> None:
    path = unece / f"{name}.zip"
    files = {f"file{number}": data for number, data in enumerate(parts(path).values())}
    imported = import_release(pack(files), path.name)
    if name == "d93a":
        assert imported.counts["segments"] == plain(path).counts["segments"]
        return
    assert same(imported, path), dict(imported.counts)
    assert sum(fault.code == "import-by-content" for fault in imported.findings) == len(files)


@pytest.mark.unece
def test_a_wrong_checksum_is_a_finding_and_the_content_is_used(unece: Path) -> None:
    path = unece / "d01b.zip"
    files = parts(path)
    data = bytearray(pack(files))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"CUSDEC_D"))
    data[at + 16] ^= 0xFF
    imported = import_release(bytes(data), path.name)
    assert same(imported, path)
    wrong = [fault for fault in imported.findings if fault.code == "import-checksum"]
    assert [fault.place.file for fault in wrong] == ["d01b.zip/CUSDEC_D.01B"]


@pytest.mark.unece
@pytest.mark.parametrize("name", RELEASES)
def test_a_second_message_in_a_file_is_found(unece: Path, name: str) -> None:
    path = unece / f"{name}.zip"
    files = dict(parts(path))
    first, second = sorted(name for name in files if name.upper()[:6] in ("CUSDEC", "CUSRES"))
    files[first] += files.pop(second)
    imported = import_release(pack(files), path.name)
    assert same(imported, path)
    appended = [fault for fault in imported.findings if fault.code == "import-appended"]
    assert len(appended) == 1
    assert appended[0].place.line


@pytest.mark.unece
def test_a_message_of_another_release_is_told_apart(unece: Path) -> None:
    path = unece / "d01b.zip"
    files = dict(parts(path))
    other = next(data for name, data in parts(unece / "d96b.zip").items() if name.startswith("CUSDEC"))
    files["BANSTA_D.96B"] = other
    imported = import_release(pack(files), path.name)
    assert same(imported, path)
    assert "import-other-release" in codes_of(imported)
    wrong = dict(parts(path))
    key = next(name for name in wrong if name.startswith("CUSDEC"))
    wrong[key] = wrong[key].replace(b"Release      : 01B", b"Release      : 01A")
    imported = import_release(pack(wrong), path.name)
    assert same(imported, path)
    assert "import-release-differs" in codes_of(imported)


# Damage

NAMES = ["EDSD.96B", "EDCD.96B", "EDED.96B", "UNCL.96B", "CUSCAR_D.96B", "EDMDI1.96B", "x"]
LONG = [b"-" * 100_000, b"+-" * 50_000, b"A " * 50_000, b"0010 " + b"X" * 90_000, b" " * 90_000 + b"x"]


def test_bombs_are_findings() -> None:
    many = pack({f"{number}.txt": b"" for number in range(5100)})
    large = pack({"EDSD.96B": b"\0" * 40_000_000})
    deep = b"x"
    for _ in range(8):
        deep = pack({"a.zip": deep})
    for data in (many, large, deep):
        imported = import_release(data, "a.zip")
        assert "import-damaged" in codes_of(imported)
        assert len(imported.findings) < 5100


def test_a_lying_size_is_a_finding() -> None:
    data = bytearray(pack({"EDSD.96B": b"\0" * 40_000_000}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    imported = import_release(bytes(data), "a.zip")
    assert "import-damaged" in codes_of(imported)


def test_other_methods_and_passwords_are_named() -> None:
    for offset, value, word in ((10, 6, "implode"), (8, 1, "encrypted")):
        data = bytearray(pack({"EDSD.96B": b"abc"}))
        data[data.rindex(b"PK\x01\x02") + offset] = value
        problems = [f.values.get("problem", "") for f in import_release(bytes(data), "a.zip").findings]
        assert any(word in problem for problem in problems), problems


@settings(max_examples=examples(150), deadline=None)
@given(st.binary(max_size=400), st.sampled_from(NAMES))
def test_no_bytes_in_a_member_raise(data: bytes, name: str) -> None:
    for fault in import_release(pack({name: b"-" * 70 + b"\n" + data}), "a.zip").findings:
        assert fault.code in CATALOGUE
        assert render(fault, "zh")


@settings(max_examples=examples(150), deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_for_a_zip_raise(data: bytes) -> None:
    import_release(data, "a.zip")
    import_release(b"PK\x03\x04" + data + b"PK\x05\x06" + data[:18], "a.zip")
    import_release(pack({"a.zip": data}), "a.zip")


def test_damaged_zips_do_not_raise() -> None:
    whole = pack({"Edmd/CUSCAR_D.95B": b"abc" * 99, "EDSD.95B": b"-" * 70, "x.zip": pack({"a": b"b"})})
    chance = random.Random(4)
    for _ in range(3000):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        import_release(bytes(data[: chance.choice((len(data), chance.randrange(len(data))))]), "a.zip")


@pytest.mark.unece
def test_damaged_texts_do_not_raise(unece: Path) -> None:
    chance = random.Random(5)
    for name in RELEASES:
        files = {key: data[:40_000] for key, data in parts(unece / f"{name}.zip").items()}
        for _ in range(3):
            broken = {}
            for key, data in files.items():
                text = bytearray(data)
                for _ in range(40):
                    at = chance.randrange(len(text))
                    if chance.random() < 0.5:
                        text[at] = chance.choice(b" -+|MCX\n\t0\xc4\xb3\xff")
                    else:
                        del text[at : at + chance.randint(1, 60)]
                broken[key] = bytes(text)
            imported = import_release(pack(broken), f"{name}.zip")
            assert all(render(fault) and fault.place.file for fault in imported.findings)


@pytest.mark.parametrize("line", LONG)
def test_long_lines_take_no_long_time(line: bytes) -> None:
    started = time.process_time()
    head = b"Message Type : CUSCAR\n0010   UNH Message header    M   1\n"
    import_release(pack({"CUSCAR_D.95B": head + line, "EDSD.95B": b"-" * 70 + b"\n" + line}), "a.zip")
    import_release(pack({"x": line + b"\n" + head + line, "UNCL.95B": b"-" * 70 + b"\n" + line}), "a.zip")
    assert time.process_time() - started < 20


def test_characters_are_read_by_what_they_are() -> None:
    data = "     FR  Télérèglement – d’abord\r\n".encode("cp1252") + "─── 1┐\r\n     é\xe9\r\n".encode(
        "cp437"
    )
    findings: list[object] = []
    found = lines_of(Member("a.zip/x", data + b"\tAB\tC\x0c\r\n"), findings)  # type: ignore[arg-type]
    assert found[0] == "     FR  Télérèglement - d’abord"
    assert found[1] == "--- 1+"
    assert found[3] == "        AB C"
    assert len(findings) == 2
