"""From the text of a mapping file to its `Definition`, with a fault at file:line:column for every error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edi_router.config import Block, ConfigNode, Items, Scalar, Tree, did_you_mean, load
from edi_router.config.noted import Kept
from edi_router.faults import Fault, Place
from edi_router.formats.documents import Kind
from edi_router.mapping.fragments import Fragments
from edi_router.mapping.keys import Line, fold, qualified
from edi_router.mapping.model import ITEM_KEYS, KEYS, UNREAD, USE_KEYS, Condition, Definition, Item, When
from edi_router.mapping.reading_parts import PartReader
from edi_router.mapping.releases import Names, each_release, read_aliases, together
from edi_router.paths import PathError, Start, Step, parse


def read_definition(text: str, file: str, tree: Tree | None = None) -> tuple[Definition | None, list[Fault]]:
    """Read the text of a mapping file; the definition is None when there are faults.

    Shared fragments are looked for in the `tree`. A text read before is not read again while the tree says the same.
    """
    if tree is None:
        return _read(text, file, None)
    definition, faults = _made.get(tree, (text, file), lambda noted: _read(text, file, noted))
    return definition, list(faults)


_made: Kept[tuple[Definition | None, list[Fault]]] = Kept(512)


@dataclass(frozen=True)
class Rest:
    """What could be read of a faulty mapping file: good for looking on, never for use."""

    definition: Definition
    reads: bool
    """Whether it is known what its paths lead through."""
    makes: bool
    """Whether it is known what it writes."""
    whole: bool
    """Whether no element of the output was lost, so that what is not there is missing indeed."""


def rest_of(text: str, file: str, tree: Tree) -> Rest | None:
    """What can be read of a mapping file that has faults; None when that is nothing."""
    node, faults = load(text, file)
    reader = Reader(file, faults, text, tree)
    definition = None if node is None else reader.definition(node)
    if definition is None:
        return None
    makes = definition.makes is not None or definition.target.endswith(".xsd")
    return Rest(definition, reader.reads, makes, not reader.lost)


def _read(text: str, file: str, tree: Tree | None) -> tuple[Definition | None, list[Fault]]:
    node, faults = load(text, file)
    if node is None:
        return None, faults
    reader = Reader(file, faults, text, tree)
    definition = reader.definition(node)
    # A fragment that is used twice has its faults twice.
    return (None if faults else definition), list({(each.code, each.place): each for each in faults}.values())


_UNKNOWN = Kind("-", "-")
"""Stands for a `from` that could not be read."""


class Reader(PartReader):
    """Turns the nodes of a mapping file into the model."""

    def __init__(self, file: str, faults: list[Fault], text: str, tree: Tree | None = None) -> None:
        super().__init__(file, faults, text)
        self.makes: Kind | None = None
        self.edifact = False
        """Whether keys may be as those of an EDIFACT output; so they are, too, when `to` cannot be read."""
        self.reads = True
        """Whether it is known what the paths of this file lead through."""
        self.lost = False
        """Whether an element of the output could not be read at all."""
        self.tree = tree
        self.fragments = Fragments(self, tree)

    def definition(self, node: ConfigNode) -> Definition | None:
        """The whole file, once for each release of `from`."""
        self.block(node, KEYS, "(file)", ("id", "from", "to", "output"))
        if not isinstance(node, Block):
            return None
        block = node
        origin, before = self._origin(block.get("from")), len(self.faults)
        if origin is None:
            self.reads, origin = False, _UNKNOWN
        self.makes = self._makes(block.get("to"))
        unclear = block.get("to") is None or len(self.faults) > before
        self.edifact = unclear or (self.makes is not None and self.makes.format == "edifact")
        aliases: dict[str, Names] = {}
        if self.reads:
            aliases, faults = read_aliases(block.get("aliases"), origin)
            self.faults += faults
            meant = {did_you_mean(key.value, KEYS) for key, _ in block.items if key.value not in KEYS}
            self.reads = not faults and "aliases" not in meant
        self.names = aliases.get(origin.qualifier or "", {})
        self.fragments.own(block.get("fragments"))
        definition = self._release(block, origin)
        if not self.faults:
            self.faults += self.fragments.unused()
        if definition is None or not self.reads:
            return definition
        others: list[Definition] = []
        for kind in each_release(origin)[1:]:
            self.names = aliases.get(kind.qualifier or "", {})
            if (other := self._release(block, kind)) is not None:
                others.append(other)
        return replace(definition, others=tuple(others))

    def _release(self, block: Block, origin: Kind) -> Definition | None:
        """The file as it reads one release."""
        self.fragments.begin()
        output = self._output(block.get("output"))
        date = block.get("date")
        if output is None:
            return None
        schema, target, xslt = (block.get(key) for key in ("schema", "to", "xslt"))
        if xslt is not None and self.makes is not None:
            self.wrong(xslt.place, "xslt", self.text(xslt, "xslt"), "a step goes with an XSD in `to`")
        return Definition(
            id=self.text(block.get("id"), "id"),
            file=self.file,
            origin=origin,
            schema=None if schema is None else self.text(schema, "schema"),
            target=self.text(target, "to"),
            output=output,
            date=None if date is None else self.source(date),
            note=self.text(block.get("note"), "note"),
            id_place=None if (id_ := block.get("id")) is None else id_.place,
            schema_place=None if schema is None else schema.place,
            target_place=None if target is None else target.place,
            origin_place=from_.place if (from_ := block.get("from")) is not None else None,
            aliases=self.names,
            fragments=self.fragments.shared(),
            makes=self.makes,
            xslt=self.text(xslt, "xslt"),
            xslt_place=None if xslt is None else xslt.place,
        )

    def _origin(self, node: ConfigNode | None) -> Kind | None:
        if isinstance(node, Items):
            kinds = [kind for child in node.items if (kind := self._origin(child)) is not None]
            if not kinds or len(kinds) < len(node.items):
                return None
            origin = together(kinds)
            if origin is None:
                self.wrong(node.place, "from", "…", "several sources are releases of one message type")
            return origin
        text = self.text(node, "from")
        try:
            kind = Kind.parse(text)
        except ValueError:
            kind = None
        if kind is not None and (kind.format != "edifact" or kind.qualifier is not None):
            return kind
        if node is not None:
            expected = (
                "expected TYPE DIRECTORY as in `CUSDEC D96B`, `xml ROOT`, `csv LAYOUT` or `records LAYOUT`"
            )
            self.wrong(node.place, "from", text, expected)
        return None

    def _makes(self, node: ConfigNode | None) -> Kind | None:
        """What is written, when that is not the name of an XSD."""
        text = self.text(node, "to")
        if node is None or text.endswith(".xsd"):
            return None
        try:
            kind = Kind.parse(text)
        except ValueError:
            kind = None
        if kind is not None and kind.format != "xml" and (kind.format != "edifact" or kind.qualifier):
            return kind
        if text or isinstance(node, Scalar):
            expected = "expected an XSD, TYPE DIRECTORY as in `CUSRES D96B`, `csv LAYOUT` or `records LAYOUT`"
            self.wrong(node.place, "to", text, expected)
        return None

    def _output(self, node: ConfigNode | None) -> Item | None:
        if node is None:
            return None
        if not isinstance(node, Block) or len(node.items) != 1:
            self.wrong(node.place, "output", "…", "expected exactly one key: the root element")
            if isinstance(node, Block):
                self._items(node)  # to tell what is wrong with them
            return None
        items = self._items(node)
        if len(items) != 1 or items[0].is_attribute or items[0].each not in (None, UNREAD):
            self.wrong(node.place, "output", "…", "the root element stands once, without `each`")
            return None
        return items[0]

    def _items(self, block: Block) -> tuple[Item, ...]:
        """The items of a `do`: keys that begin with the same steps stand in the same part of the output."""
        return self._folded(self._lines(block))

    def _folded(self, lines: Sequence[Line]) -> tuple[Item, ...]:
        items, twice = fold(lines)
        for item in twice:
            self.wrong(item.place, item.name, "…", "another key begins with it: put that one into its `do`")
        return items

    def _lines(self, block: Block) -> list[Line]:
        """The keys of a `do` with what stands behind them."""
        lines: list[Line] = []
        for key, node in block.items:
            steps = self._key(key)
            if steps is None:
                self.lost = True
                for child in node.items if isinstance(node, Items) else (node,):
                    self._item(key.value, child, child.place)  # to tell what is wrong with it
                continue
            name, listed = steps[-1].name, isinstance(node, Items)
            for child in node.items if isinstance(node, Items) else (node,):
                item = self._item(name, child, child.place if listed else key.place)
                lines.append(Line(steps, replace(item, named=key.place) if listed else item))
        return lines

    def _key(self, key: Scalar) -> tuple[Step, ...] | None:
        """The steps of a key: one name, or a path down; conditions and numbers are for EDIFACT."""
        try:
            path = parse(key.value)
        except PathError as error:
            self.wrong(key.place, key.value, key.value, error.problem)
            return None
        problem = qualified(path, edifact=self.edifact)
        if problem:
            self.wrong(key.place, key.value, key.value, problem)
            return None
        return path.steps

    def _item(self, name: str, node: ConfigNode, place: Place) -> Item:
        count = len(self.faults)
        if isinstance(node, Scalar):
            return Item(name, place, (self.source(node) or UNREAD,))
        block = self.block(node, ITEM_KEYS, name)
        if block is None:
            self.lost = True
            return Item(name, place, (UNREAD,), unsure=True)
        if block.get("use") is not None:
            return self._using(name, block, place)
        every = block.get("all") is not None
        given = [key for key in ("from", "all", "const") if block.get(key) is not None]
        if len(given) > 1:
            self.wrong(place, name, " + ".join(given), "only one of them can give the value")
        do, above = block.get("do"), len(self.faults)
        items: tuple[Item, ...] | None = None
        if do is not None:
            if isinstance(do, Block):
                items = self._items(do)
            else:
                self.wrong(do.place, "do", "…", "expected the elements, one a key")
                self.lost, items = True, ()
        below = len(self.faults)
        each, const, default, join = (block.get(name) for name in ("each", "const", "default", "join"))
        item = Item(
            name=name,
            place=place,
            sources=self.sources(block.get("all") if every else block.get("from")),
            every_source=every,
            const=None if const is None else self.text(const, "const"),
            functions=self.calls(block.get("as")),
            register=self.register(block.get("register")),
            table=self.table(block.get("table")),
            default=None if default is None else self.text(default, "default"),
            required=self.flag(block.get("required"), "required"),
            when=self._when(block),
            each=None if each is None else self.source(each) or UNREAD,
            do=items,
            join=None if join is None else self.text(join, "join"),
            then=self.then(block.get("then")),
            wrap=self.wrap(block.get("wrap")),
            first=self.flag(block.get("first"), "first"),
            note=self.text(block.get("note"), "note"),
        )
        if len(self.faults) == count:
            self._check_item(item)
        if above == count and len(self.faults) == below:
            return item
        return replace(_astray(item, block, ITEM_KEYS), unsure=True)

    def _when(self, block: Block) -> tuple[When, ...]:
        """The conditions of an element; it keeps one when none of them can be read."""
        count = len(self.faults)
        return self.when(block.get("when")) or ((Condition(UNREAD),) if len(self.faults) > count else ())

    def _using(self, name: str, block: Block, place: Place) -> Item:
        """An element with what fragments write: below its own lines, seen from where `from` leads."""
        for key, _ in block.items:
            if key.value not in USE_KEYS and key.value in ITEM_KEYS:
                self.wrong(
                    key.place, key.value, "…", "an element that uses a fragment has no value of its own"
                )
        lines: list[Line] = []
        if (do := block.get("do")) is not None:
            if isinstance(do, Block):
                lines += self._lines(do)
            else:
                self.wrong(do.place, "do", "…", "expected the elements, one a key")
                self.lost = True
        use = block.get("use")
        for node in use.items if isinstance(use, Items) else (use,):
            if not isinstance(node, Scalar):
                self.wrong(
                    (node or block).place, "use", "…", "expected the name of a fragment, or a list of names"
                )
                self.lost = True
                continue
            with self.fragments.opened(node) as inner:
                lines += self._lines(inner) if inner is not None else ()
                self.lost = self.lost or inner is None
        start, each = block.get("from"), block.get("each")
        if start is not None and each is not None:
            self.wrong(
                place, name, "from + each", "only one of them can say where the fragment's paths begin"
            )
        scope = start if start is not None else each
        item = Item(
            name=name,
            place=place,
            required=self.flag(block.get("required"), "required"),
            when=self._when(block),
            each=None if scope is None else self.source(scope) or UNREAD,
            single=start is not None,
            do=self._folded(lines),
            note=self.text(block.get("note"), "note"),
        )
        self._check_item(item)
        return _astray(item, block, USE_KEYS)

    def _check_item(self, item: Item) -> None:
        if item.do is None and not item.has_value:
            self.wrong(item.place, item.name, "…", "nothing gives it a value: add `from`, `const` or `do`")
        inner = [child for child in item.do or () if not child.is_attribute]
        if item.has_value and inner and not self.edifact:
            self.wrong(item.place, item.name, "…", "an element with a value has only attributes in `do`")
        if item.is_attribute and (item.do is not None or item.each is not None):
            self.wrong(item.place, item.name, "…", "an attribute has a value only, no `do` and no `each`")
        each = item.each if item.each is not UNREAD else None
        if each is not None and each.path.start is Start.CONTEXT:
            self.wrong(item.place, "each", each.text, "the context has no items")
        if item.first and item.join is not None:
            self.wrong(item.place, item.name, "first + join", "only one of them can apply")
        if (item.then or item.wrap or item.register) and not item.has_value:
            problem = "`then`, `wrap` and `register` need a value: add `from`, `all` or `const`"
            self.wrong(item.place, item.name, "…", problem)
        if item.wrap is not None and (item.is_attribute or item.do is not None):
            self.wrong(item.place, item.name, "…", "lines that `wrap` makes are elements without a `do`")


def _astray(item: Item, block: Block, known: Sequence[str]) -> Item:
    """The item; when an unknown key may be what says where the paths below begin, they begin nowhere."""
    unknown = any(key.value not in known for key, _ in block.items)
    return replace(item, each=UNREAD, single=True) if unknown and item.each is None else item
