"""Fault codes for configuration files."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_FIX = Text("Correct the file and run `edi-router lint`.", "修改文件后运行 `edi-router lint`。")

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "config-name-alone",
        Text(
            "Only this file has `{name}` under `{key}`; others have `{near}`.",
            "只有本文件在 `{key}` 下使用 `{name}`，其他文件使用 `{near}`。",
        ),
        Text(
            "A misspelt kind of number or role: searches for the right one do not find it.",
            "编号种类或角色名称拼写错误，按正确名称将查不到。",
        ),
        Text(
            "Write it as the others do, or give it a name that is less like theirs.",
            "改为与其他文件一致的名称，或改用与其差别更大的名称。",
        ),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "config-syntax",
        Text("The file is not correct YAML: {problem}.", "文件不是正确的 YAML：{problem}。"),
        Text("Wrong indentation, an open quote or a tab.", "缩进错误、引号未闭合或使用了制表符。"),
        _FIX,
        blocks=Blocks.FILE,
    ),
    Entry(
        "config-encoding",
        Text("The file is not UTF-8: {problem}.", "文件不是 UTF-8 编码：{problem}。"),
        Text(
            "An editor has saved it as UTF-16, GBK or another encoding.",
            "编辑器以 UTF-16、GBK 或其他编码保存。",
        ),
        Text(
            "Save the file as UTF-8 and run `edi-router lint`.",
            "将文件另存为 UTF-8，再运行 `edi-router lint`。",
        ),
        blocks=Blocks.FILE,
    ),
    Entry(
        "config-file-ignored",
        Text(
            "Nothing reads this file: its name would have to be {wanted}.",
            "此文件不会被读取：文件名应为 {wanted}。",
        ),
        Text(
            "Configuration files end in small letters, and YAML in `.yaml`.",
            "配置文件的扩展名须为小写，YAML 须为 `.yaml`。",
        ),
        Text("Rename the file.", "请重命名该文件。"),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "config-no-file",
        Text("This is not read as a configuration file: {problem}.", "此处不会作为配置文件读取：{problem}。"),
        Text(
            "A folder was named like a file, or what a link leads to was moved.",
            "目录以文件方式命名，或链接的目标已被移走。",
        ),
        Text("Put the file itself there, or take it away.", "请放入文件本身，或将其移走。"),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "config-empty",
        Text("The configuration file is empty.", "配置文件为空。"),
        Text("The file was created but never written.", "文件已创建但没有内容。"),
        _FIX,
        blocks=Blocks.FILE,
    ),
    Entry(
        "config-alias",
        Text("Anchors and aliases are not allowed (`{name}`).", "不允许使用锚点和别名（`{name}`）。"),
        Text("YAML's `&` and `*` were used to share a part.", "使用了 YAML 的 `&` 与 `*` 来共享内容。"),
        Text("Write the value where it applies.", "在使用处直接写出该值。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "config-depth",
        Text("The file is nested deeper than {limit} levels.", "文件嵌套超过 {limit} 层。"),
        Text("A mistake in the indentation, or a generated file.", "缩进错误，或文件为程序生成。"),
        _FIX,
        blocks=Blocks.FILE,
    ),
    Entry(
        "config-key",
        Text("A key must be a plain text.", "键必须是普通文本。"),
        Text("A list or a block stands where a key is expected.", "应写键的位置出现了列表或键值块。"),
        _FIX,
        blocks=Blocks.FILE,
    ),
    Entry(
        "config-repeated-key",
        Text("The key `{key}` stands twice.", "键 `{key}` 重复出现。"),
        Text("Two lines set the same key; only one could count.", "两行设置了同一个键，只能有一个生效。"),
        Text("Keep one of them.", "保留其中一个。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "config-unknown-key",
        Text("Unknown key `{key}`; known here: {known}.", "未知的键 `{key}`；此处可用：{known}。"),
        Text("A misspelt key, or one that belongs elsewhere.", "键拼写错误，或应写在别处。"),
        _FIX,
        blocks=Blocks.FILE,
    ),
    Entry(
        "config-missing-key",
        Text("The key `{key}` is missing.", "缺少键 `{key}`。"),
        Text("A mandatory key was left out.", "遗漏了必填的键。"),
        Text("Add the key.", "补上该键。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "config-value",
        Text("`{key}` has a wrong value `{value}`: {problem}.", "`{key}` 的值 `{value}` 不正确：{problem}。"),
        Text(
            "The value has the wrong form or is not one of the allowed ones.",
            "值的形式不对，或不在允许范围内。",
        ),
        _FIX,
        blocks=Blocks.FILE,
    ),
)
