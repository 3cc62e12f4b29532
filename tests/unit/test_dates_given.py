"""Dates in forms that a mapping tells."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_router.faults.terms import term
from edi_router.mapping.dates_given import read_given
from edi_router.mapping.functions import FUNCTIONS, date


@pytest.mark.parametrize(
    ("value", "argument", "result"),
    [
        ("05.07.2016", "dd.MM.yyyy=>yyyyMMdd", "20160705"),
        (" 5.7.2016 ", "d.M.yyyy=>yyyy-MM-dd", "2016-07-05"),
        ("5/7/16", "dd.MM.yyyy|d/M/yy=>yyyyMMdd", "20160705"),
        ("07/05/69", "MM/dd/yy=>yyyyMMdd", "19690705"),
        ("2016年7月5日", "yyyy年M月d日=>yyyyMMdd", "20160705"),
        ("05.07.2016 9:30", "dd.MM.yyyy H:mm=>yyyyMMddHHmm", "201607050930"),
        ("week of 05.07.2016", "'week of 'dd.MM.yyyy=>yyyyMMdd", "20160705"),
        ("05072016T093001", "ddMMyyyyTHHmmss=>yyyy-MM-dd'T'HH:mm:ss", "2016-07-05T09:30:01"),
        ("2016", "yyyy=>yyyyMMdd", "20160101"),
    ],
)
def test_a_date_in_a_form_that_is_told(value: str, argument: str, result: str) -> None:
    assert FUNCTIONS["date"].check(argument) is None
    assert date(value, argument) == result


@pytest.mark.parametrize(
    ("value", "form", "problem"),
    [
        ("5.7.2016", "dd.MM.yyyy", "it is not of the form dd.MM.yyyy"),
        ("05.07.16", "dd.MM.yyyy|d/M/yyyy", "it is not of the form dd.MM.yyyy|d/M/yyyy"),
        ("31.02.2016", "dd.MM.yyyy", "day"),
        ("05.13.2016", "dd.MM.yyyy", "month must be in 1..12"),
        ("０５.07.2016", "dd.MM.yyyy", "it is not of the form dd.MM.yyyy"),
        ("05x07x2016", "dd.MM.yyyy", "it is not of the form dd.MM.yyyy"),
    ],
)
def test_a_date_that_is_not_in_the_form_is_refused(value: str, form: str, problem: str) -> None:
    with pytest.raises(ValueError, match="^" + problem.replace(".", r"\.").replace("|", r"\|")) as error:
        date(value, f"{form}=>yyyyMMdd")
    assert term(str(error.value)) != str(error.value)


@pytest.mark.parametrize(
    ("argument", "problem"),
    [
        ("DD.MM.YYYY=>yyyyMMdd", "`D` is no part of a date; text stands in single quotes"),
        ("dd.MM.yyyy=>YYYYMMDD", "`Y` is no part of a date; text stands in single quotes"),
        ("dd.MM=>yyyyMMdd", "dd.MM has no year"),
        ("dd.dd.yyyy=>yyyyMMdd", "`d` stands twice in dd.dd.yyyy"),
        ("dd.MM.yyyy'=>yyyyMMdd", "a single quote is not closed"),
        ("dd.MM.yyyy=>", "it has no part of a date"),
    ],
)
def test_a_form_that_cannot_be_read_is_told_by_lint(argument: str, problem: str) -> None:
    assert FUNCTIONS["date"].check(argument) == problem
    assert term(problem) != problem


def test_a_text_of_the_length_of_some_form_is_not_said_to_lack_digits() -> None:
    with pytest.raises(ValueError, match="no known form of a date"):
        date("05.07.2016", "yyyyMMdd")
    with pytest.raises(ValueError, match="expected 8 digits"):
        date("2016070X", "yyyyMMdd")


@given(
    st.dates(datetime.date(1969, 1, 1), datetime.date(2068, 12, 31)),
    st.sampled_from(["%d.%m.%Y", "%-d/%-m/%y"]),
)
def test_what_is_written_so_is_read_so(day: datetime.date, form: str) -> None:
    assert read_given(day.strftime(form), "dd.MM.yyyy|d/M/yy").date() == day
