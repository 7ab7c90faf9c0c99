"""The transcript: who got what in a run.

Each person has a heading on a line of its own, so that a name in any script cannot disturb the text after it. Below it
are the messages: `>` from the Page, `<` from the person, `!` refused by Meta.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from adaptor.sandbox.rules.windows import time_left
from adaptor.sandbox.show.plain_text import show_action, show_gesture, show_incoming, show_line, show_message
from adaptor.sandbox.state.records import Action, Gesture, Incoming, Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adaptor.sandbox.state.objects import Person
    from adaptor.sandbox.state.page_state import PageState, Record

_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)


def write_transcript(page: PageState, limit: int | None = None, *, sent: bool = True) -> str:
    """Write the transcript; the caller holds the lock of the page state.

    Args:
        page: The state of the Page.
        limit: How many people to show; the others are only counted.
        sent: The messages were sent, and not only previewed: adds a summary and what is known of people.
    """
    threads = [name for name in page.timeline if name]
    shown = threads if limit is None else threads[: max(limit, 0)]
    blocks = ["\n".join([*_heading(name, page, sent), *_events(page.timeline[name])]) for name in shown]
    if len(threads) > len(shown):
        more = len(threads) - len(shown)
        blocks.append(f"… and {more:,} more {_noun(more, 'person', 'people')}")
    if nobody := page.timeline.get(""):
        blocks.append("\n".join(["Requests that named nobody", *_each_once(nobody)]))
    if sent:
        blocks.append(_summary(page))
    return "\n\n".join(blocks) + "\n"


def _heading(name: str, page: PageState, sent: bool) -> list[str]:
    if name.startswith("user_ref "):
        return [show_line(name), "  known only by the box they ticked"]
    person = page.people.get(name)
    if not sent:
        return [show_line(person.name if person is not None and person.name else f"PSID {name}")]
    if person is None:
        return [f"PSID {show_line(name)}", "  no such person in this sandbox"]
    facts = [f"PSID {show_line(person.id)}", _window(person, page)]
    if person.blocked:
        facts.insert(1, "has blocked the Page")
    heading = show_line(person.name) or f"PSID {show_line(person.id)}"
    return [heading, f"  {', '.join(facts)}"]


def _window(person: Person, page: PageState) -> str:
    now = page.clock.now()
    if person.last_message_at is None:
        return "has never written, so no window is open"
    left = time_left(person, now)
    if left is None:
        return f"window closed: last wrote {_duration(now - person.last_message_at)} ago"
    return f"window open for another {_duration(left)}"


def _duration(span: timedelta) -> str:
    days, rest = divmod(span, timedelta(days=1))
    if days >= 2:
        return f"{days:,} days"
    hours, rest = divmod(rest + timedelta(days=days), _HOUR)
    minutes = rest // _MINUTE
    words = [f"{hours} h"] if hours else []
    return " ".join([*words, *([f"{minutes} min"] if minutes or not hours else [])])


def _events(events: Sequence[Record]) -> list[str]:
    lines: list[str] = []
    for event in events:
        if isinstance(event, Message):
            lines += ["", *_indent(">", show_message(event))]
        elif isinstance(event, Incoming):
            lines += ["", *_indent("<", show_incoming(event))]
        elif isinstance(event, Gesture):
            lines += ["", f"  < ({show_gesture(event)})"]
        elif isinstance(event, Action):
            lines += ["", f"  > ({show_action(event)})"]
        else:
            lines += ["", _refused(event)]
    return lines


def _refused(refusal: Refusal) -> str:
    return f"  ! refused, {_code(refusal)}: {_words(refusal)}"


def _each_once(events: Sequence[Record]) -> list[str]:
    """Return refusals that nobody can be named for: the same words once, with how often they came."""
    counts = Counter(_refused(event) for event in events if isinstance(event, Refusal))
    return [line for words, count in counts.items() for line in ("", f"{words}{f' ({count:,} times)' * (count > 1)}")]


def _indent(mark: str, lines: Sequence[str]) -> list[str]:
    first, *rest = lines or [""]
    return [f"  {mark} {first}".rstrip(), *(f"    {line}".rstrip() for line in rest)]


def _code(refusal: Refusal) -> str:
    return str(refusal.code) if refusal.subcode is None else f"{refusal.code}/{refusal.subcode}"


def _summary(page: PageState) -> str:
    if not page.requests and not page.timeline:
        return "Nothing was sent."
    messages = len(page.messages)
    people = len({message.psid or message.recipient.get("user_ref") for message in page.messages})
    line = (
        f"{messages:,} {_noun(messages, 'message', 'messages')} accepted, "
        f"{people:,} {_noun(people, 'person', 'people')} reached, {len(page.refusals):,} refused"
    )
    reasons = Counter((_code(refusal), _first_sentence(refusal)) for refusal in page.refusals)
    if not reasons:
        return f"{line}."
    return "\n".join(
        [f"{line}:", *(f"  {count:,} × {code}: {words}" for (code, words), count in reasons.most_common())]
    )


def _words(refusal: Refusal) -> str:
    # Meta's messages start with the code.
    return re.sub(r"^\(#\d+\) ", "", show_line(refusal.message))


def _first_sentence(refusal: Refusal) -> str:
    # After it, Meta refers to a page of its documentation.
    return re.split(r"(?<=\.) ", _words(refusal), maxsplit=1)[0]


def _noun(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
