"""The HTTP client: one session per run, every answer turned into a result or an honest error."""

from __future__ import annotations

import json
import time
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
from ..core.errors import SENT_NO, SENT_UNKNOWN, AdaptorError, ConfigurationError, DeliveryUnknown, NotSent
from ..core.redact import appsecret_proof
from ..ledger.keys import digest
from .answer import Answer
from .errors import GraphError, RateLimited, TemporaryFailure, graph_error
from .parts import batch_request, part_answers
from .request import GraphRequest
from .usage import Usage, read_usage
from .versions import version_warning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ledger.ledger import Ledger
    from .request import Encoded


class GraphClient:
    """Sends requests to one Page's Graph API over kept-alive connections."""

    def __init__(self, configuration: Configuration, run: Run) -> None:
        self._configuration = configuration
        self._run = run
        self._root = f"{configuration.base_url}/{configuration.api_version}/"
        self._timeout = (configuration.connect_timeout, configuration.read_timeout)
        self._proof: dict[str, str] = {}
        if configuration.app_secret:
            self._proof["appsecret_proof"] = appsecret_proof(configuration.access_token, configuration.app_secret)
        self._usage: Usage | None = None
        self._page: str | None = None
        self._last_use = time.monotonic()
        self._session = open_session()
        self._session.headers["Authorization"] = f"Bearer {configuration.access_token}"
        settings = settings_for(configuration.base_url)
        self._session.proxies, self._session.verify = settings["proxies"], settings["verify"]
        if warning := version_warning(configuration.api_version, run.started.date()):
            run.log("info", "graph", f"Warning: {warning}")

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @property
    def longest_wait(self) -> float:
        """How many seconds may be waited at most before a call."""
        return self._configuration.max_wait

    def page(self, ledger: Ledger, *, ask: bool) -> str:
        """Return the Page that this credential is for, by its address and, where it is known, its real id.

        Args:
            ledger: Remembers which token is for which Page.
            ask: Ask Meta where nobody knows. What is to hold across runs and tokens needs that; a single send does not
                wait for it.
        """
        base_url, page_id = self._configuration.base_url, self._configuration.page_id
        if self._page is None and page_id != "me":
            self._page = f"{base_url}/{page_id}"
        known_by = digest("page", base_url, self._configuration.access_token)
        if self._page is None or (ask and self._page == known_by):
            found = ledger.store.pages.of_token(known_by)
            if found is None and ask and (found := self._asked_page_id()) is not None:
                ledger.store.pages.learn(known_by, found)
            self._page = known_by if found is None else f"{base_url}/{found}"
        return self._page

    def _asked_page_id(self) -> str | None:
        try:
            request = GraphRequest("GET", "me", params={"fields": "id"}, needs=("id",))
            # Asked once and not again: a message does not wait for it.
            body = self._once(request, request.encoded()).body
        except AdaptorError as error:
            self._run.log("debug", "graph", f"which Page this is: {error.headline()}")
            return None
        return str(body["id"])

    def send(self, request: GraphRequest) -> Answer:
        """Carry out a request.

        It is repeated only where it was certainly not carried out (`RateLimited`, `NotSent`); a read also after a
        failure on Meta's side.

        Raises:
            GraphError: Graph said no; the error tells what was sent.
            NotSent: Nothing left this machine.
            DeliveryUnknown: A write left, and no trustworthy answer came.
        """
        if request.sealed:
            (outcome,) = self.send_batch([replace(request, sealed=False)])
            if isinstance(outcome, AdaptorError):
                raise outcome
            return outcome
        started = time.monotonic()
        try:
            answer = self._repeating(request)
        except BaseException as error:
            self._tell_failure(request, error)
            self._note(request, started, error)
            raise
        self._note(request, started)
        return answer

    def send_batch(self, parts: list[GraphRequest], *, include_headers: bool = True) -> list[Answer | AdaptorError]:
        """Carry out several requests as the parts of one call. Only parts that were certainly not are repeated.

        Args:
            parts: Finished requests, `MOST_PARTS` at most.
            include_headers: Whether Graph sends the headers of each part's answer.

        Returns:
            For each part its answer, or its error.

        Raises:
            AdaptorError: The call as a whole failed, with what that says of all its parts.
        """
        outcomes: dict[int, Answer | AdaptorError] = {}
        waiting, repeats, started = list(range(len(parts))), 0, time.monotonic()
        while True:
            try:
                whole = self._repeating(
                    batch_request([parts[index] for index in waiting], include_headers=include_headers)
                )
            except BaseException as fault:
                # The parts that were answered before keep their answers.
                if not isinstance(fault, AdaptorError) or not outcomes:
                    for index in waiting:
                        self._note(parts[index], started, fault)
                    raise
                outcomes.update({index: copy(fault) for index in waiting})
                break
            outcomes.update(self._outcomes([(index, parts[index]) for index in waiting], whole))
            again = {index: each for index in waiting if (each := _repeatable(outcomes[index])) is not None}
            seconds = [self._wait_before(repeats, each) for each in again.values()]
            if not again or None in seconds:
                break
            waiting, repeats = list(again), repeats + 1
            self._wait(max(filter(None, seconds)), f"{len(again)} of {len(parts)} parts were not taken", repeats)
        for index, part in enumerate(parts):
            outcome = outcomes[index]
            error = outcome if isinstance(outcome, AdaptorError) else None
            if error is not None:
                self._tell_failure(part, error)
            self._note(part, started, error)
        return [outcomes[index] for index in range(len(parts))]

    def _outcomes(self, parts: list[tuple[int, GraphRequest]], whole: Answer) -> dict[int, Answer | AdaptorError]:
        status, duration = whole.response["status_code"], whole.response["duration"]
        answers = part_answers(whole.body, len(parts))
        outcomes: dict[int, Answer | AdaptorError] = {}
        for (index, request), answer in zip(parts, answers or [None] * len(parts), strict=True):
            try:
                if answers is None:
                    raise self._not_trusted(request, status, "it does not answer the parts of the batch")
                if answer is None:
                    raise self._not_trusted(request, status, "Graph gave up waiting for this part of the batch")
                outcomes[index] = self._read(request, answer.status, answer.headers, answer.content, duration)
            except AdaptorError as error:
                outcomes[index] = error
        return outcomes

    def described(self, request: GraphRequest) -> dict[str, Any]:
        """Return a request as it is sent, without the credential; `proof` says whether it carries `appsecret_proof`."""
        return {
            "method": request.method,
            "url": self._root + request.path,
            "params": request.params,
            "body": request.body,
            **({"files": {name: str(path) for name, path in request.files.items()}} if request.files else {}),
            "proof": bool(self._proof) and request.access == "page",
        }

    def _tell_failure(self, request: GraphRequest, error: BaseException) -> None:
        """Let an error know which call it was, where that came as far as the wire and may be shown."""
        if isinstance(error, GraphError | NotSent | DeliveryUnknown) and not request.sealed:
            error.request = self.described(request)
            if self._run.on_failure is not None:
                self._run.on_failure(error.request)

    def _note(self, request: GraphRequest, started: float, error: BaseException | None = None) -> None:
        """Take down how a call ended, unless it never began."""
        sent = None if error is None else self._sent_by(error)
        if request.is_aside or sent == "":
            return
        if request.is_write:
            outcome = "sent" if sent is None else "failed" if sent == SENT_NO else "unknown"
        else:
            outcome = "read" if sent is None else "failed"
        self._run.note(
            outcome,
            is_write=request.is_write,
            recipient=request.recipient,
            seconds=time.monotonic() - started,
            error=error if isinstance(error, AdaptorError) else None,
        )

    def _sent_by(self, error: BaseException) -> str:
        if isinstance(error, GraphError | NotSent | DeliveryUnknown):
            return error.sent
        # Interrupted in the middle: what has begun to leave may arrive.
        return SENT_UNKNOWN if wire.left else ""

    def _repeating(self, request: GraphRequest) -> Answer:
        wire.left = False
        encoded = request.encoded()
        repeats = 0
        try:
            while True:
                try:
                    return self._once(request, encoded)
                except (RateLimited, NotSent, TemporaryFailure) as error:
                    seconds = self._wait_before(repeats, error)
                    if seconds is None or _repeatable(error) is None:
                        raise
                    repeats += 1
                    self._wait(seconds, f"{type(error).__name__}: {error} Nothing was sent", repeats)
        finally:
            encoded.close()

    def _wait_before(self, repeats: int, error: AdaptorError) -> float | None:
        """Return how long to wait before repeating, or None where the error is to be raised."""
        if repeats >= self._configuration.max_retries:
            return None
        asked = error.retry_after if isinstance(error, RateLimited) else None
        seconds = asked or seconds_before_repeat(repeats, connected=not isinstance(error, NotSent))
        return seconds if seconds <= self._configuration.max_wait else None

    def _wait(self, seconds: float, why: str, repeats: int) -> None:
        most = self._configuration.max_retries
        self._run.log("info", "graph", f"{why}; trying again in {seconds:.1f} s ({repeats} of {most}).")
        # What the last answer said of the usage is waited for here; what is to be repeated has not left.
        self._usage = None
        wire.left = False
        self._run.wait(seconds)

    def _keep_pace(self) -> None:
        """Slow down before Meta stops the run."""
        seconds = self._usage.pause() if self._usage is not None else 0.0
        if self._usage is None or not 0 < seconds <= self._configuration.max_wait:
            return
        level = "info" if seconds >= 1 else "debug"
        self._run.log(level, "graph", f"Meta's limits are used to {self._usage.percent:g} %: waiting {seconds:.1f} s.")
        self._usage = None
        self._run.wait(seconds)

    def _once(self, request: GraphRequest, encoded: Encoded) -> Answer:
        self._keep_pace()
        now = time.monotonic()
        if now - self._last_use > IDLE_SECONDS:
            for adapter in self._session.adapters.values():
                adapter.close()
        headers = {} if encoded.kind is None else {"Content-Type": encoded.kind}
        proof = self._proof
        if request.access == "app":
            headers["Authorization"], proof = f"Bearer {self._app_token()}", {}
        wire.left = False
        self._run.in_flight = True
        try:
            response = self._session.request(
                request.method,
                self._root + request.path,
                params={**request.params, **proof} if proof else request.params,
                data=encoded.data,
                headers=headers,
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
        return self._read(request, response.status_code, response.headers, response.content, self._last_use - now)

    def _app_token(self) -> str:
        """Return the app's own token.

        Source: https://developers.facebook.com/docs/facebook-login/guides/access-tokens#apptokens (checked 2026-11-24).
        """
        for key in ("app_id", "app_secret"):
            if not getattr(self._configuration, key):
                raise ConfigurationError(
                    f"This call is made with the app's own token, and the configuration has no `{key}`.",
                    fix="Put `app_id` and `app_secret` into the credential; both stand in the app's settings.",
                    details={"key": key},
                )
        return f"{self._configuration.app_id}|{self._configuration.app_secret}"

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

    def _read(
        self, request: GraphRequest, status: int, headers: Mapping[str, str], content: bytes, duration: float
    ) -> Answer:
        usage = read_usage(headers)
        if usage is not None:
            self._usage = usage
            self._run.log("debug", "graph", f"usage of Meta's limits: {usage.text}")
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            raise self._not_trusted(request, status, "it is not JSON") from None
        if isinstance(body, dict) and isinstance(body.get("error"), dict):
            retry_after = usage.regain_seconds if usage is not None else None
            raise graph_error(body["error"], status, write=request.is_write, retry_after=retry_after)
        if not 200 <= status < 300 or (isinstance(body, dict) and "error" in body):
            raise self._not_trusted(request, status, "it carries neither a result nor an error of Meta's")
        missing = [key for key in request.needs if not isinstance(body, dict) or not body.get(key)]
        if missing:
            raise self._not_trusted(request, status, f"it has no `{missing[0]}`")
        return Answer(
            body,
            {
                "status_code": status,
                "headers": {name: value for name, value in headers.items() if name.lower() != "set-cookie"},
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


def _repeatable(outcome: Answer | AdaptorError) -> AdaptorError | None:
    """Return the error of a call that was certainly not carried out and may be made again; None of all others."""
    if isinstance(outcome, RateLimited | NotSent | TemporaryFailure) and outcome.sent == SENT_NO:
        return outcome
    return None


def _failed_read(what: str) -> TemporaryFailure:
    error = TemporaryFailure(what, fix="Try again later; check `base_url` and the network.")
    error.message = what
    error.about = "page"
    return error


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
