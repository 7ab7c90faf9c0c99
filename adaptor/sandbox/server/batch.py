"""Batches: up to fifty calls in one, `POST` to the root.

https://developers.facebook.com/docs/graph-api/batch-requests
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.routes import read_path
from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import NO_TOKEN, UNKNOWN, GraphError, Refused, invalid
from adaptor.sandbox.meta.json_bytes import to_json_bytes
from adaptor.sandbox.request.batch_references import fill_references, names_in
from adaptor.sandbox.request.call import GraphCall
from adaptor.sandbox.request.parameters import read_form, read_object, read_objects
from adaptor.sandbox.rules.access import check_access
from adaptor.sandbox.rules.protocol import check_protocol
from adaptor.sandbox.server.dispatch import Dropped, Failed, dispatch, record_refusal
from adaptor.sandbox.server.response import PART_TYPE, business_usage, challenge
from adaptor.sandbox.show.plain_text import show_line
from adaptor.sandbox.state.page_state import trace_id

if TYPE_CHECKING:
    from adaptor.sandbox.simulation import Simulation
    from adaptor.sandbox.state.records import File

    Result = dict[str, Any] | None

_log = logging.getLogger(__name__)
_METHODS: Final = frozenset({"GET", "POST", "DELETE", "PUT"})
_NO: Final = (False, "false", "0", 0)


def is_batch(call: GraphCall) -> bool:
    """Say whether a call is a batch."""
    return not call.segments and call.method == "POST" and "batch" in call.parameters


def answer_batch(call: GraphCall, simulation: Simulation) -> list[Result]:
    """Answer the parts one by one, in order.

    Raises:
        Failed: The batch as a whole is refused.
    """
    try:
        if call.bearer or call.parameters.get("access_token"):
            check_access(call, simulation.page)
        check_protocol(call, simulation.page.clock.now())
        parts = read_object(call.parameters["batch"])
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            raise invalid("Param batch must be an array.")
        if not parts:
            raise invalid("param batch must be non-empty.")
        if len(parts) > limits.BATCH:
            raise Refused(_too_many())
        fault = simulation.faults.on_batch(call) if simulation.faults.ordered else None
        if fault is not None and not fault.delivered:
            raise Refused(fault.error)
    except Refused as refused:
        record_refusal(call, simulation.page, refused.error)
        raise Failed(refused.error) from None
    results = _Batch(call, simulation, parts).run()
    if fault is not None:
        raise Failed(fault.error, status=fault.status, minutes=fault.minutes)
    return results


def _too_many() -> GraphError:
    words = f"Too many requests in batch message. Maximum batch size is {limits.BATCH}"
    return GraphError(100, words, type="GraphBatchException")


class _Batch:
    """Answers the parts of one batch."""

    def __init__(self, call: GraphCall, simulation: Simulation, parts: list[dict[str, Any]]) -> None:
        self._call = call
        self._simulation = simulation
        self._parts = parts
        self._headers = call.parameters.get("include_headers", True) not in _NO
        self._names = {str(part["name"]): index for index, part in enumerate(parts) if part.get("name")}
        self._wanted = {name for part in parts for name in _needs(part)}
        self._values: dict[int, Any] = {}
        self._results: dict[int, Result] = {}
        self._under_way: set[int] = set()

    def run(self) -> list[Result]:
        for index in range(len(self._parts)):
            self._run(index)
        return [self._show(index) for index in range(len(self._parts))]

    def _show(self, index: int) -> Result:
        part, result = self._parts[index], self._results[index]
        # The result of a part that others refer to is omitted if it succeeded, unless the request says otherwise.
        quiet = part.get("omit_response_on_success", True) not in _NO
        asked = "name" in part and str(part["name"]) in self._wanted
        return None if asked and quiet and result is not None and result["code"] == 200 else result

    def _run(self, index: int) -> None:
        if index in self._results:
            return
        part = self._parts[index]
        self._under_way.add(index)
        try:
            for name in _needs(part):
                other = self._names.get(name)
                if other is None:
                    raise invalid(f"Batch part {index} depends on '{name}', which no part is called.")
                if other in self._under_way:
                    raise invalid(f"Batch part {index} depends on itself by way of '{name}'.")
                self._run(other)
                if other not in self._values:
                    # A part that it depends on failed, so it is not carried out.
                    self._results[index] = None
                    return
            self._results[index] = self._perform(index, part)
        except Refused as refused:
            self._results[index] = self._write(refused.error.status, refused.error)
        finally:
            self._under_way.discard(index)

    def _perform(self, index: int, part: dict[str, Any]) -> Result:
        call = self._read(part)
        try:
            value = dispatch(call, self._simulation, index)
        except Dropped:
            return None
        except Failed as failed:
            return self._write(failed.status, failed.error, failed.minutes)
        except Exception:
            _log.exception("the sandbox failed on %s %s", call.method, show_line(call.path))
            record_refusal(call, self._simulation.page, UNKNOWN)
            return self._write(500, UNKNOWN)
        finally:
            # File the whole request under the last person that a part named.
            self._call.addressee = call.addressee or self._call.addressee
            if call.addressee:
                self._call.addressees[call.addressee] = None
        self._values[index] = value
        return self._part(200, to_json_bytes(value).decode("ascii"))

    def _read(self, part: dict[str, Any]) -> GraphCall:
        method = str(part.get("method", "")).upper()
        if method not in _METHODS:
            raise invalid("Batch parts need a method: GET, POST or DELETE.")
        if not isinstance(part.get("relative_url"), str):
            raise invalid("Batch parts need a relative_url.")
        path, parameters = self._fill(part)
        call = GraphCall(method, "/" + path.lstrip("/"), base=self._call.base, bearer=self._call.token or None)
        call.token, call.proven = self._call.token, self._call.proven
        if part.get("access_token"):
            parameters["access_token"] = part["access_token"]
        call.parameters = read_objects(parameters)
        call.files = self._attached_files(part)
        read_path(call, self._simulation.page.clock.now())
        if not call.version_asked:
            call.answering = self._call.answering
        if is_batch(call):
            raise invalid("A batch cannot hold a batch.")
        if not (call.bearer or call.parameters.get("access_token")):
            raise Refused(NO_TOKEN)
        return call

    def _fill(self, part: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Give the path and the parameters of a part, with the values that it refers to."""
        url, body = part["relative_url"], part.get("body")
        values = {name: self._values[index] for name, index in self._names.items() if index in self._values}
        if "{result=" in url:
            url = fill_references(url, values)
        path, _, query = url.partition("?")
        parameters: dict[str, Any] = dict(read_form(query)) if query else {}
        if isinstance(body, str):
            pairs = read_form(body)
            if "{result" in body or "%7Bresult" in body:
                pairs = [(name, fill_references(value, values)) for name, value in pairs]
            parameters.update(pairs)
        elif body is not None:
            raise invalid("The body of a batch part must be a string.")
        return path, parameters

    def _attached_files(self, part: dict[str, Any]) -> dict[str, File]:
        names = [name.strip() for name in str(part.get("attached_files") or "").split(",") if name.strip()]
        for name in names:
            if name not in self._call.files:
                raise invalid(f"The file '{name}' is not attached to the batch.")
        return {name: self._call.files[name] for name in names}

    def _write(self, status: int, error: GraphError, minutes: int = 0) -> Result:
        extra = [("WWW-Authenticate", challenge(error))]
        if minutes or self._simulation.rate_limiter.limits is not None:
            extra.append(("x-business-use-case-usage", business_usage(self._simulation, minutes)))
        return self._part(status, to_json_bytes(error.body(trace_id())).decode("ascii"), extra)

    def _part(self, status: int, body: str, extra: list[tuple[str, str]] | None = None) -> Result:
        if not self._headers:
            return {"code": status, "body": body}
        headers = [("Content-Type", PART_TYPE), ("facebook-api-version", self._call.version), *(extra or ())]
        return {"code": status, "headers": [{"name": name, "value": value} for name, value in headers], "body": body}


def _needs(part: dict[str, Any]) -> list[str]:
    given = part.get("depends_on") or []
    needs = [str(name) for name in given] if isinstance(given, list) else [str(given)]
    for key in ("relative_url", "body"):
        text = part.get(key)
        if isinstance(text, str) and "result" in text:
            needs += names_in(text)
    return list(dict.fromkeys(needs))
