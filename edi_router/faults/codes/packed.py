"""Fault codes for packed files: gzip files and ZIP archives."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks

_AGAIN = Text("Ask the sender to pack it again and send it.", "请发送方重新打包后再次发送。")


def _entry(code: str, text: Text, cause: Text, remedy: Text = _AGAIN) -> Entry:
    return Entry(code, text, cause, remedy, blocks=Blocks.FILE)


ENTRIES: tuple[Entry, ...] = (
    _entry(
        "file-packed",
        Text("The file is packed ({packing}) and is not unpacked.", "文件已压缩（{packing}），未予解包。"),
        Text(
            "The partner's file does not say `unpack: yes`, or the file was packed before it was signed or encrypted.",
            "伙伴文件未规定 `unpack: yes`，或文件先压缩、后签名或加密。",
        ),
        Text(
            "Say `unpack: yes` in the partner's file and release the file, or ask the sender to send it unpacked; "
            "what is signed or encrypted is packed last.",
            "在伙伴文件中写明 `unpack: yes` 后放行该文件，或请发送方不压缩发送；需签名或加密的，最后再压缩。",
        ),
    ),
    _entry(
        "packed-broken",
        Text(
            "The packed file is broken at byte {offset} (member {member}): {problem}.",
            "压缩文件在第 {offset} 字节处损坏（成员 {member}）：{problem}。",
        ),
        Text(
            "It was cut off or changed on its way, or its program wrote it wrongly.",
            "文件在途中被截断或改动，或由有误的程序生成。",
        ),
    ),
    _entry(
        "packed-index",
        Text(
            "At byte {offset} the index of the ZIP archive does not fit its members: {problem}.",
            "ZIP 归档在第 {offset} 字节处的目录与成员不符：{problem}。",
        ),
        Text(
            "Members overlap or are hidden, as in an archive that is made to do harm, or a program changed it in place.",
            "成员重叠或被隐藏（常见于恶意归档），或有程序就地改动了归档。",
        ),
    ),
    _entry(
        "packed-trailing",
        Text(
            "The packed file ends at byte {offset}, and more follows.",
            "压缩文件在第 {offset} 字节处已结束，其后仍有内容。",
        ),
        Text(
            "Something was appended: another gzip file, or remains of an earlier one.",
            "其后附加了内容：另一个 gzip 文件，或旧文件的残余。",
        ),
        Text(
            "Ask the sender for one file a document, or a ZIP archive.",
            "请发送方每份单证一个文件，或使用 ZIP 归档。",
        ),
    ),
    _entry(
        "packed-limit",
        Text(
            "More comes out of the packed file than is taken, at byte {offset} (member {member}): over {limit} {what}.",
            "压缩文件解出的内容超出限制，位于第 {offset} 字节（成员 {member}）：超过 {limit}（{what}）。",
        ),
        Text(
            "The archive is larger than agreed on, or made to fill our disk.",
            "归档超出约定的大小，或意在占满磁盘。",
        ),
        Text(
            "Ask the sender for several smaller ones; if it is right as it is, raise `unpacking` in edi-router.yaml "
            "and release the file.",
            "请发送方拆分发送；如内容无误，可调大 edi-router.yaml 中的 `unpacking` 后放行该文件。",
        ),
    ),
    _entry(
        "packed-encrypted",
        Text(
            "The ZIP archive is encrypted at byte {offset} (member {member}).",
            "ZIP 归档在第 {offset} 字节处已加密（成员 {member}）。",
        ),
        Text("The sender's program sets a password.", "发送方程序设置了密码。"),
        Text(
            "Ask the sender for an archive without a password; what has to be encrypted is encrypted by CMS.",
            "请发送方取消密码；须加密的内容应使用 CMS。",
        ),
    ),
    _entry(
        "packed-member",
        Text(
            "The member {member} at byte {offset} is not taken: {problem}.",
            "位于第 {offset} 字节的成员 {member} 不予接收：{problem}。",
        ),
        Text(
            "Taken are plain files, each name once, packed by deflate or not at all.",
            "仅接收普通文件，名称不得重复，且须用 deflate 压缩或不压缩。",
        ),
        Text("Ask the sender to pack the documents only, and once.", "请发送方只打包单证，且只压缩一层。"),
    ),
    _entry(
        "packed-empty",
        Text("There is no file in the ZIP archive.", "ZIP 归档中没有文件。"),
        Text("The sender's program had nothing to pack.", "发送方程序没有可打包的内容。"),
        Text("Ask the sender whether something is missing.", "请向发送方确认是否有遗漏。"),
    ),
)
