from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, element, generic_template, postback_button, send_template, state

SITE = "https://example.org"


def cards(**card: Any) -> dict[str, Any]:
    return {"template_type": "generic", "elements": [{"title": "First", "subtitle": "At 8"}, card]}


def action(**fields: Any) -> dict[str, Any]:
    return cards(title="Doctor", default_action=fields)


def test_the_builders_give_plain_dicts() -> None:
    card = element(
        "Doctor",
        subtitle="At 9",
        image_url="https://example.org/d.png",
        default_action={"type": "web_url", "url": SITE},
        buttons=[postback_button("Move")],
    )
    assert generic_template([card], sharable=False) == {
        "template_type": "generic",
        "elements": [
            {
                "title": "Doctor",
                "subtitle": "At 9",
                "image_url": "https://example.org/d.png",
                "default_action": {"type": "web_url", "url": SITE},
                "buttons": [{"type": "postback", "title": "Move", "payload": "Move"}],
            }
        ],
        "sharable": False,
    }


def test_an_address_will_do_for_what_a_tap_opens(sent: Any) -> None:
    opens = {"title": "Doctor", "default_action": {"type": "web_url", "url": SITE}}
    assert element("Doctor", default_action=SITE) == opens
    for lazily in (state.data.url, f"{state.data.url}", lambda s: s["data"]["url"], state.data.action):
        operation = send_template("1", generic_template([element("Doctor", default_action=lazily)]))
        body = sent(operation, {"url": SITE, "action": opens["default_action"]})
        assert body["message"]["attachment"]["payload"]["elements"] == [opens]


def test_an_address_that_is_none_is_refused_as_what_a_tap_opens(state_for: Any) -> None:
    with pytest.raises(InvalidMessage) as refused:
        element("Doctor", default_action="example.org")
    assert refused.value.details == {"field": "element.default_action.url"}
    operation = send_template("1", generic_template([element("Doctor", default_action=state.data.url)]))
    with pytest.raises(InvalidMessage) as refused:
        operation(state_for("http://127.0.0.1:9", data={"url": "example.org"}))
    assert refused.value.details == {"field": "elements[0].default_action.url"}


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"template_type": "generic"}, "elements"),
        ({"template_type": "generic", "elements": []}, "elements"),
        ({"template_type": "generic", "elements": {"title": "Doctor"}}, "elements"),
        ({"template_type": "generic", "elements": ["Doctor"]}, "elements[0]"),
        (cards(subtitle="At 9"), "elements[1].title"),
        (cards(title="", subtitle="At 9"), "elements[1].title"),
        (cards(title="Doctor", subtitle=9), "elements[1].subtitle"),
        (cards(title="Doctor", image_url="a.png"), "elements[1].image_url"),
        (cards(title="Doctor", buttons=[]), "elements[1]"),
        (cards(title="Doctor", subtitle="At 9", buttons=[]), "elements[1].buttons"),
        (cards(title="Doctor", buttons=[{"type": "postback", "title": "Y"}]), "elements[1].buttons[0].payload"),
        (action(url=SITE), "elements[1].default_action.type"),
        (action(type="web_url"), "elements[1].default_action.url"),
        (action(type="postback", payload="P"), "elements[1].default_action.type"),
        (action(type="web_url", url=SITE, title="Map"), "elements[1].default_action.title"),
        (action(type="web_url", url="http://example.org", messenger_extensions=True), "elements[1].default_action.url"),
        (action(type="web_url", url=SITE, fallback_url=SITE), "elements[1].default_action.fallback_url"),
        (cards(title="Doctor", default_action=[SITE]), "elements[1].default_action"),
    ],
)
def test_a_card_that_meta_would_refuse_is_refused_with_its_place(
    refused_template: Any, payload: dict[str, Any], field: str
) -> None:
    assert refused_template(payload).details["field"] == field


@pytest.mark.parametrize("nothing", [{}, {"subtitle": None}, {"subtitle": ""}, {"buttons": []}, {"default_action": {}}])
def test_a_card_with_only_a_title_is_refused(refused_template: Any, nothing: dict[str, Any]) -> None:
    error = refused_template(cards(title="Doctor", **nothing))
    assert "`elements[1]` has only a title" in str(error)
    assert "subtitle" in error.fix


def test_a_card_whose_only_other_thing_turns_out_to_be_missing_is_refused(state_for: Any) -> None:
    operation = send_template("1", generic_template([element("Doctor", subtitle=state.data.subtitle)]))
    with pytest.raises(InvalidMessage, match="has only a title"):
        operation(state_for("http://127.0.0.1:9", data={"subtitle": None}))


@pytest.mark.parametrize(
    "card",
    [
        {"default_action": {"type": "web_url", "url": SITE, "webview_height_ratio": "tall"}},
        {"buttons": [{"type": "phone_number", "title": "Call", "payload": "+15105551234"}]},
        {"subtitle": "", "image_url": SITE},
        {"subtitle": "At 9", "image_url": ""},
        {"item_url": SITE},
        {"field_of_tomorrow": 0},
    ],
)
def test_other_cards_pass_untouched(taken: Any, card: dict[str, Any]) -> None:
    taken({**cards(title="Doctor", **card), "image_aspect_ratio": "square"})
