"""The configuration tree as it was at one moment: what is read of it later is still the set of that moment.

A configuration is not read as a whole when it is taken up, only what is needed. Its digest names the whole set all the
same, and what is read an hour later must belong to it: of each file the hash is kept, and a file that was changed
meanwhile is refused, never mixed in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from edi_router.config.tree import IN_FORCE, Tree, digest_of, files_of


class ChangedSince(OSError):
    """A file is no longer what it was when the configuration was taken up. `edi-router reload` takes it up anew."""


@dataclass(frozen=True, slots=True)
class Held:
    """One file of the set."""

    layer: int
    """The layer that it comes from."""
    path: str
    sha256: bytes


@dataclass(frozen=True)
class Snapshot(Tree):
    """A tree with the hash of each file that decides anything; golden cases and samples do not, and are as in a tree."""

    held: Mapping[str, Held] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, tree: Tree, files: Sequence[str] = ()) -> Self:
        """The files of the tree's folders as they are now, and the single `files` where they are there."""
        held: dict[str, Held] = {}
        for number, layer in enumerate(tree.listed):
            names = [name for name in files if (layer / name).is_file()]
            names += [name for folder in IN_FORCE for name in files_of(layer, folder)]
            for name in names:
                path = f"{layer}/{name}"
                if name not in held:
                    with suppress(FileNotFoundError):  # removed while we look
                        held[name] = Held(number, path, _sha256(path))
        return cls(tree.layers, dict(sorted(held.items())))

    def without_shipped(self) -> Snapshot:
        """The same without the last layer; all of it when there is no other."""
        if len(self.layers) < 2:
            return self
        last = len(self.layers) - 1
        own = {name: each for name, each in self.held.items() if each.layer < last}
        return Snapshot(self.layers[:-1], own)

    def find(self, name: str) -> Path | None:
        """As a tree; a file of the set is where it was."""
        held = self.held.get(name)
        return Path(held.path) if held is not None else super().find(name)

    def read(self, name: str) -> bytes:
        """As a tree. Raises ChangedSince when the file is not what it was."""
        held = self.held.get(name)
        if held is None:
            return super().read(name)
        try:
            content = Path(held.path).read_bytes()
        except FileNotFoundError:
            raise ChangedSince(f"{name} was removed since {_TAKEN}") from None
        if hashlib.sha256(content).digest() != held.sha256:
            raise ChangedSince(f"{name} was changed since {_TAKEN}")
        return content

    def names(self, folder: str, suffix: str = "") -> list[str]:
        """As a tree, for the folders of the set; golden cases are not listed."""
        if folder.partition("/")[0] not in IN_FORCE:
            return super().names(folder, suffix)
        inside = f"{folder.rstrip('/')}/"
        return [name for name in self.held if name.startswith(inside) and name.endswith(suffix)]

    @property
    def key(self) -> str:
        """The digest of the set, as `Tree.digest` gives it."""
        return digest_of({name: held.sha256 for name, held in self.held.items()})


def _sha256(path: str) -> bytes:
    # To make a Path for each of hundreds of files takes longer than to read them.
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        return hashlib.sha256(file.read()).digest()


_TAKEN = "the configuration was taken up; take it up anew with: edi-router reload"
