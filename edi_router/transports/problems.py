"""`ChannelError`: a channel could not do what was asked. Its codes stand in the one catalogue."""

from __future__ import annotations

from edi_router.faults import CATALOGUE, Fault
from edi_router.faults.codes.channel import TRANSIENT

_TRANSIENT_CODES = frozenset(entry.code for entry in TRANSIENT)


class ChannelError(Exception):
    """A channel could not do what was asked; `str()` is the English text, fit to be shown to a partner.

    `transient`: trying again later may help. Otherwise a person has to do what `remedy` says first.
    """

    def __init__(self, code: str, **values: str) -> None:
        self._entry = CATALOGUE[code]
        self.code = code
        self.values = {name: value.rstrip(".") for name, value in values.items()}
        self.transient = code in _TRANSIENT_CODES
        super().__init__(self.text())

    def text(self, language: str = "en") -> str:
        """What is wrong, in "en" or "zh"."""
        return self._entry.text[language].format_map(self.values)

    @property
    def remedy(self) -> str:
        """What to do, in English; `remedy_in` for other languages."""
        return self.remedy_in("en")

    def remedy_in(self, language: str) -> str:
        """What to do, in "en" or "zh"."""
        return self._entry.remedy[language]

    @property
    def fault(self) -> Fault:
        """The same as a fault value."""
        return Fault(self.code, values=dict(self.values))
