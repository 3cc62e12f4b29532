"""The parts of a mapping file that are read without knowing what stands around them: texts, flags, paths, functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edi_router.config import Block, ConfigNode, Items, Scalar, Tree, did_you_mean
from edi_router.faults import Fault, Place
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.model import REGISTER_KEYS, TABLE_KEYS, Call, RegisterUse, Source, TableUse
from edi_router.mapping.own import Unusable, known, own_name
from edi_router.mapping.registry import OwnName
from edi_router.mapping.releases import Names, spelt
from edi_router.paths import Path, PathError, Start, parse

CONTEXT_NAMES = ("now", "timestamp", "uuid", "business_date", "sender", "recipient", "message_id", "settings")


class NodeReader:
    """Turns configuration nodes into parts of the model; collects faults and goes on with what it can read."""

    def __init__(self, file: str, faults: list[Fault], text: str) -> None:
        self.file = file
        self.faults = faults
        self.lines = {file: text.splitlines()}
        """The lines of each file that is read, to tell columns inside of quotes."""
        self.names: Names = {}
        self.tree: Tree | None = None
        """Where functions of the deployment are looked for."""

    def block(
        self, node: ConfigNode, known: Sequence[str], key: str, needed: Sequence[str] = ()
    ) -> Block | None:
        """The node as a block of known keys; None when it is none, or a needed key is missing."""
        if not isinstance(node, Block):
            self.wrong(node.place, key, "…", f"expected keys out of {', '.join(known)}")
            return None
        for name, _ in node.items:
            if name.value not in known:
                values = {"key": name.value, "known": ", ".join(known)}
                hint = did_you_mean(name.value, known)
                self.faults.append(Fault("config-unknown-key", name.place, values, hint=hint))
        missing = [name for name in needed if node.get(name) is None]
        self.faults += [Fault("config-missing-key", node.place, {"key": name}) for name in missing]
        return None if missing else node

    def text(self, node: ConfigNode | None, key: str) -> str:
        """The text of a node; "" when there is none."""
        if node is None:
            return ""
        if isinstance(node, Scalar):
            return node.value
        self.wrong(node.place, key, "…", "expected a text")
        return ""

    def flag(self, node: ConfigNode | None, key: str) -> bool:
        """Whether the node says yes."""
        text = self.text(node, key)
        if text not in ("", "yes", "no") and node is not None:
            self.wrong(node.place, key, text, "must be yes or no")
        return text == "yes"

    def chosen(self, node: ConfigNode | None, key: str, words: Sequence[str]) -> str:
        """One of the words; the first when there is no node."""
        text = self.text(node, key) or words[0]
        if text not in words and node is not None:
            problem = f"must be one of {', '.join(words)}"
            values = {"key": key, "value": text, "problem": problem}
            self.faults.append(Fault("config-value", node.place, values, hint=did_you_mean(text, words)))
        return text

    def wrong(self, place: Place, key: str, value: str, problem: str) -> None:
        """Record a value that cannot be."""
        self.faults.append(Fault("config-value", place, {"key": key, "value": value, "problem": problem}))

    def at(self, node: Scalar, column: int) -> Place:
        """The place of a column of the scalar's text, which begins behind its quote if it has one."""
        file, line, start = node.place.file or self.file, node.place.line, node.place.column
        if line is None or start is None:
            return node.place
        lines = self.lines.get(file, [])
        text = lines[line - 1] if line <= len(lines) else ""
        quoted = text[start - 1 : start] in ("'", '"')
        return Place(file, line, start + column - (0 if quoted else 1))

    def sources(self, node: ConfigNode | None) -> tuple[Source, ...]:
        """A path, or a list of paths."""
        if node is None:
            return ()
        nodes: Sequence[ConfigNode] = node.items if isinstance(node, Items) else (node,)
        return tuple(source for child in nodes if (source := self.source(child)) is not None)

    def source(self, node: ConfigNode) -> Source | None:
        """A path, with a fault at its very column when it is wrong."""
        if not isinstance(node, Scalar):
            self.wrong(node.place, "path", "…", "expected a path")
            return None
        try:
            path = parse(node.value, item=True)
        except PathError as error:
            values = {"path": node.value, "problem": error.problem}
            place = self.at(node, error.column)
            self.faults.append(Fault("path-syntax", place, values, hint=_meant(node.value)))
            return None
        if path.start is Start.CONTEXT and not self._context(path, node):
            return None
        return Source(spelt(path, self.names), node.value, self.at(node, 1))

    def _context(self, path: Path, node: Scalar) -> bool:
        names = [step.name for step in path.steps]
        if names[0] in CONTEXT_NAMES and len(names) == (2 if names[0] == "settings" else 1):
            return True
        values = {"path": node.value, "problem": f"the context has {', '.join(CONTEXT_NAMES)}"}
        hint = did_you_mean(names[0], CONTEXT_NAMES)
        self.faults.append(Fault("path-unknown", self.at(node, 10), values, hint=hint))
        return False

    def calls(self, node: ConfigNode | None, key: str = "as") -> tuple[Call, ...]:
        """Functions with their arguments, in order."""
        if node is None:
            return ()
        calls: list[Call] = []
        for child in node if isinstance(node, Items) else (node,):
            if isinstance(child, Scalar):
                calls += self._call(child, None, child.place)
            elif isinstance(child, Block):
                for name, argument in child.items:
                    calls += self._call(name, self.text(argument, name.value), argument.place)
            else:
                self.wrong(child.place, key, "…", "expected NAME or {NAME: argument}")
        return tuple(calls)

    def _call(self, name: Scalar, argument: str | None, place: Place) -> list[Call]:
        called: str = name.value
        if "/" in called:
            try:
                called = own_name(self.tree, called) or called
            except Unusable as error:
                self.wrong(name.place, "as", name.value, str(error))
                return []
        function = called.function if isinstance(called, OwnName) else FUNCTIONS.get(called)
        if function is None:
            names = [*sorted(FUNCTIONS), *(known(self.tree) if self.tree is not None else ())]
            values = {"function": name.value, "known": ", ".join(names)}
            hint = did_you_mean(name.value, names)
            self.faults.append(Fault("function-unknown", name.place, values, hint=hint))
            return []
        problem = function.check(argument)
        if problem:
            values = {"function": name.value, "argument": argument or "", "problem": problem}
            self.faults.append(Fault("function-argument", place, values))
            return []
        return [Call(called, argument, name.place)]

    def register(self, node: ConfigNode | None) -> RegisterUse | None:
        """A look-up in a register."""
        if node is None:
            return None
        block = self.block(node, REGISTER_KEYS, "register", REGISTER_KEYS)
        name, field = (block.get(key) if block is not None else None for key in REGISTER_KEYS)
        if name is None or field is None:
            return None
        return RegisterUse(self.text(name, "name"), self.text(field, "field"), name.place, field.place)

    def table(self, node: ConfigNode | None) -> TableUse | None:
        """A look-up in a code table."""
        if node is None:
            return None
        if isinstance(node, Scalar):
            return TableUse(node.value, "code", "value", node.place)
        block = self.block(node, TABLE_KEYS, "table", ("name",))
        if block is None:
            return None
        by, column = (self.text(block.get(key), key) for key in ("by", "column"))
        return TableUse(self.text(block.get("name"), "name"), by or "code", column or "value", node.place)


_PREFIX = re.compile(r"(?<![\w.\-'])[A-Za-z_][\w.\-]*:(?=[A-Za-z_])")
_UNQUOTED = re.compile(r"=\s*([^'\"$\[\]]+?)\s*\]")


def _meant(text: str) -> str | None:
    """The path that was meant where the usual slips are all that is wrong with it: prefixes, a text without quotes."""
    mended = _UNQUOTED.sub(r"='\1']", _PREFIX.sub("", text.strip()))
    try:
        parse(mended, item=True)
    except PathError:
        return None
    return mended
