"""JSON Schemas for editors: what is shipped is what the models make, accepts all shipped files, refuses broken ones."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from edi_router.cli.schema import KINDS, pretty, schema_of_kind
from edi_router.config import Tree, load, plain, shipped_directory
from tests.support.cli import edi_router

FILES = {
    "mapping": ("mappings", r"mappings/[^/]+/mapping\.yaml"),
    "partner": ("partners", r"partners/[^/]+\.yaml"),
    "profile": ("schemas/profiles", r"schemas/profiles/[^/]+\.yaml"),
    "rules": ("schemas/rules", r"schemas/rules/[^/]+\.yaml"),
    "records": ("schemas/records", r"schemas/records/[^/]+\.yaml"),
    "document": ("schemas/documents", r"schemas/documents/[^/]+\.yaml"),
    "calendar": ("schemas/calendars", r"schemas/calendars/[^/]+\.yaml"),
}


class Editor(yaml.SafeLoader):
    """YAML as editors read it: version 1.2, where `yes` is a text and 0110 a number."""


Editor.yaml_implicit_resolvers = {}
for tag, pattern, beginnings in (
    ("bool", r"true|false|True|False|TRUE|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
    ("null", r"~|null|", "~n"),
):
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(beginnings))
Editor.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))


def shipped(kind: str) -> list[str]:
    folder, pattern = FILES[kind]
    found = [name for name in Tree.over_shipped().names(folder) if re.fullmatch(pattern, name)]
    assert found
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_copy_is_what_the_models_make(kind: str) -> None:
    copy = shipped_directory() / "schemas" / "json" / f"{kind}.schema.json"
    assert copy.read_text(encoding="utf-8") == pretty(kind), f"run: edi-router schema {kind} > {copy}"
    assert edi_router("schema", kind).out == pretty(kind)
    assert edi_router("schema", kind, "--json").json == schema_of_kind(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of_kind(kind))


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in FILES for name in shipped(kind)])
def test_it_accepts_the_shipped_files(kind: str, name: str) -> None:
    text = Tree.over_shipped().text(name)
    node, _ = load(text, name)
    assert node is not None
    validator = jsonschema.Draft202012Validator(schema_of_kind(kind))
    for value in (plain(node), yaml.load(text, Editor)):
        assert [f"{error.json_path}: {error.message}"[:200] for error in validator.iter_errors(value)] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("mapping", "id: x\nfrom: CUSDEC D96B\nto: x.xsd\noutput: {Root: {form: A}}"),
        ("mapping", "id: x\nfrom: CUSDEC D96B\nto: x.xsd\noutput: {Root: {do: {A: {from: B, as: trimm}}}}"),
        ("mapping", "id: x\nto: x.xsd\noutput: {Root: A}"),
        ("mapping", "id: x\nfrom: CUSDEC D96B\nto: x.xsd\noutput: {Root: {from: A, required: maybe}}"),
        ("partner", "id: X\nname: {en: x, zh: x}\nstatus: lve\nrole: x"),
        ("partner", "id: X\nname: {en: x, zh: x}\nstatus: live\nrole: x\nagreement: []"),
        ("profile", "profile: x\nfor: CUSDEC D96B\nlines: {BGM: {statuss: M}}"),
        ("rules", "id: x\nfor: CUSDEC\nrule: []"),
        ("records", "id: x\nkind: excel\nrecords: [{name: A, fields: []}]"),
        ("records", "id: x\nkind: csv\nrecords: [{name: A, fields: [{name: B, min_length: few}]}]"),
        ("document", "id: x\nfor: CUSDEC\nreference: {}"),
        ("calendar", "id: x\nname: {en: x, zh: x}\nhours: {mon: 9-17}"),
        ("settings", "name: x\npoll: 3"),
    ],
)
def test_it_refuses_broken_files(kind: str, text: str) -> None:
    validator = jsonschema.Draft202012Validator(schema_of_kind(kind))
    assert list(validator.iter_errors(yaml.load(text, Editor)))


def test_the_documents_name_them() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
    assert "yaml-language-server: $schema=" in page
    assert all(f"`{kind}`" in page for kind in KINDS)
