"""The configuration tree: the shipped folders and a deployment's own, layered over them.

The one place below floor 6 that reads files. Everything else is given texts and bytes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDERS = ("mappings", "schemas", "partners", "registers", "samples")
IN_FORCE = ("certificates", "mappings", "partners", "registers", "schemas")
"""The folders of files that decide what is done with a message."""
_PROVED = ("mappings/", "schemas/rules/")
"""Where the folders `cases` are golden cases: they prove a configuration, and decide nothing."""
_HIDDEN = (".", "__pycache__")


def shipped_directory() -> Path:
    """The folder that holds the shipped `mappings/ schemas/ partners/ registers/ samples/`."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent


@dataclass(frozen=True)
class Tree:
    """Folders layered over each other; in `layers` the first one that has a file wins.

    Names are relative POSIX paths such as ``mappings/cusdec-eciq/mapping.yaml``.
    """

    layers: tuple[Path, ...]

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        return tuple(map(str, self.layers))

    @classmethod
    def over_shipped(cls, *deployments: Path) -> Tree:
        """The shipped tree with the given deployments over it, the first on top."""
        return cls((*deployments, shipped_directory()))

    def find(self, name: str) -> Path | None:
        """The file that `name` means, or None. A name that leaves the tree is None too."""
        if name.startswith("/") or ".." in name.split("/"):
            return None
        # A Path for each of thousands of names takes most of the time of loading.
        for layer in self._folders:
            path = f"{layer}/{name}"
            if os.path.isfile(path):  # noqa: PTH113
                return Path(path)
        return None

    def read(self, name: str) -> bytes:
        """The bytes of the file; raises FileNotFoundError with the name and where it was looked for."""
        path = self.find(name)
        if path is None:
            searched = ", ".join(str(layer) for layer in self.layers)
            raise FileNotFoundError(f"{name} is in none of {searched}")
        return path.read_bytes()

    def text(self, name: str) -> str:
        """The file as UTF-8 text, a byte order mark dropped.

        Bytes that are no UTF-8 come as lone surrogates: the reader of YAML tells them as the fault of the file.
        """
        return self.read(name).decode("utf-8-sig", "surrogateescape")

    def display(self, name: str) -> str:
        """How a message names the file: its path relative to the working directory where that is shorter."""
        path = self.find(name)
        if path is None:
            return name
        try:
            return str(path.relative_to(Path.cwd()))
        except ValueError:
            return str(path)

    @property
    def listed(self) -> tuple[Path, ...]:
        """The layers of which the files are listed: all of them."""
        return self.layers

    def names(self, folder: str, suffix: str = "") -> list[str]:
        """The names of all files below `folder` that end in `suffix`, of all layers, sorted, each once."""
        inside = os.path.normpath(folder) + "/" if folder not in ("", ".") else ""
        found = (name for layer in self._folders for name in _files(f"{layer}/{inside}", inside))
        return sorted({name for name in found if name.endswith(suffix)})

    def digest(self, folders: Sequence[str] = IN_FORCE, files: Sequence[str] = ()) -> str:
        """SHA-256 over names and contents of the effective files: the name of this configuration set.

        `files` are single files, counted when they are there. Golden cases are not counted.
        """
        names = [name for name in files if self.find(name) is not None]
        names += [name for folder in folders for name in self.names(folder) if not is_case(name)]
        return digest_of({name: hashlib.sha256(self.read(name)).digest() for name in names})


def digest_of(hashes: Mapping[str, bytes]) -> str:
    """The name of a set of files, of which the SHA-256 are given."""
    total = hashlib.sha256()
    for name in sorted(hashes):
        total.update(name.encode() + b"\0" + hashes[name])
    return total.hexdigest()


def is_case(name: str) -> bool:
    """Whether the file belongs to a golden case."""
    return name.startswith(_PROVED) and "/cases/" in name


def files_of(layer: Path, folder: str) -> Iterator[str]:
    """The names of all files of a layer below the folder, without golden cases."""
    return _files(f"{layer}/{folder}/", f"{folder}/", cases=False)


def _files(path: str, before: str, cases: bool = True) -> Iterator[str]:
    """The names of the files below a folder, with `before` before each."""
    try:
        entries = os.scandir(path)
    except OSError:
        return
    with entries:
        for entry in entries:
            if entry.name.startswith(_HIDDEN):
                continue
            if entry.is_dir(follow_symlinks=False):
                inside = f"{before}{entry.name}/"
                if cases or not is_case(inside):  # most files of the shipped tree are in cases
                    yield from _files(entry.path, inside, cases)
            elif entry.is_file():
                yield before + entry.name
