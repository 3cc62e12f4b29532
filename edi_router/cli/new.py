"""`edi-router new`: a workspace, a mapping or a partner to begin with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.config import Tree


@click.group(
    help=say(
        "Make a workspace, a mapping or a partner. Nothing that is there is overwritten.\n\n"
        "\b\nExample: edi-router new project my-router",
        "新建工作区、映射或伙伴。不会覆盖已有内容。\n\n\b\n示例：edi-router new project my-router",
    )
)
def new() -> None:
    """The verbs of making."""


@new.command(
    help=say(
        "Make a workspace: settings with their defaults, the folders of the configuration, a README.\n\n"
        "\b\nExample: edi-router new project my-router",
        "新建工作区：带默认值的设置、配置目录和说明。\n\n\b\n示例：edi-router new project my-router",
    )
)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@options.lang_option
@options.json_option
def project(folder: Path, as_json: bool) -> int:
    """A folder that holds a deployment."""
    from edi_router.cli.skeletons import IGNORED, SETTINGS, readme
    from edi_router.config import FOLDERS

    if (folder / "edi-router.yaml").exists():
        told = say(f"{folder} is a workspace already", f"{folder} 已经是工作区")
        output.fail(told, output.USAGE)
    name = folder.resolve().name
    files = {
        "edi-router.yaml": SETTINGS.format(name=name),
        "README.md": readme(name),
        ".gitignore": IGNORED,
        **{f"{each}/.gitkeep": "" for each in FOLDERS},
    }
    made = [_write(folder / each, text) for each, text in files.items() if not (folder / each).exists()]
    _told(
        made,
        as_json,
        say(f"next: cd {folder} && edi-router check", f"下一步：cd {folder} && edi-router check"),
    )
    return output.FINE


@new.command(
    help=say(
        "Make a mapping: a small one that is right, to be filled in.\n\n"
        "\b\nExample:\n"
        "  edi-router new mapping my-declaration --from 'CUSDEC D96B' --to xml/eciq-declaration.xsd",
        "新建映射：可直接使用的最小骨架，供补充。\n\n"
        "\b\n示例：edi-router new mapping my-declaration --from 'CUSDEC D96B' --to xml/eciq-declaration.xsd",
    )
)
@click.argument("id")
@click.option(
    "--from",
    "source",
    default="CUSDEC D96B",
    show_default=True,
    metavar="KIND",
    help=say("What it reads: TYPE DIRECTORY, or 'xml ROOT'.", "来源：报文类型与目录，或 'xml 根元素'。"),
)
@click.option(
    "--to",
    "target",
    default="xml/eciq-declaration.xsd",
    show_default=True,
    metavar="XSD",
    help=say("The XSD of what it makes, below schemas/.", "目标 XSD（schemas/ 之下）。"),
)
@options.lang_option
@options.json_option
@click.pass_context
def mapping(ctx: click.Context, id: str, source: str, target: str, as_json: bool) -> int:
    """A mapping's folder with its file."""
    from edi_router.cli.skeletons import MAPPING
    from edi_router.formats.documents import Kind

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", id):
        told = say("an id is of a-z, 0-9 and hyphens", "编号只能由 a-z、0-9 和连字符组成")
        raise click.BadParameter(told, param_hint="ID")
    try:
        Kind.parse(source)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--from") from None
    place = workspace.needed(ctx)
    file = place.root / "mappings" / id / "mapping.yaml"
    _free(file)
    root, body = _example(place.tree, target)
    quoted = f'"{source}"' if "{" in source else source
    text = MAPPING.format(id=id, source=quoted, target=target, root=root, body=body)
    made = [_write(file, text), _write(file.parent / "cases" / ".gitkeep", "")]
    _told(
        made, as_json, say(f"next: edi-router lint mappings/{id}", f"下一步：edi-router lint mappings/{id}")
    )
    return output.FINE


def _example(tree: Tree, target: str) -> tuple[str, str]:
    """The target's root element, and its first leaf as YAML lines below it."""
    from edi_router.library import ConfigurationError
    from edi_router.library.files import load_schema

    if tree.find(f"schemas/{target}") is None:
        known = ", ".join(name.removeprefix("schemas/") for name in tree.names("schemas", ".xsd"))
        told = say(f"no such XSD below schemas/; there are: {known}", f"schemas/ 下没有此 XSD；现有：{known}")
        raise click.BadParameter(told, param_hint="--to")
    try:
        schema = load_schema(lambda name: tree.read(f"schemas/{name}"), target)
    except ConfigurationError as error:
        raise click.BadParameter(str(error), param_hint="--to") from None
    path = [next(iter(schema.roots())).rpartition("}")[2]]
    lines: list[str] = []
    info = schema.element(path)
    while info is not None and info.children and len(path) < 20:
        path.append(info.children[0])
        info = schema.element(path)
        indent = "  " * (2 * len(path) - 1)
        leaf = info is None or info.leaf or not info.children
        lines.append(
            f'{indent}{path[-1]}: {{const: "TODO"}}' if leaf else f"{indent}{path[-1]}:\n{indent}  do:"
        )
    return path[0], "\n".join(lines) or "      {}"


@new.command(
    help=say(
        "Make a partner, as a draft: identify it, say how it is reached and what is agreed.\n\n"
        "\b\nExample: edi-router new partner ENT-B",
        "新建伙伴（草稿）：补充标识、通道和协议。\n\n\b\n示例：edi-router new partner ENT-B",
    )
)
@click.argument("id")
@options.lang_option
@options.json_option
@click.pass_context
def partner(ctx: click.Context, id: str, as_json: bool) -> int:
    """A partner's file."""
    from edi_router.cli.skeletons import PARTNER

    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,34}", id):
        told = say(
            "an id is of A-Z, 0-9 and hyphens, at most 35", "编号只能由 A-Z、0-9 和连字符组成，最多 35 位"
        )
        raise click.BadParameter(told, param_hint="ID")
    file = workspace.needed(ctx).root / "partners" / f"{id}.yaml"
    _free(file)
    text = PARTNER.format(id=id, unb=id.replace("-", ""), lower=id.lower())
    _told([_write(file, text)], as_json, say("next: edi-router lint", "下一步：edi-router lint"))
    return output.FINE


def _free(file: Path) -> None:
    if file.exists():
        output.fail(say(f"{file} is there already", f"{file} 已存在"), output.USAGE)


def _write(file: Path, text: str) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as stream:
        stream.write(text)
    return str(file)


def _told(made: list[str], as_json: bool, following: str) -> None:
    if as_json:
        output.emit({"made": made})
        return
    for file in made:
        print(file)
    print(following)
