"""`edi-router doc`: the sheet of a mapping for the partner."""

from __future__ import annotations

from pathlib import Path

import click

from edi_router.cli import options, output, proofs
from edi_router.cli.language import LANGUAGE, say


@click.command(
    help=say(
        "The sheet of a mapping for the partner, as one HTML file that needs nothing else and prints well: for every "
        "target its sources, functions, code tables, conditions and notes, with examples from the golden cases; "
        "the tables below. Values that a document type calls secret are masked. MAP is a mapping's id or "
        "folder.\n\n"
        "\b\nExamples:\n"
        "  edi-router doc cusdec-eciq -o cusdec-eciq.html\n"
        "  edi-router doc cusdec-eciq --lang zh > cusdec-eciq.html\n"
        "  edi-router doc cusdec-eciq --json",
        "生成给伙伴的映射说明表（单个可打印的 HTML 文件）：每个目标的来源、函数、代码表、条件和说明，"
        "并附标准用例中的示例和代码表内容。单证类型列为机密的值会被遮盖。MAP 为映射编号或目录。\n\n"
        "\b\n示例：\n"
        "  edi-router doc cusdec-eciq -o cusdec-eciq.html\n"
        "  edi-router doc cusdec-eciq --lang zh > cusdec-eciq.html\n"
        "  edi-router doc cusdec-eciq --json",
    )
)
@click.argument("mapping", metavar="MAP")
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("Write to this file instead of standard output.", "写入此文件而不是标准输出。"),
)
@options.lang_option
@options.json_option
@click.pass_context
def doc(ctx: click.Context, mapping: str, out: Path | None, as_json: bool) -> int:
    """The sheet of one mapping."""
    from edi_router.mapping.sheet import sheet_of
    from edi_router.mapping.sheet_page import sheet_page
    from edi_router.mapping.sheet_plain import sheet_plain
    from edi_router.mapping.trace_given import of_cases
    from edi_router.mapping.trace_secret import secrets_of

    tree, chosen, source = proofs.mapping_named(ctx, mapping)
    cases = of_cases(tree, source, chosen)
    sheet = sheet_of(chosen, cases, source.definitions, secrets_of(tree, chosen), LANGUAGE)
    if as_json:
        output.emit(sheet_plain(sheet, LANGUAGE))
        return output.FINE
    proofs.write(out, sheet_page(sheet, LANGUAGE))
    return output.FINE
