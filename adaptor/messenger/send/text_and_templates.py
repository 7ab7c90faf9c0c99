"""Sending: the Send API, `POST /{page-id}/messages`.

Source of all of it: https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.errors import WrongCall
from ...core.operation import Value
from ...core.values.arguments import defer, known
from ...graph.draft import Draft
from ...graph.operation import graph_operation
from ..rules.argument_types import Key, Object, OptionalObject, OptionalText, QuickReplies, Recipient, Text
from ..rules.limits import refuse
from ..rules.permissions import SENDING
from ..rules.values import given
from ..rules.windows import Moment
from .draft import SendDraft, content_draft, message_draft, message_needs, options_in
from .http_headers import headers_in, http_headers, whole_body
from .several_calls import TYPING_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

#: The heading under which `adaptor docs` shows this module.
HEADING = "send"


@graph_operation(needs=message_needs)
def send_text(
    recipient: Recipient,
    text: Text,
    *,
    quick_replies: QuickReplies = None,
    messaging_type: OptionalText = "RESPONSE",
    tag: OptionalText = None,
    notification_type: OptionalText = None,
    reply_to: OptionalText = None,
    persona_id: OptionalText = None,
    metadata: OptionalText = None,
    thread_control: OptionalObject = None,
    last_user_message_at: Moment = None,
    key: Key = None,
    split: bool = False,
    typing: float | None = None,
) -> Draft:
    """Send a text message to one person.

    Args:
        recipient: The person's page-scoped id (PSID), or one of Meta's recipient objects.
        text: Up to 2,000 characters; any length with `split`.
        quick_replies: At most 13, from `quick_reply`.
        messaging_type: `RESPONSE` or `UPDATE` within 24 hours of the person's last message; `MESSAGE_TAG` with `tag`.
        tag: With `MESSAGE_TAG`: `HUMAN_AGENT`, for a reply that a human wrote, within 7 days.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        reply_to: The id of the message that this one quotes.
        persona_id: The persona that speaks.
        metadata: Up to 1,000 characters that come back in the echo webhook.
        thread_control: Passes or releases the conversation with the message: `{"control_type": "pass", "app_id": …}`,
            or `{"control_type": "release"}`.
        last_user_message_at: When the person last wrote (ISO text, a datetime, or Unix time as webhooks give it).
            Where it is too long ago, `WindowClosed` is raised without a call.
        key: At most one send ever for this Page and key, across all runs: the id of the appointment, say. A later run
            tries again what certainly was not sent. Default: once for this place in the job, this person and this
            content within the run.
        split: Whether a longer text goes out in parts, cut at the ends of paragraphs or sentences, or between words.
            The quick replies come with the last part.
        typing: Seconds for which the person sees that the Page is typing, before each message; 20 at most.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`; with several parts it is about the last, and
        `message_ids` lists all of them. In a resumed run, what an earlier attempt left unknown is not sent again:
        it gives `{"outcome": "unknown"}`, also for the whole where it was one part; the parts behind it are held back.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        WindowClosed: The 24 hours are over. Nothing was sent.
        RecipientUnavailable: The person blocked the Page or is gone. Nothing was sent.
        RateLimited: Too many calls, and Meta asks for a longer wait than is allowed. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

        Where a part fails, the parts before it were sent: `sent` is `partly`, and `parts_sent` has their ids.

    Example:
        >>> send_text("6543210987654321", "Your appointment is tomorrow at 9.")
        send_text('6543210987654321', 'Your appointment is tomorrow at 9.')

    Source: https://developers.facebook.com/docs/messenger-platform/reference/send-api
    """
    if not isinstance(split, bool):
        raise WrongCall(
            "`split` of send_text() must be True or False when the job is written.", fix="Write split=True."
        )
    _check_typing(typing)
    return content_draft({"text": text}, locals())


@graph_operation(needs=message_needs)
def send_template(
    recipient: Recipient,
    template: Object,
    *,
    quick_replies: QuickReplies = None,
    messaging_type: OptionalText = "RESPONSE",
    tag: OptionalText = None,
    notification_type: OptionalText = None,
    reply_to: OptionalText = None,
    persona_id: OptionalText = None,
    metadata: OptionalText = None,
    thread_control: OptionalObject = None,
    last_user_message_at: Moment = None,
    key: Key = None,
) -> Draft:
    """Send a template: a text with buttons, cards side by side and so on.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        template: From one of the builders (`button_template`, `generic_template` …), or Meta's payload with its
            `template_type`.
        quick_replies: At most 13, from `quick_reply`.
        messaging_type: As for `send_text`.
        tag: As for `send_text`.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        reply_to: The id of the message that this one quotes.
        persona_id: The persona that speaks.
        metadata: Up to 1,000 characters that come back in the echo webhook.
        thread_control: As for `send_text`.
        last_user_message_at: As for `send_text`.
        key: As for `send_text`.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        WindowClosed: The 24 hours are over. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> from adaptor import button_template, postback_button
        >>> ask = button_template("Can you come?", [postback_button("Yes"), postback_button("No")])
        >>> send_template("6543210987654321", ask).name
        'send_template'

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages/templates
    """
    return content_draft({"attachment": {"type": "template", "payload": template}}, locals())


@graph_operation(needs=message_needs)
def send_message(
    recipient: Recipient,
    message: Object,
    *,
    messaging_type: OptionalText = "RESPONSE",
    tag: OptionalText = None,
    notification_type: OptionalText = None,
    reply_to: OptionalText = None,
    persona_id: OptionalText = None,
    thread_control: OptionalObject = None,
    last_user_message_at: Moment = None,
    key: Key = None,
) -> Draft:
    """Send a message that is given as Meta spells it; for whatever has no operation of its own.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        message: Meta's message object. Fields that are not known here go out as they are.
        messaging_type: As for `send_text`; None leaves it out.
        tag: As for `send_text`.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        reply_to: The id of the message that this one quotes.
        persona_id: The persona that speaks.
        thread_control: As for `send_text`.
        last_user_message_at: As for `send_text`.
        key: As for `send_text`.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        GraphError: Meta said no; the class says why. Nothing was sent unless the error says otherwise.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> send_message("6543210987654321", {"sticker_id": 767226160478561}).describe({}).body["message"]
        {'sticker_id': 767226160478561}

    Source: https://developers.facebook.com/docs/messenger-platform/reference/send-api
    """
    return message_draft(recipient, message, **options_in(locals()))


@graph_operation(needs=SENDING)
def private_reply(
    recipient: Object,
    message: Value[str | dict[str, Any]],
    *,
    quick_replies: QuickReplies = None,
    messaging_type: OptionalText = "RESPONSE",
    notification_type: OptionalText = None,
    persona_id: OptionalText = None,
    metadata: OptionalText = None,
    key: Key = None,
) -> Draft:
    """Answer a post or a comment on the Page in a private message: once, and within 7 days.

    A conversation only begins where the person answers: before that no second message can be sent.

    Args:
        recipient: `{"post_id": …}` or `{"comment_id": …}`, as the webhook `feed` names it.
        message: A text of up to 2,000 characters, a template (from `button_template` …), or Meta's message object.
        quick_replies: At most 13, from `quick_reply`.
        messaging_type: As for `send_text`.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        persona_id: The persona that speaks.
        metadata: Up to 1,000 characters that come back in the echo webhook.
        key: As for `send_text`.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`; the `recipient_id` is the person's PSID.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        InvalidRequest: The post or comment is unknown, or has had its one reply. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> private_reply({"comment_id": "1234_5678"}, "Thank you!").describe({}).body["recipient"]
        {'comment_id': '1234_5678'}

    Source: https://developers.facebook.com/docs/messenger-platform/discovery/private-replies
    """
    reply = defer(_reply_message, message, quick_replies, metadata)
    return message_draft(defer(_post_or_comment, recipient), reply, **options_in(locals()))


@graph_operation(needs=message_needs)
def post_message(params: Object, *, key: Key = None) -> Draft:
    """Send a whole body of the Send API, as OpenFn's `postMessage` does; nothing in it is dropped.

    A message without `messaging_type` and `tag` is sent as an `UPDATE`, as OpenFn's adaptor sends every message.

    Args:
        params: `{"recipient": …, "message": …}` and whatever else Meta takes. `headers` in it are not part of the body:
            they are further HTTP headers, as in OpenFn, and cannot replace `Authorization`. A batch or a broadcast
            cannot carry them.
        key: As for `send_text`.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        GraphError: Meta said no; the class says why. Nothing was sent unless the error says otherwise.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> post_message({"recipient": {"id": "6543210987654321"}, "message": {"text": "hi"}}).describe({}).path
        'me/messages'

    Source: https://developers.facebook.com/docs/messenger-platform/reference/send-api
    """
    headers = _of_params(headers_in, params)
    if headers is not None:
        from ...wire.headers import learn, secrets_of_headers

        learn(secrets_of_headers(known(headers)))
    # Looked at as far as they are known: a wrong header is an error on the line where it is written.
    http_headers(known(headers))
    return SendDraft(_of_params(whole_body, params), key=key, is_whole=True, headers=headers)


def _of_params(part: Callable[[Any], Any], params: Any) -> Any:
    # Of a literal, what is known is checked now, whatever is lazy beside it.
    literal = known(params)
    return part(literal) if isinstance(literal, dict) else defer(part, params)


def _check_typing(typing: Any) -> None:
    if typing is not None and not (isinstance(typing, int | float) and not isinstance(typing, bool)):
        raise refuse("typing", "must be seconds", "Write typing=1.5.")
    if typing is not None and not 0 < typing <= TYPING_SECONDS:
        raise refuse(
            "typing",
            f"is {typing:g} seconds; Meta shows it for at most {TYPING_SECONDS}",
            "Write typing=1.5.",
            limit=TYPING_SECONDS,
            actual=typing,
        )


def _post_or_comment(recipient: Any) -> Any:
    forms = [form for form in ("post_id", "comment_id") if isinstance(recipient, dict) and recipient.get(form)]
    if len(forms) != 1:
        raise refuse(
            "recipient",
            "must name one post or one comment",
            'Write {"comment_id": "…"} or {"post_id": "…"}; to write to a person use send_text(…).',
        )
    return recipient


def _reply_message(message: Any, quick_replies: Any, metadata: Any) -> dict[str, Any]:
    if isinstance(message, dict) and "template_type" in message:
        message = {"attachment": {"type": "template", "payload": message}}
    elif isinstance(message, str):
        message = {"text": message}
    elif not isinstance(message, dict):
        raise refuse("message", "must be a text, a template or a message object", 'Write "Thank you!".')
    return {**message, **given(quick_replies=quick_replies, metadata=metadata)}
