"""The documents of `naming` as text for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from edi_router.cli import output
from edi_router.cli.language import say
from edi_router.faults import Fault, is_error

_WIDTH = 200


def print_interchange(shape: dict[str, Any]) -> None:
    """The head of an interchange."""
    who = f"{shape['sender']} → {shape['recipient']}"
    test = say(", test", "，测试") if shape["test"] else ""
    title = say("interchange", "交换")
    syntax = f"{shape['syntax']}:{shape['syntax_version']}"
    click.secho(f"{title} {shape['control_reference']}  {who}  {syntax}{test}", bold=True)
    if "header" in shape:
        print_segment(shape["header"])


def print_message(shape: dict[str, Any], faults: Iterable[Fault]) -> None:
    """A message, with its faults below the segments they are of."""
    by_segment: dict[int | None, list[Fault]] = {}
    numbers = {segment["segment"] for segment in shape["segments"]}
    for fault in faults:
        number = fault.place.segment if fault.place.segment in numbers else None
        by_segment.setdefault(number, []).append(fault)
    title = f"{shape['type']} {shape['directory']} {shape['reference']}"
    click.echo()
    click.echo(click.style(title, bold=True) + (f"  {shape['name']}" if shape["name"] else ""))
    for segment in shape["segments"]:
        print_segment(segment)
        for fault in by_segment.pop(segment["segment"], ()):
            print_fault(fault)
    for fault in by_segment.get(None, ()):
        print_fault(fault)


def print_records(shape: dict[str, Any]) -> None:
    """A document of a flat file: its records with their fields, those that belong to another one below it."""
    click.echo()
    click.secho(f"{say('document', '单证')} {shape['name']}", bold=True)
    for record in shape["records"]:
        _record(record, "  ")


def _record(shape: dict[str, Any], indent: str) -> None:
    click.echo(f"{shape['record']:>5} {indent}{click.style(shape['name'], fg='cyan', bold=True)}")
    for field in shape["fields"]:
        column = f" {field['column']}" if "column" in field else ""
        value = field["value"] if len(field["value"]) <= _WIDTH else field["value"][:_WIDTH] + "…"
        click.echo(
            f"      {indent}  " + output.visible(f"{field['name']}{column}: {' / '.join(value.splitlines())}")
        )
    for below in shape["records"]:
        _record(below, indent + "  ")


def print_segment(shape: dict[str, Any]) -> None:
    """A segment: tag and name, then a line for each value."""
    group = shape.get("group", "")
    indent = "  " * (group.count("/") + 1 if group else 0)
    where = click.style(f"  {group}", dim=True) if group else ""
    tag = click.style(shape["tag"], fg="cyan", bold=True)
    click.echo(f"{shape['segment']:>5} {indent}{tag} {shape.get('name', '')}{where}")
    for element in shape["elements"]:
        repeat = f"[{element['repeat']}]" if "repeat" in element else ""
        if "components" not in element:
            label = element.get("id", str(element["element"])) + repeat
            _value(indent, label, element)
            continue
        for part in element["components"]:
            outer = element.get("id", str(element["element"])) + repeat
            _value(indent, f"{outer}/{part.get('id', part['component'])}", part)


def _value(indent: str, label: str, shape: dict[str, Any]) -> None:
    name = f" {shape['name']}" if shape.get("name") else ""
    meaning = click.style(f"  = {shape['meaning']}", dim=True) if "meaning" in shape else ""
    value = click.style(shape["value"], fg="green")
    click.echo(f"{'':>5} {indent}    {label}{name}: {value}{meaning}")


def print_fault(fault: Fault) -> None:
    """A fault, set off from the document."""
    colour = "red" if is_error(fault) else "yellow"
    for line in output.fault_line(fault).splitlines():
        click.secho(f"{'':>5} ! {line}", fg=colour)


def print_xml(shape: dict[str, Any], depth: int = 0) -> None:
    """An XML element: name, attributes and text on one line, what is in it below."""
    attributes = "".join(f" @{name}={value}" for name, value in shape.get("attributes", {}).items())
    text = shape.get("text", "")
    text = text if len(text) <= _WIDTH else text[:_WIDTH] + "…"
    shown = ": " + click.style(text, fg="green") if text else ""
    name = click.style(shape["name"], fg="cyan")
    line = "" if shape["line"] is None else shape["line"]
    click.echo(f"{line:>5} {'  ' * depth}{name}{click.style(attributes, dim=True)}{shown}")
    for child in shape.get("children", ()):
        print_xml(child, depth + 1)
