"""Files of a deployment that look like configuration and that nothing reads, for the ending of their names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from edi_router.config.tree import Tree, files_of
from edi_router.faults import Fault, Place

_READ = {".yml": ".yaml", ".yaml": ".yaml", ".csv": ".csv", ".xsd": ".xsd"}
_FOLDERS = ("mappings", "partners", "registers", "schemas")


def ignored(tree: Tree) -> Iterator[Fault]:
    """A warning for each such file of the layers over the shipped one."""
    for layer in tree.layers[:-1]:
        for folder in _FOLDERS:
            for name in sorted(files_of(layer, folder)):
                path = PurePosixPath(name)
                wanted = _READ.get(path.suffix.lower(), path.suffix)
                if wanted != path.suffix:
                    place = Place(tree.display(name))
                    yield Fault("config-file-ignored", place, {"wanted": path.stem + wanted})
            yield from _no_files(layer / folder)


def _no_files(folder: Path) -> Iterator[Fault]:
    """A warning for each link and folder that has the place of a file, and is none."""
    for name, folders, files in os.walk(folder):
        here = Path(name)
        for each in sorted(folders):
            path = here / each
            if path.is_symlink():
                yield _unread(path, "it is a link to a folder, which is not followed")
            elif path.suffix.lower() in _READ:
                yield _unread(path, "it is a folder")
        for each in sorted(files):
            path = here / each
            if path.is_symlink() and not path.exists():
                yield _unread(path, f"it is a link to {path.readlink()}, which is not there")
            elif not path.is_file():
                yield _unread(path, "it is neither a file nor a folder")


def _unread(path: Path, problem: str) -> Fault:
    try:
        shown = path.relative_to(Path.cwd())
    except ValueError:
        shown = path
    return Fault("config-no-file", Place(str(shown)), {"problem": problem})
