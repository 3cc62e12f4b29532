"""Rule files read: strictly, with the place of whatever is wrong with them."""

from __future__ import annotations

from edi_router.config import ConfigNode, Tree, did_you_mean, place_of, read_model
from edi_router.config.noted import Kept
from edi_router.faults import Fault, Place
from edi_router.rules.check import RuleSet, compile_rules
from edi_router.rules.model import Condition, Rule, RuleFile
from edi_router.rules.uses import Location, conditions_of, uses_of
from edi_router.tables import Table, load_table
from edi_router.tables.table import FOLDER

RULES = "schemas/rules"
CASES = f"{RULES}/cases/"


def rule_names(tree: Tree) -> list[str]:
    """The rule files of a configuration, as document types name them: `rules/cusdec.yaml`."""
    names = tree.names(RULES, ".yaml")
    return [name.removeprefix("schemas/") for name in names if not name.startswith(CASES)]


def load_rules(tree: Tree, name: str) -> tuple[RuleSet | None, list[Fault]]:
    """The rule file `schemas/<name>`; None when it has faults."""
    rules, faults = _made.get(tree, (name,), lambda noted: _load_rules(noted, name))
    return rules, list(faults)


_made: Kept[tuple[RuleSet | None, list[Fault]]] = Kept(128)


def _load_rules(tree: Tree, name: str) -> tuple[RuleSet | None, list[Fault]]:
    path = f"schemas/{name}"
    if tree.find(path) is None:
        return None, [Fault("rules-missing", Place(path), {"file": name})]
    file = tree.display(path)
    model, node, faults = read_model(RuleFile, tree.text(path), file)
    if model is None or node is None:
        return None, faults
    tables: dict[str, Table] = {}
    for location, condition in conditions_of(model):
        faults += unknown_list(model, node, location, condition)
        faults += load_table_of(tree, node, location, condition, tables)
    faults += _repeated(model, node)
    if faults:
        return None, faults
    lines = [place_of(node, ("rules", number)).line or 1 for number in range(len(model.rules))]
    return RuleSet(
        id=model.id,
        kinds=model.kinds,
        file=file,
        rules=tuple(zip(model.rules, lines, strict=True)),
        compiled=compile_rules(model, lines, tables),
        uses=tuple((use, place_of(node, use.location)) for use in uses_of(model)),
        date=model.date,
        after_schema=model.after_schema,
        numbered=model.places == "numbered",
        registers=tuple(
            (condition.register_, place_of(node, (*location, "register")))
            for location, condition in conditions_of(model)
            if condition.register_ is not None
        ),
    ), []


def unknown_list(model: RuleFile, node: ConfigNode, location: Location, condition: Condition) -> list[Fault]:
    """A fault when the condition names a list that the file does not have."""
    name = condition.list_
    if name is None or name in model.lists:
        return []
    values = {"key": "list", "problem": "is none of the file's `lists`", "value": name}
    hint = did_you_mean(name, list(model.lists))
    return [Fault("config-value", place_of(node, (*location, "list")), values, hint=hint)]


def load_table_of(
    tree: Tree, node: ConfigNode, location: Location, condition: Condition, tables: dict[str, Table]
) -> list[Fault]:
    """Load the table that a condition names, once, and see that it has the column."""
    name = condition.table
    if name is None:
        return []
    if name not in tables:
        table, faults = load_table(tree, name)
        if table is None:
            return faults or [_no_table(tree, place_of(node, (*location, "table")), name)]
        tables[name] = table
    header = tables[name].header
    if condition.column in header:
        return []
    values = {"key": "column", "problem": f"is no column of the table {name}", "value": condition.column}
    hint = did_you_mean(condition.column, header)
    return [Fault("config-value", place_of(node, (*location, "column")), values, hint=hint)]


def _no_table(tree: Tree, place: Place, name: str) -> Fault:
    known = [each.removeprefix(f"{FOLDER}/").removesuffix(".csv") for each in tree.names(FOLDER, ".csv")]
    return Fault("table-missing", place, {"table": name}, hint=did_you_mean(name, known))


def _repeated(model: RuleFile, node: ConfigNode) -> list[Fault]:
    """A code that stands twice with different meanings; several rules may make up one code."""
    first: dict[str, Rule] = {}
    faults: list[Fault] = []
    for number, rule in enumerate(model.rules):
        other = first.setdefault(rule.code, rule)
        if (other.text, other.severity) != (rule.text, rule.severity):
            values = {"key": "code", "problem": "stands twice with different texts", "value": rule.code}
            faults.append(Fault("config-value", place_of(node, ("rules", number, "code")), values))
    return faults
