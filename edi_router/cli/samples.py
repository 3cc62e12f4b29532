"""The samples of faults below `samples/bad`: which file gives which fault, by which command, and where.

`expected.tsv` has a line for each fault: file, kind, code, place. A kind is a verb with its argument: what
follows the colon is a file beside the sample (rules, profile, schema), a mapping or a partner.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from edi_router.cli.language import say
from edi_router.config import Tree, shipped_directory
from edi_router.faults import Fault

if TYPE_CHECKING:
    from edi_router.pipeline.configuration import Configuration
    from edi_router.pipeline.model import Prior, Reference, Sent

TABLE = "samples/bad/expected.tsv"
NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
_EARLIER = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Expected:
    """A fault that a sample must give."""

    code: str
    place: str


@dataclass(frozen=True)
class Sample:
    """A file or a folder that gives faults."""

    name: str
    """Below `samples/bad`."""
    kind: str
    expected: tuple[Expected, ...]

    @property
    def code(self) -> str:
        """What it is a sample of: the first of its faults."""
        return self.expected[0].code

    @property
    def file(self) -> str:
        """The name from the top of the distribution."""
        return f"samples/bad/{self.name}"

    @property
    def command(self) -> str:
        """How to see the fault: a command, or in words what is to be done."""
        verb, _, argument = self.kind.partition(":")
        area = self.file.rpartition("/")[0]
        if verb in ("rules", "profile", "schema", "layout"):
            return f"edi-router validate --{verb} {area}/{argument} {self.file}"
        if verb == "lenient":
            return f"edi-router validate --lenient {argument} {self.file}"
        if verb == "convert":
            return f"edi-router --workspace {area} convert --map {argument} {self.file}"
        if verb == "lint":
            return f"edi-router lint {self.file}"
        if verb == "test":
            [mapping] = (shipped_directory() / self.file / "mappings").iterdir()
            return f"edi-router test {self.file}/mappings/{mapping.name}"
        if verb == "read":
            return f'edi_router.read(open("{self.file}", "rb"))'
        if verb == "route":
            return say(
                f"{self.file}, sent by {argument} of the workspace {area}",
                f"{self.file}，由工作区 {area} 的 {argument} 发送",
            )
        if verb == "repeat":
            return say(
                f"{self.file}, sent twice by {argument} of the workspace {area}",
                f"{self.file}，由工作区 {area} 的 {argument} 发送两次",
            )
        if verb == "answered":
            return say(
                f"{self.file}, sent by {argument} of the workspace {area} after another answer",
                f"{self.file}，由工作区 {area} 的 {argument} 在另一答复之后发送",
            )
        return f"edi-router validate {self.file}"

    def faults(self) -> list[Fault]:
        """What is found in the sample, each fault with its file named from the top of the distribution."""
        verb, _, argument = self.kind.partition(":")
        path = shipped_directory() / self.file
        if verb in ("lint", "test"):
            return [_named(fault) for fault in (_lint if verb == "lint" else _test)(path)]
        if verb == "read":
            found = _read(path)
        elif verb == "convert":
            found = _convert(path, argument)
        elif verb in ("route", "repeat", "answered"):
            found = _route(path, argument, verb)
        else:
            found = _validate(path, verb, argument)
        return [_named(fault.within(str(path))) for fault in found]


def samples() -> list[Sample]:
    """All samples, in the order of the table."""
    lines = (shipped_directory() / TABLE).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    by_name: dict[tuple[str, str], list[Expected]] = {}
    for row in rows:
        by_name.setdefault((row["file"], row["kind"]), []).append(Expected(row["code"], row["place"]))
    return [Sample(name, kind, tuple(expected)) for (name, kind), expected in by_name.items()]


def sample_of(code: str) -> Sample | None:
    """The sample of a fault code: the first one in the table."""
    return next((sample for sample in samples() if sample.code == code), None)


def place_in(sample: Sample, fault: Fault) -> str:
    """The fault's place as the table has it: without the sample's own name."""
    file = fault.place.file or ""
    inner = file.removeprefix(sample.file).removeprefix("/")
    return str(replace(fault.place, file=inner or None))


def _named(fault: Fault) -> Fault:
    """The fault with the name of its file from the top of the distribution."""
    top = shipped_directory()
    path = Path(fault.place.file or ".").absolute()
    if fault.place.file is None or not path.is_relative_to(top):
        return fault
    return replace(fault, place=replace(fault.place, file=path.relative_to(top).as_posix()))


@dataclass(frozen=True)
class _Overlay(Tree):
    """A sample's folder over the shipped one: nothing shipped is listed, but all of it is there."""

    @property
    def listed(self) -> tuple[Path, ...]:
        return self.layers[:1]

    def names(self, folder: str, suffix: str = "") -> list[str]:
        return Tree(self.listed).names(folder, suffix)


def _overlay(folder: Path) -> Tree:
    return _Overlay((folder, shipped_directory()))


def _validate(path: Path, verb: str, argument: str) -> Sequence[Fault]:
    from edi_router.library import ConfigurationError, checker

    beside = str(path.parent / argument)
    given = {name: beside for name in ("rules", "profile", "schema") if name == verb}
    layout = beside if verb == "layout" else None
    lenient = (argument,) if verb == "lenient" else ()
    try:
        made = checker(
            rules=given.get("rules", ()), profile=given.get("profile", ()), schema=given.get("schema", ()),
            lenient=lenient, layout=layout, now=NOW,
        )  # fmt: skip
    except ConfigurationError as error:
        return error.faults
    with path.open("rb") as stream:
        return made.report(stream).faults


def _read(path: Path) -> Sequence[Fault]:
    from edi_router.library import read

    interchanges = list(read(path.read_bytes()))
    for interchange in interchanges:
        list(interchange.messages())
    return [fault for interchange in interchanges for fault in interchange.faults]


def _convert(path: Path, mapping: str) -> Sequence[Fault]:
    from edi_router.library import ConfigurationError, convert

    tree = Tree.over_shipped(path.parent)
    try:
        return convert(path.read_bytes(), mapping, tree=tree, now=NOW).faults
    except ConfigurationError as error:
        return error.faults


def _lint(path: Path) -> Sequence[Fault]:
    from edi_router.cli.lint import lint_everything

    return lint_everything(_overlay(path))


def _test(path: Path) -> Iterator[Fault]:
    from edi_router.mapping.golden import run_cases

    for result in run_cases(_overlay(path)):
        yield from result.faults


class _Ledger:
    """A ledger that has met everything before, or nothing; that sent interchange 7, or that and its answer."""

    def __init__(self, *, met: bool, answered: bool) -> None:
        self.met = met
        self.answered = answered

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        from edi_router.pipeline.model import Prior

        return Prior("earlier-1", "earlier", _EARLIER, True) if self.met else None

    def sent_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str
    ) -> Sent | None:
        from edi_router.formats.answer import Answer
        from edi_router.pipeline.model import Sent

        if control_reference != "7":
            return None
        return Sent("sent-contrl", Answer.ACKNOWLEDGED if self.answered else None)

    def sent_document(self, partner: str, numbers: Sequence[Reference]) -> Sent | None:
        from edi_router.formats.answer import Answer
        from edi_router.pipeline.model import Sent

        if all(number.value.endswith("-unknown") for number in numbers):
            return None
        return Sent("sent", Answer.ACCEPTED if self.answered else None)


@cache
def _configuration(folder: Path) -> Configuration:
    from edi_router.pipeline.configuration import load_configuration

    configuration, faults = load_configuration(Tree.over_shipped(folder), Tree((folder,)))
    assert configuration is not None, faults
    return configuration


def _route(path: Path, partner: str, verb: str) -> Sequence[Fault]:
    from edi_router.pipeline.model import Incoming
    from edi_router.pipeline.process import process

    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    incoming = Incoming("sample", partner, path.name, content, digest, NOW, NOW.date().isoformat())
    ledger = _Ledger(met=verb == "repeat", answered=verb == "answered")
    outcome = process(incoming, _configuration(path.parent), ledger)
    found = list(outcome.faults)
    for interchange in outcome.interchanges:
        found += interchange.faults
        for message in interchange.messages:
            found += message.faults
    return found
