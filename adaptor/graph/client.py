"""The client for the Graph API: it makes calls, retries those that were certainly not carried out, and records all.

`GraphConnection` makes one call once. `GraphClient` adds what belongs to several: retries, the pace that Meta's usage
headers ask for, and the count of outcomes. A run has one client per credential; `client_for` returns it.

An error says what its call has sent (`error.sent`): `no` if it certainly changed nothing, else `unknown`. A write is
retried only after `no`.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ..core.config import Configuration, plain_address, read_configuration
from ..core.errors import SENT_NO, SENT_UNKNOWN, AdaptorError, DeliveryUnknown, NotSent
from ..core.run.context import Run
from ..core.text.number_of import number_of
from ..wire.departure import wire
from ..wire.retry import RetryPolicy, call_with_retries
from .answers.answer import GraphAnswer
from .answers.errors import GraphError, RateLimited, TemporaryFailure
from .connection import GraphConnection
from .request import GraphRequest
from .token_ends import token_warnings
from .versions import version_warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from .page_identity import PageIdentity

    #: Returns a context that is open while calls wait for a retry. It is given the indexes of the waiting calls among
    #: all calls of the request, and the outcomes of those that have ended, by index.
    Waiting = Callable[[Sequence[int], Mapping[int, Any]], AbstractContextManager[object]]

T = TypeVar("T")


def _nothing_to_record(indexes: Sequence[int], ended: Mapping[int, Any]) -> AbstractContextManager[object]:
    """Return a context for calls that no ledger records."""
    return nullcontext()


class GraphClient:
    """Sends requests to one Page's Graph API over kept-alive connections."""

    def __init__(self, configuration: Configuration, run: Run) -> None:
        self.configuration = configuration
        self.retries = RetryPolicy(configuration.max_retries, configuration.max_wait)
        self._run = run
        self.connection = GraphConnection(configuration, run)
        self._page: PageIdentity | None = None

    def close(self) -> None:
        """Close the connections."""
        self.connection.close()

    @property
    def page(self) -> PageIdentity:
        """The Page of this credential."""
        if self._page is None:
            # Imported here: a send that no ledger records does not need it.
            from .page_identity import PageIdentity

            self._page = PageIdentity(self)
        return self._page

    def send(self, request: GraphRequest, *, waiting: Waiting = _nothing_to_record) -> GraphAnswer:
        """Make a call.

        It is retried only if it was certainly not carried out (`RateLimited`, `NotSent`); a read also after a failure
        on Meta's side.

        Args:
            request: A finished request.
            waiting: Opened while the call waits for its first try or for a retry. The ledger gives the write back for
                that time, so that a process that dies while it waits leaves nothing unknown.

        Raises:
            GraphError: Graph answered with an error, which says what was sent.
            NotSent: Nothing left this machine.
            DeliveryUnknown: The request of a write left, and no valid answer came.
        """
        if request.sealed:
            # A parameter is secret: the body of a batch of one carries it, never a URL.
            (outcome,) = self.send_batch([request._replace(sealed=False)], waiting=waiting)
            if isinstance(outcome, AdaptorError):
                raise outcome
            return outcome
        started = time.monotonic()
        encoded = request.encoded()
        try:
            answer = self.with_retries(
                lambda: self.connection.exchange(request, encoded), lambda: waiting([0], {}), [request]
            )
        except BaseException as error:
            self._attach_request(request, error)
            self._record(request, started, error)
            raise
        finally:
            encoded.close()
        self._record(request, started)
        return answer

    def send_batch(
        self, parts: list[GraphRequest], *, include_headers: bool = True, waiting: Waiting = _nothing_to_record
    ) -> list[GraphAnswer | AdaptorError]:
        """Make several requests as the parts of one call. Parts that were certainly not carried out are retried.

        Args:
            parts: Finished requests, `MOST_PARTS` at most.
            include_headers: Whether Graph sends the headers of each part's answer.
            waiting: Opened while parts wait for their first try or for a retry, as for `send`.

        Returns:
            For each part its answer or its error.

        Raises:
            AdaptorError: The whole call failed, and with it every part.
        """
        outcomes: dict[int, GraphAnswer | AdaptorError] = {}
        pending, repeats, started = list(range(len(parts))), 0, time.monotonic()
        while True:
            chosen = [parts[index] for index in pending]
            try:
                exchange = partial(self.connection.exchange_parts, chosen, include_headers=include_headers)
                answers = self.with_retries(exchange, partial(waiting, pending, _without(outcomes, pending)), chosen)
            except BaseException as fault:
                # In a retry: the parts that were answered before keep their answers.
                if not isinstance(fault, AdaptorError) or not outcomes:
                    for part in chosen:
                        self._record(part, started, fault)
                    raise
                # Each part gets its own error: it names its own request.
                outcomes.update({index: copy(fault) for index in pending})
                break
            outcomes.update(zip(pending, answers, strict=True))
            again = {index: each for index in pending if (each := error_to_retry(outcomes[index])) is not None}
            seconds = [self.retries.wait_before(repeats, each) for each in again.values()]
            # They wait together, so where one has waited long enough, all have.
            if not again or None in seconds:
                break
            pending, repeats = list(again), repeats + 1
            longest = max(filter(None, seconds))
            with self._during_wait(partial(waiting, pending, _without(outcomes, pending))):
                were = "was" if len(again) == 1 else "were"
                what = f"{len(again)} of {number_of(len(parts), 'parts')} {were} not taken; trying again"
                self._run.log("info", "graph", f"{what} in {longest:.1f} s ({repeats} of {self.retries.max_retries}).")
                self._run.wait(longest)
        for index, part in enumerate(parts):
            outcome = outcomes[index]
            error = outcome if isinstance(outcome, AdaptorError) else None
            if error is not None:
                self._attach_request(part, error)
            self._record(part, started, error)
        return [outcomes[index] for index in range(len(parts))]

    def described(self, request: GraphRequest) -> dict[str, Any]:
        """Return a request as JSON, without the credential; `proof` says whether it carries `appsecret_proof`."""
        return {
            "method": request.method,
            "url": self.connection.root + request.path,
            "params": request.params,
            "body": request.body,
            **({"files": {name: str(path) for name, path in request.files.items()}} if request.files else {}),
            **({} if request.file_offset is None else {"file_offset": request.file_offset}),
            "proof": self.connection.proves and request.access == "page",
        }

    def _attach_request(self, request: GraphRequest, error: BaseException) -> None:
        """Attach a request to the error that it ended with, unless a part of the request is secret."""
        if isinstance(error, GraphError | NotSent | DeliveryUnknown) and not (
            request.sealed or request.access == "none"
        ):
            error.request = self.described(request)
            if self._run.observers.on_failure is not None:
                self._run.observers.on_failure(error.request)

    def _record(self, request: GraphRequest, started: float, error: BaseException | None = None) -> None:
        """Record the outcome of a call. Not recorded: a side action, and a call interrupted before a byte left."""
        if request.is_aside:
            return
        if error is None:
            outcome = "sent" if request.is_write else "read"
        elif (sent := _sent_by(error)) is None:
            return
        else:
            outcome = "failed" if sent == SENT_NO or not request.is_write else "unknown"
        self._run.record_call(
            outcome,
            is_write=request.is_write,
            is_message=request.is_message,
            recipient=request.recipient,
            seconds=time.monotonic() - started,
            error=error if isinstance(error, AdaptorError) else None,
        )

    def with_retries(
        self,
        make: Callable[[], T],
        waiting: Callable[[], AbstractContextManager[object]],
        requests: Sequence[GraphRequest],
    ) -> T:
        """Make a call that carries these requests, and retry it while it was certainly not carried out."""
        messages = sum(request.is_message for request in requests)
        in_flight = messages, sum(request.is_write for request in requests) - messages

        def once() -> T:
            self._keep_pace(waiting)
            self._run.stop.in_flight = in_flight
            try:
                return make()
            finally:
                self._run.stop.in_flight = (0, 0)

        return call_with_retries(
            once,
            self.retries,
            self._run,
            component="graph",
            is_retryable=lambda error: error_to_retry(error) is not None,
            waiting=partial(self._during_wait, waiting),
        )

    @contextmanager
    def _during_wait(self, waiting: Callable[[], AbstractContextManager[object]]) -> Iterator[None]:
        # This wait also covers the pause that the last usage headers ask for.
        self.connection.usage = None
        with waiting():
            yield

    def _keep_pace(self, waiting: Callable[[], AbstractContextManager[object]]) -> None:
        """Wait if Meta's usage headers show that the limit is near."""
        usage = self.connection.usage
        if usage is None or not 0 < (seconds := usage.pause()) <= self.configuration.max_wait:
            return
        level = "info" if seconds >= 1 else "debug"
        self.connection.usage = None
        with waiting():
            self._run.log(level, "graph", f"{usage.percent:g} % of Meta's limits are used: waiting {seconds:.1f} s.")
            self._run.wait(seconds)


def _sent_by(error: BaseException) -> str | None:
    """Return what a call that failed has sent; None if it was interrupted before a byte left this machine."""
    if isinstance(error, GraphError | NotSent | DeliveryUnknown):
        return error.sent
    # The call was interrupted. A request that has begun to leave may arrive.
    return SENT_UNKNOWN if wire.left else None


def _without(outcomes: dict[int, T], pending: list[int]) -> dict[int, T]:
    return {index: outcome for index, outcome in outcomes.items() if index not in pending}


def error_to_retry(outcome: GraphAnswer | AdaptorError) -> AdaptorError | None:
    """Return the error of a call that was certainly not carried out and may be retried; else None."""
    if isinstance(outcome, RateLimited | NotSent | TemporaryFailure) and outcome.sent == SENT_NO:
        return outcome
    return None


def client_for(run: Run, configuration: Any) -> GraphClient:
    """Return the run's client for this configuration; it is created on first use."""
    clients: _Clients = run.connections("graph", _Clients)
    return clients.client(configuration, run)


class _Clients:
    """The clients of one run, one per configuration: steps may use different credentials."""

    def __init__(self) -> None:
        self._clients: list[tuple[Any, GraphClient]] = []

    def client(self, configuration: Any, run: Run) -> GraphClient:
        # Compared by value: a job that changes the token in its configuration must not continue with the old one.
        for known, client in self._clients:
            if known == configuration:
                return client
        run.learn_secrets({"configuration": configuration})
        checked = read_configuration(configuration)
        client = GraphClient(checked, run)
        found = [
            version_warning(checked.api_version, run.started.date()),
            plain_address(checked.base_url),
            *token_warnings(run.folders, checked.access_token, run.began),
        ]
        for warning in filter(None, found):
            run.warn("graph", warning, once=warning)
        self._clients.insert(0, (dict(configuration), client))
        return client

    def close(self) -> None:
        for _, client in self._clients:
            client.close()
