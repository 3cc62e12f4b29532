"""ZIP archives and gzip files: what is in them, and every way in which they are not taken."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator

import pytest

from edi_router.faults import CATALOGUE, render
from edi_router.formats.packed import Limits, Survey, members, survey
from edi_router.library import checker
from tests.support.packing import entry, gzipped, record, with_index, zipped

TWO = {"a.edi": b"UNA one" * 20, "sub/b.xml": b"<two/>"}


def look(data: bytes, limits: Limits | None = None) -> Survey:
    return survey(io.BytesIO(data), "drop.gz", limits or Limits())


def content(data: bytes) -> dict[str, bytes]:
    found = members(io.BytesIO(data), "day.edi.gz", Limits())
    return {member.name: b"".join(member.blocks) for member in found}


def told(data: bytes, limits: Limits | None = None) -> tuple[str, str]:
    """The code of the fault, and the problem it names."""
    found = look(data, limits)
    assert found.fault is not None
    assert found.members == ()
    assert all(render(found.fault, language) for language in ("en", "zh"))
    assert CATALOGUE[found.fault.code].blocks == "file"
    return found.fault.code, found.fault.values.get("problem", found.fault.values.get("what", ""))


class Dribble(io.RawIOBase):
    """A stream that gives a byte at a time."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data

    def read(self, size: int = -1) -> bytes:
        data, self._data = self._data[:1], self._data[1:]
        return data


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("comment", [b"", b"of the day"])
@pytest.mark.parametrize("wide", [False, True])
def test_members_come_out_of_a_zip_as_they_went_in(stored: bool, comment: bytes, wide: bool) -> None:
    data = zipped({"folder/": b"", **TWO, "empty": b""}, stored=stored, comment=comment, wide=wide)
    assert content(data) == {**TWO, "empty": b""}
    assert look(data) == survey(Dribble(data), "", Limits())  # type: ignore[arg-type]


@pytest.mark.parametrize("wide", [False, True])
def test_lengths_may_follow_the_data(wide: bool) -> None:
    assert content(zipped(TWO, piped=True, wide=wide)) == TWO


@pytest.mark.parametrize("mark", [b"PK\x07\x08", b""])
@pytest.mark.parametrize("form", ["<3I", "<I2Q"])
def test_lengths_behind_the_data_have_four_forms(mark: bytes, form: str) -> None:
    packed = struct.unpack_from("<I", entry(b"a", b"UNA", 0), 20)[0]
    descriptor = mark + struct.pack(form, zlib.crc32(b"UNA"), packed, 3)
    first = record(b"a", b"UNA", flags=8, descriptor=descriptor)
    listed = [entry(b"a", b"UNA", 0, flags=8), entry(b"b", b"x", len(first))]
    assert content(with_index(first + record(b"b", b"x"), listed)) == {"a": b"UNA", "b": b"x"}
    wrong = first.replace(descriptor, mark + struct.pack(form, zlib.crc32(b"UNA"), packed, 4))
    assert told(with_index(wrong, listed[:1]))[0] == "packed-broken"


def test_a_gzip_file_has_one_member_named_after_it() -> None:
    assert content(gzipped(b"UNA")) == {"day.edi": b"UNA"}
    plain = gzipped(b"UNA")
    named = plain[:3] + b"\x1e" + plain[4:10] + struct.pack("<H", 2) + b"xx" + b"../../name\0" + b"remark\0"
    header_sum = struct.pack("<H", zlib.crc32(named) & 0xFFFF)
    assert content(named + header_sum + plain[10:]) == {"day.edi": b"UNA"}
    assert told(named + b"\0\0" + plain[10:]) == ("packed-broken", "its checksum differs")
    assert told(plain[:3] + b"\x20" + plain[4:]) == ("packed-broken", "its header has unknown flags")
    assert told(plain[:3] + b"\x08" + plain[4:10] + b"n" * 70_000) == (
        "packed-broken",
        "its header does not end",
    )


def archive_of(name: bytes, flags: int = 0) -> bytes:
    return with_index(record(name, b"x", flags=flags), [entry(name, b"x", 0, flags=flags)])


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("报关单.xml".encode("gbk"), "报关单.xml"),
        ("报关单.xml".encode(), "报关单.xml"),
        ("报关单.xml".encode("gb18030"), "报关单.xml"),
        (b"r\x82\xff.xml", "r\u00e9\u00a0.xml"),
        (b"a b.xml", "a b.xml"),
    ],
)
def test_names_are_read_in_the_encodings_they_come_in(raw: bytes, name: str) -> None:
    assert content(archive_of(raw)) == {name: b"x"}


def test_a_name_that_says_to_be_utf_8_has_to_be() -> None:
    assert content(archive_of("关".encode(), flags=0x800)) == {"关": b"x"}
    assert told(archive_of("关".encode("gbk"), flags=0x800))[0] == "packed-member"


@pytest.mark.parametrize(
    "name",
    [
        "../a",
        "a/../../b",
        "..\\a",
        "/etc/passwd",
        "\\share",
        "C:a",
        "a//b",
        "./a",
        "",
        "a\0b",
        "a\nb",
        "\x1b[2J",
        "n" * 256,
    ],
)
def test_a_name_that_could_lead_elsewhere_is_not_taken(name: str) -> None:
    assert told(archive_of(name.encode()))[0] == "packed-member"


@pytest.mark.parametrize(
    ("data", "code", "problem"),
    [
        (zipped({"link": b"/etc/passwd"}, mode=0o120777), "packed-member", "it is a link or another thing that is no file"),
        (zipped({"pipe": b""}, mode=0o010644), "packed-member", "it is a link or another thing that is no file"),
        (zipped({"in.zip": zipped(TWO)}), "packed-member", "it is packed itself"),
        (zipped({"in.edi": gzipped(b"UNA")}, stored=True), "packed-member", "it is packed itself"),
        (gzipped(gzipped(b"UNA")), "packed-member", "it is packed itself"),
        (zipped({"folder/": b"content"}), "packed-member", "it is a folder with content"),
        (archive_of(b"a", flags=1), "packed-encrypted", ""),
        (archive_of(b"a", flags=0x41), "packed-encrypted", ""),
        (zipped({}), "packed-empty", ""),
        (zipped({"folder/": b""}), "packed-empty", ""),
        (gzipped(b"one") + gzipped(b"two"), "packed-trailing", ""),
        (gzipped(b"one") + b"\0", "packed-trailing", ""),
        (zipped(TWO) + b"\0", "packed-trailing", ""),
        (zipped(TWO, piped=True, stored=True), "packed-member", "its length is not told before it"),
        (b"\x1f\x8b\x08", "packed-broken", "it ends early"),
        (b"UNA", "packed-broken", "it is not packed"),
    ],
)  # fmt: skip
def test_what_is_not_taken_says_why(data: bytes, code: str, problem: str) -> None:
    assert told(data) == (code, problem)


def test_two_members_of_one_name_are_not_taken() -> None:
    data = record(b"a", b"one") + record(b"a", b"two")
    listed = [entry(b"a", b"one", 0), entry(b"a", b"two", len(record(b"a", b"one")))]
    assert told(with_index(data, listed)) == ("packed-member", "its name is there twice")


def test_other_methods_are_not_taken() -> None:
    for method in (9, 12, 14, 93):
        data = with_index(record(b"a", b"x", method=method), [entry(b"a", b"x", 0, method=method)])
        assert told(data) == ("packed-member", "it is packed by another method than deflate")


def overlapping() -> Iterator[tuple[str, bytes]]:
    """Archives whose index and members tell different things: bombs, quines, and what is hidden from one reader."""
    one, two = record(b"a", b"one"), record(b"b", b"two")
    first, second = entry(b"a", b"one", 0), entry(b"b", b"two", len(one))
    yield "the kernel of a bomb listed many times", with_index(one, [first] * 3)
    yield "two names for the same bytes", with_index(one, [first, entry(b"b", b"one", 0)])
    inside = one[:-2] + two
    yield "a member inside another", with_index(inside, [first, entry(b"b", b"two", len(one) - 2)])
    yield "a member that is not listed", with_index(one + two, [first])
    yield "a listed member that is not there", with_index(one, [first, second])
    yield "bytes between members", with_index(one + b"...." + two, [first, entry(b"b", b"two", len(one) + 4)])
    yield "another name in the index", with_index(one, [entry(b"z", b"one", 0)])
    yield "another content in the index", with_index(one, [entry(b"a", b"two", 0)])
    yield "another method in the index", with_index(one, [entry(b"a", b"one", 0, method=0)])
    yield "an encryption in the index only", with_index(one, [entry(b"a", b"one", 0, flags=1)])
    yield "an index elsewhere", with_index(one, [first], offset=3)
    yield (
        "something behind the index",
        with_index(one, [first])[:-22] + b"PK\x05\x05" + with_index(one, [first])[-22:],
    )


@pytest.mark.parametrize("data", [pytest.param(data, id=what) for what, data in overlapping()])
def test_index_and_members_have_to_agree(data: bytes) -> None:
    assert told(data)[0] in ("packed-index", "packed-broken")


def test_a_member_inside_another_cannot_be_reached() -> None:
    """As in Fifield's bomb: the header of the second member is quoted in the data of the first."""
    inner = record(b"b", b"y" * 50)
    quoting = record(b"a", inner, method=0)
    at = quoting.index(inner)
    data = with_index(quoting, [entry(b"a", inner, 0, method=0), entry(b"b", b"y" * 50, at)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["a", "b"]
    assert told(data)[0] in ("packed-index", "packed-member")


@pytest.mark.parametrize(
    "data", [zipped(TWO), zipped(TWO, piped=True), zipped(TWO, wide=True), gzipped(b"UNA" * 9)]
)
def test_what_is_cut_off_anywhere_is_told(data: bytes) -> None:
    for end in range(len(data)):
        assert told(data[:end])[0] in ("packed-broken", "packed-index")


@pytest.mark.parametrize("data", [zipped(TWO), zipped(TWO, piped=True, comment=b"c"), gzipped(b"UNA" * 9)])
def test_a_changed_byte_is_told_or_changes_nothing(data: bytes) -> None:
    right = content(data)
    for at in range(len(data)):
        for bits in (0x01, 0x80, 0xFF):
            changed = data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]
            if look(changed).fault is None:
                assert content(changed) == right


def test_bombs_end_at_the_limits() -> None:
    zeros = bytes(12_000_000)
    small = Limits(total=300_000, member=200_000, members=3)
    assert told(gzipped(zeros)) == ("packed-limit", "times the packed size")
    assert told(gzipped(zeros), small) == ("packed-limit", "bytes of a member")
    many = zipped({f"{number}": bytes(150_000) for number in range(3)})
    assert told(many, small) == ("packed-limit", "bytes of all members")
    assert told(zipped({f"{n}/": b"" for n in range(4)}), small) == ("packed-limit", "members")
    assert look(zipped({f"{number}": b"x" for number in range(3)}), small).fault is None
    assert look(gzipped(bytes(9_000_000))).fault is None, "below the grace any ratio is taken"


def test_what_is_declared_is_not_believed() -> None:
    """A header may say that a member is small."""
    data = zipped({"a": bytes(500_000)})
    lying = data.replace(struct.pack("<I", 500_000), struct.pack("<I", 5))
    assert told(lying, Limits(member=200_000)) == ("packed-limit", "bytes of a member")
    assert told(lying) == ("packed-broken", "its length differs")


def test_memory_is_that_of_a_block() -> None:
    data = zipped({"a": bytes(20_000_000)})
    tracemalloc.start()
    try:
        assert look(data, Limits(ratio=1100)).size == 20_000_000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000


def test_validate_checks_what_is_packed() -> None:
    good = b"UNB+UNOC:3+A:ZZ+B:ZZ+260314:0800+1'UNH+1+CUSRES:D:96B:UN'BGM+962+X+9'UNT+3+1'UNZ+1+1'"
    bad = good.replace(b"UNZ+1", b"UNZ+2")
    report = checker().report(zipped({"good.edi": good, "bad.edi": bad}))
    assert (report.format, report.interchanges, report.messages, report.segments) == ("zip", 2, 2, 10)
    assert [(fault.code, str(fault.place)) for fault in report.within("day.zip")] == [
        ("interchange-count-wrong", "day.zip/bad.edi:1:82 UNZ(2) element 1"),
    ]
    assert [fault.code for fault in checker().report(gzipped(bad)[:-1]).faults] == ["packed-broken"]
