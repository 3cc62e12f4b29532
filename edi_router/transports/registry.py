"""Which kinds of channel there are, and how one is opened."""

from __future__ import annotations

from pathlib import Path

from edi_router.partners.channels import (
    ChannelSettings,
    FolderSettings,
    HttpSettings,
    MemorySettings,
    SftpSettings,
)  # fmt: skip
from edi_router.transports.base import Channel

KINDS: tuple[str, ...] = ("folder", "http", "memory", "sftp")


def open_channel(settings: ChannelSettings, *, base: Path | None = None) -> Channel:
    """Open a channel by its settings; relative folders and key files are relative to `base`.

    Raises `ChannelError` when it cannot be opened.
    """
    base = Path.cwd() if base is None else base
    match settings:
        case FolderSettings():
            from edi_router.transports.folder import FolderChannel

            return FolderChannel(settings, base)
        case SftpSettings():
            from edi_router.transports.sftp import SftpChannel

            return SftpChannel(settings, base)
        case HttpSettings():
            from edi_router.transports.http import HttpChannel

            return HttpChannel(settings, base)
        case MemorySettings():
            from edi_router.transports.memory import MemoryChannel

            return MemoryChannel(settings)
