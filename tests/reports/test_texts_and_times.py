"""Texts that say nothing and signs that nobody can read; moments in the units of other systems."""

import time

import pytest

from adaptor import (
    InvalidMessage,
    button_template,
    post_message,
    private_reply,
    quick_reply,
    send_message,
    send_template,
    send_text,
    send_utility,
    state,
    url_button,
)
from adaptor.messenger.rules import windows

ANA = "6543210987654321"
HELP = "https://example.org/help"
#: Where a person reads a text.
PLACES = {
    "message.text": lambda text: send_text(ANA, text),
    "message.text of parts": lambda text: send_text(ANA, text, split=True),
    "message.text of an object": lambda text: send_message(ANA, {"text": text}),
    "message.text of a body": lambda text: post_message({"recipient": {"id": ANA}, "message": {"text": text}}),
    "message.text of a reply": lambda text: private_reply({"comment_id": "1_2"}, text),
    "quick_replies[0].title": lambda text: send_text(ANA, "Well?", quick_replies=[quick_reply(text, "P")]),
    "text of a template": lambda text: send_template(ANA, button_template(text, [url_button("Help", HELP)])),
    "title of a button": lambda text: send_template(ANA, button_template("Well?", [url_button(text, HELP)])),
    "template.parameters": lambda text: send_utility(ANA, "visit", language="en", parameters=[text]),
}
NOTHING = ["\u200b", "\ufeff", "\ufe0f", "\u00a0", " \u200d\n", "\u034f", "\u20dd", "\u3164", "\u2800", "\u2028", "  "]
CONTROLS = ["An\0a", "\x1b[1mAna", "Ana\x07", "a\x0bb", "a\x85b"]


@pytest.mark.parametrize("place", PLACES)
def test_a_text_of_signs_that_nobody_sees_is_empty(place):
    for text in NOTHING:
        for build in (lambda text: PLACES[place](text), lambda text: described(place, text)):
            with pytest.raises(InvalidMessage, match="is empty") as caught:
                build(text)
            assert caught.value.details["field"], text


@pytest.mark.parametrize("place", PLACES)
def test_a_control_sign_is_refused_and_named(place):
    for text in CONTROLS:
        with pytest.raises(InvalidMessage, match=r"holds a control character \(U\+00"):
            described(place, text)


@pytest.mark.parametrize("place", ["message.text", "message.text of a body"])
@pytest.mark.parametrize(
    "text", ["two\nlines", "two\r\nlines", "a\ttab", "❤️", "👩🏽‍⚕️", "नमस्ते", "שלום\u200f", "Zoë", "e\u0301", "\u200bAna"]
)
def test_what_people_can_read_goes_out_as_it_is(place, text):
    assert described(place, text).body["message"]["text"] == text


def described(place, text):
    return PLACES[place](state.data).describe({"data": text})


@pytest.mark.parametrize("unit", [1_000_000, 1_000_000_000])
@pytest.mark.parametrize("write", [int, str], ids=["number", "text"])
def test_microseconds_and_nanoseconds_are_no_moment_ahead(unit, write):
    moment = write(int(time.time()) * unit)
    with pytest.raises(InvalidMessage, match="more than a day ahead") as caught:
        send_text(ANA, "Hello", last_user_message_at=moment).describe({})
    assert "seconds or milliseconds" in caught.value.fix


@pytest.mark.parametrize("moment", [float("nan"), float("inf"), -float("inf"), "nan", "NaT", 10**400, "9" * 5000, ""])
def test_what_is_no_moment_is_told_so(moment):
    with pytest.raises(InvalidMessage, match="is no date that can be read"):
        send_text(ANA, "Hello", last_user_message_at=moment).describe({})


@pytest.mark.parametrize("moment", ["20261127", "2026-11-27", "2026-11-27T08:00:00Z", "1795766400"])
def test_a_date_is_read_with_and_without_hyphens(monkeypatch, moment):
    monkeypatch.setattr(windows, "_now", lambda: 1795766400.0 + 3600)
    assert send_text(ANA, "Hello", last_user_message_at=moment).describe({}).body["message"] == {"text": "Hello"}
