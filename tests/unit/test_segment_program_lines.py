"""A program that writes EDIFACT for a partner who wants every segment on a line of its own."""

import pytest

from edi_router.config import Tree
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.directory import definitions_over
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.formats.xml.reader import parse
from edi_router.mapping import Mapping
from edi_router.mapping.compile import compile_root
from edi_router.mapping.model import Definition, Item
from edi_router.mapping.target_edifact import EdifactTarget, envelope_for
from tests.property.test_program_agrees import AT, CONTEXT, source

SHIPPED = definitions_over(Tree.over_shipped())


def a_mapping():
    """From ``<r><a>`` to the free text of a CUSRES, which has no other segments than it must."""
    number = Item("C002", AT, do=(Item("d1001", AT, const="962"),))
    said = Item("C108", AT, do=(Item("d4440", AT, (source("a"),), first=True),))
    free = Item("FTX", AT, do=(Item("d4451", AT, const="AAI", qualifier=True), said))
    output = Item("CUSRES", AT, do=(Item("BGM", AT, do=(number,)), free))
    makes = Kind("edifact", "CUSRES", "D96B")
    definition = Definition("m", "mapping.yaml", Kind("xml", "r", ""), None, "x", output, makes=makes)
    target = EdifactTarget(SHIPPED, SHIPPED.message_of("D96B", "CUSRES"))
    return Mapping(definition, {}, target, compile_root(output, {}))


@pytest.mark.parametrize("text", ["it's", "a'b'+c:d?e", "?'", "''"])
def test_an_apostrophe_in_a_value_ends_no_line(text):
    """Once the pattern of the messages is made, the bytes are not read again: they have to be right by themselves."""
    mapping = a_mapping()
    envelope = envelope_for(CONTEXT, EdifactSettings(syntax="UNOY", newline=True))
    plain, _ = parse(b"<r><a>plain</a></r>")
    marked, _ = parse(f"<r><a>{text}</a></r>".encode())
    program = mapping.segments(plain.node())
    program.warm = 0
    assert mapping.run_fast(plain.node(), CONTEXT, envelope) is not None
    fast = mapping.run(marked.node(), CONTEXT, envelope)
    right = mapping.run_closely(marked.node(), CONTEXT, envelope)
    assert right.faults == []
    assert fast.output == right.output
    assert fast.seal(4711) == right.seal(4711)
