"""Floor 1: the path language, the same for every format."""

from edi_router.paths.node import Node
from edi_router.paths.parser import PathError, parse
from edi_router.paths.path import Equals, Index, Path, Start, Step

__all__ = ["Equals", "Index", "Node", "Path", "PathError", "Start", "Step", "parse"]
