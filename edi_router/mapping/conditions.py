"""Conditions of mapping lines: from the model to closures, and told in a few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edi_router.mapping.model import Condition, Joined, When
from edi_router.mapping.patterns import matches
from edi_router.mapping.registered import is_registered
from edi_router.mapping.scope import Scope
from edi_router.mapping.sheet_words import word
from edi_router.paths import Start

Test = Callable[[Scope], bool]


def compile_test(when: Sequence[When]) -> Test | None:
    """What tells whether all conditions hold; None when there are none."""
    tests = [_compiled(each) for each in when]
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else lambda scope: all(test(scope) for test in tests)


def value_test(condition: Condition) -> Callable[[str], bool] | None:
    """The test of one value; None when the condition asks only whether there is one."""
    if condition.texts:
        return frozenset(condition.texts).__contains__
    if condition.matches:
        pattern = condition.matches
        return lambda value: matches(pattern, value)
    if condition.starts_with:
        start = condition.starts_with
        return lambda value: value.startswith(start)
    return None


def _compiled(when: When) -> Test:
    if isinstance(when, Joined):
        return _joined(when)
    source, absent, test = when.source, when.absent, value_test(when)
    if when.register:
        return lambda scope: any(
            is_registered(scope.run.context.registers, when, found.text.strip())
            for found in scope.values(source)
        )
    if test is not None:
        return lambda scope: any(test(found.text) for found in scope.values(source))
    if source.path.start is Start.CONTEXT:
        return lambda scope: bool(scope.values(source)) is not absent
    path = source.path
    return lambda scope: path.has_value(scope.node, scope.run.cache) is not absent


def _joined(when: Joined) -> Test:
    tests = [_compiled(each) for each in when.parts]
    kind, told = when.kind, when.told

    def test(scope: Scope) -> bool:
        if kind == "any":
            verdict = any(each(scope) for each in tests)
        else:
            verdict = all(each(scope) for each in tests) is not (kind == "not")
        if told is not None:
            told(verdict)
        return verdict

    return test


def told_when(when: When, language: str = "en") -> str:
    """A condition in a few words: `A`, `no A`, `A = 'x'`, `A in x, y`, `not (A = 'x')`."""
    if isinstance(when, Joined):
        mark = f" {word('or', language)} " if when.kind == "any" else " & "
        inner = mark.join(told_when(each, language) for each in when.parts)
        if when.kind == "not":
            return f"{word('not', language)} ({inner})"
        return f"({inner})" if len(when.parts) > 1 else inner
    text = when.source.text
    if when.absent:
        return f"{word('no', language)} {text}"
    if when.matches:
        return f"{text} {word('matches', language)} '{when.matches}'"
    if when.starts_with:
        return f"{text} {word('starts', language)} '{when.starts_with}'"
    if when.register:
        states = f" ({', '.join(when.states)})" if when.states else ""
        return f"{text} {word('registered', language)} {when.register}{states}"
    if len(when.texts) > 1:
        return f"{text} {word('in', language)} {', '.join(when.texts)}"
    return f"{text} = '{when.texts[0]}'" if when.texts else text
