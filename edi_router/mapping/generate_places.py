"""Writes the part of a mapping's program that fills one segment: where a value stands in it is known beforehand.

What cannot be told beforehand, such as more values than places, raises `Unsupported` or `Unclear`: `edifact_message` decides it.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi_router.formats.edifact.elements import PartSpec
from edi_router.mapping.generate_code import Unsupported
from edi_router.mapping.generate_items import Items
from edi_router.mapping.generate_parts import without_marks
from edi_router.mapping.generate_slots import COMPONENT, ELEMENT, Level, Parts, is_constant, is_read, reads
from edi_router.mapping.generate_walk import Cursor
from edi_router.mapping.model import Item, Wrap
from edi_router.mapping.reading_parts import OUTPUT


class PlaceWriter(Items[Level | Parts]):
    """Writes what stands in segments."""

    def _declare(self, parts: Parts, at: int) -> None:
        """The variables of the places and what tells about them are empty at first."""
        for names, empty in ((parts.texts, "''"), (parts.flags, "False")):
            if names:
                line = "  " * self.code.depth + " = ".join([*names, empty])
                self.code.lines.insert(at, line)

    def _text(self, tag: str, parts: Parts, says: bool, only: str) -> str:
        """The expression that makes the segment, without empty parts at its end and at the end of its composites.

        `says` tells that a value of the input stands in the segment, `only` which one it is where there is no other.
        """
        shown, loose, ends = [tag], False, True
        for at in range(parts.size):
            inner = parts.inner.get(at)
            if inner is None:
                shown.append(parts.slots.get(at, ""))
                ends = is_constant(shown[-1]) or at in parts.certain or shown[-1] == only
            else:
                sure = inner.said or (says and set(inner.reads) == set(parts.reads))
                components = self._components(inner, sure)
                shown.append(COMPONENT.join(components))
                ends = (
                    is_constant(components[-1]) or inner.size - 1 in inner.certain or components[-1] == only
                )
                loose = loose or not (ends or inner.size == 1 or at == parts.size - 1)
        text = f"f{ELEMENT.join(shown)!r}"
        text = f"tight({text})" if loose else text
        return text if ends else f"{text}.rstrip({ELEMENT + COMPONENT!r})"

    def _components(self, parts: Parts, said: bool) -> list[str]:
        """The components of a composite; where no value of the input stands in it, only its qualifiers do."""
        shown = [parts.slots.get(at, "") for at in range(parts.size)]
        if said or not parts.item_reads:
            return shown
        for at, text in parts.bare.items():
            name = self.code.name("c")
            tests = " or ".join(parts.reads)
            self.code.add(f"{name} = {text} if {tests} else ''" if tests else f"{name} = ''")
            shown[at] = f"{{{name}}}"
        return shown

    def _part(self, item: Item, cursor: Cursor, position: str, parts: Parts) -> None:
        places = parts.places(item)
        if not places or item.is_attribute:
            raise Unsupported(f"{item.name} in a segment")
        spec = parts.specs[places[0]]
        if not isinstance(spec, PartSpec):
            if item.do or not item.has_value:
                raise Unsupported(f"the data element {item.name}")
            self._leaf(item, cursor, position, parts, places)
        elif item.has_value or item.do is None:
            raise Unsupported(f"the composite {item.name}")
        else:
            self._composite(item, item.do, spec, cursor, position, parts, places)

    def _composite(
        self,
        item: Item,
        items: Sequence[Item],
        spec: PartSpec,
        cursor: Cursor,
        position: str,
        parts: Parts,
        places: Sequence[int],
    ) -> None:
        fixed, at, code = parts.fixed(item), len(self.code.lines), self.code
        inner = Parts(spec.components, items, COMPONENT, item_reads=reads(item))
        if fixed is not None:
            inner.texts, inner.flags = parts.texts, parts.flags
            inner.always = parts.always and not item.when and item.each is None
            self._items(items, cursor, position, inner)
            parts.inner[fixed] = inner
            parts.take(inner)
        else:
            self._items(items, cursor, position, inner)
            self._declare(inner, at)
            text = code.name("e")
            shown = COMPONENT.join(self._components(inner, inner.said))
            code.add(f"{text} = f{shown!r}.rstrip({COMPONENT!r})")
            if set(shown) <= {COMPONENT}:
                raise Unsupported(f"nothing in {item.name}")
            # What would only hold a place is left to the closures.
            if inner.bare and inner.item_reads and not inner.said:
                code.add(f"if not {text}: raise Unclear")
            with code.block(f"if {text}:"):
                self._put(item, text, parts, places)
                for read, always, names in (
                    (True, inner.said, inner.reads),
                    (False, inner.stands, inner.constants),
                ):
                    if always or names:
                        with code.either(always, f"if {' or '.join(names)}:"):
                            self._flag(parts, read=read)
        if item.required and not (inner.said or inner.literal):
            code.add(f"if not ({inner.filled}): raise Unclear")

    def _leaf(self, item: Item, cursor: Cursor, position: str, parts: Parts, places: Sequence[int]) -> None:
        fixed = parts.fixed(item)
        here = parts.always and not item.when and item.each is None
        plain = not (item.functions or item.table or item.then or item.wrap or item.default)
        if item.const and plain and fixed is not None and here:
            parts.constant(fixed, self.paths.shown(without_marks(item.const)), item)
            return
        value, _ = self._value(item, cursor, position)
        if item.wrap is not None:
            self._lines(item, item.wrap, value, parts, places)
        elif fixed is None:
            with self.code.block(f"if {value}:"):
                self._put(item, value, parts, places)
                self._told(item, parts)
        elif here and is_read(item) and (item.required or item.default):
            parts.value(fixed, value, item, certain=True)
        elif here:
            self.code.add(f"{value} = {value} or ''")
            parts.value(fixed, value, item)
        else:
            text = self._slot(parts, fixed)
            self.code.add(f"{text} = {value} or ''")
            parts.value(fixed, text, item)

    def _told(self, item: Item, parts: Parts) -> None:
        """Note that the item's value stands somewhere."""
        if item.qualifier:
            raise Unsupported(f"the qualifier {item.name}")
        self._flag(parts, read=is_read(item))

    def _flag(self, parts: Parts, *, read: bool) -> None:
        """Set the flag that tells of a value of the input, or of a constant."""
        if read not in parts.own:
            parts.own[read] = flag = self.code.name("s")
            parts.flags.append(flag)
            (parts.reads if read else parts.constants).append(flag)
        self.code.add(f"{parts.own[read]} = True")

    def _lines(self, item: Item, wrap: Wrap, value: str, parts: Parts, places: Sequence[int]) -> None:
        """One place for each line of a text."""
        if wrap.encoding == OUTPUT:
            raise Unsupported("lines of bytes of the output")
        code, line, number = self.code, self.code.name("j"), len(self.result.wraps)
        self.result.wraps.append(wrap)
        lines = f"lines({number}, {value})"
        if wrap.first == 1 and not wrap.encoding:  # most texts are short: they are their one line
            whole = f"{value}.strip()" if wrap.words else value
            lines = f"({whole},) if len({value}) <= {wrap.length} else {lines}"
        if parts.has_last(item, places):
            # Nothing comes behind these places: the lines are written in one piece.
            text = self._slot(parts, places[0])
            with code.block(f"if {value}:"):
                code.add(f"{line} = {lines}")
                code.add(f"if len({line}) > {len(places)} or '' in {line}: raise Unclear")
                code.add(f"{text} = {parts.mark!r}.join({line})")
            parts.value(places[0], text, item)
            return
        with code.block(f"if {value}:"), code.block(f"for {line} in {lines}:"):
            code.add(f"if not {line}: raise Unclear")
            self._put(item, line, parts, places)
            self._told(item, parts)

    def _slot(self, parts: Parts, place: int) -> str:
        """The variable of a place that may stay empty."""
        if place not in parts.variables:
            parts.variables[place] = self.code.name("e")
            parts.texts.append(parts.variables[place])
        return parts.variables[place]

    def _put(self, item: Item, value: str, parts: Parts, places: Sequence[int]) -> None:
        """The value in the next of its places that is free."""
        texts = [self._slot(parts, place) for place in places]
        word = "if"
        for place, text in zip(places, texts, strict=True):
            if place in parts.slots and parts.slots[place] != f"{{{text}}}":
                raise Unsupported(f"{item.name} in a place that is taken")
            parts.slots[place] = f"{{{text}}}"
            if parts.item_reads and not is_read(item):
                parts.bare[place] = text
            self.code.add(f"{word} not {text}: {text} = {value}")
            word = "elif"
        self.code.add("else: raise Unclear")
