"""`edi-router new layout`: a layout of a flat file to begin with, made of a sample."""

from __future__ import annotations

import re
from pathlib import Path

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.cli.new_files import free, told_made, write


@click.command(
    help=say(
        "Make a layout of a flat file from a sample: encoding, delimiter, columns, and dates and numbers where the "
        "sample shows them (marked `guess`). Of a file of fixed widths the kinds of records are seen; their fields are "
        "to be filled in.\n\n"
        "\b\nExample: edi-router new layout forwarder --sample july.csv",
        "根据样例新建平面文件布局：编码、分隔符、列，以及样例中可见的日期和数字（标为 `guess`）。"
        "定长文件只能看出记录种类，字段须自行补充。\n\n\b\n示例：edi-router new layout forwarder --sample july.csv",
    )
)
@click.argument("id")
@click.option(
    "--sample",
    type=options.FILE,
    required=True,
    metavar="FILE",
    help=say("A file of this layout.", "该布局的样例文件。"),
)
@options.lang_option
@options.json_option
@click.pass_context
def layout(ctx: click.Context, id: str, sample: Path, as_json: bool) -> int:
    """A layout's file."""
    from edi_router.library.layout_guess import Unguessable, layout_text

    if not re.fullmatch(r"[a-z][a-z0-9-]{0,60}", id):
        told = say("an id is of a-z, 0-9 and hyphens", "编号只能由 a-z、0-9 和连字符组成")
        raise click.BadParameter(told, param_hint="ID")
    file = workspace.needed(ctx).root / "schemas" / "records" / f"{id}.yaml"
    free(file)
    try:
        text = layout_text(id, sample.read_bytes())
    except Unguessable as error:
        raise click.BadParameter(say(str(error), error.zh), param_hint="--sample") from None
    following = f"edi-router validate --layout {id} {sample}"
    told_made([write(file, text)], as_json, say(f"next: {following}", f"下一步：{following}"))
    return output.FINE
