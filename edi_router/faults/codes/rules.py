"""Fault codes for rule files."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_CAUSE = Text(
    "The document breaks a rule of its document type or of the file given with `--rules`.",
    "单证违反了其单证类型的规则，或 `--rules` 所给文件中的规则。",
)
_REMEDY = Text(
    "Correct the value and send the document again; the line of the rule file tells the rule.",
    "更正该值后重新发送；规则内容见所示规则文件的行。",
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "rule-violated",
        Text("{code}: {text}", "{code}：{text_zh}"),
        _CAUSE,
        _REMEDY,
        own_code="code",
    ),
    Entry(
        "rule-warning",
        Text("{code}: {text}", "{code}：{text_zh}"),
        _CAUSE,
        _REMEDY,
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
        own_code="code",
    ),
    Entry(
        "rule-remark",
        Text("{code}: {text}", "{code}：{text_zh}"),
        _CAUSE,
        Text("Nothing has to be done.", "无需处理。"),
        severity=Severity.INFO,
        blocks=Blocks.NOTHING,
        own_code="code",
    ),
    Entry(
        "rules-missing",
        Text("There is no rule file `{file}` under schemas/.", "schemas/ 下没有规则文件 `{file}`。"),
        Text("A misspelt name, or the file was not brought along.", "名称拼写错误，或未附带该文件。"),
        Text("Correct the name and run `edi-router lint`.", "更正名称后运行 `edi-router lint`。"),
        blocks=Blocks.FILE,
    ),
)
