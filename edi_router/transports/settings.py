"""The settings of channels, as transports see them: those of `edi_router.partners.channels`."""

from edi_router.partners.channels import ChannelSettings, FolderSettings, MemorySettings, SftpSettings

__all__ = ["ChannelSettings", "FolderSettings", "MemorySettings", "SftpSettings"]
