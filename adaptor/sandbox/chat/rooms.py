"""The list of people, and one conversation in pieces, as JSON."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.chat.items import show_item, summarise
from adaptor.sandbox.meta import limits
from adaptor.sandbox.people.tappable import tappable_in_profile, tappable_quick_replies
from adaptor.sandbox.state.page_state import milliseconds
from adaptor.sandbox.state.records import Action, Incoming, Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adaptor.sandbox.state.objects import Person
    from adaptor.sandbox.state.page_state import PageState, Record

#: How many records, and how many people, one response holds.
PIECE: Final = 60
PEOPLE: Final = 100
# Typing ends by itself after this time (page "Sender actions", checked 2026-11).
_TYPING: Final = timedelta(seconds=20)
# How many records to search for the newest message: many may be typing actions.
_NEAR: Final = 50
_PLACEHOLDER: Final = re.compile(r"\{\{(user_first_name|user_last_name|user_full_name)\}\}")


def show_people(page: PageState, search: str, skip: int) -> dict[str, Any]:
    """Give a part of the list of people, newest conversation first; the caller holds the lock."""
    words = search.casefold().split()
    found = list(islice(list_threads(page, words), skip, skip + PEOPLE + 1))
    return {
        "people": [show_person(page, thread) for thread in found[:PEOPLE]],
        "more": len(found) > PEOPLE,
        "total": len(page.people),
        "now": milliseconds(page.clock.now()),
        "page": {"id": page.page_id, "name": page.page_name},
        "open": page.anybody_exists,
    }


def show_person(page: PageState, thread: str) -> dict[str, Any]:
    """Give the list entry of one person."""
    person = page.people.get(thread)
    records = page.timeline.get(thread, [])
    shown: dict[str, Any] = {"id": thread, "name": _name(page, thread)}
    if person is not None and person.first_name:
        shown["first_name"] = person.first_name
    near = list(islice(reversed(records), _NEAR))
    newest = next((each for each in near if isinstance(each, (Message, Incoming))), None)
    said = next((each for each in near if isinstance(each, (Message, Incoming, Refusal))), None)
    if isinstance(said, Refusal):
        # Meta's messages start with the code.
        words = re.sub(r"^\(#\d+\) ", "", said.message)
        shown |= {"last": f"Refused, {said.code}: {words}", "at": milliseconds(said.at), "refused": True}
    elif newest is not None:
        shown |= {"last": summarise(newest), "at": milliseconds(newest.at), "theirs": isinstance(newest, Incoming)}
    if person is None:
        return shown | {"nobody": True}
    if person.last_message_at is not None:
        shown["until"] = milliseconds(person.last_message_at + limits.STANDARD_WINDOW)
    for flag in ("blocked", "away", "banned", "private"):
        if getattr(person, flag):
            shown[flag] = True
    state = page.threads.get(thread)
    if isinstance(newest, Message) and (state is None or state.read_at is None or state.read_at < newest.at):
        shown["unread"] = True
    return shown


def show_room(
    page: PageState, thread: str, *, before: int | None = None, after: int | None = None, count: int = PIECE
) -> dict[str, Any]:
    """Give a piece of one conversation: the newest, or before or after a position; the caller holds the lock.

    Args:
        page: The state of the Page.
        thread: The person's thread.
        before: Only records before this position.
        after: Only records after this position. If there are more than `count`, the newest.
        count: How many records at most.
    """
    records = page.timeline.get(thread, [])
    total = len(records)
    last = total if before is None else max(0, min(before, total))
    first = max(last - count, 0)
    if after is not None and before is None:
        first = max(first, min(after + 1, total))
    state = page.threads.get(thread)
    now = page.clock.now()
    shown = {
        "person": show_person(page, thread),
        "items": [show_item(page, thread, number, records[number]) for number in range(first, last)],
        "first": first,
        "last": last,
        "total": total,
        "now": milliseconds(now),
        "page": {"id": page.page_id, "name": page.page_name},
        "typing": _is_typing(records, now),
        "unseen": state.unread if state is not None else 0,
        "quick_replies": _quick_replies(page, thread),
        **_profile(page, thread),
    }
    if state is not None and state.read_at is not None:
        shown["read_at"] = milliseconds(state.read_at)
    return shown


def _quick_replies(page: PageState, thread: str) -> list[dict[str, Any]]:
    taps = tappable_quick_replies(page, thread)
    return [{"number": number, "title": tap.title} for number, tap in enumerate(taps)]


def list_threads(page: PageState, words: Sequence[str] = ()) -> Iterator[str]:
    """Give the threads whose name or id holds all the words, newest first."""

    def fits(thread: str) -> bool:
        text = f"{_name(page, thread)} {thread}".casefold()
        return all(word in text for word in words)

    if page.timeline.get("") and fits(""):
        yield ""
    yield from (thread for thread in reversed(page.threads) if fits(thread))
    others = [*page.people, *(name for name in page.timeline if name and name not in page.people)]
    yield from (thread for thread in others if thread not in page.threads and fits(thread))


def _name(page: PageState, thread: str) -> str:
    if not thread:
        return "Requests that named nobody"
    return page.name_of(thread)


def _is_typing(records: list[Record], now: Any) -> bool:
    newest = records[-1] if records else None
    return isinstance(newest, Action) and newest.action == "typing_on" and now - newest.at < _TYPING


def _profile(page: PageState, thread: str) -> dict[str, Any]:
    person = page.people.get(thread)
    if person is None:
        return {}
    found: dict[str, Any] = {"menu": [], "ice_breakers": [], "get_started": []}
    # The welcome screen is for people who interact for the first time.
    is_first = person.last_message_at is None and not any(
        isinstance(record, (Message, Incoming)) for record in page.timeline.get(thread, [])
    )
    for number, (place, tap) in enumerate(tappable_in_profile(page, thread)):
        if is_first or place == "menu":
            found[place].append({"number": number, "title": tap.title, "kind": tap.kind})
    profile = page.profile
    greeting = _for_locale(profile.get("greeting"), person.locale).get("text")
    if is_first and isinstance(greeting, str):
        found["greeting"] = _fill_greeting(greeting, person)
    found["commands"] = _for_locale(profile.get("commands"), person.locale).get("commands") or []
    menus = page.menus.get(thread) or profile.get("persistent_menu")
    found["silent"] = _for_locale(menus, person.locale).get("composer_input_disabled") in (True, "true")
    return found


def _fill_greeting(text: str, person: Person) -> str:
    """Fill in Meta's placeholders (page "Greeting text" of the Messenger Profile API, checked 2026-11)."""
    names = {
        "user_first_name": person.first_name or "",
        "user_last_name": person.last_name or "",
        "user_full_name": person.name,
    }
    return _PLACEHOLDER.sub(lambda found: names[found[1]], text)


def _for_locale(given: Any, locale: str | None) -> dict[str, Any]:
    parts = [part for part in given if isinstance(part, dict)] if isinstance(given, list) else []
    own = (part for part in parts if locale is not None and part.get("locale") == locale)
    return next(own, next((part for part in parts if part.get("locale") == "default"), {}))
