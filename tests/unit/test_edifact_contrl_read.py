"""A received CONTRL as values."""

from __future__ import annotations

import pytest

from edi_router.formats.answer import Answer
from edi_router.formats.edifact import Message, read, write_interchange
from edi_router.formats.edifact.contrl import contrl
from edi_router.formats.edifact.contrl_read import Finding, Level, read_contrl


def message(*body: str, version: int = 3) -> Message:
    segments = "'".join(["UNH+1+CONTRL:D:3:UN", *body, f"UNT+{len(body) + 2}+1"])
    text = f"UNB+UNOB:{version}+B+A+240102:1200+1'{segments}'UNZ+1+1'"
    return next(found for it in read(text.encode()) for found in it.messages())


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("8", Answer.RECEIVED), ("7", Answer.ACKNOWLEDGED), ("4", Answer.REJECTED), ("1", Answer.ACKNOWLEDGED),
        ("2", Answer.ACKNOWLEDGED), ("3", Answer.PARTLY_REJECTED), ("5", Answer.ACKNOWLEDGED),
        ("6", Answer.REJECTED),
    ],
)  # fmt: skip
def test_actions(action: str, answer: Answer) -> None:
    report = read_contrl(message(f"UCI+7+A:14:X+B:ZZ+{action}"))
    assert report is not None
    assert (report.reference, report.sender, report.recipient) == ("7", "A", "B")
    assert (report.answer, report.findings, report.levels) == (answer, (), ())


@pytest.mark.parametrize("body", ["UCI+7+A+B+9", "UCI+7+A+B", "UCM+1+CUSDEC:D:96B:UN+4"])
def test_what_says_nothing(body: str) -> None:
    assert read_contrl(message(body)) is None


def test_answers_rank_by_what_they_say() -> None:
    assert sorted(Answer, key=lambda answer: answer.rank) == [
        Answer.RECEIVED, Answer.ACKNOWLEDGED, Answer.PENDING, Answer.ACCEPTED, Answer.PARTLY_REJECTED,
        Answer.REJECTED, Answer.RELEASED, Answer.CLOSED,
    ]  # fmt: skip


def test_messages_segments_and_elements() -> None:
    report = read_contrl(message(
        "UCI+7+A+B+7", "UCM+1+CUSDEC:D:96B:UN+4+29+UNT+2", "UCM+2+CUSDEC:D:96B:UN+4", "UCS+3+13", "UCD+12+3:2",
        "UCD+39+2", "UCS+9", "UCD+21+1", "UCM+3+CUSDEC:D:96B:UN+7",
    ))  # fmt: skip
    assert report is not None
    assert report.answer is Answer.PARTLY_REJECTED
    assert report.levels == (
        Level("message", "1", Answer.REJECTED, (Finding("29", None, "UNT", 1),)),
        Level("message", "2", Answer.REJECTED, (
            Finding("13", 3), Finding("12", 3, None, 2, 2), Finding("39", 3, None, 1), Finding("21", 9),
        )),
        Level("message", "3", Answer.ACKNOWLEDGED),
    )  # fmt: skip
    assert [level.reference for level in report.rejected] == ["1", "2"]
    assert [str(finding) for level in report.levels for finding in level.findings][:3] == [
        "29 UNT element 1", "13 segment 3", "12 segment 3 element 2.2",
    ]  # fmt: skip


def test_groups() -> None:
    report = read_contrl(message(
        "UCI+7+A+B+7", "UCF+5+S+R+4+29+UNE+2", "UCF+6+S+R+7", "UCM+2+CUSDEC:D:96B:UN+4+13+UNT",
    ))  # fmt: skip
    assert report is not None
    assert report.levels == (
        Level("group", "5", Answer.REJECTED, (Finding("29", None, "UNE", 1),)),
        Level("group", "6", Answer.ACKNOWLEDGED),
        Level("message", "2", Answer.REJECTED, (Finding("13", None, "UNT"),), "6"),
    )


def test_a_repeat_and_nonsense_positions() -> None:
    report = read_contrl(message("UCI+7+A+B+7", "UCM+1+X+4", "UCS+x", "UCD+12+3::2", "UCD+12+y:z", version=4))
    assert report is not None
    assert report.levels[0].findings == (Finding("12", None, None, 2, None, 2), Finding("12"))


def test_an_action_that_is_not_known_is_no_acknowledgement() -> None:
    report = read_contrl(message("UCI+7+A+B+7", "UCM+1+CUSDEC:D:96B:UN+9"))
    assert report is not None
    assert report.answer is Answer.PARTLY_REJECTED


def test_the_positions_are_those_of_the_faults_that_our_contrl_tells() -> None:
    data = b"UNB+UNOC:3+A+B+240102:1200+7'UNH+1+CUSDEC:D:96B:UN'BGM+929'  DTM+1'UNT+9+1'UNZ+1+7'"
    [interchange] = read(data)
    [subject] = interchange.messages()
    segments = contrl(interchange, [(subject, subject.faults)], interchange.faults, reference="1")
    sealed = write_interchange(
        [segments], sender="B", recipient="A", control_reference="1", date="240102", time="1200"
    )
    [answer] = next(iter(read(sealed))).messages()
    report = read_contrl(answer)
    assert report is not None
    [fault] = [fault for fault in subject.faults if fault.code == "message-count-wrong"]
    [finding] = report.levels[0].findings
    assert (finding.tag, finding.element) == (fault.place.tag, fault.place.element)
