"""Value functions at their edges: what does not fit is refused or told, never rounded or dropped in silence."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor, prod
from pathlib import Path

import pytest

from edi_router.config import Tree, shipped_directory
from edi_router.mapping.functions import FUNCTIONS, Shortened
from tests.support.effort import EFFORT
from tests.unit.test_mapping_language import XSD, mapped, run


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "schemas/xml").mkdir(parents=True)
    (tmp_path / "schemas/xml/out.xsd").write_text(XSD)
    (tmp_path / "mappings/m").mkdir(parents=True)
    return Tree((tmp_path, shipped_directory()))


def _number(dice: random.Random) -> str:
    whole = "".join(dice.choices("0123456789", k=dice.choice((0, 1, 1, 2, 5, 15))))
    part = "".join(dice.choices("00123456789", k=dice.choice((0, 0, 1, 2, 3, 14))))
    if not whole and not part:
        part = "5"
    mark = dice.choice(".,") if part else dice.choice(("", "", "."))
    return dice.choice(("", "", "", "-", "+")) + whole + mark + part


def _fraction(text: str) -> Fraction:
    text = text.replace(",", ".")
    return Fraction(text + "0" if text.endswith(".") else text)


def _half_up(number: Fraction, places: int) -> Fraction:
    """Rounded as trade does: a half goes away from zero."""
    rounded = Fraction(floor(abs(number) * 10**places + Fraction(1, 2)), 10**places)
    return -rounded if number < 0 else rounded


def test_random_numbers_are_reckoned_as_fractions_are() -> None:
    """Against fractions, which know no digits: value, rounding half up, its warning, and how zero is written."""
    dice = random.Random(20260314)
    for _ in range(int(4000 * EFFORT)):
        text, places = _number(dice), dice.choice((0, 1, 2, 3, 8, 40, 99))
        wanted = _half_up(_fraction(text), places)
        for name in ("decimal", "fixed"):
            result = FUNCTIONS[name].apply(text, str(places))
            assert Fraction(result) == wanted, (name, text, places)
            assert isinstance(result, Shortened) is (wanted != _fraction(text))
            assert "e" not in result.lower()
            assert wanted or not result.startswith("-")
            if name == "fixed":
                assert len(result.partition(".")[2]) == places
        others = [text, *(_number(dice) for _ in range(dice.randint(0, 1)))]
        for name, reckon in (("sum", sum), ("product", prod)):
            exact = reckon([_fraction(each) for each in others], start=Fraction(name == "product"))
            assert [Fraction(each) for each in FUNCTIONS[name].apply(others)] == [exact], (name, others)


@pytest.mark.parametrize(
    ("name", "values"),
    [("product", ["1" * 40] * 2), ("product", ["10"] * 200), ("sum", ["1" * 40, "0." + "0" * 36 + "1"])],
)
def test_a_result_of_too_many_digits_is_refused_not_rounded(name: str, values: list[str]) -> None:
    with pytest.raises(ValueError, match="60 digits"):
        FUNCTIONS[name].apply(values)


def test_values_that_only_together_do_not_fit_are_told(tree: Tree) -> None:
    """Each of the two boxes alone would fill the one gap: the output was left out without a word."""
    result = run(mapped(tree, "A: {from: SG5/EQD/C237/d8260, as: {fill: 'BILL-{1}'}}"), program=False)
    assert [(fault.code, fault.values["problem"]) for fault in result.faults] == [
        ("function-value", "2 values for 1 gaps")
    ]


def test_a_number_of_32_characters_is_no_number_of_32_hexadecimal_digits() -> None:
    assert FUNCTIONS["dashed"].apply("0123456789ABCDEF0123456789abcdef").count("-") == 4
    with pytest.raises(ValueError, match="hexadecimal"):
        FUNCTIONS["dashed"].apply("z" * 32)


def test_cut_knows_encodings_of_text_only() -> None:
    assert FUNCTIONS["cut"].check("10 gb18030") is None
    assert FUNCTIONS["cut"].check("10 base64") == "there is no encoding base64"
