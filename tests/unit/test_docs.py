"""The documents keep their word: links lead somewhere, verbs exist, every key is described, examples load."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from edi_router.cli.main import VERBS
from edi_router.config import Tree
from edi_router.ledger.states import TRANSITIONS
from edi_router.partners import load_partners
from edi_router.partners.model import Partner, Status
from edi_router.partners.settings import Settings, load_settings, unknown_channels
from edi_router.pipeline.configuration import load_configuration

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
COMMAND = re.compile(r"\bedi-router((?: +(?:--[\w-]+(?:[ =](?!-)\S+)?))*) +([a-z][\w-]*)")
EXAMPLE = re.compile(r"^```yaml ([\w./-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def each(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(text: str) -> set[str]:
    """The anchors of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=each)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def commands(text: str) -> list[str]:
    """The verbs called in the code of a page; outside of it `edi-router` may be any part of a sentence."""
    code = re.findall(r"^```.*?^```$|`[^`\n]+`", text, re.MULTILINE | re.DOTALL)
    return [verb for part in code for _, verb in COMMAND.findall(part)]


@pytest.mark.parametrize("path", PAGES, ids=each)
def test_no_unknown_verb(path: Path) -> None:
    unknown = set(commands(path.read_text(encoding="utf-8"))) - set(VERBS)
    assert not unknown


def test_commands_are_found() -> None:
    text = "`edi-router --workspace DIR frob x`, `edi-router ls`\n```\n$ edi-router demo\n```\nedi-router is fine"
    assert commands(text) == ["frob", "ls", "demo"]


def models(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """The model and all models in its fields."""
    if model in seen:
        return
    seen.add(model)
    yield model
    for field in model.model_fields.values():
        for inner in _in(field.annotation):
            yield from models(inner, seen)


def _in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for argument in typing.get_args(annotation):
        yield from _in(argument)


def keys() -> list[tuple[str, str]]:
    found = [model for top in (Partner, Settings) for model in models(top, set())]
    return sorted(
        {
            (model.__name__, field.alias or name)
            for model in found
            for name, field in model.model_fields.items()
        }
    )


PAGES = {
    "AlarmSettings": "alarms.md", "FileChannel": "alarms.md", "LogChannel": "alarms.md", "MailChannel": "alarms.md",
    "WebhookChannel": "alarms.md", "Batch": "batches.md", "WindowHours": "batches.md", "Replies": "replies.md",
    "Webhook": "webhooks.md", "Secret": "webhooks.md", "Security": "security.md", "Protection": "security.md",
    "AgreementSecurity": "security.md", "KeySettings": "security.md",
    "Retention": "operations.md", "Schedule": "calendars.md", "Daily": "books.md", "Digest": "books.md", "Volume": "books.md",
}  # fmt: skip
"""The models that have a page of their own."""


@pytest.mark.parametrize(("model", "key"), keys())
def test_every_key_is_described(model: str, key: str) -> None:
    name = PAGES.get(model, "partners.md")
    assert re.search(rf"`(?:{{)?{key}\b", page(name)), f"{model}.{key} in {name}"


def test_the_keys_are_those_of_all_models() -> None:
    assert {model for model, _ in keys()} == {
        "Agreement", "Condition", "Delivery", "Destination", "Duplicates", "EdifactSettings", "Expected",
        "FolderSettings", "Grant", "HttpSettings", "Identification", "Limit", "MemorySettings", "Name", "Partner", "Settings",
        "SftpSettings", "Span", "Unpacking", *PAGES,
    }  # fmt: skip


def test_every_status_is_described() -> None:
    assert all(f"`{status}`" in page("partners.md") for status in Status)


@pytest.fixture
def example(tmp_path: Path) -> Tree:
    """A workspace of the example's files."""
    for name, text in EXAMPLE.findall(page("partners.md")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree((tmp_path,))


def test_the_example_loads_without_findings(example: Tree) -> None:
    configuration, _ = load_configuration(Tree.over_shipped(), Tree.over_shipped())
    assert configuration is not None
    reads = {id_: mapping.definition.origin for id_, mapping in configuration.mappings.items()}
    partners, faults = load_partners(
        example,
        reads,
        profiles={id_: each.kind for id_, each in configuration.profiles.items()},
        registers=tuple(configuration.registers),
    )
    assert not faults
    assert [partner.id for partner in partners] == ["BUREAU", "ENT-B"]
    settings, faults = load_settings(example)
    assert not faults
    assert settings is not None
    assert not unknown_channels(settings, [partner.id for partner in partners], "edi-router.yaml")


def test_the_example_is_complete(example: Tree) -> None:
    """Every key of a partner and its agreements stands in the example, and every one of the settings."""
    partner = "".join(example.text(name) for name in example.names("partners"))
    settings = example.text("edi-router.yaml")
    for model, key in keys():
        if model in ("Partner", "Agreement", "Condition", "Delivery", "Duplicates", "Settings"):
            text = settings if model == "Settings" else partner
            assert re.search(rf"(?:^|[ {{]){key}:", text, re.MULTILINE), f"{model}.{key}"


def test_every_state_is_described() -> None:
    operations, architecture = page("operations.md"), page("architecture.md")
    for kind, states in TRANSITIONS.items():
        line = re.search(rf"^\| {kind} \|(.+)$", architecture, re.MULTILINE)
        assert line is not None, kind
        assert set(re.findall(r"\w+", line[1])) == set(states), kind
        if kind != "work":  # which stands for its file or message
            assert all(f"`{state}`" in operations for state in states), kind


def test_every_floor_is_described() -> None:
    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    contract = re.search(r"^layers =\n((?: +.+\n)+)", setup, re.MULTILINE)
    assert contract is not None
    floors = [re.findall(r"edi_router\.(\w+)", line) for line in contract[1].splitlines()]
    table = page("architecture.md").partition("| package, top down |")[2].partition("\n\n")[0]
    told = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in table.splitlines()[2:]]
    assert told == floors


def test_decisions_are_numbered() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for number, path in enumerate(files, 1):
        text = path.read_text(encoding="utf-8")
        assert path.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequence"]


def test_every_shipped_mapping_is_listed_with_its_cases(root: Path) -> None:
    page = (root / "docs/mappings.md").read_text(encoding="utf-8")
    told = {
        name: int(good) + int(bad)
        for name, good, bad in re.findall(r"^\| `([a-z0-9-]+)` \|.*?\| (\d+) \+ (\d+) \|", page, re.MULTILINE)
    }
    there = {path.parent.name: path.parent / "cases" for path in root.glob("mappings/*/mapping.yaml")}
    assert told == {name: len(list(cases.iterdir())) for name, cases in there.items()}
