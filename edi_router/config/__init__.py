"""Floor 0: configuration files, read strictly and with places; the layered configuration tree."""

from edi_router.config.models import Model, YesNo, did_you_mean, listed, place_of, read_model
from edi_router.config.tree import FOLDERS, Tree, shipped_directory
from edi_router.config.yaml import Block, ConfigNode, Items, Scalar, load, plain

__all__ = [
    "FOLDERS",
    "Block",
    "ConfigNode",
    "Items",
    "Model",
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
