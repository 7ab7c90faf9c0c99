"""`adaptor pages`: the Pages of a service that are paused, so that their runs wait."""

from __future__ import annotations

from ..layout.verbs import add_with_verbs
from ..layout.writing import performed, say, write
from ..options.service_tables import PAUSES, UNKNOWN, add_place, in_words, opened, opened_to_read, page_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

EXAMPLE = """\
examples:
  adaptor pages list                        which Pages are paused, since when, and why
  adaptor pages resume 102030405060708      let its runs continue
  adaptor pages pause 102030405060708       let its runs wait, those for answers too

A service pauses a Page itself when Meta blocks it or no longer accepts its token. The pause ends when Meta unblocks the
Page, or when the service is started with another token. Nothing is lost: what people write meanwhile is answered then.

exit codes: 0 all well, 1 the Page was not paused, or was paused already, 2 bad input
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    verbs = add_with_verbs(
        commands,
        "pages",
        "see which Pages of a service are paused, and resume them",
        "See which Pages of adaptor serve are paused, pause one, and resume one.",
        EXAMPLE,
    )
    listing = verbs.add_parser("list", help="list the paused Pages", description="List the paused Pages.")
    listing.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    listing.set_defaults(perform=performed(_list))
    for name, what, perform in (
        ("resume", "let the runs of a Page continue", _resume),
        ("pause", "let the runs of a Page wait", _pause),
    ):
        made = verbs.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        made.add_argument("page", metavar="PAGE", help=f"the id of the Page, or `{UNKNOWN}` as in the list")
        made.set_defaults(perform=performed(perform))
    for each in verbs.choices.values():
        add_place(each)


def _list(options: argparse.Namespace) -> int:
    import json

    with opened_to_read(options, PAUSES) as store:
        found = [] if store is None else store.pages.paused()
    if options.format == "json":
        write(json.dumps([each._asdict() for each in found], ensure_ascii=False, indent=2))
        return 0
    if not found:
        say("No Page is paused.")
    for pause in found:
        write(in_words(pause))
    return 0


def _resume(options: argparse.Namespace) -> int:
    page = _page(options.page)
    with opened(options) as store:
        waiting = next((each.waiting for each in store.pages.paused() if each.page == page), 0)
        changed = store.pages.resume(page)
    if not changed:
        say(f"{options.page} is not paused. See: adaptor pages list")
        return 1
    write(f"{options.page} is no longer paused. {waiting:,} run{' continues' if waiting == 1 else 's continue'}.")
    return 0


def _pause(options: argparse.Namespace) -> int:
    from ...service.store.page_pauses import BY_HAND

    with opened(options) as store:
        changed = store.pages.pause(_page(options.page), BY_HAND, "Somebody has paused it.")
    if not changed:
        say(f"{options.page} is paused already. See: adaptor pages list")
        return 1
    write(f"{options.page} is paused: its runs wait until adaptor pages resume {options.page}")
    return 0


def _page(text: str) -> str:
    return "" if text == UNKNOWN else page_id(text)
