"""What `edi-router demo` says of the made-up rest of the day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from edi_router.cli import output
from edi_router.cli.language import say

if TYPE_CHECKING:
    from edi_router.demo.played import Outcome, Played


def day_json(played: Played) -> dict[str, Any]:
    """The day as JSON: counts, what was unexpected, and the times of each agreement."""
    return {
        "files": len(played.outcomes),
        "states": dict(Counter(state for each in played.outcomes for state in each.states)),
        "unexpected": [_told(each) for each in played.unexpected],
        "problems": list(played.problems),
        "agreements": list(played.agreements),
    }


def print_day(played: Played) -> None:
    """How many files became what, and how long each agreement took against its limit."""
    states = Counter(state for each in played.outcomes for state in each.states)
    counted = ", ".join(f"{state} {number}" for state, number in sorted(states.items()))
    meant = len(played.outcomes) - len(played.unexpected)
    print(
        say(
            f"The rest of the day: {len(played.outcomes)} files, {meant} of them as they were meant: {counted}",
            f"当日其余：{len(played.outcomes)} 个文件，其中 {meant} 个与预期一致：{counted}",
        )
    )
    for each in played.unexpected:
        print("  " + _told(each))
    headings = (
        say("partner", "伙伴"), say("agreement", "协议"), say("messages", "报文"), "p50 s", "p95 s",
        say("longest s", "最长 s"), say("limit", "时限"), say("kept", "达标"),
    )  # fmt: skip
    output.table(headings, [_row(each) for each in played.agreements])


def _row(times: dict[str, Any]) -> list[str]:
    limit, longest = times["limit"], times["longest"]
    kept = (
        "" if limit is None or longest is None else say("yes", "是") if longest <= limit else say("NO", "否")
    )
    seconds = ["" if times[name] is None else f"{times[name]:.1f}" for name in ("p50", "p95", "longest")]
    shown = "" if limit is None else f"{limit:g} s"
    return [times["partner"], times["agreement"], str(times["messages"]), *seconds, shown, kept]


def _told(outcome: Outcome) -> str:
    drop = outcome.drop
    wanted = f"{drop.expected.state} {drop.expected.why}".strip()
    became = f"{', '.join(outcome.states)} ({', '.join(sorted(outcome.why))})"
    return say(
        f"{drop.partner}/{drop.name} became {became}, not {wanted}",
        f"{drop.partner}/{drop.name} 结果为 {became}，预期 {wanted}",
    )
