"""What stories have in common: samples with elements replaced, the states of entries, what partners got."""

from __future__ import annotations

import json

from edi_router.config import shipped_directory
from tests.support.workspaces import Place

GOOD = shipped_directory() / "samples" / "good"


def sample(name: str, **elements: str) -> bytes:
    """A shipped sample, with the content of the first element of each name replaced."""
    return changed((GOOD / name).read_bytes(), **elements)


def changed(data: bytes, **elements: str) -> bytes:
    """A document with the content of the first element of each name replaced; it must be there."""
    text = data.decode()
    for name, value in elements.items():
        start = text.index(f"<{name}>") + len(name) + 2
        text = text[:start] + value + text[text.index(f"</{name}>", start) :]
    return text.encode()


class Story:
    """A place told in short words."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._dropped = 0
        self._last: list[str] = []

    def send(self, partner: str, *documents: bytes, suffix: str = "xml") -> list[str]:
        """Let a partner send documents, and the engine work until nothing is left to do; what became of each."""
        names = []
        for document in documents:
            self._dropped += 1
            names.append(f"{self._dropped:04d}.{suffix}")
            self.place.drop(partner, names[-1], document)
        assert self.place.engine.until_idle().problems == []
        rows = {row["name"]: row for row in self.place.ledger.ls(partner=partner, limit=len(names) + 20)}
        self._last = [rows[name]["id"] for name in names]
        return [rows[name]["state"] for name in names]

    def codes(self) -> list[str]:
        """What was wrong with the documents sent last: the codes of rules, or of faults that are no rule's."""
        found = [each for id in self._last for each in self.place.ledger.show(id)["faults"]]
        return [
            each["fault"].values["code"] if each["code"].startswith("rule-") else each["code"]
            for each in found
        ]

    def release(self, reason: str = "seen") -> str:
        """Let a clerk release the message sent last; its state afterwards."""
        self.place.ledger.release(self._last[-1], "clerk", reason)
        assert self.place.engine.until_idle().problems == []
        return str(self.place.ledger.show(self._last[-1])["state"])

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.place.clock.forward(**span)
        assert self.place.engine.until_idle().problems == []

    def state(self, register: str, key: str) -> str:
        """The state of an entry; empty when there is none."""
        entry = self.place.ledger.register_entry(register, key)
        return entry.state if entry is not None else ""

    def outcomes(self, register: str, key: str) -> list[str]:
        """What became of an entry, one outcome after the other."""
        events = self.place.ledger.register_events(register, key)
        return [str(json.loads(event.detail)["outcome"]) for event in events]

    def got(self, partner: str, *parts: str) -> list[str]:
        """The documents in a partner's inbox that have all these parts."""
        texts = [data.decode("utf-8", "replace") for data in self.place.inbox(partner).values()]
        return [text for text in texts if all(part in text for part in parts)]
