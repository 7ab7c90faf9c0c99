"""What `adaptor run` writes when a run ends: its output files and its last log lines."""

from __future__ import annotations

import contextlib
import sys

from ...core.errors import InputError
from ...runner.execution.counts import Counts
from ...runner.execution.recording.ledger_location import IN_MEMORY
from ...runner.execution.result import EXIT_FAILED
from ...runner.execution.start import RunOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ...core.run.context import Run
    from ...runner.execution.result import Result
    from ...runner.report.recipients_file import Results
    from ...sandbox import Sandbox


class Outputs:
    """The output files of a run: the final state, the preview, the transcript and the report."""

    def __init__(
        self,
        options: argparse.Namespace,
        run: Run,
        sandbox: Sandbox | None = None,
        described: list[dict[str, Any]] | None = None,
    ) -> None:
        self._given = options
        self._run = run
        self._sandbox = sandbox
        self._described = described
        # While a job runs, standard output goes to the log.
        self._stdout = sys.stdout
        self._problems: list[InputError] = []
        self._was_well = False
        self.are_written = False

    def write(self, result: Result, results: Results | None = None) -> None:
        """Write all files. A run of which one cannot be written fails, and is not recorded as one that ended well.

        Args:
            result: What came of the run.
            results: The rows for each message, which were written as they came.
        """
        self.are_written = True
        self._was_well = result.is_well
        # The report comes last: it holds the exit code.
        writers = [self._write_state, self._write_transcript, self._write_preview, self._write_report]
        if results is not None:
            writers.insert(0, lambda result: results.close(is_wanted=bool(result.steps)))
        with contextlib.redirect_stdout(self._stdout):
            for write in writers:
                try:
                    write(result)
                except InputError as error:
                    self._problems.append(error)
                    result.exit_code = result.exit_code or EXIT_FAILED

    def _write_state(self, result: Result) -> None:
        given, run = self._given, self._run
        if result.text is not None and given.output:
            from ...runner.load.secret_warnings import of_final_state
            from ...runner.output.files import write_output

            write_output(f"{result.text}\n", given.output, self._stdout)
            for step in result.steps:
                if step.left_by is not None:
                    what = f"The final state is the one after {step.left_by}, with the error in `errors`."
                    run.log("info", "run", what if len(result.steps) == 1 else f"{step.name}: {what}")
            for what in of_final_state(result.state, result.text, given.output, run.redactor):
                run.warn("run", what)

    def _write_transcript(self, result: Result) -> None:
        sandbox = self._sandbox
        # Where nothing was sent, the last line says so.
        if sandbox is not None and (self._given.transcript or sandbox.messages or sandbox.refusals):
            from ..options.sandbox_run import show_transcript

            show_transcript(sandbox, self._given, self._run)

    def _write_preview(self, result: Result) -> None:
        if self._given.preview and self._described is not None:
            from ..options.preview import preview

            preview(self._given, self._run, self._sandbox, self._described)

    def _write_report(self, result: Result) -> None:
        if self._given.report:
            from ...runner.report.report import write_report

            given = self._given
            sent_to = "nowhere" if given.dry_run else "sandbox" if given.sandbox else "graph"
            write_report(
                result, self._run.redactor, given.report, self._stdout, sent_to=sent_to, funnel=self._funnel(result)
            )

    def _funnel(self, result: Result) -> dict[str, int] | None:
        """Return how far the messages have come, where a service with this ledger gets receipts."""
        # A process that was killed had the ledger itself; its messages have no receipts yet.
        if result.ledger is None or self._given.dry_run or self._run.ledger is None:
            return None
        from ...ledger.errors import LedgerError
        from ...ledger.ledger import ledger_of
        from ...service.store.receipts import funnel_of

        try:
            found = funnel_of(ledger_of(self._run).store.database, result.run_id)
        except LedgerError:
            # The run has logged it.
            return None
        return None if found is None else found._asdict()

    def log_end(self, result: Result) -> int:
        """Log how the run ended, and return its exit code."""
        for problem in self._problems:
            self._run.log("error", "run", problem.report(), error=problem.facts())
        _close(result, self._run, self._given, was_well=self._was_well)
        return result.exit_code


def _close(result: Result, run: Run, options: argparse.Namespace, *, was_well: bool) -> None:
    """Log how the run ended, and what was sent; where it `was_well`, only its outputs may be missing."""
    counts = Counts(result).sentence(run.replayed, result.recorded)
    facts = {
        "outcomes": result.outcomes,
        "messages": result.messages,
        "exit_code": result.exit_code,
        "run_id": run.id,
    }
    failed = [step.name for step in result.steps if step.error is not None and not step.is_handled]
    if result.state is None and not result.steps:
        # A script may call operations itself before it fails to load.
        is_sent = any(result.outcomes.values())
        what = f"The job did not get as far as its steps. {counts}" if is_sent else "Nothing was run."
        run.log("error", "run", what, **facts)
    elif was_well:
        run.log("info", "run", f"Done. {counts}", **facts)
    elif failed and result.plan is not None and result.plan.is_workflow:
        from ...core.text.number_of import number_of

        of = number_of(len(result.steps), "steps")
        what = f"{len(failed)} of {of} did not end well: {', '.join(failed)}. {counts}"
        run.log("error", "run", what, **facts)
    else:
        run.log("error", "run", f"The run did not end well. {counts}", **facts)
    if result.ledger is not None and result.ledger != IN_MEMORY:
        _log_what_next(result, run, options, was_well=was_well)


def _log_what_next(result: Result, run: Run, options: argparse.Namespace, *, was_well: bool) -> None:
    """Log the commands that resume the run and settle what is unknown."""
    can_be_resumed = not result.is_finished or result.error is not None or was_well != result.is_well
    is_unknown = bool(result.unknown or result.outcomes["unknown"])
    if not can_be_resumed and not is_unknown:
        return
    from ...runner.output.shown_commands import resume_command, runs_command, what_is_missing

    where, given = options.database, result.given
    missing = what_is_missing(where, given)
    if can_be_resumed and not result.was_sent_before:
        run_options = RunOptions(options.path)
        run_options.fill(vars(options))
        command = resume_command(options.path, run_options.words(), run.id, database=where, given=given)
        words_for = "Continue with"
        if result.is_partial:
            words_for = "Send to the people who were left out with"
        elif result.is_finished and was_well:
            words_for = "Write the outputs again, and send nothing, with"
        elif result.is_finished:
            words_for = "Try again what has failed, and nothing else, with"
        run.log("info", "run", f"{words_for}: {command}" + (f"  ({missing})" if missing else ""), ledger=result.ledger)
    if is_unknown:
        command = runs_command("settle", run.id, path=options.path, database=where, given=given)
        run.log("info", "run", f"Settle what is unknown with: {command}", ledger=result.ledger)
