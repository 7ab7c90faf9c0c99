"""From the items of a source to the calls that are to be made, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...common.rows.readable import readable
from ...core.errors import ABOUT_PERSON, ABOUT_ROW, AdaptorError, InvalidMessage, MissingReference, WrongCall
from ...core.values.lazy import resolve
from ...graph.ledgered import write_of
from ...graph.operation import GraphOperation
from ...graph.request import own_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...core.operation import Operation
    from ...core.run.context import Run
    from ...core.state import State
    from ...graph.request import GraphRequest
    from ...ledger.ledger import Ledger
    from ...ledger.records import Write


class Outgoing:
    """One call that is to be made.

    Attributes:
        index: The position of its item.
        operation: The operation that makes it.
        recipient: Whom it is for.
        request: The finished call.
        write: The write as the ledger knows it.
        id: Its id in the ledger.
        repeats: How often it was repeated because it certainly was not sent.
    """

    __slots__ = ("id", "index", "operation", "recipient", "repeats", "request", "write")

    def __init__(self, index: int, operation: Operation, request: GraphRequest, write: Write) -> None:
        self.index = index
        self.operation = operation
        self.request = request
        self.write = write
        self.recipient = write.recipient
        self.id = ""
        self.repeats = 0


class Invalid:
    """An item of which no call can be made.

    Attributes:
        index: Its position.
        recipient: Whom it would have been for, where that is known.
        error: Why.
    """

    __slots__ = ("error", "index", "recipient")

    def __init__(self, index: int, recipient: str | None, error: AdaptorError) -> None:
        self.index = index
        self.recipient = recipient
        self.error = error


class Skipped:
    """An item that comes down to no operation, or is for somebody who is left out.

    Attributes:
        index: Its position.
        recipient: Whom it is for, where that is known.
    """

    __slots__ = ("index", "recipient")

    def __init__(self, index: int, recipient: str | None = None) -> None:
        self.index = index
        self.recipient = recipient


def outgoing_of(
    items: Iterable[tuple[int, Any]],
    operation: Operation,
    key: Any,
    state: State,
    run: Run,
    ledger: Ledger,
    page: str,
) -> Iterator[Outgoing | Invalid | Skipped]:
    """Yield the request for each item, or why there is none.

    Args:
        items: The items, one after the other, each with its position.
        operation: Comes down to one call for each.
        key: The job's own key for each, lazily, or None.
        state: The state of the job; each item takes the place of its `data`.
        run: The run; errors name its place.
        ledger: Records what is made.
        page: The Page that writes.
    """
    path = run.path
    site = run.call_site()
    for index, item in items:
        path[-1] = ("broadcast", index)
        of_item = {**state, "data": item, "index": int(index)}
        narrowed = None
        try:
            readable(item)
            narrowed = operation.narrowed(of_item)
            if narrowed is None:
                yield Skipped(index)
                continue
            request = _call(narrowed, of_item)
            given = own_key(resolve(key, of_item)) if key is not None else request.key
            # Reads the files, too: one that cannot be read is this item's alone.
            write = write_of(request, ledger, site, page, once=True, key=given)
        except AdaptorError as error:
            if error.place is None:
                operation.locate(error, run, of_item)
            if error.about not in (ABOUT_PERSON, ABOUT_ROW) or _is_about_the_job(error):
                raise
            recipient = narrowed.draft.recipient_for(of_item) if isinstance(narrowed, GraphOperation) else None
            yield Invalid(index, recipient, error)
            continue
        yield Outgoing(index, narrowed, request, write)


def _call(narrowed: Operation, state: State) -> GraphRequest:
    if not isinstance(narrowed, GraphOperation):
        raise WrongCall(
            f"broadcast() was given `{narrowed.title()}`, which does not come down to one call to Graph.",
            fix="Give one operation such as send_text(…), or fn_if(…) around some. What needs several steps for each "
            "person goes into try_each(…).",
        )
    requests = narrowed.calls(state)
    if len(requests) != 1:
        raise InvalidMessage(
            f"`{narrowed.title()}` makes {len(requests)} calls for this person, and broadcast() makes one.",
            fix="Leave out typing= and split=, or go through the people with try_each(…).",
            details={"field": "operation"},
        )
    if not requests[0].is_write:
        raise WrongCall(
            f"broadcast() was given `{narrowed.title()}`, which sends nothing.", fix="Read with each(…) or batch(…)."
        )
    only: GraphRequest = requests[0]
    return only


def _is_about_the_job(error: AdaptorError) -> bool:
    """Whether a path is missing that does not start at the item: it would be missing for every item."""
    return isinstance(error, MissingReference) and error.root not in (None, "data")
