"""What workspace and ledger refuse, in the language of the screen: the errors themselves speak English."""

from __future__ import annotations

import re

from edi_router.cli.language import LANGUAGE

_CHINESE = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (
            r"(.+) is no workspace: it has no (\S+)\. Make one with: (.+)",
            r"\1 不是工作区：没有 \2。新建工作区：\3",
        ),
        (r"(.+) has faults \((\d+)\); run: (.+)", r"\1 有 \2 处错误，请运行：\3"),
        (r"the configuration has (\d+) faults; run: (.+)", r"配置有 \1 处错误，请运行：\2"),
        (r"others may read (.+); run: (.+)", r"其他用户可读取 \1，请运行：\2"),
        (
            r"another engine runs in (.+) \(process (.+)\); stop it or wait for it",
            r"\1 中已有引擎在运行（进程 \2），请停止它或等待其结束",
        ),
        (
            r"the secret key in (.+) has (\d+) characters; it needs (\d+) \((.+)\)",
            r"\1 中的密钥为 \2 个字符，至少需要 \3 个（\4）",
        ),
        (
            r"(.+) is missing, and (.+) was sealed with it: bring it back from the backup, or set (\S+)",
            r"缺少 \1，而 \2 是用它加密的：请从备份中恢复该文件，或设置 \3",
        ),
        (
            r"the secret key in (.+) is not the one that (.+) was sealed with: nothing in it could be read; "
            r"bring that one back, or keep it among the earlier ones",
            r"\1 中的密钥不是加密 \2 所用的密钥，用它无法读取其中任何内容：请恢复原来的密钥，或将其保留在旧密钥中",
        ),
        (r"the console cannot be served on (\S+) port (\d+): (.+)", r"控制台无法在 \1 端口 \2 提供服务：\3"),
        (r"metrics cannot be served on (\S+) port (\d+): (.+)", r"指标无法在 \1 端口 \2 提供服务：\3"),
        (r"the private key (.+) cannot be read: (.+)", r"私钥 \1 无法读取：\2"),
        (r"the private key in (.+) cannot be used: (.+)", r"\1 中的私钥无法使用：\2"),
        (r"the environment variable (\S+) is not set", r"未设置环境变量 \1"),
        (
            r"the ledger is at revision (\S+), which this version \((\S+)\) does not know: .+",
            r"台账的结构版本为 \1，本程序（\2）不认识：请运行建立它的版本，或恢复备份",
        ),
        (r"workers need PostgreSQL; set (\S+) to (.+)", r"工作进程需要 PostgreSQL，请将 \1 设为 \2"),
    )
)


def told(text: str) -> str:
    """The text in the language of the screen, as far as there is one.

    >>> told("the environment variable KEY is not set")
    'the environment variable KEY is not set'
    """
    return in_chinese(text) if LANGUAGE == "zh" else text


def in_chinese(text: str) -> str:
    """The text in Chinese; as it is where there is none.

    >>> in_chinese("the environment variable KEY is not set")
    '未设置环境变量 KEY'
    >>> in_chinese("the console cannot be served on 127.0.0.1 port 8080: Address already in use")
    '控制台无法在 127.0.0.1 端口 8080 提供服务：地址已被占用'
    """
    from edi_router.faults.terms import term

    for pattern, chinese in _CHINESE:
        if (match := pattern.fullmatch(text)) is not None:
            for number, each in enumerate(match.groups(), start=1):
                chinese = chinese.replace(f"\\{number}", term(each))
            return chinese
    return text
