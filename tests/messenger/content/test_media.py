from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, media_template, postback_button, state

VIDEO = "https://business.facebook.com/somebody/videos/1"


def medium(**fields: Any) -> dict[str, Any]:
    return {"template_type": "media", "elements": [{"media_type": "image", **fields}]}


def test_the_builder_gives_a_plain_dict() -> None:
    assert media_template("video", url=VIDEO, sharable=True) == {
        "template_type": "media",
        "elements": [{"media_type": "video", "url": VIDEO}],
        "sharable": True,
    }
    assert media_template("image", attachment_id=1900200300400506, buttons=[postback_button("More")]) == medium(
        attachment_id="1900200300400506", buttons=[{"type": "postback", "title": "More", "payload": "More"}]
    )


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"template_type": "media"}, "elements"),
        ({"template_type": "media", "elements": []}, "elements"),
        ({"template_type": "media", "elements": [{"attachment_id": "1"}]}, "elements[0].media_type"),
        (medium(media_type="audio", attachment_id="1"), "elements[0].media_type"),
        (medium(), "elements[0]"),
        (medium(attachment_id=None, url=None), "elements[0]"),
        (medium(attachment_id="1", url=VIDEO), "elements[0]"),
        (medium(attachment_id="", url=""), "elements[0]"),
        (medium(attachment_id=" "), "elements[0].attachment_id"),
        (medium(attachment_id=["1"]), "elements[0].attachment_id"),
        (medium(url="facebook.com/a"), "elements[0].url"),
        (medium(url="https://example.org/a.png"), "elements[0].url"),
        (medium(url="https://example.org/facebook.com/a.png"), "elements[0].url"),
        (medium(url="https://notfacebook.com/a.png"), "elements[0].url"),
        (medium(url="https://facebook.com.example.org/a.png"), "elements[0].url"),
        (medium(url="https://facebook.com@example.org/a.png"), "elements[0].url"),
        (medium(attachment_id="1", buttons=[]), "elements[0].buttons"),
        (medium(attachment_id="1", buttons=[{"type": "web_url", "title": "A"}]), "elements[0].buttons[0].url"),
    ],
)
def test_what_meta_would_refuse_is_refused_with_its_place(
    refused_template: Any, payload: dict[str, Any], field: str
) -> None:
    assert refused_template(payload).details["field"] == field


def test_an_address_elsewhere_says_to_upload(refused_template: Any) -> None:
    error = refused_template(medium(url="https://example.org/a.png"))
    assert "attachment_id" in error.fix


@pytest.mark.parametrize(
    "payload",
    [
        medium(attachment_id="1"),
        medium(attachment_id=1, url=None),
        medium(attachment_id="1", url=""),
        medium(url="https://www.facebook.com/photo.php?fbid=1", glow="red"),
        medium(url="https://facebook.com"),
        medium(url="HTTPS://M.FACEBOOK.COM/a"),
        medium(url="https://fb.watch/a/"),
        {**medium(attachment_id="1"), "sharable": True, "glow": 1},
    ],
)
def test_the_rest_passes_untouched(taken: Any, payload: dict[str, Any]) -> None:
    taken(payload)


def test_two_lazy_sources_may_be_given_where_one_of_them_is_none(sent: Any, state_for: Any) -> None:
    from adaptor import send_template

    operation = send_template("1", media_template("image", attachment_id=state.data.id, url=state.data.url))
    (found,) = sent(operation, {"id": 1, "url": None})["message"]["attachment"]["payload"]["elements"]
    assert found == {"media_type": "image", "attachment_id": "1"}
    for data in ({"id": "1", "url": VIDEO}, {"id": None, "url": None}):
        with pytest.raises(InvalidMessage, match="attachment_id"):
            operation(state_for("http://127.0.0.1:9", data=data))
