"""The one catalogue of fault codes: severity, what it blocks, texts in English and Chinese, wire codes.

The entries stand in `edi_router.faults.codes`, one module an area; nothing else in the product writes the
text of a fault. `edi-router explain CODE` and `docs/errors.md` are made from here.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from edi_router.faults.model import Blocks, Fault, Severity
from edi_router.faults.terms import in_chinese

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; `{name}` stands for a value of the fault.

    A part in square brackets is left out where a value in it is missing or empty.
    """

    en: str
    zh: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Entry:
    """One fault code.

    `text` says what is wrong, `cause` why it usually happens, `remedy` what to do. `contrl` gives data
    element 0085 (error, coded) of CONTRL by syntax version (3 or 4); empty when CONTRL cannot express it.
    """

    code: str
    text: Text
    cause: Text
    remedy: Text
    severity: Severity = Severity.ERROR
    blocks: Blocks = Blocks.MESSAGE
    contrl: Mapping[int, str] = field(default_factory=dict)
    own_code: str | None = None
    """The value that holds the fault's own code, where others give it: a rule file, an authority."""

    @property
    def fields(self) -> frozenset[str]:
        """The names of the values that every fault of this code carries."""
        always = _without_optional(self.text.en, {})
        return frozenset(name for _, name, _, _ in string.Formatter().parse(always) if name)


class _Missing(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _collect(groups: Iterable[Iterable[Entry]]) -> Mapping[str, Entry]:
    entries: dict[str, Entry] = {}
    for group in groups:
        for entry in group:
            if entry.code in entries:
                raise ValueError(f"fault code {entry.code} is defined twice")
            entries[entry.code] = entry
    return MappingProxyType(entries)


def _load() -> Mapping[str, Entry]:
    from edi_router.faults import codes

    return _collect(codes.ALL)


class _Catalogue(Mapping[str, Entry]):
    """The entries by code, loaded at first use."""

    _entries: Mapping[str, Entry] | None = None

    def _all(self) -> Mapping[str, Entry]:
        if self._entries is None:
            self._entries = _load()
        return self._entries

    def __getitem__(self, code: str) -> Entry:
        return self._all()[code]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


CATALOGUE: Mapping[str, Entry] = _Catalogue()


def render(fault: Fault, language: str = "en") -> str:
    """The fault's text in `language` ("en" or "zh"); the place is not part of it.

    Raises KeyError for a code that is not in the catalogue: that is a bug.
    """
    values = in_chinese(fault.values) if language == "zh" else fault.values
    template = _without_optional(CATALOGUE[fault.code].text[language], values)
    template = _without_empty(template, values, language)
    return template.format_map(_Missing(values))


def _without_optional(template: str, values: Mapping[str, str]) -> str:
    """`template` with the parts in square brackets of which all values are there, and without the others.

    >>> _without_optional("Missing. [Perhaps {near}. ]Import {zip}", {"near": "D96B"})
    'Missing. Perhaps {near}. Import {zip}'
    >>> _without_optional("Missing. [Perhaps {near}. ]Import {zip}", {"near": ""})
    'Missing. Import {zip}'
    """
    if "[" not in template:
        return template

    def part(match: re.Match[str]) -> str:
        return match[1] if all(values.get(name) for name in re.findall(r"\{(\w+)\}", match[1])) else ""

    return re.sub(r"\[([^\[\]]*)\]", part, template)


def _without_empty(template: str, values: Mapping[str, str], language: str) -> str:
    """`template` for values some of which are empty: a quoted one is called so, another one is left out.

    >>> _without_empty("Group `{reference}` lacks {id} {name}.", {"reference": "", "id": "1", "name": ""}, "en")
    'Group (empty) lacks {id}.'
    """
    for name in [name for name, value in values.items() if value == ""]:
        quoted = f"`{{{name}}}`"
        if language == "zh":
            template = template.replace(f" {quoted} ", "（空）").replace(quoted, "（空）")
        template = template.replace(quoted, "(empty)").replace(f" {{{name}}}", "")
    return template


def severity(fault: Fault) -> Severity:
    """The fault's severity, from the catalogue."""
    return CATALOGUE[fault.code].severity


def is_error(fault: Fault) -> bool:
    """Whether the fault is an error (not a warning or a remark)."""
    return severity(fault) is Severity.ERROR


def blocks(fault: Fault) -> Blocks:
    """What the fault blocks: nothing unless it is an error."""
    entry = CATALOGUE[fault.code]
    return entry.blocks if entry.severity is Severity.ERROR else Blocks.NOTHING


def shown_code(fault: Fault) -> str:
    """The code that programs are told: that of the catalogue, or the one that a rule file gives.

    >>> shown_code(Fault("rule-violated", values={"code": "R-HS-01", "text": "…", "text_zh": "…"}))
    'R-HS-01'
    """
    own = CATALOGUE[fault.code].own_code
    return fault.code if own is None else fault.values.get(own, fault.code)


def as_json(fault: Fault, language: str = "en") -> dict[str, object]:
    """The fault in the shape of the scripts' contract."""
    shape: dict[str, object] = {
        "code": shown_code(fault),
        "severity": str(severity(fault)),
        "text": render(fault, language),
        "hint": fault.hint if fault.hint is not None else CATALOGUE[fault.code].remedy[language],
        "place": fault.place.as_json(),
    }
    if fault.rule is not None:
        shape["rule"] = fault.rule
    if shape["code"] != fault.code:
        shape["kind"] = fault.code
    return shape
