"""The Send API: `POST /{PAGE_ID}/messages`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.attachments import keep
from adaptor.sandbox.edges.personas import check_persona
from adaptor.sandbox.edges.thread_control import apply_thread_control, check_control, check_thread_control, give_control
from adaptor.sandbox.meta.errors import MESSAGE_AND_ACTION, NOTHING_TO_SEND, Refused, invalid
from adaptor.sandbox.request.request_object import Part
from adaptor.sandbox.rules.content import check_message
from adaptor.sandbox.rules.recipients import find_recipient, read_recipient
from adaptor.sandbox.rules.utility import fill_template
from adaptor.sandbox.rules.windows import check_window, read_occasion
from adaptor.sandbox.state.page_state import message_id
from adaptor.sandbox.state.records import Action, Message
from adaptor.sandbox.webhooks.receipts import give_receipts, tell_reaction

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import Call
    from adaptor.sandbox.rules.recipients import Recipient
    from adaptor.sandbox.state.page_state import World

_ACTIONS: Final = frozenset({"typing_on", "typing_off", "mark_seen", "react", "unreact"})
_TYPING: Final = frozenset({"typing_on", "typing_off"})
_NOTIFICATIONS: Final = ("REGULAR", "SILENT_PUSH", "NO_PUSH")
# What a record keeps elsewhere, or must not keep at all.
_NOT_KEPT: Final = frozenset(
    {"recipient", "message", "messaging_type", "tag", "access_token", "appsecret_proof", "filedata"}
)


def send(call: Call, world: World) -> dict[str, Any]:
    """Deliver a message or a sender action, or refuse it."""
    recipient = read_recipient(call.parameters)
    call.addressee = recipient.thread
    has_message = call.parameters.get("message") is not None
    has_action = call.parameters.get("sender_action") is not None
    if has_message and has_action:
        raise Refused(MESSAGE_AND_ACTION)
    if has_message:
        return _send_message(call, world, recipient)
    if has_action:
        return _send_action(call, world, recipient)
    raise Refused(NOTHING_TO_SEND)


def _send_message(call: Call, world: World, recipient: Recipient) -> dict[str, Any]:
    message = Part(call.parameters["message"], "message")
    file = call.file()
    check_message(message, file, world)
    occasion = read_occasion(call.parameters, message.value)
    _check_options(call.parameters, world)
    lines = fill_template(world, message.part("template")) if message.has("template") else ()
    person = find_recipient(world, recipient)
    now = world.clock.now()
    thread = person.id if person is not None else recipient.thread
    call.addressee = thread
    if person is not None and not recipient.private_reply:
        check_window(person, occasion, now)
        check_control(world, thread)
    if recipient.private_reply:
        world.answered.add(recipient.value)
    answer: dict[str, Any] = {}
    if person is not None:
        answer["recipient_id"] = person.id
    answer["message_id"] = message_id()
    if _is_reusable(message):
        attachment = message.value["attachment"]
        answer["attachment_id"] = keep(world, str(attachment["type"]), attachment["payload"].get("url"), file)
    accepted = Message(
        id=answer["message_id"],
        psid=person.id if person is not None else "",
        at=now,
        payload=message.value,
        recipient=recipient.raw,
        messaging_type=occasion.messaging_type,
        tag=occasion.tag,
        parameters={key: value for key, value in call.parameters.items() if key not in _NOT_KEPT},
        files=tuple(call.files.values()),
        lines=lines,
    )
    world.messages.append(accepted)
    world.record(thread, accepted)
    if world.default_app is not None:
        give_control(world, thread, world.app_id)
    if call.parameters.get("thread_control") is not None:
        apply_thread_control(world, thread, check_thread_control(call.parameters["thread_control"]))
    give_receipts(world, thread, accepted, person)
    return answer


def _send_action(call: Call, world: World, recipient: Recipient) -> dict[str, Any]:
    name = str(call.parameters["sender_action"])
    # The specification lists capitals, the documentation small letters; both are accepted.
    action = name.lower()
    if action not in _ACTIONS:
        raise invalid(f'Param sender_action must be one of {{{", ".join(sorted(_ACTIONS))}}} - got "{name}".')
    payload: dict[str, Any] = {}
    if action in {"react", "unreact"}:
        part = Part(call.parameters.get("payload"), "payload")
        part.text("message_id", required=True)
        part.text("reaction", required=action == "react")
        payload = part.value
    if call.parameters.get("persona_id") is not None:
        if action not in _TYPING:
            raise invalid("Param persona_id can only be used with typing_on and typing_off")
        check_persona(call.parameters["persona_id"], world)
    person = find_recipient(world, recipient)
    psid = person.id if person is not None else ""
    if person is not None:
        call.addressee = psid
        check_control(world, psid)
    thread = psid or recipient.thread
    if payload:
        tell_reaction(world, str(payload["message_id"]), world.page_id, payload.get("reaction"))
    if action == "mark_seen" and thread in world.threads:
        world.threads[thread].unread = 0
    world.record(thread, Action(psid, world.clock.now(), action, payload))
    return {"recipient_id": psid} if psid else {}


def _check_options(parameters: dict[str, Any], world: World) -> None:
    kind = parameters.get("notification_type")
    if kind is not None and kind not in _NOTIFICATIONS:
        raise invalid(f'Param notification_type must be one of {{{", ".join(_NOTIFICATIONS)}}} - got "{kind}".')
    if parameters.get("reply_to") is not None:
        Part(parameters["reply_to"], "reply_to").text("mid", required=True)
    if parameters.get("persona_id") is not None:
        check_persona(parameters["persona_id"], world)
    if parameters.get("thread_control") is not None:
        check_thread_control(parameters["thread_control"])


def _is_reusable(message: Part) -> bool:
    attachment = message.value.get("attachment")
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    # Forms send the words.
    return isinstance(payload, dict) and payload.get("is_reusable") in (True, "true", 1, "1")
