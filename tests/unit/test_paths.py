"""The path language: parsing, faults by column, and agreement with a plain reference walker."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_router.faults import Place
from edi_router.paths import Equals, Index, Path, PathError, Start, Step, parse
from edi_router.paths.path import Cache


@dataclass(eq=False)
class Tree:
    """A node of a test document."""

    name: str
    text: str | None = None
    content: list[Tree] = field(default_factory=list)
    parent: Tree | None = None
    envelope: Tree | None = None

    def __post_init__(self) -> None:
        for child in self.content:
            child.parent = self

    def children(self, name: str) -> list[Tree]:
        return [child for child in self.content if child.name == name]

    def value(self) -> str | None:
        return self.text or None

    def place(self) -> Place:
        return Place(tag=self.name)


def message() -> Tree:
    def dtm(qualifier: str, day: str) -> Tree:
        return Tree("DTM", content=[Tree("C507", content=[Tree("d2005", qualifier), Tree("d2380", day)])])

    def loc(qualifier: str, place: str) -> Tree:
        return Tree("LOC", content=[Tree("d3227", qualifier), Tree("C517", content=[Tree("d3225", place)])])

    groups = [
        Tree("SG10", content=[Tree("NAD", content=[Tree("d3035", party)]), loc("35", country)])
        for party, country in (("CN", "AU"), ("CZ", "NZ"))
    ]
    root = Tree("CUSDEC", content=[dtm("137", "20160701"), dtm("132", "20160705"), loc("35", "CN"), *groups])
    header = Tree("UNB", content=[Tree("S002", content=[Tree("d0004", "ME")])])
    root.envelope = Tree("$envelope", content=[header])
    return root


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("DTM/C507[d2005='137']/d2380", ["20160701"]),
        ("DTM/C507/d2380", ["20160701", "20160705"]),
        ("DTM[2]/C507/d2380", ["20160705"]),
        ("LOC[d3227='35']/C517/d3225", ["CN"]),
        ("SG10[NAD/d3035='CZ']/LOC/C517/d3225", ["NZ"]),
        ('SG10[NAD/d3035="CN"][1]/LOC/C517/d3225', ["AU"]),
        ("SG10/../LOC/C517/d3225", ["CN"]),
        ("/LOC/C517/d3225", ["CN"]),
        ("$envelope/UNB/S002/d0004", ["ME"]),
        ("SG99/X", []),
        ("../X", []),
    ],
)
def test_selects(path: str, values: list[str]) -> None:
    assert [value for value, _ in parse(path).values(message())] == values


def test_relative_parent_and_message() -> None:
    item = message().children("SG10")[1]
    assert parse("NAD/../../LOC/C517/d3225").values(item)[0][0] == "CN"
    assert parse("/SG10[1]/NAD/d3035").values(item)[0][0] == "CN"
    assert parse(".").select(item) == [item]
    assert parse("/").select(item) == [item.parent]


def test_empty_value_is_missing_but_keeps_its_place() -> None:
    node = Tree("C108", content=[Tree("d4440", ""), Tree("d4440", "B")])
    assert parse("d4440[2]").values(node) == [("B", node.content[1])]
    assert parse("d4440[1]").values(node) == []
    assert not parse("d4440[1]").has_value(node)


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", 1, "expected a name"),
        ("A//B", 3, "expected a name"),
        ("A/", 3, "found the end"),
        ("A[", 3, "found the end"),
        ("A[0]", 3, "from 1"),
        ("A[b]", 4, "expected `=`"),
        ("A[b=1]", 5, "quoted text"),
        ("A[b='1]", 5, "not closed"),
        ("A[b='']", 5, "missing"),
        ("A[b='x'", 8, "expected `]`"),
        ("A | B", 2, "expected `/`"),
        ("//A", 2, "expected a name"),
        ("A/@b/c", 5, "attribute"),
        ("..[1]", 3, "no predicate"),
        ("$x/a", 1, "$envelope"),
        ("$context", 9, "expected `/`"),
        ("A[position()=1]", 11, "expected `=`"),
        ("./A", 2, "current item"),
        ("A" * 1001, 1000, "longer"),
        ("A[b" * 7, 18, "nested"),
    ],
)
def test_errors_tell_the_column(text: str, column: int, problem: str) -> None:
    with pytest.raises(PathError) as error:
        parse(text)
    assert (error.value.column, problem in error.value.problem) == (column, True), error.value


NAMES = st.sampled_from(["A", "B", "d1"])
TEXTS = st.sampled_from(["x", "y", ""])
trees = st.recursive(
    st.builds(Tree, NAMES, TEXTS),
    lambda below: st.builds(Tree, NAMES, st.none(), st.lists(below, max_size=4)),
    max_leaves=14,
)


def steps(depth: int) -> st.SearchStrategy[Step]:
    index = st.builds(Index, st.integers(1, 3))
    predicates: st.SearchStrategy[Index | Equals] = index
    if depth:
        few = st.lists(steps(depth - 1), min_size=1, max_size=2).map(tuple)
        below = st.builds(Path, st.just(Start.HERE), few)
        predicates = index | st.builds(Equals, below, st.sampled_from(["x", "y"]))
    named = st.builds(Step, NAMES, st.lists(predicates, max_size=2).map(tuple))
    return st.one_of(named, named, st.just(Step("..")))


paths = st.builds(
    Path,
    st.sampled_from([Start.HERE, Start.MESSAGE]),
    st.lists(steps(2), min_size=1, max_size=4).map(tuple),
)


def walk(tree: Tree) -> list[Tree]:
    return [tree, *(node for child in tree.content for node in walk(child))]


def reference(path: Path, node: Tree, root: Tree) -> list[Tree]:
    """The plain meaning: of all nodes, in document order, those that some chain of steps leads to."""
    reached = [root if path.start is Start.MESSAGE else node]
    for step in path.steps:
        if step.name == "..":
            wanted = [each.parent for each in reached if each.parent is not None]
        else:
            wanted = []
            for each in reached:
                left = [child for child in each.content if child.name == step.name]
                for predicate in step.predicates:
                    left = [child for at, child in enumerate(left, 1) if holds(predicate, child, at, root)]
                wanted += left
        reached = [each for each in walk(root) if any(each is one for one in wanted)]
    return reached


def holds(predicate: Index | Equals, node: Tree, position: int, root: Tree) -> bool:
    if isinstance(predicate, Index):
        return position == predicate.number
    return any(hit.value() == predicate.text for hit in reference(predicate.path, node, root))


@given(tree=trees, path=paths, data=st.data())
def test_agrees_with_the_reference_walker(tree: Tree, path: Path, data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(walk(tree)))
    found = parse(str(path)).select(start)
    expected = reference(path, start, tree)
    assert [id(node) for node in found] == [id(node) for node in expected]
    cache: Cache = {}
    for _ in range(2):
        assert [id(node) for node in parse(str(path)).select(start, cache)] == [id(node) for node in expected]


@given(path=paths)
def test_text_and_path_say_the_same(path: Path) -> None:
    assert parse(str(path)) == path


@given(text=st.text(alphabet="AB/[]'=.1@$ ", max_size=12))
def test_any_text_is_a_path_or_a_path_error(text: str) -> None:
    try:
        path = parse(text)
    except PathError as error:
        column = error.column
    else:
        assert parse(str(path)) == path
        return
    assert 1 <= column <= len(text) + 1
