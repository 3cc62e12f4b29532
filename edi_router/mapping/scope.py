"""What a mapping is given when it runs, and what its closures share."""

from __future__ import annotations

import uuid
from collections.abc import Mapping as Dictionary

from edi_router.faults import Fault, FaultList, Place
from edi_router.mapping.model import Definition, Item, Source
from edi_router.mapping.output import Found, line_at
from edi_router.paths import Node, Start
from edi_router.paths.path import Cache
from edi_router.rules.context import Context

_SPACE = uuid.UUID("5f0c1a54-5a0b-4f0e-9b1e-6a3c7d0e9a11")
LIMIT = 100
WARNINGS = ("value-cut", "value-rounded")


class Run:
    """One run of a mapping over one document."""

    __slots__ = (
        "cache", "context", "day", "definition", "encoding", "faults", "file", "root", "told", "unfilled",
    )  # fmt: skip

    def __init__(self, definition: Definition, root: Node, context: Context) -> None:
        self.definition = definition
        self.file = definition.file.rpartition("/")[2]
        self.root = root
        self.context = context
        self.encoding = context.encoding
        """The encoding of the output, for functions that count its bytes."""
        self.day = context.business_date.isoformat()
        self.faults = FaultList(LIMIT)
        self.cache: Cache = {}
        self.told = 0
        self.unfilled: set[str] = set()

    def fault(
        self, code: str, item: Item, place: Place, values: Dictionary[str, str], at: Place | None = None
    ) -> None:
        """Record a fault of the item, made `at` a part of its line."""
        if code not in WARNINGS:
            self.told += 1
            self.unfilled.add(item.name)
        rule = line_at(item.place if at is None else at, self.file)
        self.faults.append(Fault(code, place, values, rule=rule))

    def from_context(self, source: Source) -> list[Found]:
        """The value of a `$context/…` path."""
        names = [step.name for step in source.path.steps]
        context = self.context
        if names[0] == "settings":
            text = context.settings.get(names[1], "")
        elif names[0] == "now":
            text = context.now.astimezone(context.zone).isoformat(timespec="milliseconds")
        elif names[0] == "timestamp":
            text = f"{context.now.astimezone(context.zone):%Y%m%d%H%M%S%f}"[:17]
        elif names[0] == "uuid":
            text = uuid.uuid5(_SPACE, f"{context.message_id}/{self.definition.id}").hex
        elif names[0] == "business_date":
            text = context.business_date.isoformat()
        else:
            text = str(getattr(context, names[0]))
        return [Found(text)] if text else []


class Scope:
    """Where in the document a closure stands: the current node and its position (from 1) in its `each`."""

    __slots__ = ("node", "position", "run")

    def __init__(self, run: Run, node: Node, position: int) -> None:
        self.run = run
        self.node = node
        self.position = position

    def values(self, source: Source) -> list[Found]:
        """The values that the source selects here."""
        if source.path.start is Start.CONTEXT:
            return self.run.from_context(source)
        return [
            Found(value, (node,))
            for node in source.path.select(self.node, self.run.cache)
            if (value := node.value())
        ]
