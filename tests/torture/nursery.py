"""A warm process that forks engines: `edi-router run` without the second that its imports and configuration cost.

Each engine is the real command in a process of its own; only the configuration comes loaded and SQL for SQLite
compiled, which no fault here touches. The nursery itself is a process with one thread and the shim in it: a line of
JSON asks it for an engine, a line tells how that one ended. Where many nurseries are needed, a `House` warms up once
and forks them.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, ClassVar, Self, TextIO

from tests.torture import shim

_PASSED_ON = {signal.SIGUSR1: signal.SIGTERM, signal.SIGUSR2: signal.SIGKILL}
"""What the nursery gets for its engine, and what that gets."""
ROOT = Path(__file__).resolve().parent.parent.parent
READY = "ready\n"


@dataclass(frozen=True)
class Wanted:
    """An engine: the command's arguments, and what is to be done to it."""

    arguments: tuple[str, ...]
    log: str
    root: str = ""
    """The folder below which the shim counts; empty: the shim stays unarmed."""
    control: str = ""
    journal: str = ""
    die_at: int = 0
    sockets: int = shim.NO_SENDS
    """Which packets are durable steps, too."""
    whole: bool = False
    """Whether a file system is synced as a whole also for few files, and in memory: the shim keeps its books as ever."""
    kill_after: float | None = None
    """Seconds until SIGKILL."""
    stop_after: float | None = None
    """Seconds until SIGTERM."""
    timeout: float = 600
    """Seconds until it counts as hanging."""


@dataclass(frozen=True)
class Ended:
    """How an engine ended."""

    code: int
    """The exit code; negative: the signal that ended it."""
    seconds: float
    cpu: float
    memory: int
    """The most memory it had, in kilobytes."""
    hung: bool = False


def _started(*arguments: str) -> subprocess.Popen[str]:
    """This module as a process, with the shim in it."""
    environment = {
        **os.environ, "LD_PRELOAD": str(shim.build()), "EDI_ROUTER_LANG": "en", "PYTHONUTF8": "1",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "tests.torture.nursery", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True,
    )  # fmt: skip


class House:
    """A warm process that forks nurseries for whoever comes to its socket, until it is closed or we are gone."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="edi-router-house-")
        self.socket = Path(self._folder.name) / "socket"
        self._process = _started(str(self.socket))
        assert self._process.stdout is not None
        if self._process.stdout.readline() != READY:
            raise RuntimeError("the house ended")

    def close(self) -> None:
        """End it; the nurseries that it has forked go on."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(300)
        self._process.stdout.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Nursery:
    """The test's side of it."""

    house: ClassVar[Path | None] = None
    """The socket of the house where nurseries come from; without one each is a process that warms up itself."""

    def __init__(self) -> None:
        self._own: subprocess.Popen[str] | None = None
        self._link: socket.socket | None = None
        self._asking: TextIO
        self._telling: TextIO
        if Nursery.house is not None:
            self._link = socket.socket(socket.AF_UNIX)
            self._link.connect(str(Nursery.house))
            self._asking, self._telling = self._link.makefile("w"), self._link.makefile("r")
            self._pid = int(self._telling.readline())
        else:
            self._own = _started()
            assert self._own.stdin is not None
            assert self._own.stdout is not None
            self._asking, self._telling, self._pid = self._own.stdin, self._own.stdout, self._own.pid
        self.cpu = 0.0
        """Seconds that its engines used."""

    def run(self, wanted: Wanted) -> Ended:
        """Fork an engine and wait for its end."""
        self.begin(wanted)
        return self.end()

    def begin(self, wanted: Wanted) -> None:
        """Fork an engine; `end` waits for it."""
        self._asking.write(json.dumps(asdict(wanted)) + "\n")
        self._asking.flush()

    def end(self) -> Ended:
        """How the engine that was begun ended."""
        answer = json.loads(self._telling.readline() or "null")
        if answer is None:
            raise RuntimeError("the nursery ended")
        ended = Ended(**answer)
        self.cpu += ended.cpu
        return ended

    def interrupt(self, *, kill: bool = False) -> None:
        """Send the running engine SIGTERM, or SIGKILL."""
        os.kill(self._pid, signal.SIGUSR2 if kill else signal.SIGUSR1)

    def close(self) -> None:
        """End it."""
        if self._own is not None:
            self._asking.close()
            self._own.wait(300)
        else:
            assert self._link is not None
            self._asking.close()
            with suppress(OSError):
                self._link.shutdown(socket.SHUT_WR)
            self._link.close()
        self._telling.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:  # whatever it waits for will not come
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        self.close()


class _Warm:
    """Configurations by the settings and partners of a workspace; all else is the sample deployment's."""

    def __init__(self) -> None:
        """Play the sample day once: what engines load, import and compile at their first file is there then."""
        from edi_router.cli import logs, output, run  # noqa: F401
        from edi_router.engine import monitor, service  # noqa: F401
        from edi_router.transports import sftp  # noqa: F401
        from tests.support import statements
        from tests.support.workspaces import deployment, drop_sample_day

        statements.share()  # compiled anew for each ledger they are a tenth of what an engine costs
        with TemporaryDirectory() as folder, deployment(Path(folder) / "ws") as place:
            drop_sample_day(place.root)
            place.engine.until_idle()
            self._sample = place.engine.configuration
        self._own: dict[str, Any] = {}

    def load(self, workspace: Any) -> Any:
        """As `Workspace.configuration`."""
        from edi_router.config import Tree
        from edi_router.partners.settings import FILE
        from edi_router.pipeline.series import load_exchange

        key = Tree(workspace.tree.layers[:-1]).digest(files=(FILE,))
        if key not in self._own:
            exchange, faults = load_exchange(workspace.tree)
            if exchange is None:
                return None, faults
            own = replace(self._sample, settings=exchange.settings, calendars=exchange.calendars)
            self._own[key] = replace(own, directory=exchange.directory)
        return self._own[key], []


def _engine(wanted: Mapping[str, Any], warm: _Warm) -> None:
    """Be the command; never returns."""
    from edi_router import disk
    from edi_router.cli import main as command
    from edi_router.engine.workspace import Workspace

    code = 70
    try:
        log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number in (1, 2):
            os.dup2(log, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        Workspace.configuration = lambda self: warm.load(self)  # type: ignore[method-assign]
        if wanted["whole"]:
            disk.LOCAL, disk.MANY = disk.LOCAL | {"tmpfs"}, 1
            disk.is_local.cache_clear()
        if wanted["root"]:
            shim.arm(
                wanted["root"], wanted["control"], wanted["die_at"], wanted["journal"], wanted["sockets"]
            )
        sys.argv = ["edi-router", *wanted["arguments"]]
        command.main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code & 0xFF)


def _watched(child: int, wanted: Mapping[str, Any]) -> Ended:
    """Wait for a child, with the signals it is to get."""
    began = time.monotonic()
    marks: list[tuple[float, int]] = [(wanted["timeout"], signal.SIGKILL)]
    for name, number in (("kill_after", signal.SIGKILL), ("stop_after", signal.SIGTERM)):
        if wanted[name] is not None:
            marks.append((wanted[name], number))
    handle = os.pidfd_open(child)
    for ours, theirs in _PASSED_ON.items():
        signal.signal(ours, lambda number, frame, theirs=theirs: os.kill(child, theirs))  # type: ignore[misc]
    hung = False
    for after, number in sorted(marks):
        left = max(0.0, began + after - time.monotonic())
        if select.select([handle], [], [], left)[0]:
            break
        hung = after == wanted["timeout"]
        os.kill(child, number)
    for ours in _PASSED_ON:
        signal.signal(ours, signal.SIG_IGN)
    _, status, usage = os.wait4(child, 0)
    os.close(handle)
    used = usage.ru_utime + usage.ru_stime
    return Ended(os.waitstatus_to_exitcode(status), time.monotonic() - began, used, usage.ru_maxrss, hung)


def main() -> None:
    """Serve until standard input ends: whoever started us, or whoever comes to the socket that is named."""
    for each in (signal.SIGINT, *_PASSED_ON):
        signal.signal(each, signal.SIG_IGN)
    warm = _Warm()
    if len(sys.argv) == 1:
        _serve(sys.stdin, sys.stdout, warm)
    else:
        _house(sys.argv[1], warm)


def _house(place: str, warm: _Warm) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen(64)
        gc.freeze()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a nursery ended
        print(READY, end="", flush=True)
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                with connection, connection.makefile("r") as asked, connection.makefile("w") as told:
                    print(os.getpid(), file=told, flush=True)
                    _serve(asked, told, warm)
                os._exit(0)
            connection.close()


def _serve(asked: Iterable[str], told: TextIO, warm: _Warm) -> None:
    from edi_router.engine.workspace import Workspace

    for line in asked:
        wanted = json.loads(line)
        warm.load(Workspace.at(Path(wanted["arguments"][1])))
        gc.freeze()
        child = os.fork()
        if child == 0:
            for each in (signal.SIGINT, *_PASSED_ON):
                signal.signal(each, signal.SIG_DFL)
            _engine(wanted, warm)
        print(json.dumps(asdict(_watched(child, wanted))), file=told, flush=True)


if __name__ == "__main__":
    main()
