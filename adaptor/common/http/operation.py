"""Operations that call systems other than Facebook: they describe their request and send it when they run."""

from __future__ import annotations

from ...core.operation import Operation, builder_of
from ...core.secrets.redact import Redactor
from ...core.state import State, compose_next_state
from ...wire.departure import MOST_BYTES
from ...wire.headers import learn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec

    from ...core.run.context import Run
    from .call import HttpRequest
    from .outgoing import HttpCall

    P = ParamSpec("P")


class HttpOperation(Operation):
    """An operation that can describe its request for a state without sending it."""

    __slots__ = ("draft",)
    draft: HttpRequest

    def __init__(
        self,
        build: Callable[..., Operation],
        function: Callable[..., HttpRequest],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        super().__init__(build, function, args, kwargs)
        self.draft = function(*args, **kwargs)
        learn(self.draft.secrets())
        self.draft.check()

    def describe(self, state: State) -> HttpRequest:
        """Return the request that this operation makes for this state. Nothing is sent."""
        call = self.draft.resolved(state)
        call.check()
        return call

    def perform(self, state: State, run: Run) -> State:
        """Make the call; `data` becomes the body of its answer, `response` its status, headers, url and duration."""
        run.learn_secrets(state)
        request = self.draft.resolved(state)
        run.redactor.learn(request.secrets())
        request.check()
        if request.is_write:
            run.check_thread()
        call = request.encoded()
        call.most_bytes = _most_bytes(state)
        try:
            if run.dry_run and request.is_write:
                return compose_next_state(state, _described(request, call, state, run))
            # Importing requests takes longer than a whole job that sends nothing.
            from .client import client_for

            run.log("debug", "http", f"{run.place()}: {request.method} {request.shown_url}")
            client = client_for(run)
            if request.is_write and run.ledger is not None:
                from .ledgered import send_ledgered

                answer = send_ledgered(request, call, client, state, run)
            else:
                answer = client.send(request, call)
        finally:
            call.close()
            run.stop.raise_if_asked()
        facts = answer.response
        if facts:
            run.log("debug", "http", f"HTTP {facts['status_code']} after {facts['duration']:.3f} s")
        return {**compose_next_state(state, answer.data), "response": facts}

    def __repr__(self) -> str:
        return Redactor(self.draft.secrets()).text(super().__repr__())


def _most_bytes(state: State) -> int:
    """Return how much of an answer is read: what the configuration says, else as much as of any."""
    configuration = state.get("configuration")
    given = configuration.get("max_response_bytes") if isinstance(configuration, dict) else None
    return given if isinstance(given, int) and given > 0 else MOST_BYTES


def _described(request: HttpRequest, call: HttpCall, state: State, run: Run) -> Any:
    """Describe a write and return what `data` becomes; in the dry run of a resume, the recorded answer."""
    if run.ledger is not None:
        from .ledgered import recorded_answer

        known = recorded_answer(request, call, state, run)
        if known is not None:
            return known.data
    run.record_call("described")
    if run.observers.on_request is not None:
        run.observers.on_request(request)
    return {}


def http_operation(function: Callable[P, HttpRequest]) -> Callable[P, HttpOperation]:
    """Make an operation of a function that returns an `HttpRequest`; its arguments may be lazy."""
    # Its name in a job; pickle still finds the function by its qualified name.
    function.__name__ = f"http.{function.__name__}"
    return builder_of(function, HttpOperation, takes_state=False)
