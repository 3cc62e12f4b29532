"""Whatever a model of configuration files, a path or a function tells as wrong has a Chinese text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import edi_router
import edi_router.mapping.functions
from edi_router.faults import Fault, render
from edi_router.faults.terms import term
from edi_router.mapping.registry import FUNCTIONS
from edi_router.paths import parse
from edi_router.paths.parser import PathError

PACKAGE = Path(edi_router.__file__).parent
OF_PROGRAMS = (
    "is defined twice",
    "edi-router ",
    "does not read EDIFACT",
    "write them into the mapping first",
)
"""Parts of errors that are told to no reader of a fault: those of programmers, and of `new mapping`."""


def _texts(raises: tuple[str, ...], where: str) -> Iterator[tuple[str, str]]:
    """The texts that errors are made with, numbers in place of what is set into them, with their modules."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text("utf-8")
        name = str(path.relative_to(PACKAGE))
        if not re.search(where, text) and not re.match(where, name):
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or not node.args or getattr(node.func, "id", "") not in raises:
                continue
            first = node.args[-1]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield name, first.value
            elif isinstance(first, ast.JoinedStr):
                parts = (each.value if isinstance(each, ast.Constant) else "1" for each in first.values)
                yield name, "".join(map(str, parts))


def test_what_validators_of_models_say() -> None:
    told = list(_texts(("ValueError",), r"[vV]alidator|\(Model\)"))
    assert len(told) > 80
    missing = [(name, text) for name, text in told if term(text) == text and not _is_for_programs(text)]
    assert missing == []


def test_what_functions_say_of_values() -> None:
    told = list(_texts(("ValueError",), r"mapping/(functions|dates)"))
    assert len(told) > 9
    assert [(name, text) for name, text in told if term(text) == text] == []


def test_what_functions_say_of_arguments() -> None:
    for function in FUNCTIONS.values():
        for argument in (None, "\0"):
            problem = function.check(argument)
            assert problem is None or (
                term(problem) != problem and not re.search(r"\b(the|of|or)\b", term(problem))
            )


@pytest.mark.parametrize(
    "path",
    [
        "A[",
        "A[1",
        "A[0]",
        "A[b=c]",
        "A[b='c]",
        "A[b='']",
        "@a/b",
        "A]",
        "$x",
        "A//B",
        "../[1]",
        ".x",
        "f:A",
        "A[b c]",
    ],
)
def test_what_is_wrong_with_a_path(path: str) -> None:
    with pytest.raises(PathError) as error:
        parse(path, item=True)
    assert "ound" not in term(error.value.problem)


def test_the_kind_of_a_name_is_chinese_too() -> None:
    told = {
        what: render(Fault("config-unknown-name", values={"what": what, "name": "x"}), "zh")
        for what in _kinds()
    }
    assert {what for what, text in told.items() if what in text} == set()


def _kinds() -> set[str]:
    found = {"field", "outcome", "series", "state"}
    for path in PACKAGE.rglob("*.py"):
        found |= set(re.findall(r'"what": "([a-z]+)", "name"', path.read_text("utf-8")))
    return found


def _is_for_programs(text: str) -> bool:
    return any(part in text for part in OF_PROGRAMS)
