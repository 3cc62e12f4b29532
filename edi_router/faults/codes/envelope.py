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
        Text("The message `{reference}` has no trailer UNT; what follows is {what}.",
             "报文 `{reference}` 缺少报文尾 UNT，其后是：{what}。"),
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
        "interchanges-broken",
        Text("Of this file more interchanges are broken than {limit}; the rest is not read, and all of it waits.",
             "此文件中损坏的交换多于 {limit} 个；其余部分不再读取，整个文件等待处理。"),
        Text("The sender's program writes envelopes without content, or the file is no EDIFACT file.",
             "发送方程序只写信封而无内容，或该文件并非 EDIFACT 文件。"),
        _RESEND,
        blocks=Blocks.FILE,
        contrl=_both("18"),
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
        blocks=Blocks.INTERCHANGE,
        contrl=_both("39"),
    ),
    Entry(
        "service-too-many-parts",
        Text("{tag} has more data elements or components than syntax version {version} knows.",
             "{tag} 的数据元或成分多于语法版本 {version} 的规定。"),
        Text("The segment is written for another syntax version.", "该段按另一语法版本书写。"),
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("16"),
    ),
    Entry(
        "service-date-form",
        Text("{tag}: the date `{value}` is not written as {form}, as syntax version {version} asks for.",
             "{tag}：日期 `{value}` 未按语法版本 {version} 要求的 {form} 书写。"),
        Text("The sender's program writes the date of another syntax version; it is understood all the same.",
             "发送方程序按另一语法版本书写日期；系统仍能识别。"),
        _ASK,
        Severity.WARNING,
        contrl=_both("12"),
    ),
    Entry(
        "group-version-differs",
        Text("UNH names version `{found}`, the group around it `{expected}`; UNH counts.",
             "UNH 中的版本为 `{found}`，所在功能组为 `{expected}`；以 UNH 为准。"),
        Text("The sender's program puts messages of several versions into one group.",
             "发送方程序将不同版本的报文放入同一功能组。"),
        _ASK,
        Severity.WARNING,
        contrl=_both("12"),
    ),
    Entry(
        "message-header-incomplete",
        Text("UNH lacks its mandatory {name} ({id}).", "UNH 缺少必备的 {name}（{id}）。"),
        _LEFT_OUT,
        _ASK,
        contrl=_both("13"),
    ),
)  # fmt: skip

_ANSWERS = (
    Entry(
        "contrl-unmatched",
        Text("The CONTRL is about interchange `{reference}` from {sender} to {recipient}, which we did not send.",
             "该 CONTRL 针对交换 `{reference}`（{sender} 发往 {recipient}），但我方未曾发送。"),
        Text("The partner answers an interchange of somebody else, or copies its reference or parties wrongly.",
             "对方答复的是他人的交换，或者抄录的参考号、收发方有误。"),
        Text("Compare reference, sender and recipient with what was sent; ask the partner.",
             "将参考号、发送方和接收方与已发送的内容核对，并询问对方。"),
        Severity.WARNING,
    ),
    Entry(
        "contrl-repeated",
        Text("The partner answered interchange `{reference}` before ({before}); this CONTRL says: {answer}.",
             "对方此前已答复交换 `{reference}`（{before}）；此 CONTRL 的答复为：{answer}。"),
        Text("The partner sent its answer again, or changed its mind.", "对方重复发送了答复，或更改了答复。"),
        Text("A rejection counts whenever it comes; ask the partner which answer holds if they differ.",
             "拒绝无论何时到达均有效；如前后不一致，请询问对方以何者为准。"),
        Severity.WARNING,
    ),
    Entry(
        "contrl-rejects",
        Text("The partner rejects our {level} `{reference}`: {errors}.",
             "对方拒绝了我方的 {level} `{reference}`：{errors}。"),
        Text("What we sent does not follow the syntax or the agreement, as the recipient reads it.",
             "接收方认为我方发送的内容不符合语法或协议。"),
        Text("Look the codes up in the list of data element 0085, correct what we send, and send it again.",
             "在数据元 0085 的代码表中查明原因，更正发送内容后重新发送。"),
        Severity.WARNING,
    ),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = (*_ENVELOPE, *_CONTROL, *_ANSWERS)
