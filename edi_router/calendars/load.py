"""Calendar files read: strictly, with the place of whatever is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, timedelta, tzinfo
from itertools import pairwise

from edi_router.calendars.calendar import Calendar
from edi_router.calendars.model import WEEKDAYS, CalendarFile, DayHours, Name, span_of, weekdays_of
from edi_router.calendars.wall import MINUTES, minutes_of
from edi_router.config import Block, ConfigNode, Tree, did_you_mean, place_of, read_model
from edi_router.faults import Fault

FOLDER = "schemas/calendars"
_WEEK = 7 * MINUTES


def calendar_names(tree: Tree) -> list[str]:
    """The ids of all calendars of the tree, by the names of their files."""
    return [name.removeprefix(f"{FOLDER}/").removesuffix(".yaml") for name in tree.names(FOLDER, ".yaml")]


def load_calendars(tree: Tree, zone: tzinfo = UTC) -> tuple[dict[str, Calendar], list[Fault]]:
    """All calendars of the tree by id, on the clocks of `zone`, and what is wrong with their files."""
    calendars: dict[str, Calendar] = {}
    faults: list[Fault] = []
    for name in calendar_names(tree):
        calendar, found = load_calendar(tree, name, zone)
        faults += found
        if calendar is not None:
            calendars[calendar.id] = calendar
    return calendars, faults


def load_calendar(tree: Tree, name: str, zone: tzinfo = UTC) -> tuple[Calendar | None, list[Fault]]:
    """The calendar `schemas/calendars/<name>.yaml`; None when it has faults. FileNotFoundError without the file."""
    path = f"{FOLDER}/{name}.yaml"
    return read_calendar(tree.text(path), tree.display(path), name, zone)


def read_calendar(text: str, file: str, name: str, zone: tzinfo = UTC) -> tuple[Calendar | None, list[Fault]]:
    """The calendar that the text of a file says; None when it has faults. Its id must be `name`."""
    model, node, faults = read_model(CalendarFile, text, file)
    if model is None or node is None:
        return None, faults
    if model.id != name:
        faults.append(_wrong(node, ("id",), "id", model.id, f"must be the file's name, {name}"))
    faults += _weekdays(model, node)
    if not faults:
        faults += [*_overlaps(model, node), *_days(model, node)]
    return (None if faults else calendar_of(model, zone)), faults


def calendar_of(model: CalendarFile, zone: tzinfo) -> Calendar:
    """The calendar that a file without faults says."""
    week = _week(model)
    return Calendar(
        model.id,
        model.name,
        zone,
        tuple(week),
        {day: holiday.name for holiday in model.holidays for day in _dates(holiday.first, holiday.last)},
        {
            each.date: week[WEEKDAYS.index(each.as_)] if each.as_ is not None else _hours(each.hours)
            for each in model.working
        },
        {each.date: each.name for each in model.working if each.name is not None},
        None if model.business_day_ends is None else minutes_of(model.business_day_ends),
        model.known_to,
    )


def unknown_calendar(
    name: str | None, known: Collection[str], node: ConfigNode, location: Sequence[str | int]
) -> list[Fault]:
    """A fault when a configuration file names, at `location` of its `node`, a calendar that there is not."""
    if name is None or name in known:
        return []
    values = {"what": "calendar", "name": name}
    place = place_of(node, location)
    return [Fault("config-unknown-name", place, values, hint=did_you_mean(name, list(known)))]


def _hours(texts: Sequence[str]) -> DayHours:
    return tuple(sorted(span_of(text) for text in texts))


def _week(model: CalendarFile) -> list[DayHours]:
    week: list[DayHours] = [()] * 7
    for key, texts in model.hours.items():
        for weekday in weekdays_of(key):
            week[weekday] = _hours(texts)
    return week


def _dates(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _weekdays(model: CalendarFile, node: ConfigNode) -> Iterator[Fault]:
    """Days of the week that there are not, or that stand twice."""
    block = _descend(node, "hours")
    seen: set[int] = set()
    for key in model.hours:
        name = block.key(key) if isinstance(block, Block) else None
        place = name.place if name is not None else place_of(node, ("hours",))
        try:
            days = weekdays_of(key)
        except ValueError as error:
            yield Fault("config-value", place, {"key": "hours", "value": key, "problem": str(error)})
            continue
        for day in days:
            if day in seen:
                problem = f"{WEEKDAYS[day]} stands twice"
                yield Fault("config-value", place, {"key": "hours", "value": key, "problem": problem})
            seen.add(day)


def _overlaps(model: CalendarFile, node: ConfigNode) -> Iterator[Fault]:
    """Hours of a week, or of a day with hours of its own, that overlap; a calendar without any."""
    week = _week(model)
    if not any(week) and not model.working:
        yield _wrong(node, ("hours",), "hours", "", "it is never open")
    keys = {day: key for key in model.hours for day in weekdays_of(key)}
    spans = sorted(
        (day * MINUTES + opens, day * MINUTES + closes, day)
        for day, hours in enumerate(week)
        for opens, closes in hours
    )
    again = [(opens + _WEEK, closes + _WEEK, day) for opens, closes, day in spans[:1]]
    for (_, closes, day), (opens, _, next_day) in pairwise([*spans, *again]):
        if opens < closes:
            value = f"{WEEKDAYS[day]}, {WEEKDAYS[next_day]}"
            yield _wrong(node, ("hours", keys[next_day]), "hours", value, "two spans overlap")
    for number, each in enumerate(model.working):
        hours = _hours(each.hours)
        if any(later[0] < earlier[1] for earlier, later in pairwise(hours)):
            yield _wrong(
                node, ("working", number, "hours"), "hours", ", ".join(each.hours), "two spans overlap"
            )


def _days(model: CalendarFile, node: ConfigNode) -> Iterator[Fault]:
    """Holidays and days with hours of their own that stand twice, or have no hours."""
    week = _week(model)
    seen: dict[date, Name] = {}
    for number, holiday in enumerate(model.holidays):
        for day in _dates(holiday.first, holiday.last):
            if day in seen:
                problem = f"is in {seen[day].en} already"
                yield _wrong(node, ("holidays", number), "holidays", day.isoformat(), problem)
            seen.setdefault(day, holiday.name)
    worked: set[date] = set()
    for number, each in enumerate(model.working):
        at = ("working", number)
        if each.date in seen:
            problem = f"is a holiday too ({seen[each.date].en}); a short day stands in `working` only"
            yield _wrong(node, (*at, "date"), "date", each.date.isoformat(), problem)
        if each.date in worked:
            yield _wrong(node, (*at, "date"), "date", each.date.isoformat(), "stands twice")
        worked.add(each.date)
        if each.as_ is not None and not week[WEEKDAYS.index(each.as_)]:
            yield _wrong(node, (*at, "as"), "as", each.as_, "has no hours")


def _descend(node: ConfigNode, key: str) -> ConfigNode | None:
    return node.get(key) if isinstance(node, Block) else None


def _wrong(node: ConfigNode, location: Sequence[str | int], key: str, value: str, problem: str) -> Fault:
    return Fault("config-value", place_of(node, location), {"key": key, "value": value, "problem": problem})
