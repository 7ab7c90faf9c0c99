"""The Send API: `POST /{PAGE_ID}/messages`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.messages.attachments import save_attachment
from adaptor.sandbox.edges.people.personas import check_persona
from adaptor.sandbox.edges.people.thread_control import (
    apply_thread_control,
    check_control,
    check_thread_control,
    give_control,
)
from adaptor.sandbox.meta.errors import MESSAGE_AND_ACTION, NOTHING_TO_SEND, Refused, invalid
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.rules.content import check_message
from adaptor.sandbox.rules.recipients import find_recipient, read_recipient
from adaptor.sandbox.rules.utility import fill_template
from adaptor.sandbox.rules.windows import check_window, read_occasion
from adaptor.sandbox.state.page_state import message_id
from adaptor.sandbox.state.records import Action, Message
from adaptor.sandbox.webhooks.receipts import send_receipts

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.rules.recipients import Recipient
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.webhooks.webhooks import Webhooks

_ACTIONS: Final = frozenset({"typing_on", "typing_off", "mark_seen", "react", "unreact"})
_TYPING: Final = frozenset({"typing_on", "typing_off"})
_NOTIFICATIONS: Final = ("REGULAR", "SILENT_PUSH", "NO_PUSH")
# Parameters that a record has elsewhere, or must not hold.
_NOT_KEPT: Final = frozenset(
    {"recipient", "message", "messaging_type", "tag", "access_token", "appsecret_proof", "filedata"}
)


def send(call: GraphCall, page: PageState, webhooks: Webhooks) -> dict[str, Any]:
    """Accept a message or a sender action, or refuse it."""
    recipient = read_recipient(call.parameters)
    call.addressee = recipient.thread
    has_message = call.parameters.get("message") is not None
    has_action = call.parameters.get("sender_action") is not None
    if has_message and has_action:
        raise Refused(MESSAGE_AND_ACTION)
    if has_message:
        return _send_message(call, page, webhooks, recipient)
    if has_action:
        return _send_action(call, page, recipient)
    raise Refused(NOTHING_TO_SEND)


def _send_message(call: GraphCall, page: PageState, webhooks: Webhooks, recipient: Recipient) -> dict[str, Any]:
    message = RequestObject(call.parameters["message"], "message")
    check_message(message, call.file(), page)
    occasion = read_occasion(call.parameters, message.value)
    _check_options(call.parameters, page)
    lines = fill_template(page, message.object("template")) if message.has("template") else ()
    person = find_recipient(page, recipient)
    thread = call.addressee = person.id if person is not None else recipient.thread
    if recipient.private_reply:
        page.answered.add(recipient.value)
    elif person is not None:
        check_window(person, occasion, page.clock.now())
        check_control(page, thread)
    accepted = Message(
        id=message_id(),
        psid=person.id if person is not None else "",
        at=page.clock.now(),
        payload=message.value,
        recipient=recipient.raw,
        messaging_type=occasion.messaging_type,
        tag=occasion.tag,
        parameters={key: value for key, value in call.parameters.items() if key not in _NOT_KEPT},
        files=tuple(call.files.values()),
        lines=lines,
    )
    answer = _describe(accepted, call, page)
    page.messages.append(accepted)
    page.record(thread, accepted)
    _change_control(call, page, webhooks, thread)
    send_receipts(page, webhooks, thread, accepted, person)
    return answer


def _describe(message: Message, call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the body of the response, and save a reusable attachment."""
    answer: dict[str, Any] = {"recipient_id": message.psid} if message.psid else {}
    answer["message_id"] = message.id
    # Forms send text.
    if message.attached.get("is_reusable") in (True, "true", 1, "1"):
        url, kind = message.attached.get("url"), str(message.payload["attachment"]["type"])
        answer["attachment_id"] = save_attachment(page, kind, url, call.file())
    return answer


def _change_control(call: GraphCall, page: PageState, webhooks: Webhooks, thread: str) -> None:
    if page.default_app is not None:
        give_control(page, thread, page.app_id)
    if call.parameters.get("thread_control") is not None:
        apply_thread_control(page, webhooks, thread, check_thread_control(call.parameters["thread_control"]))


def _send_action(call: GraphCall, page: PageState, recipient: Recipient) -> dict[str, Any]:
    name = str(call.parameters["sender_action"])
    # The specification has upper case, the documentation lower case; both are accepted.
    action = name.lower()
    if action not in _ACTIONS:
        raise invalid(f'Param sender_action must be one of {{{", ".join(sorted(_ACTIONS))}}} - got "{name}".')
    payload = _read_reaction(call, action) if action in {"react", "unreact"} else {}
    if call.parameters.get("persona_id") is not None:
        if action not in _TYPING:
            raise invalid("Param persona_id can only be used with typing_on and typing_off")
        check_persona(call.parameters["persona_id"], page)
    person = find_recipient(page, recipient)
    psid = person.id if person is not None else ""
    if person is not None:
        call.addressee = psid
        check_control(page, psid)
    thread = psid or recipient.thread
    if payload:
        page.set_reaction(str(payload["message_id"]), page.page_id, payload.get("reaction"))
    if action == "mark_seen" and thread in page.threads:
        page.threads[thread].unread = 0
    page.record(thread, Action(psid, page.clock.now(), action, payload))
    return {"recipient_id": psid} if psid else {}


def _read_reaction(call: GraphCall, action: str) -> dict[str, Any]:
    payload = RequestObject(call.parameters.get("payload"), "payload")
    payload.text("message_id", required=True)
    payload.text("reaction", required=action == "react")
    return payload.value


def _check_options(parameters: dict[str, Any], page: PageState) -> None:
    kind = parameters.get("notification_type")
    if kind is not None and kind not in _NOTIFICATIONS:
        raise invalid(f'Param notification_type must be one of {{{", ".join(_NOTIFICATIONS)}}} - got "{kind}".')
    if parameters.get("reply_to") is not None:
        RequestObject(parameters["reply_to"], "reply_to").text("mid", required=True)
    if parameters.get("persona_id") is not None:
        check_persona(parameters["persona_id"], page)
    if parameters.get("thread_control") is not None:
        check_thread_control(parameters["thread_control"])
