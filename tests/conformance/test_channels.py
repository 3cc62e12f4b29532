"""What every kind of channel must do, over the registry; SFTP on OpenSSH and on paramiko's server."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from paramiko import SFTPAttributes

from edi_router.demo.keys import ensure_key
from edi_router.demo.paramiko_server import Login, ParamikoServer, RootedFolder
from edi_router.demo.server import Kind, RunningServer, start
from edi_router.demo.sshd import NotUsable
from edi_router.partners.channels import ChannelSettings, FolderSettings, MemorySettings, SftpSettings
from edi_router.transports import (
    KINDS,
    Channel,
    ChannelError,
    Drop,
    PushChannel,
    Upload,
    memory,
    open_channel,
)
from tests.conftest import need
from tests.support.http_servers import Service, service

SERVERS = ("folder", "memory", "sftp-openssh", "sftp-paramiko")


@dataclass
class Bench:
    """A channel's settings, and the partner's side of it."""

    settings: ChannelSettings
    drop: Callable[[str, bytes, int], None]
    inbox: Callable[[], dict[str, bytes]]
    root: Path | None = None

    def open(self) -> Channel:
        return open_channel(self.settings)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def on_disk(settings: ChannelSettings, root: Path) -> Bench:
    for folder in ("out", "in"):
        (root / folder).mkdir(parents=True, exist_ok=True)

    def drop(name: str, content: bytes, modified: int) -> None:
        path = root / "out" / name
        path.write_bytes(content)
        os.utime(path, (modified, modified))

    return Bench(settings, drop, lambda: files(root / "in"), root)


def started(workspace: Path, kind: Kind) -> RunningServer:
    try:
        return start(workspace, ["PARTNER"], kind=kind)
    except NotUsable as error:
        need(False, f"{error} (apt-get install openssh-server)")
        raise


@pytest.fixture(params=SERVERS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "folder":
        yield on_disk(FolderSettings(root=str(tmp_path)), tmp_path)
    elif request.param == "memory":
        store = memory.store(str(tmp_path))
        yield Bench(
            MemorySettings(name=str(tmp_path)),
            lambda name, content, modified: store.drop(name, content, modified * 1_000_000),
            lambda: dict(store.inbox),
        )
        memory.forget(str(tmp_path))
    else:
        with started(tmp_path, "openssh" if request.param == "sftp-openssh" else "paramiko") as server:
            account = server.accounts["PARTNER"]
            yield on_disk(account.settings(timeout_seconds=20), account.root)


@pytest.fixture
def channel(bench: Bench) -> Iterator[Channel]:
    with bench.open() as opened:
        yield opened


def fetched(channel: Channel, name: str) -> bytes:
    into = io.BytesIO()
    assert channel.fetch(name, into) == len(into.getvalue())
    return into.getvalue()


def deliver(channel: Channel, name: str, content: bytes) -> None:
    channel.put_temporary(f".{name}.1.part", content)
    channel.rename(f".{name}.1.part", name)


def test_the_suite_covers_the_registry() -> None:
    assert {server.split("-")[0] for server in SERVERS} | {"http"} == set(KINDS)


@pytest.fixture
def pushing(tmp_path: Path) -> Iterator[tuple[Service, PushChannel]]:
    """The one kind that pushes: of it the suite asks what there is to ask where nothing is fetched or renamed."""
    with service(tmp_path / "service") as partner, open_channel(partner.settings()) as opened:
        assert isinstance(opened, PushChannel)
        yield partner, opened


def test_a_channel_that_pushes_has_no_drops(pushing: tuple[Service, PushChannel]) -> None:
    _, channel = pushing
    assert channel.drops() == []
    with pytest.raises(FileNotFoundError):
        channel.fetch("a", io.BytesIO())
    assert channel.remove("a")
    channel.discard(".a")
    channel.rename(".a", "a")
    assert channel.inbox_size("a") is None
    with pytest.raises(TypeError, match="temporary"):
        channel.put_temporary(".a", b"")


@pytest.mark.parametrize("size", [0, 1, 32769, 5_000_001])
def test_what_is_pushed_arrives_whole_and_once(pushing: tuple[Service, PushChannel], size: int) -> None:
    partner, channel = pushing
    content = (b"0123456789abcdef!" * (size // 17 + 1))[:size]
    for _ in range(2):
        channel.push("key", "big.edi", content)
    assert partner.inbox == {"big.edi": content}


@pytest.mark.parametrize("name", ["", "..", "../a", "a/b", "a\0b", "a\nb", "a\\b"])
def test_names_that_are_no_names_are_not_pushed(pushing: tuple[Service, PushChannel], name: str) -> None:
    partner, channel = pushing
    calls: list[Callable[[], object]] = [
        lambda: channel.push("key", name, b""), lambda: channel.fetch(name, io.BytesIO()),
        lambda: channel.remove(name), lambda: channel.inbox_size(name),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(ChannelError) as caught:
            call()
        assert caught.value.code == "channel-name"
    assert partner.requests == []


def test_drops_are_listed_oldest_first(bench: Bench, channel: Channel) -> None:
    bench.drop("b.edi", b"22", 1_700_000_000)
    bench.drop("a.edi", b"1", 1_700_000_000)
    bench.drop("c.edi", b"", 1_600_000_000)
    listed = [(drop.name, drop.size, drop.modified) for drop in channel.drops()]
    assert listed == [
        ("c.edi", 0, 1_600_000_000_000_000),
        ("a.edi", 1, 1_700_000_000_000_000),
        ("b.edi", 2, 1_700_000_000_000_000),
    ]


def test_unfinished_and_hidden_files_are_no_drops(bench: Bench, channel: Channel) -> None:
    for name in (".hidden", "a.part", "a.TMP", "a.edi.filepart", "报关单.edi"):
        bench.drop(name, b"x", 1)
    if bench.root:
        (bench.root / "out" / "folder").mkdir()
        (bench.root / "out" / "link.edi").symlink_to("/etc/hostname")
    assert [drop.name for drop in channel.drops()] == ["报关单.edi"]


def test_many_drops(bench: Bench, channel: Channel) -> None:
    for number in range(500):
        bench.drop(f"{number:04}.edi", b"x", 1)
    assert [drop.name for drop in channel.drops()] == [f"{number:04}.edi" for number in range(500)]


@pytest.mark.parametrize("size", [0, 1, 32767, 32768, 32769, 65536, 5_000_001])
def test_a_file_goes_there_and_comes_back_whole(bench: Bench, channel: Channel, size: int) -> None:
    content = (b"0123456789abcdef!" * (size // 17 + 1))[:size]
    bench.drop("big.edi", content, 1)
    assert fetched(channel, "big.edi") == content
    channel.put_temporary(".big.1.part", io.BytesIO(content))
    assert channel.inbox_size(".big.1.part") == size
    channel.rename(".big.1.part", "big.edi")
    assert bench.inbox() == {"big.edi": content}


def test_fetching_a_missing_drop(channel: Channel) -> None:
    with pytest.raises(FileNotFoundError):
        channel.fetch("missing.edi", io.BytesIO())
    assert channel.drops() == []


def test_a_drop_that_was_replaced_is_not_removed(bench: Bench, channel: Channel) -> None:
    bench.drop("a.edi", b"old", 1_000_000)
    [seen] = channel.drops()
    bench.drop("a.edi", b"new", 9_000_000)
    assert channel.remove("a.edi", seen) is False
    [other] = channel.drops()
    assert other != seen
    assert channel.remove("a.edi", other) is True
    assert channel.remove("a.edi", other) is True
    assert channel.drops() == []


def test_removing_is_idempotent(bench: Bench, channel: Channel) -> None:
    bench.drop("a.edi", b"x", 1)
    channel.remove("a.edi")
    channel.remove("a.edi")
    assert channel.drops() == []


def test_a_temporary_file_is_replaced_by_a_shorter_try(bench: Bench, channel: Channel) -> None:
    channel.put_temporary(".a.1.part", b"a long first try")
    channel.put_temporary(".a.1.part", b"short")
    channel.rename(".a.1.part", "a")
    assert bench.inbox() == {"a": b"short"}


def test_rename_never_overwrites(bench: Bench, channel: Channel) -> None:
    deliver(channel, "a.xml", b"first")
    channel.put_temporary(".a.xml.2.part", b"second")
    with pytest.raises(FileExistsError):
        channel.rename(".a.xml.2.part", "a.xml")
    assert bench.inbox() == {"a.xml": b"first", ".a.xml.2.part": b"second"}
    channel.discard(".a.xml.2.part")
    assert bench.inbox() == {"a.xml": b"first"}


@pytest.mark.parametrize("taken", [False, True])
def test_renaming_what_is_gone(bench: Bench, channel: Channel, taken: bool) -> None:
    if taken:
        deliver(channel, "a.xml", b"first")
    with pytest.raises(FileNotFoundError):
        channel.rename(".a.xml.1.part", "a.xml")
    assert bench.inbox() == ({"a.xml": b"first"} if taken else {})


def test_discarding_is_idempotent(bench: Bench, channel: Channel) -> None:
    channel.put_temporary(".a.1.part", b"x")
    channel.discard(".a.1.part")
    channel.discard(".a.1.part")
    assert bench.inbox() == {}
    assert channel.inbox_size(".a.1.part") is None


@contextmanager
def sink(_: object = None) -> Iterator[io.BytesIO]:
    yield io.BytesIO()


def test_many_files_are_fetched_in_order_whatever_their_size(bench: Bench, channel: Channel) -> None:
    sizes = {f"{number:03}.edi": number * 7 for number in range(150)} | {
        "050.edi": 100_000,
        "051.edi": 32_768,
    }
    contents = {name: (name.encode() * (size // 7 + 1))[:size] for name, size in sizes.items()}
    for name, content in contents.items():
        bench.drop(name, content, 1)
    drops = channel.drops()
    fetched = [each.getvalue() for each in channel.fetch_all(drops, sink) if isinstance(each, io.BytesIO)]
    assert dict(zip((drop.name for drop in drops), fetched, strict=True)) == contents
    assert list(channel.remove_all(drops)) == [True] * len(drops)
    assert channel.drops() == []


def test_of_many_drops_the_ones_that_are_gone_or_replaced_stand_for_themselves(
    bench: Bench, channel: Channel
) -> None:
    for name in ("a.edi", "b.edi", "c.edi"):
        bench.drop(name, b"old", 1_000_000)
    drops = channel.drops()
    bench.drop("c.edi", b"newer", 9_000_000)
    channel.remove("b.edi")
    one, gone, other = channel.fetch_all(drops, sink)
    assert isinstance(one, io.BytesIO)
    assert isinstance(other, io.BytesIO)
    assert (one.getvalue(), other.getvalue()) == (b"old", b"newer")
    assert isinstance(gone, FileNotFoundError)
    assert list(channel.remove_all(drops)) == [True, True, False]
    assert [drop.name for drop in channel.drops()] == ["c.edi"]


def test_many_files_are_put_and_renamed(bench: Bench, channel: Channel) -> None:
    contents = {f"{number:03}.xml": b"%d" % number * number for number in range(150)} | {
        "large.xml": b"x" * 100_000
    }
    channel.put_temporary(".007.xml.1.part", b"an earlier try")
    deliver(channel, "008.xml", b"the partner's")
    uploads = [Upload(f".{name}.2.part", content, (f".{name}.1.part",)) for name, content in contents.items()]
    assert list(channel.put_all(uploads)) == [None] * len(uploads)
    assert bench.inbox() == {"008.xml": b"the partner's"} | {each.temporary: each.content for each in uploads}
    channel.discard(".009.xml.2.part")
    outcomes = dict(
        zip(contents, channel.rename_all([(f".{name}.2.part", name) for name in contents]), strict=True)
    )
    assert isinstance(outcomes.pop("008.xml"), FileExistsError)
    assert isinstance(outcomes.pop("009.xml"), FileNotFoundError)
    assert set(outcomes.values()) == {None}
    expected = contents | {"008.xml": b"the partner's", ".008.xml.2.part": contents["008.xml"]}
    del expected["009.xml"]
    assert bench.inbox() == expected


def test_a_sink_that_breaks_and_a_fetch_that_is_broken_off_leave_the_channel_whole(
    bench: Bench, channel: Channel
) -> None:
    @contextmanager
    def breaks(drop: Drop) -> Iterator[io.BytesIO]:
        if drop.name == "020.edi":
            raise OSError(28, "our disk")
        yield io.BytesIO()

    for number in range(100):
        bench.drop(f"{number:03}.edi", b"x", 1)
    drops = channel.drops()
    with pytest.raises(OSError, match="our disk"):
        list(channel.fetch_all(drops, breaks))
    with closing(channel.fetch_all(drops, sink)) as fetched:
        next(fetched)
    assert all(isinstance(each, io.BytesIO) for each in channel.fetch_all(drops, sink))
    deliver(channel, "b.xml", b"the channel still works")
    assert bench.inbox() == {"b.xml": b"the channel still works"}


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/b", "/etc/passwd", "a\0b", "a\nb", "a\\b"])
def test_names_that_leave_the_folder_are_refused(channel: Channel, name: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: channel.fetch(name, io.BytesIO()),
        lambda: channel.remove(name),
        lambda: channel.put_temporary(name, b""),
        lambda: channel.inbox_size(name),
        lambda: channel.rename(name, "x"),
        lambda: channel.rename("x", name),
        lambda: channel.discard(name),
    ]
    for call in calls:
        with pytest.raises(ChannelError) as caught:
            call()
        assert caught.value.code == "channel-name"
        assert not caught.value.transient


def test_our_own_errors_are_not_the_channels(bench: Bench, channel: Channel) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "our disk")

        def write(self, data: object, /) -> int:
            raise OSError(28, "our disk")

    bench.drop("a.edi", b"x" * 100_000, 1)
    with pytest.raises(OSError, match="our disk"):
        channel.fetch("a.edi", Broken())
    with pytest.raises(OSError, match="our disk"):
        channel.put_temporary(".a.1.part", Broken())
    deliver(channel, "b.xml", b"the channel still works")
    assert bench.inbox()["b.xml"] == b"the channel still works"


@pytest.mark.parametrize("bench", ["folder", "sftp-openssh"], indirect=True)
def test_odd_names_lead_back_to_their_files(bench: Bench, channel: Channel) -> None:
    assert bench.root
    for name in (b"\xb1\xa8\xb9\xd8.edi", b"back\\slash.edi", b"line\nfeed.edi"):
        Path(os.fsdecode(os.fsencode(bench.root / "out") + b"/" + name)).write_bytes(name)
    listed = {drop.name: fetched(channel, drop.name) for drop in channel.drops()}
    assert listed == {
        r"\xb1\xa8\xb9\xd8.edi": b"\xb1\xa8\xb9\xd8.edi",
        r"back\x5cslash.edi": b"back\\slash.edi",
        r"line\x0afeed.edi": b"line\nfeed.edi",
    }
    for name in listed:
        channel.remove(name)
    assert channel.drops() == []


@pytest.mark.parametrize("bench", ["sftp-openssh"], indirect=True)
def test_names_in_gb18030(bench: Bench) -> None:
    assert bench.root
    name = "报关单.edi".encode("gb18030")
    Path(os.fsdecode(os.fsencode(bench.root / "out") + b"/" + name)).write_bytes(b"x")
    settings = bench.settings.model_copy(update={"name_encoding": "gb18030"})
    with open_channel(settings) as channel:
        assert [drop.name for drop in channel.drops()] == ["报关单.edi"]
        assert fetched(channel, "报关单.edi") == b"x"
        deliver(channel, "回执.xml", b"y")
    assert (bench.root / "in" / os.fsdecode("回执.xml".encode("gb18030"))).read_bytes() == b"y"


@pytest.mark.parametrize("bench", [name for name in SERVERS if name != "memory"], indirect=True)
def test_missing_folders_are_told(bench: Bench, channel: Channel) -> None:
    assert bench.root
    (bench.root / "out").rmdir()
    (bench.root / "in").rmdir()
    calls: list[Callable[[], object]] = [
        channel.drops,
        lambda: channel.fetch("a", io.BytesIO()),
        lambda: channel.remove("a"),
        lambda: channel.put_temporary(".a.part", b""),
        lambda: channel.discard(".a.part"),
    ]
    for call in calls:
        with pytest.raises(ChannelError) as caught:
            call()
        assert caught.value.code == "channel-folder"
        assert not caught.value.transient
        assert caught.value.remedy


def test_close_twice(bench: Bench) -> None:
    channel = bench.open()
    channel.close()
    channel.close()


def test_two_channels_at_once(bench: Bench) -> None:
    with bench.open() as one, bench.open() as other:
        deliver(one, "1.xml", b"1")
        deliver(other, "2.xml", b"2")
    assert bench.inbox() == {"1.xml": b"1", "2.xml": b"2"}


def test_nothing_is_left_running(bench: Bench) -> None:
    sftp_server = {thread.name for thread in threading.enumerate()}
    descriptors = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for _ in range(3):
        with bench.open() as channel:
            channel.drops()
    left = {thread for thread in threading.enumerate() if thread.name not in sftp_server}
    for thread in left:
        thread.join(5)
    assert not any(thread.is_alive() for thread in left)
    if descriptors and not isinstance(bench.settings, SftpSettings):
        assert len(list(Path("/proc/self/fd").iterdir())) == descriptors


class Overwriting(RootedFolder):
    """A server whose rename overwrites, as some do."""

    def rename(self, oldpath: str, newpath: str) -> int:
        return self.posix_rename(oldpath, newpath)


class Refusing(RootedFolder):
    """A server with a full disk, and without rename."""

    def rename(self, oldpath: str, newpath: str) -> int:
        return 8

    def lstat(self, path: str) -> SFTPAttributes | int:
        found = super().lstat(path)
        if isinstance(found, SFTPAttributes) and path.endswith(".short"):
            found.st_size = (found.st_size or 0) - 1
        return found


@pytest.fixture
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    host, user = tmp_path / "host", tmp_path / "user"
    line, key = ensure_key(host), ensure_key(user)
    server = ParamikoServer(host, {"p": Login(key, tmp_path / "root")}, folder=request.param)
    settings = SftpSettings(
        host="127.0.0.1", port=server.port, user="p", key_file=str(user), host_key=(line,), timeout_seconds=20
    )
    try:
        yield on_disk(settings, tmp_path / "root")
    finally:
        server.stop()


@pytest.mark.parametrize("served", [Overwriting], indirect=True)
def test_a_server_that_overwrites_is_not_asked_to(served: Bench) -> None:
    with served.open() as channel:
        deliver(channel, "a.xml", b"first")
        channel.put_temporary(".a.xml.2.part", b"second")
        with pytest.raises(FileExistsError):
            channel.rename(".a.xml.2.part", "a.xml")
    assert served.inbox()["a.xml"] == b"first"


@pytest.mark.parametrize("served", [Refusing], indirect=True)
def test_refusals_are_told(served: Bench) -> None:
    with served.open() as channel:
        channel.put_temporary(".a", b"x")
        with pytest.raises(ChannelError) as caught:
            channel.rename(".a", "a")
        assert (caught.value.code, caught.value.transient) == ("channel-unsupported", False)
        with pytest.raises(ChannelError) as caught:
            channel.put_temporary(".b.short", b"xx")
        assert (caught.value.code, caught.value.transient) == ("channel-size", True)
        assert channel.inbox_size(".a") == 1


@pytest.mark.parametrize("served", [Refusing], indirect=True)
def test_among_many_a_refusal_that_may_pass_is_the_last_that_is_begun(served: Bench) -> None:
    with served.open() as channel:
        uploads = [Upload(f".{number}{'.short' if number == 3 else ''}", b"xx") for number in range(500)]
        outcomes = list(channel.put_all(uploads))
        assert outcomes[:3] == [None] * 3
        assert isinstance(outcomes[3], ChannelError)
        assert outcomes[3].code == "channel-size"
        assert 4 <= len(outcomes) < 200
        assert set(outcomes[4:]) <= {None}
        [first, *others] = channel.rename_all([(f".{number}", f"{number}") for number in range(3)])
        assert [first.code if isinstance(first, ChannelError) else first, len(others)] == [
            "channel-unsupported",
            2,
        ]
