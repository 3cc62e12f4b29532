"""Programs made of mappings of XML documents give what the closures give, for random paths on random documents, or nothing."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from edi_router.config import Tree
from edi_router.formats.documents import Kind
from edi_router.formats.xml.reader import parse as parse_xml
from edi_router.mapping import Mapping, load, names
from edi_router.mapping.compile import compile_root
from edi_router.mapping.element_rows import RowReader, rows_of
from edi_router.mapping.model import Condition, Definition, Item
from edi_router.paths import parse
from tests.property.test_program_agrees import AT, CONTEXT, a_condition, a_value, source
from tests.support.effort import examples

NAMES = ("A", "B", "C", "Goods", "No")
TEXTS = (
    "1", "2", "A", "ABC", "7:30 + 1", "a & b", "<tag>", "it's", "20260314", "2026-03-14T09:00:00", "12.50", "", "   ",
    " x ", "酵母", "酵母 500 g?", "-3", "\u2028",
)  # fmt: skip
ODD = ("line\nbreak", "tab\there", "carriage\rreturn")
SPACES = ("", "", "urn:x")


def a_text(chance):
    return chance.choice(TEXTS if chance.random() < 0.99 else ODD)


def an_element(chance, depth=0):
    """A random element: texts, attributes, comments, elements of few names, so that paths meet several of one name."""
    space = chance.choice(SPACES)
    element = etree.Element(f"{{{space}}}{chance.choice(NAMES)}" if space else chance.choice(NAMES))
    if chance.random() < 0.3:
        element.text = a_text(chance)
    for name in ("id", "{urn:x}id", "unit"):
        if chance.random() < 0.15:
            element.set(name, a_text(chance))
    if depth == 0 or (depth < 4 and chance.random() < 0.6):
        for _ in range(chance.randint(1, 6)):
            element.append(an_element(chance, depth + 1))
            if chance.random() < 0.1:
                element[-1].tail = a_text(chance)
    else:
        element.text = a_text(chance)
    if chance.random() < 0.15:
        comment = (
            etree.Comment("of no account") if chance.random() < 0.7 else etree.ProcessingInstruction("x", "y")
        )
        comment.tail = a_text(chance)
        element.insert(chance.randint(0, len(element)), comment)
    return element


def a_path(chance, node, *, to_leaf=True, depth=0):
    """A random path from the node, mostly over what is there."""
    steps, here = [], node
    if depth == 0 and node.parent is not None and chance.random() < 0.15:
        steps, here = [".."], node.parent
    elif depth == 0 and chance.random() < 0.1:
        while here.parent is not None:
            here = here.parent
        steps = [""]
    for _ in range(chance.randint(1, 4)):
        there = here.names() if here is not None and hasattr(here, "names") else []
        name = chance.choice(there) if there and chance.random() < 0.9 else chance.choice((*NAMES, "@id"))
        step = name
        found = list(here.children(name)) if here is not None else []
        if chance.random() < 0.15 and not name.startswith("@"):
            step += f"[{chance.randint(1, 2)}]"
        if chance.random() < 0.2 and found and depth < 2 and not name.startswith("@"):
            inner = a_path(chance, chance.choice(found), depth=depth + 1)
            values = [value for each in found for value, _ in parse(inner).values(each)] or ["ZZ"]
            value = chance.choice(values)
            if depth == 0 and chance.random() < 0.2:
                step += f"[{inner}=$item/{a_path(chance, node, depth=1)}]"
            elif '"' not in value and "\n" not in value:
                step += f'[{inner}="{value}"]'
            if chance.random() < 0.2:
                step += f"[{chance.randint(1, 2)}]"
        steps.append(step)
        here = chance.choice(found) if found else None
        if name.startswith("@") or here is None or (to_leaf and here.value() and chance.random() < 0.8):
            break
    return "/".join(steps)


def an_item(chance, node, name="V", depth=0):
    """A random item that takes values from below the node."""
    if depth < 2 and chance.random() < 0.35:
        text = a_path(chance, node, to_leaf=False)
        found = parse(text, item=True).select(node)
        if found and ".." not in text and not found[0].name.startswith("@"):
            items = tuple(
                an_item(chance, chance.choice(found), f"{name}{number}", depth + 1) for number in (1, 2)
            )
            when = (a_condition(chance, source(a_path(chance, found[0]))),) if chance.random() < 0.3 else ()
            return Item(
                name, AT, each=source(text), do=items, when=when, required=chance.random() < 0.1,
                single=chance.random() < 0.3,
            )  # fmt: skip
    texts = [a_path(chance, node) if chance.random() < 0.9 else "." for _ in range(chance.choice((1, 1, 2)))]
    return a_value(chance, name, [source(text) for text in texts], depth)


DONE = {"made": 0, "not": 0, "filled": 0}


def agreed(mapping, root):
    """Whether the program made a document; if so it is the one that the closures make, without any fault."""
    fast = mapping.run_fast(root, CONTEXT)
    if fast is None:
        return False
    close = mapping.run_closely(root, CONTEXT)
    assert close.faults == []
    assert fast.output == close.output
    assert fast.lineage == close.lineage
    DONE["filled"] += len(close.lineage)
    return True


def test_a_program_gives_what_the_closures_give():
    programs_and_closures_agree()
    assert DONE["made"] > 200
    assert DONE["filled"] > 300


@given(st.integers(0, 1 << 32))
@settings(max_examples=examples(250), deadline=None)
def programs_and_closures_agree(seed):
    chance = Random(seed)
    document, faults = parse_xml(etree.tostring(an_element(chance)))
    assert document is not None, faults
    root = document.node()
    for _ in range(6):
        output = Item("Out", AT, do=tuple(an_item(chance, root, f"V{number}") for number in range(2)))
        definition = Definition("m", "mapping.yaml", Kind("xml", root.name, ""), None, "x", output)
        mapping = Mapping(definition, {}, None, compile_root(output, {}))
        DONE["made" if agreed(mapping, root) else "not"] += 1


def test_the_shipped_mappings_run_as_programs():
    tree, fast, tried = Tree.over_shipped(), set(), set()
    for name in names(tree):
        mapping, _ = load(tree, name)
        if mapping is None or mapping.definition.origin.format != "xml":
            continue
        for path in sorted(tree.find(f"mappings/{name}/mapping.yaml").parent.glob("cases/*/in.xml")):
            document, _ = parse_xml(path.read_bytes())
            if document is not None:
                tried.add(name)
                if agreed(mapping, document.node()):
                    fast.add(name)
    assert len(tried) > 20
    assert len(fast) > 15, sorted(tried - fast)


def test_what_cannot_stand_in_rows_is_left_to_the_closures():
    read = RowReader().rows
    assert read(etree.XML("<a><b>1</b></a>")) == {"b": "1"}
    assert read(etree.XML("<a><b>1\n2</b></a>")) is None
    assert read(etree.XML("<a>1</a>")) is None


def test_plain_rows_have_texts_as_they_are():
    document = etree.XML("<a id='&lt;7'><b>1\n2: it's + &amp;</b><c> \n</c><d><!-- --> x </d><e/></a>")
    assert RowReader(plain=True).rows(document) == {
        "@id": "<7", "b": "1\n2: it's + &", "c": "", "d": {"": " x "}, "e": "",
    }  # fmt: skip


def test_rows_below_a_name_are_given_without_texts():
    document = etree.XML("<a><b>1</b><b><c>2</c></b><b><c>3</c></b><d><c>4</c></d><e>5</e></a>")
    row = RowReader().rows(document)
    assert rows_of(row, "b") == [{"c": "2"}, {"c": "3"}]
    assert [*rows_of(row, "d")] == [{"c": "4"}]
    assert not rows_of(row, "e")
    assert not rows_of(row, "f")


def test_elements_that_nobody_asks_for_are_not_read():
    read = RowReader({"b", "d"}).rows
    assert read(etree.XML("<a><b>1</b><c>2\n3</c></a>")) == {"b": "1", "*": ()}
    assert read(etree.XML("<a><b><c/></b><d><!-- --></d><d><b/></d></a>")) == {
        "b": {"*": ()}, "d": [{}, {"b": ""}],
    }  # fmt: skip


def test_attributes_that_nobody_asks_for_only_fill_their_element():
    document = etree.XML('<a><b id="1">2</b><b id="1"/><b id="x&#10;y">3</b><b unit="KGM"><c>4</c></b></a>')
    assert RowReader({"b", "c"}).rows(document) == {"b": ["2", {"@id": "1"}, "3", {"@unit": "KGM", "c": "4"}]}
    assert RowReader({"b", "c", "@id"}).rows(document) is None
    document[2].attrib.clear()
    told = RowReader({"b", "@id"}).rows(document)
    assert told == {"b": [{"@id": "1", "": "2"}, {"@id": "1"}, "3", {"@unit": "KGM", "*": ()}]}


def by_program(text, *items):
    """What a program makes of a document, which is what the closures make of it; None when it leaves it to them."""
    document, _ = parse_xml(text.encode())
    output = Item("Out", AT, do=items)
    definition = Definition("m", "mapping.yaml", Kind("xml", "r", ""), None, "x", output)
    mapping = Mapping(definition, {}, None, compile_root(output, {}))
    fast = mapping.run_fast(document.node(), CONTEXT)
    assert fast is None or fast.output == mapping.run_closely(document.node(), CONTEXT).output
    return None if fast is None else etree.fromstring(fast.output)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<r><h><a>1</a></h></r>", "1"),
        ("<r><h><a/><a> </a><a>1</a></h></r>", "1"),
        ("<r><h><b>1</b></h><h/><h><a>2</a></h></r>", "2"),
        ("<r><h>text</h><h><a unit='KGM'>3</a></h></r>", "3"),
        ("<r><h><a><c>4</c></a><a>5</a></h></r>", "5"),
        ("<r><h><a>1</a></h><h><a>2</a></h></r>", None),
        ("<r><h><a>1</a><a>1</a></h></r>", None),
    ],
)
def test_of_several_elements_the_one_with_a_text_is_taken_and_two_are_left_to_the_closures(text, found):
    for item in (Item("V", AT, (source("h/a"),)), Item("V", AT, (source("h/a"),), required=True)):
        made = by_program(text, item)
        assert (made is None) if found is None else (made.findtext("V") == found)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("<r><h><a>1</a></h></r>", True),
        ("<r><h><a/></h><h><a id='7'/></h></r>", True),
        ("<r><h><a><c/></a></h></r>", True),
        ("<r><h><a> </a><a/></h><a>1</a></r>", False),
        ("<r><x>1</x></r>", False),
    ],
)
def test_a_condition_finds_what_is_filled_in_any_of_several_elements(text, there):
    made = by_program(
        text,
        Item("Yes", AT, const="1", when=(Condition(source("h/a")),)),
        Item("No", AT, const="1", when=(Condition(source("h/a"), absent=True),)),
    )
    assert [each.tag for each in made] == (["Yes"] if there else ["No"])
