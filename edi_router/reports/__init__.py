"""Reports over the ledger: figures from set-based queries, exact, on SQLite and PostgreSQL alike."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edi_router.reports.model import Period, Report, Table, Value
    from edi_router.reports.page import as_page
    from edi_router.reports.share import By
    from edi_router.reports.summary import Terms
    from edi_router.reports.text import as_csv, as_json
    from edi_router.reports.volumes import Threshold

_HOME = {
    "Period": "model", "Report": "model", "Table": "model", "Value": "model",
    "By": "share", "Terms": "summary", "Threshold": "volumes",
    "as_csv": "text", "as_json": "text", "as_page": "page",
}  # fmt: skip

__all__ = ["By", "Period", "Report", "Table", "Terms", "Threshold", "Value", "as_csv", "as_json", "as_page"]


def __getattr__(name: str) -> object:
    """Imported when it is asked for: an engine looks at the forecast alone. (No name may be that of a module here.)"""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
