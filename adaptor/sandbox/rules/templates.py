"""Templates: what each `template_type` must and may hold.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import (
    BAD_FORM,
    BARE_ELEMENT,
    BUTTON_PAYLOAD,
    BUTTON_TITLE,
    BUTTON_URL,
    UNKNOWN_TEMPLATE,
    Refused,
    invalid,
)
from adaptor.sandbox.request.request_object import RequestObject, is_url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_BUTTONS: Final = frozenset(
    {"web_url", "postback", "phone_number", "account_link", "account_unlink", "game_play", "audio_call"}
)
# Meta gives these buttons their titles, in the reader's language.
_UNTITLED: Final = frozenset({"account_link", "account_unlink"})
_HEIGHTS: Final = ("compact", "tall", "full")
_PHONE: Final = re.compile(r"\+[0-9][0-9 ().-]{3,}")
_QUESTION_ID: Final = re.compile(r"[A-Za-z0-9_]{1,80}")
_SCORES: Final = {
    "csat": ("one_to_five", "five_stars", "five_emojis"),
    "nps": ("zero_to_ten",),
    "ces": ("one_to_seven",),
    "free_form": (),
}
_SCORE_LABELS: Final = ("neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none")


def check_template(payload: RequestObject) -> None:
    """Refuse a template that Meta refuses."""
    kind = payload.require("template_type")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise Refused(UNKNOWN_TEMPLATE)
    # Meta's errors use this name for the payload of any template.
    check(RequestObject(payload.value, "name_placeholder"))


def check_buttons(part: RequestObject, *, required: bool = False, allowed: Collection[str] = _BUTTONS) -> None:
    """Check the buttons of a template or of one of its elements."""
    for button in part.objects("buttons", limits.BUTTONS, required=required):
        check_button(button, allowed)


def check_button(button: RequestObject, allowed: Collection[str] = _BUTTONS, *, titled: bool = True) -> None:
    """Check one button; a default action is a button without a title."""
    kind = button.choice("type", allowed, required=True)
    title = button.text("title", most=limits.BUTTON_TITLE)
    if titled and not title and kind not in _UNTITLED:
        raise Refused(BUTTON_TITLE)
    if kind == "web_url":
        extensions = button.value.get("messenger_extensions") in (True, "true")
        button.url("url", missing=BUTTON_URL, secure=extensions)
        button.choice("webview_height_ratio", _HEIGHTS)
        button.choice("webview_share_button", ("hide",))
        if button.has("fallback_url") and not extensions:
            raise invalid(f"{button.name('fallback_url')} can only be set with messenger_extensions")
    elif kind == "account_link":
        button.url("url", missing=BUTTON_URL, secure=True)
    elif kind in {"postback", "phone_number"}:
        if button.value.get("payload") in (None, ""):
            raise Refused(BUTTON_PAYLOAD)
        payload = button.text("payload", most=limits.PAYLOAD) or ""
        if kind == "phone_number" and not _PHONE.fullmatch(payload):
            raise invalid(f"Param {button.name('payload')} must be a phone number with + and country code")


def _check_button_template(payload: RequestObject) -> None:
    payload.text("text", most=limits.BUTTON_TEMPLATE_TEXT, required=True)
    check_buttons(payload, required=True)


def _check_generic(payload: RequestObject) -> None:
    for element in payload.objects("elements", limits.ELEMENTS):
        title = element.text("title", most=limits.ELEMENT_TITLE)
        if not title or not any(
            element.value.get(key) for key in ("subtitle", "image_url", "buttons", "default_action")
        ):
            raise Refused(BARE_ELEMENT)
        element.text("subtitle", most=limits.ELEMENT_SUBTITLE)
        element.url("image_url")
        if element.has("default_action"):
            check_button(element.object("default_action"), ("web_url",), titled=False)
        check_buttons(element)


def _check_media(payload: RequestObject) -> None:
    for element in payload.objects("elements", 1):
        element.choice("media_type", ("image", "video"), required=True)
        url = element.url("url")
        if (url is None) == (not element.has("attachment_id")):
            raise invalid(f"Param {element.path} must hold either url or attachment_id")
        if url is not None and not re.match(r"https?://([\w-]+\.)*facebook\.com/", url):
            raise invalid(f"{element.name('url')} must be a Facebook URL")
        check_buttons(element)


def _check_receipt(payload: RequestObject) -> None:
    for key in ("recipient_name", "order_number", "payment_method"):
        payload.text(key, required=True)
    currency = payload.text("currency", required=True) or ""
    if not re.fullmatch("[A-Z]{3}", currency):
        raise invalid(f"The currency code '{currency}' is not supported")
    payload.object("summary").require("total_cost")
    payload.url("order_url")
    for element in payload.objects("elements", limits.RECEIPT_ELEMENTS, least=0, required=False):
        element.text("title", required=True)
        element.require("price")
    if payload.has("address"):
        address = payload.object("address")
        for key in ("street_1", "city", "postal_code", "state", "country"):
            address.text(key, required=True)


def _check_product(payload: RequestObject) -> None:
    for element in payload.objects("elements", limits.ELEMENTS):
        element.require("id")


def _check_coupon(payload: RequestObject) -> None:
    payload.text("title", most=limits.ELEMENT_TITLE, required=True)
    payload.text("subtitle", most=limits.ELEMENT_SUBTITLE)
    payload.url("coupon_url")
    payload.url("image_url")
    code = payload.text("coupon_code")
    if not code and not payload.has("coupon_url"):
        raise invalid(f"The parameter {payload.name('coupon_code')} or {payload.name('coupon_url')} is required")
    if code and re.search(r"\s", code):
        raise invalid(f"Param {payload.name('coupon_code')} must not contain spaces")


def _check_feedback(payload: RequestObject) -> None:
    payload.text("title", most=limits.FEEDBACK_TITLE, required=True)
    payload.text("subtitle", most=limits.FEEDBACK_SUBTITLE)
    payload.text("button_title", most=limits.FEEDBACK_BUTTON)
    for key in ("title", "subtitle", "button_title"):
        if re.search(r"https?://", payload.value.get(key) or ""):
            raise invalid(f"Param {payload.name(key)} must not contain a URL")
    for screen in payload.objects("feedback_screens", 1):
        for question in screen.objects("questions", 1):
            if not _QUESTION_ID.fullmatch(question.text("id", required=True) or ""):
                raise invalid(f"Param {question.name('id')} must be made of letters, digits and underscores")
            kind = question.choice("type", tuple(_SCORES), required=True) or ""
            question.text("title", least=5, most=limits.FEEDBACK_QUESTION)
            question.choice("score_label", _SCORE_LABELS)
            question.choice("score_option", _SCORES[kind])
            if question.has("follow_up"):
                follow_up = question.object("follow_up")
                follow_up.choice("type", ("free_form",), required=True)
                follow_up.text("placeholder", most=limits.FEEDBACK_PLACEHOLDER)
    _check_privacy(payload)


def _check_grid(payload: RequestObject) -> None:
    for element in payload.objects("elements", 1):
        element.text("title", most=limits.GRID_TITLE)
        element.text("subtitle", most=limits.GRID_SUBTITLE)
        images = element.objects("images", limits.GRID_IMAGES, least=limits.GRID_IMAGES_LEAST)
        for image in images:
            image.require("url")
            image.url("url")
            if image.has("action"):
                action = image.object("action")
                if action.choice("type", ("web_url", "postback"), required=True) == "web_url":
                    action.url("url", missing=BUTTON_URL)
                else:
                    action.text("payload", most=limits.PAYLOAD, required=True)
                    action.text("text", required=True)
        if sum(image.value.get("is_hero_image") is True for image in images) > 1:
            raise invalid(f"param {element.name('images')} can have at most one hero image")
        check_buttons(element, allowed=("web_url", "postback"))


def _check_form(payload: RequestObject) -> None:
    form = str(payload.require("form_id"))
    if not (form.isascii() and form.isdigit()):
        raise Refused(BAD_FORM)


def _check_information(payload: RequestObject) -> None:
    countries = payload.require("countries")
    if not isinstance(countries, list) or not countries:
        raise invalid(f"param {payload.name('countries')} must be non-empty.")
    payload.choice("purpose", ("SHIPPING",))
    _check_privacy(payload)


def _check_privacy(payload: RequestObject) -> None:
    privacy = payload.object("business_privacy")
    if not is_url(privacy.require("url")):
        raise invalid(f"{privacy.name('url')} should represent a valid URL")
    payload.number("expires_in_days", 1, limits.TEMPLATE_DAYS)


_CHECKS: Final[Mapping[str, Callable[[RequestObject], None]]] = {
    "button": _check_button_template,
    "generic": _check_generic,
    "media": _check_media,
    "receipt": _check_receipt,
    "product": _check_product,
    "coupon": _check_coupon,
    "customer_feedback": _check_feedback,
    "image_grid": _check_grid,
    "instant_form": _check_form,
    "customer_information": _check_information,
}
