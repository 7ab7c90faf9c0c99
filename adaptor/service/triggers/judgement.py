"""What an event means for its person beside the runs that it starts: no more messages, or a human who answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...ledger.claims.write_id import is_write_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...runner.load.triggers.people_rules import PeopleRules
    from ..store.records import Event

#: What a person says with these is taken for a wish.
_SAID_BY = ("messages", "messaging_postbacks")


def judged(event: Event, rules: PeopleRules, app_ids: Sequence[str] = ()) -> Event:
    """Return an event with what it means for its person.

    Args:
        event: The event.
        rules: The words that stop and start messages, and how long a pause is.
        app_ids: The apps that the workflows send with; empty where that is not known.
    """
    if event.psid is None:
        return event
    if event.kind == "messaging_optins":
        return replace(event, stops=_newsletter_stops(event))
    if event.kind in _SAID_BY:
        return replace(event, stops=rules.wish_of(_said(event)))
    if rules.pause and is_of_human(event, app_ids):
        return replace(event, pauses=rules.pause)
    return event


def _newsletter_stops(event: Event) -> bool | None:
    """Return whether the person stops the messages that they once opted in to; None where it is another opt-in.

    Meta spells it with a space or with an underscore.
    """
    optin = event.facts.get("optin")
    status = optin.get("notification_messages_status") if isinstance(optin, dict) else None
    word = status.split("_")[0].split(" ")[0].upper() if isinstance(status, str) else None
    return {"STOP": True, "RESUME": False}.get(word or "")


def _said(event: Event) -> Iterator[str]:
    """Yield what the person wrote, and the title and payload of what they tapped."""
    postback = event.facts.get("postback")
    title = postback.get("title") if isinstance(postback, dict) else None
    yield from (each for each in (event.facts["text"], event.facts["payload"], title) if isinstance(each, str))


def is_of_human(event: Event, app_ids: Sequence[str] = ()) -> bool:
    """Whether an event is the echo of what a human has written as the Page, as in the Page's inbox.

    What these workflows send has the id of the write in its metadata, or, where a job has given its own, some metadata:
    a human gives none.

    Args:
        event: The event.
        app_ids: The apps that the workflows send with; empty where that is not known.
    """
    if event.kind != "message_echoes":
        return False
    metadata, app_id = event.facts.get("metadata"), event.facts.get("app_id")
    if isinstance(metadata, str) and is_write_id(metadata):
        return False
    if app_ids and app_id is not None:
        return str(app_id) not in app_ids
    return metadata is None
