"""Operations of several requests each, one by itself or many at once.

An operation is a generator: it sends requests, and yields the number of each whose answer it needs next. Who does many
at once spends the time that answers take to come once for all of them, and has their requests leave together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Set
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from paramiko import SSHException

T = TypeVar("T")
Operation = Generator[int, None, T]
"""Yields the number of each request whose answer it needs next; returns what it came to."""
AT_ONCE = 64
"""Operations that are begun before the first of them has come to its end."""
OPEN_AT_ONCE = 24
"""The same of operations that open a file: how many files may be open is a limit of servers that they do not tell."""


class Session(Protocol):
    """What is needed of an SFTP session."""

    @property
    def is_full(self) -> bool:
        """Whether so many requests are unanswered that one should wait before the next."""
        ...

    def flush(self) -> None:
        """Have all requests leave."""
        ...

    def is_answered(self, number: int) -> bool:
        """Whether the answer to a request has come."""
        ...

    def some_of(self, numbers: Set[int]) -> list[int]:
        """Wait until at least one of these requests is answered; all of them that are. With none, for any answer."""
        ...


def run(session: Session, operation: Operation[T]) -> T:
    """Do an operation; returns what it came to, and raises what it raises."""
    while True:
        try:
            needs = next(operation)
        except StopIteration as end:
            result: T = end.value
            return result
        session.some_of({needs})


def together(
    session: Session, operations: Iterable[Operation[T]], at_once: int = AT_ONCE
) -> Generator[T, None, None]:
    """Do many operations, at most `at_once` at once; yields what they came to, in their order.

    An operation is begun when there is room for its requests. What one raises is raised in its turn, and breaks off
    those that were begun after it; so does closing this iterator.
    """
    source, more = iter(operations), True
    begun: deque[_Begun[T]] = deque()
    try:
        while more or begun:
            while more and len(begun) < at_once and not session.is_full:
                operation = next(source, None)
                if operation is None:
                    more = False
                else:
                    begun.append(_Begun(operation))
                    begun[-1].go_on(session)
            session.flush()  # whoever takes what is yielded now may take his time
            while begun and begun[0].is_over:
                yield begun.popleft().result()
            waiting = {each.needs: each for each in begun if not each.is_over}
            if waiting or session.is_full:
                for number in session.some_of(waiting.keys()):
                    waiting[number].go_on(session)
    finally:
        for each in begun:
            with suppress(SSHException, EOFError, OSError):  # of a lost session nothing has to be broken off
                each.operation.close()


class _Begun(Generic[T]):
    """An operation that was begun: what it needs next, or what it came to."""

    def __init__(self, operation: Operation[T]) -> None:
        self.operation = operation
        self.needs = 0
        self.is_over = False
        self._raised: Exception | None = None
        self._result: T

    def go_on(self, session: Session) -> None:
        """Have it go on as far as it gets without waiting."""
        try:
            self.needs = next(self.operation)
            while session.is_answered(self.needs):
                self.needs = next(self.operation)
        except StopIteration as end:
            self.is_over, self._result = True, end.value
        except Exception as error:
            self.is_over, self._raised = True, error

    def result(self) -> T:
        """What it came to; raises what it raised."""
        if self._raised is not None:
            raise self._raised
        return self._result
