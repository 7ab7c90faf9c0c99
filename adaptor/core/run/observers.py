"""Callbacks that observe a run and change nothing."""

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
    """Functions that are called on events of a run; each may be None.

    Attributes:
        on_call: Called with each call to another system when it has ended.
        on_request: Called with each request that a dry run describes.
        on_failure: Called with each failed call to the Graph API, in the form of `AdaptorError.request`.
        on_result: Called with a row for each message when its outcome is known.
        on_passed_over: Called with an entry for each item that a loop passed over before a message for it was tried.
        results_reported: How often `on_result` was called.
        progress: Called with the place after each item of a loop, and with an empty text at its end.
        sketch: Returns a drawing of messages, given in the form of `Request.described`.
    """

    def __init__(self) -> None:
        self.on_call: Callable[[CallRecord], object] | None = None
        self.on_request: Callable[[Request], object] | None = None
        self.on_failure: Callable[[dict[str, Any]], object] | None = None
        self.on_result: Callable[[dict[str, Any]], object] | None = None
        self.on_passed_over: Callable[[dict[str, Any]], object] | None = None
        self.results_reported = 0
        self.progress: Callable[[str], None] | None = None
        self.sketch: Callable[[list[dict[str, Any]]], str] | None = None

    def watched(self, items: Iterable[Any], place: Callable[[], str]) -> Iterable[Any]:
        """Return the items of a loop; `progress` is called after each."""
        return items if self.progress is None else self._reporting(items, place, self.progress)

    def _reporting(
        self, items: Iterable[Any], place: Callable[[], str], progress: Callable[[str], None]
    ) -> Iterable[Any]:
        for item in items:
            yield item
            progress(place())
        progress("")
