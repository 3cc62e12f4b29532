"""docs/console.md tells of each page of the menu, with the permission that opens it."""

import re
from pathlib import Path

from edi_router.console.menu import ITEMS

TEXT = (Path(__file__).parents[2] / "docs" / "console.md").read_text(encoding="utf-8")


def test_each_page_of_the_menu_is_described() -> None:
    rows = re.findall(r"^\| ([A-Z]\w+) \| `(/\w*)` \| `(\w+)` \| \S", TEXT, re.MULTILINE)
    assert rows == [(item.en, item.path, item.permission) for item in ITEMS]
