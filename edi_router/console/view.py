"""How a page is made of a template: the language, times, words, and the person who looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from edi_router.console.menu import ITEMS
from edi_router.console.site import Site
from edi_router.console.words import number, tone, word
from edi_router.faults import Fault, render
from edi_router.faults.reasons import reason_in
from edi_router.pipeline.reply_model import Line
from edi_router.version import __version__

LANGUAGES = ("en", "zh")
LANGUAGE_COOKIE = "edi_router_language"


def site(request: Request) -> Site:
    """What this console shows."""
    found = request.app.state.site
    assert isinstance(found, Site)
    return found


def language(request: Request) -> str:
    """The language of a request: as chosen on a page, else of the account, else what the browser asks for first."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    account = getattr(getattr(request.state, "who", None), "language", None)
    if account in LANGUAGES:
        return str(account)
    return _preferred(request.headers.get("accept-language", ""))


def _preferred(header: str) -> str:
    """The first of our languages in an Accept-Language header, by its weights (RFC 9110, 12.5.4).

    >>> _preferred("fr, zh-CN;q=0.8, en;q=0.5"), _preferred("en;q=0.9"), _preferred("*;q=x")
    ('zh', 'en', 'en')
    """
    weighed: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.partition(";q=")
        code = tag.strip().lower().partition("-")[0]
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            value = 0.0
        if code in LANGUAGES and value > 0:
            weighed.append((value, code))
    return max(weighed, key=lambda each: each[0])[1] if weighed else "en"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu."""

    path: str
    title: str
    here: bool
    number: int = 0


class View:
    """What every template may use, as `view`."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.language = language(request)
        self.site = site(request)
        self.who = getattr(request.state, "who", None)
        """The `Principal` who looks; None before the login."""
        self.zone = self.site.ledger.zone
        self.version = __version__

    def say(self, en: str, zh: str) -> str:
        """The text in the language of the page."""
        return zh if self.language == "zh" else en

    def word(self, value: str | None) -> str:
        """A state or kind as people read it."""
        return word(value, self.language)

    def reason(self, text: str) -> str:
        """A reason that the ledger keeps, in the language of the page; a code stays a code."""
        if self.language != "zh":
            return text
        parts = [self._outcome(part) for part in text.split(", ")]
        return "；".join(parts) if parts != text.split(", ") else reason_in(text, self.language)

    def _outcome(self, text: str) -> str:
        """What an outcome of a register (`transfer: locked`) means; any other text as it is."""
        name, _, outcome = text.partition(": ")
        register = self.site.configuration.registers.find(name)
        known = register.definition.outcomes.get(outcome) if register is not None else None
        return text if known is None else known.zh

    def number(self, kind: str) -> str:
        """The kind of a number as people read it."""
        return number(kind, self.language)

    def badge(self, value: str | None) -> Markup:
        """A state with its colour."""
        if not value:
            return Markup("")
        return Markup('<span class="badge {}">{}</span>').format(tone(value), self.word(value))

    def time(self, moment: datetime | int | None, seconds: bool = True) -> Markup:
        """An instant (aware, or integer microseconds) in the business zone, with the exact one for programs."""
        if moment is None:
            return Markup("")
        if isinstance(moment, int):
            from edi_router.ledger.store import instant

            moment = instant(moment)
        local = moment.astimezone(self.zone)
        text = f"{local:%Y-%m-%d %H:%M:%S}" if seconds else f"{local:%m-%d %H:%M}"
        return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), text)

    def span(self, span: timedelta | int | None) -> str:
        """A span of time (or integer microseconds) in two units: `1 h 05 min`, `3 d 2 h`."""
        if span is None:
            return ""
        seconds = span // 1_000_000 if isinstance(span, int) else int(span.total_seconds())
        sign, seconds = ("−" if seconds < 0 else ""), abs(seconds)
        units = (
            (86_400, self.say("d", "天")), (3_600, self.say("h", "小时")), (60, self.say("min", "分")),
            (1, self.say("s", "秒")),
        )  # fmt: skip
        for at, (size, name) in enumerate(units):
            if seconds >= size:
                text = f"{seconds // size} {name}"
                if at < 3 and (rest := seconds % size // units[at + 1][0]):
                    text += f" {rest} {units[at + 1][1]}"
                return sign + text
        return f"0 {units[3][1]}"

    def marked(self, line: Line) -> Markup:
        """The text of a line of a message with the characters marked that its faults are about."""
        parts, at = list[Markup](), 0
        for mark in line.marks:
            if mark.start >= at:
                parts += [
                    escape(line.text[at : mark.start]),
                    Markup("<mark>{}</mark>").format(line.text[mark.start : mark.end]),
                ]
                at = mark.end
        return Markup("").join([*parts, escape(line.text[at:])])

    def fault(self, fault: Fault) -> str:
        """What a fault says."""
        return render(fault, self.language)

    def margin(self, span: timedelta | None) -> Markup:
        """A margin to a limit: bad below 0, to be looked at below half an hour."""
        if span is None:
            return Markup("–")
        tone = "bad" if span < timedelta(0) else "care" if span < timedelta(minutes=30) else "good"
        return Markup('<span class="badge {}">{}</span>').format(tone, self.span(span))

    def may(self, permission: str) -> bool:
        """Whether who looks may do this; pages hide what he may not, and `access` refuses it."""
        return self.who is not None and self.who.may(permission)

    def menu(self) -> list[Entry]:
        """The pages that who looks may open."""
        path = self.request.url.path
        return [
            Entry(item.path, self.say(item.en, item.zh), _within(path, item.path))
            for item in ITEMS
            if self.may(item.permission)
        ]

    def csrf(self) -> Markup:
        """The hidden field that every form has to post."""
        return Markup('<input type="hidden" name="csrf" value="{}">').format(
            getattr(self.request.state, "csrf", "")
        )

    def link(self, path: str, **query: object) -> str:
        """An address of the console: parts in braces are not needed, values are escaped."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return quote(path, safe="/") + (f"?{urlencode(given)}" if given else "")

    @property
    def here(self) -> str:
        """The address of this page, to come back to."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")


def _within(path: str, top: str) -> bool:
    return path == top or (top != "/" and path.startswith(top + "/"))


@cache
def templates() -> Environment:
    """The templates of the package; a name that is not given is an error, and every value is escaped."""
    environment = Environment(
        loader=PackageLoader("edi_router.console", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_kind"] = lambda row, kind: {**row, "kind": kind}
    return environment


def show(
    request: Request, template: str, values: Mapping[str, Any] | None = None, status: int = 200
) -> HTMLResponse:
    """The page that the template makes of these values; never kept by caches, since it is one person's."""
    view = View(request)
    text = templates().get_template(template).render(view=view, say=view.say, **(values or {}))
    return HTMLResponse(
        text.encode("utf-8", "replace"),
        status,
        headers={"Cache-Control": "no-store", "Content-Language": view.language},
    )
