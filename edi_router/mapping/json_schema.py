"""JSON Schema of a mapping file, for editors: made from the keys of the language and its functions."""

from __future__ import annotations

from typing import Any

from edi_router.config.json_schema import DIALECT, FLAG, Shape, text
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.model import CONDITION_KEYS, ITEM_KEYS, KEYS, TABLE_KEYS
from edi_router.mapping.registry import Function

_TEXT = {"$ref": "#/$defs/text"}
_PATH = {"type": "string", "minLength": 1}
_ITEM: dict[str, Shape] = {
    "from": {"anyOf": [_PATH, {"type": "array", "items": _PATH}]},
    "all": {"anyOf": [_PATH, {"type": "array", "items": _PATH}]},
    "as": {"anyOf": [{"$ref": "#/$defs/call"}, {"type": "array", "items": {"$ref": "#/$defs/call"}}]},
    "table": {"anyOf": [_PATH, {"$ref": "#/$defs/table"}]},
    "when": {"anyOf": [{"$ref": "#/$defs/condition"}, {"type": "array", "items": {"$ref": "#/$defs/condition"}}]},
    "each": _PATH,
    "do": {"$ref": "#/$defs/items"},
    "required": FLAG,
    "first": FLAG,
}  # fmt: skip
"""The keys of an element whose value is no plain text."""


def mapping_schema() -> Shape:
    """The JSON Schema of `mappings/<id>/mapping.yaml`."""
    top: dict[str, Any] = dict.fromkeys(KEYS, _TEXT)
    top["from"] = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
    top["aliases"] = {"type": "object"}
    top["output"] = {"$ref": "#/$defs/items", "minProperties": 1, "maxProperties": 1}
    condition: dict[str, Any] = dict.fromkeys(CONDITION_KEYS, _TEXT) | {
        "in": {"type": "array", "items": _TEXT},
        "absent": FLAG,
    }
    return {
        "$schema": DIALECT,
        "title": "mappings/<id>/mapping.yaml",
        **_block(top, ("id", "from", "to", "output")),
        "$defs": {
            "text": text(),
            "items": {
                "type": "object",
                "additionalProperties": {
                    "anyOf": [
                        {"$ref": "#/$defs/value"},
                        {"type": "array", "items": {"$ref": "#/$defs/value"}},
                    ]
                },
            },
            "value": {"anyOf": [_PATH, {"$ref": "#/$defs/element"}]},
            "element": _block({key: _ITEM.get(key, _TEXT) for key in ITEM_KEYS}),
            "call": {
                "anyOf": [
                    {"enum": sorted(name for name, each in FUNCTIONS.items() if not each.needs_argument)},
                    {**_block({name: _argument(each) for name, each in sorted(FUNCTIONS.items())})},
                ]
            },
            "table": _block(dict.fromkeys(TABLE_KEYS, _TEXT), ("name",)),
            "condition": {"anyOf": [_PATH, _block(condition, ("path",))]},
        },
    }


def _block(properties: dict[str, Any], needed: tuple[str, ...] = ()) -> Shape:
    made: Shape = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**made, "required": list(needed)} if needed else made


def _argument(function: Function) -> Shape:
    return text(description=f"{function.summary} {function.form}".strip())
