"""Fault codes for profiles: what a partner or an implementation guide asks beyond the directory."""

from edi_router.faults.catalogue import Entry, Text

_GUIDE = Text(
    "The receiver's implementation guide is stricter than the directory.", "接收方的实施指南比目录更严格。"
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "profile-missing",
        Text(
            "{path} is mandatory here by the profile and is missing.",
            "配置规范要求此处必须有 {path}，但报文中没有。",
        ),
        _GUIDE,
        Text("Supply it and send the message again.", "请补充后重新发送报文。"),
        contrl={3: "13", 4: "13"},
    ),
    Entry(
        "profile-forbidden",
        Text("{path} is not used by the profile.", "配置规范不使用 {path}。"),
        _GUIDE,
        Text("Leave it out and send the message again.", "请删除后重新发送报文。"),
        contrl={3: "15", 4: "15"},
    ),
    Entry(
        "profile-code",
        Text(
            "The profile does not allow `{value}` in {path}; allowed: {allowed}.",
            "配置规范不允许 {path} 的值为 `{value}`；允许：{allowed}。",
        ),
        _GUIDE,
        Text("Use one of the allowed codes.", "请使用允许的代码。"),
        contrl={3: "12", 4: "12"},
    ),
    Entry(
        "profile-too-long",
        Text(
            "The length of {path} is {length}, the profile allows {limit}: `{value}`.",
            "{path} 的长度为 {length}，配置规范最多允许 {limit}：`{value}`。",
        ),
        _GUIDE,
        Text("Shorten the value.", "请缩短该值。"),
        contrl={3: "39", 4: "39"},
    ),
    Entry(
        "profile-too-often",
        Text(
            "{path} stands {count} times, the profile allows {limit}.",
            "{path} 出现 {count} 次，配置规范最多允许 {limit} 次。",
        ),
        _GUIDE,
        Text("Send at most that number, or several messages.", "请不要超过允许的次数，或拆分为多个报文。"),
        contrl={3: "35", 4: "35"},
    ),
)
