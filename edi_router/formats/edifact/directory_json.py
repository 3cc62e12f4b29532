"""Writes directories as JSON, one entry a line, so that a change shows as the lines that changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from edi_router.formats.edifact.directory import (
    CompositeDef,
    ElementDef,
    GroupUse,
    MessageDef,
    SegmentDef,
    SegmentUse,
)


def message_json(message: MessageDef) -> bytes:
    """``messages/<TYPE>.json``: an entry is position, tag, status, repeat, and a group's own entries."""
    head = {
        "type": message.type, "version": message.version, "release": message.release,
        "agency": message.agency, "name": message.name,
    }  # fmt: skip
    lines = ["{"] + [f"{_text(key)}: {_text(value)}," for key, value in head.items()]
    lines += ['"content": [', *_content(message.content, 1, "]"), "}"]
    return ("\n".join(lines) + "\n").encode()


def parts_json(entries: Iterable[SegmentDef | CompositeDef]) -> bytes:
    """``segments.json`` and ``composites.json``: the name, then position, reference, status, repeat."""
    found: dict[str, object] = {}
    for entry in entries:
        key = entry.tag if isinstance(entry, SegmentDef) else entry.id
        found[key] = [entry.name, *([use.position, use.ref, use.status, use.repeat] for use in entry.parts)]
    return _lines(found)


def elements_json(elements: Iterable[ElementDef]) -> bytes:
    """``elements.json``: name, form, and `true` when there is a code list."""
    return _lines({e.id: [e.name, e.form] + ([True] if e.codes else []) for e in elements})


def codes_json(lists: Mapping[str, Mapping[str, str]]) -> bytes:
    """``codes.json``: for each data element its values and their names, one value a line."""
    blocks = []
    for element in sorted(lists):
        codes = [f" {_text(value)}: {_text(name)}" for value, name in sorted(lists[element].items())]
        blocks.append(f"{_text(element)}: {{\n" + ",\n".join(codes) + "}")
    return ("{\n" + ",\n".join(blocks) + "\n}\n").encode()


def about_json(about: Mapping[str, object]) -> bytes:
    """``about.json``: where the directory comes from and what of it is here."""
    return (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(entries: Mapping[str, object]) -> bytes:
    lines = [f"{_text(key)}: {_text(entries[key])}" for key in sorted(entries)]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _content(content: Iterable[SegmentUse | GroupUse], depth: int, end: str) -> list[str]:
    lines: list[str] = []
    for entry in content:
        indent = " " * depth
        if isinstance(entry, GroupUse):
            head = _text([entry.position, entry.name, entry.status, entry.repeat])[:-1]
            lines.append(f"{indent}{head}, [")
            lines += _content(entry.content, depth + 1, "]]")
            lines[-1] += ","
        else:
            lines.append(f"{indent}{_text([entry.position, entry.tag, entry.status, entry.repeat])},")
    lines[-1] = lines[-1][:-1] + end
    return lines
