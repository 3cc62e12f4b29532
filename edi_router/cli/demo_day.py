"""What `edi-router demo` says of the made-up rest of the day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from edi_router.cli import output
from edi_router.cli.language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edi_router.demo.played import Outcome, Played
    from edi_router.demo.routes import Kept
    from edi_router.demo.run import Demonstrated


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
    """How many files became what, and which of them otherwise than they were made to."""
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


def route_json(kept: Kept) -> dict[str, Any]:
    """A step of a route as JSON: what is measured, its limit and its times in seconds."""
    step = kept.step
    return {
        "route": step.route, "flow": say(step.flow, step.flow_zh), "step": say(step.step, step.step_zh),
        "limit": step.limit, "count": kept.count, "p50": kept.p50, "p95": kept.p95, "longest": kept.longest,
        "late": kept.late,
    }  # fmt: skip


def print_routes(routes: Sequence[Kept]) -> None:
    """Every route's time limit, and how it was kept."""
    headings = (
        say("route", "路由"), say("flow", "业务"), say("step", "环节"), say("measured", "次数"), "p50 s", "p95 s",
        say("longest s", "最长 s"), say("limit", "时限"), say("kept", "达标"),
    )  # fmt: skip
    output.table(headings, [_row(each) for each in routes])


def print_end_state(shown: Demonstrated) -> None:
    """Whether the end state is that of the golden file, or how it differs."""
    from edi_router.demo.end_state import GOLDEN

    if not shown.differences:
        print(
            say(
                f"  the end state of {len(shown.ended)} rows is that of {GOLDEN}",
                f"  终态 {len(shown.ended)} 行与 {GOLDEN} 一致",
            )
        )
        return
    print(say(f"  the end state differs from {GOLDEN}:", f"  终态与 {GOLDEN} 不一致："))
    for each in shown.differences:
        print(f"  {each}")


def _row(kept: Kept) -> list[str]:
    step = kept.step
    kept_ = "" if not kept.count else say("NO", "否") if kept.late else say("yes", "是")
    seconds = ["" if each is None else f"{each:.1f}" for each in (kept.p50, kept.p95, kept.longest)]
    flow, step_ = say(step.flow, step.flow_zh), say(step.step, step.step_zh)
    return [step.route, flow, step_, str(kept.count), *seconds, _limit(step.limit), kept_]


def _limit(seconds: int) -> str:
    """A limit as people write it: `30 s`, `5 min`, `2 h`, `1 d`."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _told(outcome: Outcome) -> str:
    drop = outcome.drop
    wanted = f"{drop.expected.state} {drop.expected.why}".strip()
    became = f"{', '.join(outcome.states)} ({', '.join(sorted(outcome.why))})"
    return say(
        f"{drop.partner}/{drop.name} became {became}, not {wanted}",
        f"{drop.partner}/{drop.name} 结果为 {became}，预期 {wanted}",
    )
