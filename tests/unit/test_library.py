"""The library: read, check and convert on bytes."""

import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

import edi_router
from edi_router import library
from edi_router.faults import Fault, FaultList, Place
from edi_router.library.report import Report, extend

ENVELOPE = b"UNB+UNOC:3+A+B+260314:0800+1'%sUNZ+1+1'"
CUSDEC = b"UNH+1+CUSDEC:D:96B:UN'BGM+830+X%s+9'CST++24+11'UNS+D'CST+1+2102200000'UNS+S'UNT+7+1'"


@pytest.fixture
def day(root: Path) -> Path:
    return root / "samples" / "day"


def test_import_is_cheap() -> None:
    code = (
        "import sys; before = set(sys.modules); import edi_router; "
        "heavy = {'lxml', 'pydantic', 'yaml', 'click', 'sqlalchemy', 'paramiko', 'xmlschema'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules); "
        "assert len(set(sys.modules) - before) < 30"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_everything_promised_is_there() -> None:
    for name in edi_router.__all__:
        assert getattr(edi_router, name) is not None
        assert name in dir(edi_router)
    with pytest.raises(AttributeError):
        edi_router.nothing  # noqa: B018


def test_read_is_lazy(day: Path) -> None:
    interchanges = edi_router.read((day / "ENT-A/0815-cusdec-three.edi").read_bytes())
    first = next(interchanges)
    assert first.sender == "ENTA"
    assert [message.type for message in first.messages()] == ["CUSDEC"] * 3


def test_check_finds_the_four_faults(day: Path) -> None:
    faults = edi_router.check((day / "ENT-A/0900-cusdec-four-faults.edi").read_bytes())
    assert [fault.code for fault in faults] == [
        "element-too-long", "code-unknown", "element-missing", "element-type",
    ]  # fmt: skip
    assert faults[0].place == Place(
        line=4, column=9, offset=104, segment=2, tag="BGM", element=2, component=1
    )


@pytest.mark.parametrize(
    ("data", "format", "code"),
    [
        (b"", "unknown", "file-empty"),
        (b" \r\n", "unknown", "file-empty"),
        (b"Dear colleague", "unknown", "format-unknown"),
        (b"<a><b></a>", "xml", "xml-malformed"),
    ],
)
def test_what_is_no_document(data: bytes, format: str, code: str) -> None:
    for source in (data, io.BytesIO(data)):
        report = library.checker().report(source)
        assert (report.format, report.messages, report.segments) == (format, 0, 0)
        assert [fault.code for fault in report.faults] == [code]


def test_counts_of_a_file(day: Path) -> None:
    report = library.checker().report((day / "ENT-A/0815-cusdec-three.edi").read_bytes())
    assert (report.interchanges, report.messages, report.segments) == (1, 3, 154)
    xml = library.checker().report((day / "CIQ-JN/1030-transfer.xml").read_bytes())
    assert (xml.format, xml.interchanges, xml.messages, xml.faults) == ("xml", 1, 1, [])


def test_all_faults_are_counted_and_envelope_faults_are_never_crowded_out() -> None:
    report = Report(limit=3)
    report.content.extend(Fault("code-unknown", Place(offset=number)) for number in range(2000))
    report.envelope.append(Fault("interchange-trailer-missing", Place(offset=9999)))
    assert report.fault_count == 2001
    assert [fault.place.offset for fault in report.faults] == [0, 1, 9999]


def test_extend_counts_what_was_not_kept() -> None:
    some, all_ = FaultList(2), FaultList(100)
    some.extend(Fault("code-unknown") for _ in range(5))
    extend(all_, some)
    assert (len(all_), all_.total) == (2, 5)


def test_streams_without_seeking(day: Path) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self.data = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def read(self, size: int | None = -1) -> bytes:
            return self.data.read(-1 if size is None or size < 0 else min(size, 1000))

    data = (day / "ENT-A/0815-cusdec-three.edi").read_bytes()
    assert library.checker().report(Pipe(data)).segments == 154  # type: ignore[arg-type]


class _Generated(io.RawIOBase):
    """A file of so many messages, made as it is read."""

    def __init__(self, count: int) -> None:
        self.parts = self._parts(count)
        self.rest = b""

    @staticmethod
    def _parts(count: int) -> Iterator[bytes]:
        yield b"UNB+UNOC:3+A+B+260314:0800+1'"
        for number in range(1, count + 1):
            yield b"UNH+%d+CUSDEC:D:96B:UN'BGM+830+X+9'UNS+D'" % number
            yield b"".join(b"CST+%d+2102200000'FTX+AAA+++ACTIVE DRY YEAST'" % item for item in range(1, 201))
            yield b"UNS+S'UNT+405+%d'" % number
        yield b"UNZ+%d+1'" % count

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        wanted = sys.maxsize if size is None or size < 0 else size
        while len(self.rest) < wanted and (part := next(self.parts, None)) is not None:
            self.rest += part
        taken, self.rest = self.rest[:wanted], self.rest[wanted:]
        return taken


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file() -> None:
    made = library.checker()
    made.report(_Generated(1))  # type: ignore[arg-type]
    peaks = []
    for count in (40, 120):
        tracemalloc.start()
        report = made.report(_Generated(count))  # type: ignore[arg-type]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (report.messages, report.fault_count) == (count, 0)
    assert peaks[1] < peaks[0] * 1.3


def test_convert(day: Path) -> None:
    outcome = edi_router.convert((day / "ENT-A/0815-cusdec-three.edi").read_bytes(), "cusdec-eciq")
    assert outcome.faults == []
    assert len(outcome.outputs) == 3
    assert [etree.fromstring(output).tag.rpartition("}")[2] for output in outcome.outputs] == [
        "EEntDeclIo"
    ] * 3
    assert {row.rule.split(":")[0] for row in outcome.lineage} == {"mapping.yaml"}


def test_convert_is_reproducible(day: Path) -> None:
    data = (day / "ENT-A/0800-cusdec.edi").read_bytes()
    now = datetime(2026, 3, 14, tzinfo=UTC)
    one, other = (edi_router.convert(data, "cusdec-eciq", now=now).outputs for _ in range(2))
    assert one == other


def test_convert_gives_nothing_for_what_is_faulty_unless_forced(day: Path) -> None:
    data = (day / "ENT-A/0900-cusdec-four-faults.edi").read_bytes()
    assert edi_router.convert(data, "cusdec-eciq").outputs == []
    assert len(edi_router.convert(data, "cusdec-eciq", force=True).outputs) == 1


def test_convert_of_another_document_is_a_fault(day: Path) -> None:
    outcome = edi_router.convert((day / "ENT-A/0800-cusdec.edi").read_bytes(), "wco-eciq")
    assert [fault.code for fault in outcome.faults] == ["mapping-other-document"]
    assert outcome.outputs == []


def test_an_unknown_mapping_is_refused() -> None:
    with pytest.raises(library.ConfigurationError) as caught:
        edi_router.convert(b"", "cusdec-ecq")
    assert caught.value.faults[0].hint == "cusdec-eciq"


def test_schema_with_relative_imports(tmp_path: Path) -> None:
    (tmp_path / "common").mkdir()
    xsd = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">%s</xs:schema>'
    (tmp_path / "common/types.xsd").write_text(
        xsd % '<xs:simpleType name="No"><xs:restriction base="xs:string"><xs:maxLength value="3"/>'
        "</xs:restriction></xs:simpleType>"
    )
    (tmp_path / "order.xsd").write_text(
        xsd % '<xs:include schemaLocation="common/types.xsd"/><xs:element name="Order"><xs:complexType>'
        '<xs:sequence><xs:element name="No" type="No"/></xs:sequence></xs:complexType></xs:element>'
    )
    schema = tmp_path / "order.xsd"
    assert edi_router.check(b"<Order><No>12</No></Order>", schema=schema) == []
    (fault,) = edi_router.check(b"<Order>\n<No>1234</No></Order>", schema=[schema])
    assert (fault.place.line, fault.place.xpath) == (2, "/Order/No")


def test_a_broken_schema_is_refused(tmp_path: Path) -> None:
    schema = tmp_path / "order.xsd"
    schema.write_text("<xs:schema")
    with pytest.raises(library.ConfigurationError):
        edi_router.check(b"<Order/>", schema=schema)
    with pytest.raises(FileNotFoundError):
        edi_router.check(b"<Order/>", schema=tmp_path / "nothing.xsd")


def test_rules(tmp_path: Path) -> None:
    rules = tmp_path / "r.yaml"
    rules.write_text(
        "id: r\nfor: xml Order\nrules:\n  - code: R1\n    text: {en: 'bad {value}', zh: '{value} 错误'}\n"
        "    require: {path: No, max_length: 3}\n"
    )
    (fault,) = edi_router.check(b"<Order><No>1234</No></Order>", rules=rules)
    assert fault.rule == "r.yaml:4"
    assert edi_router.check(b"<Other><No>1234</No></Other>", rules=rules) == []


PROFILE = """\
profile: customs
for: CUSDEC D96B
lines:
  BGM/C002/d1001: {codes: "929"}
  BGM/C106/d1004: {status: R, form: an..5}
  SG30: {max: 1}
  SG30/FTX: R
  DTM/C507[d2005='137']/d2380: R
  DTM/C507[d2005='137']: R
"""


def test_profile(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(PROFILE)
    message = CUSDEC.replace(b"UNS+S'", b"CST+2+2102200000'UNS+S'").replace(b"UNT+7", b"UNT+8")
    data = ENVELOPE % (message % b"1234567")
    faults = [fault for fault in edi_router.check(data, profile=file) if fault.code.startswith("profile-")]
    found = [(fault.code, fault.place.segment, fault.rule) for fault in faults]
    assert sorted(found) == [
        ("profile-code", 2, "p.yaml:4"),
        ("profile-missing", 3, "p.yaml:9"),
        ("profile-missing", 5, "p.yaml:7"),
        ("profile-missing", 6, "p.yaml:7"),
        ("profile-too-long", 2, "p.yaml:5"),
        ("profile-too-often", 6, "p.yaml:6"),
    ]
    assert next(fault for fault in faults if fault.code == "profile-code").place.offset == data.index(b"830")


def test_profile_by_its_id(tmp_path: Path) -> None:
    (tmp_path / "schemas/profiles").mkdir(parents=True)
    (tmp_path / "schemas/profiles/customs.yaml").write_text(PROFILE)
    data = ENVELOPE % (CUSDEC % b"1234567")
    by_id = edi_router.check(data, profile="customs", tree=tmp_path)
    file = tmp_path / "schemas/profiles/customs.yaml"
    by_file = edi_router.check(data, profile=file, tree=tmp_path)
    assert by_id
    assert [(fault.code, fault.place) for fault in by_id] == [(fault.code, fault.place) for fault in by_file]
    with pytest.raises(library.ConfigurationError) as caught:
        edi_router.check(data, profile="custom", tree=tmp_path)
    (fault,) = caught.value.faults
    assert (fault.code, fault.hint) == ("config-unknown-name", "customs")


def test_profile_of_another_message_does_not_apply(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("profile: x\nfor: CUSRES D96B\nlines: {GIS: R}\n")
    assert edi_router.check(ENVELOPE % (CUSDEC % b"1"), profile=file) == []


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("profile: x\nfor: CUSDEC D96B\nlines: {BGM//d1004: R}\n", "path-syntax", 3),
        ("profile: x\nfor: what\n", "config-value", 2),
        ("profile: x\nfor: CUSDEC D96B\nlines: {BGM: {max: much}}\n", "config-value", 3),
        ("profile: x\nfor: CUSDEC D96B\nlimes: {}\n", "config-unknown-key", 3),
        ("for: CUSDEC D96B\n", "config-missing-key", 1),
    ],
)
def test_faults_of_a_profile(tmp_path: Path, text: str, code: str, line: int) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(text)
    with pytest.raises(library.ConfigurationError) as caught:
        edi_router.check(b"", profile=file)
    (fault,) = caught.value.faults
    assert (fault.code, fault.place.line) == (code, line)


def test_imported_definitions_come_first(tmp_path: Path, day: Path) -> None:
    folder = tmp_path / "D96B" / "messages"
    folder.mkdir(parents=True)
    shape = {
        "type": "ORDERS", "version": "D", "release": "96B", "agency": "UN", "name": "Order",
        "content": [["0010", "UNH", "M", 1], ["0020", "BGM", "M", 1], ["0030", "UNT", "M", 1]],
    }  # fmt: skip
    (folder / "ORDERS.json").write_text(json.dumps(shape))
    data = (day / "ENT-A/0920-orders.edi").read_bytes()
    assert [fault.code for fault in edi_router.check(data)] == ["definition-missing"]
    codes = [fault.code for fault in edi_router.check(data, definitions=tmp_path)]
    assert "definition-missing" not in codes
    assert "segment-unknown" in codes


def test_check_as(day: Path) -> None:
    data = (day / "ENT-A/0800-cusdec.edi").read_bytes().replace(b"CUSDEC:D:96B", b"CUSDEC:D:97A")
    assert [fault.code for fault in edi_router.check(data)] == ["definition-missing"]
    assert edi_router.check(data, check_as="D96B") == []
    assert len(edi_router.convert(data, "cusdec-eciq", check_as="D96B").outputs) == 1


@pytest.mark.corpus
def test_real_messages_are_checked_without_an_exception(corpus: Path) -> None:
    made = library.checker()
    for path in sorted((corpus / "edifact").iterdir()):
        with path.open("rb") as stream:
            report = made.report(stream)
        assert report.fault_count >= len(report.faults)


@pytest.mark.parametrize("name", ["cusdec", "own"])
def test_a_document_type_of_a_deployment_is_read_for_a_check(day: Path, tmp_path: Path, name: str) -> None:
    """The shipped one of CUSDEC asks nothing of a check and is passed over; what a deployment says is never."""
    data = (day / "ENT-A/0815-cusdec-three.edi").read_bytes()
    file = tmp_path / "schemas" / "documents" / f"{name}.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(f"id: {name}\nfor: CUSDEC\n")
    assert edi_router.check(data, tree=tmp_path) == []
    file.write_text(f"id: {name}\nfor: CUSDEC\nrule: rules/none.yaml\n")
    with pytest.raises(library.ConfigurationError) as caught:
        edi_router.check(data, tree=tmp_path)
    [fault] = caught.value.faults
    assert (fault.code, fault.hint, fault.place.line) == ("config-unknown-key", "rules", 3)
