"""Messages made at random from a definition: valid ones, and ones damaged in their text."""

import random
import re

from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, SegmentSpec, segment_spec
from edi_router.formats.edifact.separators import Separators, escape
from edi_router.formats.edifact.structure import Group, Leaf, Structure

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TEXT = LETTERS + "0123456789 .,-()/=!%&;<>" + "???+?:?'"
SPECIAL = re.compile(r"\?.|.", re.DOTALL)


class Maker:
    """Makes messages of one type; `rate` is how often optional things are there."""

    def __init__(self, definitions: Definitions, directory: str, type: str, syntax: int, seed: int) -> None:
        definition = definitions.message_of(directory, type)
        assert definition is not None
        self.definitions = definitions
        self.directory = directory
        self.structure = Structure(definition)
        self.syntax = syntax
        self.marks = Separators(repetition="*" if syntax == 4 else "")
        self.random = random.Random(seed)
        self.rate = self.random.choice((0.02, 0.1, 0.3))

    def spec(self, tag: str) -> SegmentSpec | None:
        found = segment_spec(self.definitions, self.directory, tag)
        return found or segment_spec(self.definitions, f"service-{4 if self.syntax == 4 else 3}", tag)

    def message(self, reference: str = "1") -> list[str]:
        """The raw segments, without terminators."""
        out: list[str] = []
        self._group(self.structure.root, out, 0)
        definition = self.structure.definition
        out[0] = f"UNH+{reference}+{definition.type}:{definition.version}:{definition.release}:UN"
        out[-1] = f"UNT+{len(out)}+{reference}"
        return out

    def _times(self, item: Leaf | Group, depth: int) -> int:
        chance = self.random.random()
        low = 1 if item.mandatory else 0
        if chance > self.rate / (1 + depth / 2) or item.limit == low:
            return low
        if chance < self.rate / 10 and item.limit < 12:
            return item.limit
        return self.random.randint(low, min(item.limit, 3))

    def _group(self, group: Group, out: list[str], depth: int) -> None:
        for item in group.items:
            for _ in range(self._times(item, depth)):
                if isinstance(item, Leaf):
                    out.append(self.segment(item.tag))
                else:
                    self._group(item, out, depth + 1)

    def segment(self, tag: str) -> str:
        spec = self.spec(tag)
        if spec is None:
            return f"{tag}+1"
        parts = list(spec.parts)
        if parts and self.syntax < 4 and parts[-1].repeat > 1 and self.random.random() < 0.2:
            parts += [parts[-1]] * self.random.randint(1, min(3, parts[-1].repeat - 1))
        values = [self.element(part) for part in parts]
        while values and not values[-1] and self.random.random() < 0.95:
            values.pop()
        return "+".join((tag, *values))

    def element(self, part: ElementSpec | PartSpec) -> str:
        count = 1
        if self.syntax == 4 and part.repeat > 1 and self.random.random() < 0.1:
            count = self.random.randint(1, min(part.repeat, 3))
        return "*".join(self.once(part) for _ in range(count))

    def once(self, part: ElementSpec | PartSpec) -> str:
        if not part.mandatory and self.random.random() > 0.3:
            return ""
        if isinstance(part, ElementSpec):
            return self.value(part)
        values = [
            self.value(each) if each.mandatory or self.random.random() < 0.3 else ""
            for each in part.components
        ]
        if not any(values):
            values[0] = self.value(part.components[0])
        while not values[-1] and self.random.random() < 0.95:
            values.pop()
        return ":".join(values)

    def value(self, spec: ElementSpec) -> str:
        if spec.codes:
            fitting = [code for code in spec.codes if max(spec.low, 1) <= len(code) <= spec.high]
            if fitting:
                return escape(self.random.choice(fitting), self.marks)
        low = max(spec.low, 1)
        size = self.random.choice((low, spec.high, self.random.randint(low, min(spec.high, low + 12))))
        if spec.kind == "n":
            digits = "".join(self.random.choice("0123456789") for _ in range(size))
            if spec.low < 2 and size > 1 and self.random.random() < 0.3:
                at = self.random.randint(0, size - 1)
                digits = digits[:at] + self.random.choice(".,") + digits[at:]
            return ("-" if spec.low < 2 and self.random.random() < 0.1 else "") + digits
        letters = LETTERS if spec.kind == "a" else TEXT
        pieces = SPECIAL.findall(letters)
        return "".join(self.random.choice(pieces) for _ in range(min(size, 600)))


DAMAGE = ("+", ":", "'", "*", "?", "??", "-", ".", ",", "0", "A", "x", "\n", "\r\n", " ", "\x01", "\x7f", "中",
          "\x85", "++", "::", "", "999", "6", "ZZZ", "UNT+", "UNH+")  # fmt: skip


def damaged(segments: list[str], chance: random.Random) -> list[str]:
    """The segments with one to three small changes; the counts of UNT are often put right again."""
    out = list(segments)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(out))
        kind = chance.randrange(6)
        text = out[at]
        if kind == 0:
            out[at:at] = [out[at]] * chance.choice((1, 1, 2, 9, 25))
        elif kind == 1 and len(out) > 1:
            del out[at]
        elif kind == 2:
            other = chance.randrange(len(out))
            out[at], out[other] = out[other], out[at]
        else:
            where = chance.randint(0, len(text))
            out[at] = text[:where] + chance.choice(DAMAGE) + text[where + chance.choice((0, 0, 1, 1, 2, 5)) :]
    if chance.random() < 0.9 and out[-1].startswith("UNT+"):
        out[-1] = f"UNT+{len(out)}+1"
    return out
