"""The pages of the console, in the order of the menu, and who finds which of them there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A page of the menu."""

    path: str
    permission: str
    en: str
    zh: str


ITEMS = (
    Item("/", "see", "Today", "今日"),
    Item("/search", "search", "Search", "查询"),
    Item("/queues", "decide", "Work", "待办"),
    Item("/registers", "see", "Registers", "登记簿"),
    Item("/partners", "books", "Partners", "伙伴"),
    Item("/desk", "desk", "Desk", "业务台"),
    Item("/progress", "progress", "Progress", "进度查询"),
    Item("/try", "try", "Try", "试用"),
    Item("/onboarding", "configure", "Onboarding", "接入"),
    Item("/reports", "books", "Reports", "报表"),
    Item("/audit", "audit", "Audit", "审计"),
)
"""A path of one part stands for all below it."""
