"""One test case, tried: the job is run with the case's state and clock, and what came out is held against the case.

What came out, and what a case may expect of it:

sent      Messages that the sandbox accepted, in order: `to`, and the keys of Meta's message and parameters (`text`,
          `attachment`, `quick_replies`, `messaging_type` …); `lines`, what the person reads of a utility template.
actions   Sender actions, in order: `to`, `action`, and the keys of Meta's payload.
requests  All calls to the Graph API, in order: `method`, `path` (without version), `status`.
data      The final state's `data`.
state     The final state, without the configuration.
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

from ...core.context import Run, Sink
from ...ledger.write_id import is_write_id
from ..execution.result import Result
from ..execution.resume import IN_MEMORY
from ..execution.start import RunOptions, start_run
from ..load.credentials import Credentials
from . import network_guard as wall
from .case_file import Case
from .expectation import Difference, differences, lasting, matches, updated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...core.errors import AdaptorError

#: Where the Graph API is said to be where its calls are recorded. Nothing is sent there, or to anything like it.
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


class CaseRun:
    """What came of one case.

    Attributes:
        case: The case.
        differences: Where it came out otherwise.
        calls: What is wrong with the recorded calls, in words.
        error: The report of an error that was not expected, or None.
        outcome: What came out, free of secrets.
        seconds: How long it took.
        cannot_run: Whether nothing was run, because the job or the state is no good.
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
        """Whether what came out may become what is expected: the job ran, and its calls were those of the record."""
        return not self.cannot_run and not self.calls

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.differences and not self.calls and self.error is None

    def expectation(self, again: CaseRun) -> dict[str, Any]:
        """Return what is to be expected from now on, leaving out what is different in a second trial.

        Args:
            again: The same case, tried once more.
        """
        outcome = lasting(_told(self.outcome), _told(again.outcome))
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
    """Try a case.

    Args:
        case: The case.
        messenger: The sandbox, or None where the calls to Meta are recorded.
        sink: Where the log lines go.
    """
    from ...wire.connection import Transport
    from ...wire.recorded import Record

    started = None if case.now is None else case.now.timestamp()
    run = Run(sink=sink, started=started, wait=lambda seconds: _pass_time(messenger, seconds), alone=True)
    url = _GRAPH if messenger is None else messenger.url
    record = Record(
        copy.deepcopy(case.calls), _compared, graph=url, passing=None if messenger is None else messenger.url
    )
    Transport.of(run).wrap = record.transport
    state = copy.deepcopy(case.state)
    given = state.get("configuration")
    token = _TOKEN if messenger is None else messenger.access_token
    configuration = {key: value for key, value in (given or {}).items() if key not in ("app_secret", "page_id")}
    state["configuration"] = {**configuration, "base_url": url, "access_token": token}
    refused = len(wall.refused)
    begun = time.perf_counter()
    job = os.path.abspath(case.job)
    folder = os.path.dirname(job)
    with _at_home(folder):
        order = RunOptions(job)
        order.initial = lambda plan: state
        order.captures_output = True
        order.ledger.database = IN_MEMORY
        credentials = Credentials(is_lenient=True)
        credentials.sandbox = {"base_url": url, "access_token": token}
        result = start_run(order, run, credentials)
    seconds = time.perf_counter() - begun
    outcome: dict[str, Any] = run.redactor.of_results().value(_outcome(result, messenger))
    calls = [f"{problem}." for problem in record.problems]
    calls += [f"{call} is recorded and was not made." for call in record.unmade()]
    calls += [f"The job asked for {what}." for what in wall.refused[refused:]]
    unexpected = result.error if "error" not in (case.expect or {}) else None
    return CaseRun(
        case,
        outcome,
        calls=[run.redactor.text(text) for text in calls],
        error=None if unexpected is None else run.redactor.text(_report(unexpected, folder)),
        seconds=seconds,
        cannot_run=result.state is None,
    )


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


def _told(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return what of an outcome is worth writing down: what people chose, and what stays true when a job grows."""
    sent = [
        {
            key: value
            for key, value in message.items()
            if (key, value) != ("messaging_type", "RESPONSE") and not (key == "metadata" and is_write_id(value))
        }
        for message in outcome["sent"]
    ]
    error = outcome["error"]
    told = None if error is None else {key: error[key] for key in ("name", "code", "message") if key in error}
    return {**outcome, "sent": sent, "error": told}


def _report(error: AdaptorError, folder: str) -> str:
    # The file's name says enough: the case stands under the path of its own.
    return error.report().replace(os.path.join(folder, ""), "")


def _pass_time(messenger: Messenger | None, seconds: float) -> None:
    """Let the sandbox's clock go on in place of waiting."""
    if messenger is not None:
        messenger.advance(seconds=seconds)


@contextmanager
def _at_home(folder: str) -> Iterator[None]:
    """Be in the job's folder, and forget afterwards which modules of it were imported."""
    before, path, modules = os.getcwd(), list(sys.path), set(sys.modules)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(os.path.join(folder, "")):
                del sys.modules[name]
