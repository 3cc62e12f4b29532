"""Fault codes for partners, agreements, routing and duplicates."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_RELEASE = Text(
    "Correct the partner file and `edi-router release` the message, or `edi-router reject` it.",
    "修正伙伴文件后用 `edi-router release` 放行该报文，或用 `edi-router reject` 退回。",
)
_LINT = Text("Correct the file and run `edi-router lint`.", "修改文件后运行 `edi-router lint`。")

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "message-refused",
        Text("Refused: {words}", "已退回：{words}"),
        Text("A person has looked at the message and refused it.", "经人工审核后退回。"),
        Text("Mend what the words say, and send the document again.", "按所述原因更正后重新发送。"),
    ),
    Entry(
        "interchange-under-way",
        Text(
            "This would reject its whole interchange, of which messages are recorded and perhaps delivered.",
            "这将导致整个交换被拒绝，而该交换的部分报文已经记录，可能已经投递。",
        ),
        Text(
            "While a large interchange was recorded slice by slice, a register or the configuration changed.",
            "大型交换分段记录期间，登记簿或配置发生了变化。",
        ),
        Text(
            "Mend what the other faults of the message say and release it, or reject it and tell the sender.",
            "按该报文的其他错误处理后放行，或退回并告知发送方。",
        ),
    ),
    Entry(
        "route-none",
        Text("{partner} has no agreement for {kind}.", "{partner} 没有关于 {kind} 的协议。"),
        Text(
            "The partner sent something that was never agreed, or its file lacks it.",
            "伙伴发送了未约定的单证，或伙伴文件中缺少该协议。",
        ),
        _RELEASE,
    ),
    Entry(
        "route-conditions",
        Text(
            "No agreement of {partner} for {kind} fits the content (tried: {agreements}).",
            "{partner} 关于 {kind} 的协议均不符合单证内容（已试：{agreements}）。",
        ),
        Text(
            "The `when` conditions of the agreements leave this case out.",
            "协议的 `when` 条件未覆盖这种情况。",
        ),
        _RELEASE,
    ),
    Entry(
        "route-ambiguous",
        Text(
            "Several agreements of {partner} fit {kind}: {agreements}.",
            "{partner} 有多个协议适用于 {kind}：{agreements}。",
        ),
        Text("The `when` conditions of the agreements overlap.", "协议的 `when` 条件互相重叠。"),
        _RELEASE,
    ),
    Entry(
        "destination-unknown",
        Text(
            "No partner is known by the code {code} (from {path}).",
            "没有代码为 {code} 的伙伴（取自 {path}）。",
        ),
        Text(
            "The document names a body that this deployment does not serve.", "单证指向本系统未接入的机构。"
        ),
        _RELEASE,
    ),
    Entry(
        "destination-not-active",
        Text("The destination {destination} is {status}.", "目的伙伴 {destination} 的状态为 {status}。"),
        Text("The partner's file is not active yet.", "该伙伴尚未启用。"),
        _RELEASE,
    ),
    Entry(
        "test-to-live",
        Text(
            "A test message of {partner} must not reach the live partner {destination}.",
            "{partner} 的测试报文不得送达正式伙伴 {destination}。",
        ),
        Text(
            "UNB 0035 says test, or the sender's status is test.", "UNB 0035 标明为测试，或发送方状态为测试。"
        ),
        Text(
            "Send it without the test indicator, or make the sender live.",
            "去掉测试标志后重发，或将发送方转为正式。",
        ),
    ),
    Entry(
        "sender-not-partner",
        Text(
            "The sender {sender} in UNB is not {partner}, whose channel it came by.",
            "UNB 中的发送方 {sender} 不是通道所属的伙伴 {partner}。",
        ),
        Text(
            "The file was put into the wrong folder, or the identification is wrong.",
            "文件放错目录，或标识有误。",
        ),
        Text(
            "Correct UNB S002, or add the identification to the partner file.",
            "更正 UNB S002，或在伙伴文件中登记该标识。",
        ),
        blocks=Blocks.INTERCHANGE,
        contrl={3: "23", 4: "23"},
    ),
    Entry(
        "recipient-unknown",
        Text(
            "The recipient {recipient} in UNB is not known here.",
            "UNB 中的接收方 {recipient} 未在本系统登记。",
        ),
        Text("The interchange is meant for somebody else.", "该交换并非发给本系统。"),
        Text("Correct UNB S003.", "更正 UNB S003。"),
        blocks=Blocks.INTERCHANGE,
        contrl={3: "7", 4: "7"},
    ),
    Entry(
        "duplicate-interchange",
        Text("{reference} was accepted before, on {when}.", "{reference} 已于 {when} 接收过。"),
        Text(
            "The file was sent again, or a control reference was used twice.",
            "文件重复发送，或控制参考号重复使用。",
        ),
        Text("Send a new interchange under a new reference.", "请使用新的参考号发送新的交换。"),
        severity=Severity.WARNING,
        contrl={3: "26", 4: "26"},
    ),
    Entry(
        "duplicate-refused",
        Text(
            "{reference} was accepted before, on {when}, and is refused now.",
            "{reference} 已于 {when} 接收过，本次退回。",
        ),
        Text(
            "The file was sent again, or a control reference was used twice.",
            "文件重复发送，或控制参考号重复使用。",
        ),
        Text("Send a new interchange under a new reference.", "请使用新的参考号发送新的交换。"),
        blocks=Blocks.INTERCHANGE,
        contrl={3: "26", 4: "26"},
    ),
    Entry(
        "mapping-wrong-source",
        Text(
            "The mapping {mapping} reads {source}, not {kind}.",
            "映射 {mapping} 的来源是 {source}，而不是 {kind}。",
        ),
        Text(
            "The agreement names a mapping for another kind of document.",
            "协议指定的映射用于其他种类的单证。",
        ),
        _LINT,
    ),
    Entry(
        "format-unknown",
        Text(
            "The file is neither UN/EDIFACT nor XML[, as they are read here: it seems to be {what}].",
            "文件既不是 UN/EDIFACT，也不是 XML[，无法读取：似为{what}]。",
        ),
        Text(
            "Another kind of file was dropped, or it was damaged on the way.",
            "放入了其他类型的文件，或文件在传输中损坏。",
        ),
        Text(
            "Ask the sender for the right file: X12, TRADACOMS and interactive EDI (UIB) as a batch interchange of UN/EDIFACT "
            "(UNB), EBCDIC in ASCII or the character set of its UNB; a flat file needs a layout, which says how it is read.",
            "请发送方重新提供正确的文件：X12、TRADACOMS 及交互式 EDI（UIB）请改为 UN/EDIFACT 批式交换（UNB），EBCDIC 请转为 "
            "ASCII 或 UNB 所声明的字符集；平面文件须由布局说明如何读取。",
        ),
        blocks=Blocks.FILE,
    ),
    Entry(
        "file-empty",
        Text("The file is empty.", "文件为空。"),
        Text("The sender's program stopped before writing.", "发送方程序在写入前中断。"),
        Text("Ask the sender for the file again.", "请发送方重新发送。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "file-over-limit",
        Text(
            "The file has {found} bytes; one that is read as a whole may have {limit}.",
            "文件有 {found} 字节；须整体读入的文件最多 {limit} 字节。",
        ),
        Text(
            "XML, flat files, and files of partners with signatures are held in memory; only EDIFACT is read in parts.",
            "XML、平面文件以及带签名伙伴的文件须整体载入内存；只有 EDIFACT 可分段读取。",
        ),
        Text(
            "Ask the sender for several smaller files, or raise `maximum_document_megabytes` and release the file.",
            "请发送方拆分为多个较小的文件，或调大 `maximum_document_megabytes` 后放行该文件。",
        ),
        blocks=Blocks.FILE,
    ),
    Entry(
        "partner-file-name",
        Text(
            "The file of partner {partner} must be named {partner}.yaml.",
            "伙伴 {partner} 的文件必须命名为 {partner}.yaml。",
        ),
        Text("The file was copied or renamed.", "文件被复制或改名。"),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "partner-twice",
        Text("`{what}` is taken already by {other}.", "`{what}` 已被 {other} 使用。"),
        Text(
            "Two partners or agreements share an id, identification or code.",
            "两个伙伴或协议使用了相同的编号、标识或代码。",
        ),
        _LINT,
        blocks=Blocks.FILE,
    ),
    Entry(
        "agreements-collide",
        Text(
            "One document could fit both {one} (line {line}) and {other}.",
            "同一单证可能同时适用协议 {one}（第 {line} 行）与 {other}。",
        ),
        Text(
            "Two agreements take the same kind and their conditions do not exclude each other.",
            "两个协议接收同一种类的单证，且条件不互斥。",
        ),
        Text(
            "Add `when` conditions on the same path with different values.",
            "在同一路径上以不同的值添加 `when` 条件。",
        ),
        blocks=Blocks.FILE,
    ),
    Entry(
        "batches-collide",
        Text(
            "One message could be collected for both batches {one} (line {line}) and {other}.",
            "同一报文可能同时归入批次 {one}（第 {line} 行）与 {other}。",
        ),
        Text(
            "Two batches of a partner take the same kind of message.",
            "同一伙伴的两个批次收取同一种类的报文。",
        ),
        Text(
            "Name each kind in one batch only.",
            "每个种类只写在一个批次中。",
        ),
        blocks=Blocks.FILE,
    ),
    Entry(
        "config-unknown-name",
        Text("There is no {what} `{name}`.", "不存在 {what} `{name}`。"),
        Text("A misspelt name, or the file is missing.", "名称拼写错误，或文件缺失。"),
        _LINT,
        blocks=Blocks.FILE,
    ),
)
