from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, ice_breaker, menu_item, set_persistent_menu, state


def test_an_item_with_an_address_opens_it() -> None:
    item = menu_item("Shop", url="https://example.org", webview_height_ratio="full", messenger_extensions=True)
    assert item == {
        "type": "web_url",
        "title": "Shop",
        "url": "https://example.org",
        "webview_height_ratio": "full",
        "messenger_extensions": True,
    }


def test_the_payload_is_the_title_where_none_is_given() -> None:
    assert menu_item("Opening hours")["payload"] == "Opening hours"
    assert ice_breaker("Where are you?")["payload"] == "Where are you?"


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: menu_item("Shop", "SHOP", url="https://example.org"), "both a payload and an address"),
        (lambda: menu_item("Shop", webview_height_ratio="full"), "url` is missing"),
        (lambda: menu_item("Shop", url="example.org"), "starts with https://"),
        (lambda: menu_item("Shop", url="https://example.org", webview_height_ratio="half"), "cannot be 'half'"),
        (lambda: menu_item(""), "is empty"),
        (lambda: menu_item("x" * 31), "at most 30"),
        (lambda: ice_breaker(""), "is empty"),
        (lambda: ice_breaker("Where?", ""), "is empty"),
    ],
)
def test_what_meta_would_refuse_is_refused_on_its_line(build: Any, words: str) -> None:
    with pytest.raises(InvalidMessage, match=words):
        build()


def test_parts_may_be_lazy(meta: Any) -> None:
    operation = set_persistent_menu([menu_item(state.data.title, f"GO_{state.data.title}")])
    item = meta(operation, data={"title": "Hours"}).body["persistent_menu"][0]["call_to_actions"][0]
    assert item == {"type": "postback", "title": "Hours", "payload": "GO_Hours"}
