"""Which version of the product a trial was made on."""

from __future__ import annotations

import hashlib
from functools import cache

from edi_router.config import shipped_directory

SHIPPED = ("edi_router", "mappings", "partners", "registers", "schemas")


@cache
def version() -> str:
    """What tells one state of the product from the next: a digest of its code and of all that is shipped with it."""
    digest = hashlib.sha256()
    for folder in SHIPPED:
        for path in sorted((shipped_directory() / folder).rglob("*")):
            if path.is_file() and path.suffix not in (".pyc", ".md"):
                digest.update(str(path.relative_to(shipped_directory())).encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
