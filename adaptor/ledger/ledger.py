"""What a run asks of the ledger: may this write be made, and what became of it."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import SENT_NO, AdaptorError
from ..core.place import without_lines
from ..core.secrets.redact import Redactor
from .database.database import storable
from .errors import SentBefore, TakenOver
from .lease import Lease
from .records import FAILED, FINISHED, SENT, SKIPPED, STOPPED, UNKNOWN, Outcome, Row, RunRecord, StepRecord, Write
from .refusals import not_resumed, problem
from .store import IN_MEMORY
from .write_id import write_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..core.context import Run
    from .pace import Place
    from .store import Store


class ClaimEntry(NamedTuple):
    """The ledger's answer about one write.

    Attributes:
        id: Under which it stands there; it may travel in a message's metadata.
        is_ours: It is to be made now.
        is_repeat: This attempt has come to it before.
        row: As it stands, where it is not to be made.
        error: Why it is not to be made, where nothing was recorded that could be given back.
    """

    id: str
    is_ours: bool
    is_repeat: bool
    row: Row
    error: AdaptorError | None = None


class Ledger:
    """One run's part of a ledger."""

    def __init__(self, store: Store, holder: Lease, record: RunRecord, redactor: Redactor | None = None) -> None:
        self.store = store
        self.record = record
        self._holder = holder
        self._redactor = redactor or Redactor()
        self._seen: Counter[tuple[Any, ...]] = Counter()
        self._counted: list[tuple[Any, ...]] = []
        self._lock = threading.Lock()
        self.step = ""
        self.arrival = 0
        #: The job has changed since the run began: whoever it has settled something for in this step is left out.
        self.leaves_out_settled = False
        #: What an earlier attempt of the run left unknown is made again, on purpose.
        self.resends_unknown = False
        #: Earlier runs of the same job that did not end well: a message of theirs stops this run.
        self.guards: list[str] = []
        self._sent_before: tuple[str, str] | None = None
        #: Later runs of the same job, where this one goes on: a message of theirs counts as sent.
        self.followers: list[str] = []
        #: Steps that are no alternative to the one under way: completed before, entered, or still to come.
        self.completed_steps: frozenset[str] = frozenset()
        self._entered: set[str] = set()
        self._other_steps: frozenset[str] = frozenset()
        #: What has failed in the item under way, by recipient.
        self._failures: dict[str, list[str]] = {}

    @classmethod
    def begin(cls, store: Store, record: RunRecord, *, redactor: Redactor | None = None) -> Ledger:
        """Begin a new run.

        Args:
            store: Where it is written down.
            record: The run.
            redactor: Knows the secrets that are not to be written down.
        """
        holder = Lease(store.leases, record.id)
        ledger = cls(store, holder, record, redactor)
        try:
            kept = record._replace(holder=holder.id, input=ledger._redactor.keep(record.input))
            ledger.record = store.runs.begin(kept)
        except BaseException:
            holder.close()
            raise
        return ledger

    @classmethod
    def resume(
        cls, store: Store, run: str, *, redactor: Redactor | None = None, resends_unknown: bool = False
    ) -> Ledger:
        """Go on with a run.

        Args:
            store: Where it is written down.
            run: Its id.
            redactor: Knows the secrets that are not to be written down.
            resends_unknown: What is unknown is made again.

        Raises:
            LedgerError: There is no such run, it was purged, or another process has it under way.
        """
        holder = Lease(store.leases, run)
        try:
            record = store.runs.resume(run, holder.id)
            if record is None:
                raise not_resumed(store, run)
        except BaseException:
            holder.close()
            raise
        ledger = cls(store, holder, record, redactor)
        ledger.resends_unknown = resends_unknown
        return ledger

    @property
    def is_kept(self) -> bool:
        """Whether it outlives the process, so that what is unknown may be settled later."""
        return self.store.name != IN_MEMORY

    @property
    def is_resumed(self) -> bool:
        """Whether the run was begun by an earlier attempt."""
        return self.record.attempt > 1

    def close(self, exit_code: int, *, finished: bool) -> None:
        """End the run and close the ledger."""
        try:
            if finished:
                # Nobody comes back to these: what the run has written since took their place.
                self.store.writes.skip_claimed(self.record.id)
            self.store.runs.end(self.record.id, self._holder.id, FINISHED if finished else STOPPED, exit_code)
        finally:
            try:
                self._holder.close()
            finally:
                self.store.close()

    def enter_step(self, step: str, arrival: int, later: Iterable[str] = ()) -> None:
        """Say which step the writes that follow belong to.

        Args:
            step: Its id.
            arrival: By which way the run has come to it.
            later: The ids of all steps that may follow it.
        """
        self.step, self.arrival = storable(step), arrival
        self._seen.clear()
        self._counted.clear()
        self._failures.clear()
        self._entered.add(self.step)
        self._other_steps = self.completed_steps.union(self._entered, map(storable, later))

    def keep_step(self, status: str, output: Any) -> None:
        """Keep what the step that is under way left.

        Raises:
            TakenOver: Another process runs it meanwhile.
        """
        step = StepRecord(self.step, self.arrival, status, self._redactor.keep(output))
        if not self.store.runs.keep_step(self.record.id, self._holder.id, step):
            raise TakenOver

    # --- Writes ---

    def write(
        self,
        site: str,
        recipient: str,
        fingerprint: str,
        *,
        page: str = "",
        own_key: str | None = None,
        text_digest: str | None = None,
        once: bool = False,
        only: str = "",
        is_message: bool = False,
        is_repeatable: bool = False,
    ) -> Write:
        """Return a write of the step under way, counted among those that are alike.

        Args:
            site: Where in the job it is made.
            recipient: Whom it is for.
            fingerprint: A digest of all that would go out.
            page: The Page that writes.
            own_key: The job's own key.
            text_digest: A digest of the message's text.
            once: Alike ones are the same write, and not one more.
            is_message: It is what a person reads: alike ones for the same person are the same write, too.
            only: Where there is no other one like it at that site in this pass, what it is called: method and address.
            is_repeatable: Making it again harms nothing.
        """
        clean = self._redactor.identity
        site, recipient, page = storable(site), storable(clean(recipient)), storable(page)
        own_key = None if own_key is None else storable(clean(own_key))
        if recipient or own_key is not None:
            only = ""
        if only:
            # An address may look like the place of an operation, which does not count.
            site = f"{site} · {storable(self._redactor.distinct(only)).replace('@', '%40')}"
        occurrence = 0
        if not once and not is_message and own_key is None:
            with self._lock:
                alike = site if recipient else without_lines(site), recipient, fingerprint
                occurrence = self._seen[alike]
                self._seen[alike] += 1
                if self.is_resumed:
                    self._counted.append(alike)
        # Where the job has changed, what stands on a line may be something else.
        sole_at_site = bool(only) and not self.leaves_out_settled
        facts = (occurrence, self.step, self.arrival, page, own_key, text_digest)
        return Write(site, recipient, fingerprint, *facts, sole_at_site, is_message, is_repeatable)

    def take(self, writes: Sequence[Write], *, sending: bool = False) -> list[ClaimEntry]:
        """Claim writes, or learn what became of them.

        Args:
            writes: From `write`. The same one twice is one write: the second is a repeat of the first.
            sending: Mark those that are to be made as being sent at once, on the disk.

        Raises:
            TakenOver: Another process runs it meanwhile. Nothing may be sent.
            SentBefore: An earlier run of the job, which did not end well, has sent one of them. Nothing may be sent.
        """
        self._check_guards(writes)
        for write in writes if self._failures else ():
            # The job has gone on from a failure by writing something else to the same person.
            if write.recipient in self._failures:
                self.store.writes.handle(self._failures.pop(write.recipient))
        if self.leaves_out_settled:
            left_out = {index for index, write in enumerate(writes) if self._is_left_out(write)}
            rest = iter(self._take([write for index, write in enumerate(writes) if index not in left_out], sending))
            return [self._skipped(write) if index in left_out else next(rest) for index, write in enumerate(writes)]
        return self._take(writes, sending)

    def _is_left_out(self, write: Write) -> bool:
        record = self.record
        return (
            bool(write.recipient)
            and write.own_key is None
            and self.store.writes.is_settled(record.id, write.step, write.arrival, write.recipient, record.attempt)
        )

    def _skipped(self, write: Write) -> ClaimEntry:
        id_ = write_id(self.record.id, write)
        return ClaimEntry(id_, False, False, Row(id_, self.record.id, write, SKIPPED))

    def _take(self, writes: Sequence[Write], sending: bool) -> list[ClaimEntry]:
        made = {index: row for run in self.followers for index, row in self._made_by(run, writes)}
        if made:
            rest = iter(self._claim([write for index, write in enumerate(writes) if index not in made], sending))
            return [
                ClaimEntry(made[index].id, False, False, made[index]) if index in made else next(rest)
                for index in range(len(writes))
            ]
        return self._claim(writes, sending)

    def _made_by(self, run: str, writes: Sequence[Write]) -> list[tuple[int, Row]]:
        """Return the messages among these that a run has sent, or may have, each with its row there."""
        ids = {
            index: write_id(run, write)
            for index, write in enumerate(writes)
            if write.is_message and write.own_key is None
        }
        rows = self.store.writes.made(list(ids.values())) if ids else {}
        return [(index, rows[id_]) for index, id_ in ids.items() if id_ in rows]

    def _claim(self, writes: Sequence[Write], sending: bool) -> list[ClaimEntry]:
        ids = [write_id(self.record.id, write) for write in writes]
        taken = self.store.writes.take(
            self.record.id,
            self.record.attempt,
            self._holder.id,
            list(zip(ids, writes, strict=True)),
            sending=sending,
            resends_unknown=self.resends_unknown,
            other_steps=self._other_steps,
        )
        return [
            ClaimEntry(id_, each.is_ours, each.is_repeat, each.row, problem(each))
            for id_, each in zip(ids, taken, strict=True)
        ]

    def _check_guards(self, writes: Sequence[Write]) -> None:
        if self._sent_before is not None:
            # A handler of the job must not go on by sending something else.
            raise SentBefore(*self._sent_before)
        for run in self.guards:
            for _, row in self._made_by(run, writes):
                self._sent_before = run, row.outcome
                raise SentBefore(run, row.outcome)

    # --- Items that are put off ---

    def counted(self) -> int:
        """Return how many writes were counted so far, to go back to."""
        return len(self._counted)

    def count_back(self, counted: int) -> None:
        """Forget that alike writes were counted since then: the item that they are of is performed again."""
        with self._lock:
            for alike in self._counted[counted:]:
                self._seen[alike] -= 1
            del self._counted[counted:]

    # --- Failures that the job goes on from ---

    def note_failure(self, write: Write, id_: str) -> None:
        """Remember that a write of the item under way has failed."""
        self._failures.setdefault(write.recipient, []).append(id_)

    def forget_failures(self) -> None:
        """Say that what has failed is not handled by the job: a loop goes on to the next item."""
        self._failures.clear()

    def handle_failures(self) -> None:
        """Say that the job goes on from what has failed: a resume gives these failures back, and tries none again."""
        failures, self._failures = self._failures, {}
        if failures:
            self.store.writes.handle([id_ for ids in failures.values() for id_ in ids])

    def begin_sending(self, ids: Sequence[str]) -> None:
        """Note on the disk that claimed writes are about to leave.

        Raises:
            TakenOver: They are another's meanwhile. Nothing may be sent.
        """
        if not self.store.writes.begin_sending(ids, self._holder.id):
            raise TakenOver

    def not_sent_yet(self, ids: Sequence[str]) -> None:
        """Note that writes were certainly not made and are to be tried again."""
        self.store.writes.back_to_claimed(ids, self._holder.id)

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Note how writes ended."""
        redactor = self._redactor
        # What a write gave may be used again; an error is read by people alone.
        kept = [each._replace(result=redactor.keep(each.result), error=redactor.value(each.error)) for each in outcomes]
        self.store.writes.settle(kept, self._holder.id)

    def result_of(self, row: Row) -> Any:
        """Return what a write gave, as it was.

        Raises:
            ConfigurationError: It holds a secret that the credential does not have, or that is another one now.
        """
        return self._redactor.restore(row.result)

    def reserve(self, page: str, places: Sequence[Place]) -> float:
        """Take a place among all that the Page sends, and return how many seconds it is off."""
        return self.store.pages.reserve(page, places)


def ledger_of(run: Run) -> Ledger:
    """Return the ledger of a run that keeps one."""
    ledger = run.ledger
    if not isinstance(ledger, Ledger):
        raise TypeError("the run keeps no ledger")
    return ledger


def sent(id_: str, result: Any) -> Outcome:
    """Return the outcome of a write that succeeded."""
    return Outcome(id_, SENT, result)


def ended(id_: str, error: AdaptorError) -> Outcome:
    """Return the outcome of a write that ended with an error."""
    outcome = FAILED if error.sent == SENT_NO else UNKNOWN
    return Outcome(id_, outcome, error=error.facts(), about=error.about)
