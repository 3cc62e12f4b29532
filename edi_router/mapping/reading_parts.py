"""Conditions, functions after `join`, and word wrap, as mapping files write them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import Literal, cast

from edi_router.config import Block, ConfigNode, Items, Scalar
from edi_router.mapping.functions import FUNCTIONS, Kind
from edi_router.mapping.model import (
    CONDITION_KEYS,
    JOINS,
    TESTS,
    WRAP_KEYS,
    Call,
    Condition,
    Joined,
    When,
    Wrap,
)
from edi_router.mapping.patterns import problem_of
from edi_router.mapping.reading_nodes import NodeReader

OUTPUT = "output"
"""Names the encoding of the output, where an encoding is asked for."""
_LINES = re.compile(r"([1-9][0-9]{0,2})(?:(-)([1-9][0-9]{0,2})?)?")


class PartReader(NodeReader):
    """Reads the parts of an element that are more than texts."""

    def when(self, node: ConfigNode | None) -> tuple[When, ...]:
        """Conditions that must all hold."""
        if node is None:
            return ()
        nodes: Sequence[ConfigNode] = node.items if isinstance(node, Items) else (node,)
        return tuple(found for child in nodes if (found := self._condition(child)) is not None)

    def _condition(self, node: ConfigNode) -> When | None:
        if isinstance(node, Scalar):
            source = self.source(node)
            return None if source is None else Condition(source)
        if isinstance(node, Items):
            return Joined("all", self.when(node))
        block = self.block(node, CONDITION_KEYS, "when")
        if block is None:
            return None
        joins = [key for key in JOINS if block.get(key) is not None]
        if joins:
            if len(block.items) > 1:
                self.wrong(
                    node.place, "when", joins[0], "it stands alone: other tests belong into its conditions"
                )
            kind = cast(Literal["all", "any", "not"], joins[0])
            parts = self.when(block.get(kind))
            return Joined(kind, parts) if parts else None
        if self.block(node, CONDITION_KEYS, "when", ("path",)) is None:
            return None
        return self._test(block)

    def _test(self, block: Block) -> Condition | None:
        path = block.get("path")
        source = None if path is None else self.source(path)
        given = [key for key in TESTS if block.get(key) is not None]
        if len(given) > 1:
            problem = f"one test a condition: put {' and '.join(given)} into a list of conditions"
            self.wrong(block.place, "when", "…", problem)
        equals, among = block.get("equals"), block.get("in")
        asked: Sequence[ConfigNode] = () if equals is None else (equals,)
        if isinstance(among, Items) and equals is None:
            asked = among.items
        elif among is not None and equals is None:
            self.wrong(among.place, "in", "…", "expected a list of texts")
        texts = tuple(self.text(each, "in" if equals is None else "equals") for each in asked)
        matches, starts = (self.text(block.get(key), key) for key in ("matches", "starts_with"))
        pattern = block.get("matches")
        why = problem_of(matches) if pattern is not None else None
        if pattern is not None and why is not None:
            self.wrong(pattern.place, "matches", matches, f"no pattern: {why}")
        present, absent = (self.flag(block.get(key), key) for key in ("present", "absent"))
        for key in given:
            said = block.get(key)
            if said is not None and not (present if key == "present" else absent or key != "absent"):
                self.wrong(said.place, key, "no", f"leave it out, or say `{_OTHER[key]}: yes`")
            elif isinstance(said, Scalar) and not said.value:
                self.wrong(said.place, key, "", "nothing is equal to an empty text: say `absent: yes`")
        register, states = block.get("register"), self._states(block)
        if source is None:
            return None
        return Condition(
            source, texts, absent, matches, starts, self.text(register, "register"), states,
            None if register is None else register.place,
            tuple(self.at(each, 1) if isinstance(each, Scalar) else each.place for each in asked),
        )  # fmt: skip

    def _states(self, block: Block) -> tuple[str, ...]:
        """The states in which an entry counts."""
        node = block.get("states")
        if node is not None and block.get("register") is None:
            self.wrong(node.place, "states", "…", "it goes with `register`")
        nodes: Sequence[ConfigNode] = (
            node.items if isinstance(node, Items) else () if node is None else (node,)
        )
        return tuple(self.text(child, "states") for child in nodes)

    def then(self, node: ConfigNode | None) -> tuple[Call, ...]:
        """Functions of the one value that `join` has made."""
        calls = self.calls(node, "then")
        for call in calls:
            if FUNCTIONS[call.name].kind not in (Kind.EACH, Kind.DATED):
                self.wrong(call.place, "then", call.name, "it takes several values: put it into `as`")
        return calls

    def wrap(self, node: ConfigNode | None) -> Wrap | None:
        """How a text is written as lines."""
        if node is None:
            return None
        block = self.block(node, WRAP_KEYS, "wrap", ("length",))
        if block is None:
            return None
        length = self.text(block.get("length"), "length")
        if not re.fullmatch(r"[1-9][0-9]{0,4}", length):
            self.wrong(node.place, "length", length, "expected how many characters or bytes a line has")
            length = "1"
        lines = self.text(block.get("lines"), "lines")
        found = _LINES.fullmatch(lines or "1-")
        if found is None or (found[3] and int(found[3]) < int(found[1])):
            self.wrong(node.place, "lines", lines, "expected how many lines, as in 5, or which, as in 6-10")
            found = _LINES.fullmatch("1-")
        assert found is not None
        first, last = (int(found[1]), int(found[3]) if found[3] else None) if found[2] else (1, int(found[1]))
        encoding = self.text(block.get("bytes"), "bytes")
        if encoding and encoding != OUTPUT and not _is_encoding(encoding):
            problem = "expected `output`, or an encoding such as gb18030"
            self.wrong(node.place, "bytes", encoding, problem)
        words = self.chosen(block.get("break"), "break", ("words", "characters")) == "words"
        rest = self.chosen(block.get("rest"), "rest", ("fault", "cut", "leave"))
        kind = cast(Literal["fault", "cut", "leave"], rest)
        return Wrap(int(length), node.place, first, last, encoding, words, kind)


_OTHER = {"present": "absent", "absent": "present"}


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
