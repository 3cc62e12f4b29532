"""The parser of the path language: a closed subset of XPath, the same for every format.

path      = [ "/" | "$envelope" [ "/" ] | "$context/" ] step { "/" step } | "." | "/" | "$envelope"
step      = ".." | name { predicate } | "@" name
predicate = "[" number "]" | "[" path "=" ( text | "$item" [ "/" step { "/" step } ] ) "]"
text      = "'" characters "'" | '"' characters '"'
"""

from __future__ import annotations

import functools
import re

from edi_router.paths.path import PARENT, Equals, Index, Path, Start, Step

_NAME = re.compile(r"[^\W\d][\w.\-]*")
_NUMBER = re.compile(r"[0-9]+")
MAXIMUM_LENGTH = 1000
MAXIMUM_DEPTH = 5
_ITEM = "$item"
_keys: dict[tuple[object, ...], int] = {}


def key_of(name: str, predicates: tuple[Index | Equals, ...]) -> int:
    """The number of all steps that are equal to this one."""
    return _keys.setdefault((name, predicates), len(_keys))


class PathError(ValueError):
    """A text is no path: `column` (from 1) is where, `problem` says what is wrong and what was expected."""

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(f"column {column}: {problem}")
        self.column = column
        self.problem = problem


@functools.lru_cache(maxsize=4096)
def parse(text: str, *, item: bool = False) -> Path:
    """The path that `text` writes; raises `PathError`. With `item` predicates may compare with values at `$item`.

    >>> str(parse("SG30/CST/C246[1]/d7361"))
    'SG30/CST/C246[1]/d7361'
    >>> parse("DTM/C507[d2005=137]")
    Traceback (most recent call last):
    edi_router.paths.parser.PathError: column 16: expected a quoted text after `=`, found `1`
    """
    if len(text) > MAXIMUM_LENGTH:
        raise PathError(MAXIMUM_LENGTH, f"the path is longer than {MAXIMUM_LENGTH} characters")
    parser = _Parser(text, item)
    path = parser.path(0)
    if not parser.at_end():
        raise parser.error("expected `/`, `[` or the end")
    return path


class _Parser:
    def __init__(self, text: str, item: bool) -> None:
        self.text = text
        self.item = item
        self.at = 0

    def at_end(self) -> bool:
        return self.at >= len(self.text)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, word: str) -> bool:
        if self.text.startswith(word, self.at):
            self.at += len(word)
            return True
        return False

    def error(self, expected: str) -> PathError:
        found = f"found `{self.peek()}`" if not self.at_end() else "found the end"
        return PathError(self.at + 1, f"{expected}, {found}")

    def path(self, depth: int) -> Path:
        if depth > MAXIMUM_DEPTH:
            raise PathError(self.at + 1, f"predicates nested deeper than {MAXIMUM_DEPTH}")
        start = Start.HERE
        if self.peek() == "$":
            start = self._special()
            if self._stop() and start is Start.ENVELOPE:
                return Path(start, ())
            if not self.take("/"):
                raise self.error("expected `/`")
        elif self.take("/"):
            start = Start.MESSAGE
            if self._stop():
                return Path(start, ())
        elif self.peek() == "." and self.text[self.at + 1 : self.at + 2] != ".":
            self.at += 1
            if not self._stop():
                raise self.error("expected nothing after `.` (it means the current item itself)")
            return Path(start, ())
        steps = [self._step(depth)]
        while self.take("/"):
            if steps[-1].name.startswith("@"):
                raise PathError(self.at, "nothing can follow an attribute")
            steps.append(self._step(depth))
        compares = any(
            isinstance(each, Equals) and each.other is not None for step in steps for each in step.predicates
        )
        return Path(start, tuple(steps), compares)

    def _stop(self) -> bool:
        return self.at_end() or self.peek() in "=]"

    def _special(self) -> Start:
        for start in (Start.ENVELOPE, Start.CONTEXT):
            if self.take(f"${start}"):
                return start
        raise PathError(self.at + 1, "expected `$envelope` or `$context`")

    def _step(self, depth: int) -> Step:
        column = self.at + 1
        if self.take(PARENT):
            if self.peek() == "[":
                raise self.error("expected no predicate after `..`")
            return Step(PARENT, (), column)
        attribute = self.take("@")
        name = _NAME.match(self.text, self.at)
        if name is None:
            raise self.error(
                "expected the name of an attribute" if attribute else "expected a name, `..` or `@`"
            )
        self.at = name.end()
        if attribute:
            return Step("@" + name[0], (), column, key_of("@" + name[0], ()))
        predicates: list[Index | Equals] = []
        while self.take("["):
            predicates.append(self._predicate(depth))
        return Step(name[0], tuple(predicates), column, key_of(name[0], tuple(predicates)))

    def _predicate(self, depth: int) -> Index | Equals:
        number = _NUMBER.match(self.text, self.at)
        predicate: Index | Equals
        if number is not None:
            if int(number[0]) < 1:
                raise self.error("expected a number from 1 on")
            self.at = number.end()
            predicate = Index(int(number[0]))
        else:
            path = self.path(depth + 1)
            if not self.take("="):
                raise self.error("expected `=` and a quoted text")
            if self.item and self.peek() == "$":
                predicate = Equals(path, "", self._of_item(depth))
            else:
                predicate = Equals(path, self._text())
        if not self.take("]"):
            raise self.error("expected `]`")
        return predicate

    def _of_item(self, depth: int) -> Path:
        """`$item/…`: a path that is seen from where the whole path begins."""
        if depth or not self.take(_ITEM):
            raise self.error("expected a quoted text, or `$item` outside of other predicates")
        if not self.take("/"):
            return Path(Start.HERE, ())
        steps = [self._step(depth + 1)]
        while self.take("/"):
            steps.append(self._step(depth + 1))
        return Path(Start.HERE, tuple(steps))

    def _text(self) -> str:
        quote = self.peek()
        if quote not in ("'", '"'):
            raise self.error("expected a quoted text after `=`")
        end = self.text.find(quote, self.at + 1)
        if end < 0:
            raise PathError(self.at + 1, f"the quoted text is not closed: expected {quote}")
        if end == self.at + 1:
            raise PathError(self.at + 1, "an empty text equals nothing: an empty value counts as missing")
        text = self.text[self.at + 1 : end]
        self.at = end + 1
        return text
