"""What the verbs of `edi-router directory` share: where directories come from, which there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.formats.edifact.directory import Definitions, MessageDef

Folders = tuple[Path | None, tuple[Path, ...]]
"""What --from and --definitions give."""


def from_option(function: Any) -> Any:
    """`--from DIR`."""
    text = say(
        "A folder that `import --into` has filled, instead of the shipped definitions.",
        "由 `import --into` 生成的目录，代替自带定义。",
    )
    return click.option("--from", "source", type=options.FOLDER, help=text)(function)


def folder_name(name: str) -> str:
    """The directory's name as its folder is written: `D96B`, `service-4`."""
    return name.lower() if name.lower().startswith("service") else name.upper()


def definitions_of(ctx: click.Context, source: Path | None, folders: tuple[Path, ...]) -> Definitions:
    """The definitions that --from and --definitions mean, else those of the workspace and the shipped."""
    from edi_router.config import Tree
    from edi_router.library import definitions_over

    if source is not None:
        return definitions_over(Tree(()), [source, *folders])
    return definitions_over(workspace.tree(ctx), folders)


def names_of(ctx: click.Context, source: Path | None, folders: tuple[Path, ...]) -> dict[str, list[str]]:
    """The message types by directory."""
    from edi_router.config import Tree

    given = Tree((*([source] if source is not None else []), *folders))
    found = given.names(".", ".json")
    if source is None:
        tree = workspace.tree(ctx)
        found += [name.removeprefix("schemas/edifact/") for name in tree.names("schemas/edifact", ".json")]
    names: dict[str, set[str]] = {}
    for name in found:
        parts = name.split("/")
        if len(parts) == 3 and parts[1] == "messages":
            names.setdefault(parts[0], set()).add(parts[2].removesuffix(".json"))
    return {name: sorted(names[name]) for name in sorted(names)}


def message_of(
    ctx: click.Context,
    found: Definitions,
    name: str,
    type_: str,
    folders: Folders,
    code: int,
) -> MessageDef:
    """The message type; ends the command with `code` when it is not there, telling what is."""
    message = found.message_of(name, type_.upper())
    if message is None:
        names = names_of(ctx, *folders)
        known = names.get(name)
        if not known:
            output.fail(absent(name, names), code)
        told = say(f"there is no {type_} in {name}", f"{name} 中没有 {type_}")
        told += say(f"; it has: {', '.join(known)}", f"；其中有：{', '.join(known)}")
        told += _meant(type_, known)
        if "messages" in (found.about(name) or {}):  # a part of a release
            told += "\n" + how_to_import(name)
        output.fail(told, code)
    return message


def absent(name: str, names: Iterable[str]) -> str:
    """That a directory is not there, what is, and the command that imports it."""
    known = list(names)
    told = say(
        f"there is no directory {name}; there are: {', '.join(known)}",
        f"没有目录 {name}；已有：{', '.join(known)}",
    ) + _meant(name, known)
    # What cannot be the name of a release is a slip, such as a message in the place of the directory.
    return f"{told}\n{how_to_import(name)}" if re.fullmatch(r"D\d\d[A-C]", name) else told


def _meant(name: str, known: Sequence[str]) -> str:
    from edi_router.config import did_you_mean

    near = did_you_mean(name.upper(), known)
    return say(f"\ndid you mean: {near}", f"\n是否为：{near}") if near else ""


def how_to_import(name: str) -> str:
    """The command that imports a whole release."""
    command = f"{output.program()} directory import {name.lower()}.zip"
    return say(
        f"All of {name}, from the zip that UNECE publishes: {command}",
        f"导入 UNECE 发布的完整 {name}：{command}",
    )


def where_of(
    ctx: click.Context, name: str, type_: str, source: Path | None, folders: tuple[Path, ...]
) -> str:
    """`shipped`, or the folder that the directory was imported into."""
    from edi_router.config import Tree
    from edi_router.config.tree import shipped_directory

    file = f"{name}/messages/{type_}.json"
    path = Tree((*([source] if source is not None else []), *folders)).find(file)
    if path is None and source is None:
        path = workspace.tree(ctx).find(f"schemas/edifact/{file}")
    if path is None:
        return ""
    folder = path.parent.parent
    if folder.is_relative_to(shipped_directory()):
        return "shipped"
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)
