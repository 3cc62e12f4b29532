"""The screen of the nightly exchange: 80 columns in both languages, a next command for each trouble."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest

from edi_router.cli.main import VERBS, LazyGroup
from edi_router.cli.tonight_screen import Screen, width
from edi_router.ledger.alarms import Alarm
from edi_router.partners.forecast import Forecast
from edi_router.partners.windows import Window
from edi_router.reports.tonight import Concern, Tonight
from edi_router.reports.tonight_values import as_values
from edi_router.reports.tonight_words import CONCERNS as TEXTS
from tests.support.windows import at

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = at("14 23:10")


def forecast(**more: Any) -> Forecast:
    values = {
        "partner": "CUS-NIGHT", "batch": "forms",
        "window": Window(at("14 22:00"), at("15 01:45"), at("15 02:00")), "state": "open", "sent": 120,
        "under_way": 0, "collected": 0, "expected": 0, "late": 0, "over_quota": 0, "rate": None, "measured": "",
        "done_at": None, "stalled": False,
    }  # fmt: skip
    return Forecast(**(values | more))


def tonight(
    *concerns: Concern, windows: tuple[Forecast, ...] = (), alarms: tuple[Alarm, ...] = ()
) -> Tonight:
    return Tonight(NOW, windows, concerns, alarms, {"CUS-NIGHT": "data centre duty desk", "CIQ-QD": "值班室"})


def lines(seen: Tonight, language: str = "en", command: str = "edi-router") -> list[str]:
    return list(Screen(language, SHANGHAI, command).lines(seen))


def test_a_quiet_night() -> None:
    quiet = tonight(windows=(forecast(done_at=at("14 22:41")),))
    assert quiet.fine
    shown = lines(quiet)
    assert shown[0] == f"{'Tonight, 2026-03-14 23:10':<69}all is well"
    assert [each.split() for each in shown[2:]] == [
        ["window", "partner/batch", "state", "sent", "left", "done", "margin"],
        ["03-14", "22:00-02:00", "CUS-NIGHT/forms", "open", "120", "0", "22:41", "3", "h", "19", "min"],
    ]
    assert lines(tonight())[-1] == "No partner takes batches."


def test_what_is_under_way() -> None:
    busy = forecast(
        partner="CUSTOMS-DATA-CENTRE-OF-THE-PROVINCE", under_way=50, collected=900, expected=3, late=2, rate=7.5,
        measured="earlier", done_at=at("15 02:10"), over_quota=20,
    )  # fmt: skip
    shown = lines(tonight(windows=(busy,)))
    assert shown[3].strip() == "CUSTOMS-DATA-CENTRE-OF-THE-PROVINCE/forms"
    assert shown[4].endswith("120   953   02:10            -10 min")
    assert shown[5].strip() == "50 under way, 3 expected, 2 too late for it, 450 a minute on"
    assert shown[6].strip() == "earlier nights"


CONCERNS = tuple(
    Concern(kind, partner, 3, NOW - timedelta(hours=30), what)
    for kind, partner, what in [
        *((kind, "CUS-NIGHT", "forms") for kind in ("window", "stalled", "missed", "quota")),
        ("answer-late", "CUS-NIGHT", "functional"), ("answer-soon", "CUS-NIGHT", "technical"),
        ("delivery-late", "ENT-A", ""), ("rejected", "CUS-NIGHT", ""), ("held", "ENT-A", ""), ("held-file", "ENT-A", ""),
        ("failed-file", "ENT-A", ""), ("failed-delivery", "CIQ-QD", ""),
        ("unreachable", "CIQ-QD", "Connection refused by the server in the harbour, which is being moved tonight"),
        ("paused", "CIQ-QD", "码头的线路在台风过后尚未恢复，值班室称需要等到明天早上八点以后才能重新开通使用"),
    ]
)  # fmt: skip
ALARM = Alarm(
    1, "partner-unreachable", "reach:CIQ-QD", "critical", "CIQ-QD", "",
    {"number": 9, "since": "2026-03-14T14:00:00+00:00", "reason": "refused", "call": "值班室"}, NOW, None, None,
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_trouble_is_told_with_whom_to_call_and_what_to_type(language: str) -> None:
    assert {each.kind for each in CONCERNS} == set(TEXTS)
    seen = tonight(*CONCERNS, windows=(forecast(stalled=True, under_way=7),), alarms=(ALARM,))
    assert not seen.fine
    shown = lines(seen, language)
    assert max(width(line) for line in shown) <= 80
    assert shown[0].endswith("12 项需处理" if language == "zh" else "12 to look at")
    typed = [line.strip() for line in shown if line.startswith("    edi-router ")]
    assert len(typed) == len(CONCERNS)
    assert sum("data centre duty desk" in line for line in shown) == 5
    assert all(("{" not in line and "}" not in line) for line in shown)
    assert any("CIQ-QD" in line and ("refused" in line) for line in shown[-4:])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_alarm_that_is_no_partners_is_not_told_as_nothing(language: str) -> None:
    paused = Concern("paused", "CIQ-QD", what="x")
    for concerns in ((), (paused,) if not paused.bad else ()):
        head = lines(tonight(*concerns, alarms=(ALARM,)), language)[0]
        assert head.endswith("1 项告警" if language == "zh" else "alarms: 1")


def test_what_is_to_be_typed_exists() -> None:
    group = LazyGroup("edi-router")
    context = click.Context(group)
    for _, _, verb in TEXTS.values():
        name, *rest = verb.format(partner="P", what="forms").replace("'before the cut-off'", "x").split()
        assert name in VERBS
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found = command.get_command(context, rest.pop(0))
            assert found is not None
            command = found
        command.make_context(name, rest)


def test_the_command_names_the_workspace() -> None:
    shown = lines(
        tonight(Concern("paused", "CIQ-QD", what="x")), command="edi-router --workspace '/srv/my edi'"
    )
    assert shown[-1] == "    edi-router --workspace '/srv/my edi' resume CIQ-QD"


def test_json() -> None:
    values = as_values(tonight(*CONCERNS[:1], windows=(forecast(done_at=at("15 01:30")),), alarms=(ALARM,)))
    assert (values["fine"], values["concerns"][0]["call"]) == (False, "data centre duty desk")
    assert values["windows"][0]["margin"] == 1800.0
    assert datetime.fromisoformat(values["windows"][0]["done_at"]) == at("15 01:30")
    assert values["alarms"][0]["kind"] == "partner-unreachable"
