"""Stability, names, settings, problems and the memory channel."""

from __future__ import annotations

import io
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi_router.config import Model, read_model
from edi_router.faults.codes.channel import ENTRIES
from edi_router.partners.channels import ChannelSettings, FolderSettings, MemorySettings, SftpSettings
from edi_router.transports import ChannelError, Drop, StabilityWatch, memory, open_channel
from edi_router.transports.names import actual, shown

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE9yoJbAO5dj8aVU9aZ7zyEAhgoGnH0w9ORUFFzE2Wm4"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_drop_is_ready_when_it_stays_the_same() -> None:
    clock = Clock()
    watch = StabilityWatch(10, clock)
    old, new = Drop("a", 1, 1), Drop("a", 2, 1)
    assert watch.ready([old]) == []
    assert watch.remaining() == 10
    clock.now = 9
    assert watch.ready([old]) == []
    assert watch.ready([new]) == []
    clock.now = 18.9
    assert watch.ready([new]) == []
    clock.now = 19
    assert watch.ready([new]) == [new]
    assert watch.remaining() is None
    assert watch.ready([Drop("a", 2, 2)]) == []


def test_a_drop_that_comes_again_waits_again() -> None:
    clock = Clock()
    watch = StabilityWatch(10, clock)
    drop = Drop("a", 1, 1)
    watch.ready([drop])
    clock.now = 5
    watch.ready([])
    clock.now = 10
    assert watch.ready([drop]) == []


def test_without_a_wait_everything_is_ready_at_once() -> None:
    drops = [Drop("b", 1, 1), Drop("a", 1, 2)]
    assert StabilityWatch(0, Clock()).ready(drops) == drops


def test_markers() -> None:
    clock = Clock()
    watch = StabilityWatch(5, clock, ".done")
    a, mark_a, b, lone = Drop("a", 1, 1), Drop("a.done", 0, 1), Drop("b", 1, 1), Drop("c.done", 0, 1)
    assert watch.ready([a, mark_a, b, lone]) == []
    assert watch.orphans() == []
    clock.now = 5
    assert watch.ready([a, mark_a, b, lone]) == [a]
    assert watch.orphans() == ["c.done"]
    assert watch.marker_of("a") == "a.done"
    plain = StabilityWatch(0, clock)
    assert (plain.marker_of("a"), plain.orphans()) == (None, [])


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_every_name_is_shown_as_text_and_found_again(raw: bytes) -> None:
    name = raw.decode("utf-8", "surrogateescape")
    text = shown(name)
    text.encode("utf-8")
    assert text.isprintable() or not any(character in text for character in "\n\r\0\x7f")
    if name not in ("", ".", "..") and "/" not in name and "\0" not in name:
        assert actual(text).encode("utf-8", "surrogateescape") == raw


@settings(deadline=None)
@given(st.text())
def test_no_name_leaves_its_folder(name: str) -> None:
    try:
        result = actual(name)
    except ChannelError:
        return
    assert result not in ("", ".", "..")
    assert "/" not in result
    assert "\0" not in result


def test_problems_are_told_in_both_languages() -> None:
    for entry in ENTRIES:
        fields = {name for _, name, _, _ in string.Formatter().parse(entry.text.zh) if name}
        assert fields == entry.fields
        error = ChannelError(entry.code, **dict.fromkeys(fields, "X"))
        assert "{" not in error.text("zh") + str(error)
        assert error.remedy
        assert error.remedy_in("zh") != error.remedy
        assert error.fault.code == entry.code


class _File(Model):
    channel: ChannelSettings


def read(text: str) -> tuple[_File | None, list[str]]:
    value, _, faults = read_model(_File, text, "p.yaml")
    return value, [f"{fault.code} {fault.place.line}" for fault in faults]


def test_settings_from_yaml() -> None:
    value, faults = read(
        f"channel:\n  kind: sftp\n  host: sftp.example.com\n  port: 2222\n  user: p\n"
        f"  key_file: keys/p\n  host_key: {HOST_KEY}\n  wait_seconds: 2.5\n"
    )
    assert faults == []
    assert value
    assert value.channel == SftpSettings(
        host="sftp.example.com",
        port=2222,
        user="p",
        key_file="keys/p",
        host_key=(HOST_KEY,),
        wait_seconds=2.5,
    )
    value, _ = read("channel: {kind: folder, root: /srv/p}\n")
    assert value
    assert value.channel == FolderSettings(root="/srv/p", outbox="out", inbox="in")


@pytest.mark.parametrize(
    "line",
    [
        "host_key: ssh-ed25519 AAAA",
        "host_key: SHA256:short",
        f"host_key: {HOST_KEY.replace('ssh-ed25519', 'ssh-rsa')}",
        "host_key: not!base64 at!all",
        "password_env: P",
        "port: 0",
        "marker: done",
    ],
)
def test_bad_settings_are_faults(line: str) -> None:
    lines = {
        "kind": "sftp", "host": "h", "user": "p", "key_file": "k", "host_key": HOST_KEY,
    }  # fmt: skip
    key, _, value = line.partition(": ")
    lines[key] = value
    text = "channel:\n" + "".join(f"  {name}: {value}\n" for name, value in lines.items())
    value_read, faults = read(text)
    assert value_read is None
    assert faults


def test_a_secret_is_needed_and_a_passphrase_goes_with_a_key() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        SftpSettings(host="h", user="u", host_key=(HOST_KEY,))
    with pytest.raises(ValueError, match="goes with"):
        SftpSettings(host="h", user="u", host_key=(HOST_KEY,), password_env="P", passphrase_env="Q")


def test_planned_failures() -> None:
    partner = memory.store("planned")
    try:
        with open_channel(MemorySettings(name="planned")) as channel:
            partner.fail("put_temporary", ChannelError("channel-lost", address="m", problem="p"), nth=2)
            partner.fail("rename", ChannelError("channel-lost", address="m", problem="p"), after=True)
            channel.put_temporary(".a", b"1")
            with pytest.raises(ChannelError):
                channel.put_temporary(".b", b"2")
            channel.put_temporary(".b", b"2")
            with pytest.raises(ChannelError):
                channel.rename(".a", "a")
            assert partner.inbox == {"a": b"1", ".b": b"2"}
            assert partner.calls["put_temporary"] == 3
            partner.drop("d", b"x", 3)
            partner.fail("fetch", ConnectionError("lost"))
            with pytest.raises(ConnectionError):
                channel.fetch("d", io.BytesIO())
            assert channel.fetch("d", io.BytesIO()) == 1
    finally:
        memory.forget("planned")
    assert memory.store("planned") is not partner
    memory.forget("planned")
