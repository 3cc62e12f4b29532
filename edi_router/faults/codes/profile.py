"""Fault codes for profiles: what a partner or an implementation guide asks beyond the directory."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_GUIDE = Text(
    "The receiver's implementation guide is stricter than the directory.", "接收方的实施指南比目录更严格。"
)
_FIX = Text("Correct the profile and run `edi-router lint`.", "修改配置规范后运行 `edi-router lint`。")

MESSAGE_ENTRIES: tuple[Entry, ...] = (
    Entry(
        "profile-missing",
        Text(
            "The profile requires {path} here; it is missing.",
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
        "profile-too-often",
        Text(
            "{path} stands {count} times, the profile allows {limit}.",
            "{path} 出现 {count} 次，配置规范最多允许 {limit} 次。",
        ),
        _GUIDE,
        Text("Send at most that number, or several messages.", "请不要超过允许的次数，或拆分为多个报文。"),
        contrl={3: "35", 4: "35"},
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
        "profile-type",
        Text(
            "The profile wants {path} in the form {form}: `{value}` has other characters.",
            "配置规范要求 {path} 的形式为 {form}：`{value}` 含有其他字符。",
        ),
        _GUIDE,
        Text(
            "Write a number (n) or a text without digits (a), as the form says.",
            "按形式要求填写数字（n）或不含数字的文本（a）。",
        ),
        contrl={3: "37", 4: "37"},
    ),
    Entry(
        "profile-too-long",
        Text(
            "The length of {path} is {length}, the profile allows {form}: `{value}`.",
            "{path} 的长度为 {length}，配置规范只允许 {form}：`{value}`。",
        ),
        _GUIDE,
        Text("Shorten the value.", "请缩短该值。"),
        contrl={3: "39", 4: "39"},
    ),
    Entry(
        "profile-too-short",
        Text(
            "The length of {path} is {length}, the profile wants {form}: `{value}`.",
            "{path} 的长度为 {length}，配置规范要求 {form}：`{value}`。",
        ),
        _GUIDE,
        Text("Give the value in full.", "请填写完整的值。"),
        contrl={3: "40", 4: "40"},
    ),
    Entry(
        "profile-dependent-missing",
        Text(
            "Where {given} stands, the profile requires ({kind}) what is missing here: {paths}.",
            "有 {given} 时，配置规范要求（{kind}）此处还须有：{paths}。",
        ),
        Text(
            "By a dependency of the implementation guide, one part needs others beside it.",
            "实施指南的依赖规则规定，某一部分须与其他部分同时出现。",
        ),
        Text("Supply what is missing, or leave the other out.", "补充缺少的部分，或去掉与之相关的部分。"),
        contrl={3: "13", 4: "13"},
    ),
    Entry(
        "profile-dependent-choice",
        Text(
            "Where {given} stands, the profile requires ({kind}) at least one of: {paths}.",
            "有 {given} 时，配置规范要求（{kind}）至少还有其中之一：{paths}。",
        ),
        Text(
            "By a dependency of the implementation guide, one part needs another beside it.",
            "实施指南的依赖规则规定，某一部分须与另一部分同时出现。",
        ),
        Text("Supply one of them, or leave the first out.", "补充其中之一，或去掉前者。"),
        contrl={3: "13", 4: "13"},
    ),
    Entry(
        "profile-choice-missing",
        Text(
            "The profile requires ({kind}) one of these here, and none is there: {paths}.",
            "配置规范要求（{kind}）此处须有其中之一，但都没有：{paths}。",
        ),
        Text(
            "By a dependency of the implementation guide, one of several parts must be there.",
            "实施指南的依赖规则规定，几个部分中必须有一个。",
        ),
        Text("Supply one of them.", "补充其中之一。"),
        contrl={3: "13", 4: "13"},
    ),
    Entry(
        "profile-exclusive",
        Text(
            "{one} and {other} must not stand together, by the profile ({kind}).",
            "按配置规范（{kind}），{one} 与 {other} 不得同时出现。",
        ),
        Text(
            "By a dependency of the implementation guide, one part excludes another.",
            "实施指南的依赖规则规定，某一部分与另一部分互斥。",
        ),
        Text("Leave one of them out.", "去掉其中之一。"),
        contrl={3: "15", 4: "15"},
    ),
)

LINT_ENTRIES: tuple[Entry, ...] = (
    Entry(
        "profile-directory-missing",
        Text(
            "There is no definition of {type} in directory {directory}.",
            "目录 {directory} 中没有 {type} 的定义。",
        ),
        Text("A misspelt name, or a release that is not imported.", "名称拼写错误，或该版本尚未导入。"),
        Text(
            "Correct `for`, or import the release: `edi-router directory import`.",
            "修改 `for`，或用 `edi-router directory import` 导入该版本。",
        ),
        blocks=Blocks.FILE,
    ),
    Entry(
        "profile-file-name",
        Text(
            "The file of the profile must be named `{profile}.yaml`.",
            "该配置规范的文件须命名为 `{profile}.yaml`。",
        ),
        Text("The file or the profile was renamed.", "文件或配置规范改过名。"),
        Text("Rename the file, or correct `profile`.", "重命名文件，或修改 `profile`。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "profile-wrong-message",
        Text(
            "Profile {profile} is for {for}, the agreement takes {kind}.",
            "配置规范 {profile} 适用于 {for}，而协议接收 {kind}。",
        ),
        Text(
            "A profile is for one message of one directory; messages of another would not be checked by it.",
            "一个配置规范只适用于一个目录中的一种报文；其他报文不会按它校验。",
        ),
        Text(
            "Name the profile that fits, or narrow `receives` to its message and directory.",
            "改用适合的配置规范，或将 `receives` 收窄到它的报文和目录。",
        ),
        blocks=Blocks.FILE,
    ),
    Entry(
        "profile-code-unknown",
        Text(
            "Code list {element} ({name}) of {directory} has no `{code}`.",
            "{directory} 的代码表 {element}（{name}）中没有 `{code}`。",
        ),
        Text(
            "A misspelt code or qualifier, or one of another release or of a list of its own.",
            "代码或限定符拼写错误，或属于其他版本或自有代码表。",
        ),
        Text(
            "Correct it. Codes of another list are allowed where lines beside it say so: d1131 required, or other "
            "codes than 6 for d3055.",
            "请更正。若旁边的行说明使用其他代码表（d1131 必填，或 d3055 的代码不是 6），则允许。",
        ),
        blocks=Blocks.FILE,
    ),
    Entry(
        "profile-not-possible",
        Text(
            "{path} cannot be left out: {directory} makes it mandatory in {within}.",
            "{path} 不能不用：{directory} 规定它在 {within} 中为必备。",
        ),
        Text(
            "A profile can only narrow what the directory allows.",
            "配置规范只能收窄目录所允许的内容。",
        ),
        Text("Take the line out, or forbid what is around it.", "删除该行，或禁用其上层部分。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "profile-wider",
        Text(
            "`{key}` of {path} allows {given}, the directory only {limit}.",
            "{path} 的 `{key}` 允许 {given}，而目录只允许 {limit}。",
        ),
        Text(
            "A profile can only narrow what the directory allows.",
            "配置规范只能收窄目录所允许的内容。",
        ),
        _FIX,
        blocks=Blocks.FILE,
    ),
    Entry(
        "profile-contradiction",
        Text(
            "{path} is spoken of here, but line {line} says that {other} is not used.",
            "此处写有 {path}，但第 {line} 行规定不使用 {other}。",
        ),
        Text("Two lines say the opposite.", "两行互相矛盾。"),
        Text("Take one of them out.", "删除其中一行。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "profile-not-mandatory",
        Text(
            "{path} is not mandatory in {within} by {directory}: M should be R.",
            "{directory} 未规定 {path} 在 {within} 中为必备：M 应改为 R。",
        ),
        Text(
            "M says that the directory itself makes the part mandatory, R that only the profile does. What is told "
            "apart by a qualifier is never mandatory by the directory.",
            "M 表示目录本身规定为必备，R 表示仅由配置规范要求。以限定符区分的部分在目录中从不为必备。",
        ),
        Text("Write R. Both are checked alike.", "请写 R。两者校验方式相同。"),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
    Entry(
        "profile-not-dependent",
        Text(
            "{path} has status D, but no dependency speaks of it.",
            "{path} 的状态为 D，但没有依赖规则涉及它。",
        ),
        Text(
            "The guide's condition was not written down, so nothing is checked.",
            "未写出指南中的条件，因此不会校验。",
        ),
        Text("Add the dependency, or write O.", "补充依赖规则，或写 O。"),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
)

ENTRIES = (*MESSAGE_ENTRIES, *LINT_ENTRIES)
