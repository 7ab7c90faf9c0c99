from __future__ import annotations

import inspect
from typing import Any

import pytest

from adaptor import (
    InvalidMessage,
    WrongCall,
    button_template,
    element,
    generic_template,
    postback_button,
    quick_reply,
    send_message,
    send_template,
    send_text,
    state,
    url_button,
)

ANA = "6543210987654321"


def test_builders_give_plain_dicts_in_metas_spelling() -> None:
    assert quick_reply("Yes", "Y", image_url="https://example.org/y.png") == {
        "content_type": "text",
        "title": "Yes",
        "payload": "Y",
        "image_url": "https://example.org/y.png",
    }
    assert quick_reply("Yes") == {"content_type": "text", "title": "Yes", "payload": "Yes"}
    assert quick_reply("Yes", 0)["payload"] == 0
    assert postback_button("Yes") == {"type": "postback", "title": "Yes", "payload": "Yes"}
    assert url_button(
        "Map",
        "https://example.org",
        webview_height_ratio="tall",
        messenger_extensions=True,
        fallback_url="https://example.org/f",
        webview_share_button="hide",
    ) == {
        "type": "web_url",
        "title": "Map",
        "url": "https://example.org",
        "webview_height_ratio": "tall",
        "messenger_extensions": True,
        "fallback_url": "https://example.org/f",
        "webview_share_button": "hide",
    }
    card = element("Doctor", subtitle="At 9", image_url="https://example.org/d.png", default_action={
        "type": "web_url", "url": "https://example.org"}, buttons=[postback_button("Move")])  # fmt: skip
    assert generic_template([card], sharable=False) == {
        "template_type": "generic",
        "elements": [
            {
                "title": "Doctor",
                "subtitle": "At 9",
                "image_url": "https://example.org/d.png",
                "default_action": {"type": "web_url", "url": "https://example.org"},
                "buttons": [{"type": "postback", "title": "Move", "payload": "Move"}],
            }
        ],
        "sharable": False,
    }


def test_a_title_may_be_empty_beside_a_picture() -> None:
    assert quick_reply("", "", image_url="https://example.org/y.png")["payload"] == ""
    with pytest.raises(InvalidMessage):
        quick_reply("", "P")


@pytest.mark.parametrize(
    "build",
    [
        lambda: quick_reply("x" * 21),
        lambda: postback_button(""),
        lambda: url_button("Map", "ftp://example.org"),
        lambda: url_button("Map", "http://example.org", messenger_extensions=True),
        lambda: button_template("x" * 641, [postback_button("Yes")]),
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
