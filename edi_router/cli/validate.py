"""`edi-router validate`: files checked, every fault with its place."""

from __future__ import annotations

from pathlib import Path

import click

from edi_router.cli import options, output
from edi_router.cli.language import say


@click.command(
    help=say(
        "Check EDIFACT, XML and flat files and name every fault with its place. "
        "FILE may be - for standard input.\n\n"
        "\b\nExamples:\n"
        "  edi-router validate declaration.edi\n"
        "  edi-router validate --definitions un --profile customs.yaml *.edi --json\n"
        "  edi-router validate --schema transfer.xsd transfer.xml\n\n"
        "Exit code: 0 no errors, 1 errors found, 2 wrong usage, 3 a file could not be read.",
        "校验 EDIFACT、XML 与平面文件，指出每个错误及其位置。FILE 为 - 时读取标准输入。\n\n"
        "\b\n示例：\n"
        "  edi-router validate declaration.edi\n"
        "  edi-router validate --definitions un --profile customs.yaml *.edi --json\n"
        "  edi-router validate --schema transfer.xsd transfer.xml\n\n"
        "退出码：0 无错误，1 有错误，2 用法错误，3 文件无法读取。",
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@options.checking_options
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
    for name, stream in inputs:
        with options.configured():
            report = checker.report(stream)
        findings |= reports.has_errors(report)
        if as_json:
            output.emit(reports.report_json(name, report))
        else:
            reports.print_report(name, report)
    return inputs.code(findings)
