"""Fault codes for signatures, encryption and certificates."""

from collections.abc import Mapping

from edi_router.faults.catalogue import Entry, Text
from edi_router.faults.model import Blocks, Severity

_UNSPECIFIED: Mapping[int, str] = {3: "18", 4: "18"}
"""Data element 0085: unspecified error. CONTRL has no code for the signature of a file around the interchange."""
_AGAIN = Text(
    "Sign the document anew, with the key of a certificate that we have, and send it again.",
    "用已登记证书的密钥重新签名后再次发送。",
)


def _refusal(code: str, text: Text, cause: Text, remedy: Text = _AGAIN) -> Entry:
    return Entry(code, text, cause, remedy, blocks=Blocks.INTERCHANGE, contrl=_UNSPECIFIED)


ENTRIES: tuple[Entry, ...] = (
    _refusal(
        "signature-missing",
        Text(
            "{partner} has to sign this ({form}), and there is no such signature.",
            "{partner} 须对此签名（{form}），但未见此签名。",
        ),
        Text(
            "The partner's file says `security: receive: signature`, and the file came without.",
            "伙伴文件规定了 `security: receive: signature`，但来件没有签名。",
        ),
    ),
    _refusal(
        "signature-invalid",
        Text("The signature does not hold: {problem}.", "签名无效：{problem}。"),
        Text(
            "The document was changed on its way, or signed in another way than agreed.",
            "单证在途中被改动，或签名方式与约定不符。",
        ),
    ),
    _refusal(
        "signature-algorithm",
        Text("The signature uses {algorithm}, which is not allowed.", "签名使用了不允许的算法 {algorithm}。"),
        Text(
            "Allowed are RSA and ECDSA with SHA-256, SHA-384 or SHA-512, over the whole document.",
            "仅允许对整份单证使用 RSA 或 ECDSA，散列为 SHA-256、SHA-384 或 SHA-512。",
        ),
    ),
    _refusal(
        "signature-certificate-unknown",
        Text(
            "The certificate {serial} of {subject} is none of the partner's.",
            "证书 {serial}（{subject}）不是该伙伴已登记的证书。",
        ),
        Text(
            "The partner has a new certificate that we were not given, or somebody else has signed.",
            "伙伴更换了证书而未告知，或签名者另有其人。",
        ),
        Text(
            "Ask the partner by telephone; put its new certificate under `certificates/` and into its file.",
            "电话向对方核实；将新证书放入 `certificates/` 并写入伙伴文件。",
        ),
    ),
    _refusal(
        "signature-certificate-expired",
        Text(
            "The certificate {serial} of {subject} is not in force; it is from {since} to {until}.",
            "证书 {serial}（{subject}）不在有效期内，有效期为 {since} 至 {until}。",
        ),
        Text("The partner signs with an old certificate.", "伙伴使用了过期的证书签名。"),
    ),
    _refusal(
        "encryption-missing",
        Text("{partner} has to encrypt this, and it is not encrypted.", "{partner} 须加密此文件，但未加密。"),
        Text(
            "The partner's file says `security: receive: encrypted`, and the file came in clear.",
            "伙伴文件规定了 `security: receive: encrypted`，但来件为明文。",
        ),
        Text("Encrypt it for our certificate, and send it again.", "用我方证书加密后再次发送。"),
    ),
    Entry(
        "decryption-failed",
        Text("The file cannot be decrypted: {problem}.", "文件无法解密：{problem}。"),
        Text(
            "It was encrypted for another certificate than ours, or was damaged.",
            "所用证书不是我方证书，或文件已损坏。",
        ),
        Text(
            "Look whether `keys` of `edi-router.yaml` has the key, then `edi-router release` the file; or give the "
            "partner our certificate.",
            "检查 `edi-router.yaml` 的 `keys` 是否有该密钥，再用 `edi-router release` 放行；或将我方证书交给伙伴。",
        ),
        blocks=Blocks.FILE,
    ),
    Entry(
        "certificate-unusable",
        Text("The certificate {file} cannot be used: {problem}.", "证书 {file} 无法使用：{problem}。"),
        Text(
            "The file is missing, is no PEM, or has a key that is too weak.",
            "文件缺失、不是 PEM 格式，或密钥强度不足。",
        ),
        Text("Correct the file and run `edi-router lint`.", "修改文件后运行 `edi-router lint`。"),
        blocks=Blocks.FILE,
    ),
    Entry(
        "certificate-expired",
        Text("The certificate {file} was in force until {until}.", "证书 {file} 的有效期至 {until}。"),
        Text("It was not renewed in time.", "未及时更换。"),
        Text(
            "Put the new certificate beside the old one, and take the old one out of the file.",
            "加入新证书，并从文件中去掉旧证书。",
        ),
        severity=Severity.WARNING,
        blocks=Blocks.NOTHING,
    ),
)
