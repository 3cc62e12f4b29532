"""Why something waits or was refused, as people read it: reasons of the ledger are codes and outcomes of registers."""

from __future__ import annotations

from edi_router.console.view import View
from edi_router.console.words import word
from edi_router.faults import CATALOGUE


def reason(view: View, text: str) -> str:
    """What a reason means, in the language of the page; empty for one that is a sentence already."""
    if text in CATALOGUE:
        return CATALOGUE[text].cause[view.language]
    name, _, outcome = text.partition(": ")
    register = view.site.configuration.registers.find(name)
    known = register.definition.outcomes.get(outcome) if register is not None else None
    if known is not None:
        return known.zh if view.language == "zh" else known.en
    meaning = word(text, view.language)
    return meaning if meaning != text else ""
