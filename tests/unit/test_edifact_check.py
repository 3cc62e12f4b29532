"""The structure and element checker: one mistake, one fault, at its place."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from edi_router.config.tree import shipped_directory
from edi_router.faults import CATALOGUE, Fault, is_error, render
from edi_router.formats.edifact.check import Checked, check
from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, segment_spec
from edi_router.formats.edifact.envelope import version_of
from edi_router.formats.edifact.importer import import_release
from edi_router.formats.edifact.model import Message
from edi_router.formats.edifact.reader import read
from edi_router.formats.edifact.segment import Segment

SHIPPED = shipped_directory() / "schemas" / "edifact"
VALID = (
    "UNH+1+CUSDEC:D:96B:UN", "BGM+929+A1+9", "LOC+35+CN", "DTM+137:20240102:102", "MEA+WT++KGM:12.5",
    "NAD+CZ+++Seller", "CTA+IC+:Somebody", "MOA+39:100.00", "UNS+D",
    "CST+1+1001", "FTX+AAA+++One", "MEA+AAR++KGM:12.5", "PAC+1++CT", "PCI+28+M1", "RFF+ABT:X", "DTM+171:20240101:102",
    "CST+2+3003", "MEA+AAR++KGM:2", "TAX+1+CUD", "MOA+55:10",
    "UNS+S", "CNT+5:2", "UNT+0+1",
)  # fmt: skip


def read_file(name: str) -> bytes | None:
    return (SHIPPED / name).read_bytes() if (SHIPPED / name).is_file() else None


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return Definitions(read_file)


def message_of(segments: list[str], syntax: int = 3) -> Message:
    """Segments as text; UNT gets its count."""
    segments = [f"UNT+{len(segments)}+1" if text.startswith("UNT+0") else text for text in segments]
    date = "20240102" if syntax == 4 else "240102"
    text = "'\n".join([f"UNB+UNOC:{syntax}+A+B+{date}:1030+R", *segments, "UNZ+1+R"]) + "'\n"
    return next(iter(next(read(text.encode("latin-1"))).messages()))


def run(
    segments: list[str], definitions: Definitions, syntax: int = 3, check_as: str | None = None
) -> Checked:
    return check(message_of(segments, syntax), definitions, check_as=check_as, syntax_version=syntax)


def told(faults: list[Fault]) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(fault.code, fault.place.segment, fault.place.tag, fault.place.group) for fault in faults]


def changed(at: int, *texts: str, drop: int = 1) -> list[str]:
    """`VALID` with `drop` segments from `at` (counted from 1) replaced by `texts`."""
    segments = list(VALID)
    segments[at - 1 : at - 1 + drop] = texts
    return segments


def test_a_valid_message_has_no_faults(definitions: Definitions) -> None:
    checked = run(list(VALID), definitions)
    assert checked.faults == []
    assert checked.definition is not None
    assert checked.directory == "D96B"


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (changed(2), ("segment-missing", 2, "BGM", None)),
        (changed(9), ("segment-missing", 9, "UNS", None)),
        (changed(10), ("segment-missing", 10, "CST", "SG30")),
        (changed(13), ("segment-missing", 13, "PAC", "SG30/SG31")),
        (changed(21), ("segment-missing", 21, "UNS", None)),
        (changed(3, "XYZ+1", drop=0), ("segment-unknown", 3, "XYZ", None)),
        (changed(2, "XGM+929"), ("segment-unknown", 2, "XGM", None)),
        (changed(10, "CSX+1"), ("segment-unknown", 10, "CSX", None)),
        (changed(11, "UNS+D", drop=0), ("segment-unexpected", 11, "UNS", "SG30")),
        (changed(11, "CNT+5:1", drop=0), ("segment-unexpected", 11, "CNT", "SG30")),
        (changed(17, "BGM+929", drop=0), ("segment-unexpected", 17, "BGM", "SG30/SG35")),
        (changed(2, *VALID[2:3], *VALID[1:2], drop=2), ("segment-unexpected", 2, "LOC", None)),
        (changed(4, "MEA+WT++KGM:1", "DTM+137:20240102:102", drop=2), ("segment-misplaced", 5, "DTM", None)),
        (changed(2, "BGM+929", "BGM+929"), ("segment-repeated", 3, "BGM", None)),
        (changed(7, *["CTA+IC"] * 2), ("segment-repeated", 8, "CTA", "SG6")),
        (changed(6, *["NAD+CZ"] * 11, drop=2), ("group-repeated", 16, "NAD", "SG6")),
    ],
)
def test_one_mistake_in_the_structure_is_one_fault(
    definitions: Definitions, segments: list[str], expected: tuple[str, int, str, str | None]
) -> None:
    assert told(run(segments, definitions).faults) == [expected]


def test_after_a_missing_trigger_the_group_is_still_a_group(definitions: Definitions) -> None:
    root = run(changed(10), definitions).root
    assert [bool(group.children("CST")) for group in root.children("SG30")] == [False, True]
    assert len(root.children("SG30")[0].children("FTX")) == 1


def test_unexpected_says_what_was_expected(definitions: Definitions) -> None:
    fault = run(changed(2, "XGM+929"), definitions).faults[0]
    assert fault.values["expected"] == "BGM"
    fault = run(changed(22, "CNT+5:2", "GIN+1"), definitions).faults[0]
    assert "TAX" in fault.values["expected"]
    assert "GIN" in render(fault)
    assert "GIN" in render(fault, "zh")


@pytest.mark.parametrize(
    ("segments", "code", "where"),
    [
        (changed(4, "DTM+:20240102:102"), "element-missing", (4, 1, 1)),
        (changed(6, "NAD"), "element-missing", (6, 1, None)),
        (changed(2, "BGM+929+" + "A" * 36), "element-too-long", (2, 2, 1)),
        (changed(20, "MOA+55:1.000,0"), "element-type", (20, 1, 2)),
        (changed(20, "MOA+55:A"), "element-type", (20, 1, 2)),
        (changed(20, "MOA+55:-12345678901234567,8"), "", (0, 0, 0)),
        (changed(20, "MOA+55:1234567890123456,789"), "element-too-long", (20, 1, 2)),
        (changed(4, "DTM+999:20240102:102"), "code-unknown", (4, 1, 1)),
        (changed(4, "DTM+137:20240102:102:9"), "components-too-many", (4, 1, 4)),
        (changed(4, "DTM+137:20240102:102+9"), "elements-too-many", (4, 2, None)),
        (changed(9, "UNS+X"), "code-unknown", (9, 1, None)),
        (changed(9, "UNS+12"), "element-type", (9, 1, None)),
        (changed(1, "UNH+123456789012345+CUSDEC:D:96B:UN"), "element-too-long", (1, 1, None)),
        (changed(8, "MOA+39:100*2"), "element-type", (8, 1, 2)),
        (changed(4, "DTM+137:?+?::102"), "", (0, 0, 0)),
    ],
)
def test_one_mistake_in_an_element_is_one_fault(
    definitions: Definitions, segments: list[str], code: str, where: tuple[int, int, int | None]
) -> None:
    faults = run(segments, definitions).faults
    if not code:
        assert faults == []
        return
    assert [fault.code for fault in faults] == [code]
    place = faults[0].place
    assert (place.segment, place.element, place.component) == where
    assert place.line == where[0] + 1
    assert place.column is not None
    assert place.column > 3


def test_codes_of_other_agencies_and_unlisted_codes(definitions: Definitions) -> None:
    assert run(changed(2, "BGM+XYZ::9+A1"), definitions).faults == []
    assert run(changed(2, "BGM+XYZ:ABC+A1"), definitions).faults[0].values["element"] == "1131"
    fault = run(changed(2, "BGM+92X+A1"), definitions).faults[0]
    assert fault.code == "code-unknown"
    assert fault.hint is not None
    assert "92" in fault.hint
    assert run(changed(2, "BGM+XYZ::6+A1"), definitions).faults[0].code == "code-unknown"


def test_repeats_need_syntax_4(definitions: Definitions) -> None:
    head = ["UNH+1+CUSRES:D:21B:UN", "BGM+962", "NAD+CZ", "CTA+IC"]
    assert run([*head, "COM+1:TE*2:TE*3:TE", "UNT+0+1"], definitions, 4).faults == []
    faults = run([*head, "COM+1:TE*2:TE*3:TE*4:TE", "UNT+0+1"], definitions, 4).faults
    assert [fault.code for fault in faults] == ["element-repeated"]
    assert faults[0].place.repeat == 4
    # Without a repetition separator the last part repeats as further elements.
    assert run([*head, "COM+1:TE+2:TE+3:TE", "UNT+0+1"], definitions, 3).faults == []
    faults = run([*head, "COM+1:TE+2:TE+3:TE+4:TE", "UNT+0+1"], definitions, 3).faults
    assert [fault.code for fault in faults] == ["elements-too-many"]


def test_an_unknown_directory_is_one_warning_that_names_the_release(definitions: Definitions) -> None:
    segments = changed(1, "UNH+1+CUSDEC:D:97B:UN")
    faults = run(segments, definitions).faults
    assert [fault.code for fault in faults] == ["definition-missing"]
    assert not is_error(faults[0])
    assert "d97b.zip" in render(faults[0])
    assert run(segments, definitions, check_as="D96B").faults == []
    assert run(changed(1, "UNH+1+NOSUCH:D:96B:UN"), definitions).faults[0].code == "definition-missing"
    assert run(changed(1, "UNH+1+CUSDEC:S:93A:UN"), definitions).faults[0].values["zip"] == "s93a.zip"


def test_association_codes_do_not_change_the_directory(definitions: Definitions) -> None:
    assert run(changed(1, "UNH+1+CUSDEC:D:96B:UN:EAN008"), definitions).faults == []


@pytest.mark.parametrize("association", ["EAN008", "SMDG20"])
def test_an_unknown_code_of_a_message_of_an_association_may_be_one_of_its(
    definitions: Definitions, association: str
) -> None:
    (plain,) = run(changed(2, "BGM+92X+A1"), definitions).faults
    segments = changed(2, "BGM+92X+A1")
    segments[0] = f"UNH+1+CUSDEC:D:96B:UN:{association}"
    (fault,) = run(segments, definitions).faults
    assert (fault.code, is_error(fault), fault.hint) == ("code-unknown", True, plain.hint)
    for language, told in (
        ("en", f"one of {association}, whose lists are not here"),
        ("zh", f"{association} 的代码"),
    ):
        assert told in render(fault, language)
        assert told not in render(plain, language)


def test_contrl_is_checked_by_the_syntax_version(definitions: Definitions) -> None:
    segments = [
        "UNH+1+CONTRL:D:3:UN",
        "UCI+R+A+B+7",
        "UCM+1+CUSDEC:D:96B:UN+4+12",
        "UCS+3",
        "UCD+13+1:2",
        "UNT+0+1",
    ]
    checked = run(segments, definitions)
    assert checked.faults == []
    assert checked.directory == "service-3"
    assert run(segments, definitions, 4).directory == "service-4"


@pytest.mark.parametrize(
    "segments",
    [
        ["UNT+0+1"],
        ["UNH+1+CUSDEC:D:96B:UN"],
        ["UNH+1+CUSDEC:D:96B:UN", "UNT+0+1"],
        ["BGM+1", "UNT+0+1"],
    ],
)
def test_fragments_do_not_stop_the_check(definitions: Definitions, segments: list[str]) -> None:
    run(segments, definitions)


def test_an_empty_message_lists_what_is_missing(definitions: Definitions) -> None:
    faults = run(["UNH+1+CUSDEC:D:96B:UN", "UNT+0+1"], definitions).faults
    assert told(faults) == [
        ("segment-missing", 2, "BGM", None),
        ("segment-missing", 2, "UNS", None),
        ("segment-missing", 2, "UNS", None),
    ]


def test_many_faults_are_counted_and_cut(definitions: Definitions) -> None:
    segments = changed(10, *["CST+1+1001:1:2:3:4:5", "XXX"] * 700)
    faults = run(segments, definitions).faults
    assert len(faults) == 1000
    assert faults.total > 1300


def test_structure_faults_carry_wire_codes() -> None:
    wire = {"segment-missing": "13", "segment-unexpected": "15", "segment-repeated": "35", "group-repeated": "36",
            "element-too-long": "39", "element-too-short": "40", "element-type": "37", "code-unknown": "12",
            "components-too-many": "16"}  # fmt: skip
    assert {code: CATALOGUE[code].contrl for code in wire} == {
        code: {3: value, 4: value} for code, value in wire.items()
    }


# Mutants


def value_of(chance: random.Random, spec: ElementSpec) -> str:
    if spec.codes:
        return chance.choice(sorted(spec.codes))
    length = spec.high if spec.low else max(1, min(spec.high, chance.randint(1, 8)))
    letters = {"n": "123456789", "a": "ABCDEFGH", "an": "ABCDEFGH123"}[spec.kind]
    return "".join(chance.choice(letters) for _ in range(length))


Parts = list[list[str]]


def random_segment(chance: random.Random, definitions: Definitions, directory: str, tag: str) -> Parts:
    spec = segment_spec(definitions, directory, tag) or segment_spec(definitions, "service-3", tag)
    assert spec is not None
    parts: Parts = []
    for part in spec.parts:
        if not part.mandatory and chance.random() < 0.5:
            parts.append([""])
        elif isinstance(part, PartSpec):
            plain = ("1131", "3055")
            values = [
                value_of(chance, c) if (c.mandatory or chance.random() < 0.4) and c.id not in plain else ""
                for c in part.components
            ]
            if part.mandatory and not any(values):
                values[0] = value_of(chance, part.components[0])
            parts.append(values)
        else:
            parts.append([value_of(chance, part)])
    return parts


def random_body(
    chance: random.Random, definitions: Definitions, directory: str,
    content: tuple[SegmentUse | GroupUse, ...], share: float,
) -> Iterator[tuple[str, Parts]]:  # fmt: skip
    for entry in content:
        mandatory = entry.status == "M"
        count = chance.randint(1, min(2, entry.repeat)) if chance.random() < share else int(mandatory)
        for _ in range(count):
            if isinstance(entry, GroupUse):
                yield from random_body(chance, definitions, directory, entry.content, share * 0.7)
            elif entry.tag not in ("UNH", "UNT"):
                yield entry.tag, random_segment(chance, definitions, directory, entry.tag)


def built(definition: MessageDef, body: list[tuple[str, Parts]]) -> Message:
    header = ("UNH", [["1"], [definition.type, definition.version, definition.release, definition.agency]])
    segments: list[Segment] = []
    for number, (tag, parts) in enumerate([header, *body, ("UNT", [[str(len(body) + 2)], ["1"]])], 1):
        made = Segment.make(tag, *(tuple(part) for part in parts))
        segments.append(Segment(tag, made.text, made.dialect, number * 100, number, 1, number))
    return Message(segments[0], segments)


Mutant = tuple[list[tuple[str, Parts]], set[int], set[str]]


def mutant(
    chance: random.Random, definitions: Definitions, directory: str, body: list[tuple[str, Parts]]
) -> Mutant:
    """One edit: the body, the numbers of the segments a fault may name, and its codes."""
    body = [(tag, [list(part) for part in parts]) for tag, parts in body]
    at = chance.randrange(len(body))
    tag, parts = body[at]
    number = at + 2
    order = {
        "segment-missing",
        "segment-misplaced",
        "segment-unexpected",
        "segment-repeated",
        "group-repeated",
    }
    kind = chance.choice(
        ["delete", "insert", "rename", "swap", "foreign", "long", "empty", "components", "elements"]
    )
    if kind == "delete":
        del body[at]
        return body, {number}, order
    if kind == "insert":
        body.insert(at, ("ZZX", [["1"]]))
        return body, {number}, {"segment-unknown"}
    if kind == "rename":
        body[at] = ("ZZX", parts)
        return body, {number}, {"segment-unknown"}
    if kind == "swap":
        body[at : at + 2] = reversed(body[at : at + 2])
        return body, {number, number + 1}, order
    if kind == "foreign":
        other = chance.choice(sorted({name for name, _ in body}))
        body.insert(at, (other, random_segment(chance, definitions, directory, other)))
        last = at
        while last + 1 < len(body) and body[last + 1][0] == other:
            last += 1
        return body, set(range(number, last + 3)), order
    spec = segment_spec(definitions, directory, tag) or segment_spec(definitions, "service-3", tag)
    assert spec is not None
    index = chance.randrange(len(spec.parts))
    part = spec.parts[index]
    first = part.components[0] if isinstance(part, PartSpec) else part
    if kind == "elements":
        parts.append(["X"])
        return body, {number}, {"elements-too-many"}
    if kind == "components":
        count = len(part.components) if isinstance(part, PartSpec) else 1
        parts[index] = (parts[index] if any(parts[index]) else [value_of(chance, first)])[:count]
        parts[index] += [""] * (count - len(parts[index])) + ["X"]
        return body, {number}, {"components-too-many"}
    if kind == "long":
        parts[index][0] = ("A" if first.kind == "a" else "1") * (first.high + 1)
        return body, {number}, {"element-too-long"}
    parts[index][0] = ""
    return body, {number}, {"element-missing"}


TYPES = (
    ("D96B", "CUSDEC"), ("D96B", "CUSCAR"), ("D96B", "IFTMIN"), ("D96B", "CODECO"), ("D96B", "SANCRT"),
    ("D96B", "BAPLIE"), ("D01B", "CUSRES"), ("D01B", "APERAK"), ("D01B", "COPARN"), ("D21B", "CUSDEC"),
    ("D21B", "GOVCBR"), ("D95B", "CODECO"),
)  # fmt: skip


def test_one_edit_is_told_once_at_its_place(definitions: Definitions) -> None:
    chance = random.Random(20240102)
    done = exact = 0
    missed: list[str] = []
    while done < 300:
        directory, type = chance.choice(TYPES)
        definition = definitions.message_of(directory, type)
        assert definition is not None
        share = 0.1 if type == "GOVCBR" else 0.25
        body = list(random_body(chance, definitions, directory, definition.content, share))
        assert check(built(definition, body), definitions).faults == []
        edited, numbers, codes = mutant(chance, definitions, directory, body)
        faults = check(built(definition, edited), definitions).faults
        if not faults:
            continue  # the edit made another valid message
        done += 1
        if len(faults) == 1 and faults[0].code in codes and faults[0].place.segment in numbers:
            exact += 1
        else:
            missed.append(f"{type} {' '.join(tag for tag, _ in edited)} {numbers} {told(faults)}")
    assert exact >= 0.95 * done, missed


# Real messages


@pytest.mark.corpus
@pytest.mark.unece
@pytest.mark.slow
def test_real_messages_are_checked_without_trouble(corpus: Path, unece: Path) -> None:
    files: dict[str, bytes] = {}
    for name in ("d93a", "d96b", "d99b", "d01b"):
        imported = import_release((unece / f"{name}.zip").read_bytes(), f"{name}.zip")
        files |= {f"{imported.directory}/{key}": data for key, data in imported.files.items()}
    definitions = Definitions(lambda name: files.get(name) or read_file(name))
    others = {"D96A": "D96B", "D97A": "D96B", "D03B": "D01B", "S93A": "D93A", "D11A": "D21B", "D07A": "D01B"}
    checked = known = 0
    for path in sorted((corpus / "edifact").iterdir()):
        if path.name == "MANIFEST.tsv":
            continue
        for interchange in read(path.read_bytes()):
            for message in interchange.messages():
                for check_as in (None, others.get(message.directory)):
                    result = check(
                        message, definitions, check_as=check_as, syntax_version=interchange.syntax_version,
                        interchange_header=interchange.header,
                    )  # fmt: skip
                    checked += 1
                    known += result.definition is not None
                    assert all(render(fault) for fault in result.faults)
                    if result.definition is None:
                        codes = {"definition-missing", "message-type-unknown"}
                        told = any(fault.code in codes for fault in result.faults)
                        assert told == bool(message.type and all(version_of(message)))
    assert checked > 300
    assert known > 100
