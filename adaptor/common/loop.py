"""Loops: an operation for each item of a list, a file or anything else that gives items."""

from __future__ import annotations

from ..core.errors import (
    ABOUT_PAGE,
    ABOUT_PERSON,
    ABOUT_ROW,
    SENT_UNKNOWN,
    AdaptorError,
    ItemsFailed,
    JobError,
    MissingReference,
    UnreadableRow,
)
from ..core.operation import Callback, Operation, Source, Step, Value, builder_of
from ..core.run.context import current_run
from ..core.state import State
from ..core.text.number_of import number_of
from ..core.values.lazy import resolve
from ..ledger.errors import ReplayMismatch
from .rows.failures import Kinds, failure, raise_if_failed, summary
from .rows.readable import readable
from .rows.results import is_put_off, report_result
from .rows.sources import numbered, warn_if_no_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Concatenate, ParamSpec

    from ..core.run.context import Run

    P = ParamSpec("P")

#: The heading under which `adaptor docs` shows this module.
HEADING = "control"


class Loop(Operation):
    """An operation that does something for each item."""

    __slots__ = ()
    is_loop = True


class _LoopOfSends(Loop):
    """A loop that performs another operation for each item."""

    __slots__ = ()
    puts_off = True


def _looping(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, _LoopOfSends)


def _mapping(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, Loop)


#: `try_each` stops after so many sends in a row whose outcome nobody knows: the network or Meta is down.
UNKNOWN_IN_A_ROW = 3


@_looping
def each(
    state: State,
    source: Source,
    operation: Step,
    *,
    as_: str | None = None,
    csv: Value[dict[str, Any] | None] = None,
) -> State:
    """Perform an operation for each item of a list.

    Args:
        source: A list, a lazy reference to one, or a JSONPath such as `$.data.rows[*]` (without `[*]` the whole list
            is one item). A lazy reference may also give a single object, which is one item, or None, which is none.
            A `Path` to a `.csv` or `.jsonl` file, or a function of the state that gives an iterator, is gone through
            without being held in memory. A path that matches nothing gives a warning with the deepest part that exists;
            an empty list or null there gives none.
        operation: Performed with the item as `state.data` and its position as `state.index`. The state that it
            returns is handed to the next item.
        as_: Put the item at `state[as_]` instead and leave `data` alone. Operations that have a result, such as sends,
            still put it into `data`.
        csv: How to read a CSV file: the options of `parse_csv`, `{"delimiter": ";"}`.

    Returns:
        An operation. `data` is what the last item left there.

    Raises:
        JobError: The source has no items to go through. Errors of the operation name the item: `each[17]`,
            from a file `each[17, rows.csv line 19]`.

    Example:
        >>> from adaptor import fn
        >>> each([1, 2], fn(lambda s: {**s, "sum": s.get("sum", 0) + s["data"]}))({})["sum"]
        3
    """
    key = as_ or "data"
    state, has_some = perform_each(
        state,
        numbered(source, state, csv),
        operation,
        lambda before, item, index: {**before, key: readable(item), "index": index},
    )
    warn_if_no_items(state, has_some=has_some)
    return state


def perform_each(
    state: State,
    items: Iterable[tuple[int, Any]],
    operation: Step,
    given: Callable[[State, Any, int], State],
) -> tuple[State, bool]:
    """Perform an operation for each item, as `each` does.

    Args:
        state: The state before the first item.
        items: The items, each with its position.
        operation: The operation.
        given: Returns what the operation is given: for the state after the item before, an item, and its position.

    Returns:
        The state after the last item, and whether there was any.
    """
    run = current_run()
    path = run.path
    name = path[-1][0]
    left_out_before = run.audience.left_out_before
    put_off: dict[int, tuple[int, Any]] = {}
    held_back: ReplayMismatch | None = None
    index = -1
    try:
        for index, item in run.watched(_again_at_the_end(items, put_off)):
            path[-1] = (name, index)
            counted, left_out = _counted(run), run.audience.left_out
            run.audience.left_out_before = left_out
            try:
                state = operation(given(state, item, int(index)))
            except ReplayMismatch as error:
                if index not in put_off:
                    put_off[index] = index, item
                    _count_back(run, counted)
                else:
                    if not is_put_off(run, within=1):
                        _count_held_back(run, index, error)
                    if held_back is None:
                        # The other deferred items are tried now: a resume would stop at this one again.
                        held_back = error
                    else:
                        run.log("info", "job", f"{error.place}: {error.headline()}")
            except JobError as error:
                if not _follows_a_send_left_out(error, run, left_out):
                    raise
    except ItemsFailed as error:
        error.went_through = False
        raise
    finally:
        run.audience.left_out_before = left_out_before
    if held_back is not None:
        raise held_back
    path[-1] = (name, None)
    return state, index >= 0


@_looping
def try_each(
    state: State,
    source: Source,
    operation: Step,
    *,
    as_: str | None = None,
    csv: Value[dict[str, Any] | None] = None,
    fail: bool | None = None,
) -> State:
    """Perform an operation for each item of a list, going on past items that cannot be served.

    Only errors about the item are passed over: a person who cannot be reached, a message that Meta would refuse, a
    missing value, a row of a file that cannot be read, a send whose outcome nobody knows. An invalid token, a missing
    permission, a policy block, a network that is down or an exception in the job's own code stops the loop at once. So
    do three unknown outcomes in a row.

    Args:
        source: As for `each`.
        operation: Performed with the item as `state.data` and its position as `state.index`.
        as_: Put the item at `state[as_]` instead and leave `data` alone.
        csv: As for `each`.
        fail: What to do at the end with the items that were passed over. Default (None): raise, unless all of them were
            about the person (blocked, window closed, unknown). True: raise if there are any. False: never raise.

    Returns:
        An operation. `failed` is the list of items passed over, each `{"index", "error", "about", "sent"}`, from a
        file also its `file` and `line`; `data` is what the last item left there.

    Raises:
        ItemsFailed: At the end, with that list in `details`. The other items were served.

    Example:
        >>> from adaptor import send_text, state
        >>> too_long = [{"psid": "1", "text": "x" * 2001}]
        >>> done = try_each(too_long, send_text(state.data.psid, state.data.text), fail=False)({})
        >>> done["failed"][0]["error"]["name"]
        'InvalidMessage'
    """
    run = current_run()
    path = run.path
    key = as_ or "data"
    failed: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    kinds = Kinds()
    count = 0
    left_out_before = run.audience.left_out_before
    put_off: dict[int, tuple[int, Any]] = {}
    quiet, writes_before = 0, _writes(run)
    for index, item in run.watched(_again_at_the_end(numbered(source, state, csv), put_off)):
        path[-1] = ("try_each", index)
        # The error in place of an unreadable row is no JSON, and must not be left in the state.
        before = {**state, key: None if isinstance(item, UnreadableRow) else item, "index": int(index)}
        counted, reported, left_out = _counted(run), run.observers.results_reported, run.audience.left_out
        run.audience.left_out_before = left_out
        made, unknown, writes = run.made, run.unknown_in_a_row, _writes(run)
        count += index not in put_off
        try:
            readable(item)
            with run.catching():
                state = operation(before)
        except AdaptorError as error:
            if isinstance(error, ReplayMismatch) and index not in put_off:
                put_off[index] = index, item
                _count_back(run, counted)
                continue
            if _follows_a_send_left_out(error, run, left_out):
                state = before
                continue
            if error.about not in (ABOUT_PERSON, ABOUT_ROW) or _is_about_the_job(error, key):
                raise
            if run.open_ledger is not None:
                run.open_ledger.forget_failures()
            failed.append(failure(index, error))
            kinds.add(index, error)
            if isinstance(error, ReplayMismatch):
                _count_held_back(run, index, error)
            elif run.observers.results_reported == reported:
                report_result(run, "failed", None, index=index, error=error)
            if _writes(run) == writes:
                _report_passed_over(run, error)
            if error.is_earlier:
                # Listed as before. What an earlier attempt could not learn does not fail this one too.
                state = before
                continue
            new.append(failed[-1])
            if run.made == made:
                # No write of the item was counted: what is unknown was raised by a function of the job.
                run.unknown_in_a_row = unknown + 1 if error.sent == SENT_UNKNOWN else 0
            if run.unknown_in_a_row >= UNKNOWN_IN_A_ROW:
                error.fix = f"Three sends in a row have no known outcome, so the loop stopped. {error.fix}"
                error.details = {"failed": failed}
                # Loops around this one stop too: the network or Meta is down.
                error.about = ABOUT_PAGE
                raise
            run.log("debug", "job", f"{error.place}: {error.headline()}")
            state = before
        else:
            quiet += _writes(run) == writes and run.audience.left_out == left_out
            if run.unknown_in_a_row == unknown:
                run.unknown_in_a_row = 0
    path[-1] = ("try_each", None)
    run.audience.left_out_before = left_out_before
    warn_if_no_items(state, has_some=count > 0)
    if failed:
        what = f"passed over {len(failed):,} of {number_of(count, 'items')}: {summary(failed)}"
        # With fail=False the job itself does something about them.
        details = (
            "; state['failed'] holds them, and --results FILE.csv writes them"
            if fail is False
            else f"\n{kinds.listed()}"
        )
        run.log("info", "job", f"{what}{details}")
    if quiet and _writes(run) != writes_before:
        # With the messages and what was passed over it makes up all items.
        run.log("info", "job", f"nothing to send for {quiet:,} of {number_of(count, 'items')}")
    raise_if_failed(failed, count, "items", fail=fail, new=new)
    return {**state, "failed": failed}


@_mapping
def map_(state: State, source: Source, callback: Callback[[Any, int, State], Any]) -> State:
    """Make a list of what a function returns for each item.

    Args:
        source: As for `each`.
        callback: Called with `(item, index, state)`, one item after the other.

    Returns:
        An operation. `data` becomes the list of results; `references` stay as they are.

    Raises:
        JobError: The function raised, or the source has no items to go through; `map_[17]` names the item.

    Example:
        >>> map_("$.rows[*]", lambda item, index, state: item * 2)({"rows": [1, 2]})["data"]
        [2, 4]
    """
    run = current_run()
    results = []
    for index, item in run.watched(numbered(source, state)):
        run.path[-1] = ("map_", index)
        results.append(resolve(callback(readable(item), int(index), state), state))
    run.path[-1] = ("map_", None)
    warn_if_no_items(state, has_some=bool(results))
    return {**state, "data": results}


def _again_at_the_end(
    items: Iterable[tuple[int, Any]], put_off: dict[int, tuple[int, Any]]
) -> Iterator[tuple[int, Any]]:
    """Yield items, then those that were deferred in the meantime.

    On a resume a person's messages may come in another order than before. One that is not recorded waits until all
    recorded ones were reached: only then is it certain to be a new one, and not another text for one of them.
    """
    yield from items
    yield from put_off.values()


def _follows_a_send_left_out(error: AdaptorError, run: Run, left_out: int) -> bool:
    """Whether an item failed because it reads the answer of a send that the command line left out."""
    if run.audience.left_out == left_out or not isinstance(error, JobError) or isinstance(error, ItemsFailed):
        return False
    run.log("debug", "job", f"{error.place}: nothing was sent before that, so this is left out too: {error.headline()}")
    return True


def _count_held_back(run: Run, index: int, error: AdaptorError) -> None:
    """Count a message that an earlier attempt sent with other content: it certainly was not sent."""
    run.record_call("failed", is_message=True, error=error)
    report_result(run, "failed", None, index=index, error=error)


def _report_passed_over(run: Run, error: AdaptorError) -> None:
    """Report an item that no write was made for, unless a function of the job may have sent something."""
    # A loop inside this one has reported its items itself.
    if run.observers.on_passed_over is None or isinstance(error, ItemsFailed) or error.sent == SENT_UNKNOWN:
        return
    # Details may be large, and no report shows them.
    facts = {key: value for key, value in error.facts().items() if key != "details"}
    run.observers.on_passed_over({"place": run.place(), "error": facts})


def _writes(run: Run) -> tuple[int, tuple[int, int, int]]:
    """Return a value that another write changes, also one that was refused, or that an earlier attempt has made."""
    return sum(run.outcomes.values()), run.made


def _counted(run: Run) -> int:
    return 0 if run.open_ledger is None else run.open_ledger.checkpoint()


def _count_back(run: Run, counted: int) -> None:
    # The item is performed again later, so what it has written is not counted twice.
    if run.open_ledger is not None:
        run.open_ledger.rewind(counted)


def _is_about_the_job(error: AdaptorError, key: str) -> bool:
    """Whether a path is missing that does not start at the item: it would be missing for every item."""
    return isinstance(error, MissingReference) and error.root not in (None, key)
