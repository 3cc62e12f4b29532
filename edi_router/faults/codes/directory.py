"""Fault codes for importing UN/EDIFACT directories."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_RELEASE = Text(
    "The published release contains it; the import kept everything else.",
    "发布的目录本身如此；其余内容已全部导入。",
)
_LOOK = Text(
    "Look at the named line of the release; what was imported is in the directory's folder.",
    "查看发布文件中的该行；已导入的内容见目录文件夹。",
)


def _entry(code: str, en: str, zh: str, severity: Severity = Severity.WARNING) -> Entry:
    return Entry(code, Text(en, zh), _RELEASE, _LOOK, severity, Blocks.NOTHING)


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "import-damaged",
        Text("This part of the release cannot be read: {problem}.", "无法读取发布包的这一部分：{problem}。"),
        Text("A damaged download, or a member damaged by the publisher.", "下载损坏，或发布方的文件已损坏。"),
        Text(
            "Download the release again; import continues without the part.", "重新下载；导入时已跳过该部分。"
        ),
        Severity.ERROR,
        Blocks.FILE,
    ),
    Entry(
        "import-nothing",
        Text("The release contains no {what}.", "发布包中没有 {what}。"),
        Text("Not a UN/EDIFACT release, or one published in parts.", "不是 UN/EDIFACT 发布包，或分卷发布。"),
        Text("Name the zip as published by UNECE.", "请指定 UNECE 发布的原始 zip 文件。"),
        Severity.WARNING,
        Blocks.NOTHING,
    ),
    _entry(
        "import-file-unused", "The file is not used: {reason}.", "未使用该文件：{reason}。", Severity.INFO
    ),
    _entry(
        "import-interactive",
        "{what} belongs to interactive EDI and is not imported.",
        "{what} 属于交互式 EDI，未导入。",
        Severity.INFO,
    ),
    _entry(
        "import-appended",
        "A further message, {message}, stands in the same file; it is imported too.",
        "同一文件中还有另一个报文 {message}，也已导入。",
        Severity.INFO,
    ),
    _entry("import-line-unread", "The line is not understood: {text}", "无法理解该行：{text}"),
    _entry(
        "import-duplicate",
        "{what} is defined twice; the first definition counts.",
        "{what} 重复定义，以第一个为准。",
    ),
    _entry("import-undefined", "{user} uses {what}, which is not defined.", "{user} 使用了未定义的 {what}。"),
    _entry(
        "import-group-open",
        "The bracket of {group} is never closed; the group ends with the table.",
        "{group} 的括线没有闭合；按表格结束处理。",
    ),
    _entry(
        "import-group-nesting",
        "The brackets of the group table do not fit together here ({group}).",
        "此处段组表的括线不匹配（{group}）。",
    ),
    _entry(
        "import-group-number",
        "{group} stands where group number {number} is expected.",
        "{group} 处应为段组 {number}。",
    ),
    _entry(
        "import-group-trigger",
        "{group} does not begin with a mandatory segment that occurs once.",
        "{group} 的第一个段不是必备且仅出现一次的段。",
    ),
    _entry(
        "import-group-differs",
        "{group} is {table} in the segment table but {text} in the text before it; the table counts.",
        "{group} 在段表中为 {table}，在正文中为 {text}；以段表为准。",
    ),
    _entry(
        "import-form-differs",
        "{element} has the form {here} here but {there} in the element directory, which counts.",
        "{element} 在此处的格式为 {here}，在数据元目录中为 {there}；以目录为准。",
    ),
    _entry(
        "import-composite-differs",
        "{composite} is not the same here as in the composite directory, which counts.",
        "{composite} 与复合数据元目录中的定义不一致；以目录为准。",
    ),
)
