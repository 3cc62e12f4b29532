"""What a mapping is proved with: its golden cases, files, or the input that the workspace has archived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.config import Tree

if TYPE_CHECKING:
    from edi_router.formats.edifact.settings import EdifactSettings
    from edi_router.mapping import Mapping
    from edi_router.mapping.documents import Source
    from edi_router.partners import Partner
    from edi_router.rules.context import Context

    Input = tuple[str, bytes, Context, EdifactSettings | None]
    """A file: its name, its bytes, the context it came in, and the syntax of EDIFACT outputs for their partner."""
F = TypeVar("F", bound=Callable[..., object])
MOST = 100_000


def archive_options(function: F) -> F:
    """`--archive`, `--since`."""
    since = say(
        "Only what was received since then (business zone); means --archive.",
        "仅取此后（业务时区）收到的输入；即 --archive。",
    )
    archive = say(
        "The archived input of the workspace from which this mapping made outputs.",
        "工作区归档中由该映射产生过输出的输入文件。",
    )
    function = click.option("--since", type=options.MOMENT, help=since)(function)
    return click.option("--archive", is_flag=True, help=archive)(function)


def of_files(names: tuple[str, ...]) -> Iterator[Input]:
    """The files named; ends the command when one cannot be read."""
    from edi_router.mapping.golden import STANDARD

    inputs = options.Inputs(names)
    for name, stream in inputs:
        yield name, stream.read(), STANDARD, None
    if inputs.failed:
        output.stop(output.SYSTEM)


def of_archive(ctx: click.Context, id: str, since: datetime | None) -> Iterator[Input]:
    """Every archived file from which the mapping made an output, in the order of their coming, in the context
    in which it came and with the syntax of the partner it was for; a progress bar on a terminal.

    A file of which outputs went to several partners comes once for each.
    """
    from datetime import date

    from edi_router.engine.protect import with_keys
    from edi_router.pipeline.unwrap import inside
    from edi_router.rules.context import Context

    place = workspace.needed(ctx)
    zone = place.settings().zone
    moment = since.replace(tzinfo=zone) if since is not None else None
    archive = place.open_archive()
    with workspace.ledger(ctx) as ledger:
        rows = ledger.ls("output", since=moment, limit=MOST)
        made: dict[str, dict[str, None]] = {}
        for row in rows:
            if row["mapping"] == id:
                made.setdefault(row["file"], {})[row["partner"]] = None
        files = [row for row in ledger.ls("file", limit=MOST) if row["id"] in made]
    configuration, _ = place.configuration()
    if configuration is not None:
        configuration = with_keys(configuration, place.root)
    partners = configuration.directory.partners if configuration is not None else {}
    with output.progress(say("replaying", "重放"), len(files)) as advance:
        for row in reversed(files):
            of = Context(
                row["received"], date.fromisoformat(row["date"]), row["id"], sender=row["partner"], zone=zone
            )
            data = archive.read(row["sha256"])
            if configuration is not None:
                data = inside(row, data, configuration) or data
            for destination in reversed(made[row["id"]]):
                to = partners.get(destination)
                settings = None if to is None else _syntax(to)
                yield row["name"], data, replace(of, recipient=destination), settings
            advance(row["name"])


def _syntax(to: Partner) -> EdifactSettings:
    """The syntax of EDIFACT outputs for the partner, in its encoding."""
    return to.edifact.model_copy(update={"encoding": to.edifact.encoding or to.encoding})


def mapping_named(ctx: click.Context, text: str) -> tuple[Tree, Mapping, Source]:
    """The mapping of an id, or of a folder `mappings/ID`; ends the command when it cannot be loaded."""
    from edi_router.cli.lint import target

    tree = workspace.tree(ctx)
    id = text
    if tree.find(f"mappings/{text}/mapping.yaml") is None and Path(text).exists():
        tree, ids = target(ctx, Path(text))
        if len(ids) != 1:
            raise click.UsageError(say(f"{text} is no mapping's folder", f"{text} 不是映射目录"))
        [id] = ids
    return tree, *loaded(tree, id)


@dataclass(frozen=True)
class _Beside(Tree):
    """A tree in which one mapping is the copy in a folder that stands anywhere."""

    folder: Path
    mapping: str

    def find(self, name: str) -> Path | None:
        """The file of the copy, else that of the tree."""
        inside = f"mappings/{self.mapping}/"
        if not name.startswith(inside) or ".." in name:
            return super().find(name)
        path = self.folder / name.removeprefix(inside)
        return path if path.is_file() else None


def older(tree: Tree, id: str, path: Path) -> tuple[Tree, str]:
    """The tree and the id of an older state of a mapping.

    `path` is a mapping's folder, or a copy of a whole tree; its own tables and schemas go before the present
    ones. A folder that stands in no `mappings/` is a copy of this mapping alone.
    """
    path = path.resolve()
    folder = path.parent if path.name == "mapping.yaml" else path
    if (folder / "mapping.yaml").is_file():
        if folder.parent.name == "mappings":
            return Tree((folder.parent.parent, *tree.layers)), folder.name
        return _Beside(tree.layers, folder, id), id
    if (folder / "mappings" / id / "mapping.yaml").is_file():
        return Tree((folder, *tree.layers)), id
    raise click.UsageError(say(f"{path} holds no mapping {id}", f"{path} 中没有映射 {id}"))


def loaded(tree: Tree, id: str) -> tuple[Mapping, Source]:
    """The mapping, with what its documents are read by; ends the command when it has faults."""
    from edi_router import library
    from edi_router.faults import is_error
    from edi_router.mapping import load
    from edi_router.mapping.documents import Source

    source = Source(tree)
    with options.configured():
        mapping, faults = load(tree, id, source.definitions)
        if mapping is None or any(is_error(fault) for fault in faults):
            raise library.ConfigurationError(faults)
    return mapping, source


def write(path: Path | None, text: str) -> None:
    """Write a page, to standard output when there is no path; ends the command when that cannot be done."""
    if path is None:
        click.echo(text.encode("utf-8"), nl=False)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        output.fail(output.trouble_with(error), output.SYSTEM)
