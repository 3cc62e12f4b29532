"""Floor 7: channels to partners. One interface; kinds `folder`, `sftp`, `http` and, for tests, `memory`."""

from edi_router.transports.base import Channel, Drop, PushChannel, Upload
from edi_router.transports.problems import ChannelError
from edi_router.transports.registry import KINDS, open_channel
from edi_router.transports.stability import StabilityWatch

__all__ = [
    "KINDS",
    "Channel",
    "ChannelError",
    "Drop",
    "PushChannel",
    "StabilityWatch",
    "Upload",
    "open_channel",
]
