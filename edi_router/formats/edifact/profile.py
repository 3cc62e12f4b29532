"""Profiles: what a partner or an implementation guide asks beyond the directory, as a small YAML file.

    profile: customs-cusdec
    for: CUSDEC D96B
    mandatory: [BGM/C106/d1004, SG30/CST/C246]
    forbidden: [FTX]
    codes: {BGM/C002/d1001: ["830", "929"]}
    max_length: {BGM/C106/d1004: 20}
    max_repeat: {SG30: 50}

Leading group steps of a path are a scope: `SG30/CST/C246` is asked of every SG30 that is there, and `SG30`
alone asks for the group itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from edi_router.config import Block, ConfigNode, Model, did_you_mean, place_of, read_model
from edi_router.faults import Fault, FaultList
from edi_router.formats.documents import Kind
from edi_router.paths import Node, Path, PathError, Start, parse
from edi_router.paths.path import is_filled

_GROUP = re.compile(r"SG[0-9]+")
_SHOWN = 20
LIMIT = 100


def _path(value: str) -> str:
    try:
        parse(value)
    except PathError as error:
        raise ValueError(f"in path `{value}`: {error}") from None
    return value


PathText = Annotated[str, AfterValidator(_path)]
Count = Annotated[int, Field(ge=1)]


class ProfileFile(Model):
    """A profile as its file says it."""

    profile: str
    """Its id."""
    for_: str = Field(alias="for")
    """The kind of document, as in `Kind.parse`."""
    mandatory: tuple[PathText, ...] = ()
    forbidden: tuple[PathText, ...] = ()
    codes: dict[PathText, tuple[str, ...]] = Field(default={})
    max_length: dict[PathText, Count] = Field(default={})
    max_repeat: dict[PathText, Count] = Field(default={})
    note: str = ""

    @field_validator("for_")
    @classmethod
    def _kind(cls, value: str) -> str:
        Kind.parse(value)
        return value


@dataclass(frozen=True)
class Profile:
    """A profile, ready to check documents of its kind."""

    file: ProfileFile
    name: str
    node: ConfigNode

    @property
    def id(self) -> str:
        """The profile's id."""
        return self.file.profile

    @property
    def kind(self) -> Kind:
        """The kind of document it is for."""
        return Kind.parse(self.file.for_)

    def check(self, root: Node) -> FaultList:
        """Everything in the document that the profile does not allow."""
        faults = FaultList(LIMIT)
        for index, text in enumerate(self.file.mandatory):
            self._mandatory(root, text, self._rule("mandatory", index), faults)
        for index, text in enumerate(self.file.forbidden):
            rule = self._rule("forbidden", index)
            faults.extend(
                Fault("profile-forbidden", node.place(), {"path": text}, rule)
                for node in parse(text).select(root)
                if is_filled(node)
            )
        for text, codes in self.file.codes.items():
            self._codes(root, text, codes, self._rule("codes", text), faults)
        for text, limit in self.file.max_length.items():
            self._length(root, text, limit, self._rule("max_length", text), faults)
        for text, limit in self.file.max_repeat.items():
            self._repeat(root, text, limit, self._rule("max_repeat", text), faults)
        return faults

    def _rule(self, key: str, part: int | str) -> str:
        """The line of the profile, as ``profile.yaml:7``."""
        block = self.node.get(key) if isinstance(self.node, Block) else None
        name = block.key(part) if isinstance(block, Block) and isinstance(part, str) else None
        place = name.place if name is not None else place_of(self.node, [key, part])
        return f"{self.name.rpartition('/')[2]}:{place.line}"

    def _mandatory(self, root: Node, text: str, rule: str, faults: FaultList) -> None:
        for scope, rest in _scopes(root, text):
            if not rest.has_value(scope):
                faults.append(Fault("profile-missing", scope.place(), {"path": text}, rule))

    def _codes(self, root: Node, text: str, codes: tuple[str, ...], rule: str, faults: FaultList) -> None:
        for node in parse(text).select(root):
            value = node.value()
            if value and value not in codes:
                shown = ", ".join(codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else "")
                values = {"path": text, "value": value, "allowed": shown}
                faults.append(Fault("profile-code", node.place(), values, rule, did_you_mean(value, codes)))

    def _length(self, root: Node, text: str, limit: int, rule: str, faults: FaultList) -> None:
        for node in parse(text).select(root):
            value = node.value() or ""
            if len(value) > limit:
                values = {"path": text, "length": str(len(value)), "limit": str(limit), "value": value[:80]}
                faults.append(Fault("profile-too-long", node.place(), values, rule))

    def _repeat(self, root: Node, text: str, limit: int, rule: str, faults: FaultList) -> None:
        for scope, rest in _scopes(root, text):
            found = [node for node in rest.select(scope) if is_filled(node)]
            if len(found) > limit:
                values = {"path": text, "count": str(len(found)), "limit": str(limit)}
                faults.append(Fault("profile-too-often", found[limit].place(), values, rule))


def load_profile(text: str, file: str) -> tuple[Profile | None, list[Fault]]:
    """The profile in the text of a file, or what is wrong with it."""
    model, node, faults = read_model(ProfileFile, text, file)
    if model is None or node is None:
        return None, faults
    return Profile(model, file, node), faults


def _scopes(root: Node, text: str) -> Iterator[tuple[Node, Path]]:
    """Every instance of the group that the path begins with (the message where it begins with none)."""
    path = parse(text)
    groups = 0
    while groups < len(path.steps) - 1 and _GROUP.fullmatch(path.steps[groups].name):
        groups += 1
    if not groups:
        yield root, path
        return
    rest = Path(Start.HERE, path.steps[groups:])
    for scope in Path(path.start, path.steps[:groups]).select(root):
        yield scope, rest
