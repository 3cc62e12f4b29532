"""Floor 1: dated code tables."""

from edi_router.tables.table import Row, Table, load_table, parse_table

__all__ = ["Row", "Table", "load_table", "parse_table"]
