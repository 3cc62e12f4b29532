"""What rules and mappings may know besides the document."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

CHINA = datetime.timezone(datetime.timedelta(hours=8), "Asia/Shanghai")


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
