"""Golden cases: inputs of a mapping with the outputs and faults that are right, run and compared.

A case is a folder `mappings/<id>/cases/<name>/` with `in.edi` or `in.xml` (`in.csv`, `in.txt`); `out.xml`
(`out.edi` …; `out-1.xml`, … when the input holds several documents, none for a document that the mapping
refuses); `faults.txt` when faults are expected, `CODE PLACE` a line; `context.yaml` when the standard
context does not do; and `registers.yaml` with the entries that look-ups find.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lxml import etree

from edi_router.config import Model, Tree, read_model
from edi_router.faults import Fault, Place, is_error, render
from edi_router.formats.edifact.reader import read
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.mapping.documents import Document, Source
from edi_router.mapping.mapping import FOLDER, Mapping, load, names
from edi_router.mapping.registered import read_case
from edi_router.mapping.target_edifact import envelope_for
from edi_router.mapping.trace_secret import MASK, Secrets, covered, secrets_of, without
from edi_router.rules.context import Context

NO_INPUT = "it needs exactly one file in.edi, in.xml, in.csv or in.txt"
STANDARD = Context(
    now=datetime.datetime(2016, 7, 1, 4, 0, tzinfo=datetime.UTC), business_date=datetime.date(2016, 7, 1)
)
"""The context in which cases run: always the same instant, so outputs are always the same."""


@dataclass(frozen=True)
class CaseResult:
    """How a case ended: passed, or the difference as text; `accepted` when its files were written."""

    mapping: str
    case: str
    passed: bool
    difference: str = ""
    accepted: bool = False
    faults: list[Fault] = field(default_factory=list)


class CaseContext(Model):
    """What `context.yaml` of a case may set."""

    now: datetime.datetime | None = None
    business_date: datetime.date | None = None
    sender: str | None = None
    recipient: str | None = None
    settings: dict[str, str] | None = None
    encoding: str | None = None
    edifact: EdifactSettings | None = None
    """The syntax of an EDIFACT output."""


def cases(tree: Tree, id: str) -> list[str]:
    """The names of the cases of a mapping."""
    folder = f"{FOLDER}/{id}/cases/"
    found = (name.removeprefix(folder).split("/") for name in tree.names(folder))
    return sorted({parts[0] for parts in found if len(parts) > 1})


def empty_cases(tree: Tree, id: str) -> list[str]:
    """The folders of cases in which there is no file: somebody meant to prove something by them."""
    beside = (layer / FOLDER / id / "cases" for layer in tree.layers)
    folders = {
        path.name for folder in beside if folder.is_dir() for path in folder.iterdir() if path.is_dir()
    }
    return sorted(name for name in folders - set(cases(tree, id)) if not name.startswith((".", "__")))


def run_cases(tree: Tree, ids: Sequence[str] = (), accept: bool = False) -> list[CaseResult]:
    """Run all cases of the mappings (of all mappings when none is named); `accept` writes what came out."""
    source = Source(tree)
    results: list[CaseResult] = []
    for id in ids or names(tree):
        mapping, faults = load(tree, id, source.definitions)
        if faults:
            results.append(CaseResult(id, "", False, told(faults), faults=faults))
        if mapping is None:
            continue
        results += [run_case(tree, source, mapping, case, accept=accept) for case in cases(tree, id)]
        results += [
            _without_input(id, case, f"{FOLDER}/{id}/cases/{case}/") for case in empty_cases(tree, id)
        ]
    return results


def _without_input(id: str, case: str, folder: str) -> CaseResult:
    values = {"case": f"{id}/{case}", "problem": NO_INPUT}
    wrong = [Fault("case-input", Place(folder), values)]
    return CaseResult(id, case, False, told(wrong), faults=wrong)


def run_case(tree: Tree, source: Source, mapping: Mapping, case: str, *, accept: bool = False) -> CaseResult:
    """Run one case."""
    folder = f"{FOLDER}/{mapping.id}/cases/{case}/"
    inputs = [name for name in tree.names(folder) if name.removeprefix(folder).startswith("in.")]
    context, settings, wrong = context_of(tree, folder)
    if len(inputs) != 1:
        wrong += _without_input(mapping.id, case, folder).faults
    if wrong:
        return CaseResult(mapping.id, case, False, told(wrong), faults=wrong)
    given = replace(context, message_id=f"{mapping.id}/{case}")
    outputs, faults = _run(source, mapping, tree.read(inputs[0]), given, settings)
    made = _files(outputs, faults, mapping.target.suffix if mapping.target is not None else "xml")
    expected = {
        name.removeprefix(folder): tree.read(name)
        for name in tree.names(folder)
        if name.removeprefix(folder).startswith(("out", "faults."))
    }
    difference = "".join(
        _difference(name, expected.get(name), made.get(name)) for name in sorted({*made, *expected})
    )
    shown = difference
    if (difference or faults) and (secrets := secrets_of(tree, mapping)):
        texts = _secret_texts(source, mapping, secrets, tree.read(inputs[0]), given)
        shown = "".join(f"{_hidden(line, secrets, texts)}\n" for line in difference.splitlines())
        faults = [without(fault, texts) for fault in faults]
    if accept and difference:
        input_path = tree.find(inputs[0])
        assert input_path is not None
        _write(input_path.parent, made, expected)
        return CaseResult(mapping.id, case, True, shown, True, faults)
    return CaseResult(mapping.id, case, not difference, shown, False, faults)


def _run(
    source: Source, mapping: Mapping, data: bytes, context: Context, settings: EdifactSettings
) -> tuple[list[bytes], list[Fault]]:
    outputs: list[bytes] = []
    faults: list[Fault] = []
    for document in source.documents(data, mapping.definition):
        faults += document.faults
        if document.root is not None:
            of = context_for(document, context)
            result = mapping.run(document.root, of, envelope_for(of, settings))
            if not any(is_error(fault) for fault in result.faults):
                outputs.append(result.output)
            faults += result.faults
    return outputs, faults


def _secret_texts(
    source: Source, mapping: Mapping, secrets: Secrets, data: bytes, context: Context
) -> frozenset[str]:
    """The secrets of an input and of what comes of it; the files of a case hold them, what is told of it does not."""
    texts: set[str] = set()
    for document in source.documents(data, mapping.definition):
        if document.root is not None:
            result = mapping.run_closely(document.root, context_for(document, context))
            texts |= secrets.texts(result.lineage, document.root)
    return frozenset(texts)


def _hidden(line: str, secrets: Secrets, texts: frozenset[str]) -> str:
    """A line of a difference without secrets; what an expected output holds as one may be another text."""
    for path in secrets.target:
        name = re.escape(path.steps[-1].name)
        line = re.sub(rf"(<(?:\w+:)?{name}(?: [^>]*)?>)[^<]+", rf"\g<1>{MASK}", line)
    return covered(line, texts)


def context_for(document: Document, context: Context) -> Context:
    """The context of one of the documents of an input."""
    return replace(
        context,
        message_id=f"{context.message_id}/{document.position}",
        sender=context.sender or document.sender,
        recipient=context.recipient or document.recipient,
    )


def context_of(tree: Tree, folder: str) -> tuple[Context, EdifactSettings, list[Fault]]:
    """The context of the case in `folder` and the syntax of its EDIFACT output, as its files set them."""
    registers, wrong = read_case(tree, folder)
    context, settings, faults = _context_of(tree, folder)
    return replace(context, registers=registers), settings, wrong + faults


def _context_of(tree: Tree, folder: str) -> tuple[Context, EdifactSettings, list[Fault]]:
    name = f"{folder}context.yaml"
    if tree.find(name) is None:
        return STANDARD, EdifactSettings(), []
    model, _, faults = read_model(CaseContext, tree.text(name), tree.display(name))
    if model is None:
        return STANDARD, EdifactSettings(), faults
    given = {key: value for key, value in dict(model).items() if value is not None}
    settings = given.pop("edifact", EdifactSettings())
    now = given.get("now")
    if now is not None and now.tzinfo is None:
        given["now"] = now.replace(tzinfo=datetime.UTC)
    return replace(STANDARD, **given), settings, faults


def _files(outputs: Sequence[bytes], faults: Sequence[Fault], suffix: str) -> dict[str, bytes]:
    numbered = len(outputs) > 1
    files = {
        (f"out-{number}.{suffix}" if numbered else f"out.{suffix}"): data
        for number, data in enumerate(outputs, 1)
    }
    if faults:
        files["faults.txt"] = "".join(f"{line}\n" for line in fault_lines(faults)).encode()
    return files


def fault_lines(faults: Sequence[Fault]) -> Iterator[str]:
    """The lines of `faults.txt`: the code and the place of each fault."""
    for fault in faults:
        yield f"{fault.code} {fault.place}".rstrip()


def _difference(name: str, expected: bytes | None, made: bytes | None) -> str:
    before, after = _lines(name, expected), _lines(name, made)
    if before == after and (expected is None) == (made is None):
        return ""
    diff = difflib.unified_diff(before, after, f"expected/{name}", f"made/{name}", lineterm="", n=2)
    return (
        "".join(f"{line}\n" for line in diff)
        or f"{name}: {'not expected' if expected is None else 'not made'}\n"
    )


def _lines(name: str, data: bytes | None) -> list[str]:
    """The lines to compare: of XML its canonical form, indented, so that white space never differs; of
    EDIFACT its segments."""
    if data is None:
        return []
    if name.endswith(".edi"):
        return _segments(data)
    if not name.endswith(".xml"):
        return _text(data).splitlines()
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return data.decode("utf-8", "replace").splitlines()
    etree.indent(root)
    return etree.tostring(root, method="c14n2").decode().splitlines()


def _segments(data: bytes) -> list[str]:
    lines: list[str] = []
    for interchange in read(data):
        for message in interchange.messages():
            lines += [segment.text for segment in message.segments]
        around = (interchange.header, interchange.trailer)
        lines += [f"({segment.text})" for segment in around if segment is not None]
    return lines


def _text(data: bytes) -> str:
    """The text of a flat file or of faults: UTF-8, else as Chinese systems write it."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _write(folder: Path, made: dict[str, bytes], expected: dict[str, bytes]) -> None:
    for name in expected:
        if name not in made:
            (folder / name).unlink(missing_ok=True)
    for name, data in made.items():
        (folder / name).write_bytes(data)


def told(faults: Sequence[Fault]) -> str:
    """The faults that keep a case from being run, as its difference."""
    return "".join(f"{fault.place}: {fault.code}: {render(fault)}\n" for fault in faults)
