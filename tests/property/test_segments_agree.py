"""Programs that write EDIFACT give what the closures give, for random outputs from random documents, or nothing."""

import json
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from edi_router.config import Tree
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.directory import Definitions, GroupUse, definitions_over
from edi_router.formats.edifact.elements import PartSpec, name_of, segment_spec
from edi_router.formats.edifact.layout import layout_of
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.formats.xml.reader import parse as parse_xml
from edi_router.mapping import Mapping, load, names
from edi_router.mapping.compile import compile_root
from edi_router.mapping.golden import Source
from edi_router.mapping.model import Condition, Definition, Item, Wrap
from edi_router.mapping.segment_program import Ways
from edi_router.mapping.target_edifact import EdifactTarget, envelope_for
from edi_router.paths import parse
from tests.property.test_elements_agree import a_path, an_element
from tests.property.test_program_agrees import AT, CONTEXT, a_condition, a_value, source
from tests.support.effort import examples

TREE = Tree.over_shipped()
DIRECTORY = {
    "messages/TESTIN.json": {
        "type": "TESTIN", "version": "D", "release": "00T", "agency": "UN", "name": "test", "content": [
            ["0010", "UNH", "M", 1], ["0020", "BGM", "M", 1], ["0030", "FTX", "C", 3], ["0040", "RFF", "C", 2],
            ["0050", "SG1", "C", 3, [
                ["0060", "RFF", "M", 1], ["0070", "DTM", "C", 2],
                ["0080", "SG2", "C", 2, [["0090", "NAD", "M", 1], ["0100", "FTX", "C", 1]]],
            ]],
            ["0110", "UNS", "M", 1],
            ["0120", "SG3", "C", 9, [["0130", "LIN", "M", 1], ["0140", "QTY", "C", 2], ["0150", "RFF", "C", 1]]],
            ["0160", "UNT", "M", 1],
        ],
    },
    "segments.json": {
        "BGM": ["", ["1", "C002", "C", 1], ["2", "1004", "C", 1], ["3", "1225", "C", 1]],
        "FTX": ["", ["1", "4451", "M", 1], ["2", "4453", "C", 1], ["3", "C108", "C", 1], ["4", "3453", "C", 1]],
        "RFF": ["", ["1", "C506", "M", 1]],
        "DTM": ["", ["1", "C507", "M", 1]],
        "NAD": ["", ["1", "3035", "M", 1], ["2", "C082", "C", 1], ["3", "C080", "C", 1], ["4", "3164", "C", 1]],
        "LIN": ["", ["1", "1082", "C", 1], ["2", "C246", "C", 1], ["3", "C246", "C", 1], ["4", "7011", "C", 1],
                ["5", "7011", "C", 1], ["6", "C246", "C", 1]],
        "QTY": ["", ["1", "C186", "C", 1], ["2", "9999", "C", 3]],
    },
    "composites.json": {
        "C002": ["", ["1", "1001", "C", 1], ["2", "1131", "C", 1], ["3", "3055", "C", 1]],
        "C108": ["", ["1", "4440", "C", 1], ["2", "4440", "C", 1], ["3", "4440", "C", 1]],
        "C506": ["", ["1", "1153", "M", 1], ["2", "1154", "C", 1], ["3", "1156", "C", 1]],
        "C507": ["", ["1", "2005", "C", 1], ["2", "2380", "C", 1], ["3", "2379", "C", 1]],
        "C082": ["", ["1", "3039", "C", 1], ["2", "1131", "C", 1], ["3", "3055", "C", 1]],
        "C080": ["", ["1", "3036", "C", 1], ["2", "3036", "C", 1], ["3", "3045", "C", 1]],
        "C246": ["", ["1", "7361", "C", 1], ["2", "1131", "C", 1]],
        "C186": ["", ["1", "6063", "C", 1], ["2", "6060", "C", 1], ["3", "6411", "C", 1]],
    },
    "elements.json": {
        **{id: ["", "an..70"] for id in ("1004", "1154", "4440", "3039", "3036", "3045", "2380", "3164", "9999")},
        **{id: ["", "an..17"] for id in ("1001", "1131", "3055", "4451", "4453", "3453", "1153", "1156", "3035", "7361")},
        **{id: ["", "an..35"] for id in ("1225", "2005", "2379", "7011", "6063", "6411")},
        "1082": ["", "n..6"], "6060": ["", "n..15"], "1225": ["", "an..3", 1],
    },
    "codes.json": {"1225": {"A": "", "1": "", "9": ""}},
}  # fmt: skip


def read(name):
    folder, _, rest = name.partition("/")
    if folder == "D00T":
        return json.dumps(DIRECTORY[rest]).encode() if rest in DIRECTORY else None
    try:
        return TREE.read(f"schemas/edifact/{name}")
    except FileNotFoundError:
        return None


SHIPPED = definitions_over(TREE)
PLAIN = replace(CONTEXT, sender="SENDER", recipient="RECIPIENT")
CHINESE = EdifactSettings(syntax="UNOY")
DEFINITIONS = Definitions(read)
TARGET = EdifactTarget(DEFINITIONS, DEFINITIONS.message_of("D00T", "TESTIN"))
ENVELOPES = (
    {}, *({"syntax": "UNOY"},) * 9, {"syntax": "UNOY", "newline": True}, {"syntax": "UNOA"}, {"syntax": "UNOB", "una": True},
    {"version": "4"}, {"encoding": "gb18030"}, {"service": "|~.? !"},
)  # fmt: skip


def a_leaf(chance, node, name, index=None):
    """A random data element: a value of the document, or a constant."""
    if chance.random() < 0.3:
        when = (a_condition(chance, source(a_path(chance, node))),) if chance.random() < 0.4 else ()
        item = Item(name, AT, const=chance.choice(("A", "1", "9", "it's +", "&")), when=when)
    elif chance.random() < 0.85:
        item = Item(
            name, AT, (source(a_path(chance, node)),), first=True, default=chance.choice((None, None, "d"))
        )
    else:
        item = a_value(chance, name, [source(a_path(chance, node))], 1)
        if item.wrap is None and chance.random() < 0.1:
            item = replace(item, each=source(a_path(chance, node, to_leaf=False)), sources=(source("."),))
    return replace(item, index=index)


def dressed(chance, node, item):
    """The item, perhaps under a condition, for each of several parts, or required."""
    if chance.random() < 0.15:
        item = replace(item, when=(a_condition(chance, source(a_path(chance, node))),))
    if chance.random() < 0.01:
        item = replace(item, required=True)
    return item


def repeated(chance, node, make):
    """What `make` gives for a node, perhaps once for each of several nodes."""
    if chance.random() < 0.3:
        text = a_path(chance, node, to_leaf=False)
        found = parse(text, item=True).select(node)
        if found and ".." not in text and not found[0].name.startswith("@"):
            return replace(make(found[0]), each=source(text), single=chance.random() < 0.2)
    return make(node)


def parts_of(chance, node, specs):
    """Random items for the places of a segment or a composite."""
    items = []
    for at, spec in enumerate(specs):
        name, same = name_of(spec), [name_of(each) for each in specs]
        if not spec.mandatory and (
            chance.random() < 0.5 or (same[:at].count(name) and chance.random() < 0.5)
        ):
            continue
        index = same[:at].count(name) + 1 if same.count(name) > 1 and chance.random() < 0.6 else None

        def make(inner, spec=spec, name=name, index=index):
            if not isinstance(spec, PartSpec):
                return a_leaf(chance, inner, name, index)
            items = parts_of(chance, inner, spec.components) or (
                a_leaf(chance, inner, name_of(spec.components[0])),
            )
            return dressed(chance, inner, Item(name, AT, do=items, index=index))

        for _ in range(chance.choice((1,) * 30 + (2,))):
            items.append(repeated(chance, node, make) if isinstance(spec, PartSpec) else make(node))
    if specs and chance.random() < 0.5 and not isinstance(specs[0], PartSpec):
        name = name_of(specs[0])
        items = [item for item in items if item.name != name or chance.random() < 0.05]
        items.insert(0, Item(name, AT, const=chance.choice(("7", "8")), qualifier=True))
    if chance.random() < 0.2:
        chance.shuffle(items)
    return tuple(items)


def an_output(chance, node, content):
    """Random items for the segments and groups of a definition."""
    items = []
    for at, use in enumerate(content):
        group = isinstance(use, GroupUse)
        name = use.name if group else use.tag
        if name == "BGM":
            parts = parts_of(chance, node, segment_spec(DEFINITIONS, "D00T", name).parts[:1])
            items.append(Item(name, AT, do=(*parts, Item("d1004", AT, const="7"))))
        if name in ("UNH", "BGM", "UNS", "UNT") or (at and chance.random() < 0.6):
            continue

        def make(inner, use=use, name=name, group=group):
            if group:
                return dressed(chance, inner, Item(name, AT, do=an_output(chance, inner, use.content)))
            spec = segment_spec(DEFINITIONS, "D00T", name)
            return dressed(chance, inner, Item(name, AT, do=parts_of(chance, inner, spec.parts)))

        for _ in range(chance.choice((1, 1, 2)) if use.repeat > 1 or chance.random() < 0.05 else 1):
            items.append(repeated(chance, node, make))
    if chance.random() < 0.2:
        chance.shuffle(items)
    return tuple(items)


DONE = {"made": 0, "faulty": 0, "left": 0, "values": 0, "proven": 0}


def agreed(mapping, root, context, envelope):
    """Whether the program made a message; if so it is the one that the closures make, without any fault."""
    close = mapping.run_closely(root, context, envelope)
    for _ in range(2):  # the first one learns how messages in the envelope are read
        fast = mapping.run_fast(root, context, envelope)
        if fast is None:
            DONE["faulty" if close.faults else "left"] += 1
            return False
        assert close.faults == []
        assert fast.output == close.output
        assert fast.seal(4711) == close.seal(4711)
        assert fast.lineage == close.lineage
    DONE["made"] += 1
    DONE["values"] += len(close.lineage)
    return True


def test_the_shipped_mappings_run_as_programs():
    tree, fast, tried = Tree.over_shipped(), set(), set()
    for name in names(tree):
        mapping, _ = load(tree, name, SHIPPED)
        if mapping is None or mapping.target is None or mapping.target.format != "edifact":
            continue
        for path in sorted(tree.find(f"mappings/{name}/mapping.yaml").parent.glob("cases/*/in.xml")):
            document, _ = parse_xml(path.read_bytes())
            if document is not None:
                tried.add(name)
                if agreed(mapping, document.node(), PLAIN, envelope_for(PLAIN, CHINESE)):
                    fast.add(name)
    assert len(tried) > 12
    assert fast == tried


def test_a_mapping_from_edifact_to_edifact_runs_as_a_program():
    mapping, _ = load(TREE, "codeco-d95b-d01b", SHIPPED)
    source_of, made = Source(TREE), 0
    for path in sorted(TREE.find("mappings/codeco-d95b-d01b/mapping.yaml").parent.glob("cases/*/in.edi")):
        for document in source_of.documents(path.read_bytes(), mapping.definition):
            if document.root is not None:
                made += agreed(mapping, document.root, PLAIN, envelope_for(PLAIN, CHINESE))
    assert made > 2


def test_counts_decide_where_a_segment_may_stand_in_two_places():
    ways = Ways(layout_of(DEFINITIONS, "D00T", "service-3", TARGET.definition))
    tags = [leaf.tag for leaf in ways._leaves]
    top, trigger = tags.index("RFF"), tags.index("RFF", tags.index("RFF") + 1)
    end = tags.index("UNS")
    assert ways.is_read_so([1, top, top, trigger, end])
    assert not ways.is_read_so(
        [1, top, trigger, end]
    )  # the reader would take the second for another of the first place
    assert not ways.is_read_so([1, trigger, end])


def an_item(name, *items, path="", **more):
    """An item with others in it, or with the value at a path."""
    return Item(name, AT, (source(path),) if path else (), do=items or None, **more)


def by_segments(text, *items):
    """The message that a program makes of a document, which is the closures' one; None when it leaves it to them."""
    document, _ = parse_xml(text.encode())
    bgm = an_item("BGM", Item("d1004", AT, const="7"))
    output = Item("TESTIN", AT, do=(bgm, *items))
    kind = Kind("edifact", "TESTIN", "D00T")
    definition = Definition("m", "mapping.yaml", Kind("xml", "r", ""), None, "x", output, makes=kind)
    mapping, root = Mapping(definition, {}, TARGET, compile_root(output, {})), document.node()
    assert mapping.segments(root) is not None
    envelope = envelope_for(PLAIN, CHINESE)
    fast, close = mapping.run_fast(root, PLAIN, envelope), mapping.run_closely(root, PLAIN, envelope)
    if fast is None:
        return None
    assert fast.output == close.output
    assert close.faults == []
    return fast.output.decode().partition("BGM++7'")[2].partition("UNT")[0]


TEXTS = an_item("FTX", an_item("d4451", path="a"), an_item("C108", an_item("d4440", path="b")))
LINES = an_item(
    "SG3", an_item("LIN", an_item("d1082", path="a"), an_item("C246", an_item("d7361", path="b")))
)
WRAPPED = an_item("FTX", an_item("d4451", path="a"),
                  an_item("C108", an_item("d4440", path="b", wrap=Wrap(8, AT))))  # fmt: skip


def test_service_characters_in_values_are_released():
    text = "<r><a>it's</a><b>1+2: &lt;3&gt; ?&amp;</b></r>"
    assert by_segments(text, TEXTS) == "FTX+it?'s++1?+2?: <3> ??&'UNS+S'"


def test_line_breaks_are_left_to_the_closures_where_they_would_be_written():
    assert by_segments("<r><a>A</a><b>1\n2</b></r>", TEXTS) is None
    assert by_segments("<r><a>A</a><b>1\t2</b></r>", TEXTS) is None
    assert by_segments("<r><a>A</a><b>12</b><c>1\n2</c></r>", TEXTS) == "FTX+A++12'UNS+S'"
    when = (Condition(source("c"), texts=("1\n2",)),)
    assert by_segments("<r><a>A</a><b>12</b><c>1\n2</c></r>", replace(TEXTS, when=when)) == "FTX+A++12'UNS+S'"


def test_what_is_empty_at_the_end_is_not_written():
    assert by_segments("<r><a>A</a><b> </b></r>", TEXTS) == "FTX+A'UNS+S'"
    assert by_segments("<r><a>1</a></r>", LINES) == "UNS+S'LIN+1'"
    assert by_segments("<r><b>A</b></r>", LINES) == "UNS+S'LIN++A'"
    assert by_segments("<r><a>1</a><b>A</b></r>", LINES) == "UNS+S'LIN+1+A'"
    assert by_segments("<r><c/></r>", LINES) == "UNS+S'"


def test_a_group_of_one_segment_is_left_out_without_a_value():
    number = Item("d1082", AT, const="1", qualifier=True)
    items = an_item("SG3", an_item("LIN", number, an_item("C246", an_item("d7361", path="b"))))
    assert by_segments("<r><b>A</b></r>", items) == "UNS+S'LIN+1+A'"
    assert by_segments("<r><c>A</c></r>", items) == "UNS+S'"
    assert by_segments("<r><c>A</c></r>", an_item("SG3", an_item("LIN", number))) == "UNS+S'"
    plain = replace(number, qualifier=False)
    assert by_segments("<r><c>A</c></r>", an_item("SG3", an_item("LIN", plain))) == "UNS+S'LIN+1'"


def test_short_texts_are_one_line_and_long_ones_are_wrapped():
    assert by_segments("<r><a>A</a><b> ab cd </b></r>", WRAPPED) == "FTX+A++ab cd'UNS+S'"
    assert by_segments("<r><a>A</a><b>abcd efgh ijkl</b></r>", WRAPPED) == "FTX+A++abcd:efgh:ijkl'UNS+S'"
    assert by_segments("<r><a>A</a><b>ab+d ef:h</b></r>", WRAPPED) == "FTX+A++ab?+d:ef?:h'UNS+S'"


def test_a_program_gives_what_the_closures_give():
    programs_and_closures_agree()
    assert DONE["made"] > 60, DONE
    assert DONE["proven"] > 60, DONE
    assert DONE["values"] > 150, DONE


@given(st.integers(0, 1 << 32))
@settings(max_examples=examples(100), deadline=None)
def programs_and_closures_agree(seed):
    chance = Random(seed)
    document, faults = parse_xml(etree.tostring(an_element(chance)))
    assert document is not None, faults
    root = document.node()
    for _ in range(6):
        output = Item("TESTIN", AT, do=an_output(chance, root, TARGET.definition.content))
        kind = Kind("edifact", "TESTIN", "D00T")
        definition = Definition(
            "m", "mapping.yaml", Kind("xml", root.name, ""), None, "x", output, makes=kind
        )
        mapping = Mapping(definition, {}, TARGET, compile_root(output, {}))
        program = mapping.segments(root)
        if program is not None:
            program.warm = 0
        envelope = envelope_for(CONTEXT, EdifactSettings.model_validate(chance.choice(ENVELOPES)))
        if agreed(mapping, root, CONTEXT, envelope):
            DONE["proven"] += bool(program._proofs)
