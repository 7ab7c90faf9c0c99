from __future__ import annotations

from typing import Any

import pytest

from adaptor import (
    InvalidMessage,
    account_link_button,
    account_unlink_button,
    call_button,
    game_play_button,
    postback_button,
    url_button,
)
from adaptor.messenger.content.buttons import check_button

SITE = "https://example.org"


def with_button(**fields: Any) -> dict[str, Any]:
    first = {"type": "postback", "title": "Yes", "payload": "Y"}
    return {"template_type": "button", "text": "Well?", "buttons": [first, fields]}


def web(**fields: Any) -> dict[str, Any]:
    return with_button(type="web_url", title="Map", **{"url": SITE, **fields})


def call(number: Any) -> dict[str, Any]:
    return with_button(type="phone_number", title="Call", payload=number)


def test_the_builders_give_plain_dicts() -> None:
    assert postback_button("Yes") == {"type": "postback", "title": "Yes", "payload": "Yes"}
    assert url_button(
        "Map",
        SITE,
        webview_height_ratio="tall",
        messenger_extensions=True,
        fallback_url="https://example.org/f",
        webview_share_button="hide",
    ) == {
        "type": "web_url",
        "title": "Map",
        "url": SITE,
        "webview_height_ratio": "tall",
        "messenger_extensions": True,
        "fallback_url": "https://example.org/f",
        "webview_share_button": "hide",
    }
    assert call_button("Call", "+15105551234") == {"type": "phone_number", "title": "Call", "payload": "+15105551234"}
    assert account_link_button(SITE) == {"type": "account_link", "url": SITE}
    assert account_unlink_button() == {"type": "account_unlink"}
    assert game_play_button("Play") == {"type": "game_play", "title": "Play"}
    assert game_play_button("Play", "L", game_metadata={"player_id": "1"}) == {
        "type": "game_play",
        "title": "Play",
        "payload": "L",
        "game_metadata": {"player_id": "1"},
    }


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"template_type": "button", "text": "Well?", "buttons": ["Yes"]}, "buttons[0]"),
        (with_button(title="Yes", payload="P"), "buttons[1].type"),
        (with_button(type="", title="Yes", payload="P"), "buttons[1].type"),
        (with_button(type=["postback"], title="Yes", payload="P"), "buttons[1].type"),
        (with_button(type="postback", payload="P"), "buttons[1].title"),
        (with_button(type="postback", title="Yes"), "buttons[1].payload"),
        (with_button(type="postback", title="Yes", payload=""), "buttons[1].payload"),
        (with_button(type="postback", title="Yes", payload=5), "buttons[1].payload"),
        (with_button(type="web_url", url=SITE), "buttons[1].title"),
        (with_button(type="web_url", title="Map"), "buttons[1].url"),
        (web(url="example.org"), "buttons[1].url"),
        (web(url="ftp://example.org"), "buttons[1].url"),
        (web(url="javascript:alert(1)"), "buttons[1].url"),
        (web(url="https://"), "buttons[1].url"),
        (web(url="https:///map"), "buttons[1].url"),
        (web(url=5), "buttons[1].url"),
        (web(url="https://example.org/a b"), "buttons[1].url"),
        (web(url="https://example.org\n"), "buttons[1].url"),
        (web(url="http://example.org", messenger_extensions=True), "buttons[1].url"),
        (web(url="HTTP://example.org", messenger_extensions=True), "buttons[1].url"),
        (web(url="http://example.org", messenger_extensions="true"), "buttons[1].url"),
        (web(fallback_url="https://example.org/f"), "buttons[1].fallback_url"),
        (web(fallback_url="https://example.org/f", messenger_extensions=False), "buttons[1].fallback_url"),
        (web(fallback_url="f", messenger_extensions=True), "buttons[1].fallback_url"),
        (web(webview_height_ratio="huge"), "buttons[1].webview_height_ratio"),
        (web(webview_height_ratio=1), "buttons[1].webview_height_ratio"),
        (web(webview_share_button="never"), "buttons[1].webview_share_button"),
        (with_button(type="phone_number", payload="+15105551234"), "buttons[1].title"),
        (with_button(type="phone_number", title="Call"), "buttons[1].payload"),
        (call(15105551234), "buttons[1].payload"),
        (call("15105551234"), "buttons[1].payload"),
        (call("+05105551234"), "buttons[1].payload"),
        (call("+1"), "buttons[1].payload"),
        (call("+1 510 CALL NOW"), "buttons[1].payload"),
        (call("tel:+15105551234"), "buttons[1].payload"),
        (call("+15105551234\n"), "buttons[1].payload"),
        (with_button(type="account_link"), "buttons[1].url"),
        (with_button(type="account_link", url="http://example.org"), "buttons[1].url"),
        (with_button(type="game_play"), "buttons[1].title"),
    ],
)
def test_a_button_that_meta_would_refuse_is_refused_with_its_place(
    refused_template: Any, payload: dict[str, Any], field: str
) -> None:
    assert refused_template(payload).details["field"] == field


@pytest.mark.parametrize(
    "payload",
    [
        web(url="http://example.org"),
        web(url="HTTPS://example.org?q=1"),
        web(messenger_extensions=True, fallback_url="http://example.org"),
        web(messenger_extensions=False),
        web(webview_height_ratio="FULL", webview_share_button="hide"),
        web(webview_share_button="show"),
        web(glow="red", fallback_url=None),
        web(fallback_url=""),
        call("+15105551234"),
        call("+49 (0) 30 / 123-456"),
        with_button(type="account_link", url=SITE),
        with_button(type="account_unlink"),
        with_button(type="game_play", title="Play"),
        with_button(type="audio_call"),
        with_button(type="audio_call", title="x" * 50),
        with_button(type="of tomorrow"),
    ],
)
def test_other_buttons_pass_untouched(taken: Any, payload: dict[str, Any]) -> None:
    taken(payload)


def test_a_word_that_meta_does_not_know_is_refused_with_those_it_knows(refused_template: Any) -> None:
    error = refused_template(web(webview_height_ratio="huge"))
    assert error.details["limit"] == ["compact", "tall", "full"]
    assert error.details["actual"] == "huge"
    assert all(word in error.fix for word in error.details["limit"])


def test_why_an_address_must_be_https_is_said(refused_template: Any) -> None:
    assert "must be https with messenger_extensions" in str(
        refused_template(web(url="http://example.org", messenger_extensions=True))
    )
    assert "must be https in a log in button" in str(
        refused_template(with_button(type="account_link", url="http://example.org"))
    )


def test_what_a_builder_refuses_is_named_by_its_part() -> None:
    with pytest.raises(InvalidMessage) as refused:
        call_button("Call", "0510 5551234")
    assert refused.value.details == {"field": "button.payload"}
    assert "+15105551234" in refused.value.fix


def test_a_menu_has_its_own_place_limit_and_types() -> None:
    item = {"type": "postback", "title": "x" * 30, "payload": "P"}
    place = "persistent_menu[0].call_to_actions[2]"
    check_button(item, place, title_limit="coupon.title", allowed=("web_url", "postback"))
    with pytest.raises(InvalidMessage) as refused:
        check_button({**item, "title": "x" * 81}, place, title_limit="coupon.title")
    assert refused.value.details == {"field": f"{place}.title", "limit": 80, "actual": 81}
    with pytest.raises(InvalidMessage) as refused:
        check_button({**item, "type": "phone_number"}, place, allowed=("web_url", "postback"))
    assert refused.value.details == {
        "field": f"{place}.type",
        "limit": ["web_url", "postback"],
        "actual": "phone_number",
    }
