"""The screen of `edi-router tonight`: 80 columns, in English or Chinese."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from edi_router.reports.tonight_words import CONCERNS, concern_sentence

if TYPE_CHECKING:
    from edi_router.partners.forecast import Forecast
    from edi_router.reports.tonight import Concern, Tonight

WIDTH = 80
_COLUMNS = (18, 19, 7, 6, 6, 12, -12)
"""Widths of the columns of windows; a negative one is aligned to the right."""
_HEAD = (
    ("window", "partner/batch", "state", "sent", "left", "done", "margin"),
    ("窗口", "伙伴/批次", "状态", "已发", "待发", "完成", "余量"),
)
_STATES = {"open": ("open", "开放"), "next": ("next", "未开"), "closed": ("closed", "已关")}


class Screen:
    """Lines of text; `command` is what verbs are typed after: `edi-router --workspace DIR`."""

    def __init__(self, language: str, zone: tzinfo, command: str = "edi-router") -> None:
        self.index = 1 if language == "zh" else 0
        self.zone = zone
        self.command = command

    def lines(self, seen: Tonight) -> Iterator[str]:
        """The whole screen; no line of text is wider than 80 columns, except for a command that is."""
        yield self._title(seen)
        if seen.windows:
            yield ""
            yield self._row(_HEAD[self.index])
            for window in seen.windows:
                yield from self._window(window, seen.at)
        else:
            yield self._say("No partner takes batches.", "没有伙伴设有批次。")
        for each in seen.concerns:
            yield ""
            yield from self._concern(each, seen)
        if seen.alarms:
            yield ""
            yield self._say(f"Open alarms: {len(seen.alarms)}", f"未解除的告警：{len(seen.alarms)}")
            for alarm in seen.alarms:
                yield from _wrapped(f"{self._time(alarm.raised, seen.at)} {self._alarm(alarm)}", 2, 2)

    def _say(self, en: str, zh: str) -> str:
        return (en, zh)[self.index]

    def _title(self, seen: Tonight) -> str:
        now = seen.at.astimezone(self.zone)
        bad = sum(each.bad for each in seen.concerns)
        fine = self._say("all is well", "一切正常")
        state = fine if seen.fine else self._say(f"{bad} to look at", f"{bad} 项需处理")
        if not bad and seen.alarms:  # an alarm that is no partner's, as of a full disk
            state = self._say(f"alarms: {len(seen.alarms)}", f"{len(seen.alarms)} 项告警")
        title = self._say(f"Tonight, {now:%Y-%m-%d %H:%M}", f"今晚交换  {now:%Y-%m-%d %H:%M}")
        return title + " " * (WIDTH - width(title) - width(state)) + state

    def _row(self, cells: Sequence[str]) -> str:
        return "".join(_padded(cell, size) for cell, size in zip(cells, _COLUMNS, strict=True)).rstrip()

    def _window(self, each: Forecast, now: datetime) -> Iterator[str]:
        opens, closes = (at.astimezone(self.zone) for at in (each.window.opens, each.window.closes))
        state = _STATES[each.state][self.index]
        done = self._time(each.done_at, now) if each.done_at is not None else "-"
        cells = (
            f"{opens:%m-%d %H:%M}-{closes:%H:%M}", f"{each.partner}/{each.batch}", state, str(each.sent),
            str(each.remaining), done, self.span(each.margin),
        )  # fmt: skip
        if width(cells[1]) > _COLUMNS[1] - 1:
            yield _padded("", _COLUMNS[0]) + cells[1]
            cells = (cells[0], "", *cells[2:])
        yield self._row(cells)
        notes = [
            (
                each.stalled,
                self._say("STALLED: nothing was delivered for some time", "停滞：有一段时间没有投递"),
            ),
            (each.under_way > 0, self._say(f"{each.under_way} under way", f"{each.under_way} 份投递中")),
            (each.expected > 0, self._say(f"{each.expected} expected", f"预计还有 {each.expected} 份")),
            (each.late > 0, self._say(f"{each.late} too late for it", f"{each.late} 份迟到")),
            (each.rate is not None and each.remaining > 0, self._rate(each)),
        ]
        if told := ", ".join(text for holds, text in notes if holds):
            yield from _wrapped(told, _COLUMNS[0], _COLUMNS[0])

    def _rate(self, each: Forecast) -> str:
        minute = f"{(each.rate or 0) * 60:,.0f}"
        earlier = each.measured == "earlier"
        return self._say(
            f"{minute} a minute" + (" on earlier nights" if earlier else ""),
            ("前几晚" if earlier else "") + f"每分钟 {minute} 份",
        )

    def _concern(self, each: Concern, seen: Tonight) -> Iterator[str]:
        since = self._time(each.since, seen.at) if each.since is not None else "-"
        told = concern_sentence(each.kind, ("en", "zh")[self.index], each.number, since, each.what)
        mark = "! " if each.bad else "  "
        yield from _wrapped(f"{mark}{each.partner}: {told}", 0, 4)
        if each.partner in seen.call and each.bad:
            yield from _wrapped(self._say("call: ", "联系：") + seen.call[each.partner], 4, 4)
        verb = CONCERNS[each.kind][2].format(partner=each.partner, what=each.what)
        yield f"    {self.command} {verb}"

    def _alarm(self, alarm: object) -> str:
        from edi_router.engine.alarm_texts import sentence

        return sentence(alarm, "zh" if self.index else "en", self.zone)  # type: ignore[arg-type]

    def _time(self, at: datetime, now: datetime) -> str:
        """The time of day; with the date where that is not near."""
        local = at.astimezone(self.zone)
        return f"{local:%H:%M}" if abs(at - now) < timedelta(hours=20) else f"{local:%m-%d %H:%M}"

    def span(self, margin: timedelta | None) -> str:
        """A margin: `3 h 20 min`; behind a minus when it is missed."""
        if margin is None:
            return "-"
        minutes = abs(margin) // timedelta(minutes=1)
        hours, rest = divmod(minutes, 60)
        parts = [(hours, self._say(" h", " 时")), (rest, self._say(" min", " 分"))]
        text = " ".join(f"{number}{unit}" for number, unit in parts if number or unit == parts[1][1])
        return f"-{text}" if margin < timedelta(0) else text


def width(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> width("22:00 海关")
    10
    """
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _padded(text: str, size: int) -> str:
    blank = " " * (abs(size) - width(text))
    return blank + text if size < 0 else text + blank


def _wrapped(text: str, first: int, following: int) -> Iterator[str]:
    """The text in lines of the screen's width; broken at blanks, or anywhere in a run of wide characters."""
    line, indent = " " * first, following
    for word in _words(text):
        if width(line) + width(word.rstrip()) > WIDTH and line.strip():
            yield line.rstrip()
            line = " " * indent
            word = word.lstrip()
        line += word
    yield line.rstrip()


def _words(text: str) -> Iterator[str]:
    word = ""
    for each in text:
        word += each
        if each == " " or width(each) == 2:
            yield word
            word = ""
    yield word
