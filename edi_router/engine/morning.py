"""The morning after: what follows from the books of a day when they are closed.

An alarm when they do not balance, or when a volume was unusual; the list of what was exchanged, for each partner that
wants it; at the beginning of a month the digest of findings for bureaus of origin; and the figures of the month added
up. Each is done once for a day, also when the engine stopped in the middle of it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from edi_router.calendars import Calendar
from edi_router.ledger import Archive, Ledger
from edi_router.ledger.alarms import CRITICAL, WARNING, Trouble
from edi_router.ledger.books import Books
from edi_router.ledger.issuing import Issue
from edi_router.ledger.store import instant
from edi_router.partners import Partner
from edi_router.partners.supervision import Digest
from edi_router.pipeline.configuration import Configuration
from edi_router.reports import Period, Report, as_csv, as_json, as_page
from edi_router.reports.exchange import as_exchange_csv, as_exchange_json, exchange_rows
from edi_router.reports.mismatches import mismatches
from edi_router.reports.unusual import judge

log = logging.getLogger(__name__)
MORNING = "morning"
"""The schedule of which every closed day is a firing."""
UNBALANCED = "books:"


def mornings(
    ledger: Ledger, archive: Archive, configuration: Configuration, closed: Mapping[str, Books]
) -> None:
    """Do what follows for every closed day for which it was not done; `closed` are pages that are at hand."""
    zone = configuration.settings.zone
    days, last = ledger.closed_books(), ledger.last_fired(MORNING)
    after = "" if last is None else last.astimezone(zone).date().isoformat()
    due = [day for day in days if day > after] if after else days[-1:]
    for day in due:
        tell_books(ledger, day, closed.get(day) or ledger.books(day))
        judge_volumes(ledger, configuration, date.fromisoformat(day))
        send_books(ledger, archive, configuration, day)
        ledger.fire(MORNING, datetime.combine(date.fromisoformat(day), time.min, zone))
    send_digests(ledger, archive, configuration)
    kept = ledger.keep_figures()
    if kept:
        log.info("figures added up through %s", kept[-1])


def tell_books(ledger: Ledger, day: str, books: Books) -> None:
    """Raise the alarm of books that do not balance; clear those of pages that do by now."""
    if not books.balanced:
        number = books.unaccounted or len(books.gaps) + len(books.problems)
        arguments: dict[str, str | int] = {"date": day, "number": number}
        ledger.raise_alarm(Trouble("books-unbalanced", f"{UNBALANCED}{day}", CRITICAL, "", day, arguments))
    for alarm in ledger.alarms():
        if alarm.key.startswith(UNBALANCED) and alarm.subject != day and ledger.books(alarm.subject).balanced:
            ledger.clear_alarm(alarm.key)


def judge_volumes(ledger: Ledger, configuration: Configuration, day: date) -> None:
    """Raise an alarm for each watched volume of the day that is unusual; the next ordinary day clears it."""
    for partner in configuration.directory.partners.values():
        for volume in partner.volumes:
            found = judge(ledger, partner.id, volume, day, configuration.calendars)
            key = f"volume:{partner.id}:{volume.what}"
            if found is None:
                continue
            if found.unusual:
                arguments: dict[str, str | int] = {
                    "what": found.what, "date": day.isoformat(), "number": str(found.number), "usual": found.usual,
                }  # fmt: skip
                ledger.raise_alarm(Trouble("volume-unusual", key, WARNING, partner.id, found.what, arguments))
            else:
                ledger.clear_alarm(key)


def send_books(ledger: Ledger, archive: Archive, configuration: Configuration, day: str) -> None:
    """Put the list of what was exchanged on a day into the outbox, for each partner that wants it."""
    us = configuration.settings.identifications[0].id
    for partner in configuration.directory.partners.values():
        if partner.books == "none" or not partner.status.active:
            continue
        rows = exchange_rows(ledger.exchanged(partner.id, day), day, us, partner.id)
        text = (
            as_exchange_csv(rows) if partner.books == "csv" else as_exchange_json(rows, day, us, partner.id)
        )
        name = f"books-{day}.{partner.books}"
        issue = Issue(f"books/{partner.id}/{day}", partner.id, name, partner.books, text.encode())
        _issue(ledger, archive, configuration, issue)


def send_digests(ledger: Ledger, archive: Archive, configuration: Configuration) -> None:
    """From the first working day of a month on: the digest of the month before, for each bureau that wants it, once."""
    zone = configuration.settings.zone
    today = instant(ledger.now()).astimezone(zone).date()
    month = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    for partner in configuration.directory.partners.values():
        digest = partner.mismatches
        if digest is None or not partner.status.active:
            continue
        calendar = configuration.calendars.get(digest.calendar or "")
        about = f"mismatches/{partner.id}/{month}"
        if today < first_working_day(today, calendar) or ledger.issued(about):
            continue
        content = digest_of(ledger, partner, digest, month, zone, configuration.settings.name)
        issue = Issue(
            about, partner.id, f"mismatches-{month}.{digest.format}", digest.format, content, type="digest"
        )
        _issue(ledger, archive, configuration, issue)


def digest_of(
    ledger: Ledger, partner: Partner, digest: Digest, month: str, zone: ZoneInfo, name: str
) -> bytes:
    """The digest of a month as a file."""
    found: Report = mismatches(ledger, Period.month(month, zone), partner.codes)
    if digest.format == "csv":
        return as_csv(found, digest.language).encode()
    if digest.format == "html":
        return as_page(found, name, digest.language).encode()
    return (json.dumps(as_json(found), ensure_ascii=False, indent=1) + "\n").encode()


def first_working_day(day: date, calendar: Calendar | None) -> date:
    """The first working day of a date's month.

    >>> str(first_working_day(date(2026, 3, 14), None)), str(first_working_day(date(2026, 4, 1), None))
    ('2026-03-02', '2026-04-01')
    """
    each = day.replace(day=1)
    while not (each.weekday() < 5 if calendar is None else calendar.working_day(each)):
        if each - day.replace(day=1) > timedelta(days=27):
            return day.replace(day=1)
        each += timedelta(days=1)
    return each


def _issue(ledger: Ledger, archive: Archive, configuration: Configuration, issue: Issue) -> None:
    archive.put(issue.content)
    if ledger.issue(issue, configuration.digest):
        log.info("%s is put into the outbox", issue.about)
