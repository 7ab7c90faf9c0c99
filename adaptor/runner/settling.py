"""Settling what nobody knows of: the conversation with a person shows whether a message of ours is in it.

A message is found by its text and its time. What is found was sent; what is not found stays unknown: Meta tells the
texts of the twenty newest messages alone, and only those of conversations that still exist.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from ..core.errors import AdaptorError, InputError
from ..graph.errors import GraphError
from ..ledger.keys import digest
from ..ledger.pace import CONVERSATION_CALLS_PER_SECOND, LANE_CONVERSATIONS, Place
from ..ledger.rows import SENT, UNKNOWN, Outcome
from ..messenger.conversations import DETAILED_MESSAGES, list_conversations, list_messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..core.context import Run
    from ..ledger.rows import Row, RunRecord
    from ..ledger.store import Store

#: How far the time of a message may be from when it was noted that it leaves, in seconds: the clocks of two machines,
#: and the longest that an answer was waited for.
WINDOW_SECONDS = 300.0
#: By how much Meta's clock may be behind ours.
SKEW_SECONDS = 60.0

#: Why something stays unknown.
NOT_FOUND = f"not among the {DETAILED_MESSAGES} newest messages of the conversation"
NO_TEXT = "without a text by which it could be found"
NO_PERSON = "not written to a person's id"
NOT_ASKED = "Meta did not say what is in the conversation"


class Settlement:
    """What came of it.

    Attributes:
        settled: How many were found: they are `sent` now.
        remaining: Why others stay unknown, and how many.
        error: What kept Meta from being asked for more, or None.
    """

    def __init__(self) -> None:
        self.settled = 0
        self.remaining: Counter[str] = Counter()
        self.error: AdaptorError | None = None


def settle(store: Store, record: RunRecord, configuration: dict[str, Any], run: Run) -> Settlement:
    """Ask Meta about every write of a run of which nobody knows how it ended.

    Args:
        store: The ledger.
        record: The run; nobody has it under way.
        configuration: The credential of the Page that wrote.
        run: The run that asks, not yet entered.

    Returns:
        What was found. It is written down person by person.

    Raises:
        InputError: The run is under way, or was purged.
    """
    if record.purged is not None:
        raise InputError(f"The run `{record.id}` was purged: who was written to is not known any more.")
    if store.runs.is_under_way(record):
        raise InputError(f"The run `{record.id}` is under way.", fix="Wait until it ends.")
    if record.holder is not None:
        # It was killed: what it was sending then is unknown.
        store.holders.bury(record.holder, record.id)
    settlement = Settlement()
    run.learn_secrets({"configuration": configuration})
    by_person = _by_person(store, record.id, settlement)
    state = {"data": {}, "references": [], "configuration": configuration}
    with run:
        for number, (person, rows) in enumerate(by_person.items()):
            try:
                said = _said(store, run, state, person)
            except GraphError as error:
                if error.about != "person":
                    settlement.error = error
                    left = list(by_person.values())[number:]
                    settlement.remaining[NOT_ASKED] += sum(map(len, left))
                    break
                settlement.remaining[NOT_ASKED] += len(rows)
                continue
            known = store.writes.message_ids(person)
            found = _matched(rows, [message for message in said if message.get("id") not in known], person)
            store.writes.settle([Outcome(row.id, SENT, _result(person, message)) for row, message in found])
            settlement.settled += len(found)
            settlement.remaining[NOT_FOUND] += len(rows) - len(found)
    settlement.remaining += Counter()
    return settlement


def _by_person(store: Store, run: str, settlement: Settlement) -> dict[str, list[Row]]:
    """Return what can be asked about, by person; count what cannot."""
    by_person: dict[str, list[Row]] = defaultdict(list)
    for row in store.writes.rows(run, (UNKNOWN,)):
        if not row.write.recipient.isdecimal():
            settlement.remaining[NO_PERSON] += 1
        elif row.write.text_digest is None:
            settlement.remaining[NO_TEXT] += 1
        else:
            by_person[row.write.recipient].append(row)
    return by_person


def _said(store: Store, run: Run, state: dict[str, Any], person: str) -> list[dict[str, Any]]:
    """Return the newest messages of the conversation with a person."""
    place = [Place(LANE_CONVERSATIONS, 1 / CONVERSATION_CALLS_PER_SECOND)]
    page = digest("conversations", state["configuration"].get("access_token"))
    run.wait(store.pages.reserve(page, place))
    conversations = list_conversations(user_id=person, limit=1)(state)["data"]
    if not conversations:
        return []
    run.wait(store.pages.reserve(page, place))
    fields = "id,created_time,from,message"
    messages: list[dict[str, Any]] = list_messages(conversations[0]["id"], fields=fields)(state)["data"]
    return messages


def _matched(rows: list[Row], said: list[dict[str, Any]], person: str) -> list[tuple[Row, dict[str, Any]]]:
    """Return the writes that are messages of the conversation; each message is one write."""
    free = [message for message in reversed(said) if _is_ours(message, person)]
    found = []
    for row in sorted(rows, key=lambda row: row.changed):
        for message in free:
            if _fits(row, message):
                free.remove(message)
                found.append((row, message))
                break
    return found


def _is_ours(message: dict[str, Any], person: str) -> bool:
    sender = message.get("from")
    return isinstance(sender, dict) and str(sender.get("id")) != person and isinstance(message.get("message"), str)


def _fits(row: Row, message: dict[str, Any]) -> bool:
    if digest("text", message["message"].strip()) != row.write.text_digest:
        return False
    try:
        at = datetime.fromisoformat(str(message.get("created_time"))).timestamp()
    except ValueError:
        return False
    return max(row.created - SKEW_SECONDS, row.changed - WINDOW_SECONDS) <= at <= row.changed + WINDOW_SECONDS


def _result(person: str, message: dict[str, Any]) -> dict[str, Any]:
    return {"recipient_id": person, "message_id": message["id"]}
