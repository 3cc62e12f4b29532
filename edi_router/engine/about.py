"""What the lines of the log are about, and how the log speaks of errors: never with what stands in messages.

Light on purpose: every verb that uses the engine imports it. What is made of it is the matter of who writes the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar, Token
from pathlib import PurePath
from traceback import extract_tb
from types import MappingProxyType, TracebackType
from typing import Self

from sqlalchemy.exc import InterfaceError, OperationalError

from edi_router.ledger.errors import LedgerError
from edi_router.transports import ChannelError

_NOTHING: Mapping[str, object] = MappingProxyType({})
_names: ContextVar[Mapping[str, object]] = ContextVar("edi_router_about", default=_NOTHING)
_OURS = (OSError, ChannelError, LedgerError, OperationalError, InterfaceError)
"""Errors of the world, whose texts name files, hosts and ids. Any other may quote the data that it met."""


class about:
    """Within the block every line of the log carries these names (`partner`, `file`, `message` …), in this thread."""

    __slots__ = ("_given", "_token")
    _token: Token[Mapping[str, object]]

    def __init__(self, **names: object) -> None:
        self._given = names

    def __enter__(self) -> None:
        self._token = _names.set({**_names.get(), **self._given})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _names.reset(self._token)


def present() -> Mapping[str, object]:
    """The names that hold now."""
    return _names.get()


def brief(error: BaseException) -> str:
    """The error in one line for the log: its type, and its text where that cannot hold content of messages.

    >>> brief(PermissionError(13, "Permission denied", "a.edi"))
    "PermissionError: [Errno 13] Permission denied: 'a.edi'"
    >>> brief(ValueError("'PASSWORD1' is no number"))
    'ValueError'
    """
    name = type(error).__name__
    text = str(error).strip().partition("\n")[0]  # the first line, not the rows of a database's error
    return f"{name}: {text}" if text and isinstance(error, _OURS) else name


def where(error: BaseException) -> list[str]:
    """The places in the program that the error came through, the innermost last: ``work.py:141 _process``.

    >>> try:
    ...     int("x")
    ... except ValueError as error:
    ...     len(where(error))
    1
    """
    frames = extract_tb(error.__traceback__)
    return [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


class Problem(str):
    """What needs somebody's attention, a line for a person; it knows what it is about and what the log may tell."""

    logged: str
    """The line without content of messages."""
    names: Mapping[str, object]

    def __new__(cls, text: str, logged: str | None = None, **names: object) -> Self:
        """`logged` where the text itself holds what must not stand in the log; `names` as for `about`."""
        made = super().__new__(cls, text)
        made.logged = text if logged is None else logged
        made.names = {**present(), **names}
        return made
