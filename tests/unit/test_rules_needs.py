"""Rules that cannot be broken for want of an element are passed over: the faults stay the same."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

from edi_router.config import Tree
from edi_router.formats.xml.document import ElementNode
from edi_router.formats.xml.reader import parse
from edi_router.rules.load import load_rules, rule_names
from edi_router.rules.needs import NOTHING, names_in
from tests.bench.measure import CONTEXT

TREE = Tree.over_shipped()


def documents(rules: str) -> Iterator[ElementNode]:
    """The good document of a rule file, then the same without one of its elements, each in turn."""
    folder = f"schemas/rules/cases/{rules}/"
    for name in TREE.names(folder):
        document = parse(TREE.read(name))[0] if name.endswith(".xml") else None
        if document is None:
            continue
        yield document.node()
        for number in range(1, len(list(document.root.iter("*")))):
            root = deepcopy(document.root)
            element = list(root.iter("*"))[number]
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
            yield ElementNode(root)


def test_passing_rules_over_changes_no_fault() -> None:
    passed = documents_seen = 0
    for name in rule_names(TREE):
        rules, _ = load_rules(TREE, name)
        assert rules is not None
        every = replace(rules, compiled=tuple(replace(each, needs=NOTHING) for each in rules.compiled))
        for root in documents(name.rpartition("/")[2].removesuffix(".yaml")):
            there = names_in(root)
            assert there is not None
            documents_seen += 1
            passed += sum(not each.needs <= there for each in rules.compiled)
            assert rules.check(root, CONTEXT) == every.check(root, CONTEXT)
    assert documents_seen > 20
    assert passed > 100
