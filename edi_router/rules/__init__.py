"""Floor 2: rule files, assertions over paths; check digits."""

from typing import TYPE_CHECKING

from edi_router.first_use import at_first_use

if TYPE_CHECKING:
    from edi_router.rules.check import RuleSet
    from edi_router.rules.check_digits import CHECK_DIGITS
    from edi_router.rules.context import Context
    from edi_router.rules.load import load_rules, rule_names

__all__ = ["CHECK_DIGITS", "Context", "RuleSet", "load_rules", "rule_names"]

# Most files that are checked meet no rule.
__getattr__ = at_first_use(
    __name__,
    {
        ".check": ("RuleSet",),
        ".check_digits": ("CHECK_DIGITS",),
        ".context": ("Context",),
        ".load": ("load_rules", "rule_names"),
    },
)
