"""The ledger of one run: it claims each write, records its outcome, and returns recorded outcomes on a resume."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import closing
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..core.run.place import without_lines
from ..core.secrets.redact import Redactor
from .claims.claim import ClaimEntry
from .claims.failed_commits import UncertainClaims
from .claims.write_id import write_id
from .database.database import storable
from .errors import SentBefore, TakenOver
from .leases.lease import Lease
from .patience import patiently
from .records import FINISHED, MADE, SENT, SKIPPED, STOPPED, Outcome, RunRecord, StepRecord, Write, WriteRecord
from .refusals import refusal_of, why_not_resumed
from .store import IN_MEMORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..core.run.context import Run
    from .pace import Slot
    from .store import Store


class Ledger:
    """The ledger as one run uses it."""

    def __init__(self, store: Store, lease: Lease, record: RunRecord, redactor: Redactor | None = None) -> None:
        self.store = store
        self.record = record
        self._lease = lease
        self._redactor = redactor or Redactor()
        self._seen: Counter[tuple[Any, ...]] = Counter()
        self._counted: list[tuple[Any, ...]] = []
        self._lock = threading.Lock()
        self.step = ""
        self.arrival = 0
        #: The job has changed since the run began: people with a settled write in this step are left out.
        self.leaves_out_settled = False
        #: Writes that an earlier attempt left unknown are made again, because the user asked for it.
        self.resends_unknown = False
        #: Earlier runs of the same job that did not end well: a message of theirs stops this run.
        self.guards: list[str] = []
        #: Why the run was stopped: an earlier one has sent what it was about to send.
        self.sent_before: SentBefore | None = None
        #: Other runs of the same job, in a resume: a message that they have sent counts as sent.
        self.others: list[str] = []
        #: Steps that have completed. Like entered and later steps, they are no alternative to the current one.
        self.completed_steps: frozenset[str] = frozenset()
        self._entered: set[str] = set()
        self._unrelated_steps: frozenset[str] = frozenset()
        #: The ids of failed writes of the current item, by recipient.
        self._failures: dict[str, list[str]] = {}
        #: The ids of writes of other runs that this attempt has replayed.
        self._made_by_others: set[str] = set()
        self._uncertain = UncertainClaims()

    @classmethod
    def begin(cls, store: Store, record: RunRecord, *, redactor: Redactor | None = None) -> Ledger:
        """Begin a new run.

        Args:
            store: Where the run is recorded.
            record: The run.
            redactor: Knows the secrets that must not be recorded.
        """
        lease = Lease(store.leases, record.id)
        ledger = cls(store, lease, record, redactor)
        try:
            kept = record._replace(holder=lease.id, input=ledger._redactor.keep(record.input))
            ledger.record = store.runs.begin(kept)
        except BaseException:
            lease.close()
            raise
        return ledger

    @classmethod
    def resume(
        cls,
        store: Store,
        run: str,
        *,
        redactor: Redactor | None = None,
        resends_unknown: bool = False,
        given: Mapping[str, Any] = MappingProxyType({}),
    ) -> Ledger:
        """Resume a run.

        Args:
            store: Where the run is recorded.
            run: Its id.
            redactor: Knows the secrets that must not be recorded.
            resends_unknown: Make unknown writes again.
            given: What the command line of this attempt was given, as `RunRecord.given`.

        Raises:
            LedgerError: There is no such run, it was purged, or another process is running it.
        """
        lease = Lease(store.leases, run)
        try:
            record = store.runs.resume(run, lease.id, given)
            if record is None:
                raise why_not_resumed(store, run)
        except BaseException:
            lease.close()
            raise
        ledger = cls(store, lease, record, redactor)
        ledger.resends_unknown = resends_unknown
        return ledger

    @property
    def lease_id(self) -> str:
        """The id of the lease by which this process holds the run."""
        return self._lease.id

    @property
    def is_kept(self) -> bool:
        """Whether the ledger outlives the process, so that an unknown write can be settled later."""
        return self.store.name != IN_MEMORY

    @property
    def is_resumed(self) -> bool:
        """Whether an earlier attempt began the run."""
        return self.record.attempt > 1

    def close(self, exit_code: int, *, finished: bool) -> None:
        """End the run and close the ledger."""
        with closing(self.store), closing(self._lease):
            if uncertain := self._uncertain.ids():
                patiently(lambda: self.return_to_claimed(uncertain), self.store.leases.terms.patience)
            if self.sent_before is not None and not self.is_resumed and self.store.runs.withdraw(self.record.id):
                return
            self._lease.close(lambda: self._end(exit_code, finished=finished))

    def _end(self, exit_code: int, *, finished: bool) -> None:
        if finished:
            # The run will not return to these: later writes have replaced them.
            self.store.writes.skip_claimed(self.record.id)
        self.store.runs.end(self.record.id, self._lease.id, FINISHED if finished else STOPPED, exit_code)

    def enter_step(self, step: str, arrival: int, later: Iterable[str] = ()) -> None:
        """Set the step of the following writes.

        Args:
            step: Its id.
            arrival: The id of the arrival at the step: a step may be reached along several edges.
            later: The ids of all steps that may follow it.
        """
        self.step, self.arrival = storable(step), arrival
        self._seen.clear()
        self._counted.clear()
        self._failures.clear()
        self._entered.add(self.step)
        self._unrelated_steps = self.completed_steps.union(self._entered, map(storable, later))

    def keep_step(self, status: str, output: Any) -> None:
        """Record the output of the current step.

        Raises:
            TakenOver: Another process has taken over the run.
        """
        step = StepRecord(self.step, self.arrival, status, self._redactor.keep(output))
        if not self.store.runs.keep_step(self.record.id, self._lease.id, step):
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
        is_idempotent: bool = False,
    ) -> Write:
        """Return a write of the current step, with its occurrence among equal writes.

        Args:
            site: The call site of the write.
            recipient: The recipient of the write.
            fingerprint: A digest of everything that the request sends.
            page: The Page that sends.
            own_key: The job's own key.
            text_digest: A digest of the message's text.
            once: Equal writes count as one write.
            only: Its method and address if it is the only write at its call site in this arrival at the step, else "".
            is_message: A person reads it. Equal messages to one person count as one write.
            is_idempotent: Repeating it has no further effect.
        """
        clean = self._redactor.identity
        site, recipient, page = storable(site), storable(clean(recipient)), storable(page)
        own_key = None if own_key is None else storable(clean(own_key))
        if recipient or own_key is not None:
            only = ""
        if only:
            # `@` marks a line in a site; the one in an address must not look like it.
            site = f"{site} · {storable(self._redactor.distinct(only)).replace('@', '%40')}"
        occurrence = 0
        if not once and not is_message and own_key is None:
            with self._lock:
                alike = site if recipient else without_lines(site), recipient, fingerprint
                occurrence = self._seen[alike]
                self._seen[alike] += 1
                if self.is_resumed:
                    self._counted.append(alike)
        # Where the job has changed, the same line may now hold another operation.
        sole_at_site = bool(only) and not self.leaves_out_settled
        facts = (occurrence, self.step, self.arrival, page, own_key, text_digest)
        return Write(site, recipient, fingerprint, *facts, sole_at_site, is_message, is_idempotent)

    def claim(self, writes: Sequence[Write], *, sending: bool = False) -> list[ClaimEntry]:
        """Claim writes, or return what is recorded of them.

        Args:
            writes: From `write`. If the same write appears twice, the second is a repeat of the first.
            sending: Record the claimed writes as `sending` at once, durably.

        Raises:
            TakenOver: Another process has taken over the run. Nothing may be sent.
            SentBefore: An earlier run of the job, which did not end well, has sent one of them. Nothing may be sent.
        """
        self._check_guards(writes)
        for write in writes if self._failures else ():
            # The job has handled a failed write by sending something else to the same person.
            if write.recipient in self._failures:
                self.store.writes.mark_handled(self._failures.pop(write.recipient))
        left_out = {i for i, write in enumerate(writes) if self.leaves_out_settled and self._is_left_out(write)}
        rest = iter(
            self._claim_what_others_have_not_made(
                [write for i, write in enumerate(writes) if i not in left_out], sending
            )
        )
        return [self._skipped(write) if i in left_out else next(rest) for i, write in enumerate(writes)]

    def _is_left_out(self, write: Write) -> bool:
        record = self.record
        return (
            bool(write.recipient)
            and write.own_key is None
            and self.store.writes.is_settled(record.id, write.step, write.arrival, write.recipient, record.attempt)
        )

    def _skipped(self, write: Write) -> ClaimEntry:
        id_ = write_id(self.record.id, write)
        return ClaimEntry(id_, False, False, WriteRecord(id_, self.record.id, write, SKIPPED))

    def _claim_what_others_have_not_made(self, writes: Sequence[Write], sending: bool) -> list[ClaimEntry]:
        made = self._made_by(self.others, writes)
        for index in [index for index in made if self.is_made(writes[index])]:
            # A resume replays the run's own writes.
            del made[index]
        rest = iter(self._claim_own([write for index, write in enumerate(writes) if index not in made], sending))
        entries = [
            ClaimEntry(made[index].id, False, False, made[index]) if index in made else next(rest)
            for index in range(len(writes))
        ]
        return [self._once(entry) for entry in entries]

    def _once(self, entry: ClaimEntry) -> ClaimEntry:
        """Return an entry. A write of another run is a repeat if this attempt has replayed it before."""
        if (
            entry.is_claimed
            or entry.error is not None
            or entry.record.run == self.record.id
            or entry.record.outcome not in MADE
        ):
            return entry
        is_repeat = entry.id in self._made_by_others
        self._made_by_others.add(entry.id)
        return entry._replace(is_repeat=entry.is_repeat or is_repeat)

    def is_made(self, write: Write) -> bool:
        """Whether a write of this run was made, or may have been made and is not made again."""
        record = self.store.writes.record(write_id(self.record.id, write))
        return record is not None and record.outcome in MADE and (record.outcome == SENT or not self.resends_unknown)

    def _made_by(self, runs: Sequence[str], writes: Sequence[Write]) -> dict[int, WriteRecord]:
        """Return the records of those of these messages that runs have sent or may have sent, by index."""
        wanted = {
            index: (write.step, write.recipient, write.fingerprint)
            for index, write in enumerate(writes)
            if write.is_message and write.own_key is None and write.recipient
        }
        made = self.store.writes.messages_of(runs, [known[1] for known in wanted.values()]) if runs and wanted else {}
        return {index: made[known] for index, known in wanted.items() if known in made}

    def _claim_own(self, writes: Sequence[Write], sending: bool) -> list[ClaimEntry]:
        ids = [write_id(self.record.id, write) for write in writes]
        with self._uncertain.watching(ids):
            results = self.store.writes.claim(
                self.record.id,
                self.record.attempt,
                self._lease.id,
                list(zip(ids, writes, strict=True)),
                sending=sending,
                resends_unknown=self.resends_unknown,
                unrelated_steps=self._unrelated_steps,
            )
        self._uncertain.hold(id_ for id_, each in zip(ids, results, strict=True) if each.is_claimed)
        return [
            ClaimEntry(id_, each.is_claimed, each.is_repeat, each.record, refusal_of(each))
            for id_, each in zip(ids, results, strict=True)
        ]

    def _check_guards(self, writes: Sequence[Write]) -> None:
        if self.sent_before is None:
            record = next(iter(self._made_by(self.guards, writes).values()), None)
            self.sent_before = None if record is None else SentBefore(record.run, record.outcome)
        if self.sent_before is not None:
            # Raised at each claim: the job may catch it, and must not send something else then.
            raise self.sent_before

    # --- Deferred items ---

    def checkpoint(self) -> int:
        """Return how many writes were counted so far, for `rewind`."""
        return len(self._counted)

    def rewind(self, checkpoint: int) -> None:
        """Undo the counting of writes since a checkpoint: their item is deferred and will be performed again."""
        with self._lock:
            for alike in self._counted[checkpoint:]:
                self._seen[alike] -= 1
            del self._counted[checkpoint:]

    # --- Failures that the job handles ---

    def record_failure(self, write: Write, id_: str) -> None:
        """Remember that a write of the current item has failed."""
        self._failures.setdefault(write.recipient, []).append(id_)

    def forget_failures(self) -> None:
        """Forget the failures of the current item: the job did not handle them, and a loop continues."""
        self._failures.clear()

    def handle_failures(self) -> None:
        """Record that the job has handled the failures: a resume returns them and does not try these writes again."""
        failures, self._failures = self._failures, {}
        if failures:
            self.store.writes.mark_handled([id_ for ids in failures.values() for id_ in ids])

    def begin_sending(self, ids: Sequence[str]) -> None:
        """Record claimed writes as `sending`, durably, before the first byte leaves.

        Raises:
            TakenOver: Another process has taken over the claims. Nothing may be sent.
        """
        if not self.store.writes.begin_sending(ids, self._lease.id):
            raise TakenOver

    def return_to_claimed(self, ids: Sequence[str]) -> None:
        """Record writes as `claimed` again: they were certainly not made and will be retried."""
        self.store.writes.return_to_claimed(ids, self._lease.id)

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Record the outcomes of writes."""
        redactor = self._redactor
        # A result may be used again, so its secrets must be restorable; an error is only read by people.
        kept = [each._replace(result=redactor.keep(each.result), error=redactor.value(each.error)) for each in outcomes]
        patiently(lambda: self.store.writes.settle(kept, self._lease.id), self.store.leases.terms.patience)
        self._uncertain.settled(each.id for each in kept)

    def result_of(self, record: WriteRecord) -> Any:
        """Return the result of a write with its secrets restored.

        Raises:
            ConfigurationError: The credential lacks one of these secrets, or holds another one in its place.
        """
        return self._redactor.restore(record.result)

    def pages_of_step(self) -> set[str]:
        """Return the Pages as which the current step has sent, in all attempts."""
        return self.store.writes.pages_of(self.record.id, self.step)

    def reserve(self, page: str, slots: Sequence[Slot]) -> float:
        """Reserve slots in the Page's lanes, and return the seconds to wait for them."""
        return self.store.pages.reserve(page, slots)


def ledger_of(run: Run) -> Ledger:
    """Return the ledger of a run that keeps one."""
    ledger = run.ledger
    if not isinstance(ledger, Ledger):
        raise TypeError("the run keeps no ledger")
    return ledger
