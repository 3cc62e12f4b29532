"""Whole pages through the real application: request, session, what is seen, ledger, archive, template."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from html import unescape
from urllib.parse import urlencode

from edi_router.cli.main import GARBAGE
from edi_router.console.app import create_app
from edi_router.console.site import Site, settle
from edi_router.ledger import Ledger
from edi_router.reports.throughput import throughput
from edi_router.reports.tonight import look
from tests.bench.console.filling import BIG, SMALL
from tests.bench.console.place import Place
from tests.support.console import QUICK, Requests, account

Page = Callable[[int], object]


def pages(place: Place) -> dict[str, Page]:
    """The pages by name; each is asked for by a turn's number, and has to answer with 200."""
    ledger = place.ledger
    gc.set_threshold(*GARBAGE)  # as the console's command has it
    site = Site(place.workspace, ledger, place.workspace.open_archive(), ledger.clock, settle)
    app = create_app(site, QUICK)
    clients = {}
    for name, role, partner in (
        ("operator", "operator", None),
        ("big", "enterprise", BIG),
        ("small", "enterprise", SMALL),
    ):
        if name not in {each.name for each in ledger.accounts()}:
            account(ledger, name, role, partner)
        clients[name] = Requests(app)
        clients[name].log_in(name)
    day = (ledger.clock() - timedelta(days=2)).astimezone(ledger.zone).date().isoformat()

    def number(turn: int) -> int:
        return (turn * 48_271 + 17) % place.messages

    def get(path: Callable[[int], str], who: str = "operator") -> Page:
        def ask(turn: int) -> object:
            answer = clients[who].get(path(turn))
            while answer.status_code == 303:
                answer = clients[who].get(answer.headers["location"])
            assert answer.status_code == 200, (path(turn), answer.status_code)
            return answer

        return ask

    def search(who: str = "operator", **asked: str) -> Page:
        return get(lambda turn: "/search?" + urlencode(asked), who)

    # Declarations of a day have their bytes, and their source on the page.
    rows = ledger.message_rows(
        [each.id for each in ledger.texts(BIG, _span(ledger, day)) if each.type == "CUSDEC"]
    )

    def declaration(turn: int) -> str:
        return f"/show/{rows[turn * 7 % len(rows)]['id']}"

    following = "/search?" + urlencode({"partner": BIG, "since": day, "text": "nothing-has-this"})

    def further(turn: int) -> object:
        """The pages of a text that nothing has, one after the other and then from the beginning again."""
        nonlocal following
        answer = clients["operator"].get(following)
        assert answer.status_code == 200, following
        found = re.search(r'data-goes-on="([^"]*)"', answer.text)
        if found is not None:
            following = unescape(found[1])
        return answer

    return {
        "today": get(lambda turn: "/"),
        "today: what is made for it every 5 s": lambda turn: look(ledger, site.configuration, ledger.clock()),
        "today: what is made for it every 30 s": lambda turn: (
            ledger.books(),
            throughput(ledger, ledger.clock()),
        ),
        "search: the latest messages": search(),
        "search: a number": get(lambda turn: f"/search?q=D{number(turn) // 2}"),
        "search: a number that hundreds have": get(lambda turn: f"/search?q=F{number(turn) % 5000}"),
        "search: a partner's held messages": search(partner=BIG, state="held"),
        "search: rare type, usual state": search(type="SANCRT", state="completed"),
        "search: two days": search(since=day),
        "search: outputs of a partner": search(kind="output", partner=SMALL),
        "search: acknowledgements": search(kind="acknowledgement"),
        "search by a partner with many": search("big"),
        "search by a partner with few": search("small"),
        "search: time limits of a partner": search(kind="clock", partner=BIG),
        "acknowledgements seen by a partner with many": search("big", kind="acknowledgement"),
        "text in a partner's day: one has it": get(
            lambda turn: "/search?" + urlencode({"partner": BIG, "since": day, "text": f"YCM{turn}"})
        ),
        "text in a partner's day, further on": further,
        "a message": get(declaration),
        "a message, for its partner": get(declaration, "big"),
        "a message by its number": get(lambda turn: f"/search?q={rows[turn * 7 % len(rows)]['reference']}"),
        "progress of a number": get(lambda turn: f"/progress?number=D{number(turn) // 2}"),
        "progress, for a partner": get(lambda turn: f"/progress?number=D{number(turn) // 2}", "small"),
        "queue of held messages": get(lambda turn: "/queues"),
        "queue of deliveries": get(lambda turn: "/queues?queue=deliveries"),
        "partners": get(lambda turn: "/partners"),
        "one partner": get(lambda turn: f"/partners/{BIG}"),
        "registers": get(lambda turn: "/registers"),
        "register": get(lambda turn: "/registers/transfer"),
        "register, in a usual state": get(lambda turn: "/registers/transfer?state=issued"),
        "register, a value": get(lambda turn: f"/registers/transfer?value=F{number(turn) % 5000}"),
        "audit": get(lambda turn: "/audit"),
        "reports": get(lambda turn: "/reports"),
        "books of a day": get(lambda turn: f"/reports/books/{day}"),
    }


def _span(ledger: Ledger, day: str) -> tuple[datetime, datetime]:
    begin = datetime.combine(date.fromisoformat(day), time.min, ledger.zone)
    return begin, begin + timedelta(days=1)
