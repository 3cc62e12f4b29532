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
    "acknowledged": ("acknowledged", "已回执"), "partly-rejected": ("partly rejected", "部分退回"),
    "received": ("received", "已接收"), "closed": ("closed", "已关闭"), "open": ("open", "开放"),
    "critical": ("critical", "严重"), "warning": ("warning", "警告"), "error": ("error", "错误"), "info": ("info", "提示"),
    "running": ("running", "计时中"), "warned": ("soon late", "即将超时"), "breached": ("late", "已超时"),
    "met": ("in time", "按时"), "paused": ("paused", "已暂停"), "active": ("active", "启用"),
    "suspended": ("suspended", "停用"), "ready": ("reachable", "可连通"), "unreachable": ("unreachable", "无法连通"),
    "agency": ("agency", "主管部门"), "bank": ("bank", "银行"), "carrier": ("carrier", "承运人"),
    "certificate issuer": ("certificate issuer", "签证机构"), "customs": ("customs", "海关"),
    "enterprise agent": ("enterprise agent", "代理企业"), "hub": ("hub", "数据中心"),
    "inland origin bureau": ("inland origin bureau", "产地局"), "inspection": ("inspection", "检验检疫"),
    "internal": ("internal", "内部"), "licence": ("licence", "许可证"),
    "licensing authority": ("licensing authority", "发证机关"),
    "port bureau": ("port bureau", "口岸局"), "port operator": ("port operator", "港口经营人"), "yard": ("yard", "堆场"),
    "draft": ("draft", "草案"), "test": ("test", "测试"), "live": ("live", "正式"),
    "well": ("well", "正常"), "attention": ("look", "待关注"),
    "accept": ("accepted", "接受"), "reject": ("refused", "退回"), "hold": ("held", "搁置"),
    "operator": ("operator", "操作员"), "integrator": ("integrator", "集成人员"), "bureau": ("bureau", "检验检疫机构"),
    "enterprise": ("enterprise", "企业"), "auditor": ("auditor", "审计员"),
}  # fmt: skip
EVENTS: dict[str, tuple[str, str]] = {
    "issued": ("made of our own accord", "本系统签发"), "removed": ("taken out of the outbox", "已从发件箱取走"),
    "unpacked": ("unpacked", "已解包"), "retried": ("tried again", "已重试"),
    "made": ("made", "已生成"), "batched": ("collected into a batch", "已组批"), "late": ("too late", "逾时"),
    "collected again": ("collected again", "重新组批"), "answered": ("answered", "收到回执"),
    "answers waived": ("answers waited for no longer", "不再等待回执"), "attempt failed": ("attempt failed", "投递尝试失败"),
    "split": ("batch taken apart", "批次已拆分"), "stuck": ("cannot be sent by itself", "无法单独发送"),
    "measured": ("measured", "已测速"),
}  # fmt: skip
"""What happened, where it is no state."""
DETAILS: dict[str, tuple[str, str]] = {
    "agreement": ("agreement", "协议"), "answer": ("answer", "回答"), "as": ("as", "改为"), "attempt": ("attempt", "次数"),
    "batch": ("batch", "批次"), "before": ("before", "此前"), "by": ("by", "操作人"), "channel": ("channel", "通道"),
    "delivery": ("delivery", "投递"), "destination": ("to", "发往"), "interchanges": ("interchanges", "交换"),
    "message": ("message", "报文"), "messages": ("messages", "报文"), "name": ("name", "文件名"),
    "outputs": ("outputs", "输出"), "reason": ("reason", "原因"), "reference": ("reference", "编号"),
    "retry_at": ("again at", "再次尝试"), "series": ("series", "序列"), "account": ("account", "账号"),
    "level": ("level", "层级"), "kind": ("kind", "种类"), "late_for": ("late for", "错过窗口"), "window": ("window", "窗口"),
    "closes": ("closes", "截止"), "cut_off": ("cut-off", "截止"), "code": ("code", "代码"), "sha256": ("hash", "哈希"),
    "control_reference": ("control number", "控制号"), "position": ("position", "位置"), "tolerated": ("tolerated", "已容错"),
    "members": ("members", "成员"), "inside": ("packed in", "所在压缩包"),
}  # fmt: skip
"""The names of an event's details."""
VERBS: dict[str, tuple[str, str]] = {
    "retry": ("tried again", "重试"), "release": ("released", "放行"), "reject": ("refused", "退回"),
    "waive": ("waits for no answer", "不再等待回执"), "pause": ("paused", "暂停"), "resume": ("resumed", "恢复"),
    "close": ("closed", "结账"), "export": ("exported", "导出"), "reload": ("reloaded", "重新加载"), "add": ("added", "新增"),
    "remove": ("removed", "删除"), "login": ("logged in", "登录"), "logout": ("logged out", "退出登录"),
    "locked": ("locked", "锁定"), "failed": ("failed", "失败"), "refused": ("not allowed", "拒绝"),
    "decide": ("request to decide", "请求：处理"), "see": ("request", "请求：查看"), "search": ("request: search", "请求：查询"),
    "progress": ("request: progress", "请求：进度"), "books": ("request: books", "请求：账簿"),
    "audit": ("request: audit", "请求：审计"),
    "desk": ("request: desk", "请求：业务台"), "submit": ("request: hand in", "请求：提交"),
    "unlock": ("request: unlock", "请求：解锁"),
    "try": ("request: try", "请求：试用"), "configure": ("request: configure", "请求：配置"), "disable": ("disabled", "停用"),
    "enable": ("enabled", "启用"), "password": ("password changed", "修改密码"), "role": ("role changed", "修改角色"),
}  # fmt: skip
"""What was decided."""
WORDS |= EVENTS | {
    "books": ("books", "账簿"), "bundle": ("bundle", "支持包"), "configuration": ("configuration", "配置"),
    "request": ("request", "请求"), "login": ("login", "登录"), "account": ("account", "账号"), "token": ("token", "令牌"),
    "retention": ("retention", "保留期"), "retry": ("tried again", "重试"), "selection": ("selection", "批量选择"),
    "technical": ("technical", "技术"), "functional": ("functional", "内容"), "business": ("business", "业务"),
    "deliver": ("delivery", "投递"), "missed": ("missed", "未达成"), "partly": ("partly accepted", "部分接受"),
    "folder": ("folder", "文件夹"), "memory": ("memory", "内存"), "register": ("register", "登记簿"),
}  # fmt: skip
NUMBERS: dict[str, tuple[str, str]] = {
    "acknowledgement": ("acknowledgement", "回执号"), "advice": ("advice", "通知书号"), "agreement": ("agreement", "协议号"),
    "application": ("application", "申请号"), "approval": ("approval", "批准号"), "bill": ("bill", "提单号"),
    "booking": ("booking", "订舱号"), "case": ("case", "案件号"), "certificate": ("certificate", "证书号"),
    "clearance": ("clearance", "通关单号"), "consent": ("consent", "同意函号"), "container": ("container", "箱号"),
    "contract": ("contract", "合同号"), "declaration": ("declaration", "报检报关号"), "document": ("document", "单证号"),
    "fee": ("fee", "收费单号"), "file": ("file", "文件名"), "firm": ("firm", "企业"), "invoice": ("invoice", "发票号"),
    "licence": ("licence", "许可证号"), "manifest": ("manifest", "舱单号"), "message": ("message", "报文号"),
    "notice": ("notice", "通知号"), "payment": ("payment", "支付号"), "permit": ("permit", "批件号"), "port": ("port", "口岸"),
    "query": ("query", "查询号"), "report": ("report", "报告号"), "result": ("result", "结果号"), "ship": ("ship", "船舶"),
    "table": ("table", "代码表"), "tax": ("tax", "税单号"), "transfer": ("transfer", "转单号"), "voyage": ("voyage", "航次"),
}  # fmt: skip
"""The kinds of numbers by which a message is found (`references` of the document types)."""
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


def detail(name: str, language: str) -> str:
    """The name of an event's detail as people read it; another name stays, with blanks for `_` and `-`."""
    return DETAILS[name][language == "zh"] if name in DETAILS else name.replace("_", " ")


def number(kind: str, language: str) -> str:
    """The kind of a number as people read it; a kind of the deployment's own stays as it is."""
    return NUMBERS[kind][language == "zh"] if kind in NUMBERS else kind


def verb(name: str, language: str) -> str:
    """What was decided, as people read it."""
    return VERBS[name][language == "zh"] if name in VERBS else name


def tone(value: str | None) -> str:
    """How a state is coloured: `good`, `bad`, `care`, or nothing. Colour never stands alone: the word is beside it."""
    if value in GOOD:
        return "good"
    if value in BAD:
        return "bad"
    return "care" if value in CARE else ""
