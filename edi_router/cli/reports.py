"""What a checked file looks like on the screen and as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING

from edi_router.cli import output
from edi_router.cli.language import LANGUAGE, say
from edi_router.faults import Fault, as_json, is_error

if TYPE_CHECKING:
    from edi_router.library import Report

_FORMATS = {
    "edifact": "EDIFACT",
    "xml": "XML",
    "csv": "CSV",
    "records": say("flat file", "平面文件"),
    "zip": "ZIP",
    "gzip": "gzip",
    "unknown": say("unknown format", "未知格式"),
}


def faults_json(faults: Iterable[Fault], count: int) -> dict[str, object]:
    """The faults as scripts get them: those listed, and how many there are."""
    return {"faults": [as_json(fault, LANGUAGE) for fault in faults], "fault_count": count}


def report_json(file: str, report: Report) -> dict[str, object]:
    """One line of `validate --json`."""
    return {
        "file": file,
        "format": report.format,
        "interchanges": report.interchanges,
        "messages": report.messages,
        "segments": report.segments,
        **({"unknown_root": report.unknown_root} if report.unknown_root else {}),
        **faults_json(report.faults, report.fault_count),
    }


def has_errors(report: Report) -> bool:
    """Whether an error (not only warnings) was found."""
    return any(is_error(fault) for fault in report.faults)


def print_report(file: str, report: Report, stream: IO[str] | None = None) -> None:
    """The faults of a file, then one line about it."""
    listed = report.within(file)
    output.print_faults(listed, stream=stream)
    print(f"{file}: {summary(report)}", file=stream or sys.stdout)


def summary(report: Report) -> str:
    """The file in one line."""
    parts = [_FORMATS[report.format]]
    if report.format == "edifact" or (report.format in ("zip", "gzip") and report.segments):
        parts += [
            _number(report.interchanges, "interchange", "个交换"),
            _number(report.messages, "message", "个报文"),
            _number(report.segments, "segment", "个段"),
        ]
    elif report.format in ("csv", "records"):
        parts.append(_number(report.messages, "document", "份单证"))
    errors = sum(is_error(fault) for fault in report.faults)
    others = len(report.faults) - errors
    told = [_number(errors, "error", "个错误")] if errors else []
    told += [_number(others, "remark", "个提示")] if others else []
    if report.fault_count > len(report.faults):
        hidden = report.fault_count - len(report.faults)
        told.append(say(f"{hidden} more not listed", f"另有 {hidden} 个未列出"))
    found = say(", ", "，").join(told) or say("no faults", "无错误")
    if report.unknown_root:
        found += say(
            f"; no schema is known for {report.unknown_root}, only its form was checked",
            f"；没有 {report.unknown_root} 的模式，仅检查了格式",
        )
    return say(", ", "，").join(parts) + say(": ", "：") + output.visible(found)


def _number(count: int, en: str, zh: str) -> str:
    return say(f"{count:,} {en}{'' if count == 1 else 's'}", f"{count:,} {zh}")
