"""Files of a deployment that look like configuration and that nothing reads, for the ending of their names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

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
