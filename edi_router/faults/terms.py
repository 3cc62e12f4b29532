"""Chinese for the words that values of faults carry in English: names of service data elements, reasons.

The names follow the terms of GB/T 14805 (ISO 9735) and of `docs/glossary.md`. Names from UN/EDIFACT directories
stay as the directory has them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

NAMES: Mapping[str, str] = {
    "0001": "语法标识符", "0002": "语法版本号", "0004": "交换发送方标识", "0007": "标识代码限定符",
    "0008": "交换发送方内部标识", "0010": "交换接收方标识", "0013": "服务段标记代码", "0014": "交换接收方内部标识",
    "0017": "日期", "0019": "时间", "0020": "交换控制参考号", "0022": "接收方参考号/口令", "0025": "接收方参考号/口令限定符",
    "0026": "应用参考", "0029": "处理优先级代码", "0031": "回执请求", "0032": "交换协议标识符",
    "0035": "测试标记", "0036": "交换控制计数", "0038": "报文组标识", "0040": "应用发送方标识",
    "0042": "交换发送方内部次级标识", "0044": "应用接收方标识", "0046": "交换接收方内部次级标识",
    "0048": "功能组参考号", "0051": "管理机构代码", "0052": "报文版本号", "0054": "报文发布号",
    "0057": "协会指定代码", "0058": "应用口令", "0060": "功能组控制计数", "0062": "报文参考号",
    "0065": "报文类型", "0068": "公共访问参考号", "0070": "传送序号", "0073": "首次与末次传送标记",
    "0074": "报文段数", "0076": "语法发布号", "0080": "服务代码表目录版本号", "0081": "分区标识",
    "0083": "处理结果代码", "0085": "语法错误代码", "0087": "防冲突段组标识", "0096": "段在报文体中的位置",
    "0098": "出错数据元在段中的位置", "0104": "出错成分的位置", "0110": "代码表目录版本号",
    "0113": "报文类型子功能标识", "0115": "报文子集标识", "0116": "报文子集版本号", "0118": "报文子集发布号",
    "0121": "报文实施指南标识", "0122": "报文实施指南版本号", "0124": "报文实施指南发布号", "0127": "场景标识",
    "0128": "场景版本号", "0130": "场景发布号", "0133": "字符编码代码", "0135": "服务段标记代码",
    "0136": "出错数据元的重复序号", "0138": "安全段位置", "0534": "安全参考号", "0800": "数据包参考号",
    "0802": "参考标识号", "0813": "参考限定符",
    "S001": "语法标识符", "S002": "交换发送方", "S003": "交换接收方", "S004": "编制日期与时间",
    "S005": "接收方参考号/口令细目", "S006": "应用发送方标识", "S007": "应用接收方标识", "S008": "报文版本",
    "S009": "报文标识符", "S010": "传送状态", "S011": "数据元标识", "S016": "报文子集标识",
    "S017": "报文实施指南标识", "S018": "场景标识", "S020": "参考标识",
}  # fmt: skip
"""Service data elements by their number."""

WORDS: Mapping[str, str] = {
    "groups": "功能组", "messages": "报文", "the end of the file": "文件结尾",
    "depth": "嵌套深度", "elements": "元素数", "attributes": "属性数", "text": "文本长度", "size": "文件大小",
    "only five characters": "只有五个字符", "it is cut off": "内容不完整",
    "a separator is missing": "缺少分隔符", "a separator is no ASCII character": "分隔符不是 ASCII 字符",
    "Field required": "缺少该键", "there is no such day": "没有这一天",
    "Extra inputs are not permitted": "没有这一项",
    "Input should have timezone info": "须带时区", "JSON decode error": "不是正确的 JSON",
    "must be a block of keys": "应为键值表", "must be yes or no": "应为 yes 或 no",
    "a tab stands here; indent with spaces": "此处是制表符，请用空格缩进",
    "`: ` is not allowed here; put the value in quotes, or correct the indentation or the line before":
        "此处不允许出现 `: `，请给值加引号，或检查缩进与上一行",
    "a key was expected here; the indentation differs from the lines before, or a quote was closed too early":
        "此处应为键，缩进与上文不一致，或引号过早闭合",
    "`- ` was expected here, as in the lines before; or the indentation of this line is wrong":
        "此处应为 `- `，与上文一致，或本行缩进有误",
    "`:` is missing after the key": "键之后缺少 `:`",
    "`\\` cannot stand before this character in double quotes; use single quotes":
        "双引号内此字符之前不能有 `\\`，请改用单引号",
    "a value is missing here": "此处缺少值",
    "a second document begins here": "此处开始了第二个文档",
    "the document has come to its end before this": "文档在此之前已经结束",
    "it is UTF-16": "实为 UTF-16",
    "the file is not UTF-8": "文件不是 UTF-8 编码", "the file is empty": "文件为空",
    "Extra content at the end of the document": "根元素之后还有内容",
    "Start tag expected, '<' not found": "缺少起始标签 `<`",
    "white space stands before the XML declaration, which has to begin the file":
        "XML 声明之前有空白或换行，声明须位于文件开头",
    "XML declaration allowed only at the start of the document": "XML 声明只能位于文件开头",
    "interactive EDIFACT (UIB)": "交互式 EDIFACT（UIB）", "UN/EDIFACT in EBCDIC": "EBCDIC 编码的 UN/EDIFACT",
    "ANSI X12 (ISA)": " ANSI X12（ISA）", "TRADACOMS (STX)": " TRADACOMS（STX）",
    "StartTag: invalid element name": "元素名称无效",
    "xmlParseEntityRef: no name": "`&` 未转义",
    "EntityRef: expecting ';'": "`&` 未转义，或实体缺少 `;`",
    "AttValue: \" or ' expected": "属性值缺少引号",
    "attributes construct error": "属性写法有误",
    "month must be in 1..12": "月份应为 1 至 12", "day is out of range for month": "该月没有这一天",
    "bytes of all members": "全部成员的字节数", "bytes of a member": "单个成员的字节数",
    "composites": "复合数据元", "code lists": "代码表",
    "segment definitions": "段定义", "element definitions": "数据元定义",
    "times the packed size": "与压缩后大小的倍数", "members": "成员数", "segments": "段数", "bytes": "字节数",
    "it ends early": "内容不完整", "its data cannot be unpacked": "数据无法解压", "its checksum differs": "校验和不符",
    "its length differs": "长度不符", "its header is broken": "文件头损坏", "its header does not end": "文件头没有结尾",
    "its header has unknown flags": "文件头含未知标志", "it is not packed": "并非压缩文件",
    "it is a folder with content": "目录项含有内容", "its name is there twice": "名称重复",
    "its name could be a path elsewhere, or is no name": "名称可能指向其他路径，或不是有效名称",
    "it is packed by another method than deflate": "使用了 deflate 以外的压缩方法",
    "its length is not told before it": "未在数据之前给出长度", "it is packed itself": "其本身也是压缩文件",
    "it is a link or another thing that is no file": "是链接或其他非文件项",
    "it lists more members than there are": "所列成员多于实际成员", "it does not list every member once": "未逐一列出每个成员",
    "it points to where no member begins": "指向并非成员起点的位置",
    "it tells a member otherwise than the member itself": "对成员的描述与成员自身不符",
    "its end tells other numbers": "结尾的数目不符",
    "between it and the members, or behind it, stands something else": "与成员之间或其后有其他内容",
    "there are several signatures": "有多个签名",
    "the signature is not a child of the root element": "签名不在根元素之下",
    "no certificate of the partner fits it": "与该伙伴的证书均不相符",
    "it does not sign the whole document": "签名未覆盖整份单证",
    "its certificate cannot be read": "其证书无法读取",
    "the document was changed after it was signed": "单证在签名后被改动",
    "the content was changed after it was signed": "内容在签名后被改动",
    "it was not made with the key of its certificate, or was changed": "不是用其证书的密钥所签，或已被改动",
    "it is not built as XML Signature 1.1 has it": "结构不符合 XML Signature 1.1",
    "it is not built as CMS has it": "结构不符合 CMS",
    "it carries no content": "不含内容",
    "its signed attributes are not those that CMS asks for": "签名属性不符合 CMS 要求",
    "our key is elliptic; encryption needs RSA": "我方密钥为椭圆曲线，加密需要 RSA",
    "the certificate's key is elliptic; encryption needs RSA": "证书密钥为椭圆曲线，加密需要 RSA",
    "the key does not open it, or its algorithm is not AES in CBC mode": "密钥不符，或算法不是 AES-CBC",
    "the file is missing": "文件缺失",
    "edi-router.yaml names no keys": "`edi-router.yaml` 未指定密钥",
    "none of the partner's certificates is in force": "该伙伴没有有效期内的证书",
    "event": "事件", "received": "已收到", "acknowledged": "已回执", "pending": "处理中", "accepted": "接受",
    "partly-rejected": "部分退回", "rejected": "退回", "released": "放行", "closed": "已关闭",
    "Connection refused": "连接被拒绝", "Connection reset by peer": "连接被对方重置", "Broken pipe": "连接已断开",
    "No route to host": "没有到主机的路由", "Network is unreachable": "网络不可达", "Host is down": "主机已关闭",
    "Is a directory": "是目录", "Not a directory": "不是目录", "File exists": "文件已存在",
    "Address already in use": "地址已被占用", "Read-only file system": "文件系统只读",
    "Permission denied": "没有权限", "No such file or directory": "文件或目录不存在", "No space left on device": "磁盘空间不足",
    "Disk quota exceeded": "超出磁盘配额", "Name or service not known": "域名无法解析", "it is not set": "未设置",
    "the code is empty": "代码为空", "valid_to lies before valid_from": "valid_to 早于 valid_from",
}  # fmt: skip
"""Whole values."""

PHRASES: tuple[tuple[str, str], ...] = (
    (r"(.) is a letter or digit", r"\1 是字母或数字"),
    (r"(.) stands twice", r"\1 出现两次"),
    (r"Input should be a valid (?:string|text)", "应为文本"),
    (r"Input should be a valid integer.*", "应为整数"),
    (r"Input should be a valid (?:number|decimal).*", "应为数字"),
    (r"Input should be a valid boolean.*", "应为 true 或 false"),
    (r"Input should be a valid (?:list|tuple)", "应为列表"),
    (r"Input should be a valid (?:dictionary or .*|dictionary|mapping)", "应为键值表"),
    (r"Input should be a valid datetime.*", "应为日期时间，如 2026-03-14T08:00:00Z"),
    (r"Input should be a valid date.*", "应为日期，如 2026-03-14"),
    (r"Input should be greater than or equal to (\S+)", r"应不小于 \1"),
    (r"Input should be greater than (\S+)", r"应大于 \1"),
    (r"Input should be less than or equal to (\S+)", r"应不大于 \1"),
    (r"Input should be less than (\S+)", r"应小于 \1"),
    (r"Input should be ('.*')", r"应为以下之一：\1"),
    (r"String should match pattern '(.*)'", r"应符合格式 `\1`"),
    (r"String should have at least (\d+) characters?", r"至少 \1 个字符"),
    (r"String should have at most (\d+) characters?", r"最多 \1 个字符"),
    (r"(?:List|Tuple|Dictionary) should have at least (\d+) items? .*", r"至少 \1 项"),
    (r"(?:List|Tuple|Dictionary) should have at most (\d+) items? .*", r"最多 \1 项"),
    (r"a value that begins with `(.*)` needs quotes", r"以 `\1` 开头的值须加引号"),
    (r"`,` or `(.)` is missing; it was opened at (\S+)", r"缺少 `,` 或 `\1`（始于 \2）"),
    (r"the quote is never closed; it was opened at (\S+)", r"引号没有闭合（始于 \1）"),
    (
        r"line (\d+) has a full-width `：`; a key ends with `:`",
        r"第 \1 行用了全角 `：`，键之后应为半角 `:`",
    ),
    (r"the byte (\S+) stands here", r"此处为字节 \1"),
    (r"the character (\S+) is not allowed", r"不允许字符 \1"),
    (r"expected (.+), but found (.+)", r"应为 \1，实为 \2"),
    (
        r"Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)",
        r"第 \2 行的起始标签 \1 与结束标签 \3 不匹配",
    ),
    (r"Premature end of data in tag (\S+) line (\d+)", r"内容在第 \2 行开始的元素 \1 内中断"),
    (r"Entity '(.+)' not defined", r"实体 \1 未定义"),
    (r"Attribute (\S+) redefined", r"属性 \1 重复"),
    (
        r"Namespace prefix (\S+) (?:on|for) (\S+)(?: on \S+)? is not defined",
        r"\2 的命名空间前缀 \1 未定义",
    ),
    (r"Couldn't find end of Start Tag (\S+).*", r"起始标签 \1 未结束"),
    (r"(hour|minute|second) must be in (\S+)\.\.(\S+)", r"时间应在 \2 至 \3 之内（\1）"),
    (r"(\d+) columns, the header has (\d+)", r"有 \1 列，表头有 \2 列"),
    (r"(\S+) `(.*)` is no date of the form yyyy-MM-dd", r"\1 的 `\2` 不是 yyyy-MM-dd 格式的日期"),
    (r"(\S+) has no (\S+)", r"\1 中没有 \2"),
)
"""Values that carry something of their own: patterns of them. Few commands tell any, so they are compiled at first use."""

_TRANSLATED = ("unit", "what", "problem")
_IN_BOTH = ("register",)
"""Values that come in both languages: the Chinese one beside it, as `register_zh`."""


def in_chinese(values: Mapping[str, str]) -> dict[str, str]:
    """The values of a fault for a Chinese text.

    >>> in_chinese({"id": "0020", "name": "interchange control reference", "limit": "14"})
    {'id': '0020', 'name': '交换控制参考号', 'limit': '14'}
    >>> in_chinese({"problem": "Input should be a valid integer, unable to parse"})
    {'problem': '应为整数'}
    """
    shown = dict(values)
    name = NAMES.get(values.get("id") or values.get("element") or "")
    if name is not None and "name" in shown:
        shown["name"] = name
    shown |= {key: values[f"{key}_zh"] for key in _IN_BOTH if f"{key}_zh" in values}
    if "what" in shown:
        from edi_router.faults.terms_files import KINDS

        shown["what"] = KINDS.get(shown["what"], shown["what"])
    for key in _TRANSLATED:
        if key in shown:
            shown[key] = term(shown[key])
    return shown


def term(text: str) -> str:
    """A whole text in Chinese; as it is where there is none.

    >>> term("Permission denied"), term("Something else")
    ('没有权限', 'Something else')
    """
    if text in WORDS:
        return WORDS[text]
    from edi_router.faults.terms_files import WORDS as OF_FILES

    if text in OF_FILES:
        return OF_FILES[text]
    for pattern, chinese in _phrases():
        match = pattern.fullmatch(text)
        if match is not None:
            return match.expand(chinese)
    return text


@cache
def _phrases() -> list[tuple[re.Pattern[str], str]]:
    from edi_router.faults.terms_files import PHRASES as OF_FILES

    return [(re.compile(pattern), chinese) for pattern, chinese in (*PHRASES, *OF_FILES)]
