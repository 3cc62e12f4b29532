"""What a CONTRL of a batch means to each message: named, with its group, with the whole, in halves, or stuck."""

from __future__ import annotations

from typing import Any

import pytest

from edi_router.formats.answer import Answer
from edi_router.pipeline.batch_answers import Verdict, verdict
from edi_router.pipeline.model import Acknowledged, Acknowledging

ACK, REJ, REC, PART = Answer.ACKNOWLEDGED, Answer.REJECTED, Answer.RECEIVED, Answer.PARTLY_REJECTED


def says(whole: Answer, *levels: tuple[str, str, Answer], error: str = "") -> Acknowledging:
    told = [Acknowledged(kind, reference, answer, detail=("12",)) for kind, reference, answer in levels]
    whole_ = Acknowledged("interchange", "7", whole, detail=(error,) if error else ())
    return Acknowledging("contrl", "7", "US", "CUS", (whole_, *told))


def judged(told: Acknowledging, groups: str = "    ", open_: set[int] | None = None) -> Verdict:
    chosen = open_ if open_ is not None else set(range(1, len(groups) + 1))
    return verdict([each.strip() for each in groups], told, frozenset(chosen))


@pytest.mark.parametrize(
    ("told", "groups", "answers", "good", "halves"),
    [
        (says(ACK), "    ", [ACK] * 4, [], []),
        (says(REC), "    ", [REC] * 4, [], []),
        (says(PART, ("message", "2", REJ)), "    ", [ACK, REJ, ACK, ACK], [], []),
        (says(PART, ("message", "2", REJ), ("message", "3", ACK)), "    ", [ACK, REJ, ACK, ACK], [], []),
        (says(PART, ("message", "9", REJ)), "    ", [ACK] * 4, [], []),  # a number that the batch does not have
        (says(REJ, ("message", "2", REJ)), "    ", [REJ] * 4, [1, 3, 4], []),
        (says(REJ, ("message", "2", ACK)), "    ", [REJ] * 4, [], [[1, 2], [3, 4]]),
        (says(REJ), "   ", [REJ] * 3, [], [[1, 2], [3]]),
        (says(REJ), " ", [REJ], [], []),
        (says(REJ, error="18"), "  ", [REJ] * 2, [], [[1], [2]]),
        (says(PART, ("group", "2", REJ)), "1122", [ACK, ACK, REJ, REJ], [], [[3], [4]]),
        (says(PART, ("group", "2", REJ), ("message", "4", REJ)), "1122", [ACK, ACK, REJ, REJ], [3], []),
        (says(PART, ("group", "1", REJ), ("group", "2", REJ)), "1122", [REJ] * 4, [], [[1], [2], [3], [4]]),
    ],
)  # fmt: skip
def test_verdicts(
    told: Acknowledging, groups: str, answers: list[Answer], good: list[int], halves: list[list[int]]
) -> None:
    made = judged(told, groups)
    assert [made.answers[place] for place in sorted(made.answers)] == answers
    assert (made.good, made.halves, made.stuck) == (good, halves, False)


@pytest.mark.parametrize("error", ["23 UNB", "26 UNB element 5", "29 UNZ element 1", "2"])
def test_an_error_of_the_interchange_itself_is_not_halved(error: str) -> None:
    made = judged(says(REJ, error=error))
    assert (made.good, made.halves, made.stuck) == ([], [], True)
    assert made.details[1] == (error,)


@pytest.mark.parametrize("whole", [ACK, REJ, REC])
def test_what_was_answered_before_is_left_alone(whole: Answer) -> None:
    made: Any = judged(says(whole), open_={2})
    assert set(made.answers) == {2}
    assert (made.good, made.halves) == ([], [])
    assert judged(says(whole), open_=set()).answers == {}
