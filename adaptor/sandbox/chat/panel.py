"""The panel for developers: calls, faults, the clock, webhook deliveries."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.chat.acts import fault_names
from adaptor.sandbox.chat.calls import cut, pretty, show_call
from adaptor.sandbox.state.page_state import milliseconds

if TYPE_CHECKING:
    from adaptor.sandbox.simulation import Simulation
    from adaptor.sandbox.webhooks.delivery import Delivery

_SHOWN: Final = 40


def show_panel(simulation: Simulation, thread: str | None) -> dict[str, Any]:
    """Give the content of the panel; the caller holds the lock of the page state.

    Args:
        simulation: The Page and its engines.
        thread: Only the calls that concern this person; None: all calls.
    """
    page, faults = simulation.page, simulation.faults
    calls = (each for each in reversed(page.exchanges) if thread is None or thread in each.threads)
    subscription = page.subscriptions.get("page")
    hook = None
    if subscription is not None:
        fields = sorted(subscription.fields)
        hook = {"url": subscription.callback_url, "active": subscription.active, "fields": fields}
    return {
        "now": milliseconds(page.clock.now()),
        "offset": page.clock.offset.total_seconds(),
        "calls": [show_call(page, each) for each in islice(calls, _SHOWN)],
        "faults": {
            "orders": faults.orders,
            "happened": len(faults.happened),
            "names": fault_names(),
            "token_refused": page.token_subcode is not None,
            "rates": simulation.rate_limiter.limits is not None,
        },
        "webhook": hook,
        # A copy, because a worker adds to them.
        "deliveries": [_delivery(each) for each in list(simulation.webhooks.deliveries)[: -_SHOWN - 1 : -1]],
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "at": milliseconds(delivery.at),
        "url": delivery.url,
        "status": delivery.status,
        "problem": delivery.problem,
        "attempt": delivery.attempt,
        "signature": delivery.signature,
        "body": cut(pretty(delivery.body)),
    }
