"""Charts as SVG, made here: no script, readable on paper, told in words to who cannot see them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, FOOT = 720, 150, 18


def bars(named: Sequence[tuple[str, int, int]], told: str, every: int = 3) -> Markup:
    """Upright bars: a name, a number, and the part of it that stands out; each `every`th name is written.

    Nothing when all numbers are 0. `told` says what is seen, for screen readers.
    """
    most = max((number for _, number, _ in named), default=0)
    if most <= 0:
        return Markup("")
    step = WIDTH / len(named)
    parts = [
        Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>').format(
            WIDTH, HEIGHT + FOOT, told, told
        ),
        Markup('<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>').format(WIDTH, HEIGHT, HEIGHT),
        Markup('<text x="2" y="12">{}</text>').format(most),
    ]
    for at, (name, number, part) in enumerate(named):
        x = at * step
        for kind, value in (("bar", number), ("bar2", part)):
            height = round(value * (HEIGHT - 18) / most, 1)
            if value:
                parts.append(
                    Markup(
                        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>'
                    ).format(
                        kind,
                        round(x + 2, 1),
                        round(HEIGHT - height, 1),
                        round(step - 4, 1),
                        height,
                        f"{name}: {value}",
                    )
                )
        if at % every == 0:
            parts.append(
                Markup('<text x="{}" y="{}">{}</text>').format(round(x + 2, 1), HEIGHT + FOOT - 4, name)
            )
    return Markup("").join([*parts, Markup("</svg>")])
