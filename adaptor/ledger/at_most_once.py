"""Writes on their way through the ledger: each is made at most once, and what was made before is given back."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import SENT_UNKNOWN, AdaptorError, DeliveryUnknown
from ..core.restored import restored
from .errors import LedgerError
from .ledger import ClaimEntry, ended, sent
from .records import FAILED, SENT, SKIPPED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from ..core.context import Run
    from .ledger import Ledger
    from .records import Outcome, Row, Write

    #: Entered while writes wait to be made again that certainly were not made: given their places among those that are
    #: being made, and how others of these have ended. A run that is killed meanwhile may make them again.
    Waiting = Callable[[Sequence[int], Mapping[int, Any]], AbstractContextManager[object]]
    #: Makes those writes whose positions and ids it is given, and returns an answer or an `AdaptorError` for each.
    Make = Callable[[list[tuple[int, str]], Waiting], list[Any]]


class WriteOutcome(NamedTuple):
    """What became of one write.

    Attributes:
        answer: What making it gave, or the error that it ended with.
        row: What is recorded, where it was not made now; `answer` is then the recorded result.
        is_repeat: This attempt came to it before: the same message, from the same line to the same person.
    """

    answer: Any
    row: Row | None = None
    is_repeat: bool = False


def perform_at_most_once(
    run: Run,
    writes: Sequence[Write],
    make: Make,
    result_of: Callable[[Any], Any],
    has_left: Callable[[], bool],
) -> list[WriteOutcome]:
    """Make the writes that were not made before, and note how each ends.

    Args:
        run: Has a ledger. Who wants it to end waits for what is being noted.
        writes: What is to be made.
        make: Makes those that are to be made now. Where it raises, all of them ended so.
        result_of: Makes of an answer what is kept of it, as JSON.
        has_left: Whether `make` has put anything on the wire when it was interrupted.

    Raises:
        LedgerError: Nothing is sent that cannot be noted first; what was sent and cannot be noted stands as unknown.
    """
    ledger: Any = run.ledger
    with _undisturbed(run, True):
        entries = ledger.take(writes, sending=True)
        ours: dict[str, int] = {}
        for index, entry in enumerate(entries):
            if entry.is_ours:
                # The same write twice in one breath is one write.
                ours.setdefault(entry.id, index)
        answers: dict[str, Any] = {}
        if ours:
            answers = _made(ledger, run, ours, writes, make, result_of, has_left)
            _settle(ledger, _outcomes(answers, result_of), {id_: writes[index] for id_, index in ours.items()})
    for entry, write in zip(entries, writes, strict=True):
        if write.sole_at_site and entry.row.write.fingerprint not in (write.fingerprint, ""):
            run.log("info", "run", f"{run.place()}: made before the run stopped, with other content; not made again.")
    return [
        WriteOutcome(answers[entry.id])
        if entry.id in answers and entry.error is None and not entry.is_repeat
        else _given_back(entry, run, answers.get(entry.id))
        for entry in entries
    ]


def _made(
    ledger: Ledger,
    run: Run,
    ours: dict[str, int],
    writes: Sequence[Write],
    make: Make,
    result_of: Callable[[Any], Any],
    has_left: Callable[[], bool],
) -> dict[str, Any]:
    """Make writes; where that ends with an error, note it for all of them."""
    has_begun = False
    ids = list(ours)

    @contextmanager
    def waiting(places: Sequence[int], others: Mapping[int, Any]) -> Iterator[None]:
        again = [ids[place] for place in places]
        with _undisturbed(run, True):
            known = {id_: writes[index] for id_, index in ours.items()}
            _settle(ledger, _outcomes({ids[place]: answer for place, answer in others.items()}, result_of), known)
            ledger.not_sent_yet(again)
        run.stop_if_asked()
        yield
        with _undisturbed(run, True):
            if run.stopping is None:
                ledger.begin_sending(again)
        run.stop_if_asked()

    try:
        with _undisturbed(run, False):
            run.stop_if_asked()
            has_begun = True
            made = make([(index, id_) for id_, index in ours.items()], waiting)
    except AdaptorError as error:
        _settle(ledger, [ended(id_, error) for id_ in ours], {id_: writes[index] for id_, index in ours.items()})
        raise
    except BaseException:
        # Those of several that were answered before are settled, and stay so.
        if not has_begun or not has_left():
            ledger.not_sent_yet(list(ours))
        raise
    return dict(zip(ours, made, strict=True))


def _outcomes(answers: Mapping[str, Any], result_of: Callable[[Any], Any]) -> list[Outcome]:
    return [
        ended(id_, answer) if isinstance(answer, AdaptorError) else sent(id_, result_of(answer))
        for id_, answer in answers.items()
    ]


def _settle(ledger: Ledger, outcomes: Sequence[Outcome], writes: dict[str, Write]) -> None:
    try:
        ledger.settle(outcomes)
    except LedgerError as error:
        error.sent = SENT_UNKNOWN
        raise
    for each in outcomes:
        if each.outcome == FAILED:
            ledger.note_failure(writes[each.id], each.id)


@contextmanager
def _undisturbed(run: Run, is_so: bool) -> Iterator[None]:
    """Let who wants the run to end wait meanwhile, or no longer; signals come to the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before, run.is_between = run.is_between, is_so
    try:
        yield
    finally:
        run.is_between = before


def _given_back(entry: ClaimEntry, run: Run, made_now: Any = None) -> WriteOutcome:
    """Return what is recorded of a write, as if it had been made now."""
    row, is_repeat = entry.row, entry.is_repeat
    if entry.error is not None:
        # It may not be made; what is recorded is of another write.
        return WriteOutcome(entry.error)
    if made_now is not None:
        # The same write twice in this very call.
        return WriteOutcome(made_now, row, is_repeat)
    if row.outcome == FAILED and row.error is not None:
        return WriteOutcome(restored(row.error, row.about), row, is_repeat)
    if row.outcome == SENT:
        ledger: Any = run.ledger
        return WriteOutcome(ledger.result_of(row), row, is_repeat)
    if row.outcome != SKIPPED:
        error = unknown_before(row)
        if run.hears_of(error, was_heard=row.error is not None):
            return WriteOutcome(error, row, is_repeat)
    return WriteOutcome({"outcome": SKIPPED if row.outcome == SKIPPED else UNKNOWN}, row, is_repeat)


def unknown_before(row: Row) -> AdaptorError:
    """Return the error of a write whose outcome was not known before; a loop counts it and goes on."""
    if row.error is not None:
        error = restored(row.error, row.about)
    else:
        error = DeliveryUnknown(
            "The run was stopped while this was being sent: nobody knows whether it arrived.",
            fix="Settle it with adaptor runs settle, or look in the conversation.",
        )
    error.is_earlier = True
    return error
