"""`edi-router schema`: the JSON Schema of a kind of configuration file, for editors."""

from __future__ import annotations

import json
from typing import Any

import click
from pydantic import BaseModel

from edi_router.cli import options, output
from edi_router.cli.language import say

KINDS = (
    "mapping",
    "fragments",
    "expect",
    "partner",
    "profile",
    "register",
    "rules",
    "records",
    "document",
    "calendar",
    "settings",
)
"""What there is a schema of: the shipped copies are `schemas/json/KIND.schema.json`."""


@click.command(
    help=say(
        "Print the JSON Schema of a kind of configuration file. Editors with yaml-language-server complete and "
        "check keys by it: `# yaml-language-server: $schema=FILE` in the file's first line.\n\n"
        "\b\nExample: edi-router schema mapping > mapping.schema.json",
        "输出某类配置文件的 JSON Schema，供使用 yaml-language-server 的编辑器补全和检查："
        "在文件首行写 `# yaml-language-server: $schema=文件`。\n\n"
        "\b\n示例：edi-router schema mapping > mapping.schema.json",
    )
)
@click.argument("kind", type=click.Choice(KINDS))
@options.lang_option
@options.json_option
def schema(kind: str, as_json: bool) -> int:
    """The schema on standard output; with --json on one line."""
    if as_json:
        output.emit(schema_of_kind(kind))
    else:
        print(pretty(kind), end="")
    return output.FINE


def pretty(kind: str) -> str:
    """The schema as its shipped copy holds it."""
    return json.dumps(schema_of_kind(kind), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def schema_of_kind(kind: str) -> dict[str, Any]:
    """The schema of a kind of file."""
    from edi_router.calendars.model import CalendarFile
    from edi_router.config.json_schema import schema_of
    from edi_router.formats.document_type import DocumentType
    from edi_router.formats.edifact.profile.model import ProfileFile
    from edi_router.formats.records.layout import Layout
    from edi_router.mapping.json_schema import fragments_schema, mapping_schema
    from edi_router.mapping.replay_expect import Expectation
    from edi_router.partners.model import Partner
    from edi_router.partners.settings import Settings
    from edi_router.registers.model import RegisterFile
    from edi_router.rules.model import RuleFile

    if kind == "mapping":
        return mapping_schema()
    if kind == "fragments":
        return fragments_schema()
    models: dict[str, tuple[type[BaseModel], str]] = {
        "expect": (Expectation, "mappings/<id>/expect.yaml"),
        "partner": (Partner, "partners/<ID>.yaml"),
        "profile": (ProfileFile, "schemas/profiles/<id>.yaml"),
        "register": (RegisterFile, "registers/<id>.yaml"),
        "rules": (RuleFile, "schemas/rules/<id>.yaml"),
        "records": (Layout, "schemas/records/<id>.yaml"),
        "document": (DocumentType, "schemas/documents/<id>.yaml"),
        "calendar": (CalendarFile, "schemas/calendars/<id>.yaml"),
        "settings": (Settings, "edi-router.yaml"),
    }
    return schema_of(*models[kind])
