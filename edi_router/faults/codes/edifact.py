"""Fault codes for UN/EDIFACT syntax and envelopes."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.codes import envelope
from edi_router.faults.model import Blocks, Severity

_ASK = Text("Ask the sender to correct the message and send it again.", "请发送方更正报文后重新发送。")
_RESEND = Text("Ask the sender to send the complete file again.", "请发送方重新发送完整的文件。")
_NOTHING = Text("Nothing has to be done; tell the sender if it matters.", "无需处理；如有影响可告知发送方。")
_ENCODING = Text(
    "Set `encoding` in the partner's file, or ask the sender to declare the right syntax identifier.",
    "在伙伴文件中设置 `encoding`，或请发送方声明正确的语法标识符。",
)
_LENIENT = Text(
    "Ask the sender to correct its program; until then a leniency in the partner's file can tolerate it.",
    "请发送方修正程序；在此之前可在伙伴文件中设置容错项予以容忍。",
)
_PROGRAM = Text("The sender's program writes a wrong value.", "发送方程序写入了错误的值。")
_CUT = Text("The file was cut off in transfer or while it was written.", "文件在传输或写入过程中被截断。")


def _both(code: str) -> dict[int, str]:
    return {3: code, 4: code}


_FILE = (
    Entry(
        "not-edifact",
        Text("This is not UN/EDIFACT: the content begins with `{start}`.",
             "内容不是 UN/EDIFACT：开头为 `{start}`。"),
        Text("Another kind of file was dropped here, or it is packed or encrypted.",
             "放入了其他类型的文件，或文件被压缩、加密。"),
        Text("Send the file over the channel of its format, or unpack it first.",
             "通过对应格式的通道发送该文件，或先解压、解密。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "edifact-lower-case",
        Text("The interchange is written in small letters: the content begins with `{start}`.",
             "交换以小写字母书写：内容开头为 `{start}`。"),
        Text("The sender's program writes segment tags in small letters.", "发送方程序以小写字母书写段标记。"),
        Text(
            "Ask the sender to correct its program; until then the leniency `lower-case` in the partner's file "
            "can tolerate it.",
            "请发送方修正程序；在此之前可在伙伴文件中设置容错项 `lower-case` 予以容忍。",
        ),
        blocks=Blocks.FILE,
    ),
    Entry(
        "edifact-empty",
        Text("The file is empty.", "文件为空。"),
        Text("The sender's program failed before it wrote anything.", "发送方程序在写入前出错。"),
        _RESEND,
        blocks=Blocks.FILE,
    ),
    Entry(
        "encoded-utf-16",
        Text("The file is written in UTF-16, which UN/EDIFACT does not allow.",
             "文件采用 UTF-16 编码，UN/EDIFACT 不允许。"),
        Text("It was saved by an editor as “Unicode”.", "由编辑器保存为“Unicode”格式。"),
        Text("Save it as UTF-8 without byte order mark.", "请另存为不带 BOM 的 UTF-8。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "lines-wrapped",
        Text("The file is broken into lines of {width} characters, inside of segments, too; it is not read.",
             "文件按每行 {width} 个字符折行，段的中间也有换行；未读取该文件。"),
        Text("A mail program, a telex line or a printer broke its lines, or copied records of a fixed length as lines.",
             "由邮件程序、电传线路或打印程序折行，或将定长记录逐条转为行。"),
        Text("Have it sent as it was made (in binary), or join its lines again and send it.",
             "请以二进制方式原样发送，或重新连接各行后发送。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "byte-order-mark",
        Text("The file begins with a byte order mark; it was skipped.",
             "文件开头有字节顺序标记（BOM），已跳过。"),
        Text("It was saved by an editor as “UTF-8 with BOM”.", "由编辑器保存为“带 BOM 的 UTF-8”。"),
        _NOTHING,
        Severity.WARNING,
    ),
    Entry(
        "junk-before-interchange",
        Text("Bytes before the interchange were skipped: {count}, beginning with `{start}`.",
             "交换之前的 {count} 个字节已跳过，开头为 `{start}`。"),
        Text("A transport header, or the end of another file, was written into this one.",
             "文件中混入了传输协议的头部，或另一文件的结尾。"),
        _LENIENT,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("18"),
    ),
    Entry(
        "junk-after-interchange",
        Text("Bytes after the interchange were skipped: {count}, beginning with `{start}`.",
             "交换之后的 {count} 个字节已跳过，开头为 `{start}`。"),
        Text("Padding, or something appended that is not an interchange.",
             "填充字符，或文件末尾追加了不属于交换的内容。"),
        _NOTHING,
        Severity.WARNING,
    ),
)  # fmt: skip

_SEPARATORS = (
    Entry(
        "una-invalid",
        Text("The service string advice `{una}` cannot be used ({problem}); read with `{used}`.",
             "服务串通知 UNA `{una}` 无法使用（{problem}）；按 `{used}` 读取。"),
        Text("After UNA come exactly six characters; the fifth is often a space that editors remove.",
             "UNA 之后必须恰好有六个字符；第五个通常是空格，容易被编辑器删除。"),
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("20"),
    ),
    Entry(
        "una-repeated",
        Text("A second service string advice stands before UNB: `{una}`, then `{used}`, which is used.",
             "UNB 之前有两个服务串通知 UNA：先为 `{una}`，后为 `{used}`，按后者读取。"),
        Text("Two programs, one after the other, put UNA in front of the interchange.",
             "两个程序先后在交换之前写入了 UNA。"),
        _LENIENT,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("20"),
    ),
    Entry(
        "separators-guessed",
        Text("The interchange uses other separators without announcing them; read with `{used}`.",
             "交换使用了未声明的分隔符；按 `{used}` 读取。"),
        Text("The UNA that belongs in front of UNB was lost.", "UNB 之前的 UNA 丢失。"),
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("22"),
    ),
    Entry(
        "separator-in-data",
        Text("`{value}` holds a separator, and there is no release character to write it with.",
             "`{value}` 含有分隔符，但未定义转义字符，无法写出。"),
        Text("The separators to write with have no release character.", "写出时使用的分隔符未定义转义字符。"),
        Text("Write with separators that have a release character.", "使用带转义字符的分隔符写出。"),
    ),
    Entry(
        "repetition-not-possible",
        Text("Data element {element} of {tag} repeats, which needs syntax version 4.",
             "{tag} 的第 {element} 个数据元重复出现，需要语法版本 4。"),
        Text("The output's syntax version has no repetition separator.", "输出的语法版本没有重复分隔符。"),
        Text("Write in syntax version 4, or write several segments.",
             "按语法版本 4 写出，或写成多个段。"),
    ),
)  # fmt: skip

_CHARACTERS = (
    Entry(
        "syntax-identifier-unknown",
        Text("The syntax identifier `{value}` is not known; read as ISO 8859-1.",
             "未知的语法标识符 `{value}`；按 ISO 8859-1 读取。"),
        _PROGRAM,
        _ENCODING,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("2"),
    ),
    Entry(
        "syntax-version-unknown",
        Text("The syntax version `{value}` is not 1, 2, 3 or 4; read as version 3.",
             "语法版本 `{value}` 不是 1、2、3 或 4；按版本 3 读取。"),
        _PROGRAM,
        _ASK,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("2"),
    ),
    Entry(
        "character-set-assumed",
        Text("`{value}` does not name one encoding; read as {encoding}.",
             "`{value}` 未指明具体编码；按 {encoding} 读取。"),
        Text("UNOX announces ISO 2022 escape sequences, whose encoding the partners agree on.",
             "UNOX 表示使用 ISO 2022 转义序列，具体编码由双方约定。"),
        _ENCODING,
        Severity.WARNING,
        contrl={3: "2", 4: "46"},
    ),
    Entry(
        "byte-not-decodable",
        Text("Bytes that are not valid {encoding}: {count}, the first is {character}.",
             "有 {count} 个字节不是有效的 {encoding}，第一个为 {character}。"),
        Text("The file is written in another encoding than the one declared or agreed.",
             "文件实际编码与声明或约定的编码不同。"),
        _ENCODING,
        contrl=_both("21"),
    ),
    Entry(
        "character-outside-repertoire",
        Text("Characters outside the repertoire of {level}: {count}, the first is {character}.",
             "有 {count} 个字符超出 {level} 的字符集，第一个为 {character}。"),
        Text("The sender declares a narrower syntax level than it uses, or another encoding.",
             "发送方声明的语法级别所含字符少于实际使用的字符，或编码与声明不同。"),
        _ENCODING,
        Severity.WARNING,
        contrl=_both("21"),
    ),
    Entry(
        "encoding-suspected",
        Text("{level} says {encoding}, but the bytes are UTF-8: `{found}`, read as `{read}`.",
             "{level} 表示 {encoding}，但字节实为 UTF-8：应为 `{found}`，却读作 `{read}`。"),
        Text("The file is written in another encoding than the one declared.", "文件实际编码与声明的编码不同。"),
        Text("Set `encoding: utf-8` in the partner's file, or ask the sender to declare UNOW or UNOY.",
             "在伙伴文件中设置 `encoding: utf-8`，或请发送方声明 UNOW 或 UNOY。"),
        Severity.WARNING,
        contrl=_both("21"),
    ),
    Entry(
        "control-character",
        Text("Control characters inside the segment, kept as data: {count}, the first is {character}.",
             "段内有 {count} 个控制字符，已作为数据保留，第一个为 {character}。"),
        Text("A line was broken inside a value, or a tab was typed.", "值的中间有换行，或输入了制表符。"),
        _ASK,
        Severity.WARNING,
        contrl=_both("21"),
    ),
)  # fmt: skip

_SEGMENTS = (
    Entry(
        "segment-not-terminated",
        Text("The segment {tag} has no terminator.", "段 {tag} 没有段终止符。"),
        _CUT,
        _RESEND,
        blocks=Blocks.INTERCHANGE,
        contrl=_both("13"),
    ),
    Entry(
        "end-not-terminated",
        Text("The last segment UNZ has no terminator.", "最后一个段 UNZ 没有段终止符。"),
        Text("An editor removed the last character, or the writer forgot it.",
             "最后一个字符被编辑器删除，或被发送方程序遗漏。"),
        _NOTHING,
        Severity.WARNING,
    ),
    Entry(
        "terminator-suspected",
        Text("A line break followed by {tag} stands inside the segment: its terminator seems to be missing.",
             "段内有换行，其后为 {tag}：该处可能缺少段终止符。"),
        Text("The file was edited by hand.", "文件经过手工编辑。"),
        Text("Put the terminator at the end of the line before it.", "在上一行末尾补上段终止符。"),
        contrl=_both("18"),
    ),
    Entry(
        "segment-over-limit",
        Text("The segment {tag} is longer than {limit} characters and was cut.",
             "段 {tag} 超过 {limit} 个字符，已截断。"),
        Text("A terminator is missing, or binary content was put into a segment.",
             "缺少段终止符，或段中含有二进制内容。"),
        _ASK,
        contrl=_both("18"),
    ),
    Entry(
        "segment-crowded",
        Text("The segment {tag} has more than {limit} separators; the rest of it is not read.",
             "段 {tag} 的分隔符超过 {limit} 个，其余部分不再读取。"),
        Text("A program writes empty data elements without end, or means to do harm.",
             "程序不断写出空数据元，或有意为害。"),
        _ASK,
        contrl=_both("18"),
    ),
    Entry(
        "message-over-limit",
        Text("The message `{reference}` has more than {limit} {what}; the rest of it is not read.",
             "报文 `{reference}` 超过 {limit}（{what}），其余部分不再读取。"),
        Text("UNT and UNH were lost between many messages, or a list was not divided into several messages.",
             "多个报文之间缺少 UNT 和 UNH，或清单未拆分为多个报文。"),
        Text("Ask the sender for several messages; if it is right as it is, raise `maximum_segments`.",
             "请发送方拆分为多个报文；如内容无误，可调大 `maximum_segments`。"),
        contrl=_both("18"),
    ),
    Entry(
        "interchange-over-limit",
        Text("The interchange has more than {limit} messages.", "交换中的报文超过 {limit} 个。"),
        Text("UNZ can count no more than six digits, or the deployment takes fewer.",
             "UNZ 最多只能计六位数，或本部署设有更低的上限。"),
        Text("Ask the sender for several interchanges, or raise `maximum_messages`.",
             "请发送方拆分为多个交换，或调大 `maximum_messages`。"),
        blocks=Blocks.INTERCHANGE,
        contrl=_both("18"),
    ),
    Entry(
        "segment-empty",
        Text("Empty segments were skipped: {count}.", "已跳过 {count} 个空段。"),
        Text("Two segment terminators follow each other.", "连续出现两个段终止符。"),
        _NOTHING,
        Severity.WARNING,
        contrl=_both("18"),
    ),
    Entry(
        "segment-indented",
        Text("Blanks before segments were skipped; such segments: {count}.", "{count} 个段之前的空白已跳过。"),
        Text("The file was indented by hand or by a viewer.", "文件经手工或查看工具缩进。"),
        _NOTHING,
        Severity.WARNING,
    ),
    Entry(
        "segment-tag-invalid",
        Text("`{tag}` is not a segment tag: a capital letter and two capital letters or digits.",
             "`{tag}` 不是有效的段标记：应为一个大写字母加两位大写字母或数字。"),
        Text("A separator inside a value was not released, or a segment was damaged.",
             "值中的分隔符未转义，或段已损坏。"),
        Text("Ask the sender to release separators inside values, and to send the message again.",
             "请发送方对值中的分隔符加转义字符后重新发送。"),
        contrl=_both("12"),
    ),
    Entry(
        "object-skipped",
        Text("An object of {size} bytes after UNO was skipped.", "已跳过 UNO 之后 {size} 个字节的对象。"),
        Text("The interchange carries a package (associated data, ISO 9735-8).",
             "交换中带有数据包（ISO 9735-8 的关联数据）。"),
        Text("Take the object from the archived file if it is needed.", "如需要，可从档案库中的原文件提取该对象。"),
        Severity.WARNING,
        contrl={3: "18", 4: "47"},
    ),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = (*_FILE, *_SEPARATORS, *_CHARACTERS, *_SEGMENTS, *envelope.ENTRIES)
