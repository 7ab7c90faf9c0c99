"""The panel for developers: calls, faults, the clock, webhook deliveries."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.chat.acts import fault_names
from adaptor.sandbox.state.page_state import milliseconds

if TYPE_CHECKING:
    from adaptor.sandbox.simulation import Simulation
    from adaptor.sandbox.state.records import Exchange
    from adaptor.sandbox.webhooks.delivery import Delivery

_SHOWN: Final = 40
# A batch of fifty parts is longer; this is enough to read.
_LONG: Final = 12_000


def show_panel(simulation: Simulation) -> dict[str, Any]:
    """Give the content of the panel; the caller holds the lock of the page state."""
    page, faults = simulation.page, simulation.faults
    subscription = page.subscriptions.get("page")
    hook = None
    if subscription is not None:
        fields = sorted(subscription.fields)
        hook = {"url": subscription.callback_url, "active": subscription.active, "fields": fields}
    return {
        "now": milliseconds(page.clock.now()),
        "offset": page.clock.offset.total_seconds(),
        "calls": [_exchange(each) for each in islice(reversed(page.exchanges), _SHOWN)],
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


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    return {
        "at": milliseconds(request.at),
        "method": request.method,
        "path": request.path,
        "status": request.status,
        "fault": request.fault,
        "asked": _cut(json.dumps(exchange.parameters, ensure_ascii=False, indent=2, default=str)),
        "answer": _cut(_pretty(exchange.answer)),
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "at": milliseconds(delivery.at),
        "url": delivery.url,
        "status": delivery.status,
        "problem": delivery.problem,
        "attempt": delivery.attempt,
        "signature": delivery.signature,
        "body": _cut(_pretty(delivery.body)),
    }


def _pretty(data: bytes) -> str:
    try:
        return json.dumps(json.loads(data), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}\n… and {len(text) - _LONG:,} more characters"
