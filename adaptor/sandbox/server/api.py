"""Turn a request into a response: read it, apply faults, answer it, and record both."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from adaptor.sandbox.edges.routes import read_path
from adaptor.sandbox.meta.errors import FAULTS, UNKNOWN, Refused, invalid
from adaptor.sandbox.meta.limits import FILE_BYTES
from adaptor.sandbox.meta.versions import NEWEST, named
from adaptor.sandbox.request.call import GraphCall
from adaptor.sandbox.request.parameters import SECRETS, read_all, read_form, read_parameters
from adaptor.sandbox.server.batch import answer_batch, is_batch
from adaptor.sandbox.server.dispatch import Failed, dispatch, record_refusal
from adaptor.sandbox.server.response import Response, write_error, write_file, write_response
from adaptor.sandbox.show.plain_text import show_line
from adaptor.sandbox.state.page_state import FILES
from adaptor.sandbox.state.records import Exchange, Request

if TYPE_CHECKING:
    from adaptor.sandbox.faults.faults import Fault
    from adaptor.sandbox.meta.errors import GraphError
    from adaptor.sandbox.request.multipart import Stream
    from adaptor.sandbox.simulation import Simulation

_log = logging.getLogger(__name__)
_TOKEN = re.compile(r"((?:access_token|appsecret_proof)=)[^&]*")
_VERSION = named(NEWEST)
_GARBAGE = b'{"recipient_id":"65432'


class Api:
    """The simulated Graph API, without sockets.

    Args:
        simulation: The Page and its engines.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._page = simulation.page

    def answer(
        self,
        method: str,
        target: str,
        content_type: str,
        authorization: str,
        body: Stream,
        base: str = "",
        file_offset: str = "",
    ) -> Response:
        """Answer one request.

        Args:
            method: Its method.
            target: Path and query, from the first line.
            content_type: The header, or an empty text.
            authorization: The header, or an empty text.
            body: Its body.
            base: The address under which the sandbox was called.
            file_offset: The header, or an empty text.
        """
        path, _, query = target.partition("?")
        if method in {"GET", "HEAD"} and path.startswith(FILES):
            found = self._page.uploads.get(path.removeprefix(FILES))
            return write_file(*found) if found is not None else Response(404, (), b"")
        scheme, _, token = authorization.partition(" ")
        bearer = token.strip() if scheme.lower() in {"bearer", "oauth"} else None
        call = GraphCall(method, path, bearer=bearer, base=base, file_offset=file_offset)
        refused = self._read(call, query, content_type, body)
        with self._page.lock:
            read_path(call, self._page.clock.now())
            faults = self._simulation.faults
            fault = faults.on_request(call) if refused is None and faults.ordered else None
            response = self._respond(call, refused, fault)
            self._record(call, response, fault)
        return response

    def refuse(self, words: str) -> Response:
        """Refuse what cannot be read as a request."""
        return self._write_error(invalid(words).error)

    def turn_away(self, reason: str) -> Response:
        """Refuse a connection that cannot be served. Nothing was carried out, so a send can be repeated."""
        words = f"(#4) The sandbox cannot take another connection: {reason}"
        return self._write_error(replace(FAULTS[4, None], message=words))

    def fail(self) -> Response:
        """Give the response to a request on which the sandbox itself failed."""
        return self._write_error(UNKNOWN)

    def _write_error(self, error: GraphError) -> Response:
        with self._page.lock:
            return write_error(error, _VERSION, self._simulation)

    def _read(self, call: GraphCall, query: str, content_type: str, body: Stream) -> Refused | None:
        try:
            if call.method == "POST" and "/upload:" in call.path:
                # The body is the file itself, whatever its media type.
                call.parameters, call.content = dict(read_form(query)), read_all(body, FILE_BYTES)
                return None
            call.parameters, call.files = read_parameters(query, content_type, body, self._page.uploads)
        except Refused as refused:
            return refused
        # For clients that can only send GET and POST.
        wanted = str(call.parameters.get("method", "")).upper()
        if call.method == "POST" and wanted in {"GET", "DELETE"}:
            call.method = wanted
        return None

    def _respond(self, call: GraphCall, refused: Refused | None, fault: Fault | None) -> Response:
        if fault is not None and not fault.delivered:
            response = write_response({}, call.version, self._simulation)
        elif refused is not None:
            record_refusal(call, self._page, refused.error)
            response = write_error(refused.error, call.version, self._simulation)
        else:
            response = self._carry_out(call, has_fault=fault is not None)
        return response if fault is None else _apply_fault(response, fault)

    def _carry_out(self, call: GraphCall, *, has_fault: bool) -> Response:
        simulation = self._simulation
        try:
            value = (
                answer_batch(call, simulation) if is_batch(call) else dispatch(call, simulation, has_fault=has_fault)
            )
            return write_response(value, call.version, simulation, call.identity)
        except Failed as failed:
            return write_error(
                failed.error, call.version, simulation, call.identity, status=failed.status, minutes=failed.minutes
            )
        except Exception:
            _log.exception("the sandbox failed on %s %s", call.method, show_line(call.path))
            record_refusal(call, self._page, UNKNOWN)
            return write_error(UNKNOWN, call.version, simulation)

    def _record(self, call: GraphCall, response: Response, fault: Fault | None) -> None:
        page = self._page
        name = fault.name if fault is not None else ""
        request = Request(page.clock.now(), call.method, call.path, response.status, name)
        page.requests.append(request)
        page.exchanges.append(
            Exchange(
                request,
                _without_secrets(call),
                _hide(response.body, call.token, page.access_token, *page.tokens),
                tuple(call.addressees) or ((call.addressee,) if call.addressee else ()),
            )
        )
        page.events.add("request", call.addressee, request.at, request)


def _apply_fault(response: Response, fault: Fault) -> Response:
    if fault.kind == "slow":
        return replace(response, delay=fault.seconds)
    if fault.kind == "invalid_json":
        return replace(response, body=_GARBAGE)
    return replace(response, fault=fault.kind)


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
    # The addresses of further pages hold tokens, and `/me/accounts` returns them.
    for secret in {form.encode() for token in tokens if token for form in (token, quote_plus(token))}:
        body = body.replace(secret, b"...")
    return body
