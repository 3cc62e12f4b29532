"""Programs made of mappings give what the closures give, for random paths on random messages, or nothing."""

import datetime
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.config import Tree
from edi_router.faults import Place
from edi_router.formats.documents import Kind
from edi_router.formats.edifact import read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.elements import PartSpec, name_of
from edi_router.formats.edifact.fast import fast_check
from edi_router.formats.edifact.layout import layout_of, uses_of
from edi_router.formats.edifact.nodes import GroupNode, MessageNode, SegmentNode
from edi_router.mapping import Context, Mapping
from edi_router.mapping.compile import compile_root
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.functions import Kind as FunctionKind
from edi_router.mapping.generate_parts import LOSSLESS
from edi_router.mapping.model import Call, Condition, Definition, Item, Joined, Source, Wrap
from edi_router.mapping.registry import Shortened
from edi_router.paths import parse
from tests.property.made import Maker, damaged
from tests.property.test_fast_agrees import DEFINITIONS, interchange_of
from tests.support.effort import examples
from tests.support.golden_inputs import edifact_to_xml

TREE = Tree.over_shipped()
KINDS = (
    ("D96B", "CUSDEC", 3), ("D96B", "CUSCAR", 3), ("D95B", "CODECO", 3), ("D01B", "CUSDEC", 4), ("D21B", "CUSRES", 4),
)  # fmt: skip
CONTEXT = Context(
    now=datetime.datetime(2026, 3, 14, 2, tzinfo=datetime.UTC),
    business_date=datetime.date(2026, 3, 14),
    sender="A&B",
)
CALLS = (
    (), (), (), (("upper", None),), (("trim", None),), (("digits", None),), (("cut", "70"),), (("slice", "1:"),),
    (("decimal", "3"),), (("replace", "+=>-"),), (("split", "1 :"),), (("date", None),), (("count", None),),
    (("last", None), ("prefix", "x+")), (("flag", None),), (("sum", None),), (("sequence", None),), (("distinct", None),),
)  # fmt: skip
THEN = (
    (), (), (), (), (("upper", None),), (("trim", None),), (("cut", "9"),), (("pad", "6"),),
    (("replace", "+=>&"), ("slice", "0:5")),
)  # fmt: skip
AT = Place("mapping.yaml", 1, 1)
WRAPS = (
    Wrap(5, AT), Wrap(3, AT, words=False), Wrap(4, AT, 1, 2), Wrap(4, AT, 2, 3, rest="leave"), Wrap(5, AT, encoding="gb18030"),
    Wrap(4, AT, 1, 1, rest="cut"), Wrap(6, AT, encoding="output"),
)  # fmt: skip


def roots(data, check_as=None):
    """Each message as it was checked, and, where it has no fault, as nodes still to be made."""
    for interchange in read(data):
        version = interchange.syntax_version
        for message in interchange.messages():
            checked = check(
                message, DEFINITIONS, check_as=check_as, syntax_version=version,
                interchange_header=interchange.header,
            )  # fmt: skip
            if checked.definition is None:
                continue
            service = "service-4" if version == 4 else "service-3"
            layout = layout_of(DEFINITIONS, checked.directory, service, checked.definition)
            checked.root.layout = layout
            yield message, checked.root
            if fast_check(message, DEFINITIONS, check_as=check_as, syntax_version=version):
                later = MessageNode(message.type, checked.root.envelope, layout)
                later.defer(message)
                yield message, later


def drawn(kind, seed, damage=False):
    maker = Maker(DEFINITIONS, *kind, seed)
    messages = [maker.message(str(number)) for number in range(1, 3)]
    if damage:
        messages = [damaged(message, maker.random) for message in messages]
    level = maker.random.choice(("UNOC", "UNOY"))
    ends = maker.random.choice(("", "\r\n"))
    return maker.random, list(roots(interchange_of(messages, kind[2], level, ends)))


def shown(node):
    """A node and all in it."""
    if isinstance(node, GroupNode):
        return [
            node.name,
            node.path,
            str(node.place()),
            [shown(each) for name in node.names() for each in node.children(name)],
        ]
    assert isinstance(node, SegmentNode)
    found = [node.name, node.segment.text, str(node.place()), node.group]
    for part in node.spec.parts if node.spec else ():
        for each in node.children(name_of(part)):
            found.append((each.name, each.value(), str(each.place())))
    return found


@given(st.sampled_from(KINDS), st.integers(0, 1 << 32))
@settings(max_examples=examples(15), deadline=None)
def test_nodes_made_later_are_the_nodes_of_the_checker(kind, seed):
    _, found = drawn(kind, seed)
    for (message, one), (other, later) in itertools.pairwise(found):
        if message is other:
            rows = later.rows()
            assert one.rows() == rows
            assert shown(later) == shown(one)
            assert later.rows() == rows


def a_step(chance, cursor, layout, nodes=()):
    """A name below the cursor, mostly of something that is there, and what it leads to."""
    there = (
        [name for name in cursor if any(node.children(name) for node in nodes)]
        if isinstance(cursor, dict)
        else []
    )
    if isinstance(cursor, dict):
        name = chance.choice(there if there and chance.random() < 0.9 else list(cursor))
        use = cursor[name]
        return name, uses_of(use.content) if hasattr(use, "content") else layout.spec(use.tag)
    part = chance.choice(cursor.components if isinstance(cursor, PartSpec) else cursor.parts)
    return name_of(part), part if isinstance(part, PartSpec) else None


def a_path(chance, node, cursor, layout, to_leaf=True):
    """A random path from the node, and what it leads to; predicates ask for values that there are."""
    text = chance.choice(("", "", "", "../")) if node.parent is not None else ""
    if text:
        cursor = uses_of(
            layout.definition.content
        )  # right for children of the message only; else selects nothing
    steps = 0
    while cursor is not None and (to_leaf or steps < 1 or chance.random() < 0.4):
        if not isinstance(cursor, dict) and not getattr(cursor, "parts", getattr(cursor, "components", ())):
            break
        nodes = parse(text, item=True).select(node) if text and not text.endswith("/") else [node]
        name, after = a_step(chance, cursor, layout, nodes)
        text += ("/" if steps else "") + name
        if chance.random() < 0.15:
            text += f"[{chance.randint(1, 2)}]"
        if after is not None and chance.random() < 0.25:
            inner, _ = (
                a_path(chance, node, after, layout)
                if chance.random() < 0.9
                else (a_step(chance, after, layout)[0], 0)
            )
            if ".." not in inner and "$" not in inner:
                values = [value for value, _ in parse(f"{text}/{inner}", item=True).values(node)] or ["ZZ"]
                value = chance.choice(values)
                if chance.random() < 0.2 and "[" not in text + inner and node is not None:
                    text += f"[{inner}=$item/{chance.choice((text.removeprefix('../') + '/', '../'))}{inner}]"
                elif "'" not in value:
                    text += f"[{inner}='{value}']"
                elif '"' not in value:
                    text += f'[{inner}="{value}"]'
                if text.endswith("]") and chance.random() < 0.3:
                    text += f"[{chance.randint(1, 2)}]"
        cursor, steps = after, steps + 1
        if len(text) > 400:
            break
    return text.rstrip("/") or ".", cursor


def source(text):
    return Source(parse(text, item=True), text, AT)


def a_condition(chance, path, depth=0):
    """A random condition of the path."""
    if depth < 2 and chance.random() < 0.3:
        parts = tuple(a_condition(chance, path, depth + 1) for _ in range(chance.randint(1, 2)))
        return Joined(chance.choice(("all", "any", "not")), parts)
    if chance.random() < 0.4:
        return Condition(path, matches=chance.choice((".*", "[A-Z0-9]+", "\\d{1,3}", "A|1.*")))
    if chance.random() < 0.2:
        return Condition(path, starts_with=chance.choice(("A", "1", "+", "&")))
    return Condition(path, chance.choice(((), ("1", "2", "A"))), chance.random() < 0.2)


def an_item(chance, node, cursor, layout, name="V", depth=0):
    """A random item that takes values from below the cursor."""
    if cursor is not None and depth < 2 and chance.random() < 0.35:
        text, inner = a_path(chance, node, cursor, layout, to_leaf=False)
        found = parse(text, item=True).select(node)
        if found and ".." not in text:
            items = tuple(an_item(chance, found[0], inner, layout, f"{name}{n}", depth + 1) for n in (1, 2))
            when = (
                (a_condition(chance, items[0].sources[0]),)
                if items[0].sources and chance.random() < 0.3
                else ()
            )
            required, single = chance.random() < 0.1, chance.random() < 0.4
            return Item(name, AT, each=source(text), do=items, when=when, required=required, single=single)
    paths = [
        source(a_path(chance, node, cursor, layout)[0] if cursor else ".")
        for _ in range(chance.choice((1, 1, 2)))
    ]
    return a_value(chance, name, paths, depth)


def a_value(chance, name, paths, depth=0):
    """A random item with the values of the paths."""
    calls = tuple(Call(call, argument, AT) for call, argument in chance.choice(CALLS))
    join = chance.choice((None, "|", "|", "+ "))
    name = name if depth or chance.random() < 0.8 else f"@{name}"
    then = tuple(Call(call, argument, AT) for call, argument in chance.choice(THEN))
    wrap = chance.choice(WRAPS) if not name.startswith("@") and chance.random() < 0.2 else None
    return Item(
        name, AT, tuple(paths), chance.random() < 0.3, None, calls, then=then, wrap=wrap,
        default=chance.choice((None, None, "d<")), required=chance.random() < 0.1, join=join,
        first=join is None and chance.random() < 0.5,
        when=(a_condition(chance, paths[0]),) if chance.random() < 0.3 else (),
    )  # fmt: skip


DONE = {"made": 0, "not": 0, "values": 0}


def agreed(mapping, root):
    """Whether the program made a document; if so it is the one that the closures make, without any fault."""
    fast = mapping.run_fast(root, CONTEXT)
    if fast is None:
        return False
    close = mapping.run_closely(root, CONTEXT)
    assert close.faults == []
    assert fast.output == close.output
    if mapping.program(root, record=True) is not None:
        recorded = mapping.run_fast(root, CONTEXT, record=True)
        assert recorded.output == fast.output
        assert recorded.lineage == fast.lineage == close.lineage
        DONE["values"] += len(close.lineage)
    return True


def test_a_program_gives_what_the_closures_give():
    programs_and_closures_agree()
    assert DONE["made"] > 100
    assert DONE["values"] > 500


@given(st.sampled_from(KINDS), st.integers(0, 1 << 32), st.booleans())
@settings(max_examples=examples(40), deadline=None)
def programs_and_closures_agree(kind, seed, damage):
    chance, found = drawn(kind, seed, damage)
    for _, root in found:
        shape = uses_of(root.layout.definition.content)
        for _ in range(12):
            items = [an_item(chance, root, shape, root.layout, f"V{n}") for n in range(2)]
            items.append(Item("S", AT, (source(chance.choice(("$context/sender", "$envelope/UNB/d0020"))),)))
            output = Item("Out", AT, do=tuple(items))
            definition = Definition("m", "mapping.yaml", Kind("edifact", kind[1], kind[0]), None, "x", output)
            mapping = Mapping(definition, {}, None, compile_root(output, {}))
            DONE["made" if agreed(mapping, root) else "not"] += 1


def test_the_shipped_mappings_run_as_programs():
    fast = 0
    for mapping, data in edifact_to_xml(TREE):
        for _, root in roots(data, mapping.definition.origin.qualifier):
            if root.name == mapping.definition.origin.name:
                assert mapping.program(root) is not None, mapping.id
                assert mapping.program(root, record=True) is not None, mapping.id
                fast += agreed(mapping, root)
    assert fast > 10


@pytest.mark.parametrize("name", sorted(LOSSLESS))
def test_what_is_said_to_lose_nothing_does_not(name):
    function = FUNCTIONS[name]
    assert function.kind in (FunctionKind.EACH, FunctionKind.DATED, FunctionKind.POSITION)
    assert Shortened.__name__ not in function.apply.__code__.co_names
