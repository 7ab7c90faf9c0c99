"""Which message answers a question of a run: the earliest by Meta's time that was written after what the run knows.

Deliveries may come late and in another order than people wrote. So the time at which somebody wrote decides, as long as
the run has not continued with another answer.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...ledger.database.database import from_text, storable, to_text
from .records import CANCELLED, QUEUED, WAITING, NewRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...ledger.database.database import Database
    from .records import Event, RunRow

#: The events that answer a question, by Meta's fields.
ANSWERS = ("messages", "messaging_postbacks")
#: Why a run was cancelled.
ANSWERED = "What the person wrote is the answer that another run has waited for."
#: The open runs of a person. What is to begin later asks nothing yet.
_OPEN_RUN = "SELECT 1 FROM service_runs WHERE is_open = 1 AND person = ? AND (is_answer = 1 OR epoch > 0)"


def lock_answers(database: Database, people: Iterable[str]) -> None:
    """Let nobody else decide what answers these people's runs until this transaction ends.

    A run that begins to wait and a message that is stored meanwhile would not see each other: the message would start a
    dialogue of its own, and the person would be asked twice.
    """
    database.lock_names(f"answers {person}" for person in people)


def offer_answer(database: Database, event: Event, runs: Sequence[NewRun]) -> tuple[bool, list[NewRun]]:
    """Give what a person has written to the run that waits for it, inside a transaction.

    Args:
        database: The database.
        event: The event.
        runs: The runs that it would start.

    Returns:
        Whether it is an answer, and the runs that are to be queued then: those of a later message that it has replaced
        as the answer.
    """
    person = event.person
    if not _can_answer(event.facts, event.kind) or event.stops is True or person is None:
        return False, []
    happened = database.now() if event.happened is None else event.happened
    for id_, status, text in _asking(database, person):
        waits = from_text(text)
        if happened < waits.get("since", happened):
            # It was written before what the run knows already: its delivery is late, and it answers nothing.
            continue
        is_over = "facts" in waits and waits["facts"] is None
        if status == WAITING or is_over:
            # Where the time is over the run has not continued yet, as in quiet hours: then the answer is not too late.
            _set_answer(database, id_, waits, event.facts, runs)
            return True, []
        if waits.get("facts") is not None and happened < moment_of(waits["facts"], happened):
            # The run has not continued yet with what was written later.
            before = _later_runs(database, person, waits)
            _set_answer(database, id_, waits, event.facts, runs)
            return True, before
    if not runs and _has_open_run(database, person):
        # The run may ask, and wait for this.
        _keep(database, person, happened, event.facts)
    return False, []


def _can_answer(facts: dict[str, Any], kind: Any) -> bool:
    """Whether an event may be an answer: not what is written to another app, which is in charge of the conversation."""
    return kind in ANSWERS and not facts.get("standby")


def _asking(database: Database, person: str) -> list[tuple[str, str, str]]:
    """Return the id, status and `waits` of the runs that wait for a person, or have not used an answer yet."""
    found: list[tuple[str, str, str]] = []
    # The conditions are those of the indexes, as they are written there: of a million runs few wait.
    for condition in ("status = 'waiting'", "is_open = 1 AND status = 'queued' AND waits IS NOT NULL"):
        found += database.run(
            f"SELECT id, status, waits FROM service_runs WHERE {condition} AND person = ? "
            f"ORDER BY n{database.for_update}",
            (storable(person),),
        ).fetchall()
    return found


def _set_answer(database: Database, id_: str, waits: dict[str, Any], facts: Any, runs: Sequence[NewRun]) -> None:
    answered = {**waits, "facts": facts, "runs": [asdict(run) for run in runs]}
    database.run(
        f"UPDATE service_runs SET status = ?, is_open = 1, due = {database.clock}, waits = ? WHERE id = ?",
        (QUEUED, to_text(answered), id_),
    )


def _later_runs(database: Database, person: str, waits: dict[str, Any]) -> list[NewRun]:
    """Return the runs of an answer that is replaced by an earlier one; where it has none, it is kept."""
    found = [NewRun(**run) for run in waits.get("runs") or ()]
    if not found:
        _keep(database, person, moment_of(waits["facts"], database.now()), waits["facts"])
    return found


def _has_open_run(database: Database, person: str) -> bool:
    return database.run(f"{_OPEN_RUN} LIMIT 1", (storable(person),)).fetchone() is not None


def _keep(database: Database, person: str, happened: float, facts: Any) -> None:
    database.run(
        "INSERT INTO service_answers (person, happened, facts) VALUES (?, ?, ?)",
        (storable(person), happened, to_text(facts)),
    )


def waits_of(database: Database, run: RunRow, step: str, arrival: int) -> dict[str, Any]:
    """Return where a run waits, and the time of what it knows, inside a transaction.

    It is that of the answer before, or of what has started it; where no event has, the run's own beginning.
    """
    before = run.waits or {}
    since = before.get("since")
    if not before and not run.is_answer:
        begun = database.run("SELECT started FROM runs WHERE id = ?", (run.id,)).fetchone()
        since = None if begun is None else begun[0]
    for facts in (before.get("facts"), None if before else run.input.get("data")):
        if isinstance(facts, dict):
            since = moment_of(facts, since)
    return {"step": step, "arrival": arrival, **({} if since is None else {"since": since})}


def take_answer(database: Database, run: RunRow, waits: dict[str, Any]) -> None:
    """Answer a run that has begun to wait with what its person has written meanwhile, inside a transaction."""
    person, since = run.person, waits.get("since", 0.0)
    if person is None:
        return
    now = database.now()
    queued = database.run(
        "SELECT id, input FROM service_runs WHERE is_open = 1 AND person = ? AND status = ? AND is_answer = 1 "
        f"AND is_wish = 0 AND epoch = 0 ORDER BY n{database.for_update}",
        (storable(person), QUEUED),
    ).fetchall()
    choices: list[tuple[float, str | None, int | None, Any]] = []
    for id_, given in queued:
        facts = from_text(given).get("data")
        if isinstance(facts, dict) and _can_answer(facts, facts.get("event")):
            choices.append((moment_of(facts, now), id_, None, facts))
    for n, happened, facts in database.run(
        "SELECT n, happened, facts FROM service_answers WHERE person = ? ORDER BY happened, n", (storable(person),)
    ).fetchall():
        choices.append((happened, None, n, from_text(facts)))
    later = [choice for choice in choices if choice[0] >= since]
    if not later:
        return
    happened, id_, n, facts = min(later, key=lambda choice: choice[0])
    if id_ is None:
        database.run("DELETE FROM service_answers WHERE n = ?", (n,))
    else:
        database.run(
            f"UPDATE service_runs SET status = ?, is_open = 0, ended = {database.clock}, error = ? "
            "WHERE id = ? AND status = ?",
            (CANCELLED, ANSWERED, id_, QUEUED),
        )
    database.run("DELETE FROM service_answers WHERE person = ? AND happened < ?", (storable(person), happened))
    _set_answer(database, run.id, waits, facts, [])


def forget_answers(database: Database, person: str) -> None:
    """Forget what a person has written while a run might have asked, inside a transaction: no run is open any more."""
    database.run(f"DELETE FROM service_answers WHERE person = ? AND NOT EXISTS ({_OPEN_RUN})", (storable(person),) * 2)


def cancel_answers(database: Database, person: str, why: str) -> None:
    """Cancel the answers to a person that have not begun, inside a transaction."""
    database.run(
        f"UPDATE service_runs SET status = ?, is_open = 0, ended = {database.clock}, error = ? "
        "WHERE is_open = 1 AND person = ? AND status = ? AND is_answer = 1 AND epoch = 0",
        (CANCELLED, why, storable(person), QUEUED),
    )


def moment_of(facts: dict[str, Any], default: Any) -> Any:
    """Return when an event happened, in Unix seconds; the default where Meta has not said it."""
    moment = facts.get("timestamp")
    return moment / 1000 if isinstance(moment, int | float) and not isinstance(moment, bool) else default
