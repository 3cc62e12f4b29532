"""What alarms say, in English and Chinese: a sentence, and what to do."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from edi_router.faults.reasons import reason_in
from edi_router.ledger.alarms import Alarm

_TEXTS: dict[str, tuple[str, str, str, str]] = {
    "answer-late": (
        "{partner}: {number} acknowledgements ({level}) are overdue, the oldest since {oldest}.",
        "{partner}：{number} 份回执（{level}）已超时，最早的应于 {oldest} 到达。",
        "See `edi-router tonight` for what they are, and call the partner.",
        "用 `edi-router tonight` 查看明细，并联系对方。",
    ),
    "answer-soon-late": (
        "{partner}: {number} acknowledgements ({level}) will soon be overdue, the first at {oldest}.",
        "{partner}：{number} 份回执（{level}）即将超时，最早于 {oldest} 到期。",
        "Nothing yet; call the partner when they become overdue.",
        "暂不必处理；超时后联系对方。",
    ),
    "delivery-late": (
        "{partner}: {number} messages are not delivered within the time agreed, the oldest was due at {oldest}.",
        "{partner}：{number} 份报文未在约定时限内投递，最早的应于 {oldest} 完成。",
        "See what waits with `edi-router ls --state in_work`; a destination may be out of reach or paused.",
        "用 `edi-router ls --state in_work` 查看未完成的报文；可能是接收方无法连通或已暂停。",
    ),
    "delivery-soon-late": (
        "{partner}: {number} messages will soon be late, the first at {oldest}.",
        "{partner}：{number} 份报文即将超时，最早于 {oldest} 到期。",
        "Look whether their destination can be reached: `edi-router check`.",
        "用 `edi-router check` 查看接收方是否可连通。",
    ),
    "partner-unreachable": (
        "{partner} cannot be reached since {since} ({number} failures): {reason}",
        "{partner} 自 {since} 起无法连通（失败 {number} 次）：{reason}",
        "Call the partner: {call}. What is to be delivered waits, nothing is lost.",
        "联系对方：{call}。待投递的内容会等待，不会丢失。",
    ),
    "delivery-given-up": (
        "{partner}: {number} deliveries were given up.",
        "{partner}：{number} 份投递已放弃。",
        "See `edi-router ls --state failed`, mend the cause, then `edi-router retry`.",
        "用 `edi-router ls --state failed` 查看，排除原因后执行 `edi-router retry`。",
    ),
    "webhook-unreachable": (
        "{partner}: the webhook {webhook} cannot be told since {since} ({number} failures): {reason}",
        "{partner}：Webhook {webhook} 自 {since} 起无法通知（失败 {number} 次）：{reason}",
        "Call the partner: {call}. What is to be told waits, in its order; `edi-router webhook test` tries it.",
        "联系对方：{call}。待通知的事件会按顺序等待；用 `edi-router webhook test` 可试调。",
    ),
    "webhook-given-up": (
        "{partner}: the webhook {webhook} was not told of {number} events: they were given up.",
        "{partner}：有 {number} 个事件未能通知 Webhook {webhook}，已放弃。",
        "See `edi-router webhook ls`; when the receiver takes them again, `edi-router webhook retry {path}`.",
        "用 `edi-router webhook ls` 查看；接收方恢复后执行 `edi-router webhook retry {path}`。",
    ),
    "processing-failed": (
        "{partner}: {number} files could not be processed.",
        "{partner}：{number} 个文件处理失败。",
        "See `edi-router ls --state failed`; after mending the cause, `edi-router retry`.",
        "用 `edi-router ls --state failed` 查看，排除原因后执行 `edi-router retry`。",
    ),
    "books-unbalanced": (
        "The books of {date} do not balance: {number} unaccounted.",
        "{date} 的账目不平：{number} 项无法说明。",
        "See `edi-router books {date}` and `edi-router books --verify`; keep the database as it is.",
        "用 `edi-router books {date}` 和 `edi-router books --verify` 查看，并保留数据库原状。",
    ),
    "window-missed": (
        "{partner}: the batch {batch} will be complete at {done}, after the cut-off of {closes} ({margin} too late).",
        "{partner}：批次 {batch} 预计 {done} 完成，晚于截止时间 {closes}（超出 {margin}）。",
        "Call the partner: {call}. `edi-router tonight` shows what waits; `edi-router batch close` sends it now.",
        "联系对方：{call}。用 `edi-router tonight` 查看待发内容；`edi-router batch close` 立即发送。",
    ),
    "window-stalled": (
        "{partner}: nothing of the batch {batch} has been delivered for ten minutes; {number} messages wait, the cut-off "
        "is {closes}.",
        "{partner}：批次 {batch} 已十分钟无投递，尚有 {number} 份报文，截止时间 {closes}。",
        "Call the partner: {call}. `edi-router tonight` shows what waits.",
        "联系对方：{call}。用 `edi-router tonight` 查看待发内容。",
    ),
    "disk-low": (
        "Only {number} MB are free on the disk of {path}; {least} MB have to be. Nothing is received.",
        "{path} 所在磁盘仅剩 {number} MB，至少需要 {least} MB。已停止接收。",
        "Make room: what waits in the partners' folders is received then. Processing and delivery go on.",
        "请清理磁盘；之后会继续接收各方目录中的文件。处理与投递不受影响。",
    ),
    "broken-off": (
        "The engine cannot do its work ({what}): {reason}",
        "引擎无法完成工作（{what}）：{reason}",
        "Look into the log for what failed; it is tried again after every round, and what it has is not lost.",
        "请查看日志中的原因；每轮之后会重试，已收的内容不会丢失。",
    ),
    "certificate-ends": (
        "The certificate {file} of {subject} is in force until {until} only.",
        "证书 {file}（{subject}）将于 {until} 到期。",
        "Exchange new certificates with the partner; name the new one in the file beside the old one, then reload.",
        "与对方交换新证书；在文件中与旧证书并列写入新证书，然后重新载入配置。",
    ),
    "certificate-over": (
        "The certificate {file} of {subject} was in force until {until}: what it signs is refused.",
        "证书 {file}（{subject}）已于 {until} 到期：用它签名的内容将被退回。",
        "Put the new certificate into the file, take the old one out, and reload.",
        "将新证书写入文件，去掉旧证书，然后重新载入配置。",
    ),
    "volume-unusual": (
        "{partner}: {number} {what} on {date}, where {usual} are usual.",
        "{partner}：{date} {what} 为 {number}，通常为 {usual}。",
        "Ask the partner whether this is right.",
        "请向对方核实是否正常。",
    ),
}  # fmt: skip
_WORDS = {
    "technical": ("technical", "技术回执"), "functional": ("functional", "内容回执"), "business": ("business", "业务回执"),
    "round": ("round", "轮次"), "nightly": ("nightly close", "夜间结账"), "clocks": ("clocks", "时限"),
    "forecast": ("forecast", "预测"), "clock": ("clock", "时钟"), "server-clock": ("clocks", "时钟"),
    "warning": ("warning", "预警"), "critical": ("critical", "严重"),
    "raised": ("ALARM", "告警"), "worse": ("ALARM, now critical", "告警升级"), "cleared": ("over", "告警解除"),
}  # fmt: skip
KINDS = frozenset(_TEXTS)


def sentence(alarm: Alarm, language: str, zone: ZoneInfo) -> str:
    """What is wrong, in one sentence; instants in the zone."""
    return _filled(alarm, 1 if language == "zh" else 0, zone)


def remedy(alarm: Alarm, language: str, zone: ZoneInfo) -> str:
    """What to do about it."""
    return _filled(alarm, 3 if language == "zh" else 2, zone)


def word(name: str, language: str) -> str:
    """A word of alarms in the language; itself where there is none."""
    return _WORDS[name][1 if language == "zh" else 0] if name in _WORDS else name


def _filled(alarm: Alarm, index: int, zone: ZoneInfo) -> str:
    texts = _TEXTS.get(alarm.kind)
    language = "zh" if index % 2 else "en"
    values = {name: _told(value, language, zone) for name, value in alarm.arguments.items()}
    values.setdefault("partner", alarm.partner)
    if texts is None:
        return f"{alarm.kind}: {values}"
    return texts[index].format_map(_Missing(values))


class _Missing(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "-"


def _told(value: str | int, language: str, zone: ZoneInfo) -> str:
    if isinstance(value, str) and len(value) >= 19 and value[10:11] == "T":
        try:
            return datetime.fromisoformat(value).astimezone(zone).strftime("%m-%d %H:%M")
        except ValueError:
            pass
    return reason_in(word(str(value), language), language)
