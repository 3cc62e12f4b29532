"""From the text of a mapping file to its `Definition`, with a fault at file:line:column for every error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edi_router.config import Block, ConfigNode, Items, Scalar, did_you_mean, load
from edi_router.faults import Fault, Place
from edi_router.formats.documents import Kind
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.keys import Line, fold, qualified
from edi_router.mapping.model import (
    CONDITION_KEYS,
    ITEM_KEYS,
    KEYS,
    TABLE_KEYS,
    Call,
    Condition,
    Definition,
    Item,
    Source,
    TableUse,
)
from edi_router.mapping.releases import Names, each_release, read_aliases, spelt, together
from edi_router.paths import Path, PathError, Start, Step, parse

CONTEXT_NAMES = ("now", "timestamp", "uuid", "business_date", "sender", "recipient", "message_id", "settings")


def read_definition(text: str, file: str) -> tuple[Definition | None, list[Fault]]:
    """Read the text of a mapping file; the definition is None when there are faults."""
    node, faults = load(text, file)
    if node is None:
        return None, faults
    reader = Reader(file, faults, text)
    definition = reader.definition(node)
    return (None if faults else definition), faults


class Reader:
    """Turns configuration nodes into the model; collects faults and goes on with what it can read."""

    def __init__(self, file: str, faults: list[Fault], text: str) -> None:
        self.file = file
        self.faults = faults
        self.lines = text.splitlines()
        self.makes: Kind | None = None
        self.names: Names = {}

    def definition(self, node: ConfigNode) -> Definition | None:
        """The whole file, once for each release of `from`."""
        block = self._block(node, KEYS, "(file)", ("id", "from", "to", "output"))
        if block is None:
            return None
        origin = self._origin(block.get("from"))
        self.makes = self._makes(block.get("to"))
        if origin is None:
            return None
        aliases, faults = read_aliases(block.get("aliases"), origin)
        self.faults += faults
        self.names = aliases.get(origin.qualifier or "", {})
        definition = self._release(block, origin)
        if definition is None or self.faults:
            return definition
        others: list[Definition] = []
        for kind in each_release(origin)[1:]:
            self.names = aliases.get(kind.qualifier or "", {})
            if (other := self._release(block, kind)) is not None:
                others.append(other)
        return replace(definition, others=tuple(others))

    def _release(self, block: Block, origin: Kind) -> Definition | None:
        """The file as it reads one release."""
        output = self._output(block.get("output"))
        date = block.get("date")
        if output is None:
            return None
        schema, target = block.get("schema"), block.get("to")
        return Definition(
            id=self._text(block.get("id"), "id"),
            file=self.file,
            origin=origin,
            schema=None if schema is None else self._text(schema, "schema"),
            target=self._text(target, "to"),
            output=output,
            date=None if date is None else self.source(date),
            note=self._text(block.get("note"), "note"),
            schema_place=None if schema is None else schema.place,
            target_place=None if target is None else target.place,
            origin_place=from_.place if (from_ := block.get("from")) is not None else None,
            makes=self.makes,
        )

    def _origin(self, node: ConfigNode | None) -> Kind | None:
        if isinstance(node, Items):
            kinds = [kind for child in node.items if (kind := self._origin(child)) is not None]
            if not kinds or len(kinds) < len(node.items):
                return None
            origin = together(kinds)
            if origin is None:
                self._value(node.place, "from", "…", "several sources are releases of one message type")
            return origin
        text = self._text(node, "from")
        try:
            kind = Kind.parse(text)
        except ValueError:
            kind = None
        if kind is not None and (kind.format != "edifact" or kind.qualifier is not None):
            return kind
        if node is not None and text:
            expected = (
                "expected TYPE DIRECTORY as in `CUSDEC D96B`, `xml ROOT`, `csv LAYOUT` or `records LAYOUT`"
            )
            self._value(node.place, "from", text, expected)
        return None

    def _makes(self, node: ConfigNode | None) -> Kind | None:
        """What is written, when that is not the name of an XSD."""
        text = self._text(node, "to")
        if node is None or text.endswith(".xsd"):
            return None
        try:
            kind = Kind.parse(text)
        except ValueError:
            kind = None
        if kind is not None and kind.format != "xml" and (kind.format != "edifact" or kind.qualifier):
            return kind
        if text:
            expected = "expected an XSD, TYPE DIRECTORY as in `CUSRES D96B`, `csv LAYOUT` or `records LAYOUT`"
            self._value(node.place, "to", text, expected)
        return None

    def _output(self, node: ConfigNode | None) -> Item | None:
        if node is None:
            return None
        if not isinstance(node, Block) or len(node.items) != 1:
            self._value(node.place, "output", "…", "expected exactly one key: the root element")
            return None
        items = self._items(node)
        if len(items) != 1 or items[0].is_attribute or items[0].each is not None:
            self._value(node.place, "output", "…", "the root element stands once, without `each`")
            return None
        return items[0]

    def _items(self, block: Block) -> tuple[Item, ...]:
        """The items of a `do`: keys that begin with the same steps stand in the same part of the output."""
        lines: list[Line] = []
        for key, node in block.items:
            steps = self._key(key)
            if steps is None:
                continue
            name, listed = steps[-1].name, isinstance(node, Items)
            for child in node.items if isinstance(node, Items) else (node,):
                item = self._item(name, child, child.place if listed else key.place)
                if item is not None:
                    lines.append(Line(steps, replace(item, named=key.place) if listed else item))
        items, twice = fold(lines)
        for item in twice:
            self._value(item.place, item.name, "…", "another key begins with it: put that one into its `do`")
        return items

    def _key(self, key: Scalar) -> tuple[Step, ...] | None:
        """The steps of a key: one name, or a path down; conditions and numbers are for EDIFACT."""
        try:
            path = parse(key.value)
        except PathError as error:
            self._value(key.place, key.value, key.value, error.problem)
            return None
        problem = qualified(path, edifact=self.makes is not None and self.makes.format == "edifact")
        if problem:
            self._value(key.place, key.value, key.value, problem)
            return None
        return path.steps

    def _item(self, name: str, node: ConfigNode, place: Place) -> Item | None:
        count = len(self.faults)
        if isinstance(node, Scalar):
            source = self.source(node)
            return None if source is None else Item(name, place, (source,))
        block = self._block(node, ITEM_KEYS, name)
        if block is None:
            return None
        every = block.get("all") is not None
        given = [key for key in ("from", "all", "const") if block.get(key) is not None]
        if len(given) > 1:
            self._value(place, name, " + ".join(given), "only one of them can give the value")
        do = block.get("do")
        items: tuple[Item, ...] | None = None
        if do is not None:
            if isinstance(do, Block):
                items = self._items(do)
            else:
                self._value(do.place, "do", "…", "expected the elements, one a key")
        each, const, default, join = (block.get(name) for name in ("each", "const", "default", "join"))
        item = Item(
            name=name,
            place=place,
            sources=self._sources(block.get("all") if every else block.get("from")),
            every_source=every,
            const=None if const is None else self._text(const, "const"),
            functions=self._calls(block.get("as")),
            table=self._table(block.get("table")),
            default=None if default is None else self._text(default, "default"),
            required=self._flag(block.get("required"), "required"),
            when=self._when(block.get("when")),
            each=None if each is None else self.source(each),
            do=items,
            join=None if join is None else self._text(join, "join"),
            first=self._flag(block.get("first"), "first"),
            note=self._text(block.get("note"), "note"),
        )
        if len(self.faults) == count:
            self._check_item(item)
        return item

    def _check_item(self, item: Item) -> None:
        if item.do is None and not item.has_value:
            self._value(item.place, item.name, "…", "nothing gives it a value: add `from`, `const` or `do`")
        edifact = self.makes is not None and self.makes.format == "edifact"
        inner = [child for child in item.do or () if not child.is_attribute]
        if item.has_value and inner and not edifact:
            self._value(item.place, item.name, "…", "an element with a value has only attributes in `do`")
        if item.is_attribute and (item.do is not None or item.each is not None):
            self._value(item.place, item.name, "…", "an attribute has a value only, no `do` and no `each`")
        if item.each is not None and item.each.path.start is Start.CONTEXT:
            self._value(item.place, "each", item.each.text, "the context has no items")
        if item.first and item.join is not None:
            self._value(item.place, item.name, "first + join", "only one of them can apply")

    def _sources(self, node: ConfigNode | None) -> tuple[Source, ...]:
        if node is None:
            return ()
        nodes: Sequence[ConfigNode] = node.items if isinstance(node, Items) else (node,)
        return tuple(source for child in nodes if (source := self.source(child)) is not None)

    def source(self, node: ConfigNode) -> Source | None:
        """A path, with a fault at its very column when it is wrong."""
        if not isinstance(node, Scalar):
            self._value(node.place, "path", "…", "expected a path")
            return None
        try:
            path = parse(node.value)
        except PathError as error:
            self.faults.append(
                Fault(
                    "path-syntax",
                    self._at(node, error.column),
                    {"path": node.value, "problem": error.problem},
                )
            )
            return None
        if path.start is Start.CONTEXT and not self._context(path, node):
            return None
        return Source(spelt(path, self.names), node.value, self._at(node, 1))

    def _context(self, path: Path, node: Scalar) -> bool:
        names = [step.name for step in path.steps]
        if names[0] in CONTEXT_NAMES and len(names) == (2 if names[0] == "settings" else 1):
            return True
        values = {"path": node.value, "problem": f"the context has {', '.join(CONTEXT_NAMES)}"}
        self.faults.append(
            Fault("path-unknown", self._at(node, 10), values, hint=did_you_mean(names[0], CONTEXT_NAMES))
        )
        return False

    def _calls(self, node: ConfigNode | None) -> tuple[Call, ...]:
        if node is None:
            return ()
        calls: list[Call] = []
        for child in node if isinstance(node, Items) else (node,):
            if isinstance(child, Scalar):
                calls += self._call(child, None, child.place)
            elif isinstance(child, Block):
                for name, argument in child.items:
                    calls += self._call(name, self._text(argument, name.value), argument.place)
            else:
                self._value(child.place, "as", "…", "expected NAME or {NAME: argument}")
        return tuple(calls)

    def _call(self, name: Scalar, argument: str | None, place: Place) -> list[Call]:
        function = FUNCTIONS.get(name.value)
        if function is None:
            values = {"function": name.value, "known": ", ".join(sorted(FUNCTIONS))}
            hint = did_you_mean(name.value, list(FUNCTIONS))
            self.faults.append(Fault("function-unknown", name.place, values, hint=hint))
            return []
        problem = function.check(argument)
        if problem:
            values = {"function": name.value, "argument": argument or "", "problem": problem}
            self.faults.append(Fault("function-argument", place, values))
            return []
        return [Call(name.value, argument, name.place)]

    def _table(self, node: ConfigNode | None) -> TableUse | None:
        if node is None:
            return None
        if isinstance(node, Scalar):
            return TableUse(node.value, "code", "value", node.place)
        block = self._block(node, TABLE_KEYS, "table", ("name",))
        if block is None:
            return None
        by, column = (self._text(block.get(key), key) for key in ("by", "column"))
        return TableUse(self._text(block.get("name"), "name"), by or "code", column or "value", node.place)

    def _when(self, node: ConfigNode | None) -> tuple[Condition, ...]:
        if node is None:
            return ()
        nodes: Sequence[ConfigNode] = node.items if isinstance(node, Items) else (node,)
        return tuple(found for child in nodes if (found := self._condition(child)) is not None)

    def _condition(self, node: ConfigNode) -> Condition | None:
        if isinstance(node, Scalar):
            source = self.source(node)
            return None if source is None else Condition(source)
        block = self._block(node, CONDITION_KEYS, "when", ("path",))
        if block is None or (path := block.get("path")) is None:
            return None
        source = self.source(path)
        equals, among, absent = block.get("equals"), block.get("in"), block.get("absent")
        if sum(part is not None for part in (equals, among, absent)) > 1:
            self._value(node.place, "when", "…", "only one of `equals`, `in`, `absent` can apply")
        texts: tuple[str, ...] = ()
        if equals is not None:
            texts = (self._text(equals, "equals"),)
        elif isinstance(among, Items):
            texts = tuple(self._text(child, "in") for child in among)
        elif among is not None:
            self._value(among.place, "in", "…", "expected a list of texts")
        if source is None:
            return None
        return Condition(source, texts, self._flag(absent, "absent"))

    def _block(
        self, node: ConfigNode, known: Sequence[str], key: str, needed: Sequence[str] = ()
    ) -> Block | None:
        if not isinstance(node, Block):
            self._value(node.place, key, "…", f"expected keys out of {', '.join(known)}")
            return None
        for name, _ in node.items:
            if name.value not in known:
                values = {"key": name.value, "known": ", ".join(known)}
                hint = did_you_mean(name.value, known)
                self.faults.append(Fault("config-unknown-key", name.place, values, hint=hint))
        missing = [name for name in needed if node.get(name) is None]
        self.faults += [Fault("config-missing-key", node.place, {"key": name}) for name in missing]
        return None if missing else node

    def _text(self, node: ConfigNode | None, key: str) -> str:
        if node is None:
            return ""
        if isinstance(node, Scalar):
            return node.value
        self._value(node.place, key, "…", "expected a text")
        return ""

    def _flag(self, node: ConfigNode | None, key: str) -> bool:
        text = self._text(node, key)
        if text not in ("", "yes", "no") and node is not None:
            self._value(node.place, key, text, "must be yes or no")
        return text == "yes"

    def _value(self, place: Place, key: str, value: str, problem: str) -> None:
        self.faults.append(Fault("config-value", place, {"key": key, "value": value, "problem": problem}))

    def _at(self, node: Scalar, column: int) -> Place:
        """The place of a column of the scalar's text, which begins behind its quote if it has one."""
        line, start = node.place.line, node.place.column
        if line is None or start is None:
            return node.place
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        quoted = text[start - 1 : start] in ("'", '"')
        return Place(self.file, line, start + column - (0 if quoted else 1))
