"""Fault codes for flat files: CSV, delimited and fixed-width records."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_LAYOUT = Text(
    "Correct the file at the sender, or the layout in schemas/records.",
    "请发送方更正文件，或修改 schemas/records 中的布局。",
)
_OTHER = Text("The file has another layout than the one agreed on.", "文件的布局与约定不同。")
_VALUE = Text("Ask the sender to correct the value.", "请发送方更正该值。")
_ENTRY = Text("The value was entered or exported wrongly.", "数据录入或导出有误。")

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "record-unknown",
        Text("No record begins like `{text}`; known are {known}.", "没有以 `{text}` 开头的记录；已知的有 {known}。"),
        _OTHER,
        _LAYOUT,
    ),
    Entry(
        "record-misplaced",
        Text("Record {name} belongs to {parent}, and there is none before it.",
             "记录 {name} 属于 {parent}，但其前面没有该记录。"),
        Text("The record it belongs to was left out.", "遗漏了其所属的记录。"),
        _LAYOUT,
    ),
    Entry(
        "record-order",
        Text("In {parent}, record {name} must stand before {before}.",
             "在 {parent} 中，记录 {name} 必须位于 {before} 之前。"),
        Text("The sender does not keep the order of the layout.", "发送方未遵循布局规定的顺序。"),
        _LAYOUT,
    ),
    Entry(
        "record-missing",
        Text("{parent} needs at least {least} of record {name}.", "{parent} 至少需要 {least} 条记录 {name}。"),
        Text("The record was left out, or the file is cut off.", "遗漏了该记录，或文件被截断。"),
        _LAYOUT,
    ),
    Entry(
        "record-repeated",
        Text("{parent} may have {limit} of record {name} at most.", "{parent} 最多只能有 {limit} 条记录 {name}。"),
        Text("The sender repeats what may not be repeated.", "发送方重复了不可重复的记录。"),
        _LAYOUT,
    ),
    Entry(
        "record-cells",
        Text("The number of fields in the record is {count}; it must be {expected}.",
             "该记录有 {count} 个字段，应为 {expected} 个。"),
        Text("A delimiter inside a value without quotes, or a field left out.",
             "值中含有未加引号的分隔符，或遗漏了字段。"),
        _LAYOUT,
    ),
    Entry(
        "record-length",
        Text("The length of the record in bytes is {length}; its fields take {expected}.",
             "该记录有 {length} 个字节，而各字段共占 {expected} 个字节。"),
        Text("A field is wider than the layout says, or the encoding is another one.",
             "某字段超出布局规定的宽度，或编码不符。"),
        _LAYOUT,
    ),
    Entry(
        "column-unknown",
        Text("The layout has no column `{column}`; it has {known}.", "布局中没有列 `{column}`；现有列：{known}。"),
        Text("A misspelt heading, or one that the layout does not know.", "列名拼写错误，或布局中没有该列。"),
        _LAYOUT,
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "column-missing",
        Text("The file has no column `{column}`, which must be there.", "文件缺少必需的列 `{column}`。"),
        Text("A misspelt heading, or a column left out.", "列名拼写错误，或遗漏了该列。"),
        _LAYOUT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "column-repeated",
        Text("The heading `{column}` stands twice.", "列名 `{column}` 重复出现。"),
        Text("The file was put together from others.", "文件由其他文件拼接而成。"),
        Text("Name each column once.", "每个列名只写一次。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "quote-open",
        Text("A field begins with {quote} and is not closed.", "字段以 {quote} 开头但没有结束。"),
        Text("A quotation mark inside a value was not doubled, or the file is cut off.",
             "值中的引号未写成两个，或文件被截断。"),
        _LAYOUT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "quote-stray",
        Text("`{text}` follows the closing {quote} of a field.", "字段结束引号 {quote} 之后还有 `{text}`。"),
        Text("A quotation mark inside a value was not doubled.", "值中的引号未写成两个。"),
        _LAYOUT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "field-missing",
        Text("{field} must have a value.", "{field} 必须有值。"),
        Text("The sender left it out.", "发送方遗漏。"),
        _VALUE,
    ),
    Entry(
        "field-too-long",
        Text("{field}: `{value}` has length {length}, at most {limit} are allowed.",
             "{field}：`{value}` 的长度为 {length}，最多允许 {limit}。"),
        _ENTRY,
        _VALUE,
    ),
    Entry(
        "field-too-short",
        Text("{field}: `{value}` has length {length}, at least {limit} are needed.",
             "{field}：`{value}` 的长度为 {length}，至少需要 {limit}。"),
        _ENTRY,
        _VALUE,
    ),
    Entry(
        "field-type",
        Text("{field}: `{value}` has not the form {form}.", "{field}：`{value}` 不符合格式 {form}。"),
        _ENTRY,
        _VALUE,
    ),
    Entry(
        "field-code",
        Text("{field}: `{value}` is none of {known}.", "{field}：`{value}` 不在 {known} 之中。"),
        _ENTRY,
        _VALUE,
    ),
    Entry(
        "record-total",
        Text("{field} says {value}, the file has {expected}.", "{field} 为 {value}，而文件中实际为 {expected}。"),
        Text("The file is cut off, or the sender counts in another way.", "文件被截断，或发送方的计数方式不同。"),
        Text("Ask the sender for the whole file.", "请发送方重新发送完整文件。"),
    ),
    Entry(
        "character-split",
        Text("{field}: a character of several bytes is cut at the end of the field, whose width is {length}.",
             "{field}：多字节字符在第 {length} 个字节处被截断。"),
        Text("The sender cut the text without regard to characters, or the encoding is another one.",
             "发送方截断文本时未考虑字符边界，或编码不符。"),
        _LAYOUT,
    ),
)  # fmt: skip
