"""From a request as it arrived to an answer as it leaves, with a note of both, and with the faults on the way."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from adaptor.sandbox.edges.routes import read_path
from adaptor.sandbox.meta.errors import UNKNOWN, Refused
from adaptor.sandbox.request.call import GraphCall
from adaptor.sandbox.request.parameters import SECRETS, read_parameters
from adaptor.sandbox.server.batch import answer_batch, is_batch
from adaptor.sandbox.server.dispatch import Failed, dispatch, record_refusal
from adaptor.sandbox.server.response import Response, write_error, write_file, write_response
from adaptor.sandbox.state.page_state import FILES
from adaptor.sandbox.state.records import Exchange, Request

if TYPE_CHECKING:
    from adaptor.sandbox.faults.faults import Fault
    from adaptor.sandbox.request.multipart import Stream
    from adaptor.sandbox.simulation import Simulation

_log = logging.getLogger(__name__)
_TOKEN = re.compile(r"((?:access_token|appsecret_proof)=)[^&]*")
_GARBAGE = b'{"recipient_id":"65432'


class Api:
    """The simulated Graph API, apart from sockets.

    Args:
        simulation: The Page and its engines.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._page = simulation.page

    def answer(
        self, method: str, target: str, content_type: str, authorization: str, body: Stream, base: str = ""
    ) -> Response:
        """Answer one request.

        Args:
            method: Its method.
            target: Path and query as they stood in the first line.
            content_type: The header, or an empty string.
            authorization: The header, or an empty string.
            body: Where its body can be read from.
            base: The address under which the sandbox was called.
        """
        path, _, query = target.partition("?")
        if method in {"GET", "HEAD"} and path.startswith(FILES):
            found = self._page.uploads.get(path.removeprefix(FILES))
            return write_file(*found) if found is not None else Response(404, (), b"")
        scheme, _, token = authorization.partition(" ")
        bearer = token.strip() if scheme.lower() in {"bearer", "oauth"} else None
        call = GraphCall(method, path, bearer=bearer, base=base)
        refused = None
        try:
            call.parameters, call.files = read_parameters(query, content_type, body, self._page.uploads)
            # For those who can only send GET and POST.
            wanted = str(call.parameters.get("method", "")).upper()
            call.method = wanted if method == "POST" and wanted in {"GET", "DELETE"} else method
        except Refused as broken:
            refused = broken
        with self._page.lock:
            fault = None
            try:
                read_path(call)
                if refused is None and self._simulation.faults.ordered:
                    fault = self._simulation.faults.on_request(call)
            except Refused as broken:
                refused = refused or broken
            if fault is not None and not fault.delivered:
                answer = write_response({}, call.version, self._simulation)
            elif refused is not None:
                record_refusal(call, self._page, refused.error)
                answer = write_error(refused.error, call.version, self._simulation)
            else:
                answer = self._carry_out(call, spoiled=fault is not None)
            if fault is not None:
                answer = _spoil(answer, fault)
            self._note(call, answer, fault)
        return answer

    def _carry_out(self, call: GraphCall, *, spoiled: bool) -> Response:
        simulation = self._simulation
        try:
            value = answer_batch(call, simulation) if is_batch(call) else dispatch(call, simulation, spoiled=spoiled)
            return write_response(value, call.version, simulation, call.identity)
        except Failed as failed:
            return write_error(
                failed.error, call.version, simulation, call.identity, status=failed.status, minutes=failed.minutes
            )
        except Exception:
            _log.exception("the sandbox failed on %s %s", call.method, call.path)
            record_refusal(call, self._page, UNKNOWN)
            return write_error(UNKNOWN, call.version, simulation)

    def _note(self, call: GraphCall, answer: Response, fault: Fault | None) -> None:
        page = self._page
        name = fault.name if fault is not None else ""
        request = Request(page.clock.now(), call.method, call.path, answer.status, name)
        page.requests.append(request)
        page.exchanges.append(
            Exchange(request, _without_secrets(call), _hide(answer.body, call.token, page.access_token))
        )
        page.events.add("request", call.addressee, request.at, request)


def _spoil(answer: Response, fault: Fault) -> Response:
    if fault.kind == "slow":
        return replace(answer, delay=fault.seconds)
    if fault.kind == "invalid_json":
        return replace(answer, body=_GARBAGE)
    return replace(answer, accident=fault.kind)


def _without_secrets(call: GraphCall) -> dict[str, object]:
    shown = {key: value for key, value in call.parameters.items() if key not in SECRETS}
    if is_batch(call):
        parts = shown["batch"] if isinstance(shown["batch"], list) else []
        shown["batch"] = [
            {key: _TOKEN.sub(r"\1…", str(value)) for key, value in part.items() if key not in SECRETS}
            for part in parts
            if isinstance(part, dict)
        ]
    return shown


def _hide(body: bytes, *tokens: str) -> bytes:
    # The addresses of further pages carry them, and `/me/accounts` gives them out.
    for secret in {form.encode() for token in tokens if token for form in (token, quote_plus(token))}:
        body = body.replace(secret, b"...")
    return body
