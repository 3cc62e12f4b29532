"""Sealed files: what lies in the archive is of no use to who has the disk but not the key.

A sealed file is a mark, a nonce of 16 bytes, and the content under AES-256 in counter mode. Whether it is whole
is told by the SHA-256 of the content, under which it is archived.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import CipherContext

MARK = b"\x93EDISEAL"
NONCE = 16
HEAD = len(MARK) + NONCE


def key_for(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, made of the deployment's secret.

    >>> len(key_for(b"secret", "archive")), key_for(b"secret", "archive") == key_for(b"secret", "other")
    (32, False)
    """
    return hashlib.blake2b(purpose.encode(), key=hashlib.sha256(secret).digest(), digest_size=32).digest()


class Sealer:
    """Seals one short content after the other: to make a cipher takes longer than to seal with it.

    >>> len(Sealer(bytes(32)).sealed(b"UNB")) == HEAD + 3
    True
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = _cipher(key, bytes(NONCE), seal=True)

    def sealed(self, data: bytes) -> bytes:
        """The sealed file of the content, under a nonce of its own."""
        nonce = secrets.token_bytes(NONCE)
        self._cipher.reset_nonce(nonce)
        return MARK + nonce + self._cipher.update(data)


class Sealing(io.RawIOBase):
    """Bytes on their way into a sealed file."""

    def __init__(self, stream: BinaryIO, key: bytes) -> None:
        super().__init__()
        nonce = secrets.token_bytes(NONCE)
        self._stream, self._cipher = stream, _cipher(key, nonce, seal=True)
        stream.write(MARK + nonce)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Seal and write all of `data`."""
        self._stream.write(self._cipher.update(data))
        return len(data)

    def flush(self) -> None:
        """Hand everything to the stream below."""
        self._stream.flush()


class Unsealing(io.RawIOBase):
    """A sealed file as it is read; one that is not sealed is read as it stands."""

    def __init__(self, raw: BinaryIO, key: bytes) -> None:
        super().__init__()
        head = raw.read(HEAD)
        sealed = len(head) == HEAD and head.startswith(MARK)
        self._raw = raw
        self._cipher = _cipher(key, head[len(MARK) :], seal=False) if sealed else None
        self._first = b"" if sealed else head

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with content."""
        data = self._first[: len(buffer)]
        self._first = self._first[len(data) :]
        if not data:
            data = self._raw.read(len(buffer)) or b""
            if self._cipher is not None:
                data = self._cipher.update(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
        super().close()


def _cipher(key: bytes, nonce: bytes, *, seal: bool) -> CipherContext:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES(key), modes.CTR(nonce))
    return cipher.encryptor() if seal else cipher.decryptor()
