"""`edi-router cluster`: the workers of a PostgreSQL ledger: prepare the database, see how they stand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.engine.distributed.status import Status


@click.group(
    help=say(
        "Workers on many hosts: prepare the database, see how they stand.\n\nExample: edi-router --workspace DIR cluster status",
        "多主机工作进程：准备数据库、查看状态。\n\n示例：edi-router --workspace DIR cluster status",
    )
)
@options.lang_option
def cluster() -> None:
    """The group."""


@cluster.command(
    help=say(
        "Bring the ledger to this version and put in the tables of the jobs.\n\n"
        "\b\nExample: edi-router --workspace /srv/edi cluster setup",
        "将台账升级到本版本并建立作业表。\n\n\b\n示例：edi-router --workspace /srv/edi cluster setup",
    )
)
@click.option(
    "--renew-jobs", is_flag=True,
    help=say("Throw all jobs away and put their tables in anew; the workers have to be stopped. "
             "Nothing is lost: jobs are made again from the ledger.",
             "丢弃所有作业并重建作业表；须先停止工作进程。不会丢失内容：作业会按台账重新生成。"),
)  # fmt: skip
@options.lang_option
@click.pass_context
def setup(ctx: click.Context, renew_jobs: bool) -> int:
    """Prepare the database."""
    from sqlalchemy.exc import SQLAlchemyError

    from edi_router.cli.worker import needs_parts
    from edi_router.engine.about import brief
    from edi_router.engine.workspace import WorkspaceError

    needs_parts()
    from edi_router.engine.distributed.worker import prepare

    try:
        made = prepare(workspace.needed(ctx), renew_jobs)
    except WorkspaceError as error:
        output.fail(str(error), output.SYSTEM)
    except SQLAlchemyError as error:
        output.fail(brief(error), output.SYSTEM)
    click.echo(
        say("the tables of the jobs are put in", "作业表已建立")
        if made
        else say("everything is in place", "一切就绪")
    )
    return output.FINE


@cluster.command(
    help=say(
        "Show hosts and workers, jobs by kind and age, what is stalled, which partners are worked for, and when "
        "schedules fired. Code 1: something needs somebody's attention.\n\n"
        "\b\nExample: edi-router --workspace /srv/edi cluster status",
        "显示主机与工作进程、各类作业及其等待时间、停滞的作业、正在处理的伙伴以及计划的最近触发时间。"
        "代码 1：有需要处理的情况。\n\n\b\n示例：edi-router --workspace /srv/edi cluster status",
    )
)
@options.json_option
@options.lang_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> int:
    """How the workers stand."""
    from sqlalchemy.exc import SQLAlchemyError

    from edi_router.cli.worker import needs_parts
    from edi_router.engine.about import brief
    from edi_router.engine.workspace import WorkspaceError

    needs_parts()
    from edi_router.engine.distributed.database import holding
    from edi_router.engine.distributed.status import status as look
    from edi_router.ledger import Ledger

    place = workspace.needed(ctx)
    try:
        settings = place.settings()
        with Ledger.open(holding(place.database(settings)), zone=settings.time_zone) as ledger:
            found = look(ledger)
    except WorkspaceError as error:
        output.fail(str(error), output.SYSTEM)
    except SQLAlchemyError as error:
        output.fail(brief(error), output.SYSTEM)
    if as_json:
        output.emit(_plain(asdict(found)) | {"trouble": found.trouble})
    else:
        _show(found, settings.zone)
    return output.FINDINGS if found.trouble else output.FINE


def _show(found: Status, zone: Any) -> None:
    click.echo(
        say(f"ledger {found.revision}, {found.jobs_tables}", f"台账 {found.revision}，{found.jobs_tables}")
    )
    click.echo(say("workers", "工作进程"))
    for each in found.workers:
        state = each.state if each.alive else say("SILENT", "无响应")
        seen = f"{each.seen.astimezone(zone):%m-%d %H:%M:%S}"
        click.echo(
            f"  {each.host:<20} {each.pid:>8}  {state:<9} {each.version:<10} {each.configuration[:12]}  {seen}  {each.doing}"
        )
    click.echo(say("jobs: waiting, running, oldest", "作业：等待、运行、最久等待"))
    for jobs in found.jobs:
        click.echo(f"  {jobs.step:<10} {jobs.waiting:>6} {jobs.running:>6} {jobs.oldest_seconds:>8.1f} s")
    click.echo(say("worked for now: ", "正在处理：") + (", ".join(found.locked) or "-"))
    click.echo(say("schedules fired last", "计划最近触发"))
    for schedule, at in found.fired.items():
        click.echo(f"  {schedule[:30]:<30} {at.astimezone(zone):%Y-%m-%d %H:%M:%S}")
    for line in found.trouble:
        click.echo(click.style(line, fg="red"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
