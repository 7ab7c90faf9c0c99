"""What a person can tap: quick replies, buttons, the persistent menu, ice breakers, Get Started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.show.plain_text import objects_in
from adaptor.sandbox.state.records import Incoming, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adaptor.sandbox.state.page_state import PageState

_UNTITLED = {"account_link": "Log In", "account_unlink": "Log Out"}


@dataclass(frozen=True)
class Tappable:
    """One element that a person can tap.

    Attributes:
        kind: `quick_reply`, `postback`, `web_url`, `phone_number`, `account_link`, `account_unlink`, …
        title: Its title.
        payload: The payload for the app; for a link or a phone number, the address or the number.
        says: The text of the person's bubble, if that is not the title.
    """

    kind: str
    title: str
    payload: str
    says: str = ""


def find_tappable(page: PageState, psid: str) -> list[Tappable]:
    """Give all that a person can tap, newest first; quick replies only below the newest message."""
    found: list[Tappable] = []
    newest = True
    for record in reversed(page.timeline.get(psid, [])):
        if isinstance(record, Message):
            if newest:
                found += _quick_replies(record.payload.get("quick_replies"), page, psid)
            found += tappable_buttons(record, page)
        newest = newest and not isinstance(record, (Message, Incoming))
    return [*found, *(tap for _, tap in tappable_in_profile(page, psid))]


def tappable_quick_replies(page: PageState, psid: str) -> list[Tappable]:
    """Give the quick replies below the newest message; none after a later message of the person."""
    for record in reversed(page.timeline.get(psid, [])):
        if isinstance(record, Message):
            return list(_quick_replies(record.payload.get("quick_replies"), page, psid))
        if isinstance(record, Incoming):
            break
    return []


def _quick_replies(replies: Any, page: PageState, psid: str) -> Iterator[Tappable]:
    for reply in objects_in(replies):
        kind = reply.get("content_type")
        if kind == "text":
            yield Tappable("quick_reply", str(reply.get("title") or ""), str(reply.get("payload") or ""))
        else:
            # Meta takes the value from the person's profile.
            value = f"{psid}@example.com" if kind == "user_email" else f"+1555{psid[-7:]}"
            yield Tappable("quick_reply", value, value)


def tappable_buttons(message: Message, page: PageState) -> Iterator[Tappable]:
    """Give the buttons of one message, from top to bottom."""
    template = message.payload.get("template")
    if isinstance(template, dict):
        yield from _buttons_of_utility(template, page)
    for part in (message.attached, *objects_in(message.attached.get("elements"))):
        for button in objects_in(part.get("buttons")):
            yield _button(button)
        for image in objects_in(part.get("images")):
            action = image.get("action")
            if isinstance(action, dict) and action.get("type") == "postback":
                text = str(action.get("text"))
                yield Tappable("postback", text, str(action.get("payload")), text)


def _buttons_of_utility(template: dict[str, Any], page: PageState) -> Iterator[Tappable]:
    language = template.get("language")
    code = str(language.get("code")) if isinstance(language, dict) else ""
    found = page.templates.get((str(template.get("name")), code))
    given = next((c for c in objects_in(template.get("components")) if str(c.get("type")).lower() == "buttons"), {})
    parameters = objects_in(given.get("parameters"))
    for index, button in enumerate(found.buttons if found is not None else ()):
        filled = {**button, **(parameters[index] if index < len(parameters) else {})}
        kind = "postback" if str(button.get("type")).upper() == "POSTBACK" else "web_url"
        title = str(button.get("text"))
        yield Tappable(kind, title, str(filled.get("payload" if kind == "postback" else "url", title)))


def tappable_in_profile(page: PageState, psid: str) -> Iterator[tuple[str, Tappable]]:
    """Give what the Page's profile offers to a person, each with its place: `menu`, `ice_breakers`, `get_started`."""
    menus = page.menus.get(psid) or page.profile.get("persistent_menu")
    for menu in objects_in(menus)[:1]:
        for item in objects_in(menu.get("call_to_actions")):
            yield "menu", _button(item)
    if any(isinstance(record, Incoming) for record in page.timeline.get(psid, [])):
        # Both are only for people who have never written.
        return
    breakers = objects_in(page.profile.get("ice_breakers"))
    asked = [each for part in breakers for each in objects_in(part.get("call_to_actions"))] or breakers
    for each in asked:
        if "question" in each:
            yield "ice_breakers", Tappable("postback", str(each["question"]), str(each.get("payload")))
    started = page.profile.get("get_started")
    if not asked and isinstance(started, dict):
        yield "get_started", Tappable("postback", "Get Started", str(started.get("payload")))


def _button(button: dict[str, Any]) -> Tappable:
    kind = str(button.get("type"))
    title = str(button.get("title") or _UNTITLED.get(kind) or "")
    return Tappable(
        kind, title, str(button.get("url") if kind in {"web_url", "account_link"} else button.get("payload"))
    )
