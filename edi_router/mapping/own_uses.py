"""Which code of the deployment the mappings use, and where: functions in Python and XSLT steps, as `lint` lists them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edi_router.config import Tree
from edi_router.mapping.mapping import FOLDER, names
from edi_router.mapping.model import Item
from edi_router.mapping.output import line_at
from edi_router.mapping.own import FOLDER as FUNCTIONS_FOLDER
from edi_router.mapping.own import Unusable, files, of_file
from edi_router.mapping.reading import read_definition
from edi_router.mapping.registry import OwnName
from edi_router.mapping.target_styled import FOLDER as STEPS


@dataclass(frozen=True)
class OwnFunction:
    """A function of the deployment, `FILE/NAME`, or a step: its file, and the lines of mappings that use it (`ID:LINE`)."""

    name: str
    file: str
    used: tuple[str, ...]


def own_functions(tree: Tree, ids: Sequence[str] = ()) -> list[OwnFunction]:
    """All functions and steps of the deployment; with `ids` those that these mappings use."""
    homes = files(tree)
    steps = [name.removeprefix(f"{STEPS}/").removesuffix(".xsl") for name in tree.names(f"{STEPS}/", ".xsl")]
    used: dict[str, dict[str, None]] = {}
    for id in (ids or names(tree)) if homes or steps else ():
        name = f"{FOLDER}/{id}/mapping.yaml"
        text = tree.text(name)
        # fragments of other files may call one, too
        if not any(f"{home}/" in text for home in homes) and "use:" not in text and "xslt:" not in text:
            continue
        definition, _ = read_definition(text, tree.display(name), tree)
        if definition is not None and definition.xslt and definition.xslt_place is not None:
            used.setdefault(definition.xslt, {})[f"{id}:{definition.xslt_place.line}"] = None
        for each in (definition, *definition.others) if definition is not None else ():
            for function, line in _calls(each.output):
                used.setdefault(function, {})[f"{id}:{line}"] = None
    found: list[OwnFunction] = []
    for home in homes:
        file = tree.display(f"{FUNCTIONS_FOLDER}/{home}.py")
        try:
            names_of = [f"{home}/{name}" for name in of_file(tree, home)]
        except Unusable:
            names_of = []
        found += [OwnFunction(name, file, tuple(used.get(name, ()))) for name in names_of]
    found += [
        OwnFunction(name, tree.display(f"{STEPS}/{name}.xsl"), tuple(used.get(name, ()))) for name in steps
    ]
    return [each for each in found if each.used] if ids else found


def _calls(item: Item) -> Iterator[tuple[str, str]]:
    for call in (*item.functions, *item.then):
        if isinstance(call.name, OwnName):
            yield str(call.name), line_at(call.place, "").lstrip(":")
    for child in item.do or ():
        yield from _calls(child)
