"""A segment's definition as a pattern: presence, length, class, repetition, codes of its data elements.

The pattern is never more lenient than `elements.check_elements`, which decides; it may be stricter, because
a segment it does not match is only checked the long way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edi_router.formats.edifact.elements import ElementSpec, PartSpec, SegmentSpec
from edi_router.formats.edifact.fast_codes import codes_pattern
from edi_router.formats.edifact.fast_regex import SPELLING, Characters, Spelling


@dataclass(frozen=True, slots=True)
class Content:
    """Writes the patterns of segments in canonical text (``+``, ``:``, ``'`` and, if it repeats, ``*``).

    `expand`: without a repetition separator a repeated last element is written as further elements.
    Without `codes` any value will do where a code is asked for.
    """

    characters: Characters
    expand: bool
    spelling: Spelling = SPELLING
    codes: bool = True

    def segment(self, tag: str, spec: SegmentSpec | None) -> str:
        """The whole segment with its terminator; without a definition its content is free."""
        if spec is None:
            return self.any_segment(tag)
        parts = list(spec.parts)
        if self.expand and parts and parts[-1].repeat > 1:
            last = parts[-1]
            parts += [last] * min(last.repeat - 1, 9)
        needed = [part.mandatory for part in spec.parts] + [False] * (len(parts) - len(spec.parts))
        return tag + self._chain(r"\+", [self._part(part) for part in parts], needed) + "'"

    def any_segment(self, tag: str) -> str:
        """The segment whatever its content."""
        content = r"\+" + self.spelling.several(self.characters.free, 0, 1 << 24)
        return f"{tag}{self.spelling.repeat(content, 0, 1)}'"

    def _chain(self, separator: str, parts: Sequence[str], needed: Sequence[bool]) -> str:
        """Parts that each begin with `separator`; those after the last needed one may be left out."""
        tail = ""
        behind = False
        for part, need in zip(reversed(parts), reversed(needed), strict=True):
            behind = behind or need
            tail = separator + part + tail
            if not behind:
                tail = self.spelling.repeat(tail, 0, 1)
        return tail

    def _part(self, part: ElementSpec | PartSpec) -> str:
        body = self._composite(part) if isinstance(part, PartSpec) else self._value(part, (part,), 0)
        if part.repeat > 1 and self.characters.repeats:
            body += self.spelling.repeat(r"\*" + body, 0, part.repeat - 1)
        return body

    def _composite(self, part: PartSpec) -> str:
        """Its components; an optional composite may be empty as a whole."""
        components = part.components
        values = [self._value(component, components, index) for index, component in enumerate(components)]
        needed = [component.mandatory for component in components]
        if not values:
            return ""
        body = values[0] + self._chain(":", values[1:], needed[1:])
        if any(needed):
            return body if part.mandatory else self.spelling.repeat(body, 0, 1)
        return f"(?=:{{0,{len(values) - 1}}}[^:+'*]){body}" if part.mandatory else body

    def _value(self, spec: ElementSpec, components: Sequence[ElementSpec], index: int) -> str:
        """One value; an empty one as well unless it is mandatory."""
        if spec.codes is not None and self.codes:
            return self._coded(spec, spec.codes, index)
        return self._plain(spec, 1 if spec.mandatory else 0)

    def _plain(self, spec: ElementSpec, least: int) -> str:
        low = max(spec.low, 1)
        if spec.kind == "n":
            return self._number(spec, least)
        item = self.characters.letters if spec.kind == "a" else self.characters.text
        if low > 1 and not least:
            return self.spelling.repeat(self.spelling.several(item, low, spec.high), 0, 1)
        return self.spelling.several(item, low if least else 0, spec.high)

    def _number(self, spec: ElementSpec, least: int) -> str:
        """Digits with a sign and a decimal mark, which do not count; one of fixed length has neither."""
        several, high = self.spelling.several, spec.high
        if spec.low > 1:
            digits = several("[0-9]", spec.low, high)
            return digits if least else self.spelling.repeat(digits, 0, 1)
        sign = several("-", 0, 1) + ("(?=[0-9.,])" if least else "")
        # The fraction is limited by what stands before its end: the digits and the mark together.
        fraction = f"{self.characters.mark}{several('[0-9]', 1, high)}(?<![0-9.,]{{{high + 2}}})"
        return f"{sign}{several('[0-9]', 0, high)}{self.spelling.repeat(fraction, 0, 1)}" + (
            "" if least else "(?<!-)"
        )

    def _coded(self, spec: ElementSpec, codes: Iterable[str], index: int) -> str:
        """A code of the list, or any value when another list is named."""
        value = self._plain(spec, 1)
        fits = re.compile(value).fullmatch
        listed = codes_pattern([code for code in codes if fits(code)], self.spelling)
        foreign = [
            value + "(?=" + "(?::[^:+'*]{0,999})" * (at - index - 1) + f":{test})"
            for at, test in ((spec.list_at, r"[^:+'*]"), (spec.agency_at, r"(?!6?[:+'*])"))
            if at > index
        ]
        choices = ([f"{listed}(?={self.characters.separator})"] if listed else []) + foreign
        if not choices:
            return value + "(?!)" if spec.mandatory else ""
        if len(choices) == 1 and listed:
            choices = [listed]
        body = choices[0] if len(choices) == 1 else self.spelling.either(choices)
        return body if spec.mandatory else self.spelling.repeat(body, 0, 1)
