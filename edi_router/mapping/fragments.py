"""Fragments: pieces of a mapping that are written once and used where they are named.

A fragment is a `do`. It stands below `fragments` of the mapping, or of a shared file `mappings/fragments/FILE.yaml`,
and is used as NAME or FILE/NAME. There is no inheritance: nothing of a fragment is left out or written otherwise
where it is used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from edi_router.config import Block, ConfigNode, Scalar, Tree, did_you_mean, load
from edi_router.faults import Fault
from edi_router.mapping.model import FRAGMENT_KEYS
from edi_router.mapping.reading_nodes import NodeReader

FOLDER = "mappings/fragments"
FILE_KEYS = ("note", "fragments")
MOST = 2000
"""How often the fragments of one mapping may be used, those within fragments counted."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A fragment: its name, the shared file it stands in (nothing for the mapping's own), its `do`."""

    name: str
    home: str
    key: Scalar
    do: Block

    @property
    def id(self) -> str:
        """The name by which any mapping can name it."""
        return f"{self.home}/{self.name}" if self.home else self.name


class Fragments:
    """The fragments that one mapping can use, and those that it does use."""

    def __init__(self, reader: NodeReader, tree: Tree | None) -> None:
        self._reader = reader
        self._tree = tree
        self._homes: dict[str, dict[str, Fragment]] = {"": {}}
        self._open: list[Fragment] = []
        self._uses = 0
        self.used: set[str] = set()

    def own(self, node: ConfigNode | None) -> None:
        """Read the mapping's own fragments."""
        if node is not None:
            self._homes[""] = read_fragments(self._reader, node, "")

    def begin(self) -> None:
        """Begin with the reading of a release."""
        self._uses = 0

    def unused(self) -> list[Fault]:
        """The mapping's own fragments that it does not use."""
        return [unused(each) for each in self._homes[""].values() if each.id not in self.used]

    def shared(self) -> frozenset[str]:
        """The shared fragments that are used."""
        return frozenset(id for id in self.used if "/" in id)

    @contextmanager
    def opened(self, node: Scalar) -> Iterator[Block | None]:
        """The `do` of the fragment that the node names, for the time that it is read; None with a fault."""
        fragment = self._find(node)
        if fragment is not None and any(each.id == fragment.id for each in self._open):
            way = " → ".join([*(each.id for each in self._open), fragment.id])
            self._tell(Fault("fragment-recursive", node.place, {"fragment": fragment.id, "way": way}))
            fragment = None
        self._uses += 1
        if self._uses > MOST:
            if self._uses == MOST + 1:
                problem = f"fragments are used more than {MOST} times"
                self._reader.wrong(node.place, "use", node.value, problem)
            fragment = None
        if fragment is None:
            yield None
            return
        self.used.add(fragment.id)
        self._open.append(fragment)
        yield fragment.do
        self._open.pop()

    def _find(self, node: Scalar) -> Fragment | None:
        here = self._open[-1].home if self._open else ""
        home, slash, name = node.value.rpartition("/")
        if not slash:
            home, name = here, node.value
        known = self._home(home)
        if name in known:
            return known[name]
        names = [*self._homes[here], *(id for each in self._files() for id in self._ids(each))]
        values = {"fragment": node.value, "known": ", ".join(names) or "-"}
        elsewhere = [id for id in names if id.endswith(f"/{node.value}")]
        hint = elsewhere[0] if len(elsewhere) == 1 else did_you_mean(node.value, names)
        self._tell(Fault("fragment-unknown", node.place, values, hint=hint))
        return None

    def _ids(self, home: str) -> list[str]:
        return [each.id for each in self._home(home).values()]

    def _files(self) -> list[str]:
        return [] if self._tree is None else shared_files(self._tree)

    def _home(self, home: str) -> dict[str, Fragment]:
        """The fragments of a shared file, read when it is first asked for."""
        if home not in self._homes:
            self._homes[home] = {}
            if self._tree is not None and home in self._files():
                self._homes[home] = read_file(self._reader, self._tree, home)
        return self._homes[home]

    def _tell(self, fault: Fault) -> None:
        self._reader.faults.append(fault)


def shared_files(tree: Tree) -> list[str]:
    """The names of the shared files."""
    names = (name.removeprefix(f"{FOLDER}/") for name in tree.names(FOLDER, ".yaml"))
    return [name.removesuffix(".yaml") for name in names if "/" not in name]


def read_file(reader: NodeReader, tree: Tree, home: str) -> dict[str, Fragment]:
    """The fragments of a shared file; the reader is told what is wrong with it."""
    name = f"{FOLDER}/{home}.yaml"
    text, file = tree.text(name), tree.display(name)
    node, faults = load(text, file)
    reader.faults += faults
    reader.lines[file] = text.splitlines()
    block = None if node is None else reader.block(node, FILE_KEYS, "(file)", ("fragments",))
    inner = None if block is None else block.get("fragments")
    return {} if inner is None else read_fragments(reader, inner, home)


def read_fragments(reader: NodeReader, node: ConfigNode, home: str) -> dict[str, Fragment]:
    """The fragments below `fragments`, by their names."""
    if not isinstance(node, Block):
        reader.wrong(
            node.place, "fragments", "…", "expected fragments by their names, as in `party: {do: …}`"
        )
        return {}
    found: dict[str, Fragment] = {}
    for key, value in node.items:
        block = reader.block(value, FRAGMENT_KEYS, key.value, ("do",))
        do = None if block is None else block.get("do")
        if "/" in key.value or not key.value:
            reader.wrong(key.place, "fragments", key.value, "a fragment's name has no `/`")
        elif do is not None and not isinstance(do, Block):
            reader.wrong(do.place, "do", "…", "expected the elements, one a key")
        elif isinstance(do, Block):
            found[key.value] = Fragment(key.value, home, key, do)
    return found


def lint_shared(tree: Tree, used: Collection[str] | None) -> list[Fault]:
    """The faults of shared files, and their fragments that are not among those `used` (None: not known)."""
    faults: list[Fault] = []
    for home in shared_files(tree):
        fragments = read_file(NodeReader("", faults, ""), tree, home).values()
        faults += [unused(each) for each in fragments if used is not None and each.id not in used]
    return faults


def unused(fragment: Fragment) -> Fault:
    """The fault of a fragment that nothing uses."""
    return Fault("fragment-unused", fragment.key.place, {"fragment": fragment.id})
