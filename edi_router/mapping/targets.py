"""Loading what a mapping writes; what writes it is imported when there is a mapping of that kind."""

from __future__ import annotations

from edi_router.config import Tree, did_you_mean
from edi_router.faults import Fault, Place
from edi_router.formats.edifact.directory import Definitions
from edi_router.mapping.model import Definition
from edi_router.mapping.target import Target, XmlTarget, load_schema


def load_target(
    tree: Tree, definition: Definition, definitions: Definitions
) -> tuple[Target | None, list[Fault]]:
    """The target that the mapping names; None with the faults that tell why it cannot be had."""
    kind, place = definition.makes, definition.target_place or Place(definition.file, 1, 1)
    if kind is None:
        schema, faults = load_schema(tree, definition.target, place)
        if schema is None:
            return None, faults
        if definition.xslt:
            from edi_router.mapping.target_styled import StyledTarget, load_step

            step, faults = load_step(tree, definition.xslt, definition.xslt_place or place)
            return (None if step is None else StyledTarget(definition.target, schema, step)), faults
        return XmlTarget(definition.target, schema, schema.target_namespace), []
    if kind.format != "edifact":
        from edi_router.formats.records import load_layout
        from edi_router.mapping.target_records import RecordsTarget

        layout, faults = load_layout(tree, kind.name, place)
        if layout is not None and layout.format != kind.format:
            values = {"key": "to", "value": str(kind), "problem": f"the layout is of kind {layout.kind}"}
            return None, [Fault("config-value", place, values)]
        return (None if layout is None else RecordsTarget(layout)), faults
    message = definitions.message_of(kind.qualifier or "", kind.name)
    if message is None:
        name = f"edifact/{kind.qualifier}/messages/{kind.name}.json"
        known = [
            each.removeprefix("schemas/") for each in tree.names("schemas/edifact", f"/{kind.name}.json")
        ]
        hint = did_you_mean(name, known)
        return None, [Fault("mapping-schema-missing", place, {"schema": name}, hint=hint)]
    from edi_router.mapping.target_edifact import EdifactTarget

    return EdifactTarget(definitions, message), []
