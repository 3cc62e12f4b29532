"""Where a trial plays: a workspace, its partners' folders on a real OpenSSH server, and who fills and empties them."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edi_router.config import Tree, shipped_directory
from edi_router.demo.server import RunningServer, start
from edi_router.disk import make_folder
from edi_router.ledger import Ledger
from tests.support.workspaces import lasting
from tests.torture.nursery import Ended, Nursery, Wanted
from tests.torture.shim import ALL_SENDS, NO_SENDS, Control

SAMPLES = shipped_directory() / "samples"
ON_SFTP = ("ENT-A", "CIQ-QD")
"""The partners that are reached by SFTP; the others have folders of this machine."""
FIRST_DROP = 1_770_000_000
"""Time stamp of the first drop: with names, times and contents given, ids are the same in every trial."""
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Dropped:
    """A file that a partner has put into its outbox."""

    partner: str
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Taken:
    """A file that a partner found in its inbox, and took away."""

    partner: str
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the content."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


@dataclass
class Stage:
    """A workspace in memory; `sftp` says which partners have accounts on an sshd of the stage's own."""

    sftp: Sequence[str] = ON_SFTP
    settings: str = ""
    """More lines of the settings."""
    database: Path | None = None
    """Where the SQLite file is, when it is not where it is by itself."""
    fresh: bool = False
    """Whether engines find no ledger and make the tables, which is half of what they do; else an empty one."""
    books: str = ""
    """The ledger for the checker where it is not SQLite's, as psycopg takes it."""
    steps_are: str = "writes, syncs, changes of names, packets to the server"
    taken: list[Taken] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def __post_init__(self) -> None:
        roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
        self.folder = Path(tempfile.mkdtemp(prefix="edi-router-torture-", dir=MEMORY if roomy else None))
        self.root = self.folder / "ws"
        self.packets = ALL_SENDS if self.sftp else NO_SENDS
        """Which packets are durable steps."""
        self.control = Control(self.folder / "control")
        self.journal = self.folder / "journal"
        self.log = self.folder / "log"
        self.server: RunningServer | None = None
        if self.sftp:
            self.server = start(self.folder, list(self.sftp), kind="openssh")
        self.partners = [Path(name).stem for name in Tree.over_shipped().names("partners", ".yaml")]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.server is not None:
            self.server.stop()
        self.control.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def channel(self, partner: str) -> Mapping[str, Any]:
        """The settings of a partner's channel."""
        if self.server is None or partner not in self.sftp:
            return {"kind": "folder", "root": f"exchange/{partner}", "wait_seconds": 0}
        account = self.server.accounts[partner]
        return {
            "kind": "sftp", "host": account.host, "port": account.port, "user": account.user,
            "key_file": str(account.key_file), "host_key": account.host_key, "wait_seconds": 0,
            "timeout_seconds": 20,
        }  # fmt: skip

    def home(self, partner: str) -> Path:
        """The folder with the partner's outbox and inbox."""
        if self.server is not None and partner in self.sftp:
            return self.server.accounts[partner].root
        return self.root / "exchange" / partner

    def reset(self, **channels: Mapping[str, Any]) -> None:
        """A new workspace, never used; `channels` replace settings of some partners' (`_` for `-`)."""
        self.settle()
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir()
        lines = ["name: torture", "sample_partners: yes", "minimum_free_megabytes: 0", self.settings]
        if url := self.new_ledger():
            lines.append(f"database: {url}")
        lines.append("channels:")
        for partner in self.partners:
            chosen = dict(self.channel(partner)) | dict(channels.get(partner.replace("-", "_"), {}))
            inner = ", ".join(f'{key}: "{value}"' for key, value in chosen.items())
            lines.append(f"  {partner}: {{{inner}}}")
            for folder in ("in", "out"):
                path = self.home(partner) / folder
                path.mkdir(parents=True, exist_ok=True)
                for left in path.iterdir():
                    left.unlink()
        (self.root / "edi-router.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.taken.clear()
        self.dropped.clear()
        self.log.write_bytes(b"")

    def new_ledger(self) -> str:
        """An empty ledger, or none; its URL for the settings, "" where it is where it is by itself."""
        path = self.database or self.root / "var" / "ledger.db"
        for ending in ("", "-wal", "-shm", ".engine"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        if not self.fresh:
            make_folder(self.root / "var")
            path.write_bytes(_empty_ledger())
        return f"sqlite:///{self.database}" if self.database is not None else ""

    def drop(self, partner: str, name: str, content: bytes) -> Dropped:
        """A partner puts a file into its outbox, whole."""
        dropped = Dropped(partner, name, content)
        path = self.home(partner) / "out" / name
        path.write_bytes(content)
        stamp = FIRST_DROP + len(self.dropped)
        os.utime(path, (stamp, stamp))
        self.dropped.append(dropped)
        return dropped

    def take(self) -> None:
        """The partners take away what they see, so that a second delivery cannot hide behind the first."""
        for partner in self.partners:
            inbox = self.home(partner) / "in"
            for path in sorted(inbox.iterdir()) if inbox.is_dir() else ():
                if not path.name.startswith("."):
                    content = path.read_bytes()
                    path.unlink()
                    self.taken.append(Taken(partner, path.name, content))

    def settle(self) -> None:
        """Wait until the server has ended the sessions of engines that are gone."""
        backend = getattr(self.server, "_backend", None)
        deadline = time.monotonic() + 20
        while backend is not None and backend._running and time.monotonic() < deadline:
            time.sleep(0.002)

    def run(self, nursery: Nursery, *more: str, counted: bool = False, **how: Any) -> Ended:
        """Run the engine until nothing moves any more; `counted` arms the shim."""
        nursery.begin(self.wanted(*more, counted=counted, **how))
        return nursery.end()

    def wanted(
        self,
        *more: str,
        counted: bool = False,
        keep_journal: bool = False,
        path: Path | None = None,
        **how: Any,
    ) -> Wanted:
        """What to ask a nursery for; `path` is another one of the same workspace."""
        armed = {"root": str(self.root), "control": str(self.control.path)} if counted else {}
        if keep_journal:
            self.journal.unlink(missing_ok=True)
            armed["journal"] = str(self.journal)
        arguments = ("--workspace", str(path or self.root), "run", *(more or ("--once",)))
        return Wanted(arguments, str(self.log), **armed, **how)

    def told(self) -> str:
        """The end of what the engines logged."""
        return self.logged()[-500:]

    def logged(self) -> str:
        """What the engines of this trial logged."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@cache
def _empty_ledger() -> bytes:
    """A ledger of this version without rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with Ledger.open(f"sqlite:///{path}") as ledger:
            ledger.migrate()
        return path.read_bytes()


def workload(copies: int = 1) -> Iterable[tuple[str, str, bytes]]:
    """Files of one and of three messages, accepted, rejected and held ones, and one that moves registers."""
    for number in range(copies):
        for name in ("0800-cusdec", "0815-cusdec-three", "0900-cusdec-four-faults", "0920-orders"):
            text = (SAMPLES / "day" / "ENT-A" / f"{name}.edi").read_bytes()
            yield "ENT-A", f"{number:03d}-{name}.edi", text.replace(b"+ENTA0000", b"+EN%02d0000" % number)
    order = (SAMPLES / "day" / "CIQ-YC" / "0935-transfer.xml").read_bytes()
    yield "CIQ-YC", "transfer.xml", lasting(order)
