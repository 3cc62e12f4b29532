"""Why something waits, was refused or failed, in both languages: the sentences that the ledger keeps are English.

The ledger keeps a reason as it was told when it happened. Each has a template here, or is the text of a channel fault in the
catalogue; from the English sentence the template and its values are found again, and the other language is made of them.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import cache

from edi_router.faults.catalogue import Text
from edi_router.faults.terms import in_chinese

REASONS: tuple[Text, ...] = (
    Text("faulty", "有错误"),
    Text("not mappable", "无法映射"),
    Text("the definition of its directory is missing", "缺少其目录版本的定义"),
    Text("its interchange cannot be answered", "所在交换无法回执"),
    Text("its interchange is under way", "所在交换正在处理"),
    Text("rejected with its interchange", "随所在交换一并退回"),
    Text("repeats interchange {id}", "与交换 {id} 重复"),
    Text("interchange {reference}: {what}", "交换 {reference}：{what}"),
    Text("answers {numbers}", "回复 {numbers}"),
    Text("tried again by hand", "人工重试"),
    Text("{batch} was rejected for other messages in it", "批次 {batch} 因其中其他报文被退回"),
    Text("{batch} was rejected, no message named", "批次 {batch} 被退回，未指明报文"),
    Text(
        "{name} vanished from the inbox before it got its name", "{name} 在改为正式文件名之前已从收件箱消失"
    ),
    Text(
        "the inbox has another file named {name}; it is not overwritten", "收件箱已有同名文件 {name}，未覆盖"
    ),
    Text("nothing of {id} has failed", "{id} 没有失败项"),
    Text("no answer to {output} is waited for", "并未等待对 {output} 的回复"),
    Text("the key {key} was used for another content", "此键 {key} 已用于其他内容"),
    Text("the registers that {id} moves are being changed: try again", "{id} 涉及的登记簿正在变更，请重试"),
    Text("{kind} {id} is {state}, not held", "{kind} {id} 的状态为 {state}，并未搁置"),
    Text("{day} is not over: today is {today}", "{day} 尚未结束：今日为 {today}"),
    Text("{last} is closed already, which is after {day}", "{day} 之后的 {last} 已结账"),
    Text(
        "Refused: the clock was set ahead by {hours} hours while the engine ran: set it right, or start the engine anew if it is "
        "right now",
        "引擎运行期间时钟被拨快 {hours} 小时：请校准时钟；如现在的时间正确，请重新启动引擎",
    ),
    Text(
        "Refused: the nightly close was done for {day}, which is yet to come: a clock was ahead, and no books "
        "are closed until then",
        "夜间结账已做到 {day}，而该日尚未到来：时钟曾经超前，在此之前不再结账",
    ),
    Text(
        "Refused: the clocks of the hosts and of the database's server differ: set them by NTP",
        "各主机与数据库服务器的时钟不一致：请用 NTP 校准",
    ),
    Text("{kind}Error: {problem}", "处理中断（{kind}Error）：{problem}"),
)
"""The reasons that are no faults; `{name}` stands for a value, `{what}` and `{problem}` for one that has a translation."""


def reason_in(text: str, language: str) -> str:
    """A reason of the ledger in a language; one that has no template stays as it is.

    >>> reason_in("a.example:22 cannot be reached: Connection refused.", "zh")
    '无法连接 a.example:22：连接被拒绝。'
    >>> reason_in("agreement gate: sender YARD, document CODECO D95B, to HQ by code at BGM/d1004", "zh")
    '协议 gate：发送方 YARD，单证 CODECO D95B，发往 HQ（代码见 BGM/d1004）'
    """
    if language != "zh" or not text:
        return text
    if (route := _ROUTE.fullmatch(text)) is not None:
        return f"协议 {route[1]}：" + "，".join(map(_because, route[2].split(", ")))
    for pattern, chinese in _templates():
        found = pattern.fullmatch(text)
        if found is not None:
            return chinese.format_map(in_chinese(found.groupdict()))
    return text


_ROUTE = re.compile(r"agreement (.+?): (sender .+)", re.DOTALL)
"""Why a message took its way, as `edi_router.partners.routing` says it: some facts, divided by commas."""
_FACTS = (
    (re.compile(r"sender (.+)"), r"发送方 \1"),
    (re.compile(r"document (.+)"), r"单证 \1"),
    (re.compile(r"to (\S+) by code at (.+)"), r"发往 \1（代码见 \2）"),
    (re.compile(r"to (\S+) by id at (.+)"), r"发往 \1（编号见 \2）"),
    (re.compile(r"to (\S+)"), r"发往 \1"),
    (re.compile(r"(\S+) absent"), r"\1 不存在"),
    (re.compile(r"(\S+) present"), r"\1 存在"),
)


def _because(fact: str) -> str:
    """A fact in Chinese; a condition with its values stays as it is."""
    for pattern, chinese in _FACTS:
        if (found := pattern.fullmatch(fact)) is not None:
            return found.expand(chinese)
    return fact


@cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(each.en), each.zh) for each in _texts())


def _texts() -> Iterator[Text]:
    from edi_router.faults.codes.channel import PERMANENT, TRANSIENT

    yield from REASONS
    for entry in (*TRANSIENT, *PERMANENT):
        yield entry.text


def _pattern(template: str) -> re.Pattern[str]:
    """What the sentences of a template look like; values are as short as they can be."""
    parts: list[str] = []
    seen: set[str] = set()
    for literal, name, _, _ in string.Formatter().parse(template):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*?)")
            seen.add(name)
    return re.compile("".join(parts), re.DOTALL)
