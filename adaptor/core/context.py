"""The run that is under way: what operations share while they are performed, and where in the job they are."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar

from .audience import Audience
from .call_record import CallRecord
from .errors import AdaptorError, JobError
from .explanation import LastAnswer
from .observers import Observers
from .place import Statement, call_site, place_of
from .secrets.redact import Redactor
from .stop import Stop
from .totals import Totals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextvars import Token
    from datetime import datetime
    from types import TracebackType
    from typing import Any, Protocol, TypeAlias

    from .observers import Request
    from .operation import Operation
    from .state import State

    class Resource(Protocol):
        """Something that is opened once per run and closed with it, such as an HTTP session."""

        def close(self) -> None:
            """Let go of it."""

    class Ledger(Protocol):
        """What was sent, to whom, with what outcome (see `adaptor.ledger`)."""

        def counted(self) -> int:
            """Return how many writes were counted so far."""

        def count_back(self, counted: int) -> None:
            """Forget what was counted since then."""

        def handle_failures(self) -> None:
            """Say that the job goes on from what has failed."""

        def forget_failures(self) -> None:
            """Say that a loop goes on to the next item."""


#: Where a run's log lines go: called with the level (`error`, `info`, `debug`), the component, the message and further
#: fields, all of them free of secrets already.
Sink: TypeAlias = "Callable[[str, str, str, dict[str, Any]], None]"


class Run(Totals):
    """One execution of a job: entered by the runner, or by the first operation that is called without one.

    Attributes:
        dry_run: Writes are described and not sent.
        began: When the run began, in seconds since 1970.
        id: Its name among all runs.
        step: The id of the workflow's step that is under way.
        arrival: By which way the run has come to that step, as a number that is the same when the run goes on.
        statement: The statement of the script whose operation is under way.
        path: Where the run is: the names of the operations under way, outermost first, each with its index.
        under_way: The operations under way, outermost first.
        observers: Who is told what happens.
        audience: Whom the run writes to.
        stop: Whether it is to end, and what is in flight.
        warned: What the run has warned of, where once is enough.
        found_items: Whether any loop of the operation under way had items; None where there was none.
        is_loading: Scripts are being loaded: nothing may be sent yet.
        wait: Waits that many seconds before a repeat.
        before_writing: Called before each write: refuses where the state that the operation was given is not JSON.
        last_answer: Which operation has put its answer into `data` last.
        replayed: How many writes were not made again, since an earlier attempt or another run had made them.
        sanitize: Returns what logs show of a value of the state; None shows it as it is.
        redactor: Takes the secrets out of everything that is shown.
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
        self._listeners: list[Any] = []
        self._begin_ledger = ledger
        self._ledger: Ledger | None = None
        # A runner has started it: an operation that finds no run meanwhile, since the job called it in a thread of its
        # own, is outside of it.
        self._alone = alone
        self._is_stray = not alone and bool(_alone_under_way)
        self._sink = sink or _standard_logging
        self._resources: dict[str, Any] = {}
        self._token: Token[Run | None] | None = None

    @property
    def started(self) -> datetime:
        """When the run began; `now` in the whole run."""
        from datetime import UTC, datetime

        return datetime.fromtimestamp(self.began, UTC)

    def now(self) -> float:
        """Return the time of this run in Unix seconds: when it began, and how long it has been going on since."""
        return self.began + time.monotonic() - self._clock

    def __enter__(self) -> Run:
        if self._alone:
            _alone_under_way.add(id(self))
        self._token = active.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        _alone_under_way.discard(id(self))
        if self._token is not None:
            active.reset(self._token)
        for resource in self._resources.values():
            resource.close()
        self._resources.clear()

    def check_thread(self) -> None:
        """Refuse a write that is outside the run of its process, where a dry run would not hold it back.

        Raises:
            JobError: The job called the operation in a thread of its own, or while it was only loaded. Nothing was
                sent.
            KeyboardInterrupt: The run is to end. Nothing was sent.
        """
        self.stop.raise_if_asked()
        if self.is_loading:
            raise JobError(
                "A write was called at the top level of a script, where nothing could keep it from being made twice.",
                fix="Write the operation on a line of its own, without calling it: it becomes a part of the step.",
                code="WHILE_LOADING",
            )
        if self.before_writing is not None:
            self.before_writing()
        if self._is_stray:
            raise JobError(
                "A write was called in a thread of the job's own, which is outside the run.",
                fix="Go through a list with each(…) or try_each(…) instead of threads.",
                code="OUTSIDE_THE_RUN",
            )

    def note(
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
        """Count how a call ended; each call is counted once.

        Args:
            outcome: `sent`, `failed`, `unknown`, `described` or `duplicate` for a write, `read` or `failed` for a read.
            is_write: It was meant to change something: it is counted in `outcomes`.
            is_message: It is what a person reads: it is counted in `messages` too.
            is_earlier: An earlier attempt of the run has made it.
            recipient: Whom it went to, where it is a message to a person.
            seconds: How long it took.
            error: What went wrong, or None.
            count: How many alike ones it stands for.
        """
        if is_write and is_earlier and outcome == "sent":
            # It is no outcome of this attempt.
            self.has_made(outcome, is_message=is_message, count=count)
        elif is_write:
            self.count(outcome, is_message=is_message, count=count)
            if outcome == "unknown" and not is_earlier:
                self.unknown_in_a_row += count
            elif outcome in ("sent", "failed"):
                self.unknown_in_a_row = 0
        if self.observers.on_call is not None:
            name, place = next((name for name, _ in reversed(self.path) if name), ""), self.place()
            facts = (name, place, outcome, is_write, is_message, recipient, seconds, error, count)
            self.observers.on_call(CallRecord(*facts, is_earlier=is_earlier and outcome == "sent"))

    def keep_ledger(self, open_ledger: Callable[[], Ledger]) -> None:
        """Note every write of this run from now on, in what is opened when the first one comes."""
        self._begin_ledger = open_ledger

    @property
    def ledger(self) -> Ledger | None:
        """What notes every write of this run, opened when it is first asked for; None where nothing keeps one."""
        if self._ledger is None and self._begin_ledger is not None:
            self._ledger = self._begin_ledger()
        return self._ledger

    def hears_of(self, error: AdaptorError, *, was_heard: bool) -> bool:
        """Whether a loop or a handler is to be told of a write of an earlier attempt whose outcome is not known.

        Args:
            error: What it would be told.
            was_heard: That attempt has heard of it. Where it was killed instead, no code of the job is told: a handler
                might send something else to a person whom the first message has reached.
        """
        if not any(isinstance(error, kinds) for kinds in self._listeners):
            return False
        return was_heard or not any(each.calls_code for each in self.under_way)

    @contextmanager
    def hearing(self, kinds: Any = AdaptorError) -> Iterator[None]:
        """Let something listen for errors of some classes while operations are performed."""
        self._listeners.append(kinds)
        try:
            yield
        finally:
            self._listeners.pop()

    @property
    def open_ledger(self) -> Ledger | None:
        """The run's ledger where it is open already, that is, where something was written; else None."""
        return self._ledger

    def resource(self, name: str, make: Callable[[], Resource]) -> Any:
        """Return what was opened under this name in this run, opening it the first time."""
        found = self._resources.get(name)
        if found is None:
            found = self._resources[name] = make()
        return found

    def watched(self, items: Iterable[Any]) -> Iterable[Any]:
        """Return the items of a loop; who looks on is told how far it has come."""
        return self.observers.watched(items, self.place)

    def learn_secrets(self, state: State) -> bool:
        """Keep the secrets of this state's configuration out of everything that the run writes.

        Returns:
            Whether there was one that the run did not know yet.
        """
        return isinstance(state, dict) and self.redactor.learn_configuration(state.get("configuration"))

    def log(self, level: str, component: str, message: str, /, **fields: Any) -> None:
        """Write one line to the run's log, without secrets."""
        self._sink(level, component, self.redactor.text(message), self.redactor.value(fields))

    def call_site(self) -> str:
        """Return where in the job's code the run is, without any position in data (see `adaptor.core.place`)."""
        return call_site([*self.statement.labels, *[operation.label() for operation in self.under_way]])

    def is_once(self) -> bool:
        """Whether the operation under way is come to once in its step: no loop and no function is around it."""
        return self.statement.is_alone and all(each.performs_once for each in self.under_way[:-1])

    def shown(self, value: Any) -> str:
        """Return what a log shows of a value of the state; secrets are taken out when it is written."""
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
        """Return where the run is, such as `step 2 · each[17] · send_text`."""
        return place_of(self.path)


def _standard_logging(level: str, component: str, message: str, fields: dict[str, Any]) -> None:
    import logging

    logging.getLogger(f"adaptor.{component}").log(getattr(logging, level.upper()), message)


#: The runs under way that a runner has started.
_alone_under_way: set[int] = set()

#: The run that is under way in this thread, or None.
active: ContextVar[Run | None] = ContextVar("adaptor_run", default=None)


def current_run() -> Run:
    """Return the run that is under way; operations are only ever performed inside one."""
    run = active.get()
    if run is None:
        raise RuntimeError("no run is under way")
    return run
