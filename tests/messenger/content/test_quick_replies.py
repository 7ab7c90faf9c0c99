from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, WrongCall, quick_reply, quick_reply_email, quick_reply_phone, send_message, state

PICTURE = "https://example.org/a.png"


def text(*replies: Any) -> dict[str, Any]:
    return {"text": "Well?", "quick_replies": list(replies)}


def reply(**fields: Any) -> dict[str, Any]:
    return {"content_type": "text", **fields}


def test_the_builders_give_plain_dicts() -> None:
    assert quick_reply("Yes", "Y", image_url=PICTURE) == {
        "content_type": "text",
        "title": "Yes",
        "payload": "Y",
        "image_url": PICTURE,
    }
    assert quick_reply("Yes") == {"content_type": "text", "title": "Yes", "payload": "Yes"}
    assert quick_reply("Yes", 0)["payload"] == 0
    assert quick_reply_phone() == {"content_type": "user_phone_number"}
    assert quick_reply_email(image_url=PICTURE) == {"content_type": "user_email", "image_url": PICTURE}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (text(), "quick_replies"),
        ({"text": "Well?", "quick_replies": {"title": "Yes"}}, "quick_replies"),
        ({"text": "Well?", "quick_replies": "Yes"}, "quick_replies"),
        (text("Yes"), "quick_replies[0]"),
        (text(None), "quick_replies[0]"),
        (text({"title": "Yes", "payload": "Y"}), "quick_replies[0].content_type"),
        (text(reply(payload="P")), "quick_replies[0].title"),
        (text(reply(title="", payload="P")), "quick_replies[0].title"),
        (text(reply(title=" ", payload="P")), "quick_replies[0].title"),
        (text(reply(title=5, payload="P")), "quick_replies[0].title"),
        (text(reply(title="Yes", payload="Y"), reply(title="No", payload="")), "quick_replies[1].payload"),
        (text(*[reply(title="Yes", payload="Y")] * 2, reply(title="No")), "quick_replies[2].payload"),
        (text(reply(title="Yes", payload=True)), "quick_replies[0].payload"),
        (text(reply(title="Yes", payload=["Y"])), "quick_replies[0].payload"),
        (text(reply(title="Yes", payload="Y", image_url="a.png")), "quick_replies[0].image_url"),
        (text(reply(title="", payload="", image_url="")), "quick_replies[0].title"),
        (text(reply(title="", payload="P", image_url=None)), "quick_replies[0].title"),
        (text(reply(payload=None, image_url=PICTURE)), "quick_replies[0].payload"),
        (text(reply(title=5, payload="P", image_url=PICTURE)), "quick_replies[0].title"),
        (text({"content_type": "", "title": "Yes", "payload": "Y"}), "quick_replies[0].content_type"),
        (text({"content_type": 5, "title": "Yes", "payload": "Y"}), "quick_replies[0].content_type"),
        (text({"content_type": "user_email", "image_url": "a.png"}), "quick_replies[0].image_url"),
    ],
)
def test_a_quick_reply_that_meta_would_refuse_is_refused_with_its_place(
    refused: Any, message: dict[str, Any], field: str
) -> None:
    assert refused(message).details["field"] == field


@pytest.mark.parametrize(
    "message",
    [
        text(reply(title="One", payload=1)),
        text(reply(title="Half", payload=0.5)),
        text(reply(title="", payload="", image_url=PICTURE)),
        text(reply(title="", payload="P", image_url=PICTURE)),
        text(reply(payload="P", image_url=PICTURE)),
        text(reply(title="Yes", payload="P", image_url="")),
        text(reply(title="Yes", payload="Y"), reply(title="Yes", payload="Y")),
        text(reply(title="Yes", payload="Y", glow="red")),
        text({"content_type": "user_phone_number"}, {"content_type": "user_email", "title": "x" * 50}),
        text({"content_type": "mood", "scale": [1, 2]}),
        {
            "attachment": {"type": "image", "payload": {"url": PICTURE}},
            "quick_replies": [reply(title="A", payload="B")],
        },
    ],
)
def test_other_quick_replies_pass_untouched(sent: Any, message: dict[str, Any]) -> None:
    assert sent(send_message("1", message))["message"] == message
    assert sent(send_message("1", state.data), message)["message"] == message


def test_a_quick_reply_for_the_location_says_what_to_do_instead(refused: Any) -> None:
    error = refused(text({"content_type": "location"}))
    assert error.details == {"field": "quick_replies[0].content_type", "actual": "location"}
    assert "url_button" in error.fix


def test_what_a_builder_refuses_is_named_by_its_part() -> None:
    with pytest.raises(InvalidMessage) as refused:
        quick_reply("x" * 21)
    assert refused.value.details == {"field": "quick_reply.title", "limit": 20, "actual": 21}
    with pytest.raises(InvalidMessage) as refused:
        quick_reply_phone(image_url="a.png")
    assert refused.value.details == {"field": "quick_reply.image_url"}


def test_the_image_is_given_by_name() -> None:
    with pytest.raises(WrongCall):
        quick_reply_phone("https://example.org/a.png")  # type: ignore[misc]
