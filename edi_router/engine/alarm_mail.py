"""An alarm as an e-mail. Imported when there is one to tell: the modules of mail and network take their time."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from zoneinfo import ZoneInfo

from edi_router.engine.alarm_secrets import secret
from edi_router.engine.alarm_texts import remedy, sentence, word
from edi_router.ledger.alarms import Notice
from edi_router.partners.alarms import MailChannel


def mail(notice: Notice, settings: MailChannel, name: str, zone: ZoneInfo) -> None:
    """Send a notice as an e-mail of the deployment `name`. OSError when the server does not take it."""
    alarm, language = notice.alarm, settings.language
    text = sentence(alarm, language, zone)
    message = EmailMessage()
    message["Subject"] = _one_line(f"[{name}] {word(notice.what, language)}: {text}")[:200]
    message["From"], message["To"] = settings.sender, ", ".join(settings.to)
    message["Date"] = formatdate(localtime=False)
    domain = settings.sender.rpartition("@")[2].rstrip(">")
    message["Message-ID"] = make_msgid(idstring=f"alarm-{alarm.id}-{notice.what}", domain=domain)
    message["X-Alarm"] = f"{alarm.id}-{notice.what}"
    message.set_content(f"{text}\n\n{remedy(alarm, language, zone)}\n")
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
                client.login(settings.user, secret(settings.password_env))
            client.send_message(message)
    except smtplib.SMTPException as error:
        raise OSError(f"{type(error).__name__}: {error}") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())
