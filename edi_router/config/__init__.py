"""Floor 0: configuration files, read strictly and with places; the layered configuration tree."""

from typing import TYPE_CHECKING

from edi_router.first_use import at_first_use

if TYPE_CHECKING:
    from edi_router.config.models import Model, Problems, YesNo, did_you_mean, listed, place_of, read_model
    from edi_router.config.tree import FOLDERS, Tree, shipped_directory
    from edi_router.config.yaml import Block, ConfigNode, Items, Scalar, load, plain

__all__ = [
    "FOLDERS",
    "Block",
    "ConfigNode",
    "Items",
    "Model",
    "Problems",
    "Scalar",
    "Tree",
    "YesNo",
    "did_you_mean",
    "listed",
    "load",
    "place_of",
    "plain",
    "read_model",
    "shipped_directory",
]

# Who only looks for files needs neither pydantic nor PyYAML.
__getattr__ = at_first_use(
    __name__,
    {
        ".models": ("Model", "Problems", "YesNo", "did_you_mean", "listed", "place_of", "read_model"),
        ".tree": ("FOLDERS", "Tree", "shipped_directory"),
        ".yaml": ("Block", "ConfigNode", "Items", "Scalar", "load", "plain"),
    },
)
