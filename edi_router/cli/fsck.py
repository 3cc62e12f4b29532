"""`edi-router fsck`: is everything that the ledger says is kept really there, and whole."""

from __future__ import annotations

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say

MOST = 100
"""Problems that are shown; all are counted."""


@click.command(
    help=say(
        "Read the whole archive and every output again, and compare them with the ledger; the database checks itself "
        "first. For after a crash of the machine, and after a backup was brought back. The engine may run meanwhile.\n\n"
        "Example: edi-router --workspace DIR fsck",
        "重新读取全部归档文件和输出，与台账核对；数据库先做自检。用于机器故障之后或恢复备份之后。引擎可同时运行。\n\n"
        "示例：edi-router --workspace DIR fsck",
    )
)
@click.option("--json", "as_json", is_flag=True, help=say("The result as JSON.", "以 JSON 输出。"))
@options.lang_option
@click.pass_context
def fsck(ctx: click.Context, as_json: bool) -> None:
    """Check the archive, the outputs and the books; exit code 1 when something is wrong."""
    archive = workspace.needed(ctx).open_archive()
    read, problems = 0, list[str]()
    with workspace.ledger(ctx) as ledger:
        with output.progress(say("reading", "读取"), ledger.fsck_size()) as advance:
            for problem in ledger.fsck(archive):
                read += 1
                advance("")
                if problem is not None:
                    problems.append(problem)
        problems += ledger.verify_books()
    if as_json:
        output.emit({"read": read, "problems": problems})
    else:
        for problem in problems[:MOST]:
            print(problem)
        number = len(problems)
        print(
            say(
                f"{read} files and outputs read, {number} problems",
                f"已读取 {read} 个文件和输出，发现 {number} 个问题",
            )
        )
    if problems:
        output.stop(output.FINDINGS)
