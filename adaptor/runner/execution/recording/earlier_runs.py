"""Earlier runs of a job: one that stopped midway, one that runs at the same time, and what each of them has sent."""

from __future__ import annotations

import os

from ....core.errors import InputError
from ....core.text.number_of import number_of
from ...load.digest import job_digest
from ..counts import in_words
from ..result import EXIT_INTERRUPTED, EXIT_WELL
from .ledger_location import BESIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ....core.run.context import Run
    from ....ledger.records import RunRecord
    from ....ledger.store import Store
    from .ledger_options import LedgerOptions


def adopt_moved(store: Store, path: str, *, is_read_only: bool = False) -> None:
    """Where a folder was moved with its ledger, let the runs of a job in it be those of the job.

    Args:
        store: The ledger.
        path: The job. A ledger that does not lie beside it knows jobs of other folders too, and is left as it is.
        is_read_only: Nothing can be changed in the ledger.
    """
    beside = os.path.join(os.path.dirname(path), BESIDE)
    if not is_read_only and os.path.exists(beside) and os.path.realpath(store.name) == os.path.realpath(beside):
        store.runs.adopt(path)


def stopped_midway(store: Store, last: RunRecord | None, run: Run) -> str | None:
    """Return a sentence about the last run of a job where it stopped midway, else None.

    Args:
        store: The ledger.
        last: The newest run of the same job and initial state that has made a write.
        run: The new one; its log says what a finished run has sent.

    Raises:
        InputError: It stopped midway and was purged since: it cannot be resumed.
    """
    from ....ledger.records import FINISHED, RUNNING

    if last is None:
        return None
    if last.status == FINISHED:
        if last.purged is None:
            _log_finished(store, last, run)
        return None
    messages, writes = made_of(last)
    how = "was killed" if last.status == RUNNING else _how_it_ended(last.exit_code)
    counts = ", ".join(in_words(messages, writes))
    again = "send those messages again" if messages else "make those calls again"
    what = f"The last run of this job with the same initial state, `{last.id}`, {how}: {counts}."
    if last.purged is not None:
        raise InputError(
            f"{what} It was purged and cannot be resumed; a new run would {again}.",
            fix="To start a new run on purpose: --fresh.",
        )
    return f"{what} A new run would {again}."


def made_of(record: RunRecord) -> tuple[dict[str, int], dict[str, int]]:
    """Return the messages, and all writes, of a run that were made or are unknown."""
    found = []
    for counts in (record.messages, record.outcomes):
        made = {"sent": counts.get("sent", 0), "unknown": counts.get("unknown", 0) + counts.get("sending", 0)}
        found.append({outcome: count for outcome, count in made.items() if count})
    return found[0], found[1]


def newest_of(store: Store, path: str, words: list[str]) -> str:
    """Return the id of the newest run of a job, or of the workflow of a project that the words begin with.

    Raises:
        InputError: The ledger holds none.
    """
    from ....ledger.records import workflow_of

    found = store.runs.newest_of(path, words)
    if found is None:
        workflow = workflow_of(words)
        what = path if workflow is None else f"{workflow} in {path}"
        raise InputError(f"The ledger {store.name} holds no run of {what}.", fix="adaptor runs list shows the runs.")
    return found


def check_resumable(
    known: RunRecord | None,
    name: str,
    path: str,
    words: list[str],
    sources: tuple[list[str], list[str]],
    options: LedgerOptions,
) -> None:
    """Refuse to resume a run of another job, of other options, or of a job that has changed.

    Args:
        known: The run as it is recorded.
        name: How the user has named it.
        path: The job.
        words: What follows the path.
        sources: The files of the job.
        options: Whether a job that has changed is resumed.

    Raises:
        InputError: It is one of these.
    """
    if known is None or known.purged is not None:
        # Then `Ledger.resume` refuses.
        return
    from ...output.shown_commands import resume_command

    has_changed = known.job_digest != job_digest(sources)
    where: Any = {"database": options.database, "given": known.given}
    if has_changed and known.path != path:
        command = resume_command(known.path, known.words, name, **where)
        raise InputError(f"The run `{name}` is a run of {known.path}.", fix=f"Write {command}")
    if known.words != words:
        given = " ".join(known.words) or "nothing else"
        raise InputError(
            f"The run `{name}` was started with {given} after the path.",
            fix=f"Write {resume_command(path, known.words, name, **where)}",
        )
    if has_changed and not options.allow_changed:
        raise InputError(
            f"The job has changed since the run `{name}` began.",
            fix="Resume it with the job as it was; or add --allow-changed, which leaves out everybody to whom the "
            "unfinished step has already sent something. With --dry-run it lists what it would send.",
        )


def check_new(store: Store, name: str) -> None:
    """Refuse the name of another run.

    Raises:
        InputError: The ledger has a run of that name.
    """
    if store.runs.find(name) is not None:
        raise InputError(
            f"The ledger {store.name} already has a run `{name}`.",
            fix=f"Choose another name with --run-id, or go on with that run: --resume {name}.",
        )


def check_alone(store: Store, path: str, input_digest: str, run: Run) -> None:
    """Refuse to run what another process runs at the same time.

    Args:
        store: The ledger.
        path: The job.
        input_digest: The digest of the initial state.
        run: The new run: a run that has ended since it began has run beside it.

    Raises:
        InputError: Another process runs it. Nothing was sent.
    """
    began, now = began_at(store, run), store.database.now()
    for other in store.runs.alongside(path, input_digest, began):
        if store.runs.is_under_way(other):
            raise InputError(
                f"The same job with the same initial state is under way in another process, as run `{other.id}`.",
                fix="Wait until it ends. With --fresh it runs a second time, and people get every message twice.",
            )
        # What has ended later than now did so before the clock was put back.
        if other.ended is not None and began <= other.ended <= now:
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

    What they have sent is not sent again.
    """
    return [] if record.is_fresh else store.runs.guarding(record.path, record.words, began)


def others_of(store: Store, record: RunRecord) -> list[str]:
    """Return the other runs of the job of a run that is resumed: nobody gets from it what they have sent."""
    found = [*store.runs.later(record), *guards_of(store, record, record.started)]
    return [each for each in dict.fromkeys(found) if each != record.id]


def _log_finished(store: Store, last: RunRecord, run: Run) -> None:
    """Log to how many people a finished run of the same job has sent messages."""
    messages, people = store.writes.messages_and_people(last.id)
    unknown = made_of(last)[0].get("unknown", 0)
    if not messages + unknown:
        return
    when = ago(store.database.now() - (last.ended or last.started))
    to = "1 person" if people == 1 else f"{people:,} people"
    sentence = (
        f"This job ran before with the same initial state: run `{last.id}`, {when}, sent "
        f"{number_of(messages, 'messages')} to {to}"
    )
    if unknown:
        sentence += f"; of {unknown:,} more it is not known whether {'it' if unknown == 1 else 'they'} arrived"
    sentence += "."
    from ....messenger.broadcast.options import BroadcastOptions

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
    for size, names in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        # It is negative where the clock was put back since.
        count = int(seconds // size)
        if count > 0:
            return f"{number_of(count, names)} ago"
    return "less than a minute ago"
