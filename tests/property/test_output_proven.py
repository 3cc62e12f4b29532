"""What a program proves valid under its XSD, libxml2 finds valid: content models, and the shipped mappings."""

import itertools
import random
import re
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from edi_router.formats.documents import Kind
from edi_router.formats.edifact.layout import uses_of
from edi_router.formats.xml.schema import Schema
from edi_router.mapping import Mapping
from edi_router.mapping.compile import compile_root
from edi_router.mapping.mapping import items_of
from edi_router.mapping.model import Definition, Item
from edi_router.mapping.scope import Run
from edi_router.mapping.target import XmlTarget
from tests.property.test_program_agrees import (
    AT,
    CONTEXT,
    KINDS,
    TREE,
    a_condition,
    a_path,
    drawn,
    roots,
    source,
)
from tests.property.test_types_proven import ODD, XS, changed
from tests.support.effort import examples
from tests.support.golden_inputs import edifact_to_xml

LEAVES = (
    '<xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="6"/></xs:restriction></xs:simpleType>',
    '<xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[A-Z0-9]+"/></xs:restriction></xs:simpleType>',
    '<xs:simpleType><xs:restriction base="xs:decimal"><xs:totalDigits value="4"/></xs:restriction></xs:simpleType>',
    *['<xs:simpleType><xs:restriction base="xs:string"/></xs:simpleType>'] * 7,
)


def a_model(chance, letters, depth=0):
    """A content model over names that begin with the letters, and the names with the models of what holds elements."""
    parts, inside = "", {}
    for letter in letters:
        low, high = chance.choice(
            (("0", "1"), ("0", "unbounded"), ("1", "1"), ("0", "unbounded"), ("1", "2"), ("0", "3"))
        )
        occurs = f'minOccurs="{low}" maxOccurs="{high}"'
        several = chance.random() < 0.3
        made_of = []
        for name in (letter, f"{letter}x") if several else (letter,):
            content = chance.choice(LEAVES)
            if depth < 1 and chance.random() < 0.3:
                model, inner = a_model(chance, [f"{name}{n}" for n in range(2)], depth + 1)
                content = f"<xs:complexType>{model}{chance.choice(ATTRIBUTES)}</xs:complexType>"
                inside[name] = inner
            else:
                inside[name] = None
            made_of.append((name, content))
        if several:
            parts += (
                f"<xs:choice {occurs}>"
                + "".join(f'<xs:element name="{n}">{c}</xs:element>' for n, c in made_of)
                + "</xs:choice>"
            )
        else:
            parts += f'<xs:element name="{letter}" {occurs}>{made_of[0][1]}</xs:element>'
    return f"<xs:sequence>{parts}</xs:sequence>", inside


ATTRIBUTES = (
    "", '<xs:attribute name="at" type="xs:string"/>', '<xs:attribute name="at" type="xs:token" use="required"/>',
)  # fmt: skip


def some_items(chance, node, cursor, layout, inside):
    """Items for most of the names, mostly in the order of the model."""
    items = []
    for name, inner in inside.items():
        while chance.random() < 0.8:
            path, _ = a_path(chance, node, cursor, layout)
            if inner is not None:
                each, shape = a_path(chance, node, cursor, layout, to_leaf=False)
                within = source(each) if chance.random() < 0.7 and ".." not in each else None
                below = cursor if within is None else shape
                found = (source(each).path.select(node) if within else [node]) or [node]
                do = some_items(chance, found[0], below, layout, inner) if below is not None else ()
                if chance.random() < 0.4:
                    when = (a_condition(chance, source(path)),) if chance.random() < 0.6 else ()
                    do = (Item("@at", AT, (source(path),), first=True, when=when), *do)
                items.append(Item(name, AT, each=within, do=tuple(do)))
            else:
                items.append(
                    Item(
                        name,
                        AT,
                        (source(path),),
                        first=True,
                        default=chance.choice((None, None, None, "7")),
                        required=chance.random() < 0.3,
                        when=(a_condition(chance, source(path)),) if chance.random() < 0.3 else (),
                    )
                )
            if chance.random() < 0.8:
                break
    if chance.random() < 0.1:
        chance.shuffle(items)
    return tuple(items)


SURE = {"sure": 0, "not": 0, "valid": 0}


def test_documents_that_are_proven_are_valid():
    proven_documents_are_valid()
    assert SURE["sure"] > 3, SURE
    assert SURE["not"] > 20, SURE


@given(st.sampled_from(KINDS), st.integers(0, 1 << 32))
@settings(max_examples=examples(12), deadline=None)
def proven_documents_are_valid(kind, seed):
    chance, found = drawn(kind, seed)
    for _, root in found:
        shape = uses_of(root.layout.definition.content)
        for _ in range(6):
            model, inside = a_model(chance, "ABCD")
            out = f'<xs:element name="Out"><xs:complexType>{model}</xs:complexType></xs:element>'
            data = f'<xs:schema xmlns:xs="{XS}">{out}</xs:schema>'
            schema = Schema.load(lambda _, data=data: data.encode(), "out.xsd")
            output = Item("Out", AT, do=some_items(chance, root, shape, root.layout, inside))
            definition = Definition("m", "mapping.yaml", Kind("edifact", kind[1], kind[0]), None, "x", output)
            mapping = Mapping(definition, {}, XmlTarget("out.xsd", schema, ""), compile_root(output, {}))
            judged(mapping, root, SURE)


def judged(mapping, root, seen):
    """Run the program, and hold what it is sure of against libxml2's verdict."""
    program = mapping.program(root)
    if program is None:
        return
    made_ = program.run(root, Run(mapping.definition, root, CONTEXT))
    if made_ is None:
        return
    seen["sure" if made_.sure else "not"] += 1
    valid = mapping.target.schema.valid(etree.fromstring(made_.content))
    seen["valid"] += valid
    assert valid or not made_.sure, made_.content.decode()


def spoilt(text, chance):
    """A message in which some values are others."""
    odd = [each for each in ODD if not re.search("[\t\n\r]", each)]
    parts = re.split(r"((?<!\?)[+:'])", text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(0, len(parts), 2)
        if parts[at] and not re.fullmatch(r"\s*[A-Z]{3}", parts[at]):
            value = chance.choice(
                (chance.choice(odd), changed(parts[at], chance).replace("\t", "").replace("\n", ""))
            )
            parts[at] = re.sub(r"[?+:']", "", value)
    return "".join(parts)


@cache
def inputs():
    """The EDIFACT inputs of the golden cases of the mappings that write XML, with these."""
    return [(mapping, data.decode("utf-8", "replace")) for mapping, data in edifact_to_xml(TREE)]


def test_outputs_of_shipped_mappings_are_proven_and_valid():
    chance = random.Random(11)
    seen, plain = {"sure": 0, "not": 0, "valid": 0}, {"sure": 0, "not": 0, "valid": 0}
    for mapping, text in inputs():
        origin = mapping.definition.origin
        for number, changed_text in enumerate((text, *(spoilt(text, chance) for _ in range(examples(1))))):
            for _, root in itertools.islice(roots(changed_text.encode(), origin.qualifier), 1):
                if root.name == origin.name:
                    judged(mapping, root, seen if number else plain)
    assert plain["not"] == plain["sure"] + plain["not"] - plain["valid"], plain  # all that is valid is proven
    assert seen["sure"] > 5
    assert seen["valid"] > 5


def test_every_shipped_mapping_of_edifact_to_xml_can_be_proven():
    assert {mapping.id for mapping, _ in inputs()}
    for mapping in {mapping.id: mapping for mapping, _ in inputs()}.values():
        schema, output = mapping.target.schema, mapping.definition.output
        assert schema.declared(output.name, mapping.target.namespace) is not None, mapping.id
        assert list(items_of(output))
