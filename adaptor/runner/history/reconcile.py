"""Finding out whether unknown messages were sent: from echoes, or from the conversations of the Page.

An echo that carries the ledger's own id belongs to that write. Otherwise a message is matched by text and time. A match
settles the write as `sent`. A write without a match stays `unknown`: the webhook may have been down, and Meta gives the
texts of the newest messages only, in conversations that still exist.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import NamedTuple

from ...core.digest import digest
from ...core.errors import AdaptorError, InputError
from ...graph.answers.errors import GraphError
from ...ledger.claims.write_id import is_write_id
from ...ledger.pace import CONVERSATION_CALLS_PER_SECOND, LANE_CONVERSATIONS, Slot
from ...ledger.records import SENT, UNKNOWN, Outcome
from ...messenger.people.conversations import DETAILED_MESSAGES, list_conversations, list_messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ...core.run.context import Run
    from ...ledger.records import RunRecord, WriteRecord
    from ...ledger.store import Store
    from .echoes import Echo

#: How far the time of a message may be from the time at which it was recorded as leaving, in seconds: the clocks of two
#: machines differ, and an answer may take long.
WINDOW_SECONDS = 300.0
#: By how much Meta's clock may be behind ours.
SKEW_SECONDS = 60.0

#: Why something stays unknown.
NOT_ECHOED = "not among the echoes"
NOT_FOUND = f"not among the {DETAILED_MESSAGES} newest messages of the conversation"
NO_TEXT = "without a text by which it could be found"
NO_PERSON = "not written to a person's id"
NOT_ASKED = "Meta did not say what is in the conversation"


class Reconciliation:
    """What became of the unknown writes of a run.

    Attributes:
        settled: How many were found: they are `sent` now.
        remaining: How many stay unknown, by the reason.
        error: Why Meta could not be asked for more, or None.
    """

    def __init__(self) -> None:
        self.settled = 0
        self.remaining: Counter[str] = Counter()
        self.error: AdaptorError | None = None


class _Message(NamedTuple):
    """A message of the Page in an echo or a conversation."""

    id: str
    text_digest: str
    seconds: float


def reconcile(
    store: Store,
    record: RunRecord,
    run: Run,
    *,
    configuration: dict[str, Any] | None = None,
    echoes: Iterable[Echo] = (),
) -> Reconciliation:
    """Find out about every unknown write of a run.

    Args:
        store: The ledger.
        record: The run; no process has it under way.
        run: The run that asks Meta, not yet entered.
        configuration: The credential of the Page that sent the messages: its conversations are searched. Without it
            Meta is not asked.
        echoes: The echoes that a webhook received. Meta is not asked about messages among them.

    Returns:
        What was found. It is recorded person by person.

    Raises:
        InputError: The run is under way or was purged, or the echoes cannot be read.
    """
    if record.purged is not None:
        raise InputError(f"The run `{record.id}` was purged: the ledger no longer knows its people.")
    if store.runs.is_under_way(record):
        raise InputError(f"The run `{record.id}` is under way.", fix="Wait until it ends.")
    if record.holder is not None:
        # The run was killed: what it was sending becomes unknown.
        store.leases.expire(record.holder, record.id)
    result = Reconciliation()
    unknown = {row.id: row for row in store.writes.records(record.id, (UNKNOWN,))}
    _from_echoes(store, unknown, echoes, result)
    if configuration is None:
        result.remaining[NOT_ECHOED] = len(unknown)
    else:
        _from_conversations(store, unknown, configuration, run, result)
    result.remaining += Counter()
    return result


def _from_echoes(store: Store, unknown: dict[str, WriteRecord], echoes: Iterable[Echo], result: Reconciliation) -> None:
    """Settle the writes that are among echoes, and remove them from the unknown ones."""
    wanted = {(row.write.recipient, row.write.text_digest) for row in unknown.values()}
    # By id: Meta repeats an event whose first delivery was not answered.
    echoed: dict[str, dict[str, _Message]] = defaultdict(dict)
    for echo in echoes:
        row = unknown.get(echo.metadata or "")
        # A recipient that is a phone number or the like has a PSID that only Meta knows.
        if row is not None and (row.write.recipient == echo.recipient or not row.write.recipient.isdecimal()):
            _settle(store, [(row, echo.recipient, echo.message_id)], unknown, result)
        elif echo.text is not None and not is_write_id(echo.metadata):
            message = _Message(echo.message_id, digest("text", echo.text.strip()), echo.seconds)
            if (echo.recipient, message.text_digest) in wanted:
                echoed[echo.recipient][echo.message_id] = message
    for person, rows in _by_person(unknown).items():
        messages = sorted(echoed[person].values(), key=lambda message: message.seconds)
        _settle(store, _matched(store, person, rows, messages), unknown, result)


def _from_conversations(
    store: Store, unknown: dict[str, WriteRecord], configuration: dict[str, Any], run: Run, result: Reconciliation
) -> None:
    """Settle the writes that are in the conversations, and count the others."""
    run.learn_secrets({"configuration": configuration})
    by_person = _by_person(unknown)
    findable = {row.id for rows in by_person.values() for row in rows}
    for row in unknown.values():
        if row.id not in findable:
            result.remaining[NO_TEXT if row.write.recipient.isdecimal() else NO_PERSON] += 1
    state = {"data": {}, "references": [], "configuration": configuration}
    with run:
        for number, (person, rows) in enumerate(by_person.items()):
            try:
                messages = _messages_to(store, run, state, person)
            except GraphError as error:
                if error.about != "person":
                    result.error = error
                    left = list(by_person.values())[number:]
                    result.remaining[NOT_ASKED] += sum(map(len, left))
                    break
                result.remaining[NOT_ASKED] += len(rows)
                continue
            found = _matched(store, person, rows, messages)
            _settle(store, found, unknown, result)
            result.remaining[NOT_FOUND] += len(rows) - len(found)


def _settle(
    store: Store, found: list[tuple[WriteRecord, str, str]], unknown: dict[str, WriteRecord], result: Reconciliation
) -> None:
    """Record that writes were sent: the recipient and Meta's id of each."""
    answers = {row.id: {"recipient_id": person, "message_id": message} for row, person, message in found}
    store.writes.settle([Outcome(id_, SENT, answer) for id_, answer in answers.items()])
    result.settled += len(answers)
    for id_ in answers:
        del unknown[id_]


def _by_person(unknown: dict[str, WriteRecord]) -> dict[str, list[WriteRecord]]:
    """Return the writes that can be found by their text, by person."""
    by_person: dict[str, list[WriteRecord]] = defaultdict(list)
    for row in unknown.values():
        if row.write.recipient.isdecimal() and row.write.text_digest is not None:
            by_person[row.write.recipient].append(row)
    return by_person


def _messages_to(store: Store, run: Run, state: dict[str, Any], person: str) -> list[_Message]:
    """Return the newest messages of the Page in the conversation with a person, the oldest first."""
    place = [Slot(LANE_CONVERSATIONS, 1 / CONVERSATION_CALLS_PER_SECOND)]
    page = digest("conversations", state["configuration"].get("access_token"))
    run.wait(store.pages.reserve(page, place))
    conversations = list_conversations(psid=person, limit=1)(state)["data"]
    if not conversations:
        return []
    run.wait(store.pages.reserve(page, place))
    fields = "id,created_time,from,message"
    listed: list[dict[str, Any]] = list_messages(conversations[0]["id"], fields=fields)(state)["data"]
    return [found for message in reversed(listed) if (found := _of_page(message, person)) is not None]


def _of_page(message: dict[str, Any], person: str) -> _Message | None:
    sender, text = message.get("from"), message.get("message")
    if not isinstance(sender, dict) or str(sender.get("id")) == person or not isinstance(text, str):
        return None
    try:
        seconds = datetime.fromisoformat(str(message.get("created_time"))).timestamp()
    except ValueError:
        return None
    return _Message(message["id"], digest("text", text.strip()), seconds)


def _matched(
    store: Store, person: str, rows: list[WriteRecord], messages: list[_Message]
) -> list[tuple[WriteRecord, str, str]]:
    """Return the writes that match messages to a person, each with the person and the message's id.

    A message matches one write at most.
    """
    known = store.writes.message_ids(person) if messages else set()
    free = [message for message in messages if message.id not in known]
    found = []
    for row in sorted(rows, key=lambda row: row.changed):
        for message in free:
            if _fits(row, message):
                free.remove(message)
                found.append((row, person, message.id))
                break
    return found


def _fits(row: WriteRecord, message: _Message) -> bool:
    earliest = max(row.created - SKEW_SECONDS, row.changed - WINDOW_SECONDS)
    is_its_time = earliest <= message.seconds <= row.changed + WINDOW_SECONDS
    return is_its_time and message.text_digest == row.write.text_digest
