"""Fault codes for the structure of UN/EDIFACT messages: segments, groups, elements, code values."""

from collections.abc import Mapping

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_SENDER = Text("Correct the message at the sender and send it again.", "请发送方更正报文后重新发送。")


def _both(value: str) -> Mapping[int, str]:
    return {3: value, 4: value}


def _entry(code: str, contrl: str, text: Text, cause: Text, remedy: Text = _SENDER) -> Entry:
    return Entry(code, text, cause, remedy, Severity.ERROR, Blocks.MESSAGE, _both(contrl))


_ORDER = Text(
    "The segments do not follow the order of the message type.",
    "段的顺序与报文类型的定义不符。",
)
_FORM = Text("The value does not have the form that the directory prescribes.", "值不符合目录规定的格式。")
_LEFT_OUT = Text("The sender left it out.", "发送方遗漏。")
_REPEATS = Text("More repetitions than the directory allows.", "重复次数超过目录允许的次数。")

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "definition-missing",
        Text(
            "No definition of {type} in {directory}: only the syntax is checked; import {zip} to check more.",
            "没有 {directory} 的 {type} 定义：只检查语法；如需检查结构请导入 {zip}。",
        ),
        Text("The release of the message is not shipped.", "未随产品提供该报文的目录版本。"),
        Text(
            "Import the release, or name another directory in the agreement (`check_as`).",
            "导入该版本，或在协议中用 `check_as` 指定另一目录。",
        ),
        Severity.WARNING,
        Blocks.NOTHING,
    ),
    _entry(
        "segment-missing", "13",
        Text("The mandatory segment {tag} is missing here.", "此处缺少必备段 {tag}。"),
        _LEFT_OUT,
    ),
    _entry(
        "segment-unexpected", "15",
        Text("{tag} is not expected here; expected: {expected}.", "此处不应出现 {tag}；应为：{expected}。"),
        _ORDER,
    ),
    _entry(
        "segment-unknown", "15",
        Text("{tag} is not a segment of {message}; expected: {expected}.",
             "{message} 中没有段 {tag}；应为：{expected}。"),
        Text("A misspelt tag, or a segment of another message type or release.", "段标识拼写错误，或属于其他报文或版本。"),
    ),
    _entry(
        "segment-misplaced", "15",
        Text("{tag} belongs before {before}.", "{tag} 应在 {before} 之前。"),
        _ORDER,
    ),
    _entry(
        "segment-repeated", "35",
        Text("{tag} may occur {limit} times here; this is one more.", "{tag} 在此最多出现 {limit} 次；此处已超出。"),
        _REPEATS,
    ),
    _entry(
        "group-repeated", "36",
        Text("Segment group {group} may occur {limit} times here; this is one more.",
             "段组 {group} 在此最多出现 {limit} 次；此处已超出。"),
        _REPEATS,
    ),
    _entry(
        "element-missing", "13",
        Text("The mandatory data element {element} {name} is missing.", "缺少必备数据元 {element} {name}。"),
        _LEFT_OUT,
    ),
    _entry(
        "element-too-long", "39",
        Text("{element} {name}: `{value}` has {length} characters; {form} allows {limit}.",
             "{element} {name}：`{value}` 长度为 {length}；{form} 最多 {limit} 个字符。"),
        _FORM,
    ),
    _entry(
        "element-too-short", "40",
        Text("{element} {name}: `{value}` has {length} characters; {form} needs {limit}.",
             "{element} {name}：`{value}` 长度为 {length}；{form} 要求 {limit} 个字符。"),
        _FORM,
    ),
    _entry(
        "element-type", "37",
        Text("{element} {name}: `{value}` is not of the form {form}.",
             "{element} {name}：`{value}` 不符合格式 {form}。"),
        _FORM,
    ),
    _entry(
        "code-unknown", "12",
        Text("{element} {name}: `{value}` is not in the code list of {directory}.",
             "{element} {name}：`{value}` 不在 {directory} 的代码表中。"),
        Text("A misspelt code, or one of another release or agency.", "代码拼写错误，或属于其他版本或机构。"),
        Text("Use a code of the list, or name the agency of the code (1131/3055).",
             "使用代码表中的代码，或注明代码的管理机构（1131/3055）。"),
    ),
    _entry(
        "elements-too-many", "16",
        Text("{tag} has {count} data elements; {limit} are defined.", "{tag} 有 {count} 个数据元；定义为 {limit} 个。"),
        Text("A separator too many, or a `+` in the data that was not released.", "多出分隔符，或数据中的 `+` 未转义。"),
    ),
    _entry(
        "components-too-many", "16",
        Text("{element} {name} has {count} components; {limit} are defined.",
             "{element} {name} 有 {count} 个成分；定义为 {limit} 个。"),
        Text("A separator too many, or a `:` in the data that was not released.", "多出分隔符，或数据中的 `:` 未转义。"),
    ),
    _entry(
        "element-repeated", "35",
        Text("{element} {name} occurs {count} times; {limit} are allowed.",
             "{element} {name} 出现 {count} 次；最多 {limit} 次。"),
        _REPEATS,
    ),
)  # fmt: skip
