"""Python functions and XSLT steps of the deployment: found, used, listed, and none of their mistakes stops anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_router.config import Tree
from edi_router.mapping.functions import FUNCTIONS
from edi_router.mapping.golden import run_cases
from edi_router.mapping.lint import lint
from edi_router.mapping.mapping import load
from edi_router.mapping.own_uses import own_functions
from tests.support.cli import edi_router

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Out"><xs:complexType><xs:sequence>
<xs:element name="A" type="xs:string"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""
CODE = '''
import re


def plain(value):
    """Digits and capitals only."""
    return re.sub("[^A-Z0-9]", "", value)


def times(value, number="2"):
    return value * int(number)


def fails(value):
    return {}[value]


def no_text(value):
    return 7


def _hidden(value):
    return value
'''


def tree(tmp_path: Path, call: str, code: str = CODE) -> Tree:
    files = {
        "edi-router.yaml": "name: test\n",
        "schemas/xml/out.xsd": SCHEMA,
        "mappings/functions/own.py": code,
        "mappings/m/mapping.yaml": (
            f"id: m\nfrom: xml In\nto: xml/out.xsd\noutput:\n  Out:\n    do:\n      A: {{from: V, as: {call}}}\n"
        ),
        "mappings/m/cases/one/in.xml": "<In><V>a-7B</V></In>",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree((tmp_path,))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("own/plain", "7B"),
        ('{own/times: "3"}', "a-7Ba-7Ba-7B"),
        ("[own/plain, own/times, lower]", "7b7b"),
    ],
)
def test_golden_cases_prove_it(tmp_path: Path, call: str, expected: str) -> None:
    found = tree(tmp_path, call)
    assert lint("m", found) == []
    [accepted] = run_cases(found, ["m"], accept=True)
    assert accepted.faults == []
    assert f"<A>{expected}</A>" in (tmp_path / "mappings/m/cases/one/out.xml").read_text(encoding="utf-8")
    assert not [name for name in FUNCTIONS if "/" in name]


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("own/fails", "KeyError: 'a-7B'"),
        ("own/no_text", "the function gave a int, not a text"),
        ("{own/times: x}", "invalid literal for int() with base 10: 'x'"),
    ],
)
def test_each_failure_is_that_of_a_value(tmp_path: Path, call: str, problem: str) -> None:
    [result] = run_cases(tree(tmp_path, call), ["m"])
    [fault] = result.faults
    assert (fault.code, fault.values["problem"]) == ("function-value", problem)
    assert fault.values["function"].startswith("own/")


@pytest.mark.parametrize(
    ("call", "code", "told"),
    [
        ("own/plane", CODE, "did you mean: own/plain"),
        ("own/_hidden", CODE, "function-unknown"),
        ("own/re", CODE, "function-unknown"),
        ("own/plain", "def plain(value:\n", "own.py:1: SyntaxError"),
        ("own/plain", "x = 1\ny = x / 0\n", "own.py:2: ZeroDivisionError"),
        ("own/plain", "def plain(a, b, c): pass\n", "own.py:1: a function takes a value"),
        ("own/times", "def times(value, number): return value\n", "it needs an argument"),
        ("{own/plain: x}", CODE, "it takes no argument"),
    ],
)
def test_lint_tells_what_is_wrong(tmp_path: Path, call: str, code: str, told: str) -> None:
    tree(tmp_path, call, code)
    result = edi_router("lint", tmp_path / "mappings/m")
    assert result.code == 1
    told_at = result.out + result.err
    assert "mapping.yaml:7:" in told_at
    assert told in told_at


def test_lint_lists_them_with_their_callers(tmp_path: Path) -> None:
    found = tree(tmp_path, "own/plain")
    listed = {each.name: each.used for each in own_functions(found)}
    assert listed == {"own/plain": ("m:7",), "own/times": (), "own/fails": (), "own/no_text": ()}
    shown = edi_router("lint", tmp_path / "mappings/m", "--json")
    [own] = shown.json["own_code"]
    assert (own["name"], own["used"]) == ("own/plain", ["m:7"])


def test_two_states_of_a_file_stand_side_by_side(tmp_path: Path) -> None:
    """As replay needs it: the older configuration keeps its own function."""
    old = tree(tmp_path / "old", "own/plain", "def plain(value): return 'old'\n")
    new = tree(tmp_path / "new", "own/plain", "def plain(value): return 'new'\n")
    for each, expected in ((old, "old"), (new, "new"), (old, "old")):
        mapping, faults = load(each, "m")
        assert mapping is not None, faults
        [result] = run_cases(each, ["m"], accept=True)
        assert result.faults == []
        made = (each.layers[0] / "mappings/m/cases/one/out.xml").read_text(encoding="utf-8")
        assert f"<A>{expected}</A>" in made


SHEET = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
{more}<xsl:template match="/Flat"><Out><xsl:for-each select="Line"><xsl:element name="{{Name}}"><xsl:value-of
select="Text"/></xsl:element></xsl:for-each></Out></xsl:template></xsl:stylesheet>"""
STYLED = """id: m
from: xml In
to: xml/out.xsd
xslt: by-name
output:
  Flat:
    do:
      Line: {each: V, do: {Name: "@name", Text: .}}
"""


def styled(
    tmp_path: Path, name: str = "A", more: str = "", sheet: str = SHEET, mapping: str = STYLED
) -> Tree:
    found = tree(tmp_path, "own/plain")
    (tmp_path / "mappings/m/mapping.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / "mappings/xslt").mkdir()
    (tmp_path / "mappings/xslt/by-name.xsl").write_text(
        sheet.replace("{more}", more).replace("{{", "{").replace("}}", "}")
    )
    (tmp_path / "mappings/m/cases/one/in.xml").write_text(f'<In><V name="{name}">a-7B</V></In>')
    return found


def test_golden_cases_prove_a_step(tmp_path: Path) -> None:
    found = styled(tmp_path)
    assert lint("m", found) == []
    [accepted] = run_cases(found, ["m"], accept=True)
    assert accepted.faults == []
    out = (tmp_path / "mappings/m/cases/one/out.xml").read_bytes()
    assert out == b'<?xml version="1.0" encoding="UTF-8"?>\n<Out>\n  <A>a-7B</A>\n</Out>\n'
    [step] = own_functions(found, ["m"])
    assert (step.name, step.used) == ("by-name", ("m:4",))


@pytest.mark.parametrize(
    ("name", "more", "problem"),
    [
        ("B", "", "The element B is not allowed here"),
        ("1 2", "", "not a valid QName"),
        ("A", '<xsl:variable name="file" select="document(&apos;/etc/hostname&apos;)"/>', "ocument"),
    ],
)
def test_a_step_that_fails_refuses_the_document(tmp_path: Path, name: str, more: str, problem: str) -> None:
    found = styled(tmp_path, name, more)
    if more:
        sheet = tmp_path / "mappings/xslt/by-name.xsl"
        sheet.write_text(sheet.read_text().replace('select="Line"', 'select="Line[$file]"'))
    [result] = run_cases(found, ["m"])
    [fault] = result.faults
    assert fault.code == "output-invalid"
    assert problem in fault.values["problem"]


@pytest.mark.parametrize(
    ("sheet", "mapping", "told"),
    [
        (SHEET, STYLED.replace("by-name", "by-nam"), "did you mean: by-name"),
        (SHEET.replace("{more}", '<xsl:import href="x.xsl"/>'), STYLED, "a step stands alone"),
        ("<xsl:stylesheet", STYLED, "by-name.xsl: "),
        (
            SHEET.replace("</xsl:element>", '</xsl:element><xsl:value-of select="(("/>'),
            STYLED,
            "by-name.xsl: ",
        ),
        (SHEET, STYLED.replace("xml/out.xsd", "CUSRES D96B"), "a step goes with an XSD"),
    ],
)
def test_lint_tells_what_is_wrong_with_a_step(tmp_path: Path, sheet: str, mapping: str, told: str) -> None:
    styled(tmp_path, sheet=sheet, mapping=mapping)
    result = edi_router("lint", tmp_path / "mappings/m")
    assert result.code == 1
    assert "mapping.yaml:4:" in result.out + result.err
    assert told in result.out + result.err
