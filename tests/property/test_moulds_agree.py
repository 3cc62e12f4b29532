"""What a mould writes is what the closures write: for random mappings, messages and values, and the shipped mappings."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.config import Tree
from edi_router.formats.documents import Kind
from edi_router.formats.edifact import read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.fast import Lane
from edi_router.formats.edifact.layout import uses_of
from edi_router.mapping import Mapping, load, moulds
from edi_router.mapping.compile import compile_root
from edi_router.mapping.model import Definition, Item
from tests.bench.sample import interchange
from tests.property.made import Maker
from tests.property.test_fast_agrees import DEFINITIONS, interchange_of
from tests.property.test_output_proven import spoilt
from tests.property.test_program_agrees import AT, CONTEXT, KINDS, an_item, source
from tests.support.effort import examples


def proven(data):
    """Each message that the fast lane finds no fault in, not yet split."""
    for one in read(data, prove=Lane(DEFINITIONS, warm=0)):
        for message in one.messages():
            checked = check(
                message, DEFINITIONS, syntax_version=one.syntax_version, interchange_header=one.header
            )
            if checked.root.text() is not None:
                yield checked.root


@pytest.fixture
def at_once(monkeypatch):
    """A mould is made of each message that misses."""
    monkeypatch.setattr(moulds, "EVERY", 1)


MADE = {"fitted": 0, "moulds": 0, "parts": 0, "close": 0}


def held(mapping, data, again):
    """Run the mapping on messages and on others like them: with a mould where there is one, and by the closures."""
    for text in (data, data, *again):
        for root in proven(text):
            fast = mapping.run_fast(root, CONTEXT)
            if fast is not None:
                close = mapping.run_closely(root, CONTEXT)
                assert close.faults == []
                assert fast.output == close.output
                MADE["close"] += 1
                if text is not data and mapping.program(root, record=True) is not None:
                    recorded = mapping.run_fast(root, CONTEXT, record=True)
                    assert recorded.output == fast.output
                    assert recorded.lineage == close.lineage
    for program in mapping._programs.values():
        if program is not None and program._moulds is not None:
            found = program._moulds
            MADE["fitted"] += found._fitted
            MADE["moulds"] += found.count
            MADE["parts"] += sum(map(len, found._parts.values()))


def a_loop(chance, root, shape, layout):
    """An item for each repetition of a group, as moulds of parts are made for."""
    groups = [name for name, use in shape.items() if hasattr(use, "content") and root.children(name)]
    if not groups:
        return None
    name = chance.choice(groups)
    inner = uses_of(shape[name].content)
    node = root.children(name)[0]
    items = tuple(an_item(chance, node, inner, layout, f"P{n}", 1) for n in range(2))
    return Item("Part", AT, each=source(name), do=items, required=chance.random() < 0.3)


def test_random_mappings_by_moulds_give_what_the_closures_give(at_once):
    moulds_and_closures_agree()
    assert MADE["fitted"] > 30, MADE


@given(st.sampled_from(KINDS), st.integers(0, 1 << 32))
@settings(max_examples=examples(6), deadline=None)
def moulds_and_closures_agree(kind, seed):
    maker = Maker(DEFINITIONS, *kind, seed)
    chance = maker.random
    made = [maker.message(str(number)) for number in range(1, 3)]
    data = interchange_of(made, kind[2], "UNOC", "")
    again = [spoilt(data.decode("utf-8", "replace"), chance).encode() for _ in range(4)]
    others = interchange_of([Maker(DEFINITIONS, *kind, seed + 1).message("1")], kind[2], "UNOC", "")
    roots = list(proven(data))
    for root in roots[:1]:
        shape = uses_of(root.layout.definition.content)
        for _ in range(6):
            count = chance.randint(0, 2)
            items = [an_item(chance, root, shape, root.layout, f"V{n}") for n in range(count)]
            loop = a_loop(chance, root, shape, root.layout)
            items += [loop] if loop is not None else []
            items.append(Item("S", AT, (source("$context/sender"),)))
            output = Item("Out", AT, do=tuple(items))
            definition = Definition("m", "mapping.yaml", Kind("edifact", kind[1], kind[0]), None, "x", output)
            held(Mapping(definition, {}, None, compile_root(output, {})), data, [*again, others])


@pytest.mark.parametrize(("kind", "id"), [("CUSDEC", "cusdec-eciq"), ("brief", "cusdec-eciq")])
def test_the_shipped_mappings_by_moulds(at_once, kind, id):
    chance = random.Random(5)
    mapping, _ = load(Tree.over_shipped(), id)
    text = interchange(2, kind=kind).decode()
    shorter = re.sub(r"'FTX\+AAA\+\+\+[^']*", "", text, count=3)
    before = dict(MADE)
    held(mapping, text.encode(), [*(spoilt(text, chance).encode() for _ in range(8)), shorter.encode()])
    assert MADE["fitted"] > before["fitted"]
    assert MADE["parts"] > before["parts"]


def test_a_message_that_fits_no_mould_goes_to_the_program(at_once):
    mapping, _ = load(Tree.over_shipped(), "cusdec-eciq")
    first, second = interchange(1), interchange(1, kind="brief")
    for data in (first, first, second, second):
        for root in proven(data):
            assert mapping.run_fast(root, CONTEXT).output == mapping.run_closely(root, CONTEXT).output
    program = mapping.program(root)
    assert program._moulds.count == 4  # each kind of message, and its items
    assert program._moulds._fitted == 4  # two when they were learned, and two behind them


def test_moulds_that_never_fit_are_given_up(monkeypatch):
    monkeypatch.setattr(moulds, "TRIED", 8)
    mapping, _ = load(Tree.over_shipped(), "cusdec-eciq")
    for root in proven(interchange(9, kind="brief")):
        assert mapping.run_fast(root, CONTEXT) is not None
        found = mapping.program(root)._moulds
        assert found.is_over is (found._tried >= 8)
    assert found.is_over
    assert found.count == 0
