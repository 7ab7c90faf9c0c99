from __future__ import annotations

import inspect
from typing import Any

import pytest

from adaptor import (
    InvalidMessage,
    WrongCall,
    account_link_button,
    button_template,
    call_button,
    coupon_template,
    customer_feedback_template,
    customer_information_template,
    element,
    feedback_question,
    game_play_button,
    generic_template,
    grid_image,
    image_grid_template,
    instant_form_template,
    media_template,
    postback_button,
    product_template,
    quick_reply,
    quick_reply_email,
    quick_reply_phone,
    receipt_element,
    receipt_template,
    send_message,
    send_template,
    send_text,
    state,
    url_button,
)

ANA = "6543210987654321"


@pytest.mark.parametrize(
    "build",
    [
        lambda: quick_reply("x" * 21),
        lambda: postback_button(""),
        lambda: url_button("Map", "ftp://example.org"),
        lambda: call_button("Call", "112"),
        lambda: account_link_button("http://example.org"),
        lambda: game_play_button(""),
        lambda: quick_reply_phone(image_url="a.png"),
        lambda: quick_reply_email(image_url="a.png"),
        lambda: media_template("audio", attachment_id="1"),
        lambda: receipt_element("Shirt", "12,50"),
        lambda: receipt_template("Ana", "1", currency="USD", payment_method="Visa", total_cost="much"),
        lambda: product_template([]),
        lambda: coupon_template("10% off"),
        lambda: feedback_question("first visit", "csat"),
        lambda: customer_feedback_template("How?", {}, privacy_url="https://example.org"),
        lambda: grid_image("a.png"),
        lambda: image_grid_template([grid_image("https://example.org/a.png")]),
        lambda: instant_form_template(""),
        lambda: customer_information_template(privacy_url="example.org"),
        lambda: button_template("Well?", []),
        lambda: button_template("Well?", postback_button("Yes")),  # type: ignore[arg-type]
        lambda: element("Doctor"),
        lambda: generic_template([]),
        lambda: generic_template(element("Doctor", subtitle="At 9")),  # type: ignore[arg-type]
    ],
)
def test_what_meta_would_refuse_is_refused_when_it_is_built(build: Any) -> None:
    with pytest.raises(InvalidMessage):
        build()


def test_a_wrong_call_says_how_it_is_written() -> None:
    with pytest.raises(WrongCall, match="payload"):
        quick_reply("Yes", paylod="Y")  # type: ignore[call-arg]
    with pytest.raises(WrongCall, match="missing"):
        button_template("Well?")  # type: ignore[call-arg]


def test_builders_keep_their_signature() -> None:
    assert list(inspect.signature(quick_reply).parameters) == ["title", "payload", "image_url"]
    assert quick_reply.__doc__


DATA = {
    "name": "Ana",
    "yes": "Of course",
    "code": "Y",
    "map": "https://example.org/m",
    "doctors": [{"title": "Dr. Okafor", "subtitle": "At 9"}],
    "buttons": [{"type": "postback", "title": "Move", "payload": "M"}],
}


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (
            lambda: send_text(
                ANA,
                f"Well, {state.data.name}?",
                quick_replies=[
                    quick_reply(state.data.yes, f"{state.data.code}-1"),
                    quick_reply("No", lambda s: s["data"]["code"] + "-2"),
                ],
            ),
            {
                "text": "Well, Ana?",
                "quick_replies": [
                    {"content_type": "text", "title": "Of course", "payload": "Y-1"},
                    {"content_type": "text", "title": "No", "payload": "Y-2"},
                ],
            },
        ),
        (
            lambda: send_text(ANA, "Well?", quick_replies=[quick_reply(state.data.yes)]),
            {
                "text": "Well?",
                "quick_replies": [
                    {"content_type": "text", "title": "Of course", "payload": "Of course"},
                ],
            },
        ),
        (
            lambda: send_text(ANA, "Well?", quick_replies=lambda s: [quick_reply(s["data"]["yes"])]),
            {
                "text": "Well?",
                "quick_replies": [{"content_type": "text", "title": "Of course", "payload": "Of course"}],
            },
        ),
        (
            lambda: send_template(
                ANA,
                button_template(
                    f"Dear {state.data.name}",
                    [
                        url_button("Map", state.data["map"]),
                        postback_button(state.data.yes, payload=state.data.code),
                    ],
                ),
            ),
            {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "button",
                        "text": "Dear Ana",
                        "buttons": [
                            {"type": "web_url", "title": "Map", "url": "https://example.org/m"},
                            {"type": "postback", "title": "Of course", "payload": "Y"},
                        ],
                    },
                }
            },
        ),
        (
            lambda: send_template(ANA, button_template("Well?", state.data.buttons)),
            {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "button",
                        "text": "Well?",
                        "buttons": DATA["buttons"],
                    },
                }
            },
        ),
        (
            lambda: send_template(ANA, generic_template(state.data.doctors)),
            {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": DATA["doctors"]}}},
        ),
        (
            lambda: send_template(
                ANA,
                generic_template(
                    [
                        element(
                            state.data.doctors[0].title, buttons=[postback_button("Move", f"move:{state.data.code}")]
                        ),
                        element("Dr. Ito", subtitle=state.data.doctors[0].subtitle),
                    ]
                ),
            ),
            {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "generic",
                        "elements": [
                            {
                                "title": "Dr. Okafor",
                                "buttons": [{"type": "postback", "title": "Move", "payload": "move:Y"}],
                            },
                            {"title": "Dr. Ito", "subtitle": "At 9"},
                        ],
                    },
                }
            },
        ),
        (
            lambda: send_template(ANA, lambda s: button_template(s["data"]["name"], s["data"]["buttons"])),
            {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "button",
                        "text": "Ana",
                        "buttons": DATA["buttons"],
                    },
                }
            },
        ),
        (
            lambda: send_message(ANA, {"attachment": {"type": "image", "payload": {"url": state.data["map"]}}}),
            {"attachment": {"type": "image", "payload": {"url": "https://example.org/m"}}},
        ),
    ],
)
def test_lazy_values_may_stand_at_any_depth(sent: Any, build: Any, expected: dict[str, Any]) -> None:
    assert sent(build(), DATA)["message"] == expected


def test_what_is_literal_beside_a_lazy_value_is_refused_at_once() -> None:
    with pytest.raises(InvalidMessage) as refused:
        button_template(state.data.text, [postback_button("x" * 21, state.data.code)])
    assert refused.value.details["field"] == "button.title"
    with pytest.raises(InvalidMessage):
        button_template(state.data.text, [postback_button(state.data.yes)] * 4)
