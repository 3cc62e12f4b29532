"""`edi-router new`: a workspace, a mapping, a layout or a partner to begin with."""

from __future__ import annotations

import re
from pathlib import Path

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.cli.new_files import free, told_made, write
from edi_router.cli.new_layout import layout
from edi_router.cli.new_mapping import mapping


@click.group(
    help=say(
        "Make a workspace, a mapping, a layout or a partner. Nothing that is there is overwritten.\n\n"
        "\b\nExample: edi-router new project my-router",
        "新建工作区、映射、布局或伙伴。不会覆盖已有内容。\n\n\b\n示例：edi-router new project my-router",
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
    made = [write(folder / each, text) for each, text in files.items() if not (folder / each).exists()]
    told_made(
        made,
        as_json,
        say(f"next: cd {folder} && edi-router check", f"下一步：cd {folder} && edi-router check"),
    )
    return output.FINE


new.add_command(mapping)
new.add_command(layout)


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
    free(file)
    text = PARTNER.format(id=id, unb=id.replace("-", ""), lower=id.lower())
    told_made([write(file, text)], as_json, say("next: edi-router lint", "下一步：edi-router lint"))
    return output.FINE
