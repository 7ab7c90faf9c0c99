"""How a send is drafted from the arguments of its operation."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import adaptor
from adaptor import button_template, postback_button, send_message, send_text, state
from adaptor.messenger.send.draft import options_in, without_empty_options

ANA = "6543210987654321"
IMAGE = "https://example.org/a.png"
CONTENT = {
    "send_text": "Hello",
    "send_template": button_template("Yes?", [postback_button("Yes")]),
    "send_message": {"text": "Hello"},
    "send_image": IMAGE,
    "send_audio": IMAGE,
    "send_video": IMAGE,
    "send_file": IMAGE,
    "send_images": [IMAGE],
    "send_sticker": 767226160478561,
}
#: What each option is given, and where it stands in the body.
OPTIONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "quick_replies": ([{"content_type": "text", "title": "Yes", "payload": "Y"}], ("message", "quick_replies")),
    "messaging_type": ("MESSAGE_TAG", ("messaging_type",)),
    "tag": ("HUMAN_AGENT", ("tag",)),
    "notification_type": ("NO_PUSH", ("notification_type",)),
    "reply_to": ("m_1", ("reply_to", "mid")),
    "persona_id": ("12", ("persona_id",)),
    "metadata": ("note", ("message", "metadata")),
    "thread_control": ({"control_type": "release"}, ("thread_control",)),
}


def test_every_option_of_every_send_goes_out() -> None:
    for name, content in CONTENT.items():
        build = getattr(adaptor, name)
        taken = inspect.signature(build).parameters
        body = build(ANA, content, **{option: value for option, (value, _) in OPTIONS.items() if option in taken})
        body = body.describe({}).body
        for option in set(OPTIONS) & set(taken):
            value, path = OPTIONS[option]
            found = body
            for step in path:
                found = found[step]
            assert found == value, (name, option)


def test_every_option_has_a_place() -> None:
    for name in CONTENT:
        options = set(list(inspect.signature(getattr(adaptor, name)).parameters)[2:])
        assert options - set(OPTIONS) - {"split", "typing"} <= {"is_reusable", "last_user_message_at", "key"}, name


def test_options_are_picked_from_the_arguments() -> None:
    assert options_in({"recipient": "1", "text": "hi", "tag": None, "key": 7}) == {"tag": None, "key": 7}


def test_a_key_and_a_window_are_no_part_of_the_body() -> None:
    request = send_text(ANA, "Hello", key=7, last_user_message_at=state.data.last).describe({"data": {"last": None}})
    assert (request.key, set(request.body)) == ("7", {"recipient", "message", "messaging_type"})


@pytest.mark.parametrize("message", [{"text": "hi", "metadata": None}, {"text": "hi", "quick_replies": None}])
def test_what_turned_out_to_be_none_is_left_out(message: Any) -> None:
    body = {"recipient": {"id": ANA}, "tag": None, "reply_to": {"mid": None}, "message": message}
    assert without_empty_options(body) == {"recipient": {"id": ANA}, "message": {"text": "hi"}}


def test_what_is_not_known_goes_out_as_it_is() -> None:
    body = send_message(ANA, {"text": "hi", "new_field": None}, messaging_type=None).describe({}).body
    assert body == {"recipient": {"id": ANA}, "message": {"text": "hi", "new_field": None}}
