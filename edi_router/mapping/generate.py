"""Writes a mapping as the source of one Python function that makes the XML text of a message without faults.

The function says nothing about what is wrong: where anything is not as it should be it raises `Unclear`, and the
closures of `compile`, which are the authority, run the message again. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from edi_router.formats.edifact.layout import Layout, Wanted, masked
from edi_router.formats.xml.beyond import Beyond
from edi_router.formats.xml.declared import Declared
from edi_router.formats.xml.writer import is_name, quote
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_elements import ElementPaths, names_of
from edi_router.mapping.generate_items import Items
from edi_router.mapping.generate_parts import check_possible, without_marks
from edi_router.mapping.generate_paths import Paths
from edi_router.mapping.generate_proof import Proof
from edi_router.mapping.generate_values import Generated
from edi_router.mapping.generate_walk import Cursor, Walk
from edi_router.mapping.generate_wanted import wanted_of
from edi_router.mapping.model import Definition, Item, Wrap
from edi_router.mapping.reading_parts import OUTPUT


def generate(
    definition: Definition,
    layout: Layout | None,
    namespace: str,
    record: bool = False,
    declared: Declared | None = None,
) -> Generated:
    """The program of a mapping for messages of one layout, or without one for XML documents; raises Unsupported.

    With `record` it also tells of every value where it comes from, as `recorded` reads it: the number of its
    item, then the text that was looked up with the part of the message that it stands in, or a list of such.
    With the root that the XSD has `declared` it also tells whether it is sure that the document is valid, as far
    as that can be proven (see `generate_proof`).
    """
    check_possible(definition.output)
    wanted = None if layout is None else wanted_of(definition, layout)
    try:
        return _generated(definition, layout, namespace, wanted, record, declared)
    except Beyond as beyond:
        result = _generated(definition, layout, namespace, wanted, record, None)
        result.beyond = str(beyond)
        return result


def _generated(
    definition: Definition,
    layout: Layout | None,
    namespace: str,
    wanted: Wanted | None,
    record: bool,
    declared: Declared | None,
) -> Generated:
    paths = ElementPaths(record) if layout is None else Paths(layout, wanted, record)
    writer = Writer(paths, declared)
    writer.result.wanted = wanted
    writer.program(definition, namespace)
    code = writer.paths.code
    lines = ["def program(m, day, ask, memo, rec, zone):", *code.lines, "  return out, sure", ""]
    writer.result.text = "\n".join(lines)
    writer.result.kinds = writer.proof.kinds
    writer.result.names = names_of(paths)
    return writer.result


class Writer(Items[int]):
    """Writes elements; what paths select is found by `paths`."""

    def __init__(self, paths: Walk, declared: Declared | None) -> None:
        super().__init__(paths)
        self.proof = Proof(self.code, declared)

    def program(self, definition: Definition, namespace: str) -> None:
        """The body of the function."""
        root, cursor, code = definition.output, self.paths.message, self.code
        if root.has_value or root.do is None or not is_name(root.name):
            raise Unsupported("a root element with a value")
        with self._opened(definition):
            code.add(f"sure = {self.proof.is_made}")
            code.add("out = []")
            code.add("add = put = out.append")
            start = f'<{root.name} xmlns="{quote(namespace)}"' if namespace else f"<{root.name}"
            self._nest(replace(root, required=True), root.do, cursor, "1", 0, start)

    def _one(self, item: Item, cursor: Cursor, position: str, depth: int) -> None:
        """One element, when its conditions hold."""
        if not is_name(item.name):
            raise Unsupported(f"the name {item.name}")
        if not item.has_value:
            self._nest(item, item.do or (), cursor, position, depth, f"<{item.name}")
            return
        if item.const and not (item.functions or item.table or item.do or item.then or item.wrap):
            text = f"\n{'  ' * depth}<{item.name}>{masked(without_marks(item.const))}</{item.name}>"
            self.proof.constant(item, item.const)
            self.code.add(f"add({text!r})")
            self.proof.written(item.name)
            self._record(item, "")
            return
        if self._is_plain(item, cursor):
            self._plain(
                item, cursor, lambda value, origin: self._write(item, value, origin, cursor, position, depth)
            )
            return
        value, origin = self._value(item, cursor, position)
        if item.wrap is not None:
            self._lines(item, item.wrap, value, origin, depth)
            return
        certain = item.required or item.default
        with nullcontext() if certain else self.code.block(f"if {value}:"):
            self._write(item, value, origin, cursor, position, depth)

    def _write(self, item: Item, value: str, origin: str, cursor: Cursor, position: str, depth: int) -> None:
        """The element with a value that it has."""
        self.proof.value(item, value)
        attributes = self._attributes(item, item.do or (), cursor, position, inside=False)
        start, end = f"\n{'  ' * depth}<{item.name}", f"</{item.name}>"
        if attributes:
            start += f"{{{attributes}}}"
        self.code.add(f"add(f{f'{start}>{{{value}}}{end}'!r})")
        self.proof.written(item.name)
        self._record(item, origin)

    def _lines(self, item: Item, wrap: Wrap, value: str, origin: str, depth: int) -> None:
        """One element for each line of a text."""
        if wrap.encoding == OUTPUT:
            raise Unsupported("lines of bytes of the output")
        code, line, number = self.code, self.code.name("j"), len(self.result.wraps)
        self.result.wraps.append(wrap)
        with code.block(f"if {value}:"), code.block(f"for {line} in lines({number}, {value}):"):
            self.proof.value(item, line)
            code.add(f"add(f'\\n{'  ' * depth}<{item.name}>{{{line}}}</{item.name}>')")
            self.proof.written(item.name)
            self._record(item, origin)

    def _record(self, item: Item, origin: str) -> None:
        """Tell where the value that is being written comes from."""
        if self.record:
            self.code.add(
                f"rec(({self._number(item)}, {origin}))" if not origin.startswith("w") else f"rec({origin})"
            )

    def _nest(
        self, item: Item, items: Sequence[Item], cursor: Cursor, position: str, depth: int, start: str
    ) -> None:
        """An element with elements inside; it is left out when there is nothing in it."""
        code, before = self.code, self.code.name("n")
        line = "\n" + "  " * depth
        start = line * bool(depth) + start
        with self.proof.inside(item.name, items):
            attributes = self._attributes(item, items, cursor, position, inside=True)
            opened = f"{start!r} + {attributes} + '>'" if attributes else repr(start + ">")
            at = len(code.lines)
            code.add(f"add({opened})")
            self._items(items, cursor, position, depth + 1)
            certain = code.writes(at + 1)
            if certain:
                code.add(f"add({f'{line}</{item.name}>'!r})")
                self.proof.close()
            else:
                code.lines.insert(at, "  " * code.depth + f"{before} = len(out) + 1")
                # A start that may be taken back is no writing yet.
                code.lines[at + 1] = code.lines[at + 1].replace("add(", "put(", 1)
                with code.block(f"if len(out) > {before}:"):
                    code.add(f"add({f'{line}</{item.name}>'!r})")
                    self.proof.close()
                if attributes:
                    with code.block(f"elif {attributes}:"):
                        code.add(f"out[-1] = {start!r} + {attributes} + '/>'")
                        self.proof.close()
                with code.block("else:"):
                    code.add("raise Unclear" if item.required and item.do is not None else "out.pop()")
        if self.proof.counter(item.name):
            with nullcontext() if certain else code.block(f"if len(out) >= {before}:"):
                self.proof.written(item.name)

    def _attributes(
        self, outer: Item, items: Sequence[Item], cursor: Cursor, position: str, *, inside: bool
    ) -> str:
        """The variable that holds the attributes as text; "" when there can be none.

        `inside` tells whether the element that has them is open, or a value stands in it.
        """
        chosen = [item for item in items if item.is_attribute]
        names = {item.name for item in chosen}
        if not chosen:
            return ""
        if len(names) < len(chosen) or "@xmlns" in names or not all(is_name(name[1:]) for name in names):
            raise Unsupported("attributes of one name")
        code, text = self.code, self.code.name("a")
        code.add(f"{text} = ''")
        for item in chosen:
            needed = code.name("z") if self.proof.needs(outer.name, item, inside=inside) else ""
            if needed:
                code.add(f"{needed} = False")
            with self._tested(item.when, cursor):
                value, origin = self._value(item, cursor, position)
                with code.block(f"if {value}:"):
                    self.proof.attribute(outer.name, item, value, inside=inside)
                    code.add(f"{text} += f' {item.name[1:]}=\"{{quote({value})}}\"'")
                    if needed:
                        code.add(f"{needed} = True")
                    self._record(item, origin)
            if needed:
                code.add(f"if not {needed}: sure = False")
        return text
