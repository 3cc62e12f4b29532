"""`edi-router worker`: work on a ledger together with others, on this host and on more."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.engine.distributed.counts import Counts
    from edi_router.engine.workspace import Workspace
    from edi_router.pipeline.configuration import Configuration


@click.command(
    help=say(
        "Work on a PostgreSQL ledger together with other workers, on as many hosts as there are; until SIGTERM, "
        "which lets the step in hand be finished.\n\n"
        "\b\nExample: edi-router --workspace /srv/edi worker --processes 4",
        "与其他主机上的工作进程共同处理 PostgreSQL 台账，直到收到 SIGTERM（先完成手头的步骤）。\n\n"
        "\b\n示例：edi-router --workspace /srv/edi worker --processes 4",
    )
)
@click.option(
    "--processes", type=click.IntRange(1, 256), metavar="N",
    help=say("Keep N workers running on this host; SIGHUP, or edi-router reload, replaces them one by one.",
             "在本机保持 N 个工作进程；SIGHUP 或 edi-router reload 会逐个替换。"),
)  # fmt: skip
@click.option(
    "--steps", metavar="STEP,STEP",
    help=say("Take these jobs only: receive, process, deliver, clocks, supervise, nightly, webhooks.",
             "只执行这些步骤：receive、process、deliver、clocks、supervise、nightly、webhooks。"),
)  # fmt: skip
@options.metrics_option
@options.log_options
@options.lang_option
@click.pass_context
def worker(
    ctx: click.Context,
    processes: int | None,
    steps: str | None,
    verbose: bool,
    log_format: str,
    log_file: Path | None,
    metrics: tuple[str, int] | None,
) -> int:
    """Work, or keep workers running."""
    from edi_router.cli import logs

    place = workspace.needed(ctx)
    needs_parts()
    chosen = _steps(steps)
    with logs.written(log_format, logging.INFO, log_file):
        if not verbose:
            logging.getLogger("procrastinate").setLevel(logging.WARNING)
        if processes is None and metrics is None:
            return _work(place, chosen)
        return _supervise(place, chosen, processes or 1, metrics)


def _supervise(
    place: Workspace, steps: tuple[str, ...], processes: int, metrics: tuple[str, int] | None
) -> int:
    import tempfile

    from edi_router.engine.distributed.counts import Counts
    from edi_router.engine.distributed.supervisor import Supervisor
    from edi_router.engine.steps import ConfigurationFaulty
    from edi_router.engine.workspace import WorkspaceError
    from edi_router.partners.settings import listening

    process = os.getpid()
    try:
        address = metrics or listening(place.settings().metrics_address)
        if address is None:
            Supervisor(place, lambda loaded: _work(place, steps, loaded, process), processes).run()
            return output.FINE
        from edi_router.engine.distributed.watched import watch
        from edi_router.engine.monitor import listen

        with tempfile.TemporaryDirectory(prefix="edi-router-") as folder, listen(*address) as server:
            counts = Counts(Path(folder))

            def work(loaded: Configuration) -> int:
                server.socket.close()  # who works must not hold the port when the supervisor is gone
                return _work(place, steps, loaded, process, counts)

            Supervisor(
                place,
                work,
                processes,
                counts=counts,
                watch=lambda loaded: watch(server, place, loaded, counts),
            ).run()
    except ConfigurationFaulty as error:
        output.print_faults(error.faults, stream=sys.stderr)
        output.fail(str(error), output.FINDINGS)
    except WorkspaceError as error:
        output.fail(str(error), output.SYSTEM)
    return output.FINE


def _work(
    place: Workspace,
    steps: tuple[str, ...],
    configuration: Configuration | None = None,
    supervisor: int | None = None,
    counts: Counts | None = None,
) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from edi_router.engine.about import brief
    from edi_router.engine.distributed.worker import work
    from edi_router.engine.steps import ConfigurationFaulty
    from edi_router.engine.workspace import WorkspaceError

    try:
        return output.FINE if work(place, steps, configuration, supervisor, counts=counts) else output.SYSTEM
    except ConfigurationFaulty as error:
        output.print_faults(error.faults, stream=sys.stderr)
        output.fail(str(error), output.FINDINGS)
    except WorkspaceError as error:
        output.fail(str(error), output.SYSTEM)
    except SQLAlchemyError as error:
        output.fail(brief(error), output.SYSTEM)


def _steps(given: str | None) -> tuple[str, ...]:
    from edi_router.engine.distributed.queue import STEPS

    chosen = tuple(each.strip() for each in (given or "").split(",") if each.strip())
    if unknown := [each for each in chosen if each not in STEPS]:
        told = ", ".join(STEPS)
        raise click.BadParameter(
            say(f"{unknown[0]} is none of: {told}", f"{unknown[0]} 不在可选步骤中：{told}"),
            param_hint="--steps",
        )
    return chosen


def needs_parts() -> None:
    """Ends the command when what workers need is not installed."""
    import importlib.util

    for name in ("psycopg", "procrastinate"):
        if importlib.util.find_spec(name) is None:
            output.fail(
                say(
                    f"workers need {name}; install edi-router[postgresql]",
                    f"工作进程需要 {name}；请安装 edi-router[postgresql]",
                ),
                output.SYSTEM,
            )
