"""The endpoints of callers that are not Meta: a call starts a workflow and is answered at once, or after the run."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ...core.digest import digest
from ...core.errors import AdaptorError
from ...core.secrets.redact import sounds_secret
from ...runner.execution.recording.run_id import new_run_id
from ...runner.load.triggers.call import PREFIX
from ..store.records import QUEUED, SUCCEEDED, WAITING, Event, NewRun, run_name
from ..triggers.runs import ID_LETTERS
from .body import Refused, read_body, read_json
from .seldom import Seldom
from .tracing import HEADER as PARENT, current_parent

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from starlette.requests import Request

    from ..store.records import Arrivals, Stored
    from ..triggers.project import Entry, Project
    from .callers import Callers
    from .replies import Ended, Replies

#: The header by which a call that is repeated starts nothing again.
IDEMPOTENCY = "Idempotency-Key"
#: The header that names the run.
RUN_HEADER = "X-Meta-Run-Id"
#: What the headers of a call show to a workflow: never what lets somebody in.
_HIDDEN = ("authorization", "cookie", "proxy-authorization", "x-hub-signature", "x-hub-signature-256")
_MOST_KEY = 255


class Calls:
    """The endpoints of calls, `/i/PATH`.

    Args:
        project: Returns what is served.
        callers: Returns who may call with a configuration of this name, or with any where it is None.
        store: Stores events and queues their runs; the future is done once that is on the disk.
        find: Returns the facts of an event that was stored before, by its kind and identity.
        replies: Waits for the end of runs.
        log: Called with a level and a line.
        seconds: How long a caller waits for a run.
    """

    def __init__(
        self,
        *,
        project: Callable[[], Project],
        callers: Callable[[str | None], Callers],
        store: Callable[[Arrivals], Future[list[Stored]]],
        find: Callable[[str, str], dict[str, Any] | None],
        replies: Replies,
        log: Callable[[str, str], object],
        seconds: float,
    ) -> None:
        self._project = project
        self._callers = callers
        self._store = store
        self._find = find
        self._replies = replies
        self._log = log
        self._seldom = Seldom(log)
        self._seconds = seconds

    def routes(self) -> list[Route]:
        """Return the endpoints. Which paths there are is looked up with each call: the project may be read again."""
        return [Route(PREFIX + "{path:path}", self.call, methods=["POST"])]

    async def call(self, request: Request) -> Response:
        """Start a workflow."""
        entry = self._entry(request)
        call = entry.trigger.call
        assert call is not None
        data = _data(await read_body(request), request)
        if call.waits and self._replies.is_full:
            return _no("Too many callers wait for their runs.", 503, {"Retry-After": "5"})
        key = request.headers.get(IDEMPOTENCY)
        if key is not None and not 0 < len(key) <= _MOST_KEY:
            return _no(f"{IDEMPOTENCY} has more than {_MOST_KEY} characters, or none.", 400)
        id_ = new_run_id(ID_LETTERS)
        event = _event(call.path, key, id_, data)
        run = NewRun(
            id_, entry.workflow, entry.step, entry.digest, None, {"data": data, "request": _request(request, call)}
        )
        try:
            (stored,) = await asyncio.wrap_future(self._store([(event, [run])]))
            if not stored:
                earlier = await asyncio.to_thread(self._find, event.kind, event.mid)
                if earlier is None or earlier.get("body") != event.facts["body"]:
                    return _no(f"This {IDEMPOTENCY} came with another body before. Nothing was started.", 422)
                id_ = earlier["run"]
        except AdaptorError as error:
            self._log("error", str(error))
            return _no("The call could not be stored. Nothing was started.", 503, {"Retry-After": "5"})
        what = f"started {run_name(entry.workflow, entry.step)} ({id_})" if stored else "came before"
        self._log("info", f"call {PREFIX}{call.path} → {what}")
        if not call.waits:
            return _answer(202 if call.success_code is None else call.success_code, None, id_, QUEUED)
        ended = await self._replies.wait(id_, self._seconds)
        return _under_way(id_) if ended is None else _ended(entry, id_, ended)

    def _entry(self, request: Request) -> Entry:
        """Return the trigger that a call starts.

        Raises:
            Refused: There is none, or the caller is not known.
        """
        path = request.path_params["path"].strip("/")
        entries = self._project().entries
        entry = next((each for each in entries if each.trigger.call and each.trigger.call.path == path), None)
        call = None if entry is None else entry.trigger.call
        if entry is not None and call is not None and call.is_open:
            return entry
        # A stranger does not learn which paths there are.
        callers = self._callers(None if call is None else call.auth)
        if not callers.admits(request.headers):
            self._seldom("error", "A call was refused: its key or password is not one of the configured ones.")
            raise Refused(_no("Give an X-API-Key, or a user and password.", 401, {"WWW-Authenticate": "Basic"}))
        if entry is None:
            raise Refused(_no("No trigger has this `custom_path`.", 404))
        return entry


def _data(body: bytes, request: Request) -> Any:
    """Return what a call gives to its workflow.

    Raises:
        Refused: It cannot be read.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return read_json(body) if body.strip() else {}
    if kind == "application/x-www-form-urlencoded":
        try:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=1000))
        except ValueError:
            raise Refused(_no("The form cannot be read.", 400)) from None
    raise Refused(_no("Send JSON, or a form: application/json, application/x-www-form-urlencoded.", 415))


def _request(request: Request, call: Any) -> dict[str, Any]:
    """Return what a workflow gets as `request`."""
    headers = {
        name: value
        for name, value in request.headers.items()
        if name not in _HIDDEN and not sounds_secret(name.replace("-", "_"))
    }
    found = {
        "method": request.method,
        "path": request.scope["path"],
        "query": dict(request.query_params),
        "headers": headers,
        "reply": call.reply,
    }
    parent = current_parent()
    return found if parent is None else {**found, PARENT: parent}


def _event(path: str, key: str | None, run: str, data: Any) -> Event:
    """Return the event of a call: stored with its run, so that a call which is repeated with its key starts nothing."""
    body = None if key is None else digest(data)
    mid = uuid.uuid4().hex if key is None else digest(path, key)
    return Event("", "call", mid, None, None, {"run": run, "body": body})


def _ended(entry: Entry, run: str, ended: Ended) -> Response:
    """Return the answer after a run: what the job says, else the final state."""
    call, response = entry.trigger.call, ended.response or {}
    assert call is not None
    if ended.status == WAITING:
        return _under_way(run, WAITING)
    is_well = ended.status == SUCCEEDED
    chosen = call.success_code if is_well else call.error_code
    status = response.get("status") or chosen or (201 if is_well else 500)
    if response.get("too_large"):
        return _answer(chosen or 500, None, run, ended.status, "The final state is too large for an answer.")
    body = response.get("body")
    if body is None and is_well and not call.is_open:
        # A caller without a key gets only what the job has meant for callers.
        body = response.get("state")
    return _answer(status, body, run, ended.status)


def _under_way(run: str, status: str = "under way") -> Response:
    """Return the answer where the run is not over: the caller must not call again, which would start another one."""
    error = "It waits for a person's answer." if status == WAITING else "It is not over yet. It goes on."
    return _answer(202, None, run, status, error)


def _answer(status: int, data: Any, run: str, state: str, error: str | None = None) -> Response:
    meta = {"run_id": run, "state": state, **({} if error is None else {"error": error})}
    return JSONResponse({"data": data, "meta": meta}, status, {RUN_HEADER: run, "Cache-Control": "no-store"})


def _no(what: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(what, status, headers)
