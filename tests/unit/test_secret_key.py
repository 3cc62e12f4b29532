"""The deployment's secret key: another one, or none any more, is told before anything is sealed with it or read."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

import pytest

from edi_router.cli.troubles import in_chinese
from edi_router.engine.secret import EARLIER, EARLIER_FILE, FILE, MARK, VARIABLE
from edi_router.engine.workspace import Workspace, WorkspaceError
from edi_router.ledger.archive import Archive, Corrupt
from edi_router.ledger.sealing import MARK as ALONE
from edi_router.ledger.sealing import NAMED, Ring

CONTENT = b"UNB+UNOC:3+A+B+260314:0930+1'"
OTHER = "k" * 32


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace in which something is archived already."""
    monkeypatch.delenv(VARIABLE, raising=False)
    found = Workspace(tmp_path)
    found.open_archive().put(CONTENT)
    return found


def refusal(place: Workspace) -> str:
    with pytest.raises(WorkspaceError) as error:
        place.open_archive()
    text = str(error.value)
    assert re.search("[\u4e00-\u9fff]", in_chinese(text))
    return text


def test_the_same_key_goes_on(place: Workspace) -> None:
    sha256, _ = place.open_archive().put(CONTENT)
    assert place.open_archive().read(sha256) == CONTENT
    key = place.secret_key()
    assert (place.var / MARK).stat().st_mode & 0o777 == 0o600
    assert key not in (place.var / MARK).read_bytes()


def test_a_lost_key_is_told_and_no_new_one_made(place: Workspace) -> None:
    (place.var / "secret.key").unlink()
    for _ in range(2):
        assert refusal(place).startswith(
            f"{place.var / 'secret.key'} is missing, and {place.var / 'archive'} was sealed"
        )
    assert not (place.var / "secret.key").exists()
    (place.var / MARK).unlink()  # of a version before there was a mark, or of a backup without it
    assert "is missing" in refusal(place)


@pytest.mark.parametrize("marked", [True, False])
def test_another_key_is_told(place: Workspace, monkeypatch: pytest.MonkeyPatch, marked: bool) -> None:
    if not marked:
        (place.var / MARK).unlink()
    monkeypatch.setenv(VARIABLE, OTHER)
    assert refusal(place).startswith(
        f"the secret key in {VARIABLE} is not the one that {place.var / 'archive'} was sealed"
    )
    monkeypatch.delenv(VARIABLE)
    assert list(place.open_archive().verify()) == []
    assert (place.var / MARK).exists()


def test_an_archive_from_before_the_mark_may_have_damaged_contents(place: Workspace) -> None:
    archive = place.open_archive()
    for number in range(3):
        sha256, _ = archive.put(b"%d" % number)
        path = archive.path(sha256)
        path.write_bytes(path.read_bytes()[:-1] + b"~")
    (place.var / MARK).unlink()
    assert place.open_archive().key_fits() is True


def change(place: Workspace) -> None:
    """As docs/security.md says."""
    earlier = place.var / EARLIER_FILE
    before = earlier.read_text().split() if earlier.exists() else []
    kept = [(place.var / FILE).read_text(), *before]
    earlier.write_text("\n".join(kept))
    (place.var / FILE).write_text(secrets.token_hex(32))
    earlier.chmod(0o600)


def test_the_key_can_be_changed_and_what_was_sealed_before_is_read(place: Workspace) -> None:
    first, whole = place.secret_key(), [CONTENT, b"large" * 400_000]
    sealed = {place.open_archive().put(content)[0]: content for content in whole}
    assert {place.open_archive().path(each).read_bytes()[:8] for each in sealed} == {ALONE}
    for number in range(3):
        change(place)
        more = [b"content %d" % number, b"%d large" % number * 300_000]
        made = {place.open_archive().put(content)[0]: content for content in more}
        assert {place.open_archive().path(each).read_bytes()[:8] for each in made} == {NAMED}
        sealed |= made
        for sha256, content in sealed.items():
            assert place.open_archive().read(sha256) == content
        assert list(place.open_archive().verify()) == []
    assert place.secret_key() == first, "registers and webhooks hold by it for ever"


def test_an_earlier_key_that_is_left_out_is_told(place: Workspace) -> None:
    change(place)
    sha256, _ = place.open_archive().put(b"new")
    kept = (place.var / EARLIER_FILE).read_text()
    (place.var / EARLIER_FILE).unlink()
    assert "is not the one" in refusal(place)
    (place.var / EARLIER_FILE).touch(0o600)
    (place.var / EARLIER_FILE).write_text(f"{OTHER} {kept}")
    assert place.open_archive().read(sha256) == b"new"
    (place.var / FILE).write_text(kept)  # back to the one before: it cannot read what came since
    (place.var / EARLIER_FILE).unlink()
    assert "is not the one" in refusal(place)


def test_none_of_the_earlier_keys_may_be_left_out(place: Workspace) -> None:
    for number in range(3):
        change(place)
        place.open_archive().put(b"%d" % number)
    earlier = place.var / EARLIER_FILE
    whole = earlier.read_text()
    third, second, first = whole.split()
    for left in ([second, first], [third, first], [first], [second, third], [first, second, third]):
        earlier.write_text("\n".join(left))
        assert "is not the one" in refusal(place)
    earlier.write_text(whole)
    assert list(place.open_archive().verify()) == []


def test_a_change_of_the_key_may_be_broken_off_anywhere(place: Workspace) -> None:
    key, earlier = place.var / FILE, place.var / EARLIER_FILE
    for _ in range(3):
        old, before = key.read_text(), earlier.read_text() if earlier.exists() else ""
        new = place.var / "secret.new"
        new.touch(0o600)
        new.write_text(f"{old}\n{before}")
        assert list(place.open_archive().verify()) == []
        new.rename(earlier)  # as the command of docs/security.md goes
        for name in (b"a", b"large" * 100_000):
            place.open_archive().put(old.encode() + name)
        assert list(place.open_archive().verify()) == []
        key.write_text("")
        assert "has 0 characters" in refusal(place)
        key.unlink()
        assert "is missing" in refusal(place)
        key.touch(0o600)
        key.write_text(secrets.token_hex(32))
        place.open_archive().put(key.read_bytes())
        assert list(place.open_archive().verify()) == []


def test_a_key_is_on_the_disk_before_anything_is_sealed_with_it(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(place)
    order: list[object] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        order.append(os.fstat(descriptor).st_ino)
        real_fsync(descriptor)

    def replace(source: Path, target: Path) -> None:
        order.append(target.name)
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    place.open_archive()
    wanted = [path.stat().st_ino for path in (place.var / FILE, place.var / EARLIER_FILE, place.var)]
    assert order[: len(wanted)] == wanted
    assert MARK in order
    order.clear()
    place.open_archive()
    assert order == [], "once: the mark tells that they are"


def test_the_mark_is_there_at_every_moment(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = place.var / MARK
    change(place)
    before, seen = mark.read_text(), list[str]()
    real = os.fsync

    def fsync(descriptor: int) -> None:
        seen.append(mark.read_text())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    place.open_archive()
    assert seen[0] == before
    assert seen[-1] == mark.read_text() != before


def test_what_is_sealed_by_a_key_that_is_not_there_is_no_content(tmp_path: Path) -> None:
    first, second, third = (bytes([number]) * 32 for number in range(3))
    sha256, _ = Archive(tmp_path, Ring((second, first))).put(CONTENT)
    assert Archive(tmp_path, Ring((third, second, first))).read(sha256) == CONTENT
    with pytest.raises(Corrupt, match="a key that is not there"):
        Archive(tmp_path, Ring((third, first))).read(sha256)
    assert list(Archive(tmp_path, first).verify()) == [f"{sha256} is corrupt"]


def test_keys_of_the_environment(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = (place.var / FILE).read_text()
    monkeypatch.setenv(VARIABLE, OTHER)
    monkeypatch.setenv(EARLIER, f"{'e' * 40}, {first}")
    [sha256] = [path.name for path in (place.var / "archive").glob("??/??/*")]
    assert place.open_archive().read(sha256) == CONTENT
    assert place.secret_key() == first.encode()
    monkeypatch.setenv(EARLIER, "short")
    with pytest.raises(WorkspaceError, match="has 5 characters"):
        place.open_archive()


def test_earlier_keys_are_kept_from_others(place: Workspace) -> None:
    change(place)
    (place.var / EARLIER_FILE).chmod(0o640)
    assert f"others may read {place.var / EARLIER_FILE}" in refusal(place)


def test_nothing_was_sealed_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, OTHER)
    assert Workspace(tmp_path).open_archive().key_fits() is None
