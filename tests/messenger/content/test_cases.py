"""Recorded templates, made by our builders: what comes out must be the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import (
    button_template,
    coupon_template,
    customer_feedback_template,
    customer_information_template,
    element,
    feedback_question,
    generic_template,
    grid_image,
    image_grid_template,
    instant_form_template,
    media_template,
    postback_button,
    product_template,
    quick_reply,
    url_button,
)

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path(__file__).parents[3].parent / "shared" / "cases" / "messenger.json"
if not FILE.is_file():
    pytest.skip("the recorded calls are kept outside this project and are not here", allow_module_level=True)
MESSAGES = {
    case["id"]: case["body"]["message"]
    for case in json.loads(FILE.read_text(encoding="utf-8"))
    if isinstance(case["body"], dict) and isinstance(case["body"].get("message"), dict)
}
#: What the recorded calls leave for the reader to fill in, where our builders want the real thing.
PLACEHOLDERS = {"PRIVACY-POLICY-URL": "https://example.org/privacy", "<PATH_TO_ASSET>": "https://example.org/a.png"}


def filled_in(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: filled_in(item) for key, item in value.items()}
    if isinstance(value, list):
        return [filled_in(item) for item in value]
    return PLACEHOLDERS.get(value, value) if isinstance(value, str) else value


def without(given: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in keys}


def button(given: dict[str, Any]) -> Any:
    return {"web_url": url_button, "postback": postback_button}[given["type"]](**without(given, "type"))


def parts(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments for what has buttons."""
    return {**given, "buttons": [button(each) for each in given["buttons"]]} if "buttons" in given else given


def buttons(given: dict[str, Any]) -> Any:
    return button_template(**parts(given))


def cards(given: dict[str, Any]) -> Any:
    return generic_template([element(**parts(card)) for card in given["elements"]], **without(given, "elements"))


def medium(given: dict[str, Any]) -> Any:
    (one,) = given["elements"]
    return media_template(**parts(one))


def products(given: dict[str, Any]) -> Any:
    return product_template([each["id"] for each in given["elements"]])


def coupon(given: dict[str, Any]) -> Any:
    return coupon_template(**given)


def privacy(given: dict[str, Any]) -> dict[str, Any]:
    return {"privacy_url": given["business_privacy"]["url"], **without(given, "business_privacy", "feedback_screens")}


def feedback(given: dict[str, Any]) -> Any:
    ((asked,),) = [screen["questions"] for screen in given["feedback_screens"]]
    question = feedback_question(asked["id"], asked["type"], **without(asked, "id", "type"))
    in_words = feedback_question(
        asked["id"],
        asked["type"],
        **without(asked, "id", "type", "follow_up"),
        follow_up=asked["follow_up"]["placeholder"],
    )
    assert question == in_words
    return customer_feedback_template(question=question, **privacy(given))


def grid(given: dict[str, Any]) -> Any:
    (one,) = given["elements"]
    return image_grid_template(**{**parts(one), "images": [grid_image(**image) for image in one["images"]]})


def form(given: dict[str, Any]) -> Any:
    return instant_form_template(given["form_id"])


def information(given: dict[str, Any]) -> Any:
    return customer_information_template(**privacy(given))


BUILDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "button": buttons,
    "generic": cards,
    "media": medium,
    "product": products,
    "coupon": coupon,
    "customer_feedback": feedback,
    "image_grid": grid,
    "instant_form": form,
    "customer_information": information,
}
TEMPLATES = {
    name: payload
    for name, message in MESSAGES.items()
    if (payload := message.get("attachment", {}).get("payload", {})).get("template_type")
}
REPLIES = {name: message["quick_replies"] for name, message in MESSAGES.items() if "quick_replies" in message}


def test_the_cases_hold_templates_of_every_type_that_is_listed_here() -> None:
    assert {payload["template_type"] for payload in TEMPLATES.values()} == set(BUILDERS)
    assert {"docs-coupon", "docs-feedback", "docs-product", "docs-image-grid"} <= set(TEMPLATES)
    assert len(REPLIES) == 4


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_recorded_template_is_built(name: str) -> None:
    payload = filled_in(TEMPLATES[name])
    assert BUILDERS[payload["template_type"]](without(payload, "template_type")) == payload


@pytest.mark.parametrize("name", REPLIES)
def test_recorded_quick_replies_are_built(name: str) -> None:
    replies = filled_in(REPLIES[name])
    assert [quick_reply(**without(each, "content_type")) for each in replies] == replies
