"""The words of the console for states and kinds, in English and Chinese."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "file": ("file", "文件"), "interchange": ("interchange", "交换"), "message": ("message", "报文"),
    "output": ("output", "输出"), "delivery": ("delivery", "投递"), "batch": ("batch", "批次"),
    "acknowledgement": ("acknowledgement", "回执"), "document": ("document", "单证"), "reply": ("reply", "回复"),
    "notice": ("notice", "通知"), "entry": ("entry", "登记"), "partner": ("partner", "伙伴"),
    "in_work": ("in work", "处理中"), "held": ("held", "搁置"), "failed": ("failed", "失败"),
    "processed": ("processed", "已处理"), "pending": ("pending", "待处理"), "claimed": ("in hand", "处理中"),
    "done": ("done", "完成"), "released": ("released", "已放行"), "completed": ("completed", "完成"),
    "rejected": ("rejected", "退回"), "duplicate": ("duplicate", "重复"), "waiting": ("waiting", "待投递"),
    "delivered": ("delivered", "已投递"), "renaming": ("being delivered", "投递中"), "accepted": ("accepted", "接受"),
    "received": ("received", "已接收"), "closed": ("closed", "已关闭"), "open": ("open", "开放"),
    "critical": ("critical", "严重"), "warning": ("warning", "警告"), "error": ("error", "错误"), "info": ("info", "提示"),
    "running": ("running", "计时中"), "warned": ("soon late", "即将超时"), "breached": ("late", "已超时"),
    "met": ("in time", "按时"), "paused": ("paused", "已暂停"), "active": ("active", "启用"),
    "suspended": ("suspended", "停用"), "ready": ("reachable", "可连通"), "unreachable": ("unreachable", "无法连通"),
    "draft": ("draft", "草案"), "test": ("test", "测试"), "live": ("live", "正式"),
    "well": ("well", "正常"), "attention": ("look", "待关注"),
    "accept": ("accepted", "接受"), "reject": ("refused", "退回"), "hold": ("held", "搁置"),
    "operator": ("operator", "操作员"), "integrator": ("integrator", "集成人员"), "bureau": ("bureau", "检验检疫机构"),
    "enterprise": ("enterprise", "企业"), "auditor": ("auditor", "审计员"),
}  # fmt: skip
GOOD = frozenset(
    {"completed", "delivered", "accepted", "accept", "met", "done", "processed", "ready", "active"}
)
BAD = frozenset({"failed", "rejected", "reject", "breached", "critical", "error", "unreachable", "suspended"})
CARE = frozenset({"held", "hold", "warned", "warning", "duplicate", "paused"})


def word(value: str | None, language: str) -> str:
    """A state or kind as people read it; what has no word stays as it is.

    >>> word("in_work", "zh"), word("SG30", "en"), word(None, "en")
    ('处理中', 'SG30', '')
    """
    if not value:
        return ""
    return WORDS[value][language == "zh"] if value in WORDS else value


def tone(value: str | None) -> str:
    """How a state is coloured: `good`, `bad`, `care`, or nothing. Colour never stands alone: the word is beside it."""
    if value in GOOD:
        return "good"
    if value in BAD:
        return "bad"
    return "care" if value in CARE else ""
