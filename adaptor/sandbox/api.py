"""From a request as it arrived to an answer as it leaves, with a note of both."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from adaptor.sandbox.call import Call
from adaptor.sandbox.errors import UNKNOWN, Refused
from adaptor.sandbox.parameters import read_parameters
from adaptor.sandbox.records import Refusal, Request
from adaptor.sandbox.routes import dispatch, read_path
from adaptor.sandbox.wire import write_answer, write_error

if TYPE_CHECKING:
    from adaptor.sandbox.errors import GraphError
    from adaptor.sandbox.parameters import Stream
    from adaptor.sandbox.wire import Answer
    from adaptor.sandbox.world import World

_log = logging.getLogger(__name__)


class Api:
    """The simulated Graph API, apart from sockets.

    Args:
        world: The Page and its people.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, method: str, target: str, content_type: str, authorization: str, body: Stream) -> Answer:
        """Answer one request.

        Args:
            method: Its method.
            target: Path and query as they stood in the first line.
            content_type: The header, or an empty string.
            authorization: The header, or an empty string.
            body: Where its body can be read from.
        """
        path, _, query = target.partition("?")
        scheme, _, token = authorization.partition(" ")
        call = Call(method, path, bearer=token.strip() if scheme.lower() in {"bearer", "oauth"} else None)
        try:
            call.parameters, call.files = read_parameters(query, content_type, body)
            answer = write_answer(dispatch(call, self._world), call.version, self._world)
        except Refused as refused:
            answer = self._refuse(call, refused.error)
        except (ConnectionError, TimeoutError):
            raise
        except Exception:
            _log.exception("the sandbox failed on %s %s", method, path)
            answer = self._refuse(call, UNKNOWN)
        with self._world.lock:
            self._world.requests.append(Request(self._world.clock.now(), method, path, answer.status))
        return answer

    def _refuse(self, call: Call, error: GraphError) -> Answer:
        if not call.version:
            try:
                read_path(call)
            except Refused:
                pass
        with self._world.lock:
            refusal = Refusal(
                call.addressee,
                self._world.clock.now(),
                error.code,
                error.subcode,
                error.message,
                call.method,
                call.path,
            )
            self._world.refusals.append(refusal)
            self._world.record(call.addressee, refusal)
        return write_error(error, call.version, self._world)
