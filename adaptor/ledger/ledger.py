"""What a run asks of the ledger: may this write be made, and what became of it."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import SENT_NO, AdaptorError
from .database import storable
from .errors import HeldElsewhere, KeyTaken, LedgerError, ReplayMismatch, TakenOver
from .holder import Holder
from .keys import known_site, write_id
from .rows import FAILED, FINISHED, SENT, SKIPPED, STOPPED, UNKNOWN, Outcome, Row, RunRecord, StepRecord, Write
from .store import IN_MEMORY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .pace import Place
    from .store import Store
    from .taking import Taken


def _as_it_is(value: Any) -> Any:
    return value


class Entry(NamedTuple):
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

    def __init__(
        self, store: Store, holder: Holder, record: RunRecord, clean: Callable[[Any], Any] = _as_it_is
    ) -> None:
        self.store = store
        self.record = record
        self._holder = holder
        self._clean = clean
        self._seen: Counter[tuple[Any, ...]] = Counter()
        self._lock = threading.Lock()
        self.step = ""
        self.arrival = 0
        #: The job has changed since the run began: whoever it has settled something for in this step is left out.
        self.leaves_out_settled = False
        #: What an earlier attempt of the run left unknown is made again, on purpose.
        self.resends_unknown = False

    @classmethod
    def begin(cls, store: Store, record: RunRecord, *, clean: Callable[[Any], Any] = _as_it_is) -> Ledger:
        """Begin a new run.

        Args:
            store: Where it is written down.
            record: The run.
            clean: Takes the secrets out of every value and text before it is written down.
        """
        holder = Holder(store.holders, record.id)
        try:
            record.holder, record.input = holder.id, clean(record.input)
            store.runs.begin(record)
        except BaseException:
            holder.close()
            raise
        return cls(store, holder, record, clean)

    @classmethod
    def resume(
        cls, store: Store, run: str, *, clean: Callable[[Any], Any] = _as_it_is, resends_unknown: bool = False
    ) -> Ledger:
        """Go on with a run that stopped.

        Args:
            store: Where it is written down.
            run: Its id.
            clean: Takes the secrets out of every value and text before it is written down.
            resends_unknown: What is unknown is made again, also where the run has finished.

        Raises:
            LedgerError: There is no such run, it has finished or was purged, or another process has it under way.
        """
        holder = Holder(store.holders, run)
        try:
            record = store.runs.resume(run, holder.id, although_finished=resends_unknown)
            if record is None:
                raise not_resumed(store, run)
        except BaseException:
            holder.close()
            raise
        ledger = cls(store, holder, record, clean)
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
            self.store.runs.end(self.record.id, self._holder.id, FINISHED if finished else STOPPED, exit_code)
        finally:
            try:
                self._holder.close()
            finally:
                self.store.close()

    def enter_step(self, step: str, arrival: int) -> None:
        """Say which step the writes that follow belong to."""
        self.step, self.arrival = storable(step), arrival
        self._seen.clear()

    def keep_step(self, status: str, output: Any) -> None:
        """Keep what the step that is under way left.

        Raises:
            TakenOver: Another process runs it meanwhile.
        """
        step = StepRecord(self.step, self.arrival, status, self._clean(output))
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
            only: Where there is no other one like it at that site in this pass, what it is called: method and address.
            is_repeatable: Making it again harms nothing.
        """
        site, recipient, page = storable(site), storable(self._clean(recipient)), storable(page)
        own_key = None if own_key is None else storable(self._clean(own_key))
        if recipient or own_key is not None:
            only = ""
        if only:
            site = f"{site} · {storable(self._clean(only))}"
        nth = 0
        if not once and own_key is None:
            with self._lock:
                alike = known_site(site, recipient), recipient, fingerprint
                nth = self._seen[alike]
                self._seen[alike] += 1
        # Where the job has changed, what stands on a line may be something else.
        is_only = bool(only) and not self.leaves_out_settled
        place = self.step, self.arrival
        return Write(site, recipient, fingerprint, nth, *place, page, own_key, text_digest, is_only, is_repeatable)

    def take(self, writes: Sequence[Write], *, sending: bool = False) -> list[Entry]:
        """Claim writes, or learn what became of them.

        Args:
            writes: From `write`. The same one twice is one write: the second is a repeat of the first.
            sending: Mark those that are to be made as being sent at once, on the disk.

        Raises:
            TakenOver: Another process runs it meanwhile. Nothing may be sent.
        """
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

    def _skipped(self, write: Write) -> Entry:
        id_ = write_id(self.record.id, write)
        return Entry(id_, False, False, Row(id_, self.record.id, write, SKIPPED))

    def _take(self, writes: Sequence[Write], sending: bool) -> list[Entry]:
        ids = [write_id(self.record.id, write) for write in writes]
        taken = self.store.writes.take(
            self.record.id,
            self.record.attempt,
            self._holder.id,
            list(zip(ids, writes, strict=True)),
            sending=sending,
            resends_unknown=self.resends_unknown,
        )
        return [
            Entry(id_, each.is_ours, each.is_repeat, each.row, _problem(each))
            for id_, each in zip(ids, taken, strict=True)
        ]

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
        cleaned = [replace(each, result=self._clean(each.result), error=self._clean(each.error)) for each in outcomes]
        self.store.writes.settle(cleaned, self._holder.id)

    def reserve(self, page: str, places: Sequence[Place]) -> float:
        """Take a place among all that the Page sends, and return how many seconds it is off."""
        return self.store.pages.reserve(page, places)


def sent(id_: str, result: Any) -> Outcome:
    """Return the outcome of a write that succeeded."""
    return Outcome(id_, SENT, result)


def ended(id_: str, error: AdaptorError) -> Outcome:
    """Return the outcome of a write that ended with an error."""
    outcome = FAILED if error.sent == SENT_NO else UNKNOWN
    return Outcome(id_, outcome, error=error.facts(), about=error.about)


def not_resumed(store: Store, run: str) -> LedgerError:
    """Return why a run cannot be gone on with."""
    known = store.runs.find(run)
    if known is None:
        return LedgerError(
            f"There is no run `{run}` in the ledger {store.name}.", fix="adaptor runs list shows the runs."
        )
    if known.status == FINISHED:
        return LedgerError(f"The run `{run}` has finished: nothing of it is left to do.", fix="Run the job again.")
    if known.purged is not None:
        return LedgerError(
            f"The run `{run}` was purged: who was written to is not known any more.", fix="Run the job again."
        )
    return LedgerError(f"The run `{run}` is under way in another process.", fix="Wait until it ends, or end it there.")


def _problem(taken: Taken) -> AdaptorError | None:
    row = taken.row
    if taken.is_held:
        return HeldElsewhere(
            "Another process has this very write under way.", fix="See adaptor runs show for what becomes of it."
        )
    if taken.mismatch and row.write.own_key is not None:
        return KeyTaken(
            f"The key {row.write.own_key!r} was used before for somebody else.",
            fix="Make the key of something that is this person's alone, such as the id of the appointment.",
        )
    if taken.mismatch:
        return ReplayMismatch(
            "Before it stopped, this run recorded something else for this person at this place, and it is not known "
            "whether this is to replace it.",
            fix="Give the operation a key=, made of what is to happen once, such as the id of the appointment.",
        )
    return None
