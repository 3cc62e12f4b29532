"""What is told of the exchange tonight, in English and Chinese; the same words on the terminal and in the console."""

from __future__ import annotations

CONCERNS: dict[str, tuple[str, str, str]] = {
    "window": (
        "batch {what} will not be complete by {since}, left: {number}",
        "批次 {what} 在 {since} 前无法完成：剩余 {number} 份",
        "batch close {partner}/{what} --reason 'before the cut-off'",
    ),
    "stalled": (
        "batch {what} stalls, nothing is being delivered; left: {number}",
        "批次 {what} 停滞：剩余 {number} 份，未见投递",
        "check",
    ),
    "missed": (
        "batch {what} was not complete at {since}, left: {number}",
        "批次 {what} 到 {since} 未完成：剩余 {number} 份",
        "ls delivery --partner {partner}",
    ),
    "quota": (
        "batch {what}: over the quota, waiting for the next window: {number}",
        "批次 {what} 有 {number} 份超出限额，待下一窗口",
        "batch ls --partner {partner}",
    ),
    "answer-late": (
        "acknowledgements overdue ({what}): {number}, the oldest since {since}",
        "{number} 份回执（{what}）超时，最早的应于 {since} 到达",
        "ls output --partner {partner}",
    ),
    "answer-soon": (
        "acknowledgements soon overdue ({what}): {number}, the first at {since}",
        "{number} 份回执（{what}）即将超时，最早于 {since} 到期",
        "ls output --partner {partner}",
    ),
    "delivery-late": (
        "messages not delivered in time: {number}, the oldest was due {since}",
        "{number} 份报文未按时投递，最早的应于 {since} 完成",
        "ls message --state in_work --partner {partner}",
    ),
    "rejected": (
        "messages rejected out of batches: {number}, the first at {since}",
        "批次中 {number} 份报文被退回，最早于 {since}",
        "ls acknowledgement --state rejected --partner {partner}",
    ),
    "held": (
        "messages held: {number}, the oldest since {since}",
        "{number} 份报文被搁置，最早自 {since}",
        "ls message --state held --partner {partner}",
    ),
    "held-file": (
        "unreadable files held: {number}, the oldest since {since}",
        "{number} 个无法读取的文件被搁置，最早自 {since}",
        "ls file --state held --partner {partner}",
    ),
    "failed-file": (
        "files not processed: {number}, the oldest since {since}",
        "{number} 个文件处理失败，最早自 {since}",
        "ls file --state failed --partner {partner}",
    ),
    "failed-delivery": (
        "deliveries given up: {number}, the oldest of {since}",
        "{number} 份投递已放弃，最早的生成于 {since}",
        "ls delivery --state failed --partner {partner}",
    ),
    "unreachable": (
        "cannot be reached since {since}, failures: {number}: {what}",
        "自 {since} 起无法连通（失败 {number} 次）：{what}",
        "check",
    ),
    "paused": ("is paused: {what}", "已暂停：{what}", "resume {partner}"),
}
"""What is told of a concern in English and Chinese, and the verb to type next."""
_LEVELS = {"technical": "技术", "functional": "内容", "business": "业务"}


def concern_sentence(kind: str, language: str, number: int, since: str, what: str) -> str:
    """What a concern is about; `since` is an instant as people read it.

    >>> concern_sentence("held", "en", 3, "22:00", "")
    'messages held: 3, the oldest since 22:00'
    """
    chinese = language == "zh"
    told = _LEVELS.get(what, what) if chinese else what
    return CONCERNS[kind][chinese].format(number=number, since=since, what=told)
