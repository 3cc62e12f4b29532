"""A tree that notes what is asked of it: what was made of its answers need not be made again while they are the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from edi_router.config.tree import Tree

_T = TypeVar("_T")
Question = tuple[str, ...]


@dataclass(frozen=True)
class Noted(Tree):
    """The tree `of`, with all the answers that it gave."""

    of: Tree = field(default_factory=lambda: Tree(()))
    answers: dict[Question, object] = field(default_factory=dict)

    @classmethod
    def over(cls, tree: Tree) -> Noted:
        """A tree with the answers of `tree`, none of them given yet."""
        return cls(tree.layers, tree)

    def find(self, name: str) -> Path | None:
        """As the tree."""
        return self._note(("find", name), lambda: self.of.find(name))

    def text(self, name: str) -> str:
        """As the tree."""
        return self._note(("text", name), lambda: self.of.text(name))

    def display(self, name: str) -> str:
        """As the tree."""
        return self._note(("display", name), lambda: self.of.display(name))

    def names(self, folder: str, suffix: str = "") -> list[str]:
        """As the tree."""
        return list(self._note(("names", folder, suffix), lambda: self.of.names(folder, suffix)))

    def read(self, name: str) -> bytes:
        """As the tree."""
        return self._note(("read", name), lambda: self.of.read(name))

    def _note(self, question: Question, ask: Callable[[], _T]) -> _T:
        answer = ask()  # a file that is not there raises: such a making is not kept
        self.answers[question] = answer
        return answer


class Kept(Generic[_T]):
    """What was made of a tree, kept by a name of the making: made anew when the tree would answer otherwise.

    A configuration is loaded as a whole each time, and most of it is as it was. What is kept is shared by all that
    ask for it: it must not be changed.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: dict[Question, tuple[Mapping[Question, object], _T]] = {}
        self._lock = threading.Lock()

    def get(self, tree: Tree, name: Question, make: Callable[[Tree], _T]) -> _T:
        """What `make` makes of the tree, now or the last time; `make` asks nothing but the tree and the name."""
        last = self._made.get(name)
        if last is not None and _gives(tree, last[0]):
            return last[1]
        noted = Noted.over(tree)
        made = make(noted)
        with self._lock:
            while len(self._made) >= self._most:
                del self._made[next(iter(self._made))]
            self._made[name] = noted.answers, made
        return made


def _gives(tree: Tree, answers: Mapping[Question, object]) -> bool:
    """Whether the tree gives the same answers now."""
    asked: dict[str, Callable[..., object]] = {
        "find": tree.find, "read": tree.read, "text": tree.text, "display": tree.display, "names": tree.names
    }  # fmt: skip
    try:
        return all(asked[question[0]](*question[1:]) == answer for question, answer in answers.items())
    except OSError:
        return False
