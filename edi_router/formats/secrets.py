"""What may not be shown: the values at the paths that a document type names under `secret`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from edi_router.faults import Fault, FaultList
from edi_router.paths import Node, parse

MASK = "••••••"
"""What stands in the place of a secret value; it says nothing of its length."""
_ENTITIES = {
    "&": ("amp", "#38"), "<": ("lt", "#60"), ">": ("gt", "#62"), '"': ("quot", "#34"), "'": ("apos", "#39"),
}  # fmt: skip
SHORTEST = 4
"""From so many characters on, a secret is hidden inside other texts, too."""
_DATA = ("value", "values", "result", "key", "text", "found", "character")
"""Keys of a fault's values that hold data of the document; what a function made of a secret is one, too."""


def secret_nodes(root: Node, paths: Iterable[str]) -> list[Node]:
    """The nodes of a document that hold the secrets."""
    return [node for path in paths for _, node in parse(path).values(root)]


def covered(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets that stand in it."""
    for secret in sorted(secrets, key=len, reverse=True):
        if text == secret:
            return MASK
        if len(secret) >= SHORTEST:
            text = text.replace(secret, MASK)
    return text


def covered_document(text: str, secrets: Iterable[str]) -> str:
    """The text of a document without the secrets that stand in it, also as XML and EDIFACT write them.

    A short one is covered where it stands by itself.

    >>> covered_document("<P>a&amp;b1</P> a?+b2 ab", ["a&b1", "a+b2", "ab"])
    '<P>••••••</P> •••••• ••••••'
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        written = "".join(_written(each) for each in secret)
        if len(secret) < SHORTEST:
            written = rf"(?<!\w){written}(?!\w)"
        text = re.sub(written, MASK, text)
    return text


def _written(character: str) -> str:
    """The pattern of a character as documents write it: after a release character, or as an entity."""
    entities = "".join(f"|&{name};" for name in _ENTITIES.get(character, ()))
    released = "" if character.isalnum() else r"\??"
    return f"(?:{released}{re.escape(character)}{entities})"


def without(fault: Fault, secrets: frozenset[str]) -> Fault:
    """The fault without secrets in its values."""
    if not secrets:
        return fault
    values: Mapping[str, str] = {key: covered(str(value), secrets) for key, value in fault.values.items()}
    return replace(fault, values=values, hint=covered(fault.hint, secrets) if fault.hint else fault.hint)


def without_secrets(faults: Sequence[Fault], root: Node, paths: Sequence[str]) -> list[Fault]:
    """The faults of a document without its secrets, wherever in their values these stand.

    Of a fault at the place of a secret no value of the document is told, whatever was made of it.
    """
    nodes = secret_nodes(root, paths) if paths and faults else []
    if not nodes:
        return list(faults)
    texts = frozenset(value for node in nodes if (value := node.value()))
    places = [node.place() for node in nodes]
    told: list[Fault] = []
    for fault in faults:
        own = texts
        if fault.place in places:
            own = texts.union(str(fault.values[key]) for key in _DATA if fault.values.get(key))
            values = {key: _short(str(value), texts) for key, value in fault.values.items()}
            fault = replace(fault, values=values)
        told.append(without(fault, own))
    return told


def hide_secrets(faults: FaultList, root: Node, paths: Sequence[str]) -> None:
    """The same, in place; how many faults there are stays as it is."""
    if paths and faults:
        faults[:] = without_secrets(faults, root, paths)


def _short(text: str, secrets: Iterable[str]) -> str:
    """The text without short secrets between quotes or marks of code, as faults write values."""
    for secret in secrets:
        for mark in ("`", "'", '"'):
            text = text.replace(f"{mark}{secret}{mark}", f"{mark}{MASK}{mark}")
    return text
