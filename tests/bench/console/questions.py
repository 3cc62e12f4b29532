"""What the pages ask of the ledger, by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from edi_router.ledger import Ledger
from edi_router.ledger.searching import Wanted
from edi_router.ledger.tenancy import Viewer, seen, weighed
from edi_router.ledger.waiting import QUEUES
from tests.bench.console.filling import BIG, SMALL, YEAR


def questions(ledger: Ledger, messages: int) -> dict[str, Callable[[int], object]]:
    """What the pages ask, by name; each takes the number of its turn."""

    def number(turn: int) -> int:
        return (turn * 48_271 + 17) % messages

    def lists(viewer: Viewer | None, *after: str, **wanted: Any) -> Callable[[int], object]:
        kind = wanted.get("kind", "message")

        def ask(turn: int) -> object:
            if viewer is None:
                return ledger.search(Wanted(**wanted), None, 50, *after)
            with ledger.read() as connection:
                clause = seen(kind, weighed(connection, viewer))
            return ledger.search(Wanted(**wanted), clause, 50, *after)

        return ask

    def message(turn: int) -> object:
        [id] = ledger.find(f"M{number(turn)}", 1)
        shown = ledger.show(id, "message")
        return shown, ledger.related(id), ledger.entries_of(id), ledger.clocks_of([id])

    now = ledger.now()
    long_ago = f"{now - YEAR * 9 // 10}.0"
    big, small = Viewer(BIG), Viewer(SMALL)
    last_day = ledger.clock() - timedelta(days=2)
    asked: dict[str, Callable[[int], object]] = {
        "a number that one has": lambda turn: ledger.find(f"B{number(turn)}"),
        "a number that two have": lambda turn: ledger.find(f"D{number(turn) // 2}"),
        "a number that hundreds have": lambda turn: ledger.find(f"F{number(turn) % 5000}", 50),
        "a file's name": lambda turn: ledger.find(f"M{number(turn)}.edi"),
        "a number that none has": lambda turn: ledger.find(f"nothing-{turn}"),
        "a message's page": message,
        "progress of a number": lambda turn: ledger.progress(f"D{number(turn) // 2}"),
        "progress of a number, for a partner": lambda turn: ledger.progress(f"D{number(turn) // 2}", SMALL),
        "messages": lists(None),
        "messages, a page far back": lists(None, long_ago),
        "messages of two days": lists(None, since=last_day),
    }
    filters: dict[str, dict[str, Any]] = {
        "big partner": {"partner": BIG}, "small partner": {"partner": SMALL},
        "usual state": {"state": "completed"}, "rare state": {"state": "held"},
        "usual type": {"type": "CUSDEC"}, "rare type": {"type": "SANCRT"},
        "big partner, rare state": {"partner": BIG, "state": "held"},
        "small partner, usual state": {"partner": SMALL, "state": "completed"},
        "small partner, rare state": {"partner": SMALL, "state": "held"},
        "usual type, rare state": {"type": "CUSDEC", "state": "held"},
        "rare type, usual state": {"type": "SANCRT", "state": "completed"},
        "big partner, rare type": {"partner": BIG, "type": "SANCRT"},
        "small partner, rare type and state": {"partner": SMALL, "type": "SANCRT", "state": "held"},
        "small partner, usual type": {"partner": SMALL, "type": "CUSDEC"},
        "no such type": {"type": "NONE"}, "big partner, no such type": {"partner": BIG, "type": "NONE"},
    }  # fmt: skip
    asked |= {f"messages: {name}": lists(None, **wanted) for name, wanted in filters.items()}
    for kind in ("file", "output", "delivery"):
        usual, rare = ("processed", "held") if kind == "file" else ("delivered", "failed")
        asked |= {
            f"{kind}s": lists(None, kind=kind),
            f"{kind}s: big partner": lists(None, kind=kind, partner=BIG),
            f"{kind}s: small partner": lists(None, kind=kind, partner=SMALL),
            f"{kind}s: usual state": lists(None, kind=kind, state=usual),
            f"{kind}s: rare state": lists(None, kind=kind, state=rare),
        }
    for name, viewer in (("many", big), ("few", small)):
        asked |= {f"{kind}s seen by a partner with {name}": lists(viewer, kind=kind)
                  for kind in ("message", "file", "output", "delivery")}  # fmt: skip
        asked |= {
            f"rare state, seen by a partner with {name}": lists(viewer, state="held"),
            f"rare type, seen by a partner with {name}": lists(viewer, type="SANCRT"),
            f"far back, seen by a partner with {name}": lists(viewer, long_ago),
        }
    return asked | {
        "queues: what waits, by reason": lambda turn: [ledger.heaps(each) for each in QUEUES.values()],
        "queues: the oldest first": lambda turn: ledger.waiting(QUEUES["held"], 50),
    }
