"""Which place of the source may answer a place of the target: by words, kind of content, and code tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edi_router.mapping.skeleton_model import Candidate, Content, Slot
from edi_router.mapping.skeleton_words import Weights, words
from edi_router.paths import Node, parse
from edi_router.tables import Table

ENOUGH = 0.55
"""How alike they must be for a guess; below it nothing is better than something."""
_COUNTED = re.compile(r"(G|Goods|Item|Line|Seq|Serial)_?(No|Num|Nbr|Number)|Seq(uence)?", re.IGNORECASE)
"""How the number of an item is called."""
_OUTSIDE = 0.15
_REPEATED = 0.05
_DATES = (
    ("yyyyMMdd", "20160701"), ("yyyy-MM-dd", "2016-07-01"), ("yyyyMMddHHmm", "201607010930"),
    ("yyyyMMddHHmmss", "20160701093015"), ("yyyyMMdd'T'HH:mm:ss", "20160701T09:30:15"),
    ("yyyy-MM-dd'T'HH:mm:ss", "2016-07-01T09:30:15"), ("yyyy-MM-dd HH:mm:ss", "2016-07-01 09:30:15"),
    ("HH:mm:ss", "09:30:15"),
)  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """A source for a target, with what makes its value fit."""

    label: str
    """What the source is called; empty for the position of the item."""
    path: str
    functions: tuple[str, ...] = ()
    """As a mapping writes them: `date`, `{cut: "20"}`."""
    table: str | None = None
    first: bool = False


class Guesser:
    """Guesses over the places of one source; `title` names the target, to choose among code tables."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        tables: Sequence[Table],
        title: str,
        roots: Sequence[Node] = (),
    ) -> None:
        self.candidates = candidates
        self.tables = tables
        self.title = words(title)
        self.roots = roots
        bags = [(*candidate.own, *candidate.around) for candidate in candidates]
        self.weights = Weights.over(bags)
        self._index: dict[str, set[int]] = {}
        for number, bag in enumerate(bags):
            for word in bag:
                self._index.setdefault(word[:4], set()).add(number)

    def guess(self, slot: Slot, scope: tuple[str, ...] = ()) -> Guess | None:
        """The likeliest source of a leaf, seen from the item of the loop that `scope` leads to."""
        if scope and _COUNTED.fullmatch(slot.name) and slot.fits("1"):
            return Guess("", "", ("sequence",))
        found: list[tuple[float, int, Candidate]] = []
        keys = {word[:4] for wanted in slot.wanted for word in wanted}
        for number in sorted({number for key in keys for number in self._index.get(key, ())}):
            candidate = self.candidates[number]
            score = self._score(slot, candidate, scope)
            if score >= ENOUGH:
                found.append((-score, number, candidate))
        for _, _, candidate in sorted(found, key=lambda each: each[:2])[:5]:
            guess = self._fitted(slot, candidate, scope)
            if guess is not None:
                return guess
        return None

    def loop(self, slot: Slot, scope: tuple[str, ...]) -> tuple[str, ...] | None:
        """The repeated part of the source whose values answer most of what a repeated branch wants."""
        totals = self._called(slot, scope)
        leaves = [child for child in _leaves(slot) if child.wanted]
        for leaf in leaves:
            best: dict[tuple[str, ...], float] = {}
            keys = {word[:4] for wanted in leaf.wanted for word in wanted}
            for number in {number for key in keys for number in self._index.get(key, ())}:
                candidate = self.candidates[number]
                texts = tuple(step.text for step in candidate.steps)
                for at in candidate.loops():
                    if at > len(scope) and texts[: len(scope)] == scope:
                        score = self._score(leaf, candidate, texts[:at])
                        if score >= ENOUGH:
                            best[texts[:at]] = max(best.get(texts[:at], 0.0), score)
            for path, score in best.items():
                totals[path] = totals.get(path, 0.0) + score
        if not totals:
            return None
        path, total = max(totals.items(), key=lambda each: (each[1], -len(each[0])))
        return path if total >= ENOUGH else None

    def _called(self, slot: Slot, scope: tuple[str, ...]) -> dict[tuple[str, ...], float]:
        """The repeated parts of the source below the scope that are called as the slot is."""
        found: dict[tuple[str, ...], float] = {}
        for candidate in self.candidates:
            for at in candidate.loops():
                path = tuple(step.text for step in candidate.steps[:at])
                if at > len(scope) and path[: len(scope)] == scope and path not in found:
                    own = candidate.steps[at - 1].words
                    found[path] = max((self.weights.alike(each, own) for each in slot.wanted), default=0.0)
        return {path: score for path, score in found.items() if score >= ENOUGH}

    def _score(self, slot: Slot, candidate: Candidate, scope: tuple[str, ...]) -> float:
        wanted, content = slot.content, candidate.content
        if Content.DATE in (wanted, content) and wanted is not content:
            dated = wanted is Content.TEXT and any("date" in each for each in slot.wanted)
            if not dated and not (wanted is Content.DATE and "date" in (*candidate.own, *candidate.around)):
                return 0.0
        if wanted is Content.NUMBER and content is not Content.NUMBER:
            return 0.0
        score = max(
            (self.weights.alike(each, candidate.own, candidate.around) for each in slot.wanted), default=0.0
        )
        inside = tuple(step.text for step in candidate.steps[: len(scope)]) == scope
        depth = len(scope) if inside else 0
        several = sum(step.repeats for step in candidate.steps[depth:])
        return score - (0.0 if inside else _OUTSIDE) - _REPEATED * several

    def _fitted(self, slot: Slot, candidate: Candidate, scope: tuple[str, ...]) -> Guess | None:
        """The guess with the functions and the table that its value needs; None when it cannot fit."""
        inside = tuple(step.text for step in candidate.steps[: len(scope)]) == scope
        path = candidate.path(len(scope)) if inside else "/" + candidate.path()
        path = path.removeprefix("/") if path.startswith("/$") else path
        first = candidate.repeats(len(scope) if inside else 0)
        functions: tuple[str, ...] = ()
        table = None
        if slot.content is Content.DATE or candidate.content is Content.DATE:
            pattern = next((form for form, text in _DATES if slot.fits(text)), None)
            if pattern is None:
                return None
            functions = (f'{{date: "{pattern}"}}',) if pattern != "yyyyMMdd" else ("date",)
        elif slot.content is Content.NUMBER:
            functions = ("decimal",) if slot.decimals is None else (f'{{decimal: "{slot.decimals}"}}',)
        else:
            if slot.values or not slot.fits("TODO"[: slot.max_length or 4]):
                table = self._table(slot, candidate)
                if table is None and not self._answers(slot, candidate):
                    return None
            if slot.max_length is not None and table is None and (candidate.length or 999) > slot.max_length:
                functions = (f'{{cut: "{slot.max_length}"}}',)
        return Guess(candidate.label, path, functions, table, first)

    def _sampled(self, candidate: Candidate) -> list[str]:
        """The candidate's values in the sample."""
        path = parse(candidate.path())
        return [text for root in self.roots for text, _ in path.values(root)]

    def _answers(self, slot: Slot, candidate: Candidate) -> bool:
        """Whether the sample's values fit as they are."""
        texts = self._sampled(candidate)
        return bool(texts) and all(slot.fits(text) for text in texts)

    def _table(self, slot: Slot, candidate: Candidate) -> str | None:
        """The code table whose name tells of the target, whose results fit, and which knows the sample's codes."""
        texts = self._sampled(candidate)
        best: tuple[int, str] | None = None
        for table in self.tables:
            name = words(table.name.replace("-", " "))
            hits = sum(word in self.title or any(word in each for each in slot.wanted) for word in name)
            if not name or not any(name[0] in each for each in slot.wanted) or "value" not in table.header:
                continue
            if any(not slot.fits(row.columns["value"]) for row in table.rows[:20]):
                continue
            if texts and any(not table.find(text) for text in texts):
                continue
            if (texts or hits == len(name)) and (best is None or hits > best[0]):
                best = (hits, table.name)
        return None if best is None else best[1]


def _leaves(slot: Slot) -> list[Slot]:
    return [
        *([slot] if slot.leaf else []),
        *(leaf for child in slot.children for leaf in _leaves(child) if not child.many),
    ]
