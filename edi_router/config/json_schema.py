"""JSON Schema of configuration files, for editors: made from the strict models that read them.

Every scalar of our files is a string (`edi_router.config.yaml`), but an editor types them as YAML 1.2 does:
`0110` is a number there. So a text may be a number or a flag in the editor's eyes, and a number a text.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Shape = dict[str, Any]


def text(**more: Any) -> Shape:
    """Any scalar."""
    return {"type": ["string", "number", "boolean", "null"], **more}


FLAG: Shape = {"enum": ["yes", "no"]}


class _Generator(GenerateJsonSchema):
    """Scalars as an editor sees them; what a validator turns from one form into another may have either."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        return {**super().str_schema(schema), **text()}

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        made = super().int_schema(schema)
        return {**made, "type": ["integer", "string"], "pattern": "^-?[0-9]+$"}

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        return {**super().float_schema(schema), "type": ["number", "string"]}

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        return {"type": ["number", "string"]}

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:
        return dict(FLAG)

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        return {"enum": _typed([str(value) for value in schema["expected"]])}

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        return {"enum": _typed([str(member.value) for member in schema["members"]])}

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        return text()

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """What stands before a list or a model: one item for a list, a text for a model."""
        made = super().function_before_schema(schema)
        inner: Any = schema["schema"]
        while inner["type"] in ("default", "nullable", "function-after", "function-before", "definitions"):
            inner = inner["schema"]
        if inner["type"] in ("tuple", "list"):
            if "items" not in made:  # a list of texts, which may be one text already
                return made
            one = {"anyOf": [made["items"], text()]}
            return {"anyOf": [{**made, "items": one}, one]}
        if inner["type"] in ("model", "definition-ref", "function-wrap"):
            return {"anyOf": [made, text(), {"type": "array"}]}
        return made

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        """A list of texts may be one text."""
        made = super().tuple_schema(schema)
        items = made.get("items", {})
        return {"anyOf": [made, items]} if items.get("type") == text()["type"] else made


def _typed(values: list[str]) -> list[Any]:
    """The values, those of digits also as the numbers that an editor takes them for."""
    numbers = [int(value) for value in values if value.isdigit() and str(int(value)) == value]
    return [*values, *numbers]


def schema_of(model: type[BaseModel], title: str) -> Shape:
    """The JSON Schema of the files that the model reads."""
    made = model.model_json_schema(by_alias=True, schema_generator=_Generator, mode="validation")
    _tidy(made)
    return {"$schema": DIALECT, **made, "title": title}


def _tidy(part: Any) -> None:
    """Take out what says nothing to an editor: the titles of keys, and limits on texts that may be numbers."""
    if isinstance(part, dict):
        for key, value in list(part.items()):
            if key == "properties":
                for inner in value.values():
                    _tidy(inner)
                    if isinstance(inner, dict):
                        inner.pop("title", None)
                        inner.pop("default", None)
            else:
                _tidy(value)
    elif isinstance(part, list):
        for each in part:
            _tidy(each)
