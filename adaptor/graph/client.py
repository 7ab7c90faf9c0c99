"""The HTTP client: one session per run, every answer turned into a result or an honest error."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from ..common.connection import (
    IDLE_SECONDS,
    NETWORK_ERRORS,
    open_session,
    reason_of,
    seconds_before_repeat,
    settings_for,
    wire,
)
from ..core.config import Configuration, read_configuration
from ..core.context import Run
from ..core.errors import SENT_NO, SENT_UNKNOWN, DeliveryUnknown, NotSent
from ..core.redact import appsecret_proof
from .errors import GraphError, RateLimited, TemporaryFailure, graph_error
from .usage import seconds_to_wait

if TYPE_CHECKING:
    import requests

    from .request import GraphRequest


class Answer(NamedTuple):
    """A successful answer: the parsed body, and what is known about it."""

    body: Any
    response: dict[str, Any]


class GraphClient:
    """Sends requests to one Page's Graph API over kept-alive connections."""

    def __init__(self, configuration: Configuration, run: Run) -> None:
        self._configuration = configuration
        self._run = run
        self._root = f"{configuration.base_url}/{configuration.api_version}/"
        self._timeout = (configuration.connect_timeout, configuration.read_timeout)
        self._credentials: dict[str, str] = {}
        if configuration.app_secret:
            self._credentials["appsecret_proof"] = appsecret_proof(configuration.access_token, configuration.app_secret)
        self._last_use = time.monotonic()
        self._session = open_session()
        self._session.headers["Authorization"] = f"Bearer {configuration.access_token}"
        settings = settings_for(configuration.base_url)
        self._session.proxies, self._session.verify = settings["proxies"], settings["verify"]

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(self, request: GraphRequest) -> Answer:
        """Carry out a request.

        It is repeated only where it was certainly not carried out (`RateLimited`, `NotSent`); a read also after a
        failure on Meta's side.

        Raises:
            GraphError: Graph said no; the error tells what was sent.
            NotSent: Nothing left this machine.
            DeliveryUnknown: A write left, and no trustworthy answer came.
        """
        data = request.encoded()
        started = time.monotonic()
        repeats = 0
        while True:
            try:
                answer = self._once(request, data)
            except (RateLimited, NotSent, TemporaryFailure) as error:
                seconds = self._wait_before(repeats, error)
                if seconds is None or (error.sent != SENT_NO):
                    self._note(request, started, error)
                    raise
                repeats += 1
                self._run.log(
                    "info",
                    "graph",
                    f"{type(error).__name__}: {error} Nothing was sent; trying again in {seconds:.1f} s "
                    f"({repeats} of {self._configuration.max_retries}).",
                )
                self._run.wait(seconds)
            except (GraphError, DeliveryUnknown) as error:
                self._note(request, started, error)
                raise
            except BaseException:
                # Interrupted in the middle: what has begun to leave may arrive.
                if wire.left:
                    self._note(request, started, sent=SENT_UNKNOWN)
                raise
            else:
                self._note(request, started)
                return answer

    def _note(
        self,
        request: GraphRequest,
        started: float,
        error: GraphError | NotSent | DeliveryUnknown | None = None,
        sent: str | None = None,
    ) -> None:
        sent = error.sent if error is not None else sent
        if request.is_write:
            outcome = "sent" if sent is None else "failed" if sent == SENT_NO else "unknown"
        else:
            outcome = "read" if sent is None else "failed"
        self._run.note(
            outcome,
            is_write=request.is_write,
            recipient=request.recipient,
            seconds=time.monotonic() - started,
            error=error,
        )

    def _wait_before(self, repeats: int, error: GraphError | NotSent) -> float | None:
        """Return how long to wait before repeating, or None where the error is to be raised."""
        if repeats >= self._configuration.max_retries:
            return None
        asked = error.retry_after if isinstance(error, RateLimited) else None
        seconds = asked or seconds_before_repeat(repeats, connected=not isinstance(error, NotSent))
        return seconds if seconds <= self._configuration.max_wait else None

    def _once(self, request: GraphRequest, data: bytes | None) -> Answer:
        now = time.monotonic()
        if now - self._last_use > IDLE_SECONDS:
            for adapter in self._session.adapters.values():
                adapter.close()
        wire.left = False
        self._run.in_flight = True
        try:
            response = self._session.request(
                request.method,
                self._root + request.path,
                params={**request.params, **self._credentials} if self._credentials else request.params,
                data=data,
                headers=_JSON if data is not None else None,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except Exception as cause:
            # Whatever goes wrong in the libraries below: what began to leave may have arrived.
            if not wire.left and not isinstance(cause, NETWORK_ERRORS):
                raise
            raise self._no_answer(request, cause) from None
        finally:
            self._run.in_flight = False
            self._last_use = time.monotonic()
        return self._read(request, response, self._last_use - now)

    def _no_answer(self, request: GraphRequest, cause: BaseException) -> NotSent | DeliveryUnknown | TemporaryFailure:
        reason, host = reason_of(cause), self._configuration.base_url
        if not wire.left:
            return NotSent(
                f"No connection to {host}: {reason}.",
                fix="Check the network, the proxy settings and `base_url`; then run the job again.",
            )
        if request.is_write:
            return DeliveryUnknown(
                f"The request went out to {host}, but no answer came back: {reason}.",
                fix="Look in the Page's inbox before you send it again.",
            )
        return _failed_read(f"No answer from {host}: {reason}.")

    def _read(self, request: GraphRequest, response: requests.Response, duration: float) -> Answer:
        status = response.status_code
        try:
            body = json.loads(response.content)
        except (ValueError, RecursionError):
            raise self._not_trusted(request, status, "it is not JSON") from None
        if isinstance(body, dict) and isinstance(body.get("error"), dict):
            raise graph_error(
                body["error"], status, write=request.is_write, retry_after=seconds_to_wait(response.headers)
            )
        if not 200 <= status < 300 or (isinstance(body, dict) and "error" in body):
            raise self._not_trusted(request, status, "it carries neither a result nor an error of Meta's")
        missing = [key for key in request.needs if not isinstance(body, dict) or not body.get(key)]
        if missing:
            raise self._not_trusted(request, status, f"it has no `{missing[0]}`")
        headers = {name: value for name, value in response.headers.items() if name.lower() != "set-cookie"}
        return Answer(
            body,
            {
                "status_code": status,
                "headers": headers,
                "url": self._root + request.path,
                "duration": round(duration, 4),
            },
        )

    def _not_trusted(self, request: GraphRequest, status: int, why: str) -> DeliveryUnknown | TemporaryFailure:
        what = f"The answer (HTTP {status}) from {self._configuration.base_url} cannot be trusted: {why}."
        if request.is_write:
            return DeliveryUnknown(
                what, fix="Check `base_url` and the proxy; look in the Page's inbox before you send it again."
            )
        return _failed_read(what)


def _failed_read(what: str) -> TemporaryFailure:
    error = TemporaryFailure(what, fix="Try again later; check `base_url` and the network.")
    error.message = what
    error.about = "page"
    return error


_JSON = {"Content-Type": "application/json"}


def client_for(run: Run, configuration: Any) -> GraphClient:
    """Return the run's client for this configuration, opening a session the first time."""
    clients: _Clients = run.resource("graph", _Clients)
    return clients.client(configuration, run)


class _Clients:
    """The clients of one run: one per configuration, since steps may use different credentials."""

    def __init__(self) -> None:
        self._clients: list[tuple[Any, GraphClient]] = []

    def client(self, configuration: Any, run: Run) -> GraphClient:
        # By value: a job that changes the token inside its configuration must not go on with the old one.
        for known, client in self._clients:
            if known == configuration:
                return client
        run.learn_secrets({"configuration": configuration})
        client = GraphClient(read_configuration(configuration), run)
        self._clients.insert(0, (dict(configuration), client))
        return client

    def close(self) -> None:
        for _, client in self._clients:
            client.close()
