"""Operations that are a call to the Graph API: described first, carried out when they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec

from ..core.operation import Operation, builder_of
from ..core.state import State, compose_next_state
from .request import GraphRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.context import Run

P = ParamSpec("P")


class GraphOperation(Operation):
    """An operation that can say which call it would make, for a given state, without making it."""

    __slots__ = ("draft",)
    draft: GraphRequest

    def __init__(
        self,
        build: Callable[..., Operation],
        function: Callable[..., GraphRequest],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        super().__init__(build, function, args, kwargs)
        # Drafting with the lazy parts in their places refuses what is wrong in the literal ones, at load time.
        self.draft = function(*args, **kwargs).drafted()

    def describe(self, state: State) -> GraphRequest:
        """Return the call that this operation makes for this state. Nothing is sent."""
        return self.draft.resolved(state)

    def perform(self, state: State, run: Run) -> State:
        """Make the call; `data` becomes the answer and `response` what is known about it."""
        request = self.describe(state)
        if request.is_write:
            run.check_thread()
        if run.dry_run and request.is_write:
            # A dry run refuses whatever a run would refuse before the wire.
            request.encoded()
            run.note("described", recipient=request.recipient)
            if run.on_request is not None:
                run.on_request(request)
            return compose_next_state(state, _placeholder(request, state))
        # Importing requests takes longer than a whole job that sends nothing.
        from .client import client_for

        run.log("debug", "graph", f"{run.place()}: {request.method} {request.path}")
        answer = client_for(run, state.get("configuration")).send(request)
        run.log("debug", "graph", f"HTTP {answer.response['status_code']} after {answer.response['duration']:.3f} s")
        return {**compose_next_state(state, answer.body), "response": answer.response}


def _placeholder(request: GraphRequest, state: State) -> Any:
    from ..core.lazy import resolve

    return resolve(request.answers, state)


def graph_operation(function: Callable[P, GraphRequest]) -> Callable[P, GraphOperation]:
    """Make an operation of a function that drafts a `GraphRequest` from its arguments.

    The function is called once, when the operation is built. Its arguments may be lazy references, so it must hand
    them on and never look into them; `None` is the only value that it may ask for.
    """
    return builder_of(function, GraphOperation, takes_state=False)
