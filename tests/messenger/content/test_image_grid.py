from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, grid_image, image_grid_template, postback_button, send_template, state, url_button

A = {"url": "https://example.org/a.png"}
B = {"url": "https://example.org/b.png"}
SITE = "https://example.org"
SAYS = {"type": "postback", "payload": "B", "text": "Tell me about b"}


def grid(*images: Any, **fields: Any) -> dict[str, Any]:
    return {"template_type": "image_grid", "elements": [{"images": list(images), **fields}]}


def acting(**action: Any) -> dict[str, Any]:
    return grid(A, {**B, "action": action})


def test_the_builders_give_a_plain_dict() -> None:
    assert image_grid_template(
        [grid_image(A["url"], is_hero_image=True, action=SITE), grid_image(B["url"], action=SAYS)],
        title="New",
        subtitle="For spring",
        buttons=[url_button("All", SITE), postback_button("More")],
    ) == grid(
        {**A, "is_hero_image": True, "action": {"type": "web_url", "url": SITE}},
        {**B, "action": SAYS},
        title="New",
        subtitle="For spring",
        buttons=[
            {"type": "web_url", "title": "All", "url": SITE},
            {"type": "postback", "title": "More", "payload": "More"},
        ],
    )


@pytest.mark.parametrize("action", [state.data.url, lambda s: s["data"]["url"], state.data.action])
def test_what_a_tap_does_may_be_lazy(sent: Any, action: Any) -> None:
    opens = {"type": "web_url", "url": SITE}
    operation = send_template("1", image_grid_template([grid_image(A["url"], action=action), B]))
    body = sent(operation, {"url": SITE, "action": opens})
    assert body["message"]["attachment"]["payload"] == grid({**A, "action": opens}, B)


I1 = "elements[0].images[1]"


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"template_type": "image_grid"}, "elements"),
        ({"template_type": "image_grid", "elements": []}, "elements"),
        ({"template_type": "image_grid", "elements": [{}]}, "elements[0].images"),
        (grid(), "elements[0].images"),
        (grid(A), "elements[0].images"),
        (grid(A, "https://example.org/b.png"), I1),
        (grid(A, {}), f"{I1}.url"),
        (grid(A, {"url": "b.png"}), f"{I1}.url"),
        (grid({**A, "is_hero_image": True}, {**B, "is_hero_image": True}), f"{I1}.is_hero_image"),
        (grid({**A, "is_hero_image": "true"}, {**B, "is_hero_image": True}), f"{I1}.is_hero_image"),
        (grid(A, {**B, "action": SITE}), f"{I1}.action"),
        (acting(url=SITE), f"{I1}.action.type"),
        (acting(type="phone_number", payload="+15105551234"), f"{I1}.action.type"),
        (acting(type="web_url"), f"{I1}.action.url"),
        (acting(type="web_url", url="b"), f"{I1}.action.url"),
        (acting(type="postback", text="Tell me"), f"{I1}.action.payload"),
        (acting(type="postback", payload="x" * 1001, text="Tell me"), f"{I1}.action.payload"),
        (acting(type="postback", payload="P"), f"{I1}.action.text"),
        (acting(type="postback", payload="P", text=""), f"{I1}.action.text"),
        (grid(A, B, title=5), "elements[0].title"),
        (grid(A, B, subtitle=["x"]), "elements[0].subtitle"),
        (grid(A, B, buttons=[]), "elements[0].buttons"),
        (
            grid(A, B, buttons=[{"type": "phone_number", "title": "Call", "payload": "+15105551234"}]),
            "elements[0].buttons[0].type",
        ),
        (grid(A, B, buttons=[{"type": "audio_call"}]), "elements[0].buttons[0].type"),
    ],
)
def test_what_meta_would_refuse_is_refused_with_its_place(
    refused_template: Any, payload: dict[str, Any], field: str
) -> None:
    assert refused_template(payload).details["field"] == field


def test_two_large_images_are_both_named(refused_template: Any) -> None:
    error = refused_template(grid({**A, "is_hero_image": True}, B, {**A, "is_hero_image": True}))
    assert error.details == {"field": "elements[0].images[2].is_hero_image", "limit": 1, "actual": 2}
    assert "elements[0].images[0]" in str(error)


def test_a_second_large_image_that_is_known_later_is_refused_then(state_for: Any) -> None:
    images = [grid_image(A["url"], is_hero_image=True), grid_image(B["url"], is_hero_image=state.data.large)]
    operation = send_template("1", image_grid_template(images))
    with pytest.raises(InvalidMessage, match="second large image"):
        operation(state_for("http://127.0.0.1:9", data={"large": True}))


@pytest.mark.parametrize(
    "payload",
    [
        grid(A, B),
        grid(*[A] * 6, title="", subtitle=None),
        grid({**A, "is_hero_image": True}, {**B, "is_hero_image": False}, glow="red"),
        acting(type="web_url", url="http://example.org", webview_height_ratio="tall"),
        acting(type="postback", payload="x" * 1000, text="Tell me"),
    ],
)
def test_the_rest_passes_untouched(taken: Any, payload: dict[str, Any]) -> None:
    taken(payload)
