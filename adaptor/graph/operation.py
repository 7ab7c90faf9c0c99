"""Operations that call the Graph API: they describe their request and send it when they run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec

from ..core.errors import SENT_NO, SENT_PARTLY, SENT_UNKNOWN, AdaptorError, DeliveryUnknown
from ..core.operation import Operation, builder_of
from ..core.state import State, compose_next_state
from ..ledger.errors import ReplayMismatch
from .answers.errors import TemporaryFailure
from .known_people import KnownPeople, psid_of
from .needs import Need
from .request import GraphRequest, json_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.run.context import Run
    from .answers.answer import GraphAnswer
    from .draft import Draft
    from .needs import Needs

P = ParamSpec("P")


class GraphOperation(Operation):
    """An operation that can describe its request for a state without sending it."""

    __slots__ = ("_needs", "draft")
    draft: Draft

    def __init__(
        self,
        build: Callable[..., Operation],
        function: Callable[..., Draft],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        needs: Needs,
    ) -> None:
        super().__init__(build, function, args, kwargs)
        self._needs = needs
        # The draft checks the literal arguments now, at load time; lazy ones are checked when the operation runs.
        self.draft = function(*args, **kwargs)

    def needs(self) -> Need:
        """Return what the operation needs of the token and of the app, as far as its arguments are known."""
        need = self._needs if isinstance(self._needs, Need) else self._needs(self.draft)
        return need._replace(app=need.app or self.draft.access == "app", user=self.draft.access == "user")

    def describe(self, state: State) -> GraphRequest:
        """Return the request that this operation makes for this state. Nothing is sent."""
        return self.draft.request(state)

    def calls(self, state: State) -> list[GraphRequest]:
        """Return all requests that this operation makes, in order; most operations make one, that of `describe`."""
        return self.draft.calls(state)

    def perform(self, state: State, run: Run) -> State:
        """Make the call; `data` becomes its result, `response` its status, headers, address and duration."""
        requests = self.calls(state)
        if len(requests) == 1 and not requests[0].delay:
            return next_state(state, make_call(requests[0], self.draft, state, run), self.draft)
        return self._in_series(requests, state, run)

    def _in_series(self, requests: list[GraphRequest], state: State, run: Run) -> State:
        answers: list[GraphAnswer] = []
        for request in requests:
            if request.delay and not run.dry_run and not _is_left_out(request, run):
                run.wait(request.delay)
            try:
                answer = make_call(request, self.draft, state, run)
            except AdaptorError as error:
                if request.is_aside and isinstance(error, TemporaryFailure | DeliveryUnknown):
                    run.log("debug", "graph", f"{run.place()}: {error.headline()} The message is sent all the same.")
                    continue
                error.parts_sent = _message_ids(answers) or None
                if error.sent == SENT_NO and error.parts_sent:
                    error.sent = SENT_PARTLY
                raise
            if not request.is_aside:
                answers.append(answer)
            if answer.body.get("outcome") == "unknown":
                # Behind a part that may be missing nothing makes sense: it is held back, as in the first attempt.
                break
        last = answers[-1]
        if len(answers) > 1 and (ids := _message_ids(answers)):
            last = last._replace(body={**last.body, "message_ids": ids})
        return next_state(state, last, self.draft)


def _message_ids(answers: list[GraphAnswer]) -> list[str]:
    return [answer.body["message_id"] for answer in answers if "message_id" in answer.body]


def make_call(request: GraphRequest, draft: Draft, state: State, run: Run) -> GraphAnswer:
    """Make a call, or describe it if it is a write in a dry run; report the outcome of a message."""
    if request.is_write:
        run.check_thread()
        if (skipped := skipped_answer(request, run, state)) is not None:
            return skipped
    try:
        if run.observers.on_result is None or not request.is_message:
            return _call_or_describe(request, draft, state, run)
        return _call_and_report(request, draft, state, run)
    finally:
        # Reported now that its outcome is known.
        run.stop.raise_if_asked()


def _call_and_report(request: GraphRequest, draft: Draft, state: State, run: Run) -> GraphAnswer:
    """Make a call, or describe it, and report the outcome of its message."""
    from ..common.rows.results import is_put_off, report_result

    before = dict(run.messages)
    try:
        answer = _call_or_describe(request, draft, state, run)
    except AdaptorError as error:
        if not (isinstance(error, ReplayMismatch) and is_put_off(run)):
            # A loop defers this item, and reports the mismatch only if it remains.
            outcome = "unknown" if error.sent == SENT_UNKNOWN else "failed"
            is_repeat = run.messages.get("duplicate", 0) != before.get("duplicate", 0)
            report_result(run, "duplicate" if is_repeat else outcome, request.recipient, error=error)
        raise
    except KeyboardInterrupt:
        if run.messages.get("unknown", 0) != before.get("unknown", 0):
            report_result(run, "unknown", request.recipient)
        raise
    report_result(run, outcome_of(answer, request, run), request.recipient, result=answer.body)
    return answer


def outcome_of(answer: GraphAnswer, request: GraphRequest, run: Run) -> str:
    """Return the outcome of a call that has an answer."""
    if answer.is_repeat:
        return "duplicate"
    known = answer.body.get("outcome") if answer.is_result and isinstance(answer.body, dict) else None
    return known or ("read" if not request.is_write else "described" if run.dry_run else "sent")


def skipped_answer(request: GraphRequest, run: Run, state: State) -> GraphAnswer | None:
    """Return the answer in place of a call whose recipient is left out; else None.

    `--limit` or `--only-to` leaves somebody out, or the stop list of a service, which the ledger records. A message
    that the run has already sent is not left out: its recorded outcome is returned.
    """
    if not _is_left_out(request, run):
        if not _is_stopped(request, run, state):
            return None
        if request.is_message:
            from .ledgered import record_skipped

            record_skipped(request, run, state)
    from .answers.answer import GraphAnswer

    if request.is_message:
        run.record_call("skipped", recipient=request.recipient, is_message=True)
        from ..common.rows.results import report_result

        report_result(run, "skipped", request.recipient)
    return GraphAnswer({"outcome": "skipped"}, None, is_result=True)


def _is_stopped(request: GraphRequest, run: Run, state: State) -> bool:
    """Whether the person has asked for no more messages, and does not wait for an answer of this run.

    Raises:
        PutOff: It is no time of the day to write to the person.
    """
    psid = psid_of(request)
    people = KnownPeople.of(run)
    if psid is None or run.dry_run or people.expects_answer(psid):
        return False
    stop = people.put_off(psid, run)
    if (stop is None and not people.is_stopped(psid, run, state)) or _is_made(request, run):
        return False
    if stop is not None:
        raise stop
    return True


def _is_left_out(request: GraphRequest, run: Run) -> bool:
    if run.audience.limit is None and run.audience.only_to is None:
        return False
    person = request.person
    if _is_made(request, run):
        run.audience.reach(person)
        return False
    return person is not None and not run.audience.includes(person)


def _is_made(request: GraphRequest, run: Run) -> bool:
    """Whether an earlier attempt of the run has sent a message, or may have."""
    if not request.is_message or run.ledger is None:
        return False
    from .ledgered import is_made

    return is_made(request, run)


def _call_or_describe(request: GraphRequest, draft: Draft, state: State, run: Run) -> GraphAnswer:
    if run.dry_run and request.is_write:
        known = describe_or_replay(request, draft, state, run)
        if isinstance(known, AdaptorError):
            raise known
        return known
    # Importing requests takes longer than a whole job that sends nothing.
    from .client import client_for
    from .ledgered import needs_no_ledger, send_ledgered

    run.log("debug", "graph", f"{run.place()}: {request.method} {request.path}")
    client = client_for(run, state.get("configuration"))
    answer = client.send(request) if needs_no_ledger(request, run) else send_ledgered([request], client, run)[0]
    if isinstance(answer, AdaptorError):
        raise answer
    if answer.response is None:
        run.log("debug", "graph", "this call was made before; it is not made again")
        return answer
    run.log("debug", "graph", f"HTTP {answer.response['status_code']} after {answer.response['duration']:.3f} s")
    return answer


def describe_or_replay(request: GraphRequest, draft: Draft, state: State, run: Run) -> GraphAnswer | AdaptorError:
    """Describe a write of a dry run; in the dry run of a resume, return the recorded outcome if there is one."""
    if run.ledger is None or request.is_aside:
        return describe(request, draft, state, run)
    from .ledgered import describe_ledgered

    return describe_ledgered(request, state, run, lambda: describe(request, draft, state, run))


def describe(request: GraphRequest, draft: Draft, state: State, run: Run) -> GraphAnswer:
    """Describe a write instead of making it; raise what a run would raise before it sends."""
    from .answers.answer import GraphAnswer

    request.encoded().close()
    answer = GraphAnswer(draft.placeholder(request, state), None, is_result=True)
    if request.is_message and run.resource("described", _Described).knows(request, run):
        run.record_call("duplicate", recipient=request.recipient, is_message=True)
        return answer._replace(is_repeat=True)
    if not request.is_aside:
        run.record_call("described", recipient=request.recipient, is_message=request.is_message)
    if run.observers.on_request is not None:
        run.observers.on_request(request)
    return answer


class _Described:
    """The messages that a dry run has described. As in a run, an equal message is a duplicate."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def knows(self, request: GraphRequest, run: Run) -> bool:
        """Whether a message was described before. Only a hash of each is kept, since there may be a million."""
        known_by = (run.call_site(), json_text([request.recipient, request.body, request.part]))
        number = hash(known_by if request.key is None else request.key)
        is_known = number in self._seen
        self._seen.add(number)
        return is_known

    def close(self) -> None:
        """Forget them."""
        self._seen.clear()


def next_state(state: State, answer: GraphAnswer, draft: Draft) -> State:
    """Return the state after a call, with its result as `data` and the facts of its answer as `response`."""
    after = compose_next_state(state, read_answer(answer, draft))
    return after if answer.response is None else {**after, "response": answer.response}


def read_answer(answer: GraphAnswer, draft: Draft) -> Any:
    """Return the result of an answer, which becomes `data`. A placeholder of a dry run already is a result."""
    return answer.body if answer.is_result else draft.read(answer.body)


def graph_operation(
    *, needs: Needs, kind: type[GraphOperation] = GraphOperation
) -> Callable[[Callable[P, Draft]], Callable[P, GraphOperation]]:
    """Make an operation of a function that drafts its call from its arguments.

    The function is called once, when the operation is built. Its arguments may be lazy references, so it must hand
    them on and never look into them; `None` is the only value that it may ask for.

    Args:
        needs: What the call needs of the token and of the app, or a function that says it of the draft.
        kind: The class of the operation, where performing it takes more than the call.
    """
    return lambda function: builder_of(function, partial(kind, needs=needs), takes_state=False)
