"""From the model of a mapping to closures: `compile_item` gives what builds one output element."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edi_router.faults import Place
from edi_router.mapping.conditions import Test, compile_test
from edi_router.mapping.functions import FUNCTIONS, Function, Kind, Shortened
from edi_router.mapping.model import Call, Item, RegisterUse, Source, TableUse, Wrap
from edi_router.mapping.output import Attribute, Element, Found
from edi_router.mapping.reading_parts import OUTPUT
from edi_router.mapping.registered import found_in, together
from edi_router.mapping.scope import Scope
from edi_router.mapping.wrapping import chosen, is_too_long, lines_of
from edi_router.paths import Node, Start
from edi_router.paths.path import is_filled
from edi_router.tables import Table

Builder = Callable[[Scope, Element], None]
Getter = Callable[[Scope], Found | None]
Gatherer = Callable[[Scope], Sequence[Found]]
Stage = Callable[[Scope, Sequence[Found]], Sequence[Found]]
Adder = Callable[[Scope, Element, bool], None]
"""Adds what the item writes to its parent, and tells a fault where it is required and comes to nothing."""
SHOWN = 5


def compile_item(item: Item, tables: dict[str, Table]) -> Builder:
    """What adds the item's elements (or its attribute) to their parent."""
    test = compile_test(item.when)
    if item.is_attribute:
        return _attribute(item, compile_value(item, tables), test)
    add = _adder(item, tables)
    if item.each is None:

        def once(scope: Scope, parent: Element) -> None:
            if test is None or test(scope):
                add(scope, parent, True)

        return once
    if item.single:
        return _from_one(item, item.each, add, test)
    path = item.each.path

    def for_each(scope: Scope, parent: Element) -> None:
        position = 0
        before = len(parent.children)
        for node in path.select(scope.node, scope.run.cache):
            inner = Scope(scope.run, node, position + 1)
            if is_filled(node) and (test is None or test(inner)):
                position += 1
                add(inner, parent, False)
        if item.required and len(parent.children) == before:
            _required(item, scope)

    return for_each


def compile_root(item: Item, tables: dict[str, Table]) -> Callable[[Scope], Element]:
    """What builds the root element, which stands even when it is empty."""
    fill = _filler(item, tables)

    def build(scope: Scope) -> Element:
        element = Element(item.name, item, scope.node)
        fill(scope, element)
        return element

    return build


def _from_one(item: Item, source: Source, add: Adder, test: Test | None) -> Builder:
    """For a fragment that is used `from` somewhere: its paths begin at the one part that the path selects."""

    def build(scope: Scope, parent: Element) -> None:
        before, told = len(parent.children), scope.run.told
        found = [node for node in source.path.select(scope.node, scope.run.cache) if is_filled(node)]
        inner = [Scope(scope.run, node, scope.position) for node in found]
        inner = [each for each in inner if test is None or test(each)]
        if len(inner) > 1:
            _several(item, scope, source.text, [each.node.place() for each in inner])
        elif inner:
            add(inner[0], parent, False)
        if item.required and len(parent.children) == before and scope.run.told == told:
            _required(item, scope)

    return build


def _adder(item: Item, tables: dict[str, Table]) -> Adder:
    if item.wrap is not None:
        return _line_adder(item, item.wrap, compile_value(item, tables))
    fill = _filler(item, tables)
    return lambda scope, parent, required: _add(item, fill, scope, parent, required=required)


def _line_adder(item: Item, wrap: Wrap, value: Getter) -> Adder:
    """One element for each line of a text."""

    def add(scope: Scope, parent: Element, required: bool) -> None:
        found = value(scope)
        if found is None:
            return
        encoding = scope.run.encoding if wrap.encoding == OUTPUT else wrap.encoding
        lines = lines_of(found.text, wrap, encoding)
        kept = chosen(lines, wrap)
        if is_too_long(lines, wrap):
            values = {"target": item.name, "value": found.text, "length": str(wrap.length)}
            if wrap.rest == "fault":
                values |= {"lines": str(wrap.last), "count": str(len(lines))}
                scope.run.fault("wrap-too-long", item, _place(found, scope), values, wrap.place)
                return
            values |= {"result": " ".join(kept), "function": "wrap"}
            scope.run.fault("value-cut", item, _place(found, scope), values, wrap.place)
        for line in kept:
            one = Element(item.name, item, scope.node, line, Found(line, found.nodes, found.row))
            parent.children.append(one)

    return add


def _add(item: Item, fill: Builder, scope: Scope, parent: Element, *, required: bool = True) -> None:
    element = Element(item.name, item, scope.node)
    before = scope.run.told
    fill(scope, element)
    if not element.is_empty:
        parent.children.append(element)
    elif scope.run.told > before:
        scope.run.unfilled.add(item.name)
    elif required and item.required and item.do is not None and not item.has_value:
        _required(item, scope)


def _filler(item: Item, tables: dict[str, Table]) -> Builder:
    builders = [compile_item(child, tables) for child in item.do or ()]
    value = compile_value(item, tables) if item.has_value else None

    def fill(scope: Scope, element: Element) -> None:
        if value is not None:
            found = value(scope)
            if found is not None:
                element.text = found.text
                element.found = found
        if builders and (value is None or element.text):
            for build in builders:
                build(scope, element)

    return fill


def _attribute(item: Item, value: Getter, test: Test | None) -> Builder:
    def build(scope: Scope, parent: Element) -> None:
        if test is None or test(scope):
            found = value(scope)
            if found is not None:
                parent.attributes.append(Attribute(item.name[1:], found.text, item, found))

    return build


def compile_value(item: Item, tables: dict[str, Table]) -> Getter:
    """The item's one value: gathered, functions applied, looked up, joined; else its default."""
    get = _gather(item)
    stages = [_stage(item, call) for call in item.functions]
    after = [_stage(item, call) for call in item.then]
    if item.first:
        stages.insert(0, lambda scope, found: found[:1])
    if item.join is None:
        stages.append(lambda scope, found: _single(item, scope, found))
    if item.register is not None:
        stages += _registered(item, item.register)
    if item.table is not None:
        stages.append(_lookup(item, item.table, tables.get(item.table.name)))
    default = Found(item.default) if item.default else None

    def value(scope: Scope) -> Found | None:
        before = scope.run.told
        found = get(scope)
        for stage in stages:
            found = stage(scope, found)
        found = [one for one in found if one.text]
        if found:
            one = found[0] if len(found) == 1 else _joined(item.join or "", found)
            if not after:
                return one
            found = [one]
            for stage in after:
                found = stage(scope, found)
            if found and found[0].text:
                return found[0]
        if default is None and item.required and scope.run.told == before:
            _required(item, scope)
        return default

    return value


def _joined(text: str, found: Sequence[Found]) -> Found:
    row = next((one.row for one in found if one.row is not None), None)
    return Found(text.join(one.text for one in found), _all_nodes(found), row)


def _all_nodes(found: Sequence[Found]) -> tuple[Node, ...]:
    return tuple(node for one in found for node in one.nodes)


def _gather(item: Item) -> Gatherer:
    if item.const is not None:
        constant = [Found(item.const)]
        return lambda scope: constant
    first = FUNCTIONS[item.functions[0].name].kind if item.functions else None
    if first is Kind.NODES:
        return lambda scope: [found for source in item.sources for found in _nodes(source, scope)]
    if len(item.sources) == 1:
        source = item.sources[0]
        return lambda scope: scope.values(source)
    if item.every_source:
        return lambda scope: [found for source in item.sources for found in scope.values(source)]
    return lambda scope: next((found for source in item.sources if (found := scope.values(source))), [])


def _nodes(source: Source, scope: Scope) -> list[Found]:
    if source.path.start is Start.CONTEXT:
        return scope.values(source)
    return [
        Found(node.value() or "", (node,))
        for node in source.path.select(scope.node, scope.run.cache)
        if is_filled(node)
    ]


def _stage(item: Item, call: Call) -> Stage:
    function = FUNCTIONS[call.name]
    extra = () if call.argument is None else (call.argument,)
    if function.kind is Kind.POSITION:
        return lambda scope, found: [Found(function.apply(scope.position, *extra), (scope.node,))]
    if function.kind in (Kind.ALL, Kind.NODES):
        return lambda scope, found: _apply_all(item, call, function, extra, scope, found)

    def each(scope: Scope, found: Sequence[Found]) -> Sequence[Found]:
        results: list[Found] = []
        for one in found:
            arguments: tuple[object, ...] = extra
            if function.kind is Kind.DATED:
                arguments = (*(extra or ("yyyyMMdd",)), form_of(one), scope.run.context.zone)
            try:
                text = function.apply(one.text, *arguments)
            except ValueError as error:
                _failed(item, call, scope, one, str(error))
                continue
            if isinstance(text, Shortened):
                values = {"target": item.name, "value": one.text, "result": str(text), "function": call.name}
                scope.run.fault(text.code, item, _place(one, scope), values, call.place)
            results.append(Found(str(text), one.nodes, one.row))
        return results

    return each


def _apply_all(
    item: Item, call: Call, function: Function, extra: tuple[str, ...], scope: Scope, found: Sequence[Found]
) -> Sequence[Found]:
    try:
        texts = function.apply([one.text for one in found], *extra)
    except ValueError as problem:
        told = False
        for one in found:
            try:
                function.apply([one.text], *extra)
            except ValueError as error:
                _failed(item, call, scope, one, str(error))
                told = True
        if not told:  # each of them would do, together they do not
            _failed(item, call, scope, found[-1], str(problem))
        return []
    if call.name in ("distinct", "last"):
        by_text = {one.text: one for one in reversed(found)}
        return [by_text[text] for text in texts]
    return [Found(texts[0], _all_nodes(found))] if texts else []


def _single(item: Item, scope: Scope, found: Sequence[Found], path: str = "") -> Sequence[Found]:
    if len(found) < 2:
        return found
    path = path or " | ".join(source.text for source in item.sources)
    _several(item, scope, path, [_place(one, scope) for one in found])
    return []


def _several(item: Item, scope: Scope, path: str, found: Sequence[Place]) -> None:
    """The fault of several values or parts where one is wanted, at the second."""
    places = [str(place) for place in found[:SHOWN]]
    if len(found) > SHOWN:
        places.append("…")
    values = {"target": item.name, "count": str(len(found)), "path": path, "places": ", ".join(places)}
    scope.run.fault("mapping-several-values", item, found[1], values)


def _lookup(item: Item, use: TableUse, table: Table | None) -> Stage:
    def look(scope: Scope, found: Sequence[Found]) -> Sequence[Found]:
        if table is None:
            return []
        results: list[Found] = []
        for one in found:
            rows = table.find(one.text, scope.run.day, use.by)
            texts = {row.columns.get(use.column, "") for row in rows}
            values = {"table": use.name, "key": one.text, "column": use.by, "date": scope.run.day}
            if len(texts) == 1 and (text := rows[0].columns.get(use.column, "")):
                results.append(Found(text, one.nodes, together(one.row, table.place(rows[0]))))
            elif len(texts) > 1:
                values["lines"] = ", ".join(str(row.line) for row in rows)
                scope.run.fault("table-ambiguous", item, _place(one, scope), values, use.place)
            elif rows and not item.default:
                values["line"] = str(rows[0].line)
                scope.run.fault("table-no-counterpart", item, _place(one, scope), values, use.place)
            elif not item.default:
                scope.run.fault("table-missing-key", item, _place(one, scope), values, use.place)
        return results

    return look


def _registered(item: Item, use: RegisterUse) -> list[Stage]:
    """The entry's field in place of its key; several values of it are like several values of a path."""

    def look(scope: Scope, found: Sequence[Found]) -> Sequence[Found]:
        results: list[Found] = []
        for one in found:
            if not one.text.strip():
                continue
            fields = found_in(scope.run.context.registers, use, one)
            if not fields and use.missed is not None:
                use.missed()
            if not fields and not item.default:
                values = {"register": use.name, "key": one.text.strip(), "field": use.gives}
                scope.run.fault("register-entry-missing", item, _place(one, scope), values, use.place)
            results += fields
        return results

    if item.first:
        return [look, lambda scope, found: found[:1]]
    path = f"register {use.name}/{use.gives}"
    return [look] if item.join is not None else [look, lambda scope, found: _single(item, scope, found, path)]


def form_of(found: Found) -> str:
    """The format code (2379) that stands beside a date of an EDIFACT composite."""
    node = found.nodes[0] if found.nodes else None
    if node is None or node.name != "d2380" or node.parent is None:
        return ""
    return next((form for beside in node.parent.children("d2379") if (form := beside.value())), "")


def _failed(item: Item, call: Call, scope: Scope, one: Found, problem: str) -> None:
    values = {"function": call.name, "value": one.text, "problem": problem, "target": item.name}
    scope.run.fault("function-value", item, _place(one, scope), values, call.place)


def _place(found: Found, scope: Scope) -> Place:
    return (found.nodes[0] if found.nodes else scope.node).place()


def _required(item: Item, scope: Scope) -> None:
    source = item.each if item.each is not None else None
    texts = [source.text] if source else [each.text for each in item.sources]
    values = {"target": item.name, "path": " | ".join(texts) or "-"}
    scope.run.fault("target-required", item, scope.node.place(), values)
