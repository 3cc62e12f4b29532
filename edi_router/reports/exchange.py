"""What was exchanged with a partner on a date, as a file that both sides can write and compare: CSV or JSON.

A row is an `interchange`, a `message` of one, or a `total`; columns are `COLUMNS`. `from` and `to` are partner ids, so a
row reads the same on both sides. `docs/books.md` describes the layout for partners.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from edi_router.ledger.exchanges import INTERCHANGE, MESSAGE, Exchanged

COLUMNS = (
    "record", "date", "from", "to", "control_reference", "message_reference", "type", "name", "at", "sha256",
    "state", "answer", "number",
)  # fmt: skip
NEEDED = ("control_reference", "name")
"""A row that is compared has at least one of these."""
TOTAL = "total"
Row = Mapping[str, str]
_SAME = {"acknowledged": "accepted"}
"""Words for one answer."""


class Unreadable(Exception):
    """The file is none that can be compared; the text says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different on the two sides: `only-here`, `only-there`, or the column that `differs`."""

    what: str
    row: Row
    """Ours, or where we have none theirs."""
    column: str = ""
    here: str = ""
    there: str = ""


def exchange_rows(exchanged: Iterable[Exchanged], date: str, us: str, partner: str) -> list[dict[str, str]]:
    """The rows of a date, with the totals of each direction at the end."""
    rows: list[dict[str, str]] = []
    totals = {True: [0, 0], False: [0, 0]}
    for each in exchanged:
        if each.record == INTERCHANGE:
            totals[each.sent][0] += 1
            totals[each.sent][1] += each.number
        rows.append({
            "record": each.record, "date": date, **_ways(each.sent, us, partner),
            "control_reference": each.control_reference, "message_reference": each.message_reference,
            "type": each.type, "name": each.name, "at": each.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "sha256": each.sha256, "state": each.state, "answer": each.answer, "number": str(each.number),
        })  # fmt: skip
    for sent, (interchanges, messages) in totals.items():
        for type, number in ((INTERCHANGE, interchanges), (MESSAGE, messages)):
            total = dict.fromkeys(COLUMNS, "") | {"record": TOTAL, "date": date, **_ways(sent, us, partner)}
            rows.append(total | {"type": type, "number": str(number)})
    return rows


def _ways(sent: bool, us: str, partner: str) -> dict[str, str]:
    return {"from": us, "to": partner} if sent else {"from": partner, "to": us}


def as_exchange_csv(rows: Sequence[Row]) -> str:
    """The rows as CSV: UTF-8, commas, CRLF, one heading."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_exchange_json(rows: Sequence[Row], date: str, us: str, partner: str) -> str:
    """The rows as a JSON document."""
    found = {"books": date, "of": us, "with": partner, "rows": [dict(row) for row in rows]}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def read_exchange(data: bytes, columns: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """The rows of a partner's file: our JSON, or a CSV whose headings are ours or are named by `columns` (ours →
    theirs). Totals are left out. Raises Unreadable.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 (byte {error.start})") from None
    rows = _json(text) if text.lstrip()[:1] in ("{", "[") else _csv(text, columns or {})
    return [row for row in rows if row.get("record") != TOTAL]


def _json(text: str) -> list[dict[str, str]]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Unreadable(f"is no JSON: {error}") from None
    rows = found.get("rows") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("has no `rows`, a list of objects")
    return [{name: "" if row.get(name) is None else str(row[name]) for name in row} for row in rows]


def _csv(text: str, columns: Mapping[str, str]) -> list[dict[str, str]]:
    head = text.partition("\n")[0]
    mark = max(",;\t|", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, restval="")
    there = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = there
    names = {ours: columns.get(ours, ours) for ours in COLUMNS}
    missing = [names[each] for each in columns if names[each] not in there]
    if missing:
        raise Unreadable(f"has no column {missing[0]}: it has {', '.join(there)}")
    if not any(names[each] in there for each in NEEDED):
        raise Unreadable(f"has neither a column {names['control_reference']} nor {names['name']}")
    return [
        {ours: (row.get(their) or "").strip() for ours, their in names.items() if their in there}
        for row in reader
    ]


def compare(ours: Sequence[Row], theirs: Sequence[Row], partner: str) -> list[Difference]:
    """What is only here, only there, or different, per interchange and message.

    Interchanges are compared with interchanges, and messages where the other side lists messages. What a file has no
    column for is not compared, nor the time, nor the state, which is each side's own.
    """
    with_messages = any(row.get("message_reference") for row in theirs)
    directed = any(row.get("from") or row.get("to") for row in theirs)
    here = _keyed((row for row in ours if row["record"] != TOTAL), with_messages, directed, partner)
    there = _keyed(theirs, with_messages, directed, partner)
    found: list[Difference] = []
    for key, row in here.items():
        if key not in there:
            found.append(Difference("only-here", row))
            continue
        for column in ("sha256", "answer", "type"):
            mine, its = _plain(row.get(column, "")), _plain(there[key].get(column, ""))
            if mine and its and mine != its:
                found.append(Difference("differs", row, column, row[column], there[key][column]))
    found += [Difference("only-there", row) for key, row in there.items() if key not in here]
    return found


_Key = tuple[str, str, str, int]


def _keyed(rows: Iterable[Row], with_messages: bool, directed: bool, partner: str) -> dict[_Key, Row]:
    found: dict[_Key, Row] = {}
    met: Counter[tuple[str, str, str]] = Counter()  # one that came again stands in both files again
    for row in rows:
        message = row.get("message_reference", "")
        if message and not with_messages:
            continue
        way = ("from" if row.get("from") == partner else "to") if directed else ""
        reference = row.get("control_reference") or row.get("name", "")
        if reference:
            key = (way, _number(reference), _number(message))
            met[key] += 1
            found[*key, met[key]] = row
    return found


def _number(reference: str) -> str:
    """A reference without leading zeros, which some systems drop.

    >>> _number("000017"), _number("A017"), _number("0")
    ('17', 'A017', '0')
    """
    return (
        reference.lstrip("0") or reference[:1] if reference.isascii() and reference.isdigit() else reference
    )


def _plain(value: str) -> str:
    text = value.strip().lower()
    return _SAME.get(text, text)
