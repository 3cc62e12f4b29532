"""What may be told of a partner's file: agreements, its channel without any secret, certificates and their ends."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from edi_router.console.view import View
from edi_router.partners import Partner
from edi_router.partners.channels import ChannelSettings, HttpSettings, SftpSettings, split_host_key
from edi_router.partners.model import Destination
from edi_router.partners.routing import told
from edi_router.pipeline.configuration import Configuration

SOON = timedelta(days=30)
"""Before a certificate or a leniency ends, it is marked so long."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement as people read it."""

    id: str
    receives: str
    when: list[str]
    does: list[str]
    checked: list[str]
    within: str
    note: str


def agreements(view: View, found: Partner) -> Iterator[Agreed]:
    """What was agreed with a partner."""
    for each in found.agreements:
        does = [
            f"→ {_to(each_one.to)}" + (f" ({each_one.mapping})" if each_one.mapping else "")
            for each_one in each.deliver
        ]
        does += [f"{view.word('entry')}: {name}" for name in each.registers]
        checked = [
            *([each.profile] if each.profile else []),
            *each.rules,
            *([each.check_as] if each.check_as else []),
        ]
        within = ""
        if each.within is not None:
            within = view.span(each.within.time) + (
                f" ({each.within.calendar})" if each.within.calendar else ""
            )
        yield Agreed(
            each.id,
            each.receives,
            [told(condition) for condition in each.when],
            does,
            checked,
            within,
            each.note,
        )


def _to(to: Destination) -> str:
    return to.partner or to.code or to.id or ""


def channel_facts(view: View, settings: ChannelSettings | None) -> list[tuple[str, str]]:
    """What may be told of a channel: never a secret, nor where one is."""
    if settings is None:
        return []
    if isinstance(settings, HttpSettings):
        known = [view.say("token", "令牌")] if settings.token_env or settings.token_file else []
        known += [view.say("certificate", "证书")] if settings.certificate_file else []
        return [
            (view.say("kind", "种类"), settings.kind),
            (view.say("address", "地址"), f"{settings.method} {settings.url.partition('?')[0]}"),
            (view.say("known by", "身份凭证"), ", ".join(known)),
        ]  # fmt: skip
    facts = [
        (view.say("kind", "种类"), settings.kind), (view.say("outbox", "发件箱"), settings.outbox),
        (view.say("inbox", "收件箱"), settings.inbox),
    ]  # fmt: skip
    if isinstance(settings, SftpSettings):
        by = view.say("password", "口令") if settings.password_env else view.say("key", "密钥")
        facts += [
            (view.say("server", "服务器"), f"{settings.host}:{settings.port}"), (view.say("user", "用户"), settings.user),
            (view.say("logs in by", "登录方式"), by),
            (view.say("pinned keys of the server (they do not expire)", "已固定的服务器密钥（无有效期）"),
             ", ".join(_pinned(key) for key in settings.host_key)),
        ]  # fmt: skip
    if settings.marker:
        facts.append((view.say("a file is whole with", "完整标记"), settings.marker))
    return facts


def _pinned(key: str) -> str:
    """A pinned key by its type and fingerprint (RFC 4253, 6.6; the SHA-256 of the key, as OpenSSH shows it)."""
    kind, blob, digest = split_host_key(key)
    if blob is not None:
        digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"{kind or ''} SHA256:{digest}".strip()


@dataclass(frozen=True, slots=True)
class Kept:
    """A certificate and how near its end is."""

    file: str
    subject: str
    serial: str
    since: datetime
    until: datetime
    tone: str


def certificates(configuration: Configuration, found: Partner, now: datetime) -> Iterator[Kept]:
    """The certificates of a partner, as its file names them."""
    for file in found.security.certificates if found.security is not None else ():
        for each in configuration.certificates.get(file, ()):
            tone = "good" if each.in_force(now) else "bad"
            if tone == "good" and each.until - now <= SOON:
                tone = "care"
            yield Kept(file, each.subject, each.serial, each.since, each.until, tone)
