"""Floor 2: rule files, assertions over paths; check digits."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edi_router.rules.check import RuleSet
    from edi_router.rules.check_digits import CHECK_DIGITS
    from edi_router.rules.context import Context
    from edi_router.rules.load import load_rules, rule_names

__all__ = ["CHECK_DIGITS", "Context", "RuleSet", "load_rules", "rule_names"]
_HOME = {
    "CHECK_DIGITS": "check_digits", "Context": "context", "RuleSet": "check", "load_rules": "load", "rule_names": "load"
}  # fmt: skip


def __getattr__(name: str) -> object:
    """Imported when it is asked for: most files that are checked meet no rule."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
