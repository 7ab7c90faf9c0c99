"""What the body of a Send API call may look like. Whatever Meta would refuse is refused here, before the wire.

The rules read plain payloads in Meta's spelling, so that builders, `post_message` and raw dicts pass the same check.
Lazy values are left alone until they are known; fields that are not ours to judge pass, since Meta adds new ones.

Source: https://developers.facebook.com/docs/messenger-platform/reference/send-api (checked 2026-11-23).
"""

from __future__ import annotations

from typing import Any

from ...core.values.lazy import Lazy
from ..rules.limits import LIMITS, check_items, check_object, check_text, refuse
from ..rules.recipient import check_recipient
from ..rules.values import check_choice, check_reachable

MESSAGING_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
NOTIFICATION_TYPES = ("REGULAR", "SILENT_PUSH", "NO_PUSH")
SENDER_ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")

#: Source: https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags (checked 2026-11-23).
LIVE_TAGS = ("HUMAN_AGENT", "CUSTOMER_FEEDBACK")
#: Refused by Meta with code 100 on every version since 2026-04-27.
DEAD_TAGS = ("CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", "ACCOUNT_UPDATE")

#: What a message says; it says one of these.
_A_BODY = {
    "text": "a text",
    "attachment": "an attachment",
    "attachments": "attachments",
    "template": "a template",
    "sticker_id": "a sticker",
}


def check_long_body(body: Any) -> None:
    """Refuse a body that Meta would refuse, but for the length of its text, which goes out in parts."""
    message = body.get("message") if isinstance(body, dict) else None
    text = message.get("text") if isinstance(message, dict) else None
    if isinstance(text, str) and isinstance(message, dict):
        body = {**body, "message": {**message, "text": text[: LIMITS["text"].most]}}
    check_body(body)


def check_body(body: Any) -> None:
    """Refuse a body of the Send API that Meta would refuse.

    Raises:
        InvalidMessage: With the field, the limit and the actual value. Nothing was sent.
    """
    content = check_object("the message", body, '{"recipient": {"id": "…"}, "message": {"text": "…"}}')
    if content is None:
        return
    check_recipient(content.get("recipient"))
    check_choice("messaging_type", content.get("messaging_type"), MESSAGING_TYPES)
    check_choice("notification_type", content.get("notification_type"), NOTIFICATION_TYPES)
    _check_tag(content.get("tag"), content.get("messaging_type"))
    message, action = content.get("message"), content.get("sender_action")
    if message is not None and action is not None:
        raise refuse("message", "and `sender_action` cannot go in one call", "Make two calls of it.")
    if message is None and action is None:
        raise refuse("message", "is missing", 'Give a message: {"text": "…"}.')
    if action is not None:
        check_choice("sender_action", action.lower() if isinstance(action, str) else action, SENDER_ACTIONS)
        _check_reaction(action, content.get("payload"))
    _check_feedback_tag(content.get("tag"), message)
    _check_thread_control(content.get("thread_control"))
    reply_to = content.get("reply_to")
    if isinstance(reply_to, dict) and not isinstance(reply_to.get("mid"), Lazy) and not reply_to.get("mid"):
        raise refuse("reply_to", "is empty", "Give the id of the message that is quoted, or leave it out.")
    if message is not None:
        check_message(message)


def check_message(message: Any) -> None:
    """Refuse a message that Meta would refuse."""
    content = check_object("message", message, '{"text": "…"}')
    if content is None:
        return
    text, attachment = content.get("text"), content.get("attachment")
    bodies = [key for key in _A_BODY if content.get(key) is not None]
    if not bodies and not any(isinstance(value, Lazy) for value in content.values()):
        raise refuse("message", "has no content", "Give it a text, an attachment or a template.")
    if len(bodies) > 1:
        raise refuse("message", f"has both {_A_BODY[bodies[0]]} and {_A_BODY[bodies[1]]}", "Send two messages.")
    if text is not None:
        check_text("message.text", text, "text")
    if attachment is not None:
        _check_attachment(attachment)
    if content.get("attachments") is not None:
        for place, attachment in check_items("message.attachments", content["attachments"], "attachments"):
            _check_fetched(place, attachment)
    if content.get("quick_replies") is not None:
        from ..content.quick_replies import check_quick_reply

        for place, reply in check_items("quick_replies", content["quick_replies"], "quick_replies"):
            check_quick_reply(reply, place)
    if content.get("metadata") is not None:
        check_text("message.metadata", content["metadata"], "metadata", may_be_empty=True)
    if content.get("template") is not None:
        check_utility_template(content["template"])


def check_utility_template(template: Any) -> None:
    """Refuse the template object of a utility message that Meta would refuse."""
    content = check_object("template", template, '{"name": "…", "language": {"code": "en"}}')
    if content is None:
        return
    name, language = content.get("name"), content.get("language")
    if name is None or (isinstance(name, str) and not name.strip()):
        raise refuse("template.name", "is missing", "Give the name under which Meta approved the template.")
    if isinstance(language, dict) and not language.get("code"):
        raise refuse("template.language.code", "is missing", 'Give the language of the template, such as "en".')
    for component in known_items(content.get("components")):
        for parameter in known_items(component.get("parameters") if isinstance(component, dict) else None):
            if isinstance(parameter, dict) and parameter.get("type") == "text":
                if parameter.get("text") is None:
                    raise refuse(
                        "template.parameters", "holds a text parameter without text", "Give every parameter a value."
                    )
                check_text("template.parameters", parameter["text"])


def known_items(value: Any) -> list[Any]:
    """Return the items of a list that are known already."""
    return [item for item in value if not isinstance(item, Lazy)] if isinstance(value, list | tuple) else []


def _check_attachment(attachment: Any) -> None:
    content = check_object("message.attachment", attachment, '{"type": "image", "payload": {"url": "https://…"}}')
    if content is None:
        return
    if content.get("type") is None:
        raise refuse("message.attachment.type", "is missing", "Use image, audio, video, file or template.")
    if not isinstance(content["type"], Lazy) and content["type"] == "template":
        from ..content.templates import check_template

        check_template(content.get("payload"))
    else:
        _check_fetched("message.attachment", content)


def _check_fetched(place: str, attachment: Any) -> None:
    """Refuse a file of which Meta cannot reach the address."""
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if isinstance(payload, dict):
        check_reachable(f"{place}.payload.url", payload.get("url"))


def _check_reaction(action: Any, payload: Any) -> None:
    if not isinstance(action, str) or action.lower() not in ("react", "unreact") or isinstance(payload, Lazy):
        return
    content = check_object("payload", payload, '{"message_id": "m_…", "reaction": "😊"}') or {}
    for key in ("message_id", "reaction") if action.lower() == "react" else ("message_id",):
        if not isinstance(content.get(key), Lazy) and not content.get(key):
            raise refuse(f"payload.{key}", "is missing", f"A sender action {action} needs it.")


def _check_feedback_tag(tag: Any, message: Any) -> None:
    """Refuse the tag for feedback with anything but the template that asks for it."""
    if isinstance(tag, Lazy) or tag != "CUSTOMER_FEEDBACK" or not isinstance(message, dict):
        return
    attachment = message.get("attachment")
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    kind = payload.get("template_type") if isinstance(payload, dict) else None
    if isinstance(attachment, Lazy) or isinstance(payload, Lazy) or isinstance(kind, Lazy):
        return
    if kind != "customer_feedback":
        raise refuse(
            "tag",
            "CUSTOMER_FEEDBACK goes with the customer feedback template only",
            "Send customer_feedback_template(…), or leave the tag out.",
            actual=tag,
        )


def _check_thread_control(control: Any) -> None:
    if control is None or isinstance(control, Lazy):
        return
    content = check_object("thread_control", control, '{"control_type": "pass", "app_id": "…"}') or {}
    if content.get("control_type") is not None:
        check_choice("thread_control.control_type", content["control_type"], ("pass", "release"))


def _check_tag(tag: Any, messaging_type: Any) -> None:
    if tag is None:
        if not isinstance(messaging_type, Lazy) and messaging_type == "MESSAGE_TAG":
            raise refuse("tag", "is missing", f"With MESSAGE_TAG give tag= one of {', '.join(LIVE_TAGS)}.")
        return
    if isinstance(tag, Lazy):
        return
    if tag in DEAD_TAGS:
        raise refuse(
            "tag",
            f"{tag} has been refused by Meta since 2026-04-27",
            "Send an approved utility template instead: send_utility(…).",
            actual=tag,
        )
    check_choice("tag", tag, LIVE_TAGS)
    if messaging_type != "MESSAGE_TAG" and not isinstance(messaging_type, Lazy):
        raise refuse("tag", f"{tag} needs another messaging_type", 'Add messaging_type="MESSAGE_TAG".', actual=tag)
