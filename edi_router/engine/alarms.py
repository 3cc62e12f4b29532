"""Alarms: what is looked for in every round, and who is told of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta

from edi_router.engine.about import brief
from edi_router.engine.alarm_channels import Where, tell
from edi_router.engine.webhooks import webhooks_of
from edi_router.ledger import Ledger
from edi_router.ledger.alarms import CLEARED, CRITICAL, RAISED, WARNING, WORSE, Alarm, Trouble
from edi_router.ledger.store import instant
from edi_router.partners.alarms import AlarmChannel, AlarmSettings
from edi_router.partners.forecast import Forecast
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.series import kept
from edi_router.reports.forecast import tonight

log = logging.getLogger(__name__)
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(minutes=30)
SOON = timedelta(days=30)
"""So long before a certificate expires it is said."""
_LOOKED_FOR = (
    "disk", "broken:", "reach:", "given-up:", "failed:", "window:", "certificate:", "webhook:", "webhook-dead:",
)  # fmt: skip
"""The keys of the alarms that `look_around` raises, and clears when what it finds is gone."""

_OF_PARTNERS = ("clock:answer:", "volume:")
"""The keys of alarms that others clear, but of partners that are still in the configuration only."""


def look_around(
    ledger: Ledger, configuration: Configuration, met: Sequence[Trouble] = (), others: tuple[str, ...] = ()
) -> None:
    """Raise an alarm for each trouble of now, those of `met` among them, and clear those that are over.

    Those whose key begins with one of `others` are raised, and cleared, by other processes.
    """
    found = {each.key: each for each in (*met, *_troubles(ledger, configuration))}
    for each in found.values():
        ledger.raise_alarm(each)
    for alarm in ledger.alarms():
        gone = alarm.partner and alarm.partner not in configuration.directory.partners
        looked_for = (*_LOOKED_FOR, *(_OF_PARTNERS if gone else ()))
        if alarm.key.startswith(others):
            continue
        if alarm.key.startswith(looked_for) and alarm.key not in found:
            ledger.clear_alarm(alarm.key)


def _troubles(ledger: Ledger, configuration: Configuration) -> Iterator[Trouble]:
    partners, paused = configuration.directory.partners, ledger.paused_partners()
    for partner, contact in ledger.contacts().items():
        enough = contact.failures >= configuration.settings.alarms.failures
        if enough and contact.since is not None and partner in partners and partner not in paused:
            arguments: dict[str, str | int] = {
                "number": contact.failures, "since": contact.since.isoformat(timespec="seconds"),
                "reason": contact.reason, "call": partners[partner].call or "-",
            }  # fmt: skip
            yield Trouble("partner-unreachable", f"reach:{partner}", CRITICAL, partner, "", arguments)
    for partner, number in ledger.given_up().items():
        yield Trouble("delivery-given-up", f"given-up:{partner}", CRITICAL, partner, "", {"number": number})
    yield from _webhooks(ledger, configuration)
    yield from _certificates(configuration, instant(ledger.now()))
    for partner, number in ledger.failed_files().items():
        yield Trouble("processing-failed", f"failed:{partner}", CRITICAL, partner, "", {"number": number})
    try:
        reckoned = tonight(ledger, configuration, instant(ledger.now()))
        passed = list(_passed(ledger, configuration, paused))
    except Exception as error:
        log.exception("the forecast could not be made")
        yield broken_off("forecast", error)
        return
    for forecast in reckoned:
        # Of a window that has not opened yet nothing is measured tonight: by then a partner may be well again. One
        # that has closed is not over while something of it is still to be delivered.
        if forecast.state != "next" and forecast.ends_badly and forecast.partner not in paused:
            yield _missed(forecast, partners[forecast.partner].call)
    yield from passed


def _webhooks(ledger: Ledger, configuration: Configuration) -> Iterator[Trouble]:
    """Webhooks that do not answer, and those that could not be told of something."""
    wanted = [name for name, _, _ in webhooks_of(configuration)]
    known = ledger.webhooks() if wanted else {}
    for hook in (known[name] for name in wanted if name in known):
        path = "/".join(hook.name)
        if hook.failures >= configuration.settings.alarms.failures and hook.since is not None:
            arguments: dict[str, str | int] = {
                "webhook": hook.id, "number": hook.failures, "since": hook.since.isoformat(timespec="seconds"),
                "reason": hook.reason, "call": configuration.directory.partners[hook.partner].call or "-",
            }  # fmt: skip
            yield Trouble("webhook-unreachable", f"webhook:{path}", WARNING, hook.partner, hook.id, arguments)
        if hook.dead:
            arguments = {"webhook": hook.id, "number": hook.dead, "path": path}
            yield Trouble(
                "webhook-given-up", f"webhook-dead:{path}", CRITICAL, hook.partner, hook.id, arguments
            )


def _certificates(configuration: Configuration, now: datetime) -> Iterator[Trouble]:
    """Certificates that expire soon, or have; one of several of a partner counts as long as it is in the files."""
    for name, certificates in configuration.certificates.items():
        users = [
            partner.id
            for partner in configuration.directory.partners.values()
            if partner.security is not None and name in partner.security.certificates
        ]
        for each in certificates:
            if now + SOON >= each.until:
                arguments: dict[str, str | int] = {
                    "file": name, "subject": each.subject, "serial": each.serial,
                    "until": each.until.isoformat(timespec="seconds"),
                }  # fmt: skip
                over = now >= each.until
                kind, severity = ("certificate-over", CRITICAL) if over else ("certificate-ends", WARNING)
                partner = users[0] if users else ""
                yield Trouble(kind, f"certificate:{each.fingerprint}", severity, partner, name, arguments)


def _passed(ledger: Ledger, configuration: Configuration, paused: Collection[str]) -> Iterator[Trouble]:
    """Windows that have passed without a batch, though messages were there: the engine was stopped over them."""
    now, waiting = instant(ledger.now()), ledger.waiting_series()
    for each in kept(configuration):
        partner, window = each.partner, each.windows.last_before(now)
        if each.name not in waiting or window is None or not partner.status.active or partner.id in paused:
            continue
        if each.windows.open_at(now) is not None or window.opens in ledger.closed_messages(each.name):
            continue
        number = sum(one.made < window.opens for one in ledger.collected(each.name))
        coming = each.windows.next_after(now)
        if number and coming is not None:
            late = round((coming.opens - window.closes).total_seconds() / 60)
            arguments: dict[str, str | int] = {
                "batch": each.batch.id, "number": number, "closes": window.closes.isoformat(timespec="seconds"),
                "done": coming.opens.isoformat(timespec="seconds"), "margin": f"{late} min", "call": partner.call or "-",
            }  # fmt: skip
            key = f"window:{each.name}:{window.opens.isoformat()}"
            yield Trouble("window-missed", key, CRITICAL, partner.id, "", arguments)


def broken_off(what: str, error: Exception) -> Trouble:
    """The trouble that something which the engine does again and again was broken off."""
    arguments: dict[str, str | int] = {"what": what, "reason": brief(error)[:500]}
    return Trouble("broken-off", f"broken:{what}", CRITICAL, "", what, arguments)


def _missed(forecast: Forecast, call: str) -> Trouble:
    closes, done = forecast.window.closes, forecast.done_at
    late = timedelta(0) if forecast.margin is None else -forecast.margin
    arguments: dict[str, str | int] = {
        "batch": forecast.batch, "number": forecast.remaining, "closes": closes.isoformat(timespec="seconds"),
        "done": "-" if done is None else done.isoformat(timespec="seconds"),
        "margin": f"{max(round(late.total_seconds() / 60), 0)} min", "call": call or "-",
    }  # fmt: skip
    kind = "window-missed" if done is not None and late > timedelta(0) else "window-stalled"
    key = f"window:{forecast.partner}/{forecast.batch}:{forecast.window.opens.isoformat()}"
    return Trouble(kind, key, CRITICAL, forecast.partner, "", arguments)


def tell_alarms(
    ledger: Ledger, settings: AlarmSettings, where: Where, beat: Callable[[], None] = lambda: None
) -> int:
    """Have every channel told what it is to be told now; returns how many notices were told.

    `beat` is called before each, as a sign of life. What cannot be told is tried again later, longer and longer, and
    given up in the end; the alarm stays in the ledger.
    """
    now = instant(ledger.now())
    wanted = [
        (alarm.id, name, what)
        for alarm, told in ledger.untold()
        for name, channel in settings.channels.items()
        for what in to_tell(alarm, channel, frozenset(w for c, w in told if c == name), now)
    ]
    if wanted:
        ledger.announce_alarms(wanted)
    count = 0
    silent: dict[str, datetime] = {}
    for notice in ledger.claim_notices():
        if notice.channel in silent:
            # It just failed: to try it for each notice would take its whole timeout every time.
            ledger.put_back_notice(notice, silent[notice.channel])
            continue
        beat()  # a channel may take its whole timeout
        told_on = settings.channels.get(notice.channel)
        if told_on is None:
            ledger.notice_failed(notice.id, "the channel is not in the settings any more", None)
            continue
        try:
            tell(notice, told_on, where)
        except Exception as error:
            # What a channel's settings or server do to it must not break the round. Only what `tell` says itself is
            # fit to be told: other errors may quote an address with its secret.
            reason = str(error)[:500] if isinstance(error, OSError) else brief(error)
            again = now + min(FIRST_RETRY * (1 << min(notice.attempts - 1, 10)), LONGEST_RETRY)
            ledger.notice_failed(notice.id, reason, again if notice.attempts < settings.attempts else None)
            silent[notice.channel] = again
            log.warning("alarm %d could not be told by %s: %s", notice.alarm.id, notice.channel, reason)
            continue
        ledger.notice_sent(notice.id)
        count += 1
    return count


def to_tell(alarm: Alarm, channel: AlarmChannel, told: frozenset[str], now: datetime) -> list[str]:
    """What a channel is to be told of an alarm now, besides what it was told."""
    if channel.partners and alarm.partner not in channel.partners:
        return []
    if alarm.severity == WARNING and channel.severity == CRITICAL:
        return []
    if not told:
        until = alarm.cleared or now
        waited = channel.after is None or until - alarm.raised >= channel.after.time
        return [RAISED] if waited else []
    if alarm.cleared is not None:
        return [CLEARED] if CLEARED not in told else []
    return [WORSE] if alarm.worse is not None and WORSE not in told and _warned(alarm, channel) else []


def _warned(alarm: Alarm, channel: AlarmChannel) -> bool:
    """Whether the channel had been told of it while it was a warning."""
    return channel.severity == WARNING and alarm.severity == CRITICAL
