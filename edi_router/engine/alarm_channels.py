"""How an alarm is told: the log, a file in a folder, a webhook, an e-mail. Each raises OSError when it cannot."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from zoneinfo import ZoneInfo

from edi_router.engine.about import about
from edi_router.engine.alarm_texts import remedy, sentence, word
from edi_router.ledger.alarms import CLEARED, CRITICAL, Notice
from edi_router.partners.alarms import AlarmChannel, FileChannel, LogChannel, MailChannel, WebhookChannel

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
        _post(notice, settings, where)
    else:
        _mail(notice, settings, where)


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


def _post(notice: Notice, settings: WebhookChannel, where: Where) -> None:
    body = json.dumps(described(notice, settings.language, where), ensure_ascii=False).encode()
    request = urllib.request.Request(settings.url, body, {"Content-Type": "application/json"}, method="POST")
    if settings.secret_env is not None:
        digest = hmac.new(_secret(settings.secret_env).encode(), body, hashlib.sha256).hexdigest()
        request.add_header("X-Signature", f"sha256={digest}")
    try:
        # The address is the operator's own, of http or https: the settings take no other.
        with _opener.open(request, timeout=settings.timeout_seconds) as answer:
            answer.read(1000)
    except urllib.error.HTTPError as error:
        raise OSError(f"the webhook answered {error.code} {error.reason}") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the alarm to an address that nobody configured."""

    def redirect_request(self, *arguments: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def _mail(notice: Notice, settings: MailChannel, where: Where) -> None:
    alarm, language = notice.alarm, settings.language
    text = sentence(alarm, language, where.zone)
    message = EmailMessage()
    message["Subject"] = _one_line(f"[{where.name}] {word(notice.what, language)}: {text}")[:200]
    message["From"], message["To"] = settings.sender, ", ".join(settings.to)
    message["Date"] = formatdate(localtime=False)
    domain = settings.sender.rpartition("@")[2].rstrip(">")
    message["Message-ID"] = make_msgid(idstring=f"alarm-{alarm.id}-{notice.what}", domain=domain)
    message["X-Alarm"] = f"{alarm.id}-{notice.what}"
    message.set_content(f"{text}\n\n{remedy(alarm, language, where.zone)}\n")
    context = ssl.create_default_context()
    try:
        if settings.security == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.server, settings.port, timeout=settings.timeout_seconds, context=context
            )
        else:
            client = smtplib.SMTP(settings.server, settings.port, timeout=settings.timeout_seconds)
        with client:
            if settings.security == "starttls":
                client.starttls(context=context)
            if settings.user is not None and settings.password_env is not None:
                client.login(settings.user, _secret(settings.password_env))
            client.send_message(message)
    except smtplib.SMTPException as error:
        raise OSError(f"{type(error).__name__}: {error}") from None


def _secret(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise OSError(f"the environment variable {variable} is not set")
    return value


def _one_line(text: str) -> str:
    return " ".join(text.split())
