"""`adaptor test`: try jobs against the cases beside them."""

from __future__ import annotations

import sys

from ..core.errors import InputError
from ..core.text.harmless import harmless, one_line
from ..core.text.number_of import number_of
from ..runner.execution.result import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_WELL
from ..runner.output.files import print_out, write_output
from ..runner.output.terminal import Paint, wants_colour

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from contextlib import AbstractContextManager
    from typing import Any

    from ..core.errors import AdaptorError
    from ..runner.output.logs import Log
    from ..runner.testing.case_file import Case, CaseFile
    from ..runner.testing.case_run import CaseRun, Messenger

HELP = "try jobs against the cases beside them"
EXAMPLE = """\
examples:
  adaptor test                     all cases in this folder and below
  adaptor test remind.py           those of remind.test.json
  adaptor test -k window -l info   those with "window" in the name, with what they log
  adaptor test --update            write what comes out into the files as expected

remind.test.json holds the cases of remind.py:
  {
    "now": "2026-11-30T07:00:00Z",
    "state": "state.json",
    "cases": [
      {
        "name": "Ana is reminded",
        "expect": {"sent": [{"to": "6543210987654321", "text": "Hello Ana."}]}
      }
    ]
  }

A case may have:
  job, state, now     the job, the initial state (an object or a file), when the run starts
  sandbox             who is there: an object or a file; default: sandbox.json beside the job
  calls               recorded calls: [{"request": {"method", "url", "body"}, "response": {"status", "body"}}]
  collections         what the collections hold at first: {"told": {"6543210987654321": {"day": "2026-11-20"}}}
  replies             what people answer to the steps that wait for it, in order: "Ana", {"payload": "YES"}, or
                      {"no_reply": true}
  expect              sent, actions, requests, data, state, collections, waits, error. What it names must be there; the
                      rest is free.
                      {"$exactly": …}, {"$matches": "…"} and {"$any": true} replace values.

No credential is read, and nothing leaves this machine.
exit codes: 0 all as expected, 1 a case failed, 2 bad input
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "test",
        help=HELP,
        description="Try jobs against the cases beside them: *.test.json or *.test.yaml.",
        epilog=EXAMPLE,
    )
    command.add_argument(
        "paths", metavar="PATH", nargs="*", help="a folder, a job, or a file with cases (default: this folder)"
    )
    command.add_argument("-k", dest="pick", metavar="TEXT", help="only cases with this text in their name or file")
    command.add_argument("--update", action="store_true", help="write what comes out into the files as expected")
    command.add_argument("-l", "--log", metavar="LEVEL", default="none", help="show what the jobs log (default: none)")
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Try the cases and print how they went."""
    from ..runner.output.logs import Levels, Log
    from ..runner.testing import network_guard as wall

    try:
        log = Log(Levels(options.log), stream=sys.stderr)
        chosen = _chosen(options)
        wall.block_network()
        report = _Report(Paint(wants_colour(sys.stdout)))
        for file, cases in chosen:
            report.begin(file.path)
            trials = [_tried(case, log) for case in cases]
            expectations = {}
            for trial in trials:
                is_new = trial.case.expect is None or not trial.passed
                updated = options.update and is_new and trial.can_be_written
                if updated:
                    # Run it again, to leave out what differs each time, such as the ids of messages.
                    expectations[trial.case.name] = trial.expectation(_tried(trial.case, Log(Levels("none"))))
                report.add(trial, updated=updated)
            if expectations:
                write_output(file.update(expectations), file.path, sys.stdout)
    except InputError as error:
        print(error.report(), file=sys.stderr)
        return EXIT_BAD_INPUT
    return report.end()


def _chosen(options: argparse.Namespace) -> list[tuple[CaseFile, list[Case]]]:
    """Return the files with the cases to try; all problems in them are reported at once."""
    from ..runner.problems.problems import raise_for
    from ..runner.testing.case_file import CaseFile
    from ..runner.testing.find_cases import find_files

    files: list[CaseFile] = []
    problems: list[AdaptorError] = []
    for path in find_files(options.paths or ["."]):
        try:
            files.append(CaseFile(path))
            problems += files[-1].problems
        except InputError as error:
            problems.append(error)
    raise_for(problems)
    text = (options.pick or "").lower()
    chosen = [(file, [case for case in file.cases if text in f"{file.path} {case.name}".lower()]) for file in files]
    found = [(file, cases) for file, cases in chosen if cases]
    if not found:
        where = " ".join(options.paths) or "this folder"
        which = f" with {options.pick!r} in its name" if options.pick else ""
        raise InputError(f"There is no case{which} in {where}.", fix="Cases are in files such as job.test.json.")
    return found


def _tried(case: Case, log: Log) -> CaseRun:
    from ..runner.testing.case_run import run_case

    if case.records_graph:
        return run_case(case, None, log)
    with _sandbox(case) as sandbox:
        return run_case(case, sandbox, log)


def _sandbox(case: Case) -> AbstractContextManager[Messenger]:
    from ..sandbox import Sandbox, SandboxError

    moment = case.now
    now = None if moment is None else lambda: moment
    try:
        if isinstance(case.sandbox, str):
            return Sandbox.from_file(case.sandbox, now=now)
        return Sandbox(**(case.sandbox or {}), now=now)
    except (SandboxError, TypeError) as cause:
        raise InputError(f"{case.file}: the sandbox of {case.name!r}: {cause}", fix="Correct it there.") from None


class _Report:
    """Prints how the cases went."""

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._counts = {"passed": 0, "failed": 0, "updated": 0}

    def begin(self, path: str) -> None:
        self._say(self._paint("bold", one_line(path)))

    def add(self, trial: CaseRun, *, updated: bool) -> None:
        kind = "updated" if updated else "passed" if trial.passed else "failed"
        self._counts[kind] += 1
        mark = {"passed": self._paint("green", "✓"), "failed": self._paint("red", "✗"), "updated": "~"}[kind]
        lines = [f"  {mark} {one_line(trial.case.name)}  {self._paint('dim', f'{trial.seconds:.2f} s')}"]
        if kind == "failed":
            lines += [f"      {harmless(text)}" for text in trial.calls if text[:-1] not in (trial.error or "")]
            lines += [f"      {harmless(line)}" for line in (trial.error or "").splitlines()]
        for difference in trial.differences:
            lines += [
                f"      {self._paint('bold', harmless(difference.path))}",
                f"        expected  {self._paint('green', harmless(difference.expected))}",
                f"        got       {self._paint('red', harmless(difference.got))}",
            ]
        self._say("\n".join(lines))

    def end(self) -> int:
        total = sum(self._counts.values())
        counts = [f"{count} {kind}" for kind, count in self._counts.items() if count]
        style = "red" if self._counts["failed"] else "green"
        self._say(f"\n{number_of(total, 'cases')}: {self._paint(style, ', '.join(counts))}.")
        return EXIT_FAILED if self._counts["failed"] else EXIT_WELL

    def _say(self, text: str) -> None:
        print_out(f"{text}\n", sys.stdout)
