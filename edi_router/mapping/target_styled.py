"""An XML output that passes an XSLT 1.0 step: for shapes that no line of a mapping can write.

The mapping writes its tree without a namespace; the stylesheet `mappings/xslt/NAME.xsl` makes the document of it, which
the XSD of the target checks. The step reads nothing but the tree: no file, no network, no other stylesheet.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from edi_router.config import Tree, did_you_mean
from edi_router.faults import Fault, Place
from edi_router.formats.edifact.writer import Envelope
from edi_router.formats.xml.reader import hardened
from edi_router.formats.xml.schema import Schema
from edi_router.mapping.model import Definition
from edi_router.mapping.output import Element, rule_of
from edi_router.mapping.scope import Run
from edi_router.mapping.target import Written
from edi_router.mapping.writing import told, written
from edi_router.rules.context import Context

FOLDER = "mappings/xslt"
_XSL = "{http://www.w3.org/1999/XSL/Transform}"
_NOTHING = etree.XSLTAccessControl(  # type: ignore[call-arg]  # the stubs know no parameters
    read_file=False, write_file=False, create_dir=False, read_network=False, write_network=False
)


@dataclass
class StyledTarget:
    """The XSD of the output, and the step before it."""

    name: str
    schema: Schema
    step: etree.XSLT
    format = "xml"
    suffix = "xml"

    def encoding(self, context: Context, envelope: Envelope | None) -> str:
        """The encoding that the context names."""
        return context.encoding

    def lint(self, definition: Definition) -> list[Fault]:
        """Nothing: what the step makes of the items, only the golden cases can tell."""
        return []

    def write(self, root: Element, run: Run, envelope: Envelope | None) -> Written:
        """The document that the step makes; its faults are told at the mapping's root line."""
        made = written(root, "", run.context.encoding)
        if not made.content:
            return Written(made.content, told(made.faults, root, run))
        encoding = run.context.encoding
        try:
            result = self.step(etree.fromstring(made.content, hardened()))
            if result.getroot() is None:
                raise etree.XSLTApplyError("the step makes no document")
            etree.indent(result)
            body = str(etree.tostring(result.getroot(), encoding="unicode"))
            content = f'<?xml version="1.0" encoding="{encoding}"?>\n{body}\n'.encode(encoding)
        except (etree.XSLTApplyError, UnicodeEncodeError) as error:
            problem = str(error)
            values = {"path": f"/{root.name}", "problem": problem, "problem_zh": problem}
            fault = Fault("output-invalid", root.scope.place(), values, rule=rule_of(root.item, run.file))
            return Written(b"", [*told(made.faults, root, run), fault])
        return Written(content, told([*made.faults, *self.schema.check(content)], root, run))


def load_step(tree: Tree, name: str, place: Place) -> tuple[etree.XSLT | None, list[Fault]]:
    """The stylesheet of that name; a fault at the mapping's line when it cannot be used."""
    file = f"{FOLDER}/{name}.xsl"
    if "/" in name or tree.find(file) is None:
        known = [
            each.removeprefix(f"{FOLDER}/").removesuffix(".xsl") for each in tree.names(f"{FOLDER}/", ".xsl")
        ]
        return None, [_wrong(name, place, f"there is no {file}", did_you_mean(name, known))]
    shown = tree.display(file)
    try:
        sheet = etree.fromstring(tree.read(file), hardened())
        if next(sheet.iter(f"{_XSL}include", f"{_XSL}import"), None) is not None:
            return None, [_wrong(name, place, f"{shown}: a step stands alone, without include and import")]
        return etree.XSLT(sheet, access_control=_NOTHING), []
    except (etree.XMLSyntaxError, etree.XSLTParseError) as error:
        return None, [_wrong(name, place, f"{shown}: {error}")]


def _wrong(name: str, place: Place, problem: str, hint: str | None = None) -> Fault:
    return Fault("config-value", place, {"key": "xslt", "value": name, "problem": problem}, hint=hint)
