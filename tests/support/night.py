"""A night of the exchange: enterprises that pass declarations on to CUS-NIGHT, and what that says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from edi_router.config import shipped_directory
from edi_router.engine.round import EmbeddedEngine
from tests.support.workspaces import Clock, OwnExchange, Place, prepare

ZONE = ZoneInfo("Asia/Shanghai")
FIRMS = ("NIGHT-A", "NIGHT-B", "NIGHT-C")
CUSTOMS = "CUS-NIGHT"
SERIES = "CUS-NIGHT/forms"
CUSDEC = (shipped_directory() / "samples" / "day" / "ENT-A" / "0800-cusdec.edi").read_text()
FIRM = """\
id: {firm}
name: {{en: {firm}, zh: 示例企业}}
status: live
role: enterprise
identifications: [{{id: {sender}, qualifier: ZZ}}]
codes: ["{code}"]
channel: {{kind: folder, root: exchange/{firm}, wait_seconds: 0}}
contrl: none
agreements:
  - id: urgent
    receives: CUSDEC D96B
    when: {{path: BGM/C002/d1001, equals: "929"}}
    priority: 1
    deliver: {{to: CUS-NIGHT}}
  - id: ordinary
    receives: CUSDEC D96B
    when: {{path: BGM/C002/d1001, equals: "830"}}
    deliver: {{to: CUS-NIGHT}}
"""


def at(text: str, day: int = 14) -> datetime:
    """A time of day in March 2026, in the business zone: `22:00`."""
    hour, minute = (int(part) for part in text.split(":"))
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


class Night:
    """A place told in short words."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.ledger = place.ledger
        self._files = 0

    def send(self, firm: str, *numbers: str, urgent: bool = False) -> list[str]:
        """Let a firm send declarations with these numbers in one interchange; the ids of their messages."""
        self._files += 1
        head, tag, rest = CUSDEC.partition("UNH")
        body = tag + rest.partition("UNZ")[0]
        sender = firm.replace("-", "")
        text = head.replace("ENTA:ZZ", f"{sender}:ZZ").replace("ENTA00000001", f"{sender}{self._files}")
        for place, number in enumerate(numbers, 1):
            each = body.replace("YC20260314000017", number).replace("UNH+1+", f"UNH+{place}+")
            each = each.replace("UNT+48+1'", f"UNT+48+{place}'")
            text += each.replace("BGM+830+", "BGM+929+" if urgent else "BGM+830+")
        text += f"UNZ+{len(numbers)}+{sender}{self._files}'"
        name = f"{self._files:04d}.edi"
        if not text.isascii():
            text = text.replace("UNOC:3", "UNOY:3")
        self.place.drop(firm, name, text.encode())
        self.work()
        [file] = [row["id"] for row in self.ledger.ls("file", partner=firm) if row["name"] == name]
        return [row["id"] for row in self.ledger.show(file)["messages"]]

    def work(self) -> None:
        """Let the engine work until nothing is left to do."""
        assert self.place.engine.until_idle().problems == []

    def clock(self, text: str, day: int = 14) -> None:
        """Let it be that time, and the engine work."""
        self.place.clock.now = at(text, day)
        self.work()

    def answer(self, batch: str, action: str, *body: str) -> None:
        """Let customs answer a batch by CONTRL."""
        number = self.batch(batch)["control_reference"]
        self._files += 1
        segments = ["UNH+1+CONTRL:D:3:UN", f"UCI+{number}+EDIROUTER:ZZ+CUSNIGHT:ZZ+{action}", *body]
        text = "'".join([
            f"UNB+UNOB:3+CUSNIGHT:ZZ+EDIROUTER:ZZ+260314:1005+C{self._files}", *segments,
            f"UNT+{len(segments) + 1}+1", f"UNZ+1+C{self._files}'",
        ])  # fmt: skip
        self.place.drop(CUSTOMS, f"{self._files:04d}.edi", text.encode())
        self.work()

    def batch(self, id: str) -> dict[str, object]:
        """The output that a batch is."""
        return self.ledger.show(id)

    def batches(self) -> list[tuple[str, int]]:
        """The causes of the batches so far, with how many messages they have; oldest first."""
        return [(each.cause, each.messages) for each in reversed(self.ledger.batches())]

    def last(self) -> str:
        """The batch closed last."""
        return self.ledger.batches()[0].id

    def numbers(self, batch: str) -> list[str]:
        """The declarations of a batch, as they stand in its interchange."""
        return declared(self.ledger.content(batch))


def declared(interchange: bytes) -> list[str]:
    """The document numbers of an interchange."""
    return [part.split("+")[2] for part in interchange.decode().split("'") if part.startswith("BGM")]


@contextmanager
def night(root: Path, customs: Sequence[tuple[str, str]] = ()) -> Iterator[Night]:
    """The sample deployment with three firms that send to CUS-NIGHT; `customs` are changes of its file."""
    prepare(root)
    settings = root / "edi-router.yaml"
    settings.write_text(settings.read_text() + "attempts: 2\n")
    (root / "partners").mkdir()
    for number, firm in enumerate(FIRMS, 1):
        text = FIRM.format(firm=firm, sender=firm.replace("-", ""), code=f"980{number}")
        (root / "partners" / f"{firm}.yaml").write_text(text)
        for folder in ("in", "out"):
            (root / "exchange" / firm / folder).mkdir(parents=True)
    if customs:
        text = (shipped_directory() / "partners" / f"{CUSTOMS}.yaml").read_text()
        for old, new in customs:
            assert text.count(old) == 1
            text = text.replace(old, new)
        (root / "partners" / f"{CUSTOMS}.yaml").write_text(text)
    clock = Clock(at("20:00"))
    workspace = OwnExchange.at(root)
    with workspace.open_ledger(clock) as ledger:
        engine = EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock)
        yield Night(Place(root, workspace, engine, ledger, clock))
