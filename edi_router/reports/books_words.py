"""The words of the books, in English and Chinese."""

from __future__ import annotations

WORDS = {
    "books": ("Books of", "账簿"),
    "carried_over": ("carried over", "上日结转"),
    "in": ("in", "收入"),
    "made": ("made", "生成"),
    "received": ("received", "接收"),
    "completed": ("completed", "完成"),
    "rejected": ("rejected", "退回"),
    "duplicate": ("duplicate", "重复"),
    "held": ("held", "搁置"),
    "in_work": ("in work", "处理中"),
    "delivered": ("delivered", "已投递"),
    "failed": ("failed", "失败"),
    "waiting": ("waiting", "待投递"),
    "processed": ("processed", "已处理"),
    "unaccounted": ("unaccounted", "未入账"),
    "files": ("files", "文件"),
    "messages": ("messages", "报文"),
    "outputs": ("outputs", "输出"),
    "total": ("all", "合计"),
    "partner": ("partner", "伙伴"),
    "route": ("agreement", "协议"),
    "balanced": ("balanced, 0 unaccounted", "平衡，无未入账"),
    "closed_page": ("closed, page hash", "已结账，本页哈希"),
    "open_page": ("not closed", "未结账"),
    "previous": ("page before", "前页哈希"),
    "forms": ("clearance forms", "通关单"),
    "sent": ("sent", "发送"),
    "matched": ("matched", "核注"),
    "mismatch": ("not matching", "不符"),
    "used": ("used", "使用"),
    "free": ("free again", "撤销"),
    "gaps": ("control numbers of ours that are missing", "本方缺少的控制号"),
    "received_gaps": ("control numbers that did not come", "对方缺少的控制号"),
    "received_reused": ("control numbers used again with other content", "对方重复使用的控制号（内容不同）"),
    "series": ("series", "序列"),
    "numbers": ("numbers", "号码"),
    "stream": ("stream", "序列"),
    "outstanding": ("acknowledgements waited for", "未到回执"),
    "level": ("level", "级别"),
    "number": ("number", "数量"),
    "overdue": ("overdue", "超时"),
    "oldest": ("oldest since", "最早起自"),
    "technical": ("technical", "技术"),
    "functional": ("functional", "内容"),
    "business": ("business", "业务"),
    "batches": ("batches of the night", "夜间批次"),
    "batch": ("batch", "批次"),
    "control_reference": ("control number", "控制号"),
    "late": ("late", "迟到"),
    "closed": ("closed", "关闭"),
    "state": ("state", "状态"),
    "answer": ("answer", "回执"),
    "acknowledgement": ("acknowledgement", "回执"),
    "document": ("document", "单证"),
    "acknowledged": ("acknowledged", "已确认"),
    "partly-rejected": ("partly rejected", "部分退回"),
    "leniencies": ("leniencies used", "使用的容错项"),
    "leniency": ("leniency", "容错项"),
    "problems": ("what the audit found", "审计发现"),
    "stood": ("as it stood at", "截至"),
    "stands": ("as it stands at", "当前"),
}


def word(name: str, language: str) -> str:
    """The word in ``en`` or ``zh``; the name itself where there is none."""
    return WORDS[name][language == "zh"] if name in WORDS else name


def verdict(balanced: bool, unaccounted: int, language: str) -> str:
    """Whether the books balance, in words."""
    if balanced:
        return word("balanced", language)
    return (
        f"不平衡，{unaccounted} 项未入账" if language == "zh" else f"NOT BALANCED, {unaccounted} unaccounted"
    )
