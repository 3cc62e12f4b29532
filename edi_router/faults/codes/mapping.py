"""Fault codes for mappings, paths and code tables."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_LINT = Text("Correct the mapping and run `edi-router lint`.", "修改映射文件后运行 `edi-router lint`。")
_SENDER = Text(
    "Ask the sender for the value, or give the mapping line a `default`.",
    "请发送方补充该值，或在映射行上设置 `default`。",
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "path-syntax",
        Text("`{path}` is not a path: {problem}.", "`{path}` 不是合法路径：{problem}。"),
        Text(
            "A misspelt path; the language is a small part of XPath.",
            "路径书写错误；路径语言只是 XPath 的一小部分。",
        ),
        Text("Correct the path at the column that is told.", "在所示列处修改路径。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "path-unknown",
        Text(
            "`{path}` selects nothing that can exist: {problem}.",
            "`{path}` 不可能选中任何内容：{problem}。",
        ),
        Text("A misspelt name, or a path of another release.", "名称拼写错误，或路径属于其他版本。"),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "path-value-unknown",
        Text("`{path}` never finds `{value}`: {problem}", "`{path}` 永远找不到 `{value}`：{problem_zh}"),
        Text(
            "A misspelt code, or one of another element or release.",
            "代码拼写错误，或属于其他数据元或版本。",
        ),
        Text(
            "Ask for a value that documents can have; what asks for this one never applies.",
            "改为单证可能具有的值；比较该值的内容永远不会生效。",
        ),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "path-is-branch",
        Text(
            "`{path}` ends at `{name}`, which has no value of its own.",
            "`{path}` 止于 `{name}`，而它本身没有值。",
        ),
        Text("The path stops at a segment, group or composite.", "路径停在段、段组或复合数据元上。"),
        Text("Go on to a data element, or use `each`.", "继续写到数据元，或使用 `each`。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "mapping-missing",
        Text("There is no mapping `{mapping}`.", "没有名为 `{mapping}` 的映射。"),
        Text("A misspelt id, or the mapping's folder is missing.", "编号拼写错误，或缺少该映射的目录。"),
        Text("The ids are the names of the folders in mappings/.", "编号即 mappings/ 下的目录名。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "mapping-other-document",
        Text("The document is {found}; mapping `{mapping}` reads {expected}.",
             "单证为 {found}，而映射 `{mapping}` 读取的是 {expected}。"),
        Text("The wrong mapping was chosen, or the wrong file.", "选错了映射或文件。"),
        Text("Choose the mapping for this document.", "为该单证选择对应的映射。"),
    ),
    Entry(
        "mapping-several-values",
        Text(
            "{target}: `{path}` selects {count} values ({places}), the element holds one.",
            "{target}：`{path}` 选中了 {count} 个值（{places}），而该元素只能容纳一个。",
        ),
        Text(
            "The message repeats something that the mapping expects once.",
            "报文中重复出现了映射认为只出现一次的内容。",
        ),
        Text("Say what is meant: `[n]`, `first: yes`, `join` or a function such as `sum`.",
             "明确取值方式：`[n]`、`first: yes`、`join` 或 `sum` 等函数。"),
    ),
    Entry(
        "fragment-unknown",
        Text("There is no fragment `{fragment}`; known: {known}.", "没有片段 `{fragment}`；可用：{known}。"),
        Text(
            "A misspelt name, or a fragment of a shared file without the file's name before it.",
            "名称拼写错误，或引用共享文件中的片段时没有写文件名。",
        ),
        Text(
            "Name a fragment of this file, or FILE/NAME for one of mappings/fragments/FILE.yaml.",
            "写本文件中的片段名；引用 mappings/fragments/FILE.yaml 中的片段时写 FILE/NAME。",
        ),
    ),
    Entry(
        "fragment-unused",
        Text("Nothing uses the fragment `{fragment}`.", "片段 `{fragment}` 没有被使用。"),
        Text("What used it has gone, or names another one.", "使用它的内容已删除，或引用了别的片段。"),
        Text("Use it, or take it out.", "使用它，或将其删除。"),
    ),
    Entry(
        "fragment-recursive",
        Text("The fragment `{fragment}` is used within itself: {way}.", "片段 `{fragment}` 在其自身之内被使用：{way}。"),
        Text("A fragment that uses itself would have no end.", "使用自身的片段没有终点。"),
        Text("Take one of these uses out.", "去掉其中一处引用。"),
    ),
    Entry(
        "wrap-too-long",
        Text(
            "{target}: the text makes {count} lines of {length}, there is room for {lines}.",
            "{target}：文本按每行 {length} 分为 {count} 行，而只能容纳 {lines} 行。",
        ),
        Text("The text is longer than the output can hold.", "文本超过了输出所能容纳的长度。"),
        Text(
            "Have the sender shorten it, or decide in the mapping what becomes of the rest (`rest: cut`, or further lines).",
            "请发送方缩短文本，或在映射中说明如何处理其余部分（`rest: cut`，或增加行）。",
        ),
    ),
    Entry(
        "target-required",
        Text("{target} must have a value, `{path}` has none.", "{target} 必须有值，但 `{path}` 没有值。"),
        Text("The message lacks something that the output needs.", "报文缺少输出所必需的内容。"),
        _SENDER,
    ),
    Entry(
        "function-unknown",
        Text(
            "There is no value function `{function}`; known: {known}.",
            "没有取值函数 `{function}`；可用：{known}。",
        ),
        Text("A misspelt name; mappings have no functions of their own.", "名称拼写错误；映射不能自定义函数。"),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "function-argument",
        Text("`{function}` cannot take the argument `{argument}`: {problem}.",
             "`{function}` 不能使用参数 `{argument}`：{problem}。"),
        Text("The argument is missing or has another form.", "缺少参数或参数形式不对。"),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "function-value",
        Text("{target}: `{function}` cannot convert `{value}`: {problem}.",
             "{target}：`{function}` 无法转换 `{value}`：{problem}。"),
        Text("The value has another form than the mapping expects.", "值的形式与映射预期不符。"),
        Text("Correct the value at the sender, or the mapping.", "请发送方更正该值，或修改映射。"),
    ),
    Entry(
        "value-cut",
        Text("{target}: `{value}` was cut to `{result}`.", "{target}：`{value}` 被截断为 `{result}`。"),
        Text("The value is longer than the receiver can hold.", "值超过接收方允许的长度。"),
        Text("Shorten the value at the sender if the rest matters.", "若被截内容重要，请发送方缩短该值。"),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "value-rounded",
        Text("{target}: `{value}` was rounded to `{result}`.", "{target}：`{value}` 被舍入为 `{result}`。"),
        Text("The value has more decimals than the receiver can hold.", "值的小数位数超过接收方允许的位数。"),
        Text("Send fewer decimals if the difference matters.", "若差异重要，请减少小数位数。"),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "output-invalid",
        Text("The output is wrong at {path}: {problem}", "输出在 {path} 处有误：{problem_zh}"),
        Text(
            "A value of the input does not fit the target format or its encoding.",
            "输入值不符合目标格式或其编码。",
        ),
        Text(
            "Correct the value at the input's place, or the mapping line.",
            "更正输入处的值，或修改映射行。",
        ),
    ),
    Entry(
        "mapping-schema-missing",
        Text("There is no schema `{schema}` under schemas/.", "schemas/ 下没有模式 `{schema}`。"),
        Text("A misspelt name, or the file was not brought along.", "名称拼写错误，或未附带该文件。"),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "mapping-schema-unusable",
        Text("The schema `{schema}` cannot be used: {problem}", "模式 `{schema}` 无法使用：{problem}"),
        Text("The XSD is wrong, or lacks a part.", "XSD 有误或不完整。"),
        Text("Correct the schema.", "修改该模式。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "target-unknown",
        Text("The target schema has no `{name}` in `{parent}`.", "目标模式的 `{parent}` 中没有 `{name}`。"),
        Text("A misspelt name, or an element of another place.", "名称拼写错误，或元素位置不对。"),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "target-order",
        Text(
            "`{name}` must stand before `{other}` in `{parent}`.",
            "在 `{parent}` 中，`{name}` 必须位于 `{other}` 之前。",
        ),
        Text("The mapping's order is the output's order, and the schema wants another.",
             "输出顺序即映射文件中的顺序，而模式要求另一种顺序。"),
        Text("Move the line.", "移动该行。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "target-unfilled",
        Text("The target schema needs `{name}` in `{parent}`, nothing fills it.",
             "目标模式要求 `{parent}` 中有 `{name}`，但没有映射行填写它。"),
        Text("A mandatory element was forgotten.", "遗漏了必填元素。"),
        Text("Add a line for it.", "为其增加一行。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "target-repeated",
        Text("`{name}` may stand once in `{parent}`, the mapping can make several.",
             "`{name}` 在 `{parent}` 中只能出现一次，而映射可能产生多个。"),
        Text(
            "`each` stands on an element that the schema allows once.",
            "`each` 用在了模式只允许出现一次的元素上。",
        ),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "target-never-valid",
        Text("`{name}` in `{parent}` can never be right: {problem}",
             "`{parent}` 中的 `{name}` 永远不可能正确：{problem_zh}"),
        Text("A fixed text that is too long, or no code of the target's list.",
             "固定文本过长，或不在目标的代码表中。"),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "source-type",
        Text("`{name}` is of type {type}, `{path}` ({form}) may be anything.",
             "`{name}` 的类型为 {type}，而 `{path}`（{form}）可为任意内容。"),
        Text("A text goes into a number or a date as it is.", "文本未经转换直接写入数值或日期。"),
        Text("Put it through a function such as `decimal` or `date`, or through a table.",
             "使用 `decimal`、`date` 等函数或代码表转换。"),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "table-never-valid",
        Text(
            "`{name}` in `{parent}` can never hold `{value}` of line {line} of the table `{table}` "
            "({count} such values): {problem}",
            "`{parent}` 中的 `{name}` 永远不能取代码表 `{table}` 第 {line} 行的 `{value}`（此类值共 {count} 个）：{problem_zh}",
        ),
        Text(
            "A misspelt value in the table, or the table or column of another target.",
            "代码表中的值有误，或用了属于其他目标的代码表或列。",
        ),
        Text(
            "Correct the table, or name another table or column.",
            "修改代码表，或改用其他代码表或列。",
        ),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "table-missing",
        Text("There is no code table `{table}`.", "没有代码表 `{table}`。"),
        Text(
            "A misspelt name, or mappings/tables/ lacks the file.",
            "名称拼写错误，或 mappings/tables/ 中缺少该文件。",
        ),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "table-column",
        Text("The code table `{table}` has no column `{column}`; it has {known}.",
             "代码表 `{table}` 没有列 `{column}`；现有列：{known}。"),
        Text("A misspelt column, or one of another table.", "列名拼写错误，或属于其他代码表。"),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "table-missing-key",
        Text("The code table `{table}` has no `{key}` ({column}) on {date}.",
             "代码表 `{table}` 中没有 {date} 有效的 `{key}`（{column}）。"),
        Text("A code that the table does not know, or that does not hold on that day.",
             "代码表中没有该代码，或该代码当日无效。"),
        Text(
            "Add the row to the table, correct the code, or set a `default`.",
            "在代码表中补充该行、更正代码或设置 `default`。",
        ),
    ),
    Entry(
        "table-no-counterpart",
        Text(
            "The code table {table} says in line {line} that `{key}` ({column}) has no counterpart.",
            "代码表 {table} 第 {line} 行注明 `{key}`（{column}）没有对应值。",
        ),
        Text(
            "The cell of the table is empty: the other list has no such code.",
            "该行的目标单元格为空：对方的代码表中没有此代码。",
        ),
        Text(
            "Ask the sender for another code, or give the mapping line a `default`.",
            "请发送方改用其他代码，或为该映射行设置 `default`。",
        ),
    ),
    Entry(
        "table-ambiguous",
        Text("The code table `{table}` has several rows for `{key}` ({column}): lines {lines}.",
             "代码表 `{table}` 中 `{key}`（{column}）对应多行：第 {lines} 行。"),
        Text(
            "Several codes mean the same, so the way back is not one.",
            "多个代码含义相同，因此反查不唯一。",
        ),
        Text(
            "Look up by another column, or make the table unambiguous.",
            "按其他列查找，或消除代码表中的歧义。",
        ),
    ),
    Entry(
        "register-entry-missing",
        Text("The register `{register}` has no entry `{key}` with a `{field}`.",
             "登记簿 `{register}` 中没有含 `{field}` 的登记 `{key}`。"),
        Text(
            "Nobody has entered it yet, the key is wrong, or the entry lacks the field; `convert`, `trace` and `replay` look "
            "into no register and find no entry at all.",
            "尚未登记，编号有误，或该登记缺少此字段；`convert`、`trace` 和 `replay` 不查登记簿，任何编号都查不到。",
        ),
        Text(
            "In a deployment look with `edi-router register show REGISTER KEY`; enter it or correct the key. Told by "
            "`convert`, `trace` or `replay`: prove the line by a golden case, whose registers.yaml says which entries there "
            "are, or give it a `default`.",
            "在部署环境中用 `edi-router register show REGISTER KEY` 查看，补登记或更正编号。若由 `convert`、`trace` 或 `replay` "
            "报出：用标准用例验证该行（registers.yaml 给出登记），或为其设置 `default`。",
        ),
    ),
    Entry(
        "table-syntax",
        Text("The code table cannot be read: {problem}.", "代码表无法读取：{problem}。"),
        Text("A row that does not fit the header, or a wrong date.", "某行与表头不符，或日期有误。"),
        Text("Correct the line and run `edi-router lint`.", "修改该行后运行 `edi-router lint`。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "table-overlap",
        Text("`{key}` stands twice in code table `{table}` for the same days: also in line {other}.",
             "代码表 `{table}` 中 `{key}` 的有效期与第 {other} 行重叠。"),
        Text("Two rows of one code hold at the same time.", "同一代码的两行同时有效。"),
        Text("End the older row's validity before the newer begins.", "在新行生效之前结束旧行的有效期。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "case-input",
        Text("The golden case `{case}` cannot be run: {problem}.", "标准用例 `{case}` 无法运行：{problem}。"),
        Text("The case's folder lacks its input, or the input holds no document of the mapping.",
             "用例目录中缺少输入，或输入中没有该映射对应的单证。"),
        Text("Put the input at in.edi, in.xml, in.csv or in.txt.", "将输入放在 in.edi、in.xml、in.csv 或 in.txt 中。"),
        blocks=Blocks.FILE,
    ),
)  # fmt: skip
