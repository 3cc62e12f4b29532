"""One fault in the words of its reader: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from edi_router.faults import Fault, Place, render
from edi_router.faults.terms import in_chinese
from edi_router.pipeline.reply_names import Names, joined
from edi_router.pipeline.reply_remedies import told
from edi_router.pipeline.reply_words import kind, pattern, problem, word

_SOME = 5
"""So many names of elements that might stand at a place are listed."""


class _Shown(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def wrong(fault: Fault, names: Names) -> str:
    """What is wrong."""
    text, _ = told(fault.code)
    values = _values(fault, names)
    if text is None:
        return render(replace(fault, values=values), names.language)
    return text[names.language].format_map(values)


def remedy(fault: Fault, names: Names) -> str:
    """What its sender can do."""
    _, text = told(fault.code)
    return text[names.language].format_map(_values(fault, names)).strip()


def _values(fault: Fault, names: Names) -> Mapping[str, str]:
    language, hint = names.language, fault.hint
    values = in_chinese(fault.values) if language == "zh" else dict(fault.values)
    values |= names.values(fault)
    values["kind"] = kind(fault.values.get("form") or fault.values.get("type") or "", language)
    if fault.code == "xml-malformed":
        values["problem"] = problem(fault.values.get("problem", ""), language) or values["problem"]
    if "expected" in fault.values and fault.code.startswith("xsd-element"):
        listed = [each.strip() for each in fault.values["expected"].split(",") if each.strip() != "…"]
        near = get_close_matches(fault.values.get("name", ""), listed, 1)
        values["expected"] = names.elements(fault, listed[:_SOME]) + (", …" if len(listed) > _SOME else "")
        hint = names.elements(fault, near)
    if "pattern" in values:
        values["pattern"] = pattern(values["pattern"], language)
    if fault.code == "xsd-value-type":
        values["type"] = values["kind"]
    values["hint"] = word("perhaps", language, hint=hint) if hint else ""
    return _Shown(values)


def where(place: Place, names: Names) -> str:
    """Where it stands: the parts of the document by their names, and the line and column of the file."""
    language = names.language
    at = []
    if place.line is not None:
        at.append(word("line", language, line=place.line))
    if place.column is not None:
        at.append(word("column", language, column=place.column))
    line = ("" if language == "zh" else " ").join(at)
    inside: list[str] = []
    if names.kind.format == "edifact" and place.tag:
        number = word("nth", language, number=place.segment) + " " if place.segment is not None else ""
        inside.append(number + _named(place.tag, names.segment(place.tag), language))
        id, name = names.at(place)
        if id:
            inside.append(_named(word("element", language, id=id), name, language))
        return joined((*inside, word("in-file", language, at=line) if line else ""), language)
    if place.xpath:
        way: Sequence[str] = place.xpath.strip("/").split("/")
        inside.append(_named(" › ".join(way), names.xml(place.xpath), language))
    elif place.tag and (name := names.field(place.tag, place.element)):
        inside.append(f"{word('field', language)} {name}")
    return ("：" if language == "zh" else ": ").join(
        each for each in (line, joined(inside, language)) if each
    )


def _named(said: str, name: str, language: str) -> str:
    if not name:
        return said
    return f"{said}（{name}）" if language == "zh" else f"{said} ({name})"
