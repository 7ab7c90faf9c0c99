"""What holds for every builder, shown on one full call of each."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import adaptor
from adaptor import InvalidMessage, send_message, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from adaptor.sandbox import Sandbox

ANA = "6543210987654321"

SITE = "https://example.org"
PICTURE = f"{SITE}/a.png"
YES = {"type": "postback", "title": "Yes", "payload": "Y"}
MAP = {"type": "web_url", "title": "Map", "url": SITE}
CARD = {"title": "Doctor", "subtitle": "At 9"}
IMAGES = [{"url": PICTURE, "is_hero_image": True}, {"url": PICTURE, "action": {"type": "web_url", "url": SITE}}]
QUESTION = {
    "id": "visit",
    "type": "csat",
    "title": "How was it?",
    "score_label": "neg_pos",
    "score_option": "five_stars",
    "follow_up": {"type": "free_form", "placeholder": "More"},
}


class Example(NamedTuple):
    """A call with every argument, and how what it gives becomes part of a message."""

    name: str
    arguments: dict[str, Any]
    wrap: Callable[[Any], dict[str, Any]]

    @property
    def builder(self) -> Callable[..., dict[str, Any]]:
        return getattr(adaptor, self.name)  # type: ignore[no-any-return]

    def build(self, **other: Any) -> dict[str, Any]:
        return self.builder(**{**self.arguments, **other})


def template(payload: Any) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": payload}}


def reply(part: Any) -> dict[str, Any]:
    return {"text": "Well?", "quick_replies": [part]}


def button(part: Any) -> dict[str, Any]:
    return template({"template_type": "button", "text": "Well?", "buttons": [part]})


def card(part: Any) -> dict[str, Any]:
    return template({"template_type": "generic", "elements": [part]})


def item(part: Any) -> dict[str, Any]:
    return template({**RECEIPT, "template_type": "receipt", "summary": {"total_cost": 5}, "elements": [part]})


def question(part: Any) -> dict[str, Any]:
    payload = {"template_type": "customer_feedback", "title": "How?", "business_privacy": {"url": SITE}}
    return template({**payload, "feedback_screens": [{"questions": [part]}]})


def image(part: Any) -> dict[str, Any]:
    return template({"template_type": "image_grid", "elements": [{"images": [part, {"url": PICTURE}]}]})


RECEIPT = {"recipient_name": "Ana", "order_number": "A-17", "currency": "USD", "payment_method": "Visa 1234"}
EXAMPLES = [
    Example("quick_reply", {"title": "Yes", "payload": "Y", "image_url": PICTURE}, reply),
    Example("quick_reply_phone", {"image_url": PICTURE}, reply),
    Example("quick_reply_email", {"image_url": PICTURE}, reply),
    Example(
        "url_button",
        {
            "title": "Map",
            "url": SITE,
            "webview_height_ratio": "tall",
            "messenger_extensions": True,
            "fallback_url": SITE,
            "webview_share_button": "hide",
        },
        button,
    ),
    Example("postback_button", {"title": "Yes", "payload": "Y"}, button),
    Example("call_button", {"title": "Call", "phone_number": "+15105551234"}, button),
    Example("account_link_button", {"url": SITE}, button),
    Example("account_unlink_button", {}, button),
    Example("game_play_button", {"title": "Play", "payload": "L", "game_metadata": {"player_id": "1"}}, button),
    Example("button_template", {"text": "Well?", "buttons": [YES, MAP]}, template),
    Example(
        "element",
        {
            "title": "Doctor",
            "subtitle": "At 9",
            "image_url": PICTURE,
            "default_action": {"type": "web_url", "url": SITE},
            "buttons": [YES, MAP],
        },
        card,
    ),
    Example("generic_template", {"elements": [CARD, CARD], "sharable": True}, template),
    Example(
        "media_template", {"media_type": "image", "attachment_id": "77", "buttons": [YES], "sharable": True}, template
    ),
    Example("media_template", {"media_type": "video", "url": "https://www.facebook.com/somebody/videos/1"}, template),
    Example(
        "receipt_element",
        {"title": "Shirt", "price": 25.5, "quantity": 2, "subtitle": "Blue", "currency": "EUR", "image_url": PICTURE},
        item,
    ),
    Example(
        "receipt_template",
        {
            **RECEIPT,
            "total_cost": 55.95,
            "subtotal": 51,
            "shipping_cost": 4.95,
            "total_tax": 0,
            "elements": [{"title": "Shirt", "price": 25.5}],
            "adjustments": [{"name": "Voucher", "amount": 10}],
            "address": {
                "street_1": "1 Main Street",
                "street_2": "Second floor",
                "city": "Lagos",
                "postal_code": "100001",
                "state": "LA",
                "country": "NG",
            },
            "timestamp": "1790000000",
            "merchant_name": "A shop",
            "order_url": SITE,
            "sharable": True,
        },
        template,
    ),
    Example("product_template", {"ids": ["77", "78"]}, template),
    Example(
        "coupon_template",
        {
            "title": "10% off",
            "coupon_code": "TEN",
            "coupon_url": SITE,
            "subtitle": "Until Friday",
            "coupon_url_button_title": "Shop",
            "coupon_pre_message": "For you",
            "image_url": PICTURE,
            "payload": "ten",
        },
        template,
    ),
    Example(
        "feedback_question",
        {
            "id_": "visit",
            "type_": "csat",
            "title": "How was it?",
            "score_label": "neg_pos",
            "score_option": "five_stars",
            "follow_up": "More",
        },
        question,
    ),
    Example(
        "customer_feedback_template",
        {
            "title": "How was your visit?",
            "question": QUESTION,
            "privacy_url": SITE,
            "subtitle": "It takes a minute",
            "button_title": "Rate it",
            "expires_in_days": 3,
        },
        template,
    ),
    Example("grid_image", {"url": PICTURE, "is_hero_image": True, "action": SITE}, image),
    Example(
        "image_grid_template",
        {"images": IMAGES, "title": "New", "subtitle": "For spring", "buttons": [YES, MAP]},
        template,
    ),
    Example("instant_form_template", {"form_id": "77"}, template),
    Example(
        "customer_information_template",
        {
            "privacy_url": SITE,
            "countries": ["US"],
            "expires_in_days": 2,
            "address_overrides": [{"street_2": {"required": False}}],
            "contact_overrides": [{"email": {"required": True}}],
            "purpose": "SHIPPING",
        },
        template,
    ),
]

EACH = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.name}-{EXAMPLES.index(example)}")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a payload, itself left out."""
    found = [path] if path else []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places(item, (*path, key))
    return found


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The payload with something else in one place."""
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return changed


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def test_there_is_an_example_with_every_argument_of_every_builder() -> None:
    import inspect

    builders = {name for name, module in adaptor._MODULES.items() if module.startswith("messenger.content.")}
    assert builders == {example.name for example in EXAMPLES}
    for name in builders:
        given = {key for example in EXAMPLES if example.name == name for key in example.arguments}
        assert given == set(inspect.signature(getattr(adaptor, name)).parameters)


@EACH
def test_it_gives_a_plain_dict(example: Example) -> None:
    built = example.build()
    assert json.loads(json.dumps(built)) == built


@EACH
def test_it_leaves_its_arguments_as_they_are(example: Example) -> None:
    before = copy.deepcopy(example.arguments)
    built = example.build()
    built["glow"] = "red"
    assert example.arguments == before


@EACH
def test_what_it_gives_may_stand_in_a_message(sent: Any, example: Example) -> None:
    message = example.wrap(example.build())
    assert sent(send_message(ANA, message))["message"] == message


@EACH
def test_the_sandbox_takes_what_it_gives(sandbox: Sandbox, visit: Any, example: Example) -> None:
    message = example.wrap(example.build())
    visit(send_message(ANA, message))
    assert sandbox.refusals == []
    assert [taken.payload for taken in sandbox.messages] == [message]


@EACH
def test_each_argument_may_be_lazy(sent: Any, example: Example) -> None:
    for name, value in example.arguments.items():
        for lazily in (state.data.value, lambda s: s["data"]["value"]):
            operation = send_message(ANA, example.wrap(example.build(**{name: lazily})))
            assert sent(operation, {"value": value})["message"] == example.wrap(example.build()), name


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.arguments], ids=lambda e: e.name)
def test_all_arguments_may_be_lazy(sent: Any, example: Example) -> None:
    operation = send_message(ANA, example.wrap(example.build(**{name: state.data[name] for name in example.arguments})))
    assert sent(operation, example.arguments)["message"] == example.wrap(example.build())


@EACH
def test_an_argument_of_the_wrong_kind_is_refused_as_soon_as_it_is_known(state_for: Any, example: Example) -> None:
    for name in set(example.arguments) - set(UNJUDGED.get(example.name, ())):
        wrong = [3.5, {"a": 1}] if isinstance(example.arguments[name], str) else "wrong"
        with pytest.raises(InvalidMessage):
            example.build(**{name: wrong})
        operation = send_message(ANA, example.wrap(example.build(**{name: state.data.value})))
        with pytest.raises(InvalidMessage) as refused:
            operation(state_for("http://127.0.0.1:9", data={"value": wrong}))
        assert refused.value.details["field"], name


#: What Meta's pages leave open, and flags.
UNJUDGED = {
    "url_button": ("messenger_extensions",),
    "game_play_button": ("payload", "game_metadata"),
    "generic_template": ("sharable",),
    "media_template": ("sharable",),
    "receipt_template": ("sharable",),
    "grid_image": ("is_hero_image",),
    "customer_information_template": ("address_overrides", "contact_overrides"),
}


@EACH
def test_every_place_of_a_payload_may_be_lazy(sent: Any, example: Example) -> None:
    message = example.wrap(example.build())
    for path in places(message):
        body = sent(send_message(ANA, replaced(message, path, state.data.value)), {"value": at(message, path)})
        assert body["message"] == message, path


@EACH
def test_fields_that_meta_adds_pass_untouched_at_every_depth(sent: Any, example: Example) -> None:
    message = example.wrap(example.build())
    for path in [(), *places(message)]:
        part = at(message, path)
        if isinstance(part, dict):
            grown_part = {**part, "glow": {"colour": "red"}}
            grown = replaced(message, path, grown_part) if path else grown_part
            assert sent(send_message(ANA, grown))["message"] == grown
