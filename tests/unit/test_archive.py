"""The archive: content-addressed, written once, and it tells when a disk lied."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import tracemalloc
from pathlib import Path

import pytest

from edi_router.ledger import Archive, Corrupt, Missing
from edi_router.ledger.compressing import FIRST, MARK
from edi_router.ledger.recent import KEPT, ROOM, SMALL, Recent
from edi_router.ledger.sealing import HEAD

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
    os.utime(archive.path(digest), (1, 1))
    before, bytes_before = archive.path(digest).stat(), archive.path(digest).read_bytes()
    archive.put(b"abc")
    after = archive.path(digest).stat()
    assert (before.st_ino, bytes_before) == (after.st_ino, archive.path(digest).read_bytes())
    assert after.st_mtime > 1, "it came again just now, so it is not removed for its age"


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


def test_what_is_read_soon_is_kept_for_one_reading(archive: Archive) -> None:
    with archive.batch(2, soon=True) as batch:
        for data in (b"abc", b"x" * (SMALL + 1)):
            with batch.writer() as writer:
                writer.write(data)
    small, large = (each.sha256 for each in batch.written)
    for digest in (small, large):
        overwrite(archive.path(digest), b"")
    assert archive.read(small) == b"abc"
    for digest in (small, large):
        with pytest.raises(Corrupt):
            archive.read(digest)


def test_each_content_of_a_batch_is_sealed_under_a_nonce_of_its_own(tmp_path: Path) -> None:
    archive = Archive(tmp_path, KEY)
    contents = [b"one", b"two", b"three"]
    with archive.batch(3) as batch:
        for data in contents:
            with batch.writer() as writer:
                writer.write(data)
    digests = [each.sha256 for each in batch.written]
    assert [Archive(tmp_path, KEY).read(digest) for digest in digests] == contents
    assert len({archive.path(digest).read_bytes()[:HEAD] for digest in digests}) == 3


def test_nothing_is_kept_of_a_batch_that_broke_off_or_of_what_was_removed(archive: Archive) -> None:
    digest = hashlib.sha256(b"abc").hexdigest()

    def broken() -> None:
        with archive.batch(1, soon=True) as batch, batch.writer() as writer:
            writer.write(b"abc")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    with pytest.raises(Missing):
        archive.read(digest)
    with archive.batch(1, soon=True) as batch, batch.writer() as writer:
        writer.write(b"abc")
    os.utime(archive.path(digest), (1, 1))
    assert archive.remove(digest, lambda: False)
    with pytest.raises(Missing):
        archive.read(digest)


def test_recent_content_has_its_limits() -> None:
    now = [0.0]
    recent = Recent(lambda: now[0])
    content = bytes(SMALL)
    number = ROOM // SMALL
    for each in range(number + 1):
        recent.add(str(each), content)
    assert recent.take(str(number)) is None, "no room for more"
    assert (recent.take("0"), recent.take("0")) == (content, None)
    recent.add("new", content)
    assert recent.take("new") == content
    recent.add("1", b"again")
    assert recent.take("1") == b"again"
    now[0] = KEPT
    for each in range(5):
        recent.add(f"later {each}", content)
    assert (recent.take("2"), recent.take("4")) == (None, None), (
        "there were two places; the oldest made room for three"
    )
    assert recent.take("5") == content
    assert recent.take("later 4") == content


def test_folders_that_somebody_removed_are_made_again(archive: Archive) -> None:
    digest, _ = archive.put(b"abc")
    path = archive.path(digest)
    path.unlink()
    path.parent.rmdir()
    path.parent.parent.rmdir()
    archive.put(b"abc")
    assert archive.read(digest) == b"abc"


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


EDIFACT = b"".join(b"LIN+%d'MOA+38:%d.50'" % (line, line * 17) for line in range(60_000))


def test_what_shrinks_is_compressed_and_what_does_not_is_stored_as_it_is(archive: Archive) -> None:
    """Half a megabyte at once, in pieces over the limit that is judged, and noise of both lengths."""
    for data in (EDIFACT[: FIRST // 2], EDIFACT):
        digest, size = archive.put(io.BytesIO(data))
        assert size == len(data)
        assert archive.path(digest).stat().st_size < len(data) / 4
        assert archive.read(digest) == data
    for data in (b"UNB+x", os.urandom(FIRST // 2), os.urandom(FIRST + 5)):
        digest, _ = archive.put(data)
        assert len(data) <= archive.path(digest).stat().st_size <= len(data) + HEAD
        assert archive.read(digest) == data
    assert list(archive.verify()) == []


def test_what_was_archived_before_there_was_compression_stays_as_it_is(archive: Archive) -> None:
    digest = hashlib.sha256(EDIFACT).hexdigest()
    archive.path(digest).parent.mkdir(parents=True)
    archive.path(digest).write_bytes(EDIFACT)
    assert archive.read(digest) == EDIFACT
    assert archive.put(EDIFACT) == (digest, len(EDIFACT))
    assert archive.path(digest).read_bytes() == EDIFACT
    assert list(archive.verify()) == []


@pytest.mark.parametrize("length", [0, 9, FIRST])
def test_content_that_looks_like_ours_is_not_mistaken_for_it(archive: Archive, length: int) -> None:
    for mark in (MARK, b"\x93EDISEAL"):
        data = mark + os.urandom(length)
        digest, _ = archive.put(data)
        assert archive.read(digest) == data
    assert list(archive.verify()) == []


@pytest.mark.parametrize("at", [8, 20, -1], ids=["head", "middle", "end"])
def test_a_damaged_compressed_file_is_told(archive: Archive, at: int) -> None:
    digest, _ = archive.put(EDIFACT)
    whole = bytearray(archive.path(digest).read_bytes())
    for changed in (bytes(whole[:at]), bytes(whole[:at]) + bytes([whole[at] ^ 0xFF]) + bytes(whole[at:][1:])):
        overwrite(archive.path(digest), changed)
        with pytest.raises(Corrupt):
            archive.read(digest)
        assert list(archive.verify()) == [f"{digest} is corrupt"]


def test_pieces_of_any_size_are_one_content(archive: Archive) -> None:
    with archive.writer() as writer:
        for start in range(0, len(EDIFACT), 70_001):
            writer.write(EDIFACT[start : start + 70_001])
    assert writer.sha256 == hashlib.sha256(EDIFACT).hexdigest()
    assert archive.read(writer.sha256) == EDIFACT


def test_large_content_takes_little_memory(archive: Archive) -> None:
    tracemalloc.start()
    try:
        with archive.writer() as writer:
            for number in range(256):
                writer.write(b"%09d'" % number * 26_214)
        with archive.open(writer.sha256) as stream:
            while stream.read(1 << 16):
                pass
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert writer.size > 60 << 20
    assert most < 12 << 20
