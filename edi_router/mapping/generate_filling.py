"""Writes the part of a mapping's program that fills selections (see `generate_select`)."""

from __future__ import annotations

from collections.abc import Sequence

from edi_router.formats.edifact.layout import masked
from edi_router.mapping.generate_code import Code
from edi_router.mapping.generate_select import MANY, Selection, Test

_Asked = list[tuple[Selection, tuple[Test, ...]]]
"""Selections with the tests that are still to be made."""


class Filling:
    """The code that puts the segments of one name into the selections that they pass the tests of."""

    def __init__(self, code: Code, record: bool) -> None:
        self._code = code
        self._record = record

    def fill(self, rows: str, selections: Sequence[Selection]) -> None:
        """Fill them; `rows` is the variable that holds the segments."""
        asked = [(selection, selection.tests) for selection in selections]
        places = {tests[0][0] for _, tests in asked if tests}
        texts = {tests[0][1] for _, tests in asked if tests}
        if len(places) == 1 and len(texts) >= MANY:
            self._sorted(rows, asked, next(iter(places)))
        else:
            self._from(rows, asked)

    def _sorted(self, rows: str, asked: _Asked, place: tuple[int, ...]) -> None:
        """Many texts in one place: the segments are sorted by what stands there."""
        by = self._code.name("q")
        self._code.add(f"{by} = by({rows}, {', '.join(map(str, place))})")
        self._from(rows, [each for each in asked if not each[1]])
        for text in dict.fromkeys(tests[0][1] for _, tests in asked if tests):
            some = [(each, tests[1:]) for each, tests in asked if tests and tests[0][1] == text]
            self._from(f"{by}.get({masked(text)!r}, N)", some)

    def _from(self, rows: str, asked: _Asked) -> None:
        """Fill the selections from these rows, in one loop where it needs one."""
        code, loop = self._code, list[tuple[Selection, tuple[Test, ...]]]()
        for selection, tests in asked:
            selection.var = code.name("k")
            if tests or selection.element:
                loop.append((selection, tests))
            elif not selection.single:
                code.add(f"{selection.var} = {rows}")
            else:
                code.add(f"{selection.var}, = {rows} or NONE")
                selection.origin = selection.var
        for selection, _ in loop:
            if selection.single and selection.element and self._record:
                selection.origin = code.name("o")
            elif selection.single:
                selection.origin = selection.var
            code.add(f"{selection.var} = {None if selection.single else '[]'}")
        if loop:
            row = code.name("r")
            with code.block(f"for {row} in {rows}:"):
                self._tested(row, loop, {})

    def _tested(self, row: str, asked: _Asked, split: dict[int, str]) -> None:
        """Make the tests; `split` has the variables of the elements that are split already."""
        code = self._code
        for selection, tests in asked:
            if not tests:
                self._put(row, selection, split)
        for place in dict.fromkeys(tests[0][0] for _, tests in asked if tests):
            here = [(each, tests) for each, tests in asked if tests and tests[0][0] == place]
            value = code.name("x")
            with code.block(f"if len({row}) > {place[0]}:"):
                known = dict(split)
                self._value(row, value, place, here, known)
                word = "if"
                for text in dict.fromkeys(tests[0][1] for _, tests in here):
                    with code.block(f"{word} {value} == {masked(text)!r}:"):
                        some = [(each, tests[1:]) for each, tests in here if tests[0][1] == text]
                        self._tested(row, some, known)
                    word = "elif"

    def _value(
        self, row: str, value: str, place: tuple[int, ...], here: _Asked, split: dict[int, str]
    ) -> None:
        """What stands at the place of a test."""
        code, element = self._code, place[0]
        if len(place) == 1:
            code.add(f"{value} = {row}[{element}]")
            return
        component = place[1]
        needed = component or any(each.element == element for each, _ in here)
        if element not in split and not needed:
            code.add(f"{value} = {row}[{element}]")
            code.add(f"if ':' in {value}: {value} = {value}[:{value}.index(':')]")
            return
        parts = self._split(row, element, split)
        there = f" if len({parts}) > {component} else ''" if component else ""
        code.add(f"{value} = {parts}[{component}]{there}")

    def _split(self, row: str, element: int, split: dict[int, str]) -> str:
        """The variable of a composite."""
        if element not in split:
            split[element] = self._code.name("c")
            self._code.add(f"{split[element]} = {row}[{element}].split(':')")
        return split[element]

    def _put(self, row: str, selection: Selection, split: dict[int, str]) -> None:
        code, element = self._code, selection.element
        if not element:
            self._keep(row, row, selection)
        elif element in split:
            self._keep(row, split[element], selection)
        else:
            with code.block(f"if len({row}) > {element}:"):
                self._keep(row, f"{row}[{element}].split(':')", selection)

    def _keep(self, row: str, what: str, selection: Selection) -> None:
        code, var = self._code, selection.var
        told = self._record and selection.element
        if not selection.single:
            code.add(f"{var}.append(({what}, {row}))" if told else f"{var}.append({what})")
            return
        code.add(f"if {var}: raise Unclear")
        code.add(f"{var} = {what}")
        if told:
            code.add(f"{selection.origin} = {row}")
