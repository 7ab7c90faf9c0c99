"""A worker: a process with everything imported, which gets its orders over a pipe.

It holds no connection to a database: those of a process that forks would break in its children.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import signal
from typing import TYPE_CHECKING

import adaptor

from ...core.config import read_configuration
from ...core.errors import AdaptorError
from ...core.run.context import Run
from ...runner.execution.answers import Answers
from ...runner.execution.plan_run import Execution
from ...runner.execution.recording.ledger_location import IN_MEMORY
from ...runner.execution.recording.resume import RunLedger
from ...runner.execution.recording.retention import ENVIRONMENT_RETENTION
from ...runner.execution.start import RunOptions
from ...runner.input.document import read_document
from ...runner.load.credentials import credentials_of, read_credentials
from ...runner.load.digest import look_at_loaded
from ...runner.load.openfn.project import is_project, workflow_names
from ...runner.load.prepare import prepare
from ...runner.load.script import load
from ...runner.load.secret_warnings import of_credentials
from ...runner.load.workflows.plan import Plan
from ...runner.supervision.guard import die_with
from ...wire.connection import Transport, read_certificates
from ...wire.recorded import Record
from .attempt import Order, Settings, perform
from .outcome import Outcome

if TYPE_CHECKING:
    from ...runner.load.credentials import Credentials

#: What most runs load.
_LOADED = (
    *("sqlite3", "requests", "jsonpath_ng.ext", "yaml"),
    *("adaptor.graph.page_identity", "encodings.ascii"),
    *("adaptor.graph.client", "adaptor.graph.connection", "adaptor.graph.batch", "adaptor.graph.ledgered"),
    *("adaptor.ledger.claims.claim", "adaptor.ledger.database.sqlite", "adaptor.ledger.at_most_once"),
    *("adaptor.runner.execution.recording.earlier_runs", "adaptor.runner.execution.recording.restoring"),
    *("adaptor.runner.load.workflows.workflow", "adaptor.runner.load.openfn.project"),
)
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)


def main(*, is_guarded: bool = False) -> None:
    """Run what the pipe says until it is closed.

    Args:
        is_guarded: There is a guard above this process: see `guard_above`.
    """
    if not is_guarded:
        die_with(os.getppid())
    # The dispatcher does this for all runs.
    os.environ.pop(ENVIRONMENT_RETENTION, None)
    # The pipes of the dispatcher: nothing that a job prints gets into them.
    orders, answers = os.fdopen(os.dup(0), "r", encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    line = orders.readline()
    if not line:
        # The server ended meanwhile.
        return
    settings = Settings(**json.loads(line))

    def answer(facts: dict[str, object]) -> None:
        answers.write(json.dumps(facts) + "\n")
        answers.flush()

    try:
        credentials = read_credentials(settings.credentials, is_lenient=settings.sandbox is not None)
    except AdaptorError as error:
        answer({"failed": error.report()})
        return
    credentials.sandbox = settings.sandbox
    warm_up(settings, credentials)
    # What is loaded stays where it is, and is shared with the processes of the runs.
    gc.freeze()
    answer({"ready": os.getpid()})
    for line in orders:
        private = [orders.fileno(), answers.fileno()]
        outcome = perform(Order(**json.loads(line)), settings, credentials, private, is_guarded=is_guarded)
        # The supervisor has taken them; between two runs a signal ends this process.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        answer({"ended": outcome.as_json()})


def warm_up(settings: Settings, credentials: Credentials) -> None:
    """Import and make what runs need, so that their processes find it there."""
    for name in adaptor.__all__:
        getattr(adaptor, name)
    names = [*_LOADED, *(["psycopg", "adaptor.ledger.database.postgres"] if "://" in settings.database else [])]
    for name in names:
        importlib.import_module(name)
    with contextlib.suppress(AdaptorError, OSError):
        read_certificates(read_configuration({"access_token": "-"}).base_url)
    lenient = read_credentials(None, is_lenient=True)
    for workflow in _workflows_in(settings.project):
        # What scripts print while they are loaded goes nowhere: each run says it.
        silence, run = io.StringIO(), Run(sink=lambda *line: None, dry_run=True, alone=True)
        run.owns_process = True
        with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence), run:
            # What is made here is kept, such as the pattern of all secrets and the code of all scripts. Packages that
            # the scripts import stay imported; modules beside them are loaded anew by each run.
            prepared = prepare(settings.project, lenient, workflow=workflow)
            credentials.teach(run.redactor, prepared.plan)
            run.redactor.keep(run.redactor.text(" "))
            prepared.close()
    with contextlib.suppress(AdaptorError):
        _rehearse(settings)
    look_at_loaded()


def _workflows_in(project: str) -> list[str | None]:
    """Return the names of the workflows in a file; None is its only one, or a file that cannot be read."""
    with contextlib.suppress(AdaptorError):
        document = read_document(project, "workflow")
        if is_project(document.value):
            return [*workflow_names(document)]
    return [None]


def _rehearse(settings: Settings) -> None:
    """Send a message to nobody: what Python, the packages and we make on first use is there for all runs then.

    The ledger is in memory, and recorded answers stand for the network.
    """
    answer = {"id": "1", "recipient_id": "1", "message_id": "m_1"}
    calls = [{"request": {"method": method}, "response": {"body": answer}} for method in ("GET", "POST")]
    credentials = credentials_of({"access_token": "token-of-a-rehearsal"})
    options = RunOptions(settings.project)
    options.database = IN_MEMORY
    with Run(sink=lambda *line: None, alone=True) as run:
        Transport.of(run).wrap = Record(calls, lambda recorded, made: []).transport
        job = load("rehearsal", text='get_page()\nsend_text("1", "Hello")', folder=os.path.dirname(settings.project))
        plan = Plan.of_job(job)
        list(of_credentials(credentials, plan, {}))
        with RunLedger(settings.project, [], run, options) as records:
            result = Execution(plan, run, credentials, records, Answers(options, run, records)).perform({})
            records.conclude(result)
            records.close(result)
        json.dumps(Outcome.of(result).as_json())
        job.close()
