"""The words of reports, in English and Chinese."""

from __future__ import annotations

TITLES = {
    "share": ("Online share", "网上业务占比"),
    "summary": ("Monthly summary", "月度汇总"),
    "mismatches": ("Findings that do not match", "查验不符通报"),
    "mismatch_rates": ("Share of mismatches in the last 30 days", "近 30 天查验不符率"),
    "volumes": ("Volumes and early warning", "业务量监测预警"),
    "times": ("Promised times against actual", "服务时限承诺与实际"),
    "in": ("Messages received", "收到的报文"),
    "out": ("Outputs", "发出的输出"),
    "steps": ("Time of each step, in seconds", "各环节用时（秒）"),
    "five": ("Five fasts, in seconds (our reading)", "五快（秒，本系统口径）"),
    "partners": ("By partner: from receipt to delivery, in seconds", "按伙伴：从接收到投递（秒）"),
    "routes": ("By agreement: from receipt to delivery, in seconds", "按协议：从接收到投递（秒）"),
    "registers": ("Outcomes of registers", "登记簿结论"),
    "clocks": ("Clocks", "时限"),
    "documents": ("Documents with a promised time, in seconds", "有承诺时限的单证（秒）"),
    "inland": ("Inland share", "内陆企业占比"),
    "saved": ("Hours saved", "节省工时"),
    "bureaus": ("Ranking of bureaus", "机构排名"),
    "promised": ("Time limits promised against actual, in seconds", "约定时限与实际（秒）"),
    "hours": ("Limits by the hour at which they end", "按到期时刻统计的时限"),
    "breaches": ("Breaches by partner, agreement and hour", "按伙伴、协议与时刻统计的超时"),
    "ranking": ("Ranking of firms", "企业排名"),
}
COLUMNS = {
    "period": ("period", "期间"), "bureau": ("bureau", "机构"), "document": ("document", "单证"),
    "way": ("way", "申报方式"), "firms": ("firms", "企业数"), "documents": ("documents", "份数"),
    "total_firms": ("firms in all", "企业总数"), "total_documents": ("documents in all", "总份数"),
    "firm_share": ("share of firms %", "企业占比 %"), "online_share": ("online share %", "网上占比 %"),
    "partner": ("partner", "伙伴"), "type": ("type", "类型"), "state": ("state", "状态"), "count": ("number", "数量"),
    "output": ("output", "输出"), "step": ("step", "环节"), "p50": ("p50", "p50"), "p95": ("p95", "p95"),
    "max": ("longest", "最长"), "fast": ("fast", "快"), "completed": ("completed", "完成"),
    "rejected": ("rejected", "退回"), "duplicate": ("duplicate", "重复"), "held": ("held", "搁置"),
    "refused_share": ("refused %", "退回率 %"), "agreement": ("agreement", "协议"), "register": ("register", "登记簿"),
    "move": ("move", "变动"), "outcome": ("outcome", "结论"), "meaning": ("meaning", "含义"),
    "message": ("message", "报文处理"), "clock": ("clock", "时钟"), "states": ("states", "状态"),
    "limit": ("limit", "时限"), "started": ("begun", "开始"), "ended": ("ended", "结束"), "open": ("open", "未结束"),
    "late": ("late", "超时"), "struck": ("struck", "响铃"), "kept_share": ("kept %", "按时率 %"),
    "delivered": ("delivered", "已投递"), "inland": ("inland", "内陆"), "coast": ("coast", "沿海"),
    "unknown": ("unknown", "未知"), "inland_share": ("inland share %", "内陆占比 %"), "hours": ("hours", "小时"),
    "rank": ("rank", "名次"), "hour": ("hour", "时刻"), "level": ("of", "事项"), "late_share": ("late %", "超时率 %"),
    "kept": ("kept", "按时"),
    "firm": ("firm", "企业"), "date": ("date", "日期"), "at": ("time", "时间"),
    "transfer": ("transfer", "转单号"), "declaration": ("declaration", "报检号"), "origin": ("origin", "产地局"),
    "port": ("port", "口岸局"), "code": ("code", "代码"), "line": ("line", "项号"), "declared": ("declared", "申报"),
    "found": ("found", "实际"), "note": ("note", "说明"), "measure": ("measure", "指标"), "value": ("value", "数值"),
    "since": ("since", "起"), "until": ("until", "止"), "transfers": ("transfers used", "已使用转单"),
    "mismatches": ("mismatches", "查验不符"), "mismatch_share": ("mismatches %", "不符率 %"),
    "average": ("average before", "前期均值"), "change": ("change %", "变化 %"), "warning": ("warning", "预警"),
}  # fmt: skip
VALUES = {
    "received-processed": ("received → processed", "接收 → 处理"),
    "processed-delivered": ("processed → delivered", "处理 → 投递"),
    "received-delivered": ("received → delivered", "接收 → 投递"),
    "received-refused": ("received → refused or held", "接收 → 退回或搁置"),
    "delivered-acknowledged": ("delivered → acknowledged", "投递 → 回执"),
    "held-decided": ("held → decided", "搁置 → 决定"),
    "formalities": ("formalities", "通关手续快"), "port-logistics": ("port logistics", "口岸物流快"),
    "transit": ("transit", "转关转检快"), "finding": ("finding problems", "发现问题快"),
    "solving": ("solving problems", "解决问题快"),
    "above": ("above", "超出"), "new": ("new", "新出现"),
    "completed": ("completed", "完成"), "rejected": ("rejected", "退回"), "duplicate": ("duplicate", "重复"),
    "held": ("held", "搁置"), "in_work": ("in work", "处理中"), "released": ("released", "已放行"),
    "waiting": ("waiting", "待投递"), "failed": ("failed", "失败"), "delivered": ("delivered", "已投递"),
    "delivery": ("delivery", "投递"), "technical": ("technical answer", "技术回执"),
    "functional": ("functional answer", "内容回执"), "business": ("business answer", "业务回执"),
    "document": ("document", "单证"), "acknowledgement": ("acknowledgement", "回执"), "batch": ("batch", "批次"),
    "accept": ("accepted", "接受"), "reject": ("refused", "退回"), "hold": ("held", "搁置"), "*": ("all", "合计"),
}  # fmt: skip
WORDED = frozenset({"state", "output", "step", "fast", "warning", "message", "document", "way", "level"})
"""The columns whose values are words."""


def title(id: str, language: str) -> str:
    """The title of a report or table."""
    return TITLES[id][language == "zh"]


def head(column: str, language: str) -> str:
    """The heading of a column."""
    return COLUMNS[column][language == "zh"]


def word(column: str, value: str, language: str) -> str:
    """A value as people read it."""
    if column not in WORDED or value not in VALUES:
        return value
    return VALUES[value][language == "zh"]
