"""A month of the exchange: three firms, a bureau that is served at once, customs that take batches at night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edi_router.disk import Together
from edi_router.engine.morning import mornings
from edi_router.engine.round import EmbeddedEngine
from edi_router.ledger import Ledger
from edi_router.transports.folder import FolderChannel
from tests.support.night import CUSDEC
from tests.support.workspaces import Clock, OwnExchange, Place

ZONE = ZoneInfo("Asia/Shanghai")
FIRMS = ("MILL", "LOOM", "FARM")
CUSTOMS, BUREAU = "HARBOUR", "DISTRICT"
REJECTED, HELD = "rejected", "held"
"""What becomes of a declaration with a fault, and of one that no agreement takes."""
SERIES = f"{CUSTOMS}/forms"
LINE = 200
"""Bytes a second of the line to customs in its best nights; in others it is half or a third of that."""
SETTINGS = """\
name: month
identifications: [{id: EDIROUTER, qualifier: ZZ}]
time_zone: Asia/Shanghai
alarms: {channels: {desk: {kind: folder, folder: told}}}
"""
CALENDAR = """\
id: harbour-nights
name: {en: nights of the harbour office, zh: 港口夜间}
hours: {mon-fri: [22:00-02:00]}
holidays: [{from: 2026-04-06, to: 2026-04-07, name: {en: spring holiday, zh: 春假}}]
working: [{date: 2026-04-11, as: mon, name: {en: worked for the spring holiday, zh: 春假调休}}]
known_to: 2026-12-31
"""
HEAD = """\
id: {id}
name: {{en: {id}, zh: 示例}}
status: live
role: example
identifications: [{{id: {id}, qualifier: ZZ}}]
channel: {{kind: folder, root: exchange/{id}, wait_seconds: 0}}
contrl: {contrl}
"""
FIRM = """\
agreements:
  - id: export
    receives: CUSDEC D96B
    when: {path: BGM/C002/d1001, equals: "830"}
    deliver: {to: HARBOUR}
  - id: import
    receives: CUSDEC D96B
    when: {path: BGM/C002/d1001, equals: "929"}
    deliver: {to: DISTRICT}
"""
EXPECTS = {
    CUSTOMS: """\
call: duty desk of the harbour office
expects:
  - {of: CUSDEC, level: functional, within: {hours: 1}}
  - {of: CUSDEC, level: business, within: {hours: 12}}
batches:
  id: forms
  of: CUSDEC D96B
  windows: {opens: "22:00", closes: "02:00"}
  calendar: harbour-nights
  every: {minutes: 30}
  lead: {minutes: 15}
  messages: 14
""",
    BUREAU: "expects: [{of: CUSDEC, level: functional, within: {hours: 20}}]\n",
}


def interchange(sender: str, number: int, messages: list[tuple[str, list[str]]]) -> bytes:
    """An interchange to us, of messages given by type and segments without UNH and UNT."""
    parts = [f"UNB+UNOC:3+{sender}:ZZ+EDIROUTER:ZZ+260401:1000+{sender}{number}"]
    for place, (kind, body) in enumerate(messages, 1):
        parts += [f"UNH+{place}+{kind}", *body, f"UNT+{len(body) + 2}+{place}"]
    return ("'".join([*parts, f"UNZ+{len(messages)}+{sender}{number}"]) + "'").encode()


@dataclass
class Taken:
    """An interchange that a recipient has found in its inbox."""

    reference: str
    numbers: list[str]
    answered: bool = False


@dataclass
class Recipient:
    """Customs, or the bureau: takes what lies in its inbox, and answers by script."""

    id: str
    place: Place
    taken: list[Taken] = field(default_factory=list)
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    decided: set[str] = field(default_factory=set)
    files: int = 0

    def look(self) -> None:
        """Take what is there; other than our interchanges of declarations, nothing counts."""
        for path in sorted((self.place.root / "exchange" / self.id / "in").glob("*.edi")):
            parts = path.read_text("latin-1").split("'")
            path.unlink()
            numbers = [part.split("+")[2] for part in parts if part.startswith("BGM")]
            head = next(part for part in parts if part.startswith("UNB"))
            if numbers:
                self.taken.append(Taken(head.split("+")[5], numbers))

    def send(self, *messages: tuple[str, list[str]]) -> None:
        """Send something to us."""
        self.files += 1
        self.place.drop(self.id, f"{self.files:04d}.edi", interchange(self.id, self.files, list(messages)))

    def contrl(self, *bad: int, whole: bool = False) -> None:
        """Answer what was not answered. Of the first interchange the messages at the places `bad` are refused, or all."""
        self.look()
        for each in [each for each in self.taken if not each.answered]:
            each.answered = True
            self.say(each, *bad, whole=whole)
            wrong = {number for place, number in enumerate(each.numbers, 1) if place in bad}
            self.refused.update(wrong)
            if not whole:
                self.accepted.update(number for number in each.numbers if number not in wrong)
            bad, whole = (), False

    def say(self, of: Taken, *bad: int, whole: bool = False) -> None:
        """Send a CONTRL about an interchange."""
        body = [f"UCI+{of.reference}+EDIROUTER:ZZ+{self.id}:ZZ+{4 if whole else 7}"]
        self.send(("CONTRL:D:3:UN", body + [f"UCM+{place}+CUSDEC:D:96B:UN+4+12" for place in bad]))

    def cusres(self) -> None:
        """Decide on all that was accepted."""
        numbers = sorted(set(self.accepted) - self.decided)
        self.decided.update(numbers)
        if numbers:
            self.send(*(
                ("CUSRES:D:96B:UN", [f"BGM+962+R{number}+11", "DTM+148:20260401:102", "GIS+4", f"RFF+ABT:{number}"])
                for number in numbers
            ))  # fmt: skip


class Month:
    """The place, the clock on its wall, and who acts in it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.ledger: Ledger = place.ledger
        self.customs, self.bureau = Recipient(CUSTOMS, place), Recipient(BUREAU, place)
        self.sent: dict[str, str] = {}
        """Who gets the declaration of a number; else what becomes of it at our door."""
        self.rounds = self.files = 0
        self.away: set[str] = set()

    def until(self, day: date, at: str) -> None:
        """Let it be that time; before nine it is the day after."""
        wanted = datetime.combine(day, time.fromisoformat(at), ZONE)
        wanted += timedelta(days=1) if at < "09:00" else timedelta(0)
        assert wanted.astimezone(UTC) >= self.place.clock.now, (day, at)
        self.place.clock.now = wanted.astimezone(UTC)

    def round(self) -> None:
        """A round of the engine; it may only complain of who is away."""
        self.rounds += 1
        problems = self.place.engine.round().problems
        assert all(any(problem.startswith(f"{each}:") for each in self.away) for problem in problems), (
            problems
        )
        for each in (self.customs, self.bureau):
            if each.id not in self.away:
                each.look()

    def declare(self, firm: str, number: int, to: str = CUSTOMS) -> None:
        """Let a firm send so many declarations in one interchange: good ones, or such as are `rejected` or `held`."""
        self.files += 1
        body = CUSDEC.replace("\n", "").partition("BGM")
        segments = (body[1] + body[2].partition("UNT")[0]).rstrip("'").split("'")
        numbers = [f"{firm}{self.files:04d}{place:02d}" for place in range(1, number + 1)]
        kind = {BUREAU: "929", HELD: "960"}.get(to, "830")
        messages = []
        for each in numbers:
            own = [
                segment.replace("YC20260314000017", each).replace("BGM+830+", f"BGM+{kind}+")
                for segment in segments
            ]
            messages.append(("CUSDEC:D:96B:UN", own))
            self.sent[each] = to
        data = interchange(firm, self.files, messages)
        self.place.drop(
            firm, f"{self.files:04d}.edi", data.replace(b"UNT+", b"UNT+9") if to == REJECTED else data
        )

    def leave(self, partner: str) -> None:
        """Let a partner be out of reach: its folder is gone."""
        folder = self.place.root / "exchange" / partner
        folder.rename(folder.with_suffix(".gone"))
        self.away.add(partner)

    def come_back(self, partner: str) -> None:
        """Let it be there again."""
        folder = self.place.root / "exchange" / partner
        folder.with_suffix(".gone").rename(folder)
        self.away.remove(partner)

    def close_books(self, day: date) -> None:
        """The morning's books of a day; they balance, and all that follows from them is done."""
        page = self.ledger.close_books(day)
        assert page.balanced, (day, page.problems, page.gaps, page.unaccounted)
        engine = self.place.engine
        mornings(self.ledger, engine.archive, engine.configuration, {day.isoformat(): page})


@contextmanager
def month(root: Path, begin: datetime, many: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Month]:
    """The deployment in `root`, at the instant `begin`, with a line for `many` times the messages.

    What customs are sent takes time on the line.
    """
    (root / "partners").mkdir(parents=True)
    (root / "schemas" / "calendars").mkdir(parents=True)
    (root / "edi-router.yaml").write_text(SETTINGS, "utf-8")
    (root / "schemas" / "calendars" / "harbour-nights.yaml").write_text(CALENDAR, "utf-8")
    for id in (*FIRMS, CUSTOMS, BUREAU):
        head = HEAD.format(id=id, contrl="as-received" if id == "MILL" else "none")
        (root / "partners" / f"{id}.yaml").write_text(head + EXPECTS.get(id, FIRM), "utf-8")
        for folder in ("in", "out"):
            (root / "exchange" / id / folder).mkdir(parents=True)
    clock = Clock(begin)
    upload = FolderChannel._put

    def slowly(channel: FolderChannel, temporary: str, content: bytes, synced: Together) -> None:
        upload(channel, temporary, content, synced)
        if CUSTOMS in str(channel._inbox):
            clock.forward(seconds=len(content) * (1 + clock.now.day % 3) / (LINE * many))

    monkeypatch.setattr(FolderChannel, "_put", slowly)
    workspace = OwnExchange.at(root)
    with workspace.open_ledger(clock) as ledger:
        engine = EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock)
        yield Month(Place(root, workspace, engine, ledger, clock))
