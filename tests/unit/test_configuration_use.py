"""A configuration is read as far as its agreements lead; the rest when it is needed, as it was when it was taken up."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edi_router.cli.lint import lint_everything
from edi_router.config import Tree
from edi_router.config.shelf import Found, Shelf, Unreadable
from edi_router.config.snapshot import ChangedSince, Snapshot
from edi_router.engine.preload import preload
from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.steps import ConfigurationFaulty
from edi_router.engine.workspace import Workspace
from edi_router.faults import Fault, Place
from edi_router.partners.settings import FILE
from edi_router.pipeline import configuration as loading
from edi_router.pipeline.configuration import Configuration, load_configuration
from tests.support.workspaces import Clock, deployment, drop_sample_day

SETTINGS = "name: test\n"
PARTNER = """\
id: BUYER
name: {en: Example Buyer, zh: 示例买方}
role: enterprise
status: live
channel: {kind: folder, root: exchange/BUYER, wait_seconds: 0}
agreements:
  - id: slips
    receives: xml Slip
    deliver: {mapping: slip, to: BUYER}
"""
MAPPING = """\
id: {id}
from: xml Slip
to: slip.xsd
output:
  Slip:
    do:
      Number: {value}
"""
XSD = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="{root}"><xs:complexType><xs:sequence>
    <xs:element name="Number" type="{type}"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""
DOCUMENT = "id: {id}\nfor: xml {root}\nschema: {schema}\n"
SLIP = b"<Slip><Number>7</Number></Slip>"


@dataclass
class Deployment:
    """A deployment with one partner, whose agreement uses the mapping `slip`; `spare` and `spare.xsd` nothing uses."""

    root: Path
    shipped: bool = False
    """Whether it lies over the shipped configuration; else there is nothing but its own."""

    @property
    def tree(self) -> Tree:
        return Tree.over_shipped(self.root) if self.shipped else Tree((self.root,))

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def load(self) -> Configuration:
        configuration, faults = load_configuration(self.tree)
        assert configuration is not None, faults
        return configuration

    def faults(self) -> list[str]:
        """What keeps it from being taken up."""
        configuration, faults = load_configuration(self.tree)
        assert configuration is None
        return [
            f"{Path(fault.place.file or '').name}:{fault.place.line}:{fault.place.column}" for fault in faults
        ]


@pytest.fixture
def place(tmp_path: Path) -> Deployment:
    made = Deployment(tmp_path / "ws")
    made.write(FILE, SETTINGS)
    made.write("partners/BUYER.yaml", PARTNER)
    for id in ("slip", "spare"):
        made.write(f"mappings/{id}/mapping.yaml", MAPPING.format(id=id, value="Number"))
    made.write("schemas/slip.xsd", XSD.format(root="Slip", type="xs:string"))
    made.write("schemas/spare.xsd", XSD.format(root="Spare", type="xs:string"))
    for root in ("Slip", "Spare"):
        name = root.lower()
        made.write(
            f"schemas/documents/own-{name}.yaml",
            DOCUMENT.format(id=f"own-{name}", root=root, schema=f"{name}.xsd"),
        )
    for way in ("in", "out"):
        (made.root / "exchange" / "BUYER" / way).mkdir(parents=True)
    return made


WRONG = "{from: Number, as: nonsense}"


def test_a_fault_of_what_is_used_stops_the_start(place: Deployment) -> None:
    place.write("mappings/slip/mapping.yaml", MAPPING.format(id="slip", value=WRONG))
    assert place.faults() == ["mapping.yaml:7:34"]
    with pytest.raises(ConfigurationFaulty):
        started(place)
    place.write("mappings/slip/mapping.yaml", MAPPING.format(id="slip", value="Number"))
    place.write("schemas/slip.xsd", XSD.format(root="Slip", type="xs:none"))
    assert "slip.xsd" in " ".join(place.faults())


def test_what_is_used_of_what_is_used_is_read_too(place: Deployment) -> None:
    """An agreement names a register, which names mappings."""
    place.shipped = True
    place.write(
        "partners/BUYER.yaml", PARTNER.replace("deliver: {mapping: slip, to: BUYER}", "registers: transfer")
    )
    configuration = place.load()
    register = configuration.registers.taken["transfer"]
    assert register.mappings_named
    assert register.mappings_named <= set(configuration.mappings.taken)
    assert register.registers_named <= set(configuration.registers.taken)
    name = min(register.mappings_named)
    place.write(f"mappings/{name}/mapping.yaml", MAPPING.format(id=name, value=WRONG))
    assert "mapping.yaml:7:34" in place.faults()


def test_what_nothing_uses_is_not_read(place: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    content = Snapshot.read

    def noted(tree: Snapshot, name: str) -> bytes:
        read.append(name)
        return content(tree, name)

    monkeypatch.setattr(Snapshot, "read", noted)
    place.shipped = True
    configuration = place.load()
    assert list(configuration.mappings.taken) == ["slip"]
    assert list(configuration.schemas.taken) == ["slip.xsd"]
    others = (configuration.registers, configuration.rules, configuration.profiles, configuration.layouts)
    assert [each.taken for each in others] == [{}] * 4
    used = re.compile(
        r"edi-router\.yaml|partners/.*|schemas/calendars/.*|schemas/documents/.*|schemas/slip\.xsd|mappings/slip/.*"
    )
    assert [name for name in read if not used.fullmatch(name)] == []
    assert {"spare", "cusdec-eciq"} <= set(configuration.mappings)
    assert configuration.mappings["cusdec-eciq"].id == "cusdec-eciq"
    assert "mappings/cusdec-eciq/mapping.yaml" in read


def test_a_fault_of_what_nothing_uses_is_found_by_lint(place: Deployment) -> None:
    place.write("mappings/spare/mapping.yaml", MAPPING.format(id="spare", value=WRONG))
    place.write("schemas/spare.xsd", "<nonsense/>")
    configuration = place.load()
    assert configuration.mappings.find("spare") is None
    with pytest.raises(Unreadable, match=r"spare/mapping\.yaml:7:34: .*nonsense"):
        configuration.mappings["spare"]
    assert "spare" not in {mapping.id for mapping in configuration.mappings.readable()}
    found = {
        f"{Path(fault.place.file or '').name}:{fault.place.line}" for fault in lint_everything(place.tree)
    }
    assert {"mapping.yaml:7", "spare.xsd:1"} <= found
    whole, faults = load_configuration(place.tree, whole=True)
    assert whole is None
    assert {Path(fault.place.file or "").name for fault in faults} == {"mapping.yaml", "spare.xsd"}


def test_what_was_changed_since_is_not_mixed_in(place: Deployment) -> None:
    configuration = place.load()
    path = place.root / "mappings/spare/mapping.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(before + "note: changed\n", encoding="utf-8")
    with pytest.raises(ChangedSince, match=r"mappings/spare/mapping\.yaml was changed"):
        configuration.mappings["spare"]
    path.unlink()
    with pytest.raises(ChangedSince, match=r"mappings/spare/mapping\.yaml was removed"):
        configuration.mappings["spare"]
    path.write_text(before, encoding="utf-8")
    assert configuration.mappings["spare"].id == "spare"
    assert configuration.mappings["slip"].id == "slip"


def test_a_change_while_it_is_read_is_taken_up(place: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    times = 0

    def slowly(tree: Tree, zone: ZoneInfo) -> object:
        nonlocal times
        times += 1
        if times == 1:
            place.write("mappings/slip/mapping.yaml", MAPPING.format(id="slip", value="{const: new}"))
        return load_calendars(tree, zone)

    load_calendars = loading.load_calendars
    monkeypatch.setattr(loading, "load_calendars", slowly)
    configuration = place.load()
    assert times == 2
    assert configuration.mappings["slip"].definition.output.do[0].const == "new"  # type: ignore[index]
    assert configuration.digest == place.tree.digest(files=(FILE,))


def test_golden_cases_are_no_part_of_the_set(place: Deployment) -> None:
    before = place.load().digest
    place.write("mappings/slip/cases/one/in.xml", "<Slip/>")
    place.write("schemas/rules/cases/x/one/in.xml", "<Slip/>")
    assert place.load().digest == before == Snapshot.of(place.tree, files=(FILE,)).key
    place.write("mappings/tables/new.csv", "code,name\n")
    assert place.load().digest != before


def started(place: Deployment) -> EmbeddedEngine:
    """The engine of the deployment, over the shipped configuration; its ledger is closed with it."""
    place.shipped = True
    workspace, clock = Workspace.at(place.root), Clock()
    ledger = workspace.open_ledger(clock)
    try:
        return EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock)
    except ConfigurationFaulty:
        ledger.close()
        raise


def test_reload_takes_up_a_mapping_that_was_not_read_yet(place: Deployment) -> None:
    engine = started(place)
    with engine.ledger:
        place.write("mappings/spare/mapping.yaml", MAPPING.format(id="spare", value="{const: changed}"))
        place.write("partners/BUYER.yaml", PARTNER.replace("mapping: slip", "mapping: spare"))
        engine.workspace.request_reload(place.load().digest)
        assert engine.reload()
        (place.root / "exchange/BUYER/out/a.xml").write_bytes(SLIP)
        assert engine.until_idle().problems == []
        [made] = [path.read_bytes() for path in (place.root / "exchange/BUYER/in").glob("Slip_*")]
        assert b"<Number>changed</Number>" in made


def test_a_file_that_needs_what_has_faults_waits_for_it(place: Deployment) -> None:
    place.write("schemas/spare.xsd", "<nonsense/>")
    engine = started(place)
    with engine.ledger:
        (place.root / "exchange/BUYER/out/a.xml").write_bytes(b"<Spare><Number>7</Number></Spare>")
        (place.root / "exchange/BUYER/out/b.xml").write_bytes(SLIP)
        [told] = engine.until_idle().problems
        assert "a.xml could not be processed now" in told
        assert "spare.xsd" in told
        states = {row["name"]: row["state"] for row in engine.ledger.ls("file")}
        assert states == {"a.xml": "in_work", "b.xml": "processed"}
        place.write("schemas/spare.xsd", XSD.format(root="Spare", type="xs:string"))
        engine.workspace.request_reload(place.load().digest)
        assert engine.reload()
        assert engine.until_idle().problems == []
        assert {row["type"]: row["state"] for row in engine.ledger.ls("message")} == {
            "Slip": "completed", "Spare": "held"
        }  # fmt: skip


def test_the_sample_day_needs_nothing_that_was_not_read(tmp_path: Path) -> None:
    with deployment(tmp_path / "ws") as sample:
        drop_sample_day(sample.root)
        before = taken(sample.engine.configuration)
        sample.engine.until_idle()
        assert taken(sample.engine.configuration) == before
        assert {"cusdec-eciq", "combined-receipt"} <= set(before["mappings"])


def taken(configuration: Configuration) -> dict[str, list[str]]:
    """The names of what was read."""
    shelves = ("mappings", "profiles", "layouts", "registers", "schemas", "rules")
    return {name: list(getattr(configuration, name).taken) for name in shelves}


def shelf(read: Callable[[str], Found[str]]) -> Shelf[str]:
    return Shelf(lambda: ["a", "b"], read)


def test_what_several_threads_need_at_once_is_read_once() -> None:
    times: list[str] = []
    all_ask = threading.Barrier(4)

    def read(name: str) -> Found[str]:
        times.append(name)
        threading.Event().wait(0.05)  # the others come meanwhile
        return name.upper(), []

    made, found = shelf(read), []

    def ask() -> None:
        all_ask.wait()
        found.append(made["a"])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["A"] * 4
    assert times == ["a"]


def test_a_shelf_knows_names_before_it_reads() -> None:
    wrong = Fault("config-empty", Place("b.yaml", 1, 1))
    times: list[str] = []

    def read(name: str) -> Found[str]:
        times.append(name)
        return (None, [wrong]) if name == "b" else (name.upper(), [])

    made = shelf(read)
    told = made.told(str.lower)
    assert (list(made), len(made), "b" in made, "c" in made, list(told), "b" in told) == (
        ["a", "b"], 2, True, False, ["a", "b"], True
    )  # fmt: skip
    assert times == []
    assert made.get("c") is None
    with pytest.raises(KeyError):
        made["c"]
    assert (made.find("a"), made.find("b"), made.find("c")) == ("A", None, None)
    assert (told.get("a"), told.get("b")) == ("a", None)
    assert list(made.readable()) == ["A"]
    assert (made.taken, made.faults) == ({"a": "A"}, [wrong])
    assert times == ["a", "b"]
    with pytest.raises(Unreadable, match=r"b\.yaml:1:1"):
        made["b"]


def test_a_reading_that_was_broken_off_is_done_again() -> None:
    times: list[str] = []

    def read(name: str) -> Found[str]:
        times.append(name)
        if len(times) == 1:
            raise ChangedSince("changed")
        return name, []

    made = shelf(read)
    with pytest.raises(ChangedSince):
        made["a"]
    assert made["a"] == "a"


def test_what_services_import_at_once_is_there() -> None:
    preload()
