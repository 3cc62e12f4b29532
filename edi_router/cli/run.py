"""`edi-router run`: the engine, as a daemon or for one go."""

from __future__ import annotations

import logging
import sys

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say


@click.command(
    help=say(
        "Receive from all partners, process, deliver; until SIGTERM.\n\n"
        "Example: edi-router --workspace /srv/edi run",
        "从所有伙伴接收、处理并投递，直到收到 SIGTERM。\n\n示例：edi-router --workspace /srv/edi run",
    )
)
@click.option(
    "--once",
    is_flag=True,
    help=say("Work until nothing moves any more, then end.", "处理到没有可做的工作后结束。"),
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help=say("The result of --once as JSON.", "以 JSON 输出 --once 的结果。"),
)
@click.option("-v", "--verbose", is_flag=True, help=say("Log every step.", "记录每个步骤。"))
@options.lang_option
@click.pass_context
def run(ctx: click.Context, once: bool, as_json: bool, verbose: bool) -> None:
    """Open the workspace under its lock and work."""
    from edi_router.engine.round import ConfigurationFaulty, EmbeddedEngine
    from edi_router.engine.service import Service
    from edi_router.engine.workspace import WorkspaceError

    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose or not once else logging.WARNING,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # its troubles come to us as ChannelError
    place = workspace.needed(ctx)
    try:
        with (
            place.engine_lock(),
            place.open_ledger() as ledger,
            output.progress(say("round", "轮次")) as step,
        ):
            engine = EmbeddedEngine(
                place, ledger, place.open_archive(), progress=lambda what, detail: step(f"{what} {detail}")
            )
            engine.sweep()
            if not once:
                Service(engine).run()
                return
            report = engine.until_idle()
    except ConfigurationFaulty as error:
        output.print_faults(error.faults, stream=sys.stderr)
        output.fail(str(error), output.FINDINGS)
    except WorkspaceError as error:
        output.fail(str(error), output.SYSTEM)
    if as_json:
        output.emit(
            {
                "received": report.received,
                "processed": report.processed,
                "delivered": report.delivered,
                "problems": report.problems,
            }
        )
    else:
        print(
            say(
                f"{report.received} received, {report.processed} processed, {report.delivered} delivered",
                f"接收 {report.received}，处理 {report.processed}，投递 {report.delivered}",
            )
        )
    if report.problems:
        output.stop(output.SYSTEM)
