"""Spans of requests and runs, and no trace where the library is missing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from adaptor.service.web import tracing
from adaptor.service.web.app import build_app
from adaptor.service.web.metrics import Metrics

from ..processes import run_async

PARENT = f"00-{'1' * 32}-{'2' * 16}-01"


@pytest.fixture
def spans(monkeypatch):
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    exporter = memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing.trace, "get_tracer", provider.get_tracer)
    return exporter


async def _get(path, headers=()):
    found = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        found.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    scope["headers"] = list(headers)
    app = build_app([], problems=list, log=lambda level, line: None, metrics=Metrics())
    await app({**scope, "root_path": ""}, receive, send)
    return found[0]["status"]


def run(request):
    return SimpleNamespace(id="r", workflow="w", start="hook", epoch=1, started=1.0, input={"request": request})


def test_a_request_is_a_span_below_that_of_its_caller_and_a_run_below_the_request(spans):
    assert run_async(_get("/healthz", [(b"traceparent", PARENT.encode())])) == 200
    tracing.record_run(run({"traceparent": PARENT}), "failed", 1)
    request, of_run = spans.get_finished_spans()
    assert (request.name, request.attributes["http.response.status_code"]) == ("GET healthz", 200)
    assert {f"{each.context.trace_id:032x}" for each in (request, of_run)} == {"1" * 32}
    assert of_run.name == "run"
    assert of_run.attributes["adaptor.run.status"] == "failed"
    assert not of_run.status.is_ok


def test_a_header_that_is_none_breaks_nothing(spans):
    assert run_async(_get("/healthz", [(b"traceparent", b"\xff")])) == 200
    tracing.record_run(run({"traceparent": 5}), "succeeded", 0)


def test_without_the_library_there_are_no_spans(monkeypatch):
    monkeypatch.setattr(tracing, "_is_installed", False)
    assert run_async(_get("/healthz")) == 200
    assert tracing.current_parent() is None
    tracing.record_run(run(None), "failed", 1)
