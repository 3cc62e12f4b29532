"""How alike two names are: what a skeleton's guesses rest on.

A target is called `DespCtryCode` or "country of despatch", a source "Place/location identification" under the
qualifier "Country of despatch": names are cut into words, abbreviations are known or read as beginnings, and
rare words weigh more than common ones.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SHORT = {
    "addr": "address", "amt": "amount", "cert": "certificate", "cont": "container", "ctry": "country",
    "curr": "currency", "decl": "declaration", "desc": "description", "desp": "despatch",
    "dest": "destination", "doc": "document", "id": "identification", "inv": "invoice", "lic": "licence",
    "msg": "message", "nbr": "number", "no": "number", "num": "number", "org": "organisation",
    "qty": "quantity", "ref": "reference", "reg": "registration", "tel": "telephone", "traf": "transport",
    "trans": "transport", "val": "value", "wt": "weight", "dispatch": "despatch", "organization": "organisation",
    "exporter": "consignor", "importer": "consignee", "receiver": "recipient", "port": "place", "time": "date",
    "mass": "weight", "container": "equipment", "vessel": "transport", "conveyance": "transport", "goods": "item",
}  # fmt: skip
_NOTHING = frozenset(
    (
        "a", "an", "and", "as", "at", "by", "code", "coded", "d", "for", "from", "in", "is", "it", "its", "of", "on",
        "or", "qualifier", "the", "this", "to", "which", "with",
    )
)  # fmt: skip
VAGUE = frozenset(
    ("number", "identification", "name", "type", "value", "status", "text", "description", "date", "kind")
)
"""Words that alone say nothing of what a place is for."""
_STEM = 4
"""So many letters must a word have that is taken for the beginning of another."""


@lru_cache(maxsize=20000)
def words(*texts: str) -> tuple[str, ...]:
    """The words of names and notes, each once, abbreviations written out.

    >>> words("DespCtryCode", "country/region of despatch")
    ('despatch', 'country', 'region')
    """
    found: dict[str, None] = {}
    for text in texts:
        for word in _WORD.findall(text):
            word = word.lower()
            word = _SHORT.get(word, word)
            if len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
                word = _SHORT.get(word[:-1], word[:-1])
            if word not in _NOTHING and (len(word) > 1 or word.isdigit()):
                found[word] = None
    return tuple(found)


@dataclass(frozen=True)
class Weights:
    """What a word weighs: the rarer among the sources, the more."""

    counts: Counter[str]
    total: int
    _known: dict[tuple[tuple[str, ...], ...], float] = field(default_factory=dict, repr=False)
    _weights: dict[str, float] = field(default_factory=dict, repr=False)

    @classmethod
    def over(cls, bags: Iterable[Sequence[str]]) -> Weights:
        """The weights of the words of many names."""
        counts: Counter[str] = Counter()
        total = 0
        for bag in bags:
            counts.update(set(bag))
            total += 1
        return cls(counts, total)

    def of(self, word: str) -> float:
        """At least 1, for a word that all have."""
        if word not in self._weights:
            self._weights[word] = 1 + math.log((1 + self.total) / (1 + self.counts[word]))
        return self._weights[word]

    def alike(self, wanted: tuple[str, ...], own: tuple[str, ...], around: tuple[str, ...] = ()) -> float:
        """How well a source with its `own` words, standing `around` others, answers what is wanted: 0 to 1."""
        key = (wanted, own, around)
        if key not in self._known:
            self._known[key] = self._alike(wanted, own, around)
        return self._known[key]

    def _alike(self, wanted: tuple[str, ...], own: tuple[str, ...], around: tuple[str, ...]) -> float:
        if not wanted or not (own or around):
            return 0.0
        if wanted != own and VAGUE.issuperset(wanted):
            return 0.0
        need = sum(self.of(word) for word in wanted)
        found = sum(self.of(word) * max(_best(word, own), 0.6 * _best(word, around)) for word in wanted)
        have = sum(self.of(word) for word in own)
        used = sum(self.of(word) * _best(word, wanted) for word in own)
        return 0.65 * found / need + 0.35 * (used / have if have else 0.0)


def _best(word: str, others: tuple[str, ...]) -> float:
    if word in others:
        return 1.0
    if word[:_STEM] not in _stems(others):  # for most words of a directory
        return 0.0
    return 0.8 if any(_begins(word, other) or _begins(other, word) for other in others) else 0.0


@lru_cache(maxsize=100_000)
def _stems(words: tuple[str, ...]) -> frozenset[str]:
    """How words begin that may be the beginning of another, or begin with one."""
    return frozenset(word[:_STEM] for word in words if len(word) >= _STEM)


def _begins(short: str, long: str) -> bool:
    return len(short) >= _STEM and short.isalpha() and long.startswith(short)
