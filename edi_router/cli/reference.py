"""The reference of the command, `docs/cli.md`, made from the command itself; and that of the fault codes.

EDI_ROUTER_LANG=en python -m edi_router.cli.reference > docs/cli.md
EDI_ROUTER_LANG=en python -m edi_router.cli.reference errors > docs/errors.md
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import click

from edi_router.cli.main import VERBS, cli

_HEAD = """\
# The command `edi-router`

Made from the command itself by `EDI_ROUTER_LANG=en python -m edi_router.cli.reference > docs/cli.md`; a test
holds that every verb and option stands here. What scripts may rest on is tested in
`tests/unit/test_contract.py`.

    edi-router [--workspace DIR] [--lang en|zh] VERB …

Exit codes: 0 fine, 1 findings (errors in the data or the configuration), 2 wrong usage, 3 a file could not be
read or the system failed. `--lang` may stand before or after the verb; without it the language is that of
`EDI_ROUTER_LANG`, else of the locale. `--workspace` may be given as `EDI_ROUTER_WORKSPACE`; a verb that needs
none uses the one it stands in, else the shipped configuration.
"""

_SHAPES = """\
## JSON

`--json` prints one JSON value a line, in UTF-8, whatever the terminal.

A **fault** is `{"code", "severity", "text", "hint", "place"}`, with `rule` where a rule, profile or mapping line
found it. `severity` is `error`, `warning` or `info`; `place` has those of `line`, `column`, `offset`, `segment`,
`tag`, `group`, `element`, `component`, `repeat` and `xpath` that apply. Lines and columns count from 1, `offset`
counts bytes from 0 at the start of the file, `segment` counts from 1 within the message. Of a fault that a
rule file found, `code` is the rule's own, and `kind` is `rule-violated`, `rule-warning` or `rule-remark`.

A line is:

- `validate`: a file, `{"file", "format", "interchanges", "messages", "segments", "faults", "fault_count"}`. `format` is
  `edifact`, `xml` or `unknown`; `segments` counts those of the envelopes too; an XML document counts as one interchange
  of one message. At most 1,000 faults are listed, `fault_count` gives them all.
- `show FILE`: the file, `{"file", "format", "interchanges", "faults", "fault_count"}`; an interchange has `header`,
  `messages` and `trailer`, a message its `segments`, a segment its `elements` with names. For XML `root`, `namespace`
  and `document` stand in the place of `interchanges`, for a flat file (`--layout`) `documents`, each with `records`: a
  record has its number as `record`, `name`, `line`, `fields` and the `records` that belong to it.
- `convert`: on standard error, a file, as `validate`, with `outputs`: the paths made with `--out`, else their number.
- `trace`: a file, `{"file", "mapping", "documents", "faults", "fault_count"}`; a document has `values`, each
  `{"target", "value", "sources", "rule", "row"}`, `sources` being places.
- `coverage`: `{"mapping", "documents", "inputs", "sources", "targets", "branches", "lines"}`; each of the last four
  counts `covered` of `total` with `percent`; `sources` lists `unread` as `{"path", "occurs", "example"}`, `targets`
  `unwritten` and `branches` `untaken`, each with `line` and `target`.
- `replay`: `{"mapping", "documents", "changed", "changes", "unexpected"}`; a change is `{"element", "change", "from",
  "to", "count", "expected", "example"}`, its example `{"input", "document", "where", "old", "new"}`.
- `directory import`: a zip, `{"file", "directory", "into", "counts", "findings"}`.
- `directory show`: the structure, a list of `{"tag", "status", "repeat"}` and
  `{"group", "status", "repeat", "content"}`.
- `directory list`: a directory, `{"directory", "messages"}`.
- `lint`: everything, `{"path", "faults", "fault_count"}`, each fault with its `file`.
- `test`: a case, `{"mapping", "case", "passed", "accepted", "difference", "faults"}`.
- `check`: a finding, `{"what", "state", "text"}`; `state` is `ok`, `note` or `failed`.
- `explain`: a code, `{"code", "severity", "blocks", "text", "cause", "remedy", "contrl", "example"}`; `example` is
  null or `{"file", "command", "found"}`, without `found` in the list of all codes.
- `new`: `{"made"}`, the files.
- `calendar ID`: a day, `{"calendar", "date", "weekday", "working", "open", "name", "known"}`; `open` lists spans as two
  instants, `known` is false after the last day whose holidays are known. Without ID a calendar, `{"calendar", "name"}`.
"""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every verb by its full name, those of groups after their group; a verb that is not there yet is left out."""
    context = click.Context(cli, info_name="edi-router")
    for name in VERBS:
        try:
            importlib.import_module(VERBS[name][0])
        except ModuleNotFoundError:
            continue
        command = cli.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            for inner, sub in command.commands.items():
                yield f"{name} {inner}", sub


def reference() -> str:
    """The whole text."""
    parts = [_HEAD]
    parts += [_section(name, command) for name, command in commands()]
    parts.append(_SHAPES)
    return "\n".join(parts)


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"edi-router {name}")
    pieces = " ".join(command.collect_usage_pieces(context))
    lines = [f"## {name}", "", f"    edi-router {name} {pieces}", ""]
    for paragraph in (command.help or "").split("\n\n"):
        if paragraph.startswith("\b\n"):
            lines += [f"    {line.strip()}" for line in paragraph[2:].splitlines()]
        elif paragraph.startswith("Example: "):
            lines.append(f"    {paragraph}")
        else:
            lines.append(" ".join(paragraph.split()))
        lines.append("")
    options = [each for each in command.params if isinstance(each, click.Option)]
    lines += [
        f"- `{_spelled(option)}` {' '.join((option.help or '').split())}{_default(option)}"
        for option in options
    ]
    return "\n".join(lines).rstrip() + "\n"


def _spelled(option: click.Option) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {'|'.join(option.type.choices)}"
    return f"{names} {option.metavar or option.type.name.upper()}"


def _default(option: click.Option) -> str:
    return f" Default: `{option.default}`." if option.show_default and option.default is not None else ""


if __name__ == "__main__":
    if sys.argv[1:] == ["errors"]:
        from edi_router.cli.reference_errors import errors

        print(errors(), end="")
    else:
        print(reference(), end="")
