"""Fault codes for UN/EDIFACT envelopes: headers, trailers, counts and references."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_ASK = Text("Ask the sender to correct the message and send it again.", "请发送方更正报文后重新发送。")
_RESEND = Text("Ask the sender to send the complete file again.", "请发送方重新发送完整的文件。")
_PROGRAM = Text("The sender's program writes a wrong value.", "发送方程序写入了错误的值。")
_CUT = Text("The file was cut off in transfer or while it was written.", "文件在传输或写入过程中被截断。")


def _both(code: str) -> dict[int, str]:
    return {3: code, 4: code}


_ENVELOPE = (
    Entry(
        "interchange-header-missing",
        Text("There is no interchange header UNB.", "缺少交换头 UNB。"),
        Text("The messages were sent without their envelope, or the beginning of the file was lost.",
             "报文未带信封，或文件开头丢失。"),
        _RESEND,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("13"),
    ),
    Entry(
        "interchange-trailer-missing",
        Text("The interchange trailer UNZ is missing.", "缺少交换尾 UNZ。"),
        _CUT,
        _RESEND,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("13"),
    ),
    Entry(
        "group-header-missing",
        Text("A group trailer UNE stands without its header UNG.", "组尾 UNE 没有对应的组头 UNG。"),
        _PROGRAM,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("13"),
    ),
    Entry(
        "group-trailer-missing",
        Text("The group `{reference}` has no trailer UNE.", "组 `{reference}` 缺少组尾 UNE。"),
        _CUT,
        _RESEND,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("13"),
    ),
    Entry(
        "message-header-missing",
        Text("Segments of a message stand here without a message header UNH.",
             "此处的报文段缺少报文头 UNH。"),
        Text("The UNH was lost or damaged, or a UNT stands too early.", "UNH 丢失或损坏，或 UNT 出现过早。"),
        _ASK,
        contrl=_both("13"),
    ),
    Entry(
        "message-trailer-missing",
        Text("The message `{reference}` has no trailer UNT; {tag} follows.",
             "报文 `{reference}` 缺少报文尾 UNT，其后为 {tag}。"),
        _CUT,
        _RESEND,
        contrl=_both("13"),
    ),
    Entry(
        "segment-outside-message",
        Text("{count} segments stand outside of any message, the first is {tag}.",
             "有 {count} 个段不在任何报文内，第一个为 {tag}。"),
        Text("A UNT stands too early, or a UNH is missing.", "UNT 出现过早，或缺少 UNH。"),
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("33"),
    ),
    Entry(
        "interchange-empty",
        Text("The interchange holds no message.", "交换中没有报文。"),
        Text("The sender's program had nothing to send, or wrote the envelope only.",
             "发送方没有待发数据，或只写了信封。"),
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("32"),
    ),
    Entry(
        "group-empty",
        Text("The group `{reference}` holds no message.", "组 `{reference}` 中没有报文。"),
        _PROGRAM,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("32"),
    ),
    Entry(
        "groups-and-messages-mixed",
        Text("Some messages stand in groups and some outside of them.", "部分报文在组内，部分在组外。"),
        _PROGRAM,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("30"),
    ),
    Entry(
        "group-types-mixed",
        Text("The group `{reference}` of {expected} holds a message {found}.",
             "{expected} 组 `{reference}` 中含有 {found} 报文。"),
        _PROGRAM,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("31"),
    ),
)  # fmt: skip

_CONTROL = (
    Entry(
        "message-reference-differs",
        Text("UNT names message `{found}`, UNH `{expected}`.",
             "UNT 中的报文参考号为 `{found}`，UNH 中为 `{expected}`。"),
        _PROGRAM,
        _ASK,
        contrl=_both("28"),
    ),
    Entry(
        "message-count-wrong",
        Text("UNT counts {found} segments; there are {expected}.",
             "UNT 声明 {found} 个段，实际为 {expected} 个。"),
        Text("A segment was added or lost after the count was made.", "计数之后增加或丢失了段。"),
        _ASK,
        contrl=_both("29"),
    ),
    Entry(
        "message-reference-repeated",
        Text("The message reference `{value}` was used before in this interchange.",
             "报文参考号 `{value}` 在本交换中重复使用。"),
        Text("The sender's program does not count its messages.", "发送方程序未对报文编号。"),
        _ASK,
        contrl=_both("26"),
    ),
    Entry(
        "group-reference-differs",
        Text("UNE names group `{found}`, UNG `{expected}`.",
             "UNE 中的组参考号为 `{found}`，UNG 中为 `{expected}`。"),
        _PROGRAM,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("28"),
    ),
    Entry(
        "group-count-wrong",
        Text("UNE counts {found} messages; there are {expected}.",
             "UNE 声明 {found} 个报文，实际为 {expected} 个。"),
        _CUT,
        _RESEND,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("29"),
    ),
    Entry(
        "interchange-reference-differs",
        Text("UNZ names interchange `{found}`, UNB `{expected}`.",
             "UNZ 中的交换参考号为 `{found}`，UNB 中为 `{expected}`。"),
        _PROGRAM,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("28"),
    ),
    Entry(
        "interchange-count-wrong",
        Text("UNZ counts {found} {unit}; there are {expected}.",
             "UNZ 声明的数量（{unit}）为 {found}，实际为 {expected}。"),
        Text("A message was added or lost after the count was made, or the file was cut off.",
             "计数之后增加或丢失了报文，或文件被截断。"),
        _RESEND,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("29"),
    ),
    Entry(
        "service-element-missing",
        Text("{tag} lacks its mandatory {name} ({id}).", "{tag} 缺少必填的 {name}（{id}）。"),
        _PROGRAM,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("13"),
    ),
    Entry(
        "service-element-invalid",
        Text("{tag}: `{value}` is no valid {name} ({id}).", "{tag}：`{value}` 不是有效的 {name}（{id}）。"),
        _PROGRAM,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("12"),
    ),
    Entry(
        "service-element-too-long",
        Text("{tag}: `{value}` is longer than the {limit} characters of {name} ({id}).",
             "{tag}：`{value}` 超过 {name}（{id}）的 {limit} 个字符。"),
        _PROGRAM,
        _ASK,
        Severity.WARNING,
        contrl=_both("39"),
    ),
    Entry(
        "service-too-many-parts",
        Text("{tag} has more parts than syntax version {version} knows.",
             "{tag} 的组成部分多于语法版本 {version} 的规定。"),
        Text("The segment is written for another syntax version.", "该段按另一语法版本书写。"),
        _ASK,
        Severity.WARNING,
        contrl=_both("16"),
    ),
    Entry(
        "message-header-incomplete",
        Text("UNH lacks its mandatory {name} ({id}).", "UNH 缺少必填的 {name}（{id}）。"),
        _PROGRAM,
        _ASK,
        contrl=_both("13"),
    ),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = (*_ENVELOPE, *_CONTROL)
