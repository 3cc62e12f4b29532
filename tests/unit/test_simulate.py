"""The numbers of a simulated day: each is of one story, and none is one that the engine gives."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from functools import cache
from random import Random

import pytest

from edi_router.config import Tree
from edi_router.pipeline.configuration import load_configuration
from edi_router.simulate import Day, simulate
from edi_router.simulate.making import Maker, Samples

MESSAGES, MILLION = 20_000, 1_000_000
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{6,}")
MOMENT = re.compile(r"2026\d{4}(T\d\d|\d{4}|\d{6}(\d{2,3})?)?|2026-\d\d(-\d\d(T\d\d)?)?")
SHARED = {
    # firms, persons, accounts, ships: who they are, not what they send
    "91420500MA00000079", "91420500MA0000000K", "91370211MA00000013", "91370100MA0000269A", "MA0000007",
    "4205000001", "4205000002", "4205960001", "3702110002", "102452000011", "1000200030004000", "110101199003070011",
    "X0000001", "X0000002", "X0000003", "UN9324966", "9074729", "0717-0000000", "07170000000", "053200000000",
    # the one agreement of the payer with its bank
    "QD-2026-0007",
    # goods, and days that are no number
    "2102200000", "2102200000999", "0810100000", "0902109000", "0902109000101", "2903710000",
    "19700101", "19750202", "19800303",
    "20270108",
}  # fmt: skip
PLACE = {
    "OrgCode": r"\d{4,6}",
    "PortOrg": r"\d{6}",
    "Port": "[A-Z]{5}",
    "CertType": "[A-Z]",
    "yy": "26",
    "mm": r"\d\d",
}
"""What the places of a series' text can hold."""


@cache
def numbers() -> dict[str, frozenset[str]]:
    """Whatever looks like a number in a day, with the stories that have it."""
    found: dict[str, set[str]] = defaultdict(set)
    for drop in simulate(Tree.over_shipped(), Day(messages=MESSAGES, seed=24)):
        story = re.findall(r"(\d+)\.\w+$", drop.name)
        encoding = "gb18030" if drop.name.startswith(("firms-", "empty-")) else "utf-8"
        for text in set(NUMBER.findall(drop.content.decode(encoding))):
            if sum(character.isdigit() for character in text) >= 5 and not MOMENT.fullmatch(text):
                found[text].add(story[0] if story else drop.name)
    return {text: frozenset(stories) for text, stories in found.items()}


def test_no_two_stories_have_a_number_in_common() -> None:
    assert len(numbers()) > 2 * MESSAGES
    shared = {text: sorted(stories)[:3] for text, stories in numbers().items() if len(stories) > 1}
    assert {text: stories for text, stories in shared.items() if text not in SHARED} == {}
    assert set(shared) == SHARED, "what is named as shared is"


def test_no_number_is_one_that_the_engine_gives() -> None:
    """In a series of the engine it counts from 1; what is made up counts from the end, and a million do not meet."""
    configuration, faults = load_configuration(Tree.over_shipped())
    assert configuration is not None
    assert faults == []
    met: Counter[str] = Counter()
    for register in configuration.registers.values():
        for series in register.definition.series.values():
            digits = re.search(r"{n:(\d)}", series.text)
            assert digits
            if series.text == digits[0]:  # places in a queue: no document has them
                continue
            pattern = re.compile(
                re.sub(
                    r"{(\w+)(?::\d)?}",
                    lambda place, width=digits[1]: (
                        rf"(\d{{{width}}})" if place[1] == "n" else PLACE[place[1]]
                    ),
                    series.text,
                )
            )
            last = 10 ** int(digits[1])
            for text in numbers():
                if found := pattern.fullmatch(text):
                    assert int(found[1]) >= last / 2, f"{text} may be given in {series.text}"
                    met[text[: found.start(1)]] += 1
    assert met["420500226"] > 500
    for prefix, count in met.items():
        assert count * MILLION / MESSAGES < 400_000, f"a million messages need too many of {prefix}"


def test_a_number_that_does_not_fit_is_not_cut() -> None:
    make = Maker(Samples(Tree.over_shipped()), Random(1), datetime.date(2026, 3, 14), 1_234)
    assert make.digits(6, "AB") == "AB1234"
    with pytest.raises(ValueError, match="no number of 5 characters"):
        make.digits(5, "AB")
