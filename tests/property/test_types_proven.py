"""What is taken for a value of a simple type, libxml2 takes too: all types of the shipped schemas, and random ones."""

import random
import re
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from edi_router.formats.xml.beyond import Beyond
from edi_router.formats.xml.declared import Declarations
from edi_router.formats.xml.schema import Schema
from tests.property.test_program_agrees import TREE
from tests.support.effort import examples

XS = "http://www.w3.org/2001/XMLSchema"
ODD = (
    "", " ", "  ", "a b", " a", "a ", "a  b", "a\tb", "a\nb", "0", "-0", "+0", "00", "007", "1", "-1", "+1", "1.", ".5", "1.0",
    "1.50", "-0.000", "+7.25", "1e3", "1E+3", "INF", "NaN", "12 ", " 12", "１２", "٣", "1,5", "9" * 9, "9" * 15, "9" * 16,
    "9" * 24, "9" * 40, "0." + "1" * 8, "0." + "1" * 20, "0" * 30 + "1", "2026-02-28", "2026-02-30", "2024-02-29", "2023-02-29",
    "2026-13-01",
    "0000-01-01", "0001-01-01", "9999-12-31", "12026-01-01", "-0001-01-01", "2026-03-14Z", "2026-03-14+08:00", "2026-03-14+14:00",
    "2026-03-14+14:01", "2026-03-14-13:59", "2026-03-14T09:30:00", "2026-03-14T24:00:00", "2026-03-14T23:59:60",
    "2026-03-14T09:30:00.123456", "2026-03-14T09:30:00.1234567", "2026-03-14T09:30:00+08:00", "2026-03-14 09:30:00",
    "20260314", "20260230", "20260314093000", "202603140930001", "true", "false", "TRUE", "绿茶", "é", "é" * 20, "😀", "😀" * 35,
    "\u00a0", "\u3000x", "\u2028", "ＡＢ", "AB", "ab", "A-1", "A" * 35, "A" * 36, "x" * 70, "x" * 140, "x" * 256,
    "&", "<>", "]]>", "a&b",
    "EX12 3456", "GB29NWBK60161331926819", "CN", "Q", "12:30", "_", "$", "^", "~",
)  # fmt: skip
FACETS = ("pattern", "enumeration", "length", "minLength", "maxLength", "totalDigits", "fractionDigits")


def probes(name):
    """A shipped schema with an element for each of its simple types, and the names of these elements."""
    root = etree.fromstring(TREE.read(name))
    kinds = {etree.tostring(each, method="c14n"): each for each in root.iter(f"{{{XS}}}simpleType")}
    for number, kind in enumerate(kinds.values()):
        probe = etree.SubElement(root, f"{{{XS}}}element", name=f"probe-{number}")
        copied = etree.fromstring(etree.tostring(kind, with_tail=False))
        copied.attrib.pop("name", None)
        probe.append(copied)
    folder = name.rpartition("/")[0]
    text = etree.tostring(root)

    def read(asked):
        return text if asked == name else TREE.read(asked)

    assert folder
    return Schema.load(read, name), list(kinds.values())


def texts_for(kind, chance):
    """Texts near those that the type takes, and odd ones."""
    found = list(ODD)
    for facet in kind.iter(*(f"{{{XS}}}{name}" for name in FACETS)):
        value = facet.get("value")
        if facet.tag == f"{{{XS}}}enumeration":
            found += [value, value + " ", value.lower(), value[:-1]]
        elif facet.tag == f"{{{XS}}}pattern":
            found += [made(value, chance) for _ in range(6)]
        else:
            size = int(value)
            found += [
                letter * length
                for letter in "A1茶"
                for length in (size - 1, size, size + 1)
                if 0 < length <= 4000
            ]
    found += [changed(chance.choice(found), chance) for _ in range(20)]
    return list(dict.fromkeys(found))


def made(pattern, chance):
    """A text that the pattern takes, mostly: a plain reading of what the shipped patterns are made of."""
    pattern = pattern.replace("[\\p{IsBasicLatin}-[\\n\\r]]", "[ -~]")

    def branch(at):
        branches, parts = [], []
        while at < len(pattern) and pattern[at] != ")":
            if pattern[at] == "|":
                branches.append(parts)
                parts, at = [], at + 1
                continue
            if pattern[at] == "(":
                piece, at = branch(at + 1)
                at += 1
            elif pattern[at] == "[":
                end = pattern.index("]", at + 2)
                piece, at = one_of(pattern[at + 1 : end]), end + 1
            elif pattern[at] == "\\":
                piece, at = one_of(pattern[at : at + 2]), at + 2
            else:
                piece, at = ("x" if pattern[at] == "." else pattern[at]), at + 1
            count = re.compile(r"\{(\d+)(?:,(\d*))?\}|[?*+]").match(pattern, at)
            if count:
                at = count.end()
                low = int(count[1] or count[0] == "+")
                high = (
                    1
                    if count[0] == "?"
                    else low
                    if count[1] and "," not in count[0]
                    else int(count[2] or low + 3)
                )
                piece *= chance.randint(low, max(low, high))
            parts.append(piece)
        branches.append(parts)
        return "".join(chance.choice(branches)), at

    def one_of(text):
        inner = text.replace("\\d", "0-9").replace("\\w", "A-Z").replace("\\S", "y").replace("\\", "")
        letters = []
        while inner:
            if inner[1:2] == "-" and len(inner) > 2:
                letters += map(chr, range(ord(inner[0]), ord(inner[2]) + 1))
                inner = inner[3:]
            else:
                letters, inner = [*letters, inner[0]], inner[1:]
        return chance.choice(letters or [""])

    return branch(0)[0]


def changed(text, chance):
    """The text with one character more, fewer, or another one."""
    at = chance.randint(0, len(text))
    letter = chance.choice(" \t\nA0a.-+:é茶٣１TZ&<")
    return chance.choice(
        (text[:at] + letter + text[at:], text[:at] + text[at + 1 :], text[:at] + letter + text[at + 1 :])
    )


def is_valid(schema, element, text, space=""):
    node = etree.Element(f"{{{space}}}{element}" if space else element)
    node.text = text
    return schema.valid(etree.fromstring(etree.tostring(node)))


def test_texts_that_are_taken_for_a_shipped_type_are_valid():
    chance, taken, missed, kinds_seen = random.Random(7), 0, 0, set()
    for name in TREE.names("schemas", ".xsd"):
        schema, kinds = probes(name)
        declarations = Declarations(schema._inner.sources)
        space = schema.target_namespace
        for number, kind in enumerate(kinds):
            content = etree.tostring(kind, method="c14n", with_comments=False)
            if content in kinds_seen:
                continue
            kinds_seen.add(content)
            try:
                simple = declarations.root(f"probe-{number}", space).text
            except Beyond:
                continue
            for text in texts_for(kind, chance):
                if simple.takes(text):
                    taken += 1
                    assert is_valid(schema, f"probe-{number}", text, space), (name, content, text)
                else:
                    missed += is_valid(schema, f"probe-{number}", text, space)
    assert taken > 5000
    assert missed < taken / 5  # a valid text that is not taken costs time


PATTERNS = st.sampled_from((
    "[A-Z]{2}", "\\d+", "[0-9]{1,3}(\\.\\d{2})?", "(19|20)\\d{2}", "[^A-Z]*", ".*", ".*\\S.*", "[+\\-]?\\d*\\.?\\d*", "a|b|",
    "A.?", "\\w+",
    "[a-zA-Z0-9\\-_.]+", "(\\d{3})?", "[ -~]*", "x{2,}", "[\\d.]+", "^a$", "[-a]b", "[a-]b", "(ab|c){2}",
    "\\(\\d\\)", "[^\\s]+", "a-b",
))  # fmt: skip


@st.composite
def types(draw):
    """The text of a simple type with some facets."""
    base = draw(
        st.sampled_from(
            (
                "string",
                "token",
                "normalizedString",
                "decimal",
                "integer",
                "nonNegativeInteger",
                "positiveInteger",
                "date",
                "dateTime",
                "boolean",
            )
        )
    )
    text = ""
    if base in ("string", "token", "normalizedString"):
        if draw(st.booleans()):
            text += f'<xs:minLength value="{draw(st.integers(0, 2))}"/>'
        if draw(st.booleans()):
            text += f'<xs:maxLength value="{draw(st.integers(2, 9))}"/>'
        text += "".join(f'<xs:pattern value="{each}"/>' for each in draw(st.lists(PATTERNS, max_size=2)))
    elif base not in ("date", "dateTime", "boolean"):
        if draw(st.booleans()):
            text += f'<xs:totalDigits value="{draw(st.integers(3, 6))}"/>'
            text += f'<xs:fractionDigits value="{draw(st.integers(0, 2))}"/>' if base == "decimal" else ""
        if draw(st.booleans()):
            name, bound = (
                draw(st.sampled_from(("minInclusive", "minExclusive"))),
                draw(st.sampled_from((1, 7, 12))),
            )
            text += f'<xs:{name} value="{bound}"/>'
        if draw(st.booleans()):
            name, bound = (
                draw(st.sampled_from(("maxInclusive", "maxExclusive"))),
                draw(st.sampled_from((20, 100))),
            )
            text += f'<xs:{name} value="{bound}"/>'
    return f'<xs:simpleType><xs:restriction base="xs:{base}">{text}</xs:restriction></xs:simpleType>'


@cache
def one_type(text):
    data = f'<xs:schema xmlns:xs="{XS}"><xs:element name="r">{text}</xs:element></xs:schema>'.encode()
    schema = Schema.load(lambda _: data, "r.xsd")
    return schema, Declarations(schema._inner.sources).root("r", "").text


@given(
    types(),
    st.integers(0, 1 << 32),
    st.lists(st.text("019+-. \tAaZ:é茶１T\u00a0", max_size=12), min_size=4, max_size=8),
)
@settings(max_examples=examples(60), deadline=None)
def test_texts_that_are_taken_for_any_type_are_valid(type_, seed, drawn_texts):
    schema, simple = one_type(type_)
    chance = random.Random(seed)
    patterns = [
        made(each, chance) for each in re.findall('pattern value="([^"]*)"', type_) if "^" not in each
    ]
    for text in (*ODD, *patterns, *drawn_texts):
        if simple.takes(text):
            assert is_valid(schema, "r", text), text
