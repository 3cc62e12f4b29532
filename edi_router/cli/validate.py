"""`edi-router validate`: files checked, every fault with its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from edi_router.cli import options, output
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from edi_router.library import Checker, Report


@click.command(
    help=say(
        "Check EDIFACT, XML and flat files and name every fault with its place. "
        "FILE may be - for standard input.\n\n"
        "\b\nExamples:\n"
        "  edi-router validate declaration.edi\n"
        "  edi-router validate --definitions un --profile customs.yaml *.edi --json\n"
        "  edi-router validate --schema transfer.xsd transfer.xml\n"
        "  edi-router validate --lang zh --reply replies/ declaration.edi\n\n"
        "Exit code: 0 no errors, 1 errors found, 2 wrong usage, 3 a file could not be read.",
        "校验 EDIFACT、XML 与平面文件，指出每个错误及其位置。FILE 为 - 时读取标准输入。\n\n"
        "\b\n示例：\n"
        "  edi-router validate declaration.edi\n"
        "  edi-router validate --definitions un --profile customs.yaml *.edi --json\n"
        "  edi-router validate --schema transfer.xsd transfer.xml\n"
        "  edi-router validate --lang zh --reply replies/ declaration.edi\n\n"
        "退出码：0 无错误，1 有错误，2 用法错误，3 文件无法读取。",
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@options.checking_options
@click.option(
    "--reply",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=say(
        "Also write for each file the reply that a declarant can read, FILE.reply.txt and FILE.reply.html.",
        "同时为每个文件写出申报人员可读的回复：FILE.reply.txt 和 FILE.reply.html。",
    ),
)
@options.lang_option
@options.json_option
@click.pass_context
def validate(
    ctx: click.Context,
    files: tuple[str, ...],
    schema: tuple[Path, ...],
    rules: tuple[Path, ...],
    profile: tuple[Path, ...],
    definitions: tuple[Path, ...],
    check_as: str | None,
    encoding: str | None,
    lenient: tuple[str, ...],
    byte_lengths: bool,
    layout: str | None,
    reply: Path | None,
    as_json: bool,
) -> int:
    """One report a file."""
    from edi_router.cli import reports

    checker = options.checker(
        ctx, schema=schema, rules=rules, profile=profile, definitions=definitions,
        check_as=check_as, encoding=encoding, lenient=lenient, byte_lengths=byte_lengths, layout=layout,
    )  # fmt: skip
    inputs = options.Inputs(files)
    findings = False
    written: list[str] = []
    for name, stream in inputs:
        before = len(written)
        with options.configured():
            report = (
                checker.report(stream) if reply is None else _reply(name, stream, checker, reply, written)
            )
        findings |= reports.has_errors(report)
        if as_json:
            told = {"reply": written[before:]} if reply is not None else {}
            output.emit(reports.report_json(name, report) | told)
        else:
            reports.print_report(name, report)
            for path in written[before:]:
                print(path)
    return inputs.code(findings)


def _reply(name: str, stream: BinaryIO, checker: Checker, folder: Path, written: list[str]) -> Report:
    """Check a file and write its reply; the paths are added to `written`."""
    from edi_router.library import Report
    from edi_router.library.replying import reply_for
    from edi_router.pipeline.reply_page import reply_page
    from edi_router.pipeline.reply_text import reply_text

    report = Report()
    told = Path(name).name if name != "-" else "stdin"
    reply = reply_for(told, stream.read(), checker, report, LANGUAGE)
    folder.mkdir(parents=True, exist_ok=True)
    same = sum(Path(each).name.startswith(f"{told}.reply") for each in written) // 2
    number = f"-{same + 1}" if same else ""  # files of one name, from several folders
    for suffix, text in (("txt", reply_text(reply)), ("html", reply_page(reply))):
        path = folder / f"{told}.reply{number}.{suffix}"
        path.write_text(text, encoding="utf-8")
        written.append(str(path))
    return report
