"""Fault codes for rule files."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_CAUSE = Text("The message breaks a rule of the agreement.", "报文违反了协议中的一条规则。")
_REMEDY = Text(
    "Correct the value and send the message again; the rule file tells the rule.",
    "更正该值后重新发送；规则内容见规则文件。",
)

ENTRIES: tuple[Entry, ...] = (
    Entry("rule-violated", Text("{code}: {text}", "{code}：{text_zh}"), _CAUSE, _REMEDY),
    Entry(
        "rule-warning",
        Text("{code}: {text}", "{code}：{text_zh}"),
        _CAUSE,
        _REMEDY,
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "rule-remark",
        Text("{code}: {text}", "{code}：{text_zh}"),
        _CAUSE,
        Text("Nothing has to be done.", "无需处理。"),
        severity=Severity.INFO,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "rules-missing",
        Text("There is no rule file `{file}` under schemas/.", "schemas/ 下没有规则文件 `{file}`。"),
        Text("A misspelt name, or the file was not brought along.", "名称拼写错误，或未附带该文件。"),
        Text("Correct the name and run `edi-router lint`.", "更正名称后运行 `edi-router lint`。"),
        blocks=Blocks.FILE,
    ),
)
