"""What is wrong with a text that is no YAML, in words of those who write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from edi_router.config.encoding import no_text, place_after
from edi_router.faults import Fault, Place

_TAB = "a tab stands here; indent with spaces"
_FULL_WIDTH = re.compile("^[ -]*[^\\s#'\"]+：")
_WORDS = {
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "mapping values are not allowed in this context": (
        "`: ` is not allowed here; put the value in quotes, or correct the indentation or the line before"
    ),
    "did not find expected ',' or '}'": "`,` or `}` is missing",
    "did not find expected ',' or ']'": "`,` or `]` is missing",
    "did not find expected key": (
        "a key was expected here; the indentation differs from the lines before, or a quote was closed too early"
    ),
    "did not find expected '-' indicator": (
        "`- ` was expected here, as in the lines before; or the indentation of this line is wrong"
    ),
    "found unexpected end of stream": "the quote is never closed",
    "could not find expected ':'": "`:` is missing after the key",
    "found unknown escape character": (
        "`\\` cannot stand before this character in double quotes; use single quotes"
    ),
    "but found another document": "a second document begins here",
    "did not find expected node content": "a value is missing here",
    "found undefined alias": "a value that begins with `*` needs quotes",
    "did not find expected <document start>": "the document has come to its end before this",
}
"""What libyaml says, and what is said instead; `edi_router.faults.terms` has the Chinese."""
_OPENED = frozenset(
    ("did not find expected ',' or '}'", "did not find expected ',' or ']'", "found unexpected end of stream")
)
"""Of these it is told where that began which is not closed."""


def not_yaml(text: str, file: str, error: yaml.YAMLError | UnicodeError) -> Fault:
    """The fault of a text at which the reader of YAML stopped by an error."""
    if (fault := no_text(text.encode("utf-8", "surrogateescape"), file)) is not None:
        return fault
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        return Fault("config-syntax", place, {"problem": _told(text, error)})
    if isinstance(error, yaml.reader.ReaderError) and isinstance(error.position, int):
        code = ord(text[error.position : error.position + 1] or "\0")
        problem = f"the character U+{code:04X} is not allowed"
        return Fault("config-syntax", place_after(file, text[: error.position]), {"problem": problem})
    return Fault("config-syntax", Place(file), {"problem": str(error)})


def _told(text: str, error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or error)
    line = error.problem_mark.line if error.problem_mark else 0
    lines = text.split("\n")
    for number in _lines(line, error):
        if number < len(lines) and _FULL_WIDTH.match(lines[number]):
            return f"line {number + 1} has a full-width `：`; a key ends with `:`"
    if problem == "found character that cannot start any token" and error.problem_mark:
        character = lines[line][error.problem_mark.column : error.problem_mark.column + 1]
        return _TAB if character == "\t" else f"a value that begins with `{character}` needs quotes"
    start = error.context_mark
    if problem in _OPENED and start is not None:
        return f"{_WORDS[problem]}; it was opened at {start.line + 1}:{start.column + 1}"
    return _WORDS.get(problem, problem)


def _lines(line: int, error: yaml.MarkedYAMLError) -> Iterator[int]:
    """The lines that may be to blame: that of the problem, that before it, and that where its context begins."""
    yield line
    yield max(line - 1, 0)
    if error.context_mark:
        yield error.context_mark.line
