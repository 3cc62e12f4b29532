"""UN/EDIFACT directories in our own JSON form: messages, segments, composites, elements, code lists.

A directory is a folder such as ``D96B`` with ``messages/<TYPE>.json``, ``segments.json``,
``composites.json``, ``elements.json``, ``codes.json`` and ``about.json``; `directory_json` writes them.
The service segments and CONTRL are the directories ``service-3`` and ``service-4``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from edi_router.config import Tree

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ElementDef:
    """A data element; `form` is for example ``an..35``, `codes` the id of its code list, if it has one."""

    id: str
    name: str
    form: str
    codes: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """One position of a segment or composite: a data element (``3035``) or a composite (``C507``)."""

    ref: str
    status: str
    repeat: int = 1
    position: str = ""


@dataclass(frozen=True, slots=True)
class CompositeDef:
    """A composite data element."""

    id: str
    name: str
    parts: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class SegmentDef:
    """A segment."""

    tag: str
    name: str
    parts: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class SegmentUse:
    """A segment's place in a message."""

    tag: str
    status: str
    repeat: int
    position: str


@dataclass(frozen=True, slots=True)
class GroupUse:
    """A segment group: its first entry is the trigger segment."""

    name: str
    status: str
    repeat: int
    content: tuple[SegmentUse | GroupUse, ...]
    position: str = ""


@dataclass(frozen=True, slots=True)
class MessageDef:
    """A message type of one directory."""

    type: str
    version: str
    release: str
    agency: str
    name: str
    content: tuple[SegmentUse | GroupUse, ...]

    @property
    def directory(self) -> str:
        """The directory's name, for example ``D96B``."""
        return self.version + self.release


@dataclass(slots=True)
class _Loaded:
    segments: dict[str, SegmentDef] | None = None
    composites: dict[str, CompositeDef] | None = None
    elements: dict[str, ElementDef] | None = None
    codes: dict[str, dict[str, str]] | None = None
    messages: dict[str, MessageDef | None] = field(default_factory=dict)

    @property
    def is_there(self) -> bool:
        """Whether anything of the directory was found."""
        parts = self.segments, self.composites, self.elements, self.codes
        return any(parts) or any(self.messages.values())


LONGEST_NAME = 40
"""Characters that the name of a directory, or of a file in it, may have."""
UNKNOWN = 1000
"""Of so many directories, and messages of each, it is remembered that there are none: UNH may say anything."""


class Definitions:
    """The directories behind `read`, which gives the bytes of ``D96B/messages/CUSDEC.json`` or None.

    Everything is loaded at first use and kept.
    """

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._loaded: dict[str, _Loaded] = {}
        self._cache: dict[tuple[object, ...], Any] = {}

    def message(self, type: str, version: str, release: str, agency: str = "UN") -> MessageDef | None:
        """The message type, or None when it is not in the directory or the directory is not there.

        CONTRL and the security messages are looked up in ``service-4`` for version 4, else ``service-3``.
        """
        return self.message_of(directory_name(type, version, release), type)

    def message_of(self, directory: str, type: str) -> MessageDef | None:
        """The message type in the named directory."""
        if max(len(directory), len(type)) > LONGEST_NAME:
            return None
        known = self._directory(directory).messages
        if type not in known:
            data = self._json(f"{directory}/messages/{type}.json") if type.isalnum() else None
            if data is None and len(known) >= UNKNOWN:
                return None
            known[type] = None if data is None else _message(data)
        return known[type]

    def segment(self, directory: str, tag: str) -> SegmentDef | None:
        """The segment in the named directory."""
        loaded = self._directory(directory)
        if loaded.segments is None:
            loaded.segments = {
                tag: SegmentDef(tag, entry[0], _uses(entry[1:]))
                for tag, entry in (self._json(f"{directory}/segments.json") or {}).items()
            }
        return loaded.segments.get(tag)

    def composite(self, directory: str, id: str) -> CompositeDef | None:
        """The composite in the named directory."""
        loaded = self._directory(directory)
        if loaded.composites is None:
            loaded.composites = {
                id: CompositeDef(id, entry[0], _uses(entry[1:]))
                for id, entry in (self._json(f"{directory}/composites.json") or {}).items()
            }
        return loaded.composites.get(id)

    def element(self, directory: str, id: str) -> ElementDef | None:
        """The data element in the named directory."""
        loaded = self._directory(directory)
        if loaded.elements is None:
            loaded.elements = {
                id: ElementDef(id, entry[0], entry[1], id if len(entry) > 2 else None)
                for id, entry in (self._json(f"{directory}/elements.json") or {}).items()
            }
        return loaded.elements.get(id)

    def codes(self, directory: str, element_id: str) -> Mapping[str, str] | None:
        """The code list of a data element: value to name; None when the directory has none."""
        loaded = self._directory(directory)
        if loaded.codes is None:
            loaded.codes = self._json(f"{directory}/codes.json") or {}
        return loaded.codes.get(element_id)

    def about(self, directory: str) -> Mapping[str, Any] | None:
        """Where the directory comes from and what of it is here; None when it is not there."""
        return self._json(f"{directory}/about.json")

    def cached(self, key: tuple[object, ...], make: Callable[[], _T]) -> _T:
        """A value derived from the definitions (a compiled message), made once for each key."""
        try:
            return cast(_T, self._cache[key])
        except KeyError:
            value = make()
            if value is not None:  # what there is not may be called anything
                self._cache[key] = value
            return value

    def _directory(self, name: str) -> _Loaded:
        loaded = self._loaded.get(name)
        if loaded is None:
            if len(self._loaded) >= UNKNOWN:
                self._loaded = {name: each for name, each in self._loaded.items() if each.is_there}
            loaded = self._loaded[name] = _Loaded()
        return loaded

    def _json(self, name: str) -> dict[str, Any] | None:
        if max(map(len, name.split("/"))) > LONGEST_NAME:
            return None  # UNH may say anything, and no file can have such a name
        data = self._read(name)
        return None if data is None else cast(dict[str, Any], json.loads(data))


SERVICE_MESSAGES = frozenset({"CONTRL", "AUTACK", "KEYMAN"})


def directory_name(type: str, version: str, release: str) -> str:
    """The directory that holds a message type.

    >>> directory_name("CUSDEC", "D", "96B"), directory_name("CONTRL", "4", "1")
    ('D96B', 'service-4')
    """
    if type in SERVICE_MESSAGES:
        return "service-4" if version == "4" or type != "CONTRL" else "service-3"
    return version + release


def definitions_in(files: Mapping[str, bytes]) -> Definitions:
    """Definitions over files in memory, named ``D96B/segments.json``."""
    return Definitions(files.get)


def definitions_over(tree: Tree, folder: str = "schemas/edifact") -> Definitions:
    """Definitions in the configuration tree: imported releases lie over the shipped ones file by file."""

    def read(name: str) -> bytes | None:
        try:
            return tree.read(f"{folder}/{name}")
        except FileNotFoundError:
            return None

    return Definitions(read)


def _uses(entries: list[list[Any]]) -> tuple[Use, ...]:
    return tuple(Use(ref, status, repeat, position) for position, ref, status, repeat in entries)


def _message(data: dict[str, Any]) -> MessageDef:
    return MessageDef(
        data["type"],
        data["version"],
        data["release"],
        data["agency"],
        data["name"],
        _content(data["content"]),
    )


def _content(entries: list[list[Any]]) -> tuple[SegmentUse | GroupUse, ...]:
    return tuple(
        GroupUse(entry[1], entry[2], entry[3], _content(entry[4]), entry[0])
        if len(entry) > 4
        else SegmentUse(entry[1], entry[2], entry[3], entry[0])
        for entry in entries
    )
