"""Random profiles over random valid messages: a naive checker of raw segments, the rows and the nodes agree."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.config import Tree
from edi_router.formats.edifact import read
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import GroupUse, definitions_over
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, segment_spec
from edi_router.formats.edifact.profile import load_profile
from tests.property.made import Maker
from tests.support.effort import examples

DEFINITIONS = definitions_over(Tree.over_shipped())
Content = dict[str, Any]
"""A group: lists of segments (lists of lists of components, all of them with their released characters) and groups."""
ITEMS = (
    "GIS",
    "DTM",
    "SG1",
    "SG6",
    "SG30/LOC",
    "SG30/SG33",
    "SG6/NAD",
    "SG30/CST",
    "SG1/RFF",
    "SG30/SG33/MOA",
)


def tree_of(texts: list[str]) -> Content:
    """The segments by group, read greedily as the definition says (the message is valid)."""
    definition = DEFINITIONS.message_of("D96B", "CUSDEC")
    assert definition is not None
    at = 0

    def fill(uses: tuple[Any, ...]) -> Content:
        nonlocal at
        found: Content = {}
        for use in uses:
            tag = use.content[0].tag if isinstance(use, GroupUse) else use.tag
            taken = 0
            while at < len(texts) and texts[at][:3] == tag and taken < use.repeat:
                taken += 1
                if isinstance(use, GroupUse):
                    found.setdefault(use.name, []).append(fill(use.content))
                else:
                    found.setdefault(tag, []).append(split(texts[at]))
                    at += 1
        return found

    return fill(definition.content)


def split(text: str) -> list[list[str]]:
    """Elements of components, one character after the other."""
    found, at = [[""]], 0
    while at < len(text):
        if text[at] == "?":
            at += 1
            found[-1][-1] += text[at]
        elif text[at] == "+":
            found.append([""])
        elif text[at] == ":":
            found[-1].append("")
        else:
            found[-1][-1] += text[at]
        at += 1
    return found[1:]


def parts(segment: list[list[str]], tag: str, element: str, component: str | None) -> Iterator[str]:
    """The values of a data element in a segment (`d3035`; or `C507` with `d2005`)."""
    spec = segment_spec(DEFINITIONS, "D96B", tag)
    assert spec is not None
    for part, values in zip(spec.parts, segment, strict=False):
        if isinstance(part, ElementSpec):
            if component is None and element == f"d{part.id}" and values[0]:
                yield values[0]
        elif element == part.id:
            for inner, value in zip(part.components, values, strict=False):
                if f"d{inner.id}" == component and value:
                    yield value


def instances(root: Content, groups: list[str]) -> list[Content]:
    found = [root]
    for group in groups:
        found = [each for one in found for each in one.get(group, [])]
    return found


class Chooser:
    """A random profile, and the number of faults that it must have, counted without paths."""

    def __init__(self, root: Content, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)
        self.lines: dict[str, Any] = {}
        self.dependencies: list[dict[str, Any]] = []
        self.wrong = False

    def line(self) -> None:
        item = self.random.choice(ITEMS)
        *groups, last = item.split("/")
        scopes = instances(self.root, groups)
        if last.startswith("SG"):
            self.occurrence(item, [len(scope.get(last, [])) for scope in scopes])
            return
        spec = segment_spec(DEFINITIONS, "D96B", last)
        assert spec is not None
        part = self.random.choice(spec.parts)
        inner = self.random.choice(part.components) if isinstance(part, PartSpec) else None
        element = part.id if isinstance(part, PartSpec) else f"d{part.id}"
        component = None if inner is None else f"d{inner.id}"
        path = element if component is None else f"{element}/{component}"
        found = [
            (scope, segment, list(parts(segment, last, element, component)))
            for scope in scopes
            for segment in scope.get(last, [])
        ]
        values = sorted({value for _, _, each in found for value in each if value.isalnum()})
        kind = self.random.choice(("plain", "qualified", "part", "value"))
        if kind == "plain":
            self.occurrence(item, [len(scope.get(last, [])) for scope in scopes])
        elif kind == "qualified" and values:
            value = self.random.choice(values)
            counts = [sum(value in each for other, _, each in found if other is scope) for scope in scopes]
            self.occurrence(f"{item}[{path}='{value}']", counts)
        elif kind == "part":
            self.occurrence(f"{item}/{path}", [len(each) for _, _, each in found])
        elif values:
            codes = self.random.sample(values, self.random.randint(1, len(values)))
            low, high = sorted((self.random.randint(0, 5), self.random.randint(1, 20)))
            every = [value for _, _, each in found for value in each]
            if self.random.random() < 0.5:
                self.add(f"{item}/{path}", {"codes": codes}, any(value not in codes for value in every))
            else:
                wrong = any(not low <= len(value) <= high for value in every)
                self.add(f"{item}/{path}", {"form": f"an{low}..{high}"}, wrong)

    def occurrence(self, path: str, counts: list[int]) -> None:
        status = self.random.choice("RROX")
        most = None if status == "X" else self.random.choice((None, 1, 2))
        wrong = any(
            (status == "R" and not count) or (status == "X" and count) or (most is not None and count > most)
            for count in counts
        )
        self.add(path, {"status": status, **({} if most is None else {"max": most})}, wrong)

    def add(self, path: str, line: dict[str, Any], wrong: bool) -> None:
        if path not in self.lines:
            self.lines[path] = line
            self.wrong |= wrong

    def dependency(self) -> None:
        group = self.random.choice(("", "SG30"))
        names = ["SG1", "SG6", "GIS", "DTM", "MEA"] if not group else ["FTX", "LOC", "SG33", "SG35", "MEA"]
        of = self.random.sample(names, self.random.randint(2, 3))
        kind = self.random.choice(("D1", "D2", "D3", "D4", "D5", "D6", "D7"))
        for scope in instances(self.root, [group] if group else []):
            there = [name in scope for name in of]
            count = sum(there)
            self.wrong |= {
                "D1": count != 1, "D2": count not in (0, len(of)), "D3": count == 0, "D4": count > 1,
                "D5": there[0] and count < len(of), "D6": there[0] and count == 1, "D7": there[0] and count > 1,
            }[kind]  # fmt: skip
        self.dependencies.append({"kind": kind, **({"in": group} if group else {}), "of": of})


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 1 << 32), st.integers(1, 4), st.integers(0, 2))
def test_the_naive_checker_the_rows_and_the_nodes_agree(seed: int, lines: int, dependencies: int) -> None:
    texts = Maker(DEFINITIONS, "D96B", "CUSDEC", 3, seed).message()
    data = "'".join(["UNB+UNOC:3+A+B+240102:1200+R", *texts, "UNZ+1+R", ""])
    (interchange,) = read(data.encode("iso8859-1"))
    (message,) = interchange.messages()
    result = check(message, DEFINITIONS)
    assert result.faults == []
    chooser = Chooser(tree_of(texts), seed)
    for _ in range(lines):
        chooser.line()
    for _ in range(dependencies):
        chooser.dependency()
    file = {
        "profile": "p",
        "for": "CUSDEC D96B",
        "lines": chooser.lines,
        "dependencies": chooser.dependencies,
    }
    profile, found = load_profile(yaml.safe_dump(file), "p.yaml", DEFINITIONS)
    if profile is None:  # what the directory makes impossible is lint's affair
        assert {fault.code for fault in found} <= {
            "profile-not-possible", "profile-wider", "profile-contradiction", "profile-code-unknown",
            "config-value",
        }  # fmt: skip
        return
    faults = profile.check(result.root)
    assert bool(faults) == chooser.wrong
    layout, rows = result.root.layout, result.root.rows()
    assert layout is not None
    if rows is not None:
        accepts = profile.accepts(layout)
        assert accepts is not None
        assert accepts(rows) == (not chooser.wrong)
