"""From a request as it arrived to an answer as it leaves, with a note of both, and with the faults on the way."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from adaptor.sandbox.edges.routes import read_path
from adaptor.sandbox.meta.errors import UNKNOWN, Refused
from adaptor.sandbox.request.call import Call
from adaptor.sandbox.request.parameters import SECRETS, read_parameters
from adaptor.sandbox.server.batch import answer_batch, is_batch
from adaptor.sandbox.server.dispatch import Failed, note_refusal, perform
from adaptor.sandbox.server.response import Answer, write_answer, write_error, write_file
from adaptor.sandbox.state.page_state import FILES
from adaptor.sandbox.state.records import Exchange, Request

if TYPE_CHECKING:
    from adaptor.sandbox.faults.faults import Fault
    from adaptor.sandbox.request.parameters import Stream
    from adaptor.sandbox.state.page_state import World

_log = logging.getLogger(__name__)
_TOKEN = re.compile(r"((?:access_token|appsecret_proof)=)[^&]*")
_GARBAGE = b'{"recipient_id":"65432'


class Api:
    """The simulated Graph API, apart from sockets.

    Args:
        world: The Page and its people.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(
        self, method: str, target: str, content_type: str, authorization: str, body: Stream, base: str = ""
    ) -> Answer:
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
            found = self._world.shelf.get(path.removeprefix(FILES))
            return write_file(*found) if found is not None else Answer(404, (), b"")
        scheme, _, token = authorization.partition(" ")
        bearer = token.strip() if scheme.lower() in {"bearer", "oauth"} else None
        call = Call(method, path, bearer=bearer, base=base)
        refused = None
        try:
            call.parameters, call.files = read_parameters(query, content_type, body, self._world.shelf)
            # For those who can only send GET and POST.
            wanted = str(call.parameters.get("method", "")).upper()
            call.method = wanted if method == "POST" and wanted in {"GET", "DELETE"} else method
        except Refused as broken:
            refused = broken
        with self._world.lock:
            fault = None
            try:
                read_path(call)
                if refused is None and self._world.faults.ordered:
                    fault = self._world.faults.on_request(call)
            except Refused as broken:
                refused = refused or broken
            if fault is not None and not fault.delivered:
                answer = write_answer({}, call.version, self._world)
            elif refused is not None:
                note_refusal(call, self._world, refused.error)
                answer = write_error(refused.error, call.version, self._world)
            else:
                answer = self._carry_out(call, spoiled=fault is not None)
            if fault is not None:
                answer = _spoil(answer, fault)
            self._note(call, answer, fault)
        return answer

    def _carry_out(self, call: Call, *, spoiled: bool) -> Answer:
        world = self._world
        try:
            value = answer_batch(call, world) if is_batch(call) else perform(call, world, spoiled=spoiled)
            return write_answer(value, call.version, world, call.identity)
        except Failed as failed:
            return write_error(
                failed.error, call.version, world, call.identity, status=failed.status, minutes=failed.minutes
            )
        except Exception:
            _log.exception("the sandbox failed on %s %s", call.method, call.path)
            note_refusal(call, world, UNKNOWN)
            return write_error(UNKNOWN, call.version, world)

    def _note(self, call: Call, answer: Answer, fault: Fault | None) -> None:
        world = self._world
        name = fault.name if fault is not None else ""
        request = Request(world.clock.now(), call.method, call.path, answer.status, name)
        world.requests.append(request)
        world.exchanges.append(
            Exchange(request, _without_secrets(call), _hide(answer.body, call.token, world.access_token))
        )
        world.events.add("request", call.addressee, request.at, request)


def _spoil(answer: Answer, fault: Fault) -> Answer:
    if fault.kind == "slow":
        return replace(answer, delay=fault.seconds)
    if fault.kind == "invalid_json":
        return replace(answer, body=_GARBAGE)
    return replace(answer, accident=fault.kind)


def _without_secrets(call: Call) -> dict[str, object]:
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
