"""Syncs that many files share: what is synced, when, and where each file is synced by itself instead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edi_router import disk
from edi_router.disk import MANY, Together, is_local, make_folder, sync_folder, together


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is synced, in order, by the real calls; `whole` for a file system."""
    names: list[str] = []
    fsync, whole = os.fsync, disk._syncfs

    def one(descriptor: int) -> None:
        names.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    def all_of(descriptor: int) -> int:
        names.append("whole")
        return int(whole(descriptor))

    monkeypatch.setattr(os, "fsync", one)
    monkeypatch.setattr(disk, "_syncfs", all_of)
    return names


def written(synced: Together, path: Path) -> None:
    with path.open("wb") as file:
        synced.written(file.fileno())
    synced.renamed(path.parent)


def test_few_files_are_synced_one_by_one_and_their_folder_once(tmp_path: Path, synced: list[str]) -> None:
    with together(tmp_path, MANY - 1) as shared:
        written(shared, tmp_path / "a")
        written(shared, tmp_path / "b")
        assert synced == ["a", "b"]
        shared.sync()
        shared.sync()
    assert synced == ["a", "b", tmp_path.name]


def test_many_files_share_one_sync(
    tmp_path: Path, synced: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "is_local", lambda device: device == tmp_path.stat().st_dev)
    with together(tmp_path, MANY) as shared:
        shared.sync()
        assert synced == []
        written(shared, tmp_path / "a")
        written(shared, tmp_path / "b")
        assert synced == []
        shared.sync()
        assert synced == ["whole"]
        shared.renamed(tmp_path)
        shared.sync()
    assert synced == ["whole", "whole"]


def test_an_error_of_the_file_system_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "is_local", lambda device: True)
    with together(tmp_path, MANY) as shared:
        shared.renamed(tmp_path)
        assert shared._whole is not None
        unusable = os.open(tmp_path, os.O_PATH)
        os.dup2(unusable, shared._whole)
        os.close(unusable)
        with pytest.raises(OSError, match="Bad file descriptor"):
            shared.sync()


@pytest.mark.parametrize(
    ("kinds", "local"),
    [
        (("ext4",), True),
        (("xfs", "xfs"), True),
        (("nfs4",), False),
        (("ext4", "overlay"), False),
        ((), False),
    ],
)
def test_only_file_systems_that_are_known_are_synced_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, kinds: tuple[str, ...], local: bool
) -> None:
    lines = [f"{n} 1 8:1 / /m{n} rw shared:1 - {kind} /dev/a rw" for n, kind in enumerate(kinds, 40)]
    text = "\n".join(["20 1 0:21 / /proc rw,relatime - proc proc rw", *lines])
    monkeypatch.setattr(Path, "read_text", lambda self, **_: text)
    is_local.cache_clear()
    try:
        assert is_local(os.makedev(8, 1)) is local
    finally:
        is_local.cache_clear()


@pytest.mark.parametrize(
    ("release", "tells"), [("5.7.19", False), ("5.8.0-rc1", True), ("6.1.0-18-amd64", True), ("10.0", True), ("odd", False)]
)  # fmt: skip
def test_a_linux_that_does_not_tell_errors_is_not_relied_on(
    monkeypatch: pytest.MonkeyPatch, release: str, tells: bool
) -> None:
    system = os.uname_result(("Linux", "host", release, "#1", "x86_64"))
    monkeypatch.setattr(os, "uname", lambda: system)
    disk.tells_errors.cache_clear()
    try:
        assert disk.tells_errors() is tells
    finally:
        disk.tells_errors.cache_clear()


def test_folders_are_made_with_those_above_them(tmp_path: Path, synced: list[str]) -> None:
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    assert synced == [tmp_path.name, "a"]
    sync_folder(tmp_path / "a" / "b")
    assert synced[-1] == "b"
