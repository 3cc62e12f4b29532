"""What rules and mappings may know besides the document."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

CHINA = datetime.timezone(datetime.timedelta(hours=8), "Asia/Shanghai")


class RegisterLook(Protocol):
    """The registers as rules and mappings see them: read-only, as they stand when the document is judged."""

    def look(self, register: str, key: str) -> Mapping[str, Sequence[str]] | None:
        """The fields of the entry of this key, with `State`, `Open` and `Expired` (`yes`); None without one."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a mapping or rule may know besides the document.

    `now` is an instant in UTC, shown in the business `zone`; `encoding` is the encoding of the output.
    """

    now: datetime.datetime
    business_date: datetime.date
    message_id: str = ""
    sender: str = ""
    recipient: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    zone: datetime.tzinfo = CHINA
    encoding: str = "UTF-8"
    registers: RegisterLook | None = None
    """None outside a deployment: what asks a register then is neither right nor wrong."""
