"""Fault codes for the channels to partners."""

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks


def _entry(code: str, text: Text, cause: Text, remedy: Text) -> Entry:
    return Entry(code, text, cause, remedy, blocks=Blocks.NOTHING)


TRANSIENT: tuple[Entry, ...] = (
    _entry(
        "channel-unreachable",
        Text("{address} cannot be reached: {problem}.", "无法连接 {address}：{problem}。"),
        Text("The server is down, or a firewall is in between.", "服务器未运行，或被防火墙拦截。"),
        Text(
            "It is tried again; if it lasts, check host, port and firewall with the partner.",
            "系统会自动重试；若持续出现，请与对方核对主机、端口和防火墙。",
        ),
    ),
    _entry(
        "channel-timeout",
        Text("{address} did not answer within {seconds} s.", "{address} 在 {seconds} 秒内没有应答。"),
        Text("The server is overloaded, or the network loses packets.", "服务器过载，或网络丢包。"),
        Text(
            "It is tried again; if it lasts, raise timeout_seconds.",
            "系统会自动重试；若持续出现，请调大 timeout_seconds。",
        ),
    ),
    _entry(
        "channel-lost",
        Text("The connection to {address} was lost: {problem}.", "与 {address} 的连接中断：{problem}。"),
        Text("The server or something in between closed it.", "服务器或中间设备关闭了连接。"),
        Text("It is tried again with a new connection.", "系统会重新连接并重试。"),
    ),
    _entry(
        "channel-refused",
        Text("{path} was refused: {problem}.", "{path} 被拒绝：{problem}。"),
        Text(
            "The disk is full, a quota is used up or the file is in use.", "磁盘已满、配额用尽或文件被占用。"
        ),
        Text(
            "It is tried again; if it lasts, ask who runs the folder.",
            "系统会自动重试；若持续出现，请联系目录的管理方。",
        ),
    ),
    _entry(
        "channel-size",
        Text(
            "{path} has {received} bytes after the transfer instead of {expected}.",
            "{path} 传输后为 {received} 字节，应为 {expected} 字节。",
        ),
        Text("The disk is full, or another program touched the file.", "磁盘已满，或其他程序改动了该文件。"),
        Text(
            "It is sent again; check the free space of the inbox.",
            "系统会重新发送；请检查收件箱的剩余空间。",
        ),
    ),
    _entry(
        "channel-changed",
        Text("{path} changed while it was fetched.", "{path} 在读取过程中发生变化。"),
        Text("The partner was still writing it.", "对方仍在写入该文件。"),
        Text(
            "It is fetched again when it is stable; else raise wait_seconds or agree on a marker file.",
            "文件稳定后会再次读取；若反复出现，请调大 wait_seconds 或约定标记文件。",
        ),
    ),
    _entry(
        "channel-busy",
        Text(
            "{address} cannot take it now: it answered {status} ({problem}).",
            "{address} 暂时无法接收：应答 {status}（{problem}）。",
        ),
        Text("The service is overloaded or has failed.", "对方服务过载或出错。"),
        Text(
            "It is sent again under the same key; if it lasts, ask the partner.",
            "系统会以同一键重发；若持续出现，请联系对方。",
        ),
    ),
)

PERMANENT: tuple[Entry, ...] = (
    _entry(
        "channel-host-unknown",
        Text("The host name {host} is not known: {problem}.", "主机名 {host} 无法解析：{problem}。"),
        Text("The name is misspelt, or the name service lacks it.", "名称拼写错误，或域名服务中没有该名称。"),
        Text("Correct host in the partner file.", "请修改伙伴文件中的 host。"),
    ),
    _entry(
        "channel-host-key",
        Text(
            "{address} has another host key than the pinned one: expected {expected}, received {received}.",
            "{address} 的主机密钥与登记的不符：应为 {expected}，收到 {received}。",
        ),
        Text(
            "The partner changed its key, or somebody stands in between.", "对方更换了密钥，或连接被人劫持。"
        ),
        Text(
            "Nothing was sent. Ask the partner over another way for its key; only then change host_key.",
            "未发送任何数据。请通过其他途径向对方核实密钥，核实后再修改 host_key。",
        ),
    ),
    _entry(
        "channel-certificate",
        Text(
            "The certificate of {address} is not to be trusted: {problem}.",
            "{address} 的证书不可信：{problem}。",
        ),
        Text(
            "It has expired, is for another name, or is signed by an authority that is not known here; or somebody "
            "stands in between.",
            "证书已过期、名称不符、签发机构未知，或连接被人劫持。",
        ),
        Text(
            "Nothing was sent. Ask the partner for its certificate; for an authority of its own give ca_file.",
            "未发送任何数据。请向对方核实证书；若为其自有签发机构，请设置 ca_file。",
        ),
    ),
    _entry(
        "channel-answer",
        Text(
            "{address} refused it: it answered {status} ({problem}).",
            "{address} 拒绝接收：应答 {status}（{problem}）。",
        ),
        Text(
            "The address, the token or the document is not what the service takes.",
            "地址、令牌或内容不符合对方服务的要求。",
        ),
        Text(
            "Settle it with the partner, correct url or the token, then retry.",
            "请与对方核实，更正 url 或令牌后重试。",
        ),
    ),
    _entry(
        "channel-login",
        Text(
            "{address} refused the login of {user}: {problem}.", "{address} 拒绝用户 {user} 登录：{problem}。"
        ),
        Text("Wrong user, key or password, or a locked account.", "用户、密钥或密码错误，或账号被锁定。"),
        Text(
            "Check user and key with the partner; then retry by hand (wrong tries may lock the account).",
            "请与对方核对用户和密钥，然后手工重试（多次错误可能锁定账号）。",
        ),
    ),
    _entry(
        "channel-secret",
        Text("{secret} cannot be used: {problem}.", "{secret} 无法使用：{problem}。"),
        Text(
            "The variable is not set, or the key file cannot be read.", "环境变量未设置，或密钥文件不可读。"
        ),
        Text(
            "Set it in the environment of the engine, or correct the name.",
            "请在引擎的运行环境中设置，或更正名称。",
        ),
    ),
    _entry(
        "channel-protocol",
        Text(
            "No SFTP session with {address} is possible: {problem}.",
            "无法与 {address} 建立 SFTP 会话：{problem}。",
        ),
        Text("No common algorithm, or SFTP is not enabled there.", "没有共同的算法，或对方未启用 SFTP。"),
        Text(
            "Ask the partner which key types and services its server has.",
            "请向对方确认其服务器支持的密钥类型和服务。",
        ),
    ),
    _entry(
        "channel-folder",
        Text("The folder {folder} does not exist.", "目录 {folder} 不存在。"),
        Text("It was never made, or its name is misspelt.", "目录未创建，或名称拼写错误。"),
        Text(
            "Have it made, or correct outbox and inbox in the partner file.",
            "请创建该目录，或修改伙伴文件中的 outbox、inbox。",
        ),
    ),
    _entry(
        "channel-permission",
        Text("There is no permission for {path}.", "没有访问 {path} 的权限。"),
        Text("The account may not read or write there.", "该账号没有读写权限。"),
        Text("Have the right granted, then retry.", "请对方授权后重试。"),
    ),
    _entry(
        "channel-unsupported",
        Text(
            "The server does not support what {path} needs: {problem}.",
            "服务器不支持 {path} 所需的操作：{problem}。",
        ),
        Text("The server knows a part of the protocol only.", "服务器只实现了部分协议。"),
        Text("Ask the partner for a server that can rename files.", "请对方提供支持文件改名的服务器。"),
    ),
    _entry(
        "channel-name",
        Text("The file name {name} is not safe.", "文件名 {name} 不安全。"),
        Text(
            "It is empty, leaves the folder or has control characters.",
            "名称为空、超出目录范围或含控制字符。",
        ),
        Text(
            "Correct the file name pattern, or ask the partner to rename the file.",
            "请修改文件名规则，或请对方改名。",
        ),
    ),
    _entry(
        "delivery-unprotected",
        Text(
            "What is for {partner} cannot be signed or encrypted as its file says: {problem}.",
            "发往 {partner} 的内容无法按其伙伴文件签名或加密：{problem}。",
        ),
        Text("A key or a certificate is missing, or is not in force.", "密钥或证书缺失，或不在有效期内。"),
        Text(
            "Put the key or certificate in place, `edi-router reload`, then `edi-router retry`. Nothing has left.",
            "备好密钥或证书，执行 `edi-router reload`，再执行 `edi-router retry`。内容尚未发出。",
        ),
    ),
)

ENTRIES = TRANSIENT + PERMANENT
