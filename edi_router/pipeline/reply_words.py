"""What a reply for people says in English and Chinese: its fixed words and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from edi_router.faults import Fault, Text

WORDS: Mapping[str, Text] = {
    key: Text(en, zh)
    for key, en, zh in (
        ("accepted", "Accepted", "已接受"), ("rejected", "Not accepted", "未接受"),
        ("partly", "Partly accepted", "部分接受"), ("held", "Received, being looked at", "已收到，正在处理"),
        ("duplicate", "Received before", "此前已收到"), ("unreadable", "Could not be read", "无法读取"),
        ("checked", "No errors found", "未发现错误"), ("faulty", "Errors found", "发现错误"),
        ("received", "What we received", "收到的内容"), ("next", "What to do next", "下一步怎么办"),
        ("errors", "What is wrong", "错误"), ("remarks", "Remarks (nothing has to be done)", "提示（无需处理）"),
        ("copy", "The document with the errors marked", "标出错误的单证原文"),
        ("segments", "The numbers in front count the segments of the document.", "行首数字为单证中段的序号。"),
        ("file", "File", "文件"), ("when", "Received", "收到时间"), ("from", "From", "发送方"),
        ("decided", "Decided", "审核时间"),
        ("interchange", "Interchange reference", "交换参考号"), ("test", "Test", "测试"), ("yes", "yes", "是"),
        ("document", "Document", "单证"), ("the-document", "The document", "单证内容"), ("number", "Document number", "单证编号"),
        ("reference", "Message reference", "报文参考号"), ("ours", "Our number, for questions", "我方编号（查询用）"),
        ("result", "Result", "处理结果"), ("where", "Where", "位置"), ("found", "Found there", "现在的内容"),
        ("do", "What to do", "如何更正"), ("blocks", "Effect", "影响"), ("clerk", "Our clerk says", "审核人员意见"),
        ("left-out", "… {count} lines left out …", "…… 省略 {count} 行 ……"),
        ("hidden", "this line holds confidential values and is not shown", "此行含保密内容，不予显示"),
        ("more-faults", "{count} more errors are not listed.", "另有 {count} 个错误未列出。"),
        ("more-documents", "{count} more documents are not shown in detail.", "另有 {count} 份单证未详细列出。"),
        ("error", "Error", "错误"), ("of", "Document {number} of {count}", "第 {number} 份单证，共 {count} 份"),
        ("nothing-there", "(nothing)", "（空）"), ("end", "End of the reply.", "回复结束。"),
        ("code", "Error code, for questions", "错误代码（查询用）"),
        ("line", "line {line}", "第 {line} 行"), ("column", "column {column}", "第 {column} 列"),
        ("element", "data element {id}", "数据元 {id}"),
        ("nth", "segment {number}", "第 {number} 段"), ("in-file", "in the file {at}", "文件中为{at}"),
        ("field", "field", "字段"),
        ("envelope", "What holds the documents together", "文件的首尾部分"), ("whole", "The file as a whole", "整个文件"),
        ("blocks-nothing", "none: the document is not stopped", "无：不影响处理"),
        ("blocks-message", "this document is not accepted", "本单证不予接受"),
        ("blocks-interchange", "the whole interchange is not accepted", "整个交换不予接受"),
        ("blocks-file", "the file cannot be read", "文件无法读取"),
        ("with-others", "Not accepted, because the file as a whole is not", "因整个文件未接受，本单证未接受"),
        ("perhaps", "Perhaps {hint} is meant.", "是否应为 {hint}？"),
    )
}  # fmt: skip

SUMMARY: Mapping[str, Text] = {
    "accepted": Text("Everything was accepted and is passed on.", "全部接受，已转发处理。"),
    "rejected": Text(
        "What you sent was not accepted, and nothing of it was passed on. To be corrected: {errors}.",
        "所发内容未予接受，没有任何内容转发。须更正：{errors}。",
    ),
    "refused": Text(
        "It was looked at by a clerk and refused; nothing of it was passed on.",
        "经人工审核后退回，没有任何内容转发。",
    ),
    "partly": Text(
        "Accepted: {good} of {count} documents. Not accepted: {bad}. To be corrected: {errors}.",
        "共 {count} 份单证，已接受 {good} 份，未接受 {bad} 份。须更正：{errors}。",
    ),
    "held": Text("It has arrived safely; a clerk has to look at it.", "已完整收到，须人工处理。"),
    "duplicate": Text(
        "It has arrived before; it was not processed again, and the first answer stands.",
        "此前已收到，未重复处理，以首次的答复为准。",
    ),
    "unreadable": Text(
        "The file has arrived, but it cannot be read, and nothing of it was processed.",
        "文件已收到，但无法读取，没有任何内容得到处理。",
    ),
    "checked": Text("The file was only checked, not sent. No errors were found.", "文件仅作校验，未发送。未发现错误。"),
    "faulty": Text(
        "The file was only checked, not sent. As it is, it would not be accepted. To be corrected: {errors}.",
        "文件仅作校验，未发送。按现状将不予接受。须更正：{errors}。",
    ),
}  # fmt: skip

NEXT: Mapping[str, tuple[Text, ...]] = {
    "accepted": (Text("Nothing has to be done.", "无需处理。"),),
    "held": (Text("Wait; do not send it again. You will be told the result.", "请等待，不要重复发送；结果另行通知。"),),
    "duplicate": (
        Text(
            "Nothing has to be done. What is really new must come under a number of its own.",
            "无需处理。如确为新的内容，请使用新的编号发送。",
        ),
    ),
    "renumber": (Text("Give it a number that was not used before, and send it again.", "请改用未使用过的编号后重新发送。"),),
    "whole": (
        Text("Correct the errors in your program; do not edit the file by hand if you can avoid it.",
             "请在贵方系统中更正错误，尽量不要手工修改文件。"),
        Text("Send the whole file again. It may keep its reference {reference}; nothing of the first one counts.",
             "重新发送整个文件。可沿用编号 {reference}，首次发送的内容不计。"),
    ),
    "whole-unnumbered": (
        Text("Correct the errors in your program; do not edit the file by hand if you can avoid it.",
             "请在贵方系统中更正错误，尽量不要手工修改文件。"),
        Text("Send the whole file again. Its numbers may stay the same; nothing of the first one counts.",
             "重新发送整个文件。编号可保持不变，首次发送的内容不计。"),
    ),
    "refused-alone": (
        Text("Correct what the clerk says.", "请按审核意见更正。"),
        Text("Send it again; its reference may stay the same.", "重新发送，编号可保持不变。"),
    ),
    "refused": (
        Text("Correct what the clerk says.", "请按审核意见更正。"),
        Text("Send the document again in a new file under a new reference; the old one is used up.",
             "用新的编号在新文件中重新发送该单证；原编号已使用。"),
    ),
    "partly": (
        Text("Correct the documents that were not accepted.", "请更正未接受的单证。"),
        Text("Send only these again, in a new file under a new reference. Do not send the accepted ones again.",
             "仅将这些单证放入新文件、用新的编号重新发送；已接受的单证请勿重发。"),
    ),
    "unreadable": (
        Text("Make the file anew with your program and send it again; its name and numbers may stay the same.",
             "请用贵方系统重新生成文件后发送；文件名和编号可保持不变。"),
        Text("If the same comes back, give this reply to whoever looks after your program.",
             "如仍收到同样的回复，请将本回复转交贵方系统维护人员。"),
    ),
    "checked": (Text("The file can be sent.", "文件可以发送。"),),
    "faulty": (Text("Correct the errors, and check the file again before you send it.", "请更正错误，发送前再次校验。"),),
}  # fmt: skip


def word(key: str, language: str, **values: object) -> str:
    """One of the fixed words."""
    return WORDS[key][language].format_map({name: str(value) for name, value in values.items()})


def errors(count: int, language: str) -> str:
    """A number of errors in words.

    >>> errors(1, "en"), errors(4, "zh")
    ('1 error', '4 处错误')
    """
    return f"{count} 处错误" if language == "zh" else f"{count} error{'' if count == 1 else 's'}"


_KINDS: Mapping[str, Text] = {
    "n": Text("a number (digits only)", "数字（只能用数字字符）"), "a": Text("text without digits", "不含数字的文本"),
    "an": Text("text", "文本"), "digits": Text("digits only", "纯数字"), "number": Text("a number", "数字"),
    "date": Text("a date", "日期"), "text": Text("text", "文本"), "string": Text("text", "文本"),
    "decimal": Text("a number", "数字"), "integer": Text("a whole number", "整数"),
    "dateTime": Text("a date with time (2026-03-14T09:00:00)", "日期时间（如 2026-03-14T09:00:00）"),
    "boolean": Text("true or false", "true 或 false"),
}  # fmt: skip


def kind(form: str, language: str) -> str:
    """A form of a value in words: ``n..8`` is a number.

    >>> kind("n..8", "en"), kind("date", "zh"), kind("yyyy-MM-dd", "en")
    ('a number (digits only)', '日期', 'a date of the form yyyy-MM-dd')
    """
    plain = form.rpartition(":")[2].rstrip("0123456789,").rstrip(".")
    if plain == "date" and form.startswith("xs:"):
        return Text("a date (2026-03-14)", "日期（如 2026-03-14）")[language]
    if plain in _KINDS:
        return _KINDS[plain][language]
    if "yyyy" in form or "yyMM" in form:
        return f" {form} 格式的日期" if language == "zh" else f"a date of the form {form}"
    return f" {form} 格式的内容" if language == "zh" else f"of the form {form}"


_UNCLOSED = re.compile(r"Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)")
_CUT_OFF = re.compile(r"Premature end of data in tag (\S+) line (\d+)")


def problem(text: str, language: str) -> str:
    """What an XML parser complains of, in words; empty for what it says plainly enough itself.

    >>> problem("Opening and ending tag mismatch: Declarant line 19 and Declaration", "en")
    '<Declarant>, opened in line 19, is not closed before </Declaration>'
    """
    if found := _UNCLOSED.fullmatch(text):
        name, line, end = found.groups()
        if language == "zh":
            return f"第 {line} 行的 <{name}> 没有在 </{end}> 之前结束"
        return f"<{name}>, opened in line {line}, is not closed before </{end}>"
    if found := _CUT_OFF.fullmatch(text):
        name, line = found.groups()
        if language == "zh":
            return f"内容在第 {line} 行开始的 <{name}> 内中断"
        return f"the content breaks off inside <{name}>, opened in line {line}"
    return ""


def opened(faults: Iterable[Fault]) -> frozenset[int]:
    """The lines in which the elements begin that faults say are not closed."""
    problems = (fault.values.get("problem", "") for fault in faults)
    found = (_UNCLOSED.fullmatch(text) or _CUT_OFF.fullmatch(text) for text in problems)
    return frozenset(int(match[2]) for match in found if match is not None)


_PATTERN = re.compile(r"(\\d|\[0-9\]|\[A-Z\]|\[A-Z0-9\]|\[0-9A-Z\])(?:\{(\d+)(,?)(\d*)\})?")
_SIGNS = {
    r"\d": Text("digits", "位数字"), "[0-9]": Text("digits", "位数字"), "[A-Z]": Text("capital letters", "个大写字母"),
    "[A-Z0-9]": Text("capital letters or digits", "个大写字母或数字"),
    "[0-9A-Z]": Text("capital letters or digits", "个大写字母或数字"),
}  # fmt: skip
_DATE = "(0[1-9]|1[0-2])"
"""A month: what holds it is a date."""
_SHORT = 24
"""A pattern that is longer is of no use to a person."""


def pattern(text: str, language: str) -> str:
    r"""A pattern of a schema in words, where it is a simple one; else as it is.

    >>> pattern(r"\d{6}", "en"), pattern(r"[A-Z]{2,3}", "zh"), pattern("[a-z]+x", "en"), pattern("[IE]", "en")
    ('6 digits', '2 至 3 个大写字母', '[a-z]+x', 'I or E')
    """
    if _DATE in text:
        form = "yyyy-MM-dd" if "-(0[1-9]" in text and not text.startswith("((19|20)\\d{2}(0") else "yyyyMMdd"
        return kind(form, language).strip()
    if re.fullmatch(r"\[[A-Za-z0-9]+\]", text):
        return (" 或 " if language == "zh" else " or ").join(text[1:-1])
    found = _PATTERN.fullmatch(text)
    if found is None or not found[2]:
        if len(text) <= _SHORT:
            return text
        return "填报规范规定的格式" if language == "zh" else "as the guide of the form has it"
    sign = _SIGNS[found[1]][language]
    if not found[3]:
        count = found[2]
    elif language == "zh":
        count = f"{found[2]} 至 {found[4]}" if found[4] else f"至少 {found[2]}"
    else:
        count = f"{found[2]} to {found[4]}" if found[4] else f"{found[2]} or more"
    return f"{count} {sign}"
