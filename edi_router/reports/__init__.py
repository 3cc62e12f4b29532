"""Reports over the ledger: figures from set-based queries, exact, on SQLite and PostgreSQL alike."""

from edi_router.reports.mismatches import mismatches
from edi_router.reports.model import Period, Report, Table, Value
from edi_router.reports.page import as_page
from edi_router.reports.share import By, share
from edi_router.reports.summary import Terms, summary
from edi_router.reports.text import as_csv, as_json
from edi_router.reports.times import times
from edi_router.reports.volumes import Threshold, volumes

__all__ = [
    "By",
    "Period",
    "Report",
    "Table",
    "Terms",
    "Threshold",
    "Value",
    "as_csv",
    "as_json",
    "as_page",
    "mismatches",
    "share",
    "summary",
    "times",
    "volumes",
]
