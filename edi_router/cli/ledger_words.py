"""Rows of the ledger as a table of the screen shows them: heads, states and kinds in its language.

English tables show the words of the ledger themselves, as `--json` and the options do.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi_router.cli.language import LANGUAGE

HEADS = {
    "agreement": "协议", "answer": "回答", "at": "时间", "attempts": "次数", "by": "操作人", "cleared": "解除",
    "decision": "处理", "destination": "发往", "directory": "目录版本", "due": "截止", "form": "形式", "id": "编号",
    "inside": "所在压缩包",
    "kind": "种类", "level": "层级", "made": "生成时间", "name": "名称", "output": "输出", "partner": "伙伴", "raised": "发生",
    "reason": "原因", "received": "接收时间", "reference": "参考号", "result": "结果", "serial": "序列号", "severity": "级别",
    "size": "大小", "started": "开始", "state": "状态", "stopped": "停止", "subject": "对象", "text": "内容", "type": "类型",
    "until": "有效至", "value": "值", "verb": "处置", "way": "方向",
}  # fmt: skip
"""The heads of columns, and the names of what is told line by line, in Chinese."""
_WAYS = {"in": "收", "out": "发"}


def head(name: str) -> str:
    """A column's head in the language of the screen."""
    return HEADS.get(name, name) if LANGUAGE == "zh" else name


def heads(names: Sequence[str]) -> list[str]:
    """The heads of a table."""
    return [head(name) for name in names]


def cell(column: str, text: str) -> str:
    """What stands in a column, in the language of the screen: states, kinds, decisions and reasons have words."""
    if LANGUAGE != "zh" or not text:
        return text
    from edi_router.console.words import verb, word
    from edi_router.faults.reasons import reason_in

    if column in ("state", "answer", "kind", "level", "severity", "decision", "result"):
        return word(text, LANGUAGE) if word(text, LANGUAGE) != text else HEADS.get(text, text)
    if column == "verb":
        return verb(text, LANGUAGE)
    if column == "way":
        return _WAYS.get(text, text)
    return reason_in(text, LANGUAGE) if column == "reason" else text


def meant(state: str, states: Sequence[str]) -> str:
    """The state of the ledger that a word of the screen stands for; another text stays as it is."""
    from edi_router.console.words import word

    return (
        next((each for each in states if word(each, LANGUAGE) == state), state) if LANGUAGE == "zh" else state
    )
