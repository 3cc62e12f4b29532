"""The text of a skeleton: a line for each place of the target, its guess or a filler, and a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from edi_router.mapping.skeleton_guess import Guess, Guesser
from edi_router.mapping.skeleton_model import Slot, filler

_PLAIN = re.compile(r"[A-Za-z_.][\w./]*")
_LONGEST = 100


@dataclass
class Writer:
    """Writes the lines below `output:`; a slot in `refuted` gets no guess any more."""

    guesser: Guesser
    refuted: dict[int, str] = field(default_factory=dict)
    """By the `id` of a slot: why its guess does not do."""
    lines: list[str] = field(default_factory=list)
    slots: dict[int, Slot] = field(default_factory=dict)
    """The slots with a guess, by the number of their line."""
    guesses: int = 0
    open: int = 0
    """Places that wait for somebody to fill them in."""

    def write(self, root: Slot, start: int) -> None:
        """All lines of the root; the first one is line `start` of the file."""
        self.lines.clear()
        self.slots.clear()
        self.guesses = self.open = 0
        self._start = start
        self._slot(root, 1, ())

    def _add(self, indent: int, text: str, comment: str = "") -> int:
        comment = " ".join(comment.split())
        if len(comment) > _LONGEST:
            comment = comment[: _LONGEST - 1] + "…"
        self.lines.append(f"{'  ' * indent}{text}{'  # ' + comment if comment else ''}")
        return self._start + len(self.lines) - 1

    def _slot(self, slot: Slot, indent: int, scope: tuple[str, ...]) -> None:
        if not slot.mandatory and not any(self._guesses(slot, scope)):
            self._commented(slot, indent)
        elif slot.leaf:
            self._leaf(slot, indent, scope)
        else:
            self._branch(slot, indent, scope)

    def _guesses(self, slot: Slot, scope: tuple[str, ...]) -> Iterator[bool]:
        """Whether anything in an optional place can be guessed."""
        if slot.leaf:
            yield self._guess(slot, scope) is not None
            return
        inner = self._loop(slot, scope) or scope
        for child in slot.children:
            yield from self._guesses(child, inner)

    def _guess(self, slot: Slot, scope: tuple[str, ...]) -> Guess | None:
        return None if id(slot) in self.refuted else self.guesser.guess(slot, scope)

    def _loop(self, slot: Slot, scope: tuple[str, ...]) -> tuple[str, ...] | None:
        return self.guesser.loop(slot, scope) if slot.many and id(slot) not in self.refuted else None

    def _leaf(self, slot: Slot, indent: int, scope: tuple[str, ...]) -> None:
        guess = self._guess(slot, scope)
        attributes = [child for child in slot.children if child.mandatory]
        value, comment = self._value(slot, guess)
        if attributes:
            inner = []
            for child in attributes:
                inner.append(f"{_key(child.name)}: {{{self._value(child, self._guess(child, scope))[0]}}}")
            value += f", do: {{{', '.join(inner)}}}"
        line = self._add(indent, f"{_key(slot.name)}: {{{value}}}", comment)
        if guess is not None:
            self.slots[line] = slot

    def _value(self, slot: Slot, guess: Guess | None) -> tuple[str, str]:
        if guess is None:
            self.open += 1
            text = filler(slot)
            why = f"; {self.refuted[id(slot)]}" if id(slot) in self.refuted else ""
            return f"const: {_quoted(text or 'TODO')}", f"fill in: {slot.note}{why}"
        self.guesses += 1
        parts = [f"from: {_text(guess.path)}"] if guess.path else []
        if guess.first:
            parts.append("first: yes")
        if guess.functions:
            given = guess.functions
            parts.append(f"as: {given[0] if len(given) == 1 else '[' + ', '.join(given) + ']'}")
        if guess.table:
            parts.append(f"table: {guess.table}")
        if slot.mandatory and guess.path:
            parts.append("required: yes")
        return ", ".join(parts), f"guess: {guess.label or 'number of the item'}; {slot.note}"

    def _branch(self, slot: Slot, indent: int, scope: tuple[str, ...]) -> None:
        loop = self._loop(slot, scope)
        if not slot.children:
            self._add(indent, f"{_key(slot.name)}: {{do: {{}}}}", f"fill in: {slot.note}")
            self.open += 1
            return
        line = self._add(indent, f"{_key(slot.name)}:", slot.note)
        if loop is not None:
            self.guesses += 1
            path = "/".join(loop[len(scope) :])
            self.slots[line] = slot
            self.slots[self._add(indent + 1, f"each: {_text(path)}", "guess")] = slot
        self._add(indent + 1, "do:")
        for child in slot.children:
            self._slot(child, indent + 2, loop or scope)

    def _commented(self, slot: Slot, indent: int) -> None:
        """An optional place that nothing is known for, to be taken up by taking the hash away."""
        text = f"# {_key(slot.name)}:" + ("" if slot.leaf else " {do: …}")
        self._add(indent, text, slot.note)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[^\W\d][\w.-]*", name) and name not in ("yes", "no") else f'"{name}"'


def _text(path: str) -> str:
    return path if _PLAIN.fullmatch(path) else '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
