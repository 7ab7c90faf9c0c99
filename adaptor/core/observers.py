"""Who looks on while a job runs: each is told what happens, and changes nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Protocol

    from .call_record import CallRecord

    class Request(Protocol):
        """A call to another system as a plain value, which a dry run shows."""

        def described(self) -> dict[str, Any]:
            """Return it as JSON: its `method`, its `path` or `url`, and what it carries."""


class Observers:
    """Functions that are called when something has happened; None where nobody looks.

    Attributes:
        on_call: Given each call to another system when it has ended.
        on_request: Given each request that a dry run describes.
        on_failure: Given each call to the Graph API that failed, as `AdaptorError.request` holds it.
        on_result: Given a row for each message when it is known what became of it.
        results_told: For how many messages `on_result` was called.
        progress: Given the place after each item of a loop, and nothing at its end.
        sketch: Returns how messages would look, given as `Request.described`.
    """

    def __init__(self) -> None:
        self.on_call: Callable[[CallRecord], object] | None = None
        self.on_request: Callable[[Request], object] | None = None
        self.on_failure: Callable[[dict[str, Any]], object] | None = None
        self.on_result: Callable[[dict[str, Any]], object] | None = None
        self.results_told = 0
        self.progress: Callable[[str], None] | None = None
        self.sketch: Callable[[list[dict[str, Any]]], str] | None = None

    def watched(self, items: Iterable[Any], place: Callable[[], str]) -> Iterable[Any]:
        """Return the items of a loop; `progress` is told how far it has come."""
        return items if self.progress is None else self._telling(items, place, self.progress)

    def _telling(
        self, items: Iterable[Any], place: Callable[[], str], progress: Callable[[str], None]
    ) -> Iterable[Any]:
        for item in items:
            yield item
            progress(place())
        progress("")
