"""The settings of channels, as transports see them: those of `edi_router.partners.channels`."""

from edi_router.partners.channels import (
    ChannelSettings,
    FolderSettings,
    HttpSettings,
    MemorySettings,
    SftpSettings,
)  # fmt: skip

__all__ = ["ChannelSettings", "FolderSettings", "HttpSettings", "MemorySettings", "SftpSettings"]
