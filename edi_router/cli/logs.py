"""The log of the engine: a line of text each at a terminal, or a JSON object each for a collector.

structlog formats what the standard library's loggers say. Every line carries the names that hold when it is written
(`edi_router.engine.about`). What comes from outside, file names above all, is data: no character of it can end a
line or look like a part of another.
"""

from __future__ import annotations

import json
import logging
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from edi_router.engine.about import brief, present, where

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

FORMATS = ("text", "json")
CAUSES = 5
"""Errors behind an error that are told."""
_PLAIN = re.compile(r"[^\s\"'=\[\]{},\\]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


@contextmanager
def written(format: str, level: int, file: Path | None = None) -> Iterator[None]:
    """Within the block the log goes to standard error, or is appended to `file`, which may be moved away meanwhile.

    `format` is one of `FORMATS`. Raises OSError when the file cannot be opened.
    """
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if file is not None:
        from logging.handlers import WatchedFileHandler

        handler = WatchedFileHandler(file, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(_Late(format))
    handler.setLevel(level)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # its troubles come to us as ChannelError
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()


class _Late(logging.Formatter):
    """The formatter of a format, made at the first line: structlog takes its time, and a run may have nothing to say."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form = form

    @cached_property
    def _made(self) -> logging.Formatter:
        return formatter(self._form)

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return self._made.format(record)


def formatter(format: str) -> logging.Formatter:
    """Makes a line of a record."""
    from structlog.processors import JSONRenderer
    from structlog.stdlib import ProcessorFormatter, add_log_level

    as_json = format == "json"
    renderer: Processor = JSONRenderer(ensure_ascii=True) if as_json else _text
    return ProcessorFormatter(
        foreign_pre_chain=[_stamped, add_log_level, _named, _error],
        processors=[ProcessorFormatter.remove_processors_meta, *([_unbroken] if as_json else []), renderer],
    )


def _stamped(logger: object, method: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds")
    return {
        "timestamp": at.replace("+00:00", "Z"),
        "event": event.pop("event"),
        "logger": record.name,
        **event,
    }


def _named(logger: object, method: str, event: EventDict) -> EventDict:
    return {**event, "node": platform.node(), **{name: value for name, value in present().items() if value}}


def _error(logger: object, method: str, event: EventDict) -> EventDict:
    """An error as its kind and its way through the program. Its text only where it cannot quote a message."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = given[1] if isinstance(given, tuple) else None
    chain: list[dict[str, object]] = []
    while error is not None and len(chain) < CAUSES:
        chain.append({"error": brief(error), "at": where(error)})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return {**event, "errors": chain} if chain else event


def _unbroken(logger: object, method: str, event: EventDict) -> EventDict:
    """Bytes that were no characters as `\\udcd6`: half of a surrogate pair is JSON to some readers only."""
    return {name: _half(value) for name, value in event.items()}


def _half(value: object) -> object:
    if isinstance(value, str):
        return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    return [_half(each) for each in value] if isinstance(value, list) else value


def _text(logger: object, method: str, event: EventDict) -> str:
    """A line for people: local time, level, what happened, and what it is about; errors below it, indented.

    >>> _text(None, "", {"timestamp": "2026-03-14T02:00:00.5Z", "level": "info", "event": "received\\n",
    ...                  "logger": "edi_router", "node": "n", "file": "a", "name": "b\\nc d"})[24:]
    'INFO received\\\\n file=a name="b\\\\nc d"'
    """
    at = datetime.fromisoformat(event.pop("timestamp")).astimezone()
    level, told = event.pop("level").upper(), visible(event.pop("event"))
    errors = event.pop("errors", ())
    names = [f"{name}={_value(value)}" for name, value in event.items() if name not in ("logger", "node")]
    lines = [" ".join([at.isoformat(" ", "milliseconds")[:23], level, told, *names])]
    for each in errors:
        lines += [f"    {visible(each['error'])}", *(f"        at {place}" for place in each["at"])]
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, list):
        return ",".join(_value(each) for each in value)
    told = str(value)
    plain = told.isprintable() and _PLAIN.fullmatch(told)
    return told if plain else visible(json.dumps(told, ensure_ascii=False))


def visible(text: str) -> str:
    """The text in one line, every character of it seen: what is no letter, sign or blank is escaped.

    >>> visible("a\\nb\\u202ec 申报")
    'a\\\\nb\\\\u202ec 申报'
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape", "surrogatepass").decode("ascii")
        for each in text
    )
