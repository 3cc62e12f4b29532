"""Fault codes for XML documents and schemas."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks

_RESEND = Text("Have the sender correct the file and send it again.", "请发送方更正文件后重新发送。")
_CORRECT = Text("Correct the document, or the mapping that made it.", "更正该单证，或更正生成它的映射。")
_OTHER = Text(
    "The sender follows another version of the format, or the mapping is wrong.",
    "发送方使用了其他版本的格式，或映射有误。",
)
_ATTACK = Text(
    "Such files are made by mistake or to exhaust the receiver.", "此类文件多为误操作，或意在耗尽接收方资源。"
)
_EMPTY = Text(
    "The source has no value for it, or the mapping does not fill it.", "来源中没有该值，或映射未填写。"
)
_FORMS = Text("The value was typed or computed in another form.", "该值以其他形式录入或计算得出。")


def _file(code: str, text: Text, cause: Text, remedy: Text = _RESEND) -> Entry:
    return Entry(code, text, cause, remedy, blocks=Blocks.FILE)


def _message(code: str, en: str, zh: str, cause: Text = _OTHER, remedy: Text = _CORRECT) -> Entry:
    return Entry(code, Text(en, zh), cause, remedy)


_READING = (
    _file(
        "xml-empty",
        Text("The file has no content.", "文件没有内容。"),
        Text("The sender wrote nothing, or the transfer broke off.", "发送方未写入内容，或传输中断。"),
    ),
    _file(
        "xml-malformed",
        Text("The file is not well-formed XML: {problem}.", "文件不是格式良好的 XML：{problem}。"),
        Text(
            "A tag is not closed, `&` or `<` is not escaped, or the file is cut off.",
            "标签未闭合、`&` 或 `<` 未转义，或文件不完整。",
        ),
    ),
    _file(
        "xml-doctype",
        Text("The file has a DOCTYPE, which is not accepted.", "文件含有 DOCTYPE，不予接受。"),
        Text(
            "Document type declarations can name files of the receiver and grow without bound.",
            "文档类型声明可引用接收方的文件，也可无限膨胀。",
        ),
        Text("Send the document without `<!DOCTYPE …>`.", "请发送不含 `<!DOCTYPE …>` 的文件。"),
    ),
    _file(
        "xml-limit",
        Text("The file exceeds the limit of {limit} for {what}.", "文件超出限制：{what} 最大为 {limit}。"),
        _ATTACK,
    ),
    _file(
        "xml-encoding",
        Text("The bytes {bytes} are not valid {encoding}.", "字节 {bytes} 不是有效的 {encoding} 编码。"),
        Text("The file is in another encoding than it declares.", "文件的实际编码与其声明的编码不一致。"),
    ),
    _file(
        "xml-encoding-unknown",
        Text("The encoding {encoding} is not supported.", "不支持编码 {encoding}。"),
        Text("The declaration has a misspelt or a rare encoding.", "声明的编码拼写错误，或较为罕见。"),
        Text("Use UTF-8 or GB18030.", "请使用 UTF-8 或 GB18030。"),
    ),
    _file(
        "xml-encoding-conflict",
        Text(
            "The file declares {encoding} but its first bytes are {found}.",
            "文件声明编码为 {encoding}，但起始字节为 {found}。",
        ),
        Text("The file was converted without changing its declaration.", "文件转换编码后未修改声明。"),
    ),
    _file(
        "xml-character",
        Text("The character {character} is not allowed in XML.", "XML 不允许字符 {character}。"),
        Text("A control character came from the source system.", "源系统带入了控制字符。"),
    ),
)

_STRUCTURE = (
    _message(
        "xsd-root-unexpected",
        "The root element {name} is not one of the schema's: {expected}.",
        "根元素 {name} 不属于该模式：应为 {expected}。",
    ),
    _message(
        "xsd-namespace",
        "The element {name} is in the namespace `{namespace}` instead of `{expected}`.",
        "元素 {name} 的命名空间为 `{namespace}`，应为 `{expected}`。",
    ),
    _message(
        "xsd-element-unexpected",
        "The element {name} is not allowed here in {parent}; expected: {expected}.",
        "{parent} 的此处不允许元素 {name}；应为：{expected}。",
    ),
    _message(
        "xsd-element-order",
        "The element {name} is at the wrong place in {parent}; expected: {expected}.",
        "元素 {name} 在 {parent} 中的位置错误；此处应为：{expected}。",
    ),
    _message(
        "xsd-element-too-many",
        "The element {name} stands in {parent} too often; the limit is {limit}.",
        "元素 {name} 在 {parent} 中出现次数过多，上限为 {limit} 次。",
    ),
    _message(
        "xsd-element-missing",
        "In {parent} the element {name} is missing.",
        "{parent} 中缺少元素 {name}。",
        _EMPTY,
    ),
    _message(
        "xsd-text-unexpected",
        "The element {name} has text between its elements.",
        "元素 {name} 的子元素之间有文本。",
    ),
    _message(
        "xsd-children-unexpected",
        "The element {name} has elements in it but may have text only.",
        "元素 {name} 只能有文本，却含有子元素。",
    ),
    _message(
        "xsd-attribute-unexpected",
        "The attribute {attribute} is not allowed in {name}.",
        "元素 {name} 不允许属性 {attribute}。",
    ),
    _message(
        "xsd-attribute-missing",
        "In {name} the attribute {attribute} is missing.",
        "元素 {name} 缺少属性 {attribute}。",
    ),
    _message("xsd-invalid", "{name} breaks the schema: {problem}.", "{name} 不符合模式：{problem}。"),
)

_VALUES = (
    _message(
        "xsd-value-empty",
        "{name} must have a value.",
        "{name} 必须有值。",
        _EMPTY,
    ),
    _message(
        "xsd-value-pattern",
        "The value `{value}` of {name} does not have the form `{pattern}`.",
        "{name} 的值 `{value}` 不符合格式 `{pattern}`。",
        _FORMS,
    ),
    _message(
        "xsd-value-enumeration",
        "The value `{value}` of {name} is not one of {allowed}.",
        "{name} 的值 `{value}` 不在允许值之内：{allowed}。",
        Text("The code is of another list or of a later version.", "该代码属于其他代码表或更新的版本。"),
    ),
    _message(
        "xsd-value-length",
        "The length of `{value}` in {name} is {length}; it must be {expected}.",
        "{name} 的值 `{value}` 长度为 {length}，应为 {expected}。",
        _FORMS,
    ),
    _message(
        "xsd-value-too-long",
        "The length of `{value}` in {name} is {length}; at most {limit} is allowed.",
        "{name} 的值 `{value}` 长度为 {length}，最多允许 {limit}。",
        Text("The source allows longer texts than the target.", "来源允许的文本比目标允许的长。"),
    ),
    _message(
        "xsd-value-too-short",
        "The length of `{value}` in {name} is {length}; at least {limit} is needed.",
        "{name} 的值 `{value}` 长度为 {length}，至少需要 {limit}。",
        _FORMS,
    ),
    _message(
        "xsd-value-digits",
        "The value `{value}` of {name} has more than {limit} digits.",
        "{name} 的值 `{value}` 超过 {limit} 位数字。",
        _FORMS,
    ),
    _message(
        "xsd-value-fraction",
        "The value `{value}` of {name} has more than {limit} digits after the decimal mark.",
        "{name} 的值 `{value}` 的小数位超过 {limit} 位。",
        _FORMS,
    ),
    _message(
        "xsd-value-too-small",
        "The value `{value}` of {name} is below {limit}.",
        "{name} 的值 `{value}` 小于下限 {limit}。",
        _FORMS,
    ),
    _message(
        "xsd-value-too-large",
        "The value `{value}` of {name} is above {limit}.",
        "{name} 的值 `{value}` 大于上限 {limit}。",
        _FORMS,
    ),
    _message(
        "xsd-value-type",
        "The value `{value}` of {name} is not of the type `{type}`.",
        "{name} 的值 `{value}` 不符合数据类型 `{type}`。",
        _FORMS,
    ),
)

_WRITING = (
    _message(
        "xml-name",
        "`{name}` cannot be the name of an element or attribute.",
        "`{name}` 不能作为元素或属性的名称。",
        Text(
            "The mapping has a key with a blank or another forbidden character.",
            "映射的键含有空格或其他非法字符。",
        ),
    ),
    _message(
        "character-not-encodable",
        "The character `{character}` ({codepoint}) of {name} does not exist in {encoding}.",
        "{name} 的字符 `{character}`（{codepoint}）在 {encoding} 中不存在。",
        Text("The partner's encoding is smaller than the source's.", "伙伴使用的编码所含字符少于来源编码。"),
        Text(
            "Agree on UTF-8 or GB18030, or map the text to one that the encoding has.",
            "与伙伴商定使用 UTF-8 或 GB18030，或将文本映射为该编码可表示的内容。",
        ),
    ),
)

_SCHEMAS = (
    _file(
        "schema-missing",
        Text("The schema {schema} is missing.", "缺少模式文件 {schema}。"),
        Text(
            "A mapping or another schema names it, but it is not there.",
            "映射或其他模式引用了它，但文件不存在。",
        ),
        Text("Put the file under `schemas/`.", "将该文件放入 `schemas/` 目录。"),
    ),
    _file(
        "schema-invalid",
        Text("The schema cannot be used: {problem}.", "模式无法使用：{problem}。"),
        Text("The file is no XSD 1.0, or a part of it is missing.", "文件不是 XSD 1.0，或缺少其中一部分。"),
        Text("Correct the schema.", "更正模式文件。"),
    ),
)

ENTRIES: tuple[Entry, ...] = (*_READING, *_STRUCTURE, *_VALUES, *_WRITING, *_SCHEMAS)
