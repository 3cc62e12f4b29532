"""A support bundle tells no word of the documents, and the masked file has the faults of the original."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.config import shipped_directory
from edi_router.engine.bundle import Bundle
from edi_router.formats.edifact.lenient import Leniency
from edi_router.formats.xml import parse
from edi_router.library import checker
from edi_router.library.masking import Masker
from edi_router.partners import Directory
from edi_router.partners.model import Grant
from tests.support.cli import edi_router
from tests.support.story import GOOD, Story, changed, sample
from tests.support.workspaces import Place, deployment

CHECKER = checker()
NOT_REPRODUCED = {
    "certificate.xml": "a warning compares the applicant's name with the manufacturer's, letter by letter",
    "dxp-message.xml": "what it carries in base64 is no base64 any more",
}
ALL = sorted(
    path
    for folder in ("good", "bad/message", "bad/xsd")
    for path in (shipped_directory() / "samples" / folder).iterdir()
    if path.suffix in (".xml", ".edi")
)
FILES = [path for number, path in enumerate(ALL) if number % 3 == 0 or path.name in NOT_REPRODUCED]
"""Each third sample: of every format and folder some."""


def words(data: bytes) -> set[str]:
    """The free texts of a document: values with letters and a blank, or with letters beyond ASCII, and passwords."""
    if data.startswith(b"UN"):
        values = re.split(r"[+:'\n]", data.decode("utf-8", "replace").replace("?'", "’"))
    else:
        document, _ = parse(data)
        if document is None:
            return set()
        values = [
            text for each in document.root.iter("*") for text in (each.text or "", *each.attrib.values())
        ]
        values += [each.text or "" for each in document.root.iter("{*}Password")]
    stripped = {each.strip() for each in values if len(each.strip()) > 3}
    return {each for each in stripped if any(map(str.isalpha, each)) and (" " in each or not each.isascii())}


def seen(data: bytes) -> Counter[tuple[str, str]]:
    return Counter((fault.code, str(fault.place)) for fault in CHECKER.report(data).faults)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_masked_document_has_the_same_faults_and_no_word(path: Path) -> None:
    data = path.read_bytes()
    masked = Masker(b"key", CHECKER.definitions).document(data, lambda each: CHECKER.report(each).faults)
    assert len(masked.content) == len(data)
    assert masked.reproduced is (path.name not in NOT_REPRODUCED), masked.added
    assert (seen(masked.content) == seen(data)) is masked.reproduced
    inside = masked.content.decode("utf-8", "replace")
    assert not [word for word in words(data) if word in inside]


def has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))


@settings(max_examples=40, deadline=None)
@given(
    st.text(
        st.characters(codec="gb18030", categories=("Lu", "Ll", "Lo", "Nd")), min_size=6, max_size=40
    ).filter(has_letter)
)
def test_any_word_is_gone_and_keeps_its_length(word: str) -> None:
    document = f"<Order><Name>{word} &amp; {word}</Name></Order>".encode()
    masker = Masker(b"key", CHECKER.definitions)
    masked = masker.document(document, lambda each: CHECKER.report(each).faults).content.decode()
    assert word not in masked
    assert len(masked.encode()) == len(document)
    assert masker.text(f"about {word} and others") == masker.text(f"about {word} and others")
    assert word not in masker.text(f"about {word} & {word}")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with deployment(tmp_path_factory.mktemp("bundle") / "ws") as opened:
        yield opened


def test_a_leniency_ends_with_the_day_of_the_business_zone(tmp_path: Path) -> None:
    """What comes at two in the night of the 15th in Shanghai came on the 14th by UTC: the grant is over all the same."""
    with deployment(tmp_path / "ws") as opened:
        partners = dict(opened.engine.configuration.directory.partners)
        own = {Leniency.MISSING_UNZ: Grant(until=date(2026, 3, 14))}
        partners["ENT-A"] = partners["ENT-A"].model_copy(update={"leniencies": own})
        opened.engine.configuration = replace(
            opened.engine.configuration, directory=Directory(partners.values())
        )
        granted = []
        for name, hour in (("a.edi", 15), ("b.edi", 18)):
            opened.clock.now = datetime(2026, 3, 14, hour, tzinfo=UTC)
            data = sample("cusdec-import.edi")
            opened.drop("ENT-A", name, data[: data.rindex(b"UNZ")].replace(b"GOOD00000002", name.encode()))
            opened.engine.until_idle()
            [file] = [row for row in opened.ledger.ls("file") if row["name"] == name]
            bundle = Bundle(
                opened.workspace,
                opened.ledger,
                opened.engine.archive,
                opened.engine.configuration,
                file["id"],
            )
            granted.append(
                (file["state"], [row["state"] for row in bundle.shown["messages"]], bundle._checker().lenient)
            )
        assert [each[1] for each in granted] == [["completed"], ["rejected"]]
        assert [set(each[2]) for each in granted] == [{Leniency.MISSING_UNZ}, set()]


def test_the_bundle_of_a_rejected_order(place: Place, tmp_path: Path) -> None:
    story = Story(place)
    data = changed(sample("transfer-order.xml", Password="secret77"), ProdHsCode="12")
    assert story.send("CIQ-YC", data) == ["rejected"]
    [id] = story._last
    place.ledger.note("message", id, "looked at", {"by": "Wang Xiaoming", "reason": "Telefonat mit Frau Li"})
    out = tmp_path / "bundle.zip"
    ran = edi_router("--workspace", place.root, "support-bundle", id, "--out", out, "--json")
    assert (ran.code, ran.json["id"]) == (0, id)
    assert out.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    documents = json.loads(parts["documents.json"])
    assert documents["original"]["reproduced"] is True
    assert seen(parts["documents/original"]) == seen(data), "the fault is the same where the bundle is opened"
    ledger = json.loads(parts["ledger.json"])
    assert {each["code"] for each in ledger["faults"]} == {
        each["code"] for each in place.ledger.show(id)["faults"]
    }
    assert ledger["state"] == "rejected"
    assert ledger["config"] == json.loads(parts["about.json"])["configuration"]["then"]
    assert {
        "configuration/partners/CIQ-YC.json",
        "configuration/mappings/transfer-order/mapping.yaml",
    } <= set(parts)
    everything = b"\n".join(parts[name] for name in parts if not name.startswith("configuration/")).decode()
    told = words(data) | {"secret77", "Wang Xiaoming", "Telefonat mit Frau Li"}
    assert "ANGEL YEAST EUROPE" in " ".join(told) or len(told) > 5
    assert not [word for word in told if word in everything]
    assert "宜昌局" not in parts["configuration/partners/CIQ-YC.json"].decode()
    again = edi_router("--workspace", place.root, "support-bundle", id, "--out", out)
    assert again.code == 3, "nothing is overwritten"
    assert "exists" in again.err


def test_the_bundle_of_a_declaration_with_its_outputs(place: Place) -> None:
    data = (GOOD / "cusdec-import.edi").read_bytes()
    assert Story(place).send("ENT-A", data, suffix="edi") == ["completed"]
    [file] = place.ledger.ls("file", partner="ENT-A")
    configuration, _ = place.workspace.configuration()
    assert configuration is not None
    bundle = Bundle(place.workspace, place.ledger, place.engine.archive, configuration, file["id"])
    parts = dict(bundle.parts())
    outputs = [name for name in parts if name.startswith("documents/") and name != "documents/original"]
    assert len(outputs) >= 2, "the declaration for the bureau and CONTRL"
    assert len(parts["documents/original"]) == len(data)
    everything = b"\n".join(parts[name] for name in parts if not name.startswith("configuration/")).decode()
    assert not [word for word in words(data) if word in everything]


def test_nothing_is_named(place: Place) -> None:
    assert edi_router("--workspace", place.root, "support-bundle", "no-such-thing").code == 1
