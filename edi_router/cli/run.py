"""`edi-router run`: the engine, as a daemon or for one go."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from types import FrameType

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
@options.log_options
@options.metrics_option
@options.lang_option
@click.pass_context
def run(
    ctx: click.Context,
    once: bool,
    as_json: bool,
    verbose: bool,
    log_format: str,
    log_file: Path | None,
    metrics: tuple[str, int] | None,
) -> None:
    """Open the workspace under its lock and work."""
    from edi_router.cli import logs
    from edi_router.engine.distributed.database import guarded
    from edi_router.engine.round import ConfigurationFaulty, EmbeddedEngine
    from edi_router.engine.workspace import WorkspaceError
    from edi_router.ledger.alone import Alone
    from edi_router.partners.settings import listening

    level = logging.INFO if verbose or not once else logging.WARNING
    place = workspace.needed(ctx)
    try:
        with (
            logs.written(log_format, level, log_file),
            nullcontext() if once else _ended_by_signals(),
            place.engine_lock(),
            place.open_ledger(connecting=guarded) as ledger,
            Alone(ledger.engine) as lock,
            output.progress(say("round", "轮次")) as step,
            ExitStack() as stack,
        ):
            engine = EmbeddedEngine(
                place, ledger, place.open_archive(), progress=lambda what, detail: step(f"{what} {detail}")
            )
            engine.alone = lock.hold
            workers = [each for each in ledger.workers() if each.alive]
            if workers:
                raise WorkspaceError(
                    f"worker {workers[0].pid} on {workers[0].host} works on this ledger; stop the workers first"
                )
            engine.sweep()
            address = metrics or listening(engine.configuration.settings.metrics_address)
            if address is not None:
                from edi_router.engine.monitor import served

                stack.enter_context(served(engine, *address))
            if not once:
                from edi_router.engine.service import Service  # with its scheduler

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


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """While a daemon starts, SIGTERM and SIGINT end it as cleanly as later, when `Service` is told."""

    def ended(number: int, frame: FrameType | None) -> None:
        sys.exit(0)

    previous = {each: signal.signal(each, ended) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)
