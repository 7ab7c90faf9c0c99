"""The current run: what operations share while they are performed, and their place in the job."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar

from ..errors import AdaptorError, JobError
from ..secrets.redact import Redactor
from .audience import Audience
from .explanation import LastAnswer
from .observers import Observers
from .owner import Owner
from .place import Statement, call_site, place_of
from .stop import Stop
from .totals import Totals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextvars import Token
    from datetime import datetime
    from types import TracebackType
    from typing import Any, Protocol, TypeAlias

    from ..operation import Operation
    from ..state import State
    from .observers import Request

    class Resource(Protocol):
        """Something that is opened once per run and closed with it, such as an HTTP session."""

        def close(self) -> None:
            """Close it."""

    class Ledger(Protocol):
        """The part of a ledger's interface that `core` and `common` use (see `adaptor.ledger`)."""

        def checkpoint(self) -> int:
            """Return how many writes were counted so far, for `rewind`."""

        def rewind(self, checkpoint: int) -> None:
            """Undo the counting of writes since a checkpoint."""

        def handle_failures(self) -> None:
            """Record that the job has handled the failures of the current item."""

        def forget_failures(self) -> None:
            """Forget the failures of the current item: a loop continues."""


#: Receives the lines of a run's log: the level (`error`, `info`, `debug`), the component, the message and further
#: fields, all without secrets.
Sink: TypeAlias = "Callable[[str, str, str, dict[str, Any]], None]"


class Run(Totals):
    """One execution of a job: entered by the runner, or by the first operation that is called without one.

    Attributes:
        dry_run: Writes are described and not sent.
        began: When the run began, in Unix seconds.
        id: The id of the run.
        step: The id of the workflow's current step.
        arrival: A number for the way on which the run reached that step; it is the same in a resume.
        statement: The current statement of the script.
        path: The place of the run: the names of the current operations, outermost first, each with its index.
        under_way: The current operations, outermost first.
        observers: Callbacks for the events of the run.
        audience: The people whom the run writes to.
        stop: The request to stop the run, and what is in flight.
        warned: The warnings that are given only once and were given.
        found_items: Whether any loop of the current operation had items; None without a loop.
        is_loading: Scripts are being loaded: nothing may be sent yet.
        wait: Waits that many seconds before a repeat.
        before_writing: Called before each write: refuses where the state that the operation was given is not JSON.
        last_answer: Which operation has put its answer into `data` last.
        replayed: How many writes were not made again, since an earlier attempt or another run had made them.
        sanitize: Returns what logs show of a value of the state; None shows it as it is.
        redactor: Takes the secrets out of everything that is shown.
        owner: The process and the thread that it belongs to: those that have entered it.
        owns_process: The process is there for this run alone: what a thread of the job calls after it is refused too.
        folders: Where small facts are kept between runs: beside the ledger, beside the credential.
    """

    def __init__(
        self,
        *,
        sink: Sink | None = None,
        dry_run: bool = False,
        started: float | None = None,
        on_request: Callable[[Request], object] | None = None,
        wait: Callable[[float], object] | None = None,
        alone: bool = False,
        ledger: Callable[[], Ledger] | None = None,
        of_job: bool = False,
    ) -> None:
        super().__init__()
        self.began = time.time() if started is None else started
        self._clock = time.monotonic()
        self.dry_run = dry_run
        self.id = ""
        self.step = ""
        self.arrival = 0
        self.statement = Statement()
        self.path: list[tuple[str, int | None]] = []
        self.under_way: list[Operation] = []
        self.observers = Observers()
        self.observers.on_request = on_request
        self.audience = Audience()
        self.stop = Stop()
        self.warned: set[str] = set()
        self.found_items: bool | None = None
        self.is_loading = False
        self.wait: Callable[[float], object] = wait or time.sleep
        self.before_writing: Callable[[], None] | None = None
        self.last_answer = LastAnswer()
        self.replayed = 0
        self.sanitize: Callable[[Any], str] | None = None
        self.redactor = Redactor()
        self.owns_process = False
        self.folders: tuple[str, ...] = ()
        self._catching: list[Any] = []
        self._begin_ledger = ledger
        self._ledger: Ledger | None = None
        self._open_collections: Callable[[], object] | None = None
        self._collections: object | None = None
        # Whether a runner has started it. An operation that finds no run meanwhile was called in a thread of the job's
        # own and is outside the run.
        self._alone = alone
        self._is_outside_run = of_job or (not alone and bool(_alone_under_way))
        self.owner = Owner()
        self._sink = sink or _standard_logging
        self._resources: dict[str, Any] = {}
        self._token: Token[Run | None] | None = None

    @property
    def started(self) -> datetime:
        """When the run began; `now` in the whole run."""
        from datetime import UTC, datetime

        return datetime.fromtimestamp(self.began, UTC)

    def now(self) -> float:
        """Return the time in Unix seconds: the begin of the run plus its duration by the monotonic clock."""
        return self.began + time.monotonic() - self._clock

    def __enter__(self) -> Run:
        if self._alone:
            _alone_under_way.add(self)
        self._token = active.set(self)
        self.owner = Owner()
        if self.owns_process:
            self.owner.mark_process()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if not self.owns_process:
            _alone_under_way.discard(self)
        if self._token is not None:
            active.reset(self._token)
        for resource in self._resources.values():
            resource.close()
        self._resources.clear()

    def check_thread(self) -> None:
        """Refuse a write outside the run of its process: a dry run could not prevent it.

        Raises:
            JobError: The job called the operation in a thread or a process of its own, or while it was loaded. Nothing
                was sent.
            KeyboardInterrupt: The run should stop. Nothing was sent.
        """
        self.stop.raise_if_asked()
        if self.is_loading:
            raise JobError(
                "A write was called at the top level of a script, where it could be made twice.",
                fix="Write the operation on a line of its own without calling it: it becomes part of the step.",
                code="WHILE_LOADING",
            )
        self.owner.check_process()
        if self.before_writing is not None:
            self.before_writing()
        if self._is_outside_run or (self._alone and not self.owner.is_current_thread()):
            raise JobError(
                "A write was called in a thread or process of the job's own, outside the run. Nothing was sent.",
                fix="Process a list with each(…) or try_each(…) instead; a program makes a run by adaptor.runner.run.",
                code="OUTSIDE_THE_RUN",
            )

    def record_call(
        self,
        outcome: str,
        *,
        is_write: bool = True,
        is_message: bool = False,
        is_earlier: bool = False,
        recipient: str | None = None,
        seconds: float = 0.0,
        error: AdaptorError | None = None,
        count: int = 1,
    ) -> None:
        """Count a call by its outcome and report it to `on_call`; each call is recorded once.

        Args:
            outcome: `sent`, `failed`, `unknown`, `described` or `duplicate` for a write, `read` or `failed` for a read.
            is_write: The call changes something: it is counted in `outcomes`.
            is_message: The call sends a message that a person reads: it is counted in `messages` too.
            is_earlier: An earlier attempt of the run has made it.
            recipient: The recipient of a message.
            seconds: Its duration.
            error: Its error, or None.
            count: The number of equal calls.
        """
        if is_write and is_earlier and outcome == "sent":
            # It is no outcome of this attempt.
            self.count_made(outcome, is_message=is_message, count=count)
        elif is_write:
            self.count(outcome, is_message=is_message, count=count)
            if outcome == "unknown" and not is_earlier:
                self.unknown_in_a_row += count
            elif outcome in ("sent", "failed"):
                self.unknown_in_a_row = 0
        if self.observers.on_call is not None:
            name, place = next((name for name, _ in reversed(self.path) if name), ""), self.place()
            facts = (name, place, outcome, is_write, is_message, recipient, seconds, error, count)
            from .call_record import CallRecord

            self.observers.on_call(CallRecord(*facts, is_earlier=is_earlier and outcome == "sent"))

    def use_ledger(self, open_ledger: Callable[[], Ledger]) -> None:
        """Record every write of this run from now on, in a ledger that is opened for the first one."""
        self._begin_ledger = open_ledger

    @property
    def ledger(self) -> Ledger | None:
        """The ledger that records every write of this run, opened on first use; None if the run has none."""
        if self._ledger is None and self._begin_ledger is not None:
            self._ledger = self._begin_ledger()
        return self._ledger

    def use_collections(self, open_collections: Callable[[], object]) -> None:
        """Keep values between runs in collections that are opened when the job first uses them."""
        self._open_collections = open_collections

    @property
    def collections(self) -> object | None:
        """The collections of this run (see `adaptor.ledger.run_collections`); None if it has none."""
        if self._collections is None and self._open_collections is not None:
            self._collections = self._open_collections()
        return self._collections

    def raises_again(self, error: AdaptorError, *, was_raised: bool) -> bool:
        """Whether the error of a write that an earlier attempt left unknown is raised again, for a loop or a handler.

        If not, the write returns `{"outcome": "unknown"}`.

        Args:
            error: The error.
            was_raised: It was raised in that attempt. If that attempt was killed instead, no code of the job gets the
                error: a handler might send something else to a person whom the first message has reached.
        """
        if not any(isinstance(error, kinds) for kinds in self._catching):
            return False
        return was_raised or not any(each.calls_code for each in self.under_way)

    @contextmanager
    def catching(self, kinds: Any = AdaptorError) -> Iterator[None]:
        """Declare that errors of these classes are caught inside."""
        self._catching.append(kinds)
        try:
            yield
        finally:
            self._catching.pop()

    @property
    def open_ledger(self) -> Ledger | None:
        """The run's ledger if it is open already, that is, if something was written; else None."""
        return self._ledger

    def resource(self, name: str, make: Callable[[], Resource]) -> Any:
        """Return the run's resource of this name; it is opened on first use."""
        found = self._resources.get(name)
        if found is None:
            found = self._resources[name] = make()
        return found

    def connections(self, name: str, make: Callable[[], Resource]) -> Any:
        """As `resource`, for what a forked process must not share: an answer could come to the other one."""
        return self.resource(self.owner.name_here(name), make)

    def watched(self, items: Iterable[Any]) -> Iterable[Any]:
        """Return the items of a loop; observers see its progress."""
        return self.observers.watched(items, self.place)

    def learn_secrets(self, state: State) -> bool:
        """Learn the secrets of this state's configuration, so that they are redacted.

        Returns:
            Whether one of them was new.
        """
        return isinstance(state, dict) and self.redactor.learn_configuration(state.get("configuration"))

    def log(self, level: str, component: str, message: str, /, **fields: Any) -> None:
        """Write one line to the run's log; secrets are redacted."""
        self._sink(level, component, self.redactor.text(message), self.redactor.value(fields))

    def warn(self, component: str, message: str, *, once: str | None = None) -> None:
        """Write a warning to the run's log.

        Args:
            component: The part of the program that warns.
            message: What is wrong, and what to do.
            once: A name of the warning, of which only the first one in the run is written.
        """
        if once is not None:
            if once in self.warned:
                return
            self.warned.add(once)
        self.log("info", component, f"warning: {message}")

    def call_site(self) -> str:
        """Return the current call site in the job's code, without any index of data (see `adaptor.core.run.place`)."""
        return call_site([*self.statement.labels, *[operation.label() for operation in self.under_way]])

    def runs_once(self) -> bool:
        """Whether the current operation runs once in its step: no loop and no function is around it."""
        return self.statement.is_alone and all(each.performs_once for each in self.under_way[:-1])

    def shown(self, value: Any) -> str:
        """Return the text that a log shows for a value of the state; `log` redacts its secrets."""
        if self.sanitize is not None:
            return self.sanitize(value)
        if isinstance(value, str):
            return value
        import json

        try:
            return json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError):
            return repr(value)

    def place(self) -> str:
        """Return the current place, such as `step 2 · each[17] · send_text`."""
        return place_of(self.path)


def _standard_logging(level: str, component: str, message: str, fields: dict[str, Any]) -> None:
    import logging

    logging.getLogger(f"adaptor.{component}").log(getattr(logging, level.upper()), message)


#: The current runs that a runner has started, and the one that owned the process, which goes on for threads of its job.
_alone_under_way: set[Run] = set()

#: The current run of this thread, or None.
active: ContextVar[Run | None] = ContextVar("adaptor_run", default=None)


def current_run() -> Run:
    """Return the current run; operations are always performed inside one."""
    run = active.get()
    if run is None:
        raise RuntimeError("no run is under way")
    return run
