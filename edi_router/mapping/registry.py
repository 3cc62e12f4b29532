"""The registry of value functions and what one of them is."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    """What a function is applied to."""

    EACH = auto()
    """One value: `f(value, argument) -> str`."""
    DATED = auto()
    """One value, the code of its form (2379) and the business zone: `f(value, argument, code, zone) -> str`."""
    ALL = auto()
    """All values at once: `f(values, argument) -> list[str]`."""
    NODES = auto()
    """All selected places, with or without a value of their own: `f(values, argument) -> list[str]`."""
    POSITION = auto()
    """The position (from 1) of the current item of `each`: `f(position, argument) -> str`."""


class Shortened(str):
    """A result that lost something of the value; `code` is the warning to give."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, text: str, code: str) -> Shortened:
        """The text, with the code of the warning."""
        result = super().__new__(cls, text)
        result.code = code
        return result


@dataclass(frozen=True)
class Function:
    """A value function: its name, what it is applied to, its argument's pattern and how a person says it."""

    name: str
    kind: Kind
    apply: Callable[..., Any]
    pattern: str
    needs_argument: bool
    form: str = ""
    checker: Callable[[str], str | None] | None = None

    def check(self, argument: str | None) -> str | None:
        """What is wrong with the argument; None when nothing is."""
        if argument is None:
            return "it needs an argument" if self.needs_argument else None
        if not self.pattern:
            return "it takes no argument"
        if not re.fullmatch(self.pattern, argument, re.DOTALL):
            return f"expected {self.form}"
        return self.checker(argument) if self.checker else None

    @property
    def summary(self) -> str:
        """The first line of the function's documentation."""
        return (inspect.getdoc(self.apply) or "").partition("\n")[0]


class OwnName(str):
    """The name of a function of the deployment, `FILE/NAME`, which carries the function itself."""

    __slots__ = ("function",)
    function: Function

    def __new__(cls, text: str, function: Function) -> OwnName:
        """The name, with the function."""
        result = super().__new__(cls, text)
        result.function = function
        return result


class Functions(dict[str, Function]):
    """Functions by name; that of a deployment is found by the name that carries it, and never listed."""

    def __missing__(self, name: str) -> Function:
        """The function that the name carries."""
        if isinstance(name, OwnName):
            return name.function
        raise KeyError(name)


FUNCTIONS = Functions()
"""All value functions by name, once `edi_router.mapping.functions` is imported."""


def function(
    kind: Kind = Kind.EACH,
    pattern: str = "",
    form: str = "",
    *,
    name: str = "",
    optional: bool = False,
    checker: Callable[[str], str | None] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function under its name; `pattern` is the form of its argument ("" for none)."""

    def enter(apply: Callable[..., Any]) -> Callable[..., Any]:
        key = name or apply.__name__
        if key in FUNCTIONS:
            raise ValueError(f"value function {key} is defined twice")
        FUNCTIONS[key] = Function(key, kind, apply, pattern, bool(pattern) and not optional, form, checker)
        return apply

    return enter
