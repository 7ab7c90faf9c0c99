"""Opening the tables of a service for a command, and saying which Pages are paused."""

from __future__ import annotations

import contextlib
import re

from ..layout.writing import local, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ...ledger.store import Store
    from ...service.store.page_pauses import PagePause
    from ...service.store.store import ServiceStore

#: What a Page is called whose id is not known.
UNKNOWN = "unknown"
#: The tables of the paused Pages and of the stop list.
PAUSES, STOPS = "service_page_pauses", "service_stops"


def add_place(command: argparse.ArgumentParser) -> None:
    """Add the options that say which ledger is meant."""
    command.add_argument("--job", metavar="PATH", help="a workflow, or a folder with workflows; default: this folder")
    command.add_argument(
        "--database",
        metavar="URL",
        help="the ledger: a file or postgresql://…; default: $ADAPTOR_DATABASE, else .adaptor/ledger.db",
    )


@contextlib.contextmanager
def opened(options: argparse.Namespace) -> Iterator[ServiceStore]:
    """Open the tables of the service, and make them where they are missing."""
    from ...runner.history.history import ledger_of
    from ...service.store.store import open_service_store

    store = open_service_store(ledger_of(options.job, options.database))
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def opened_to_read(options: argparse.Namespace, table: str) -> Iterator[ServiceStore | None]:
    """Open the tables of the service; None where this one is missing."""
    from ...ledger.errors import NoLedger
    from ...ledger.store import open_store
    from ...runner.execution.recording.ledger_location import is_there
    from ...runner.history.history import ledger_of
    from ...service.store.store import ServiceStore

    database = ledger_of(options.job, options.database)
    if not is_there(database):
        yield None
        return
    try:
        ledger = open_store(database, read_only=True)
    except NoLedger:
        yield None
        return
    try:
        yield ServiceStore(ledger) if has_table(ledger, table) else None
    finally:
        ledger.close()


def has_table(store: Store, table: str) -> bool:
    """Whether a service has made a table in a ledger; one of an earlier release has not made all."""
    with store.database.reading():
        return store.database.has_table(table)


def show_paused(store: Store) -> None:
    """Say on standard error which Pages are paused: their runs wait."""
    if not has_table(store, PAUSES):
        return
    from ...service.store.page_pauses import PagePauses

    for pause in PagePauses(store.database).paused():
        say(in_words(pause))


def in_words(pause: PagePause) -> str:
    """Return a paused Page as text: since when, why, and what ends it."""
    from ...core.text.harmless import one_line
    from ...core.text.number_of import number_of
    from ...service.store.page_pauses import page_in_words

    page = page_in_words(pause.page)
    waiting = f"{number_of(pause.waiting, 'runs')} {'waits' if pause.waiting == 1 else 'wait'} for it"
    what = f"{page} is paused since {local(pause.since)} ({pause.kind}); {waiting}. {one_line(pause.why)}".rstrip()
    first = "start the service with a new token, or " if pause.kind == "token" else ""
    return f"{what}\n  fix: {first}adaptor pages resume {pause.page or UNKNOWN}"


def page_id(text: str) -> str:
    """Return an id of a Page that was given.

    Raises:
        InputError: It is none.
    """
    from ...core.errors import InputError

    if re.fullmatch(r"\d{1,32}", text, re.ASCII) is None:
        raise InputError(f"`{text}` is no id of a Page.", fix="Write its digits. Nothing was changed.")
    return text
