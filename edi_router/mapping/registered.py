"""Registers in mappings: what a value gives as the key of an entry, and the entries of golden cases.

Rules ask registers in the same way (`edi_router.rules.judging`); a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edi_router.config import Block, ConfigNode, Items, Scalar, Tree, load
from edi_router.faults import Fault
from edi_router.mapping.model import Condition, RegisterUse
from edi_router.mapping.output import Found
from edi_router.rules.context import RegisterLook

FILE = "registers.yaml"
"""Beside the input of a golden case: the entries that there are."""
ALWAYS = ("State", "Open", "Expired")
"""What every entry has beside its own fields."""
_MARK = "register "


def looked_up(registers: RegisterLook | None, use: RegisterUse, key: str) -> tuple[str, ...]:
    """The values of the field in the entry of this key; none without an entry, and outside a deployment."""
    entry = registers.look(use.name, key) if registers is not None else None
    return () if entry is None else tuple(text for text in entry.get(use.gives, ()) if text)


def is_registered(registers: RegisterLook | None, condition: Condition, key: str) -> bool:
    """Whether there is such an entry: in one of the condition's states, else open and not expired."""
    entry = registers.look(condition.register, key) if registers is not None else None
    if entry is None:
        return False
    if condition.states:
        return not set(condition.states).isdisjoint(entry.get("State", ()))
    return "yes" in entry.get("Open", ()) and not entry.get("Expired")


def origin_of(use: RegisterUse, key: str) -> str:
    """The entry as lineage tells it: `register trusted-firm 91420500MA0000000K`."""
    return f"{_MARK}{use.name} {key}"


def together(first: str | None, second: str | None) -> str | None:
    """Two rows that a value came through, one after the other."""
    return f"{first}, {second}" if first and second else first or second


def is_entry(row: str | None) -> bool:
    """Whether a row of the lineage names an entry, with its key."""
    return row is not None and row.startswith(_MARK)


def found_in(registers: RegisterLook | None, use: RegisterUse, one: Found) -> list[Found]:
    """What becomes of one value that is a key."""
    key = one.text.strip()
    row = together(one.row, origin_of(use, key))
    return [Found(text, one.nodes, row) for text in looked_up(registers, use, key)]


@dataclass(frozen=True, slots=True)
class CaseRegisters:
    """The registers of a golden case; an entry is open and not expired unless the case says otherwise."""

    entries: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]

    def look(self, register: str, key: str) -> Mapping[str, Sequence[str]] | None:
        """The fields of the entry of this key; None without one."""
        entry = self.entries.get(register, {}).get(key)
        return None if entry is None else {"State": (), "Open": ("yes",), "Expired": (), **entry}


def read_case(tree: Tree, folder: str) -> tuple[CaseRegisters | None, list[Fault]]:
    """The entries that the case in `folder` gives, and what is wrong with its file; None without a file."""
    name = f"{folder}{FILE}"
    if tree.find(name) is None:
        return None, []
    node, faults = load(tree.text(name), tree.display(name))
    if node is None:
        return None, faults
    entries = {
        register.value: {
            key.value: {
                field.value: _texts(each, field.value, faults)
                for field, each in _keys(entry, key.value, faults)
            }
            for key, entry in _keys(keys, register.value, faults)
        }
        for register, keys in _keys(node, "(file)", faults)
    }
    return CaseRegisters(entries), faults


def _keys(node: ConfigNode, key: str, faults: list[Fault]) -> Sequence[tuple[Scalar, ConfigNode]]:
    if isinstance(node, Block):
        return node.items
    faults.append(_wrong(node, key, "expected {REGISTER: {KEY: {FIELD: [text]}}}"))
    return ()


def _texts(node: ConfigNode, key: str, faults: list[Fault]) -> tuple[str, ...]:
    """A text, or a list of texts."""
    nodes = node.items if isinstance(node, Items) else (node,)
    texts = tuple(each.value for each in nodes if isinstance(each, Scalar))
    if len(texts) < len(nodes):
        faults.append(_wrong(node, key, "expected a text, or a list of texts"))
    return texts


def _wrong(node: ConfigNode, key: str, problem: str) -> Fault:
    value = node.value if isinstance(node, Scalar) else "…"
    return Fault("config-value", node.place, {"key": key, "value": value, "problem": problem})
