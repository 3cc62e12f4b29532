"""Names of members: told apart in their encodings, and refused where they could be taken for a path elsewhere."""

from __future__ import annotations

import re
import struct
import zlib

LONGEST = 255
"""Characters of a name."""
_UNICODE_PATH = 0x7075
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


def extra_fields(extra: bytes) -> dict[int, bytes] | None:
    """The extra fields of a header by their number, the first of each; None when they are broken."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(extra):
        if at + 4 > len(extra):
            return None
        number, size = struct.unpack_from("<2H", extra, at)
        if at + 4 + size > len(extra):
            return None
        found.setdefault(number, extra[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def decoded(raw: bytes, is_utf8: bool, extra: dict[int, bytes]) -> str | None:
    """The name as text; None when it says to be UTF-8 and is not.

    Without the UTF-8 flag or a Unicode path the encoding is not told: UTF-8 and then GB18030 are tried, which names of
    Chinese Windows are in, and then code page 437, which the format prescribes. A wrong guess harms nothing.

    >>> decoded("报关单.xml".encode("gbk"), False, {}), decoded(b"\\x81.xml", False, {})
    ('报关单.xml', 'ü.xml')
    """
    given = extra.get(_UNICODE_PATH, b"")
    if len(given) > 5 and given[0] == 1 and struct.unpack_from("<I", given, 1)[0] == zlib.crc32(raw):
        raw, is_utf8 = given[5:], True
    for encoding in ("utf-8",) if is_utf8 else ("utf-8", "gb18030", "cp437"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def is_fit(name: str) -> bool:
    """Whether a name is that of a plain file: relative, without `..` and control characters, and not too long.

    >>> [is_fit(name) for name in ("a/b.xml", "../b.xml", "a\\\\..\\\\b", "/etc/passwd", "C:b", "a//b", "")]
    [True, False, False, False, False, False, False]
    """
    if not 0 < len(name) <= LONGEST or _ODD.search(name) or _DRIVE.match(name):
        return False
    return all(part not in ("", ".", "..") for part in re.split(r"[/\\]", name))
