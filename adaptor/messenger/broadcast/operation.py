"""`broadcast`: one message to many people."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from ...common.rows.failures import the_first, what_to_do
from ...common.rows.rounded import rounded_columns
from ...common.rows.sources import items_read_twice, numbered, warn_if_no_items
from ...core.config import read_configuration
from ...core.errors import AdaptorError, ItemsFailed, JobError, UnreadableRow, WrongCall
from ...core.operation import Operation, People, Source, Step, Value, as_operation, builder_of
from ...core.run.context import current_run
from ...core.state import State, compose_next_state
from ...core.text.number_of import number_of
from ...core.values.lazy import resolve
from ...graph.batch_request import MOST_PARTS
from ...graph.operation import GraphOperation
from ...ledger.ledger import ledger_of
from ...ledger.pace import INBOX_PER_SECOND, MESSAGES_PER_SECOND
from ...ledger.records import SENT
from .confirmation import confirmation
from .exclusions import Exclusions, how_many
from .options import BroadcastOptions
from .outcomes import Outcomes
from .pace import Pace
from .progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Concatenate, ParamSpec

    from ...core.run.context import Run
    from ...graph.client import GraphClient
    from ...ledger.ledger import Ledger
    from .requests import Invalid, Outgoing, Skipped

    P = ParamSpec("P")

#: The heading of these names in `adaptor docs`.
HEADING = "bulk"

#: The most calls at once, unless the job says otherwise.
CONCURRENCY = 64


class _Broadcast(Operation):
    """The operation `broadcast`. It refuses wrong options, and an operation of several calls, when it is built."""

    __slots__ = ()
    is_loop = True

    def __init__(self, build: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        super().__init__(build, function, args, kwargs)
        _check_number("batch_size", kwargs.get("batch_size"), 1, MOST_PARTS)
        _check_number("concurrency", kwargs.get("concurrency"), 1, 1000)
        _check_number("max_in_flight", kwargs.get("max_in_flight"), 1, 1_000_000)
        rate = kwargs.get("rate")
        if rate is not None and not (isinstance(rate, int | float) and not isinstance(rate, bool) and 0 < rate < 1e6):
            raise WrongCall("`rate` of broadcast() must be messages a second.", fix="Write rate=40.")
        operation = args[1]
        if isinstance(operation, GraphOperation) and operation.draft.makes_several_calls:
            raise WrongCall(
                f"broadcast() was given {operation.title()}, which makes several calls.",
                fix="Leave out split= and typing=, or go through the people with try_each(…).",
            )

    def perform(self, state: State, run: Run) -> State:
        """Resolve all arguments but `key`, which is resolved for each person, and call the function."""
        args = [resolve(value, state) for value in self.args]
        kwargs = {name: value if name == "key" else resolve(value, state) for name, value in self.kwargs.items()}
        performed: State = self.function(state, *args, **kwargs)
        return performed


def _broadcasting(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, _Broadcast)


@_broadcasting
def broadcast(
    state: State,
    recipients: Source,
    operation: Step,
    *,
    key: Value[str | int | None] = None,
    concurrency: int | None = None,
    batch_size: int = MOST_PARTS,
    rate: float | None = None,
    max_in_flight: int | None = None,
    skip: People = None,
    csv: Value[dict[str, Any] | None] = None,
    fail: bool | None = None,
) -> State:
    """Send one message to many people: to each at most once; what cannot be known is reported as unknown.

    Up to fifty messages go out as one call, and as many calls at once as it takes to keep the pace that Meta allows.
    Each message is recorded in the ledger before it leaves, so a run that is killed at any moment resumes with
    `--resume`, and nobody is written to twice. The same message to the same person is sent once; another one to the
    same person (two children, one phone) is sent too. In a loop or `combine` this holds for all of it. Nothing passes
    from one person to the next.

    Args:
        recipients: As for `each`: a list, a lazy reference to one, a JSONPath, a `Path` to a `.csv` or `.jsonl` file, a
            function of the state that gives an iterator. It is never held in memory as a whole.
        operation: One operation such as `send_text`, or `fn_if`/`combine` that comes down to one. The person is
            `state.data`, their position `state.index`. People for whom it performs nothing are skipped.
        key: Made of what is to happen once ever for this Page, across all runs: `state.data.appointment_id`.
        concurrency: The most calls at once. Default: 64; fewer are made where the answers come quickly.
        batch_size: The most messages in a call, 50 at most; 1 makes a call for each. At the pace that is allowed calls
            are smaller, so that no second sees much more than that, and many are under way.
        rate: Messages a second for the Page, for all who write for it together. Default: 300, Meta's limit. At more
            than 40 the Page's inbox stops showing messages until the volume drops.
        max_in_flight: The most messages whose answers are awaited: so many can be left unknown by a crash. Fewer are
            slower. Default: `concurrency` times `batch_size`.
        skip: People who are never to be written to: a list of ids, a `Path` to a `.csv`, `.jsonl` or text file, or an
            operation that lists people, such as `list_blocked_users()`. A damaged id in it, or a row that cannot be
            read, stops the broadcast before anybody is written to.
        csv: How a CSV file of recipients is read: the options of `parse_csv`, `{"delimiter": ";"}`.
        fail: As for `try_each`. Default (None): raise at the end, unless all failures were about the person.

    Returns:
        An operation. `data` becomes `{"total", "outcomes": {"sent", "failed", "unknown", "skipped", "duplicate"},
        "errors": {name: count}, "results"}`; `results` says how each person's result can be seen. `failed` lists the
        first 100 failures, each `{"index", "error", "about", "sent"}`, from a file also its `file` and `line`.

    Raises:
        GraphError: The token, a permission or the Page is at fault: it would be the same for everybody. What was sent
            by then is recorded, and the run can be resumed.
        NotSent: There is no connection. What was sent by then is noted.
        ItemsFailed: At the end: some messages did not go out, or nobody knows whether they did. All others did.
        ReplayMismatch: A resumed run would send many people something else than what it recorded before.

    Example:
        >>> from adaptor import send_text, state
        >>> broadcast(state.data.people, send_text(state.data.psid, f"Hello {state.data.name}.")).name
        'broadcast'

    Source: https://developers.facebook.com/docs/messenger-platform/overview/rate-limiting
    """
    from .requests import outgoing_of

    run = current_run()
    run.check_thread()
    temporary = partial(_TemporaryLedger, run)
    ledger: Ledger = ledger_of(run) if run.ledger is not None else run.resource("broadcast", temporary).ledger
    at_once = concurrency or CONCURRENCY
    pace = Pace(rate or MESSAGES_PER_SECOND, batch_size, at_once, max_in_flight or at_once * batch_size)
    outcomes = Outcomes(run)
    exclusions = Exclusions(skip, run, state)
    items = numbered(recipients, state, csv)
    # Only these have an end that is certain and cheap to reach, so only these are counted to the end.
    counts_rest = isinstance(recipients, list | os.PathLike)
    prepared = as_operation(operation, "broadcast")
    if run.dry_run:
        from .dry_run import DryRun

        page = "" if run.ledger is None else _client(run, state).page.name(ledger, ask=True)
        found = _narrow(
            outgoing_of(items, prepared, key, state, run, ledger, page), run, ledger, counts_rest=counts_rest
        )
        DryRun(run, ledger, outcomes, pace).describe(found, exclusions)
    else:
        from ...graph.connection import GraphConnection
        from .engine import Engine

        total = _total(recipients, run, csv)
        client = _client(run, state)
        configuration = read_configuration(state.get("configuration"))
        pace = pace._replace(retries=client.retries)
        page = client.page.name(ledger, ask=True)
        _ask(
            run,
            client,
            total,
            pace,
            ledger.record.outcomes.get(SENT, 0),
            lambda: [
                ("Look at", _id_warnings(recipients, state, csv)),
                ("Earlier run", _earlier_run(recipients, prepared, state, csv)),
            ],
        )
        connect = partial(GraphConnection, configuration, run)
        engine = Engine(run, ledger, page, connect, pace, outcomes, Progress(run, outcomes, total))
        try:
            found = outgoing_of(items, prepared, key, state, run, ledger, page)
            engine.send(_narrow(found, run, ledger, counts_rest=counts_rest), exclusions)
        except AdaptorError as error:
            outcomes.log_failures()
            error.details = {**outcomes.result(_where(run, ledger)), "failed": outcomes.failed}
            error.fix = f"{error.fix} Before it stopped: {_summary(outcomes)}.".strip()
            if error.place is None:
                # It is not about one message, and others were sent.
                error.about_sending = False
            raise
    run.path[-1] = ("broadcast", None)
    result = outcomes.result(_where(run, ledger))
    run.log("info", "broadcast", _summary(outcomes), **result)
    if not run.dry_run:
        outcomes.log_failures()
    warn_if_no_items(state, has_some=outcomes.total > 0)
    _raise_if_failed(outcomes, fail)
    return {**compose_next_state(state, result), "failed": outcomes.failed}


def _client(run: Run, state: State) -> GraphClient:
    # Importing requests takes longer than a whole job that sends nothing.
    from ...graph.client import client_for

    return client_for(run, state.get("configuration"))


def _total(recipients: Any, run: Run, csv: Any) -> int | None:
    """Return how many people there are, where that is to be shown and can be known."""
    if BroadcastOptions.of(run).confirm is None and run.observers.progress is None:
        return None
    total = how_many(recipients, csv)
    return (
        total if run.audience.limit is None else run.audience.limit if total is None else min(total, run.audience.limit)
    )


class _TemporaryLedger:
    """A ledger in memory, for a run that keeps none."""

    def __init__(self, run: Run) -> None:
        from ...ledger.ledger import Ledger
        from ...ledger.records import RunRecord
        from ...ledger.store import IN_MEMORY, open_store

        record = RunRecord(run.id or "run", "", "", "", started=run.began)
        self.ledger = Ledger.begin(open_store(IN_MEMORY), record, redactor=run.redactor)

    def close(self) -> None:
        """Close the ledger, and lose its records."""
        self.ledger.close(0, finished=True)


def _narrow(
    found: Iterable[Outgoing | Invalid | Skipped], run: Run, ledger: Ledger, *, counts_rest: bool
) -> Iterator[Outgoing | Invalid | Skipped]:
    """Leave out whom the command line leaves out: all but one person, or all after the first few.

    Args:
        found: What is to be done for each item.
        run: Knows who is wanted.
        ledger: Knows who was written to before, and is not left out.
        counts_rest: Items after the first few are gone through, so that those who are left out are counted.
    """
    from .requests import Outgoing, Skipped

    audience = run.audience
    is_narrowed = not audience.is_everybody
    for each in found:
        is_call = isinstance(each, Outgoing)
        if isinstance(each, Outgoing) and is_narrowed and ledger.is_resumed and ledger.is_made(each.write):
            # What is recorded of it is given back.
            audience.reach(each.request.person)
            yield each
            continue
        is_wanted = audience.includes(each.request.person) if isinstance(each, Outgoing) else audience.only_to is None
        if audience.has_reached_limit and not (is_call and is_wanted):
            is_wanted = False
            audience.left_out += 1
            if not counts_rest:
                return
        yield each if is_wanted else Skipped(each.index, each.recipient)


def _id_warnings(recipients: Any, state: State, csv: Any) -> str:
    """Return what looks wrong with the ids of the people who are about to be written to."""
    return " ".join(
        f"{what[0].upper()}{what[1:]}" for what in rounded_columns(items_read_twice(recipients, state, csv))
    )


def _earlier_run(recipients: Any, operation: Operation, state: State, csv: Any) -> str:
    """Return a sentence about a finished run of the same job: to how many of these people it has written."""
    run = current_run()
    earlier = BroadcastOptions.of(run).earlier
    if earlier is None or run.ledger is None:
        return ""
    name, sentence = earlier
    if not isinstance(recipients, list | os.PathLike):
        # It can be gone through only once.
        return sentence
    people = set()
    for index, item in numbered(recipients, state, csv):
        of_item = {**state, "data": item, "index": int(index)}
        try:
            narrowed = None if isinstance(item, UnreadableRow) else operation.narrowed(of_item)
        except AdaptorError:
            # It is said when the row's turn comes.
            continue
        if isinstance(narrowed, GraphOperation):
            people.add(narrowed.draft.recipient_for(of_item))
    count = ledger_of(run).store.writes.people_among(name, (each for each in people if each is not None))
    return f"{sentence} {count:,} of the people above {'is' if count == 1 else 'are'} among them."


def _ask(
    run: Run,
    client: GraphClient,
    total: int | None,
    pace: Pace,
    before: int,
    known: Callable[[], list[tuple[str, str]]],
) -> None:
    """Say what is about to happen, and ask where somebody is there to answer.

    Raises:
        JobError: The answer was no. Nothing was sent.
    """
    if total == 0:
        # Nothing is about to happen: the counts say so.
        return
    confirm = BroadcastOptions.of(run).confirm
    if confirm is None:
        if pace.rate > INBOX_PER_SECOND and (total is None or total > INBOX_PER_SECOND):
            run.log("debug", "broadcast", "Above 40 messages a second the Page's inbox does not show them all.")
        return
    words = confirmation(client.page.in_words(), total, pace, before, known())
    if not confirm(words):
        raise JobError(
            "Nobody was written to: the question was answered with no.", code="DECLINED", fix="Run it again."
        )


def _where(run: Run, ledger: Ledger) -> str | None:
    return f"adaptor runs results {run.id}" if ledger.is_kept and run.id else None


def _summary(outcomes: Outcomes) -> str:
    counts = [f"{count:,} {outcome}" for outcome, count in outcomes.counts.most_common()]
    before = f" ({outcomes.before:,} of them before)" if outcomes.before else ""
    errors = ", ".join(f"{count:,} × {name}" for name, count in outcomes.errors.most_common())
    if not counts:
        return "0 people"
    people = "1 person" if outcomes.total == 1 else f"{outcomes.total:,} people"
    return f"{people}: {', '.join(counts)}{before}{f'; {errors}' if errors else ''}"


def _raise_if_failed(outcomes: Outcomes, fail: bool | None) -> None:
    if not outcomes.unwell or fail is False or (fail is None and outcomes.only_persons):
        return
    unwell = outcomes.counts["failed"] + outcomes.counts["unknown"]
    what = ", ".join(f"{count:,} × {name}" for name, count in outcomes.errors.most_common())
    raise ItemsFailed(
        f"{unwell:,} of {number_of(outcomes.total, 'messages')} did not succeed: {what or 'unknown'}."
        + (f" {the_first(outcomes.failed)}" if outcomes.failed else ""),
        fix=what_to_do(outcomes.failed),
        details=outcomes.failed,
    )


def _check_number(name: str, value: Any, least: int, most: int) -> None:
    if value is not None and not (isinstance(value, int) and not isinstance(value, bool) and least <= value <= most):
        raise WrongCall(
            f"`{name}` of broadcast() must be a whole number from {least} to {most:,}.", fix=f"Write {name}={least}."
        )
