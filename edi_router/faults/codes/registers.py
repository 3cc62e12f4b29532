"""Fault codes for registers: what a document may not do to what is remembered."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_SHOW = Text(
    "Look at the entry with `edi-router register show REGISTER KEY`, and send what it allows.",
    "用 `edi-router register show REGISTER KEY` 查看该登记，再发送其允许的内容。",
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "register-refused",
        Text("{register} {key}: {text}.", "{register} {key}：{text_zh}。"),
        Text(
            "The document asks for something that the entry does not allow in its state.",
            "单证要求的操作与该登记当前状态不符。",
        ),
        _SHOW,
    ),
    Entry(
        "register-held",
        Text("{register} {key}: {text}.", "{register} {key}：{text_zh}。"),
        Text("The register's file leaves this case to a person.", "登记簿配置规定此类情况由人工处理。"),
        Text(
            "Look at the message and `edi-router release` or `edi-router reject` it.",
            "查看该报文后用 `edi-router release` 放行或 `edi-router reject` 退回。",
        ),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "register-key-missing",
        Text(
            "The document does not say which entry of {register} it is about ({path} is empty or unusable).",
            "单证未说明涉及 {register} 的哪一项（{path} 为空或无法使用）。",
        ),
        Text(
            "The number that the register goes by is missing, is longer than 200 characters, or has bytes that are "
            "no characters.",
            "缺少登记簿所依据的编号，或其超过 200 个字符，或含有非字符字节。",
        ),
        Text("Send the document with its number.", "补充编号后重新发送。"),
    ),
    Entry(
        "register-overdrawn",
        Text(
            "{register} {key}, line {line}: {asked} is asked for, {left} is left.",
            "{register} {key} 第 {line} 项：申请 {asked}，剩余 {left}。",
        ),
        Text(
            "More is asked for than is left, or less than nothing, or the line is not in the entry.",
            "申请数量超过剩余数量、小于零，或该项不在登记中。",
        ),
        _SHOW,
    ),
    Entry(
        "register-quantity",
        Text("{register} {key}: {value} is no quantity.", "{register} {key}：{value} 不是数量。"),
        Text(
            "A quantity is no number, or has more than 24 digits: it cannot be counted.",
            "数量不是数字，或超过 24 位，无法核算。",
        ),
        Text("Send the quantity as a number.", "以数字填写数量后重新发送。"),
    ),
    Entry(
        "register-unmoved",
        Text(
            "No move of the register {register} is for this {kind}.",
            "登记簿 {register} 没有适用于该 {kind} 的操作。",
        ),
        Text(
            "The agreement names the register, but the conditions of its moves leave this case out.",
            "协议指定了登记簿，但其各操作的条件均不符合。",
        ),
        Text(
            "Correct the register's file or the agreement, then `edi-router release` the message.",
            "修正登记簿或协议后用 `edi-router release` 放行。",
        ),
    ),
    Entry(
        "register-too-deep",
        Text(
            "A document made by a register moves registers more than {limit} times in turn.",
            "登记簿生成的单证连续触发登记簿超过 {limit} 次。",
        ),
        Text("Registers make documents for each other in a circle.", "登记簿之间循环生成单证。"),
        Text("Correct the register files.", "修正登记簿配置。"),
    ),
)
