"""Earlier runs of a job: one that stopped midway, one that runs at the same time, and what each of them has sent."""

from __future__ import annotations

from ...core.errors import InputError
from .result import EXIT_INTERRUPTED, EXIT_WELL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...core.context import Run
    from ...ledger.records import RunRecord
    from ...ledger.store import Store


def stopped_midway(store: Store, last: RunRecord, run: Run) -> str | None:
    """Return a sentence about the last run of a job where it stopped midway and has sent something, else None.

    Args:
        store: The ledger.
        last: The newest run of the same job and initial state.
        run: The new one; its log says what a finished run has sent.
    """
    from ...ledger.records import FINISHED, RUNNING

    if last.purged is not None:
        return None
    if last.status == FINISHED:
        _log_finished(store, last, run)
        return None
    sent = last.outcomes.get("sent", 0)
    unknown = last.outcomes.get("unknown", 0) + last.outcomes.get("sending", 0)
    if not sent + unknown:
        return None
    counts = f"{sent:,} sent" + (f", {unknown:,} unknown" if unknown else "")
    how = "was killed" if last.status == RUNNING else _how_it_ended(last.exit_code)
    return f"The last run of this job with the same initial state, `{last.id}`, {how}: {counts}."


def check_alone(store: Store, last: RunRecord, run: Run, *, has_begun: bool) -> None:
    """Refuse to run what another process runs at the same time.

    Args:
        store: The ledger.
        last: The newest run of the same job and initial state.
        run: The new one.
        has_begun: It is about to send: a run that has ended since it began has run beside it.

    Raises:
        InputError: Another process runs it. Nothing was sent.
    """
    if store.runs.is_under_way(last):
        raise InputError(
            f"The same job with the same initial state is under way in another process, as run `{last.id}`.",
            fix="Wait until it ends. With --fresh it runs a second time, and people get every message twice.",
        )
    began = store.database.now() - (run.now() - run.began)
    if has_begun and last.ended is not None and last.ended >= began:
        raise InputError(
            f"Another process ran the same job with the same initial state meanwhile, as run `{last.id}`. "
            "This run has sent nothing.",
            fix=f"See what it did: adaptor runs show {last.id}.",
        )


def guards_of(store: Store, record: RunRecord) -> list[str]:
    """Return the earlier runs of a job that did not end well: what they have sent is not sent again."""
    if record.is_fresh:
        return []
    unwell = store.runs.unwell(record.path, record.words)
    later = set(store.runs.later(record)) if record.attempt > 1 else set()
    return [each.id for each in unwell if each.id != record.id and each.id not in later]


def _log_finished(store: Store, last: RunRecord, run: Run) -> None:
    """Log to how many people a finished run of the same job has sent messages."""
    messages, people = store.writes.messages_and_people(last.id)
    if not messages:
        return
    when = ago(store.database.now() - (last.ended or last.started))
    sentence = (
        f"This job ran before with the same initial state: run `{last.id}`, {when}, sent {messages:,} "
        f"message{'' if messages == 1 else 's'} to {'1 person' if people == 1 else f'{people:,} people'}."
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
