"""`adaptor collections`: the values that jobs keep between runs."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys

from .layout.verbs import add_with_verbs
from .layout.writing import local, performed, say, write, write_pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..ledger.collections import Item, Query
    from ..ledger.store import Store

EXAMPLE = """\
examples:
  adaptor collections list                             the collections of the jobs in this folder
  adaptor collections get told 6543210987654321        one value
  adaptor collections get told '2026-*' -o told.json   all values whose keys match, by their keys
  adaptor collections set clinics 7 '{"name": "Kibera"}'
  adaptor collections set clinics --items clinics.json
  adaptor collections remove told '*' --updated-before '30 days ago'
"""

EXIT_CODES = """\
exit codes:
  0  all well
  1  there is no such key
  2  bad input: usage, ledger, value; nothing was changed
"""

#: The options of a query that are times.
_TIMES = ("created_before", "created_after", "updated_before", "updated_after")


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    verbs = add_with_verbs(
        commands,
        "collections",
        "see and change what jobs keep between runs",
        "See and change the values that jobs keep with collections.set, in the ledger of their runs. In a "
        "key `*` stands for any text; put it in quotes.",
        f"{EXAMPLE}\n{EXIT_CODES}",
    )

    def verb(name: str, help_: str, description: str, perform: Any) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = verbs.add_parser(name, help=help_, description=description, epilog=EXIT_CODES)
        if name != "list":
            made.add_argument("collection", metavar="NAME", help="the collection")
        made.add_argument("--job", metavar="PATH", help="a job, or a folder with jobs; default: this folder")
        made.add_argument(
            "--database",
            metavar="URL",
            help="the ledger: a file or postgresql://…; default: $ADAPTOR_DATABASE, else .adaptor/ledger.db",
        )
        made.set_defaults(perform=performed(perform))
        return made

    listing = verb("list", "list collections", "List the collections, and how many values each holds.", _list)
    listing.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    getting = verb(
        "get",
        "print values",
        "Print the value under a key as JSON; for a key with `*` an object of all values by their keys.",
        _get,
    )
    getting.add_argument("key", metavar="KEY", help="a key; `*` in it stands for any text")
    getting.add_argument("-o", "--output", metavar="FILE", default="-", help="write there; default: standard output")
    setting = verb("set", "set values", "Set the value under a key, or many values. Values are JSON.", _set)
    setting.add_argument("key", metavar="KEY", nargs="?", help="the key")
    setting.add_argument("value", metavar="JSON", nargs="?", help="the value; - reads it from standard input")
    setting.add_argument("--items", metavar="FILE", help="a JSON file with an object of values by their keys")
    removing = verb("remove", "remove values", "Remove the value under a key, or all whose keys match.", _remove)
    removing.add_argument("key", metavar="KEY", help="a key; `*` in it stands for any text")
    removing.add_argument("--dry-run", action="store_true", help="print the keys, and remove nothing")
    removing.add_argument("--yes", action="store_true", help="ask nothing")
    for each in (getting, removing):
        _add_times(each)


def _add_times(command: argparse.ArgumentParser) -> None:
    for name, what in (
        ("created-before", "set first before this time: 2026-11-30, ISO text, or '2 days ago'"),
        ("created-after", "set first after it"),
        ("updated-before", "set last before this time"),
        ("updated-after", "set last after it"),
    ):
        command.add_argument(f"--{name}", metavar="TIME", help=f"only what was {what}")


def _database(options: argparse.Namespace) -> str:
    from ..runner.history.history import ledger_of

    return ledger_of(options.job, options.database)


@contextlib.contextmanager
def _store(options: argparse.Namespace, *, read_only: bool = True) -> Iterator[Store | None]:
    """Open the ledger; to read, None where there is none."""
    from ..ledger.errors import NoLedger
    from ..ledger.store import open_store
    from ..runner.execution.recording.ledger_location import is_there

    database = _database(options)
    if read_only and not is_there(database):
        yield None
        return
    try:
        store = open_store(database, read_only=read_only)
    except NoLedger:
        yield None
        return
    try:
        yield store
    finally:
        store.close()


def _query(options: argparse.Namespace) -> Query:
    from ..common.collections.reading import query_of
    from ..core.run.context import Run

    with Run() as run:
        # Words such as `2 days ago` count from now; an error about one names the command.
        run.path.append((f"adaptor collections {options.verb}", None))
        return query_of(options.key, *(getattr(options, name) for name in _TIMES))


def _found(store: Store, options: argparse.Namespace, query: Query) -> Iterator[Item]:
    return store.collections.items(options.collection, query)


def _list(options: argparse.Namespace) -> int:
    from ..common.collections.reading import time_text
    from ..core.text.number_of import number_of

    with _store(options) as store:
        found = [] if store is None else store.collections.names()
    if options.format == "json":
        facts = [{"name": name, "count": count, "updated": time_text(updated)} for name, count, updated in found]
        write(json.dumps(facts, indent=2, ensure_ascii=False))
        return 0
    if not found:
        say(f"There are no collections in {_shown(options)}.")
        return 0
    width = max(len(name) for name, _, _ in found)
    for name, count, updated in found:
        write(f"{name:<{width}}  {number_of(count, 'values'):>12}  set last {local(updated)}")
    return 0


def _get(options: argparse.Namespace) -> int:
    from ..common.collections.arguments import checked_collection
    from ..ledger.collections import is_pattern

    checked_collection(options.collection)
    query = _query(options)
    with _store(options) as store:
        if is_pattern(query.pattern):
            items = iter(()) if store is None else _found(store, options, query)
            write_pieces(_as_object(items), options.output)
            return 0
        found = None if store is None else next(_found(store, options, query), None)
    if found is None:
        say(f"The collection `{options.collection}` in {_shown(options)} has no such key.")
        return 1
    write_pieces([json.dumps(found.value, indent=2, ensure_ascii=False), "\n"], options.output)
    return 0


def _as_object(items: Iterable[Item]) -> Iterator[str]:
    """Yield an object of values by their keys, without holding them all."""
    before = "{\n  "
    for item in items:
        value = json.dumps(item.value, ensure_ascii=False)
        yield f"{before}{json.dumps(item.key, ensure_ascii=False)}: {value}"
        before = ",\n  "
    yield "{}\n" if before == "{\n  " else "\n}\n"


def _set(options: argparse.Namespace) -> int:
    from ..common.collections.arguments import checked_collection, checked_key, checked_value
    from ..core.errors import InputError
    from ..core.text.number_of import number_of
    from ..runner.input.document import parse_document, read_object
    from ..runner.input.source import of_argument
    from ..runner.problems.problems import FileProblem

    if (options.items is None) == (options.key is None) or (options.key is not None and options.value is None):
        raise InputError(
            "Give a key and a value, or --items FILE.", fix="adaptor collections set told 6543210987654321 '{\"n\": 1}'"
        )
    if options.items is not None:
        given = read_object(options.items, "file of values", 'Give values by their keys: {"7": {"name": "Kibera"}}.')
        values = {
            checked_key(key, is_one=True): checked_value(value, f"the value of {key!r}") for key, value in given.items()
        }
    else:
        text = sys.stdin.read() if options.value == "-" else options.value
        try:
            value = parse_document(of_argument(text, "the value", "value")).value
        except FileProblem as problem:
            if options.value != "-" and text.strip()[:1] not in ("{", "[", '"'):
                # The shell takes one pair of quotes away.
                problem.fix = f"Text has quotes of its own in JSON: {shlex.quote(json.dumps(text, ensure_ascii=False))}"
            raise
        values = {checked_key(options.key, is_one=True): checked_value(value)}
    name = checked_collection(options.collection)
    with _store(options, read_only=False) as store:
        if store is not None:
            store.collections.set(name, values)
    write(f"{number_of(len(values), 'values')} set in {name}.")
    return 0


def _remove(options: argparse.Namespace) -> int:
    from ..core.errors import InputError
    from ..core.text.number_of import number_of
    from ..runner.output.terminal import is_terminal
    from .options.confirm import confirm

    query = _query(options)
    with _store(options) as store:
        keys = [] if store is None else [item.key for item in _found(store, options, query)]
    if options.dry_run:
        write("\n".join([*keys, f"{number_of(len(keys), 'values')} would be removed from {options.collection}."]))
        return 0
    what = number_of(len(keys), "values")
    if keys and not options.yes and not (is_terminal() and confirm(f"Remove {what} from {options.collection}?")):
        raise InputError("Nothing was removed: nobody said yes.", fix="Answer y on a terminal, or add --yes.")
    count = 0
    if keys:
        with _store(options, read_only=False) as store:
            if store is not None:
                count = store.collections.remove(options.collection, query)
                store.collections.clean_up()
    write(f"{number_of(count, 'values')} removed from {options.collection}.")
    return 0


def _shown(options: argparse.Namespace) -> str:
    """Return the address of the ledger without a password."""
    database = _database(options)
    return "the ledger" if "://" in database else database
