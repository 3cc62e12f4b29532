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
    "The sender does not follow the order that the message type prescribes, or follows another release.",
    "发送方未按报文类型规定的顺序写段，或使用了其他目录版本。",
)
_DIRECTORY = Text(
    "The sender uses another release of the directory, or repeats what it should sum up.",
    "发送方使用了其他目录版本，或将应合并的内容重复发送。",
)
_LEFT_OUT = Text("The sender left it out, or wrote it at another place.", "发送方遗漏，或写在了其他位置。")

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "definition-missing",
        Text(
            "No definition of {type} in {directory}: only the syntax is checked. "
            "[Of the releases here with {type}, {near} is the nearest by date: try --check-as {near}. ]"
            "To check all of it: edi-router directory import {zip}",
            "没有目录 {directory} 中 {type} 的定义：只检查语法。[已有 {type} 的目录中，{near} 的日期最接近：可试用 "
            "--check-as {near}。]如需检查全部内容：edi-router directory import {zip}",
        ),
        Text("The directory of the message is not shipped, or the message type is misspelt.",
             "产品未附带该报文的目录，或报文类型拼写错误。"),
        Text(
            "Download the release from UNECE and import it: into a workspace as above, else with `--into DIR` "
            "for `validate --definitions DIR`; or check by another directory (`--check-as D96B`, in Python "
            "`check_as`): what differs between the two is then told as faults.",
            "从 UNECE 下载该发布包并导入：如上导入工作区，或加 `--into DIR` 后用 `validate --definitions DIR`；"
            "也可用 `--check-as D96B`（Python 中为 `check_as`）按另一目录检查，但两版不同之处会报为错误。",
        ),
        Severity.WARNING,
        Blocks.NOTHING,
    ),
    Entry(
        "message-type-unknown",
        Text(
            "No directory has {type} {directory}, neither here nor to import: only the syntax is checked"
            "[; of the releases here with {type}, {near} is the nearest by date: try --check-as {near}].",
            "没有目录含 {type} {directory}（已有的和可导入的均无）：只检查语法"
            "[；已有 {type} 的目录中，{near} 的日期最接近，可试用 --check-as {near}]。",
        ),
        Text("The message type, its version or its release is misspelt, or the partners' own.",
             "报文类型、版本号或发布号拼写错误，或为伙伴自定义。"),
        Text("Ask the sender to correct UNH; or check by a directory that has the type: `--check-as D96B`.",
             "请发送方更正 UNH；也可用 `--check-as D96B` 按含有该类型的目录检查。"),
        Severity.WARNING,
        Blocks.NOTHING,
    ),
    _entry(
        "segment-missing", "13",
        Text("The mandatory segment {tag} {name} is missing here.", "此处缺少必备段 {tag} {name}。"),
        _LEFT_OUT,
    ),
    _entry(
        "segment-unexpected", "15",
        Text("{tag} is not expected here; expected: {expected}.", "此处不应出现段 {tag}；应为：{expected}。"),
        _ORDER,
    ),
    _entry(
        "segment-unknown", "15",
        Text("{tag} is not a segment of {message}; expected: {expected}.",
             "{message} 中没有段 {tag}；应为：{expected}。"),
        Text("A misspelt tag, or a segment of another message type or release.",
             "段标记拼写错误，或该段属于其他报文类型或目录版本。"),
    ),
    _entry(
        "segment-misplaced", "15",
        Text("{tag} belongs before {before}.", "段 {tag} 应在 {before} 之前。"),
        _ORDER,
    ),
    _entry(
        "segment-repeated", "35",
        Text("{tag} stands here too often; the limit is {limit}.", "段 {tag} 在此出现次数过多，上限为 {limit} 次。"),
        _DIRECTORY,
    ),
    _entry(
        "group-repeated", "36",
        Text("Segment group {group} stands here too often; the limit is {limit}.",
             "段组 {group} 在此出现次数过多，上限为 {limit} 次。"),
        _DIRECTORY,
    ),
    _entry(
        "element-missing", "13",
        Text("The mandatory data element {element} {name} is missing.", "缺少必备数据元 {element} {name}。"),
        _LEFT_OUT,
    ),
    _entry(
        "element-too-long", "39",
        Text("{element} {name}: the length of `{value}` is {length}; {form} allows {limit}.",
             "{element} {name}：`{value}` 的长度为 {length}；{form} 最多允许 {limit}。"),
        Text("The sender's field is longer than the directory allows, or a separator is missing.",
             "发送方的字段比目录允许的长，或缺少分隔符。"),
    ),
    _entry(
        "element-too-short", "40",
        Text("{element} {name}: the length of `{value}` is {length}; {form} needs {limit}.",
             "{element} {name}：`{value}` 的长度为 {length}；{form} 至少要求 {limit}。"),
        Text("Leading zeros were dropped, or the value is incomplete.", "丢失了前导零，或值不完整。"),
    ),
    _entry(
        "element-type", "37",
        Text("{element} {name}: `{value}` is not of the form {form}.",
             "{element} {name}：`{value}` 不符合格式 {form}。"),
        Text("Letters or blanks stand in a numeric data element, or digits in an alphabetic one.",
             "数字型数据元中含有字母或空格，或字母型数据元中含有数字。"),
    ),
    _entry(
        "decimal-mark-wrong", "19",
        Text("{element} {name}: `{value}` has not the decimal mark `{mark}` that UNA announces.",
             "{element} {name}：`{value}` 未使用 UNA 声明的小数点符号 `{mark}`。"),
        Text("The sender's program writes UNA without looking at how it writes numbers.",
             "发送方程序写出的 UNA 与其数字的写法不一致。"),
    ),
    _entry(
        "code-unknown", "12",
        Text("{element} {name}: `{value}` is not in the code list of {directory}[; it may be one of {association}, whose "
             "lists are not here].",
             "{element} {name}：`{value}` 不在 {directory} 的代码表中[，也可能是 {association} 的代码，其代码表不在此处]。"),
        Text("A misspelt code, or one of another release or agency.", "代码拼写错误，或属于其他版本或机构。"),
        Text("Use a code of the list, or name the code's own list and agency (1131/3055).",
             "使用代码表中的代码，或注明代码表及其管理机构（1131/3055）。"),
    ),
    _entry(
        "elements-too-many", "16",
        Text("{tag} has {count} data elements; the directory defines {limit}.",
             "段 {tag} 有 {count} 个数据元；目录只定义了 {limit} 个。"),
        Text("A separator too many, or a `+` in the data that was not released.", "多出数据元分隔符，或数据中的 `+` 未转义。"),
    ),
    _entry(
        "components-too-many", "16",
        Text("{element} {name} has {count} components; the directory defines {limit}.",
             "{element} {name} 有 {count} 个成分；目录只定义了 {limit} 个。"),
        Text("A separator too many, or a `:` in the data that was not released.", "多出成分分隔符，或数据中的 `:` 未转义。"),
    ),
    _entry(
        "element-repeated", "35",
        Text("{element} {name} occurs {count} times; the directory allows {limit}.",
             "{element} {name} 重复出现 {count} 次；目录最多允许 {limit} 次。"),
        _DIRECTORY,
    ),
)  # fmt: skip
