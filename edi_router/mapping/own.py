"""Value functions of a deployment: what no shipped function does, in a named Python file of the configuration.

`mappings/functions/FILE.py` is used as `FILE/NAME`. Every function of the file whose name begins with a letter can be
used: it takes a value, and an argument when it has a second parameter, both texts, and gives a text; a ValueError says
that the value cannot be converted, and so does any other exception. The file is code with all the rights of the
router: who may write the configuration may run it. Shipped mappings use none.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from types import FunctionType, MappingProxyType
from typing import Any

from edi_router.config import Tree
from edi_router.mapping.registry import Function, Kind, OwnName

FOLDER = "mappings/functions"
_ANY = r"(?s:.*)"


class Unusable(ValueError):
    """What is wrong with a file of functions: the text says the line."""


def files(tree: Tree) -> list[str]:
    """The files of functions that the tree has, as `FILE` of `FILE/NAME`."""
    names = tree.names(f"{FOLDER}/", ".py")
    return [name.removeprefix(f"{FOLDER}/").removesuffix(".py") for name in names]


def known(tree: Tree) -> list[str]:
    """Every function of the tree, as mappings name it; files that cannot be used have none."""
    found: list[str] = []
    for home in files(tree):
        try:
            found += [f"{home}/{name}" for name in of_file(tree, home)]
        except Unusable:
            continue
    return found


def of_file(tree: Tree, home: str) -> Mapping[str, Function]:
    """The functions of one file by their names; none when there is no such file. Raises Unusable."""
    name = f"{FOLDER}/{home}.py"
    if "/" in home or tree.find(name) is None:
        return {}
    return _compiled(tree.text(name), tree.display(name), home)


def own_name(tree: Tree | None, text: str) -> OwnName | None:
    """The function that `FILE/NAME` means; None when there is none. Raises Unusable."""
    home, _, name = text.rpartition("/")
    function = of_file(tree, home).get(name) if tree is not None else None
    return None if function is None else OwnName(text, function)


@lru_cache(maxsize=64)
def _compiled(text: str, file: str, home: str) -> Mapping[str, Function]:
    space: dict[str, Any] = {"__name__": f"mappings.functions.{home}", "__file__": file}
    try:
        exec(compile(text, file, "exec"), space)
    except Exception as error:
        raise Unusable(f"{file}:{_line_of(error, file)}: {type(error).__name__}: {error}") from error
    own = {
        name: each
        for name, each in space.items()
        if isinstance(each, FunctionType) and name[0].isalpha() and each.__code__.co_filename == file
    }
    return MappingProxyType({name: _function(f"{home}/{name}", each, file) for name, each in own.items()})


def _line_of(error: Exception, file: str) -> int:
    """The line of the file at which it could not be read or run."""
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    lines, trace = [1], error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines[-1]


def _function(name: str, apply: Callable[..., object], file: str) -> Function:
    parameters = list(inspect.signature(apply).parameters.values())
    plain = all(each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters)
    if not plain or len(parameters) not in (1, 2):
        line = apply.__code__.co_firstlineno
        raise Unusable(f"{file}:{line}: a function takes a value, or a value and an argument")
    takes = len(parameters) == 2
    needs = takes and parameters[1].default is inspect.Parameter.empty
    return Function(name, Kind.EACH, _guarded(apply), _ANY if takes else "", needs, "a text" if takes else "")


def _guarded(apply: Callable[..., object]) -> Callable[..., str]:
    """The function, of which every failure is that of a value: a mistake in it must not stop the engine."""

    @wraps(apply)
    def run(*given: str) -> str:
        try:
            result = apply(*given)
        except ValueError:
            raise
        except Exception as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error
        if not isinstance(result, str):
            raise ValueError(f"the function gave a {type(result).__name__}, not a text")
        return result

    return run
