"""Sealed files: what lies in the archive is of no use to who has the disk but not the key.

A sealed file is a mark, the id of its key where there were several, a nonce of 16 bytes, and the content under AES-256 in
counter mode. Whether it is whole is told by the SHA-256 of the content, under which it is archived.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from edi_router.ledger.compressing import Broken

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import CipherContext

MARK, NAMED = b"\x93EDISEAL", b"\x93EDISEAN"
NONCE, ID = 16, 8
HEAD = len(MARK) + NONCE


@dataclass(frozen=True)
class Ring:
    """The keys of an archive: the present one, by which everything is sealed, before those that it had earlier.

    The last one is the first that it ever had. As long as there is no other, files do not say by which key they are sealed, so
    that versions which know of one key only read them.
    """

    keys: tuple[bytes, ...] = field(repr=False)

    @property
    def mark(self) -> bytes:
        """How a sealed file begins, before the nonce."""
        return MARK if len(self.keys) == 1 else NAMED + key_id(self.keys[0])

    def named(self, id: bytes) -> bytes | None:
        """The key of this id; None when it is none of them."""
        return next((key for key in self.keys if key_id(key) == id), None)


def key_id(key: bytes) -> bytes:
    """What tells one key from another, and nothing of it."""
    return hashlib.blake2b(b"id", key=key, digest_size=ID).digest()


def key_for(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, made of the deployment's secret.

    >>> len(key_for(b"secret", "archive")), key_for(b"secret", "archive") == key_for(b"secret", "other")
    (32, False)
    """
    return hashlib.blake2b(purpose.encode(), key=hashlib.sha256(secret).digest(), digest_size=32).digest()


class Sealer:
    """Seals one short content after the other: to make a cipher takes longer than to seal with it.

    >>> len(Sealer(Ring((bytes(32),))).sealed(b"UNB")) == HEAD + 3
    True
    """

    def __init__(self, ring: Ring) -> None:
        self._mark = ring.mark
        self._cipher = _cipher(ring.keys[0], bytes(NONCE), seal=True)

    def sealed(self, data: bytes) -> bytes:
        """The sealed file of the content, under a nonce of its own."""
        nonce = secrets.token_bytes(NONCE)
        self._cipher.reset_nonce(nonce)
        return self._mark + nonce + self._cipher.update(data)


class Sealing(io.RawIOBase):
    """Bytes on their way into a sealed file."""

    def __init__(self, stream: BinaryIO, ring: Ring) -> None:
        super().__init__()
        nonce = secrets.token_bytes(NONCE)
        self._stream, self._cipher = stream, _cipher(ring.keys[0], nonce, seal=True)
        stream.write(ring.mark + nonce)

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
    """A sealed file as it is read; one that is not sealed is read as it stands.

    Raises Broken when the key that it was sealed with is none of the ring's.
    """

    def __init__(self, raw: BinaryIO, ring: Ring) -> None:
        super().__init__()
        head = raw.read(HEAD)
        named = head.startswith(NAMED)
        if named:
            head += raw.read(ID)
        sealed = len(head) == HEAD + (ID if named else 0) and head.startswith((MARK, NAMED))
        self._raw = raw
        self._cipher: CipherContext | None = None
        if sealed:
            key = ring.named(head[len(NAMED) : -NONCE]) if named else ring.keys[-1]
            if key is None:
                raise Broken("it is sealed with a key that is not there")
            self._cipher = _cipher(key, head[-NONCE:], seal=False)
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
