"""Holds what was read of a release against itself: its own indexes, what is used, what is said twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from edi_router.faults import Fault
from edi_router.formats.edifact.directory import CompositeDef, ElementDef, MessageDef, SegmentDef
from edi_router.formats.edifact.import_layouts import Forms, Text
from edi_router.formats.edifact.import_names import COMPOSITES, ELEMENTS, MESSAGE, SEGMENTS
from edi_router.formats.edifact.import_zip import finding

SERVICE_SEGMENTS = frozenset({"UNH", "UNT", "UNS", "UGH", "UGT", "UGS", "UIH", "UIT"})
_KEYS = {MESSAGE: r"[A-Z]{6}", SEGMENTS: r"[A-Z]{3}", COMPOSITES: r"[CES]\d{3}", ELEMENTS: r"\d{4}"}


@dataclass(slots=True)
class Release:
    """What a release defines; what a message does not use is still here."""

    directory: str = ""
    messages: dict[str, MessageDef] = field(default_factory=dict)
    segments: dict[str, SegmentDef] = field(default_factory=dict)
    composites: dict[str, CompositeDef] = field(default_factory=dict)
    elements: dict[str, ElementDef] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)


def complete_elements(release: Release, forms: Forms, findings: list[Fault]) -> None:
    """Give elements without a form the one that all who use them say; mark those that have codes."""
    said: dict[str, set[str]] = {}
    for _, _, ref, form, _ in forms.elements:
        if form:
            said.setdefault(ref, set()).add(form)
    for key, (path, line, name) in forms.formless.items():
        found = said.get(key) or {form for form in [forms.code_forms.get(key, "")] if form}
        if key in release.elements:
            continue
        if len(found) == 1:
            form = next(iter(found))
            findings.append(finding("import-form-elsewhere", path, line, what=key, form=form))
            release.elements[key] = ElementDef(key, name, form)
        else:
            findings.append(finding("import-form-missing", path, line, what=key))
    for key, element in release.elements.items():
        if key in release.codes:
            release.elements[key] = replace(element, codes=key)


def compare_forms(release: Release, forms: Forms, findings: list[Fault]) -> None:
    """The segment directory repeats what composites and elements are: it must say the same."""
    for file, line, ref, form, _ in forms.elements:
        element = release.elements.get(ref)
        if element is not None and form and form != element.form:
            findings.append(
                finding("import-form-differs", file, line, element=ref, here=form, there=element.form)
            )
    for file, line, ref, components in forms.composites:
        composite = release.composites.get(ref)
        there = [(use.ref, use.status, use.repeat) for use in composite.parts] if composite else components
        if there != components:
            findings.append(finding("import-composite-differs", file, line, composite=ref))


def undefined(release: Release, forms: Forms) -> Iterator[Fault]:
    """What is used but not defined, once for each user."""
    told: set[tuple[str, str]] = set()
    for file, line, user, ref in forms.uses:
        if ref.isdigit():
            known = ref in release.elements
        elif len(ref) == 4:
            known = ref in release.composites
        else:
            known = ref in release.segments or ref in SERVICE_SEGMENTS
        if not known and (user, ref) not in told:
            told.add((user, ref))
            yield finding("import-undefined", file, line, what=ref, user=user)


def compare_index(text: Text, of: str, release: Release, whole: bool, findings: list[Fault]) -> None:
    """Hold one of the release's own indexes against what was read.

    Entries marked for a deletion that has happened (``-``) are not in the directory any more. When `whole`
    is false, only what the index lists is looked for, since the index may be of a part.
    """
    entry = re.compile(rf"^([\s*+#|XSR-]{{0,8}})({_KEYS[of]})\s+\S")
    found: dict[str, set[str]] = {
        MESSAGE: set(release.messages), SEGMENTS: set(release.segments),
        COMPOSITES: set(release.composites), ELEMENTS: set(release.elements),
    }  # fmt: skip
    listed: dict[str, tuple[int, bool]] = {}
    for number, line in enumerate(text.lines, 1):
        if match := entry.match(line):
            listed.setdefault(match[2], (number, "-" in match[1]))
    if len(listed) < 3:
        return
    for key, (number, deleted) in listed.items():
        if key not in found[of] and not deleted and key not in SERVICE_SEGMENTS:
            findings.append(finding("import-index-missing", text.path, number, what=key))
    if whole:
        for key in sorted(found[of] - set(listed)):
            findings.append(finding("import-index-unlisted", text.path, what=key))
