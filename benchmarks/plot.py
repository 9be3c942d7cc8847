"""A chart as SVG: two panels side by side, both axes logarithmic, so that growth in proportion is a straight line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

_WIDTH, _HEIGHT = 360, 260
_LEFT, _TOP, _RIGHT, _BOTTOM = 52, 34, 70, 40
_COLOURS: Final = ("#0b62a4", "#c7561a")


class Curve(NamedTuple):
    """A name and one value for each count."""

    name: str
    values: Sequence[float]


def chart(counts: Sequence[int], panels: Mapping[str, Sequence[Curve]]) -> str:
    """Return the SVG text; each panel's title names its unit."""
    width = len(panels) * (_LEFT + _WIDTH + _RIGHT)
    height = _TOP + _HEIGHT + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        '<g font-family="sans-serif" font-size="11" fill="#333">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for index, (title, curves) in enumerate(panels.items()):
        left = _LEFT + index * (_LEFT + _WIDTH + _RIGHT)
        parts.append(f'<g transform="translate({left} {_TOP})">')
        parts += _Panel(counts, curves).parts(title)
        parts.append("</g>")
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


class _Panel:
    def __init__(self, counts: Sequence[int], curves: Sequence[Curve]) -> None:
        self._counts, self._curves = counts, curves
        values = [value for curve in curves for value in curve.values]
        self._across = (math.log10(min(counts)), math.log10(max(counts)))
        self._up = (math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))))

    def parts(self, title: str) -> Iterator[str]:
        yield f'<text x="0" y="-14" font-size="13">{title}</text>'
        yield f'<text x="{_WIDTH / 2}" y="{_HEIGHT + 34}" text-anchor="middle">signatures</text>'
        yield from self._grid()
        for curve, colour in zip(self._curves, _COLOURS, strict=False):
            yield from self._line(curve, colour)

    def _grid(self) -> Iterator[str]:
        for power in range(self._up[0], self._up[1] + 1):
            y = self._y(10.0**power)
            yield f'<line x1="0" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
            yield f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
        for count in self._counts:
            x = self._x(count)
            yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_HEIGHT}" stroke="#eee"/>'
            yield f'<text x="{x:.1f}" y="{_HEIGHT + 16}" text-anchor="middle">{count:,}</text>'

    def _line(self, curve: Curve, colour: str) -> Iterator[str]:
        places = [(self._x(count), self._y(value)) for count, value in zip(self._counts, curve.values, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
        yield f'<text x="{_WIDTH + 8}" y="{places[-1][1] + 4:.1f}" fill="{colour}">{curve.name}</text>'

    def _x(self, count: float) -> float:
        low, high = self._across
        return (math.log10(count) - low) / (high - low) * _WIDTH

    def _y(self, value: float) -> float:
        low, high = self._up
        return _HEIGHT - (math.log10(value) - low) / (high - low) * _HEIGHT
