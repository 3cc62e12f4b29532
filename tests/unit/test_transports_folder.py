"""The folder channel where file systems differ, and after a crash."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

import pytest

from edi_router.partners.channels import FolderSettings
from edi_router.transports import Channel, ChannelError, Upload, open_channel, renaming


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    for folder in ("out", "in"):
        (tmp_path / folder).mkdir()
    return open_channel(FolderSettings(root="."), base=tmp_path)


def no_links(*_: object, **__: object) -> None:
    raise OSError(errno.EPERM, "links are not supported")


def test_rename_without_links(channel: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renaming, "_renameat2", None)
    monkeypatch.setattr(os, "link", no_links)
    channel.put_temporary(".a.1.part", b"1")
    channel.rename(".a.1.part", "a")
    channel.put_temporary(".a.2.part", b"2")
    with pytest.raises(FileExistsError):
        channel.rename(".a.2.part", "a")
    with pytest.raises(FileNotFoundError):
        channel.rename(".b.1.part", "b")
    assert (tmp_path / "in" / "a").read_bytes() == b"1"


def test_rename_by_links_where_there_is_no_renameat2(
    channel: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renaming, "_renameat2", None)
    channel.put_temporary(".a.1.part", b"x")
    channel.rename(".a.1.part", "a")
    channel.put_temporary(".a.2.part", b"y")
    with pytest.raises(FileExistsError):
        channel.rename(".a.2.part", "a")
    with pytest.raises(FileNotFoundError):
        channel.rename(".a.3.part", "b")
    assert (tmp_path / "in" / "a").read_bytes() == b"x"


def test_rename_is_one_step_of_the_kernel() -> None:
    assert renaming._renameat2 is not None


def test_rename_cut_short_between_link_and_unlink_is_finished(channel: Channel, tmp_path: Path) -> None:
    channel.put_temporary(".a.1.part", b"1")
    os.link(tmp_path / "in" / ".a.1.part", tmp_path / "in" / "a")
    channel.rename(".a.1.part", "a")
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("number", "code", "transient"),
    [
        (errno.ENOSPC, "channel-refused", True),
        (errno.EIO, "channel-refused", True),
        (errno.EACCES, "channel-permission", False),
    ],
)
def test_errors_of_the_system(
    channel: Channel, monkeypatch: pytest.MonkeyPatch, number: int, code: str, transient: bool
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ChannelError) as caught:
        channel.put_temporary(".a", b"x")
    assert (caught.value.code, caught.value.transient) == (code, transient)


def test_folders_that_cannot_be_synced_are_accepted(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not for folders")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    channel.put_temporary(".a", b"x")
    assert channel.inbox_size(".a") == 1


def test_syncs_are_shared_and_come_before_the_first_outcome(
    channel: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    uploads = [Upload(f".{number}", b"x") for number in range(3)]
    assert next(iter(channel.put_all(uploads))) is None
    assert synced == [".0", ".1", ".2", "in"]
    names = [(f".{number}", f"{number}") for number in range(3)]
    assert next(iter(channel.rename_all(names))) is None
    # Who gave the names may have been killed before the sync.
    assert all(isinstance(each, FileNotFoundError) for each in channel.rename_all(names))
    assert synced[4:] == ["in", "in"]
    for number in range(3):
        (tmp_path / "out" / f"{number}").write_bytes(b"x")
    drops = channel.drops()
    assert next(iter(channel.remove_all(drops))) is True
    assert list(channel.remove_all(drops)) == [True] * 3
    assert synced[6:] == ["out", "out"]


def test_a_sync_that_fails_is_the_outcome_of_all(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def fail(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    outcomes = list(channel.put_all([Upload(f".{number}", b"x") for number in range(3)]))
    assert [each.transient for each in outcomes if isinstance(each, ChannelError)] == [True] * 3


def test_links_and_pipes_are_not_read(channel: Channel, tmp_path: Path) -> None:
    (tmp_path / "out" / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "out" / "pipe")
    (tmp_path / "out" / "folder").mkdir()
    (tmp_path / "in" / ".link").symlink_to(tmp_path / "elsewhere")
    assert channel.drops() == []
    for name in ("link", "pipe", "folder"):
        with pytest.raises(ChannelError) as caught:
            channel.fetch(name, io.BytesIO())
        assert caught.value.code == "channel-name"
    with pytest.raises(ChannelError):
        channel.put_temporary(".link", b"x")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_grows_meanwhile(channel: Channel, tmp_path: Path) -> None:
    path = tmp_path / "out" / "a"
    path.write_bytes(b"x" * 100)

    class Growing(io.BytesIO):
        def write(self, data: object, /) -> int:
            with path.open("r+b") as file:
                file.truncate(10)
            return super().write(data)  # type: ignore[arg-type]

    with pytest.raises(ChannelError) as caught:
        channel.fetch("a", Growing())
    assert (caught.value.code, caught.value.transient) == ("channel-changed", True)
