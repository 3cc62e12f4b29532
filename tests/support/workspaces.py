"""Workspaces for tests: the sample deployment on folder channels, driven by a clock of our own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edi_router.config import Tree, shipped_directory
from edi_router.engine.round import EmbeddedEngine
from edi_router.engine.workspace import DATABASE_VARIABLE, Workspace, utc_now
from edi_router.faults import Fault
from edi_router.ledger.ledger import Ledger
from edi_router.partners.settings import FILE
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.series import load_exchange

SETTINGS = """\
name: test
sample_partners: yes
channels:
{channels}
"""
CHANNEL = "  {partner}: {{kind: folder, root: exchange/{partner}, wait_seconds: 0}}"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Place:
    """A workspace with its engine, and the partners' folders."""

    root: Path
    workspace: Workspace
    engine: EmbeddedEngine
    ledger: Ledger
    clock: Clock

    def drop(self, partner: str, name: str, content: bytes) -> Path:
        """Put a file into a partner's outbox."""
        path = outbox(self.root, partner) / name
        path.write_bytes(content)
        return path

    def inbox(self, partner: str) -> dict[str, bytes]:
        """What lies in a partner's inbox, by name."""
        folder = self.root / "exchange" / partner / "in"
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    def outbox(self, partner: str) -> list[str]:
        """The names of what still lies in a partner's outbox."""
        return sorted(path.name for path in outbox(self.root, partner).iterdir())


_LOADED: dict[tuple[str, ...], Configuration] = {}
_load, _load_whole = Workspace.configuration, Workspace.whole_configuration


def remembered(workspace: Workspace) -> tuple[Configuration | None, list[Fault]]:
    """The linted configuration set, loaded once for all workspaces with the same files over the shipped ones."""
    return _remembered(workspace, _load)


def remembered_whole(workspace: Workspace) -> tuple[Configuration | None, list[Fault]]:
    """The same with everything read and linted."""
    return _remembered(workspace, _load_whole)


def _remembered(
    workspace: Workspace, load: Callable[[Workspace], tuple[Configuration | None, list[Fault]]]
) -> tuple[Configuration | None, list[Fault]]:
    own = Tree(workspace.tree.layers[:-1])
    key = (own.digest(files=(FILE,)), str(workspace.tree.layers[-1]), str(Path.cwd()), load.__name__)
    if key in _LOADED:
        return _LOADED[key], []
    configuration, faults = load(workspace)
    if configuration is not None and not faults:
        _LOADED[key] = configuration
    return configuration, faults


_MIGRATED: list[bytes] = []


class Remembering(Workspace):
    """A workspace that loads a configuration, and makes the tables of a ledger, once for all tests."""

    def configuration(self) -> tuple[Configuration | None, list[Fault]]:
        """The linted configuration set."""
        return remembered(self)

    def open_ledger(
        self, clock: Callable[[], datetime] = utc_now, connecting: Callable[[str], str] = str
    ) -> Ledger:
        """The ledger: a copy of an empty one where there is none yet."""
        path = self.var / "ledger.db"
        if path.exists() or DATABASE_VARIABLE in os.environ or self.settings().database:
            return super().open_ledger(clock, connecting)
        if not _MIGRATED:
            super().open_ledger(clock, connecting).close()
            _MIGRATED.append(path.read_bytes())
        else:
            self.var.mkdir(exist_ok=True)
            path.write_bytes(_MIGRATED[0])
        return super().open_ledger(clock, connecting)


class OwnExchange(Remembering):
    """A workspace whose configuration is that of the sample deployment, but for partners, settings and calendars."""

    def configuration(self) -> tuple[Configuration | None, list[Fault]]:
        """Loaded once for all tests that use the sample deployment."""
        plain = self.root.parent / "plain"
        if not plain.exists():
            prepare(plain)
        loaded, faults = Remembering.at(plain).configuration()
        exchange, found = load_exchange(self.tree)
        if loaded is None or exchange is None:
            return None, faults + found
        own = replace(loaded, settings=exchange.settings, calendars=exchange.calendars)
        return replace(own, directory=exchange.directory), faults + found


def outbox(root: Path, partner: str) -> Path:
    """The folder that a partner fills."""
    return root / "exchange" / partner / "out"


def prepare(root: Path) -> None:
    """Write the settings and the partners' folders of a sample deployment."""
    partners = [Path(name).stem for name in Tree.over_shipped().names("partners", ".yaml")]
    root.mkdir(parents=True, exist_ok=True)
    channels = "\n".join(CHANNEL.format(partner=partner) for partner in partners)
    (root / "edi-router.yaml").write_text(SETTINGS.format(channels=channels), encoding="utf-8")
    for partner in partners:
        for folder in ("in", "out"):
            (root / "exchange" / partner / folder).mkdir(parents=True, exist_ok=True)


@contextmanager
def deployment(root: Path) -> Iterator[Place]:
    """The sample deployment in `root`, its ledger open."""
    prepare(root)
    clock = Clock()
    workspace = Remembering.at(root)
    with workspace.open_ledger(clock) as ledger:
        engine = EmbeddedEngine(workspace, ledger, workspace.open_archive(), clock)
        yield Place(root, workspace, engine, ledger, clock)


def lasting(data: bytes) -> bytes:
    """A document of the sample day that stays valid, for tests that run by the machine's clock."""
    return re.sub(rb"<ValidTo>[0-9]{8}<", b"<ValidTo>20991231<", data)


def drop_sample_day(root: Path) -> list[tuple[str, str]]:
    """Put the sample day into the outboxes; returns partner and name of each file."""
    day = shipped_directory() / "samples" / "day"
    dropped: list[tuple[str, str]] = []
    for folder in sorted(path for path in day.iterdir() if path.is_dir()):
        for file in sorted(folder.iterdir()):
            (outbox(root, folder.name) / file.name).write_bytes(lasting(file.read_bytes()))
            dropped.append((folder.name, file.name))
    return dropped
