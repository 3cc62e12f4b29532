"""The command in Chinese: also what click says of usage, of missing and of wrong arguments."""

import inspect
import re
from pathlib import Path

import pytest

from edi_router.cli import click_zh
from tests.support.cli import process

ENGLISH = re.compile(r"\b(?:Usage|Error|Missing|Invalid|Options|Commands|Show|Try|such|required|default)\b")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ls", "--help"), 0, "显示本帮助。"),
        (("ls", "--stat", "x"), 2, "没有选项 '--stat'"),
        (("ls", "--limit", "0"), 2, "0 不在范围 1<=x<=100000 之内。"),
        (("ls", "nothing"), 2, "之中。"),
        (("new", "project"), 2, "缺少参数 'DIR'"),
        (("new", "nothing"), 2, "没有动词 'nothing'"),
        (("convert", "a.edi"), 2, "缺少选项 '--map'"),
        (("--workspace", "a.edi", "ls"), 2, "是文件，而不是目录"),
        (("books", "14.03.2026"), 2, "14.03.2026 不是日期，例如 2026-03-14"),
        (("release", "x", "--reason", " "), 2, "请说明原因"),
        (("new", "project", "a.edi/below"), 3, "a.edi/below：不是目录"),
    ],
)
def test_nothing_is_said_in_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.edi").touch()
    ran = process(*arguments, lang="zh")
    assert ran.code == code
    assert words in ran.out + ran.err
    assert not ENGLISH.search(ran.out + ran.err)


def test_what_is_translated_is_what_click_says() -> None:
    source = "".join(inspect.getsource(module) for module in click_zh._MODULES)
    joined = re.sub(r'"\s*\n\s*"', "", source)  # a text over two lines
    gone = [
        text for text in click_zh.TEXTS if repr(text)[1:-1].replace("'", '"') not in joined.replace("'", '"')
    ]
    assert gone == []
