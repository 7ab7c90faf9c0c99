"""Carry out one call, alone or from a batch: apply faults and rate limits, and record a refusal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.routes import route
from adaptor.sandbox.meta.errors import TOO_MANY_CALLS, GraphError, Refused
from adaptor.sandbox.state.records import Refusal

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.simulation import Simulation
    from adaptor.sandbox.state.page_state import PageState

# A refused message is shown up to this size and depth; a valid one is far smaller.
_LARGEST: Final = 40_000
_DEEPEST: Final = 20


class Failed(Exception):
    """The call gets an error, with this status and these minutes in the usage header."""

    def __init__(self, error: GraphError, *, status: int = 0, minutes: int = 0) -> None:
        super().__init__(error)
        self.error = error
        self.status = status or error.status
        self.minutes = minutes


class Dropped(Exception):
    """The response to this part of the batch is `null`."""


def dispatch(call: GraphCall, simulation: Simulation, part: int | None = None, *, has_fault: bool = False) -> Any:
    """Answer one call whose path has been read; the caller holds the lock of the page state.

    Args:
        call: The call.
        simulation: The Page and its engines.
        part: Its number in a batch, or None for a separate request.
        has_fault: A fault of the whole request applies already, so none of the call does.

    Raises:
        Failed: The response is an error.
        Dropped: The response is `null`.
    """
    fault = simulation.faults.on_call(call, part) if simulation.faults.ordered and not has_fault else None
    if fault is not None and fault.kind == "empty_page":
        call.empty_page = True
        fault = None
    value: Any = None
    try:
        if fault is None or fault.delivered:
            value = route(call, simulation)
            call.accepted = True
    except Refused as refused:
        if fault is None:
            record_refusal(call, simulation.page, refused.error)
            minutes = simulation.rate_limiter.usage()[1] if refused.error is TOO_MANY_CALLS else 0
            raise Failed(refused.error, minutes=minutes) from None
    if fault is None:
        return value
    if fault.kind == "null_part":
        raise Dropped
    if not call.accepted:
        record_refusal(call, simulation.page, fault.error)
    status = 200 if fault.kind == "error_in_200" else fault.status
    raise Failed(fault.error, status=status, minutes=fault.minutes)


def record_refusal(call: GraphCall, page: PageState, error: GraphError) -> None:
    """Record a refused call, in the thread of its recipient if it names one."""
    if not call.addressee:
        # Refused before the recipient was read.
        recipient = call.parameters.get("recipient")
        named = recipient.get("id") if isinstance(recipient, dict) else None
        call.addressee = str(named) if str(named).isascii() and str(named).isdigit() else ""
    refusal = Refusal(
        call.addressee,
        page.clock.now(),
        error.code,
        error.subcode,
        error.message,
        call.method,
        call.path,
        payload=_refused_message(call),
        files=tuple(call.files.values()),
    )
    page.refusals.append(refusal)
    page.record(call.addressee, refusal)


def _refused_message(call: GraphCall) -> dict[str, Any] | None:
    message = call.parameters.get("message")
    if not isinstance(message, dict) or not call.path.endswith("/messages") or not _is_shallow(message):
        return None
    return message if len(json.dumps(message, default=str)) <= _LARGEST else None


def _is_shallow(value: Any) -> bool:
    """Whether a value is nested so little that every later step can recurse into it."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return not level
