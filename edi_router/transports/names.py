r"""File names as partners give them: shown as plain text, and never leaving their folder.

A name may hold bytes that are no text in the expected encoding, control characters or a backslash. It is
shown, stored and logged with each of those as ``\xNN``, which leads back to the very same name.
"""

from __future__ import annotations

import re

from edi_router.transports.problems import ChannelError

_UNSHOWN = re.compile("[\\\\\0-\x1f\x7f\udc80-\udcff]")
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2}))?")
_PLAIN = re.compile("[^/\\\\\0-\x1f\x7f\udc80-\udcff]+").fullmatch
"""Names that stand for themselves, as most do."""
_UNFINISHED = (".part", ".tmp", ".filepart")


def shown(name: str) -> str:
    r"""A name (undecodable bytes as surrogate escapes) as plain text.

    >>> shown("a\udcd6\\b.edi")
    'a\\xd6\\x5cb.edi'
    """
    return _UNSHOWN.sub(lambda match: f"\\x{ord(match[0]) & 0xFF:02x}", name)


def actual(name: str) -> str:
    r"""The name that `shown` shows as `name`; refuses one that would leave its folder.

    >>> actual(r"a\xd6\x5cb.edi")
    'a\udcd6\\b.edi'
    """
    if _PLAIN(name) and name not in (".", ".."):
        return name

    def unescape(match: re.Match[str]) -> str:
        if match[1] is None:
            raise ChannelError("channel-name", name=repr(name))
        byte = int(match[1], 16)
        return chr(byte) if byte < 0x80 else chr(0xDC00 + byte)

    result = _ESCAPE.sub(unescape, name)
    if shown(result) != name or result in ("", ".", "..") or "/" in result or "\0" in result:
        raise ChannelError("channel-name", name=repr(name))
    return result


def is_ignored(name: str) -> bool:
    """Whether a file in the outbox is hidden or still being written.

    >>> [is_ignored(name) for name in (".a.edi", "a.edi.filepart", "a.edi", "part")]
    [True, True, False, False]
    """
    return name.startswith(".") or name.lower().endswith(_UNFINISHED)
