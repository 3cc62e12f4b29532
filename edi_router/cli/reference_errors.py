"""The reference of all fault codes, `docs/errors.md`, made from the catalogue and the samples.

EDI_ROUTER_LANG=en python -m edi_router.cli.reference errors > docs/errors.md
"""

from __future__ import annotations

from collections.abc import Iterator

from edi_router.cli.output import fault_line
from edi_router.cli.samples import Sample, samples
from edi_router.faults import CATALOGUE, Entry
from edi_router.faults.codes import (
    channel,
    config,
    directory,
    edifact,
    envelope,
    leniency,
    mapping,
    packed,
    profile,
    records,
    registers,
    routing,
    rules,
    security,
    structure,
    xml,
)

_SYNTAX = tuple(entry for entry in edifact.ENTRIES if entry not in envelope.ENTRIES)

AREAS: tuple[tuple[str, str, tuple[Entry, ...]], ...] = (
    ("UN/EDIFACT: file, separators, characters", "UN/EDIFACT：文件、分隔符、字符", _SYNTAX),
    ("UN/EDIFACT: envelopes", "UN/EDIFACT：信封", envelope.ENTRIES),
    ("UN/EDIFACT: segments, data elements, codes", "UN/EDIFACT：段、数据元、代码", structure.ENTRIES),
    ("UN/EDIFACT: leniencies", "UN/EDIFACT：容错项", leniency.ENTRIES),
    ("UN/EDIFACT: import of directories", "UN/EDIFACT：目录导入", directory.ENTRIES),
    ("Packed files", "压缩文件", packed.ENTRIES),
    ("XML and its schemas", "XML 及其模式", xml.ENTRIES),
    ("Flat files", "平面文件", records.ENTRIES),
    ("Rules", "规则", rules.ENTRIES),
    ("Profiles", "配置规范", profile.ENTRIES),
    ("Mappings and code tables", "映射与代码表", mapping.ENTRIES),
    ("Files, partners, routing, duplicates", "文件、伙伴、路由、重复", routing.ENTRIES),
    ("Registers", "登记簿", registers.ENTRIES),
    ("Signatures, encryption, certificates", "签名、加密、证书", security.ENTRIES),
    ("Configuration files", "配置文件", config.ENTRIES),
    ("Channels", "通道", channel.ENTRIES),
)
"""Every entry of the catalogue by area."""

_HEAD = """\
# Error catalogue

Made from the catalogue by `EDI_ROUTER_LANG=en python -m edi_router.cli.reference errors > docs/errors.md`; a test
holds that it is the same. `edi-router explain CODE` tells one code in the language of the screen.

An **error** stops what is named with it: the message, its interchange or the whole file. A **warning** or a
**note** stops nothing. In the texts `{name}` stands for a value of the fault; what stands in square brackets is told
where there is such a value. `0085` is the code by which CONTRL
tells it to the sender, in both syntax versions where none is named. Below `samples/bad` lies a smallest file for
each fault that a file can have; `samples/bad/expected.tsv` tells the place of each.
"""
_SEVERITIES = {"error": "Error", "warning": "Warning", "info": "Note"}
_BLOCKS = {"message": "the message", "interchange": "the interchange", "file": "the file"}


def errors() -> str:
    """The whole page."""
    by_code = {sample.code: sample for sample in reversed(samples())}
    told: set[str] = set()
    parts = [_HEAD]
    for en, zh, entries in AREAS:
        parts.append(f"## {en}\n\n{zh}\n")
        for entry in entries:
            parts.append("\n".join(_entry(entry, by_code.get(entry.code))))
            told.add(entry.code)
    missing = set(CATALOGUE) - told
    if missing:
        raise ValueError(f"no area has {', '.join(sorted(missing))}")
    return "\n".join(parts)


def _entry(entry: Entry, sample: Sample | None) -> Iterator[str]:
    yield f"### {entry.code}\n"
    yield f"{_severity(entry)}{_contrl(entry)}\n"
    yield f"> {entry.text.en}\n"
    yield f"Cause: {entry.cause.en} Remedy: {entry.remedy.en}\n"
    yield f"> {entry.text.zh}\n"
    yield f"原因：{entry.cause.zh}处理：{entry.remedy.zh}\n"
    if sample is not None:
        fault = next(fault for fault in sample.faults() if fault.code == entry.code)
        yield "```text"
        yield sample.command
        yield fault_line(fault, "en").splitlines()[0]
        yield "```\n"


def _severity(entry: Entry) -> str:
    told = _SEVERITIES[entry.severity]
    if entry.severity == "error":
        told += f", stops {_BLOCKS[entry.blocks]}" if entry.blocks in _BLOCKS else ", stops no data"
    return told + "."


def _contrl(entry: Entry) -> str:
    if not entry.contrl:
        return ""
    if len(entry.contrl) > 1 and len(set(entry.contrl.values())) == 1:
        return f" CONTRL: 0085 = {next(iter(entry.contrl.values()))}."
    each = (f"0085 = {wire} in syntax version {version}" for version, wire in sorted(entry.contrl.items()))
    return f" CONTRL: {', '.join(each)}."
