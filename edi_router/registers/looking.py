"""The registers as rules and mappings see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from edi_router.registers.view import RegisterView

if TYPE_CHECKING:
    from edi_router.registers.register import Register


@dataclass(frozen=True, slots=True)
class Looks:
    """`RegisterLook` of the rules, over a view of the registers."""

    view: RegisterView
    registers: Mapping[str, Register]
    today: date

    def look(self, register: str, key: str) -> Mapping[str, Sequence[str]] | None:
        """The fields of the entry, with its `State`, `Open` and `Expired`; None when there is none."""
        known = self.registers.get(register)
        entry = self.view.register_entry(register, key) if known is not None else None
        if known is None or entry is None:
            return None
        return {
            **entry.fields,
            "State": (entry.state,),
            "Open": ("yes",) if known.is_open(entry) else (),
            "Expired": ("yes",) if known.expired(entry, self.today) else (),
        }
