"""`edi-router support-bundle`: all that is needed to look into one file or message, with words and secrets masked."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.cli.operate import who


@click.command(
    name="support-bundle",
    help=say(
        "Write a ZIP file with all that is needed to look into one file or message elsewhere: its events, faults and "
        "decisions, the configuration that was used, versions, and the original and what was made of it. Words are "
        "masked: letters by other letters, digits by other digits; codes, numbers, dates, lengths and structure stay, so "
        "that the masked file has the same faults.\n\n"
        "Example: edi-router --workspace DIR support-bundle 4205002604000017 --out bundle.zip",
        "生成 ZIP 文件，含在别处排查某个文件或报文所需的全部内容：事件、错误和处置记录，所用配置，版本，以及原件和输出。"
        "文字已脱敏：字母换成别的字母，数字换成别的数字；代码、数值、日期、长度和结构保持不变，因此脱敏后的文件有同样的错误。\n\n"
        "示例：edi-router --workspace DIR support-bundle 4205002604000017 --out bundle.zip",
    ),
)
@click.argument("id")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("The file to write; must not exist.", "要写入的文件，不得已存在。"),
)
@click.option("--json", "as_json", is_flag=True, help=say("The result as JSON.", "以 JSON 输出结果。"))
@options.lang_option
@click.pass_context
def support_bundle(ctx: click.Context, id: str, out: Path | None, as_json: bool) -> None:
    """Write the bundle; the file can be read by its owner only."""
    from edi_router.engine.bundle import Bundle
    from edi_router.engine.protect import with_keys
    from edi_router.engine.workspace import WorkspaceError

    place = workspace.needed(ctx)
    configuration, faults = place.configuration()
    if configuration is None:
        output.print_faults(faults)
        output.stop(output.FINDINGS)
    try:
        configuration = with_keys(configuration, place.root)
    except WorkspaceError as error:
        output.fail(str(error), output.SYSTEM)
    with workspace.ledger(ctx) as ledger:
        found = ledger.find(id)
        if len(found) != 1:
            first = ", ".join(found[:10])
            several = say(f"{id} names {len(found)} things: {first}", f"{id} 对应 {len(found)} 项：{first}")
            nothing = say(f"nothing in the ledger is {id}", f"台账中没有 {id}")
            output.fail(several if found else nothing, output.FINDINGS)
        content = Bundle(place, ledger, place.open_archive(), configuration, found[0]).write()
        ledger.decide("bundle", found[0], "export", who(), str(out or ""))
    path = out or Path(f"support-{re.sub(r'[^A-Za-z0-9-]', '_', found[0])[:60]}.zip")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        output.fail(output.trouble_with(error), output.SYSTEM)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    if as_json:
        output.emit({"verb": "support-bundle", "id": found[0], "file": str(path), "size": len(content)})
    else:
        print(say(f"{path}: {len(content):,} bytes", f"{path}：{len(content):,} 字节"))
