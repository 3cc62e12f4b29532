"""Fault codes for UN/EDIFACT envelopes: headers, trailers, counts and references."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_ASK = Text("Ask the sender to correct the message and send it again.", "请发送方更正报文后重新发送。")
_RESEND = Text("Ask the sender to send the complete file again.", "请发送方重新发送完整的文件。")
_PROGRAM = Text("The sender's program writes a wrong value.", "发送方程序写入了错误的值。")
_LEFT_OUT = Text("The sender's program leaves it empty.", "发送方程序未填写该值。")
_OTHER = Text(
    "Header and trailer are made separately, or the file was edited by hand.",
    "头段与尾段分别生成，或文件经过手工编辑。",
)
_CUT = Text("The file was cut off in transfer or while it was written.", "文件在传输或写入过程中被截断。")


def _both(code: str) -> dict[int, str]:
    return {3: code, 4: code}


_ENVELOPE = (
    Entry(
        "interchange-header-missing",
        Text("There is no interchange header UNB.", "缺少交换头 UNB。"),
        Text("The messages were sent without their envelope, or the beginning of the file was lost.",
             "报文未带交换信封，或文件开头丢失。"),
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
        Text("A group trailer UNE stands without its header UNG.", "功能组尾 UNE 没有对应的功能组头 UNG。"),
        Text("The UNG was lost or damaged, or there is one UNE too many.", "UNG 丢失或损坏，或多出一个 UNE。"),
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("13"),
    ),
    Entry(
        "group-trailer-missing",
        Text("The group `{reference}` has no trailer UNE.", "功能组 `{reference}` 缺少功能组尾 UNE。"),
        _CUT,
        _RESEND,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("13"),
    ),
    Entry(
        "message-header-missing",
        Text("Segments of a message stand here without a message header UNH.",
             "此处的段缺少报文头 UNH。"),
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
        Text("Segments outside of any message: {count}, the first is {tag}.",
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
             "发送方没有待发数据，或只写了交换信封。"),
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("32"),
    ),
    Entry(
        "group-empty",
        Text("The group `{reference}` holds no message.", "功能组 `{reference}` 中没有报文。"),
        Text("The sender's program wrote the envelope of the group only.", "发送方程序只写了功能组的信封。"),
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("32"),
    ),
    Entry(
        "groups-and-messages-mixed",
        Text("Some messages stand in groups and some outside of them.", "部分报文在功能组内，部分在功能组外。"),
        Text("The sender's program groups only some of the messages, or a UNG was lost.",
             "发送方程序只对部分报文分组，或丢失了 UNG。"),
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("30"),
    ),
    Entry(
        "group-types-mixed",
        Text("The group `{reference}` of {expected} holds a message {found}.",
             "{expected} 功能组 `{reference}` 中含有 {found} 报文。"),
        Text("The sender's program puts messages of several types into one group.",
             "发送方程序将不同类型的报文放入同一功能组。"),
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
        _OTHER,
        _ASK,
        contrl=_both("28"),
    ),
    Entry(
        "message-count-wrong",
        Text("The number of segments in UNT is {found}; the message has {expected}.",
             "UNT 中的段数为 {found}，报文实际有 {expected} 个段。"),
        Text("A segment was added or lost after the count was made.", "计数之后增加或丢失了段。"),
        _ASK,
        contrl=_both("29"),
    ),
    Entry(
        "message-reference-repeated",
        Text("The message reference `{value}` was used before in this interchange.",
             "报文参考号 `{value}` 在本交换中重复使用。"),
        Text("The sender's program does not number its messages.", "发送方程序没有为报文逐一编号。"),
        _ASK,
        contrl=_both("26"),
    ),
    Entry(
        "group-reference-differs",
        Text("UNE names group `{found}`, UNG `{expected}`.",
             "UNE 中的功能组参考号为 `{found}`，UNG 中为 `{expected}`。"),
        _OTHER,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("28"),
    ),
    Entry(
        "group-count-wrong",
        Text("The number of messages in UNE is {found}; the group holds {expected}.",
             "UNE 中的报文数为 {found}，功能组实际含 {expected} 个报文。"),
        Text("A message was added or lost after the count was made.", "计数之后增加或丢失了报文。"),
        _RESEND,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("29"),
    ),
    Entry(
        "interchange-reference-differs",
        Text("UNZ names interchange `{found}`, UNB `{expected}`.",
             "UNZ 中的控制参考号为 `{found}`，UNB 中为 `{expected}`。"),
        _OTHER,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("28"),
    ),
    Entry(
        "interchange-count-wrong",
        Text("The number of {unit} in UNZ is {found}; the interchange holds {expected}.",
             "UNZ 中的计数（{unit}）为 {found}，交换实际含 {expected}。"),
        Text("A message was added or lost after the count was made, or the file was cut off.",
             "计数之后增加或丢失了报文，或文件被截断。"),
        _RESEND,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("29"),
    ),
    Entry(
        "service-element-missing",
        Text("{tag} lacks its mandatory {name} ({id}).", "{tag} 缺少必备的 {name}（{id}）。"),
        _LEFT_OUT,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("13"),
    ),
    Entry(
        "service-element-invalid",
        Text("{tag}: `{value}` is not a valid {name} ({id}).", "{tag}：`{value}` 不是有效的 {name}（{id}）。"),
        _PROGRAM,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("12"),
    ),
    Entry(
        "service-element-too-long",
        Text("{tag}: `{value}` is too long for {name} ({id}): at most {limit}.",
             "{tag}：`{value}` 超过 {name}（{id}）的最大长度 {limit}。"),
        _PROGRAM,
        _ASK,
        Severity.WARNING,
        contrl=_both("39"),
    ),
    Entry(
        "service-too-many-parts",
        Text("{tag} has more data elements or components than syntax version {version} knows.",
             "{tag} 的数据元或成分多于语法版本 {version} 的规定。"),
        Text("The segment is written for another syntax version.", "该段按另一语法版本书写。"),
        _ASK,
        Severity.WARNING,
        contrl=_both("16"),
    ),
    Entry(
        "message-header-incomplete",
        Text("UNH lacks its mandatory {name} ({id}).", "UNH 缺少必备的 {name}（{id}）。"),
        _LEFT_OUT,
        _ASK,
        contrl=_both("13"),
    ),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = (*_ENVELOPE, *_CONTROL)
