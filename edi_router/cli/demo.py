"""`edi-router demo`: a sample day over real SFTP, from drop to books."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.books import print_books
from edi_router.cli.demo_day import day_json, print_day, print_end_state, print_routes, route_json
from edi_router.cli.language import LANGUAGE, say
from edi_router.faults import render

if TYPE_CHECKING:
    from edi_router.demo.run import Demonstrated

NARROW = 125
"""Columns below which the table would break its file names; they are stacked then."""


@click.command(
    help=say(
        "Show the product's whole way: partners drop files over SFTP, one round runs, and every file is accounted for.\n\n"
        "Example: edi-router demo --keep",
        "演示全过程：伙伴通过 SFTP 投放文件，运行一轮，每个文件都有交代。\n\n示例：edi-router demo --keep",
    )
)
@click.argument("directory", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep",
    is_flag=True,
    help=say("Leave the workspace (one that you name is always left).", "保留工作区（指定的目录总会保留）。"),
)
@click.option("--messages", type=click.IntRange(0, 100_000), default=284, show_default=True,
              help=say("Messages of the made-up rest of the day; 0 for none.", "其余模拟报文数，0 表示不生成。"))  # fmt: skip
@click.option("--console/--no-console", "console", default=None,
              help=say("Open the console over the day at the end; at a terminal it does unless told otherwise.",
                       "结束时打开该业务日的控制台；在终端上默认打开。"))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help=say("The result as JSON.", "以 JSON 输出结果。"))
@options.lang_option
@click.pass_context
def demo(
    ctx: click.Context,
    directory: Path | None,
    keep: bool,
    messages: int,
    console: bool | None,
    as_json: bool,
) -> None:
    """Run the demonstration in a temporary folder, or in DIRECTORY."""
    import logging

    from edi_router.demo.run import demonstrate, remove

    logging.basicConfig(level=logging.CRITICAL)
    directory = directory or workspace.given(ctx)
    if directory is not None and directory.exists() and any(directory.iterdir()):
        raise click.UsageError(say(f"{directory} is not empty", f"{directory} 不是空目录"))
    root = directory or Path(tempfile.mkdtemp(prefix="edi-router-demo-"))
    keep = keep or directory is not None
    began = time.monotonic()
    try:
        with output.progress(say("demo", "演示")) as step:
            shown = demonstrate(root, messages, lambda what, detail: step(f"{what} {detail}"))
        seconds = time.monotonic() - began
        if as_json:
            output.emit(_json(shown, seconds))
        else:
            _print(shown, seconds, root, keep)
            wanted = sys.stdin.isatty() and sys.stdout.isatty() if console is None else console
            if wanted:
                _serve(shown)
            else:
                print(say("See it in a browser: ", "在浏览器中查看：") + f"{output.program()} demo --console")
    finally:
        if not keep:
            remove(root)
    problems = [*shown.report.problems, *(shown.played.problems if shown.played is not None else ())]
    unexpected = shown.played.unexpected if shown.played is not None else []
    faulty = problems or unexpected or shown.differences or not shown.books.balanced
    if faulty or len(shown.files) != len(shown.dropped):
        for problem in problems:
            print(problem, file=sys.stderr)
        output.stop(output.FINDINGS)


def _serve(shown: Demonstrated) -> None:
    """The console over the day, until Ctrl-C; its one account is of this run alone."""
    import secrets

    from edi_router.console.access.passwords import Passwords
    from edi_router.console.serve import serve
    from edi_router.engine.workspace import Workspace

    place, password = Workspace.at(shown.workspace), secrets.token_urlsafe(12)
    with place.open_ledger(shown.clock) as ledger:
        ledger.add_account("demo", Passwords().hash(password), "operator", None, LANGUAGE, "demo")

    def ready(address: str, accounts: int) -> None:
        print(say(f"console: {address}  (name demo, password {password}; Ctrl-C ends it)",
                  f"控制台：{address}（账号 demo，密码 {password}；按 Ctrl-C 结束）"), flush=True)  # fmt: skip

    serve(place, "127.0.0.1", 0, None, ready, shown.clock)


def _rows(shown: Demonstrated) -> list[dict[str, Any]]:
    """A row for each message (or unreadable file): where from, what became of it, results, acknowledgement."""
    by_name = {(file["partner"], file["name"]): file for file in shown.files}
    rows: list[dict[str, Any]] = []
    for partner, name in shown.dropped:
        file = by_name[partner, name]
        messages = sorted(shown.messages[file["id"]], key=lambda each: int(each["position"]))
        for message in messages:
            rows.append(_row(partner, name, f"{message['type']} {message['position']}", message))
        if not messages:
            rows.append(_row(partner, name, "", file))
    return rows


def _row(partner: str, name: str, told: str, record: dict[str, Any]) -> dict[str, Any]:
    faults = [fault for fault in record["faults"] if fault["severity"] == "error"]
    outputs = record["outputs"]
    return {
        "partner": partner,
        "file": name,
        "message": told,
        "state": record["state"],
        "reason": record["reason"] or "",
        "faults": [f"{fault['fault'].place}: {render(fault['fault'], LANGUAGE)}" for fault in faults],
        "results": [
            f"{each['destination']}/in/{each['name']}" for each in outputs if each["kind"] == "document"
        ],
        "acknowledgements": [each["name"] for each in outputs if each["kind"] == "acknowledgement"],
        "id": record["id"],
    }


def _json(shown: Demonstrated, seconds: float) -> dict[str, Any]:
    return {
        "workspace": str(shown.workspace),
        "server": shown.server,
        "seconds": round(seconds, 1),
        "messages": _rows(shown),
        "books": {**shown.books.page(), "balanced": shown.books.balanced},
        "problems": shown.report.problems,
        "day": day_json(shown.played) if shown.played is not None else None,
        "end_state": [each._asdict() for each in shown.ended],
        "differences": shown.differences,
        "routes": [route_json(each) for each in shown.routes],
    }


def _print(shown: Demonstrated, seconds: float, root: Path, keep: bool) -> None:
    headings = (
        say("file", "文件"),
        say("message", "报文"),
        say("became", "结果"),
        say("→ result, or why not   ← acknowledgement", "→ 输出或原因   ← 回执"),
    )
    rows: list[tuple[str, ...]] = []
    last = ""
    for row in _rows(shown):
        here = f"{row['partner']}/{row['file']}"
        told = [f"→ {name}" for name in row["results"]] or row["faults"] or [row["reason"]]
        told += [f"← {row['partner']}/in/{name}" for name in row["acknowledgements"]]
        rows.append((here if here != last else "", row["message"], row["state"], "\n".join(told)))
        last = here
    if output.width() < NARROW:
        for file, message, state, told_of in rows:
            print("\n".join(filter(None, (file, f"  {message}  {state}".rstrip()))))
            print("    " + told_of.replace("\n", "\n    "))
        print()
    else:
        output.table(headings, rows)
    if shown.played is not None:
        print_day(shown.played)
        print()
        print_routes(shown.routes)
        print()
    print_books(shown.books)
    print_end_state(shown)
    print()
    files = len(shown.dropped) + (len(shown.played.outcomes) if shown.played is not None else 0)
    print(
        say(
            f"{files} files over SFTP ({shown.server}), host keys checked, in {seconds:.1f} s.",
            f"{files} 个文件经 SFTP（{shown.server}，已核验主机密钥）处理，用时 {seconds:.1f} 秒。",
        )
    )
    if keep:
        print(say("Try next:", "接下来可以试试："))
        for verb in ("ls message --state held", "show ENTA00000004", "show CSQU3054383", "books"):
            print(f"  {output.program()} --workspace {root} {verb}")
    else:
        again = f"{output.program()} demo --keep"
        print(say(f"Keep the workspace and look around: {again}", f"保留工作区以便查看：{again}"))
