"""Floor 2: rule files, assertions over paths; check digits."""

from edi_router.rules.check import RuleSet, check
from edi_router.rules.check_digits import CHECK_DIGITS
from edi_router.rules.context import Context
from edi_router.rules.load import load_rules, rule_names

__all__ = ["CHECK_DIGITS", "Context", "RuleSet", "check", "load_rules", "rule_names"]
