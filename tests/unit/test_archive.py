"""The archive: content-addressed, written once, and it tells when a disk lied."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from pathlib import Path

import pytest

from edi_router.ledger import Archive, Corrupt, Missing

KEY = bytes(range(32))


@pytest.fixture(params=[None, KEY], ids=["plain", "sealed"])
def archive(tmp_path: Path, request: pytest.FixtureRequest) -> Archive:
    return Archive(tmp_path / "archive", request.param)


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.mark.parametrize("data", [b"", b"UNB", b"x" * (3 << 20)], ids=["empty", "small", "large"])
def test_what_is_put_is_read(archive: Archive, data: bytes) -> None:
    digest = hashlib.sha256(data).hexdigest()
    assert archive.put(data) == (digest, len(data))
    assert archive.put(io.BytesIO(data)) == (digest, len(data))
    assert archive.read(digest) == data
    assert digest in archive
    assert archive.path(digest).stat().st_mode & 0o222 == 0
    assert [path for path in archive.folder.rglob("*") if path.is_file()] == [archive.path(digest)]
    assert list(archive.verify()) == []


def test_a_writer_archives_at_its_end(archive: Archive) -> None:
    with archive.writer() as writer:
        writer.write(b"ab")
        writer.write(b"c")
    assert (writer.size, writer.sha256) == (3, hashlib.sha256(b"abc").hexdigest())
    assert archive.read(writer.sha256) == b"abc"


def test_a_broken_writer_leaves_nothing(archive: Archive) -> None:
    def half() -> None:
        with archive.writer() as writer:
            writer.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert list(archive.folder.iterdir()) == []


def test_nothing_is_overwritten(archive: Archive) -> None:
    digest, _ = archive.put(b"abc")
    before = archive.path(digest).stat()
    archive.put(b"abc")
    after = archive.path(digest).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("change", [b"abd", b"ab", b"abcd", b""])
def test_corruption_is_told(archive: Archive, change: bytes) -> None:
    digest, _ = archive.put(b"abc")
    overwrite(archive.path(digest), change)
    with pytest.raises(Corrupt):
        archive.read(digest)
    with archive.open(digest) as stream, pytest.raises(Corrupt):
        list(iter(lambda: stream.read(2), b""))
    assert list(archive.verify()) == [f"{digest} is corrupt"]
    archive.put(b"abc")
    assert archive.read(digest) == b"abc"
    [kept] = archive.verify()
    assert "damaged copy" in kept


def test_what_does_not_belong_there_is_told(archive: Archive) -> None:
    digest, _ = archive.put(b"abc")
    (archive.folder / "notes.txt").write_text("x")
    wrong = archive.folder / "00"
    wrong.mkdir()
    archive.path(digest).rename(wrong / digest)
    assert sorted(archive.verify()) == [
        f"00/{digest} is in the wrong folder",
        "notes.txt does not belong here",
    ]


def test_missing(archive: Archive) -> None:
    digest = hashlib.sha256(b"abc").hexdigest()
    assert digest not in archive
    with pytest.raises(Missing):
        archive.read(digest)
    for name in ("", "ABC", "../../etc/passwd", "A" * 64):
        with pytest.raises(ValueError, match="SHA-256"):
            archive.path(name)


def test_concurrent_puts_of_the_same(archive: Archive) -> None:
    data, barrier, results = os.urandom(200_000), threading.Barrier(6), []

    def run() -> None:
        barrier.wait()
        results.append(archive.put(data))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert set(results) == {(hashlib.sha256(data).hexdigest(), len(data))}
    assert list(archive.verify()) == []


def test_sweep_removes_old_leftovers(archive: Archive) -> None:
    digest, _ = archive.put(b"abc")
    leftover = archive.folder / ".0123.part"
    leftover.write_bytes(b"half")
    assert list(archive.verify()) == []
    assert archive.sweep(leftover.stat().st_mtime) == 0
    assert archive.sweep(leftover.stat().st_mtime + 1) == 1
    assert not leftover.exists()
    assert digest in archive


def test_a_sealed_file_shows_nothing_without_its_key_and_plain_ones_stay_readable(tmp_path: Path) -> None:
    plain, sealed = Archive(tmp_path), Archive(tmp_path, KEY)
    before, _ = plain.put(b"from before")
    secret, size = sealed.put(b"<Password>482913</Password>" * 50_000)
    assert sealed.read(before) == b"from before"
    assert b"482913" not in sealed.path(secret).read_bytes()
    assert len(sealed.read(secret)) == size
    assert list(sealed.verify()) == []
    with pytest.raises(Corrupt):
        plain.read(secret)
    with pytest.raises(Corrupt):
        Archive(tmp_path, bytes(32)).read(secret)
    again, _ = sealed.put(b"from before")
    assert again == before
    assert sealed.path(before).read_bytes() == b"from before"
