"""Carrying out one call, whether it came alone or in a batch: faults, rates, and a note of what was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adaptor.sandbox.edges.routes import route
from adaptor.sandbox.meta.errors import TOO_MANY_CALLS, GraphError, Refused
from adaptor.sandbox.state.records import Refusal

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.simulation import Simulation
    from adaptor.sandbox.state.page_state import PageState


class Failed(Exception):
    """The call is answered with an error, under this status and with these minutes in the usage header."""

    def __init__(self, error: GraphError, *, status: int = 0, minutes: int = 0) -> None:
        super().__init__(error)
        self.error = error
        self.status = status or error.status
        self.minutes = minutes


class Dropped(Exception):
    """The part of the batch is answered with `null`."""


def dispatch(call: GraphCall, simulation: Simulation, part: int | None = None, *, spoiled: bool = False) -> Any:
    """Answer one call whose path was read already; the caller holds the lock of the page state.

    Args:
        call: What is asked.
        simulation: The Page and its engines.
        part: Which part of a batch it is, or None for a call of its own.
        spoiled: Whether its answer goes wrong on the way already: then nothing else goes wrong with it.

    Raises:
        Failed: With an error.
        Dropped: Not at all.
    """
    fault = simulation.faults.on_call(call, part) if simulation.faults.ordered and not spoiled else None
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
    """Record that a call was refused, for the person whom it was meant for if it says so."""
    if not call.addressee:
        # Refused before anybody looked for whom it was.
        recipient = call.parameters.get("recipient")
        named = recipient.get("id") if isinstance(recipient, dict) else None
        call.addressee = str(named) if str(named).isascii() and str(named).isdigit() else ""
    refusal = Refusal(
        call.addressee, page.clock.now(), error.code, error.subcode, error.message, call.method, call.path
    )
    page.refusals.append(refusal)
    page.record(call.addressee, refusal)
