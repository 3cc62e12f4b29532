"""`edi-router explain`: a fault code, its cause and its remedy."""

from __future__ import annotations

import click

from edi_router.cli import options, output, workspace
from edi_router.cli.language import LANGUAGE, say
from edi_router.cli.samples import Sample, sample_of, samples
from edi_router.faults import CATALOGUE, Entry

_SEVERITIES = {
    "error": say("error", "错误"),
    "warning": say("warning", "警告"),
    "info": say("note", "提示"),
}
_BLOCKS = {
    "nothing": say("nothing", "无"),
    "message": say("the message", "该报文"),
    "interchange": say("the interchange", "该交换"),
    "file": say("the file", "该文件"),
}


@click.command(
    help=say(
        "Explain a fault code: what it means, its usual cause, what to do, and an example of it; or a code "
        "of a rule file, such as R-CONT-01. Without a code, list all of the catalogue.\n\n"
        "\b\nExample: edi-router explain element-too-long",
        "解释错误代码：含义、常见原因、处理办法和示例；也可为规则文件中的代码，如 R-CONT-01。"
        "不带代码时列出目录中的全部代码。\n\n"
        "\b\n示例：edi-router explain element-too-long",
    )
)
@click.argument("code", required=False)
@options.lang_option
@options.json_option
@click.pass_context
def explain(ctx: click.Context, code: str | None, as_json: bool) -> int:
    """One code, or all."""
    if code is None:
        _list(as_json)
        return output.FINE
    entry = CATALOGUE.get(code.lower())
    if entry is None:
        from edi_router.cli.explain_rules import codes, explain_rule
        from edi_router.config import did_you_mean

        tree = workspace.tree(ctx)
        if explain_rule(tree, code, _SEVERITIES, as_json):
            return output.FINE
        near = did_you_mean(code.lower(), list(CATALOGUE)) or did_you_mean(code, codes(tree))
        hint = say(f"; did you mean {near}?", f"；是否为 {near}？") if near else ""
        output.fail(say(f"there is no fault code {code}", f"没有错误代码 {code}") + hint, output.USAGE)
    sample = sample_of(entry.code)
    if as_json:
        output.emit(_shape(entry, sample, found=True))
        return output.FINE
    click.secho(f"{entry.code} ({_SEVERITIES[entry.severity]})", bold=True)
    print(f"  {entry.text[LANGUAGE]}")
    rows = [
        (say("cause", "原因"), entry.cause[LANGUAGE]),
        (say("remedy", "处理"), entry.remedy[LANGUAGE]),
        (say("stops", "停止处理"), _BLOCKS["nothing" if entry.severity != "error" else entry.blocks]),
    ]
    rows += [
        (say(f"CONTRL, syntax {version}", f"CONTRL 语法版本 {version}"), f"0085 = {wire}")
        for version, wire in entry.contrl.items()
    ]
    for label, text in rows:
        print(f"  {label}{say(': ', '：')}{text}")
    if sample is not None:
        print(f"  {say('example: ', '示例：')}{sample.command}")
        print(f"    {_found(sample)}")
    return output.FINE


def _found(sample: Sample) -> str:
    """The fault of a sample as the verbs print it, without its remedy."""
    fault = next(fault for fault in sample.faults() if fault.code == sample.code)
    return output.fault_line(fault).splitlines()[0]


def _list(as_json: bool) -> None:
    entries = [CATALOGUE[code] for code in sorted(CATALOGUE)]
    if as_json:
        by_code = {sample.code: sample for sample in reversed(samples())}
        for entry in entries:
            output.emit(_shape(entry, by_code.get(entry.code)))
        return
    headings = (say("code", "代码"), say("severity", "级别"), say("meaning", "含义"))
    output.table(headings, [(each.code, _SEVERITIES[each.severity], each.text[LANGUAGE]) for each in entries])


def _shape(entry: Entry, sample: Sample | None, *, found: bool = False) -> dict[str, object]:
    """The entry for scripts; with `found` the sample is run."""
    example: dict[str, str] | None = None
    if sample is not None:
        example = {"file": sample.file, "command": sample.command}
        if found:
            example["found"] = _found(sample)
    return {
        "code": entry.code,
        "severity": str(entry.severity),
        "blocks": "nothing" if entry.severity != "error" else str(entry.blocks),
        "text": entry.text[LANGUAGE],
        "cause": entry.cause[LANGUAGE],
        "remedy": entry.remedy[LANGUAGE],
        "contrl": {str(version): wire for version, wire in entry.contrl.items()},
        "example": example,
    }
