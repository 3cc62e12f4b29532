"""A broken copy of each shipped mapping gives the lint line of its mistake, and a hint that helps: ten kinds."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from edi_router.config import Block, ConfigNode, Items, Scalar, Tree, load, shipped_directory
from edi_router.faults import Fault
from edi_router.formats.edifact.directory import definitions_over
from edi_router.mapping.lint import lint
from edi_router.mapping.mapping import names

SHIPPED = names(Tree.over_shipped())
DEFINITIONS = definitions_over(Tree.over_shipped())


@dataclass(frozen=True)
class Broken:
    """A mapping's text with a mistake in one line, the code that lint must give there, and its hint."""

    text: str
    line: int
    code: str
    hint: str | None = None


@cache
def lines_of(id: str) -> tuple[str, ...]:
    file = shipped_directory() / "mappings" / id / "mapping.yaml"
    return tuple(file.read_text(encoding="utf-8").splitlines())


def output_of(id: str) -> Block:
    node, faults = load("\n".join(lines_of(id)) + "\n", "mapping.yaml")
    assert not faults
    assert isinstance(node, Block)
    output = node.get("output")
    assert isinstance(output, Block)
    return output


def keys(node: ConfigNode, parent: str = "") -> Iterator[tuple[str, Scalar, ConfigNode]]:
    """Every key below a node, with the key above it."""
    if isinstance(node, Items):
        for child in node.items:
            yield from keys(child, parent)
    elif isinstance(node, Block):
        for key, child in node.items:
            yield parent, key, child
            yield from keys(child, key.value)


def replaced(id: str, node: Scalar, old: str, new: str) -> tuple[str, int]:
    """The text with `old`, which stands at the node (behind its quote), replaced; and its line."""
    lines = list(lines_of(id))
    line, column = node.place.line, node.place.column
    assert line
    assert column
    text = lines[line - 1]
    at = text.index(old, column - 1)
    assert at - column < 2
    lines[line - 1] = text[:at] + new + text[at + len(old) :]
    return "\n".join(lines) + "\n", line


def inserted(id: str, after: int, *more: str) -> str:
    lines = list(lines_of(id))
    lines[after:after] = more
    return "\n".join(lines) + "\n"


def misspelt(word: str) -> str:
    """The word with a letter doubled."""
    return word[:2] + word[1:]


def first(id: str, wanted: Callable[[str, Scalar, ConfigNode], bool]) -> tuple[str, Scalar, ConfigNode]:
    found = next((each for each in keys(output_of(id)) if wanted(*each)), None)
    if found is None:
        pytest.skip("the mapping has no such line")
    return found


def is_from(parent: str, key: Scalar, node: ConfigNode) -> bool:
    return key.value == "from" and isinstance(node, Scalar)


def unknown_key(id: str) -> Broken:
    _, key, _ = first(id, is_from)
    return Broken(*replaced(id, key, "from", "form"), "config-unknown-key", "from")


def misspelt_target(id: str) -> Broken:
    _, key, _ = first(
        id, lambda parent, key, _: parent == "do" and re.fullmatch(r"\w{4,}", key.value) is not None
    )
    return Broken(*replaced(id, key, key.value, misspelt(key.value)), "target-unknown", key.value)


def misspelt_source(id: str) -> Broken:
    if not any(line.startswith(("schema:", "from: csv", "from: rec")) for line in lines_of(id)) and any(
        re.match(r'from: "?xml', line) for line in lines_of(id)
    ):
        pytest.skip("nothing is known of a source without a schema")

    def is_plain(parent: str, key: Scalar, node: ConfigNode) -> bool:
        alias = re.match(r"[A-Z]{4,}\b", _text(node)) and any(
            line.startswith("aliases:") for line in lines_of(id)
        )
        return is_from(parent, key, node) and bool(re.match(r"[A-Z]\w\w", _text(node))) and not alias

    _, _, node = first(id, is_plain)
    step = re.split(r"[/\[]", _text(node))[0]
    assert isinstance(node, Scalar)
    return Broken(*replaced(id, node, step, misspelt(step)), "path-unknown", step)


def _text(node: ConfigNode) -> str:
    return node.value if isinstance(node, Scalar) else ""


def unknown_function(id: str) -> Broken:
    _, key, node = first(id, is_from)
    assert isinstance(node, Scalar)
    return Broken(*replaced(id, key, "from:", "as: trimm, from:"), "function-unknown", "trim")


def unknown_table(id: str) -> Broken:
    _, key, _ = first(id, is_from)
    text, line = replaced(id, key, "from:", "table: country-ciqq, from:")
    return Broken(_alone(text, line, "table"), line, "table-missing", "country-ciq")


def _alone(text: str, line: int, key: str) -> str:
    """The text without the second `key` of the line."""
    lines = text.splitlines()
    head, tail = lines[line - 1].split("from:", 1)
    lines[line - 1] = head + "from:" + re.sub(rf", {key}: (\{{[^}}]*\}}|[^,}}]*)", "", tail, count=1)
    return "\n".join(lines) + "\n"


def wrong_order(id: str) -> Broken:
    """The first line of a `do` moved behind the second; order matters in XML only."""
    if not any(line.endswith(".xsd") for line in lines_of(id) if line.startswith("to:")):
        pytest.skip("the writer puts the parts of EDIFACT messages and records in order")
    for _, key, node in keys(output_of(id)):
        if key.value != "do" or not isinstance(node, Block):
            continue
        items = [item for item in node.items if not item[0].value.startswith("@")]
        places = [item[0].place.line or 0 for item in items]
        for at in range(len(items) - 2):
            one, two, three = places[at : at + 3]
            if two == one + 1 and three == two + 1:
                lines = list(lines_of(id))
                lines[one - 1], lines[two - 1] = lines[two - 1], lines[one - 1]
                return Broken("\n".join(lines) + "\n", two, "target-order")
    pytest.skip(f"{id} has no three lines that follow each other")


def missing_target(id: str) -> Broken:
    """A line taken out that the target cannot do without: the fault stands where it should be."""

    def wanted(line: str) -> bool:
        return "do:" not in line and ("required: yes" in line or "const:" in line)

    tried = 0
    for _, key, node in keys(output_of(id)):
        if key.value != "do" or not isinstance(node, Block):
            continue
        for item, value in node.items:
            line = item.place.line or 0
            alone = [each for each, _ in node.items if each.place.line == line] == [item]
            if isinstance(value, Scalar | Block) and alone and wanted(lines_of(id)[line - 1]):
                lines = list(lines_of(id))
                del lines[line - 1]
                if value.place.line != line:
                    continue
                tried += 1
                if tried > 8:
                    pytest.skip("the first required lines of the mapping are not mandatory in its target")
                text = "\n".join(lines) + "\n"
                faults = linted(id, text)
                if any(fault.code == "target-unfilled" for fault in faults):
                    fault = next(fault for fault in faults if fault.code == "target-unfilled")
                    assert fault.values["name"].split("/")[-1] in item.value
                    return Broken(text, fault.place.line or 0, "target-unfilled")
    pytest.skip("every target of the mapping is optional")


def long_const(id: str) -> Broken:
    """A fixed text of thousands of characters, in the first line whose target is limited."""
    tried = 0
    for _, key, node in keys(output_of(id)):
        if key.value == "from" and isinstance(node, Scalar):
            tried += 1
            if tried > 6:
                break
            text, line = replaced(id, key, "from:", "const: " + "x" * 3000 + ", fromm:")
            lines = text.splitlines()
            lines[line - 1] = re.sub(
                r", fromm: .*?(?=(, (required|note|when)\b|\}))", "", lines[line - 1], count=1
            )
            lines[line - 1] = re.sub(
                r", (as|table|join|first|default): (\[[^]]*\]|\{[^}]*\}|[^,}]*)", "", lines[line - 1]
            )
            text = "\n".join(lines) + "\n"
            if any(
                fault.code == "target-never-valid" and fault.place.line == line for fault in linted(id, text)
            ):
                return Broken(text, line, "target-never-valid")
    pytest.skip("what the first lines of the mapping fill has no limit")


def bad_argument(id: str) -> Broken:
    _, key, _ = first(id, is_from)
    text, line = replaced(id, key, "from:", "as: {pad: wide}, from:")
    return Broken(_alone(text, line, "as"), line, "function-argument")


def repeated_key(id: str) -> Broken:
    _, key, node = first(id, is_from)
    assert isinstance(node, Scalar)
    return Broken(*replaced(id, key, "from:", "from: X, from:"), "config-repeated-key")


def wrong_type(id: str) -> Broken:
    """A flag that is neither yes nor no."""
    _, key, _ = first(id, is_from)
    text, line = replaced(id, key, "from:", "required: maybe, from:")
    return Broken(_alone(text, line, "required"), line, "config-value")


MISTAKES = (
    unknown_key, misspelt_target, misspelt_source, unknown_function, unknown_table, wrong_order, missing_target,
    long_const, bad_argument, repeated_key, wrong_type,
)  # fmt: skip

_HOMES: dict[str, Path] = {}


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> None:
    _HOMES["here"] = tmp_path


def linted(id: str, text: str) -> list[Fault]:
    """What lint says of the text, as a mapping of a workspace over the shipped tree."""
    file = _HOMES["here"] / "mappings" / id / "mapping.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    try:
        return lint(id, Tree.over_shipped(_HOMES["here"]), DEFINITIONS)
    finally:
        shutil.rmtree(file.parent)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
@pytest.mark.parametrize("id", SHIPPED)
def test_a_mistake_is_told_at_its_line_with_a_hint(id: str, mistake: Callable[[str], Broken]) -> None:
    broken = mistake(id)
    faults = linted(id, broken.text)
    told = [fault for fault in faults if fault.code == broken.code and fault.place.line == broken.line]
    assert told, faults
    assert all(fault.place.column for fault in told)
    assert broken.hint is None or broken.hint in [fault.hint for fault in told], told


@pytest.mark.parametrize("id", SHIPPED)
def test_the_whole_one_has_no_fault(id: str) -> None:
    assert not linted(id, "\n".join(lines_of(id)) + "\n")
