from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import InvalidMessage, post_message, send_image, send_message, send_template, send_text, state, typing_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

ANA = "6543210987654321"
TEXT = {"text": "hi"}
IMAGE = {"type": "image", "payload": {"url": "https://example.org/a.png"}}


FEEDBACK = {
    "template_type": "customer_feedback",
    "title": "Rate your visit.",
    "button_title": "Rate",
    "feedback_screens": [
        {"questions": [{"id": "visit", "type": "csat", "title": "How was it?", "score_option": "five_stars"}]}
    ],
    "business_privacy": {"url": "https://example.org/privacy"},
}


def body(message: Any = None, **fields: Any) -> dict[str, Any]:
    given = {"recipient": {"id": ANA}, "message": TEXT if message is None else message, **fields}
    return {key: value for key, value in given.items() if value != "left out"}


@pytest.fixture
def refused(httpserver: HTTPServer, state_for: Any) -> Callable[..., InvalidMessage]:
    """Refuse a body both where it is literal and where it is known only when it runs; return the error."""

    def attempt(params: Any) -> InvalidMessage:
        with pytest.raises(InvalidMessage) as built:
            post_message(params)
        with pytest.raises(InvalidMessage) as ran:
            post_message(state.data.body)(state_for(httpserver.url_for(""), data={"body": params}))
        assert httpserver.log == []
        assert (str(ran.value), ran.value.details) == (str(built.value), built.value.details)
        assert built.value.fix
        assert built.value.sent == "no"
        return built.value

    return attempt


@pytest.mark.parametrize(
    ("recipient", "field"),
    [
        (None, "recipient"),
        ({}, "recipient"),
        ({"name": "Ana"}, "recipient"),
        ({"id": None}, "recipient"),
        ([ANA], "recipient"),
        (3.5, "recipient"),
        ({"id": ""}, "recipient.id"),
        ({"id": "  "}, "recipient.id"),
        ({"id": ANA + " "}, "recipient.id"),
        ({"id": "\n" + ANA}, "recipient.id"),
        ({"id": True}, "recipient.id"),
        ({"id": 3.5}, "recipient.id"),
        ({"id": [ANA]}, "recipient.id"),
        ({"id": ANA, "user_ref": "r"}, "recipient"),
        ({"post_id": "1", "comment_id": "2"}, "recipient"),
        ({"user_ref": ""}, "recipient.user_ref"),
    ],
)
def test_a_recipient_in_none_of_metas_forms_is_refused(refused: Any, recipient: Any, field: str) -> None:
    assert refused(body(recipient=recipient)).details["field"] == field


@pytest.mark.parametrize("recipient", [None, True, False, "", "  ", f"{ANA} 1", {}, [], 1.5])
def test_a_recipient_that_is_nobody_is_refused_by_every_send(
    httpserver: HTTPServer, state_for: Any, recipient: Any
) -> None:
    for build in (lambda whom: send_text(whom, "hi"), typing_on, lambda whom: send_image(whom, "https://example.org")):
        with pytest.raises(InvalidMessage, match="recipient"):
            build(recipient)
        with pytest.raises(InvalidMessage, match="recipient"):
            build(state.data.psid)(state_for(httpserver.url_for(""), data={"psid": recipient}))
    assert httpserver.log == []


@pytest.mark.parametrize("psid", [ANA, int(ANA)])
def test_a_psid_may_be_text_or_a_number(sent: Any, psid: Any) -> None:
    assert sent(send_text(psid, "hi"))["recipient"] == {"id": ANA}
    assert sent(send_text(state.data.psid, "hi"), {"psid": psid})["recipient"] == {"id": ANA}
    # Inside an object it is the user's own spelling, as echoes give it.
    assert sent(send_text({"id": psid}, "hi"))["recipient"] == {"id": psid}


@pytest.mark.parametrize(
    "recipient",
    [
        {"user_ref": "ref"},
        {"post_id": "1_2"},
        {"comment_id": "1_2"},
        {"phone_number": "+1", "name": {"first_name": "Ana"}},
        {"notification_messages_token": "t"},
        {"one_time_notif_token": "t"},
        {"id": ANA, "field_of_tomorrow": 1},
    ],
)
def test_metas_recipient_objects_pass_untouched(sent: Any, recipient: dict[str, Any]) -> None:
    assert sent(send_text(recipient, "hi"))["recipient"] == recipient


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({}, "message"),
        ({"metadata": "m"}, "message"),
        ({"quick_replies": []}, "message"),
        ("hi", "message"),
        ({"text": ""}, "message.text"),
        ({"text": " \n"}, "message.text"),
        ({"text": 5}, "message.text"),
        ({"text": ["hi"]}, "message.text"),
        ({"text": "hi", "attachment": IMAGE}, "message"),
        ({"text": "hi", "attachments": [IMAGE]}, "message"),
        ({"attachment": {"payload": {}}}, "message.attachment.type"),
        ({"attachment": "https://example.org/a.png"}, "message.attachment"),
        ({"attachments": IMAGE}, "message.attachments"),
        ({"attachments": []}, "message.attachments"),
        ({"text": "hi", "metadata": 5}, "message.metadata"),
        ({"template": {"language": {"code": "en"}}}, "template.name"),
        ({"template": {"name": " "}}, "template.name"),
        ({"template": {"name": "n", "language": {"code": ""}}}, "template.language.code"),
        ({"template": {"name": "n", "language": {}}}, "template.language.code"),
        ({"template": {"name": "n", "components": [{"type": "body", "parameters": [{"type": "text"}]}]}},
         "template.parameters"),
    ],
)  # fmt: skip
def test_a_message_that_meta_would_refuse_is_refused(refused: Any, message: Any, field: str) -> None:
    assert refused(body(message)).details["field"] == field


def test_a_message_and_an_action_cannot_go_together(refused: Any) -> None:
    error = refused(body(sender_action="typing_on"))
    assert error.details["field"] == "message"
    assert "two calls" in error.fix


def test_neither_a_message_nor_an_action_is_nothing(refused: Any) -> None:
    assert refused(body("left out")).details["field"] == "message"


@pytest.mark.parametrize("params", [[], "hi", 5])
def test_a_body_that_is_no_object_is_refused(refused: Any, params: Any) -> None:
    assert refused(params).details["field"] == "the message"


@pytest.mark.parametrize(
    ("fields", "field", "actual"),
    [
        ({"messaging_type": "REPLY"}, "messaging_type", "REPLY"),
        ({"messaging_type": "response"}, "messaging_type", "response"),
        ({"notification_type": "LOUD"}, "notification_type", "LOUD"),
        ({"message": "left out", "sender_action": "dance"}, "sender_action", "dance"),
        ({"messaging_type": "MESSAGE_TAG", "tag": "ISSUE_RESOLUTION"}, "tag", "ISSUE_RESOLUTION"),
    ],
)
def test_a_word_that_meta_does_not_know_is_refused_with_the_words_it_knows(
    refused: Any, fields: dict[str, Any], field: str, actual: str
) -> None:
    error = refused(body(**fields))
    assert (error.details["field"], error.details["actual"]) == (field, actual)
    assert isinstance(error.details["limit"], list)
    assert all(word in error.fix for word in error.details["limit"])


@pytest.mark.parametrize("tag", ["CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", "ACCOUNT_UPDATE"])
@pytest.mark.parametrize("fields", [{"messaging_type": "MESSAGE_TAG"}, {}])
def test_a_dead_tag_is_refused_with_what_takes_its_place(refused: Any, tag: str, fields: dict[str, str]) -> None:
    error = refused(body(tag=tag, **fields))
    assert (error.details["field"], error.details["actual"]) == ("tag", tag)
    assert "2026-04-27" in str(error)
    assert "send_utility" in error.fix


def test_a_dead_tag_in_a_variable_is_refused_when_it_is_known(httpserver: HTTPServer, state_for: Any) -> None:
    operation = send_text(ANA, "hi", messaging_type="MESSAGE_TAG", tag=state.data.tag)
    with pytest.raises(InvalidMessage, match="ACCOUNT_UPDATE"):
        operation(state_for(httpserver.url_for(""), data={"tag": "ACCOUNT_UPDATE"}))
    assert httpserver.log == []


def test_a_tag_and_its_messaging_type_belong_together(refused: Any) -> None:
    assert refused(body(tag="HUMAN_AGENT", messaging_type="RESPONSE")).details["field"] == "tag"
    assert refused(body(tag="HUMAN_AGENT")).details["field"] == "tag"
    assert refused(body(messaging_type="MESSAGE_TAG")).details["field"] == "tag"


def test_a_living_tag_is_sent(sent: Any) -> None:
    operation = send_text(ANA, "hi", messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")
    assert sent(operation)["tag"] == "HUMAN_AGENT"


def test_the_tag_for_feedback_goes_with_its_template_only(sent: Any) -> None:
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "CUSTOMER_FEEDBACK"}
    feedback = {"attachment": {"type": "template", "payload": FEEDBACK}}
    assert sent(send_message(ANA, feedback, **tagged))["tag"] == "CUSTOMER_FEEDBACK"
    with pytest.raises(InvalidMessage, match="customer feedback template only"):
        send_text(ANA, "hi", **tagged)
    with pytest.raises(InvalidMessage, match="customer feedback template only"):
        sent(send_message(ANA, state.data.message, **tagged), data={"message": {"text": "hi"}})


@pytest.mark.parametrize("control", [{"control_type": "take"}, "pass", []])
def test_a_thread_control_that_meta_does_not_know_is_refused(control: Any) -> None:
    with pytest.raises(InvalidMessage, match="thread_control"):
        send_text(ANA, "hi", thread_control=control)


def test_fields_of_tomorrow_pass_untouched_in_post_message(sent: Any) -> None:
    tomorrow = {
        "recipient": {"id": ANA, "since": 1},
        "messaging_type": "RESPONSE",
        "message": {
            "text": "hi",
            "quick_replies": [{"content_type": "user_email"}, {"content_type": "mood", "scale": [1, 2]}],
            "glow": {"colour": "red"},
        },
        "suggestion_action": "X",
        "thread_control": {"control_type": "pass"},
        "nothing": None,
    }
    assert sent(post_message(tomorrow)) == tomorrow
    assert sent(post_message(state.data), tomorrow) == tomorrow


@pytest.mark.parametrize(
    "message",
    [
        {"attachment": {"type": "hologram", "payload": {"depth": 3}}},
        {"sticker_id": 767226160478561},
        {"attachments": [IMAGE, IMAGE]},
        {"template": {"name": "n", "language": {"code": "en"}, "components": [{"type": "carousel", "cards": []}]}},
    ],
)
def test_messages_that_are_not_ours_to_judge_pass_untouched(sent: Any, message: dict[str, Any]) -> None:
    assert sent(send_message(ANA, message))["message"] == message


def test_a_payload_that_is_given_in_metas_spelling_is_checked_like_a_built_one() -> None:
    with pytest.raises(InvalidMessage):
        send_template(ANA, {"template_type": "button", "text": "", "buttons": [{"type": "postback"}]})


def test_what_is_lazy_in_a_literal_does_not_hide_what_is_wrong_beside_it() -> None:
    with pytest.raises(InvalidMessage) as refused:
        send_message(ANA, {"text": state.data.text, "metadata": "x" * 1001})
    assert refused.value.details["field"] == "message.metadata"
    with pytest.raises(InvalidMessage):
        post_message({"recipient": {"id": state.data.psid}, "message": {"text": "x" * 2001}})
    with pytest.raises(InvalidMessage):
        post_message({"recipient": state.data.whom, "message": {"text": "hi"}, "tag": "ACCOUNT_UPDATE"})


def test_a_rounded_id_names_the_spreadsheet(refused):
    error = refused(body(recipient={"id": "6.54321E+15"}))
    assert "spreadsheet" in str(error)
    assert error.details == {"field": "recipient.id"}


def test_an_id_with_spaces_in_it_is_refused(refused):
    assert refused(body(recipient={"id": "6543 2109"})).details["field"] == "recipient.id"


@pytest.mark.parametrize("other", [{"sticker_id": 1}, {"template": {"name": "a", "language": {"code": "en"}}}])
def test_a_message_says_one_thing(refused, other):
    assert "has both a text and a" in str(refused(body({**TEXT, **other})))


@pytest.mark.parametrize(
    ("payload", "field"),
    [({"reaction": "x"}, "payload.message_id"), ({"message_id": "m_1", "reaction": ""}, "payload.reaction")],
)
def test_a_reaction_needs_a_message_and_a_sign(refused, payload, field):
    params = {"recipient": {"id": ANA}, "sender_action": "react", "payload": payload}
    assert refused(params).details["field"] == field


def test_a_quoted_message_needs_an_id(refused):
    assert refused(body(reply_to={"mid": ""})).details["field"] == "reply_to"


@pytest.mark.parametrize("url", ["ASSET_URL", "", "www.clinic.org/map.png", "/srv/map.png", "ftp://clinic.org/map.png"])
def test_what_is_no_address_of_a_file_is_refused_as_such(url):
    with pytest.raises(InvalidMessage, match=r"payload\.url` must be an address that starts with https://"):
        post_message(
            {
                "recipient": {"id": "6543210987654321"},
                "message": {"attachment": {"type": "image", "payload": {"url": url}}},
            }
        )
