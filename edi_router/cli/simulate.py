"""`edi-router simulate`: a made-up day of the sample deployment."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.simulate import Drop

EXPECTED = "expected.csv"
COLUMNS = ("wave", "partner", "file", "messages", "state", "why")


@click.command(
    help=say(
        "Write a day of the sample deployment into DIR: consistent documents of all flows, about one in eight meant "
        "to fail in a named way. Files lie in DIR/wave-N/PARTNER: what is in a later wave answers what came before. "
        "DIR/expected.csv says what must become of each. The same seed gives the same day.\n\n"
        "\b\nExample: edi-router simulate --messages 300 --seed 1 day",
        "在 DIR 中生成样例部署的一天：各业务流程前后一致的单证，约八分之一按指定方式出错。"
        "文件位于 DIR/wave-N/PARTNER，后一波次是对前面单证的答复；DIR/expected.csv 说明每个文件的预期结果。"
        "同一种子生成同样的一天。\n\n\b\n示例：edi-router simulate --messages 300 --seed 1 day",
    )
)
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--messages", type=click.IntRange(1, 10_000_000), default=300, show_default=True,
              help=say("At least so many messages.", "至少生成的报文数。"))  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help=say("The seed of chance.", "随机种子。"))
@options.lang_option
@options.json_option
def simulate(directory: Path, messages: int, seed: int, as_json: bool) -> int:
    """Write the files of a day."""
    from edi_router.config import Tree
    from edi_router.simulate import Day
    from edi_router.simulate import simulate as made_up

    if directory.exists() and any(directory.iterdir()):
        output.fail(say(f"{directory} is not empty", f"{directory} 不是空目录"), output.USAGE)
    directory.mkdir(parents=True, exist_ok=True)
    files = written = 0
    with (
        (directory / EXPECTED).open("w", encoding="utf-8", newline="") as told,
        output.progress(say("messages", "报文"), messages) as advance,
    ):
        rows = csv.writer(told, lineterminator="\n")
        rows.writerow(COLUMNS)
        for drop in made_up(Tree.over_shipped(), Day(messages, seed)):
            _write(directory, drop)
            wanted = drop.expected
            rows.writerow((drop.wave, drop.partner, drop.name, wanted.messages, wanted.state, wanted.why))
            files += 1
            written += wanted.messages
            for _ in range(wanted.messages):
                advance(drop.name)
    if as_json:
        output.emit({"directory": str(directory), "files": files, "messages": written, "seed": seed})
    else:
        print(
            say(
                f"{files} files, {written} messages in {directory}",
                f"{directory}：{files} 个文件，{written} 份报文",
            )
        )
    return output.FINE


def _write(directory: Path, drop: Drop) -> None:
    folder = directory / f"wave-{drop.wave}" / drop.partner
    folder.mkdir(parents=True, exist_ok=True)
    (folder / drop.name).write_bytes(drop.content)
