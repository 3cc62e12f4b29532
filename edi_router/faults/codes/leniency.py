"""Warnings of the leniencies: what an agreement lets pass that would be an error without it."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Severity

_CAUSE = Text(
    "The partner's file, or the command, names this leniency; without it this is an error.",
    "伙伴文件或命令中设置了该容错项；否则此处为错误。",
)
_REMEDY = Text(
    "Have the sender correct its program before the leniency ends; `edi-router explain {fault}` tells how.",
    "请发送方在容错期满前修正程序；修正方法见 `edi-router explain {fault}`。",
)


def _entry(leniency: str, text: Text, fault: str) -> Entry:
    remedy = Text(_REMEDY.en.replace("{fault}", fault), _REMEDY.zh.replace("{fault}", fault))
    return Entry(f"tolerated-{leniency}", text, _CAUSE, remedy, Severity.WARNING)


ENTRIES: tuple[Entry, ...] = (
    _entry(
        "junk-before-una",
        Text("Tolerated: bytes before the interchange were skipped: {count}, beginning with `{start}`.",
             "已容忍：交换之前的 {count} 个字节已跳过，开头为 `{start}`。"),
        "junk-before-interchange",
    ),
    _entry(
        "repeated-una",
        Text("Tolerated: the service string advice `{used}` stands here again.",
             "已容忍：服务串通知 UNA `{used}` 在此重复出现。"),
        "una-repeated",
    ),
    _entry(
        "wrong-unt-count",
        Text("Tolerated: the number of segments in UNT is {found}; the message has {expected}.",
             "已容忍：UNT 中的段数为 {found}，报文实际有 {expected} 个段。"),
        "message-count-wrong",
    ),
    _entry(
        "wrong-unz-count",
        Text("Tolerated: the count in the trailer is {found}; there are {expected}.",
             "已容忍：尾段中的计数为 {found}，实际为 {expected}。"),
        "interchange-count-wrong",
    ),
    _entry(
        "missing-unz",
        Text("Tolerated: the interchange trailer UNZ is missing; the interchange is taken for complete.",
             "已容忍：缺少交换尾 UNZ，视交换为完整。"),
        "interchange-trailer-missing",
    ),
    _entry(
        "lower-case",
        Text("Tolerated: tags or codes in lower case, read in capitals: {count}, the first in {tag}.",
             "已容忍：{count} 处段标记或代码为小写，已按大写读取，第一处在 {tag}。"),
        "segment-tag-invalid",
    ),
    _entry(
        "trailing-separators",
        Text("Tolerated: {tag} ends in separators for more than its definition has; they were left out.",
             "已容忍：{tag} 末尾的分隔符多于其定义，已略去。"),
        "elements-too-many",
    ),
    _entry(
        "comma-decimals",
        Text("Tolerated: the number `{value}` has not the decimal mark `{mark}` of UNA; read with it.",
             "已容忍：数字 `{value}` 未使用 UNA 的小数点符号 `{mark}`，已按后者读取。"),
        "decimal-mark-wrong",
    ),
    _entry(
        "unescaped-separators",
        Text("Tolerated: the separator `{separator}` stands in the text of {tag} without a release character; "
             "read as text.",
             "已容忍：{tag} 的文本中的分隔符 `{separator}` 未加转义字符，已按文本读取。"),
        "segment-tag-invalid",
    ),
    Entry(
        "leniency-expired",
        Text("The leniency `{leniency}` ended on {until}; what it tolerated is an error again.",
             "容错项 `{leniency}` 已于 {until} 到期，其所容忍的情况重新视为错误。"),
        Text("The date until which it was agreed is past.", "约定的期限已过。"),
        Text("Take it out of the partner's file, or agree on another date.", "将其从伙伴文件中删除，或另行约定日期。"),
        Severity.WARNING,
    ),
)  # fmt: skip
