"""Spans of OpenTelemetry, where its library is installed; elsewhere nothing.

The library is only spoken to: who exports spans sets its SDK up, such as with `opentelemetry-instrument`. No attribute
holds a person or a text.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..store.records import RunRow

try:
    from opentelemetry import propagate, trace

    _is_installed = True
except ImportError:
    _is_installed = False

#: The header that names the span of the caller (https://www.w3.org/TR/trace-context/).
HEADER = "traceparent"
_NAME = "facebook-adaptor"


@contextmanager
def request_span(scope: Any) -> Iterator[Callable[[str, int], object]]:
    """Open the span of a request; the function that it gives takes the endpoint's name and the status of the answer."""
    if not _is_installed:
        yield lambda endpoint, status: None
        return
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope.get("headers", ())}
    parent = propagate.extract({HEADER: headers[HEADER]} if HEADER in headers else {})
    method = scope.get("method", "")
    method = method if method in ("GET", "HEAD", "POST", "PUT", "DELETE") else "_OTHER"
    tracer = trace.get_tracer(_NAME)
    with tracer.start_as_current_span(method, parent, kind=trace.SpanKind.SERVER) as span:

        def end(endpoint: str, status: int) -> None:
            span.update_name(f"{method} {endpoint}")
            span.set_attribute("http.request.method", method)
            span.set_attribute("http.response.status_code", status)
            if status >= 500:
                span.set_status(trace.Status(trace.StatusCode.ERROR))

        yield end


def current_parent() -> str | None:
    """Return the header by which a run names the request that has started it, or None."""
    if not _is_installed:
        return None
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get(HEADER)


def record_run(run: RunRow, status: str, exit_code: int) -> None:
    """Record the span of one attempt of a run that has just ended."""
    if not _is_installed:
        return
    request = run.input.get("request")
    parent = request.get(HEADER) if isinstance(request, dict) else None
    context = propagate.extract({HEADER: parent} if isinstance(parent, str) else {})
    span = trace.get_tracer(_NAME).start_span(
        "run",
        context,
        start_time=round((run.started or time.time()) * 1e9),
        attributes={
            "adaptor.run.id": run.id,
            "adaptor.run.workflow": run.workflow,
            "adaptor.run.start": run.start,
            "adaptor.run.status": status,
            "adaptor.run.attempt": run.epoch,
            "adaptor.run.exit_code": exit_code,
        },
    )
    if exit_code:
        span.set_status(trace.Status(trace.StatusCode.ERROR))
    span.end()
