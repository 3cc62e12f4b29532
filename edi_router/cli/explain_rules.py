"""What `edi-router explain` says of a code that a rule file gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from edi_router.cli import output
from edi_router.cli.language import LANGUAGE, say

if TYPE_CHECKING:
    from edi_router.config import Tree
    from edi_router.rules.model import Rule


def explain_rule(tree: Tree, code: str, words: dict[str, str], as_json: bool) -> bool:
    """Print the rules of that code in the rule files of the tree, each meaning once; False if there are none."""
    found: dict[tuple[str, str], list[tuple[str, int, Rule]]] = {}
    for file, line, rule in _rules(tree, code):
        found.setdefault((rule.severity, rule.text.en), []).append((file, line, rule))
    for alike in found.values():
        rule = alike[0][2]
        where = ", ".join(f"{file}:{line}" for file, line, _ in alike)
        text = rule.text.en if LANGUAGE == "en" else rule.text.zh
        if as_json:
            shape = {"code": rule.code, "kind": "rule", "severity": rule.severity, "text": text}
            output.emit(shape | {"note": rule.note, "rule": where})
            continue
        click.secho(f"{rule.code} ({words[rule.severity]})", bold=True)
        print(f"  {text}")
        if rule.note:
            print(f"  {rule.note}")
        print("  " + say(f"rule: {where}", f"规则：{where}"))
    return bool(found)


def codes(tree: Tree) -> list[str]:
    """All codes that rule files give."""
    return [rule.code for _, _, rule in _rules(tree, None)]


def _rules(tree: Tree, code: str | None) -> list[tuple[str, int, Rule]]:
    from edi_router.rules import load_rules, rule_names

    sets = [load_rules(tree, name)[0] for name in rule_names(tree)]
    every = ((each.file, line, rule) for each in sets if each is not None for rule, line in each.rules)
    return [(file, line, rule) for file, line, rule in every if code in (None, rule.code)]
