"""Floor 2: rule files, assertions over paths; check digits."""

from edi_router.rules.check import RuleSet, check, load_rules
from edi_router.rules.check_digits import CHECK_DIGITS
from edi_router.rules.context import Context

__all__ = ["CHECK_DIGITS", "Context", "RuleSet", "check", "load_rules"]
