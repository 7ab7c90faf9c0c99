"""The run that is under way: what operations share while they are performed, and where in the job they are."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar

from .call_record import CallRecord
from .errors import AdaptorError, JobError
from .explanation import LastAnswer
from .place import call_site
from .secrets.redact import Redactor
from .totals import Totals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextvars import Token
    from datetime import datetime
    from types import TracebackType
    from typing import Any, Protocol, TypeAlias

    from .operation import Operation
    from .state import State

    class Resource(Protocol):
        """Something that is opened once per run and closed with it, such as an HTTP session."""

        def close(self) -> None:
            """Let go of it."""

    class Ledger(Protocol):
        """What was sent, to whom, with what outcome (see `adaptor.ledger`)."""

        store: Any

        def counted(self) -> int:
            """Return how many writes were counted so far."""

        def count_back(self, counted: int) -> None:
            """Forget what was counted since then."""

        def handle_failures(self) -> None:
            """Say that the job goes on from what has failed."""

        def forget_failures(self) -> None:
            """Say that a loop goes on to the next item."""

    class Request(Protocol):
        """A call to another system as a plain value, which a dry run shows."""

        def described(self) -> dict[str, Any]:
            """Return it as JSON: its `method`, its `path` or `url`, and what it carries."""


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
        line: The line of the job whose operation is under way, or None.
        is_only_of_line: No other operation of the job was made on that line, as a `for` makes several.
        path: Where the run is: the names of the operations under way, outermost first, each with its index.
        under_way: The operations under way, outermost first.
        statements: What stands around the operation in its script: the labels of `for`, `if` and the like.
        warned: What the run has warned of, where once is enough.
        found_items: Whether any loop of the operation under way had items; None where there was none.
        results_told: For how many messages `on_result` was called.
        on_request: Called with each request that a dry run describes.
        sketch: Returns how messages would look, given as `Request.described`; None where nobody looks.
        on_failure: Called with each call to the Graph API that failed, as `AdaptorError.request` holds it.
        on_call: Called with each `CallRecord` when it has ended.
        in_flight: How many messages, and how many other calls that change something, have left, or are about to, and
            are not answered.
        is_loading: Scripts are being loaded: nothing may be sent yet.
        is_between: The runner is at work between two steps, or a write is being noted: whoever does that looks at
            `stopping` before anything more is sent.
        stopping: What to raise as soon as nothing is in flight: the run is to end.
        progress: Told the place after each item of a loop, and nothing at its end; None where nobody looks.
        interrupted_at: The place that was under way when the run was interrupted.
        alone: A runner has started it: an operation that finds no run meanwhile, since the job called it in a thread of
            its own, is outside of it.
        wait: Waits that many seconds before a repeat; replaced in tests.
        on_result: Called with a row for each message when it is known what became of it.
        confirm: Asked before a broadcast whether it is to begin, where somebody is there to answer.
        limit: The most people that the run writes to, or None.
        only_to: The only person that the run writes to, or None.
        left_out: How many calls these two have left out.
        earlier: The id of a finished run of the same job and initial state, and a sentence about it; else None.
        before_writing: Called before each write: refuses where the state that the operation was given is not JSON.
        last_answer: Which operation has put its answer into `data` last.
        replayed: How many writes were not made again, since an earlier attempt or another run had made them.
        sanitize: Returns what logs show of a value of the state; None shows it as it is.
        transport: Given what carries HTTP, returns what stands in its place, where a job is tested; else None.
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
        self.path: list[tuple[str, int | None]] = []
        self.under_way: list[Operation] = []
        self.statements: tuple[str, ...] = ()
        self._listeners: list[Any] = []
        self.results_told = 0
        self.found_items: bool | None = None
        self.warned: set[str] = set()
        self._reached: set[str] = set()
        self.id = ""
        self.step = ""
        self.arrival = 0
        self.line: int | None = None
        self.is_only_of_line = True
        self.on_request = on_request
        self.on_call: Callable[[CallRecord], object] | None = None
        self.in_flight = (0, 0)
        self.is_loading = False
        self.is_between = False
        self.stopping: KeyboardInterrupt | None = None
        self.wait: Callable[[float], object] = wait or time.sleep
        self.sketch: Callable[[list[dict[str, Any]]], str] | None = None
        self.on_failure: Callable[[dict[str, Any]], object] | None = None
        self.sanitize: Callable[[Any], str] | None = None
        self.transport: Callable[[Any], Any] | None = None
        self.redactor = Redactor()
        self.interrupted_at: str | None = None
        self.replayed = 0
        self.before_writing: Callable[[], None] | None = None
        self.last_answer = LastAnswer()
        self.earlier: tuple[str, str] | None = None
        self.on_result: Callable[[dict[str, Any]], object] | None = None
        self.confirm: Callable[[str], bool] | None = None
        self.limit: int | None = None
        self.only_to: str | None = None
        self.left_out = 0
        self._begin_ledger = ledger
        self._ledger: Ledger | None = None
        self._alone = alone
        self._is_stray = not alone and bool(_alone_under_way)
        self.progress: Callable[[str], None] | None = None
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
        if self.stopping is not None:
            raise self.stopping
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
        if self.on_call is not None:
            name, place = next((name for name, _ in reversed(self.path) if name), ""), self.place()
            facts = (name, place, outcome, is_write, is_message, recipient, seconds, error, count)
            self.on_call(CallRecord(*facts, is_earlier=is_earlier and outcome == "sent"))

    def wants(self, recipient: str | None) -> bool:
        """Whether somebody is among those whom this run writes to: `--limit` and `--only-to` leave others out."""
        is_wanted = True
        if self.only_to is not None:
            is_wanted = recipient == self.only_to
        if is_wanted and self.limit is not None and recipient is not None and recipient not in self._reached:
            is_wanted = len(self._reached) < self.limit
            if is_wanted:
                self._reached.add(recipient)
        self.left_out += not is_wanted
        return is_wanted

    @property
    def is_partial(self) -> bool:
        """Whether people were left out: the run has not come to its end, and can be gone on with."""
        return self.left_out > 0

    @property
    def has_reached_limit(self) -> bool:
        """Whether `--limit` is used up: nobody new is written to."""
        return self.limit is not None and len(self._reached) >= self.limit

    def stop_if_asked(self) -> None:
        """End the run here, where somebody wants it to end and waited for what was in flight."""
        if self.stopping is not None:
            raise self.stopping

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
        return was_heard or not any(getattr(each.build, "__calls_code__", False) for each in self.under_way)

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
        """Return the items of a loop, telling `progress` where there is one how far it has come."""
        return items if self.progress is None else self._telling(items, self.progress)

    def _telling(self, items: Iterable[Any], progress: Callable[[str], None]) -> Iterable[Any]:
        for item in items:
            yield item
            progress(self.place())
        progress("")

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
        return call_site([*self.statements, *[operation.label() for operation in self.under_way]])

    def is_once(self) -> bool:
        """Whether the operation under way is come to once in its step: no loop and no function is around it."""
        return self.is_only_of_line and all(name in _ONCE for name, _ in self.path[:-1])

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
        return " · ".join(_named(name, index) for name, index in self.path if name)


#: What performs each operation in it once at most, and is not given a list of them that may be made of data.
_ONCE = frozenset({"execute", "fn_if"})


def _named(name: str, index: int | None) -> str:
    if index is None:
        return name
    return f"step {index + 1}" if name == "execute" else f"{name}[{index}]"


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
