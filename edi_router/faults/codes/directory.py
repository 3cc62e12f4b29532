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
    _entry(
        "import-checksum",
        "The checksum in the zip, {there}, is not that of the content, {here}; the content is used and may be damaged.",
        "zip 中的校验和 {there} 与内容的 {here} 不符；内容已使用，但可能损坏。",
    ),
    _entry(
        "import-duplicate-file",
        "The same file stands in the release twice, also as {other}; it is read once.",
        "该文件在发布包中重复出现（另见 {other}），只读取一次。",
        Severity.INFO,
    ),
    _entry(
        "import-by-content",
        "The name does not tell what the file is; by its content it is read as {what}.",
        "文件名无法说明类型，按内容作为 {what} 读取。",
        Severity.INFO,
    ),
    _entry(
        "import-control",
        "{count} lines hold tabs or control characters, the first of them here; they are read as spaces.",
        "{count} 行含制表符或控制字符，首处在此；按空格读取。",
        Severity.INFO,
    ),
    _entry(
        "import-encoding",
        "{count} lines hold letters outside ASCII, read as {encoding}, the first of them here.",
        "{count} 行含非 ASCII 字符，按 {encoding} 读取，首处在此。",
        Severity.INFO,
    ),
    _entry(
        "import-more",
        "{count} more findings {what} in this file are not listed.",
        "该文件中还有 {count} 条 {what} 未列出。",
        Severity.INFO,
    ),
    _entry(
        "import-status-missing",
        "{what} lacks its status or number of repeats here; it is taken as conditional unless M stands there, and once.",
        "{what} 在此处缺少状态或重复次数；未标 M 时按条件型、出现一次处理。",
    ),
    _entry(
        "import-form-missing",
        "{what} has no format here.",
        "{what} 在此处没有格式。",
    ),
    _entry(
        "import-form-elsewhere",
        "{what} has no format in the element directory; all other directories say {form}, which is taken.",
        "{what} 在数据元目录中没有格式；其余目录一致为 {form}，已采用。",
    ),
    _entry(
        "import-form-odd",
        "The format of {what} is written {text}.",
        "{what} 的格式写法异常：{text}。",
    ),
    _entry(
        "import-empty",
        "{what} has no parts.",
        "{what} 没有任何组成部分。",
        Severity.INFO,
    ),
    _entry(
        "import-name-missing",
        "{what} has no name.",
        "{what} 没有名称。",
    ),
    _entry(
        "import-code-space",
        "The code {what} contains a space.",
        "代码 {what} 中含有空格。",
    ),
    _entry(
        "import-table-open",
        "The segment table of {group} does not end with the message trailer.",
        "{group} 的段表没有以报文尾段结束。",
    ),
    _entry(
        "import-name-differs",
        "The message calls itself {here}, its file {there}; its own name counts.",
        "报文自称 {here}，文件名为 {there}；以报文为准。",
    ),
    _entry(
        "import-release-differs",
        "{message} is of {here} by its text or its file name, of {there} by the other; {there} is taken.",
        "{message} 的正文与文件名不一致（{here}、{there}）；按 {there} 处理。",
    ),
    _entry(
        "import-other-release",
        "{message} is of {here}, not of {there}; it is not imported.",
        "{message} 属于 {here} 而非 {there}，未导入。",
    ),
    _entry(
        "import-index-missing",
        "The index of the release lists {what}, which was not read.",
        "发布包的索引列有 {what}，但未读到。",
    ),
    _entry(
        "import-index-unlisted",
        "{what} was read but the index of the release does not list it.",
        "读到了 {what}，但发布包的索引未列出。",
    ),
    _entry(
        "import-glued",
        "The name runs into the status here; read as: {text}",
        "此处名称与状态连在一起；读作：{text}",
    ),
)
