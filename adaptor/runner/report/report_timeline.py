"""When each step of a run began and how long it took, as bars over a common axis."""

from __future__ import annotations

from html import escape

from .report_markup import Sheet, seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

#: The distances that ticks may have, in seconds: what a clock face or a ruler would take.
_DISTANCES = (
    *(0.001 * 10**power * unit for power in range(4) for unit in (1, 2, 5)),
    *(10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400),
)
_TICKS = 5
# A run that took less has nothing to show.
_SHORTEST = 0.02
# Below this nothing can be seen of a bar.
_LEAST = 0.4


def timeline(report: dict[str, Any], sheet: Sheet) -> str:
    """Return the section with a bar for each step; for a single step, with one for each of its operations."""
    bars = list(_bars(report["steps"]))
    whole = max((start + took for _, start, took, _ in bars), default=0.0)
    if len(bars) < 2 or whole < _SHORTEST:
        return ""
    distance = next((each for each in _DISTANCES if whole / each <= _TICKS), 86400.0 * (1 + whole // 86400 // _TICKS))
    ticks = [distance * number for number in range(int(whole / distance + 1e-9) + 1)]
    rows = "".join(_row(bar, whole, sheet) for bar in bars)
    axis = "".join(
        f'<span class="{sheet.rule(f"left:{100 * tick / whole:.2f}%")}">{_label(tick, distance)}</span>'
        for tick in ticks
    )
    return (
        f'<section><h2>Timeline</h2><ol class="timeline">{rows}</ol>'
        f'<div class="axis" aria-hidden="true"><div>{axis}</div></div></section>'
    )


def _bars(steps: list[dict[str, Any]]) -> Iterator[tuple[str, float, float, str]]:
    """Yield name, start, duration and colour of each bar."""
    if len(steps) == 1:
        at = 0.0
        for operation in steps[0]["operations"]:
            yield operation["name"], at, operation["seconds"], "quiet"
            at += operation["seconds"]
        return
    for step in steps:
        name = step["name"] + (f" ({step['arrival'] + 1})" if step["arrival"] else "")
        yield name, step["started"], step["seconds"], kind_of(step)


def _row(bar: tuple[str, float, float, str], whole: float, sheet: Sheet) -> str:
    name, start, took, kind = bar
    left, width = 100 * start / whole, max(100 * took / whole, _LEAST)
    place = sheet.rule(f"left:{min(left, 100 - width):.2f}%;width:{width:.2f}%")
    return (
        f'<li><span class="name">{escape(name)}</span><span class="track"><i class="bar {kind} {place}"></i></span>'
        f'<span class="took">{seconds(took)}</span></li>'
    )


def _label(tick: float, distance: float) -> str:
    """Return the label of a tick, in the unit that its distance asks for."""
    if not tick:
        return "0"
    if distance < 0.5:
        return f"{tick * 1000:.0f} ms"
    return f"{tick:.1f} s" if distance == 0.5 else seconds(tick)


def kind_of(step: dict[str, Any]) -> str:
    """Return the colour of a step."""
    if step["outcome"] == "success":
        return "good" if step["kind"] == "job" else "quiet"
    return "warn" if step["handled"] or step["outcome"] == "interrupted" else "bad"
