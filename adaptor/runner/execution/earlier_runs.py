"""Earlier runs of a job: one to go on with, one that runs at the same time, and what each of them has sent."""

from __future__ import annotations

from ...core.errors import InputError
from .counts import in_words
from .result import EXIT_INTERRUPTED, EXIT_WELL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...core.context import Run
    from ...ledger.records import RunRecord
    from ...ledger.store import Store
    from .resume import LedgerOptions


def to_go_on_with(store: Store, last: RunRecord | None, run: Run, wishes: LedgerOptions) -> str | None:
    """Return the run that is to go on in the place of a new one, where the last one did not come to its end.

    Args:
        store: The ledger.
        last: The newest run of the same job and initial state that has written something.
        run: The new one.
        wishes: Asks, or says by itself what is wished. An answer that begins anew makes the new run fresh.

    Raises:
        InputError: It has sent something, and nobody said what is to be done. Nothing was sent.
    """
    from ...ledger.records import FINISHED, RUNNING

    if last is None or last.purged is not None:
        return None
    if last.status == FINISHED:
        _tell(store, last, run)
        return None
    writes, messages = made_of(last)
    if not writes:
        return None
    counts = ", ".join(in_words(messages, writes))
    how = "was killed" if last.status == RUNNING else _how_it_ended(last.exit_code)
    what = f"The last run of this job with the same initial state, `{last.id}`, {how}: {counts}."
    if wishes.ask is not None:
        answer = wishes.ask(what)
        if answer is not None:
            wishes.fresh = not answer
            return last.id if answer else None
    raise InputError(
        f"{what} Begun anew, it would {'write to them' if messages else 'make them'} again.",
        fix=f"Go on with it: --resume {last.id}. Or begin anew on purpose: --fresh.",
    )


def check_alone(store: Store, path: str, input_digest: str, run: Run, wishes: LedgerOptions) -> None:
    """Refuse to run what another process runs at the same time.

    Args:
        store: The ledger.
        path: What is run.
        input_digest: With which initial state.
        run: The new one. What has ended since it began has run beside it.
        wishes: Whether it is begun on purpose, whatever else there is.

    Raises:
        InputError: Another process does. Nothing was sent.
    """
    began = began_at(store, run)
    for other in () if wishes.fresh else store.runs.alongside(path, input_digest, began):
        if store.runs.is_under_way(other):
            raise InputError(
                f"The same job with the same initial state is under way in another process, as run `{other.id}`.",
                fix="Wait until it ends. With --fresh it is begun a second time, and people are written to twice.",
            )
        if other.ended is not None and other.ended >= began:
            raise InputError(
                f"Another process ran the same job with the same initial state meanwhile, as run `{other.id}`. "
                "This run has sent nothing.",
                fix=f"See what it did: adaptor runs show {other.id}.",
            )


def began_at(store: Store, run: Run) -> float:
    """Return when a run began, by the ledger's clock."""
    return store.database.now() - (run.now() - run.began)


def guards_of(store: Store, record: RunRecord, began: float) -> list[str]:
    """Return the earlier runs of a job that had not ended well when this one began, by the ledger's clock.

    What they have sent, this one does not send again.
    """
    return [] if record.is_fresh else store.runs.guarding(record.path, record.words, began)


def made_of(record: RunRecord) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many writes of a run were made or are unknown, and how many of these are messages."""
    found = []
    for counts in (record.outcomes, record.messages):
        made = {"sent": counts.get("sent", 0), "unknown": counts.get("unknown", 0) + counts.get("sending", 0)}
        found.append({outcome: count for outcome, count in made.items() if count})
    return found[0], found[1]


def _tell(store: Store, last: RunRecord, run: Run) -> None:
    """Say whom a finished run of the same job has written to."""
    messages, people = store.writes.messages_and_people(last.id)
    unknown = made_of(last)[1].get("unknown", 0)
    if not messages + unknown:
        return
    when = ago(store.database.now() - (last.ended or last.started))
    sentence = (
        f"This job ran before with the same initial state: run `{last.id}`, {when}, sent {messages:,} "
        f"message{'' if messages == 1 else 's'} to {'1 person' if people == 1 else f'{people:,} people'}"
        + (
            f"; of {unknown:,} more it is not known whether {'it' if unknown == 1 else 'they'} arrived."
            if unknown
            else "."
        )
    )
    from ...messenger.broadcast.options import BroadcastOptions

    BroadcastOptions.of(run).earlier = last.id, sentence
    run.log("info", "run", sentence)


def _how_it_ended(exit_code: int | None) -> str:
    if exit_code == EXIT_WELL:
        return "was for a part of the people only"
    return "was interrupted" if exit_code == EXIT_INTERRUPTED else "stopped before its end"


def ago(seconds: float) -> str:
    """Return how long ago something was, in words.

    Example:
        >>> ago(30), ago(7300), ago(90_000)
        ('less than a minute ago', '2 hours ago', '1 day ago')
    """
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            return f"{count:,} {name}{'' if count == 1 else 's'} ago"
    return "less than a minute ago"
