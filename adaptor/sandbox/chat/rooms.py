"""The list of people, and one conversation piece by piece, as JSON."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.chat.items import show_item, summarise
from adaptor.sandbox.meta import limits
from adaptor.sandbox.people.tappable import profile_taps, quick_reply_taps
from adaptor.sandbox.state.page_state import milliseconds
from adaptor.sandbox.state.records import Action, Incoming, Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adaptor.sandbox.state.page_state import Record, World

#: How many records of a conversation travel at once, and how many people.
PIECE: Final = 60
PEOPLE: Final = 100
# Typing that nobody ends is over by itself (page "Sender actions", checked 2026-11).
_TYPING: Final = timedelta(seconds=20)
# How far back to look for the newest message; before it there may be many typings.
_NEAR: Final = 50


def show_people(world: World, search: str = "", skip: int = 0, count: int = PEOPLE) -> dict[str, Any]:
    """Give a part of the list of people, whose conversation is the newest first; the caller holds the lock."""
    words = search.casefold().split()
    found = list(islice(list_threads(world, words), skip, skip + count + 1))
    return {
        "people": [show_person(world, thread) for thread in found[:count]],
        "more": len(found) > count,
        "total": len(world.people),
        "now": milliseconds(world.clock.now()),
        "page": {"id": world.page_id, "name": world.page_name},
        "open": world.open_house,
    }


def show_person(world: World, thread: str) -> dict[str, Any]:
    """Give what the list says of one person."""
    person = world.people.get(thread)
    records = world.timeline.get(thread, [])
    shown: dict[str, Any] = {"id": thread, "name": _name(world, thread)}
    newest = next((each for each in islice(reversed(records), _NEAR) if isinstance(each, (Message, Incoming))), None)
    if records and isinstance(records[-1], Refusal):
        refused = records[-1]
        # Meta repeats the code in front.
        words = re.sub(r"^\(#\d+\) ", "", refused.message)
        shown |= {"last": f"Refused, {refused.code}: {words}", "at": milliseconds(refused.at), "refused": True}
    elif newest is not None:
        shown |= {"last": summarise(newest), "at": milliseconds(newest.at), "theirs": isinstance(newest, Incoming)}
    if person is None:
        return shown | {"nobody": True}
    if person.last_message_at is not None:
        shown["until"] = milliseconds(person.last_message_at + limits.STANDARD_WINDOW)
    for flag in ("blocked", "away", "banned", "private"):
        if getattr(person, flag):
            shown[flag] = True
    state = world.threads.get(thread)
    if isinstance(newest, Message) and (state is None or state.read_at is None or state.read_at < newest.at):
        shown["unread"] = True
    return shown


def show_room(
    world: World, thread: str, *, before: int | None = None, after: int | None = None, count: int = PIECE
) -> dict[str, Any]:
    """Give a piece of one conversation: the newest, or what stands before or behind a place; the caller holds the lock.

    Args:
        world: The Page and its people.
        thread: Whose.
        before: Up to this place, without it.
        after: From behind this place. Where more came than fits, the newest are given and not what is between.
        count: How many records at most.
    """
    records = world.timeline.get(thread, [])
    total = len(records)
    last = total if before is None else max(0, min(before, total))
    first = max(last - count, 0)
    if after is not None and before is None:
        first = max(first, min(after + 1, total))
    state = world.threads.get(thread)
    now = world.clock.now()
    shown = {
        "person": show_person(world, thread),
        "items": [show_item(world, thread, number, records[number]) for number in range(first, last)],
        "first": first,
        "last": last,
        "total": total,
        "now": milliseconds(now),
        "page": {"id": world.page_id, "name": world.page_name},
        "typing": _is_typing(records, now),
        "unseen": state.unread if state is not None else 0,
        "quick_replies": _quick_replies(world, thread),
        **_profile(world, thread),
    }
    if state is not None and state.read_at is not None:
        shown["read_at"] = milliseconds(state.read_at)
    return shown


def _quick_replies(world: World, thread: str) -> list[dict[str, Any]]:
    taps = quick_reply_taps(world, thread)
    return [{"number": number, "title": tap.title} for number, tap in enumerate(taps)]


def list_threads(world: World, words: Sequence[str] = ()) -> Iterator[str]:
    """Give everybody's conversation, the newest first, whose name or id holds all the words."""

    def fits(thread: str) -> bool:
        text = f"{_name(world, thread)} {thread}".casefold()
        return all(word in text for word in words)

    if world.timeline.get("") and fits(""):
        yield ""
    yield from (thread for thread in reversed(world.threads) if fits(thread))
    others = [*world.people, *(name for name in world.timeline if name and name not in world.people)]
    yield from (thread for thread in others if thread not in world.threads and fits(thread))


def _name(world: World, thread: str) -> str:
    if not thread:
        return "Requests that named nobody"
    person = world.people.get(thread)
    return (person.name if person is not None else "") or thread


def _is_typing(records: list[Record], now: Any) -> bool:
    newest = records[-1] if records else None
    return isinstance(newest, Action) and newest.action == "typing_on" and now - newest.at < _TYPING


def _profile(world: World, thread: str) -> dict[str, Any]:
    person = world.people.get(thread)
    if person is None:
        return {}
    found: dict[str, Any] = {"menu": [], "ice_breakers": [], "get_started": []}
    for number, (place, tap) in enumerate(profile_taps(world, thread)):
        found[place].append({"number": number, "title": tap.title, "kind": tap.kind})
    profile = world.profile
    if not any(isinstance(record, Incoming) for record in world.timeline.get(thread, [])):
        found["greeting"] = _for_locale(profile.get("greeting"), person.locale).get("text")
    found["commands"] = _for_locale(profile.get("commands"), person.locale).get("commands") or []
    menus = world.menus.get(thread) or profile.get("persistent_menu")
    found["silent"] = _for_locale(menus, person.locale).get("composer_input_disabled") in (True, "true")
    return found


def _for_locale(given: Any, locale: str | None) -> dict[str, Any]:
    parts = [part for part in given if isinstance(part, dict)] if isinstance(given, list) else []
    own = (part for part in parts if locale is not None and part.get("locale") == locale)
    return next(own, next((part for part in parts if part.get("locale") == "default"), {}))
