"""How an alarm is told: the log, a file in a folder, a webhook, an e-mail. Each raises OSError when it cannot."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from edi_router.engine.about import about
from edi_router.engine.alarm_texts import remedy, sentence, word
from edi_router.ledger.alarms import CLEARED, CRITICAL, Notice
from edi_router.partners.alarms import AlarmChannel, FileChannel, LogChannel, WebhookChannel

log = logging.getLogger("edi_router.alarms")


@dataclass(frozen=True, slots=True)
class Where:
    """What a channel needs besides its settings."""

    name: str
    """The deployment's name."""
    root: Path
    """The workspace; relative folders are below it."""
    zone: ZoneInfo


def tell(notice: Notice, settings: AlarmChannel, where: Where) -> None:
    """Tell a notice. OSError when the channel cannot take it now; a text of it is fit for the ledger."""
    if isinstance(settings, LogChannel):
        _log(notice, settings, where)
    elif isinstance(settings, FileChannel):
        _file(notice, settings, where)
    elif isinstance(settings, WebhookChannel):
        from edi_router.engine.alarm_webhook import post

        post(json.dumps(described(notice, settings.language, where), ensure_ascii=False).encode(), settings)
    else:
        from edi_router.engine.alarm_mail import mail

        mail(notice, settings, where.name, where.zone)


def described(notice: Notice, language: str, where: Where) -> Mapping[str, object]:
    """The notice as data, as files and webhooks have it. The same notice told twice has the same `id`."""
    alarm = notice.alarm
    moments = {"raised": alarm.raised, "cleared": alarm.cleared}
    return {
        "id": f"{alarm.id}-{notice.what}", "alarm": alarm.id, "what": notice.what, "deployment": where.name,
        "kind": alarm.kind, "severity": alarm.severity, "partner": alarm.partner, "subject": alarm.subject,
        "text": sentence(alarm, language, where.zone), "remedy": remedy(alarm, language, where.zone),
        "arguments": dict(alarm.arguments),
        **{
            name: None if at is None else at.astimezone(where.zone).isoformat(timespec="seconds")
            for name, at in moments.items()
        },
    }  # fmt: skip


def _log(notice: Notice, settings: LogChannel, where: Where) -> None:
    over = notice.what == CLEARED
    level = logging.INFO if over else logging.ERROR if notice.alarm.severity == CRITICAL else logging.WARNING
    text = sentence(notice.alarm, settings.language, where.zone)
    alarm = notice.alarm
    with about(alarm=alarm.id, kind=alarm.kind, partner=alarm.partner, subject=alarm.subject):
        log.log(level, "%s: %s", word(notice.what, settings.language), text)


def _file(notice: Notice, settings: FileChannel, where: Where) -> None:
    folder = where.root / settings.folder
    folder.mkdir(parents=True, exist_ok=True)
    data = described(notice, settings.language, where)
    name = f"alarm-{notice.alarm.id:06d}-{notice.what}.json"
    part = folder / f".{name}.part"
    with part.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(data, ensure_ascii=False, indent=1) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(folder / name)
