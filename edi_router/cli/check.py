"""`edi-router check`: is this machine ready, is the workspace right, do all partners answer."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.faults import is_error, render

if TYPE_CHECKING:
    from edi_router.engine.workspace import Workspace
    from edi_router.pipeline.configuration import Configuration

_WORDS = {
    "ok": click.style(say("ok", "正常"), fg="green"),
    "note": click.style(say("note", "提示"), fg="yellow"),
    "failed": click.style(say("FAILED", "失败"), fg="red", bold=True),
}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `ok`, `note` (works without) or `failed`."""

    what: str
    state: str
    text: str


@click.command(
    help=say(
        "Look whether this machine is ready, the workspace's configuration right, the ledger and the archive "
        "writable, and every active partner's channel open.\n\n"
        "\b\nExample: edi-router --workspace DIR check",
        "检查本机环境、工作区配置、台账与存档是否可写，以及各启用伙伴的通道是否畅通。\n\n"
        "\b\n示例：edi-router --workspace DIR check",
    )
)
@options.lang_option
@options.json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> int:
    """Findings one by one, as they come."""
    failed = False
    for finding in _findings(ctx):
        failed |= finding.state == "failed"
        if as_json:
            output.emit({"what": finding.what, "state": finding.state, "text": finding.text})
        else:
            click.echo(f"{_WORDS[finding.state]}  {finding.what}: {finding.text}")
    return output.FINDINGS if failed else output.FINE


def _findings(ctx: click.Context) -> Iterator[Finding]:
    yield from _machine()
    if workspace.given(ctx) is None and not Path("edi-router.yaml").is_file():
        text = say("none here; name one with --workspace DIR", "此处没有工作区；请用 --workspace DIR 指定")
        yield Finding(say("workspace", "工作区"), "note", text)
        return
    place = workspace.needed(ctx)
    configuration, faults = place.whole_configuration()
    errors = [fault for fault in faults if is_error(fault)]
    what = say("configuration", "配置")
    for fault in errors:
        from edi_router.cli.language import LANGUAGE

        yield Finding(what, "failed", f"{fault.place}: {render(fault, LANGUAGE)}")
    yield _ledger(place)
    yield _archive(place)
    yield _room(place)
    if configuration is not None:
        text = say(
            f"{len(configuration.directory.partners)} partners, {len(configuration.mappings)} mappings",
            f"{len(configuration.directory.partners)} 个伙伴，{len(configuration.mappings)} 个映射",
        )
        yield Finding(what, "ok", text)
        yield from _keys(place, configuration)
        yield from _partners(place, configuration)
        yield from _webhooks(place, configuration)


def _keys(place: Workspace, configuration: Configuration) -> Iterator[Finding]:
    """Whether our private keys can be had, where the settings name any."""
    from edi_router.engine.protect import with_keys
    from edi_router.engine.workspace import WorkspaceError

    number = len(configuration.settings.keys)
    if not number:
        return
    what = say("keys", "密钥")
    try:
        with_keys(configuration, place.root)
    except WorkspaceError as error:
        yield Finding(what, "failed", _brief(error))
    else:
        yield Finding(what, "ok", say(f"{number} of ours", f"我方 {number} 个"))


def _machine() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("Python", "ok" if sys.version_info >= (3, 11) else "failed", version)
    sshd = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    text = sshd or say(
        "not installed; only the demo uses it, and has another", "未安装；仅演示使用，可用内置替代"
    )
    yield Finding("sshd", "ok" if sshd else "note", text)


def _ledger(place: Workspace) -> Finding:
    what = say("ledger", "台账")
    try:
        place.open_ledger().close()
    except Exception as error:  # whatever the database says, this verb only reports it
        return Finding(what, "failed", _brief(error))
    return Finding(what, "ok", say("opens and is up to date", "可打开，结构为最新"))


def _archive(place: Workspace) -> Finding:
    what = say("archive", "存档")
    folder = place.var / "archive"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(what, "failed", _brief(error))
    return Finding(what, "ok", say("writable", "可写"))


def _room(place: Workspace) -> Finding:
    """Whether there is as much room as the engine wants before it receives anything, on the disk that has the least."""
    from edi_router.engine.space import MEGABYTE, free_bytes
    from edi_router.engine.workspace import WorkspaceError

    what = say("room", "磁盘空间")
    try:
        least = place.settings().minimum_free_megabytes
        free, folder = min(
            (free_bytes(each) // MEGABYTE, each) for each in (place.var / "archive", place.root)
        )
    except (OSError, WorkspaceError) as error:
        return Finding(what, "failed", _brief(error))
    text = say(f"{free:,} MB free on the disk of {folder}", f"{folder} 所在磁盘剩余 {free:,} MB")
    if free < least:
        text += say(f"; with less than {least:,} nothing is received", f"；少于 {least:,} MB 时不再接收")
    return Finding(what, "ok" if free >= least else "failed", text)


def _partners(place: Workspace, configuration: Configuration) -> Iterator[Finding]:
    from edi_router.engine.probe import PATIENCE, probe

    for id in configuration.directory.partners:
        found = probe(place, configuration, id)
        if found.state == "inactive":
            yield Finding(id, "note", say(f"is {found.kind}", f"状态为 {found.kind}"))
        elif found.state == "no-channel":
            yield Finding(id, "note", say("has no channel", "没有通道"))
        elif found.state == "silent":
            text = say(f"no answer within {PATIENCE:g} s", f"{PATIENCE:g} 秒内没有应答")
            yield Finding(id, "failed", text)
        elif found.problem is not None:
            yield Finding(id, "failed", _brief(found.problem))
        else:
            text = say(
                f"{found.kind} answers, {found.waiting} files wait",
                f"{found.kind} 畅通，{found.waiting} 个文件等待",
            )
            yield Finding(id, "ok", text)


def _webhooks(place: Workspace, configuration: Configuration) -> Iterator[Finding]:
    """Whether the secrets of webhooks can be had, and their addresses answer; none is called."""
    from edi_router.cli.language import LANGUAGE
    from edi_router.engine.webhooks import webhooks_of
    from edi_router.transports import ChannelError
    from edi_router.transports.webhook import Caller

    for name, settings, _ in webhooks_of(configuration):
        what = say("webhook ", "Webhook ") + "/".join(name)
        try:
            with Caller(settings, place.root) as caller:
                caller.connect()
        except ChannelError as error:
            yield Finding(what, "failed", error.text(LANGUAGE))
        else:
            yield Finding(what, "ok", say("can be connected to", "可连通"))


def _brief(error: Exception) -> str:
    if isinstance(error, OSError):
        return output.trouble_with(error)
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
