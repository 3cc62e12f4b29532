"""`edi-router retain`: what the settings no longer keep."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import say
from edi_router.cli.operate import who

if TYPE_CHECKING:
    from edi_router.ledger.retaining import Removal


@click.command(
    help=say(
        "Remove contents and events of what was settled before the days that `retention` in edi-router.yaml names. "
        "What is open is kept, however old, and so are the books. The engine may run meanwhile.\n\n"
        "\b\nExamples:\n"
        "  edi-router --workspace DIR retain --preview\n"
        "  edi-router --workspace DIR retain --yes",
        "清除早于 edi-router.yaml 中 `retention` 天数、且已了结的内容和事件。未了结的无论多久都保留，账簿也保留。"
        "引擎可同时运行。\n\n"
        "\b\n示例：\n"
        "  edi-router --workspace DIR retain --preview\n"
        "  edi-router --workspace DIR retain --yes",
    )
)
@click.option("--preview", is_flag=True, help=say("Show what would be removed.", "显示将清除什么。"))
@click.option("--yes", is_flag=True, help=say("Remove it.", "执行清除。"))
@click.option("--json", "as_json", is_flag=True, help=say("The result as JSON.", "以 JSON 输出。"))
@options.lang_option
@click.pass_context
def retain(ctx: click.Context, preview: bool, yes: bool, as_json: bool) -> None:
    """Show, or remove, what is no longer to be kept."""
    if preview == yes:
        raise click.UsageError(say("give --preview or --yes", "请给出 --preview 或 --yes（只取其一）"))
    place = workspace.needed(ctx)
    days = place.settings().retention.days
    with workspace.ledger(ctx) as ledger:
        if preview:
            found = ledger.removable(days)
        else:
            found = ledger.retain(place.open_archive(), days, who(), "retain --yes")
    if as_json:
        output.emit({"done": yes, "kinds": [asdict(removal) for removal in found]})
        return
    if not found:
        print(say("everything is kept for ever", "全部内容永久保留"))
    for removal in found:
        print(_sentence(removal, yes))


def _sentence(removal: Removal, done: bool) -> str:
    if not removal.before:
        return say(
            f"{removal.kind}: nothing, no closed page is old enough",
            f"{removal.kind}：无，尚无足够早的已结账页",
        )
    verb = say("removed" if done else "would be removed", "已清除" if done else "将清除")
    size = removal.bytes / 1_000_000
    return say(
        f"{removal.kind}: of {removal.files} files ({size:.1f} MB) settled before {removal.before} {verb}; "
        f"of {removal.kept} kept, since something is open",
        f"{removal.kind}：{removal.before} 之前了结的 {removal.files} 个文件（{size:.1f} MB）{verb}；"
        f"{removal.kept} 个因有未了结事项而保留",
    )
