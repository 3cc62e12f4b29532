"""Checking that what the ledger says is kept is there, whole: the archive and the contents of outputs."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

from sqlalchemy import func, select, text

from edi_router.ledger import tables
from edi_router.ledger.archive import Archive, Corrupt, Missing
from edi_router.ledger.retaining import without_contents
from edi_router.ledger.store import Store

PAGE = 500
_f, _o, _c, _p = tables.file.c, tables.output.c, tables.content.c, tables.proof.c


class Fsck(Store):
    """The verb that reads everything again."""

    def fsck_size(self) -> int:
        """How many files and outputs there are to read."""
        with self.read() as connection:
            return sum(
                connection.scalar(select(func.count()).select_from(table)) or 0
                for table in (tables.file, tables.output)
            )

    def fsck(self, archive: Archive) -> Iterator[str | None]:
        """Read every archived file and every output: a sentence for what is wrong, None for what is whole.

        What retention has removed is not missed. The database checks itself first where it can (SQLite). Reads in
        pages, so it may run beside the engine.
        """
        yield from self._database()
        last = ""
        while True:
            with self.read() as connection:
                removed = without_contents(_f.id).label("removed")
                query = select(_f.id, _f.name, _f.partner, _f.sha256, _f.size, removed).where(_f.id > last)
                files = connection.execute(query.order_by(_f.id).limit(PAGE)).all()
            for row in files:
                kept = not row.removed or row.sha256 in archive  # it may be another file's, too
                yield _file(archive, row.id, row.name, row.partner, row.sha256, row.size) if kept else None
            if len(files) < PAGE:
                break
            last = files[-1].id
        last = ""
        while True:
            with self.read() as connection:
                removed = without_contents(_o.file).label("removed")
                chosen = select(_o.id, _o.name, _o.sha256, _c.data, removed).outerjoin(
                    tables.content, _c.output == _o.id
                )
                outputs = connection.execute(chosen.where(_o.id > last).order_by(_o.id).limit(PAGE)).all()
            for made in outputs:
                gone = made.removed and made.data is None
                yield None if gone else _output(made.id, made.name, made.sha256, made.data)
            if len(outputs) < PAGE:
                break
            last = outputs[-1].id
        yield from self._sent(archive)

    def _sent(self, archive: Archive) -> Iterator[str | None]:
        """What was signed or encrypted when it left, and is archived besides the output that it was made of."""
        with self.read() as connection:
            query = select(_p.output, _p.sha256).where(_p.way == "sent", _p.sha256 != "").distinct()
            sent = connection.execute(query.order_by(_p.output, _p.sha256)).all()
        for row in sent:
            try:
                with archive.open(row.sha256) as stream:
                    while stream.read(1 << 20):
                        pass
            except Missing:
                yield f"output {row.output}: {row.sha256}, which was sent, is not in the archive"
            except (Corrupt, OSError, ValueError) as error:
                yield f"output {row.output}: {error}"
            else:
                yield None

    def _database(self) -> Iterator[str]:
        with self.read() as connection:
            if connection.dialect.name == "sqlite":
                for (line,) in connection.execute(text("PRAGMA integrity_check(20)")):
                    if line != "ok":
                        yield f"the database: {line}"


def _file(archive: Archive, id: str, name: str, partner: str, sha256: str, size: int) -> str | None:
    digest = hashlib.sha256()
    read = 0
    try:
        with archive.open(sha256) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
                read += len(block)
    except Missing:
        return f"file {id} ({partner}/{name}): {sha256} is not in the archive"
    except (Corrupt, OSError, ValueError) as error:
        return f"file {id} ({partner}/{name}): {error}"
    if digest.hexdigest() != sha256 or read != size:
        return f"file {id} ({partner}/{name}): the archive has {read} bytes of it, the ledger says {size}"
    return None


def _output(id: str, name: str, sha256: str, data: bytes | None) -> str | None:
    if data is None:
        return f"output {id} ({name}): its content is gone"
    try:
        content = zlib.decompress(data)
    except zlib.error as error:
        return f"output {id} ({name}): {error}"
    if hashlib.sha256(content).hexdigest() != sha256:
        return f"output {id} ({name}): its content has changed"
    return None
