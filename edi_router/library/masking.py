"""A document with its words masked and everything else as it was, so that a fault can be looked into elsewhere.

Each letter is replaced by another letter, each digit by another digit; lengths, marks, separators and structure stay.
The same value is masked the same way throughout, under a key that is thrown away. Left as they are: codes that a
directory lists, numbers, dates, and words of up to three characters.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from edi_router.faults import Fault, FaultList
from edi_router.formats.detect import detect
from edi_router.formats.edifact import read
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.elements import segment_spec
from edi_router.formats.edifact.una import HEADER, guess_separators, read_una

_NUMBER = re.compile(r"[+-]?(?:\d{1,8}|\d{1,12}[.,]\d+)")
_DATE = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:[0-2]\d[0-5]\d(?:[0-5]\d){,1}\d{,3})?"
    r"|\d{4}[-/]\d\d[-/]\d\d(?:[T ][\d:.+Z-]+)?"
)
_WORD = re.compile(r"[A-Za-z0-9]{1,3}")
_CODE = re.compile(r"[A-Z0-9]{1,11}|(?=.*\d)[A-Za-z0-9./:_+-]{1,40}", re.ASCII)
_PERSON = re.compile(r"\d{6}(?:19|20)\d{9}[\dXx]", re.ASCII)
"""An identity card."""
_XML = re.compile(
    r"<!--(?P<comment>.*?)-->|<!\[CDATA\[(?P<cdata>.*?)\]\]>|<[?!][^>]*>|(?P<tag><[^>]*>)|(?P<text>[^<]+)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""(?P<name>[\w:.-]+)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")
_ENTITY = re.compile(r"&[#\w]+;")
_CELL = re.compile(r"""[^,;|\t"\r\n]+""")
_TURNS = 6
LARGEST = 4_000_000
"""Bytes of a document up to which it is tried whether its faults are still the same."""

Check = Callable[[bytes], Sequence[Fault]]


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked document."""

    content: bytes
    reproduced: bool | None
    """Whether it has the same faults at the same places; None when that was not tried."""
    added: tuple[str, ...] = ()
    """Faults that it has and the original does not, and the converse, a line each."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A value in the text: where it is, and whether its place says that it is a code."""

    start: int
    end: int
    coded: bool = False


@dataclass
class Masker:
    """Masks documents and texts that belong together."""

    key: bytes
    definitions: Definitions
    secrets: frozenset[str] = frozenset()
    """Values that are masked whatever they look like."""
    known: dict[str, str] = field(default_factory=dict)
    """What was masked, and what stands in its place."""

    def document(self, content: bytes, check: Check) -> Masked:
        """A document, masked; what a fault depends on and looks like a code is left, so that it still has it."""
        keep: set[str] = set()
        before = _seen(check(content)) if len(content) <= LARGEST else None
        masked = self._masked(content, keep)
        if before is None:
            return Masked(masked, None)
        for _ in range(_TURNS):
            faults = check(masked)
            now = _seen(faults)
            if now == before:
                return Masked(masked, True)
            more = self._culprits(content, [*faults, *check(content)], set(now) ^ set(before)) - keep
            if not more:
                break
            keep |= more
            masked = self._masked(content, keep)
        now = _seen(check(masked))
        added = [f"masked only: {each}" for each in now if each not in before]
        added += [f"original only: {each}" for each in before if each not in now]
        return Masked(masked, not added, tuple(added))

    def text(self, text: str) -> str:
        """A text in which everything that was masked in the documents is masked, too."""
        cut = text.removesuffix("…")
        if cut != text:  # a fault tells the beginning of a long value
            whole = next((each for each in self.known if cut and each.startswith(cut)), "")
            text = self.known[whole][: len(cut)] + "…" if whole else text
        for original in sorted(self.known, key=len, reverse=True):
            if len(original) > 3 or original in self.secrets:
                text = text.replace(original, self.known[original])
        return text

    def value(self, text: str, codec: str = "utf-8") -> str:
        """One value, masked."""
        made = "".join(
            _other(char, byte, codec) for char, byte in zip(text, self._stream(text), strict=False)
        )
        self.known[text] = made
        return made

    def _stream(self, text: str) -> Iterator[int]:
        number = 0
        while True:
            yield from hmac.digest(self.key, f"{number} {text}".encode("utf-8", "surrogatepass"), "sha256")
            number += 1

    def _masked(self, content: bytes, keep: set[str]) -> bytes:
        text, codec = _decoded(content)
        made: list[str] = []
        at = 0
        for token in _tokens(content, text, self.definitions):
            original = text[token.start : token.end]
            stripped = original.strip()
            made.append(text[at : token.start])
            at = token.end
            kept = stripped in keep or token.coded or _is_plain(stripped)
            if not stripped or (kept and stripped not in self.secrets):
                made.append(original)
            else:
                start = original.index(stripped)
                made.append(
                    original[:start] + self.value(stripped, codec) + original[start + len(stripped) :]
                )
        return ("".join(made) + text[at:]).encode(codec, "surrogateescape")

    def _culprits(self, content: bytes, faults: Sequence[Fault], changed: set[tuple[str, str]]) -> set[str]:
        """The values that the changed faults are about, as far as they look like codes."""
        text, codec = _decoded(content)
        found: set[str] = set()
        wanted = [fault for fault in faults if (fault.code, str(fault.place)) in changed]
        told = {str(value) for fault in wanted for value in fault.values.values()}
        lines = {fault.place.line for fault in wanted if fault.place.xpath is not None}
        starts = {fault.place.offset for fault in wanted if fault.place.offset is not None}
        offset = at = 0
        line = 1
        for token in _tokens(content, text, self.definitions):
            line += text.count("\n", at, token.start)
            offset += len(text[at : token.start].encode(codec, "surrogateescape"))
            at = token.start
            original = text[token.start : token.end].strip()
            size = len(text[token.start : token.end].encode(codec, "surrogateescape"))
            here = any(offset <= start <= offset + size for start in starts) or line in lines
            if here or original in told or self.known.get(original) in told:
                found.add(original)
        return {each for each in found if _is_code(each) and each not in self.secrets}


def _seen(faults: Sequence[Fault]) -> list[tuple[str, str]]:
    found = [(fault.code, str(fault.place)) for fault in faults]
    total = faults.total if isinstance(faults, FaultList) else len(found)
    return sorted(found) if total == len(found) else [*sorted(found), ("total", str(total))]


def _is_code(text: str) -> bool:
    """Whether a value on which a fault depends may be left as it is: a number or code, and no identity card."""
    return _CODE.fullmatch(text) is not None and _PERSON.fullmatch(text) is None


def _is_plain(text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern in (_NUMBER, _DATE, _WORD))


def _other(char: str, byte: int, codec: str) -> str:
    """Another character of its kind that the encoding has as many bytes for; marks and blanks stay."""
    if char.isascii():
        if char.isdigit():
            return str(byte % 10)
        if char.isalpha():
            return chr((ord("A") if char.isupper() else ord("a")) + byte % 26)
        return char
    if not char.isalnum():
        return char
    row = ord(char) & ~0x1F
    for step in range(32):
        other = chr(row + (byte + step) % 32)
        if other.isalnum() and other != char and _size(other, codec) == _size(char, codec):
            return other
    return "X"


def _size(char: str, codec: str) -> int:
    try:
        return len(char.encode(codec))
    except UnicodeEncodeError:
        return 0


def _decoded(content: bytes) -> tuple[str, str]:
    """The text and its codec; what is no text of that codec comes back as it was."""
    format_ = detect(content)
    codec = "utf-8"
    if format_ == "edifact":
        codec = next((each.encoding for each in read(content)), "utf-8")
    elif format_ == "xml":
        from edi_router.formats.xml.encoding import decode

        source, _ = decode(content)
        codec = source.codec if source is not None else "utf-8"
    else:
        codec = next((each for each in ("utf-8", "gb18030") if _decodes(content, each)), "latin-1")
    return content.decode(codec, "surrogateescape"), codec


def _decodes(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _tokens(content: bytes, text: str, definitions: Definitions) -> Iterator[_Token]:
    format_ = detect(content)
    if format_ == "edifact":
        yield from _edifact(content, text, definitions)
    elif format_ == "xml":
        yield from _xml(text)
    else:
        first = text.find("\n") if not any(each.isdigit() for each in text[: text.find("\n")]) else 0
        yield from (_Token(*match.span()) for match in _CELL.finditer(text, max(first, 0)))


def _xml(text: str) -> Iterator[_Token]:
    for match in _XML.finditer(text):
        if match["tag"] is not None:
            for attribute in _ATTRIBUTE.finditer(match["tag"]):
                if not attribute["name"].startswith(("xmlns", "xsi:", "xml:")):
                    group = "double" if attribute["double"] is not None else "single"
                    yield from _between_entities(
                        text, *(match.start("tag") + each for each in attribute.span(group))
                    )
            continue
        group = next((name for name in ("comment", "cdata", "text") if match[name] is not None), "")
        if group:
            yield from _between_entities(text, *match.span(group))


def _between_entities(text: str, start: int, end: int) -> Iterator[_Token]:
    """The parts of a value that are no references to characters."""
    for match in _ENTITY.finditer(text, start, end):
        yield _Token(start, match.start())
        start = match.end()
    yield _Token(start, end)


def _edifact(content: bytes, text: str, definitions: Definitions) -> Iterator[_Token]:
    """The values of segments that are no service segments; those in elements with a code list are codes."""
    data = content.lstrip()
    marks = (
        read_una(data)[0] if data.startswith(b"UNA") else guess_separators(data, HEADER.search(data[:200]))[0]
    )
    found = re.compile(
        "(?:" + (re.escape(marks.release) + "." if marks.release else "(?!)") + "|[^" + re.escape(marks.active) + "])+|["
        + re.escape(marks.active) + "]", re.DOTALL,
    )  # fmt: skip
    tag = directory = ""
    position = [0, 1]
    begun = text.find("UNB")
    for match in found.finditer(text, max(begun, 0)):
        part = match[0]
        if part == marks.terminator:
            tag = ""
        elif part == marks.element:
            position = [position[0] + 1, 1]
        elif part == marks.component:
            position[1] += 1
        elif marks.repetition and part == marks.repetition:
            position[1] = 1
        elif not tag:
            tag, position = part.strip(), [0, 1]
        else:
            if tag == "UNH" and position[0] == 2:
                directory = (
                    "" if position[1] == 1 else directory + part if position[1] in (2, 3) else directory
                )
            if not tag.startswith("UN"):
                yield _Token(*match.span(), coded=_is_coded(definitions, directory, tag, *position))


def _is_coded(definitions: Definitions, directory: str, tag: str, element: int, component: int) -> bool:
    try:
        spec = segment_spec(definitions, directory, tag)
    except (KeyError, ValueError):
        return False
    if spec is None or element > len(spec.parts):
        return False
    part = spec.parts[element - 1]
    inner = getattr(part, "components", None)
    if inner is not None:
        part = inner[component - 1] if component <= len(inner) else part
    return bool(getattr(part, "codes", None))


def new_key() -> bytes:
    """A key for one bundle; nobody keeps it."""
    import secrets

    return hashlib.sha256(secrets.token_bytes(32)).digest()
