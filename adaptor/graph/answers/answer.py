"""The answer of a call that succeeded."""

from __future__ import annotations

from typing import Any, NamedTuple


class GraphAnswer(NamedTuple):
    """A successful answer.

    Attributes:
        body: The parsed body; in a dry run its documented shape.
        response: `status_code`, `headers`, `url` and `duration`. None where nothing was sent.
        is_result: The body is already what `data` becomes.
        is_repeat: The same message was sent before in this run and was not sent again.
    """

    body: Any
    response: Any
    is_result: bool = False
    is_repeat: bool = False
