"""Runs in a ledger as plain facts: for tables, files and other programs."""

from __future__ import annotations

import os
from collections import Counter

from ...core.errors import InputError
from ..execution.recording.ledger_location import BESIDE, ENVIRONMENT_DATABASE, default_database, is_there
from ..execution.recording.run_id import LAST
from ..execution.result import EXIT_WELL
from ..report.recipients_file import in_a_spreadsheet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ...ledger.records import RunRecord, WriteRecord
    from ...ledger.store import Store

#: Why there may be no ledger after a run.
NO_RECORD = "A run with --sandbox or --dry-run leaves no record, unless --sandbox has a --database FILE."


def ledger_of(path: str | None, database: str | None) -> str:
    """Return the address of a ledger.

    Args:
        path: A job, or a folder with jobs; None is the current folder.
        database: The ledger itself, a file or a `postgresql://` URL; where given, the path does not count.
    """
    if database is not None:
        return database
    if path is not None and not os.path.isdir(path):
        return default_database(path)
    return os.environ.get(ENVIRONMENT_DATABASE) or os.path.abspath(os.path.join(path or "", BESIDE))


def open_history(database: str, *, read_only: bool) -> Store:
    """Open a ledger that exists.

    Args:
        database: Its address.
        read_only: Nothing in it is changed.

    Raises:
        InputError: It does not exist.
    """
    from ...ledger.store import open_store

    if not is_there(database):
        raise InputError(
            f"There is no ledger {database}.",
            fix=f"Name the job that was run, its folder, or the ledger itself with --database. {NO_RECORD}",
        )
    return open_store(database, read_only=read_only)


def find_run(store: Store, name: str) -> RunRecord:
    """Return a run by its id; `last` is the newest.

    Raises:
        InputError: The ledger has no such run.
    """
    newest = store.runs.newest(1) if name == LAST else []
    found = store.runs.find(newest[0].id if newest else name)
    if found is None:
        raise InputError(f"There is no run `{name}` in the ledger {store.name}.", fix="adaptor runs list shows them.")
    return found


#: The status of a run that went through all its items, though some failed or are unknown.
WITH_FAILURES = "finished, with failures"


#: The status of a run that has asked a person and waits for the answer.
WAITING = "waiting"


def status_of(store: Store, record: RunRecord) -> str:
    """Return the status of a run.

    `finished`, `finished, with failures`, `stopped`, `under way`; `partial`: it ended well for a part of the people;
    `killed`: its process ended without recording it.
    """
    if record.status == "stopped" and record.exit_code == EXIT_WELL:
        return "partial"
    if record.status == "finished" and record.exit_code:
        return WITH_FAILURES
    if record.status != "running":
        return record.status
    return "under way" if store.runs.is_under_way(record) else "killed"


def run_facts(store: Store, record: RunRecord, *, is_waiting: bool = False) -> dict[str, Any]:
    """Return a run as JSON, without the ids of people.

    Args:
        store: The ledger.
        record: The run.
        is_waiting: It waits for a person's answer, which the service knows.
    """
    return {
        "id": record.id,
        "path": record.path,
        "words": record.words,
        "labels": dict(record.labels),
        "given": dict(record.given),
        "status": WAITING if is_waiting else status_of(store, record),
        "exit_code": record.exit_code,
        "attempts": record.attempt,
        "started": time_text(record.started),
        "ended": None if record.ended is None else time_text(record.ended),
        "purged": None if record.purged is None else time_text(record.purged),
        "writes": counts_of(record.outcomes),
        "messages": counts_of(record.messages),
    }


def counts_of(outcomes: Mapping[str, int]) -> dict[str, int]:
    """Return writes by outcome; what was being sent when the run was killed is unknown."""
    found = Counter(outcomes)
    found["unknown"] += found.pop("sending", 0)
    return {name: found[name] for name in ("sent", "failed", "unknown", "skipped", "claimed") if found[name]}


def step_facts(store: Store, record: RunRecord) -> list[dict[str, Any]]:
    """Return the steps of a run that wrote something or were completed, in order, with the outcomes of their writes."""
    steps: dict[tuple[str, int], dict[str, Any]] = {}
    for step in store.runs.steps(record.id):
        steps[step.step, step.arrival] = _no_writes(step.step, step.arrival, step.status)
    for name, arrival, is_message, outcome, count in store.runs.counts_by_step(record.id):
        facts = steps.setdefault((name, arrival), _no_writes(name, arrival, "not completed"))
        outcome = "unknown" if outcome == "sending" else outcome
        for counts in (facts["writes"], *([facts["messages"]] if is_message else [])):
            counts[outcome] = counts.get(outcome, 0) + count
    # People count the arrivals at a step; the ledger records the id of each, which is no such count.
    seen: Counter[str] = Counter()
    for (name, _), facts in steps.items():
        facts["arrival"] = seen[name]
        seen[name] += 1
    return list(steps.values())


def _no_writes(step: str, arrival: int, status: str) -> dict[str, Any]:
    return {"id": step, "arrival": arrival, "status": status, "writes": {}, "messages": {}}


def error_facts(store: Store, record: RunRecord) -> list[dict[str, Any]]:
    """Return the errors of a run, the most frequent first: name, code, count, and what to do."""
    found: Counter[tuple[str, str]] = Counter()
    fixes: dict[tuple[str, str], str] = {}
    if not {"failed", "unknown"} & record.outcomes.keys():
        return []
    for row in store.writes.records(record.id, ("failed", "unknown")):
        if row.error is None:
            continue
        key = str(row.error.get("name", "")), str(row.error.get("code", ""))
        found[key] += 1
        fixes.setdefault(key, str(row.error.get("fix", "")))
    return [{"name": key[0], "code": key[1], "count": count, "fix": fixes[key]} for key, count in found.most_common()]


#: What `row_facts` holds, in order: the columns of a table.
COLUMNS = ("step", "recipient", "outcome", "message_id", "error", "code", "fix", "time", "key")


def row_facts(row: WriteRecord) -> dict[str, Any]:
    """Return one write as JSON: its recipient and its outcome."""
    error = row.error or {}
    result = row.result if isinstance(row.result, dict) else {}
    return {
        "step": row.write.step,
        "recipient": row.write.recipient or None,
        "outcome": row.outcome,
        "message_id": result.get("message_id"),
        "error": error.get("name"),
        "code": error.get("code"),
        "fix": error.get("fix"),
        "time": time_text(row.changed),
        "key": row.write.own_key,
    }


def exported(store: Store, record: RunRecord) -> Iterator[str]:
    """Yield a whole run as one JSON document, piece by piece; the marks of secrets become `[redacted]`."""
    import json

    from ...core.secrets.kept_secrets import without_marks

    def text(value: Any) -> str:
        return json.dumps(without_marks(value), ensure_ascii=False)

    yield f'{{"run": {text({**run_facts(store, record), "input": record.input})},\n"steps": ['
    for index, step in enumerate(store.runs.steps(record.id)):
        facts = {"id": step.step, "arrival": step.arrival, "status": step.status, "output": step.output}
        yield f"{',' if index else ''}\n{text(facts)}"
    yield '],\n"writes": ['
    for index, row in enumerate(store.writes.records(record.id)):
        facts = {
            **row_facts(row),
            "id": row.id,
            "site": row.write.site,
            "arrival": row.write.arrival,
            "page": row.write.page,
            "attempt": row.attempt,
            "taken": time_text(row.created),
            "result": row.result,
            "error": row.error,
        }
        yield f"{',' if index else ''}\n{text(facts)}"
    yield "]}\n"


def listed(rows: Iterator[WriteRecord], kind: str) -> Iterator[str]:
    """Yield writes line by line, as `jsonl` or `csv`."""
    import json

    if kind == "jsonl":
        for row in rows:
            yield f"{json.dumps(row_facts(row), ensure_ascii=False)}\n"
        return
    yield _csv_line(COLUMNS)
    for row in rows:
        yield _csv_line(["" if value is None else in_a_spreadsheet(value) for value in row_facts(row).values()])


def _csv_line(values: Sequence[Any]) -> str:
    import csv
    import io

    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def time_text(seconds: float) -> str:
    """Return a time as text, in UTC."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
