"""A message as its reader sees it, in lines of plain text.

Buttons and quick replies are in brackets; what is not text is described in parentheses. The content is not trusted: a
message may hold anything that passed the checks.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from adaptor.sandbox.state.records import Action, File, Gesture, Incoming, Message

# Meta gives these their titles, in the reader's language.
_OWN_WORDS: Final = {
    "account_link": "Log In",
    "account_unlink": "Log Out",
    "user_phone_number": "phone number",
    "user_email": "email address",
}
_ACTIONS: Final = {
    "typing_on": "typing…",
    "typing_off": "stopped typing",
    "mark_seen": "seen",
    "react": "reacted",
    "unreact": "took the reaction back",
}
_GESTURES: Final = {
    "react": "reacted",
    "unreact": "took the reaction back",
    "blocks": "blocked the Page",
    "unblocks": "unblocked the Page",
    "reports": "reported the Page",
    "edits": "changed it to:",
    "deletes": "took a message back",
    "feedback": "gave feedback",
    "coupon": "revealed the code of a coupon",
    "details": "filled in the address form",
    "form": "submitted a form",
    "cart": "sent a cart",
    "game": "played a game",
    "comments": "commented on a post:",
    "links": "linked an account",
    "unlinks": "unlinked an account",
    "referral": "came through a link",
    "optin": "opted in",
    "thumbs": "rated a message",
}
# Invisible marks around text of another direction; safe to drop.
_ISOLATES: Final = dict.fromkeys(range(0x2066, 0x206A))
# These reverse the rest of the line.
_OVERRIDES: Final = frozenset(range(0x202A, 0x202F))
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def show_text(text: str) -> list[str]:
    r"""Split text into lines that are safe to print.

    Control characters (a terminal obeys them), lone surrogates (they cannot be printed) and direction overrides are
    shown as `\x1b`, `\ud800`, `\u202e`. Right-to-left text, emoji and combining characters stay as they are.
    """
    lines = text.replace("\r\n", "\n").replace("\t", "    ").split("\n")
    return ["".join(map(_show_character, line.translate(_ISOLATES))) for line in lines]


def show_line(text: str) -> str:
    """Make text safe to print within a line."""
    return " ".join(part for part in show_text(text) if part)


def show_message(message: Message) -> list[str]:
    """Give a message's lines."""
    payload = message.payload
    lines: list[str] = []
    if message.lines:
        lines = [line for text in message.lines for line in show_text(text)]
    elif isinstance(payload.get("text"), str):
        lines = show_text(payload["text"])
    elif isinstance(payload.get("attachment"), dict):
        lines = _show_attachment(payload["attachment"], message.files)
    elif isinstance(payload.get("attachments"), list):
        for attachment in objects_in(payload["attachments"]):
            lines += _show_attachment(attachment, ())
    elif isinstance(payload.get("template"), dict):
        # The sandbox has no text for this template.
        lines = [_show_utility(payload["template"])]
    elif payload.get("sticker_id") is not None:
        lines = [f"(sticker {show_line(str(payload['sticker_id']))})"]
    return [*lines, *_show_buttons(payload.get("quick_replies"))]


def _show_utility(template: dict[str, Any]) -> str:
    given = [
        str(parameter.get("text"))
        for component in objects_in(template.get("components"))
        for parameter in objects_in(component.get("parameters"))
        if parameter.get("text") is not None
    ]
    inputs = f" with {', '.join(given)}" if given else ""
    return show_line(f"(template {template.get('name')}{inputs})")


def show_action(action: Action) -> str:
    """Describe a sender action."""
    reaction = action.payload.get("reaction")
    words = _ACTIONS.get(action.action, action.action)
    return f"{words} {show_line(str(reaction))}" if reaction else words


def show_incoming(incoming: Incoming) -> list[str]:
    """Give the lines of a person's message."""
    lines = show_text(incoming.text) if incoming.text else []
    for attachment in objects_in(incoming.payload.get("attachments")):
        lines += _show_attachment(attachment, ())
    return lines or [""]


def show_gesture(gesture: Gesture) -> str:
    """Describe what a person did."""
    words = _GESTURES.get(gesture.action, gesture.action)
    detail = gesture.payload.get("emoji") or gesture.payload.get("text")
    return f"{words} {show_line(str(detail))}" if detail else words


def _show_character(character: str) -> str:
    code = ord(character)
    if code < 0x7F and code >= 0x20:
        return character
    if unicodedata.category(character) in _UNPRINTABLE or code in _OVERRIDES:
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return character


def _show_attachment(attachment: dict[str, Any], files: tuple[File, ...]) -> list[str]:
    kind = show_line(str(attachment.get("type")))
    payload = attachment.get("payload")
    payload = payload if isinstance(payload, dict) else {}
    if kind == "template":
        return _show_template(payload)
    if files:
        return [f"({kind}) {show_line(files[0].name)}, {_show_size(files[0].size)}"]
    return [f"({kind}) {_source(payload)}"]


def _show_size(size: int) -> str:
    if size < 1024:
        return f"{size} bytes"
    return f"{size / 1024:.0f} KB" if size < 1024**2 else f"{size / 1024**2:.1f} MB"


def _source(payload: dict[str, Any]) -> str:
    if payload.get("attachment_id") is not None:
        return f"attachment {show_line(str(payload['attachment_id']))}"
    return show_line(str(payload.get("url", "")))


def _show_template(payload: dict[str, Any]) -> list[str]:
    kind = payload.get("template_type")
    lines: list[str] = []
    if kind == "receipt":
        lines = _show_receipt(payload)
    elif kind == "instant_form":
        lines = [f"(form {show_line(str(payload.get('form_id')))})"]
    elif kind == "customer_information":
        lines = ["(asks for an address and contact details)"]
    elif kind == "product":
        lines = [f"(product {show_line(str(each.get('id')))})" for each in objects_in(payload.get("elements"))]
    else:
        lines = _show_card(payload)
        for element in objects_in(payload.get("elements")):
            lines += _show_card(element)
        for screen in objects_in(payload.get("feedback_screens")):
            for question in objects_in(screen.get("questions")):
                lines += _texts(question, "title")
        if kind == "customer_feedback":
            lines.append(f"[{show_line(str(payload.get('button_title') or 'Give feedback'))}]")
    return lines or [f"({show_line(str(kind))} template)"]


def _show_card(card: dict[str, Any]) -> list[str]:
    lines = _texts(card, "coupon_pre_message")
    if isinstance(card.get("image_url"), str):
        lines.append(f"(image) {show_line(card['image_url'])}")
    if card.get("media_type") is not None:
        lines.append(f"({show_line(str(card['media_type']))}) {_source(card)}")
    lines += [f"(image) {_source(image)}" for image in objects_in(card.get("images"))]
    lines += _texts(card, "text", "title", "subtitle")
    if isinstance(card.get("coupon_code"), str):
        lines.append(f"Code: {show_line(card['coupon_code'])}")
    if isinstance(card.get("coupon_url"), str):
        lines.append(f"[{show_line(str(card.get('coupon_url_button_title') or card['coupon_url']))}]")
    return lines + _show_buttons(card.get("buttons"))


def _show_receipt(receipt: dict[str, Any]) -> list[str]:
    def words(value: object) -> str:
        return show_line(str(value))

    lines = [f"Receipt for {words(receipt.get('recipient_name'))}, order {words(receipt.get('order_number'))}"]
    for element in objects_in(receipt.get("elements")):
        quantity = element.get("quantity")
        count = f"{words(quantity)} × " if quantity is not None else ""
        lines.append(f"{count}{words(element.get('title'))}: {words(element.get('price'))}")
    summary = receipt.get("summary")
    total = summary.get("total_cost") if isinstance(summary, dict) else None
    currency, method = words(receipt.get("currency")), words(receipt.get("payment_method"))
    return [*lines, f"Total: {words(total)} {currency}, paid with {method}"]


def _show_buttons(buttons: object) -> list[str]:
    titles = []
    for button in objects_in(buttons):
        kind = str(button.get("content_type") or button.get("type"))
        title = str(button.get("title") or _OWN_WORDS.get(kind) or "picture")
        titles.append(f"[{show_line(title)}]")
    return [" ".join(titles)] if titles else []


def _texts(part: dict[str, Any], *keys: str) -> list[str]:
    return [line for key in keys if isinstance(part.get(key), str) for line in show_text(part[key])]


def objects_in(value: object) -> list[dict[str, Any]]:
    """Give the objects of a list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
