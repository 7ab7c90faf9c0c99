"""Running one test case: the job runs with the case's state and clock, and its outcome is compared with the case.

The parts of the outcome, which a case may expect:

sent      Messages that the sandbox accepted, in order: `to`, and the keys of Meta's message and parameters (`text`,
          `attachment`, `quick_replies`, `messaging_type` …); `lines`, what the person reads of a utility template.
actions   Sender actions, in order: `to`, `action`, and the keys of Meta's payload.
requests  All calls to the Graph API, in order: `method`, `path` (without version), `status`.
data      The final state's `data`.
state     The final state, without the configuration.
collections   What the collections hold at the end, by name and key.
waits     The step that has asked and waits for an answer, where there is no further one among the `replies`.
error     The error that the run ended with, as in the state's `errors`. Where none is expected, there must be none.

Nothing leaves this machine: calls go to the sandbox, or are answered from the record, or are refused.
"""

from __future__ import annotations

import copy
import os
import re
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from ...core.run.context import Run, Sink
from ...ledger.claims.write_id import is_write_id
from ..execution.recording.ledger_location import IN_MEMORY
from ..execution.result import Result
from ..execution.start import RunOptions, start_run
from ..load.credentials import Credentials
from . import network_guard
from .case_file import Case
from .expectation import Difference, differences, lasting, matches, updated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ...core.errors import AdaptorError
    from ...wire.recorded import Record

#: The address of the Graph API where its calls are recorded. Nothing is sent there.
_GRAPH = "https://graph.facebook.com"
_TOKEN = "RECORDED-no-token"


class Messenger(Protocol):
    """A simulated Messenger on this machine: what a case needs of a sandbox."""

    @property
    def url(self) -> str:
        """Where it listens."""

    @property
    def access_token(self) -> str:
        """The token that it takes."""

    @property
    def messages(self) -> Sequence[Any]:
        """Accepted messages."""

    @property
    def actions(self) -> Sequence[Any]:
        """Accepted sender actions."""

    @property
    def requests(self) -> Sequence[Any]:
        """All requests."""

    def advance(self, *, seconds: float) -> None:
        """Move the clock."""

    def person(self, psid: str) -> Any:
        """Return a person, who can write."""


class CaseRun:
    """The outcome of one case.

    Attributes:
        case: The case.
        differences: Where the outcome is not as expected.
        calls: What is wrong with the recorded calls, in words.
        error: The report of an error that was not expected, or None.
        outcome: The outcome, free of secrets.
        seconds: How long it took.
        cannot_run: Whether nothing was run, because the job or the state is wrong.
    """

    def __init__(
        self,
        case: Case,
        outcome: dict[str, Any],
        *,
        calls: list[str],
        error: str | None,
        seconds: float,
        cannot_run: bool,
    ) -> None:
        self.case = case
        self.outcome = outcome
        self.calls = calls
        self.error = error
        self.seconds = seconds
        self.cannot_run = cannot_run
        expected = case.expect or {}
        found = [difference for key, value in expected.items() for difference in differences(value, outcome[key], key)]
        self.differences: list[Difference] = found

    @property
    def can_be_written(self) -> bool:
        """Whether the outcome may become the expectation: the job ran, and made the recorded calls."""
        return not self.cannot_run and not self.calls

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.differences and not self.calls and self.error is None

    def expectation(self, again: CaseRun) -> dict[str, Any]:
        """Return the new expectation, without what differs in a second run of the case.

        Args:
            again: The second run.
        """
        outcome = lasting(_worth_keeping(self.outcome), _worth_keeping(again.outcome))
        before = self.case.expect
        if before is None:
            return {key: outcome[key] for key in ("sent", "data", "error") if outcome.get(key)}
        after = {
            key: value if matches(value, self.outcome[key]) else updated(value, outcome[key])
            for key, value in before.items()
        }
        if outcome["error"] is None:
            after.pop("error", None)
        elif "error" not in after:
            after["error"] = outcome["error"]
        return after


def run_case(case: Case, messenger: Messenger | None, sink: Sink) -> CaseRun:
    """Run a case.

    Args:
        case: The case.
        messenger: The sandbox, or None where the calls to Meta are recorded.
        sink: Where the log lines go.
    """
    started = None if case.now is None else case.now.timestamp()
    run = Run(sink=sink, started=started, wait=lambda seconds: _pass_time(messenger, seconds), alone=True)
    record = _record(case, run, messenger)
    refused = len(network_guard.refused)
    started_at = time.perf_counter()
    collections: dict[str, Any] = {}
    replies = _Replies(case, messenger)
    result = _run_job(case, run, messenger, replies, lambda: collections.update(_collections(run)))
    seconds = time.perf_counter() - started_at
    calls = [f"{problem}." for problem in record.problems]
    calls += [f"{call} is recorded and was not made." for call in record.unmade()]
    calls += [f"The job asked for {what}." for what in network_guard.refused[refused:]]
    calls += replies.left() if result.error is None or "error" in (case.expect or {}) else []
    unexpected = result.error if "error" not in (case.expect or {}) else None
    return CaseRun(
        case,
        run.redactor.of_results().value({**_outcome(result, messenger), "collections": collections}),
        calls=[run.redactor.text(text) for text in calls],
        error=None if unexpected is None else run.redactor.text(_report(unexpected, case)),
        seconds=seconds,
        cannot_run=result.state is None,
    )


def _record(case: Case, run: Run, messenger: Messenger | None) -> Record:
    """Let calls of the run be answered from the case's record, and those to the sandbox pass."""
    from ...wire.connection import Transport
    from ...wire.recorded import Record

    graph, passing = (_GRAPH, None) if messenger is None else (messenger.url, messenger.url)
    record = Record(copy.deepcopy(case.calls), _compared, graph=graph, passing=passing)
    Transport.of(run).wrap = record.transport
    return record


#: What leads to a real Page or app, and stays out of a test.
_REAL = ("user_access_token", "app_secret", "page_id")


def _collections(run: Run) -> dict[str, dict[str, Any]]:
    from ...ledger.run_collections import collections_of

    found = collections_of(run)
    return {} if found is None else found.contents()


class _Replies:
    """What people answer to the steps that wait, and what that does to the sandbox.

    Args:
        case: The case.
        messenger: The sandbox, or None.
    """

    def __init__(self, case: Case, messenger: Messenger | None) -> None:
        self._replies = case.replies
        self._messenger = messenger
        self._given = 0

    def give(self, psid: str | None, content: Mapping[str, Any] | None, seconds: float) -> None:
        """Let a person write, so that the Page may answer; or let the time pass in which nobody does."""
        self._given += 1
        if self._messenger is None:
            return
        if content is None:
            self._messenger.advance(seconds=seconds)
        elif psid is not None:
            self._messenger.person(psid).says(str(content.get("text") or content.get("payload") or "…"))

    def left(self) -> list[str]:
        """Return the replies that no step has waited for, in words."""
        left = self._replies[self._given :]
        return [f"The reply {_shown(reply)} was not asked for." for reply in left]


def _shown(reply: Mapping[str, Any] | None) -> str:
    return "no_reply" if reply is None else f"“{reply.get('text') or reply.get('payload') or '…'}”"


def _run_job(
    case: Case, run: Run, messenger: Messenger | None, replies: _Replies, at_end: Callable[[], object]
) -> Result:
    """Run the job with a configuration that leads to the sandbox or to the record, never to Meta.

    Args:
        case: The case.
        run: The run, not yet entered.
        messenger: The sandbox, or None.
        replies: What people answer.
        at_end: Called before the ledger is closed.
    """
    safe = {
        "base_url": _GRAPH if messenger is None else messenger.url,
        "access_token": _TOKEN if messenger is None else messenger.access_token,
    }
    state = copy.deepcopy(case.state)
    given = state.get("configuration") or {}
    state["configuration"] = {key: given[key] for key in given if key not in _REAL} | safe
    credentials = Credentials(is_lenient=True)
    credentials.sandbox = safe
    job = os.path.abspath(case.job)
    options = RunOptions(job)
    options.initial = lambda plan: state
    options.captures_output = True
    options.database = IN_MEMORY
    options.collections = case.collections
    options.replies, options.on_reply = case.replies, replies.give
    if "collections" in (case.expect or {}):
        options.on_end = lambda result: at_end()
    with _at_home(os.path.dirname(job)):
        return start_run(options, run, credentials)


def _compared(recorded: Any, made: Any) -> list[str]:
    found = differences(recorded, made)
    return [f"{each.path}: recorded {each.expected}, made {each.got}" for each in found]


def _outcome(result: Result, messenger: Messenger | None) -> dict[str, Any]:
    state = result.state or {}
    return {
        "sent": [] if messenger is None else [_message(message) for message in messenger.messages],
        "actions": [] if messenger is None else [_action(action) for action in messenger.actions],
        "requests": [] if messenger is None else [_request(request) for request in messenger.requests],
        "data": state.get("data"),
        "state": state,
        "waits": None if result.waits is None else result.waits["step"],
        "error": None if result.error is None else result.error.facts(),
    }


def _message(message: Any) -> dict[str, Any]:
    sent = {
        "to": message.psid or message.recipient,
        **message.payload,
        **(message.parameters or {}),
        "messaging_type": message.messaging_type,
        "tag": message.tag,
        "lines": list(message.lines),
    }
    return {key: value for key, value in sent.items() if value not in (None, [])}


def _action(action: Any) -> dict[str, Any]:
    return {"to": action.psid, "action": action.action, **action.payload}


def _request(request: Any) -> dict[str, Any]:
    return {
        "method": request.method,
        "path": re.sub(r"^/(v\d+\.\d+/)?", "", request.path),
        "status": request.status,
    }


def _worth_keeping(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of an outcome to write into a file: without defaults and without the ledger's own ids."""
    sent = [
        {
            key: value
            for key, value in message.items()
            if (key, value) != ("messaging_type", "RESPONSE") and not (key == "metadata" and is_write_id(value))
        }
        for message in outcome["sent"]
    ]
    error = outcome["error"]
    kept = None if error is None else {key: error[key] for key in ("name", "code", "message") if key in error}
    return {**outcome, "sent": sent, "error": kept}


def _report(error: AdaptorError, case: Case) -> str:
    # Without the folder: the case is listed under the path of its file.
    return error.report().replace(os.path.join(os.path.dirname(os.path.abspath(case.job)), ""), "")


def _pass_time(messenger: Messenger | None, seconds: float) -> None:
    """Move the sandbox's clock instead of waiting."""
    if messenger is not None:
        messenger.advance(seconds=seconds)


@contextmanager
def _at_home(folder: str) -> Iterator[None]:
    """Change to the job's folder, and afterwards back."""
    before, path = os.getcwd(), list(sys.path)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path
