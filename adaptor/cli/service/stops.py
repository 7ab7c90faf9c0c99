"""`adaptor stops`: the people who want, or can get, no more messages that they did not ask for."""

from __future__ import annotations

import os

from ..layout.verbs import add_with_verbs
from ..layout.writing import local, performed, say, write
from ..options.service_tables import STOPS, add_place, opened, opened_to_read, page_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ...service.store.store import ServiceStore

EXAMPLE = """\
examples:
  adaptor stops list
  adaptor stops add 6543210987654321                    somebody asked for it on the telephone
  adaptor stops add --file unsubscribed.csv             everybody in a file
  adaptor stops remove 6543210987654321

adaptor serve fills the list: with those who write a stop word, who stop a newsletter, or whom Meta cannot reach. Every
broadcast with the same ledger leaves them out, also one that is run by hand. What they write is answered all the same.

exit codes: 0 all well, 1 somebody was not on the list, 2 bad input
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    verbs = add_with_verbs(
        commands,
        "stops",
        "see and change the stop list: who gets no more messages",
        "See and change the stop list: the people whom no broadcast reaches.",
        EXAMPLE,
    )
    listing = verbs.add_parser("list", help="list who is on it", description="List who is on it, the newest first.")
    listing.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    listing.set_defaults(perform=performed(_list))
    for name, what, perform in (
        ("add", "put people on it", _add),
        ("remove", "take people off it", _remove),
    ):
        made = verbs.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        made.add_argument("psids", metavar="PSID", nargs="*", help="the page-scoped ids of the people")
        made.add_argument("--file", metavar="FILE", help="a .csv, .jsonl or text file with the ids")
        made.set_defaults(perform=performed(perform))
    for each in verbs.choices.values():
        each.add_argument("--page", metavar="ID", help="the Page; default: the only one that the ledger knows")
        add_place(each)


def _list(options: argparse.Namespace) -> int:
    import json

    with opened_to_read(options, STOPS) as store:
        found = [] if store is None else store.people.stopped()
    found = [each for each in found if options.page in (None, each.page)]
    if options.format == "json":
        write(json.dumps([each._asdict() for each in found], ensure_ascii=False, indent=2))
        return 0
    if not found:
        say("Nobody is on the stop list.")
    for each in found:
        write(f"{each.psid:<18}  {each.page:<16}  {local(each.since)}  {_REASONS.get(each.kind, each.kind)}")
    return 0


_REASONS = {
    "messages": "wrote a stop word",
    "messaging_postbacks": "tapped a stop word",
    "messaging_optins": "stopped a newsletter",
    "unavailable": "Meta cannot reach them; tried again after 30 days, or when they write",
}


def _add(options: argparse.Namespace) -> int:
    people = _people(options)
    with opened(options) as store:
        page = _page(options, store)
        for psid in people:
            store.people.stop(page, psid)
    write(f"{_count(people)} {'is' if len(people) == 1 else 'are'} on the stop list of the Page {page}.")
    return 0


def _remove(options: argparse.Namespace) -> int:
    people = _people(options)
    with opened(options) as store:
        page = _page(options, store)
        found = [psid for psid in people if store.people.start(page, psid)]
    write(f"{_count(found)} taken off the stop list of the Page {page}.")
    missing = [psid for psid in people if psid not in found]
    if missing:
        say(f"{_count(missing)} {'was' if len(missing) == 1 else 'were'} not on it.")
    return 1 if missing else 0


def _count(people: list[str]) -> str:
    return "1 person" if len(people) == 1 else f"{len(people):,} people"


def _people(options: argparse.Namespace) -> list[str]:
    """Return the ids that were given.

    Raises:
        InputError: There are none, or one is no id.
    """
    from pathlib import Path

    from ...core.errors import InputError, JobError
    from ...core.run.context import Run
    from ...messenger.broadcast.exclusions import excluded

    if options.file is not None and not os.path.isfile(options.file):
        raise InputError(f"The file {options.file} does not exist.", fix="Check the path.")
    try:
        with Run(sink=lambda *line: None, alone=True):
            found = excluded(options.psids) | excluded(None if options.file is None else Path(options.file))
    except JobError as error:
        what = error.description.removeprefix("`skip` of broadcast(): ")
        fix = error.fix.partition(" Nobody was written to")[0]
        raise InputError(f"{what[0].upper()}{what[1:]} Nothing was changed.", fix=fix) from None
    wrong = next((psid for psid in sorted(found) if not psid.isdecimal()), None)
    if wrong is not None:
        raise InputError(f"`{wrong}` is no page-scoped id.", fix="Give its digits. Nothing was changed.")
    if not found:
        raise InputError("Nobody is named.", fix="Give ids, or --file FILE.")
    return sorted(found)


def _page(options: argparse.Namespace, store: ServiceStore) -> str:
    """Return the id of the Page that is meant.

    Raises:
        InputError: It is not clear.
    """
    from ...core.errors import InputError

    if options.page is not None:
        return page_id(options.page)
    known = sorted({*store.people.pages(), *filter(None, [store.pages.only_known()])})
    if len(known) == 1:
        return known[0]
    shown = f"The ledger knows {len(known)} Pages: {', '.join(known)}." if known else "The ledger knows no Page yet."
    raise InputError(f"{shown} Which one is meant?", fix="Add --page ID. Nothing was changed.")
