"""The workspace a verb works in, opened and closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli.language import say
from edi_router.cli.output import USAGE, fail
from edi_router.cli.troubles import told

if TYPE_CHECKING:
    from edi_router.config import Tree
    from edi_router.engine.workspace import Workspace
    from edi_router.ledger.ledger import Ledger
    from edi_router.pipeline.series import Exchange


def needed(ctx: click.Context) -> Workspace:
    """The workspace of --workspace, or the working directory when it is one; else a usage error."""
    from edi_router.engine.workspace import Workspace, WorkspaceError

    root = given(ctx) or Path.cwd()
    try:
        return Workspace.at(root)
    except WorkspaceError as error:
        fail(
            f"{told(str(error))}\n"
            + say("Name one with: edi-router --workspace DIR …", "请指定：edi-router --workspace DIR …"),
            USAGE,
        )


def given(ctx: click.Context) -> Path | None:
    """The --workspace as given."""
    root = ctx.find_root().obj
    assert root is None or isinstance(root, Path)
    return root


def tree(ctx: click.Context) -> Tree:
    """The configuration tree of the workspace (or of the working directory if it is one), else the shipped."""
    from edi_router.config import Tree

    root = given(ctx)
    if root is None and (Path.cwd() / "edi-router.yaml").is_file():
        root = Path.cwd()
    return Tree.over_shipped(root) if root is not None else Tree.over_shipped()


def exchange(ctx: click.Context) -> Exchange:
    """Settings, partners and calendars of the workspace; ends the command when their files have faults."""
    from edi_router.cli.output import print_faults, stop
    from edi_router.pipeline.series import load_exchange

    loaded, faults = load_exchange(needed(ctx).tree)
    if loaded is None:
        print_faults(faults)
        stop(USAGE)
    return loaded


@contextmanager
def ledger(ctx: click.Context) -> Iterator[Ledger]:
    """The workspace's ledger."""
    opened = needed(ctx).open_ledger()
    try:
        yield opened
    finally:
        opened.close()
