"""`adaptor runs`: what was sent, to whom, with what outcome; and what can still be done about it."""

from __future__ import annotations

import contextlib
import re
import sys

from ..core.text.harmless import harmless, one_line
from .layout.verbs import add_with_verbs
from .layout.writing import performed, write_pieces
from .options.run import label
from .options.service_tables import show_paused
from .subcommands.queued_runs import add_to as add_queued, facts_of, page_of, run_of_service
from .subcommands.tailed_runs import add_to as add_tail

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections import Counter
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..ledger.records import RunRecord
    from ..ledger.store import Store
    from ..runner.history.echoes import EchoFile

    #: Adds a command of `adaptor runs` and returns its parser.
    _Verb = Callable[..., argparse.ArgumentParser]

EXAMPLE = """\
examples:
  adaptor runs list                                   the runs recorded in this folder, newest first
  adaptor runs show last                              how one went, and what to do next
  adaptor runs results last --outcome unknown         one line for each message, as JSON or CSV
  adaptor runs settle last -c credentials.json        look for unknown messages in the conversations
  adaptor runs settle last --echoes echoes.jsonl      look for them in the echoes that your webhook got
  adaptor runs purge --older-than 30d                 forget the recipients of old runs
  adaptor runs queue --status failed                  the runs of adaptor serve that failed, and why
  adaptor runs tail                                   follow the runs of adaptor serve as they come and go
  adaptor runs retry RUN                              let the service continue one of them
"""

EXIT_CODES = """\
exit codes:
  0  all well
  1  something stays unknown, or Meta could not be asked
  2  bad input: usage, ledger, credential; nothing was changed
"""

#: The commands that change the ledger. The others read it, even if the file cannot be written.
_WRITING = ("settle", "purge", "retry", "cancel")

#: The units of an age, in seconds.
_UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    verbs = add_with_verbs(
        commands,
        "runs",
        "see what was sent, and settle what is unknown",
        "See what runs have sent, to whom and with what outcome, from the ledger.",
        f"{EXAMPLE}\n{EXIT_CODES}",
    )

    def verb(name: str, help_: str, description: str, perform: Any, *, run: str | None = "") -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = verbs.add_parser(name, help=help_, description=description, epilog=EXIT_CODES)
        if run is not None:
            made.add_argument("run", metavar="RUN", nargs=run or None, help="its id, or `last` for the newest")
        made.add_argument("path", metavar="PATH", nargs="?", help="a job, or a folder with jobs; default: this folder")
        made.add_argument(
            "--database",
            metavar="URL",
            help="the ledger: a file or postgresql://…; default: $ADAPTOR_DATABASE, else .adaptor/ledger.db",
        )
        made.set_defaults(perform=performed(perform))
        return made

    _add_reading(verb)
    _add_settle(verb)
    _add_purge(verb)
    add_queued(verb, _store)
    add_tail(verb, _store)


def _add_reading(verb: _Verb) -> None:
    listing = verb("list", "list runs", "List runs, the newest first. Nobody's id is shown.", _list, run=None)
    listing.add_argument("-n", "--limit", type=int, metavar="N", default=20, help="how many at most (default: 20)")
    listing.add_argument(
        "--label",
        type=label,
        action="append",
        metavar="NAME=VALUE",
        help="only runs with this label; of several, all must fit",
    )
    show = verb("show", "show one run", "Show how a run went, and what to do next. Nobody's id is shown.", _show)
    for each in (listing, show):
        each.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    results = verb(
        "results", "list what was sent to whom", "List each write of a run: to whom, with what outcome.", _results
    )
    results.add_argument(
        "--outcome",
        choices=("sent", "failed", "unknown", "skipped", "claimed", "sending"),
        action="append",
        help="only these; may be given several times",
    )
    results.add_argument("--format", choices=("jsonl", "csv"), help="default: by the ending of FILE, else jsonl")
    export = verb("export", "write everything of a run", "Write everything of a run as one JSON document.", _export)
    for each in (results, export):
        each.add_argument("-o", "--output", metavar="FILE", default="-", help="write there; default: standard output")


def _add_settle(verb: _Verb) -> None:
    settle = verb(
        "settle",
        "find out what became of unknown messages",
        "Find out whether messages with an unknown outcome went out: from the echoes that your webhook stored, or from "
        "Meta's conversations with these people (two calls a second). What is found was sent; everything else stays "
        "unknown. Nothing is sent to anybody.",
        _settle,
    )
    settle.add_argument(
        "--echoes",
        metavar="FILE",
        help="the message_echoes events that your webhook got, one JSON document a line; `-` is standard input. Meta "
        "is then asked only with -c, and only for the rest",
    )
    settle.add_argument("-c", "--credentials", metavar="FILE", help="the configuration, JSON or YAML")
    settle.add_argument("--name", metavar="NAME", help="which one, where the file holds several")


def _add_purge(verb: _Verb) -> None:
    purge = verb(
        "purge",
        "forget the recipients of runs",
        "Forget the recipients of a run and the states that it kept. Its counts stay. It cannot be resumed any more. "
        "Of a run of the service, the events and the last message of its person are forgotten too; the ids of the "
        "events stay, so that a redelivery is recognised, and so does the stop list. What jobs keep in collections "
        "stays: see adaptor collections.",
        _purge,
        run="?",
    )
    purge.add_argument("--older-than", type=_age, metavar="AGE", help="every run that ended longer ago: 12h, 30d, 8w")
    purge.add_argument("--yes", action="store_true", help="ask nothing")


def _age(text: str) -> float:
    found = re.fullmatch(r"(\d+)([mhdw])", text)
    if found is None:
        raise ValueError
    return float(found[1]) * _UNITS[found[2]]


# argparse says this name where the value is wrong.
_age.__name__ = "age such as 30d, 12h or 8w:"


@contextlib.contextmanager
def _store(options: argparse.Namespace) -> Iterator[Store]:
    from ..runner.history.history import ledger_of, open_history

    store = open_history(ledger_of(options.path, options.database), read_only=options.verb not in _WRITING)
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def _run_of(options: argparse.Namespace) -> Iterator[tuple[Store, RunRecord]]:
    from ..runner.history.history import find_run

    with _store(options) as store:
        yield store, find_run(store, options.run)


def _list(options: argparse.Namespace) -> int:
    from ..runner.execution.recording.ledger_location import is_there
    from ..runner.execution.recording.run_id import check_labels
    from ..runner.history.history import NO_RECORD, ledger_of, run_facts
    from ..service.store.overview import waiting_runs

    database = ledger_of(options.path, options.database)
    if not is_there(database):
        # A missing ledger is no mistake.
        what = f"There is no ledger {one_line(database)}: nothing was sent from here yet. {NO_RECORD}"
        print(what, file=sys.stderr)
        facts = []
    else:
        with _store(options) as store:
            found = store.runs.newest(max(1, options.limit), check_labels(options.label or ()))
            show_paused(store)
            waiting = waiting_runs(store.database, [record.id for record in found])
            facts = [run_facts(store, record, is_waiting=record.id in waiting) for record in found]
        if options.label and not facts:
            print("No run has these labels.", file=sys.stderr)
    if options.format == "json":
        _print_json(facts)
    elif facts:
        from .layout.runs import table

        _print(table(facts, *_terminal()))
    return 0


def _show(options: argparse.Namespace) -> int:
    from ..runner.history.history import error_facts, find_run, run_facts, step_facts
    from ..service.store.overview import waiting_runs
    from ..service.store.receipts import funnel_of
    from .layout.runs import next_steps, page

    with _store(options) as store:
        queued = run_of_service(store, options.run)
        if queued is not None and store.runs.find(queued.id) is None:
            if options.format == "json":
                _print_json(facts_of(queued))
            else:
                _print(page_of(queued))
            return 0
        record = find_run(store, options.run)
        funnel = funnel_of(store.database, record.id)
        facts = {
            **run_facts(store, record, is_waiting=bool(waiting_runs(store.database, [record.id]))),
            "ledger": store.name,
            "steps": step_facts(store, record),
            "errors": error_facts(store, record),
            # Without its people nothing is known of it.
            **({"service": facts_of(queued)} if queued is not None else {}),
            **({"funnel": funnel._asdict()} if funnel is not None and not record.purged else {}),
        }
    facts["next"] = next_steps(facts, options.database)
    if options.format == "json":
        _print_json(facts)
    else:
        _print(page(facts, *_terminal()))
    return 0


def _results(options: argparse.Namespace) -> int:
    from ..runner.history.history import listed

    kind = options.format or ("csv" if options.output.lower().endswith(".csv") else "jsonl")
    with _run_of(options) as (store, record):
        write_pieces(listed(store.writes.records(record.id, options.outcome or ()), kind), options.output)
    return 0


def _export(options: argparse.Namespace) -> int:
    from ..runner.history.history import exported

    with _run_of(options) as (store, record):
        write_pieces(exported(store, record), options.output)
    return 0


def _settle(options: argparse.Namespace) -> int:
    from ..core.run.context import Run
    from ..runner.history.echoes import EchoFile
    from ..runner.history.reconcile import reconcile
    from ..runner.load.credentials import read_credentials
    from ..runner.output.logs import Levels, Log

    run = Run(sink=Log(Levels("info"), stream=sys.stderr), alone=True)
    echoes = None if options.echoes is None else EchoFile(options.echoes)
    asks_meta = echoes is None or options.credentials is not None
    with _run_of(options) as (store, record):
        configuration = read_credentials(options.credentials).single(options.name) if asks_meta else None
        settlement = reconcile(store, record, run, configuration=configuration, echoes=echoes or ())
    if echoes is not None and echoes.unreadable:
        _print_unreadable(echoes)
    if settlement.error is not None:
        settlement.error.redact(run.redactor.text)
        print(settlement.error.report(), file=sys.stderr)
    _print_settled(settlement.settled, settlement.remaining)
    if not settlement.remaining.total():
        return 0
    _print_what_next(options, record)
    return 1


def _print_unreadable(echoes: EchoFile) -> None:
    count, first = echoes.unreadable, echoes.first_unreadable
    words = "line of {} is no JSON and was" if count == 1 else "lines of {} are no JSON and were"
    which = f"line {first}" if count == 1 else f"the first is line {first}"
    print(f"{count:,} {words.format(one_line(echoes.path))} passed over: {which}.", file=sys.stderr)


def _print_settled(settled: int, remaining: Counter[str]) -> None:
    count = settled + remaining.total()
    if not count:
        _print("Nothing is unknown.")
        return
    is_, they = ("is", "it was") if settled == 1 else ("are", "they were")
    lines = [f"{settled:,} of {count:,} unknown {is_} settled" + (f": {they} sent." if settled else ".")]
    lines += [f"  {left:,} {'stays' if left == 1 else 'stay'} unknown: {why}." for why, left in remaining.most_common()]
    _print("\n".join(lines))


def _print_what_next(options: argparse.Namespace, record: RunRecord) -> None:
    from ..runner.output.shown_commands import resume_command, runs_command, what_is_missing

    where = options.database
    given = {**record.given, **({"credentials": options.credentials} if options.credentials else {})}
    show = runs_command("results", record.id, path=options.path, database=where, more=["--outcome", "unknown"])
    again = resume_command(record.path, record.words, record.id, database=where, given=given, more=["--resend-unknown"])
    _print(f"Who they are, to look in the Page's inbox:\n  {show}")
    _print(f"To send to them again, although people who got it get it twice:\n  {again}")
    if missing := what_is_missing(where, given):
        _print(missing)


def _purge(options: argparse.Namespace) -> int:
    from ..core.errors import InputError
    from ..core.text.number_of import number_of
    from ..runner.output.terminal import is_terminal
    from .options.confirm import confirm

    if options.older_than is not None and options.run is not None and options.path is None:
        options.run, options.path = None, options.run
    if (options.run is None) == (options.older_than is None):
        raise InputError("Say which: a run, or --older-than AGE.", fix="adaptor runs purge --older-than 30d")
    with _store(options) as store:
        what = "every run that ended longer ago than that" if options.run is None else f"the run {options.run}"
        if options.run is not None:
            from ..runner.history.history import find_run, status_of

            record = find_run(store, options.run)
            status = status_of(store, record)
            what += "" if status == "finished" else f", which is {status} and cannot be resumed after that"
        if not options.yes and not (is_terminal() and confirm(f"Forget whom {what} wrote to?")):
            raise InputError("Nothing was forgotten: nobody said yes.", fix="Answer y on a terminal, or add --yes.")
        from ..service.store.retention import forget_older, forget_run
        from .subcommands.tailed_runs import forget_lines

        # First: the ledger's own purge cleans up the file.
        if options.run is None:
            forget_lines(options, older_than=options.older_than)
            forget_older(store.database, options.older_than)
            forgotten = store.runs.purge_older(options.older_than)
            _print(f"The people of {number_of(len(forgotten), 'runs')} are forgotten.")
        else:
            forget_lines(options, run=record.id)
            forget_run(store.database, record.id)
            people = store.runs.purge(record.id)
            _print(f"The people of {number_of(people, 'writes')} of {record.id} are forgotten.")
        _print_what_is_kept(store)
    return 0


def _print_what_is_kept(store: Store) -> None:
    from ..core.text.number_of import number_of

    counts = [count for _, count, _ in store.collections.names()]
    if counts:
        what = f"{number_of(sum(counts), 'values')} in {number_of(len(counts), 'collections')}"
        _print(f"{what} {'is' if sum(counts) == 1 else 'are'} kept: adaptor collections list")


def _terminal() -> tuple[int, Any]:
    """Return how wide the terminal is, and what paints on it."""
    import shutil

    from ..runner.output.terminal import Paint, wants_colour

    return shutil.get_terminal_size((100, 24)).columns, Paint(wants_colour(sys.stdout))


def _print(text: str) -> None:
    from ..runner.output.files import print_out

    print_out(f"{text}\n", sys.stdout)


def _print_json(value: Any) -> None:
    import json

    _print(harmless(json.dumps(value, indent=2, ensure_ascii=False)))
