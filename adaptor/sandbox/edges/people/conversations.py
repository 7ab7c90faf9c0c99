"""Read conversations and their messages: `/{PAGE_ID}/conversations`, `/{CONVERSATION_ID}`, `/{MESSAGE_ID}`.

Only the newest twenty messages of a conversation give more than their ids and times.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.messages.attachments import check_platform
from adaptor.sandbox.edges.messages.message_fields import show_attachments, show_message_fields, time_of
from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import NO_SUCH_MESSAGE, Refused
from adaptor.sandbox.request.fields import Field, limit_of, read_fields, select
from adaptor.sandbox.request.paging import page_through
from adaptor.sandbox.rules.windows import time_left
from adaptor.sandbox.show.plain_text import show_line, show_message
from adaptor.sandbox.state.records import Incoming, Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState

_SNIPPET: Final = 100
_FOLDERS: Final = {"inbox": "inbox", "other": "other", "spam": "spam", "page_done": "inbox", "pending": "other"}


def list_all(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the conversations, newest first, or the one with a person."""
    check_platform(call)
    fields = read_fields(call.parameters.get("fields"))
    if str(call.parameters.get("platform", "messenger")).lower() == "instagram":
        return {"data": []}
    user = call.parameters.get("user_id")
    if user is not None:
        call.addressee = str(user)
        thread = page.threads.get(str(user))
        keys: Collection[str] = [thread.id] if thread is not None else []
        default: tuple[str, ...] = ("id",)
    else:
        keys, default = _NewestFirst(page), ("id", "updated_time")
    folder = _FOLDERS.get(str(call.parameters.get("folder", "")).lower())
    return page_through(
        call,
        keys,
        lambda key: _show(call, page, key, fields, default),
        path=f"{page.page_id}/{call.edge}",
        keep=lambda key: folder is None or page.threads[page.conversations[key]].folder == folder,
    )


def read(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give one conversation."""
    return _show(call, page, call.segments[0], read_fields(call.parameters.get("fields")), ("id", "updated_time"))


def list_messages(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the messages of one conversation, newest first."""
    return _list(call, page, call.segments[0], read_fields(call.parameters.get("fields")), call.parameters)


def read_message(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give one message, if it is among the newest of its conversation."""
    message = _newest(page, call.segments[0])
    return show_message_fields(call, page, message, read_fields(call.parameters.get("fields")))


def list_attachments(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the attachments of one message."""
    return show_attachments(call, page, _newest(page, call.segments[0]), call.parameters)


def thread_of(message: Message | Incoming) -> str:
    """Give the thread that a message belongs to."""
    if isinstance(message, Message) and not message.psid:
        return f"user_ref {message.recipient.get('user_ref')}"
    return message.psid


class _NewestFirst:
    """The ids of all conversations, newest first, without a copy of the list."""

    def __init__(self, page: PageState) -> None:
        self._page = page

    def __iter__(self) -> Iterator[str]:
        return (thread.id for thread in reversed(self._page.threads.values()))

    def __len__(self) -> int:
        return len(self._page.threads)

    def __contains__(self, key: object) -> bool:
        return key in self._page.conversations


def _messages_of(page: PageState, thread: str) -> Iterator[Message | Incoming]:
    """Go through the messages of a conversation, newest first."""
    for record in reversed(page.timeline.get(thread, [])):
        # With its newest text if it was edited; left out if it was deleted.
        if isinstance(record, (Message, Incoming)) and record.id in page.by_id:
            yield page.by_id[record.id]


def _newest(page: PageState, name: str) -> Message | Incoming:
    message = page.by_id[name]
    newest = islice(_messages_of(page, thread_of(message)), limits.NEWEST_MESSAGES)
    if not any(other.id == name for other in newest):
        raise Refused(NO_SUCH_MESSAGE)
    return message


def _list(
    call: GraphCall, page: PageState, conversation: str, fields: tuple[Field, ...], asked: dict[str, Any]
) -> dict[str, Any]:
    thread = page.conversations[conversation]
    newest = {message.id for message in islice(_messages_of(page, thread), limits.NEWEST_MESSAGES)}
    few = tuple(field for field in fields if field.name in {"id", "created_time"}) or (Field("id"),)

    def show(key: str) -> dict[str, Any]:
        return show_message_fields(call, page, page.by_id[key], fields if key in newest else few)

    return page_through(
        call, [message.id for message in _messages_of(page, thread)], show, path=f"{conversation}/messages", asked=asked
    )


def _show(
    call: GraphCall, page: PageState, conversation: str, fields: tuple[Field, ...], default: tuple[str, ...]
) -> dict[str, Any]:
    psid = page.conversations[conversation]
    thread = page.threads[psid]
    name = _name(page, psid)
    known = {
        "id": lambda _: conversation,
        "updated_time": lambda _: time_of(thread.updated_at),
        "link": lambda _: f"/{page.page_id}/inbox/{conversation.removeprefix('t_')}/",
        "snippet": lambda _: _snippet(page, psid),
        "message_count": lambda _: sum(1 for _ in _messages_of(page, psid)),
        "unread_count": lambda _: thread.unread,
        "participants": lambda _: _participants(page, psid),
        "senders": lambda _: _participants(page, psid),
        "former_participants": lambda _: {"data": []},
        "can_reply": lambda _: _can_reply(page, psid),
        "folder": lambda _: thread.folder,
        "name": lambda _: name,
        "is_subscribed": lambda _: True,
        "is_owner": lambda _: thread.owned_by(page.clock.now()) in {page.app_id, None} if page.default_app else None,
        "scoped_thread_key": lambda _: conversation,
        "messages": lambda field: _list(call, page, conversation, field.inside, {"limit": limit_of(field)}),
    }
    return select(fields, known, default, "UnifiedThread")


def _name(page: PageState, psid: str) -> str:
    person = page.people.get(psid)
    return person.name if person is not None else psid


def _participants(page: PageState, psid: str) -> dict[str, Any]:
    person = {"name": _name(page, psid), "email": f"{psid}@facebook.com", "id": psid}
    ourselves = {"name": page.page_name, "email": f"{page.page_id}@facebook.com", "id": page.page_id}
    return {"data": [person, ourselves]}


def _snippet(page: PageState, psid: str) -> str:
    newest = next(_messages_of(page, psid), None)
    if newest is None:
        return ""
    text = newest.text or (" ".join(show_message(newest)) if isinstance(newest, Message) else "")
    return show_line(text)[:_SNIPPET]


def _can_reply(page: PageState, psid: str) -> bool:
    person = page.people.get(psid)
    return person is not None and not person.blocked and time_left(person, page.clock.now()) is not None
