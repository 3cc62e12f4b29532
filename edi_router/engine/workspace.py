"""A workspace: a deployment's configuration tree with its ledger and archive below `var/`."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from edi_router.config import Tree
from edi_router.disk import make_folder
from edi_router.engine.errors import WorkspaceError as WorkspaceError
from edi_router.engine.secret import VARIABLE, sealed_archive, secret_keys
from edi_router.engine.secret import write_once as write_once
from edi_router.faults import Fault
from edi_router.ledger.archive import Archive
from edi_router.ledger.ledger import Ledger
from edi_router.partners.channels import ChannelSettings
from edi_router.partners.settings import FILE, Settings, load_settings
from edi_router.pipeline.configuration import Configuration, load_configuration

DATABASE_VARIABLE = "EDI_ROUTER_DATABASE"
SECRET_VARIABLE = VARIABLE


def utc_now() -> datetime:
    """The clock of the engine."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workspace:
    """The folder of a deployment."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Workspace:
        """The workspace in `root`; WorkspaceError when it has no `edi-router.yaml`."""
        if not (root / FILE).is_file():
            raise WorkspaceError(
                f"{root} is no workspace: it has no {FILE}. Make one with: edi-router new project {root}"
            )
        return cls(root.resolve())

    @property
    def tree(self) -> Tree:
        """The deployment's configuration over the shipped one."""
        return Tree.over_shipped(self.root)

    @property
    def var(self) -> Path:
        """Where the engine keeps its own files."""
        return self.root / "var"

    def configuration(self) -> tuple[Configuration | None, list[Fault]]:
        """The configuration set, linted as far as its agreements lead."""
        return load_configuration(self.tree)

    def whole_configuration(self) -> tuple[Configuration | None, list[Fault]]:
        """The same with everything read and linted, also what nothing uses yet."""
        return load_configuration(self.tree, whole=True)

    def settings(self) -> Settings:
        """The settings alone; WorkspaceError when the file is wrong."""
        settings, faults = load_settings(self.tree)
        if settings is None:
            raise WorkspaceError(f"{self.root / FILE} has faults ({len(faults)}); run: edi-router lint")
        return settings

    def open_ledger(
        self, clock: Callable[[], datetime] = utc_now, connecting: Callable[[str], str] = str
    ) -> Ledger:
        """The ledger, migrated to the present tables; `connecting` makes of its URL the one to connect by."""
        settings = self.settings()
        self._make_var()
        ledger = Ledger.open(connecting(self.database(settings)), zone=settings.time_zone, clock=clock)
        ledger.migrate()
        return ledger

    def database(self, settings: Settings) -> str:
        """The URL of the ledger's database: by the environment, else the settings, else a file below `var`."""
        given = os.environ.get(DATABASE_VARIABLE) or settings.database
        return given or f"sqlite:///{self.var / 'ledger.db'}"

    def open_archive(self) -> Archive:
        """The archive of every file received, sealed: passwords and trade secrets are in it.

        WorkspaceError when the key is not the one that it was sealed with.
        """
        self._make_var()
        return sealed_archive(self.var)

    def secret_key(self) -> bytes:
        """The first key, which seals secrets in the registers: from the environment, else from a file made at first use.

        WorkspaceError when others may read the file, or when it is lost and something was sealed with it.
        """
        self._make_var()
        return secret_keys(self.var)[-1]

    def channel(self, configuration: Configuration, partner: str) -> ChannelSettings | None:
        """How the partner is reached: as the settings say, else its own file; None when neither does."""
        chosen = configuration.settings.channels.get(partner)
        return chosen or configuration.directory.partners[partner].channel

    def _make_var(self) -> None:
        if not self.var.is_dir():
            make_folder(self.var)

    def request_reload(self, digest: str) -> None:
        """Ask the running engine to take up the configuration set `digest` between two rounds."""
        self._make_var()
        temporary = self.var / "reload.new"
        temporary.write_text(digest, encoding="utf-8")
        temporary.replace(self.var / "reload")

    def requested_reload(self) -> str | None:
        """The digest that a reload was asked for, once; None when none was."""
        request = self.var / "reload"
        try:
            digest = request.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        request.unlink(missing_ok=True)
        return digest

    def reload_wanted(self) -> str:
        """What tells one request for a reload from the next; empty when there is none. It is left for others."""
        try:
            found = (self.var / "reload").stat()
        except FileNotFoundError:
            return ""
        return f"{found.st_ino}:{found.st_mtime_ns}"

    @contextmanager
    def engine_lock(self) -> Iterator[None]:
        """Hold the workspace for one embedded engine; WorkspaceError when another one runs."""
        make_folder(self.var)
        with (self.var / "engine.lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                owner = file.read().strip() or "unknown"
                raise WorkspaceError(
                    f"another engine runs in {self.root} (process {owner}); stop it or wait for it"
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
