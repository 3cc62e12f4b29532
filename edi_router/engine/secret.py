"""The deployment's secret key: made once, kept from others, and never taken for another one.

It can be changed: then the earlier ones stay beside it, so that what was sealed with them can be read. Secrets in registers
and the ids of webhook events hold by the first one for ever, since they cannot be made again from what is kept.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edi_router.disk import sync_folder
from edi_router.engine.errors import WorkspaceError
from edi_router.ledger.archive import Archive
from edi_router.ledger.sealing import Ring, key_for

VARIABLE, EARLIER = "EDI_ROUTER_SECRET_KEY", "EDI_ROUTER_EARLIER_SECRET_KEYS"
FILE, EARLIER_FILE, MARK = "secret.key", "secret.earlier", "secret.mark"
SHORTEST = 32
"""Characters of the key."""


def secret_keys(var: Path) -> tuple[bytes, ...]:
    """The present key, and the earlier ones, the first of all at the end: from the environment, or files below `var`.

    The file is made at first use. WorkspaceError when others may read it, or when it is gone and something was sealed with it.
    """
    given = os.environ.get(VARIABLE)
    if given:
        earlier = os.environ.get(EARLIER, "").replace(",", " ").split()
        return tuple(_usable(key.encode(), VARIABLE) for key in (given, *earlier))
    path, before = var / FILE, var / EARLIER_FILE
    if not path.exists():
        if (var / MARK).exists() or Archive(var / "archive", bytes(32)).key_fits() is not None:
            raise WorkspaceError(
                f"{path} is missing, and {var / 'archive'} was sealed with it: bring it back from the backup, "
                f"or set {VARIABLE}"
            )
        write_once(path, secrets.token_hex(32).encode())
    keys = [_usable(_kept(path), str(path))]
    if before.exists():
        keys += [_usable(key, str(before)) for key in _kept(before).split()]
    return tuple(keys)


def sealed_archive(var: Path) -> Archive:
    """The archive below `var`, sealed with the present key. WorkspaceError when it was sealed with others than are there.

    A mark beside it, which tells nothing of the keys, says which there were, the present one before the earlier; an archive that
    is older than the mark is asked whether it can be read.
    """
    keys = secret_keys(var)
    archive = Archive(var / "archive", Ring(tuple(key_for(key, "archive") for key in keys)))
    mark, own = var / MARK, [key_for(key, "mark").hex()[:16] for key in dict.fromkeys(keys)]
    told = mark.read_text(encoding="ascii").split() if mark.exists() else []
    fits = set(told) <= set(own) and told[-1] == own[-1] if told else archive.key_fits() is not False
    if not fits:
        source = VARIABLE if os.environ.get(VARIABLE) else var / FILE
        raise WorkspaceError(
            f"the secret key in {source} is not the one that {archive.folder} was sealed with: nothing in it could be read; "
            "bring that one back, or keep it among the earlier ones"
        )
    if told != own:
        _synced(var)
        with suppress(PermissionError):  # who may only read will not seal anything
            _write(mark, " ".join(own).encode(), os.replace)
    return archive


def _synced(var: Path) -> None:
    """Have the files of the keys on the disk before anything is sealed with them: what changed them need not have seen to it."""
    for path in (var / FILE, var / EARLIER_FILE):
        with suppress(FileNotFoundError), path.open("rb") as file:
            os.fsync(file.fileno())
    sync_folder(var)


def _kept(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise WorkspaceError(f"others may read {path}; run: chmod 600 {path}")
    return path.read_bytes().strip()


def _usable(key: bytes, source: str) -> bytes:
    """The key; WorkspaceError when it is too short to seal anything."""
    if len(key) < SHORTEST:
        raise WorkspaceError(
            f"the secret key in {source} has {len(key)} characters; it needs {SHORTEST} (openssl rand -hex 32)"
        )
    return key


def write_once(path: Path, content: bytes) -> None:
    """Write a file that others may not read, whole or not at all; who comes second leaves the first one's."""
    with suppress(FileExistsError):
        _write(path, content, os.link)


def _write(path: Path, content: bytes, name: Callable[[Path, Path], None]) -> None:
    """Write a file under a temporary name, and give it its own when it is on the disk."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        name(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
