"""Meta's usage headers: how much of the rate limits is used, and how long to wait.

Source: https://developers.facebook.com/docs/graph-api/overview/rate-limiting (checked 2026-11-24). All figures are
per cent of what is allowed; calls are refused from 100 on. No answer of Graph's with `Retry-After` was
seen; where one comes all the same, as from a proxy, it is kept to (`adaptor.wire.retry`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: The header of the business use case limits, which Page tokens fall under; its times are in minutes.
BUSINESS_USAGE = "x-business-use-case-usage"
#: The header of the limits of an app, and the older one of a Page; both hold one object of figures.
APP_USAGE = "x-app-usage"
PAGE_USAGE = "x-page-usage"

_FIGURES = ("call_count", "total_cputime", "total_time")

#: From this percentage on a run slows down, down to one call each `SLOWEST_SECONDS` at 100. Our figures, not Meta's.
SLOW_FROM_PERCENT = 80.0
SLOWEST_SECONDS = 10.0


class Usage(NamedTuple):
    """The usage headers of one answer.

    Attributes:
        percent: The highest of all figures.
        regain_seconds: How long Meta asks to wait, or None if it does not.
        text: The figures as text for people.
    """

    percent: float
    regain_seconds: float | None
    text: str

    def pause(self) -> float:
        """Return how many seconds to wait before the next call."""
        if self.regain_seconds:
            return self.regain_seconds
        over = min(max(self.percent - SLOW_FROM_PERCENT, 0.0) / (100.0 - SLOW_FROM_PERCENT), 1.0)
        return over * SLOWEST_SECONDS


def read_usage(headers: Mapping[str, str]) -> Usage | None:
    """Return the usage from the headers of an answer, or None if there is none that can be read."""
    percent, minutes, texts = 0.0, 0.0, []
    for name, entry in _entries(headers):
        figures = {key: number for key in _FIGURES if (number := _number(entry.get(key))) is not None}
        regain = _number(entry.get("estimated_time_to_regain_access"))
        percent = max(percent, *figures.values()) if figures else percent
        minutes = max(minutes, regain or 0.0)
        shown = [f"{key} {number:g} %" for key, number in figures.items()]
        shown += [f"access again in {regain:g} min"] if regain else []
        if shown:
            texts.append(f"{name}: {', '.join(shown)}")
    if not texts:
        return None
    return Usage(percent, minutes * 60 if minutes > 0 else None, "; ".join(texts))


def _entries(headers: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for header, name in ((APP_USAGE, "app"), (PAGE_USAGE, "page")):
        figures = _parsed(headers.get(header))
        if isinstance(figures, dict) and figures:
            yield name, figures
    business = _parsed(headers.get(BUSINESS_USAGE))
    for entries in business.values() if isinstance(business, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                yield str(entry.get("type") or "business"), entry


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _number(value: Any) -> float | None:
    try:
        number = None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
    return number if number is not None and 0 <= number < float("inf") else None
