"""The message references of one interchange: each is to be there once, and most of them just count up."""

from __future__ import annotations

REMEMBERED = 100_000
"""So many are compared, those that count up not counted; later ones are not, so that memory stays bounded."""
_DIGITS = "0123456789"
_LONGEST = 14
"""Characters of a reference as the standard has it (element 0062); only the numbers of such ones are counted up."""


class References:
    """What was met so far.

    >>> references = References()
    >>> [references.met(each) for each in ("A08", "A09", "A10", "A09", "7", "A11")]
    [False, False, False, True, False, False]
    """

    def __init__(self) -> None:
        self._runs: dict[tuple[str, int], tuple[str, str]] = {}
        """By what stands before a number and by its digits: the first and the last of numbers without a gap."""
        self._others: set[str] = set()

    def met(self, reference: str) -> bool:
        """Whether it was met before; it has been then."""
        head = reference.rstrip(_DIGITS) if len(reference) <= _LONGEST else reference
        number = reference[len(head) :]
        key = head, len(number)
        first, last = self._runs.get(key, ("", ""))
        if (number and first <= number <= last) or reference in self._others:
            return True
        if first and int(number) == int(last) + 1:
            self._runs[key] = first, number
        elif len(self._runs) + len(self._others) < REMEMBERED:
            if number and not first:
                self._runs[key] = number, number
            else:
                self._others.add(reference)
        return False

    def forget(self) -> None:
        """Begin anew."""
        self._runs.clear()
        self._others.clear()
