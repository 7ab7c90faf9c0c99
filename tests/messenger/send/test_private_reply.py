"""One private answer to a post or a comment."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, button_template, postback_button, private_reply, quick_reply, state

COMMENT = {"comment_id": "1234_5678"}


def test_a_text_answers_a_comment(sent: Any) -> None:
    body = sent(private_reply(COMMENT, "Thank you!", quick_replies=[quick_reply("More")], metadata="m"))
    assert body == {
        "recipient": COMMENT,
        "messaging_type": "RESPONSE",
        "message": {
            "text": "Thank you!",
            "quick_replies": [{"content_type": "text", "title": "More", "payload": "More"}],
            "metadata": "m",
        },
    }


def test_a_template_answers_a_post(sent: Any) -> None:
    template = button_template("Your budget?", [postback_button("Less than $20", "B20")])
    body = sent(private_reply({"post_id": state.data.post}, template), data={"post": "9_9"})
    assert body["recipient"] == {"post_id": "9_9"}
    assert body["message"] == {"attachment": {"type": "template", "payload": template}}


def test_a_message_object_goes_out_as_it_is(sent: Any) -> None:
    assert sent(private_reply(COMMENT, {"sticker_id": 5}))["message"] == {"sticker_id": 5}


@pytest.mark.parametrize(
    "recipient", ["1234_5678", {"id": "1"}, {}, {"post_id": "1", "comment_id": "2"}, {"comment_id": ""}, None]
)
def test_it_answers_one_post_or_one_comment(recipient: Any) -> None:
    with pytest.raises(InvalidMessage, match="one post or one comment"):
        private_reply(recipient, "hi")


@pytest.mark.parametrize("message", [None, 5, "", "x" * 2001, ["hi"]])
def test_a_message_that_is_none_is_refused(message: Any) -> None:
    with pytest.raises(InvalidMessage):
        private_reply(COMMENT, message)
