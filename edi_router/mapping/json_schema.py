"""JSON Schema of a mapping file, for editors: made from the keys of the language and its functions."""

from __future__ import annotations

from typing import Any

from edi_router.config.json_schema import DIALECT, FLAG, Shape, text
from edi_router.mapping.fragments import FILE_KEYS
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.model import (
    CONDITION_KEYS,
    FRAGMENT_KEYS,
    ITEM_KEYS,
    KEYS,
    REGISTER_KEYS,
    TABLE_KEYS,
    WRAP_KEYS,
)
from edi_router.mapping.registry import Function

_TEXT = {"$ref": "#/$defs/text"}
_PATH = {"type": "string", "minLength": 1}
_OWN = "^[^/]+/[^/]+$"
_ITEM: dict[str, Shape] = {
    "from": {"anyOf": [_PATH, {"type": "array", "items": _PATH}]},
    "all": {"anyOf": [_PATH, {"type": "array", "items": _PATH}]},
    "as": {"anyOf": [{"$ref": "#/$defs/call"}, {"type": "array", "items": {"$ref": "#/$defs/call"}}]},
    "register": {"$ref": "#/$defs/register"},
    "table": {"anyOf": [_PATH, {"$ref": "#/$defs/table"}]},
    "when": {"$ref": "#/$defs/condition"},
    "each": _PATH,
    "use": {"anyOf": [_PATH, {"type": "array", "items": _PATH, "minItems": 1}]},
    "then": {"anyOf": [{"$ref": "#/$defs/call"}, {"type": "array", "items": {"$ref": "#/$defs/call"}}]},
    "wrap": {"$ref": "#/$defs/wrap"},
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
    top["fragments"] = {"$ref": "#/$defs/fragments"}
    top["output"] = {"$ref": "#/$defs/items", "minProperties": 1, "maxProperties": 1}
    made = _block(top, ("id", "from", "to", "output"))
    return {"$schema": DIALECT, "title": "mappings/<id>/mapping.yaml", **made, "$defs": _parts()}


def fragments_schema() -> Shape:
    """The JSON Schema of `mappings/fragments/<name>.yaml`."""
    top: dict[str, Any] = dict.fromkeys(FILE_KEYS, _TEXT) | {"fragments": {"$ref": "#/$defs/fragments"}}
    made = _block(top, ("fragments",))
    return {"$schema": DIALECT, "title": "mappings/fragments/<name>.yaml", **made, "$defs": _parts()}


def _parts() -> Shape:
    """What both kinds of file are made of."""
    conditions = {"$ref": "#/$defs/condition"}
    condition: dict[str, Any] = dict.fromkeys(CONDITION_KEYS, _TEXT) | {
        "in": {"type": "array", "items": _TEXT},
        "states": {"anyOf": [_PATH, {"type": "array", "items": _TEXT}]},
        "present": {"const": "yes"}, "absent": {"const": "yes"},
        "all": conditions, "any": conditions, "not": conditions,
    }  # fmt: skip
    wrap: dict[str, Any] = dict.fromkeys(WRAP_KEYS, _TEXT) | {
        "break": {"enum": ["words", "characters"]},
        "rest": {"enum": ["fault", "cut", "leave"]},
    }
    return {
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
                text(pattern=_OWN, description="a function of the deployment: FILE/NAME"),
                {
                    **_block({name: _argument(each) for name, each in sorted(FUNCTIONS.items())}),
                    "patternProperties": {_OWN: _TEXT},
                },
            ]
        },
        "register": _block(dict.fromkeys(REGISTER_KEYS, _TEXT), REGISTER_KEYS),
        "table": _block(dict.fromkeys(TABLE_KEYS, _TEXT), ("name",)),
        "wrap": _block(wrap, ("length",)),
        "fragments": {
            "type": "object",
            "additionalProperties": _block(
                dict.fromkeys(FRAGMENT_KEYS, _TEXT) | {"do": {"$ref": "#/$defs/items"}}, ("do",)
            ),
        },
        "condition": {"anyOf": [_PATH, _block(condition), {"type": "array", "items": conditions}]},
    }


def _block(properties: dict[str, Any], needed: tuple[str, ...] = ()) -> Shape:
    made: Shape = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**made, "required": list(needed)} if needed else made


def _argument(function: Function) -> Shape:
    return text(description=f"{function.summary} {function.form}".strip())
