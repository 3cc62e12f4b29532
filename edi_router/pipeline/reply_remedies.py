"""Each fault as a declarant can act on it: what is wrong, and what to do, in English and Chinese.

The catalogue speaks to whoever runs the deployment ("ask the sender", "correct the partner file"); here it is the
sender who reads. A code that is not here is told in the catalogue's words, without a remedy that is not the sender's.
"""

from __future__ import annotations

from collections.abc import Mapping

from edi_router.faults import CATALOGUE, Text

_CORRECT = Text("Correct it and send the document again.", "请更正后重新发送单证。")
_CALL = Text("This is not your mistake to find: please ask us.", "此项不由贵方处理，请与我方联系。")
_FILL = Text("Fill it in.", "请补填。")
_ANEW = Text("Make the file anew with your program.", "请用贵方系统重新生成文件。")
_TAKE_OUT = Text("Take out what is too much.", "请删除多余的部分。")
_SHORTEN = Text("Shorten it to {limit} characters at most.", "请缩短至 {limit} 个字符以内。")
_LIST = Text("Choose a code of the list. {hint}", "请改用代码表中的代码。{hint}")

_TOLD: Mapping[str, tuple[Text | None, Text]] = {
    # EDIFACT
    "segment-missing": (Text("“{name}” ({tag}) is missing here.", "此处缺少“{name}”（{tag} 段）。"), _FILL),
    "segment-unexpected": (None, Text("Take it out, or put it where it belongs.", "请删除，或移到正确的位置。")),
    "segment-unknown": (None, Text("Take it out, or correct its three letters.", "请删除，或更正其段标记。")),
    "segment-misplaced": (None, Text("Put it there.", "请移到该处。")),
    "segment-repeated": (None, _TAKE_OUT),
    "group-repeated": (None, _TAKE_OUT),
    "element-missing": (Text("“{name}” is empty, but must have a value.", "“{name}”不能为空。"), _FILL),
    "element-too-long": (
        Text("“{name}” is too long: {length} characters, at most {limit} are allowed.",
             "“{name}”过长：{length} 个字符，最多 {limit} 个。"),
        _SHORTEN,
    ),
    "element-too-short": (
        Text("“{name}” is too short: {length} characters, at least {limit} are needed.",
             "“{name}”过短：{length} 个字符，至少 {limit} 个。"),
        Text("Write it in full, with zeros before it if need be.", "请填写完整，必要时前面补零。"),
    ),
    "element-type": (
        Text("“{name}”: `{value}` is not {kind}.", "“{name}”：`{value}` 不是{kind}。"),
        Text("Write {kind}; take care of the letter O for a zero, and of blanks.",
             "请填写{kind}；注意不要把字母 O 当作数字 0，不要带空格。"),
    ),
    "decimal-mark-wrong": (
        Text("“{name}”: the number `{value}` has another decimal mark than the file announces (`{mark}`).",
             "“{name}”：数字 `{value}` 的小数点与文件声明的“{mark}”不一致。"),
        Text("Write the number with `{mark}`.", "请用“{mark}”作小数点。"),
    ),
    "code-unknown": (Text("“{name}”: there is no code `{value}`.", "“{name}”：没有代码 `{value}`。"), _LIST),
    "elements-too-many": (None, _TAKE_OUT),
    "components-too-many": (
        Text("“{name}” has {count} parts; {limit} are allowed.", "“{name}”有 {count} 个部分，最多 {limit} 个。"),
        Text("Take out what is too much; a `:` inside a text is written `?:`.", "请删除多余部分；文本中的“:”应写作“?:”。"),
    ),
    "element-repeated": (None, _TAKE_OUT),
    "byte-not-decodable": (
        Text("There are characters here that cannot be read as {encoding}.", "此处有按 {encoding} 无法识别的字符。"),
        Text("Save the file in the encoding that was agreed on.", "请按约定的编码保存文件。"),
    ),
    "segment-not-terminated": (
        Text("The file breaks off in the segment {tag}.", "文件在 {tag} 段中断。"),
        Text("Send the complete file.", "请发送完整的文件。"),
    ),
    "segment-tag-invalid": (
        None, Text("A `'`, `+` or `:` inside a text is written `?'`, `?+`, `?:`.", "文本中的“'”“+”“:”应写作“?'”“?+”“?:”。"),
    ),
    "edifact-lower-case": (None, Text("Write it in capitals.", "请使用大写字母。")),
    "not-edifact": (None, Text("Send the file in its agreed form, unpacked.", "请按约定格式发送，勿压缩。")),
    "interchange-count-wrong": (None, Text("Send the complete file.", "请发送完整的文件。")),
    "message-count-wrong": (None, Text("Send the complete document.", "请发送完整的单证。")),
    "syntax-identifier-unknown": (None, Text("Name a character set such as UNOC or UNOY.", "请写明字符集，如 UNOC、UNOY。")),
    "profile-missing": (Text("{path} is missing here.", "此处缺少{path}。"), _FILL),
    "profile-forbidden": (Text("{path} is not used by the recipient.", "接收方不使用{path}。"), _TAKE_OUT),
    "profile-too-often": (
        Text("{path} stands {count} times; the recipient takes {limit}.", "{path}出现 {count} 次，接收方最多接受 {limit} 次。"),
        _TAKE_OUT,
    ),
    "profile-code": (
        Text("{path}: the recipient does not take `{value}`; it takes {allowed}.",
                "{path}：接收方不接受 `{value}`，只接受：{allowed}。"),
        Text("Choose one of these.", "请选用其中之一。"),
    ),
    "profile-type": (
        Text("{path}: `{value}` is not {kind}.", "{path}：`{value}` 不是{kind}。"), Text("Write {kind}.", "请填写{kind}。"),
    ),
    "profile-too-long": (
        Text("{path} is too long for the recipient: {length} characters ({form}).",
                "{path}对接收方过长：{length} 个字符（{form}）。"),
        Text("Shorten it.", "请缩短。"),
    ),
    "profile-too-short": (
        Text("{path} is too short for the recipient: {length} characters ({form}).",
                "{path}对接收方过短：{length} 个字符（{form}）。"),
        Text("Write it in full.", "请填写完整。"),
    ),
    "profile-dependent-missing": (
        Text("Where there is {given}, there must be {paths}, too.", "有{given}时，还须有{paths}。"), _FILL,
    ),
    "profile-dependent-choice": (
        Text("Where there is {given}, there must be one of these, too: {paths}.",
                "有{given}时，还须有其中之一：{paths}。"), _FILL,
    ),
    "profile-choice-missing": (Text("One of these must be here: {paths}.", "此处须有其中之一：{paths}。"), _FILL),
    "profile-exclusive": (Text("{one} and {other} must not stand together.", "{one}与{other}不得同时出现。"), _TAKE_OUT),
    # XML
    "xml-malformed": (
        Text("The file is damaged here: {problem}.", "文件在此处损坏：{problem}。"),
        Text("Make the file anew with your program. Often a closing tag is missing, or `&` was not written as `&amp;`.",
             "请用贵方系统重新生成文件。常见原因：缺少结束标签，或“&”未写作“&amp;”。"),
    ),
    "xml-doctype": (None, Text("Leave out the line `<!DOCTYPE …>`.", "请去掉 `<!DOCTYPE …>` 一行。")),
    "xml-limit": (None, Text("Send less in one file.", "请减少单个文件的内容。")),
    "xml-encoding": (None, Text("Save the file in the encoding that its first line names.", "请按首行声明的编码保存文件。")),
    "xml-encoding-conflict": (None, Text("Save the file in the encoding that its first line names.",
            "请按首行声明的编码保存文件。")),
    "xsd-root-unexpected": (None, Text("Send a document of an agreed kind.", "请发送已约定种类的单证。")),
    "xsd-element-missing": (Text("“{name}” is missing in “{parent}”.", "“{parent}”中缺少“{name}”。"), _FILL),
    "xsd-element-unexpected": (
        Text("“{name}” is not allowed here in “{parent}”; expected: {expected}.",
             "“{parent}”中此处不允许“{name}”；应为：{expected}。"),
        Text("Take it out, or write what is expected. {hint}", "请删除，或改为应有的内容。{hint}"),
    ),
    "xsd-element-order": (
        Text("“{name}” is at the wrong place in “{parent}”; expected here: {expected}.",
             "“{name}”在“{parent}”中的位置不对；此处应为：{expected}。"),
        Text("Keep the order of the form.", "请按规定的顺序填写。"),
    ),
    "xsd-element-too-many": (None, _TAKE_OUT),
    "xsd-value-empty": (Text("“{name}” is empty, but must have a value.", "“{name}”不能为空。"), _FILL),
    "xsd-value-pattern": (
        Text("“{name}”: `{value}` has not the required form ({pattern}).",
                "“{name}”：`{value}` 不符合要求的格式（{pattern}）。"),
        Text("Write it in this form: {pattern}.", "请按此格式填写：{pattern}。"),
    ),
    "xsd-value-enumeration": (
        Text("“{name}”: `{value}` is not one of {allowed}.", "“{name}”：`{value}` 不在允许范围内：{allowed}。"),
        Text("Choose one of them. {hint}", "请选用其中之一。{hint}"),
    ),
    "xsd-value-too-long": (
        Text("“{name}” is too long: {length} characters, at most {limit} are allowed.",
             "“{name}”过长：{length} 个字符，最多 {limit} 个。"),
        _SHORTEN,
    ),
    "xsd-value-too-short": (
        Text("“{name}” is too short: {length} characters, at least {limit} are needed.",
             "“{name}”过短：{length} 个字符，至少 {limit} 个。"),
        Text("Write it in full.", "请填写完整。"),
    ),
    "xsd-value-length": (
        Text("“{name}” has {length} characters; it must have {expected}.", "“{name}”有 {length} 个字符，应为 {expected} 个。"),
        Text("Write it in full.", "请填写完整。"),
    ),
    "xsd-value-type": (
        Text("“{name}”: `{value}` is not {type}.", "“{name}”：`{value}` 不是{type}。"),
        Text("Write {type}.", "请填写{type}。"),
    ),
    # flat files
    "record-unknown": (
        Text("What begins with `{text}` is not known here; known are: {known}.",
                "无法识别以 `{text}` 开头的内容；应为：{known}。"),
        Text("Send the table or the record that was agreed on.", "请发送约定的表格或记录。"),
    ),
    "column-missing": (None, Text("Add the column, with this heading.", "请补上该列，列名照此书写。")),
    "column-repeated": (None, Text("Name each column once.", "每列只能出现一次。")),
    "record-cells": (
        Text("This row has {count} fields; it must have {expected}.", "此行有 {count} 个字段，应为 {expected} 个。"),
        Text("Look for a comma too many or too few; a text with a comma stands in quotes.",
             "请检查是否多或少了逗号；含逗号的文本须加引号。"),
    ),
    "quote-open": (None, Text("Close the quote at the end of the text.", "请在文本末尾补上引号。")),
    "quote-stray": (None, Text("Double a quote that stands inside a text.", "文本内的引号须写两个。")),
    "field-missing": (Text("“{field}” is empty, but must have a value.", "“{field}”不能为空。"), _FILL),
    "field-too-long": (
        Text("“{field}” is too long: its length is {length}, at most {limit}.",
                "“{field}”过长：长度为 {length}，最多 {limit}。"),
        Text("Shorten it to {limit} at most.", "请缩短至 {limit} 以内。"),
    ),
    "field-too-short": (
        Text("“{field}” is too short: its length is {length}, at least {limit}.",
                "“{field}”过短：长度为 {length}，至少 {limit}。"),
        Text("Write it in full.", "请填写完整。"),
    ),
    "field-type": (
        Text("“{field}”: `{value}` is not {kind}.", "“{field}”：`{value}` 不是{kind}。"),
        Text("Write {kind}.", "请填写{kind}。"),
    ),
    "field-code": (Text("“{field}”: `{value}` is none of {known}.", "“{field}”：`{value}` 不在允许范围内：{known}。"), _LIST),
    "record-total": (None, Text("Send the complete file, or correct the total.", "请发送完整的文件，或更正合计。")),
    "format-unknown": (
        Text("The file is of no form that was agreed on with you.", "文件不是与贵方约定的格式。"),
        Text("Send the file in its agreed form, unpacked.", "请按约定格式发送，勿压缩。"),
    ),
    "file-packed": (
        Text("The file is packed, which was not agreed on with you.", "文件已压缩，未与贵方约定。"),
        Text("Send the file unpacked.", "请勿压缩，直接发送。"),
    ),
    **{
        code: (None, Text("Pack the documents again and send them.", "请重新打包单证后发送。"))
        for code in ("packed-broken", "packed-index", "packed-trailing", "packed-member", "packed-empty")
    },
    "packed-limit": (None, Text("Send the documents in several smaller files.", "请将单证拆分为多个较小的文件发送。")),
    "packed-encrypted": (None, Text("Pack the documents again without a password.", "请不设密码重新打包单证。")),
    "file-empty": (None, Text("Send the file again.", "请重新发送文件。")),
    "edifact-empty": (None, Text("Send the file again.", "请重新发送文件。")),
    # what follows from rules, mappings and registers
    "rule-violated": (Text("{text}", "{text_zh}"), _CORRECT),
    "rule-warning": (Text("{text}", "{text_zh}"), _CORRECT),
    "rule-remark": (Text("{text}", "{text_zh}"), _CORRECT),
    "message-refused": (
        Text("Refused by a clerk: {words}", "人工审核退回：{words}"),
        Text("Do what the clerk says, and send the document again.", "请按审核意见更正后重新发送。"),
    ),
    "mapping-several-values": (
        Text("There are {count} values here where the recipient takes one.", "此处有 {count} 个值，而接收方只接受一个。"),
        Text("Send one of them.", "请只保留一个。"),
    ),
    "wrap-too-long": (
        Text("The text is too long for the recipient: room for {lines} lines of {length} characters.",
             "文本超出接收方的长度：最多 {lines} 行，每行 {length} 个字符。"),
        Text("Shorten it.", "请缩短文本。"),
    ),
    "target-required": (Text("“{name}” is missing, and the recipient needs it.", "缺少接收方必需的“{name}”。"), _FILL),
    "function-value": (Text("`{value}` cannot be used here: {problem}.", "`{value}` 不能用于此处：{problem}。"), _CORRECT),
    "output-invalid": (
        Text("The recipient does not take what stands here: {problem}", "接收方不接受此处的内容：{problem_zh}"), _CORRECT,
    ),
    "table-missing-key": (
        Text("The recipient knows no code `{key}` on {date}.", "接收方的代码表中没有 {date} 有效的代码 `{key}`。"), _LIST,
    ),
    "table-no-counterpart": (
        Text("The code `{key}` has no counterpart at the recipient.", "代码 `{key}` 在接收方没有对应的代码。"),
        Text("Choose another code.", "请改用其他代码。"),
    ),
    "table-ambiguous": (Text("The code `{key}` means several things to the recipient.",
            "代码 `{key}` 在接收方对应多项。"), _CALL),
    "register-entry-missing": (
        Text("Nothing is recorded under `{key}`.", "没有编号为 `{key}` 的登记。"),
        Text("Correct the number, or have it recorded first.", "请更正编号，或先办理登记。"),
    ),
    "register-refused": (
        Text("{key}: {text}.", "{key}：{text_zh}。"),
        Text("Check the number and what is recorded under it; send what that allows.",
                "请核对编号及其登记内容，按允许的内容发送。"),
    ),
    "register-key-missing": (
        Text("The document does not name the number that it is about.", "单证没有写明所涉及的编号。"), _FILL,
    ),
    "register-overdrawn": (
        Text("{key}, line {line}: {asked} is asked for, {left} is left.", "{key} 第 {line} 项：申请 {asked}，剩余 {left}。"),
        Text("Ask for what is left at most.", "请不要超过剩余数量。"),
    ),
    "register-quantity": (Text("{value} is no quantity.", "{value} 不是数量。"), Text("Write a number.", "请填写数字。")),
    "mapping-wrong-source": (Text("We cannot translate this kind of document.", "我方无法转换此类单证。"), _CALL),
    "register-unmoved": (Text("We cannot process this document as it is.", "我方无法处理此单证。"), _CALL),
    "register-too-deep": (Text("We cannot process this document as it is.", "我方无法处理此单证。"), _CALL),
    "character-not-encodable": (
        Text("The recipient's system has no character `{character}`.", "接收方系统没有字符“{character}”。"),
        Text("Write it with other characters.", "请改用其他字符。"),
    ),
    # the parties, repeats
    "sender-not-partner": (
        Text("The file names `{sender}` as its sender; that is not what was agreed on with you.",
             "文件写明的发送方是 `{sender}`，与约定不符。"),
        Text("Correct the sender in the first line.", "请更正首行中的发送方。"),
    ),
    "recipient-unknown": (
        Text("The file is addressed to `{recipient}`, who is not reached through us.",
                "文件的接收方 `{recipient}` 不由我方转接。"),
        Text("Correct the recipient in the first line.", "请更正首行中的接收方。"),
    ),
    "duplicate-refused": (
        Text("The number {reference} was used before: received on {when}.", "编号 {reference} 已用过：{when} 收到。"),
        Text("Use a new number.", "请使用新的编号。"),
    ),
    "duplicate-interchange": (
        Text("{reference} was received before, on {when}.", "{reference} 已于 {when} 收到。"),
        Text("Nothing has to be done.", "无需处理。"),
    ),
}  # fmt: skip

OURS = frozenset({
    "definition-missing", "message-type-unknown", "register-held", "source-type", "column-unknown",
    "contrl-unmatched", "contrl-repeated", "contrl-rejects", "character-set-assumed", "leniency-expired",
    "route-none", "route-conditions", "route-ambiguous", "destination-unknown", "destination-not-active", "test-to-live",
})  # fmt: skip
"""What is for us to deal with: it is not told to the sender."""
_NOT_THEIRS = ("edi-router", "sender", "partner", "mapping", "layout", "leniency", "archived", "Ask the")


def told(code: str) -> tuple[Text | None, Text]:
    """How a fault is told, None for the catalogue's words, and what its sender can do."""
    if code in _TOLD:
        return _TOLD[code]
    remedy = CATALOGUE[code].remedy
    return None, _CORRECT if any(each in remedy.en for each in _NOT_THEIRS) else remedy
